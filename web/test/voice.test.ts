import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Announcer, BREATH_MS, ECHO_MS } from '../src/announce/announcer.ts';
import { sentences } from '../src/announce/sentences.ts';
import type { CallView, ConferenceView, NodeView, Status } from '../src/api/types.ts';
import { KEYS, meaning, type Press, shownKey } from '../src/keys/keymap.ts';
import { apply, EMPTY_HOUSE } from '../src/live/house.ts';
import { en } from '../src/strings/en.ts';

/** A clock that stands still until it is moved. */
function makeVoice() {
  let time = 0;
  let queue: { at: number; run: () => void }[] = [];
  const said: string[] = [];
  const announcer = new Announcer(
    { polite: (text) => said.push(text), assertive: (text) => said.push(`! ${text}`) },
    { now: () => time, later: (ms, run) => void queue.push({ at: time + ms, run }) },
    en.say.more,
  );
  const pass = (ms: number): void => {
    time += ms;
    const due = queue.filter((one) => one.at <= time);
    queue = queue.filter((one) => one.at > time);
    for (const one of due) one.run();
  };
  return { announcer, said, pass };
}

test('statuses that come together are said together, the latest first of all', () => {
  const { announcer, said, pass } = makeVoice();
  for (let n = 1; n <= 10; n += 1) announcer.polite(`Number ${n} joined`);
  assert.deepEqual(said, []);
  pass(BREATH_MS);
  assert.deepEqual(said, [`2 more. ${[3, 4, 5, 6, 7, 8, 9, 10].map((n) => `Number ${n} joined.`).join(' ')}`]);
});

test('of what waits about one person only the latest is said; the same again later is news', () => {
  const { announcer, said, pass } = makeVoice();
  announcer.polite('Ben is ringing.', 'ben');
  announcer.polite('Anna is ringing.', 'anna');
  announcer.polite('Ben: busy.', 'ben');
  pass(BREATH_MS);
  announcer.polite('Ben: busy.', 'ben');
  pass(BREATH_MS);
  assert.deepEqual(said, ['Anna is ringing. Ben: busy.', 'Ben: busy.']);
});

test('between two sayings there is a breath', () => {
  const { announcer, said, pass } = makeVoice();
  announcer.polite('One.');
  pass(BREATH_MS);
  announcer.polite('Two.');
  pass(BREATH_MS - 100);
  assert.deepEqual(said, ['One.']);
  pass(100);
  assert.deepEqual(said, ['One.', 'Two.']);
});

test('the same words are not said twice in a row, but later they are', () => {
  const { announcer, said, pass } = makeVoice();
  announcer.assertive('Link lost.');
  announcer.assertive('Link lost.');
  pass(ECHO_MS + 1);
  announcer.assertive('Link lost.');
  assert.deepEqual(said, ['! Link lost.', '! Link lost.']);
});

const AT = '2026-11-23T10:00:00Z';
const call = (id: string): CallView => ({
  id, node_id: 'fs1', state: 'waiting', kind: 'queue', queue: 'sales', caller: { name: 'Rosa', number: '1' }, variables: {},
  station_hold: false, arrived_at: AT, since: AT,
});
const node = (state: NodeView['state']): NodeView => ({ id: 'fs1', state, verified_at: AT, since: AT, sessions: 0, ports_free: 1, ports_total: 1 });

function told(...statuses: Status[]) {
  let house = EMPTY_HOUSE;
  return statuses.map((status) => {
    const before = house;
    house = apply(house, status);
    return sentences(before, house, status, en);
  });
}

test('the first picture is one polite sentence; a call that comes later interrupts, once', () => {
  const snapshot: Status = { type: 'snapshot', data: { event_id: 'b:1', now: AT, nodes: [node('up')], calls: [call('a')], conferences: [] } };
  const [first, incoming, again] = told(snapshot, { type: 'call', data: call('b') }, { type: 'call', data: call('b') });
  assert.deepEqual(first, [{ voice: 'polite', text: '1 caller waits. 0 calls, 0 conferences.' }]);
  assert.deepEqual(incoming, [{ voice: 'assertive', text: 'Incoming call: Rosa, queue sales.' }]);
  assert.deepEqual(again, []);
});

test('a node that is lost interrupts; its return does not', () => {
  const snapshot: Status = { type: 'snapshot', data: { event_id: 'b:1', now: AT, nodes: [node('up')], calls: [], conferences: [] } };
  const voices = told(snapshot, { type: 'node', data: node('down') }, { type: 'node', data: node('synchronising') }, { type: 'node', data: node('up') })
    .slice(1).map((list) => list.map(({ voice }) => voice));
  assert.deepEqual(voices, [['assertive'], [], ['polite']]);
});

test('that nothing can be written down is told once for all switches, and so is the end of it', () => {
  const two = (up: boolean): NodeView[] => ['fs1', 'fs2'].map((id) => ({ ...node('up'), id, store_is_up: up }));
  const [good, bad] = [two(true), two(false)];
  const snapshot: Status = { type: 'snapshot', data: { event_id: 'b:1', now: AT, nodes: good, calls: [], conferences: [] } };
  const voices = told(snapshot, ...[...bad, ...good].map((data): Status => ({ type: 'node', data }))).slice(1);
  const said = voices.flat().map(({ voice, text }) => `${voice}: ${text}`);
  assert.deepEqual(said, [`polite: ${en.node.storeDown}`, `polite: ${en.say.storeUp}`]);
});

test('a conference that can be rung again is told once, without interrupting', () => {
  const conference = (more: Partial<ConferenceView>): ConferenceView => ({
    id: 'x', node_id: 'fs1', state: 'live', owner: { id: 'u', name: 'U' }, room: 'r', locked: false, ports: 3, created_at: AT, participants: [], ...more,
  });
  const snapshot: Status = { type: 'snapshot', data: { event_id: 'b:1', now: AT, nodes: [], calls: [], conferences: [conference({})] } };
  const lost: Status = { type: 'conference', data: conference({ state: 'ended', rescuable: true }) };
  const [, said, again, over] = told(snapshot, lost, lost, { type: 'conference', data: conference({ state: 'ended', rescued_by: 'y' }) });
  assert.deepEqual(said, [{ voice: 'polite', text: en.conference.rescueSpoken, about: 'x' }]);
  assert.ok(en.conference.rescueSpoken.includes(`Press ${shownKey('rescue')} `));
  assert.deepEqual([again, over], [[], []]);
});

const press = (more: Partial<Press>): Press => ({ key: 'a', ctrl: false, alt: false, meta: false, repeat: false, composing: false, at: 'page', ...more });

test('single keys act on the page and on its controls, never while typing or in a dialog', () => {
  assert.equal(meaning(press({}), true), 'answer');
  assert.equal(meaning(press({ key: 'A', at: 'control' }), true), 'answer');
  for (const at of ['text', 'dialog'] as const) assert.equal(meaning(press({ at }), true), null);
  for (const held of ['ctrl', 'alt', 'meta', 'composing', 'repeat'] as const) assert.equal(meaning(press({ [held]: true }), true), null, held);
});

test('Enter answers only where it means nothing else', () => {
  assert.equal(meaning(press({ key: 'Enter' }), true), 'answer');
  for (const at of ['control', 'row', 'list'] as const) assert.equal(meaning(press({ key: 'Enter', at }), true), null);
});

test('turned off, single keys are off, and named keys stay', () => {
  assert.equal(meaning(press({}), false), null);
  assert.equal(meaning(press({ key: '?' }), false), null);
  assert.equal(meaning(press({ key: 'ArrowDown' }), false), 'next');
});

test('no key means two things, and every key is explained', () => {
  const keys = KEYS.flatMap((one) => one.keys);
  assert.equal(new Set(keys).size, keys.length);
  for (const { action } of KEYS) assert.ok(en.help.actions[action] && shownKey(action), action);
});
