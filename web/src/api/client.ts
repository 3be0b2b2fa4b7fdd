/**
 * Requests to the server. Every refusal becomes a {@link Problem} in words; no answer at all becomes
 * {@link Unreachable}, because then nobody knows what happened.
 */
import type {
  Attendants, CallView, ConferenceView, Group, GroupList, History, LastTime, NewConference, NewGroup, NewParticipants, ProblemDetails,
  Recordings, Session, Story,
} from './types.ts';

export const BASE = '/api/v1';

/** Where the browser saves a story from. */
export const storyUrl = (id: string, format: 'csv' | 'json'): string => `${BASE}/conferences/${id}/story?format=${format}`;

/** Where a recording's file is. */
export const recordingUrl = (conference: string, id: string): string => `${BASE}/conferences/${conference}/recordings/${id}`;

/** The server understood, and refused. */
export class Problem extends Error {
  constructor(readonly status: number, readonly details: ProblemDetails) {
    super(details.detail || details.title || `The server answered ${status}.`);
  }
  get code(): string {
    return this.details.code ?? '';
  }
}

/** No answer: the request may have been carried out or not. */
export class Unreachable extends Error {}

export type CallVerb = 'answer' | 'hold' | 'resume' | 'hangup' | 'join';
export type ConferenceVerb = 'cancel_ringing' | 'lock' | 'unlock' | 'leave' | 'rejoin' | 'end' | 'continue'
  | 'mute' | 'unmute' | 'deaf' | 'undeaf' | 'hold' | 'unhold' | 'drop' | 'sidebar' | 'sidebar_end' | 'extend' | 'merge' | 'rescue'
  | 'record' | 'record_stop' | 'record_pause' | 'record_resume'
  | 'announce' | 'announce_stop' | 'hand_over' | 'wait_for_host' | 'wait_for_nobody'
  | 'lower_hands' | 'vote_open' | 'vote_close' | 'dial_in' | 'dial_in_pin' | 'dial_in_close';
export type ParticipantVerb = 'mute' | 'unmute' | 'drop' | 'redial' | 'cancel'
  | 'deaf' | 'undeaf' | 'hold' | 'unhold' | 'gain' | 'energy' | 'dtmf' | 'label'
  | 'promote' | 'demote' | 'listen' | 'speak' | 'end_with' | 'go_on_without' | 'sidebar_leave' | 'coach' | 'uncoach'
  | 'introduce' | 'admit' | 'replace' | 'move' | 'announce' | 'announce_stop'
  | 'raise_hand' | 'lower_hand' | 'give_floor';
/** What a verb is told besides its name. */
export type Told = Record<string, unknown>;

interface Options {
  body?: unknown;
  /** With a key a lost answer is asked for again: the server does nothing twice under one key. */
  key?: string;
  /** When the thing that is changed was changed last, as it was seen. */
  seen?: string;
}

const RETRY_AFTER_MS = [400, 1200];

export class Client {
  #csrf = '';

  constructor(
    /** The session is over, whatever was being asked. */
    private readonly onUnauthorised: () => void,
    private readonly fetcher: typeof fetch = (...given) => fetch(...given),
  ) {}

  async signIn(user: string, password: string): Promise<Session> {
    return this.#keep(await this.#send<Session>('POST', '/sessions', { body: { user, password } }));
  }

  /** The session this browser already has, or none. */
  async session(): Promise<Session | null> {
    try {
      return this.#keep(await this.#send<Session>('GET', '/sessions/current'));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  }

  async signOut(): Promise<void> {
    await this.#send('DELETE', '/sessions/current');
    this.#csrf = '';
  }

  call(id: string, verb: CallVerb, station?: string): Promise<CallView> {
    const body = verb === 'answer' && station ? { station } : {};
    return this.#authorised('POST', `/calls/${id}/actions/${verb}`, { body, key: newKey() });
  }

  /** A waiting caller into a conference that lives. */
  join(id: string, conference: string): Promise<ConferenceView> {
    return this.#authorised('POST', `/calls/${id}/actions/join`, { body: { conference_id: conference }, key: newKey() });
  }

  start(conference: NewConference, key: string): Promise<ConferenceView> {
    return this.#authorised('POST', '/conferences', { body: conference, key });
  }

  add(id: string, people: NewParticipants, key: string): Promise<ConferenceView> {
    return this.#authorised('POST', `/conferences/${id}/participants`, { body: people, key });
  }

  conference(id: string, verb: ConferenceVerb, body: Told = {}): Promise<ConferenceView> {
    return this.#authorised('POST', `/conferences/${id}/actions/${verb}`, { body, key: newKey() });
  }

  participant(conference: string, id: string, verb: ParticipantVerb, body: Told = {}): Promise<ConferenceView> {
    const path = `/conferences/${conference}/participants/${id}/actions/${verb}`;
    return this.#authorised('POST', path, { body, key: newKey() });
  }

  attendants(): Promise<Attendants> {
    return this.#authorised('GET', '/attendants');
  }

  groups(): Promise<GroupList> {
    return this.#authorised('GET', '/groups');
  }

  addGroup(group: NewGroup): Promise<Group> {
    return this.#authorised('POST', '/groups', { body: group });
  }

  /** In the place of the one that was seen; refused if somebody else has changed it since. */
  changeGroup(id: string, seen: string, group: NewGroup): Promise<Group> {
    return this.#authorised('PUT', `/groups/${id}`, { body: group, seen });
  }

  removeGroup({ id, changed_at: seen }: Pick<Group, 'id' | 'changed_at'>): Promise<void> {
    return this.#authorised('DELETE', `/groups/${id}`, { seen });
  }

  /** Whom the caller of this call asked for the last time. */
  lastTime(call: string): Promise<LastTime> {
    return this.#authorised('GET', `/calls/${call}/last_time`);
  }

  history(before?: string, limit = 25): Promise<History> {
    const query = new URLSearchParams({ limit: String(limit), ...(before ? { before } : {}) });
    return this.#authorised('GET', `/conferences?${query}`);
  }

  recordings(id: string): Promise<Recordings> {
    return this.#authorised('GET', `/conferences/${id}/recordings`);
  }

  story(id: string): Promise<Story> {
    return this.#authorised('GET', `/conferences/${id}/story`);
  }

  #keep(session: Session): Session {
    this.#csrf = session.csrf_token;
    return session;
  }

  async #authorised<T>(method: string, path: string, options: Options = {}): Promise<T> {
    try {
      return await this.#send<T>(method, path, options);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.onUnauthorised();
      throw error;
    }
  }

  async #send<T>(method: string, path: string, options: Options = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
    if (method !== 'GET' && this.#csrf) headers['X-CSRF-Token'] = this.#csrf;
    if (options.key) headers['Idempotency-Key'] = options.key;
    if (options.seen) headers['If-Match'] = `"${options.seen}"`;
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
    if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(options.body);
    }
    const response = await this.#reach(BASE + path, init, options.key ? RETRY_AFTER_MS : []);
    const text = await response.text().catch((cause: unknown) => {
      throw new Unreachable('The answer was cut off.', { cause });
    });
    if (response.ok) return (text ? JSON.parse(text) : undefined) as T;
    throw new Problem(response.status, problemDetails(text));
  }

  async #reach(url: string, init: RequestInit, retries: number[]): Promise<Response> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.fetcher(url, init);
      } catch (cause) {
        const pause = retries[attempt];
        if (pause === undefined) throw new Unreachable('The server cannot be reached.', { cause });
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
  }
}

/** Names one intention, so that asking twice does it once. */
export function newKey(): string {
  // `randomUUID` is missing where the page is not served over TLS or loopback.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A proxy in between may answer with anything. */
function problemDetails(text: string): ProblemDetails {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ProblemDetails) : {};
  } catch {
    return {};
  }
}
