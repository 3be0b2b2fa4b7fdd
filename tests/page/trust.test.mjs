// What is shown is true, or says that it may not be; and what was typed is never lost.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startDemo } from './demo.mjs';
import {
  ask, call, end, listen, openPage, openTab, realComplaints, row, rowState, signIn, state, talk, useHouse,
} from './house.mjs';

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-page-'));
after(() => rm(folder, { recursive: true, force: true }));
const store = path.join(folder, 'switchboard.db');
const house = useHouse({ store });

test('a reload in the middle shows the same conference, its story and the half-typed line', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  await ask(page, 'Emma 1008, Ben 030 555 0101, Late 030 555 0105');
  await rowState(page, 'Emma', 'joined');
  await page.keyboard.type('Carla 030 555 0107, half');

  await page.reload();
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Ben', 'failed');
  await rowState(page, 'Late', 'joined');
  await page.locator('[data-activity]').filter({ hasText: 'Ben: busy.' }).waitFor();
  assert.match(await page.locator('.chip').innerText(), /Carla/);
  assert.equal(await page.locator('#request-line').inputValue(), ' half');
  // Nobody is chosen after a reload, and only one was not reached: the key means that one.
  await page.keyboard.press('g');
  await row(page, 'Ben').getByText('attempt 2').waitFor();
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('an incoming call is said at once, moves nothing, and takes no focus', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  const { heard } = await listen(page);
  await call(house, page, 'First', '+4940555012');
  await page.keyboard.press('c');
  const boxes = () => page.evaluate(() => [...document.querySelectorAll('.box, .middle, .right, .request, .card')]
    .map((element) => [element.className, element.dataset.id, JSON.stringify(element.getBoundingClientRect())]));
  const earlier = await boxes();
  await call(house, page, 'Just Now', '+4940555013');
  await heard(/Incoming call: Just Now/);
  const later = (await boxes()).filter(([, id]) => earlier.some(([, known]) => known === id));
  assert.deepEqual(later.slice(0, earlier.length), earlier);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'request-line');
});

test('a switch whose link is down is grey, in words and aloud, and heals', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  const { heard } = await listen(page);
  await call(house, page, 'Ada Lovelace');
  house.demo.tell('link down');
  await page.locator('.node.stale').getByText(/^link down, last verified \d+ s ago$/).waitFor();
  await heard(/The link to switch demo is down/);
  await page.locator('.card.stale').getByText('not verified').waitFor();
  house.demo.tell('link up');
  await page.locator('.node.good').getByText(/^verified \d+ s ago$/).waitFor();
  await heard(/Switch demo is verified again/);
  await page.locator('.card.stale').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  await page.keyboard.press('x');
  await page.getByRole('heading', { name: 'No call' }).waitFor();
});

test('a server that says nothing more is doubted within seconds', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  house.demo.freeze();
  const frozen = performance.now();
  try {
    await page.locator('.node.stale').getByText(/^not verified, last verified \d+ s ago$/).waitFor();
    assert.ok(performance.now() - frozen < 8_000, 'the badge greys within seconds');
  } finally {
    house.demo.thaw();
  }
  await page.locator('.node.good').waitFor();
});

test('a lost network greys the page, says so, and heals by itself', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  const { heard } = await listen(page);
  await call(house, page, 'Ada Lovelace');
  await page.context().setOffline(true);
  await page.getByText('No link to the server').waitFor();
  await heard(/link to the server is lost/);
  await page.locator('.card.stale').getByText('not verified').waitFor();
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008');
  await page.keyboard.press('Control+Enter');
  await page.locator('#request-error').getByText(/The server did not answer. What you typed is kept/).waitFor();
  house.demo.tell('hang-up +4930555010');
  await page.context().setOffline(false);
  await page.locator('.node.good').waitFor();
  await heard(/Connected again/);
  // What happened meanwhile is told.
  await page.getByText('Nobody is waiting.').waitFor();
  await page.locator('#request-line').press('Control+Enter');
  await rowState(page, 'Emma', 'joined');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('a server that dies and comes back finds the page at its door, with all that was typed', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008,');
  await house.demo.kill();
  await page.getByText('No link to the server').waitFor();
  // The demonstration makes up a new password each time, and a changed password ends sessions.
  house.demo = await startDemo({ port: new URL(house.demo.url).port, store });
  await page.getByText(/Your session has ended/).waitFor();
  await signIn(house, page);
  assert.match(await page.locator('.chip').innerText(), /Emma/);
  await page.locator('#request-line').press('Control+Enter');
  await rowState(page, 'Emma', 'joined');
  assert.deepEqual(realComplaints(page), []);
});

test('signing out ends the session for every page of the browser, and nothing typed elsewhere is lost', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008,');
  const other = await openTab(house, page.context());
  await other.getByRole('button', { name: /Account/ }).click();
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByText(/Your session has ended/).waitFor();
  await other.reload();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.bringToFront();
  await signIn(house, page);
  assert.match(await page.locator('.chip').innerText(), /Emma/);
});
