/**
 * The keys: one table, from which the listener, the hints beside controls and the help sheet are made. Pure.
 */

export type KeyAction =
  | 'answer' | 'letIn' | 'hold' | 'resume' | 'hangup' | 'focusRequest'
  | 'lock' | 'leave' | 'rejoin' | 'end' | 'everyone' | 'goOn' | 'stop' | 'rescue'
  | 'floor' | 'lowerHand' | 'lowerHands' | 'vote' | 'cancelAll' | 'record' | 'recordPause' | 'csv' | 'json'
  | 'next' | 'previous' | 'group' | 'groups' | 'lastTime' | 'mute' | 'drop' | 'redial' | 'cancel' | 'more' | 'help' | 'escape';

export interface Key {
  /** Where it stands in the help. */
  group: KeyGroup;
  action: KeyAction;
  /** As `KeyboardEvent.key` gives it, letters in lower case. */
  keys: readonly string[];
}

export type KeyGroup = 'call' | 'conference' | 'participant' | 'past' | 'page';

export const KEYS: readonly Key[] = [
  { group: 'call', action: 'answer', keys: ['a', 'Enter'] },
  { group: 'call', action: 'letIn', keys: ['i'] },
  { group: 'call', action: 'hold', keys: ['h'] },
  { group: 'call', action: 'resume', keys: ['r'] },
  { group: 'call', action: 'hangup', keys: ['x'] },
  { group: 'conference', action: 'lock', keys: ['l'] },
  { group: 'conference', action: 'leave', keys: ['v'] },
  { group: 'conference', action: 'rejoin', keys: ['b'] },
  { group: 'conference', action: 'record', keys: ['o'] },
  { group: 'conference', action: 'recordPause', keys: ['p'] },
  { group: 'conference', action: 'cancelAll', keys: ['u'] },
  { group: 'conference', action: 'floor', keys: ['f'] },
  { group: 'conference', action: 'lowerHand', keys: ['-'] },
  { group: 'conference', action: 'lowerHands', keys: ['z'] },
  { group: 'conference', action: 'vote', keys: ['q'] },
  { group: 'conference', action: 'end', keys: ['e'] },
  { group: 'conference', action: 'everyone', keys: [','] },
  { group: 'conference', action: 'goOn', keys: ['y'] },
  { group: 'conference', action: 'stop', keys: ['n'] },
  { group: 'conference', action: 'rescue', keys: ['w'] },
  { group: 'participant', action: 'next', keys: ['ArrowDown'] },
  { group: 'participant', action: 'previous', keys: ['ArrowUp'] },
  { group: 'participant', action: 'more', keys: ['.'] },
  { group: 'participant', action: 'mute', keys: ['m'] },
  { group: 'participant', action: 'drop', keys: ['d'] },
  { group: 'participant', action: 'redial', keys: ['g'] },
  { group: 'participant', action: 'cancel', keys: ['k'] },
  { group: 'past', action: 'csv', keys: ['s'] },
  { group: 'past', action: 'json', keys: ['j'] },
  { group: 'page', action: 'focusRequest', keys: ['c'] },
  { group: 'page', action: 'lastTime', keys: ['0'] },
  { group: 'page', action: 'group', keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'] },
  { group: 'page', action: 'groups', keys: ['t'] },
  { group: 'page', action: 'help', keys: ['?'] },
  { group: 'page', action: 'escape', keys: ['Escape'] },
];

export interface Press {
  key: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  repeat: boolean;
  composing: boolean;
  /** Where the focus is. */
  at: 'text' | 'control' | 'row' | 'panel' | 'list' | 'page' | 'dialog';
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
  const found = KEYS.find((key) => key.keys.includes(name));
  // A panel has keys of its own; what it leaves over may still be for its participant, and for nothing else.
  if (press.at === 'panel' && (found?.group !== 'participant' || !single)) return null;
  return found?.action ?? null;
}

/** The key to show beside a control. */
export function shownKey(action: KeyAction): string {
  const first = KEYS.find((key) => key.action === action)?.keys[0] ?? '';
  return first.length === 1 ? first.toUpperCase() : first;
}
