/**
 * The desk: what this page knows, as signals, and what its user can do. Views read the signals and call the
 * functions; they hold no state of the house themselves.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import { Announcer } from './announce/announcer.ts';
import { callerName, sentences } from './announce/sentences.ts';
import {
  BASE, Client, type ConferenceVerb, newKey, type ParticipantVerb, Problem, type Told, Unreachable,
} from './api/client.ts';
import { followEvents } from './api/events.ts';
import type {
  AttendantView, CallView, ConferenceView, Group, NewConference, NewParticipant, Session, Status,
} from './api/types.ts';
import { type Ask, type Asked, leavesNoTrace, matterOf, replaces, sameAsk, stillOpen } from './live/asked.ts';
import { now, serverNow, setServerTime, startClock } from './live/clock.ts';
import { apply, EMPTY_HOUSE, type House, isClosed, withActivities, withResponse } from './live/house.ts';
import { keep, recall } from './live/kept.ts';
import { type Chosen, longestWaiting, subject, type Subject, tookItsPlace } from './live/select.ts';
import {
  commit, type Draft, EMPTY_DRAFT, place, PressKeys, toGroups, toParticipants, withGroup, withPeople,
} from './request/draft.ts';
import { type GroupDraft, readDraft } from './request/group.ts';
import { isWrong, readOptions, withOptions } from './request/options.ts';
import { t } from './strings/index.ts';

/** One saying in a live region; the number lets the same words be said twice. */
export interface Line {
  id: number;
  text: string;
}

export const session = signal<Session | null>(null);
/** `ended`: there was a session, and the server ended it. */
export const door = signal<'opening' | 'unreachable' | 'closed' | 'ended' | 'open'>('opening');
export const house = signal<House>(EMPTY_HOUSE);
export const linkLive = signal(false);
/** The link was there and is lost; not merely not there yet. */
export const linkLost = signal(false);
export const chosen = signal<Chosen>(null);
export const politeLines = signal<readonly Line[]>([]);
export const assertiveLines = signal<readonly Line[]>([]);
/** The latest refusal, shown until something else is done. */
export const refusal = signal<string | null>(null);
export const singleKeys = signal(recall('local', 'singleKeys', true));
export const answerStation = signal(recall('local', 'station', ''));
export const draft = signal<Draft>(recall('session', 'draft', EMPTY_DRAFT));
/** A standing group that is made or changed, and not saved yet. */
export const groupDraft = signal<GroupDraft | null>(readDraft(recall<unknown>('session', 'group', null)));
export const ringMe = signal(true);
/** The others are rung when the attendant is in. */
export const meFirst = signal(false);
export const startOptions = signal(readOptions(recall<unknown>('local', 'startOptions', null)));
export const starting = signal(false);
/** What was wrong with the whole request, not with one chip. */
export const draftError = signal<string | null>(null);
export const helpOpen = signal(false);
/** The conference whose end waits for a second press. */
export const endAsked = signal<string | null>(null);
/** Of whom everything that can be asked is shown: a participant, or a conference for everybody in it. */
export const panel = signal<string | null>(null);

/** The conference for which a vote is being written. */
export const voteForm = signal<string | null>(null);
/** What stands on the right. */
export const TABS = ['now', 'history', 'groups'] as const;
export const rightTab = signal<(typeof TABS)[number]>('now');

/** Who works here. */
export const attendants = signal<readonly AttendantView[]>([]);
/** Standing groups, by name. */
export const groups = signal<readonly Group[]>([]);
/** Whom the caller of the call in the middle asked for the last time. */
export const lastTime = signal<{ call: string; participants: readonly NewParticipant[] } | null>(null);

const asked = signal<readonly Asked[]>([]);

export const user = computed(() => session.value?.user ?? null);
export const current = computed<Subject>(() =>
  user.value ? subject(house.value, chosen.value, user.value) : { kind: 'none' });
/** The station to ring: the one chosen, or the user's first. */
export const station = computed(() => {
  const mine = user.value?.stations ?? [];
  return mine.includes(answerStation.value) ? answerStation.value : (mine[0] ?? '');
});

effect(() => keep('local', 'singleKeys', singleKeys.value));
effect(() => keep('local', 'station', answerStation.value));
effect(() => keep('session', 'draft', draft.value));
effect(() => keep('session', 'group', groupDraft.value));
effect(() => keep('local', 'startOptions', startOptions.value));

export const client = new Client(sessionEnded);
const pressKeys = new PressKeys(newKey);
const toldStories = new Set<string>();
let stopFollowing = (): void => {};

const LINES_KEPT = 3;
const announcer = new Announcer(
  {
    polite: (text) => { politeLines.value = spoken(politeLines.value, text); },
    assertive: (text) => { assertiveLines.value = spoken(assertiveLines.value, text); },
  },
  { now: () => performance.now(), later: (ms, run) => void setTimeout(run, ms) },
  t.say.more,
);

function spoken(lines: readonly Line[], text: string): Line[] {
  return [...lines, { id: (lines.at(-1)?.id ?? 0) + 1, text }].slice(-LINES_KEPT);
}

export const say = (text: string, about?: string): void => announcer.polite(text, about);
/** What cannot wait. */
export const sayNow = (text: string): void => announcer.assertive(text);

// ---- the door -------------------------------------------------------------------------------------------------

export async function open(): Promise<void> {
  startClock();
  // A browser nobody has signed in with need not ask, and be told off for it.
  if (!recall('local', 'signedIn', false)) {
    door.value = 'closed';
    return;
  }
  for (let pause = 500; ; pause = Math.min(pause * 2, 8_000)) {
    try {
      const known = await client.session();
      if (known) enter(known);
      else door.value = 'closed';
      return;
    } catch {
      door.value = 'unreachable';
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
}

/** Resolves to what was wrong, or to nothing. */
export async function signIn(name: string, password: string): Promise<string | null> {
  try {
    enter(await client.signIn(name, password));
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.details.detail ?? t.login.wrong;
    return t.login.unreachable;
  }
}

export async function signOut(): Promise<void> {
  try {
    await client.signOut();
    draft.value = EMPTY_DRAFT;
    groupDraft.value = null;
    leave('closed');
  } catch (error) {
    if (error instanceof Problem && error.status === 401) sessionEnded();
    else report(error, t.header.signOutFailed);
  }
}

function enter(known: Session): void {
  keep('local', 'signedIn', true);
  batch(() => {
    session.value = known;
    door.value = 'open';
    house.value = EMPTY_HOUSE;
  });
  toldStories.clear();
  stopFollowing();
  stopFollowing = followEvents(`${BASE}/events`, {
    onStatus: receive, onLink: setLink, onUnauthorised: sessionEnded,
  });
}

function sessionEnded(): void {
  if (door.value === 'open') leave('ended');
}

function leave(how: 'closed' | 'ended'): void {
  stopFollowing();
  keep('local', 'signedIn', false);
  batch(() => {
    session.value = null;
    door.value = how;
    house.value = EMPTY_HOUSE;
    linkLive.value = linkLost.value = false;
    chosen.value = null;
    asked.value = [];
    lastTime.value = null;
    refusal.value = draftError.value = endAsked.value = panel.value = voteForm.value = null;
  });
}

// ---- what comes in --------------------------------------------------------------------------------------------

function receive(status: Status): void {
  const before = house.value;
  const after = apply(before, status);
  const shown = current.value;
  const next = shown.kind === 'conference' ? tookItsPlace(shown.conference.id, before, after) : null;
  batch(() => {
    if (status.type === 'snapshot') setServerTime(status.data.now);
    house.value = after;
    if (next) chosen.value = { kind: 'conference', id: next };
    if (asked.value.length) asked.value = stillOpen(asked.value, after, serverNow());
  });
  for (const { voice, text, about } of sentences(before, after, status, t)) {
    if (voice === 'polite') announcer.polite(text, about);
    else announcer.assertive(text);
  }
  if (status.type === 'snapshot') {
    void readStories(after);
    void readGroups();
  }
}

export async function readGroups(): Promise<void> {
  try {
    groups.value = (await client.groups()).groups;
  } catch {
    // Those known before are offered still; the server says if one of them is gone.
  }
}

effect(() => {
  const subjectNow = current.value;
  const call = subjectNow.kind === 'call' ? subjectNow.call.id : null;
  if (call === (lastTime.peek()?.call ?? null)) return;
  lastTime.value = call ? { call, participants: [] } : null;
  if (call) void readLastTime(call);
});

async function readLastTime(call: string): Promise<void> {
  try {
    const { participants } = await client.lastTime(call);
    if (lastTime.value?.call === call) lastTime.value = { call, participants };
  } catch {
    // It only spares typing.
  }
}

/** Rings everybody of a group, and whoever is on the line. */
export function startGroup(group: Group): void {
  draft.value = withGroup(draft.value, group);
  void start();
}

/** The same people as last time. */
export function startLastTime(): void {
  if (!lastTime.value?.participants.length) return;
  draft.value = withPeople(draft.value, lastTime.value.participants);
  void start();
}

function setLink(live: boolean): void {
  const was = linkLive.value;
  batch(() => {
    if (was && !live) announcer.assertive(t.link.lostLong);
    if (!was && live && linkLost.value) announcer.polite(t.link.back);
    linkLive.value = live;
    linkLost.value = !live && (was || linkLost.value);
  });
}

/** After a reload the page tells again what happened in the conferences on the board. */
async function readStories(seen: House): Promise<void> {
  const latest = [...seen.conferences]
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
    .filter((conference) => !toldStories.has(conference.id))
    .slice(0, 5);
  for (const { id } of latest) {
    try {
      toldStories.add(id);
      const story = await client.story(id);
      house.value = withActivities(house.value, story.activities);
    } catch {
      // The picture itself is complete without it.
      toldStories.delete(id);
      return;
    }
  }
}

// ---- what the user does ---------------------------------------------------------------------------------------

/** Whether it was asked and is not seen to have happened. */
export function isAsked(ask: Ask): boolean {
  return asked.value.some((one) => sameAsk(one.ask, ask));
}

/** What was asked of this call, participant or conference, and is not seen to have happened. */
export function askedOf(id: string): Ask[] {
  return asked.value.map((one) => one.ask).filter((ask) => ask.id === id);
}

effect(() => {
  const open = stillOpen(asked.peek(), house.peek(), now.value);
  if (open.length !== asked.peek().length) asked.value = open;
});

/** Steps of one matter that come fast go out in their order: two requests at once may overtake each other. */
const underWay = new Map<string, Promise<void>>();

async function ask(what: Ask, send: () => Promise<CallView | ConferenceView>): Promise<void> {
  if (isAsked(what)) return;
  const matter = matterOf(what);
  const sent = carryOut(what, send, underWay.get(matter));
  underWay.set(matter, sent);
  await sent;
  if (underWay.get(matter) === sent) underWay.delete(matter);
}

async function carryOut(
  what: Ask, send: () => Promise<CallView | ConferenceView>, before: Promise<void> | undefined,
): Promise<void> {
  refusal.value = null;
  asked.value = [...asked.value.filter((one) => !replaces(what, one.ask)), { ask: what, at: serverNow() }];
  try {
    await before;
    // Another step was wanted meanwhile; only the last one matters.
    if (before && !isAsked(what)) return;
    await send();
    if (leavesNoTrace(what, house.value)) asked.value = asked.value.filter((one) => !sameAsk(one.ask, what));
  } catch (error) {
    asked.value = asked.value.filter((one) => !sameAsk(one.ask, what));
    report(error);
  }
}

function report(error: unknown, before = ''): void {
  const text = error instanceof Problem ? t.sentence(error.message) : t.say.noEffect;
  refusal.value = before + text;
  announcer.assertive(before + text);
}

export function answer(call: CallView | undefined = longestWaiting(house.value)): void {
  if (!call) {
    say(t.say.nobodyWaits);
    return;
  }
  chosen.value = { kind: 'call', id: call.id };
  void ask({ on: 'call', id: call.id, verb: 'answer' }, () => client.call(call.id, 'answer', station.value));
}

/** Lets a waiting caller into a conference, and shows it. */
export function letIn(call: CallView, conference: ConferenceView): void {
  chosen.value = { kind: 'conference', id: conference.id };
  void ask({ on: 'call', id: call.id, verb: 'join' }, () => client.join(call.id, conference.id));
}

export function callAction(call: CallView, verb: 'hold' | 'resume' | 'hangup'): void {
  void ask({ on: 'call', id: call.id, verb }, () => client.call(call.id, verb));
}

export function conferenceAction(conference: ConferenceView, verb: ConferenceVerb, told?: Told): void {
  endAsked.value = null;
  // Whoever acts on a conference wants to see what comes of it.
  chosen.value = { kind: 'conference', id: conference.id };
  const body = verb === 'rejoin' && station.value ? { station: station.value } : told;
  void ask({ on: 'conference', id: conference.id, verb, ...(told && { body: told }) },
    () => client.conference(conference.id, verb, body));
}

/** The answer is another conference, with everybody who was in. */
export function rescue(conference: ConferenceView): void {
  void ask({ on: 'conference', id: conference.id, verb: 'rescue' }, async () => {
    const again = await client.conference(conference.id, 'rescue');
    show(again);
    return again;
  });
}

export function show(conference: ConferenceView): void {
  batch(() => {
    house.value = withResponse(house.value, conference);
    chosen.value = { kind: 'conference', id: conference.id };
  });
}

export function participantAction(
  conference: ConferenceView, id: string, verb: ParticipantVerb, body?: Told,
): void {
  void ask({ on: 'participant', conference: conference.id, id, verb, ...(body && { body }) },
    () => client.participant(conference.id, id, verb, body));
}

/** Shows or hides all that can be asked for a participant, or for everyone in a conference. */
export function togglePanel(id: string): void {
  panel.value = panel.value === id ? null : id;
  if (panel.value) void readAttendants();
}

/** Asked anew whenever somebody may be chosen: who has a page open changes all day. */
async function readAttendants(): Promise<void> {
  try {
    attendants.value = (await client.attendants()).attendants;
  } catch {
    // Those known before are offered still; the server says if one of them is gone.
  }
}

/** What Start would do now. */
export const startMode = computed<'call' | 'add' | 'cold'>(() => {
  const subjectNow = current.value;
  if (subjectNow.kind === 'conference' && !isClosed(subjectNow.conference)) return 'add';
  if (subjectNow.kind === 'call' && (subjectNow.call.state === 'talking' || subjectNow.call.state === 'held')) {
    return 'call';
  }
  return 'cold';
});

effect(() => {
  // A complaint about one kind of request says nothing about another.
  void startMode.value;
  draftError.value = null;
});

/** There is a number by which people could come in. */
export const canDialIn = computed(() => house.value.nodes.some((node) => node.dial_in != null));

/** Nobody has to be rung: whoever is wanted dials in, and somebody is there to begin with. */
function allDialIn(): boolean {
  if (!canDialIn.value || !startOptions.value.dialIn) return false;
  return startMode.value === 'call' || (startMode.value === 'cold' && ringMe.value && !!station.value);
}

export async function start(): Promise<void> {
  if (starting.value) return;
  const line = commit(draft.value, groups.value);
  draft.value = line;
  draftError.value = null;
  if (line.chips.length === 0 && !allDialIn()) return complain(t.request.nobody);
  if (line.chips.some((chip) => chip.numbers.length === 0 && !chip.group)) return complain(t.request.fixFirst);

  if (startMode.value !== 'add' && isWrong(startOptions.value)) return complain(t.request.optionsWrong);

  starting.value = true;
  try {
    const conference = await sendDraft(line);
    pressKeys.answered();
    batch(() => {
      show(conference);
      // Somebody added while the answer was on its way stays on the line.
      const sent = new Set(line.chips.map((chip) => chip.id));
      draft.value = { ...draft.value, chips: draft.value.chips.filter((chip) => !sent.has(chip.id)) };
    });
  } catch (error) {
    if (error instanceof Problem) {
      pressKeys.answered();
      const { draft: marked, rest } = place(draft.value, error.details.errors ?? []);
      draft.value = marked;
      const count = marked.chips.filter((chip) => chip.error).length;
      const about = [count ? t.request.refusedAt(count) : t.sentence(error.message), ...rest.map((one) => t.sentence(one.detail))];
      complain(about.join(' '), marked.chips.map((chip) => chip.error ?? ''));
    } else {
      complain(error instanceof Unreachable ? t.request.unknown : String(error));
    }
  } finally {
    starting.value = false;
  }
}

function sendDraft(line: Draft): Promise<ConferenceView> {
  const people = { participants: toParticipants(line), groups: toGroups(line) };
  const subjectNow = current.value;
  if (startMode.value === 'add' && subjectNow.kind === 'conference') {
    const { id } = subjectNow.conference;
    return client.add(id, people, pressKeys.press(JSON.stringify([id, people])));
  }
  const wanted: NewConference = people;
  if (startMode.value === 'call' && subjectNow.kind === 'call') {
    wanted.call_id = subjectNow.call.id;
  } else if (ringMe.value && station.value) {
    wanted.include_attendant = true;
    wanted.station = station.value;
    if (meFirst.value) wanted.attendant_first = true;
  }
  const whole = withOptions(wanted, { ...startOptions.value, dialIn: startOptions.value.dialIn && canDialIn.value });
  return client.start(whole, pressKeys.press(JSON.stringify(whole)));
}

/** `spoken`: what the eye sees at the chips, and the ear would miss. */
function complain(text: string, spoken: readonly string[] = []): void {
  draftError.value = text;
  announcer.assertive([text, ...spoken.filter(Boolean).map(t.sentence)].join(' '));
}

export const readHistory = (before?: string) => client.history(before);
/** Which of a conference's recordings can be downloaded. */
export const readRecordings = async (id: string): Promise<ReadonlySet<string>> =>
  new Set((await client.recordings(id)).recordings.filter((one) => one.available).map((one) => one.recording.id));
export const readStory = (id: string) => client.story(id);
export const nameOf = (call: CallView): string => callerName(call, t);
