// What is shown is true, or says that it may not be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answerByKey, isMock, openHouse, openPage, row, rowState, screenshot, signIn, state } from './house.mjs';

let house;
before(async () => { house = await openHouse(); });
after(() => house.close());

test('a reload in the middle shows the same conference, its story and the half-typed line', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await answerByKey(page);
  await page.keyboard.press('c');
  await page.keyboard.type('Anna 030 555 0108, Ben 030 555 0101');
  await page.keyboard.press('Control+Enter');
  await rowState(page, 'Anna', 'joined');
  await rowState(page, 'Ben', 'failed');
  await page.keyboard.type('Carla 030 555 0107, half');

  await page.reload();
  await state(page, 'conference', 'live');
  await rowState(page, 'Anna', 'joined');
  await rowState(page, 'Ben', 'failed');
  await page.locator('[data-activity]').filter({ hasText: 'Ben' }).first().waitFor();
  assert.equal(await page.locator('.chip').innerText().then((text) => /Carla/.test(text)), true);
  assert.equal(await page.locator('#request-line').inputValue(), ' half');
  await page.getByRole('button', { name: 'Redial Ben' }).click();
  await row(page, 'Ben').getByText('attempt 2').waitFor();
  await page.keyboard.press('e');
  await page.locator('body').press('e');
  await state(page, 'conference', 'ended');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a lost link greys the page, says so, and heals by itself', { skip: !isMock && 'needs a server that hangs up on purpose' }, async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.locator('.node.good').waitFor();
  await house.control('drop-streams');
  await page.locator('.node.stale').waitFor();
  await page.locator('[data-live=assertive]').getByText(/link to the server is lost/).waitFor({ state: 'attached' });
  await page.locator('.card.stale').first().waitFor();
  await screenshot(page, 'link-lost');
  await house.control('accept-streams');
  await page.locator('.node.good').waitFor();
  await page.locator('.card.stale').first().waitFor({ state: 'detached' });
  await page.context().close();
});

test('a node whose link is down is grey, with words', { skip: !isMock && 'the demo has no switch to stop' }, async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await house.control('node-down');
  await page.locator('.node.stale').getByText(/link down/).waitFor();
  await page.locator('.card').first().getByText(/not verified/).waitFor();
  await house.control('node-up');
  await page.locator('.node.good').waitFor();
  await page.context().close();
});

test('an incoming call is said at once, moves nothing, and takes no focus', { skip: !isMock && 'the demo decides when callers come' }, async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.locator('.box.waiting [data-state=waiting]').first().waitFor();
  await page.keyboard.press('c');
  const boxes = () => page.evaluate(() => [...document.querySelectorAll('.box, .middle, .right, .request, .card')]
    .map((element) => [element.className, element.dataset.id, JSON.stringify(element.getBoundingClientRect())]));
  const earlier = await boxes();
  await house.control('arrive');
  await page.locator('.card-title').getByText('Just Now').waitFor();
  await page.locator('[data-live=assertive]').getByText(/Incoming call: Just Now/).waitFor({ state: 'attached' });
  const later = (await boxes()).filter(([, id]) => earlier.some(([, known]) => known === id));
  assert.deepEqual(later.slice(0, earlier.length), earlier);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'request-line');
  await page.context().close();
});

test('when the session ends the door opens again and nothing typed is lost', { skip: !isMock && 'needs a server that ends sessions on purpose' }, async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.keyboard.press('c');
  await page.keyboard.type('Anna 030 555 0108,');
  await house.control('end-sessions');
  await page.getByText(/Your session has ended/).waitFor();
  await screenshot(page, 'session-ended');
  await signIn(house, page);
  assert.match(await page.locator('.chip').innerText(), /Anna/);
  await page.getByRole('button', { name: /Remove Anna/ }).click();
  await page.context().close();
});

test('signing out ends the session', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.getByRole('button', { name: /Account/ }).click();
  await screenshot(page, 'account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.context().close();
});
