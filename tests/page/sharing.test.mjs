// Two attendants at the same queue.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, call, end, openPage, realComplaints, rowState, signIn, state, useHouse } from './house.mjs';

const house = useHouse();

test('two answer at once: one gets the call, the other is told who', async () => {
  const [anna, ben] = await Promise.all([openPage(house), openPage(house)]);
  const [first, second] = house.demo.users;
  await signIn(house, anna, first);
  await signIn(house, ben, second);
  await call(house, anna, 'Ada Lovelace');
  await ben.locator('.box.waiting .card-title').getByText('Ada Lovelace').waitFor();
  await Promise.all([anna.keyboard.press('Enter'), ben.keyboard.press('Enter')]);
  // A supervisor sees the other's call too: "Talking with Ben."
  const talking = (page) => page.getByText('You hear each other.').waitFor().then(() => page);
  const winner = await Promise.any([anna, ben].map(talking));
  const loser = winner === anna ? ben : anna;
  const name = winner === anna ? 'Anna' : 'Ben';
  // Answered a moment later, the key found nobody waiting, and there was nothing to refuse.
  const told = loser.locator('.refusal').getByText(name).or(loser.locator('[data-live]').getByText(/Nobody is waiting/));
  await told.first().waitFor({ state: 'attached' });
  await loser.getByText('Nobody is waiting.', { exact: true }).first().waitFor();
  assert.equal(await loser.getByText('You hear each other.').count(), 0);

  await ask(winner, 'Emma 1008');
  await rowState(winner, 'Emma', 'joined');
  // A supervisor sees everybody's conferences, an attendant only their own.
  if (loser === ben) assert.equal(await ben.locator('.box.conferences .card').count(), 0);
  else await anna.locator('.box.conferences .card-title').getByText('Ada Lovelace').waitFor();
  await end(winner);
  assert.deepEqual([...realComplaints(anna), ...realComplaints(ben)], []);
});

test('an attendant acts on own conferences only; a supervisor on everybody’s', async () => {
  const [anna, ben] = await Promise.all([openPage(house), openPage(house)]);
  const [first, second] = house.demo.users;
  await signIn(house, anna, first);
  await signIn(house, ben, second);
  await ask(ben, 'Emma 1008');
  await rowState(ben, 'Emma', 'joined');
  await anna.locator('.box.conferences .card-main').click();
  await anna.getByText('asked for by Ben').waitFor();
  await anna.getByRole('button', { name: 'Mute Emma' }).click();
  await ben.getByRole('button', { name: 'Unmute Emma' }).waitFor();
  await end(anna);
  await state(ben, 'conference', 'ended');
});
