/**
 * The words in use. A further language is one more file beside `en.ts`, called by its tag (`fr.ts`, `pt-BR.ts`), whose
 * default export has the shape of `en`; the build finds it.
 */
import { LANGUAGES } from 'languages';
import { keep, recall } from '../live/kept.ts';
import { en, type Strings } from './en.ts';

export type { Strings } from './en.ts';

/** English is always there: it is what is shown when another cannot be had. */
export const OFFERED: readonly string[] = ['en', ...Object.keys(LANGUAGES)];

/** What the user chose, or nothing: as the browser is set. */
export const chosenLanguage = recall<unknown>('local', 'language', '');

const wanted = globalThis.navigator?.languages ?? [];
const language = [...(typeof chosenLanguage === 'string' ? [chosenLanguage] : []), ...wanted]
  .map(offered).find((tag) => tag !== undefined) ?? 'en';

export const t: Strings = await words(language);

/** For times and numbers: as the browser is set, where that is of the language in use. */
export const locale = wanted.find((tag) => offered(tag) === language) ?? t.locale;

/** What a language calls itself. */
export const nameOfLanguage = (tag: string): string => new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;

/** The page is drawn anew in it: everything typed is kept. */
export function speak(tag: string): void {
  keep('local', 'language', tag);
  location.reload();
}

function offered(tag: string): string | undefined {
  return [tag, tag.split('-')[0]].find((one) => one !== undefined && OFFERED.includes(one));
}

async function words(tag: string): Promise<Strings> {
  try {
    return (await LANGUAGES[tag]?.())?.default ?? en;
  } catch {
    return en;
  }
}
