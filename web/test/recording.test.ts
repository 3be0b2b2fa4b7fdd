import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConferenceView, RecordingView } from '../src/api/types.ts';
import { lostRecording, recordingOf } from '../src/live/recording.ts';

const recording = (state: RecordingView['state'], code?: string): RecordingView => ({
  id: 'rec_1', file: 'a.wav', state, asked_at: '2026-11-24T10:00:00Z', ...(code ? { reason: { code, text: code } } : {}),
});
const of = (...recordings: RecordingView[]): ConferenceView => ({ recordings }) as unknown as ConferenceView;

test('only the last recording can be under way', () => {
  assert.equal(recordingOf(of()), null);
  assert.equal(recordingOf(of(recording('ended', 'stopped'))), null);
  for (const state of ['starting', 'recording', 'paused'] as const) {
    assert.equal(recordingOf(of(recording('ended', 'stopped'), recording(state)))?.state, state);
  }
});

test('one that went wrong is told of until another is begun', () => {
  for (const code of ['by_itself', 'unseen', 'not_opened', 'not_announced', 'not_started']) {
    assert.ok(lostRecording(of(recording('ended', code))), code);
    assert.equal(lostRecording(of(recording('ended', code), recording('recording'))), null, code);
  }
  for (const code of ['stopped', 'conference_over']) assert.equal(lostRecording(of(recording('ended', code))), null, code);
});
