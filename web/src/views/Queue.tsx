/**
 * The left: callers who wait, calls, conferences. Three boxes of fixed share, so that nothing moves under the
 * pointer when a call comes; newcomers are added at the end.
 */
import type { ComponentChildren } from 'preact';
import type { CallView, ConferenceView } from '../api/types.ts';
import { answer, answerStation, chosen, current, house, isAsked, linkLive, nameOf, station, user } from '../desk.ts';
import { now } from '../live/clock.ts';
import { doubt, isMine, longestWaiting, mayAct, ongoingCalls, openConferences, waitingCalls } from '../live/select.ts';
import { t } from '../strings/index.ts';
import type { Other } from '../verbs/verb.ts';
import { Action, Elapsed, State, useKeptFocus } from './parts.tsx';

export function Queue() {
  const waiting = waitingCalls(house.value);
  const calls = ongoingCalls(house.value);
  const conferences = openConferences(house.value);
  const longest = longestWaiting(house.value);
  const stations = user.value?.stations ?? [];
  return (
    <nav class="left" aria-label={t.queue.heading}>
      <Box id="waiting" heading={t.queue.waiting} count={waiting.length} none={t.queue.none}>
        {waiting.map((call) => <Waiting key={call.id} call={call} first={call === longest} />)}
      </Box>
      {stations.length === 0 && <p class="answer-on quiet">{t.queue.noStation}</p>}
      {stations.length > 1 && (
        <div class="answer-on">
          <label for="answer-station">{t.queue.answerOn}</label>
          <select
            id="answer-station" value={station.value}
            onChange={(event) => { answerStation.value = event.currentTarget.value; }}
          >
            {stations.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </div>
      )}
      <Box id="calls" heading={t.queue.calls} count={calls.length} none={t.queue.noCalls}>
        {calls.map((call) => <Ongoing key={call.id} call={call} />)}
      </Box>
      <Box id="conferences" heading={t.queue.conferences} count={conferences.length} none={t.queue.noConferences}>
        {conferences.map((conference) => <OpenConference key={conference.id} conference={conference} />)}
      </Box>
    </nav>
  );
}

interface BoxProps {
  id: string;
  heading: string;
  count: number;
  none: string;
  children: ComponentChildren;
}

function Box({ id, heading, count, none, children }: BoxProps) {
  const box = useKeptFocus<HTMLElement>();
  return (
    <section class={`box ${id}`} aria-labelledby={`${id}-heading`} tabIndex={-1} ref={box}>
      <h2 id={`${id}-heading`}>{heading} <span class="count">{count}</span></h2>
      {count === 0 ? <p class="none">{none}</p> : <ul class="cards">{children}</ul>}
    </section>
  );
}

/** Grey, with a word, if nobody can say that it is still so. */
export function stale(nodeId: string): boolean {
  return doubt(house.value.nodes.find((node) => node.id === nodeId), linkLive.value, now.value) !== null;
}

interface CardProps {
  thing: CallView | ConferenceView;
  title: string;
  detail: ComponentChildren;
  side: ComponentChildren;
  kind: 'call' | 'conference';
  tone: string;
  children?: ComponentChildren;
}

function Card({ thing, title, detail, side, kind, tone, children }: CardProps) {
  const shown = current.value.kind === kind
    && (current.value.kind === 'call' ? current.value.call.id : current.value.kind === 'conference' && current.value.conference.id) === thing.id;
  const isStale = stale(thing.node_id);
  return (
    <li class={`card ${tone}${shown ? ' shown' : ''}${isStale ? ' stale' : ''}`} data-id={thing.id} data-state={thing.state}>
      <button
        type="button" class="card-main" aria-current={shown ? 'true' : undefined}
        onClick={() => { chosen.value = { kind, id: thing.id }; }}
      >
        <span class="card-top"><span class="card-title">{title}</span>{side}</span>
        <span class="card-detail">{isStale && <em>{t.node.stale} · </em>}{detail}</span>
      </button>
      {children}
    </li>
  );
}

function Waiting({ call, first }: { call: CallView; first: boolean }) {
  const name = nameOf(call);
  const mine = user.value ? isMine(call, user.value) : false;
  const ringing = call.state === 'ringing';
  const detail = ringing
    ? (mine ? t.queue.stationRings(call.station ?? '') : t.queue.otherAnswers(call.attendant?.name ?? ''))
    : call.comes_back_to ? t.call.cameBack
    : call.notice ? t.sentence(t.reason(call.notice)) : [call.caller.name && call.caller.number, call.queue].filter(Boolean).join(' · ');
  return (
    <Card
      thing={call} kind="call" title={name} tone={ringing ? 'ringing' : 'waiting'}
      detail={<span class={call.notice && !ringing ? 'bad-text' : ''}>{detail}</span>}
      side={<Elapsed from={call.arrived_at} label={t.queue.waited} />}
    >
      {ringing
        ? <span class="card-action"><State tone="busy" icon="ring">{t.call.states.ringing}</State></span>
        : (
          <span class="card-action">
            <Action
              label={t.queue.answer} of={name} kind={first ? 'primary' : 'plain'}
              {...(first ? { action: 'answer' as const } : {})}
              pending={isAsked({ on: 'call', id: call.id, verb: 'answer' })}
              disabled={!station.value}
              onPress={() => answer(call)}
            />
          </span>
        )}
    </Card>
  );
}

function Ongoing({ call }: { call: CallView }) {
  const mine = user.value ? isMine(call, user.value) : false;
  const who = mine ? t.queue.yours : t.queue.withOther(call.attendant?.name ?? '');
  return (
    <Card
      thing={call} kind="call" title={nameOf(call)} tone={call.state}
      detail={<>{t.call.states[call.state]} · {who}</>} side={<Elapsed from={call.since} />}
    />
  );
}

function OpenConference({ conference }: { conference: ConferenceView }) {
  const inside = conference.participants.filter((one) => one.state === 'joined').length;
  const who = user.value && isMine(conference, user.value) ? t.queue.yours : conference.owner.name;
  return (
    <Card
      thing={conference} kind="conference" title={conferenceName(conference)} tone="conference"
      detail={<>{t.conference.states[conference.state]} · {t.queue.people(inside, conference.participants.length)} · {who}</>}
      side={<Elapsed from={conference.created_at} />}
    />
  );
}

/** Where people of this conference could go over to. */
export function otherConferences(conference: ConferenceView): Other[] {
  return openConferences(house.value)
    .filter((one) => one.id !== conference.id && one.node_id === conference.node_id && one.state === 'live')
    .filter((one) => !!user.value && mayAct(one, user.value))
    .map((one) => ({ id: one.id, name: conferenceName(one) }));
}

/** What can be played in its room. */
export function soundsOf(conference: ConferenceView): Other[] {
  const node = house.value.nodes.find((one) => one.id === conference.node_id);
  return (node?.sounds ?? []).map((name) => ({ id: name, name }));
}

/** A voice can be heard in its room. */
export function speaks(conference: ConferenceView): boolean {
  return house.value.nodes.find((one) => one.id === conference.node_id)?.speaks === true;
}

/** By which it could be dialed into. */
export function accessNumbers(conference: ConferenceView): Other[] {
  const node = house.value.nodes.find((one) => one.id === conference.node_id);
  return (node?.dial_in?.access_numbers ?? []).map(({ number, name }) => ({ id: number, name: name ? `${number} (${name})` : number }));
}

/** A conference is called by its caller, or by who was asked into it first. */
export function conferenceName(conference: ConferenceView): string {
  const caller = conference.participants.find((one) => one.role === 'caller');
  const first = caller ?? conference.participants.find((one) => one.role === 'guest');
  return first ? first.name || first.number : t.conference.nameless;
}
