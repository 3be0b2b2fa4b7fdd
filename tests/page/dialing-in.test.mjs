// Dialing in: opened, read out, changed and closed by key; guests carry a badge, and a wrong PIN is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, end, listen, liveConference, openPage, realComplaints, rowCalled, signIn, state, talk, useHouse,
} from './house.mjs';

const house = useHouse();
const ACCESS = '5550199';

const everyone = (page) => page.getByRole('group', { name: 'What can be asked for everyone' });
const pin = async (page) => {
  const shown = page.locator('.dial-in [data-digits=pin]');
  await shown.waitFor();
  return (await shown.locator('.sr').innerText()).replaceAll(' ', '');
};
const inHead = (page, text) => page.locator('.dial-in').filter({ hasText: text }).waitFor();

test('a conference is opened, dialed into, given another PIN and closed, by key', async () => {
  const page = await liveConference(house);
  const { heard } = await listen(page);
  await page.keyboard.press(',');
  await everyone(page).waitFor();
  await page.keyboard.press('d');
  await page.getByRole('group', { name: 'People dial in at' }).waitFor();
  await page.keyboard.press('Enter');
  await inHead(page, 'Dial in at');
  await heard(new RegExp(`can be dialed into at ${ACCESS}, with a PIN`));
  const first = await pin(page);
  assert.match(first, /^\d{6}$/);
  // The ear hears one digit after the other.
  assert.equal(await page.locator('.dial-in .sr').first().innerText(), [...ACCESS].join(' '));

  house.demo.tell(`dial-in Grace Hopper <+4940555012> ${first}`);
  await rowCalled(page, 'Grace Hopper, +4940555012, In, Dialed in');
  await heard(/Grace Hopper dials in\./);
  assert.equal(await page.locator('.box.waiting [data-state=waiting]').count(), 0, 'nobody waits in the queue');

  const wrong = first.startsWith('9') ? `8${first.slice(1)}` : `9${first.slice(1)}`;
  house.demo.tell(`dial-in Mallory <+49895550149> ${wrong}`);
  await inHead(page, '1 wrong PIN, last from +49895550149');
  await heard(/\+49895550149 entered a wrong PIN at 5550199/);

  await page.keyboard.press('p');
  await page.waitForFunction((was) => {
    const now = document.querySelector('.dial-in [data-digits=pin] .sr')?.textContent.replaceAll(' ', '');
    return now && now !== was;
  }, first);
  await page.keyboard.press('k');
  await page.getByLabel('PIN people type to come in').waitFor();
  await page.keyboard.type('47 11 08');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('.dial-in [data-digits=pin] .sr')?.textContent === '4 7 1 1 0 8');
  assert.deepEqual(await accessibilityFaults(page), []);

  await page.keyboard.press('q');
  await page.locator('.dial-in').waitFor({ state: 'detached' });
  await heard(/lets nobody else dial in/);
  await rowCalled(page, 'Grace Hopper, +4940555012, In, Dialed in');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('all dial in, and nobody is rung', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  await page.locator('.options summary').click();
  await page.getByLabel('Can be dialed into, with a PIN').check();
  await page.locator('.options summary').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await page.keyboard.press('Control+Enter');
  await state(page, 'conference', 'live');
  house.demo.tell(`dial-in Emma <+4940555012> ${await pin(page)}`);
  await rowCalled(page, 'Emma, +4940555012, In, Dialed in');
  await end(page);
});
