/** What can be asked for everybody in a conference at once. Pure. */
import type { ConferenceVerb } from '../api/client.ts';
import type { AnnouncementView, ConferenceView, ParticipantView } from '../api/types.ts';
import { openVote } from '../live/meeting.ts';
import { isInside } from './participant.ts';
import { spoken } from './spoken.ts';
import type { Table, Wish } from './verb.ts';

/** Left alone unless nobody is to be. */
export const isHost = (one: ParticipantView): boolean => one.role === 'attendant' || !!one.moderator;

/** The sound or the text that everybody hears. */
export const announcedToAll = (conference: ConferenceView): AnnouncementView | null =>
  conference.announcing?.find((one) => !one.participant_id) ?? null;

const anybody = (conference: ConferenceView): boolean => conference.participants.some(isInside);
const anybodyElse = (conference: ConferenceView): boolean =>
  conference.participants.some((one) => isInside(one) && !isHost(one));

/** Whom a group made of its people has. */
export const isGuest = (one: ParticipantView): boolean => one.role === 'guest';

/** What the page does by itself. */
export type OwnVerb = 'save_group';
export const canDialIn = (conference: ConferenceView): boolean => conference.dial_in != null;

type All = { wish: Wish<ConferenceVerb>; offered: typeof anybody; happened: typeof anybody };

/** Asked for all but the hosts. */
function othersThan(verb: ConferenceVerb, is: (one: ParticipantView) => boolean): All {
  return {
    wish: { verb, body: { except: 'hosts' } }, offered: anybodyElse,
    happened: (conference) => conference.participants.every((one) => !isInside(one) || isHost(one) || is(one)),
  };
}

/** Asked for all. */
function all(verb: ConferenceVerb, is: (one: ParticipantView) => boolean): All {
  return {
    wish: { verb, body: { except: 'nobody' } }, offered: anybody,
    happened: (conference) => conference.participants.every((one) => !isInside(one) || is(one)),
  };
}

/** In the order in which they are shown. To add a verb: a row here, and its words in `t.verbs.conference`. */
export const CONFERENCE_VERBS = {
  mute: { kind: 'press', key: 'm', icon: 'micOff', ...othersThan('mute', (one) => one.muted) },
  hold: { kind: 'press', key: 'h', icon: 'music', ...othersThan('hold', (one) => !!one.hold) },
  deaf: { kind: 'press', key: 'f', icon: 'earOff', ...othersThan('deaf', (one) => !!one.deaf) },
  // Done when none of them is left.
  drop: { kind: 'press', key: 'x', icon: 'hangup', asksFirst: true, ...othersThan('drop', () => false) },
  // Who only listens stays muted.
  unmute: { kind: 'press', key: 'u', icon: 'mic', ...all('unmute', (one) => !one.muted || !!one.listener) },
  unhold: { kind: 'press', key: 'b', icon: 'enter', ...all('unhold', (one) => !one.hold) },
  undeaf: { kind: 'press', key: 'a', icon: 'ear', ...all('undeaf', (one) => !one.deaf) },
  together: {
    kind: 'press', key: 's', icon: 'apart', seldom: true, wish: { verb: 'sidebar_end' },
    offered: (conference) => conference.participants.some((one) => one.sidebar != null),
    happened: (conference) => conference.participants.every((one) => one.sidebar == null),
  },
  // By a quarter of an hour.
  extend: { kind: 'press', key: 't', icon: 'clock', seldom: true, wish: { verb: 'extend' }, offered: (conference) => conference.ends_at != null },
  waitForHost: {
    kind: 'toggle', key: 'i', icon: 'clock', offered: () => true, on: 'wait_for_host', off: 'wait_for_nobody', is: (conference) => !!conference.wait_for_host,
  },
  announce: {
    kind: 'pick', many: false, from: 'sounds', key: 'y', icon: 'speaker', offered: anybody, verbs: ['announce'], field: 'sound',
    picked: () => [],
    wish: (_conference, [sound]) => ({ verb: 'announce', body: { sound } }),
  },
  say: { kind: 'typed', key: 'w', icon: 'whisper', offered: anybody, verb: 'announce', field: 'text', needsVoice: true, value: () => '', read: spoken },
  announceStop: {
    kind: 'press', key: 'z', icon: 'stop', seldom: true, wish: { verb: 'announce_stop' },
    offered: (conference) => announcedToAll(conference) !== null, happened: (conference) => announcedToAll(conference) === null,
  },
  vote: {
    kind: 'press', key: 'v', icon: 'check', wish: { verb: 'vote_open' }, offered: (conference) => anybody(conference) && openVote(conference) === null,
    happened: (conference) => openVote(conference) !== null,
  },
  merge: {
    kind: 'pick', many: false, from: 'conferences', key: 'g', icon: 'leave', offered: anybody, verbs: ['merge'],
    picked: () => [],
    wish: (_conference, [into]) => ({ verb: 'merge', body: { conference_id: into } }),
  },
  handOver: {
    kind: 'pick', many: false, from: 'attendants', key: 'o', icon: 'user', offered: () => true, verbs: ['hand_over'], noted: true,
    picked: () => [],
    wish: (_conference, [user], note) => ({ verb: 'hand_over', body: { user, note } }),
    happened: (conference, { body }) => (body?.participant_id
      ? conference.participants.some((one) => one.id === body.participant_id && one.in_charge) : conference.owner.id === body?.user),
  },
  // Of one that can be dialed into already the PIN stays.
  dialIn: {
    kind: 'pick', many: false, from: 'accessNumbers', key: 'd', icon: 'keypad', offered: () => true, verbs: ['dial_in'],
    picked: (conference) => (conference.dial_in ? [conference.dial_in.access_number] : []),
    wish: (_conference, [access_number]) => ({ verb: 'dial_in', body: { access_number } }),
    happened: (conference, { body }) => conference.dial_in?.access_number === body?.access_number,
  },
  newPin: { kind: 'press', key: 'p', icon: 'redial', seldom: true, wish: { verb: 'dial_in_pin' }, offered: canDialIn },
  ownPin: {
    kind: 'typed', key: 'k', icon: 'keypad', seldom: true, offered: canDialIn, verb: 'dial_in_pin', digits: true,
    value: () => '',
    read: (text) => {
      const pin = text.replaceAll(/\s/g, '');
      return /^\d{4,12}$/.test(pin) ? { pin } : null;
    },
    happened: (conference, { pin }) => conference.dial_in?.pin === pin,
  },
  closeDialIn: {
    kind: 'press', key: 'q', icon: 'lock', seldom: true, wish: { verb: 'dial_in_close' },
    offered: canDialIn, happened: (conference) => !canDialIn(conference),
  },
  // Opens the group to be saved; nothing goes to the server yet.
  saveGroup: {
    kind: 'press', key: 'n', icon: 'people', offered: (conference) => conference.participants.some(isGuest), wish: { verb: 'save_group' },
    happened: () => true,
  },
} as const satisfies Table<ConferenceView, ConferenceVerb | OwnVerb>;

export type ConferenceRow = keyof typeof CONFERENCE_VERBS;
