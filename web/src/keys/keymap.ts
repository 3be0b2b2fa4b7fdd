/**
 * The keys: one table, from which the listener, the hints beside controls and the help sheet are made. Pure.
 */

export type KeyAction =
  | 'answer' | 'hold' | 'resume' | 'hangup' | 'focusRequest'
  | 'lock' | 'leave' | 'rejoin' | 'end' | 'goOn' | 'stop'
  | 'next' | 'previous' | 'mute' | 'drop' | 'redial' | 'cancel' | 'help' | 'escape';

export interface Key {
  action: KeyAction;
  /** As `KeyboardEvent.key` gives it, letters in lower case. */
  keys: readonly string[];
}

export const KEYS: readonly Key[] = [
  { action: 'answer', keys: ['a', 'Enter'] },
  { action: 'hold', keys: ['h'] },
  { action: 'resume', keys: ['r'] },
  { action: 'hangup', keys: ['x'] },
  { action: 'focusRequest', keys: ['c'] },
  { action: 'next', keys: ['ArrowDown'] },
  { action: 'previous', keys: ['ArrowUp'] },
  { action: 'mute', keys: ['m'] },
  { action: 'drop', keys: ['d'] },
  { action: 'redial', keys: ['g'] },
  { action: 'cancel', keys: ['k'] },
  { action: 'lock', keys: ['l'] },
  { action: 'leave', keys: ['v'] },
  { action: 'rejoin', keys: ['b'] },
  { action: 'end', keys: ['e'] },
  { action: 'goOn', keys: ['y'] },
  { action: 'stop', keys: ['n'] },
  { action: 'help', keys: ['?'] },
  { action: 'escape', keys: ['Escape'] },
];

export interface Press {
  key: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  repeat: boolean;
  composing: boolean;
  /** Where the focus is. */
  at: 'text' | 'control' | 'row' | 'list' | 'page' | 'dialog';
}

/** What a press means here, if anything. */
export function meaning(press: Press, singleKeys: boolean): KeyAction | null {
  if (press.ctrl || press.alt || press.meta || press.composing) return null;
  if (press.at === 'text' || press.at === 'dialog') return null;
  const name = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const single = name.length === 1;
  if (single && !singleKeys) return null;
  if (name === 'Enter' && press.at !== 'page') return null;
  // Inside tabs, menus and the like arrows have a meaning of their own.
  if (name.startsWith('Arrow') && press.at === 'list') return null;
  if (press.repeat && !name.startsWith('Arrow')) return null;
  return KEYS.find((key) => key.keys.includes(name))?.action ?? null;
}

/** The key to show beside a control. */
export function shownKey(action: KeyAction): string {
  const first = KEYS.find((key) => key.action === action)?.keys[0] ?? '';
  return first.length === 1 ? first.toUpperCase() : first;
}
