/** One conference: its state, the question it may ask, and what can be done with all of it. */
import { useEffect, useRef } from 'preact/hooks';
import type { AnnouncementView, ConferenceView } from '../api/types.ts';
import { askedOf, attendants, conferenceAction, endAsked, isAsked, panel, say, station, togglePanel, user, voteForm } from '../desk.ts';
import { shownKey } from '../keys/keymap.ts';
import { clockText, now } from '../live/clock.ts';
import { attendantOf, isClosed, isGivenUp, isOver, tookPart } from '../live/house.ts';
import { isRinging } from '../live/progress.ts';
import { mayAct } from '../live/select.ts';
import { mayChangeGroups, saveAsGroup } from '../standing.ts';
import { t } from '../strings/index.ts';
import { announcedToAll, CONFERENCE_VERBS } from '../verbs/conference.ts';
import { shortened } from '../verbs/spoken.ts';
import type { Other } from '../verbs/verb.ts';
import { DialIn } from './DialIn.tsx';
import { Action, DOUBLE_CLICK_MS, Elapsed, type IconName, State, type Tone, useKeptFocus } from './parts.tsx';
import { Hands, Vote, VoteForm } from './Meeting.tsx';
import { Panel, panelId } from './Panel.tsx';
import { accessNumbers, conferenceName, otherConferences, soundsOf, speaks, stale } from './Queue.tsx';
import { RecordingControls, RecordingLost, RecordingNote, RecordingSign } from './Recorder.tsx';
import { Rescue } from './Rescue.tsx';

const LOOK: Record<ConferenceView['state'], [Tone, IconName]> = {
  requested: ['busy', 'clock'], reserved: ['busy', 'clock'], assembling: ['busy', 'ring'], live: ['good', 'people'],
  ending: ['warn', 'hangup'], ended: ['quiet', 'minus'], refused: ['bad', 'cross'],
};

/** The sound or the text that everybody hears, or is to hear. */
function heard(sound: AnnouncementView): string {
  if (sound.state === 'asked') return t.conference.announceAsked(sound.text ? shortened(sound.text, 60) : sound.sound);
  return sound.text ? t.conference.speaking(shortened(sound.text, 60)) : t.conference.announcing(sound.sound);
}

export function ConferenceHead({ conference }: { conference: ConferenceView }) {
  const box = useKeptFocus<HTMLElement>();
  const [tone, icon] = LOOK[conference.state];
  const people = conference.participants;
  const closed = isClosed(conference);
  const sound = closed ? null : announcedToAll(conference);
  const inside = people.filter((one) => (closed ? tookPart(one) : one.state === 'joined')).length;
  const failed = people.filter((one) => one.state === 'failed' && !isGivenUp(one.cause) && !(closed && tookPart(one))).length;
  const rung = people.filter((one) => !isOver(one) && one.state !== 'joined').length;
  return (
    <section class="head" aria-labelledby="middle-heading" tabIndex={-1} ref={box} data-conference-state={conference.state}>
      <div class="head-line">
        <h2 id="middle-heading">{t.conference.heading(conferenceName(conference))}</h2>
        <State tone={tone} icon={icon}>{t.conference.states[conference.state]}</State>
        {!closed && <Elapsed from={conference.created_at} label={t.conference.since} />}
        {!closed && <EndsIn conference={conference} />}
        {conference.locked && !closed && <State tone="warn" icon="lock">{t.conference.locked}</State>}
        {conference.pending === 'arrange' && !closed && <em class="pending-word">{t.conference.arranging}</em>}
        {!closed && <RecordingSign conference={conference} />}
        {people.some((one) => one.waits_for_host && !isOver(one)) && <State tone="warn" icon="clock">{t.conference.waitsForHost}</State>}
        {sound !== null && <em class="pending-word">{heard(sound)}</em>}
        {stale(conference.node_id) && <span class="stale-word">{t.node.stale}</span>}
      </div>
      <p class="facts">
        <strong>{t.conference.tally(inside, rung, failed, closed)}</strong>
        {' · '}{t.call.node(conference.node_id)}{' · '}{t.conference.owner(conference.owner.name)}
      </p>
      {!closed && <DialIn conference={conference} />}
      {conference.handed_over && !closed && <p class="sentence handed">{t.conference.handedOver(conference.handed_over.from.name, conference.handed_over.note)}</p>}
      {conference.question && !closed
        ? <Question conference={conference} />
        : (
          <p class={`sentence${conference.notice || conference.state === 'refused' ? ' bad-text' : ''}`}>
            {[conference.notice && t.sentence(t.reason(conference.notice)),
              t.because(t.conference.sentence[conference.state], conference.end_reason ? t.reason(conference.end_reason) : undefined),
            ].filter(Boolean).join(' ')}
          </p>
        )}
      {closed && <Rescue conference={conference} />}
      {!closed && <RecordingLost conference={conference} />}
      {!closed && <RecordingNote conference={conference} />}
      {!closed && <Controls conference={conference} />}
      {!closed && voteForm.value === conference.id && <VoteForm conference={conference} />}
      {!closed && <Hands conference={conference} />}
      <Vote conference={conference} />
      {!closed && panel.value === conference.id && <Everyone conference={conference} />}
    </section>
  );
}

function Controls({ conference }: { conference: ConferenceView }) {
  const openedAt = useRef(0);
  const attendant = attendantOf(conference);
  const away = !attendant || isOver(attendant);
  const sure = endAsked.value === conference.id;
  const asks = (verb: 'lock' | 'unlock' | 'leave' | 'rejoin' | 'end'): boolean =>
    conference.pending === verb || isAsked({ on: 'conference', id: conference.id, verb });
  const lockVerb = conference.locked ? 'unlock' : 'lock';
  useEffect(() => () => {
    if (endAsked.peek() === conference.id) endAsked.value = null;
  }, [conference.id]);
  if (!user.value || !mayAct(conference, user.value)) return <div class="controls" />;

  function end(): void {
    if (!sure) {
      openedAt.current = performance.now();
      endAsked.value = conference.id;
      say(t.conference.endAsk);
    } else if (performance.now() - openedAt.current > DOUBLE_CLICK_MS) {
      conferenceAction(conference, 'end');
    }
  }

  return (
    <div class="controls">
      <Action
        label={conference.locked ? t.conference.unlock : t.conference.lock} action="lock"
        icon={conference.locked ? 'unlock' : 'lock'} pending={asks(lockVerb)}
        onPress={() => conferenceAction(conference, lockVerb)}
      />
      <RecordingControls conference={conference} />
      {isRinging(conference) && (
        <Action
          key="cancelAll" label={t.conference.cancelAll} icon="cross" action="cancelAll"
          pending={isAsked({ on: 'conference', id: conference.id, verb: 'cancel_ringing' })}
          onPress={() => conferenceAction(conference, 'cancel_ringing')}
        />
      )}
      {away
        ? (
          <Action
            key="way" label={t.conference.rejoin} icon="enter" action="rejoin" pending={asks('rejoin')}
            disabled={!station.value} onPress={() => conferenceAction(conference, 'rejoin')}
          />
        )
        : (
          <Action
            key="way" label={t.conference.leave} icon="leave" action="leave" pending={asks('leave')}
            onPress={() => conferenceAction(conference, 'leave')}
          />
        )}
      <Action
        id={everyoneId(conference)} label={t.verbs.everyone} icon="people" action="everyone"
        opens={panelId(conference.id)} opened={panel.value === conference.id} onPress={() => togglePanel(conference.id)}
      />
      <Action
        label={sure ? t.conference.endSure : t.conference.end} icon="hangup" action="end" kind="danger"
        pending={asks('end') || conference.state === 'ending'} onPress={end}
      />
      {sure && (
        <Action label={t.conference.keep} kind="ghost" onPress={() => { endAsked.value = null; }} />
      )}
    </div>
  );
}

const everyoneId = (conference: ConferenceView): string => `everyone-${conference.id}`;

function Everyone({ conference }: { conference: ConferenceView }) {
  return (
    <Panel
      id={conference.id} label={t.verbs.everyoneLong} opener={shownKey('everyone')} table={mayChangeGroups.value ? CONFERENCE_VERBS : WITHOUT_GROUPS} words={t.verbs.conference}
      thing={conference} note={t.verbs.hosts} speaks={speaks(conference)}
      asked={askedOf(conference.id)} others={{ people: [], conferences: otherConferences(conference), sounds: soundsOf(conference), attendants: otherAttendants(conference), accessNumbers: accessNumbers(conference) }}
      onAsk={({ verb, body }) => {
        if (verb === 'save_group') return toGroup(conference);
        if (verb !== 'vote_open') return conferenceAction(conference, verb, body);
        // What is to be asked is written first.
        togglePanel(conference.id);
        voteForm.value = conference.id;
      }}
      onClose={() => {
        document.getElementById(everyoneId(conference))?.focus();
        togglePanel(conference.id);
      }}
    />
  );
}

const { saveGroup: _, ...WITHOUT_GROUPS } = CONFERENCE_VERBS;

function toGroup(conference: ConferenceView): void {
  saveAsGroup(conference);
  panel.value = null;
}

/** Who could have this conference. */
const otherAttendants = (conference: ConferenceView): Other[] => attendants.value
  .filter((one) => one.id !== conference.owner.id)
  .map((one) => ({ id: one.id, name: t.verbs.attendant(one.name, one.page_open) }));

/** A warning when somebody has left whose leaving ends it, or when its longest time is nearly over. */
const NEAR_MS = 60_000;

function EndsIn({ conference: { ends_at, end_due } }: { conference: ConferenceView }) {
  const at = end_due?.at ?? ends_at;
  if (!at) return null;
  const left = Date.parse(at) - now.value;
  const words = t.conference.endsIn(clockText(left));
  return end_due || left < NEAR_MS
    ? <State tone="warn" icon="clock">{[words, end_due && t.reason(end_due.reason)].filter(Boolean).join(': ')}</State>
    : <span class="elapsed">{words}</span>;
}

function Question({ conference }: { conference: ConferenceView }) {
  const deadline = Date.parse(conference.question?.deadline ?? '');
  const seconds = Math.max(0, Math.floor((deadline - now.value) / 1000));
  const asks = (verb: 'continue' | 'end'): boolean => isAsked({ on: 'conference', id: conference.id, verb });
  return (
    <div class="question" role="group" aria-labelledby="question-text">
      <p id="question-text">{t.conference.question(seconds)}</p>
      <Action
        label={t.conference.goOn} kind="primary" action="goOn" pending={asks('continue')}
        onPress={() => conferenceAction(conference, 'continue')}
      />
      <Action
        label={t.conference.stop} kind="danger" action="stop" pending={asks('end')}
        onPress={() => conferenceAction(conference, 'end')}
      />
    </div>
  );
}
