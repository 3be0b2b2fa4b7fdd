// When a conference ends by itself, how it is asked for and put off, and sounds in the room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, ask, end, listen, openPage, realComplaints, rowCalled, rowState, signIn, state, tabTo, talk, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

async function talking() {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  return page;
}

const options = (page) => page.locator('summary', { hasText: 'Options' });
const endsIn = (page) => page.locator('.head-line').getByText(/^ends in /);

test('the options are reached by key, are what it is started with, and are remembered', async () => {
  const page = await talking();
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008');
  await page.keyboard.press('Enter');
  await tabTo(page, options(page));
  await page.keyboard.press('Enter');
  const longest = page.getByRole('textbox', { name: 'Longest time, in minutes' });
  await tabTo(page, longest);
  await page.keyboard.type('soon');
  await page.getByText('A number from 1 to 1440, or nothing.').waitFor();
  const { heard } = await listen(page);
  const start = page.getByRole('button', { name: 'Start conference' });
  await tabTo(page, start);
  await page.keyboard.press('Enter');
  await heard(/One of the options is no number of minutes/);
  await tabTo(page, longest);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('30');
  await tabTo(page, page.getByRole('checkbox', { name: 'Ends when I leave' }));
  await page.keyboard.press('Space');
  await page.getByRole('combobox', { name: 'Tone at the door' }).selectOption('who comes');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Escape');
  await page.getByText('3 options set').waitFor();
  await tabTo(page, start);
  await page.keyboard.press('Enter');
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  assert.match(await endsIn(page).innerText(), /^ends in (30:00|29:\d\d)$/);

  // More time, by key.
  await page.keyboard.press('Escape');
  await page.keyboard.press(',');
  await page.keyboard.press('t');
  await heard(/lets the conference go on for 15 minutes more\./);
  await page.locator('.head-line').getByText(/^ends in 4[45]:/).waitFor();
  await page.keyboard.press('Escape');

  await page.keyboard.press('v');
  await state(page, 'conference', 'ended');
  await page.getByText(/the attendant left/).first().waitFor();
  await page.reload();
  await page.locator('.node.good').waitFor();
  await page.getByText('3 options set').waitFor();
  assert.deepEqual(realComplaints(page), []);
});

test('a sound for all, one for a single participant, and its end; by key', async () => {
  const page = await talking();
  await ask(page, 'Emma 1008');
  await rowState(page, 'Emma', 'joined');
  const { heard } = await listen(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press(',');
  await page.keyboard.press('y');
  const picking = page.getByRole('group', { name: 'Is played to all' });
  await picking.getByRole('button', { name: 'attention' }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await picking.getByRole('button', { name: 'chime' }).click();
  await heard(/chime was played to all\./);
  await page.keyboard.press('Escape');

  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('y');
  await page.getByRole('group', { name: 'Is played to them only' }).getByRole('button', { name: 'chime' }).click();
  await heard(/chime was played to Emma\./);
  await rowCalled(page, 'Emma, 1008, In');
  await page.keyboard.press('Escape');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});
