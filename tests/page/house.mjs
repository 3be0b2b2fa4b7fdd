// What every test needs: a server (the real one if SWITCHBOARD_URL names it, the mock otherwise), a browser,
// and a signed-in page. Nothing here waits for a fixed time.
import { readFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startMock } from './mock/server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const SCREENSHOTS = process.env.SWITCHBOARD_SCREENSHOTS;
export const isMock = !process.env.SWITCHBOARD_URL;

/** Station, caller and participants act by themselves; this is how long the slowest of them may take. */
export const PATIENCE = 30_000;

export async function openHouse() {
  const server = isMock ? await startMock() : {
    url: process.env.SWITCHBOARD_URL.replace(/\/$/, ''),
    user: process.env.SWITCHBOARD_USER,
    password: process.env.SWITCHBOARD_PASSWORD,
    stop() {},
  };
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return {
    server,
    browser,
    control: (name) => fetch(`${server.url}/mock/${name}`, { method: 'POST' }),
    async close() {
      await browser.close();
      server.stop();
    },
  };
}

/** A page at the server's door; what the browser complains about is collected in `page.complaints`. */
export async function openPage(house, options = {}) {
  const context = await house.browser.newContext({ viewport: { width: 1366, height: 768 }, colorScheme: 'light', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports every 4xx and every lost connection; those are part of the tests.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text())) page.complaints.push(message.text());
  });
  await page.goto(house.server.url);
  return page;
}

/** Signs in without a mouse. */
export async function signIn(house, page) {
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.keyboard.type(house.server.user);
  await page.keyboard.press('Tab');
  await page.keyboard.type(house.server.password);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Callers' }).waitFor();
}

export const state = (page, kind, value) => page.locator(`[data-${kind}-state=${value}]`).waitFor();

export const row = (page, text) => page.locator('[data-participant]').filter({ hasText: text });

/** Waits until the row shows the state, whatever it showed before. */
export const rowState = (page, text, value) =>
  page.locator(`[data-participant][data-state=${value}]`).filter({ hasText: text }).waitFor();

/** Answers the longest waiting and waits until both talk. */
export async function answerByKey(page) {
  await page.locator('.box.waiting [data-state=waiting]').first().waitFor();
  await page.keyboard.press('a');
  await state(page, 'call', 'talking');
}

let axeSource;
export async function accessibilityFaults(page) {
  axeSource ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} — ${node.failureSummary}`));
}

/** Nothing may need scrolling sideways. */
export const sidewaysOverflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export async function screenshot(page, name) {
  if (!SCREENSHOTS) return;
  const folder = path.resolve(here, SCREENSHOTS);
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
