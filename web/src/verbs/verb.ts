/**
 * What can be asked of a thing is a row of a table. Controls, their keys, the help and what is shown as pending are
 * all made from the row, so that another verb is one more row. Pure.
 */
import type { IconName } from '../icons.ts';

/** What goes to the server. */
export interface Wish<Verb extends string> {
  verb: Verb;
  body?: Record<string, unknown>;
}

interface Common<Thing> {
  /** As `KeyboardEvent.key` gives it, letters in lower case; means something only inside the panel. */
  key: string;
  icon: IconName;
  /** Whether it makes sense now; otherwise the control is there, and off. */
  offered: (thing: Thing) => boolean;
  /** Makes sense so seldom that it is not there when it does not. */
  seldom?: true;
  /** Only there where the switch can speak. */
  needsVoice?: true;
}

/** Happens once. */
export interface Press<Thing, Verb extends string> extends Common<Thing> {
  kind: 'press';
  wish: Wish<Verb>;
  /** Whether the picture shows that it happened; absent: nothing shows it, and the server's word alone must do. */
  happened?: (thing: Thing) => boolean;
  /** Cannot be taken back: a second press is wanted. */
  asksFirst?: true;
}

/** Is so or is not. */
export interface Toggle<Thing, Verb extends string> extends Common<Thing> {
  kind: 'toggle';
  on: Verb;
  off: Verb;
  is: (thing: Thing) => boolean;
}

/** A value between two ends, a step at a time; `key` is for less, `moreKey` for more. */
export interface Step<Thing, Verb extends string> extends Common<Thing> {
  kind: 'step';
  moreKey: string;
  verb: Verb;
  field: string;
  value: (thing: Thing) => number;
  least: number;
  most: number;
}

/** Something typed. */
export interface Typed<Thing, Verb extends string> extends Common<Thing> {
  kind: 'typed';
  verb: Verb;
  /** What of the verb's body it is, where another row sends the same verb. */
  field?: string;
  /** What it is now; where it begins. */
  value: (thing: Thing) => string;
  /** What to send, or nothing if it cannot be sent. */
  read: (text: string) => Record<string, unknown> | null;
  /** Whether the picture shows it; absent: nothing shows it, and the server's word alone must do. */
  happened?: (thing: Thing, body: Record<string, unknown>) => boolean;
  digits?: true;
  /** More of it may follow at once. */
  stays?: true;
}

/** Others are picked: people of the same conference, another conference, a sound, who works here, or an access number. */
export interface Pick<Thing, Verb extends string> extends Common<Thing> {
  kind: 'pick';
  /** One is picked by a press; of several, each is ticked, and then they are sent together. */
  many: boolean;
  from: keyof Others;
  verbs: readonly Verb[];
  /** What of the verb's body it is, where another row sends the same verb. */
  field?: string;
  /** Who is picked so far. */
  picked: (thing: Thing, others: readonly Other[]) => readonly string[];
  /** They talk apart then, and may not know that it is recorded. */
  apart?: true;
  /** A few words go with it; `note` is empty without. */
  noted?: true;
  wish: (thing: Thing, picked: readonly string[], note: string) => Wish<Verb>;
  happened?: (thing: Thing, wish: Wish<string>) => boolean;
}

/** All who can be picked. */
export interface Others {
  people: readonly Other[];
  conferences: readonly Other[];
  /** What can be played: each is its own name. */
  sounds: readonly Other[];
  attendants: readonly Other[];
  /** By which the conference could be dialed into. */
  accessNumbers: readonly Other[];
}

/** One of those who can be picked. */
export interface Other {
  id: string;
  name: string;
  role?: string;
  sidebar?: number | null | undefined;
}

export type Row<Thing, Verb extends string> =
  | Press<Thing, Verb> | Toggle<Thing, Verb> | Step<Thing, Verb> | Typed<Thing, Verb> | Pick<Thing, Verb>;

export type Table<Thing, Verb extends string> = Readonly<Record<string, Row<Thing, Verb>>>;

/** The verbs a row may send. */
export function verbsOf<Verb extends string>(row: Row<never, Verb>): Verb[] {
  switch (row.kind) {
    case 'press': return [row.wish.verb];
    case 'toggle': return [row.on, row.off];
    case 'step': case 'typed': return [row.verb];
    case 'pick': return [...row.verbs];
  }
}

/** What a press of this toggle would ask for. */
export function turned<Thing, Verb extends string>(row: Toggle<Thing, Verb>, thing: Thing): Wish<Verb> {
  return { verb: row.is(thing) ? row.off : row.on };
}

/**
 * One step from where it is, or from where it was asked to be. Nothing at the end of the scale.
 */
export function stepped<Thing, Verb extends string>(
  row: Step<Thing, Verb>, thing: Thing, by: 1 | -1, asked: readonly Wish<string>[] = [],
): Wish<Verb> | null {
  const wanted = asked.findLast((wish) => isOf(row, wish))?.body?.[row.field];
  const from = typeof wanted === 'number' ? wanted : row.value(thing);
  const to = Math.min(Math.max(from + by, row.least), row.most);
  return to === from ? null : { verb: row.verb, body: { [row.field]: to } };
}

/** What a wish is about, whatever the value. */
export function matter<Verb extends string>({ verb, body = {} }: Wish<Verb>): string {
  return [verb, ...Object.keys(body)].join();
}

export function sameWish<Verb extends string>(a: Wish<Verb>, b: Wish<Verb>): boolean {
  return a.verb === b.verb && JSON.stringify(a.body ?? {}) === JSON.stringify(b.body ?? {});
}

const fits = (field: string | undefined, { body = {} }: Wish<string>): boolean => field === undefined || field in body;

/** Whether the row is what such a wish comes from. */
export function isOf(row: Row<never, string>, wish: Wish<string>): boolean {
  switch (row.kind) {
    case 'press': return sameWish(row.wish, wish);
    case 'toggle': return row.on === wish.verb || row.off === wish.verb;
    case 'step': return row.verb === wish.verb && row.field in (wish.body ?? {});
    case 'typed': return row.verb === wish.verb && fits(row.field, wish);
    case 'pick': return row.verbs.some((verb) => verb === wish.verb) && fits(row.field, wish);
  }
}

/** Whether the picture shows what was wished for; null if no row knows the wish, or nothing would show it. */
export function cameTrue<Thing, Verb extends string>(
  table: Table<Thing, Verb>, thing: Thing, wish: Wish<Verb>,
): boolean | null {
  const row = Object.values(table).find((one) => isOf(one, wish));
  switch (row?.kind) {
    case 'press': return row.happened ? row.happened(thing) : null;
    case 'toggle': return row.is(thing) === (wish.verb === row.on);
    case 'step': return row.value(thing) === wish.body?.[row.field];
    case 'typed': return row.happened ? row.happened(thing, wish.body ?? {}) : null;
    case 'pick': return row.happened ? row.happened(thing, wish) : null;
    default: return null;
  }
}

/** The row with this key, and for a step whether more or less is meant. */
export function rowOfKey<Thing, Verb extends string>(
  table: Table<Thing, Verb>, key: string,
): { name: string; row: Row<Thing, Verb>; by: 1 | -1 } | null {
  for (const [name, row] of Object.entries(table)) {
    if (row.key === key) return { name, row, by: -1 };
    if (row.kind === 'step' && row.moreKey === key) return { name, row, by: 1 };
  }
  return null;
}

/** Every key of a table, in order. */
export function keysOf(row: Row<never, string>): string[] {
  return row.kind === 'step' ? [row.key, row.moreKey] : [row.key];
}
