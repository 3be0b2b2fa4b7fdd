/**
 * What is typed and not yet started. Pure, but for the ids of chips, which only tell them apart on the page.
 *
 * A refusal leaves it as it was; only what the server accepted is taken off the line.
 */
import type { InputError, NewParticipant } from '../api/types.ts';
import { type Entry, parse } from './parse.ts';

/** How somebody is to come in: in the server's own words. */
export const PROPERTIES = ['introduce', 'listener', 'moderator'] as const;
export type Property = (typeof PROPERTIES)[number];
type Properties = { [property in Property]?: true };

export interface Chip extends Entry, Properties {
  id: number;
  /** What the server said of it. */
  error?: string;
}

export interface Draft {
  chips: readonly Chip[];
  /** Typed, not yet a chip. */
  text: string;
}

export const EMPTY_DRAFT: Draft = { chips: [], text: '' };

/** Turns what is typed into chips. */
export function commit(draft: Draft): Draft {
  const entries = parse(draft.text);
  let id = nextId(draft);
  return { chips: [...draft.chips, ...entries.map((entry) => ({ ...entry, id: id++ }))], text: '' };
}

/** So, or not so any more. */
export function turn(draft: Draft, id: number, property: Property): Draft {
  const chips = draft.chips.map((chip) => {
    if (chip.id !== id) return chip;
    const { [property]: was, ...rest } = chip;
    return was ? rest : { ...chip, [property]: true as const };
  });
  return { ...draft, chips };
}

export function propertiesOf(chip: Chip): Property[] {
  return PROPERTIES.filter((property) => chip[property]);
}

const asProperties = (chip: Chip): Properties =>
  Object.fromEntries(propertiesOf(chip).map((property) => [property, true]));

export function remove(draft: Draft, id: number): Draft {
  return { ...draft, chips: draft.chips.filter((chip) => chip.id !== id) };
}

/** The chip as it was retyped: several people may have been written in its place, or none. How they come in stays. */
export function retype(draft: Draft, id: number, text: string): Draft {
  const entries = parse(text);
  let fresh = nextId(draft);
  const chips = draft.chips.flatMap((chip) =>
    chip.id === id
      ? entries.map((entry, index) => (index === 0 ? { ...asProperties(chip), ...entry, id } : { ...entry, id: fresh++ })) : [chip]);
  return { ...draft, chips };
}

export function toParticipants(draft: Draft): NewParticipant[] {
  return draft.chips.map((chip) => {
    const { name, numbers, strategy } = chip;
    return { ...(name && { name }), numbers, ...(strategy && { strategy }), ...asProperties(chip) };
  });
}

/** Puts each of the server's complaints at its chip; returns those that belong to none. */
export function place(draft: Draft, errors: readonly InputError[]): { draft: Draft; rest: InputError[] } {
  const at = new Map<number, string[]>();
  const rest: InputError[] = [];
  for (const error of errors) {
    const index = Number(/^\/participants\/(\d+)(?:\/|$)/.exec(error.pointer)?.[1] ?? Number.NaN);
    if (draft.chips[index]) at.set(index, [...(at.get(index) ?? []), error.detail]);
    else rest.push(error);
  }
  const chips = draft.chips.map((chip, index) => {
    const { error: _, ...clean } = chip;
    const said = at.get(index);
    return said ? { ...clean, error: said.join(' ') } : clean;
  });
  return { draft: { ...draft, chips }, rest };
}

function nextId(draft: Draft): number {
  return 1 + Math.max(0, ...draft.chips.map((chip) => chip.id));
}

/**
 * One key for one press of Start. Without an answer nobody knows whether it was carried out: the same content
 * then goes out under the same key, and nothing is dialed twice.
 */
export class PressKeys {
  #open: { content: string; key: string } | null = null;

  constructor(private readonly makeKey: () => string) {}

  press(content: string): string {
    if (this.#open?.content !== content) this.#open = { content, key: this.makeKey() };
    return this.#open.key;
  }

  /** The server answered, with yes or no: the next press is a new one. */
  answered(): void {
    this.#open = null;
  }
}
