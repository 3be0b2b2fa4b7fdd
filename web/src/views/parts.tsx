/** Small parts that many views share. */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { singleKeys } from '../desk.ts';
import { type KeyAction, shownKey } from '../keys/keymap.ts';
import { ICONS, type IconName } from '../icons.ts';
import { clockText, now } from '../live/clock.ts';

export type { IconName } from '../icons.ts';
export type Tone = 'calm' | 'busy' | 'good' | 'warn' | 'bad' | 'quiet';

/** A second press that comes sooner was meant as part of the first. */
export const DOUBLE_CLICK_MS = 500;

/** How long something has lasted, ticking. Only this draws itself again each second. */
export function Elapsed({ from, label }: { from: string; label?: string }) {
  const text = clockText(now.value - Date.parse(from));
  return <span class="elapsed">{label && <span class="sr">{label} </span>}{text}</span>;
}

export function KeyHint({ action, letter }: { action?: KeyAction | undefined; letter?: string | undefined }) {
  const key = keyOf(action, letter);
  return key ? <kbd aria-hidden="true">{key}</kbd> : null;
}

/** The key to show, if there is one and single keys are on. */
function keyOf(action: KeyAction | undefined, letter: string | undefined): string | undefined {
  if (!singleKeys.value) return undefined;
  return action ? shownKey(action) : letter?.toUpperCase();
}

interface ActionProps {
  label: string;
  /** Of whom: spoken after the label, where the label alone does not say it. */
  of?: string;
  icon?: IconName;
  action?: KeyAction;
  /** The key that means it inside a panel. */
  letter?: string | undefined;
  id?: string;
  kind?: 'primary' | 'plain' | 'danger' | 'ghost';
  /** The label is for the ear; the icon says it to the eye. */
  bare?: boolean;
  /** Asked, and not seen to have happened. */
  pending?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  /** Opens what has this id. */
  opens?: string;
  opened?: boolean;
  onPress: () => void;
}

export function Action(props: ActionProps) {
  const { label, of, icon, action, letter, id, kind = 'plain', bare, pending = false, disabled = false, pressed, opens, opened, onPress } = props;
  const off = pending || disabled;
  return (
    // Disabled by ARIA only, so that the focus stays where it is.
    <button
      type="button"
      id={id}
      class={`button ${kind}${pending ? ' pending' : ''}`}
      aria-disabled={off ? 'true' : undefined}
      aria-busy={pending ? 'true' : undefined}
      aria-pressed={pressed}
      aria-expanded={opens ? !!opened : undefined}
      aria-controls={opens && opened ? opens : undefined}
      title={bare ? label : undefined}
      aria-keyshortcuts={keyOf(action, letter)}
      onClick={() => { if (!off) onPress(); }}
    >
      {icon && <Icon name={icon} />}
      <span class={bare ? 'sr' : undefined}>{label}{of && <span class="sr"> {of}</span>}</span>
      <KeyHint action={action} letter={letter} />
    </button>
  );
}

export function State({ tone, icon, children }: { tone: Tone; icon: IconName; children: ComponentChildren }) {
  return <span class={`state ${tone}`}><Icon name={icon} />{children}</span>;
}

/**
 * If the focused control inside is taken away by what happened, the focus goes to its nearest lasting neighbour,
 * not to the top of the page.
 */
export function useKeptFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null);
  const had = useRef(false);
  const box = ref.current;
  had.current = !!box && box !== document.activeElement && box.contains(document.activeElement);
  useLayoutEffect(() => {
    if (had.current && ref.current && !ref.current.contains(document.activeElement)
      && (document.activeElement === document.body || document.activeElement === null)) ref.current.focus();
  });
  return ref;
}

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={ICONS[name]} />
    </svg>
  );
}
