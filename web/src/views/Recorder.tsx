/** Recording a conference: the sign that it is recorded, what can be done about it, and what was recorded. */
import { useEffect, useState } from 'preact/hooks';
import { recordingUrl } from '../api/client.ts';
import type { ConferenceView, RecordingView } from '../api/types.ts';
import { conferenceAction, house, isAsked, readRecordings } from '../desk.ts';
import { clockText } from '../live/clock.ts';
import { isApart, lostRecording, recordingOf } from '../live/recording.ts';
import { locale, t } from '../strings/index.ts';
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
  return lost && <p class="sentence bad-text" data-recording-lost>{t.recording.lost(lost.reason ? t.reason(lost.reason) : '')}</p>;
}

/** Whoever talks apart, or coaches, may believe that nobody else will ever hear it. */
export function RecordingNote({ conference }: { conference: ConferenceView }) {
  if (!isApart(conference)) return null;
  if (recordingOf(conference)) return <p class="sentence warn-text" data-recording-apart="now"><Icon name="record" /> {t.recording.holdsApart}</p>;
  return records(conference) && <p class="sentence quiet" data-recording-apart="would">{t.recording.wouldHoldApart}</p>;
}

const records = (conference: ConferenceView): boolean => house.value.nodes.some((node) => node.id === conference.node_id && !!node.records);

export function RecordingControls({ conference }: { conference: ConferenceView }) {
  const recording = recordingOf(conference);
  if (!records(conference) && !recording) return null;
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

const sizeText = (bytes: number): string => {
  const [value, unit] = bytes < 1_000_000 ? [Math.ceil(bytes / 1000), 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
};

function facts(one: RecordingView): string {
  const long = one.milliseconds ? clockText(one.milliseconds) : null;
  return [long, one.bytes ? sizeText(one.bytes) : null, one.reason && t.reason(one.reason)].filter(Boolean).join(' · ');
}
