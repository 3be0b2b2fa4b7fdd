// A conference is recorded by one key, everybody at the page sees it, and what was recorded can be had afterwards.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accessibilityFaults, ask, call, end, openPage, realComplaints, signIn, state, useHouse } from './house.mjs';

const house = useHouse();
const sign = (page, word) => page.locator(`[data-recording=${word}]`).waitFor();

test('recorded by key, paused, stopped, lost, and downloaded', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await call(house, page, 'Ada Lovelace');
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  await ask(page, 'Emma 1008');
  await state(page, 'conference', 'live');
  await page.keyboard.press('Escape');
  await page.locator('#middle').focus();
  await page.keyboard.press('o');
  await sign(page, 'recording');
  await page.locator('.activities').getByText(/The conference is being recorded/).first().waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('p');
  await sign(page, 'paused');
  await page.keyboard.press('p');
  await sign(page, 'recording');
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await page.locator('[data-recording]').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await sign(page, 'recording');
  await end(page);

  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.past-head').first().click();
  const links = page.locator('.recordings').getByRole('link', { name: /^Download .*\.wav$/ });
  await links.nth(1).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  const [download] = await Promise.all([page.waitForEvent('download'), links.first().click()]);
  const wav = await readFile(await download.path());
  assert.equal(wav.subarray(0, 4).toString('latin1') + wav.subarray(8, 12).toString('latin1'), 'RIFFWAVE');
  assert.deepEqual(realComplaints(page), []);
});
