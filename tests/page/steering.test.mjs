// Who is heard, who hears, and how loud: everything that can be asked for one participant and for everyone, each by
// its key, by mouse, and without single-letter keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accessibilityFaults, api, ask, end, listen, liveConference, openPage, realComplaints, row, rowCalled, rowState, signIn, state, tabTo, talk, toRow, useHouse,
} from './house.mjs';

const house = useHouse();

const conference = (people) => liveConference(house, people);

const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText);
const more = (page, name) => page.getByRole('group', { name: `What can be asked for ${name}` });
const everyone = (page) => page.getByRole('group', { name: 'What can be asked for everyone' });
const toggle = (page, name, pressed) => page.getByRole('button', { name, exact: true, pressed });

test('for one participant, by key', async () => {
  const page = await conference();
  const { heard } = await listen(page);
  await toRow(page, 'Emma');
  await page.keyboard.press('h');
  await rowCalled(page, 'Emma, 1008, In, On hold, music');
  await heard(/Emma is on hold, and hears music\./);
  await page.keyboard.press('h');
  await rowCalled(page, 'Emma, 1008, In');

  await page.keyboard.press('.');
  await more(page, 'Emma').waitFor();
  assert.match(await focused(page), /^Hold with music/, 'the focus goes in');
  await page.keyboard.press('f');
  await rowCalled(page, 'Emma, 1008, In, Deaf');
  await toggle(page, 'Deaf', true).waitFor();
  await page.keyboard.press('f');
  await rowCalled(page, 'Emma, 1008, In');
  await page.keyboard.press('l');
  await rowCalled(page, 'Emma, 1008, In, Only listens');
  await page.keyboard.press('m');
  await heard(/Emma only listens\. Let them speak first/);
  await page.keyboard.press('l');
  await rowCalled(page, 'Emma, 1008, In');
  await page.keyboard.press('o');
  await rowCalled(page, 'Emma, 1008, In, Moderator');
  await page.keyboard.press('o');
  await rowCalled(page, 'Emma, 1008, In');
  await page.keyboard.press('m');
  await rowCalled(page, 'Emma, 1008, In, Muted');
  await page.keyboard.press('m');
  await rowCalled(page, 'Emma, 1008, In');

  // Pressed faster than the switch answers, every press counts.
  for (let press = 0; press < 6; press += 1) await page.keyboard.press('+');
  await rowCalled(page, 'Emma, 1008, In, Heard +4');
  await page.getByRole('group', { name: 'Is heard: +4' }).waitFor();
  for (let press = 0; press < 4; press += 1) await page.keyboard.press('-');
  await page.keyboard.press('<');
  await rowCalled(page, 'Emma, 1008, In, Hears −1');
  await page.keyboard.press('>');
  await rowCalled(page, 'Emma, 1008, In');

  await page.keyboard.press('v');
  await page.getByRole('textbox', { name: 'Counts as speaking from (0 to 20000)' }).waitFor();
  await page.keyboard.type('loud');
  await page.keyboard.press('Enter');
  await page.getByText('A number from 0 to 20000.').first().waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('300');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Speaking level: 300' }).waitFor();
  assert.match(await focused(page), /^Speaking level/, 'the focus comes back to what opened the line');

  await page.keyboard.press('t');
  await page.keyboard.type('interpreter, main hall');
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Emma, 1008, interpreter, main hall, In');
  await page.keyboard.press('p');
  await page.keyboard.type('12#');
  await page.keyboard.press('Enter');
  await heard(/Keys were pressed for Emma\./);
  assert.equal(await page.getByRole('textbox', { name: 'Keys their end is to hear' }).inputValue(), '', 'more may follow');
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press('Escape');
  assert.match(await focused(page), /^Press keys/);
  await page.keyboard.press('Escape');
  assert.match(await focused(page), /^Emma, 1008/, 'Escape returns to the row');
  await more(page, 'Emma').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.activities').getByText('12#').count(), 0, 'keys may be a PIN');

  // Nothing of the page's own acts from within a panel.
  await page.keyboard.press('Enter');
  await more(page, 'Emma').waitFor();
  for (const key of ['e', 'e', 'x', 'a', 'c', '?']) await page.keyboard.press(key);
  await page.keyboard.press('.');
  await more(page, 'Emma').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('button', { name: 'Really end for all' }).count(), 0);
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.locator('#middle').focus();
  await page.keyboard.press('.');
  await heard(/Choose somebody with the arrow keys first\./);
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('for one participant, by mouse', async () => {
  const page = await conference();
  await page.getByRole('button', { name: 'More Emma' }).click();
  const panel = more(page, 'Emma');
  await panel.getByRole('button', { name: 'Hold with music' }).click();
  await rowCalled(page, 'Emma, 1008, In, On hold, music');
  await panel.getByRole('button', { name: 'Deaf' }).click();
  await rowCalled(page, 'Emma, 1008, In, Deaf, On hold, music');
  await panel.getByRole('button', { name: 'Hold with music', pressed: true }).click();
  await rowCalled(page, 'Emma, 1008, In, Deaf');
  await panel.getByRole('button', { name: 'Deaf', pressed: true }).click();
  await rowCalled(page, 'Emma, 1008, In');
  await panel.getByRole('button', { name: 'Is heard: louder' }).click();
  await panel.getByRole('button', { name: 'Hears: quieter' }).click();
  await rowCalled(page, 'Emma, 1008, In, Heard +1, Hears −1');
  await panel.getByRole('button', { name: 'Is heard: quieter' }).click();
  await panel.getByRole('button', { name: 'Hears: louder' }).click();
  await rowCalled(page, 'Emma, 1008, In');
  await panel.getByRole('button', { name: 'Label…' }).click();
  await panel.getByRole('textbox', { name: 'What else people should know' }).fill('press');
  await panel.getByRole('button', { name: 'Set' }).click();
  await rowCalled(page, 'Emma, 1008, press, In');
  // One panel at a time.
  await page.getByRole('button', { name: 'More Carl' }).click();
  await more(page, 'Carl').waitFor();
  assert.equal(await page.locator('[data-panel]').count(), 1);
  await page.getByRole('button', { name: 'Drop Carl' }).click();
  await rowState(page, 'Carl', 'left');
  const off = more(page, 'Carl').getByRole('button', { name: 'Hold with music' });
  assert.equal(await off.getAttribute('aria-disabled'), 'true', 'nobody who is out can be held');
  await more(page, 'Carl').getByText('Only for somebody who is in.').waitFor();
  await page.getByRole('button', { name: 'More Carl' }).click();
  await more(page, 'Carl').waitFor({ state: 'detached' });
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('for everyone, by key and by mouse; dropping asks first', async () => {
  const page = await conference();
  const { heard } = await listen(page);
  await toRow(page, 'Emma');
  await page.keyboard.press('.');
  await page.keyboard.press('o');
  await rowCalled(page, 'Emma, 1008, In, Moderator');
  await page.keyboard.press('Escape');

  await page.keyboard.press(',');
  await everyone(page).waitFor();
  assert.match(await focused(page), /^Mute all but hosts/);
  await page.keyboard.press('m');
  await rowCalled(page, 'Carl, 1009, In, Muted');
  await rowCalled(page, 'Ada Lovelace, +4930555010, Caller, In, Muted');
  await rowCalled(page, 'Emma, 1008, In, Moderator');
  await page.keyboard.press('h');
  await rowCalled(page, 'Carl, 1009, In, Muted, On hold, music');
  await page.keyboard.press('u');
  await page.keyboard.press('b');
  await rowCalled(page, 'Carl, 1009, In');
  await everyone(page).getByRole('button', { name: 'Deafen all but hosts' }).click();
  await rowCalled(page, 'Carl, 1009, In, Deaf');
  await everyone(page).getByRole('button', { name: 'Let all hear' }).click();
  await rowCalled(page, 'Carl, 1009, In');
  assert.deepEqual(await accessibilityFaults(page), []);

  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Really: Drop all but hosts' }).waitFor();
  await heard(/Drop all but hosts: press X again/);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Drop all but hosts', exact: true }).waitFor();
  // A double click must not do it.
  await page.getByRole('button', { name: 'Drop all but hosts', exact: true }).dblclick();
  const asked = await page.evaluate(() => performance.now());
  await page.waitForFunction((from) => performance.now() - from > 500, asked);
  await rowCalled(page, 'Carl, 1009, In');
  await page.getByRole('button', { name: 'Really: Drop all but hosts' }).click();
  await rowState(page, 'Carl', 'left');
  await rowState(page, 'Ada Lovelace', 'left');
  await rowCalled(page, 'Emma, 1008, In, Moderator');
  await page.keyboard.press('Escape');
  await everyone(page).waitFor({ state: 'detached' });
  assert.match(await focused(page), /^Everyone/);
  await end(page);
  assert.deepEqual(realComplaints(page), []);
});

test('without single-letter keys, and when the conference ends meanwhile', async () => {
  const page = await conference();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByLabel(/Single-letter keys/).press('Space');
  await page.keyboard.press('Escape');
  await toRow(page, 'Emma');
  await page.keyboard.press('Enter');
  const panel = more(page, 'Emma');
  await panel.waitFor();
  assert.equal(await panel.locator('kbd').count(), 0, 'no key is promised');
  await page.keyboard.press('f');
  await page.keyboard.press('Space');
  await rowCalled(page, 'Emma, 1008, In, On hold, music');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Emma, 1008, In, Deaf, On hold, music');
  await tabTo(page, panel.getByRole('button', { name: 'Hears: louder' }));
  await page.keyboard.press('Enter');
  await rowCalled(page, 'Emma, 1008, In, Deaf, On hold, music, Hears +1');
  await page.keyboard.press('End');
  const isLast = await panel.evaluate((one) => [...one.querySelectorAll('button, input, select')].at(-1) === document.activeElement);
  assert.ok(isLast, `End goes to the last control: ${await focused(page)}`);
  await tabTo(page, panel.getByRole('button', { name: 'Label…' }));
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'What else people should know' }).waitFor();

  // Somebody else ends it: the focus stays with the person.
  const { conferences } = await api(house, '/board');
  await api(house, `/conferences/${conferences[0].id}/actions/end`, {});
  await state(page, 'conference', 'ended');
  await panel.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement.matches('[data-participant]'));
  assert.equal(await row(page, 'Emma').evaluate((element) => element === document.activeElement), true);
  assert.deepEqual(realComplaints(page), []);
});
