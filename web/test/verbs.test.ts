import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConferenceView, ParticipantView } from '../src/api/types.ts';
import { meaning, type Press, shownKey } from '../src/keys/keymap.ts';
import { type Ask, hasHappened, leavesNoTrace, replaces, sameAsk } from '../src/live/asked.ts';
import { apply, EMPTY_HOUSE, type House } from '../src/live/house.ts';
import { en, type VerbWords } from '../src/strings/en.ts';
import { CHIP_VERBS } from '../src/verbs/chip.ts';
import { CONFERENCE_VERBS } from '../src/verbs/conference.ts';
import { marks } from '../src/verbs/marks.ts';
import { PARTICIPANT_VERBS } from '../src/verbs/participant.ts';
import { cameTrue, isOf, keysOf, type Row, rowOfKey, stepped, turned, verbsOf } from '../src/verbs/verb.ts';

const AT = '2026-11-23T10:00:00Z';
const person = (more: Partial<ParticipantView> = {}): ParticipantView => ({
  id: 'anna', role: 'guest', name: 'Anna', number: '2', state: 'joined', muted: false, talking: false, on_hold: false, legs: [], ...more,
});
const conference = (...participants: ParticipantView[]): ConferenceView => ({
  id: 'x', node_id: 'fs1', state: 'live', owner: { id: 'u', name: 'U' }, room: 'r', locked: false, ports: 3, created_at: AT, participants,
});
const houseOf = (one: ConferenceView): House =>
  apply(EMPTY_HOUSE, { type: 'snapshot', data: { event_id: 'b:1', now: AT, nodes: [], calls: [], conferences: [one] } });
const said = (more: Partial<ParticipantView>): string[] => marks(person(more), en).map(({ text }) => text);

test('within a panel no key means two things, nor what closes it; and every row has its words', () => {
  const tables = [
    [PARTICIPANT_VERBS, en.verbs.participant, shownKey('more')], [CONFERENCE_VERBS, en.verbs.conference, shownKey('everyone')],
    [CHIP_VERBS, en.verbs.chip, shownKey('more')],
  ] as const;
  for (const [table, words, opener] of tables) {
    const rows: [string, Row<never, string>][] = Object.entries(table);
    const keys = [opener, ...rows.flatMap(([, row]) => keysOf(row))];
    assert.equal(new Set(keys).size, keys.length, keys.join(' '));
    for (const [name, row] of rows) {
      const its: VerbWords | undefined = (words as Record<string, VerbWords>)[name];
      assert.ok(its?.label, name);
      assert.ok(row.kind !== 'typed' || (its.field && its.wrong), name);
    }
  }
});

test('every verb that is awaited is told as such', () => {
  const rows: Row<never, string>[] = Object.values(PARTICIPANT_VERBS);
  const unspoken = [...new Set(rows.flatMap(verbsOf))].filter((verb) => en.leg.pending(verb) === en.leg.pending('?'));
  const atOnce = [
    'listen', 'speak', 'promote', 'demote', 'end_with', 'go_on_without', 'label', 'replace', 'raise_hand', 'lower_hand', 'give_floor', 'hand_over',
  ];
  // Awaited for the conference as a whole: `arrange`.
  const arranged = ['sidebar', 'coach', 'uncoach', 'sidebar_leave', 'introduce', 'admit'];
  // Shown as what is played.
  const heard = ['announce', 'announce_stop'];
  assert.deepEqual(unspoken.sort(), [...atOnce, ...arranged, ...heard].sort());
  assert.notEqual(en.leg.pending('arrange'), en.leg.pending('?'));
});

test('a toggle asks for the other state', () => {
  const { hold } = PARTICIPANT_VERBS;
  assert.deepEqual(turned(hold, person()), { verb: 'hold' });
  assert.deepEqual(turned(hold, person({ hold: true })), { verb: 'unhold' });
  assert.equal(hold.offered(person({ state: 'ringing' })), false);
  assert.equal(PARTICIPANT_VERBS.listener.offered(person({ state: 'ringing' })), true);
});

test('steps go on from what was asked, and end at the ends', () => {
  const { gainIn } = PARTICIPANT_VERBS;
  assert.deepEqual(stepped(gainIn, person(), 1), { verb: 'gain', body: { gain_in: 1 } });
  assert.deepEqual(stepped(gainIn, person({ gain_in: -3 }), -1), { verb: 'gain', body: { gain_in: -4 } });
  assert.equal(stepped(gainIn, person({ gain_in: -4 }), -1), null);
  const asked = [{ verb: 'gain', body: { gain_in: 2 } }, { verb: 'gain', body: { gain_out: -1 } }];
  assert.deepEqual(stepped(gainIn, person({ gain_in: 1 }), 1, asked), { verb: 'gain', body: { gain_in: 3 } });
  assert.equal(rowOfKey(PARTICIPANT_VERBS, '>')?.name, 'gainOut');
  assert.equal(rowOfKey(PARTICIPANT_VERBS, '>')?.by, 1);
});

test('a sound and a text are two wishes of one verb', () => {
  const { announce, say } = CONFERENCE_VERBS;
  const [sound, text] = [{ verb: 'announce', body: { sound: 'chime' } }, { verb: 'announce', body: { text: 'Hello' } }];
  assert.deepEqual([isOf(announce, sound), isOf(say, sound)], [true, false]);
  assert.deepEqual([isOf(announce, text), isOf(say, text)], [false, true]);
});

test('a text is spoken if it is one', () => {
  const { say } = CONFERENCE_VERBS;
  for (const good of ['Don\'t worry: 5 minutes (or less)!', 'Grüße, “Zoë”', 'नमस्ते', '会议开始。', 'x'.repeat(300)]) {
    assert.deepEqual(say.read(` ${good} `), { text: good });
  }
  for (const bad of ['', ' ... ', '${uuid}', '{a}', 'a|b', 'a\\b', '<b>', 'a&b', 'a=b', 'x'.repeat(301)]) assert.equal(say.read(bad), null, bad);
});

test('what is typed is sent as the server takes it, or not at all', () => {
  const { keys, level, label } = PARTICIPANT_VERBS;
  assert.deepEqual(keys.read('12 34#a'), { digits: '1234#A' });
  for (const bad of ['', ' ', '12x', '1'.repeat(33)]) assert.equal(keys.read(bad), null, bad);
  assert.deepEqual(level.read('20000'), { level: 20000 });
  for (const bad of ['', '-1', '20001', '1e3', 'loud']) assert.equal(level.read(bad), null, bad);
  assert.deepEqual(label.read('  interpreter '), { label: 'interpreter' });
  assert.deepEqual(label.read(''), { label: '' }, 'an empty label is taken off');
  assert.equal(label.read('x'.repeat(121)), null);
});

test('asked is asked until the picture shows it', () => {
  const ask = (verb: string, body?: Record<string, unknown>) =>
    ({ on: 'participant', conference: 'x', id: 'anna', verb, ...(body && { body }) }) as Ask;
  const shows = (more: Partial<ParticipantView>) => houseOf(conference(person(more)));
  const effects: [Ask, Partial<ParticipantView>][] = [
    [ask('hold'), { hold: true }], [ask('deaf'), { deaf: true }], [ask('gain', { gain_in: 2 }), { gain_in: 2 }],
    [ask('energy', { level: 0 }), { energy: 0 }], [ask('label', { label: 'press' }), { label: 'press' }],
    [ask('promote'), { moderator: true }], [ask('listen'), { listener: true }],
  ];
  for (const [wish, effect] of effects) {
    assert.equal(hasHappened(wish, shows({})), false, wish.verb);
    assert.equal(hasHappened(wish, shows(effect)), true, wish.verb);
    assert.equal(hasHappened(wish, shows({ state: 'left' })), true, `${wish.verb}, and gone`);
  }
  assert.equal(hasHappened(ask('unhold'), shows({ hold: true })), false);
  assert.equal(hasHappened(ask('gain', { gain_out: 2 }), shows({ gain_in: 2 })), false, 'the two gains are two things');
  assert.equal(leavesNoTrace(ask('dtmf', { digits: '1' }), shows({})), true, 'only the server knows whether keys were pressed');
  assert.equal(leavesNoTrace(ask('mute'), shows({})), false);
});

test('a later step takes the place of the earlier; the other gain does not', () => {
  const gain = (body: Record<string, unknown>): Ask => ({ on: 'participant', conference: 'x', id: 'anna', verb: 'gain', body });
  assert.equal(replaces(gain({ gain_in: 2 }), gain({ gain_in: 1 })), true);
  assert.equal(sameAsk(gain({ gain_in: 2 }), gain({ gain_in: 1 })), false);
  assert.equal(replaces(gain({ gain_out: 2 }), gain({ gain_in: 1 })), false);
});

test('what is asked of everyone is done when it is so for all it is meant for', () => {
  const host = person({ id: 'ben', moderator: true });
  const me = person({ id: 'me', role: 'attendant' });
  const { mute, unmute, drop } = CONFERENCE_VERBS;
  assert.equal(cameTrue(CONFERENCE_VERBS, conference(me, host, person()), mute.wish), false);
  assert.equal(cameTrue(CONFERENCE_VERBS, conference(me, host, person({ muted: true })), mute.wish), true, 'hosts are spared');
  assert.equal(cameTrue(CONFERENCE_VERBS, conference(me, person({ muted: true })), unmute.wish), false);
  assert.equal(cameTrue(CONFERENCE_VERBS, conference(me, person({ muted: true, listener: true })), unmute.wish), true, 'listeners stay muted');
  assert.equal(cameTrue(CONFERENCE_VERBS, conference(me, host, person()), drop.wish), false);
  assert.equal(cameTrue(CONFERENCE_VERBS, conference(me, host, person({ state: 'left' })), drop.wish), true);
  assert.equal(drop.offered(conference(me, host)), false, 'there is nobody to drop');
  assert.equal(drop.offered(conference(me, person({ state: 'ringing' }))), false);
});

test('who talks apart with whom is said by name, and so is who is coached', () => {
  const all = [person(), person({ id: 'ben', name: 'Ben', sidebar: 1 }), person({ id: 'cem', name: '', number: '3', sidebar: 1 })];
  const told = (one: ParticipantView): string[] => marks(one, en, all).map(({ text }) => text);
  assert.deepEqual(told(all[1]!), ['Apart with 3']);
  assert.deepEqual(told(person({ coaching: 'ben' })), ['Heard by Ben only']);
  assert.deepEqual(told(person({ introduction: 'speaking', sidebar: 2 })), ['Being introduced']);
  assert.deepEqual(told(person({ state: 'ringing', replaces: 'ben' })), ['In place of Ben']);
});

test('who ends it by leaving is marked, who waits for the host is not merely on hold, and what is recorded is said', () => {
  assert.deepEqual(said({ end_conference_on_exit: true }), ['Ends it by leaving']);
  assert.deepEqual(said({ hold: true, waits_for_host: true }), ['Waits for the host, music']);
  const told = (more: Partial<ParticipantView>, around: object): string[] => marks(person(more), en, [person()], around).map(({ text }) => text);
  assert.deepEqual(told({ sidebar: 1 }, { recorded: true }).at(-1), 'recorded too');
  assert.deepEqual(told({ coaching: 'anna' }, { recorded: true }).at(-1), 'recorded too');
  assert.deepEqual(told({}, { recorded: true }), []);
  assert.deepEqual(told({ announcing: 'chime' }, { asked: true }), ['Is to hear chime…']);
  assert.deepEqual(told({ announcing: 'chime' }, {}), ['Hears chime']);
  const { endsIt } = PARTICIPANT_VERBS;
  assert.deepEqual(turned(endsIt, person()), { verb: 'end_with' });
  assert.equal(endsIt.offered(person({ state: 'left' })), false, 'it would end at once');
  assert.deepEqual(turned(CONFERENCE_VERBS.waitForHost, { ...conference(), wait_for_host: true }), { verb: 'wait_for_nobody' });
});

test('talking apart begins with the attendant, and coaching with nobody', () => {
  const { sidebar, coach } = PARTICIPANT_VERBS;
  const others = [{ id: 'me', name: 'Me', role: 'attendant' }, { id: 'ben', name: 'Ben', role: 'guest', sidebar: 1 }];
  assert.deepEqual(sidebar.picked(person(), others), ['me']);
  assert.deepEqual(sidebar.picked(person({ sidebar: 1 }), others), ['ben'], 'or with those they talk with');
  assert.deepEqual(sidebar.wish(person(), ['me']), { verb: 'sidebar', body: { participants: ['anna', 'me'] } });
  assert.deepEqual(coach.wish(person(), ['ben']), { verb: 'coach', body: { participant_id: 'ben' } });
  assert.deepEqual(coach.wish(person({ coaching: 'ben' }), []), { verb: 'uncoach' });
});

test('a replacement is one person with a number', () => {
  const { replace } = PARTICIPANT_VERBS;
  assert.deepEqual(replace.read('Dora <030 5550102>'), { with: { name: 'Dora', numbers: ['030 5550102'] } });
  for (const bad of ['', 'Dora', 'Dora 1, Emil 2']) assert.equal(replace.read(bad), null, bad);
});

test('those asked to talk apart do so when just they are in one sidebar', () => {
  const wish: Ask = { on: 'conference', id: 'x', verb: 'sidebar', body: { participants: ['anna', 'ben'] } };
  const with_ = (...sidebars: (number | null)[]) =>
    houseOf(conference(...['anna', 'ben', 'cem'].map((id, at) => person({ id, sidebar: sidebars[at] ?? null }))));
  assert.equal(hasHappened(wish, with_()), false);
  assert.equal(hasHappened(wish, with_(1, 2)), false);
  assert.equal(hasHappened(wish, with_(1, 1, 1)), false);
  assert.equal(hasHappened(wish, with_(1, 1)), true);
});

test('whose hold it is can be told apart', () => {
  assert.deepEqual(said({}), []);
  assert.deepEqual(said({ hold: true }), [en.leg.marks.hold]);
  assert.deepEqual(said({ on_hold: true }), [en.leg.marks.holdsUs]);
  assert.notEqual(en.leg.marks.hold, en.leg.marks.holdsUs);
});

test('what is set is said in words, and what is not heard any more is not said of who has left', () => {
  assert.deepEqual(said({ muted: true, deaf: true, gain_in: 2, gain_out: -1, moderator: true }),
    ['Muted', 'Deaf', 'Heard +2', 'Hears −1', 'Moderator']);
  assert.deepEqual(said({ muted: true, listener: true }), ['Only listens'], 'one word says both');
  assert.deepEqual(said({ listener: true }), ['Only listens: not muted yet'], 'never quieter than the truth');
  assert.deepEqual(said({ listener: true, state: 'ringing' }), ['Only listens']);
  assert.deepEqual(said({ state: 'left', muted: true, on_hold: true, moderator: true }), ['Moderator']);
});

const press = (more: Partial<Press>): Press => ({ key: 'm', ctrl: false, alt: false, meta: false, repeat: false, composing: false, at: 'panel', ...more });

test('a panel leaves to the page only what is for its participant', () => {
  assert.equal(meaning(press({}), true), 'mute');
  for (const key of ['e', 'l', 'a', 'x', '?', ',', 'Escape', 'ArrowDown', 'Enter']) assert.equal(meaning(press({ key }), true), null, key);
  assert.equal(meaning(press({ key: '.', at: 'row' }), true), 'more');
  assert.equal(meaning(press({ key: ',', at: 'page' }), true), 'everyone');
});

test('how somebody comes in has the key that changes it when they are in', () => {
  assert.equal(CHIP_VERBS.listener.key, PARTICIPANT_VERBS.listener.key);
  assert.equal(CHIP_VERBS.moderator.key, PARTICIPANT_VERBS.moderator.key);
  assert.equal(CHIP_VERBS.introduce.key, PARTICIPANT_VERBS.introduce.key);
  assert.deepEqual(turned(CHIP_VERBS.listener, { id: 1, name: '', numbers: [], listener: true }), { verb: 'listener' });
});

test('a conference is handed over to one person, with a note, and has happened when it is theirs', () => {
  const row = CONFERENCE_VERBS.handOver;
  const wish = row.wish(conference(), ['user_2'], 'The doctor is late.');
  assert.deepEqual(wish, { verb: 'hand_over', body: { user: 'user_2', note: 'The doctor is late.' } });
  assert.equal(row.happened(conference(), wish), false);
  assert.equal(row.happened({ ...conference(), owner: { id: 'user_2', name: 'Ben' } }, wish), true);
});

test('hands and votes are shown as the switch has them, and a secret one as nobody has it', () => {
  assert.deepEqual(said({ hand_raised_at: AT }), ['Hand up']);
  assert.deepEqual(said({ moderator: true, in_charge: true, vote: 'no' }), ['No', 'In charge, by phone']);
  assert.deepEqual(said({ vote: 'secret' }), ['Has voted']);
  assert.deepEqual(said({ hand_raised_at: AT, state: 'left' }), []);
  const asks = (verb: 'lower_hands' | 'vote_open' | 'vote_close' | 'hand_over', body?: Record<string, unknown>): Ask =>
    ({ on: 'conference', id: 'x', verb, ...(body && { body }) });
  const vote = { number: 1, question: '', secret: false, open: true, opened_at: AT, cast: 0, missing: 1, answers: [] };
  const asked = { ...conference(person()), hands: [{ participant_id: 'anna', raised_at: AT }], votes: [vote] };
  assert.equal(hasHappened(asks('lower_hands'), houseOf(asked)), false);
  assert.equal(hasHappened(asks('vote_open'), houseOf(asked)), true);
  assert.equal(hasHappened(asks('vote_close'), houseOf(asked)), false);
  assert.equal(hasHappened(asks('lower_hands'), houseOf({ ...asked, hands: [] })), true);
  assert.equal(hasHappened(asks('vote_close'), houseOf({ ...asked, votes: [{ ...vote, open: false }] })), true);
  const lead = asks('hand_over', { participant_id: 'anna', note: '' });
  assert.equal(hasHappened(lead, houseOf(asked)), false);
  assert.equal(hasHappened(lead, houseOf(conference(person({ in_charge: true })))), true);
});
