/** Small parts that many views share. */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { singleKeys } from '../desk.ts';
import { type KeyAction, shownKey } from '../keys/keymap.ts';
import { clockText, now } from '../live/clock.ts';

export type Tone = 'calm' | 'busy' | 'good' | 'warn' | 'bad' | 'quiet';

/** How long something has lasted, ticking. Only this draws itself again each second. */
export function Elapsed({ from, label }: { from: string; label?: string }) {
  const text = clockText(now.value - Date.parse(from));
  return <span class="elapsed">{label && <span class="sr">{label} </span>}{text}</span>;
}

export function KeyHint({ action }: { action: KeyAction }) {
  return singleKeys.value ? <kbd aria-hidden="true">{shownKey(action)}</kbd> : null;
}

interface ActionProps {
  label: string;
  /** Of whom: spoken after the label, where the label alone does not say it. */
  of?: string;
  icon?: IconName;
  action?: KeyAction;
  kind?: 'primary' | 'plain' | 'danger' | 'ghost';
  /** Asked, and not seen to have happened. */
  pending?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  onPress: () => void;
}

export function Action(props: ActionProps) {
  const { label, of, icon, action, kind = 'plain', pending = false, disabled = false, pressed, onPress } = props;
  const off = pending || disabled;
  return (
    // Disabled by ARIA only, so that the focus stays where it is.
    <button
      type="button"
      class={`button ${kind}${pending ? ' pending' : ''}`}
      aria-disabled={off ? 'true' : undefined}
      aria-busy={pending ? 'true' : undefined}
      aria-pressed={pressed}
      aria-keyshortcuts={action && singleKeys.value ? shownKey(action) : undefined}
      onClick={() => { if (!off) onPress(); }}
    >
      {icon && <Icon name={icon} />}
      <span>{label}{of && <span class="sr"> {of}</span>}</span>
      {action && <KeyHint action={action} />}
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

const PATHS = {
  phone: 'M5 3.5h2.2l1 2.8-1.5 1.1a8 8 0 0 0 3.9 3.9l1.1-1.5 2.8 1V13a1.5 1.5 0 0 1-1.6 1.5A10.5 10.5 0 0 1 3.5 5.1 1.5 1.5 0 0 1 5 3.5Z',
  hangup: 'M2.2 10.2c3.2-3.4 8.4-3.4 11.6 0l-1.7 1.9-2.3-1.2V9.3a7 7 0 0 0-3.6 0v1.6l-2.3 1.2Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5v9l7-4.5Z',
  people: 'M6 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM2 13c.3-2.4 1.8-3.8 4-3.8s3.700 1.400 4 3.800M10.500 3.400a2 2 0 0 1 0 3.900M12 9.600c1.200.500 1.900 1.600 2.100 3.300',
  lock: 'M4 7.500h8v5.500h-8ZM5.500 7.500v-2a2.500 2.500 0 0 1 5 0v2',
  unlock: 'M4 7.500h8v5.500h-8ZM5.500 7.500v-2a2.500 2.500 0 0 1 4.800-1',
  leave: 'M9 3.500h3.500v9h-3.500M2.800 8h6.500M6.500 5.300 9.300 8l-2.800 2.700',
  enter: 'M7 3.500h-3.500v9h3.500M13.200 8h-6.500M9.500 5.300 6.700 8l2.800 2.700',
  stop: 'M4.200 4.200h7.600v7.600h-7.600Z',
  mic: 'M8 2.500a1.800 1.800 0 0 1 1.800 1.800v3.200a1.800 1.800 0 0 1-3.600 0v-3.200A1.800 1.800 0 0 1 8 2.500ZM4.200 7.500a3.800 3.800 0 0 0 7.600 0M8 11.300v2.200',
  micOff: 'M6.200 6v1.500a1.800 1.800 0 0 0 3 1.300M9.800 6.500v-2.200a1.800 1.800 0 0 0-3.300-1M4.200 7.500a3.800 3.800 0 0 0 6 3.100M11.800 7.500a3.800 3.800 0 0 1-.300 1.500M8 11.300v2.200M3 2.500l10 11',
  cross: 'M4.200 4.200l7.600 7.600M11.800 4.200l-7.600 7.600',
  redial: 'M12.800 8a4.800 4.800 0 1 1-1.500-3.500M12.800 2.500v2.700h-2.700',
  check: 'M3.200 8.500l3.100 3.100 6.500-7',
  dots: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  ring: 'M8 2.800a3.600 3.600 0 0 1 3.600 3.600c0 3 1.100 3.800 1.400 4.400h-10c.300-.600 1.400-1.400 1.400-4.400A3.600 3.600 0 0 1 8 2.800ZM6.700 12.800a1.400 1.400 0 0 0 2.600 0',
  warn: 'M8 2.800l5.800 10.200h-11.600ZM8 6.700v2.900M8 11.300v.1',
  clock: 'M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11ZM8 5v3.200l2 1.300',
  minus: 'M4 8h8',
  plus: 'M8 3.500v9M3.500 8h9',
  user: 'M8 7.800a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM3.200 13.300c.400-2.600 2.200-3.900 4.800-3.900s4.400 1.300 4.800 3.900',
  keypad: 'M4.500 4h.01M8 4h.01M11.500 4h.01M4.500 8h.01M8 8h.01M11.500 8h.01M4.500 12h.01M8 12h.01M11.500 12h.01',
  down: 'M4.500 6.300 8 9.800l3.500-3.500',
  waves: 'M3.500 6.500v3M6.500 4.500v7M9.500 3v10M12.500 6v4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
