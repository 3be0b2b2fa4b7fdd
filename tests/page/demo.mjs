// The real binary, as a house to test in: `switchboard demo` with nobody calling but whom a test sends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = process.env.SWITCHBOARD_BIN ?? path.join(ROOT, 'target/debug/switchboard');

/** People of the demonstration take a third of their time; only what the service itself waits for keeps its own. */
const SPEED = 3;

export async function startDemo({ port = 0, store, speed = SPEED } = {}) {
  const args = ['demo', '--json', '--commands', '--no-callers', '--seed', '1', '--port', String(port), '--speed', String(speed)];
  if (store) args.push('--store', store);
  const began = performance.now();
  const child = spawn(BINARY, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { complaints += text; });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => { throw new Error(`${BINARY} ended before it was ready: ${complaints}`); }),
    once(child, 'error').then(([error]) => { throw new Error(`${BINARY} cannot be run (cargo build makes it): ${error.message}`); }),
  ]);
  const startedIn = performance.now() - began;
  return {
    ...JSON.parse(line),
    startedIn,
    /** One of the commands of `switchboard demo --commands`. */
    tell: (command) => child.stdin.write(`${command}\n`),
    /** Stops in the middle of everything and answers nothing, with every connection open; and goes on. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
