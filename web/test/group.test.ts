import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConferenceView, Group, ParticipantView } from '../src/api/types.ts';
import {
  changed, difference, howMany, isTouched, made, opened, pasted, peopleOf, placed, readDraft, takenApart, toNewGroup, turned, without, wrong,
} from '../src/request/group.ts';

const AT = '2026-11-24T10:00:00Z';
const words = { nameless: 'no name', numberless: 'no number', nobody: 'nobody' };
const team: Group = {
  id: 'group_1', name: 'Crisis team', changed_at: AT,
  participants: [
    { name: 'Emma', numbers: ['1008', '1018'], strategy: 'all_at_once', label: 'ward 2', moderator: true, ring_seconds: 20 },
    { name: '', numbers: ['1009'], listener: false, introduce: false, label: '', confirm: null },
  ],
};

test('opened and saved untouched, a group is as it was, also what is not shown of it', () => {
  const draft = opened(team);
  assert.equal(isTouched(draft), false);
  const { name, participants } = toNewGroup(draft);
  assert.equal(name, 'Crisis team');
  assert.deepEqual(participants[0], { name: 'Emma', numbers: ['1008', '1018'], strategy: 'all_at_once', label: 'ward 2', moderator: true, ring_seconds: 20 });
  assert.deepEqual(participants[1]?.numbers, ['1009']);
  assert.equal(draft.lines.length, 3, 'with an empty line for somebody else');
  const nobody = { name: null, in: [], out: [], other: [] };
  assert.deepEqual(difference(draft, team), nobody);
});

test('what is empty is not sent; there is always one empty line', () => {
  let draft = made();
  assert.equal(isTouched(draft), false);
  draft = changed(draft, draft.lines[0]!.key, { name: ' Dora ', numbers: '1010 | 1011' });
  assert.equal(draft.lines.length, 2);
  assert.ok(isTouched(draft));
  draft = { ...draft, name: ' Nurses ' };
  assert.deepEqual(toNewGroup(draft), { name: 'Nurses', participants: [{ name: 'Dora', numbers: ['1010', '1011'] }] });
  assert.equal(without(draft, draft.lines[0]!.key).lines.length, 1);
});

test('a list becomes lines, and one entry is taken apart', () => {
  const draft = made();
  const two = pasted(draft, draft.lines[0]!.key, 'Anna 1004\n"Berg, Ben" <1005 & 1006>');
  assert.deepEqual(two?.lines.map(({ name, numbers }) => [name, numbers]), [['Anna', '1004'], ['Berg, Ben', '1005 & 1006'], ['', '']]);
  assert.equal(new Set(two?.lines.map(({ key }) => key)).size, 3);
  assert.equal(pasted(draft, draft.lines[0]!.key, 'Anna'), null, 'a name is a name');
  const line = { ...draft.lines[0]!, name: '张伟1009' };
  assert.deepEqual(takenApart(line), { name: '张伟', numbers: '1009' });
  assert.equal(takenApart({ ...line, numbers: '1' }), null);
});

test('each complaint is at its field, whatever empty lines are between', () => {
  const { lines } = opened(team);
  const draft = { ...opened(team), lines: [lines[2]!, ...lines.slice(0, 2)] };
  const faults = placed(draft, [
    { pointer: '/participants/1/numbers/0', detail: 'is no number' }, { pointer: '/participants/0/label', detail: 'is too long' },
    { pointer: '/name', detail: 'is taken' }, { pointer: '', detail: 'is odd' },
  ]);
  assert.deepEqual([faults.name, faults.lines.get(lines[1]!.key), faults.lines.get(lines[0]!.key), faults.rest],
    ['is taken', { numbers: 'is no number' }, { label: 'is too long' }, ['is odd']]);
  assert.equal(howMany(faults), 3);
});

test('what needs no server to be wrong', () => {
  const draft = made();
  assert.deepEqual([wrong(draft, words).name, wrong(draft, words).rest], ['no name', ['nobody']]);
  const { key } = draft.lines[0]!;
  assert.deepEqual(wrong({ ...changed(draft, key, { label: 'ward 2' }), name: 'x' }, words).lines.get(key), { numbers: 'no number' });
});

test('theirs is told apart from mine by the names of people', () => {
  const draft = opened(team);
  const [emma] = draft.lines;
  const mine = changed({ ...draft, name: 'Mine' }, emma!.key, { properties: turned(emma!, 'moderator') });
  const theirs: Group = { ...team, participants: [...team.participants.slice(0, 1), { name: 'Carl', numbers: ['1'] }] };
  assert.deepEqual(difference(mine, theirs), { name: 'Crisis team', in: ['Carl'], out: ['1009'], other: ['Emma'] });
});

test('the people of a conference are those who were asked, at every number they were asked at', () => {
  const person = (more: Partial<ParticipantView>): ParticipantView => ({
    id: '1', role: 'guest', name: 'Emma', number: '1018', state: 'left', muted: false, talking: false, on_hold: false, legs: [], ...more,
  });
  const leg = (number: string) => ({ id: number, number, state: 'failed', since: AT }) as ParticipantView['legs'][number];
  const people = [person({ role: 'caller' }), person({ legs: [leg('1008'), leg('1018'), leg('1008')], label: 'ward 2', moderator: true }), person({ name: '1009', number: '1009' })];
  assert.deepEqual(peopleOf({ participants: people } as ConferenceView), [
    { name: 'Emma', numbers: ['1008', '1018'], label: 'ward 2', moderator: true }, { name: '', numbers: ['1009'] },
  ]);
});

test('what another version remembered does no harm', () => {
  assert.equal(readDraft(null), null);
  assert.equal(readDraft({ name: 'x', lines: [{ name: 'y' }] }), null);
  assert.deepEqual(readDraft(JSON.parse(JSON.stringify(opened(team)))), opened(team));
});
