// A scripted house: callers arrive, stations answer, and each participant's fate is in the last digit dialed,
// as in the demo: 1 busy, 2 declines, 3 never answers, 4 no such number, 5 answers late, 6 leaves after a while,
// 7 a machine that presses nothing; any other answers soon.
import { randomUUID } from 'node:crypto';

const id = (prefix) => `${prefix}_${randomUUID().replaceAll('-', '')}`;
const at = (ago = 0) => new Date(Date.now() - ago).toISOString();

export const USER = { id: id('user'), name: 'Mia Brandt', role: 'attendant', stations: ['1001', '1002'] };
const ME = { id: USER.id, name: USER.name };

const CALLERS = [
  { name: 'Rosa Lindqvist', number: '+46 8 555 010 22', queue: 'front desk' },
  { name: '王小明', number: '+86 10 5555 0133', queue: 'front desk' },
  { name: '', number: '+49 30 5550 187', queue: 'orders' },
];

const FATES = {
  1: { after: 400, state: 'failed', cause: { code: 'busy', text: 'Busy', sip_status: 486 } },
  2: { after: 900, state: 'failed', cause: { code: 'declined', text: 'Declined', sip_status: 603 } },
  3: { after: 6000, state: 'failed', cause: { code: 'no_answer', text: 'No answer' } },
  4: { after: 200, state: 'failed', cause: { code: 'no_such_number', text: 'No such number', sip_status: 404 } },
};

export class World {
  constructor({ send, speed = 1 }) {
    this.send = send;
    this.speed = speed;
    this.calls = new Map();
    this.conferences = new Map();
    this.stories = new Map();
    this.answers = new Map();
    this.sequence = 0;
    this.timers = new Set();
    this.node = {
      id: 'fs1', state: 'up', verified_at: at(), since: at(3_600_000), version: '1.11.3', sessions: 4,
      ports_free: 196, ports_total: 200,
    };
    this.every(2000, () => this.verify());
    CALLERS.forEach((caller, index) => this.later(index * 300, () => this.arrive(caller, 70_000 - index * 26_000)));
    this.every(4000, () => {
      if ([...this.calls.values()].filter((call) => call.state === 'waiting').length < 2) this.arrive(CALLERS[this.sequence % 3], 0);
    });
  }

  stop() {
    for (const timer of this.timers) clearTimeout(timer);
  }

  later(ms, run) {
    const timer = setTimeout(() => { this.timers.delete(timer); run(); }, ms / this.speed);
    this.timers.add(timer);
  }

  every(ms, run) {
    this.timers.add(setInterval(run, ms / this.speed));
  }

  board(eventId) {
    return {
      event_id: eventId, now: at(), nodes: [this.node], calls: [...this.calls.values()],
      conferences: [...this.conferences.values()],
    };
  }

  verify() {
    if (this.node.state !== 'up') return;
    this.node = { ...this.node, verified_at: at() };
    this.send('node', this.node);
  }

  setNode(state, reason) {
    this.node = { ...this.node, state, since: at(), ...(reason ? { reason } : {}) };
    if (!reason) delete this.node.reason;
    this.send('node', this.node);
  }

  tell(type, text, more = {}) {
    const activity = { id: id('evt'), type, sequence: (this.sequence += 1), at: at(), text, ...more };
    if (more.conference_id) this.stories.get(more.conference_id)?.push(activity);
    this.send('activity', activity);
  }

  arrive({ name, number, queue }, ago) {
    const call = {
      id: id('call'), node_id: 'fs1', state: 'waiting', kind: 'queue', queue, caller: { name, number },
      variables: queue === 'orders' ? { customer: 'C-20431', language: 'de' } : {}, station_hold: false,
      arrived_at: at(ago), since: at(ago),
    };
    this.setCall(call);
    this.tell('call.arrived', `${name || number} is waiting in ${queue}.`, { call_id: call.id });
    return call;
  }

  setCall(call, change = {}) {
    const next = { ...call, ...change };
    if (change.state) next.since = at();
    this.calls.set(next.id, next);
    this.send('call', next);
    return next;
  }

  gone(callId) {
    this.calls.delete(callId);
    this.send('call_gone', { id: callId });
  }

  callVerb(callId, verb, body) {
    const call = this.calls.get(callId);
    if (!call) return refuse(404, 'not_found', 'There is no such call any more.');
    const who = call.caller.name || call.caller.number;
    const told = { call_id: callId, actor: ME };
    const needs = { answer: ['waiting'], hold: ['talking'], resume: ['held'], hangup: ['talking', 'held', 'ringing'] }[verb];
    if (!needs) return refuse(404, 'not_found', 'No such action.');
    if (!needs.includes(call.state)) return refuse(409, 'wrong_state', `The call is ${call.state}; it cannot be asked to ${verb}.`);
    if (verb === 'answer') {
      const station = body.station ?? USER.stations[0];
      const ringing = this.setCall(call, { state: 'ringing', attendant: ME, station, notice: undefined });
      this.tell('call.ringing', `Station ${station} rings for ${who}.`, told);
      this.later(900, () => {
        if (this.calls.get(callId)?.state !== 'ringing') return;
        this.setCall(this.calls.get(callId), { state: 'talking' });
        this.tell('call.answered', `You are talking with ${who}.`, told);
      });
      return { status: 202, body: ringing };
    }
    if (verb === 'hangup') {
      this.later(120, () => {
        this.gone(callId);
        this.tell('call.ended', `The call with ${who} is over.`, told);
      });
      return { status: 202, body: call };
    }
    this.later(250, () => {
      this.setCall(this.calls.get(callId), { state: verb === 'hold' ? 'held' : 'talking' });
      this.tell(`call.${verb}`, verb === 'hold' ? `${who} is on hold.` : `You are talking with ${who} again.`, told);
    });
    return { status: 202, body: call };
  }

  setConference(conference) {
    this.conferences.set(conference.id, conference);
    this.send('conference', conference);
    return conference;
  }

  change(confId, partId, change, legChange) {
    const conference = this.conferences.get(confId);
    const participants = conference.participants.map((one) => {
      if (one.id !== partId) return one;
      const next = { ...one, ...change };
      if (change.state) {
        const leg = { ...next.legs.at(-1), state: change.state, since: at(), ...(change.cause ? { cause: change.cause } : {}), ...legChange };
        next.legs = [...next.legs.slice(0, -1), leg];
        if (['left', 'failed'].includes(change.state)) Object.assign(next, { talking: false, pending: undefined });
      }
      return next;
    });
    return this.setConference({ ...conference, participants });
  }

  participant(confId, partId) {
    return this.conferences.get(confId)?.participants.find((one) => one.id === partId);
  }

  makeParticipant(role, name, number, state) {
    return {
      id: id('part'), role, name, number, state, muted: false, talking: false, on_hold: false,
      legs: [{ id: randomUUID(), number, state, since: at() }],
    };
  }

  checkPeople(list) {
    const errors = [];
    if (!Array.isArray(list) || list.length === 0) return [{ pointer: '/participants', detail: 'Name at least one participant.' }];
    list.forEach((one, index) => one.numbers.forEach((number, nth) => {
      if (!/^[+\d\s()./-]+$/.test(number)) {
        errors.push({ pointer: `/participants/${index}/numbers/${nth}`, detail: `“${number}” is not a number that may be dialed.` });
      }
    }));
    return errors;
  }

  start(body, key) {
    const before = this.answers.get(key);
    if (before) return before.content === JSON.stringify(body) ? before.answer : refuse(409, 'key_reused', 'The key was used for another request.');
    const errors = this.checkPeople(body.participants);
    if (errors.length) return refuse(422, 'bad_input', 'Some numbers cannot be dialed.', errors);
    const call = body.call_id ? this.calls.get(body.call_id) : undefined;
    if (body.call_id && !call) return refuse(409, 'wrong_state', 'The call ended a moment ago. Start without it, or answer another.');
    const conference = {
      id: id('conf'), node_id: 'fs1', state: 'assembling', ...(call ? { call_id: call.id } : {}), owner: ME,
      room: 'sb-1', locked: false, ports: body.participants.length + 2, created_at: at(), participants: [],
    };
    if (call) {
      conference.participants.push(this.makeParticipant('caller', call.caller.name, call.caller.number, 'answered'));
      conference.participants.push(this.makeParticipant('attendant', USER.name, call.station, 'answered'));
    } else if (body.include_attendant) {
      conference.participants.push(this.makeParticipant('attendant', USER.name, body.station ?? '1001', 'ringing'));
    }
    conference.participants.push(...body.participants.map((one) => this.makeParticipant('guest', one.name ?? '', one.numbers[0], 'queued')));
    this.stories.set(conference.id, []);
    this.setConference(conference);
    const told = { conference_id: conference.id, actor: ME };
    this.tell('conference.requested', `${USER.name} asked for a conference of ${conference.participants.length}.`, told);
    this.later(call ? 250 : 50, () => {
      for (const one of conference.participants) if (one.state === 'answered') this.join(conference.id, one.id);
      if (call) this.setCall(this.calls.get(call.id), { state: 'conference', conference_id: conference.id });
      if (call) this.later(200, () => this.gone(call.id));
      for (const one of conference.participants) {
        if (one.state === 'queued') this.dial(conference.id, one.id);
        if (one.state === 'ringing') this.later(900, () => this.join(conference.id, one.id));
      }
    });
    this.chatter(conference.id);
    const answer = { status: 202, body: conference };
    if (key) this.answers.set(key, { content: JSON.stringify(body), answer });
    return answer;
  }

  add(confId, body) {
    const conference = this.conferences.get(confId);
    if (!conference) return refuse(404, 'not_found', 'There is no such conference.');
    const errors = this.checkPeople(body.participants);
    if (errors.length) return refuse(422, 'bad_input', 'Some numbers cannot be dialed.', errors);
    const fresh = body.participants.map((one) => this.makeParticipant('guest', one.name ?? '', one.numbers[0], 'queued'));
    const next = this.setConference({ ...conference, participants: [...conference.participants, ...fresh] });
    for (const one of fresh) this.later(80, () => this.dial(confId, one.id));
    return { status: 202, body: next };
  }

  join(confId, partId) {
    const one = this.participant(confId, partId);
    if (!one || ['left', 'failed'].includes(one.state)) return;
    this.change(confId, partId, { state: 'joined', cause: undefined });
    const conference = this.conferences.get(confId);
    if (conference.state === 'assembling') this.setConference({ ...conference, state: 'live' });
    this.tell('conference.participant.joined', `${one.name || one.number} joined.`, { conference_id: confId, participant_id: partId });
  }

  dial(confId, partId) {
    const one = this.participant(confId, partId);
    if (!one) return;
    const leg = one.legs.at(-1).id;
    const still = (run) => () => {
      const now = this.participant(confId, partId);
      if (now && now.legs.at(-1).id === leg && !['left', 'failed'].includes(now.state)) run();
    };
    const told = { conference_id: confId, participant_id: partId };
    this.change(confId, partId, { state: 'dialing', cause: undefined });
    const digit = one.number.replace(/\D/g, '').at(-1);
    const fate = FATES[digit];
    if (digit !== '4') {
      this.later(250, still(() => {
        this.change(confId, partId, { state: 'ringing' });
        this.tell('conference.participant.ringing', `${one.name || one.number} is ringing.`, told);
      }));
    }
    if (fate) {
      this.later(fate.after, still(() => {
        this.change(confId, partId, { state: fate.state, cause: fate.cause });
        this.tell('conference.participant.failed', `${one.name || one.number} was not reached: ${fate.cause.text.toLowerCase()}.`, { ...told, reason: fate.cause });
      }));
    } else if (digit === '7') {
      this.later(700, still(() => this.change(confId, partId, { state: 'confirming' })));
      this.later(7000, still(() => this.change(confId, partId, { state: 'failed', cause: { code: 'not_confirmed', text: 'Answered, but pressed nothing' } })));
    } else {
      this.later(digit === '5' ? 8000 : 900 + Math.random() * 900, still(() => this.join(confId, partId)));
      if (digit === '6') {
        this.later(10_000, still(() => {
          this.change(confId, partId, { state: 'left', cause: { code: 'hung_up', text: 'Hung up' } });
          this.tell('conference.participant.left', `${one.name || one.number} left.`, told);
        }));
      }
    }
  }

  chatter(confId) {
    this.later(1100, () => {
      const conference = this.conferences.get(confId);
      if (!conference || conference.state === 'ended') return;
      const inside = conference.participants.filter((one) => one.state === 'joined' && !one.muted);
      const speaker = inside[Math.floor(Math.random() * inside.length)];
      for (const one of inside) {
        const talking = one === speaker;
        if (one.talking !== talking) {
          this.conferences.set(confId, { ...this.conferences.get(confId), participants: this.conferences.get(confId).participants.map((p) => (p.id === one.id ? { ...p, talking } : p)) });
          this.send('talking', { conference_id: confId, participant_id: one.id, talking });
        }
      }
      this.chatter(confId);
    });
  }

  participantVerb(confId, partId, verb) {
    const one = this.participant(confId, partId);
    if (!one) return refuse(404, 'not_found', 'There is no such participant.');
    const over = ['left', 'failed'].includes(one.state);
    const fits = { mute: one.state === 'joined', unmute: one.state === 'joined', drop: one.state === 'joined', cancel: !over && one.state !== 'joined', redial: over }[verb];
    if (!fits) return refuse(409, 'wrong_state', `${one.name || one.number} is ${one.state}.`);
    const told = { conference_id: confId, participant_id: partId, actor: ME };
    const who = one.name || one.number;
    const pending = this.change(confId, partId, { pending: verb });
    this.later(350, () => {
      if (verb === 'mute' || verb === 'unmute') {
        this.change(confId, partId, { pending: undefined, muted: verb === 'mute', talking: false });
        this.tell(`conference.participant.${verb}d`, `${who} is ${verb}d.`, told);
      } else if (verb === 'redial') {
        const fresh = this.participant(confId, partId);
        this.change(confId, partId, { pending: undefined, state: 'queued', cause: undefined, legs: [...fresh.legs, { id: randomUUID(), number: one.number, state: 'queued', since: at() }] });
        this.dial(confId, partId);
      } else {
        const cause = verb === 'drop' ? { code: 'dropped', text: 'Dropped by the attendant' } : { code: 'cancelled', text: 'Cancelled' };
        this.change(confId, partId, { state: verb === 'drop' ? 'left' : 'failed', cause });
        this.tell('conference.participant.left', verb === 'drop' ? `${who} was dropped.` : `${who} is not rung any more.`, told);
      }
    });
    return { status: 202, body: pending };
  }

  conferenceVerb(confId, verb) {
    const conference = this.conferences.get(confId);
    if (!conference) return refuse(404, 'not_found', 'There is no such conference.');
    if (conference.state === 'ended') return refuse(409, 'wrong_state', 'The conference is over.');
    const told = { conference_id: confId, actor: ME };
    const attendant = conference.participants.find((one) => one.role === 'attendant');
    this.later(250, () => {
      const now = this.conferences.get(confId);
      if (verb === 'lock' || verb === 'unlock') {
        this.setConference({ ...now, locked: verb === 'lock' });
        this.tell(`conference.${verb}ed`, `The conference is ${verb}ed.`, told);
      } else if (verb === 'leave' && attendant) {
        this.change(confId, attendant.id, { state: 'left', cause: { code: 'left', text: 'Left; the conference goes on' } });
        this.tell('conference.attendant.left', `${USER.name} left; the conference goes on.`, told);
      } else if (verb === 'rejoin' && attendant) {
        this.change(confId, attendant.id, { state: 'ringing', cause: undefined, legs: [...attendant.legs, { id: randomUUID(), number: attendant.number, state: 'ringing', since: at() }] });
        this.later(700, () => this.join(confId, attendant.id));
      } else if (verb === 'continue') {
        this.setConference({ ...now, question: undefined });
        this.tell('conference.continued', 'The conference goes on without the caller.', told);
      } else if (verb === 'end') {
        this.setConference({ ...now, state: 'ending' });
        this.later(300, () => this.end(confId));
      }
    });
    return { status: 202, body: conference };
  }

  end(confId) {
    for (const one of this.conferences.get(confId).participants) {
      if (!['left', 'failed'].includes(one.state)) this.change(confId, one.id, { state: 'left' });
    }
    this.setConference({ ...this.conferences.get(confId), state: 'ended', ended_at: at(), end_reason: { code: 'ended_by_attendant', text: `${USER.name} ended it` } });
    this.tell('conference.ended', `${USER.name} ended the conference.`, { conference_id: confId, actor: ME });
  }

  // What a test cannot wait for: the caller hangs up just now.
  callerHangsUp() {
    const conference = [...this.conferences.values()].findLast((one) => one.state === 'live' || one.state === 'assembling');
    const caller = conference?.participants.find((one) => one.role === 'caller');
    if (!caller) return;
    this.change(conference.id, caller.id, { state: 'left', cause: { code: 'hung_up', text: 'Hung up' } });
    this.setConference({ ...this.conferences.get(conference.id), question: { kind: 'caller_left', asked_at: at(), deadline: at(-15_000) } });
    this.tell('conference.caller.left', `${caller.name || caller.number} hung up.`, { conference_id: conference.id, participant_id: caller.id });
  }

  history(before, limit) {
    const ended = [...this.conferences.values()].filter((one) => one.state === 'ended' && (!before || one.created_at < before))
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    const conferences = ended.slice(0, limit);
    return { conferences, ...(ended.length > limit ? { next: conferences.at(-1).created_at } : {}) };
  }
}

export function refuse(status, code, detail, errors = []) {
  return { status, body: { type: `urn:switchboard:${code}`, title: code.replaceAll('_', ' '), status, detail, code, ...(errors.length ? { errors } : {}) } };
}
