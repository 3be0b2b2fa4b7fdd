// What every test needs: the demonstration, a browser, a signed-in page, and ways to ask what it shows. Nothing here
// waits for a fixed time.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach } from 'node:test';
import { chromium } from 'playwright-core';
import { startDemo } from './demo.mjs';

/** Station, caller and participants act by themselves; this is how long the slowest of them may take. */
export const PATIENCE = 30_000;

/** For each test of a file a demonstration of its own; one browser for all of them. */
export function useHouse(options) {
  const house = {};
  before(async () => { house.browser = await openBrowser(); });
  after(() => house.browser?.close());
  beforeEach(async () => { house.demo = await startDemo(options); });
  afterEach(async () => {
    for (const context of house.browser.contexts()) await context.close();
    await house.demo?.stop();
  });
  return house;
}

export const openBrowser = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A page at the server's door; what the browser complains about is collected in `page.complaints`. */
export async function openPage(house, options = {}) {
  const context = await house.browser.newContext({
    viewport: { width: 1366, height: 768 }, colorScheme: 'light', reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'], ...options,
  });
  return openTab(house, context);
}

export async function openTab(house, context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports every refused request and every lost connection; tests that provoke them expect so.
    if (message.type() === 'error') page.complaints.push(message.text());
  });
  await page.goto(house.demo.url);
  return page;
}

/** What the browser said that is not about a refused request or a lost connection. */
export const realComplaints = (page) => page.complaints.filter((text) => !/Failed to load resource|net::ERR/.test(text));

/** Signs in without a mouse. */
export async function signIn(house, page, user = house.demo.user, password = house.demo.password) {
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.keyboard.type(user);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.locator('.node.good').waitFor();
}

/** Somebody calls, and is seen waiting by this page. */
export async function call(house, page, name, number = '+4930555010', queue = 'main') {
  house.demo.tell(`call ${name} <${number}> ${queue}`);
  await page.locator('.box.waiting [data-state=waiting]').filter({ hasText: name }).waitFor();
}

export const state = (page, kind, value) => page.locator(`[data-${kind}-state=${value}]`).waitFor();

/** Whose row it is, whoever else is named in it. */
const of = (page, text) => ({ has: page.locator('.who').filter({ hasText: text }) });

export const row = (page, text) => page.locator('[data-participant]').filter(of(page, text));

/** Waits until the row shows the state, whatever it showed before. */
export const rowState = (page, text, value) =>
  page.locator(`[data-participant][data-state=${value}]`).filter(of(page, text)).waitFor();

/** The row is what it should be to somebody who cannot see it: `Ben, +49…, Failed, busy (SIP 486)`. */
export const rowCalled = (page, name) => page.getByRole('listitem', { name, exact: true }).waitFor();

/** Somebody calls, is answered by key, and both talk. */
export async function talk(house, page, name, number) {
  await call(house, page, name, number);
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
}

/** Asks for a conference, or for more people, by key. */
export async function ask(page, people) {
  await page.keyboard.press('c');
  await page.keyboard.type(people);
  await page.keyboard.press('Control+Enter');
  await page.locator('.chip').first().waitFor({ state: 'detached' });
}

/** Ends what stands in the middle, by key. */
export async function end(page) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Really end for all' }).waitFor();
  await page.keyboard.press('e');
  await state(page, 'conference', 'ended');
}

/** Moves with the arrows until the row has the focus. */
export async function toRow(page, text) {
  const count = await page.locator('[data-participant]').count();
  const here = () => row(page, text).evaluate((element) => element.contains(document.activeElement));
  for (const key of ['ArrowUp', 'ArrowDown']) {
    for (let press = 0; press < count && !(await here()); press += 1) await page.keyboard.press(key);
  }
  assert.ok(await here(), `the arrows reach ${text}`);
}

/** Presses Tab until the control has the focus. */
export async function tabTo(page, control) {
  const here = () => control.evaluate((element) => element === document.activeElement);
  for (let press = 0; press < 60 && !(await here()); press += 1) await page.keyboard.press('Tab');
  assert.ok(await here(), 'Tab reaches it');
}

/** Pastes, as people do. */
export async function paste(page, text) {
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press('Control+v');
}

/** Collects everything said in the live regions from now on. */
export async function listen(page) {
  await page.evaluate(() => {
    globalThis.spoken = [];
    for (const region of document.querySelectorAll('[data-live]')) {
      new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) globalThis.spoken.push(node.textContent);
      }).observe(region, { childList: true });
    }
  });
  return {
    /** Waits until it was said. */
    heard: (pattern) => page.waitForFunction(
      ([source, flags]) => globalThis.spoken.some((text) => new RegExp(source, flags).test(text)), [pattern.source, pattern.flags],
    ),
  };
}

/** As a program would. */
export async function api(house, path, body) {
  const headers = { Authorization: `Bearer ${house.demo.token}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${house.demo.url}/api/v1${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

let axeSource;
export async function accessibilityFaults(page) {
  axeSource ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
  }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} — ${node.failureSummary}`));
}

/** Nothing may need scrolling sideways. */
export const sidewaysOverflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Anna in a live conference with a caller, Emma and Carl; the keys mean the page, not the request line. */
export async function liveConference(house, people = 'Emma 1008, Carl 1009') {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace');
  await ask(page, people);
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Carl', 'joined');
  await page.keyboard.press('Escape');
  return page;
}
