/** The right: what happened, newest first, as sentences; and past conferences. */
import { signal } from '@preact/signals';
import type { Activity } from '../api/types.ts';
import { house, user } from '../desk.ts';
import { isGivenUp } from '../live/house.ts';
import { t } from '../strings/index.ts';
import { HistoryPanel } from './History.tsx';

const TABS = ['now', 'history'] as const;
type Tab = (typeof TABS)[number];
const tab = signal<Tab>('now');

const LABELS: Record<Tab, string> = { now: t.happened.tab, history: t.happened.history };

export function Happened() {
  function onKeyDown(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab.value) + by + TABS.length) % TABS.length] ?? 'now';
    tab.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  }
  return (
    <aside class="right" aria-labelledby="happened-heading">
      <h2 id="happened-heading" class="sr">{t.happened.heading}</h2>
      <div class="tabs" role="tablist" aria-labelledby="happened-heading" onKeyDown={onKeyDown}>
        {TABS.map((one) => (
          <button
            key={one} type="button" role="tab" id={`tab-${one}`} aria-controls={`panel-${one}`}
            aria-selected={tab.value === one} tabIndex={tab.value === one ? 0 : -1} onClick={() => { tab.value = one; }}
          >
            {LABELS[one]}
          </button>
        ))}
      </div>
      <div class="panel" role="tabpanel" id="panel-now" aria-labelledby="tab-now" tabIndex={0} hidden={tab.value !== 'now'}>
        {house.value.activities.length === 0
          ? <p class="none">{t.happened.none}</p>
          : <Activities list={house.value.activities} />}
      </div>
      <div class="panel" role="tabpanel" id="panel-history" aria-labelledby="tab-history" tabIndex={0} hidden={tab.value !== 'history'}>
        {tab.value === 'history' && <HistoryPanel />}
      </div>
    </aside>
  );
}

const isFailure = (one: Activity): boolean =>
  (one.type === 'conference.participant.failed' && !isGivenUp(one.reason))
  || one.type === 'conference.recording.lost' || one.type === 'conference.recording.failed';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export function Activities({ list }: { list: readonly Activity[] }) {
  return (
    <ol class="activities">
      {list.map((one) => (
        <li key={one.id} class={isFailure(one) ? 'bad-text' : ''} data-activity={one.type}>
          <time dateTime={one.at}>{clock.format(Date.parse(one.at))}</time>
          <span>
            {one.text}
            {one.reason?.sip_status && <span class="quiet nowrap"> {t.leg.sip(one.reason.sip_status)}</span>}
            {one.actor && one.actor.id !== user.value?.id && !one.text.includes(one.actor.name) && <span class="quiet"> {t.happened.by(one.actor.name)}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
