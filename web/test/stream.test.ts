import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Problem, Unreachable } from '../src/api/client.ts';
import { decode, followEvents } from '../src/api/events.ts';
import { EventStreamParser } from '../src/api/sse.ts';
import type { Status } from '../src/api/types.ts';

test('messages survive being cut anywhere', () => {
  const text = 'id: b:1\r\nevent: node\r\ndata: {"a":1}\r\n\r\n: beat\n\nid: b:2\nevent: call\ndata: one\ndata: two\n\n';
  const whole = new EventStreamParser().push(text);
  assert.deepEqual(whole, [
    { id: 'b:1', event: 'node', data: '{"a":1}' }, { id: 'b:2', event: 'call', data: 'one\ntwo' },
  ]);
  for (let cut = 1; cut < text.length; cut += 1) {
    const parser = new EventStreamParser();
    assert.deepEqual([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))], whole, `cut at ${cut}`);
  }
});

test('kinds this page does not know, and broken data, are left alone', () => {
  assert.equal(decode('hologram', '{}'), null);
  assert.equal(decode('node', '{'), null);
  assert.deepEqual(decode('call_gone', '{"id":"x"}'), { type: 'call_gone', data: { id: 'x' } });
});

const stream = (...pieces: string[]): Response => new Response(new ReadableStream({
  start(controller) {
    for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
    controller.close();
  },
}), { headers: { 'Content-Type': 'text/event-stream' } });

test('a stream that breaks is resumed where it was, and an ended session is told', async () => {
  const asked: (string | null)[] = [];
  const answers = [stream('id: b:7\nevent: call_gone\ndata: {"id":"x"}\n\n'), new Response('', { status: 401 })];
  const got: Status[] = [];
  const links: boolean[] = [];
  await new Promise<void>((signedOut) => {
    followEvents('/events', { onStatus: (status) => got.push(status), onLink: (live) => links.push(live), onUnauthorised: signedOut },
      async (_, init) => {
        asked.push(new Headers(init?.headers).get('Last-Event-ID'));
        return answers.shift() as Response;
      });
  });
  assert.deepEqual(asked, [null, 'b:7']);
  assert.equal(got.length, 1);
  assert.deepEqual(links, [true, false, false]);
});

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

test('every request that changes something carries the token of the session, and one that dials a key', async () => {
  const sent: Headers[] = [];
  const client = new Client(() => assert.fail('signed out'), async (_, init) => {
    sent.push(new Headers(init?.headers));
    return json(200, { csrf_token: 'secret', user: {} });
  });
  await client.signIn('mia', 'x');
  await client.start({ participants: [] }, 'one key');
  await client.history();
  assert.deepEqual(sent.map((headers) => [headers.get('X-CSRF-Token'), headers.get('Idempotency-Key')]),
    [[null, null], ['secret', 'one key'], [null, null]]);
});

test('a lost answer is asked for again under the same key; without a key never', async () => {
  const keys: (string | null)[] = [];
  const client = new Client(() => {}, async (_, init) => {
    keys.push(new Headers(init?.headers).get('Idempotency-Key'));
    if (keys.length === 1) throw new TypeError('connection reset');
    return json(202, { id: 'conf' });
  });
  await client.start({ participants: [] }, 'k');
  assert.deepEqual(keys, ['k', 'k']);
  const dead = new Client(() => {}, async () => { throw new TypeError('refused'); });
  await assert.rejects(dead.history(), Unreachable);
});

test('a refusal is an error in words, whoever sent it', async () => {
  const refused = new Client(() => {}, async () => json(422, { detail: 'No route.', errors: [{ pointer: '/participants/0', detail: 'x' }] }));
  await assert.rejects(refused.start({ participants: [] }, 'k'), (error: Problem) => error.message === 'No route.' && error.details.errors?.length === 1);
  const proxy = new Client(() => {}, async () => new Response('<html>Bad gateway', { status: 502 }));
  await assert.rejects(proxy.history(), (error: Problem) => error.status === 502 && error.message.includes('502'));
});

test('a session that ended is told; asking whether there is one is not an error', async () => {
  let told = 0;
  const client = new Client(() => { told += 1; }, async () => json(401, {}));
  assert.equal(await client.session(), null);
  assert.equal(told, 0);
  await assert.rejects(client.history(), Problem);
  assert.equal(told, 1);
});
