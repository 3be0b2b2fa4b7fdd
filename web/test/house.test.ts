import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Activity, Board, CallView, ConferenceView, ParticipantView, SessionUser } from '../src/api/types.ts';
import { hasHappened, PATIENCE_MS, stillOpen } from '../src/live/asked.ts';
import { apply, EMPTY_HOUSE, KEPT_ACTIVITIES, withActivities, withResponse } from '../src/live/house.ts';
import { doubt, longestWaiting, mayAct, subject, tookItsPlace, waitingCalls } from '../src/live/select.ts';

const AT = '2026-11-23T10:00:00Z';
const me: SessionUser = { id: 'user_me', name: 'Mia', role: 'attendant', stations: ['1001'] };
const ref = { id: me.id, name: me.name };

const call = (id: string, more: Partial<CallView> = {}): CallView => ({
  id, node_id: 'fs1', state: 'waiting', kind: 'queue', caller: { name: id, number: '1' }, variables: {},
  station_hold: false, arrived_at: AT, since: AT, ...more,
});
const participant = (id: string, more: Partial<ParticipantView> = {}): ParticipantView => ({
  id, role: 'guest', name: id, number: '2', state: 'joined', muted: false, talking: false, on_hold: false, legs: [], ...more,
});
const conference = (id: string, more: Partial<ConferenceView> = {}): ConferenceView => ({
  id, node_id: 'fs1', state: 'live', owner: ref, room: 'r', locked: false, ports: 3, created_at: AT,
  participants: [participant('anna'), participant('ben')], ...more,
});
const activity = (id: string, at: string): Activity => ({ id, type: 'x', sequence: 1, at, text: id });
const board = (more: Partial<Board> = {}): Board => ({ event_id: 'b:1', now: AT, nodes: [], calls: [], conferences: [], ...more });
const houseOf = (more: Partial<Board>) => apply(EMPTY_HOUSE, { type: 'snapshot', data: board(more) });

test('a snapshot replaces the picture, and keeps what was told', () => {
  const told = apply(houseOf({ calls: [call('old')] }), { type: 'activity', data: activity('evt', AT) });
  const fresh = apply(told, { type: 'snapshot', data: board({ calls: [call('new')] }) });
  assert.deepEqual(fresh.calls.map(({ id }) => id), ['new']);
  assert.equal(fresh.activities.length, 1);
});

test('a change keeps its place in the list; a stranger comes last', () => {
  let house = houseOf({ calls: [call('a'), call('b')] });
  house = apply(house, { type: 'call', data: call('a', { state: 'ringing' }) });
  house = apply(house, { type: 'call', data: call('c') });
  assert.deepEqual(house.calls.map(({ id, state }) => [id, state]), [['a', 'ringing'], ['b', 'waiting'], ['c', 'waiting']]);
  assert.deepEqual(apply(house, { type: 'call_gone', data: { id: 'b' } }).calls.map(({ id }) => id), ['a', 'c']);
});

test('a conference that is only history now is taken away', () => {
  const house = houseOf({ conferences: [conference('x'), conference('y')] });
  const left = apply(house, { type: 'conference_gone', data: { id: 'x' } });
  assert.deepEqual(left.conferences.map(({ id }) => id), ['y']);
  assert.equal(subject(left, { kind: 'conference', id: 'x' }, me).kind, 'conference', 'the other one is shown');
});

test('talking touches one participant of one conference, and nothing if it is unknown', () => {
  const house = houseOf({ conferences: [conference('x'), conference('y')] });
  const talking = apply(house, { type: 'talking', data: { conference_id: 'y', participant_id: 'ben', talking: true } });
  assert.deepEqual(talking.conferences.map((one) => one.participants.map((p) => p.talking)), [[false, false], [false, true]]);
  assert.equal(apply(house, { type: 'talking', data: { conference_id: 'z', participant_id: 'ben', talking: true } }), house);
});

test('activities stand newest first, once each, and not without end', () => {
  let house = apply(houseOf({}), { type: 'activity', data: activity('second', '2026-11-23T10:00:02Z') });
  house = withActivities(house, [activity('first', '2026-11-23T10:00:01Z'), activity('second', '2026-11-23T10:00:02Z')]);
  assert.deepEqual(house.activities.map(({ id }) => id), ['second', 'first']);
  for (let n = 0; n < KEPT_ACTIVITIES + 5; n += 1) house = apply(house, { type: 'activity', data: activity(`n${n}`, AT) });
  assert.equal(house.activities.length, KEPT_ACTIVITIES);
});

test('a response never overwrites what the stream already told', () => {
  const house = houseOf({ conferences: [conference('x', { state: 'live' })] });
  assert.equal(withResponse(house, conference('x', { state: 'requested' })), house);
  assert.equal(withResponse(house, conference('y')).conferences.length, 2);
});

test('the longest waiting is first, and one that rings is passed over', () => {
  const house = houseOf({ calls: [
    call('young', { arrived_at: '2026-11-23T10:00:09Z' }), call('old', { state: 'ringing' }), call('middle', { arrived_at: '2026-11-23T10:00:05Z' }),
  ] });
  assert.deepEqual(waitingCalls(house).map(({ id }) => id), ['old', 'middle', 'young']);
  assert.equal(longestWaiting(house)?.id, 'middle');
});

test('the middle follows a call into its conference', () => {
  const chosen = { kind: 'call', id: 'c' } as const;
  const talking = houseOf({ calls: [call('c', { state: 'talking', attendant: ref })] });
  assert.equal(subject(talking, chosen, me).kind, 'call');
  const assembling = apply(talking, { type: 'conference', data: conference('x', { call_id: 'c' }) });
  assert.equal(subject(assembling, chosen, me).kind, 'call', 'until the call itself has moved');
  const moved = apply(assembling, { type: 'call', data: call('c', { state: 'conference', conference_id: 'x' }) });
  assert.equal(subject(moved, chosen, me).kind, 'conference');
  assert.equal(subject(apply(moved, { type: 'call_gone', data: { id: 'c' } }), chosen, me).kind, 'conference');
});

test('after a reload the middle is what this user is busy with, never what others are', () => {
  const other = { id: 'user_other', name: 'Ole' };
  const house = houseOf({ calls: [call('theirs', { state: 'talking', attendant: other })], conferences: [conference('done', { state: 'ended' }), conference('mine')] });
  const found = subject(house, null, me);
  assert.equal(found.kind === 'conference' && found.conference.id, 'mine');
  assert.equal(subject(houseOf({ calls: [call('theirs', { state: 'talking', attendant: other })] }), null, me).kind, 'none');
  assert.equal(mayAct(call('theirs', { attendant: other }), me), false);
  assert.equal(mayAct(call('theirs', { attendant: other }), { ...me, role: 'supervisor' }), true);
});

test('doubt names its reason, the broken link first', () => {
  const node = { id: 'fs1', state: 'up', verified_at: AT, since: AT, sessions: 0, ports_free: 1, ports_total: 1 } as const;
  const now = Date.parse(AT) + 2_000;
  assert.equal(doubt(node, true, now), null);
  assert.equal(doubt(node, false, now), 'link');
  assert.equal(doubt({ ...node, state: 'down' }, true, now), 'down');
  assert.equal(doubt({ ...node, state: 'paused' }, true, now), null);
  assert.equal(doubt(node, true, now + 60_000), 'old');
});

test('what was asked stays asked until its effect is seen, or patience ends', () => {
  const before = houseOf({ conferences: [conference('x')] });
  const ask = { on: 'participant', conference: 'x', id: 'anna', verb: 'mute' } as const;
  const asked = [{ ask, at: 1000 }];
  assert.equal(stillOpen(asked, before, 2000).length, 1);
  assert.equal(stillOpen(asked, before, 1000 + PATIENCE_MS).length, 0);
  const muted = apply(before, { type: 'conference', data: conference('x', { participants: [participant('anna', { muted: true })] }) });
  assert.equal(stillOpen(asked, muted, 2000).length, 0);
});

test('each verb knows its own effect', () => {
  const talking = houseOf({ calls: [call('c', { state: 'talking' })], conferences: [conference('x', { locked: true, participants: [participant('me', { role: 'attendant' })] })] });
  assert.equal(hasHappened({ on: 'call', id: 'c', verb: 'hold' }, talking), false);
  assert.equal(hasHappened({ on: 'call', id: 'c', verb: 'resume' }, talking), true);
  assert.equal(hasHappened({ on: 'call', id: 'gone', verb: 'hangup' }, talking), true);
  assert.equal(hasHappened({ on: 'conference', id: 'x', verb: 'lock' }, talking), true);
  assert.equal(hasHappened({ on: 'conference', id: 'x', verb: 'leave' }, talking), false);
  assert.equal(hasHappened({ on: 'conference', id: 'x', verb: 'rejoin' }, talking), true);
  assert.equal(hasHappened({ on: 'participant', conference: 'x', id: 'me', verb: 'redial' }, talking), true);
});

test('what was lost is rung again when it says by which, and the page goes there once both are seen', () => {
  const lost = houseOf({ conferences: [conference('old', { state: 'ended', rescuable: true })] });
  const ask = { on: 'conference', id: 'old', verb: 'rescue' } as const;
  assert.equal(hasHappened(ask, lost), false);
  const told = apply(lost, { type: 'conference', data: conference('old', { state: 'ended', rescued_by: 'new' }) });
  assert.equal(hasHappened(ask, told), true);
  assert.equal(tookItsPlace('old', lost, told), null, 'not to be seen yet');
  const both = apply(told, { type: 'conference', data: conference('new') });
  assert.equal(tookItsPlace('old', told, both), 'new');
  const later = apply(both, { type: 'conference', data: conference('new', { locked: true }) });
  assert.equal(tookItsPlace('old', both, later), null, 'whoever goes back to look at the old one stays there');
  assert.equal(tookItsPlace('new', told, both), null);
});
