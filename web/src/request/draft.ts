/**
 * What is typed and not yet started. Pure, but for the ids of chips, which only tell them apart on the page.
 *
 * A refusal leaves it as it was; only what the server accepted is taken off the line.
 */
import type { Group, InputError, NewParticipant } from '../api/types.ts';
import { type Entry, parse } from './parse.ts';

/** How somebody is to come in: in the server's own words. */
export const PROPERTIES = ['introduce', 'listener', 'moderator', 'end_conference_on_exit'] as const;
export type Property = (typeof PROPERTIES)[number];
type Properties = { [property in Property]?: true };

export interface Chip extends Entry, Properties {
  id: number;
  /** What the server said of it. */
  error?: string;
  /** A standing group, under its name; it has no numbers of its own. */
  group?: { id: string; size: number };
  /** What else is known of somebody who was asked for before. */
  known?: Partial<NewParticipant>;
}

export interface Draft {
  chips: readonly Chip[];
  /** Typed, not yet a chip. */
  text: string;
}

export const EMPTY_DRAFT: Draft = { chips: [], text: '' };

/** Turns what is typed into chips; the name of a group stands for the group. */
export function commit(draft: Draft, groups: readonly Group[] = []): Draft {
  return added({ ...draft, text: '' }, parse(draft.text).map((entry) => meant(entry, groups)));
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

export function propertiesOf(one: { [property in Property]?: boolean | undefined }): Property[] {
  return PROPERTIES.filter((property) => one[property]);
}

/** What else is known of somebody. */
export function withoutProperties<One extends { [property in Property]?: unknown }>(one: One): Omit<One, Property> {
  const rest = { ...one };
  for (const property of PROPERTIES) delete rest[property];
  return rest;
}

/** Whoever they are said of. */
export const asProperties = (one: { [property in Property]?: boolean | undefined }): Properties =>
  Object.fromEntries(propertiesOf(one).map((property) => [property, true]));

/** With this group on the line, if it is not there already. */
export function withGroup(draft: Draft, group: Group): Draft {
  return draft.chips.some((chip) => chip.group?.id === group.id) ? draft : added(draft, [asChip(group)]);
}

/** With these people on the line, but for those who are there already. */
export function withPeople(draft: Draft, people: readonly NewParticipant[]): Draft {
  const there = new Set(draft.chips.flatMap((chip) => chip.numbers));
  const fresh = people.filter((one) => !one.numbers.some((number) => there.has(number)));
  return added(draft, fresh.map((one) => {
    const { name = '', numbers, ...more } = one;
    return { name, numbers, known: withoutProperties(more), ...asProperties(one) };
  }));
}

function added(draft: Draft, entries: readonly Omit<Chip, 'id'>[]): Draft {
  let id = nextId(draft);
  return { ...draft, chips: [...draft.chips, ...entries.map((entry) => ({ ...entry, id: id++ }))] };
}

function meant(entry: Entry, groups: readonly Group[]): Omit<Chip, 'id'> {
  const name = entry.name.toLowerCase();
  const group = entry.numbers.length ? undefined : groups.find((one) => one.name.toLowerCase() === name);
  return group ? asChip(group) : entry;
}

const asChip = (group: Group): Omit<Chip, 'id'> =>
  ({ name: group.name, numbers: [], group: { id: group.id, size: group.participants.length } });

export function remove(draft: Draft, id: number): Draft {
  return { ...draft, chips: draft.chips.filter((chip) => chip.id !== id) };
}

/** The chip as it was retyped: several people may have been written in its place, or none. How they come in stays. */
export function retype(draft: Draft, id: number, text: string, groups: readonly Group[] = []): Draft {
  const entries = parse(text).map((entry) => meant(entry, groups));
  let fresh = nextId(draft);
  const chips = draft.chips.flatMap((chip) =>
    chip.id === id
      ? entries.map((entry, index) => (index === 0 ? { ...asProperties(chip), ...entry, id } : { ...entry, id: fresh++ })) : [chip]);
  return { ...draft, chips };
}

const isGroup = (chip: Chip): boolean => !!chip.group;

export function toParticipants(draft: Draft): NewParticipant[] {
  const people = draft.chips.filter((chip) => !isGroup(chip));
  return people.map((chip) => {
    const { name, numbers, strategy, known } = chip;
    return { ...known, ...(name && { name }), numbers, ...(strategy && { strategy }), ...asProperties(chip) };
  });
}

/** The ids of the groups on the line. */
export function toGroups(draft: Draft): string[] {
  return draft.chips.flatMap((chip) => chip.group?.id ?? []);
}

/** Puts each of the server's complaints at its chip; returns those that belong to none. */
export function place(draft: Draft, errors: readonly InputError[]): { draft: Draft; rest: InputError[] } {
  const sent = { participants: draft.chips.filter((chip) => !isGroup(chip)), groups: draft.chips.filter(isGroup) };
  const at = new Map<Chip, string[]>();
  const rest: InputError[] = [];
  for (const error of errors) {
    const [, list, index] = /^\/(participants|groups)\/(\d+)(?:\/|$)/.exec(error.pointer) ?? [];
    const chip = list && sent[list as keyof typeof sent][Number(index)];
    if (chip) at.set(chip, [...(at.get(chip) ?? []), error.detail]);
    else rest.push(error);
  }
  const chips = draft.chips.map((chip) => {
    const { error: _, ...clean } = chip;
    const said = at.get(chip);
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
