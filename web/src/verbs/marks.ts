/** What is set for a participant and shows in their row, in words; the ear is told the same. Pure. */
import type { ParticipantView } from '../api/types.ts';
import type { IconName } from '../icons.ts';
import { isOver } from '../live/house.ts';
import type { Strings } from '../strings/en.ts';
import { isInside } from './participant.ts';

export interface Mark {
  name: string;
  icon: IconName;
  /** `warn`: keeps them from hearing or being heard. */
  tone: 'warn' | 'calm';
  text: string;
}

type Words = Strings['leg']['marks'];
type Look = [
  name: string, tone: Mark['tone'], icon: IconName,
  /** `named` finds somebody else's name, `apart` those who talk apart with them. */
  word: (one: ParticipantView, words: Words, others: { named: (id: string) => string; apart: string[] }) => string | false,
];

/** In the order in which they are shown. */
const MARKS: readonly Look[] = [
  ['uninvited', 'warn', 'warn', (one, words) => !!one.uninvited && !isOver(one) && words.uninvited],
  // Who only listens is muted; one word says both, and another that they are not yet.
  ['introduction', 'warn', 'apart', (one, words) => !!one.introduction && !isOver(one)
    && (one.introduction === 'waiting' ? words.waitsForIntroduction : words.beingIntroduced)],
  ['apart', 'warn', 'apart', (one, words, { apart }) => one.sidebar != null && !one.introduction && words.apart(apart)],
  ['coaching', 'warn', 'whisper', (one, words, { named }) => one.coaching != null && !isOver(one) && words.coaching(named(one.coaching))],
  ['listens', 'warn', 'ear', (one, words) => !!one.listener && (isInside(one) && !one.muted ? words.listensAloud : words.listens)],
  ['muted', 'warn', 'micOff', (one, words) => one.muted && !one.listener && !isOver(one) && words.muted],
  ['deaf', 'warn', 'earOff', (one, words) => !!one.deaf && words.deaf],
  ['hold', 'warn', 'music', (one, words) => !!one.hold && words.hold],
  ['holdsUs', 'warn', 'pause', (one, words) => one.on_hold && !isOver(one) && words.holdsUs],
  ['heard', 'calm', 'mic', (one, words) => !!one.gain_in && words.heard(signed(one.gain_in))],
  ['hears', 'calm', 'speaker', (one, words) => !!one.gain_out && words.hears(signed(one.gain_out))],
  ['announcing', 'calm', 'speaker', (one, words) => one.announcing != null && words.announcing(one.announcing)],
  ['dialedIn', 'calm', 'phone', (one, words) => !!one.dialed_in && words.dialedIn],
  ['moderator', 'calm', 'star', (one, words) => !!one.moderator && words.moderator],
  ['replaces', 'calm', 'redial', (one, words, { named }) => one.replaces != null && !isOver(one) && !isInside(one) && words.replaces(named(one.replaces))],
];

/** `+2`, `0`, `−1`. */
export function signed(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `\u2212${-value}` : '0';
}

export function marks(one: ParticipantView, t: Strings, everyone: readonly ParticipantView[] = []): Mark[] {
  const nameOf = (other: ParticipantView | undefined): string => other?.name || other?.number || '?';
  const others = {
    named: (id: string) => nameOf(everyone.find((other) => other.id === id)),
    apart: everyone.filter((other) => other.id !== one.id && other.sidebar === one.sidebar).map(nameOf),
  };
  return MARKS.flatMap(([name, tone, icon, word]) => {
    const text = word(one, t.leg.marks, others);
    return text ? [{ name, tone, icon, text }] : [];
  });
}
