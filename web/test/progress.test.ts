import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentences } from '../src/announce/sentences.ts';
import type { Activity, ConferenceView, ParticipantView, Status } from '../src/api/types.ts';
import { apply, EMPTY_HOUSE, type House } from '../src/live/house.ts';
import { countOf, isShown } from '../src/live/progress.ts';
import { en } from '../src/strings/en.ts';

/** A conference whose first so many are in, and the next so many not reached; the others wait. */
function conference(total: number, joined: number, failed = 0): ConferenceView {
  const state = (n: number): ParticipantView['state'] => (n < joined ? 'joined' : n < joined + failed ? 'failed' : 'queued');
  const participants = Array.from({ length: total }, (_, n) => ({ id: `part_${n}`, role: 'guest', state: state(n), legs: [] }));
  const progress = { total, joined, failed, waiting: total - joined - failed, ringing: 0, left: 0 };
  return { id: 'conf_1', state: 'live', participants, progress } as unknown as ConferenceView;
}

const told = (type: string): Status =>
  ({ type: 'activity', data: { type, text: `${type}.`, conference_id: 'conf_1', participant_id: 'part_0' } as Activity });

function spoken(house: House, status: Status): string[] {
  return sentences(house, apply(house, status), status, en).map(({ text }) => text);
}

const showing = (one: ConferenceView): House => ({ ...EMPTY_HOUSE, empty: false, conferences: [one] });

test('two hundred people are a few sentences to the ear, and the last says how it ended', () => {
  let house = showing(conference(200, 0));
  const heard: string[] = [];
  for (let joined = 1; joined <= 190; joined += 1) {
    const next: Status = { type: 'conference', data: conference(200, joined, joined === 190 ? 10 : 0) };
    heard.push(...spoken(house, told('conference.participant.ringing')), ...spoken(house, next));
    house = apply(house, next);
  }
  assert.ok(heard.length <= 11, `${heard.length} sentences`);
  assert.equal(heard[0], '20 of 200 are in, 180 waiting');
  assert.equal(heard.at(-1), '190 of 200 are in, 10 not reached');
});

test('one of a few is told by name, and one of many who is rung again when all is settled', () => {
  const joins = told('conference.participant.joined');
  assert.deepEqual(spoken(showing(conference(3, 1)), joins), ['conference.participant.joined.']);
  assert.deepEqual(spoken(showing(conference(50, 20)), joins), []);
  assert.deepEqual(spoken(showing(conference(50, 40, 10)), joins), ['conference.participant.joined.']);
});

test('of many those can be shown who are wanted', () => {
  const one = conference(50, 20, 5);
  assert.equal(countOf(one, 'waiting'), 25);
  assert.equal(one.participants.filter((person) => isShown(person, 'failed')).length, 5);
  assert.equal(one.participants.filter((person) => isShown(person, 'all')).length, 50);
});
