/** One call: who, in which state, and what can be done. */
import type { CallView } from '../api/types.ts';
import { answer, callAction, house, isAsked, letIn, nameOf, station, user } from '../desk.ts';
import { isMine, longestWaiting, mayAct, placesFor } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { Action, Elapsed, type IconName, State, type Tone, useKeptFocus } from './parts.tsx';
import { conferenceName, stale } from './Queue.tsx';

const LOOK: Record<CallView['state'], [Tone, IconName]> = {
  waiting: ['warn', 'clock'], ringing: ['busy', 'ring'], talking: ['good', 'phone'], held: ['warn', 'pause'],
  conference: ['good', 'people'], transferred: ['quiet', 'leave'], ended: ['quiet', 'minus'],
};

export function CallHead({ call }: { call: CallView }) {
  const box = useKeptFocus<HTMLElement>();
  const [tone, icon] = LOOK[call.state];
  const allowed = user.value ? mayAct(call, user.value) : false;
  const asks = (verb: 'answer' | 'hold' | 'resume' | 'hangup'): boolean =>
    call.pending === verb || isAsked({ on: 'call', id: call.id, verb });
  const facts = [call.caller.name && call.caller.number, call.queue && t.call.queue(call.queue), t.call.node(call.node_id)];
  return (
    <section class="head" aria-labelledby="middle-heading" tabIndex={-1} ref={box} data-call-state={call.state}>
      <div class="head-line">
        <h2 id="middle-heading">{nameOf(call)}</h2>
        <State tone={tone} icon={icon}>{t.call.states[call.state]}</State>
        <Elapsed from={call.state === 'waiting' ? call.arrived_at : call.since} label={t.conference.since} />
        {stale(call.node_id) && <span class="stale-word">{t.node.stale}</span>}
      </div>
      <p class="facts">{facts.filter(Boolean).join(' · ')}</p>
      <p class={`sentence${call.notice ? ' bad-text' : ''}`}>{sentence(call)}</p>
      <div class="controls">
        {call.state === 'waiting' && (
          <Action
            label={t.queue.answer} icon="phone" kind="primary" {...(call.id === longestWaiting(house.value)?.id && { action: 'answer' as const })} pending={asks('answer')} disabled={!station.value}
            onPress={() => answer(call)}
          />
        )}
        {call.state === 'waiting' && placesFor(call, house.value, user.value).map((place, nth) => (
          <Action
            key={place.id} label={place.id === call.comes_back_to ? t.call.backTo(conferenceName(place)) : t.call.letInto(conferenceName(place))}
            icon="enter" {...(nth === 0 ? { action: 'letIn' as const } : {})}
            pending={isAsked({ on: 'call', id: call.id, verb: 'join' })} onPress={() => letIn(call, place)}
          />
        ))}
        {call.state === 'talking' && allowed && (
          <Action label={t.call.hold} icon="pause" action="hold" pending={asks('hold')} onPress={() => callAction(call, 'hold')} />
        )}
        {call.state === 'held' && allowed && (
          <Action label={t.call.resume} icon="play" action="resume" kind="primary" pending={asks('resume')} onPress={() => callAction(call, 'resume')} />
        )}
        {(call.state === 'talking' || call.state === 'held' || call.state === 'ringing') && allowed && (
          <Action label={t.call.hangup} icon="hangup" action="hangup" kind="danger" pending={asks('hangup')} onPress={() => callAction(call, 'hangup')} />
        )}
      </div>
    </section>
  );
}

function sentence(call: CallView): string {
  const words = t.call.sentence;
  const mine = user.value ? isMine(call, user.value) : false;
  const other = call.attendant?.name ?? '';
  const state = call.state === 'ringing' ? (mine ? words.ringing(call.station ?? '') : words.ringingOther(other))
    : call.state === 'talking' ? (mine ? words.talking : words.talkingOther(other))
      : words[call.state];
  return [call.comes_back_to && call.state === 'waiting' && t.call.cameBack, call.notice && t.sentence(t.reason(call.notice)), state, call.station_hold && t.call.stationHold].filter(Boolean).join(' ');
}
