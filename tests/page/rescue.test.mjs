// FreeSWITCH dies with everybody in it: one key, one click, or the server itself has them rung again, and the page
// goes where the conference went.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, api, ask, call, end, listen, openPage, realComplaints, row, rowState, signIn, state, talk, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

async function lost() {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  await ask(page, 'Emma 1008, Busy 1011');
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Busy', 'failed');
  await page.keyboard.press('Escape');
  await toRow(page, 'Emma');
  const { heard } = await listen(page);
  house.demo.tell('restart');
  await state(page, 'conference', 'ended');
  await page.getByRole('button', { name: 'Ring everybody again' }).waitFor();
  return { page, heard };
}

async function goesOn(page) {
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Ada Lovelace', 'joined');
  assert.equal(await row(page, 'Busy').count(), 0, 'only who was in');
  assert.equal(await page.locator('.box.conferences .card').count(), 1);
}

test('by key; and the way between what was lost and what it became', async () => {
  const { page, heard } = await lost();
  await heard(/lost with FreeSWITCH\. Press W to ring everybody again\./);
  assert.equal(await interrupted(page), false, 'nobody is interrupted to be told so');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('w');
  await goesOn(page);
  await heard(/rung again/);
  assert.deepEqual(await accessibilityFaults(page), []);

  // From what is past to what it became.
  const again = await page.locator('#middle').getAttribute('data-chosen');
  await call(house, page, 'Grace Hopper', '+4940555012');
  await page.keyboard.press('a');
  await state(page, 'call', 'talking');
  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.past-head').filter({ hasText: 'Ada Lovelace' }).last().click();
  await page.getByText('Everybody who was in was rung again.').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByRole('button', { name: 'Show the conference it became' }).click();
  await goesOn(page);
  assert.equal(await page.locator('#middle').getAttribute('data-chosen'), again);
  await page.locator('#middle').focus();
  await end(page);
  assert.equal(await page.getByRole('button', { name: 'Ring everybody again' }).count(), 0, 'this one was ended by somebody');
  assert.deepEqual(realComplaints(page), []);
});

test('by mouse; the focus is not lost', async () => {
  const { page } = await lost();
  const button = page.getByRole('button', { name: 'Ring everybody again' });
  await button.click();
  await goesOn(page);
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), 'BODY');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('by somebody else, or by the server itself: whoever looks at it goes along', async () => {
  const { page } = await lost();
  const watching = await openPage(house);
  await signIn(house, watching);
  const [{ id }] = (await api(house, '/board')).conferences;
  const again = await api(house, `/conferences/${id}/actions/rescue`, {});
  await goesOn(page);
  assert.equal(await page.locator('#middle').getAttribute('data-chosen'), again.id);
  // Whoever looked at nothing is shown what is theirs, as ever.
  await goesOn(watching);
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

const interrupted = (page) => page.locator('[data-live=assertive]').getByText(/Ring everybody|ring everybody/).count().then((count) => count > 0);
