// That a language lacks nothing is the compiler's to say; here, that it is one.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { en, type Strings, type Told } from '../src/strings/en.ts';

const folder = new URL('../src/strings/', import.meta.url);
const tags = (await readdir(folder)).flatMap((file) => /^([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\.ts$/.exec(file)?.[1] ?? []).filter((tag) => tag !== 'en');

/** Every word by its place. */
function words(of: unknown, place = ''): [string, unknown][] {
  if (typeof of !== 'object' || of === null) return [[place, of]];
  return Object.entries(of).flatMap(([key, value]) => words(value, `${place}/${key}`));
}

/** The same everywhere: a name, a key, nothing, or somebody else's abbreviation. */
const SAME = /^$|^Switchboard$|^CSV$|^JSON$|^[\W\d]*$|^(Ctrl \+ )?(Enter|Delete|Esc)$|^[A-Z]$/;

for (const tag of tags) {
  test(`${tag}: no word is left in English, and none is without a counterpart`, async () => {
    const strings = ((await import(new URL(`${tag}.ts`, folder).href)) as { default: Strings }).default;
    const [own, english] = [new Map(words(strings)), new Map(words(en))];
    assert.deepEqual([...own.keys()].filter((place) => !english.has(place)), []);
    const left = [...own].filter(([place, word]) => typeof word === 'string' && word === english.get(place) && !SAME.test(word));
    assert.deepEqual(left, []);
    assert.equal(new Intl.DateTimeFormat(strings.locale).resolvedOptions().locale.split('-')[0], tag.split('-')[0]);
  });

  test(`${tag}: what it has no words for is told in the server's own`, async () => {
    const strings = ((await import(new URL(`${tag}.ts`, folder).href)) as { default: Strings }).default;
    const told: Told = { type: 'conference.something_new', text: 'Something new.', who: '', by: '', why: '', number: '' };
    assert.equal(strings.told(told), 'Something new.');
    assert.equal(strings.reason({ code: 'something_new', text: 'something new' }), 'something new');
  });
}
