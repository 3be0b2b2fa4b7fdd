// One attendant at a page that somebody else serves: signs in, answers who waits, asks for a conference, watches it
// come together, ends it. All of it by key. The service's own scenarios run this beside telephones that can be heard:
//   SWITCHBOARD_URL, SWITCHBOARD_USER, SWITCHBOARD_PASSWORD   where and who
//   SWITCHBOARD_CALLER                                       who waits
//   SWITCHBOARD_PEOPLE                                       JSON: what is typed, and each row as it must come to read
// Says a line for each step, and waits on its standard input before it ends the conference.
import { createInterface } from 'node:readline';
import { ask, end, openBrowser, openPage, realComplaints, rowCalled, signIn, state } from './house.mjs';

const { SWITCHBOARD_URL: url, SWITCHBOARD_USER: user, SWITCHBOARD_PASSWORD: password, SWITCHBOARD_CALLER: caller } = process.env;
const { typed, rows } = JSON.parse(process.env.SWITCHBOARD_PEOPLE);
const house = { browser: await openBrowser(), demo: { url, user, password } };
try {
  const page = await openPage(house);
  await signIn(house, page);
  await page.locator('.box.waiting [data-state=waiting]').filter({ hasText: caller }).waitFor();
  console.log('waiting');
  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  console.log('talking');
  await ask(page, typed);
  await state(page, 'conference', 'live');
  console.log('live');
  for (const name of rows) await rowCalled(page, name);
  console.log('assembled');
  const lines = createInterface({ input: process.stdin });
  await new Promise((resolve) => { lines.once('line', resolve); });
  lines.close();
  await end(page);
  console.log('ended');
  const complaints = realComplaints(page);
  if (complaints.length > 0) throw new Error(`the browser complains: ${complaints.join('; ')}`);
} finally {
  await house.browser.close();
}
