/** Many people as numbers: how far it has come with them, and whom of them to show. */
import type { ConferenceView } from '../api/types.ts';
import { countOf, isMany, SHOWN, type Shown } from '../live/progress.ts';
import { t } from '../strings/index.ts';

interface Props {
  conference: ConferenceView;
  shown: Shown;
  onShow: (shown: Shown) => void;
}

export function Progress({ conference, shown, onShow }: Props) {
  if (!isMany(conference)) return null;
  const counted = SHOWN.filter((one) => one === 'all' || one === shown || countOf(conference, one) > 0);
  return (
    <div class="progress" role="group" aria-label={t.progress.heading} data-own-arrows>
      {counted.map((one) => (
        <button
          type="button" key={one} class={`button ghost${one === shown ? ' chosen' : ''}`} aria-pressed={one === shown}
          data-shown={one} onClick={() => onShow(one)}
        >
          <b>{countOf(conference, one)}</b> {t.progress.words[one]}
        </button>
      ))}
    </div>
  );
}
