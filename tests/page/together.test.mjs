// Handing a conference to somebody else; standing groups; and the same people as last time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, ask, end, listen, openPage, realComplaints, rowCalled, rowState, sidewaysOverflow, signIn, state, tabTo, talk, useHouse,
} from './house.mjs';

const house = useHouse();

/** As the supervisor's own program would, signed in as they are. */
async function makeGroup(name, participants) {
  const base = `${house.demo.url}/api/v1`;
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ user: house.demo.users[0], password: house.demo.password });
  const entered = await fetch(`${base}/sessions`, { method: 'POST', headers, body });
  const { csrf_token: csrf } = await entered.json();
  const cookie = entered.headers.get('set-cookie').split(';')[0];
  const made = await fetch(`${base}/groups`, {
    method: 'POST', headers: { ...headers, Cookie: cookie, 'X-CSRF-Token': csrf }, body: JSON.stringify({ name, participants }),
  });
  assert.equal(made.status, 201);
}

const team = [{ name: 'Emma', numbers: ['1008'], label: 'ward 2' }, { name: 'Carl', numbers: ['1009'], listener: true }];

test('a conference is handed over with a note, and handed back', async () => {
  const [anna, ben] = await Promise.all([openPage(house), openPage(house)]);
  const [first, second] = house.demo.users;
  await signIn(house, anna, first);
  await signIn(house, ben, second);
  await talk(house, ben, 'Ada Lovelace');
  await ask(ben, 'Emma 1008');
  await rowState(ben, 'Emma', 'joined');
  const [annaHears, benHears] = [await listen(anna), await listen(ben)];

  await ben.keyboard.press('Escape');
  await ben.keyboard.press(',');
  await ben.getByRole('group', { name: 'What can be asked for everyone' }).waitFor();
  await ben.keyboard.press('o');
  await ben.getByRole('textbox', { name: 'A note for them, if you like' }).waitFor();
  await ben.keyboard.type('The doctor is late.');
  const toAnna = ben.getByRole('group', { name: 'Hand this conference over to' }).getByRole('button', { name: 'Anna', exact: true });
  await tabTo(ben, toAnna);
  assert.deepEqual(await accessibilityFaults(ben), []);
  await ben.keyboard.press('Enter');
  await ben.locator('.box.conferences .card').waitFor({ state: 'detached' });
  await ben.locator('[data-conference-state]').waitFor({ state: 'detached' });
  const words = /Ben hands the conference over to Anna: The doctor is late\./;
  await benHears.heard(words);
  await annaHears.heard(words);

  await anna.locator('.box.conferences .card-main').click();
  await anna.getByText('Ben handed this conference over: The doctor is late.').waitFor();
  await anna.getByText('asked for by Anna').waitFor();
  await rowCalled(anna, 'Ben, 1002, In');

  // By mouse, without a note.
  await anna.getByRole('button', { name: /^Everyone/ }).click();
  await anna.getByRole('button', { name: 'Hand over…' }).click();
  await anna.getByRole('button', { name: 'Ben', exact: true }).click();
  await ben.getByText('Anna handed this conference over.').waitFor();
  await benHears.heard(/Anna hands the conference over to Ben\./);
  await rowCalled(ben, 'Ben, 1002, Attendant, you, In');
  await end(ben);
  assert.deepEqual([...realComplaints(anna), ...realComplaints(ben)], []);
});

test('a group is rung by one key, by its name on the line, and by mouse; nobody twice', async () => {
  await makeGroup('Crisis team', team);
  await makeGroup('Night shift', [{ name: 'Dora', numbers: ['1010'] }]);
  const page = await openPage(house);
  await signIn(house, page);
  const together = page.getByRole('group', { name: 'Ring together' });
  await together.getByRole('button', { name: 'Crisis team 2 people' }).waitFor();
  await talk(house, page, 'Ada Lovelace');
  assert.equal(await together.getByRole('button', { name: /As last time/ }).count(), 0);
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.equal(await sidewaysOverflow(page), 0);
  await page.keyboard.press('1');
  await state(page, 'conference', 'live');
  await rowCalled(page, 'Emma, 1008, ward 2, In');
  await rowCalled(page, 'Carl, 1009, In, Only listens');
  await page.locator('.activities').getByText('Anna asks for the group Crisis team.').waitFor();

  // Everybody is there: the chip says so, and goes.
  await page.keyboard.press('1');
  await page.getByText(/everybody of Crisis team is in the conference/i).first().waitFor();
  await page.getByRole('button', { name: 'Remove Crisis team' }).click();

  // In the line a digit is a digit, and the name is the group's.
  await page.keyboard.press('c');
  await page.keyboard.type('night SHIFT, 1011');
  await page.keyboard.press('Enter');
  const chips = page.locator('.chip');
  assert.deepEqual((await chips.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim().replace(/ edit$/, '')), ['Night shift 1 person', '1011']);
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Dora, 1010, In');
  await rowState(page, '1011', 'failed');
  await end(page);

  await page.getByRole('button', { name: 'Night shift 1 person' }).click();
  await rowCalled(page, 'Dora, 1010, In');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('who calls again is offered the same people as last time', async () => {
  const page = await openPage(house);
  await signIn(house, page);
  await talk(house, page, 'Ada Lovelace', '+4930555018');
  await ask(page, 'Emma 1008, Carl 1009');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Carl', 'joined');
  await end(page);
  await talk(house, page, 'Ada Lovelace', '+4930555018');
  const again = page.getByRole('button', { name: 'As last time Emma and Carl' });
  await again.waitFor();
  await page.keyboard.press('0');
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Carl', 'joined');
  assert.equal(await again.count(), 0, 'offered for the call, and not in the conference');
  await end(page);
  await talk(house, page, 'Charles Babbage', '+4930555019');
  assert.equal(await page.getByRole('button', { name: /As last time/ }).count(), 0);
  assert.deepEqual(realComplaints(page), []);
});
