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
type Look = [name: keyof Words, tone: Mark['tone'], icon: IconName, word: (one: ParticipantView, words: Words) => string | false];

/** In the order in which they are shown. */
const MARKS: readonly Look[] = [
  // Who only listens is muted; one word says both, and another that they are not yet.
  ['listens', 'warn', 'ear', (one, words) => !!one.listener && (isInside(one) && !one.muted ? words.listensAloud : words.listens)],
  ['muted', 'warn', 'micOff', (one, words) => one.muted && !one.listener && !isOver(one) && words.muted],
  ['deaf', 'warn', 'earOff', (one, words) => !!one.deaf && words.deaf],
  ['hold', 'warn', 'music', (one, words) => !!one.hold && words.hold],
  ['holdsUs', 'warn', 'pause', (one, words) => one.on_hold && !isOver(one) && words.holdsUs],
  ['heard', 'calm', 'mic', (one, words) => !!one.gain_in && words.heard(signed(one.gain_in))],
  ['hears', 'calm', 'speaker', (one, words) => !!one.gain_out && words.hears(signed(one.gain_out))],
  ['moderator', 'calm', 'star', (one, words) => !!one.moderator && words.moderator],
];

/** `+2`, `0`, `−1`. */
export function signed(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `\u2212${-value}` : '0';
}

export function marks(one: ParticipantView, t: Strings): Mark[] {
  return MARKS.flatMap(([name, tone, icon, word]) => {
    const text = word(one, t.leg.marks);
    return text ? [{ name, tone, icon, text }] : [];
  });
}
