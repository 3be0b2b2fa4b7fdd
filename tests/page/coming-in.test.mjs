// How somebody comes in is said on the request line: introduced first, only listening, a moderator; and who is rung
// first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, api, end, listen, openPage, realComplaints, rowCalled, rowState, sidewaysOverflow, signIn, state, tabTo, talk, useHouse,
} from './house.mjs';

const house = useHouse();
const chip = (page, name) => page.locator('.chip-main').filter({ hasText: name });
const comesIn = (page, name) => page.getByRole('group', { name: `How ${name} comes in` });
const focusedOn = (page, control) => control.evaluate((element) => element === document.activeElement);
const called = (page, name) => page.getByRole('button', { name, exact: true }).waitFor();

async function atTheDesk() {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  return { page, ...(await listen(page)) };
}

test('by key, on the chip and in what opens below it', async () => {
  const { page, heard } = await atTheDesk();
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008, Carl 1009,');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('l');
  await called(page, 'Carl 1009 only listens edit');
  await heard(/Carl: only listens\./);
  await page.keyboard.press('l');
  await called(page, 'Carl 1009 edit');
  await heard(/Carl: not only listens any more\./);
  await page.keyboard.press('l');
  await page.keyboard.press('ArrowLeft');
  assert.ok(await focusedOn(page, chip(page, 'Emma')));
  await page.keyboard.press('i');
  await page.keyboard.press('o');
  await called(page, 'Emma 1008 introduced to me first moderator edit');
  await page.keyboard.press('i');

  // Without knowing the letters.
  await page.keyboard.press('ArrowDown');
  await comesIn(page, 'Emma').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.equal(await sidewaysOverflow(page), 0);
  await page.getByRole('button', { name: 'Moderator', pressed: true }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await called(page, 'Emma 1008 only listens moderator edit');
  await page.keyboard.press('l');
  await called(page, 'Emma 1008 moderator edit');
  await page.keyboard.press('x');
  await state(page, 'call', 'talking');
  await page.keyboard.press('Escape');
  await comesIn(page, 'Emma').waitFor({ state: 'detached' });
  assert.ok(await focusedOn(page, chip(page, 'Emma')), 'Escape returns to the chip');

  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Emilia 1018');
  await page.keyboard.press('Enter');
  await called(page, 'Emilia 1018 moderator edit');
  assert.ok(await focusedOn(page, chip(page, 'Emilia')));
  await page.keyboard.press('End');
  await page.locator('#request-line').focus();
  await page.keyboard.press('Control+Enter');
  await state(page, 'conference', 'live');
  await rowCalled(page, 'Emilia, 1018, In, Moderator');
  await rowCalled(page, 'Carl, 1009, In, Only listens');

  // Added later, somebody is introduced first.
  await page.keyboard.type('Dana 1006,');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('.');
  await comesIn(page, 'Dana').waitFor();
  await page.keyboard.press('i');
  await page.keyboard.press('.');
  await comesIn(page, 'Dana').waitFor({ state: 'detached' });
  await page.locator('#request-line').focus();
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Dana, 1006, In, Being introduced');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('by mouse, and with single-letter keys off', async () => {
  const { page } = await atTheDesk();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByLabel(/Single-letter keys/).press('Space');
  await page.getByText('On a chip of the request line').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#request-line').click();
  await page.keyboard.type('Emma 1008, Carl 1009,');
  await page.keyboard.press('ArrowLeft');
  for (const key of ['l', 'i', 'o', '.']) await page.keyboard.press(key);
  await called(page, 'Carl 1009 edit');
  await page.getByRole('button', { name: 'How Emma comes in' }).click();
  assert.equal(await comesIn(page, 'Emma').locator('kbd').count(), 0, 'no key is promised');
  await comesIn(page, 'Emma').getByRole('button', { name: 'Introduce to me first' }).click();
  await comesIn(page, 'Emma').getByRole('button', { name: 'Moderator' }).click();
  await called(page, 'Emma 1008 introduced to me first moderator edit');
  // One at a time.
  await page.getByRole('button', { name: 'How Carl comes in' }).click();
  await comesIn(page, 'Carl').getByRole('button', { name: 'Only listens' }).click();
  assert.equal(await page.locator('[data-panel]').count(), 1);
  await page.getByRole('button', { name: 'How Carl comes in' }).click();
  await comesIn(page, 'Carl').waitFor({ state: 'detached' });
  // A reload keeps them.
  await page.reload();
  await called(page, 'Emma 1008 introduced to me first moderator edit');
  await page.getByRole('button', { name: 'Start conference' }).click();
  await rowCalled(page, 'Emma, 1008, In, Being introduced, Moderator');
  await rowCalled(page, 'Carl, 1009, In, Only listens');
  const [conference] = (await api(house, '/board')).conferences;
  await api(house, `/conferences/${conference.id}/actions/end`, {});
  await state(page, 'conference', 'ended');
  assert.deepEqual(realComplaints(page), []);
});

test('a conference without a call: me first', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008,');
  const mine = page.getByRole('checkbox', { name: /^Ring my station too/ });
  const first = page.getByRole('checkbox', { name: 'Me first: ring the others when I am in' });
  await tabTo(page, mine);
  await page.keyboard.press('Space');
  assert.equal(await first.count(), 0, 'only with my station');
  await page.keyboard.press('Space');
  await tabTo(page, first);
  await page.keyboard.press('Space');
  assert.deepEqual(await accessibilityFaults(page), []);
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/conferences'));
  await page.locator('#request-line').focus();
  await page.keyboard.press('Enter');
  const { include_attendant, attendant_first } = (await sent).postDataJSON();
  assert.deepEqual([include_attendant, attendant_first], [true, true]);
  await rowState(page, 'Emma', 'joined');
  const lines = await page.locator('.activities').innerText();
  assert.ok(lines.indexOf('Emma') < lines.lastIndexOf('Anna joined'), 'newest first: Emma is rung after Anna came');
  await end(page);

  // With a call it is not offered, nor sent.
  await talk(house, page, 'Ada Lovelace');
  assert.equal(await first.count(), 0);
  assert.deepEqual(realComplaints(page), []);
});
