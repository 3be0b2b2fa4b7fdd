/** Every word of the page, in English. Another language is one more file of this shape. */
import type {
  CallState, ConferenceState, LegState, NodeState, ParticipantRole, Role,
} from '../api/types.ts';
import type { KeyAction, KeyGroup } from '../keys/keymap.ts';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const en = {
  locale: 'en',
  product: 'Switchboard',
  title: (waiting: number): string => (waiting ? `(${waiting}) Switchboard` : 'Switchboard'),

  login: {
    heading: 'Sign in',
    lead: 'Answer callers and turn a call into a conference.',
    user: 'User name',
    password: 'Password',
    submit: 'Sign in',
    busy: 'Signing in…',
    wrong: 'User name or password is not right.',
    ended: 'Your session has ended. Sign in again; what you typed is still here.',
    unreachable: 'The server cannot be reached. Try again in a moment.',
  },

  loading: 'Loading…',
  noLanding: 'The server cannot be reached. Trying again…',
  skip: 'Skip to the call or conference',

  header: {
    nodes: 'Switches',
    account: 'Account',
    signOut: 'Sign out',
    help: 'Help',
    keysOff: 'Keys are off',
    stations: (list: string[]): string => (list.length ? `Station ${list.join(', ')}` : 'No station'),
    roles: {
      attendant: 'Attendant', supervisor: 'Supervisor', administrator: 'Administrator', program: 'Program',
    } satisfies Record<Role, string>,
    signOutFailed: 'Signing out did not work: ',
  },

  node: {
    states: {
      down: 'link down', synchronising: 'comparing', up: 'verified', paused: 'takes no new calls',
    } satisfies Record<NodeState, string>,
    verified: (ago: string): string => `verified ${ago} ago`,
    never: 'not verified yet',
    lastVerified: (ago: string): string => `last verified ${ago} ago`,
    ports: (free: number, total: number): string => `${free} of ${total} ports free`,
    doubt: {
      link: 'No link to the server: what you see may be out of date.',
      down: 'Link to the switch is down: what you see may be out of date.',
      synchronising: 'Comparing with the switch…',
      old: 'Not verified for a while: what you see may be out of date.',
    },
    stale: 'not verified',
  },

  link: {
    live: 'connected',
    lost: 'No link to the server',
    lostLong: 'The link to the server is lost. Calls go on; this page is trying to connect again.',
    back: 'Connected again.',
  },

  queue: {
    heading: 'Callers',
    waiting: 'Waiting',
    waitingCount: (count: number): string => plural(count, 'caller waits', 'callers wait'),
    none: 'Nobody is waiting.',
    calls: 'In a call',
    noCalls: 'No calls.',
    conferences: 'Conferences',
    noConferences: 'No conferences.',
    answer: 'Answer',
    answerLongest: 'Answer longest waiting',
    answerOn: 'Answer on station',
    answering: 'asked…',
    waited: 'waiting for',
    unknown: 'Unknown caller',
    open: (name: string): string => `Show ${name}`,
    stationRings: (station: string): string => (station ? `Your station ${station} rings` : 'Your station rings'),
    otherAnswers: (name: string): string => (name ? `${name} is answering` : 'Being answered'),
    withOther: (name: string): string => `with ${name}`,
    yours: 'yours',
    noStation: 'You have no station to answer on. Ask an administrator.',
    people: (inside: number, all: number): string => `${inside} of ${all} in`,
  },

  call: {
    states: {
      waiting: 'Waiting', ringing: 'Ringing', talking: 'Talking', held: 'On hold',
      conference: 'In a conference', transferred: 'Transferred', ended: 'Ended',
    } satisfies Record<CallState, string>,
    heading: (name: string): string => `Call with ${name}`,
    sentence: {
      waiting: 'Hears music and waits.',
      ringing: (station: string): string =>
        `${station ? `Station ${station}` : 'Your station'} is ringing: pick it up. The caller hears music.`,
      ringingOther: (name: string): string => `${name} is answering. The caller hears music.`,
      talking: 'You hear each other.',
      talkingOther: (name: string): string => `Talking with ${name}.`,
      held: 'The caller hears music.',
      conference: 'This call became a conference.',
      transferred: 'Given to somebody else.',
      ended: 'This call is over.',
    },
    stationHold: 'Your phone has this call on its own hold.',
    hold: 'Hold',
    resume: 'Resume',
    hangup: 'Hang up',
    queue: (name: string): string => `queue ${name}`,
    node: (id: string): string => `on ${id}`,
    details: 'What the switch told of this call',
    none: 'No call',
    noneLead: 'Answer a caller, or start a conference without one.',
    noneKeys: [['Enter', 'answers who waits longest'], ['C', 'goes to the line below'], ['?', 'shows every key']] as [string, string][],
  },

  conference: {
    states: {
      requested: 'Requested', reserved: 'Reserved', assembling: 'Assembling', live: 'Live',
      ending: 'Ending', ended: 'Ended', refused: 'Refused',
    } satisfies Record<ConferenceState, string>,
    heading: (name: string): string => `Conference with ${name}`,
    nameless: 'nobody yet',
    sentence: {
      requested: 'Asked for; nothing is dialed yet',
      reserved: 'Room and ports are set aside',
      assembling: 'The room is being made; everyone is rung',
      live: 'The room is open',
      ending: 'Hanging up the last legs',
      ended: 'This conference is over',
      refused: 'This conference was refused; nobody was dialed',
    } satisfies Record<ConferenceState, string>,
    /** `inside` is who is in it, or, once it is over, who was. */
    tally: (inside: number, ringing: number, failed: number, over: boolean): string =>
      [over ? `${inside} took part` : `${inside} in`, ringing ? `${ringing} being rung` : '', failed ? `${failed} not reached` : '']
        .filter(Boolean).join(' · '),
    lock: 'Lock',
    unlock: 'Unlock',
    locked: 'Locked',
    leave: 'Leave',
    rejoin: 'Come back',
    end: 'End for all',
    endSure: 'Really end for all',
    keep: 'Keep it',
    endAsk: 'Press E again to end the conference for everyone, Escape to keep it.',
    people: 'People in this conference',
    owner: (name: string): string => `asked for by ${name}`,
    question: (seconds: number): string =>
      `The caller hung up. Go on without them? Without an answer the ringing stops in ${seconds} s.`,
    questionSpoken: 'The caller hung up. Go on without them, or stop? Press Y to go on, N to stop.',
    goOn: 'Go on',
    stop: 'Stop',
    since: 'since',
  },

  leg: {
    states: {
      queued: 'Queued', dialing: 'Dialing', ringing: 'Ringing', answered: 'Answered',
      confirming: 'Asked to press 1', joined: 'In', left: 'Left', failed: 'Failed',
    } satisfies Record<LegState, string>,
    /** Given up by one of us: nothing went wrong. */
    givenUp: 'Cancelled',
    roles: { caller: 'Caller', attendant: 'Attendant', guest: '' } satisfies Record<ParticipantRole, string>,
    you: 'you',
    muted: 'Muted',
    talking: 'talking',
    onHold: 'on hold',
    mute: 'Mute',
    unmute: 'Unmute',
    drop: 'Drop',
    redial: 'Redial',
    cancel: 'Cancel',
    sip: (status: number): string => `SIP ${status}`,
    attempt: (count: number): string => `attempt ${count}`,
    pending: (what: string): string => ({
      mute: 'muting…', unmute: 'unmuting…', drop: 'dropping…', cancel: 'cancelling…', redial: 'redialing…',
      move: 'moving…', hangup: 'hanging up…',
    } as Record<string, string>)[what] ?? 'asked…',
    nobody: 'Nobody yet.',
    chooseFirst: 'Choose somebody with the arrow keys first.',
    cannot: (verb: string, name: string, state: string): string => `Cannot ${verb} ${name}: ${state}.`,
  },

  request: {
    label: {
      call: 'Who should join this call?',
      add: 'Add to this conference',
      cold: 'Start a conference without a call',
    },
    hint: 'Several: separated by commas or lines.',
    placeholder: 'zhang wei +49 30 123, 1004, Anna <030 123 456>',
    more: 'another name and number',
    start: { call: 'Start conference', add: 'Add and ring', cold: 'Start conference' },
    starting: 'Asked…',
    ringMe: (station: string): string => `Ring my station too${station ? ` (${station})` : ''}`,
    list: 'People to ring',
    edit: 'edit',
    editing: (text: string): string => `Edit ${text}`,
    remove: (text: string): string => `Remove ${text}`,
    chipHelp: 'Enter edits, Delete removes, arrows move.',
    duplicate: (other: string): string => `same number as ${other}`,
    noNumber: 'no number found',
    fixFirst: 'Some have no number. Edit or remove them, then start.',
    nobody: 'Type at least one number first.',
    refusedAt: (count: number): string => `Nobody was rung. Mend or remove what is marked (${count}), then start again.`,
    unknown: 'The server did not answer. What you typed is kept; press Start again, nobody is rung twice.',
    added: (names: string): string => `${names} added to the line.`,
    removed: (name: string): string => `${name} removed from the line.`,
    sent: 'Asked for the conference.',
    clear: 'Clear',
  },

  happened: {
    heading: 'What happened',
    tab: 'Now',
    history: 'History',
    none: 'Nothing yet. What happens is written here, newest first.',
    noHistory: 'No past conferences.',
    older: 'Older',
    reload: 'Refresh',
    loading: 'Loading…',
    failed: (why: string): string => `History could not be read: ${why}`,
    people: (count: number): string => plural(count, 'person', 'people'),
    by: (name: string): string => `by ${name}`,
    lasted: (text: string): string => `lasted ${text}`,
    legs: 'Each leg',
    events: 'What happened',
  },

  help: {
    heading: 'Keys and help',
    groups: {
      call: 'Call', conference: 'Conference', participant: 'The chosen participant', page: 'Page',
    } satisfies Record<KeyGroup, string>,
    single: 'Single-letter keys',
    singleHint: 'They never act while you type. Turn them off if you use speech input.',
    close: 'Close',
    also: 'On the request line',
    line: [
      ['Enter', 'makes a chip of what is typed; on an empty line: Start'],
      ['Ctrl + Enter', 'Start'],
      ['← →', 'move among chips (at the beginning of the line)'],
      ['Delete', 'removes the chip'],
      ['↓', 'goes to the participants'],
      ['Esc', 'leaves the line, so that single keys work again'],
    ] as [string, string][],
    about: 'What you see is what the switch confirmed. What is only asked for says so.',
    actions: {
      answer: 'Answer the longest waiting caller',
      hold: 'Hold the call',
      resume: 'Resume the call',
      hangup: 'Hang up the call',
      focusRequest: 'Go to the request line',
      lock: 'Lock or unlock',
      leave: 'Leave; the conference goes on',
      rejoin: 'Come back',
      end: 'End for all (asks first)',
      goOn: 'The caller hung up: go on',
      stop: 'The caller hung up: stop',
      next: 'Next participant',
      previous: 'Previous participant',
      mute: 'Mute or unmute',
      drop: 'Drop',
      redial: 'Redial (unchosen: the only one not reached)',
      cancel: 'Stop ringing (unchosen: the only one ringing)',
      help: 'This help',
      escape: 'Close, or keep the conference',
    } satisfies Record<KeyAction, string>,
  },

  say: {
    incoming: (name: string, queue: string | null | undefined): string =>
      `Incoming call: ${name}${queue ? `, queue ${queue}` : ''}.`,
    picture: (waiting: number, calls: number, conferences: number): string =>
      `${waiting ? plural(waiting, 'caller waits', 'callers wait') : 'Nobody waits'}. `
      + `${plural(calls, 'call', 'calls')}, ${plural(conferences, 'conference', 'conferences')}.`,
    more: (count: number): string => `${count} more.`,
    nodeDown: (id: string): string => `The link to switch ${id} is down. What you see of it may be out of date.`,
    nodeUp: (id: string): string => `Switch ${id} is verified again.`,
    noEffect: 'The server did not answer. Look whether it happened before you ask again.',
    nobodyWaits: 'Nobody is waiting.',
  },

  /** Reasons come as clauses, "the station hung up"; they are shown as sentences. */
  sentence: (text: string): string =>
    text && text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/u.test(text) ? '' : '.'),
  because: (text: string, reason?: string): string => (reason ? `${text}: ${reason}.` : `${text}.`),
  and: (list: string[]): string => new Intl.ListFormat('en', { type: 'conjunction' }).format(list),
  close: 'Close',
  dismiss: 'Dismiss',
};

export type Strings = typeof en;
