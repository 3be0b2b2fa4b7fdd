// Every view, in both themes, at full size, at 200 % zoom and on a phone: no fault known to axe, no sideways
// scrolling; and what the browser is sent is small, quick and keeps the policy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  accessibilityFaults, ask, call, openPage, realComplaints, row, rowState, sidewaysOverflow, signIn, state, talk, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

const LOOKS = {
  light: { width: 1366, height: 768, colorScheme: 'light' },
  dark: { width: 1366, height: 768, colorScheme: 'dark' },
  // 1366×768 at 200 %.
  zoom: { width: 683, height: 384, colorScheme: 'light' },
  small: { width: 1024, height: 700, colorScheme: 'dark' },
  phone: { width: 360, height: 740, colorScheme: 'dark' },
};

async function check(page, view) {
  for (const [look, { width, height, colorScheme }] of Object.entries(LOOKS)) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    assert.ok(await sidewaysOverflow(page) <= 0, `${view}, ${look}: nothing scrolls sideways`);
    // Colours differ by theme only, and what axe looks for besides does not differ by size.
    if (look === 'small') continue;
    assert.deepEqual(await accessibilityFaults(page), [], `${view}, ${look}`);
  }
  await page.setViewportSize(LOOKS.light);
}

test('every view is accessible and fits', async () => {
  const page = await openPage(house);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await check(page, 'login');
  await signIn(house, page);
  await check(page, 'nobody');
  await page.locator('#middle').focus();
  await page.keyboard.press('t');
  await page.locator('[data-group="On call"] .past-head').click();
  await check(page, 'groups');
  await page.getByRole('button', { name: 'Edit On call' }).click();
  await page.getByRole('textbox', { name: 'Name of the group' }).fill('');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Give the group a name.').waitFor();
  await check(page, 'a group that is wrong');
  for (const name of ['Discard', 'Really discard']) await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('tab', { name: 'Now' }).click();
  await page.locator('#middle').focus();
  await call(house, page, 'Ada Lovelace');
  await call(house, page, 'A caller whose name is a good deal longer than there is room for', '+33155550113', 'service');
  await check(page, 'queue');
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  await check(page, 'call');
  await page.keyboard.press('c');
  await page.keyboard.type('Anna Berg 1008, 张伟 1009, Ben 030 555 0101, Twice 1008, Nobody, Premium 0900 123456,');
  await check(page, 'line');
  await page.getByRole('button', { name: 'Remove Nobody' }).click();
  await page.getByRole('button', { name: 'Remove Twice' }).click();
  await page.locator('#request-line').press('Enter');
  await page.getByText('dial policy').first().waitFor();
  await check(page, 'refused');
  await page.getByRole('button', { name: 'Remove Premium' }).click();
  await page.locator('#request-line').fill('Machine 030 555 0107, Nora 1003, A participant with a very long name indeed <+49 30 555 0142 109>');
  await page.locator('#request-line').press('Control+Enter');
  await state(page, 'conference', 'live');
  await rowState(page, 'Anna Berg', 'joined');
  await rowState(page, 'Ben', 'failed');
  await check(page, 'conference');
  await page.keyboard.press('Escape');
  await toRow(page, 'Anna Berg');
  await page.keyboard.press('.');
  for (const key of ['h', 'f', 'o', '+', '>']) await page.keyboard.press(key);
  await row(page, 'Anna Berg').getByText('Hears +1').waitFor();
  await page.keyboard.press('t');
  await page.keyboard.type('x'.repeat(121));
  await page.keyboard.press('Enter');
  await page.locator('.verbs-wrong').getByText('At most 120 characters.').waitFor();
  await check(page, 'everything for one');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press(',');
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Really: Drop all but hosts' }).waitFor();
  await check(page, 'everything for all');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  // However long the looks took: somebody must be ringing for the question to be asked.
  await ask(page, 'Nina 1013');
  await rowState(page, 'Nina', 'ringing');
  house.demo.tell('hang-up +4930555010');
  await page.locator('.question').waitFor();
  // The countdown waits for nobody: one look of each theme must do before it ends.
  assert.deepEqual(await accessibilityFaults(page), [], 'question');
  await page.keyboard.press('Escape');
  await page.keyboard.press('y');
  await page.locator('.question').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await check(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Account/ }).click();
  await check(page, 'account');
  await page.keyboard.press('Escape');
  house.demo.tell('link down');
  await page.locator('.node.stale').waitFor();
  await check(page, 'link down');
  house.demo.tell('link up');
  await page.locator('.node.good').waitFor();
  await page.locator('#middle').focus();
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Really end for all' }).waitFor();
  await check(page, 'ending');
  await page.keyboard.press('e');
  await state(page, 'conference', 'ended');
  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.past-head').first().click();
  await page.locator('.past .story').first().waitFor();
  await check(page, 'history');
  assert.deepEqual(realComplaints(page), []);
});

test('every view fits in Chinese, too', async () => {
  const page = await openPage(house, { locale: 'zh-CN' });
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await check(page, 'login');
  await page.keyboard.type(house.demo.user);
  await page.keyboard.press('Tab');
  await page.keyboard.type(house.demo.password);
  await page.keyboard.press('Enter');
  await page.locator('.node.good').waitFor();
  await talk(house, page, '张伟');
  await page.keyboard.press('c');
  await page.locator('.options summary').click();
  await check(page, 'options');
  await ask(page, 'Emma 1008, Ben 030 555 0101');
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Ben', 'failed');
  await page.keyboard.press('Escape');
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await check(page, 'everything for one');
  await page.keyboard.press('Escape');
  await page.keyboard.press(',');
  await page.keyboard.press('n');
  await page.getByRole('textbox', { name: '群组名称' }).waitFor();
  await check(page, 'a group');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await check(page, 'help');
  assert.deepEqual(realComplaints(page), []);
});

test('the page is small, paints at once, and the browser has nothing to complain about', async () => {
  const page = await openPage(house);
  const refused = [];
  await page.exposeFunction('refusedByPolicy', (what) => refused.push(what));
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => globalThis.refusedByPolicy(event.violatedDirective)));
  const response = await page.reload();
  assert.match(response.headers()['content-security-policy'], /default-src 'self'/);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const painted = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  assert.ok(await painted.jsonValue() < 1000, `first paint after ${await painted.jsonValue()} ms`);
  const files = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
  assert.ok(files.length >= 2, 'script and style');
  const bodies = await Promise.all([house.demo.url, ...files].map(async (file) => (await fetch(file)).arrayBuffer()));
  const weight = bodies.reduce((sum, body) => sum + gzipSync(Buffer.from(body)).length, 0);
  assert.ok(weight < 60_000, `${weight} bytes, compressed`);
  await signIn(house, page);
  await call(house, page, 'Somebody');
  await ask(page, 'Emma 1008');
  await rowState(page, 'Emma', 'joined');
  assert.deepEqual(refused, []);
  assert.deepEqual(page.complaints, []);
});

test('the demonstration is there at once and says where', async () => {
  const { url, user, users, password, token, startedIn } = house.demo;
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(users.includes(user) && password.length >= 12 && token);
  assert.ok(startedIn < 2000, `started in ${Math.round(startedIn)} ms`);
  const board = await fetch(`${url}/api/v1/board`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(board.status, 200);
});
