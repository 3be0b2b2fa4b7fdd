/**
 * What was asked and has not been seen to happen. The page shows it as asked, never as done: only the server's
 * own picture says that something happened. Pure.
 */
import type { CallVerb, ConferenceVerb, ParticipantVerb, Told } from '../api/client.ts';
import { CONFERENCE_VERBS } from '../verbs/conference.ts';
import { PARTICIPANT_VERBS } from '../verbs/participant.ts';
import { cameTrue, isOf, matter, sameWish, type Table } from '../verbs/verb.ts';
import type { ConferenceView } from '../api/types.ts';
import { openVote } from './meeting.ts';
import { isRinging } from './progress.ts';
import { recordingOf } from './recording.ts';
import { attendantOf, isClosed, isOver, type House } from './house.ts';

export type Ask =
  | { on: 'call'; id: string; verb: CallVerb }
  | { on: 'conference'; id: string; verb: ConferenceVerb; body?: Told }
  | { on: 'participant'; conference: string; id: string; verb: ParticipantVerb; body?: Told };

export interface Asked {
  ask: Ask;
  at: number;
}

/** After so long without effect it is no longer shown as under way. */
export const PATIENCE_MS = 10_000;

export function stillOpen(asked: readonly Asked[], house: House, now: number): Asked[] {
  return asked.filter(({ ask, at }) => now - at < PATIENCE_MS && !hasHappened(ask, house));
}

export function hasHappened(ask: Ask, house: House): boolean {
  if (ask.on === 'call') {
    const state = house.calls.find((call) => call.id === ask.id)?.state;
    if (!state) return true;
    switch (ask.verb) {
      case 'answer':
      case 'join': return state !== 'waiting';
      case 'hold': return state !== 'talking';
      case 'resume': return state !== 'held';
      case 'hangup': return state === 'ended' || state === 'conference' || state === 'transferred';
    }
  }
  const conferenceId = ask.on === 'conference' ? ask.id : ask.conference;
  const conference = house.conferences.find((one) => one.id === conferenceId);
  // Of all verbs the one that is for a conference that is over.
  if (ask.verb === 'rescue') return !conference?.rescuable;
  if (!conference || isClosed(conference)) return true;
  if (ask.on === 'conference') {
    const attendant = attendantOf(conference);
    switch (ask.verb) {
      case 'lock': return conference.locked;
      case 'unlock': return !conference.locked;
      case 'leave': return !attendant || isOver(attendant);
      case 'rejoin': return !!attendant && !isOver(attendant);
      case 'end': return conference.state === 'ending';
      case 'cancel_ringing': return !isRinging(conference);
      case 'continue': return !conference.question;
      case 'lower_hands': return (conference.hands ?? []).length === 0;
      case 'vote_open': return openVote(conference) !== null;
      case 'vote_close': return openVote(conference) === null;
      case 'sidebar': return areApart(conference, ask.body?.participants);
      case 'record': return recordingOf(conference) !== null;
      case 'record_stop': return recordingOf(conference) === null;
      case 'record_pause': return recordingOf(conference)?.state !== 'recording';
      case 'record_resume': return recordingOf(conference)?.state !== 'paused';
      default: return cameTrue(CONFERENCE_VERBS, conference, ask) ?? false;
    }
  }
  const participant = conference.participants.find((one) => one.id === ask.id);
  if (!participant) return true;
  switch (ask.verb) {
    case 'mute': return participant.muted || isOver(participant);
    case 'unmute': return !participant.muted || isOver(participant);
    case 'drop':
    case 'cancel': return isOver(participant);
    case 'redial': return !isOver(participant);
    default: return isOver(participant) || (cameTrue(PARTICIPANT_VERBS, participant, ask) ?? false);
  }
}

/** Just these are in one sidebar. */
function areApart(conference: ConferenceView, ids: unknown): boolean {
  if (!Array.isArray(ids)) return false;
  const sidebars = new Set(conference.participants.filter((one) => ids.includes(one.id)).map((one) => one.sidebar ?? null));
  const [sidebar = null] = sidebars;
  return sidebars.size === 1 && sidebar !== null
    && conference.participants.every((one) => ids.includes(one.id) || one.sidebar !== sidebar);
}

/** Nothing in the picture will show it: once the server has taken it, only the server knows how far it is. */
export function leavesNoTrace(ask: Ask, house: House): boolean {
  if (ask.on === 'call') return false;
  if (ask.on === 'conference') return traceless(CONFERENCE_VERBS, house.conferences.find((one) => one.id === ask.id), ask);
  const people = house.conferences.flatMap((one) => one.participants);
  return traceless(PARTICIPANT_VERBS, people.find((one) => one.id === ask.id), ask);
}

function traceless<Thing>(table: Table<Thing, string>, thing: Thing | undefined, ask: Ask): boolean {
  return !!thing && Object.values(table).some((row) => isOf(row, ask)) && cameTrue(table, thing, ask) === null;
}

export function sameAsk(a: Ask, b: Ask): boolean {
  return a.on === b.on && a.id === b.id && sameWish<string>(a, b);
}

/** What an ask is about; a later one of the same matter takes the place of the earlier. */
export function matterOf(ask: Ask): string {
  return [ask.on, ask.id, matter<string>(ask)].join();
}

export const replaces = (later: Ask, earlier: Ask): boolean => matterOf(later) === matterOf(earlier);
