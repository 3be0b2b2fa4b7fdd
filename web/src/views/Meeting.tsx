/** Who wants to speak, and what the room is asked: above the people, because it wants the attendant's eye. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ConferenceView, VoteView } from '../api/types.ts';
import { conferenceAction, house, isAsked, participantAction, say, singleKeys, user, voteForm } from '../desk.ts';
import { clockText, now } from '../live/clock.ts';
import { handsOf, lastVote, votersOf } from '../live/meeting.ts';
import { mayAct } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { Action, Elapsed, Icon, State } from './parts.tsx';

const LONGEST_QUESTION = 200;
const SHORTEST_S = 5;
const LONGEST_S = 3600;

export function Hands({ conference }: { conference: ConferenceView }) {
  const hands = handsOf(conference);
  if (hands.length === 0) return null;
  const steers = !!user.value && mayAct(conference, user.value);
  const asks = (id: string, verb: 'give_floor' | 'lower_hand'): boolean => isAsked({ on: 'participant', conference: conference.id, id, verb });

  /** Inside the queue a digit gives the floor to whoever has that place. */
  function onKeyDown(event: KeyboardEvent): void {
    if (!singleKeys.value || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const hand = /^[1-9]$/.test(event.key) ? hands[Number(event.key) - 1] : undefined;
    if (!hand || !steers) return;
    event.preventDefault();
    participantAction(conference, hand.one.id, 'give_floor');
  }

  return (
    <section class="meeting" aria-labelledby="hands-heading" onKeyDown={onKeyDown} data-hands={hands.length}>
      <div class="meeting-top">
        <h3 id="hands-heading"><Icon name="hand" />{t.meeting.hands(hands.length)}</h3>
        {steers && hands.length > 1 && (
          <Action
            label={t.meeting.lowerAll} icon="down" action="lowerHands"
            pending={isAsked({ on: 'conference', id: conference.id, verb: 'lower_hands' })} onPress={() => conferenceAction(conference, 'lower_hands')}
          />
        )}
      </div>
      <ol class="hands">
        {hands.map(({ one, since }, place) => {
          const name = one.name || one.number;
          return (
            <li key={one.id} data-hand={one.id}>
              <span class="hand-name">{place + 1}. {name}</span>
              <Elapsed from={since} label={t.conference.since} />
              {steers && (
                <>
                  <Action
                    label={t.meeting.floor} of={name} icon="mic" {...(place === 0 ? { action: 'floor' as const } : { letter: place < 9 ? String(place + 1) : undefined })}
                    pending={asks(one.id, 'give_floor')} onPress={() => participantAction(conference, one.id, 'give_floor')}
                  />
                  <Action
                    label={t.meeting.lower} of={name} bare icon="down" {...(place === 0 && { action: 'lowerHand' as const })}
                    pending={asks(one.id, 'lower_hand')} onPress={() => participantAction(conference, one.id, 'lower_hand')}
                  />
                </>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const formId = (conference: ConferenceView): string => `vote-form-${conference.id}`;

/** What the room is to be asked. */
export function VoteForm({ conference }: { conference: ConferenceView }) {
  const form = useRef<HTMLFormElement>(null);
  const question = useRef<HTMLInputElement>(null);
  const seconds = useRef<HTMLInputElement>(null);
  const usually = house.value.nodes.some((node) => node.id === conference.node_id && node.secret_votes);
  const [secret, setSecret] = useState(usually);
  const [wrong, setWrong] = useState(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    question.current?.focus();
    form.current?.scrollIntoView({ block: 'nearest' });
    return () => {
      if (voteForm.peek() === conference.id) voteForm.value = null;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [conference.id]);

  const back = (): void => { voteForm.value = null; };

  function send(event: Event): void {
    event.preventDefault();
    const typed = seconds.current?.value.trim() ?? '';
    const count = Number(typed);
    const bad = typed !== '' && !(Number.isInteger(count) && count >= SHORTEST_S && count <= LONGEST_S);
    setWrong(bad);
    if (bad) return say(t.meeting.wrongSeconds(SHORTEST_S, LONGEST_S));
    conferenceAction(conference, 'vote_open', {
      question: question.current?.value.trim() ?? '', secret, ...(typed && { seconds: count }),
    });
    back();
  }

  return (
    <form
      class="verbs verbs-line vote-form" id={formId(conference)} ref={form} onSubmit={send} noValidate aria-label={t.meeting.open}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.isComposing) return;
        event.preventDefault();
        back();
      }}
    >
      <label for="vote-question">{t.meeting.question}</label>
      <input id="vote-question" ref={question} type="text" maxLength={LONGEST_QUESTION} autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked={secret} onChange={(event) => setSecret(event.currentTarget.checked)} />
        {t.meeting.secretBallot}
      </label>
      <label for="vote-seconds">{t.meeting.seconds}</label>
      <input
        id="vote-seconds" class="vote-seconds" ref={seconds} type="text" inputMode="numeric" autocomplete="off" aria-invalid={wrong ? 'true' : undefined}
        aria-describedby="vote-wrong" onInput={() => setWrong(false)}
      />
      <button type="submit" class="button primary">{t.meeting.open}</button>
      <p class="bad-text verbs-wrong" id="vote-wrong">{wrong && t.meeting.wrongSeconds(SHORTEST_S, LONGEST_S)}</p>
    </form>
  );
}

/** The last vote: how far it has come, or what came of it. */
export function Vote({ conference }: { conference: ConferenceView }) {
  const vote = lastVote(conference);
  if (!vote) return null;
  const { yes, no, missing } = votersOf(conference, vote);
  const lines: [string, string[]][] = [[t.meeting.yes, yes], [t.meeting.no, no], [t.meeting.notYet, missing]];
  return (
    <section class="meeting vote" aria-labelledby="vote-heading" data-vote={vote.open ? 'open' : 'closed'}>
      <div class="meeting-top">
        <h3 id="vote-heading">
          <State tone={vote.open ? 'busy' : 'calm'} icon="check">{vote.open ? t.meeting.isOpen(vote.secret) : t.meeting.isClosed(vote.secret)}</State>
          {vote.question && <span class="vote-question">{vote.question}</span>}
          {vote.open && vote.closes_at && <Closes at={vote.closes_at} />}
        </h3>
        {vote.open && !!user.value && mayAct(conference, user.value) && (
          <Action
            label={t.meeting.close} icon="check" action="vote" pending={isAsked({ on: 'conference', id: conference.id, verb: 'vote_close' })}
            onPress={() => conferenceAction(conference, 'vote_close')}
          />
        )}
      </div>
      <p class="vote-sums"><strong>{sums(vote)}</strong></p>
      {!vote.secret && (
        <dl class="voters">
          {lines.filter(([, names]) => names.length > 0).map(([word, names]) => (
            <div key={word}><dt>{word}</dt><dd>{names.join(', ')}</dd></div>
          ))}
        </dl>
      )}
    </section>
  );
}

function sums(vote: VoteView): string {
  const { yes, no, cast, missing, open } = vote;
  return yes == null || no == null ? t.meeting.cast(cast, missing) : t.meeting.sums(yes, no, missing, open);
}

function Closes({ at }: { at: string }) {
  return <span class="elapsed">{t.meeting.closesIn(clockText(Math.max(0, Date.parse(at) - now.value)))}</span>;
}
