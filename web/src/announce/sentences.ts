/** Which sentences a status is worth, and in which voice. Pure. */
import type { CallView, ConferenceView, Status } from '../api/types.ts';
import { waitingCalls } from '../live/select.ts';
import { countOf, hasComeOn, isOneOfMany } from '../live/progress.ts';
import type { House } from '../live/house.ts';
import { holdsApart } from '../live/recording.ts';
import { toldOf } from '../live/told.ts';
import type { Strings } from '../strings/en.ts';

export interface Sentence {
  voice: 'polite' | 'assertive';
  text: string;
  /** Whose state it tells; a later one makes it void. */
  about?: string | undefined;
}

export function callerName(call: CallView, t: Strings): string {
  return call.caller.name || call.caller.number || t.queue.unknown;
}

/** The sentences for what changed between two pictures. */
export function sentences(before: House, after: House, status: Status, t: Strings): Sentence[] {
  if (status.type === 'activity') {
    const { type, participant_id } = status.data;
    const text = t.told(toldOf(status.data, after.conferences, t));
    // Told by the assertive voice when the call itself came.
    // That they joined on the one number says it all.
    if (type === 'conference.participant.other_number' || isOneOfMany(status.data, after)) return [];
    // What somebody relies on, and has lost.
    if (type === 'conference.recording.lost' || type === 'conference.recording.failed') return [{ voice: 'assertive', text }];
    const { conference_id } = status.data;
    const meeting = conference_id ? spokenOfMeeting(type, text, after.conferences.find((one) => one.id === conference_id), t) : null;
    if (meeting) return [meeting];
    if (type === 'conference.handed_over') return [{ voice: 'assertive', text }];
    return type === 'call.arrived' || type === 'call.waiting' ? [] : [{ voice: 'polite', text, about: participant_id ?? undefined }];
  }
  if (before.empty) {
    return after.empty ? [] : [{ voice: 'polite', text: picture(after, t) }];
  }
  return [
    ...incoming(before, after, t), ...links(before, after, t),
    ...store(before, after, t), ...questions(before, after, t), ...progress(before, after, t),
    ...lost(before, after, t), ...recordedApart(before, after, t),
  ];
}

/** How many wait to speak, and how far a vote has come; of many votes only the latest sum. */
function spokenOfMeeting(type: string, text: string, conference: ConferenceView | undefined, t: Strings): Sentence | null {
  if (!conference) return null;
  if (type === 'conference.participant.hand_raised') {
    return { voice: 'polite', text: t.say.hand(text, (conference.hands ?? []).length), about: `hands ${conference.id}` };
  }
  const vote = conference.votes?.at(-1);
  return type === 'conference.vote.cast' && vote
    ? { voice: 'polite', text: t.say.votes(vote.cast, vote.missing), about: `votes ${conference.id}` } : null;
}

function picture(house: House, t: Strings): string {
  const calls = house.calls.filter((call) => call.state === 'talking' || call.state === 'held').length;
  const live = house.conferences.filter((one) => one.state !== 'ended' && one.state !== 'refused').length;
  return t.say.picture(waitingCalls(house).length, calls, live);
}

function incoming(before: House, after: House, t: Strings): Sentence[] {
  if (before.calls === after.calls) return [];
  const known = new Set(before.calls.map((call) => call.id));
  return after.calls
    .filter((call) => call.state === 'waiting' && !known.has(call.id))
    .map((call) => {
      const text = t.say.incoming(callerName(call, t), call.queue);
      return { voice: 'assertive', text: call.comes_back_to ? `${text} ${t.call.cameBack}` : text };
    });
}

function links(before: House, after: House, t: Strings): Sentence[] {
  if (before.nodes === after.nodes) return [];
  return after.nodes.flatMap((node): Sentence[] => {
    const was = before.nodes.find((known) => known.id === node.id)?.state;
    if (!was || was === node.state) return [];
    if (node.state === 'down') return [{ voice: 'assertive', text: t.say.nodeDown(node.id) }];
    if (node.state === 'up' && was !== 'paused') return [{ voice: 'polite', text: t.say.nodeUp(node.id) }];
    return [];
  });
}

/** The store is one for all switches, and told of once. */
function store(before: House, after: House, t: Strings): Sentence[] {
  if (before.nodes === after.nodes || before.nodes.length === 0) return [];
  const isUp = (house: House): boolean => house.nodes.every((node) => node.store_is_up !== false);
  if (isUp(before) === isUp(after)) return [];
  return [{ voice: 'polite', about: 'store', text: isUp(after) ? t.say.storeUp : t.node.storeDown }];
}

/** Many people are told of as numbers: now and then, and when it is known what became of all. */
function progress(before: House, after: House, t: Strings): Sentence[] {
  if (before.conferences === after.conferences) return [];
  const come = after.conferences.filter((one) => hasComeOn(before.conferences.find((known) => known.id === one.id), one));
  return come.map((one) => ({
    voice: 'polite', about: `progress ${one.id}`,
    text: t.progress.spoken(countOf(one, 'joined'), countOf(one, 'all'), countOf(one, 'ringing'), countOf(one, 'waiting'), countOf(one, 'failed')),
  }));
}

function questions(before: House, after: House, t: Strings): Sentence[] {
  if (before.conferences === after.conferences) return [];
  return after.conferences.flatMap((conference): Sentence[] => {
    const was = before.conferences.find((known) => known.id === conference.id);
    return conference.question && !was?.question
      ? [{ voice: 'assertive', text: t.conference.questionSpoken }] : [];
  });
}

/** Void once everybody is rung again: said only if that is not done at once. */
function lost(before: House, after: House, t: Strings): Sentence[] {
  if (before.conferences === after.conferences) return [];
  return after.conferences.flatMap((conference): Sentence[] => {
    const was = before.conferences.find((known) => known.id === conference.id);
    return conference.rescuable && was && !was.rescuable
      ? [{ voice: 'polite', text: t.conference.rescueSpoken, about: conference.id }] : [];
  });
}

/** From now on a recording has what some believe to say to each other alone. */
function recordedApart(before: House, after: House, t: Strings): Sentence[] {
  if (before.conferences === after.conferences) return [];
  return after.conferences.flatMap((conference): Sentence[] => {
    const was = before.conferences.find((known) => known.id === conference.id);
    return was && holdsApart(conference) && !holdsApart(was) ? [{ voice: 'polite', text: t.recording.holdsApart }] : [];
  });
}
