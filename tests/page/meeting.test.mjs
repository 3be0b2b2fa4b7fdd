// Hands, votes and whoever is in charge: raised and cast at telephones, seen and steered by key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, checkAccessibility, end, openPage, realComplaints, row, rowState, signIn, spoken, state, talk, useHouse } from './house.mjs';

const house = useHouse();

test('hands are raised by phone, told, and given the floor; a vote is opened, cast and closed; all by key', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada', '+4930555010');
  await ask(page, 'Paul 1004, Lea 1005');
  await rowState(page, 'Paul', 'joined');
  await rowState(page, 'Lea', 'joined');

  house.demo.tell('press 1004 *9');
  await page.locator('[data-hands="1"]').waitFor();
  await spoken(page, 'Paul raises a hand, 1 waiting.');
  house.demo.tell('press 1005 *9');
  await page.locator('[data-hands="2"]').waitFor();
  await spoken(page, 'Lea raises a hand, 2 waiting.');
  assert.deepEqual(await page.locator('.hand-name').allTextContents(), ['1. Paul', '2. Lea']);
  await row(page, 'Paul').getByText('Hand up').waitFor();
  await checkAccessibility(page);
  await page.keyboard.press('f');
  await page.locator('[data-hands="1"]').waitFor();
  await page.locator('.feed, .happened').getByText('gives the floor to Paul').first().waitFor();
  house.demo.tell('press 1004 *9');
  await page.locator('[data-hands="2"]').waitFor();
  // In the queue a digit means a place in it.
  await page.locator('.hands button').first().focus();
  await page.keyboard.press('2');
  await page.locator('[data-hands="1"]').waitFor();
  assert.deepEqual(await page.locator('.hand-name').allTextContents(), ['1. Lea']);
  house.demo.tell('press 1004 *9');
  await page.locator('[data-hands="2"]').waitFor();
  await page.keyboard.press('z');
  await page.locator('[data-hands]').waitFor({ state: 'detached' });

  await page.keyboard.press('q');
  await page.keyboard.type('Shall we go on?');
  await page.keyboard.press('Enter');
  await page.locator('[data-vote=open]').getByText('Shall we go on?').waitFor();
  house.demo.tell('press 1004 1');
  house.demo.tell('press 1005 2');
  await page.locator('[data-vote=open]').getByText('1 yes · 1 no · 2 not yet').waitFor();
  await row(page, 'Paul').getByText('Yes').waitFor();
  await checkAccessibility(page);
  await page.keyboard.press('q');
  await page.locator('[data-vote=closed]').getByText('1 yes · 1 no · 2 did not vote').waitFor();

  await row(page, 'Paul').focus();
  await page.keyboard.press('.');
  await page.keyboard.press('w');
  await page.keyboard.type('You know them.');
  await page.keyboard.press('Enter');
  await row(page, 'Paul').getByText('In charge, by phone').waitFor();
  house.demo.tell('press 1004 *5');
  await page.locator('.head-line').getByText('Locked').waitFor();
  await page.locator('.feed, .happened').getByText('Paul (by phone) locks the room.').first().waitFor();
  await page.keyboard.press('Escape');
  await end(page);
  await state(page, 'conference', 'ended');
  assert.deepEqual(realComplaints(page), []);
});
