import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitByDigit, inGroups } from '../src/live/digits.ts';
import { CONFERENCE_VERBS } from '../src/verbs/conference.ts';

test('the eye sees groups, the ear hears digits', () => {
  const shown = ['4711', '48291', '482915', '48291567', '+4930555'].map((text) => inGroups(text).replaceAll('\u2009', ' '));
  assert.deepEqual(shown, ['47 11', '48 291', '482 915', '48 291 567', '+4 930 555']);
  assert.equal(digitByDigit('+4711'), 'plus 4 7 1 1');
});

test('a PIN of one\'s own has digits only', () => {
  const { read } = CONFERENCE_VERBS.ownPin;
  assert.deepEqual(read('48 29 15'), { pin: '482915' });
  for (const bad of ['', '123', '12a456', '1'.repeat(13)]) assert.equal(read(bad), null, bad);
});
