// The pictures of the README, taken of the demonstration: node screenshots.mjs [folder]
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startDemo } from './demo.mjs';
import { ask, call, openBrowser, openPage, rowState, signIn, state } from './house.mjs';
import { withPalette } from './palette.mjs';

const folder = path.resolve(process.argv[2] ?? '../../docs/images');
await mkdir(folder, { recursive: true });
const house = { demo: await startDemo({ speed: 1 }), browser: await openBrowser() };
try {
  const page = await openPage(house);
  const picture = async (name) => writeFile(path.join(folder, `${name}.png`), withPalette(await page.screenshot({ caret: 'hide' })));
  /** Long enough that nothing shown is zero. */
  const waited = (seconds) => page.locator('.box.waiting .elapsed').getByText(`0:0${seconds}`).first().waitFor();

  await signIn(house, page);
  await call(house, page, 'Lena Hofmann', '+4930555010', 'front desk');
  await call(house, page, 'Tomás Ferreira', '+4940555012', 'billing');
  await call(house, page, 'Ward 3, Dr. Sato', '+4989555018', 'front desk');
  await waited(3);
  await picture('queue');

  await page.keyboard.press('Enter');
  await state(page, 'call', 'talking');
  await ask(page, 'Dr. Ines Vogel 1008, Blood bank 030 5550101, Transport 030 5550105, Dr. Okafor 030 5550107, Night lab 030 5550103');
  await rowState(page, 'Ines Vogel', 'joined');
  await rowState(page, 'Okafor', 'confirming');
  await page.locator('.speaks').first().waitFor();
  await picture('conference');
  await rowState(page, 'Transport', 'joined');
  await page.locator('.speaks').first().waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture('dark');

  await page.emulateMedia({ colorScheme: 'light' });
  await page.keyboard.press('Escape');
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Really end for all' }).waitFor();
  await page.keyboard.press('e');
  await state(page, 'conference', 'ended');
  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.past-head').first().click();
  await page.locator('.past .story').waitFor();
  await picture('history');
} finally {
  await house.browser.close();
  await house.demo.stop();
}
