/** Numbers that are read out. Pure. */

/** In groups of three, four in groups of two, the first one shorter where that must be; what is no digit stays in front. */
export function inGroups(text: string): string {
  const [, front = '', digits = text] = /^(\D*)(\d+)$/.exec(text) ?? [];
  return front + digits.replaceAll(digits.length === 4 ? /\B(?=(\d{2})+$)/g : /\B(?=(\d{3})+$)/g, '\u2009');
}

/** So that a voice says each of them. */
export const digitByDigit = (text: string): string => [...text].map((one) => (one === '+' ? 'plus' : one)).join(' ');
