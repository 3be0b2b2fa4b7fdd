/** The words in use. A further language is a file beside `en.ts`, entered here. */
import { en, type Strings } from './en.ts';

const LANGUAGES: Record<string, Strings> = { en };

export const t: Strings = LANGUAGES[preferred()] ?? en;

function preferred(): string {
  const wanted = globalThis.navigator?.languages ?? [];
  return wanted.map((tag) => tag.split('-')[0] ?? '').find((tag) => tag in LANGUAGES) ?? 'en';
}
