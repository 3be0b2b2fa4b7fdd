/** What is set for a participant and shows in their row, in words; the ear is told the same. Pure. */
import type { ParticipantView } from '../api/types.ts';
import type { IconName } from '../icons.ts';
import { isOver } from '../live/house.ts';
import type { Strings } from '../strings/en.ts';
import { isInside } from './participant.ts';
import { shortened } from './spoken.ts';

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
  word: (one: ParticipantView, words: Words, others: { named: (id: string) => string; apart: string[]; recorded: boolean; asked: boolean }) => string | false,
];

/** In the order in which they are shown. */
const MARKS: readonly Look[] = [
  ['uninvited', 'warn', 'warn', (one, words) => !!one.uninvited && !isOver(one) && words.uninvited],
  ['hand', 'warn', 'hand', (one, words) => one.hand_raised_at != null && !isOver(one) && words.hand],
  // Who only listens is muted; one word says both, and another that they are not yet.
  ['introduction', 'warn', 'apart', (one, words) => !!one.introduction && !isOver(one)
    && (one.introduction === 'waiting' ? words.waitsForIntroduction : words.beingIntroduced)],
  ['apart', 'warn', 'apart', (one, words, { apart }) => one.sidebar != null && !one.introduction && words.apart(apart)],
  ['coaching', 'warn', 'whisper', (one, words, { named }) => one.coaching != null && !isOver(one) && words.coaching(named(one.coaching))],
  ['recorded', 'warn', 'record', (one, words, { recorded }) => recorded && (one.sidebar != null || one.coaching != null) && !isOver(one) && words.recorded],
  ['listens', 'warn', 'ear', (one, words) => !!one.listener && (isInside(one) && !one.muted ? words.listensAloud : words.listens)],
  ['muted', 'warn', 'micOff', (one, words) => one.muted && !one.listener && !isOver(one) && words.muted],
  ['deaf', 'warn', 'earOff', (one, words) => !!one.deaf && words.deaf],
  ['waits', 'warn', 'clock', (one, words) => !!one.waits_for_host && !isOver(one) && words.waits],
  ['hold', 'warn', 'music', (one, words) => !!one.hold && !one.waits_for_host && words.hold],
  ['holdsUs', 'warn', 'pause', (one, words) => one.on_hold && !isOver(one) && words.holdsUs],
  ['heard', 'calm', 'mic', (one, words) => !!one.gain_in && words.heard(signed(one.gain_in))],
  ['hears', 'calm', 'speaker', (one, words) => !!one.gain_out && words.hears(signed(one.gain_out))],
  ['announcing', 'calm', 'speaker', (one, words, { asked }) => one.announcing != null && (asked ? words.announceAsked : words.announcing)(shortened(one.announcing))],
  ['dialedIn', 'calm', 'phone', (one, words) => !!one.dialed_in && words.dialedIn],
  ['vote', 'calm', 'check', (one, words) => one.vote != null && words.vote[one.vote]],
  ['moderator', 'calm', 'star', (one, words) => (one.in_charge ? words.inCharge : !!one.moderator && words.moderator)],
  ['endsIt', 'calm', 'leave', (one, words) => !!one.end_conference_on_exit && words.endsIt],
  ['replaces', 'calm', 'redial', (one, words, { named }) => one.replaces != null && !isOver(one) && !isInside(one) && words.replaces(named(one.replaces))],
];

/** `+2`, `0`, `−1`. */
export function signed(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `\u2212${-value}` : '0';
}

/** `recorded`: what they say is kept, also what they say apart. `asked`: they do not hear the sound yet. */
export function marks(
  one: ParticipantView, t: Strings, everyone: readonly ParticipantView[] = [], { recorded = false, asked = false } = {},
): Mark[] {
  const nameOf = (other: ParticipantView | undefined): string => other?.name || other?.number || '?';
  const others = {
    recorded, asked,
    named: (id: string) => nameOf(everyone.find((other) => other.id === id)),
    apart: everyone.filter((other) => other.id !== one.id && other.sidebar === one.sidebar).map(nameOf),
  };
  return MARKS.flatMap(([name, tone, icon, word]) => {
    const text = word(one, t.leg.marks, others);
    return text ? [{ name, tone, icon, text }] : [];
  });
}
