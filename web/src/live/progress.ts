/** How far a conference has come with its people. Pure. */
import type { Activity, ConferenceView, ParticipantView } from '../api/types.ts';
import type { House } from './house.ts';

/** From so many people on they are told of as numbers, and not one by one. */
export const MANY = 12;

export const isMany = (conference: ConferenceView): boolean => conference.participants.length >= MANY;

/** Whom to show of many. */
export type Shown = 'all' | 'joined' | 'ringing' | 'waiting' | 'failed' | 'left';

export const SHOWN: readonly Shown[] = ['all', 'joined', 'ringing', 'waiting', 'failed', 'left'];

const WHERE: Record<ParticipantView['state'], Shown> = {
  queued: 'waiting', dialing: 'ringing', ringing: 'ringing', answered: 'ringing', confirming: 'ringing',
  joined: 'joined', failed: 'failed', left: 'left',
};

export const isShown = (one: ParticipantView, shown: Shown): boolean => shown === 'all' || WHERE[one.state] === shown;

export const countOf = ({ progress }: ConferenceView, shown: Shown): number =>
  (shown === 'all' ? progress?.total : progress?.[shown]) ?? 0;

const isSettled = (conference: ConferenceView): boolean =>
  countOf(conference, 'ringing') + countOf(conference, 'waiting') === 0;

/** Tenths of the people of whom it is known what became of them. */
const tenths = (conference: ConferenceView): number => {
  const open = countOf(conference, 'ringing') + countOf(conference, 'waiting');
  const total = countOf(conference, 'all');
  return total === 0 ? 10 : Math.floor(((total - open) * 10) / total);
};

/** Whether a listener should hear the numbers again: at each tenth, and when all is known. */
export function hasComeOn(before: ConferenceView | undefined, after: ConferenceView): boolean {
  if (!isMany(after) || !before) return false;
  return tenths(after) > tenths(before) || (isSettled(after) && !isSettled(before));
}

const ONE_BY_ONE = new Set(['dialing', 'ringing', 'answered', 'confirming', 'joined', 'failed', 'retry']);

/** Told with the numbers: one of many who are just being rung. */
export function isOneOfMany({ type, conference_id }: Activity, house: House): boolean {
  const conference = house.conferences.find((one) => one.id === conference_id);
  const [, step] = /^conference\.participant\.(\w+)$/.exec(type) ?? [];
  return !!conference && isMany(conference) && ONE_BY_ONE.has(step ?? '') && !isSettled(conference);
}

/** Somebody is queued or being rung who may be called off together with the others. */
export const isRinging = (conference: ConferenceView): boolean =>
  conference.participants.some((one) => one.role === 'guest' && ['waiting', 'ringing'].includes(WHERE[one.state]));
