/** What can be asked for one participant, besides what stands in the row itself (mute, drop, redial, cancel). Pure. */
import type { ParticipantVerb } from '../api/client.ts';
import type { ParticipantView } from '../api/types.ts';
import type { Table } from './verb.ts';

export const MOST_GAIN = 4;
const MOST_LEVEL = 20_000;
const LONGEST_LABEL = 120;

const always = (_: ParticipantView): boolean => true;
export const isInside = (one: ParticipantView): boolean => one.state === 'joined';

/**
 * In the order in which they are shown. To add a verb: a row here, its words in `t.verbs.participant`, and, if it
 * shows in the row of the participant, a mark in `marks.ts`.
 */
export const PARTICIPANT_VERBS = {
  hold: { kind: 'toggle', key: 'h', icon: 'music', offered: isInside, on: 'hold', off: 'unhold', is: (one) => !!one.hold },
  deaf: { kind: 'toggle', key: 'f', icon: 'earOff', offered: isInside, on: 'deaf', off: 'undeaf', is: (one) => !!one.deaf },
  listener: { kind: 'toggle', key: 'l', icon: 'ear', offered: always, on: 'listen', off: 'speak', is: (one) => !!one.listener },
  moderator: { kind: 'toggle', key: 'o', icon: 'star', offered: always, on: 'promote', off: 'demote', is: (one) => !!one.moderator },
  gainIn: {
    kind: 'step', key: '-', moreKey: '+', icon: 'mic', offered: isInside, verb: 'gain', field: 'gain_in',
    value: (one) => one.gain_in ?? 0, least: -MOST_GAIN, most: MOST_GAIN,
  },
  gainOut: {
    kind: 'step', key: '<', moreKey: '>', icon: 'speaker', offered: isInside, verb: 'gain', field: 'gain_out',
    value: (one) => one.gain_out ?? 0, least: -MOST_GAIN, most: MOST_GAIN,
  },
  level: {
    kind: 'typed', key: 'v', icon: 'level', offered: isInside, verb: 'energy', digits: true,
    value: (one) => (one.energy == null ? '' : String(one.energy)),
    read: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= MOST_LEVEL ? { level: Number(text) } : null),
    happened: (one, { level }) => one.energy === level,
  },
  keys: {
    kind: 'typed', key: 'p', icon: 'keypad', offered: isInside, verb: 'dtmf', stays: true,
    value: () => '',
    read: (text) => {
      const digits = text.replaceAll(/\s/g, '').toUpperCase();
      return /^[0-9*#A-D]{1,32}$/.test(digits) ? { digits } : null;
    },
  },
  label: {
    kind: 'typed', key: 't', icon: 'tag', offered: always, verb: 'label',
    value: (one) => one.label ?? '',
    read: (text) => ([...text.trim()].length <= LONGEST_LABEL ? { label: text.trim() } : null),
    happened: (one, { label }) => (one.label ?? '') === label,
  },
} as const satisfies Table<ParticipantView, ParticipantVerb>;

export type ParticipantRow = keyof typeof PARTICIPANT_VERBS;
