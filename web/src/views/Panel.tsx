/**
 * Everything that can be asked of something, opened beside it because the user wants it: one control a row of the
 * table, each with a key of its own. Nothing here knows any single verb.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { panel, say, singleKeys } from '../desk.ts';
import { t } from '../strings/index.ts';
import type { VerbWords } from '../strings/en.ts';
import { signed } from '../verbs/marks.ts';
import {
  isOf, type Other, type Others, type Pick, type Row, rowOfKey, type Step, stepped, type Table, turned, type Typed, verbsOf, type Wish,
} from '../verbs/verb.ts';
import { Action, DOUBLE_CLICK_MS, Icon } from './parts.tsx';

interface PanelProps<Thing, Verb extends string> {
  id: string;
  label: string;
  /** The key that opened it closes it. */
  opener: string;
  table: Table<Thing, Verb>;
  words: Record<string, VerbWords>;
  thing: Thing;
  note?: string | undefined;
  /** What was asked here and is not seen to have happened. */
  asked: readonly Wish<string>[];
  others: Others;
  /** A voice can be heard there. */
  speaks: boolean;
  /** What is said is kept: whoever talks apart is told. */
  recorded?: boolean;
  /** The verb the server awaits the effect of. */
  awaited?: string | null | undefined;
  onAsk: (wish: Wish<Verb>) => void;
  /** Whose panel it is takes the focus back. */
  onClose: () => void;
}

export const panelId = (id: string): string => `panel-${id}`;

export function Panel<Thing, Verb extends string>(props: PanelProps<Thing, Verb>) {
  const { id, label, opener, table, words, thing, note, asked, awaited, others, speaks, recorded = false, onAsk, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  const [typing, setTyping] = useState<string | null>(null);
  /** What waits for a second press, and since when. */
  const [sure, setSure] = useState<{ name: string; at: number } | null>(null);

  useLayoutEffect(() => {
    box.current?.querySelector<HTMLElement>('button')?.focus();
    box.current?.scrollIntoView({ block: 'nearest' });
    // Taken away with what it belongs to, it does not come back, and take the focus, with it.
    return () => {
      if (panel.peek() === id) panel.value = null;
    };
  }, [id]);

  const pending = (row: Row<Thing, Verb>): boolean =>
    asked.some((wish) => isOf(row, wish)) || verbsOf(row).some((verb) => verb === awaited);
  /** A conference alone has no other one to go to; and where there is no access number nobody can dial in. */
  const isThere = (row: Row<Thing, Verb>): boolean => (!row.seldom || row.offered(thing)) && (!row.needsVoice || speaks)
    && !(row.kind === 'pick' && (row.from === 'conferences' || row.from === 'accessNumbers') && others[row.from].length === 0);
  const wordsOf = (name: string): VerbWords => words[name] ?? { label: name };
  const controlId = (name: string): string => `${panelId(id)}-${name}`;

  function act(name: string, row: Row<Thing, Verb>, by: 1 | -1 = 1): void {
    // What opens a form asks for nothing yet.
    const asks = row.kind === 'toggle' || row.kind === 'press';
    if (!isThere(row) || !row.offered(thing) || (asks && pending(row))) return;
    if (sure?.name !== name) setSure(null);
    switch (row.kind) {
      case 'toggle': return onAsk(turned(row, thing));
      case 'typed': case 'pick': return setTyping(name);
      case 'step': return step(row, by);
      case 'press':
        if (!row.asksFirst) return onAsk(row.wish);
        if (sure?.name !== name) {
          setSure({ name, at: performance.now() });
          return say(t.verbs.sureSpoken(wordsOf(name).label, row.key.toUpperCase()));
        }
        if (performance.now() - sure.at <= DOUBLE_CLICK_MS) return;
        setSure(null);
        return onAsk(row.wish);
    }
  }

  function step(row: Step<Thing, Verb>, by: 1 | -1): void {
    const wish = stepped(row, thing, by, asked);
    if (wish) onAsk(wish);
  }

  function back(): void {
    if (typing) document.getElementById(controlId(typing))?.focus();
    setTyping(null);
  }

  function move(key: string): boolean {
    const controls = [...box.current?.querySelectorAll<HTMLElement>('button, input') ?? []];
    const here = controls.indexOf(document.activeElement as HTMLElement);
    const to = key === 'Home' ? 0 : key === 'End' ? controls.length - 1
      : key === 'ArrowDown' || key === 'ArrowRight' ? here + 1 : key === 'ArrowUp' || key === 'ArrowLeft' ? here - 1 : null;
    if (to === null) return false;
    controls[Math.min(Math.max(to, 0), controls.length - 1)]?.focus();
    return true;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (typing) back();
      else if (sure) setSure(null);
      else onClose();
      return;
    }
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    if (move(event.key)) return event.preventDefault();
    if (!singleKeys.value) return;
    const key = event.key.toLowerCase();
    const found = rowOfKey(table, key);
    if (key !== opener && !found) return;
    event.preventDefault();
    if (!found) onClose();
    else if (!event.repeat || found.row.kind === 'step') act(found.name, found.row, found.by);
  }

  const typed = typing ? table[typing] : undefined;
  return (
    <div class="verbs" id={panelId(id)} role="group" aria-label={label} ref={box} onKeyDown={onKeyDown} data-panel={id}>
      <div class="verbs-grid">
        {Object.entries(table).filter(([, row]) => isThere(row)).map(([name, row]) => (
          <Control
            key={name} id={controlId(name)} row={row} words={wordsOf(name)} thing={thing} pending={pending(row)}
            sure={sure?.name === name} open={typing === name} form={controlId('form')}
            picked={row.kind === 'pick' && !row.many && row.picked(thing, others[row.from]).length > 0} onAct={(by) => act(name, row, by)}
          />
        ))}
      </div>
      {typing && typed?.kind === 'typed' && (
        <Line
          key={typing} id={controlId('form')} row={typed} words={wordsOf(typing)} thing={thing}
          off={!typed.offered(thing)}
          onSend={(body) => {
            onAsk({ verb: typed.verb, body });
            if (!typed.stays) back();
          }}
        />
      )}
      {typing && typed?.kind === 'pick' && (
        <Picking
          key={typing} id={controlId('form')} row={typed} words={wordsOf(typing)} thing={thing} others={others[typed.from]}
          off={!typed.offered(thing)} held={recorded && !!typed.apart}
          onSend={(picked, note) => {
            onAsk(typed.wish(thing, picked, note));
            back();
          }}
        />
      )}
      {note && <p class="quiet verbs-note">{note}</p>}
    </div>
  );
}

interface ControlProps<Thing, Verb extends string> {
  id: string;
  row: Row<Thing, Verb>;
  words: VerbWords;
  thing: Thing;
  pending: boolean;
  sure: boolean;
  open: boolean;
  form: string;
  picked: boolean;
  onAct: (by: 1 | -1) => void;
}

function Control<Thing, Verb extends string>({ id, row, words, thing, pending, sure, open, form, picked, onAct }: ControlProps<Thing, Verb>) {
  const disabled = !row.offered(thing);
  switch (row.kind) {
    case 'toggle': {
      const on = row.is(thing);
      return (
        <Action
          id={id} label={words.label} icon={on ? 'check' : row.icon} letter={row.key} pressed={on} pending={pending}
          disabled={disabled} onPress={() => onAct(1)}
        />
      );
    }
    case 'press':
      return (
        <Action
          id={id} label={sure ? t.verbs.sure(words.label) : words.label} icon={row.icon} letter={row.key}
          kind={row.asksFirst ? 'danger' : 'plain'} pending={pending} disabled={disabled} onPress={() => onAct(1)}
        />
      );
    case 'typed': {
      const value = row.value(thing);
      return (
        <Action
          id={id} label={value ? t.verbs.valued(words.label, value) : t.verbs.typed(words.label)} icon={row.icon} letter={row.key}
          opens={form} opened={open} pending={pending} disabled={disabled} onPress={() => onAct(1)}
        />
      );
    }
    case 'pick':
      // Whom they talk with shows in the row of the participant.
      return (
        <Action
          id={id} label={t.verbs.typed(words.label)} icon={picked ? 'check' : row.icon} letter={row.key}
          opens={form} opened={open} pending={pending} disabled={disabled} onPress={() => onAct(1)}
        />
      );
    case 'step': {
      const value = row.value(thing);
      return (
        <div class={`step${pending ? ' pending' : ''}`} role="group" aria-label={t.verbs.valued(words.label, signed(value))}>
          <Icon name={row.icon} /><span class="step-label">{words.label}</span>
          <Action
            id={id} label={t.verbs.less(words.label)} bare icon="minus" letter={row.key}
            disabled={disabled || value <= row.least} onPress={() => onAct(-1)}
          />
          <output class="step-value">{signed(value)}</output>
          <Action
            label={t.verbs.louder(words.label)} bare icon="plus" letter={row.moreKey}
            disabled={disabled || value >= row.most} onPress={() => onAct(1)}
          />
        </div>
      );
    }
  }
}

interface LineProps<Thing, Verb extends string> {
  id: string;
  row: Typed<Thing, Verb>;
  words: VerbWords;
  thing: Thing;
  off: boolean;
  onSend: (body: Record<string, unknown>) => void;
}

function Line<Thing, Verb extends string>({ id, row, words, thing, off, onSend }: LineProps<Thing, Verb>) {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
    input.current?.form?.scrollIntoView({ block: 'nearest' });
  }, []);

  function send(event: Event): void {
    event.preventDefault();
    if (!input.current || off) return;
    const body = row.read(input.current.value);
    setWrong(!body);
    if (!body) return say(words.wrong ?? '');
    if (row.stays) input.current.value = '';
    onSend(body);
  }

  return (
    <form class="verbs-line" id={id} onSubmit={send} noValidate>
      <label for={`${id}-input`}>{words.field}</label>
      <input
        id={`${id}-input`} ref={input} type="text" inputMode={row.digits ? 'numeric' : 'text'} autocomplete="off"
        spellcheck={!row.digits && !row.stays} defaultValue={row.value(thing)} aria-invalid={wrong ? 'true' : undefined}
        aria-describedby={`${id}-wrong`} onInput={() => setWrong(false)}
      />
      <button type="submit" class="button primary" aria-disabled={off ? 'true' : undefined}>{words.send ?? (row.stays ? t.verbs.send : t.verbs.set)}</button>
      <p class="bad-text verbs-wrong" id={`${id}-wrong`}>{wrong && words.wrong}</p>
    </form>
  );
}

const LONGEST_NOTE = 500;

interface PickingProps<Thing, Verb extends string> {
  id: string;
  row: Pick<Thing, Verb>;
  words: VerbWords;
  thing: Thing;
  others: readonly Other[];
  off: boolean;
  /** What is said apart is recorded. */
  held: boolean;
  onSend: (picked: readonly string[], note: string) => void;
}

function Picking<Thing, Verb extends string>({ id, row, words, thing, others, off, held, onSend }: PickingProps<Thing, Verb>) {
  const box = useRef<HTMLFieldSetElement>(null);
  const [picked, setPicked] = useState(row.picked(thing, others));
  const [wrong, setWrong] = useState(false);
  const note = useRef<HTMLInputElement>(null);
  const pick = (chosen: readonly string[]): void => onSend(chosen, note.current?.value.trim() ?? '');
  useLayoutEffect(() => {
    box.current?.querySelector<HTMLElement>('input, button')?.focus();
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const here = picked.filter((one) => others.some((other) => other.id === one));

  function send(event: Event): void {
    event.preventDefault();
    // A note that is finished by Enter goes to the only one there is.
    const chosen = row.noted && others.length === 1 ? others.map((other) => other.id) : here;
    setWrong(chosen.length === 0);
    if (chosen.length === 0) return say(words.wrong ?? '');
    if (!off) pick(chosen);
  }

  return (
    <form id={id} onSubmit={send} noValidate>
      <fieldset class="verbs-line verbs-pick" ref={box} aria-describedby={`${id}-held ${id}-wrong`}>
        <legend>{words.field}</legend>
        {held && <p class="warn-text verbs-held" id={`${id}-held`} data-recording-apart="asked"><Icon name="record" /> {t.recording.apartIsHeld}</p>}
        {others.length === 0 && <p>{words.nobody}</p>}
        {row.noted && (
          <>
            <label for={`${id}-note`}>{words.note}</label>
            <input id={`${id}-note`} ref={note} type="text" class="verbs-note-input" maxLength={LONGEST_NOTE} autocomplete="off" onInput={() => setWrong(false)} />
          </>
        )}
        {others.map((other) => (row.many
          ? (
            <label class="check" key={other.id}>
              <input
                type="checkbox" checked={here.includes(other.id)}
                onChange={(event) => {
                  setWrong(false);
                  setPicked(event.currentTarget.checked ? [...here, other.id] : here.filter((one) => one !== other.id));
                }}
              />
              {other.name}
            </label>
          )
          : (
            <Action
              key={other.id} label={other.name} pressed={here.includes(other.id)} disabled={off} onPress={() => pick([other.id])}
              {...(here.includes(other.id) && { icon: 'check' as const })}
            />
          )))}
        {row.many && others.length > 0 && (
          <button type="submit" class="button primary" aria-disabled={off ? 'true' : undefined}>{words.send}</button>
        )}
        {!row.many && here.length > 0 && words.none && <Action label={words.none} icon="people" onPress={() => pick([])} />}
        <p class="bad-text verbs-wrong" id={`${id}-wrong`}>{wrong && words.wrong}</p>
      </fieldset>
    </form>
  );
}
