/** What may be spoken: the server takes letters, digits and a few marks, because the text goes to the switch. Pure. */

export const LONGEST_SPOKEN = 300;
const SPEAKABLE = /^[\p{L}\p{M}\p{N}\s.,;:!?()/%+\-'"`´‘’“”„‚«»‹›–—…¿¡€£¥°§·、。，！？：；（）]+$/u;

/** What to send, or nothing if it cannot be spoken. */
export function spoken(typed: string): { text: string } | null {
  const text = typed.trim();
  const fits = [...text].length <= LONGEST_SPOKEN && SPEAKABLE.test(text) && /[\p{L}\p{N}]/u.test(text);
  return fits ? { text } : null;
}

/** Of a long text, what fits beside a name. */
export function shortened(text: string, longest = 40): string {
  const letters = [...text];
  return letters.length > longest ? `${letters.slice(0, longest).join('').trimEnd()}…` : text;
}
