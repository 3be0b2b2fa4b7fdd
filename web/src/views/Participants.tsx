/** Everyone who belongs in the conference, each with the true state of their latest leg. */
import { useState } from 'preact/hooks';
import type { ConferenceView, LegState, LegView, ParticipantView } from '../api/types.ts';
import type { ParticipantVerb } from '../api/client.ts';
import { askedOf, conferenceAction, isAsked, panel, participantAction, togglePanel, user } from '../desk.ts';
import { type KeyAction, shownKey } from '../keys/keymap.ts';
import { now } from '../live/clock.ts';
import { isClosed, isGivenUp, isOver } from '../live/house.ts';
import type { Ask } from '../live/asked.ts';
import { isMany, isShown, type Shown } from '../live/progress.ts';
import { recordingOf } from '../live/recording.ts';
import { isMine, mayAct } from '../live/select.ts';
import { otherConferences, soundsOf, speaks } from './Queue.tsx';
import { t } from '../strings/index.ts';
import { marks } from '../verbs/marks.ts';
import { isInside, PARTICIPANT_VERBS } from '../verbs/participant.ts';
import type { Other } from '../verbs/verb.ts';
import { Panel, panelId } from './Panel.tsx';
import { Progress } from './Progress.tsx';
import { Action, Elapsed, Icon, type IconName, State, type Tone, useKeptFocus } from './parts.tsx';

const LEG_LOOK: Record<LegState, [Tone, IconName]> = {
  queued: ['calm', 'dots'], dialing: ['busy', 'keypad'], ringing: ['busy', 'ring'], answered: ['busy', 'phone'],
  confirming: ['warn', 'keypad'], joined: ['good', 'check'], left: ['quiet', 'leave'], failed: ['bad', 'cross'],
};

/** How the state of a leg looks, and its word. */
export function legLook({ state, cause }: Pick<LegView, 'state' | 'cause'>): [Tone, IconName, string] {
  if (state === 'failed' && isGivenUp(cause)) return ['quiet', 'minus', t.leg.givenUp];
  return [...LEG_LOOK[state], t.leg.states[state]];
}

export function Participants({ conference }: { conference: ConferenceView }) {
  const [last, setLast] = useState<string | null>(null);
  const [shown, setShown] = useState<Shown>('all');
  const many = isMany(conference);
  const people = conference.participants.filter((one) => !many || isShown(one, shown));
  const stop = people.some((one) => one.id === last) ? last : people[0]?.id;
  return (
    <section class="people" aria-labelledby="people-heading">
      <h3 id="people-heading" class="sr">{t.conference.people}</h3>
      <Progress conference={conference} shown={shown} onShow={setShown} />
      {people.length === 0 ? <p class="none">{t.leg.nobody}</p> : (
        <ul class={`rows${many ? ' many' : ''}`} aria-labelledby="people-heading">
          {people.map((one) => (
            <Row key={one.id} conference={conference} one={one} tabStop={one.id === stop} onFocus={() => setLast(one.id)} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface RowProps {
  conference: ConferenceView;
  one: ParticipantView;
  tabStop: boolean;
  onFocus: () => void;
}

function Row({ conference, one, tabStop, onFocus }: RowProps) {
  const row = useKeptFocus<HTMLLIElement>();
  const [tone, icon, word]: [Tone, IconName, string] = one.retry_at ? ['warn', 'clock', t.leg.again] : legLook(one);
  const you = one.role === 'attendant' && !!user.value && isMine(conference, user.value);
  const role = you ? `${t.leg.roles.attendant}, ${t.leg.you}` : t.leg.roles[one.role];
  const name = one.name || one.number || role;
  // Of several phones that ring the one that got furthest.
  const leg = one.legs.findLast((each) => each.state === one.state) ?? one.legs.at(-1);
  const numbers = new Set(one.legs.map(({ number }) => number)).size;
  const why = one.cause ? t.reason(one.cause) : undefined;
  const set = marks(one, t, conference.participants, {
    recorded: recordingOf(conference) !== null,
    asked: conference.announcing?.find((sound) => sound.participant_id === one.id)?.state === 'asked',
  });
  // Who hears whom is arranged for all of them at once.
  const arranged = one.sidebar != null || one.coaching != null;
  const awaited = one.pending ?? (arranged && conference.pending === 'arrange' ? 'arrange' : null);
  const pending = awaited && t.leg.pending(awaited);
  const spoken = [name, one.name && one.number, role, one.label, word, ...set.map(({ text }) => text), why, pending]
    .filter(Boolean).join(', ');
  const open = panel.value === one.id && !isClosed(conference);
  return (
    <li
      class={`row ${tone}${one.talking ? ' talking' : ''}`} tabIndex={tabStop ? 0 : -1} ref={row} aria-label={spoken}
      data-participant={one.id} data-state={one.state} onFocusCapture={onFocus}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget || !steerable(conference)) return;
        event.preventDefault();
        togglePanel(one.id);
      }}
    >
      <span class="who">
        <span class="who-name">
          {name}
          {role && role !== name && <span class="role">{role}</span>}
        </span>
        <span class="who-number">
          {one.name && one.number}{one.label && <b class="label">{one.label}</b>}{one.strategy === 'all_at_once'
            ? numbers > 1 && <em> {t.leg.numbers(numbers)}</em>
            : one.legs.length > 1 && <em> {t.leg.attempt(one.legs.length)}</em>}
        </span>
      </span>
      <span class="how">
        <span class="how-state">
          <State tone={tone} icon={icon}>{word}</State>
          {one.retry_at && !isClosed(conference) && <Again at={one.retry_at} />}
          {pending && <em class="pending-word">{pending}</em>}
          {!pending && one.talking && <span class="speaks"><Icon name="waves" />{t.leg.talking}</span>}
          {leg && !pending && !one.talking && !one.retry_at && !isClosed(conference) && !isOver(one) && <Elapsed from={leg.since} />}
        </span>
        <span class="why">
          {set.map((mark) => (
            <span class={`sign ${mark.tone}`} key={mark.name}><Icon name={mark.icon} />{mark.text}</span>
          ))}
          {why}
        </span>
      </span>
      <span class="row-actions"><RowActions conference={conference} one={one} name={name} open={open} /></span>
      {open && (
        <More conference={conference} one={one} name={name} onClose={() => {
          row.current?.focus();
          togglePanel(one.id);
        }} />
      )}
    </li>
  );
}

/** Until somebody who was busy is called again. */
function Again({ at }: { at: string }) {
  const seconds = Math.max(0, Math.ceil((Date.parse(at) - now.value) / 1000));
  return <span class="elapsed">{t.leg.againIn(seconds)}</span>;
}

const steerable = (conference: ConferenceView): boolean =>
  !isClosed(conference) && !!user.value && mayAct(conference, user.value);

/** Who can be picked to talk with them. */
const othersOf = (conference: ConferenceView, one: ParticipantView): Other[] => conference.participants
  .filter((other) => other.id !== one.id && isInside(other) && !other.introduction)
  .map(({ id, name, number, role, sidebar }) => ({ id, name: name || number, role, sidebar }));

interface MoreProps {
  conference: ConferenceView;
  one: ParticipantView;
  name: string;
  onClose: () => void;
}

/** What was asked of the conference, and is about them. */
const asidesOf = (conference: ConferenceView, one: ParticipantView): Ask[] => askedOf(conference.id)
  .filter((ask) => ask.verb === 'sidebar' && Array.isArray(ask.body?.participants) && ask.body.participants.includes(one.id));

function More({ conference, one, name, onClose }: MoreProps) {
  return (
    <Panel
      id={one.id} label={t.verbs.moreOf(name)} opener={shownKey('more')} table={PARTICIPANT_VERBS} words={t.verbs.participant}
      thing={one} note={isInside(one) ? undefined : t.verbs.off} speaks={speaks(conference)}
      asked={[...askedOf(one.id), ...asidesOf(conference, one)]} awaited={one.pending} recorded={recordingOf(conference) !== null}
      others={{ people: othersOf(conference, one), conferences: otherConferences(conference), sounds: soundsOf(conference), attendants: [], accessNumbers: [] }}
      onAsk={({ verb, body }) => {
        if (verb === 'sidebar') conferenceAction(conference, verb, body);
        else if (verb === 'hand_over') conferenceAction(conference, verb, { ...body, participant_id: one.id });
        else participantAction(conference, one.id, verb, body);
      }}
      onClose={onClose}
    />
  );
}

function RowActions({ conference, one, name, open }: { conference: ConferenceView; one: ParticipantView; name: string; open: boolean }) {
  if (!user.value || !steerable(conference)) return null;
  // The attendant leaves by the conference's own "Leave", which says that it goes on.
  const isSelf = one.role === 'attendant' && isMine(conference, user.value);
  const going = one.pending === 'drop' || one.pending === 'cancel';
  const more = (
    <Action
      key="more" label={t.verbs.more} of={name} bare icon="dots" action="more" opens={panelId(one.id)} opened={open}
      onPress={() => togglePanel(one.id)}
    />
  );
  const act = (verb: ParticipantVerb, label: string, icon: IconName, action: KeyAction, disabled = false) => (
    <Action
      key={verb === 'unmute' ? 'mute' : verb} label={label} of={name} icon={icon} action={action}
      kind={verb === 'drop' || verb === 'cancel' ? 'danger' : 'plain'}
      pending={going || one.pending === verb || isAsked({ on: 'participant', conference: conference.id, id: one.id, verb })}
      disabled={disabled}
      onPress={() => participantAction(conference, one.id, verb)}
    />
  );
  if (one.state === 'joined') {
    return (
      <>
        {one.muted ? act('unmute', t.leg.unmute, 'mic', 'mute', !!one.listener) : act('mute', t.leg.mute, 'micOff', 'mute')}
        {!isSelf && act('drop', t.leg.drop, 'cross', 'drop')}
        {more}
      </>
    );
  }
  // The attendant comes back by the conference's own "Come back"; a caller who left cannot be rung here.
  if (isOver(one)) return <>{one.role === 'guest' && act('redial', t.leg.redial, 'redial', 'redial')}{more}</>;
  return <>{act('cancel', t.leg.cancel, 'cross', 'cancel')}{more}</>;
}
