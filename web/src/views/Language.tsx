/** In which language the page speaks. */
import { chosenLanguage, nameOfLanguage, OFFERED, speak, t } from '../strings/index.ts';

export function Language() {
  if (OFFERED.length < 2) return null;
  return (
    <label class="language">
      {t.header.language}
      <select value={String(chosenLanguage)} onChange={(event) => speak(event.currentTarget.value)}>
        <option value="">{t.header.asBrowser}</option>
        {OFFERED.map((tag) => <option key={tag} value={tag} lang={tag}>{nameOfLanguage(tag)}</option>)}
      </select>
    </label>
  );
}
