/** The right: what happened, newest first, as sentences; and past conferences. */
import type { Activity, ConferenceView } from '../api/types.ts';
import { house, rightTab as tab, singleKeys, TABS, user } from '../desk.ts';
import { shownKey } from '../keys/keymap.ts';
import { isGivenUp } from '../live/house.ts';
import { toldOf } from '../live/told.ts';
import { locale, t } from '../strings/index.ts';
import { GroupsPanel } from './Groups.tsx';
import { HistoryPanel } from './History.tsx';
import { KeyHint } from './parts.tsx';

const LABELS: Record<(typeof TABS)[number], string> = { now: t.happened.tab, history: t.happened.history, groups: t.groups.tab };

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
            aria-selected={tab.value === one} aria-keyshortcuts={one === 'groups' && singleKeys.value ? shownKey('groups') : undefined} tabIndex={tab.value === one ? 0 : -1} onClick={() => { tab.value = one; }}
          >
            {LABELS[one]}{one === 'groups' && <KeyHint action="groups" />}
          </button>
        ))}
      </div>
      <div class="panel" role="tabpanel" id="panel-now" aria-labelledby="tab-now" tabIndex={0} hidden={tab.value !== 'now'}>
        {house.value.activities.length === 0
          ? <p class="none">{t.happened.none}</p>
          : <Activities list={house.value.activities} of={house.value.conferences} />}
      </div>
      <div class="panel" role="tabpanel" id="panel-history" aria-labelledby="tab-history" tabIndex={0} hidden={tab.value !== 'history'}>
        {tab.value === 'history' && <HistoryPanel />}
      </div>
      <div class="panel" role="tabpanel" id="panel-groups" aria-labelledby="tab-groups" tabIndex={0} hidden={tab.value !== 'groups'}>
        {tab.value === 'groups' && <GroupsPanel />}
      </div>
    </aside>
  );
}

const isFailure = (one: Activity): boolean =>
  (one.type === 'conference.participant.failed' && !isGivenUp(one.reason))
  || one.type === 'conference.recording.lost' || one.type === 'conference.recording.failed';

const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });

export function Activities({ list, of }: { list: readonly Activity[]; of: readonly ConferenceView[] }) {
  const told = (one: Activity): string => t.told(toldOf(one, of, t));
  return (
    <ol class="activities">
      {list.map((one) => (
        <li key={one.id} class={isFailure(one) ? 'bad-text' : ''} data-activity={one.type}>
          <time dateTime={one.at}>{clock.format(Date.parse(one.at))}</time>
          <span>
            {told(one)}
            {one.reason?.sip_status && <span class="quiet nowrap"> {t.leg.sip(one.reason.sip_status)}</span>}
            {one.actor && one.actor.id !== user.value?.id && !told(one).includes(one.actor.name) && <span class="quiet"> {t.happened.by(one.actor.name)}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
