// Every view, in both themes, at full size and at 200 % zoom: no fault known to axe, no sideways scrolling.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibilityFaults, answerByKey, openHouse, openPage, rowState, screenshot, sidewaysOverflow, signIn, state } from './house.mjs';

let house;
before(async () => { house = await openHouse(); });
after(() => house.close());

const LOOKS = [
  { name: 'light', options: {} },
  { name: 'dark', options: { colorScheme: 'dark' } },
  // 1366×768 at 200 %: half the CSS pixels, twice as dense.
  { name: 'zoom', options: { viewport: { width: 683, height: 384 }, deviceScaleFactor: 2 } },
  { name: 'phone', options: { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' } },
];

for (const { name, options } of LOOKS) {
  test(`every view is accessible: ${name}`, async () => {
    const page = await openPage(house, options);
    const check = async (view) => {
      await screenshot(page, `${view}-${name}`);
      assert.deepEqual(await accessibilityFaults(page), [], `${view}, ${name}`);
      assert.ok(await sidewaysOverflow(page) <= 0, `${view}, ${name}: nothing scrolls sideways`);
    };
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await check('login');
    await signIn(house, page);
    await page.locator('.box.waiting [data-state=waiting]').nth(1).waitFor();
    await check('idle');
    await answerByKey(page);
    await check('call');
    await page.keyboard.press('c');
    await page.keyboard.type('Anna Berg 030 555 0108, 张伟 030 555 0109, Ben 030 555 0101, Twice 030 555 0108, Nobody,');
    await check('line');
    await page.getByRole('button', { name: 'Remove Nobody' }).click();
    await page.getByRole('button', { name: 'Remove Twice' }).click();
    await page.locator('#request-line').fill('Machine 030 555 0107, Slow 030 555 0105, A participant with a very long name indeed <+49 30 555 0142 109>');
    await page.keyboard.press('Control+Enter');
    await page.locator('#request-line').press('Control+Enter');
    await state(page, 'conference', 'live');
    await rowState(page, 'Anna Berg', 'joined');
    await rowState(page, 'Ben', 'failed');
    await rowState(page, 'Machine', 'confirming');
    await check('conference');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await check('help');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Really end for all' }).waitFor();
    await check('ending');
    await page.keyboard.press('e');
    await state(page, 'conference', 'ended');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.locator('.past-head').first().click();
    await page.locator('.past .story').first().waitFor();
    await check('history');
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}
