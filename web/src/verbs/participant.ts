/** What can be asked for one participant, besides what stands in the row itself (mute, drop, redial, cancel). Pure. */
import type { ParticipantVerb } from '../api/client.ts';
import type { ParticipantView } from '../api/types.ts';
import { parse } from '../request/parse.ts';
import { spoken } from './spoken.ts';
import type { Table } from './verb.ts';

export const MOST_GAIN = 4;
const MOST_LEVEL = 20_000;
const LONGEST_LABEL = 120;
const LONGEST_NOTE = 500;

const always = (_: ParticipantView): boolean => true;
/** Named when they have left, it would end at once. */
const mayEndIt = (one: ParticipantView): boolean => one.state !== 'left' || !!one.end_conference_on_exit;
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
  hand: {
    kind: 'toggle', key: 'q', icon: 'hand', offered: (one) => isInside(one) && !one.introduction, on: 'raise_hand', off: 'lower_hand',
    is: (one) => one.hand_raised_at != null,
  },
  floor: {
    kind: 'press', key: 'g', icon: 'mic', seldom: true, wish: { verb: 'give_floor' }, offered: (one) => isInside(one) && one.hand_raised_at != null,
    happened: (one) => one.hand_raised_at == null && !one.muted,
  },
  // Steers the conference by the keys of their phone.
  lead: {
    kind: 'typed', key: 'j', icon: 'star', offered: (one) => isInside(one) && one.role !== 'attendant' && !one.in_charge && !one.introduction, verb: 'hand_over',
    value: () => '',
    read: (text) => ([...text.trim()].length <= LONGEST_NOTE ? { note: text.trim() } : null),
  },
  endsIt: { kind: 'toggle', key: 'e', icon: 'leave', offered: mayEndIt, on: 'end_with', off: 'go_on_without', is: (one) => !!one.end_conference_on_exit },
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
  announce: {
    kind: 'pick', many: false, from: 'sounds', key: 'y', icon: 'speaker', offered: (one) => isInside(one) && !one.hold, verbs: ['announce'], field: 'sound',
    picked: () => [],
    wish: (_one, [sound]) => ({ verb: 'announce', body: { sound } }),
  },
  say: {
    kind: 'typed', key: 'w', icon: 'whisper', offered: (one) => isInside(one) && !one.hold, verb: 'announce', field: 'text', needsVoice: true,
    value: () => '', read: spoken,
  },
  announceStop: {
    kind: 'press', key: 'z', icon: 'stop', seldom: true, wish: { verb: 'announce_stop' },
    offered: (one) => one.announcing != null, happened: (one) => one.announcing == null,
  },
  label: {
    kind: 'typed', key: 't', icon: 'tag', offered: always, verb: 'label',
    value: (one) => one.label ?? '',
    read: (text) => ([...text.trim()].length <= LONGEST_LABEL ? { label: text.trim() } : null),
    happened: (one, { label }) => (one.label ?? '') === label,
  },
  // Talks apart with some, the attendant unless others are picked; the room goes on.
  sidebar: {
    kind: 'pick', many: true, apart: true, from: 'people', key: 's', icon: 'apart', offered: (one) => isInside(one) && !one.introduction, verbs: ['sidebar'],
    picked: (one, others) => others
      .filter((other) => (one.sidebar == null ? other.role === 'attendant' : other.sidebar === one.sidebar))
      .map(({ id }) => id),
    wish: (one, picked) => ({ verb: 'sidebar', body: { participants: [one.id, ...picked] } }),
  },
  // Heard by one only, and hears all.
  coach: {
    kind: 'pick', many: false, apart: true, from: 'people', key: 'c', icon: 'whisper', offered: (one) => isInside(one) || one.coaching != null,
    verbs: ['coach', 'uncoach'], happened: (one, { body }) => (one.coaching ?? undefined) === body?.participant_id,
    picked: (one) => (one.coaching == null ? [] : [one.coaching]),
    wish: (_one, [whom]) => (whom ? { verb: 'coach', body: { participant_id: whom } } : { verb: 'uncoach' }),
  },
  replace: {
    kind: 'typed', key: 'r', icon: 'redial', offered: isInside, verb: 'replace',
    value: () => '',
    read: (text) => {
      const [only, ...more] = parse(text);
      if (!only || more.length || only.numbers.length === 0) return null;
      return { with: { ...(only.name && { name: only.name }), numbers: only.numbers } };
    },
  },
  move: {
    kind: 'pick', many: false, from: 'conferences', key: 'n', icon: 'leave', offered: isInside, verbs: ['move'],
    picked: () => [],
    wish: (_one, [to]) => ({ verb: 'move', body: { conference_id: to } }),
  },
  back: {
    kind: 'press', key: 'b', icon: 'enter', seldom: true, offered: (one) => one.sidebar != null && !one.introduction,
    wish: { verb: 'sidebar_leave' }, happened: (one) => one.sidebar == null,
  },
  introduce: {
    kind: 'press', key: 'i', icon: 'apart', seldom: true, offered: (one) => isInside(one) && one.introduction === 'waiting',
    wish: { verb: 'introduce' }, happened: (one) => one.introduction !== 'waiting',
  },
  admit: {
    kind: 'press', key: 'a', icon: 'enter', seldom: true, offered: (one) => !!one.introduction,
    wish: { verb: 'admit' }, happened: (one) => !one.introduction,
  },
} as const satisfies Table<ParticipantView, ParticipantVerb | 'sidebar' | 'hand_over'>;

export type ParticipantRow = keyof typeof PARTICIPANT_VERBS;
