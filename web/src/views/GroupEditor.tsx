/** A standing group being made or changed: a line a person, by keyboard alone if wanted. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Group } from '../api/types.ts';
import { groupDraft, groups } from '../desk.ts';
import { PROPERTIES, type Property } from '../request/draft.ts';
import {
  changed, difference, type GroupDraft, isTouched, type Line, type LineField, pasted, takenApart, turned, without,
} from '../request/group.ts';
import { closeGroup, DISCARD, groupBusy, groupFaults, groupSure, groupTrouble, saveGroup, saveMine, takeTheirs, typed } from '../standing.ts';
import { t } from '../strings/index.ts';
import { CHIP_VERBS } from '../verbs/chip.ts';
import { Action, Icon } from './parts.tsx';

const fieldId = (key: number, field: LineField): string => `group-${field}-${key}`;
const NAME = 'group-name';

export function GroupEditor() {
  const box = useRef<HTMLFormElement>(null);
  const draft = groupDraft.value;
  useLayoutEffect(() => {
    document.getElementById(NAME)?.focus();
  }, []);
  if (!draft) return null;
  const { name: wrongName } = groupFaults.value;
  const discards = groupSure.value === DISCARD;

  /** Saved, it is closed; else the first field that is wrong is gone to. */
  async function save(saving: Promise<boolean>): Promise<void> {
    if (await saving) document.getElementById('tab-groups')?.focus();
    else box.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }

  function close(): void {
    if (closeGroup()) document.getElementById('tab-groups')?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const field = event.target instanceof HTMLInputElement;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(saveGroup());
    else if (event.key === 'Escape' && discards) groupSure.value = null;
    else if (event.key === 'Escape' && field) box.current?.focus();
    else if (event.key === 'Enter' && field) onward(event.target as HTMLInputElement);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** To the next field that something can be typed into. */
  function onward(field: HTMLInputElement): void {
    const fields = [...box.current?.querySelectorAll<HTMLInputElement>('input') ?? []];
    const next = fields[fields.indexOf(field) + 1];
    if (next) next.focus();
    else box.current?.querySelector<HTMLElement>('[data-save]')?.focus();
  }

  const about = groups.value.find((group) => group.id === draft.id)?.name ?? draft.name;
  return (
    <form class="group-form" ref={box} tabIndex={-1} aria-labelledby="group-heading" onKeyDown={onKeyDown} onSubmit={(event) => event.preventDefault()} noValidate>
      <h3 id="group-heading">{draft.id ? t.groups.editing(about) : t.groups.making}</h3>
      <label for={NAME}>{t.groups.name}</label>
      <input
        id={NAME} type="text" class="text" value={draft.name} maxLength={120} autocomplete="off" aria-invalid={wrongName ? 'true' : undefined}
        aria-describedby={`${NAME}-wrong`} onInput={(event) => typed({ ...draft, name: event.currentTarget.value })}
      />
      <p class="bad-text" id={`${NAME}-wrong`}>{wrongName && t.sentence(wrongName)}</p>
      <h4 id="group-people">{t.groups.people}</h4>
      <p class="quiet" id="group-hint">{t.groups.numbersHint}</p>
      <ol class="group-lines" aria-labelledby="group-people">
        {draft.lines.map((line, index) => (
          <Person key={line.key} draft={draft} line={line} position={index + 1} last={index === draft.lines.length - 1} />
        ))}
      </ol>
      {groupTrouble.value && <Trouble draft={draft} text={groupTrouble.value.text} theirs={groupTrouble.value.theirs} onSave={(saving) => void save(saving)} />}
      <div class="group-foot">
        <button
          type="button" class={`button primary${groupBusy.value ? ' pending' : ''}`} data-save aria-keyshortcuts="Control+Enter"
          aria-disabled={groupBusy.value ? 'true' : undefined} aria-busy={groupBusy.value ? 'true' : undefined} onClick={() => void save(saveGroup())}
        >
          {groupBusy.value ? t.groups.saving : t.groups.save}<kbd aria-hidden="true">Ctrl ↵</kbd>
        </button>
        <Action
          label={!isTouched(draft) ? t.groups.close : discards ? t.groups.discardSure : t.groups.discard} kind={isTouched(draft) ? 'danger' : 'plain'}
          onPress={close}
        />
      </div>
    </form>
  );
}

interface PersonProps {
  draft: GroupDraft;
  line: Line;
  position: number;
  /** The empty one at the end. */
  last: boolean;
}

function Person({ draft, line, position, last }: PersonProps) {
  const { key } = line;
  const wrong = groupFaults.value.lines.get(key) ?? {};
  const set = (change: Partial<Line>): void => typed(changed(draft, key, change));
  const who = line.name.trim() || line.numbers.trim();

  /** The same field of whoever stands above or below. */
  function beside(event: KeyboardEvent, field: LineField): void {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = draft.lines[position - 1 + by];
    if (!by || !next || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    document.getElementById(fieldId(next.key, field))?.focus();
  }

  function take(): void {
    const next = draft.lines[position] ?? draft.lines[position - 2];
    typed(without(draft, key));
    if (next) document.getElementById(fieldId(next.key, 'name'))?.focus();
  }

  const field = (name: LineField, label: string) => (
    <input
      id={fieldId(key, name)} type="text" class="text" value={line[name]} aria-label={label} placeholder={label} autocomplete="off"
      spellcheck={name === 'label'} aria-invalid={wrong[name] ? 'true' : undefined}
      aria-describedby={[wrong[name] && `${fieldId(key, name)}-wrong`, name === 'numbers' && 'group-hint'].filter(Boolean).join(' ') || undefined}
      onInput={(event) => set({ [name]: event.currentTarget.value })}
      onKeyDown={(event) => beside(event, name)}
      onPaste={name === 'label' ? undefined : (event) => {
        const more = name === 'name' || !line.name ? pasted(draft, key, event.clipboardData?.getData('text/plain') ?? '') : null;
        if (!more) return;
        event.preventDefault();
        typed(more);
      }}
      onBlur={name === 'name' ? () => {
        const apart = takenApart(line);
        if (apart) set(apart);
      } : undefined}
    />
  );
  return (
    <li class="group-line" aria-label={t.groups.person(position, who)}>
      <div class="group-inputs">
        {field('name', t.groups.personName)}
        {field('numbers', t.groups.numbers)}
        {!last && (
          <button type="button" class="button ghost small" aria-label={t.groups.removePerson(who)} title={t.groups.removePerson(who)} onClick={take}>
            <Icon name="cross" />
          </button>
        )}
      </div>
      {!last && (
        <div class="group-more verbs-pick">
          {field('label', t.groups.label)}
          {PROPERTIES.map((property) => <Turn key={property} line={line} property={property} who={who} onTurn={() => set({ properties: turned(line, property) })} />)}
        </div>
      )}
      {line.properties.length > 0 && <p class="quiet group-said">{line.properties.map((one) => t.request.properties[one]).join(' · ')}</p>}
      {(Object.keys(wrong) as LineField[]).map((name) => (
        <p class="bad-text" key={name} id={`${fieldId(key, name)}-wrong`}>{t.sentence(wrong[name] ?? '')}</p>
      ))}
    </li>
  );
}

function Turn({ line, property, who, onTurn }: { line: Line; property: Property; who: string; onTurn: () => void }) {
  const { label } = t.verbs.chip[property];
  return (
    <button
      type="button" class="button ghost small" aria-label={who ? `${label}: ${who}` : label} title={label}
      aria-pressed={line.properties.includes(property)} onClick={onTurn}
    >
      <Icon name={CHIP_VERBS[property].icon} />
    </button>
  );
}

/** Why it was not saved; and if somebody else changed it, what they made of it. */
function Trouble({ draft, text, theirs, onSave }: { draft: GroupDraft; text: string; theirs: Group | undefined; onSave: (saving: Promise<boolean>) => void }) {
  if (!theirs) return <p class="bad-text groups-trouble" role="alert">{text}</p>;
  const { name, in: more, out, other } = difference(draft, theirs);
  const words = t.groups.theirs;
  const said = [
    name !== null && words.name(name), more.length > 0 && words.in(t.and(more)), out.length > 0 && words.out(t.and(out)),
    other.length > 0 && words.other(t.and(other)),
  ].filter(Boolean);
  return (
    <div class="question" role="group" aria-label={text}>
      <p>{text} {t.sentence(said.length ? said.join('; ') : t.groups.same)}</p>
      <Action label={t.groups.saveMine} onPress={() => onSave(saveMine(theirs))} />
      <Action label={t.groups.takeTheirs} onPress={() => { takeTheirs(theirs); document.getElementById(NAME)?.focus(); }} />
    </div>
  );
}
