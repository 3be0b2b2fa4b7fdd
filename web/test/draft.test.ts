import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commit, EMPTY_DRAFT, place, PressKeys, propertiesOf, remove, retype, toGroups, toParticipants, turn, withGroup, withPeople,
} from '../src/request/draft.ts';

const three = commit({ ...EMPTY_DRAFT, text: 'Anna 1004, 1005, Ben <1006>' });

test('typed people become chips with ids of their own', () => {
  assert.deepEqual(three.chips.map(({ id }) => id), [1, 2, 3]);
  assert.equal(three.text, '');
});

test('a retyped chip keeps its place and its id', () => {
  const changed = retype(three, 2, 'Carla 1007, 1008');
  assert.deepEqual(changed.chips.map(({ id, numbers }) => [id, numbers[0]]),
    [[1, '1004'], [2, '1007'], [4, '1008'], [3, '1006']]);
});

test('a chip retyped to nothing is gone', () => {
  assert.deepEqual(retype(three, 2, '  ').chips, remove(three, 2).chips);
});

test('how somebody comes in is turned on and off, kept when they are retyped, and sent', () => {
  let line = turn(turn(turn(three, 1, 'moderator'), 1, 'introduce'), 3, 'listener');
  assert.deepEqual(line.chips.map(propertiesOf), [['introduce', 'moderator'], [], ['listener']]);
  line = turn(retype(line, 1, 'Anne 1014, Carla 1007'), 3, 'listener');
  assert.deepEqual(toParticipants(line), [
    { name: 'Anne', numbers: ['1014'], introduce: true, moderator: true },
    { name: 'Carla', numbers: ['1007'] }, { numbers: ['1005'] }, { name: 'Ben', numbers: ['1006'] },
  ]);
  const { draft } = place(line, [{ pointer: '/participants/0', detail: 'Denied.' }]);
  assert.deepEqual(draft.chips.map(propertiesOf), [['introduce', 'moderator'], [], [], []], 'a refusal leaves it as it was');
});

test('a request says no name rather than an empty one', () => {
  assert.deepEqual(toParticipants(three),
    [{ name: 'Anna', numbers: ['1004'] }, { numbers: ['1005'] }, { name: 'Ben', numbers: ['1006'] }]);
});

test('each complaint is placed at its chip, and old ones go', () => {
  const first = place(three, [{ pointer: '/participants/0/numbers/0', detail: 'No route.' }]).draft;
  const { draft, rest } = place(first, [
    { pointer: '/participants/2/numbers/0', detail: 'Denied.' },
    { pointer: '/participants/9', detail: 'Nobody.' },
    { pointer: '/call_id', detail: 'Gone.' },
  ]);
  assert.deepEqual(draft.chips.map(({ error }) => error), [undefined, undefined, 'Denied.']);
  assert.deepEqual(rest.map(({ detail }) => detail), ['Nobody.', 'Gone.']);
});

test('the same content keeps its key until the server answered', () => {
  let made = 0;
  const keys = new PressKeys(() => `key ${made += 1}`);
  assert.equal(keys.press('a'), 'key 1');
  assert.equal(keys.press('a'), 'key 1');
  assert.equal(keys.press('b'), 'key 2');
  keys.answered();
  assert.equal(keys.press('b'), 'key 3');
});

const team = { id: 'group_1', name: 'Crisis team', participants: [{ numbers: ['1008'] }, { numbers: ['1009'] }], changed_at: '' };

test('the name of a group stands for the group, however it is written, and only alone', () => {
  const line = commit({ chips: [], text: 'crisis TEAM, Emma 1008, Crisis team 1010, nurses' }, [team]);
  assert.deepEqual(line.chips.map((chip) => chip.group ?? null), [{ id: 'group_1', size: 2 }, null, null, null]);
  assert.deepEqual(toGroups(line), ['group_1']);
  assert.deepEqual(toParticipants(line).map(({ name }) => name), ['Emma', 'Crisis team', 'nurses']);
  assert.equal(withGroup(line, team), line, 'once is enough');
});

test('a complaint about a group goes to its chip, and one about a person to theirs', () => {
  const line = commit({ chips: [], text: 'Emma 1008, crisis team, Carl 1009' }, [team]);
  const errors = [{ pointer: '/groups/0', detail: 'is gone' }, { pointer: '/participants/1/numbers/0', detail: 'no route' }, { pointer: '/groups', detail: 'too many' }];
  const { draft, rest } = place(line, errors);
  assert.deepEqual(draft.chips.map((chip) => chip.error ?? null), [null, 'is gone', 'no route']);
  assert.deepEqual(rest.map(({ detail }) => detail), ['too many']);
});

test('who was asked for last time comes as they were, and not twice', () => {
  const line = commit({ chips: [], text: 'Carl 1009' });
  const again = withPeople(line, [{ name: 'Emma', numbers: ['1008'], label: 'ward 2', moderator: true }, { numbers: ['1009'] }]);
  assert.deepEqual(toParticipants(again), [{ name: 'Carl', numbers: ['1009'] }, { label: 'ward 2', moderator: true, name: 'Emma', numbers: ['1008'] }]);
});
