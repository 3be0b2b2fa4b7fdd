/**
 * The request line: text as people write and paste it, taken apart into people and numbers. Pure.
 *
 * What a number may be is the server's to judge; here only name and number are told apart.
 */

export interface Entry {
  /** As typed; may be empty. */
  name: string;
  /** As typed, tried in order; empty if none was found. */
  numbers: string[];
  /** All of them are called at once: they were written with `&` between. */
  strategy?: 'all_at_once';
}

/** Commas and semicolons of Latin, Chinese, Japanese and Arabic writing, and line ends. */
const SEPARATORS = /[,;\n\r，；、؛،]/;

/** Splits a line of people at its separators; none of them counts inside quotes or brackets. */
export function split(text: string): string[] {
  return pieces(text).map((one) => one.trim()).filter((one) => one !== '');
}

/** Whether an entry in the text is complete: a separator that counts follows it. */
export function hasSeparator(text: string): boolean {
  return pieces(text).length > 1;
}

function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = '';
  let quoted = false;
  let bracketed = false;
  for (const sign of text) {
    if (sign === '\n' || sign === '\r') quoted = bracketed = false;
    else if (sign === '"') quoted = !quoted;
    else if (sign === '<' && !quoted) bracketed = true;
    else if (sign === '>' && !quoted) bracketed = false;
    if (!quoted && !bracketed && SEPARATORS.test(sign)) {
      found.push(piece);
      piece = '';
    } else {
      piece += sign;
    }
  }
  return [...found, piece];
}

export function parseEntry(text: string): Entry {
  const bracketed = /^(.*?)[<＜]([^<>＜＞]*)[>＞]?\s*$/su.exec(text);
  if (bracketed) return { name: cleanName(bracketed[1] ?? ''), ...alternatives(bracketed[2] ?? '') };

  // "sip:anna@example.org", or "Anna anna@example.org"
  const address = /^(.*?)(\S+@\S+)$/su.exec(text.trim());
  if (address) return { name: cleanName(address[1] ?? ''), numbers: [address[2] ?? ''] };

  const NUMBER = String.raw`[+＋*#]?[(]?\p{Nd}[\p{Nd}\s().\-/–|&＆+*#]*`;
  const last = new RegExp(String.raw`^(|.*?[\s\p{Script=Han}\p{L}:"])(${NUMBER})$`, 'su').exec(text.trim());
  if (last && separated(last[1] ?? '')) {
    return { name: cleanName(last[1] ?? ''), ...alternatives(last[2] ?? '') };
  }
  const first = new RegExp(String.raw`^(${NUMBER})\s+(\P{Nd}.*)$`, 'su').exec(text.trim());
  if (first) return { name: cleanName(first[2] ?? ''), ...alternatives(first[1] ?? '') };
  // A feature code or the like: no number to us, but the server says best why it is refused.
  if (/^[*#][\p{Nd}*#]*$/u.test(text.trim())) return { name: '', numbers: [text.trim()] };
  return { name: cleanName(text), numbers: [] };
}

/** Every person in a line or a paste. */
export function parse(text: string): Entry[] {
  return split(text).map(parseEntry);
}

/** The entry as one would type it; {@link parseEntry} gives it back. */
export function format(entry: Entry): string {
  const name = /[,;<>"，；、]/.test(entry.name) ? `"${entry.name.replaceAll('"', '')}"` : entry.name;
  const numbers = numbersText(entry);
  if (numbers === '') return name;
  return name === '' ? numbers : `${name} <${numbers}>`;
}

/** For comparing: what two ways of writing one number have in common. */
export function bare(number: string): string {
  const digits = number.normalize('NFKC').toLowerCase().replace(/[\s().\-/–]/gu, '');
  return digits.replace(/^00(?=[1-9])/, '+');
}

/** For each entry, the index of an earlier one with a number in common. */
export function duplicates(entries: readonly Entry[]): Map<number, number> {
  const seen = new Map<string, number>();
  const found = new Map<number, number>();
  entries.forEach((entry, index) => {
    for (const number of entry.numbers.map(bare)) {
      const earlier = seen.get(number);
      if (earlier === undefined) seen.set(number, index);
      else if (earlier !== index && !found.has(index)) found.set(index, earlier);
    }
  });
  return found;
}

/** A Latin word must end before its number begins ("B2" is a name); a Chinese one need not. */
function separated(name: string): boolean {
  return name === '' || /[\s:"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(name);
}

/** The numbers of an entry as one would type them. */
export const numbersText = ({ numbers, strategy }: Pick<Entry, 'numbers' | 'strategy'>): string =>
  numbers.join(strategy === 'all_at_once' ? ' & ' : ' | ');

function alternatives(text: string): Pick<Entry, 'numbers' | 'strategy'> {
  const numbers = text.split(/[|&＆]/u).map((one) => one.trim()).filter((one) => one !== '');
  return /[&＆]/u.test(text) && numbers.length > 1 ? { numbers, strategy: 'all_at_once' } : { numbers };
}

function cleanName(text: string): string {
  return text.trim().replace(/[:：]$/u, '').replace(/^"(.*?)"?$/su, '$1').replace(/\s+/gu, ' ').trim();
}
