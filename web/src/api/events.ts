/**
 * The live stream, kept alive.
 *
 * Read by `fetch` and not by `EventSource`: that one hides heartbeats, so a half-open link would look alive for
 * minutes, and it cannot tell "signed out" from "server gone".
 */
import { EventStreamParser } from './sse.ts';
import type { Status } from './types.ts';

/** The server says something at least every 10 s, be it only a heartbeat. */
export const SILENCE_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

export interface StreamEvents {
  onStatus(status: Status): void;
  onLink(live: boolean): void;
  onUnauthorised(): void;
}

/** Follows the stream until the returned function is called. */
export function followEvents(url: string, events: StreamEvents, fetcher: typeof fetch = fetch): () => void {
  const stop = new AbortController();
  let lastId = '';
  let wake = (): void => {};

  async function readOnce(): Promise<'again' | 'signed-out'> {
    const attempt = new AbortController();
    const giveUp = (): void => attempt.abort();
    stop.signal.addEventListener('abort', giveUp);
    globalThis.addEventListener?.('offline', giveUp);
    let silence = setTimeout(giveUp, SILENCE_MS);
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (lastId) headers['Last-Event-ID'] = lastId;
      const response = await fetcher(url, {
        headers, credentials: 'same-origin', cache: 'no-store', signal: attempt.signal,
      });
      if (response.status === 401) return 'signed-out';
      if (!response.ok || !response.body) return 'again';
      events.onLink(true);
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return 'again';
        clearTimeout(silence);
        silence = setTimeout(giveUp, SILENCE_MS);
        for (const message of parser.push(value)) {
          const status = decode(message.event, message.data);
          if (status) events.onStatus(status);
          if (message.id) lastId = message.id;
        }
      }
    } catch {
      return 'again';
    } finally {
      clearTimeout(silence);
      attempt.abort();
      stop.signal.removeEventListener('abort', giveUp);
      globalThis.removeEventListener?.('offline', giveUp);
    }
  }

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!stop.signal.aborted) {
      const began = Date.now();
      const outcome = await readOnce();
      if (stop.signal.aborted) return;
      events.onLink(false);
      if (outcome === 'signed-out') {
        events.onUnauthorised();
        return;
      }
      // A stream that held for a while was a good one: begin with a short pause again.
      pause = Date.now() - began > SILENCE_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      const jittered = pause * (0.5 + Math.random() / 2);
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, jittered);
        wake = () => {
          clearTimeout(timer);
          resume();
        };
      });
    }
  }

  const online = (): void => wake();
  globalThis.addEventListener?.('online', online);
  void run();
  return () => {
    stop.abort();
    wake();
    globalThis.removeEventListener?.('online', online);
  };
}

/** A record, so that the type check misses none. */
const KNOWN: Record<Status['type'], true> = {
  snapshot: true, node: true, call: true, call_gone: true, conference: true, conference_gone: true, talking: true, activity: true,
};

/** Kinds this page does not know are left alone: a newer server may send more. */
export function decode(event: string, data: string): Status | null {
  if (!Object.hasOwn(KNOWN, event)) return null;
  try {
    return { type: event, data: JSON.parse(data) } as Status;
  } catch {
    return null;
  }
}
