/** Raised hands and votes, as a page looks at them. Pure. */
import type { ConferenceView, ParticipantView, VoteView } from '../api/types.ts';

/** Whoever wants to speak, in the order in which they said so. */
export function handsOf(conference: ConferenceView): { one: ParticipantView; since: string }[] {
  return (conference.hands ?? []).flatMap(({ participant_id, raised_at }) => {
    const one = conference.participants.find((someone) => someone.id === participant_id);
    return one ? [{ one, since: raised_at }] : [];
  });
}

export const lastVote = (conference: ConferenceView): VoteView | null => conference.votes?.at(-1) ?? null;

/** The vote that is open: at most the last one. */
export function openVote(conference: ConferenceView): VoteView | null {
  const last = lastVote(conference);
  return last?.open ? last : null;
}

const nameOf = (one: ParticipantView): string => one.name || one.number;

/** Who said what; of a secret vote nobody knows. */
export function votersOf(conference: ConferenceView, vote: VoteView): { yes: string[]; no: string[]; missing: string[] } {
  const said = (answer: 'yes' | 'no'): string[] => vote.answers.filter((one) => one.answer === answer)
    .flatMap(({ participant_id }) => conference.participants.filter((one) => one.id === participant_id).map(nameOf));
  const voted = new Set(vote.answers.map(({ participant_id }) => participant_id));
  const missing = conference.participants.filter((one) => one.state === 'joined' && (!one.uninvited || one.moderator) && one.introduction !== 'waiting' && !voted.has(one.id)).map(nameOf);
  return { yes: said('yes'), no: said('no'), missing: vote.open ? missing : [] };
}
