// Many people in one request, people with several numbers, and people who are busy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, ask, end, listen, openPage, paste, realComplaints, row, rowState, sidewaysOverflow, signIn, state, talk, useHouse,
} from './house.mjs';

const house = useHouse();

test('fifty at once are numbers, to the eye and to the ear; those still ringing are called off by key', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  const { heard } = await listen(page);
  await page.keyboard.press('c');
  const people = Array.from({ length: 50 }, (_, n) => `Person ${n} <030 555 20${String(n).padStart(2, '0')}>`);
  await paste(page, people.join('\n'));
  await page.keyboard.press('Control+Enter');
  await state(page, 'conference', 'live');
  const counted = (what, count) =>
    page.locator(`[data-shown=${what}]`).filter({ hasText: new RegExp(`^${count} `) }).waitFor();
  await counted('all', 52);
  // Of each ten of the demonstration one never answers, and one is a machine, which is given up some time.
  await heard(/\d+ of 52 are in, \d+ being rung/);
  // On a busy machine the first of them has been given up when the last of the others is in.
  await counted('ringing', '[1-5]');
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.equal(await sidewaysOverflow(page), 0);

  await page.locator('[data-shown=ringing]').click();
  const rows = page.locator('[data-participant]');
  await page.waitForFunction(() => document.querySelectorAll('[data-participant]').length
    === Number.parseInt(document.querySelector('[data-shown=ringing]').textContent, 10));
  for (const shown of await rows.all()) assert.match(await shown.getAttribute('data-state'), /^(dialing|ringing)$/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('u');
  await page.locator('[data-shown=all]').click();
  await rowState(page, 'Person 13', 'failed');
  await page.getByRole('button', { name: 'Call off ringing' }).waitFor({ state: 'detached' });
  await heard(/\d+ of 52 are in, \d+ not reached/);
  const spoken = await page.evaluate(() => globalThis.spoken.length);
  assert.ok(spoken < 25, `${spoken} sayings for fifty people`);
  assert.deepEqual(realComplaints(page), []);
  await end(page);
});

test('one person on two numbers at once is in on one of them, and the other is no failure', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  await ask(page, 'Olga <030 555 0103 & 1009>');
  await rowState(page, 'Olga', 'joined');
  await row(page, 'Olga').getByText('on 2 numbers').waitFor();
  await page.locator('[data-activity="conference.participant.joined"]').getByText('Olga joined.').waitFor();
  assert.equal(await page.locator('[data-activity="conference.participant.failed"]').count(), 0);
  await end(page);
});
