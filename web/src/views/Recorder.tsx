/** Recording a conference: the sign that it is recorded, what can be done about it, and what was recorded. */
import { useEffect, useState } from 'preact/hooks';
import { recordingUrl } from '../api/client.ts';
import type { ConferenceView, RecordingView } from '../api/types.ts';
import { conferenceAction, house, isAsked, readRecordings } from '../desk.ts';
import { clockText } from '../live/clock.ts';
import { lostRecording, recordingOf } from '../live/recording.ts';
import { t } from '../strings/index.ts';
import { Action, Icon, State } from './parts.tsx';

/** Nobody may wonder whether they are recorded. */
export function RecordingSign({ conference }: { conference: ConferenceView }) {
  const recording = recordingOf(conference);
  if (!recording) return null;
  const { state } = recording;
  return (
    <span data-recording={state}>
      {state === 'recording' && <State tone="bad" icon="record">{t.recording.on}</State>}
      {state === 'paused' && <State tone="warn" icon="pause">{t.recording.paused}</State>}
      {state === 'starting' && <State tone="busy" icon="record">{t.recording.starting}</State>}
    </span>
  );
}

/** What went wrong with the last one. */
export function RecordingLost({ conference }: { conference: ConferenceView }) {
  const lost = lostRecording(conference);
  return lost && <p class="sentence bad-text" data-recording-lost>{t.recording.lost(lost.reason?.text ?? '')}</p>;
}

export function RecordingControls({ conference }: { conference: ConferenceView }) {
  const recording = recordingOf(conference);
  const possible = house.value.nodes.some((node) => node.id === conference.node_id && node.records);
  if (!possible && !recording) return null;
  const asks = (verb: 'record' | 'record_stop' | 'record_pause' | 'record_resume'): boolean =>
    recording?.pending === verb || isAsked({ on: 'conference', id: conference.id, verb });
  if (!recording) {
    return (
      <Action
        key="record" label={t.recording.start} icon="record" action="record" pending={asks('record')}
        onPress={() => conferenceAction(conference, 'record')}
      />
    );
  }
  const turn = recording.state === 'paused' ? 'record_resume' : 'record_pause';
  return (
    <>
      <Action
        key="record" label={t.recording.stop} icon="stop" action="record" pending={asks('record_stop')}
        onPress={() => conferenceAction(conference, 'record_stop')}
      />
      {recording.state !== 'starting' && (
        <Action
          key="turn" label={turn === 'record_resume' ? t.recording.resume : t.recording.pause}
          icon={turn === 'record_resume' ? 'play' : 'pause'} action="recordPause" pending={asks(turn)}
          onPress={() => conferenceAction(conference, turn)}
        />
      )}
    </>
  );
}

/** Of a past conference. */
export function RecordingList({ conference }: { conference: ConferenceView }) {
  const recordings = conference.recordings ?? [];
  const [available, setAvailable] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (recordings.length === 0) return;
    // Without an answer there is nothing to offer; the list itself is complete.
    readRecordings(conference.id).then(setAvailable, () => {});
  }, [conference.id]);
  if (recordings.length === 0) return null;
  return (
    <>
      <h3>{t.recording.heading}</h3>
      <ul class="story recordings">
        {recordings.map((one) => (
          <li key={one.id}>
            {available.has(one.id)
              ? (
                <a class="button ghost small" href={recordingUrl(conference.id, one.id)} download={one.file}>
                  <Icon name="record" /><span>{t.recording.download(one.file)}</span>
                </a>
              )
              : <span>{one.file}</span>}{' '}
            <span class="quiet">{facts(one)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function facts(one: RecordingView): string {
  const long = one.milliseconds ? clockText(one.milliseconds) : null;
  return [long, one.bytes ? t.recording.size(one.bytes) : null, one.reason?.text].filter(Boolean).join(' · ');
}
