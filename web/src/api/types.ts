/**
 * What the server says and takes, in the server's own words.
 *
 * Written to match `src/engine/view.rs` and `messages.rs`; `npm run types` makes the same from the OpenAPI
 * document, and then this file only gives those schemas their short names.
 */

export type NodeState = 'down' | 'synchronising' | 'up' | 'paused';
export type CallState = 'waiting' | 'ringing' | 'talking' | 'held' | 'conference' | 'transferred' | 'ended';
export type ConferenceState = 'requested' | 'reserved' | 'assembling' | 'live' | 'ending' | 'ended' | 'refused';
export type LegState =
  | 'queued' | 'dialing' | 'ringing' | 'answered' | 'confirming' | 'joined' | 'left' | 'failed';
export type ParticipantRole = 'caller' | 'attendant' | 'guest';
export type Role = 'attendant' | 'supervisor' | 'administrator' | 'program';
export type CallKind = 'queue' | 'extension';

/** RFC 3339. */
export type Timestamp = string;

export interface Board {
  event_id: string;
  now: Timestamp;
  nodes: NodeView[];
  calls: CallView[];
  conferences: ConferenceView[];
}

export interface NodeView {
  id: string;
  state: NodeState;
  verified_at: Timestamp | null;
  since: Timestamp;
  reason?: string;
  version?: string;
  sessions: number;
  ports_free: number;
  ports_total: number;
}

export interface PartyView {
  name: string;
  number: string;
}

export interface UserRef {
  id: string;
  name: string;
}

export interface Notice {
  code: string;
  text: string;
  sip_status?: number;
}

export interface CallView {
  id: string;
  node_id: string;
  state: CallState;
  kind: CallKind;
  queue?: string;
  caller: PartyView;
  variables: Record<string, string>;
  attendant?: UserRef;
  station?: string;
  station_hold: boolean;
  arrived_at: Timestamp;
  since: Timestamp;
  conference_id?: string;
  notice?: Notice;
}

export interface Question {
  kind: 'caller_left';
  asked_at: Timestamp;
  deadline: Timestamp;
}

export interface ConferenceView {
  id: string;
  node_id: string;
  state: ConferenceState;
  call_id?: string;
  owner: UserRef;
  room: string;
  locked: boolean;
  ports: number;
  created_at: Timestamp;
  ended_at?: Timestamp;
  end_reason?: Notice;
  question?: Question;
  notice?: Notice;
  participants: ParticipantView[];
}

export interface ParticipantView {
  id: string;
  role: ParticipantRole;
  name: string;
  number: string;
  state: LegState;
  muted: boolean;
  talking: boolean;
  on_hold: boolean;
  cause?: Notice;
  pending?: string;
  legs: LegView[];
}

export interface LegView {
  id: string;
  number: string;
  state: LegState;
  since: Timestamp;
  cause?: Notice;
}

export interface Activity {
  id: string;
  type: string;
  sequence: number;
  at: Timestamp;
  call_id?: string;
  conference_id?: string;
  participant_id?: string;
  actor?: UserRef;
  text: string;
  reason?: Notice;
}

/** One change, tagged as `Status` is in the server. */
export type Status =
  | { type: 'snapshot'; data: Board }
  | { type: 'node'; data: NodeView }
  | { type: 'call'; data: CallView }
  | { type: 'call_gone'; data: { id: string } }
  | { type: 'conference'; data: ConferenceView }
  | { type: 'talking'; data: { conference_id: string; participant_id: string; talking: boolean } }
  | { type: 'activity'; data: Activity };

export interface Story {
  conference: ConferenceView;
  activities: Activity[];
}

export interface History {
  conferences: ConferenceView[];
  /** Hand it back as `before` for the page that follows. */
  next?: string | null;
}

export interface NewParticipant {
  name?: string;
  numbers: string[];
  confirm?: boolean;
}

export interface NewConference {
  call_id?: string;
  participants: NewParticipant[];
  include_attendant?: boolean;
  station?: string;
}

export interface SessionUser {
  id: string;
  name: string;
  role: Role;
  stations: string[];
}

export interface Session {
  user: SessionUser;
  csrf_token: string;
}

export interface InputError {
  pointer: string;
  detail: string;
}

/** RFC 9457. */
export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: InputError[];
}
