// Standing groups on the page: made, changed, renamed, deleted, saved from a conference; and two who change one at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, api, end, listen, liveConference, openPage, openTab, paste, realComplaints, rowCalled, rowState, signIn, state, tabTo,
  useHouse,
} from './house.mjs';

const house = useHouse();
const group = (page, name) => page.locator(`[data-group="${name}"]`);
const name = (page) => page.getByRole('textbox', { name: 'Name of the group' });
/** A field of the nth line. */
const field = (page, nth, label) => page.locator('.group-line').nth(nth).getByRole('textbox', { name: label, exact: true });
const focused = (page, control) => page.waitForFunction((element) => element === document.activeElement, control);
const isFocused = async (page, locator) => focused(page, await locator.elementHandle());
const kept = async (called) => (await api(house, '/groups')).groups.find((one) => one.name === called);

async function atTheDesk(user) {
  const page = await openPage(house);
  await signIn(house, page, user);
  await page.locator('#middle').focus();
  return page;
}

/** Opens what is in a group, and changes it. */
async function edit(page, called) {
  await page.keyboard.press('t');
  await group(page, called).locator('.past-head').click();
  await page.getByRole('button', { name: `Edit ${called}` }).click();
  await name(page).waitFor();
}

test('made by key, with what is wrong at its field, rung by one key, and deleted', async () => {
  const page = await atTheDesk();
  const { heard } = await listen(page);
  await page.keyboard.press('t');
  const make = page.getByRole('button', { name: 'New group' });
  await isFocused(page, make);
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Enter');
  await isFocused(page, name(page));
  await page.keyboard.press('Control+Enter');
  await heard(/Not saved: mend what is marked \(1\)\. Put at least one person into it\./);
  await isFocused(page, name(page));
  await page.keyboard.type('technicians');
  await page.keyboard.press('Enter');
  // Typed as on the request line, it is taken apart.
  await page.keyboard.type('Emma 1008');
  await page.keyboard.press('Enter');
  assert.deepEqual([await field(page, 0, 'Name').inputValue(), await field(page, 0, 'Numbers').inputValue()], ['Emma', '1008']);
  await page.keyboard.type(' | 030 5550108');
  await page.keyboard.press('ArrowDown');
  await isFocused(page, field(page, 1, 'Numbers'));
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.type('Carl');
  await page.keyboard.press('Control+Enter');
  await page.getByText('A number is missing.').waitFor();
  await isFocused(page, field(page, 1, 'Numbers'));
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.type('1009 & 1019');
  await tabTo(page, page.getByRole('button', { name: 'Only listens: Carl' }));
  await page.keyboard.press('Space');
  await page.locator('.group-said').getByText('only listens').waitFor();
  // The name is taken, whatever its case; the server says so at the field, and nothing is lost.
  await page.keyboard.press('Control+Enter');
  await page.getByText(/Is the name of another group/).waitFor();
  await isFocused(page, name(page));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Board');
  await page.keyboard.press('Control+Enter');
  await heard(/Board is saved\./);
  await group(page, 'Board').waitFor();
  const { participants } = await kept('Board');
  assert.deepEqual(participants.map((one) => [one.name, one.numbers, one.strategy, one.listener]),
    [['Emma', ['1008', '030 5550108'], null, false], ['Carl', ['1009', '1019'], 'all_at_once', true]]);

  await page.locator('#middle').focus();
  await page.keyboard.press('1');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Carl', 'joined');
  await page.locator('#middle').focus();
  await end(page);

  await group(page, 'Board').locator('.past-head').click();
  const remove = page.getByRole('button', { name: 'Delete Board' });
  await tabTo(page, remove);
  await page.keyboard.press('Enter');
  await heard(/Board: press Delete again to delete the group, Escape to keep it\./);
  await page.keyboard.press('Escape');
  await remove.waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Really delete Board' }).waitFor();
  await page.keyboard.press('Enter');
  await group(page, 'Board').waitFor({ state: 'detached' });
  assert.equal(await kept('Board'), undefined);
  assert.deepEqual(realComplaints(page), []);
});

test('renamed and changed by mouse; a list is pasted; what is typed outlives a reload and is discarded only when told twice', async () => {
  const page = await atTheDesk();
  await edit(page, 'On call');
  await name(page).fill('On call at night');
  await page.getByRole('button', { name: 'Take Night lab out' }).click();
  await page.getByRole('button', { name: 'Moderator: Dr. Ines Vogel', pressed: true }).click();
  await field(page, 2, 'Name').click();
  await paste(page, 'Dora 1018, 张伟 1028');
  await page.reload();
  await page.locator('.node.good').waitFor();
  await page.getByRole('tab', { name: 'Groups' }).click();
  assert.equal(await name(page).inputValue(), 'On call at night');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await group(page, 'On call at night').waitFor();
  const { participants } = await kept('On call at night');
  assert.deepEqual(participants.map((one) => [one.name, one.numbers.length, one.moderator, one.label]),
    [['Dr. Ines Vogel', 2, false, 'surgeon'], ['Dr. Paul Okafor', 2, false, 'anaesthetist'], ['Dora', 1, false, ''], ['张伟', 1, false, '']]);

  await group(page, 'On call at night').locator('.past-head').click();
  await page.getByRole('button', { name: 'Edit On call at night' }).click();
  await page.getByRole('button', { name: 'Close', exact: true }).waitFor();
  await name(page).fill('Nobody');
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('button', { name: 'Really discard' }).click();
  await group(page, 'On call at night').waitFor();
  assert.deepEqual(realComplaints(page), []);
});

test('two change one group: the second is told, sees what the first made of it, and decides', async () => {
  const first = await atTheDesk();
  const second = await openTab(house, first.context());
  await second.locator('.node.good').waitFor();
  await second.locator('#middle').focus();
  await edit(first, 'Technicians');
  await edit(second, 'Technicians');
  await field(first, 2, 'Name').fill('Plumber');
  await field(first, 2, 'Numbers').fill('1018');
  await first.keyboard.press('Control+Enter');
  await group(first, 'Technicians').waitFor();

  await name(second).fill('Craftsmen');
  await second.keyboard.press('Control+Enter');
  const conflict = second.getByRole('group', { name: /^Somebody else has changed this group meanwhile/ });
  await conflict.getByText(/It is called Technicians; with Plumber\./).waitFor();
  assert.deepEqual(await accessibilityFaults(second), []);
  assert.equal(await name(second).inputValue(), 'Craftsmen', 'nothing typed is lost');
  assert.equal((await kept('Technicians')).participants.length, 3, 'and nothing of theirs');
  await conflict.getByRole('button', { name: 'Save mine instead' }).click();
  await group(second, 'Craftsmen').waitFor();
  assert.equal((await kept('Craftsmen')).participants.length, 2);

  // Deleted meanwhile; saved, it is made anew.
  await edit(first, 'Craftsmen');
  await second.locator('#middle').focus();
  await group(second, 'Craftsmen').locator('.past-head').click();
  await second.getByRole('button', { name: 'Delete Craftsmen' }).click();
  await second.getByRole('button', { name: 'Really delete Craftsmen' }).click();
  await group(second, 'Craftsmen').waitFor({ state: 'detached' });
  await name(first).fill('Craftsmen anew');
  await first.keyboard.press('Control+Enter');
  await first.getByText(/Somebody else has deleted this group meanwhile/).first().waitFor();
  await first.keyboard.press('Control+Enter');
  await group(first, 'Craftsmen anew').waitFor();
  assert.deepEqual([...realComplaints(first), ...realComplaints(second)], []);
});

test('the people of a conference become a group; an attendant sees groups, and changes none', async () => {
  const page = await liveConference(house, 'Emma 1008, Carl 1009, Busy 030 555 0101');
  await page.keyboard.press(',');
  await page.keyboard.press('n');
  await isFocused(page, name(page));
  assert.deepEqual(await Promise.all([0, 1, 2].map((nth) => field(page, nth, 'Name').inputValue())), ['Emma', 'Carl', 'Busy']);
  await page.keyboard.type('Board');
  await page.keyboard.press('Control+Enter');
  await group(page, 'Board').waitFor();
  const ben = await atTheDesk(house.demo.users[1]);
  // Until the groups are known there is nothing to go to but the tab.
  await ben.getByRole('button', { name: 'Board 3 people' }).waitFor();
  await ben.keyboard.press('t');
  await isFocused(ben, group(ben, 'Board').locator('.past-head'));
  await ben.keyboard.press('Enter');
  await ben.getByRole('button', { name: 'Ring Board' }).waitFor();
  assert.equal(await ben.getByRole('button', { name: /^(New group|Edit|Delete)/ }).count(), 0);
  await ben.getByRole('button', { name: 'Ring Board' }).click();
  await rowCalled(ben, 'Emma, 1008, In');
  await ben.keyboard.press('?');
  await ben.getByRole('dialog').waitFor();
  assert.equal(await ben.getByRole('heading', { name: 'While a group is changed' }).count(), 0);
  await ben.keyboard.press('Escape');
  await ben.getByRole('dialog').waitFor({ state: 'hidden' });
  await ben.locator('#middle').focus();
  await end(ben);
  await page.locator('#middle').focus();
  await end(page);
  await state(page, 'conference', 'ended');
  assert.deepEqual([...realComplaints(page), ...realComplaints(ben)], []);
});
