// Who is waited for, and with whose leaving it ends; and that a recording holds those who talk apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, api, end, listen, liveConference, openPage, realComplaints, rowCalled, rowState, signIn, state, tabTo, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

test('one is named with whose leaving it ends, by key; and no more, by mouse', async () => {
  const page = await liveConference(house);
  const { heard } = await listen(page);
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('e');
  await rowCalled(page, 'Emma, 1008, In, Ends it by leaving');
  await heard(/Anna has the conference end when Emma leaves\./);
  await page.getByRole('button', { name: 'Ends it by leaving', pressed: true }).click();
  await rowCalled(page, 'Emma, 1008, In');
  await page.keyboard.press('e');
  await rowCalled(page, 'Emma, 1008, In, Ends it by leaving');
  await page.keyboard.press('Escape');
  await page.keyboard.press('d');
  await state(page, 'conference', 'ended');
  await page.getByText(/somebody left without whom it does not go on/).first().waitFor();
  assert.deepEqual(realComplaints(page), []);
});

test('named on the request line, with its letter', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008,');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Emma 1008 ends it by leaving edit', exact: true }).waitFor();
  await page.locator('#request-line').focus();
  await page.keyboard.press('Control+Enter');
  await rowCalled(page, 'Emma, 1008, In, Ends it by leaving');
  await page.keyboard.press('Escape');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('early guests wait for the host, asked for in the options; let in by key; and waited for again by mouse', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: /^Ring my station too/ }).click();
  const options = page.locator('summary', { hasText: 'Options' });
  await page.locator('#request-line').focus();
  await tabTo(page, options);
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('checkbox', { name: 'Music until a host is there' }));
  await page.keyboard.press('Space');
  await page.getByText('1 option set').waitFor();
  await page.locator('#request-line').focus();
  await page.keyboard.press('Control+Enter');
  await rowCalled(page, 'Emma, 1008, In, Waits for the host, music');
  await page.locator('.head-line').getByText('Waits for the host').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press(',');
  await page.keyboard.press('i');
  await rowCalled(page, 'Emma, 1008, In');
  await page.getByRole('button', { name: 'Wait for the host', pressed: false }).click();
  await rowCalled(page, 'Emma, 1008, In, Waits for the host, music');
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await rowState(page, 'Anna', 'joined');
  await rowCalled(page, 'Emma, 1008, In');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('a recording holds those who talk apart, and says so before, while they do, and where they are', async () => {
  const page = await liveConference(house);
  const { heard } = await listen(page);
  const apart = (how) => page.locator(`[data-recording-apart=${how}]`);
  await page.locator('#middle').focus();
  await page.keyboard.press('o');
  await page.locator('[data-recording=recording]').waitFor();
  assert.equal(await apart('now').count(), 0);
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('s');
  await apart('asked').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Emma, 1008, In, Apart with Anna, recorded too');
  await apart('now').waitFor();
  await heard(/The recording holds those who talk apart/);
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await apart('would').waitFor();
  await rowCalled(page, 'Emma, 1008, In, Apart with Anna');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await apart('now').waitFor();
  await page.getByRole('button', { name: 'More Carl' }).click();
  await page.getByRole('button', { name: 'Coach…' }).click();
  await apart('asked').waitFor();
  await page.keyboard.press('Escape');
  // Whoever is added is told, too, before they are introduced.
  await page.locator('#request-line').focus();
  await page.keyboard.type('Dana 1006,');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('.');
  await page.locator('.request').getByText('the recording holds what they say, too').waitFor();
  await page.keyboard.press('.');
  await page.keyboard.press('Delete');
  await page.locator('#middle').focus();
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('the language is the browser’s, or chosen; what is typed is kept', async () => {
  const page = await openPage(house, { locale: 'zh-TW' });
  const lang = () => page.evaluate(() => document.documentElement.lang);
  await page.getByRole('heading', { name: '登录' }).waitFor();
  assert.equal(await lang(), 'zh-Hans');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByRole('combobox', { name: '语言' }).selectOption('English');
  await signIn(house, page);
  assert.equal(await lang(), 'en');
  await page.keyboard.press('c');
  await page.keyboard.type('Emma 1008,');
  await page.getByRole('button', { name: /Account/ }).click();
  await page.getByRole('combobox', { name: 'Language' }).selectOption('中文');
  await page.getByText('没有人在等待。').waitFor();
  assert.match(await page.locator('.chip').innerText(), /Emma/);
  await page.getByRole('button', { name: '发起会议' }).click();
  await rowCalled(page, 'Emma, 1008, 在内');
  await page.locator('.activities').getByText('Emma加入了。').waitFor();
  await page.keyboard.press('Escape');
  const [conference] = (await api(house, '/board')).conferences;
  await api(house, `/conferences/${conference.id}/actions/end`, {});
  await state(page, 'conference', 'ended');
  await page.getByText('这个会议已结束').waitFor();
  assert.deepEqual(realComplaints(page), []);
});
