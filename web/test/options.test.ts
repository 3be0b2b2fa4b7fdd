import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countChosen, isWrong, minutes, NO_OPTIONS, readOptions, withOptions } from '../src/request/options.ts';

const wanted = { participants: [] };

test('nothing chosen, the request is as it was', () => {
  assert.deepEqual(withOptions(wanted, NO_OPTIONS), wanted);
  assert.equal(countChosen(NO_OPTIONS), 0);
});

test('what was chosen goes along, in seconds', () => {
  const options = { ...NO_OPTIONS, max: ' 45 ', nobody: '5', beep: 'on_enter' as const, oneLeft: true, callerLeaves: true };
  assert.deepEqual(withOptions(wanted, options), {
    participants: [], end_rules: { max_seconds: 2700, nobody_seconds: 300, one_left: true }, beep: 'on_enter',
  }, 'without a call nobody is a caller');
  assert.deepEqual(withOptions({ ...wanted, call_id: 'call_1' }, options).end_rules?.caller_leaves, true);
  assert.equal(countChosen(options), 5);
  assert.deepEqual(withOptions(wanted, { ...NO_OPTIONS, waitForHost: true }), { participants: [], wait_for_host: true });
});

test('only whole minutes up to a day are sent', () => {
  assert.deepEqual(['', '1', '1440', '0', '1441', '1.5', 'ten', '-1'].map(minutes), [null, 1, 1440, 'wrong', 'wrong', 'wrong', 'wrong', 'wrong']);
  assert.ok(isWrong({ ...NO_OPTIONS, nobody: 'x' }));
});

test('what another version remembered does no harm', () => {
  assert.deepEqual(readOptions(null), NO_OPTIONS);
  assert.deepEqual(readOptions({ max: 5, beep: 'loud', oneLeft: 'yes', attendantLeaves: true }), { ...NO_OPTIONS, attendantLeaves: true });
});
