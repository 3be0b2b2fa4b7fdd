/** The request line: people and numbers, typed or pasted, as chips; and Start. */
import { useRef, useState } from 'preact/hooks';
import { shownKey } from '../keys/keymap.ts';
import {
  current, draft, draftError, groups, lastTime, meFirst, readGroups, ringMe, say, singleKeys, start, startGroup, starting, startLastTime,
  startMode, station,
} from '../desk.ts';
import { step } from '../keys/listen.ts';
import { recordingOf } from '../live/recording.ts';
import { type Chip, commit, propertiesOf, type Property, remove, retype, turn } from '../request/draft.ts';
import { duplicates, format, hasSeparator, numbersText, parse } from '../request/parse.ts';
import { t } from '../strings/index.ts';
import { CHIP_VERBS } from '../verbs/chip.ts';
import { rowOfKey } from '../verbs/verb.ts';
import { Panel, panelId } from './Panel.tsx';
import { Action, Icon } from './parts.tsx';
import { StartOptions } from './StartOptions.tsx';

export function RequestLine() {
  const line = useRef<HTMLTextAreaElement>(null);
  const [editing, setEditing] = useState<number | null>(null);
  /** Of whom it is shown how they come in. */
  const [opened, setOpened] = useState<number | null>(null);
  const { chips, text } = draft.value;
  const open = chips.find((chip) => chip.id === opened && !chip.group);
  const mode = startMode.value;
  const double = duplicates(chips);
  const recorded = mode === 'add' && current.value.kind === 'conference' && recordingOf(current.value.conference) !== null;

  function type(typed: string, composing: boolean): void {
    draftError.value = null;
    draft.value = { ...draft.value, text: typed };
    // A half-written Chinese word may hold a separator of its own.
    if (!composing && hasSeparator(typed)) settle();
  }

  function settle(): void {
    const before = draft.value.chips.length;
    draft.value = commit(draft.value, groups.value);
    draftError.value = null;
    const fresh = draft.value.chips.slice(before).map(label);
    if (fresh.length) say(t.request.added(t.and(fresh)));
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const atStart = line.current?.selectionStart === 0 && line.current.selectionEnd === 0;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || draft.value.text.trim() === '') void start();
      else settle();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      line.current?.blur();
    } else if (event.key === 'ArrowDown' && step(1)) {
      event.preventDefault();
    } else if (atStart && chips.length && ((event.key === 'Backspace' && text === '') || event.key === 'ArrowLeft')) {
      event.preventDefault();
      focusChip(chips.at(-1)?.id);
    }
  }

  function onPaste(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (!hasSeparator(pasted)) return;
    event.preventDefault();
    draft.value = { ...draft.value, text: `${draft.value.text}${pasted}` };
    settle();
  }

  function take(chip: Chip, back = true): void {
    const at = draft.value.chips.findIndex((one) => one.id === chip.id);
    const next = draft.value.chips[at + 1] ?? draft.value.chips[at - 1];
    // The chip had the focus: its neighbour takes it over, before the next key comes.
    if (back && next) focusChip(next.id);
    else if (back) line.current?.focus();
    draft.value = remove(draft.value, chip.id);
    if (draft.value.chips.length === 0) draftError.value = null;
    say(t.request.removed(label(chip)));
  }

  function move(id: number, by: 1 | -1): void {
    const next = draft.value.chips[draft.value.chips.findIndex((one) => one.id === id) + by];
    if (next) focusChip(next.id);
    else if (by > 0) line.current?.focus();
  }

  function turnChip(chip: Chip, property: Property): void {
    draft.value = turn(draft.value, chip.id, property);
    say(t.request.turned(label(chip), t.request.properties[property], !chip[property]), `chip-${chip.id}-${property}`);
  }

  function finish(id: number, typed: string | null): void {
    if (typed !== null) draft.value = retype(draft.value, id, typed, groups.value);
    setEditing(null);
    requestAnimationFrame(() => (draft.value.chips.some((chip) => chip.id === id) ? focusChip(id) : line.current?.focus()));
  }

  return (
    <section class="request" aria-labelledby="request-label">
      <div class="request-top">
        <label id="request-label" for="request-line">{t.request.label[mode]}</label>
        <kbd aria-hidden="true" title={t.help.actions.focusRequest}>C</kbd>
        <span class="hint" id="request-hint">{t.request.hint}</span>
      </div>
      <div class="request-box" onClick={(event) => { if (event.target === event.currentTarget) line.current?.focus(); }}>
        {chips.length > 0 && (
          <ul class="chips" aria-label={t.request.list} data-own-arrows>
            {chips.map((chip, index) => (
              <li key={chip.id}>
                {editing === chip.id
                  ? <ChipEditor chip={chip} onDone={(typed) => finish(chip.id, typed)} />
                  : (
                    <ChipView
                      chip={chip} note={noteFor(index)} tabStop={index === chips.length - 1}
                      opened={opened === chip.id} onOpen={() => setOpened(opened === chip.id ? null : chip.id)}
                      onTurn={(property) => turnChip(chip, property)}
                      onEdit={() => setEditing(chip.id)} onRemove={(back) => take(chip, back)} onMove={(by) => move(chip.id, by)}
                    />
                  )}
              </li>
            ))}
          </ul>
        )}
        <textarea
          id="request-line" ref={line} rows={1} value={text} spellcheck={false} autocomplete="off" autocapitalize="off"
          aria-describedby="request-hint request-error" aria-keyshortcuts="C"
          placeholder={chips.length ? t.request.more : t.request.placeholder}
          onInput={(event) => type(event.currentTarget.value, event.isComposing)}
          onCompositionEnd={(event) => type((event.currentTarget as HTMLTextAreaElement).value, false)}
          onKeyDown={onKeyDown} onPaste={onPaste} onFocus={() => void readGroups()}
        />
      </div>
      {open && (
        <Panel
          id={chipId(open.id)} label={t.request.comesIn(label(open))} opener={shownKey('more')} table={CHIP_VERBS} words={t.verbs.chip}
          thing={open} speaks={false} asked={[]} note={recorded ? t.recording.apartIsHeld : undefined} others={{ people: [], conferences: [], sounds: [], attendants: [], accessNumbers: [] }}
          onAsk={({ verb }) => turnChip(open, verb)}
          onClose={() => {
            focusChip(open.id);
            setOpened(null);
          }}
        />
      )}
      <Together mode={mode} />
      {mode !== 'add' && <StartOptions hasCall={mode === 'call'} />}
      <div class="request-foot">
        <p class="request-error" id="request-error">{draftError.value && <><Icon name="warn" /> {draftError.value}</>}</p>
        {mode === 'cold' && station.value && (
          <label class="check">
            <input type="checkbox" checked={ringMe.value} onChange={(event) => { ringMe.value = event.currentTarget.checked; }} />
            {t.request.ringMe(station.value)}
          </label>
        )}
        {mode === 'cold' && station.value && ringMe.value && (
          <label class="check">
            <input type="checkbox" checked={meFirst.value} onChange={(event) => { meFirst.value = event.currentTarget.checked; }} />
            {t.request.meFirst}
          </label>
        )}
        <button
          type="button" class={`button primary start${starting.value ? ' pending' : ''}`}
          aria-disabled={starting.value ? 'true' : undefined} aria-busy={starting.value ? 'true' : undefined}
          aria-keyshortcuts="Control+Enter" onClick={() => void start()}
        >
          <Icon name={mode === 'add' ? 'plus' : 'people'} />
          {starting.value ? t.request.starting : t.request.start[mode]}<kbd aria-hidden="true">Ctrl ↵</kbd>
        </button>
      </div>
    </section>
  );

  function noteFor(index: number): { text: string; bad: boolean } | null {
    const chip = chips[index];
    if (!chip) return null;
    if (chip.error) return { text: chip.error, bad: true };
    if (chip.numbers.length === 0 && !chip.group) return { text: t.request.noNumber, bad: true };
    const earlier = chips[double.get(index) ?? -1];
    return earlier ? { text: t.request.duplicate(label(earlier)), bad: false } : null;
  }
}

/** Whom one press rings together: whoever was asked for last time, and standing groups. */
function Together({ mode }: { mode: 'call' | 'add' | 'cold' }) {
  const again = mode === 'call' ? (lastTime.value?.participants ?? []) : [];
  if (again.length === 0 && groups.value.length === 0) return null;
  return (
    <div class="together" role="group" aria-label={t.request.together}>
      {again.length > 0 && (
        <Action
          label={t.request.asLastTime} of={t.and(again.map((one) => label({ name: one.name ?? '', numbers: one.numbers })))}
          icon="redial" action="lastTime" disabled={starting.value} onPress={startLastTime}
        />
      )}
      {groups.value.map((group, index) => (
        <Action
          key={group.id} label={group.name} of={t.request.groupSize(group.participants.length)} icon="people"
          letter={index < 9 ? String(index + 1) : undefined} disabled={starting.value} onPress={() => startGroup(group)}
        />
      ))}
    </div>
  );
}

interface ChipProps {
  chip: Chip;
  note: { text: string; bad: boolean } | null;
  tabStop: boolean;
  opened: boolean;
  onOpen: () => void;
  onTurn: (property: Property) => void;
  onEdit: () => void;
  onRemove: (back: boolean) => void;
  onMove: (by: 1 | -1) => void;
}

function ChipView({ chip, note, tabStop, opened, onOpen, onTurn, onEdit, onRemove, onMove }: ChipProps) {
  /** Letters mean something here only where they do elsewhere. */
  function single(event: KeyboardEvent): boolean {
    // How the people of a group come in, the group says.
    if (chip.group || !singleKeys.value || event.ctrlKey || event.altKey || event.metaKey) return false;
    const name = event.key.toLowerCase();
    const row = rowOfKey(CHIP_VERBS, name)?.row;
    if (name === shownKey('more')) onOpen();
    else if (row?.kind === 'toggle') { if (!event.repeat) onTurn(row.on); } else return false;
    return true;
  }

  return (
    <span class={`chip${note ? (note.bad ? ' bad' : ' warn') : ''}`}>
      <button
        type="button" class="chip-main" id={chipId(chip.id)} tabIndex={tabStop ? 0 : -1}
        aria-description={t.request.chipHelp}
        onClick={onEdit}
        onKeyDown={(event) => {
          if (event.key === 'Delete' || event.key === 'Backspace') onRemove(true);
          else if (event.key === 'ArrowLeft') onMove(-1);
          else if (event.key === 'ArrowRight') onMove(1);
          else if (event.key === 'F2') onEdit();
          else if (event.key === 'ArrowDown' && !chip.group) onOpen();
          else if (!single(event)) return;
          event.preventDefault();
        }}
      >
        {chip.name && <span class="chip-name">{chip.name}</span>}
        <span class="chip-number">{chip.group ? t.request.groupSize(chip.group.size) : numbersText(chip)}</span>
        {propertiesOf(chip).map((one) => <span class="chip-property" key={one}>{t.request.properties[one]}</span>)}
        {note && <span class="chip-note">{note.text}</span>}
        <span class="sr">{t.request.edit}</span>
      </button>
      {!chip.group && (
        <button
          type="button" class="chip-more" tabIndex={-1} aria-label={t.request.comesIn(label(chip))} title={t.request.comesIn(label(chip))}
          aria-expanded={opened} aria-controls={opened ? panelId(chipId(chip.id)) : undefined} onClick={onOpen}
        >
          <Icon name="dots" />
        </button>
      )}
      <button
        type="button" class="chip-remove" tabIndex={-1} aria-label={t.request.remove(label(chip))}
        onClick={() => onRemove(false)}
      >
        <Icon name="cross" />
      </button>
    </span>
  );
}

function ChipEditor({ chip, onDone }: { chip: Chip; onDone: (typed: string | null) => void }) {
  const over = useRef(false);
  const end = (typed: string | null): void => {
    if (over.current) return;
    over.current = true;
    onDone(typed);
  };
  return (
    <input
      class="chip-input" ref={(element) => { if (element && document.activeElement !== element) { element.focus(); element.select(); } }}
      aria-label={t.request.editing(label(chip))} defaultValue={format(chip)} size={Math.max(12, format(chip).length)}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === 'Enter') end(event.currentTarget.value);
        else if (event.key === 'Escape') end(null);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onBlur={(event) => end(parse(event.currentTarget.value).length ? event.currentTarget.value : null)}
    />
  );
}

function label(chip: Pick<Chip, 'name' | 'numbers'>): string {
  return chip.name || chip.numbers[0] || '';
}

const chipId = (id: number): string => `chip-${id}`;

function focusChip(id: number | undefined): void {
  if (id !== undefined) document.getElementById(chipId(id))?.focus();
}
