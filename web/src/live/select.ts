/** Which of what is there concerns this user, and what stands in the middle of the page. Pure. */
import type { CallView, ConferenceView, NodeView, SessionUser } from '../api/types.ts';
import { isClosed, type House } from './house.ts';

export type Chosen = { kind: 'call' | 'conference'; id: string } | null;

export type Subject =
  | { kind: 'call'; call: CallView }
  | { kind: 'conference'; conference: ConferenceView }
  | { kind: 'none' };

const byArrival = (a: CallView, b: CallView): number =>
  Date.parse(a.arrived_at) - Date.parse(b.arrived_at) || (a.id < b.id ? -1 : 1);

/** Callers nobody talks to yet, longest first. A call being answered keeps its place, so that nothing jumps. */
export function waitingCalls(house: House): CallView[] {
  return house.calls.filter((call) => call.state === 'waiting' || call.state === 'ringing').sort(byArrival);
}

/** The call that Answer without pointing at one means. */
export function longestWaiting(house: House): CallView | undefined {
  return waitingCalls(house).find((call) => call.state === 'waiting');
}

export function isMine(thing: CallView | ConferenceView, user: SessionUser): boolean {
  return ('owner' in thing ? thing.owner.id : thing.attendant?.id) === user.id;
}

/** Whether the server would let this user act on it. */
export function mayAct(thing: CallView | ConferenceView, user: SessionUser): boolean {
  return user.role !== 'attendant' || isMine(thing, user);
}

export function ongoingCalls(house: House): CallView[] {
  return house.calls.filter((call) => call.state === 'talking' || call.state === 'held').sort(byArrival);
}

export function openConferences(house: House): ConferenceView[] {
  return house.conferences.filter((conference) => !isClosed(conference)).sort(byCreation);
}

/** The conferences a waiting caller can be let into: the one their line dropped out of first. */
export function placesFor(call: CallView, house: House, user: SessionUser | null): ConferenceView[] {
  const open = openConferences(house)
    .filter((one) => one.state === 'live' && !one.locked && one.node_id === call.node_id && !!user && mayAct(one, user));
  const back = open.find((one) => one.id === call.comes_back_to);
  return back ? [back, ...open.filter((one) => one !== back)] : open;
}

/** Whom "let in" without pointing at anybody means: the first who comes back. */
export function comesBack(house: House): CallView | undefined {
  return waitingCalls(house).find((call) => call.state === 'waiting' && call.comes_back_to);
}

const byCreation = (a: ConferenceView, b: ConferenceView): number =>
  Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : 1);

/** What stands in the middle: what the user chose while it is there, otherwise what they are busy with. */
export function subject(house: House, chosen: Chosen, user: SessionUser): Subject {
  return pointedAt(house, chosen) ?? busyWith(house, user);
}

function pointedAt(house: House, chosen: Chosen): Subject | null {
  if (!chosen) return null;
  if (chosen.kind === 'conference') {
    const conference = house.conferences.find((one) => one.id === chosen.id);
    return conference ? { kind: 'conference', conference } : null;
  }
  const call = house.calls.find((one) => one.id === chosen.id);
  // The conference remembers its call even after the call itself is no longer shown.
  const conference = house.conferences.find((one) =>
    one.id === call?.conference_id || (one.call_id === chosen.id && one.state !== 'refused'));
  if (conference && (!call || call.state === 'conference')) return { kind: 'conference', conference };
  return call && call.state !== 'ended' && call.state !== 'transferred' ? { kind: 'call', call } : null;
}

/** The conference that took the place of this one, when it is to be seen for the first time. */
export function tookItsPlace(id: string, before: House, after: House): string | null {
  const now = placeTaker(id, after);
  return now && !placeTaker(id, before) ? now : null;
}

function placeTaker(id: string, { conferences }: House): string | null {
  const by = conferences.find((one) => one.id === id)?.rescued_by;
  return by && conferences.some((one) => one.id === by) ? by : null;
}

function busyWith(house: House, user: SessionUser): Subject {
  const mine = house.calls.filter((call) => isMine(call, user));
  const call = mine.find((one) => one.state === 'talking') ?? mine.find((one) => one.state === 'ringing');
  if (call) return { kind: 'call', call };
  const conferences = house.conferences.filter((one) => isMine(one, user)).sort(byCreation);
  const conference = conferences.findLast((one) => !isClosed(one));
  if (conference) return { kind: 'conference', conference };
  const held = mine.find((one) => one.state === 'held');
  return held ? { kind: 'call', call: held } : { kind: 'none' };
}

/** How long a node's own word is believed. It is probed every 2 s, and each probe that is answered is told. */
export const BELIEVED_MS = 5_000;

/** Why what is shown of a node may be out of date; null if it is true. */
export function doubt(
  node: NodeView | undefined, linkLive: boolean, now: number,
): 'link' | 'down' | 'synchronising' | 'old' | null {
  if (!linkLive) return 'link';
  if (!node) return null;
  if (node.state === 'down' || node.state === 'synchronising') return node.state;
  if (node.verified_at && now - Date.parse(node.verified_at) > BELIEVED_MS) return 'old';
  return null;
}
