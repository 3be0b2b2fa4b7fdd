// What the server can be asked for can be asked for on the page, by a control with a key that the help explains.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type KeyAction, shownKey } from '../src/keys/keymap.ts';
import { en } from '../src/strings/en.ts';
import { CONFERENCE_VERBS } from '../src/verbs/conference.ts';
import { PARTICIPANT_VERBS } from '../src/verbs/participant.ts';
import { keysOf, type Row, verbsOf } from '../src/verbs/verb.ts';

const { paths } = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8')) as { paths: Record<string, unknown> };
const served = (place: RegExp): string[] => Object.keys(paths).flatMap((path) => place.exec(path)?.[1] ?? []);

/** Controls that stand on the page by themselves, each with its key. */
const ALONE: Record<string, Record<string, KeyAction>> = {
  calls: { answer: 'answer', hold: 'hold', resume: 'resume', hangup: 'hangup', join: 'letIn' },
  conferences: {
    lock: 'lock', unlock: 'lock', leave: 'leave', rejoin: 'rejoin', end: 'end', continue: 'goOn', cancel_ringing: 'cancelAll', rescue: 'rescue',
    record: 'record', record_stop: 'record', record_pause: 'recordPause', record_resume: 'recordPause',
    lower_hands: 'lowerHands', vote_open: 'vote', vote_close: 'vote',
  },
  participants: { mute: 'mute', unmute: 'mute', drop: 'drop', redial: 'redial', cancel: 'cancel' },
};

const rows = (table: Record<string, Row<never, string>>): Row<never, string>[] => Object.values(table);
const PANELS: Record<string, Row<never, string>[]> = { calls: [], conferences: rows(CONFERENCE_VERBS), participants: rows(PARTICIPANT_VERBS) };
/** Asked of the conference, in the panel of a participant. */
const ELSEWHERE = rows({ sidebar: PARTICIPANT_VERBS.sidebar });

for (const [place, path] of Object.entries({
  calls: /^\/api\/v1\/calls\/\{call_id\}\/actions\/(\w+)$/, conferences: /^\/api\/v1\/conferences\/\{conference_id\}\/actions\/(\w+)$/,
  participants: /\/participants\/\{participant_id\}\/actions\/(\w+)$/,
})) {
  test(`every verb of ${place} has a control and a key`, () => {
    const verbs = served(path);
    assert.ok(verbs.length > 4, 'they are found in the document');
    for (const verb of verbs) {
      const alone = ALONE[place]?.[verb];
      const inPanel = [...(PANELS[place] ?? []), ...ELSEWHERE].find((row) => verbsOf(row).includes(verb));
      assert.ok(alone ? shownKey(alone) && en.help.actions[alone] : inPanel && keysOf(inPanel).every(Boolean), `${verb} has none`);
    }
  });
}
