/** Standing groups at the desk: seen, made, changed and deleted. What is typed is kept until it is saved or discarded. */
import { computed, signal } from '@preact/signals';
import { Problem } from './api/client.ts';
import type { ConferenceView, Group, NewParticipant } from './api/types.ts';
import { client, groupDraft, groups, readGroups, rightTab, say, sayNow, user } from './desk.ts';
import {
  type Faults, type GroupDraft, howMany, isTouched, made, NO_FAULTS, opened, peopleOf, placed, toNewGroup, wrong,
} from './request/group.ts';
import { t } from './strings/index.ts';

export const groupFaults = signal<Faults>(NO_FAULTS);
/** What became of saving it: in words, and what somebody else made of the group meanwhile. */
export const groupTrouble = signal<{ text: string; theirs?: Group } | null>(null);
export const groupBusy = signal(false);
/** What waits for a second press: to discard what was typed, or to delete the group with this id. */
export const groupSure = signal<string | null>(null);

/** Everybody may ring a group; few say who is in it. */
export const mayChangeGroups = computed(() => user.value?.role === 'supervisor' || user.value?.role === 'administrator');

export const DISCARD = 'discard';

export function showGroups(): void {
  rightTab.value = 'groups';
  void readGroups();
}

/** One that is typed and not saved goes before whatever else was to be opened. */
function edit(draft: GroupDraft): void {
  const open = groupDraft.value;
  rightTab.value = 'groups';
  if (open && isTouched(open) && open.id !== draft.id) {
    say(t.groups.unsaved);
    groupTrouble.value = { text: t.groups.unsaved };
    return;
  }
  if (!open || open.id !== draft.id || !isTouched(open)) set(draft);
}

function set(draft: GroupDraft | null): void {
  groupDraft.value = draft;
  groupFaults.value = NO_FAULTS;
  groupTrouble.value = groupSure.value = null;
}

export const makeGroup = (people: readonly NewParticipant[] = []): void => edit(made(people));
export const changeGroup = (group: Group): void => edit(opened(group));
export const saveAsGroup = (conference: ConferenceView): void => makeGroup(peopleOf(conference));

/** What is typed: a complaint about it holds no longer. */
export function typed(draft: GroupDraft): void {
  groupDraft.value = draft;
  groupSure.value = null;
}

/** Whether it is closed: what was typed is discarded by a second press only. */
export function closeGroup(): boolean {
  const draft = groupDraft.value;
  if (draft && isTouched(draft) && groupSure.value !== DISCARD) {
    groupSure.value = DISCARD;
    return false;
  }
  set(null);
  return true;
}

/** Whether it was saved. */
export async function saveGroup(): Promise<boolean> {
  const draft = groupDraft.value;
  if (!draft || groupBusy.value) return false;
  groupTrouble.value = groupSure.value = null;
  groupFaults.value = wrong(draft, t.groups);
  if (complains()) return false;
  groupBusy.value = true;
  try {
    const group = toNewGroup(draft);
    const saved = draft.id && draft.seen ? await client.changeGroup(draft.id, draft.seen, group) : await client.addGroup(group);
    set(null);
    say(t.groups.saved(saved.name));
    await readGroups();
    return true;
  } catch (error) {
    await notSaved(draft, error);
    return false;
  } finally {
    groupBusy.value = false;
  }
}

function complains(): boolean {
  const { rest } = groupFaults.value;
  const count = howMany(groupFaults.value);
  if (count + rest.length === 0) return false;
  trouble([count ? t.groups.unwritten(count) : '', ...rest.map(t.sentence)].filter(Boolean).join(' '));
  return true;
}

async function notSaved(draft: GroupDraft, error: unknown): Promise<void> {
  if (!(error instanceof Problem)) return trouble(t.groups.unknown);
  if (error.details.errors?.length) {
    groupFaults.value = placed(draft, error.details.errors);
    if (complains()) return;
  }
  if (error.status !== 404 && error.status !== 412) return trouble(t.groups.failed(t.sentence(error.message)));
  await readGroups();
  const theirs = groups.value.find((one) => one.id === draft.id);
  // What is saved next is a new one.
  if (!theirs) groupDraft.value = { ...draft, id: null, seen: null };
  trouble(theirs ? t.groups.changed : t.groups.gone, theirs);
}

function trouble(text: string, theirs?: Group): void {
  groupTrouble.value = { text, ...(theirs && { theirs }) };
  sayNow(text);
}

/** Theirs has been seen, and mine is to take its place. */
export async function saveMine(theirs: Group): Promise<boolean> {
  const draft = groupDraft.value;
  if (draft) groupDraft.value = { ...draft, seen: theirs.changed_at };
  return saveGroup();
}

export const takeTheirs = (theirs: Group): void => set(opened(theirs));

/** By a second press only. */
export async function removeGroup(group: Group): Promise<void> {
  if (groupSure.value !== group.id) {
    groupSure.value = group.id;
    return say(t.groups.removeAsk(group.name));
  }
  groupSure.value = null;
  groupBusy.value = true;
  try {
    await client.removeGroup(group);
    say(t.groups.removed(group.name));
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) {
      const text = error instanceof Problem ? t.sentence(error.message) : t.say.noEffect;
      groupTrouble.value = { text };
      sayNow(text);
    }
  }
  groupBusy.value = false;
  await readGroups();
}
