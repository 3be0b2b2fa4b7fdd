/** The help sheet: every key, and the switch that turns single-letter keys off. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { helpOpen, singleKeys } from '../desk.ts';
import { type KeyGroup, KEYS } from '../keys/keymap.ts';
import { mayChangeGroups } from '../standing.ts';
import { t } from '../strings/index.ts';
import { CHIP_VERBS } from '../verbs/chip.ts';
import { CONFERENCE_VERBS } from '../verbs/conference.ts';
import { PARTICIPANT_VERBS } from '../verbs/participant.ts';
import { keysOf } from '../verbs/verb.ts';
import { Icon } from './parts.tsx';

const KEY_NAMES: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Enter: '↵ Enter', Escape: 'Esc' };
const PANELS = { participant: PARTICIPANT_VERBS, conference: CONFERENCE_VERBS, chip: CHIP_VERBS };
const GROUPS: readonly KeyGroup[] = ['call', 'conference', 'participant', 'past', 'page'];
const keyName = (key: string): string => KEY_NAMES[key] ?? key.toUpperCase();

export function Help() {
  const sheet = useRef<HTMLDialogElement>(null);
  // Before the next key comes: it may be the one that closes it.
  useLayoutEffect(() => {
    if (helpOpen.value && !sheet.current?.open) sheet.current?.showModal();
    if (!helpOpen.value && sheet.current?.open) sheet.current.close();
  }, [helpOpen.value]);
  return (
    <dialog
      class="help" ref={sheet} aria-labelledby="help-heading" onClose={() => { helpOpen.value = false; }}
      onClick={(event) => { if (event.target === sheet.current) sheet.current?.close(); }}
    >
      <div class="help-inner">
        <div class="help-top">
          <h2 id="help-heading">{t.help.heading}</h2>
          <button type="button" class="button ghost" onClick={() => sheet.current?.close()}>
            <Icon name="cross" />{t.help.close}
          </button>
        </div>
        <p>{t.help.about}</p>
        <label class="check">
          <input type="checkbox" checked={singleKeys.value} onChange={(event) => { singleKeys.value = event.currentTarget.checked; }} />
          <span>{t.help.single} <span class="quiet">{t.help.singleHint}</span></span>
        </label>
        <div class="help-columns">
          {GROUPS.map((group) => (
            <section key={group} aria-labelledby={`help-${group}`}>
              <h3 id={`help-${group}`}>{t.help.groups[group]}</h3>
              <dl class="keys">
                {KEYS.filter((key) => key.group === group).map((key) => (
                  <div key={key.action}>
                    <dt>{key.keys.map((one) => <kbd key={one}>{keyName(one)}</kbd>)}</dt>
                    <dd>{t.help.actions[key.action]}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          {(['participant', 'conference', 'chip'] as const).map((of) => (
            <section key={of} aria-labelledby={`help-panel-${of}`}>
              <h3 id={`help-panel-${of}`}>{t.help.panels[of]}</h3>
              <dl class="keys">
                {Object.entries(PANELS[of]).map(([name, row]) => (
                  <div key={name}>
                    <dt>{keysOf(row).map((key) => <kbd key={key}>{keyName(key)}</kbd>)}</dt>
                    <dd>{(t.verbs[of] as Record<string, { label: string }>)[name]?.label}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <section aria-labelledby="help-line">
            <h3 id="help-line">{t.help.also}</h3>
            <dl class="keys">
              {t.help.line.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}
            </dl>
          </section>
          {mayChangeGroups.value && (
            <section aria-labelledby="help-group-form">
              <h3 id="help-group-form">{t.help.alsoGroup}</h3>
              <dl class="keys">
                {t.help.group.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}
              </dl>
            </section>
          )}
        </div>
      </div>
    </dialog>
  );
}
