/** From key presses to what the desk does. What a key means is in `keymap.ts`. */
import type { ConferenceView, ParticipantView } from '../api/types.ts';
import * as desk from '../desk.ts';
import { attendantOf, isClosed, isOver } from '../live/house.ts';
import { handsOf, openVote } from '../live/meeting.ts';
import { isRinging } from '../live/progress.ts';
import { recordingOf } from '../live/recording.ts';
import { comesBack, isMine, mayAct, placesFor } from '../live/select.ts';
import { showGroups } from '../standing.ts';
import { t } from '../strings/index.ts';
import { type KeyAction, meaning, type Press } from './keymap.ts';

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || !desk.user.value) return;
    const action = meaning(pressOf(event), desk.singleKeys.value);
    if (action && act(action, event.key)) event.preventDefault();
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
  const panel = target.closest('[data-panel]');
  if (panel && !panel.closest('[data-participant]')) return 'dialog';
  if (target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')) return 'text';
  if (panel) return 'panel';
  if (target.closest('[role=tablist], [data-own-arrows]')) return 'list';
  if (target.matches('[data-participant]')) return 'row';
  return target.closest('button, a, summary, input') ? 'control' : 'page';
}

/** Whether anything came of it. */
function act(action: KeyAction, key: string): boolean {
  const subject = desk.current.value;
  switch (action) {
    case 'answer': return done(desk.answer());
    case 'letIn': {
      const waits = subject.kind === 'call' && subject.call.state === 'waiting' ? subject.call : comesBack(desk.house.value);
      const places = waits ? placesFor(waits, desk.house.value, desk.user.value) : [];
      const place = places[0];
      if (!waits || !place) return done(desk.say(t.say.nobodyToLetIn));
      if (place.id !== waits.comes_back_to && places.length > 1) return done(desk.say(t.say.whichConference));
      return done(desk.letIn(waits, place));
    }
    case 'help': return done((desk.helpOpen.value = true));
    case 'focusRequest': return focus('#request-line');
    case 'group': {
      const group = desk.groups.value[Number(key) - 1];
      return !!group && done(desk.startGroup(group));
    }
    case 'groups': return done(showGroupsHere());
    case 'lastTime': return desk.startMode.value === 'call' && !!desk.lastTime.value?.participants.length && done(desk.startLastTime());
    case 'next': return step(1);
    case 'previous': return step(-1);
    case 'escape': {
      const open = desk.endAsked.value ?? desk.panel.value;
      if (desk.endAsked.value) desk.endAsked.value = null;
      else desk.panel.value = null;
      return open !== null;
    }
    case 'csv':
    case 'json': return exportStory(action);
    case 'hold':
    case 'resume':
    case 'hangup': {
      if (subject.kind === 'conference' && action === 'hold') return onConference(action, subject.conference);
      if (subject.kind !== 'call' || !actable(subject.call)) return false;
      const { state } = subject.call;
      const fits = action === 'hold' ? state === 'talking'
        : action === 'resume' ? state === 'held' : state === 'talking' || state === 'held' || state === 'ringing';
      return fits && done(desk.callAction(subject.call, action));
    }
    case 'rescue': {
      if (subject.kind !== 'conference') return false;
      const again = desk.house.value.conferences.find((one) => one.id === subject.conference.rescued_by);
      if (again) return done(desk.show(again));
      return !!subject.conference.rescuable && actable(subject.conference) && done(desk.rescue(subject.conference));
    }
    default:
      return subject.kind === 'conference' && onConference(action, subject.conference);
  }
}

const onConference = (action: KeyAction, conference: ConferenceView): boolean =>
  !isClosed(conference) && actable(conference) && actOnConference(action, conference);

function actOnConference(action: KeyAction, conference: ConferenceView): boolean {
  const attendant = attendantOf(conference);
  switch (action) {
    case 'lock': return done(desk.conferenceAction(conference, conference.locked ? 'unlock' : 'lock'));
    case 'record': return records(conference) && done(desk.conferenceAction(conference, recordingOf(conference) ? 'record_stop' : 'record'));
    case 'recordPause': {
      const state = recordingOf(conference)?.state;
      if (state !== 'recording' && state !== 'paused') return false;
      return done(desk.conferenceAction(conference, state === 'paused' ? 'record_resume' : 'record_pause'));
    }
    case 'leave': return !!attendant && !isOver(attendant) && done(desk.conferenceAction(conference, 'leave'));
    case 'rejoin': return (!attendant || isOver(attendant)) && done(desk.conferenceAction(conference, 'rejoin'));
    case 'cancelAll': return isRinging(conference) && done(desk.conferenceAction(conference, 'cancel_ringing'));
    case 'goOn': return !!conference.question && done(desk.conferenceAction(conference, 'continue'));
    case 'stop': return !!conference.question && done(desk.conferenceAction(conference, 'end'));
    case 'end': {
      if (desk.endAsked.value === conference.id) return done(desk.conferenceAction(conference, 'end'));
      desk.endAsked.value = conference.id;
      return done(desk.say(t.conference.endAsk));
    }
    case 'floor':
    case 'lowerHand': {
      // Of the chosen one if their hand is up, else of whoever waits longest.
      const hands = handsOf(conference);
      const hand = hands.find(({ one }) => one.id === chosenRow()) ?? hands[0];
      if (!hand) return done(desk.say(t.meeting.noHands));
      return done(desk.participantAction(conference, hand.one.id, action === 'floor' ? 'give_floor' : 'lower_hand'));
    }
    case 'lowerHands': return done(handsOf(conference).length ? desk.conferenceAction(conference, 'lower_hands') : desk.say(t.meeting.noHands));
    case 'vote': {
      if (openVote(conference)) return done(desk.conferenceAction(conference, 'vote_close'));
      return done((desk.voteForm.value = desk.voteForm.value === conference.id ? null : conference.id));
    }
    case 'everyone': return done(desk.togglePanel(conference.id));
    case 'more': {
      const id = chosenRow();
      return done(id ? desk.togglePanel(id) : desk.say(t.leg.chooseFirst));
    }
    case 'mute': {
      const one = conference.participants.find((someone) => someone.id === chosenRow());
      if (one?.listener && one.muted) return done(desk.say(t.leg.listensOnly(one.name || one.number)));
      return onChosen(conference, (someone) => someone.state === 'joined' && (someone.muted ? 'unmute' : 'mute'), t.leg.mute);
    }
    case 'hold': return onChosen(conference, (one) => one.state === 'joined' && (one.hold ? 'unhold' : 'hold'), t.leg.hold);
    case 'drop': return onChosen(conference, (one) => one.state === 'joined' && !isSelf(conference, one) && 'drop', t.leg.drop);
    case 'redial': return onChosen(conference, (one) => isOver(one) && one.role === 'guest' && 'redial', t.leg.redial, 'only');
    case 'cancel': return onChosen(conference, (one) => !isOver(one) && one.state !== 'joined' && 'cancel', t.leg.cancel, 'only');
    default: return false;
  }
}

type Verb = 'mute' | 'unmute' | 'hold' | 'unhold' | 'drop' | 'redial' | 'cancel';

const chosenRow = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('[data-participant]')?.dataset.participant;
/** It can be begun, or is to be ended. */
function records(conference: ConferenceView): boolean {
  return recordingOf(conference) !== null || desk.house.value.nodes.some((node) => node.id === conference.node_id && node.records);
}


/** `only`: with nobody chosen, the only one it could be is meant. */
function onChosen(
  conference: ConferenceView, verbFor: (one: ParticipantView) => Verb | false, word: string, unchosen?: 'only',
): boolean {
  const id = chosenRow();
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

/** Of the story the focus is in, or else the first one that is open. */
function exportStory(format: 'csv' | 'json'): boolean {
  const link = `[data-export=${format}]`;
  const here = document.activeElement?.closest('.past')?.querySelector<HTMLElement>(link);
  const open = [here, ...document.querySelectorAll<HTMLElement>(link)].find((one) => one?.checkVisibility());
  open?.click();
  return !!open;
}

function focus(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
}

/** Opens them, and goes there. */
function showGroupsHere(): void {
  showGroups();
  requestAnimationFrame(() => focus('#panel-groups [data-first]') || focus('#tab-groups'));
}

const actable = (thing: Parameters<typeof mayAct>[0]): boolean => !!desk.user.value && mayAct(thing, desk.user.value);
const done = (_: unknown): true => true;
