// A text is typed and spoken, to all and to one; offered where the switch has a voice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessibilityFaults, ask, call, end, openPage, realComplaints, rowState, signIn, state, toRow, useHouse } from './house.mjs';

const house = useHouse();

test('a text is said to everybody and to one, by key', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await call(house, page, 'Ada Lovelace');
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  await ask(page, 'Emma 1008');
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await page.keyboard.press('Escape');
  await page.locator('#middle').focus();
  await page.keyboard.press(',');
  await page.keyboard.press('w');
  const field = page.getByRole('textbox', { name: 'Is spoken to all' });
  await field.fill('five ${uuid}');
  await page.keyboard.press('Enter');
  await page.locator('.verbs-wrong').getByText(/letters and digits/).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await field.fill("Don't worry: the meeting ends in 5 minutes.");
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/text-typed.png` });
  await page.keyboard.press('Enter');
  await page.locator('.head .pending-word').getByText('being spoken: “Don’t worry: the meeting ends in 5 minutes.”').waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/text-spoken.png` });
  await page.locator('.activities').getByText(/was spoken to all/).first().waitFor();

  await page.keyboard.press('Escape');
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('w');
  await page.getByRole('textbox', { name: 'Is spoken to them only' }).fill('Only you hear this');
  await page.keyboard.press('Enter');
  await page.locator('.activities').getByText('“Only you hear this” was spoken to Emma.').first().waitFor();
  assert.deepEqual(realComplaints(page), []);
  await page.keyboard.press('Escape');
  await end(page);
});
