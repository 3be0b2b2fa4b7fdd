/** From key presses to what the desk does. What a key means is in `keymap.ts`. */
import type { ConferenceView, ParticipantView } from '../api/types.ts';
import * as desk from '../desk.ts';
import { attendantOf, isClosed, isOver } from '../live/house.ts';
import { isMine, mayAct } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { type KeyAction, meaning, type Press } from './keymap.ts';

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || !desk.user.value) return;
    const action = meaning(pressOf(event), desk.singleKeys.value);
    if (action && act(action)) event.preventDefault();
  });
}

function pressOf(event: KeyboardEvent): Press {
  return {
    key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey,
    repeat: event.repeat, composing: event.isComposing, at: place(event.target),
  };
}

function place(target: EventTarget | null): Press['at'] {
  if (!(target instanceof Element)) return 'page';
  if (target.closest('dialog[open]')) return 'dialog';
  if (target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')) return 'text';
  if (target.closest('[role=tablist], [data-own-arrows]')) return 'list';
  if (target.matches('[data-participant]')) return 'row';
  return target.closest('button, a, summary, input') ? 'control' : 'page';
}

/** Whether anything came of it. */
function act(action: KeyAction): boolean {
  const subject = desk.current.value;
  switch (action) {
    case 'answer': return done(desk.answer());
    case 'help': return done((desk.helpOpen.value = true));
    case 'focusRequest': return focus('#request-line');
    case 'next': return step(1);
    case 'previous': return step(-1);
    case 'escape': return desk.endAsked.value ? done((desk.endAsked.value = null)) : false;
    case 'hold':
    case 'resume':
    case 'hangup': {
      if (subject.kind !== 'call' || !actable(subject.call)) return false;
      const { state } = subject.call;
      const fits = action === 'hold' ? state === 'talking'
        : action === 'resume' ? state === 'held' : state === 'talking' || state === 'held' || state === 'ringing';
      return fits && done(desk.callAction(subject.call, action));
    }
    default:
      if (subject.kind !== 'conference' || isClosed(subject.conference) || !actable(subject.conference)) return false;
      return actOnConference(action, subject.conference);
  }
}

function actOnConference(action: KeyAction, conference: ConferenceView): boolean {
  const attendant = attendantOf(conference);
  switch (action) {
    case 'lock': return done(desk.conferenceAction(conference, conference.locked ? 'unlock' : 'lock'));
    case 'leave': return !!attendant && !isOver(attendant) && done(desk.conferenceAction(conference, 'leave'));
    case 'rejoin': return (!attendant || isOver(attendant)) && done(desk.conferenceAction(conference, 'rejoin'));
    case 'goOn': return !!conference.question && done(desk.conferenceAction(conference, 'continue'));
    case 'stop': return !!conference.question && done(desk.conferenceAction(conference, 'end'));
    case 'end': {
      if (desk.endAsked.value === conference.id) return done(desk.conferenceAction(conference, 'end'));
      desk.endAsked.value = conference.id;
      return done(desk.say(t.conference.endAsk));
    }
    case 'mute': return onChosen(conference, (one) => one.state === 'joined' && (one.muted ? 'unmute' : 'mute'), t.leg.mute);
    case 'drop': return onChosen(conference, (one) => one.state === 'joined' && !isSelf(conference, one) && 'drop', t.leg.drop);
    case 'redial': return onChosen(conference, (one) => isOver(one) && one.role === 'guest' && 'redial', t.leg.redial, 'only');
    case 'cancel': return onChosen(conference, (one) => !isOver(one) && one.state !== 'joined' && 'cancel', t.leg.cancel, 'only');
    default: return false;
  }
}

type Verb = 'mute' | 'unmute' | 'drop' | 'redial' | 'cancel';

/** `only`: with nobody chosen, the only one it could be is meant. */
function onChosen(
  conference: ConferenceView, verbFor: (one: ParticipantView) => Verb | false, word: string, unchosen?: 'only',
): boolean {
  const id = document.activeElement?.closest<HTMLElement>('[data-participant]')?.dataset.participant;
  const fitting = unchosen && !id ? conference.participants.filter((participant) => verbFor(participant)) : [];
  const one = fitting.length === 1 ? fitting[0] : conference.participants.find((participant) => participant.id === id);
  if (!one) return done(desk.say(t.leg.chooseFirst));
  const verb = verbFor(one);
  if (!verb) return done(desk.say(t.leg.cannot(word.toLowerCase(), one.name || one.number, t.leg.states[one.state])));
  return done(desk.participantAction(conference, one.id, verb));
}

function isSelf(conference: ConferenceView, one: ParticipantView): boolean {
  return one.role === 'attendant' && !!desk.user.value && isMine(conference, desk.user.value);
}

/** Moves among the participants. */
export function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-participant]')];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const to = here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + by, 0), rows.length - 1);
  rows[to]?.focus();
  return rows.length > 0;
}

function focus(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
}

const actable = (thing: Parameters<typeof mayAct>[0]): boolean => !!desk.user.value && mayAct(thing, desk.user.value);
const done = (_: unknown): true => true;
