/**
 * The picture of the house, and how each status changes it. Pure: no clock, no DOM, no network.
 */
import type { Activity, CallView, ConferenceView, NodeView, Notice, ParticipantView, Status } from '../api/types.ts';

export interface House {
  /** No picture has come yet. */
  readonly empty: boolean;
  readonly nodes: readonly NodeView[];
  readonly calls: readonly CallView[];
  readonly conferences: readonly ConferenceView[];
  /** Newest first. */
  readonly activities: readonly Activity[];
}

export const EMPTY_HOUSE: House = { empty: true, nodes: [], calls: [], conferences: [], activities: [] };

/** More lines than anybody scrolls through; a conference's full story is in history. */
export const KEPT_ACTIVITIES = 300;

export function apply(house: House, status: Status): House {
  switch (status.type) {
    case 'snapshot': {
      const { nodes, calls, conferences } = status.data;
      return { ...house, empty: false, nodes, calls, conferences };
    }
    case 'node':
      return { ...house, nodes: upsert(house.nodes, status.data) };
    case 'call':
      return { ...house, calls: upsert(house.calls, status.data) };
    case 'call_gone':
      return { ...house, calls: house.calls.filter((call) => call.id !== status.data.id) };
    case 'conference':
      return { ...house, conferences: upsert(house.conferences, status.data) };
    case 'conference_gone':
      return { ...house, conferences: house.conferences.filter((one) => one.id !== status.data.id) };
    case 'talking': {
      const { conference_id, participant_id, talking } = status.data;
      return changeConference(house, conference_id, (conference) => ({
        ...conference,
        participants: conference.participants.map((one) =>
          one.id === participant_id && one.talking !== talking ? { ...one, talking } : one),
      }));
    }
    case 'activity':
      return withActivities(house, [status.data]);
  }
}

/** Adds lines read elsewhere (a conference's story after a reload); what is known already is not doubled. */
export function withActivities(house: House, more: readonly Activity[]): House {
  const known = new Set(house.activities.map((activity) => activity.id));
  const fresh = more.filter((activity) => !known.has(activity.id));
  if (fresh.length === 0) return house;
  const activities = [...fresh, ...house.activities].sort(newestFirst).slice(0, KEPT_ACTIVITIES);
  return { ...house, activities };
}

/** Takes a conference from a response unless the stream, which is the truth, already told of it. */
export function withResponse(house: House, conference: ConferenceView): House {
  if (house.conferences.some((known) => known.id === conference.id)) return house;
  return { ...house, conferences: [...house.conferences, conference] };
}

function newestFirst(a: Activity, b: Activity): number {
  const byTime = Date.parse(b.at) - Date.parse(a.at);
  if (byTime !== 0) return byTime;
  return b.sequence - a.sequence;
}

function upsert<T extends { id: string }>(list: readonly T[], item: T): T[] {
  const at = list.findIndex((known) => known.id === item.id);
  return at < 0 ? [...list, item] : list.with(at, item);
}

function changeConference(
  house: House, id: string, change: (conference: ConferenceView) => ConferenceView,
): House {
  const at = house.conferences.findIndex((conference) => conference.id === id);
  const conference = house.conferences[at];
  return conference ? { ...house, conferences: house.conferences.with(at, change(conference)) } : house;
}

/** No channel belongs to the participant any more. */
export function isOver(participant: ParticipantView): boolean {
  return participant.state === 'left' || participant.state === 'failed';
}

/** Reasons that are somebody's own decision, and nothing that went wrong. */
const GIVEN_UP = new Set(['cancelled', 'dropped', 'left', 'conference_over', 'caller_hung_up', 'other_number']);

export function isGivenUp(cause: Notice | null | undefined): boolean {
  return !!cause && GIVEN_UP.has(cause.code);
}

/** Somebody who was in it at least once. */
export function tookPart(participant: ParticipantView): boolean {
  return participant.legs.some((leg) => leg.state === 'joined' || leg.state === 'left');
}

export function isClosed(conference: ConferenceView): boolean {
  return conference.state === 'ended' || conference.state === 'refused';
}

export function attendantOf(conference: ConferenceView): ParticipantView | undefined {
  return conference.participants.find((participant) => participant.role === 'attendant');
}
