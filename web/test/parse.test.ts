import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bare, duplicates, format, hasSeparator, parse, parseEntry } from '../src/request/parse.ts';

test('the line of the manual becomes three people', () => {
  assert.deepEqual(parse('zhang wei +49 30 123, 1004, Anna <030 123 456>; '), [
    { name: 'zhang wei', numbers: ['+49 30 123'] },
    { name: '', numbers: ['1004'] },
    { name: 'Anna', numbers: ['030 123 456'] },
  ]);
});

test('a pasted list has a person on each line', () => {
  assert.deepEqual(parse('Anna\t1004\r\nBen\t1005\r\n\r\n').map(({ name }) => name), ['Anna', 'Ben']);
});

test('a comma inside quotes or brackets separates nobody', () => {
  assert.deepEqual(parse('"Doe, John" <1004>, 1005'), [
    { name: 'Doe, John', numbers: ['1004'] },
    { name: '', numbers: ['1005'] },
  ]);
});

test('an open quote ends with its line', () => {
  assert.equal(parse('"Doe 1004\nAnna 1005').length, 2);
});

test('names in Chinese and emoji are names, with or without a space', () => {
  assert.deepEqual(parse('张伟1004、李娜 1005，🦊 Fox 1006'), [
    { name: '张伟', numbers: ['1004'] },
    { name: '李娜', numbers: ['1005'] },
    { name: '🦊 Fox', numbers: ['1006'] },
  ]);
});

test('a name may hold digits', () => {
  assert.deepEqual(parseEntry('Room B2'), { name: 'Room B2', numbers: [] });
  assert.deepEqual(parseEntry('Room B2 <1004>'), { name: 'Room B2', numbers: ['1004'] });
});

test('the number may come first', () => {
  assert.deepEqual(parseEntry('1004 Anna Berg'), { name: 'Anna Berg', numbers: ['1004'] });
});

test('several numbers of one person are tried in order', () => {
  assert.deepEqual(parseEntry('Anna <1004 | +49 30 123>').numbers, ['1004', '+49 30 123']);
});

test('numbers with an ampersand between are called at once, and read back so', () => {
  const anna = parseEntry('Anna <1004 & +49 30 123>');
  assert.deepEqual(anna, { name: 'Anna', numbers: ['1004', '+49 30 123'], strategy: 'all_at_once' });
  assert.equal(format(anna), 'Anna <1004 & +49 30 123>');
  assert.deepEqual(parseEntry('1004 & 1005').strategy, 'all_at_once');
  assert.equal(parseEntry('<1004>').strategy, undefined);
});

test('what only the server can judge is handed to it as typed', () => {
  assert.deepEqual(parseEntry('<*98>').numbers, ['*98']);
  assert.deepEqual(parseEntry('*98').numbers, ['*98']);
  assert.deepEqual(parseEntry('Mallory <${system(x)}>').numbers, ['${system(x)}']);
  assert.deepEqual(parseEntry('anna@example.org').numbers, ['anna@example.org']);
});

test('a name alone has no number', () => {
  assert.deepEqual(parseEntry('Anna'), { name: 'Anna', numbers: [] });
});

test('an entry is typed back as it was understood', () => {
  for (const text of ['Anna <030 123>', '1004', '"Doe, John" <1004>', '张伟 <1004 | 1005>']) {
    assert.deepEqual(parseEntry(format(parseEntry(text))), parseEntry(text), text);
  }
});

test('one number written in two ways is a duplicate', () => {
  const entries = parse('Anna +49 (30) 123, 1004, 0049 30 123, 1004');
  assert.deepEqual([...duplicates(entries)], [[2, 0], [3, 1]]);
  assert.equal(bare('030/123-4'), '0301234');
});

test('a separator counts only outside quotes and brackets', () => {
  assert.equal(hasSeparator('Anna 1004,'), true);
  assert.equal(hasSeparator('Anna 1004, B'), true);
  assert.equal(hasSeparator('Anna 1004'), false);
  assert.equal(hasSeparator('"Doe, Jo'), false);
});
