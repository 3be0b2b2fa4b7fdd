/** The server's clock, as this browser sees it, and durations in words. */
import { signal } from '@preact/signals';
import type { Strings } from '../strings/en.ts';

/** How far the server's clock is ahead of this browser's. */
let aheadMs = 0;

/** The server's time, ticking. Read it only in the smallest components: each tick draws them again. */
export const now = signal(Date.now());

export function setServerTime(timestamp: string): void {
  const server = Date.parse(timestamp);
  if (Number.isNaN(server)) return;
  aheadMs = server - Date.now();
  now.value = server;
}

export function serverNow(): number {
  return Date.now() + aheadMs;
}

export function startClock(): () => void {
  const timer = setInterval(() => {
    now.value = serverNow();
  }, 1000);
  return () => clearInterval(timer);
}

/** `0:07`, `12:40`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `3 s`, `4 min`, `2 h`. */
export function agoText(ms: number, words: Strings['ago']): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return words.seconds(seconds);
  if (seconds < 3600) return words.minutes(Math.floor(seconds / 60));
  return words.hours(Math.floor(seconds / 3600));
}
