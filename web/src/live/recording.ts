/** What is being recorded. Pure. */
import type { ConferenceView, RecordingView } from '../api/types.ts';
import { isOver } from './house.ts';

export const isRecordingOver = (one: RecordingView): boolean => one.state === 'ended' || one.state === 'failed';

/** The recording that is not over: at most the last one. */
export function recordingOf(conference: ConferenceView): RecordingView | null {
  const last = conference.recordings?.at(-1);
  return last && !isRecordingOver(last) ? last : null;
}

/** The last recording, if it went wrong and none was begun since. */
export function lostRecording(conference: ConferenceView): RecordingView | null {
  const last = conference.recordings?.at(-1);
  const asWished = ['stopped', 'conference_over'];
  return last && isRecordingOver(last) && !asWished.includes(last.reason?.code ?? '') ? last : null;
}

/** Some talk apart, or somebody is heard by one only. */
export const isApart = ({ participants }: ConferenceView): boolean =>
  participants.some((one) => one.sidebar != null || (one.coaching != null && !isOver(one)));

/** Who talks apart is in the recording like everybody else, and should know. */
export const holdsApart = (conference: ConferenceView): boolean => recordingOf(conference) !== null && isApart(conference);
