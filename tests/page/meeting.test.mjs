// Hands, votes and whoever is in charge: raised and cast at telephones, seen and steered by key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, end, listen, liveConference, realComplaints, row, sidewaysOverflow, toRow, useHouse,
} from './house.mjs';

const house = useHouse();
const hands = (page, count) => page.locator(`[data-hands="${count}"]`).waitFor();
const noHands = (page) => page.locator('[data-hands]').waitFor({ state: 'detached' });
const told = (page, text) => page.getByText(text, { exact: true }).first().waitFor();
const queue = (page) => page.locator('.hand-name').allTextContents();
const press = (number, keys) => house.demo.tell(`press ${number} ${keys}`);

/** Set KEEP to a folder to look at what the page looked like. */
const picture = async (page, name) => process.env.KEEP && page.screenshot({ path: `${process.env.KEEP}/${name}.png` });

test('hands raised by phone are told, and given the floor by key', async () => {
  const page = await liveConference(house);
  const { heard } = await listen(page);
  press(1008, '*9');
  await hands(page, 1);
  await heard(/Emma raises a hand, 1 waiting\./);
  press(1009, '*9');
  await hands(page, 2);
  await heard(/Carl raises a hand, 2 waiting\./);
  assert.deepEqual(await queue(page), ['1. Emma', '2. Carl']);
  await row(page, 'Emma').getByText('Hand up').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.equal(await sidewaysOverflow(page), 0);
  await picture(page, 'hands');

  await page.keyboard.press('f');
  await hands(page, 1);
  await told(page, 'Anna gives the floor to Emma.');
  press(1008, '*9');
  await hands(page, 2);
  assert.deepEqual(await queue(page), ['1. Carl', '2. Emma'], 'who raises it again waits behind the others');
  // In the queue a digit means a place in it; on the page it would ring a standing group.
  await page.locator('.hands button').first().focus();
  await page.keyboard.press('2');
  await hands(page, 1);
  assert.deepEqual(await queue(page), ['1. Carl']);
  press(1008, '*9');
  await hands(page, 2);
  await toRow(page, 'Emma');
  await page.keyboard.press('-');
  await hands(page, 1);
  assert.deepEqual(await queue(page), ['1. Carl'], 'of the chosen one');
  press(1008, '*9');
  await hands(page, 2);
  await page.keyboard.press('z');
  await noHands(page);
  press(1009, '*9');
  await hands(page, 1);
  house.demo.tell('hang-up 1009');
  await noHands(page);
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('a vote is opened, watched and closed by key; a secret one shows no names', async () => {
  const page = await liveConference(house);
  const { heard } = await listen(page);
  await page.keyboard.press('q');
  await page.keyboard.type('Shall we go on?');
  await picture(page, 'vote-form');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Enter');
  const open = page.locator('[data-vote=open]');
  await open.getByText('Shall we go on?').waitFor();
  press(1008, '1');
  press(1009, '2');
  await open.getByText('1 yes · 1 no · 2 not yet').waitFor();
  await heard(/2 voted, 2 not yet\./);
  await row(page, 'Emma').getByText('Yes', { exact: true }).waitFor();
  await row(page, 'Carl').getByText('No', { exact: true }).waitFor();
  press(1009, '1');
  await open.getByText('2 yes · 0 no · 2 not yet').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  press(1008, '*9');
  await hands(page, 1);
  await picture(page, 'vote');
  await page.keyboard.press('q');
  await page.locator('[data-vote=closed]').getByText('2 yes · 0 no · 2 did not vote').waitFor();
  await told(page, 'Anna closes the vote (Shall we go on?): 2 yes, 0 no, 2 did not vote.');

  await page.keyboard.press('q');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.type('1');
  await page.keyboard.press('Enter');
  await page.locator('#vote-wrong').getByText('A number of seconds from 5 to 3600').waitFor();
  await page.keyboard.type('800');
  await page.keyboard.press('Enter');
  await open.getByText('Secret vote, open').waitFor();
  press(1008, '1');
  await open.getByText('1 voted · 3 not yet').waitFor();
  await row(page, 'Emma').getByText('Has voted').waitFor();
  assert.equal(await page.locator('.voters').count(), 0);
  await page.keyboard.press('q');
  await page.locator('[data-vote=closed]').getByText('1 yes · 0 no · 3 did not vote').waitFor();
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('somebody in the room is put in charge by key, and what they press is told', async () => {
  const page = await liveConference(house);
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('j');
  await page.keyboard.type('You know them.');
  await page.keyboard.press('Enter');
  await row(page, 'Emma').getByText('In charge, by phone').waitFor();
  await told(page, 'Anna puts Emma in charge, by phone: You know them.');
  press(1008, '*5');
  await page.locator('.head-line').getByText('Locked').waitFor();
  await told(page, 'Emma (by phone) locks the room.');
  press(1009, '*6');
  await row(page, 'Carl').getByText('Muted').waitFor();
  await picture(page, 'in-charge');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Escape');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});
