/**
 * A standing group while it is made or changed: what is typed, what is wrong with it, and what somebody else made of it
 * meanwhile. Pure.
 */
import type { ConferenceView, Group, InputError, NewGroup, NewParticipant } from '../api/types.ts';
import { asProperties, PROPERTIES, type Property, withoutProperties } from './draft.ts';
import { hasSeparator, numbersText, parse, parseEntry } from './parse.ts';

/** One line: somebody in it, as typed. */
export interface Line {
  /** Tells lines apart on the page. */
  key: number;
  name: string;
  numbers: string;
  label: string;
  properties: readonly Property[];
  /** What is set for them and is not shown here. */
  known?: Partial<NewParticipant>;
}

export type LineField = 'name' | 'numbers' | 'label';

export interface GroupDraft {
  /** The group that is changed; none: it is a new one. */
  id: string | null;
  /** When it was changed last, as it was seen. */
  seen: string | null;
  name: string;
  lines: readonly Line[];
  /** As it was when it was opened: what was typed since would be lost. */
  before: string;
}

/** What is wrong where. */
export interface Faults {
  name?: string;
  lines: ReadonlyMap<number, { [field in LineField]?: string }>;
  /** What is about no single field. */
  rest: readonly string[];
}

export const NO_FAULTS: Faults = { lines: new Map(), rest: [] };

export const howMany = (faults: Faults): number =>
  (faults.name ? 1 : 0) + [...faults.lines.values()].reduce((sum, one) => sum + Object.keys(one).length, 0);

export function opened(group: Group): GroupDraft {
  return kept({ id: group.id, seen: group.changed_at, name: group.name, lines: group.participants.map(asLine), before: '' });
}

/** A new one of these people; they are not kept anywhere yet. */
export function made(people: readonly NewParticipant[] = []): GroupDraft {
  return withLast({ id: null, seen: null, name: '', lines: people.map(asLine), before: contentOf({ name: '', lines: [] }) });
}

/** Everybody who was asked into it, at the numbers they were asked at. */
export function peopleOf(conference: ConferenceView): NewParticipant[] {
  return conference.participants.filter((one) => one.role === 'guest').map((one) => {
    const numbers = [...new Set(one.legs.map((leg) => leg.number))].filter(Boolean);
    return {
      name: one.name === one.number ? '' : one.name, numbers: numbers.length ? numbers : [one.number],
      ...(one.strategy === 'all_at_once' && numbers.length > 1 && { strategy: one.strategy }),
      ...(one.label && { label: one.label }), ...asProperties(one),
    };
  });
}

export const isTouched = (draft: GroupDraft): boolean => contentOf(draft) !== draft.before;

const isEmpty = (line: Line): boolean => !line.name.trim() && !line.numbers.trim() && !line.label.trim();

export function changed(draft: GroupDraft, key: number, change: Partial<Line>): GroupDraft {
  return withLast({ ...draft, lines: draft.lines.map((line) => (line.key === key ? { ...line, ...change } : line)) });
}

export function without(draft: GroupDraft, key: number): GroupDraft {
  return withLast({ ...draft, lines: draft.lines.filter((line) => line.key !== key) });
}

export function turned({ properties }: Line, property: Property): Property[] {
  return PROPERTIES.filter((one) => (one === property) !== properties.includes(one));
}

/** A list that is pasted where a name belongs becomes lines of its own; one entry is taken apart into its fields. */
export function pasted(draft: GroupDraft, key: number, text: string): GroupDraft | null {
  const entries = parse(text);
  if (!hasSeparator(text) && !entries.some((entry) => entry.numbers.length > 0)) return null;
  let fresh = nextKey(draft.lines);
  const lines = draft.lines.flatMap((line) => {
    if (line.key !== key) return [line];
    return entries.map((entry, index) => ({ ...asLine(entry), ...(index === 0 ? { ...line, name: entry.name, numbers: numbersText(entry) } : { key: fresh++ }) }));
  });
  return withLast({ ...draft, lines });
}

/** Somebody typed with their number where only the name belongs. */
export function takenApart(line: Line): Partial<Line> | null {
  if (line.numbers.trim()) return null;
  const entry = parseEntry(line.name);
  return entry.numbers.length ? { name: entry.name, numbers: numbersText(entry) } : null;
}

/** As the server is told: without what is empty. */
export function toNewGroup(draft: GroupDraft): NewGroup {
  return { name: draft.name.trim(), participants: draft.lines.filter((line) => !isEmpty(line)).map(asParticipant) };
}

/** What can be said without asking the server. */
export function wrong(draft: GroupDraft, words: { nameless: string; numberless: string; nobody: string }): Faults {
  const filled = draft.lines.filter((line) => !isEmpty(line));
  return {
    ...(!draft.name.trim() && { name: words.nameless }),
    lines: new Map(filled.filter((line) => !line.numbers.trim()).map((line) => [line.key, { numbers: words.numberless }])),
    rest: filled.length === 0 ? [words.nobody] : [],
  };
}

/** Each of the server's complaints at its field. */
export function placed(draft: GroupDraft, errors: readonly InputError[]): Faults {
  const filled = draft.lines.filter((line) => !isEmpty(line));
  const lines = new Map<number, { [field in LineField]?: string }>();
  const rest: string[] = [];
  let name: string | undefined;
  for (const { pointer, detail } of errors) {
    const [, index, field] = /^\/participants\/(\d+)(?:\/(name|label))?/.exec(pointer) ?? [];
    const line = index === undefined ? undefined : filled[Number(index)];
    if (pointer === '/name') name = detail;
    else if (line) lines.set(line.key, { ...lines.get(line.key), [field ?? 'numbers']: detail });
    else rest.push(detail);
  }
  return { ...(name !== undefined && { name }), lines, rest };
}

/** How theirs is otherwise than mine, by the names of people. */
export interface Difference {
  name: string | null;
  /** Only theirs has them; only mine; both, but not the same. */
  in: string[];
  out: string[];
  other: string[];
}

export function difference(mine: GroupDraft, theirs: Group): Difference {
  const called = (one: NewParticipant): string => one.name || one.numbers[0] || '';
  const byName = (list: readonly NewParticipant[]): Map<string, string> => new Map(list.map((one) => [called(one), sorted(asParticipant(asLine(one)))]));
  const [own, other] = [byName(toNewGroup(mine).participants), byName(theirs.participants)];
  return {
    name: mine.name.trim() === theirs.name ? null : theirs.name,
    in: [...other.keys()].filter((one) => !own.has(one)),
    out: [...own.keys()].filter((one) => !other.has(one)),
    other: [...other.keys()].filter((one) => own.has(one) && own.get(one) !== other.get(one)),
  };
}

/** What a browser remembers may be of another version. */
export function readDraft(value: unknown): GroupDraft | null {
  const draft = value as GroupDraft | null;
  const isLine = (line: Line): boolean => typeof line?.key === 'number' && Array.isArray(line.properties)
    && [line.name, line.numbers, line.label].every((text) => typeof text === 'string');
  return typeof draft?.name === 'string' && Array.isArray(draft.lines) && draft.lines.every(isLine) ? draft : null;
}

function asLine(one: Pick<NewParticipant, 'numbers'> & Partial<NewParticipant>, key = 0): Line {
  const { name = '', numbers, label = '', strategy, ...more } = one;
  const known = withoutProperties(more);
  return {
    key: key + 1, name, label, properties: PROPERTIES.filter((property) => one[property]),
    numbers: numbersText({ numbers: [...numbers], ...(strategy === 'all_at_once' && { strategy }) }),
    ...(Object.keys(known).length > 0 && { known }),
  };
}

function asParticipant({ name, numbers, label, properties, known }: Line): NewParticipant {
  // In brackets, so that nothing of it is taken for a name.
  const { numbers: list, strategy } = parseEntry(`<${numbers}>`);
  return {
    ...known, ...(name.trim() && { name: name.trim() }), numbers: list, ...(strategy && { strategy }),
    ...(label.trim() && { label: label.trim() }), ...Object.fromEntries(properties.map((property) => [property, true])),
  };
}

/** What the server fills in for what was not said counts as not said. */
const sorted = (one: NewParticipant): string => JSON.stringify(Object.entries(one).filter(([, value]) => value != null && value !== false && value !== '').sort());

const contentOf = ({ name, lines }: Pick<GroupDraft, 'name' | 'lines'>): string =>
  JSON.stringify([name.trim(), lines.filter((line) => !isEmpty(line)).map(({ key: _, ...rest }) => rest)]);

/** With this as what it was. */
function kept(draft: GroupDraft): GroupDraft {
  return withLast({ ...draft, before: contentOf(draft) });
}

const nextKey = (lines: readonly Line[]): number => 1 + Math.max(0, ...lines.map((line) => line.key));

/** With an empty line at the end, where somebody else can be typed. */
function withLast(draft: GroupDraft): GroupDraft {
  const last = draft.lines.at(-1);
  if (last && isEmpty(last)) return draft;
  return { ...draft, lines: [...draft.lines, { key: nextKey(draft.lines), name: '', numbers: '', label: '', properties: [] }] };
}
