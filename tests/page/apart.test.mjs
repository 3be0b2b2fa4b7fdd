// Who talks apart, who coaches whom, who is introduced, and who takes another's place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, ask, end, liveConference, openPage, realComplaints, rowCalled, rowState, signIn, state, talk, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

const conference = (people) => liveConference(house, people);

test('two talk apart, a third comes over, and all come back; by key', async () => {
  const page = await conference();
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('s');
  const picking = page.getByRole('group', { name: 'Talks apart with' });
  await picking.waitFor();
  assert.equal(await picking.getByRole('checkbox', { name: 'Anna' }).isChecked(), true, 'with the attendant, if nobody else is meant');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Emma, 1008, In, Apart with Anna');
  await rowCalled(page, 'Anna, 1001, Attendant, you, In, Apart with Emma');
  await rowCalled(page, 'Carl, 1009, In');

  await page.keyboard.press('s');
  for (let press = 0; press < 2; press += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Carl, 1009, In, Apart with Anna, Emma');
  await page.keyboard.press('b');
  await rowCalled(page, 'Emma, 1008, In');
  await rowCalled(page, 'Carl, 1009, In, Apart with Anna');
  await page.keyboard.press('Escape');
  await page.keyboard.press(',');
  await page.keyboard.press('s');
  await rowCalled(page, 'Carl, 1009, In');
  await page.getByRole('button', { name: 'End talks apart' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('one coaches another, and somebody takes their place; by mouse', async () => {
  const page = await conference();
  await page.getByRole('button', { name: 'More Emma' }).click();
  await page.getByRole('button', { name: 'Coach…' }).click();
  const picking = page.getByRole('group', { name: 'Hears all, and is heard only by' });
  await picking.getByRole('button', { name: 'Anna' }).click();
  await rowCalled(page, 'Emma, 1008, In, Heard by Anna only');
  await page.getByRole('button', { name: 'Coach…' }).click();
  assert.deepEqual(await accessibilityFaults(page), []);
  await picking.getByRole('button', { name: 'Everybody again' }).click();
  await rowCalled(page, 'Emma, 1008, In');

  await page.getByRole('button', { name: 'Replace…' }).click();
  await page.getByRole('textbox', { name: 'Who takes their place' }).fill('Ben');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.locator('.verbs-wrong').getByText('One name and number.').waitFor();
  await page.getByRole('textbox', { name: 'Who takes their place' }).fill('Frida 030 555 0108');
  await page.keyboard.press('Enter');
  await rowState(page, 'Frida', 'joined');
  await rowState(page, 'Emma', 'left');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('a newcomer is spoken with first, and let in by key', async () => {
  const page = await conference();
  const headers = { Authorization: `Bearer ${house.demo.token}`, 'Content-Type': 'application/json' };
  const board = await (await fetch(`${house.demo.url}/api/v1/board`, { headers })).json();
  const body = JSON.stringify({ participants: [{ name: 'Frida', numbers: ['0305550108'], introduce: true }] });
  const added = await fetch(`${house.demo.url}/api/v1/conferences/${board.conferences[0].id}/participants`, { method: 'POST', headers, body });
  assert.ok(added.ok, `${added.status}`);
  await rowCalled(page, 'Frida, +49305550108, In, Being introduced');
  await toRow(page, 'Frida');
  await page.keyboard.press('.');
  await page.keyboard.press('a');
  await rowCalled(page, 'Frida, +49305550108, In');
  await page.keyboard.press('Escape');
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('one goes over to another conference, then all do; and a conference is given more time', async () => {
  const headers = { Authorization: `Bearer ${house.demo.token}`, 'Content-Type': 'application/json' };
  const start = async (people, more) => {
    const participants = people.map(([name, number]) => ({ name, numbers: [number] }));
    const body = JSON.stringify({ participants, ...more });
    const answer = await fetch(`${house.demo.url}/api/v1/conferences`, { method: 'POST', headers, body });
    assert.ok(answer.ok, `${answer.status}`);
  };
  const page = await openPage(house);
  await signIn(house, page);
  await start([['Emma', '1008'], ['Frida', '1009']], { end_rules: { max_seconds: 600 } });
  await page.getByRole('button', { name: /^Emma/ }).click();
  await state(page, 'conference', 'live');
  await rowState(page, 'Emma', 'joined');
  await page.getByText(/^ends in (10:00|9:\d\d)$/).waitFor();
  await page.keyboard.press(',');
  await page.keyboard.press('t');
  await page.getByText(/^ends in 2\d:\d\d$/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Join with another…' }).count(), 0, 'there is no other');
  await page.keyboard.press('Escape');

  await start([['Dora', '1018'], ['Erik', '1019']]);
  await page.locator('#conferences-heading .count').getByText('2').waitFor();
  await page.locator('.card.conference').filter({ hasText: /Dora.*2 of 2 in/s }).waitFor();
  await page.getByRole('button', { name: 'More Frida' }).click();
  await page.getByRole('button', { name: 'To another conference…' }).click();
  await page.getByRole('group', { name: 'Goes over to the conference of' }).getByRole('button', { name: 'Dora' }).click();
  await rowState(page, 'Frida', 'left');
  await page.getByText('moved to another conference').first().waitFor();
  await page.getByRole('button', { name: /^Everyone/ }).click();
  await page.getByRole('button', { name: 'Join with another…' }).click();
  await page.getByRole('group', { name: 'All go over to the conference of' }).getByRole('button', { name: 'Dora' }).click();
  await state(page, 'conference', 'ended');
  await page.getByRole('button', { name: /^Dora/ }).click();
  await rowState(page, 'Emma', 'joined');
  await rowState(page, 'Frida', 'joined');
  assert.deepEqual(await accessibilityFaults(page), []);
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});
