// The main job: answer, make the call a conference, see everyone's true state, steer, end, read it up later.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  ask, call, end, listen, openPage, paste, realComplaints, row, rowCalled, rowState, signIn, state, tabTo, talk, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

test('by keyboard alone', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  const { heard } = await listen(page);
  await call(house, page, 'Ada Lovelace');
  await heard(/^Incoming call: Ada Lovelace, queue main\.$/);
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  // The station picks up sooner than the page could be caught showing it, but it was told.
  await page.locator('[data-activity="call.ringing"]').getByText('Anna answers Ada Lovelace; the station is ringing.').waitFor();
  await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
  await page.keyboard.press('h');
  await state(page, 'call', 'held');
  await page.keyboard.press('r');
  await state(page, 'call', 'talking');

  await page.keyboard.press('c');
  await page.keyboard.type('Anna Berg 030 555 0108, 1x1, Ben 030 555 0101;');
  await paste(page, '张伟 1009\nDora <030 5550102>\n"Nora, night shift" <030 555-0103>, Wrong +49 30 555 0104\nMachine 0305550107');
  const chips = page.getByRole('list', { name: 'People to ring' }).getByRole('listitem');
  assert.equal(await chips.count(), 8, 'typed and pasted alike become chips');
  for (let press = 0; press < 7; press += 1) await page.keyboard.press('ArrowLeft');
  assert.match(await page.evaluate(() => document.activeElement.innerText), /^1x1/);
  await page.keyboard.press('Delete');
  assert.equal(await chips.count(), 7, 'the chip between was removed by key');
  await page.keyboard.press('c');
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await page.keyboard.press('Enter');

  await state(page, 'conference', 'live');
  await page.getByRole('heading', { name: 'Conference with Ada Lovelace' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'request-line', 'the focus stays where it was');
  assert.equal(await chips.count(), 0);
  const people = page.getByRole('list', { name: 'People in this conference' });
  assert.equal(await people.getByRole('listitem').count(), 9);
  await rowCalled(page, 'Ada Lovelace, +4930555010, Caller, In');
  await rowCalled(page, 'Anna, 1001, Attendant, you, In');
  await rowCalled(page, 'Anna Berg, +49305550108, In');
  await rowCalled(page, '张伟, 1009, In');
  await rowCalled(page, 'Ben, +49305550101, Failed, busy (SIP 486)');
  await rowCalled(page, 'Dora, +49305550102, Failed, declined the call (SIP 603)');
  await rowCalled(page, 'Wrong, +49305550104, Failed, there is no such number (SIP 404)');
  await rowCalled(page, 'Nora, night shift, +49305550103, Ringing');
  await rowCalled(page, 'Machine, +49305550107, Asked to press 1');
  await heard(/Ben: busy\./);
  await heard(/Anna Berg joined\./);

  await page.keyboard.press('ArrowDown');
  await toRow(page, 'Nora');
  await page.keyboard.press('k');
  await rowCalled(page, 'Nora, night shift, +49305550103, Cancelled, was cancelled');
  await toRow(page, 'Anna Berg');
  await page.keyboard.press('m');
  await rowCalled(page, 'Anna Berg, +49305550108, In, Muted');
  await page.keyboard.press('m');
  await rowCalled(page, 'Anna Berg, +49305550108, In');
  await toRow(page, 'Ben');
  await page.keyboard.press('g');
  await row(page, 'Ben').getByText('attempt 2').waitFor();
  await rowState(page, 'Ben', 'failed');
  await toRow(page, '张伟');
  await page.keyboard.press('d');
  await rowCalled(page, '张伟, 1009, Left, was taken out');
  await rowCalled(page, 'Machine, +49305550107, Failed, picked up, but pressed nothing');

  await ask(page, 'Late 030 555 0105, Leaves 1006');
  await rowState(page, 'Late', 'joined');
  await rowCalled(page, 'Leaves, 1006, Left, hung up');

  await page.keyboard.press('Escape');
  await page.keyboard.press('l');
  await page.getByRole('button', { name: 'Unlock' }).waitFor();
  await page.keyboard.press('v');
  await page.getByRole('button', { name: 'Come back' }).waitFor();
  await heard(/Anna left\./);
  await page.keyboard.press('l');
  await page.getByRole('button', { name: 'Lock', exact: true }).waitFor();
  await page.keyboard.press('b');
  await rowCalled(page, 'Anna, 1001, Attendant, you, In');

  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Really end for all' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'End for all' }).waitFor();
  await end(page);
  await heard(/The conference is over\./);

  await tabTo(page, page.getByRole('tab', { name: 'Now' }));
  await page.keyboard.press('ArrowRight');
  await tabTo(page, page.getByRole('button', { name: /^Ada Lovelace/ }).last());
  await page.keyboard.press('Enter');
  const story = page.locator('.past .story');
  await story.getByText('Ben', { exact: true }).waitFor();
  assert.equal(await story.getByText('busy (SIP 486)').count(), 2, 'both attempts are told');
  assert.deepEqual(realComplaints(page), []);
});

test('by mouse alone', async () => {
  const page = await openPage(house);
  await page.getByLabel('User name').fill(house.demo.user);
  await page.getByLabel('Password').fill(house.demo.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.node.good').waitFor();
  await call(house, page, 'Grace Hopper');
  await page.getByRole('button', { name: 'Answer Grace Hopper' }).click();
  await state(page, 'call', 'talking');
  await page.getByRole('button', { name: 'Hold' }).click();
  await state(page, 'call', 'held');
  await page.getByRole('button', { name: 'Resume' }).click();
  await state(page, 'call', 'talking');
  await page.getByRole('textbox', { name: 'Who should join this call?' }).click();
  await paste(page, 'Anna Berg <1008>, Carl 1009; Ben 030 555 0101\n🦊 Fox <030 555 0102>, Nora 1003');
  await page.getByRole('button', { name: 'Remove 🦊 Fox' }).click();
  await page.getByRole('button', { name: 'Start conference' }).click();
  await state(page, 'conference', 'live');
  await rowCalled(page, 'Anna Berg, 1008, In');
  await rowCalled(page, 'Carl, 1009, In');
  await rowCalled(page, 'Ben, +49305550101, Failed, busy (SIP 486)');
  await page.getByRole('button', { name: 'Mute Anna Berg' }).click();
  await page.getByRole('button', { name: 'Unmute Anna Berg' }).waitFor();
  await page.getByRole('button', { name: 'Redial Ben' }).click();
  await row(page, 'Ben').getByText('attempt 2').waitFor();
  await page.getByRole('button', { name: 'Cancel Nora' }).click();
  await rowState(page, 'Nora', 'failed');
  await page.getByRole('button', { name: 'Drop Carl' }).click();
  await rowState(page, 'Carl', 'left');
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.getByRole('button', { name: 'Come back' }).click();
  await rowCalled(page, 'Anna, 1001, Attendant, you, In');
  // A double click must not end it; the second press counts once the question could be read.
  await page.getByRole('button', { name: 'End for all' }).dblclick();
  const sure = page.getByRole('button', { name: 'Really end for all' });
  await sure.waitFor();
  const asked = await page.evaluate(() => performance.now());
  await page.waitForFunction((from) => performance.now() - from > 500, asked);
  await state(page, 'conference', 'live');
  await sure.click();
  await state(page, 'conference', 'ended');

  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Grace Hopper/ }).click();
  await page.locator('.past .story').getByText('Anna Berg').waitFor();
  // The story is saved with the mouse, and by one key.
  const [json] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('link', { name: 'Save this story: JSON' }).click(),
  ]);
  assert.match(json.suggestedFilename(), /^conference-\d{4}-\d\d-\d\d-[0-9a-f]{8}\.json$/);
  const [csv] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  assert.match(csv.suggestedFilename(), /\.csv$/);
  const told = await readFile(await csv.path(), 'utf8');
  assert.match(told, /^sequence,at,type,.*\r\n1,/);
  assert.match(told, /conference\.participant\.joined,Anna Berg joined\./);
  assert.deepEqual(realComplaints(page), []);
});

test('from ringing to a conference of five asked for: few keys', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await call(house, page, 'Konrad Zuse');
  await page.evaluate(() => {
    globalThis.presses = 0;
    document.addEventListener('keydown', () => { globalThis.presses += 1; }, true);
  });
  const people = ['Anna 1008', 'Ben 1001', 'Carl 1009', 'Dora 1010', 'Emil 1018'];
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  await ask(page, people.join(','));
  await state(page, 'conference', 'live');
  const presses = await page.evaluate(() => globalThis.presses) - people.join('').length;
  assert.ok(presses <= 15, `${presses} keys beside the names`);
  await rowState(page, 'Emil', 'joined');
  await end(page);
});

test('a conference without a call rings the attendant too', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.getByText('Start a conference without a call').waitFor();
  await ask(page, 'Emma 030 555 0108');
  await state(page, 'conference', 'live');
  await rowCalled(page, 'Anna, 1001, Attendant, you, In');
  await rowCalled(page, 'Emma, +49305550108, In');
  await end(page);
});

test('the question when the caller hangs up is asked, and answered by key', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  const { heard } = await listen(page);
  await talk(house, page, 'Alan Turing', '+441632960015');
  await ask(page, 'Emma 1008, Nora 030 555 0103');
  await rowState(page, 'Emma', 'joined');
  house.demo.tell('hang-up +441632960015');
  await page.getByRole('group', { name: /The caller hung up. Go on without them/ }).waitFor();
  await heard(/Press Y to go on, N to stop/);
  await rowState(page, 'Nora', 'ringing');
  await page.keyboard.press('Escape');
  await page.keyboard.press('y');
  await page.locator('.question').waitFor({ state: 'detached' });
  await rowState(page, 'Nora', 'ringing');
  await page.keyboard.press('k');
  await rowCalled(page, 'Nora, +49305550103, Cancelled, was cancelled');
  await end(page);
});

test('a refusal keeps what was typed and says at which chip it is wrong', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  const { heard } = await listen(page);
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008, Mallory <*98#>, Premium 0900 123456, nobody');
  await page.keyboard.press('Control+Enter');
  await page.locator('#request-error').getByText('Some have no number.').waitFor();
  await page.getByRole('button', { name: 'Remove nobody' }).click();
  await page.locator('#request-line').press('Enter');
  await page.locator('.chip.bad').nth(1).waitFor();
  assert.equal(await page.locator('.chip').count(), 3, 'nothing typed is lost');
  assert.match(await page.locator('.chip.bad').nth(0).innerText(), /Mallory/);
  assert.match(await page.locator('.chip.bad').nth(1).innerText(), /policy does not allow \+49900123456/);
  await heard(/Nobody was rung.*policy does not allow/);
  assert.equal(await page.locator('[data-conference-state]').count(), 0, 'nobody was rung');
  await page.locator('.chip.bad .chip-main').first().click();
  await page.keyboard.type('Mallory 1009');
  await page.keyboard.press('Enter');
  await page.locator('.chip.bad').nth(1).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove Premium' }).click();
  await page.locator('#request-line').press('Enter');
  await rowState(page, 'Mallory', 'joined');
  await end(page);
});

test('single keys do nothing while typing, and can be turned off', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await call(house, page, 'Konrad Zuse');
  await page.keyboard.press('c');
  await page.keyboard.type('a');
  assert.equal(await page.locator('#request-line').inputValue(), 'a');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByLabel(/Single-letter keys/).press('Space');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keys are off' }).waitFor();
  await page.keyboard.press('a');
  assert.equal(await page.locator('.button kbd:not(.start kbd)').count(), 0);
  assert.equal(await page.locator('.box.waiting [data-state=waiting]').count(), 1);
});
