/**
 * What is said to a screen reader: when, how often and in how many words. Pure but for the timer handed in.
 *
 * Two voices: the polite one waits for a pause, the assertive one interrupts and is kept for what cannot wait.
 */

export interface Voice {
  polite(text: string): void;
  assertive(text: string): void;
}

export interface Timers {
  now(): number;
  later(ms: number, run: () => void): void;
}

/** Statuses that come together are said together. */
export const GATHER_MS = 700;
/** No more than one polite saying in so long, or a reader never gets to the end. */
export const BREATH_MS = 2_500;
/** The same words again within this time are not said again. */
export const ECHO_MS = 6_000;
const MOST_SENTENCES = 8;

export class Announcer {
  #waiting: { text: string; about: string | undefined }[] = [];
  #timerSet = false;
  #lastPolite = Number.NEGATIVE_INFINITY;
  #said = new Map<string, number>();

  constructor(
    private readonly voice: Voice,
    private readonly timers: Timers,
    private readonly more: (count: number) => string,
  ) {}

  /** Of two sayings about the same that wait together, only the later still holds: busy, and not that it rang. */
  polite(text: string, about?: string): void {
    if (about) this.#waiting = this.#waiting.filter((one) => one.about !== about);
    // Somebody busy again is news: it was tried again meanwhile.
    else if (this.#isEcho(text)) return;
    this.#waiting.push({ text, about });
    if (this.#timerSet) return;
    this.#timerSet = true;
    const breath = this.#lastPolite + BREATH_MS - this.timers.now();
    this.timers.later(Math.max(GATHER_MS, breath), () => this.#flush());
  }

  assertive(text: string): void {
    if (this.#isEcho(text)) return;
    this.voice.assertive(text);
  }

  #flush(): void {
    this.#timerSet = false;
    this.#lastPolite = this.timers.now();
    const all = this.#waiting.map((one) => one.text);
    this.#waiting = [];
    // The latest tell how things stand now; the rest is on the page to be read.
    const told = all.length > MOST_SENTENCES ? all.slice(-MOST_SENTENCES) : all;
    const untold = all.length - told.length;
    this.voice.polite([...(untold ? [this.more(untold)] : []), ...told].map(asSentence).join(' '));
  }

  #isEcho(text: string): boolean {
    const now = this.timers.now();
    for (const [known, at] of this.#said) if (now - at > ECHO_MS) this.#said.delete(known);
    if (this.#said.has(text)) return true;
    this.#said.set(text, now);
    return false;
  }
}

function asSentence(text: string): string {
  return /[.!?。！？…]$/u.test(text) ? text : `${text}.`;
}
