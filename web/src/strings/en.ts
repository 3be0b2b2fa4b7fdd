/** Every word of the page, in English. Another language is one more file of this shape. */
import type {
  BallotView, CallState, ConferenceState, LegState, NodeState, ParticipantRole, Role,
} from '../api/types.ts';
import type { KeyAction, KeyGroup } from '../keys/keymap.ts';
import type { Shown } from '../live/progress.ts';
import type { Property } from '../request/draft.ts';
import type { ConferenceRow } from '../verbs/conference.ts';
import type { ParticipantRow } from '../verbs/participant.ts';

const WRONG_SPEECH = 'Up to 300 letters and digits, and . , ; : ! ? ( ) / % + -';

/** What a verb is called; for what is typed, what the field is called and what is wrong with it. */
export interface VerbWords {
  label: string;
  field?: string;
  wrong?: string;
  /** For those who are picked: what sends them, what takes it back, what is said if there is nobody. */
  send?: string;
  none?: string;
  nobody?: string;
  /** What a field for a few words that go with it is called. */
  note?: string;
}

/** What is known of something that happened. */
export interface Told {
  type: string;
  text: string;
  /** Whom it is about, and who did it; may be empty. */
  who: string;
  by: string;
  /** Why, in the words of this language; may be empty. */
  why: string;
  number: string;
}

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
    language: 'Language',
    asBrowser: 'As the browser is set',
  },

  /** How long ago, in as few letters as can be read. */
  ago: {
    seconds: (count: number): string => `${count} s`,
    minutes: (count: number): string => `${count} min`,
    hours: (count: number): string => `${count} h`,
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
    storeDown: 'Nothing can be written down now: calls go on, but nobody is rung',
  },

  link: {
    lost: 'No link to the server',
    lostLong: 'The link to the server is lost. Calls go on; this page is trying to connect again.',
    back: 'Connected again.',
  },

  queue: {
    heading: 'Callers',
    waiting: 'Waiting',
    none: 'Nobody is waiting.',
    calls: 'In a call',
    noCalls: 'No calls.',
    conferences: 'Conferences',
    noConferences: 'No conferences.',
    answer: 'Answer',
    answerOn: 'Answer on station',
    waited: 'waiting for',
    unknown: 'Unknown caller',
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
    backTo: (conference: string): string => `Let back in with ${conference}`,
    letInto: (conference: string): string => `Let in with ${conference}`,
    cameBack: 'Was in a conference; the line dropped.',
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
    cancelAll: 'Call off ringing',
    lock: 'Lock',
    unlock: 'Unlock',
    locked: 'Locked',
    /** When it ends by itself. */
    announcing: (sound: string): string => `being played: ${sound}`,
    speaking: (text: string): string => `being spoken: “${text}”`,
    announceAsked: (sound: string): string => `is to be played: ${sound}…`,
    waitsForHost: 'Waits for the host',
    endsIn: (clock: string): string => `ends in ${clock}`,
    arranging: 'arranging who hears whom…',
    dialIn: {
      at: 'Dial in at',
      pin: 'PIN',
      noPin: 'no PIN: whoever dials is in',
      wrong: (count: number, last: string): string =>
        `${plural(count, 'wrong PIN', 'wrong PINs')}${last ? `, last from ${last}` : ''}`,
    },
    leave: 'Leave',
    rejoin: 'Come back',
    end: 'End for all',
    endSure: 'Really end for all',
    keep: 'Keep it',
    endAsk: 'Press E again to end the conference for everyone, Escape to keep it.',
    people: 'People in this conference',
    rescue: 'Ring everybody again',
    rescueSpoken: 'The conference was lost with FreeSWITCH. Press W to ring everybody again.',
    rescued: 'Everybody who was in was rung again.',
    rescuedBy: 'Show the conference it became',
    owner: (name: string): string => `asked for by ${name}`,
    question: (seconds: number): string =>
      `The caller hung up. Go on without them? Without an answer the ringing stops in ${seconds} s.`,
    handedOver: (from: string, note: string): string => `${from} handed this conference over${note ? `: ${note}` : '.'}`,
    questionSpoken: 'The caller hung up. Go on without them, or stop? Press Y to go on, N to stop.',
    goOn: 'Go on',
    stop: 'Stop',
    since: 'since',
  },

  progress: {
    heading: 'How far it has come, and whom to show',
    words: {
      all: 'in all', joined: 'in', ringing: 'being rung', waiting: 'waiting', failed: 'not reached', left: 'left',
    } satisfies Record<Shown, string>,
    spoken: (joined: number, total: number, ringing: number, waiting: number, failed: number): string =>
      [`${joined} of ${total} are in`, ringing ? `${ringing} being rung` : '', waiting ? `${waiting} waiting` : '',
        failed ? `${failed} not reached` : ''].filter(Boolean).join(', '),
  },

  meeting: {
    hands: (count: number): string => (count === 1 ? '1 wants to speak' : `${count} want to speak`),
    floor: 'Give the floor',
    lower: 'Lower the hand of',
    lowerAll: 'Lower all hands',
    noHands: 'Nobody has a hand up.',
    open: 'Vote',
    close: 'Close the vote',
    question: 'Question, if you like',
    secretBallot: 'Secret',
    seconds: 'Closes after (s)',
    wrongSeconds: (least: number, most: number): string => `A number of seconds from ${least} to ${most}, or nothing.`,
    isOpen: (secret: boolean): string => (secret ? 'Secret vote, open' : 'Vote, open'),
    isClosed: (secret: boolean): string => (secret ? 'Secret vote, closed' : 'Vote, closed'),
    closesIn: (clock: string): string => `closes in ${clock}`,
    yes: 'Yes',
    no: 'No',
    notYet: 'Not yet',
    sums: (yes: number, no: number, missing: number, open: boolean): string =>
      `${yes} yes · ${no} no · ${missing} ${open ? 'not yet' : 'did not vote'}`,
    /** Of a secret vote that is open, whose sums nobody sees. */
    cast: (cast: number, missing: number): string => `${cast} voted · ${missing} not yet`,
  },

  recording: {
    on: 'Recording',
    paused: 'Recording paused',
    starting: 'Recording begins…',
    start: 'Record',
    stop: 'Stop recording',
    pause: 'Pause recording',
    resume: 'Record on',
    lost: (why: string): string => `The last recording: ${why}.`,
    /** Somebody talks apart, or coaches, while it is recorded; paused: it will, when it goes on. */
    holdsApart: 'The recording holds those who talk apart, and what a coach says, too.',
    wouldHoldApart: 'A recording would hold those who talk apart, and what a coach says, too.',
    apartIsHeld: 'This conference is being recorded: the recording holds what they say, too.',
    heading: 'Recordings',
    download: (file: string): string => `Download ${file}`,
  },

  leg: {
    states: {
      queued: 'Queued', dialing: 'Dialing', ringing: 'Ringing', answered: 'Answered',
      confirming: 'Asked to press 1', joined: 'In', left: 'Left', failed: 'Failed',
    } satisfies Record<LegState, string>,
    /** Somebody who was busy waits to be called again. */
    again: 'Busy',
    againIn: (seconds: number): string => `again in ${seconds} s`,
    /** Called on several at once. */
    numbers: (count: number): string => `on ${count} numbers`,
    /** Given up by one of us: nothing went wrong. */
    givenUp: 'Cancelled',
    roles: { caller: 'Caller', attendant: 'Attendant', guest: '' } satisfies Record<ParticipantRole, string>,
    you: 'you',
    marks: {
      uninvited: 'Nobody asked for them',
      muted: 'Muted',
      listens: 'Only listens',
      /** Wanted to listen only, and can be heard still. */
      listensAloud: 'Only listens: not muted yet',
      deaf: 'Deaf',
      /** We put them on hold. */
      hold: 'On hold, music',
      /** Their own phone has put us on hold. */
      holdsUs: 'Holds us',
      heard: (gain: string): string => `Heard ${gain}`,
      hears: (gain: string): string => `Hears ${gain}`,
      moderator: 'Moderator',
      inCharge: 'In charge, by phone',
      hand: 'Hand up',
      vote: { yes: 'Yes', no: 'No', secret: 'Has voted' } satisfies Record<BallotView, string>,
      endsIt: 'Ends it by leaving',
      waits: 'Waits for the host, music',
      /** Beside that they talk apart, or coach. */
      recorded: 'recorded too',
      /** They called the access number themselves. */
      dialedIn: 'Dialed in',
      announcing: (sound: string): string => `Hears ${sound}`,
      announceAsked: (sound: string): string => `Is to hear ${sound}…`,
      apart: (names: string[]): string => (names.length > 2 ? `Apart with ${names.length}` : `Apart with ${names.join(', ') || 'nobody'}`),
      coaching: (name: string): string => `Heard by ${name} only`,
      waitsForIntroduction: 'Waits to be introduced',
      beingIntroduced: 'Being introduced',
      replaces: (name: string): string => `In place of ${name}`,
    },
    talking: 'talking',
    mute: 'Mute',
    unmute: 'Unmute',
    drop: 'Drop',
    redial: 'Redial',
    cancel: 'Cancel',
    sip: (status: number): string => `SIP ${status}`,
    attempt: (count: number): string => `attempt ${count}`,
    pending: (what: string): string => ({
      mute: 'muting…', unmute: 'unmuting…', drop: 'dropping…', cancel: 'cancelling…', redial: 'redialing…',
      move: 'moving…', hangup: 'hanging up…', deaf: 'making deaf…', undeaf: 'letting hear…', hold: 'putting on hold…',
      unhold: 'taking off hold…', arrange: 'arranging…', gain: 'setting volume…', energy: 'setting level…', dtmf: 'pressing keys…',
    } as Record<string, string>)[what] ?? 'asked…',
    nobody: 'Nobody yet.',
    chooseFirst: 'Choose somebody with the arrow keys first.',
    listensOnly: (name: string): string => `${name} only listens. Let them speak first: More, Only listens.`,
    hold: 'Hold',
    cannot: (verb: string, name: string, state: string): string => `Cannot ${verb} ${name}: ${state}.`,
  },

  verbs: {
    more: 'More',
    moreOf: (name: string): string => `What can be asked for ${name}`,
    everyone: 'Everyone',
    everyoneLong: 'What can be asked for everyone',
    /** Beside what takes back what everyone was asked. */
    hosts: 'Hosts are the attendant and the moderators.',
    off: 'Only for somebody who is in.',
    /** A control, and what it is set to now. */
    valued: (what: string, value: string): string => `${what}: ${value}`,
    /** A control that wants something typed. */
    typed: (what: string): string => `${what}…`,
    less: (what: string): string => `${what}: quieter`,
    louder: (what: string): string => `${what}: louder`,
    send: 'Send',
    set: 'Set',
    sure: (what: string): string => `Really: ${what}`,
    sureSpoken: (what: string, key: string): string => `${what}: press ${key} again to do it, Escape not to.`,
    participant: {
      hold: { label: 'Hold with music' },
      deaf: { label: 'Deaf' },
      listener: { label: 'Only listens' },
      moderator: { label: 'Moderator' },
      hand: { label: 'Hand up' },
      floor: { label: 'Give the floor' },
      lead: { label: 'Put in charge', field: 'A note, if you like', wrong: 'At most 500 characters.' },
      endsIt: { label: 'Ends it by leaving' },
      gainIn: { label: 'Is heard' },
      gainOut: { label: 'Hears' },
      level: {
        label: 'Speaking level', field: 'Counts as speaking from (0 to 20000)', wrong: 'A number from 0 to 20000.',
      },
      keys: {
        label: 'Press keys', field: 'Keys their end is to hear', wrong: 'Up to 32 of 0 to 9, *, #, A to D.',
      },
      label: { label: 'Label', field: 'What else people should know', wrong: 'At most 120 characters.' },
      sidebar: { label: 'Talk apart', field: 'Talks apart with', send: 'Take aside', wrong: 'Tick at least one.', nobody: 'Nobody else is in.' },
      coach: { label: 'Coach', field: 'Hears all, and is heard only by', none: 'Everybody again', nobody: 'Nobody else is in.' },
      replace: { label: 'Replace', field: 'Who takes their place', wrong: 'One name and number.' },
      move: { label: 'To another conference', field: 'Goes over to the conference of' },
      announce: { label: 'Play a sound', field: 'Is played to them only', nobody: 'There are no sounds.' },
      say: { label: 'Say a text', field: 'Is spoken to them only', send: 'Say it', wrong: WRONG_SPEECH },
      announceStop: { label: 'Stop the sound' },
      back: { label: 'Back to the room' },
      introduce: { label: 'Speak with them' },
      admit: { label: 'Let in' },
    } satisfies Record<ParticipantRow, VerbWords>,
    conference: {
      mute: { label: 'Mute all but hosts' },
      unmute: { label: 'Unmute all' },
      hold: { label: 'Hold all but hosts' },
      unhold: { label: 'Take all back' },
      deaf: { label: 'Deafen all but hosts' },
      undeaf: { label: 'Let all hear' },
      drop: { label: 'Drop all but hosts' },
      together: { label: 'End talks apart' },
      extend: { label: 'A quarter of an hour more' },
      waitForHost: { label: 'Wait for the host' },
      saveGroup: { label: 'Save as a group' },
      announce: { label: 'Play a sound', field: 'Is played to all', nobody: 'There are no sounds.' },
      say: { label: 'Say a text', field: 'Is spoken to all', send: 'Say it', wrong: WRONG_SPEECH },
      announceStop: { label: 'Stop the sound' },
      vote: { label: 'Vote…' },
      merge: { label: 'Join with another', field: 'All go over to the conference of' },
      handOver: {
        label: 'Hand over', field: 'Hand this conference over to', note: 'A note for them, if you like', wrong: 'Choose to whom.', nobody: 'Nobody else works here.',
      },
      dialIn: { label: 'Let people dial in', field: 'People dial in at', nobody: 'There are no access numbers.' },
      newPin: { label: 'New PIN for dialing in' },
      ownPin: { label: 'Choose the PIN', field: 'PIN people type to come in', wrong: '4 to 12 digits, as PINs have here.' },
      closeDialIn: { label: 'Let nobody else dial in' },
    } satisfies Record<ConferenceRow, VerbWords>,
    chip: {
      introduce: { label: 'Introduce to me first' },
      listener: { label: 'Only listens' },
      moderator: { label: 'Moderator' },
      end_conference_on_exit: { label: 'Ends it by leaving' },
    } satisfies Record<Property, VerbWords>,
    /** Somebody a conference can be handed over to. */
    attendant: (name: string, pageOpen: boolean): string => (pageOpen ? name : `${name} (no page open)`),
  },

  request: {
    label: {
      call: 'Who should join this call?',
      add: 'Add to this conference',
      cold: 'Start a conference without a call',
    },
    hint: 'Several: separated by commas or lines. Numbers of one person: <1 | 2> in order, <1 & 2> at once.',
    placeholder: 'zhang wei +49 30 123, 1004, Anna <030 123 456>',
    more: 'another name and number',
    start: { call: 'Start conference', add: 'Add and ring', cold: 'Start conference' },
    starting: 'Asked…',
    options: {
      heading: 'Options',
      chosen: (count: number): string => plural(count, 'option set', 'options set'),
      asConfigured: 'as configured',
      max: 'Longest time, in minutes',
      nobody: 'Ends if nobody came within, in minutes',
      wrong: (least: number, most: number): string => `A number from ${least} to ${most}, or nothing.`,
      beep: 'Tone at the door',
      beeps: {
        true: 'who comes and who leaves', on_enter: 'who comes', on_exit: 'who leaves', name: 'their names, spoken', false: 'none',
      },
      attendantLeaves: 'Ends when I leave',
      callerLeaves: 'Ends when the caller leaves',
      oneLeft: 'Ends when only one is left',
      waitForHost: 'Music until a host is there',
      dialIn: 'Can be dialed into, with a PIN',
    },
    together: 'Ring together',
    asLastTime: 'As last time',
    groupSize: (count: number): string => plural(count, 'person', 'people'),
    ringMe: (station: string): string => `Ring my station too${station ? ` (${station})` : ''}`,
    meFirst: 'Me first: ring the others when I am in',
    list: 'People to ring',
    edit: 'edit',
    editing: (text: string): string => `Edit ${text}`,
    remove: (text: string): string => `Remove ${text}`,
    chipHelp: 'Enter edits, Delete removes, left and right move, down says how they come in.',
    comesIn: (text: string): string => `How ${text} comes in`,
    /** On the chip. */
    properties: {
      introduce: 'introduced to me first', listener: 'only listens', moderator: 'moderator', end_conference_on_exit: 'ends it by leaving',
    } satisfies Record<Property, string>,
    turned: (name: string, what: string, on: boolean): string => on ? `${name}: ${what}.` : `${name}: not ${what} any more.`,
    duplicate: (other: string): string => `same number as ${other}`,
    noNumber: 'no number found',
    fixFirst: 'Some have no number. Edit or remove them, then start.',
    nobody: 'Type at least one number first.',
    refusedAt: (count: number): string => `Nobody was rung. Mend or remove what is marked (${count}), then start again.`,
    optionsWrong: 'One of the options is no number of minutes. Mend or empty it, then start.',
    unknown: 'The server did not answer. What you typed is kept; press Start again, nobody is rung twice.',
    added: (names: string): string => `${names} added to the line.`,
    removed: (name: string): string => `${name} removed from the line.`,
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
    save: 'Save this story',
    saveAs: { csv: 'CSV', json: 'JSON' },
  },

  groups: {
    tab: 'Groups',
    none: 'No groups yet: people who are often asked for together.',
    make: 'New group',
    ring: 'Ring',
    edit: 'Edit',
    remove: 'Delete',
    removeSure: 'Really delete',
    removeAsk: (name: string): string => `${name}: press Delete again to delete the group, Escape to keep it.`,
    removed: (name: string): string => `${name} is deleted.`,
    making: 'A new group',
    editing: (name: string): string => `The group ${name}`,
    name: 'Name of the group',
    people: 'People',
    person: (position: number, name: string): string => (name ? `${position}, ${name}` : `${position}`),
    personName: 'Name',
    numbers: 'Numbers',
    numbersHint: '<1 | 2> in order, <1 & 2> at once. Enter goes on; a list can be pasted.',
    label: 'Label',
    removePerson: (name: string): string => `Take ${name || 'this line'} out`,
    save: 'Save',
    saving: 'Saving…',
    saved: (name: string): string => `${name} is saved.`,
    discard: 'Discard',
    discardSure: 'Really discard',
    close: 'Close',
    unsaved: 'Not saved yet: kept until you save or discard it.',
    nameless: 'Give the group a name.',
    numberless: 'A number is missing.',
    nobody: 'Put at least one person into it.',
    unwritten: (count: number): string => `Not saved: mend what is marked (${count}).`,
    failed: (why: string): string => `Not saved: ${why}`,
    unknown: 'The server did not answer. What you typed is kept; save again.',
    gone: 'Somebody else has deleted this group meanwhile. Save makes it anew.',
    changed: 'Somebody else has changed this group meanwhile. What you typed is still here. Theirs:',
    theirs: { name: (name: string): string => `it is called ${name}`, in: (names: string): string => `with ${names}`, out: (names: string): string => `without ${names}`, other: (names: string): string => `otherwise: ${names}` },
    same: 'the same people as yours',
    saveMine: 'Save mine instead',
    takeTheirs: 'Take theirs',
  },

  help: {
    heading: 'Keys and help',
    groups: {
      call: 'Call', conference: 'Conference', participant: 'The chosen participant', past: 'A past conference',
      page: 'Page',
    } satisfies Record<KeyGroup, string>,
    single: 'Single-letter keys',
    singleHint: 'They never act while you type. Turn them off if you use speech input.',
    close: 'Close',
    also: 'On the request line',
    alsoGroup: 'While a group is changed',
    group: [
      ['Ctrl + Enter', 'saves it'],
      ['Enter', 'goes to the next field'],
      ['↑ ↓', 'go to the same field of somebody else'],
      ['Esc', 'leaves the field, so that single keys work again'],
    ] as [string, string][],
    line: [
      ['Enter', 'makes a chip of what is typed, also of the name of a group; on an empty line: Start'],
      ['Ctrl + Enter', 'Start'],
      ['← →', 'move among chips (at the beginning of the line)'],
      ['Delete', 'removes the chip'],
      ['. or ↓', 'on a chip: how they come in'],
      ['↓', 'goes to the participants'],
      ['Esc', 'leaves the line, so that single keys work again'],
    ] as [string, string][],
    panels: { participant: 'After . on a participant', conference: 'After , for everyone', chip: 'On a chip of the request line' },
    about: 'What you see is what the switch confirmed. What is only asked for says so.',
    actions: {
      answer: 'Answer the longest waiting caller',
      letIn: 'Let a waiting caller into a conference (unchosen: whose line dropped)',
      hold: 'Hold the call, or the chosen participant (again: take back)',
      resume: 'Resume the call',
      hangup: 'Hang up the call',
      focusRequest: 'Go to the request line',
      lock: 'Lock or unlock',
      cancelAll: 'Call off everybody who is queued or ringing',
      record: 'Record, or stop recording',
      recordPause: 'Pause the recording, or record on',
      leave: 'Leave; the conference goes on',
      rejoin: 'Come back',
      floor: 'Give the floor (in the list of hands: 1 to 9)',
      lowerHand: 'Lower that hand',
      lowerHands: 'Lower all hands',
      vote: 'Open a vote, or close it',
      end: 'End for all (asks first)',
      everyone: 'What can be asked for everyone',
      goOn: 'The caller hung up: go on',
      stop: 'The caller hung up: stop',
      rescue: 'Lost with FreeSWITCH: ring everybody again, or show what it became',
      next: 'Next participant',
      previous: 'Previous participant',
      more: 'Everything for the chosen participant (Enter too)',
      mute: 'Mute or unmute',
      drop: 'Drop',
      redial: 'Redial (unchosen: the only one not reached)',
      cancel: 'Stop ringing (unchosen: the only one ringing)',
      csv: 'Save its story as CSV',
      json: 'Save its story as JSON',
      group: 'Ring a standing group, with whoever is on the line',
      lastTime: 'Ring whom this caller asked for last time',
      groups: 'Standing groups: see, make and change them',
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
    hand: (text: string, waiting: number): string => `${text.replace(/\.$/u, '')}, ${waiting} waiting.`,
    votes: (cast: number, missing: number): string => `${cast} voted, ${missing} not yet.`,
    nodeDown: (id: string): string => `The link to switch ${id} is down. What you see of it may be out of date.`,
    nodeUp: (id: string): string => `Switch ${id} is verified again.`,
    storeUp: 'Everything is written down again.',
    noEffect: 'The server did not answer. Look whether it happened before you ask again.',
    nobodyWaits: 'Nobody is waiting.',
    nobodyToLetIn: 'Nobody waits whom a live conference could take in.',
    whichConference: 'There are several conferences: choose one with Tab.',
  },

  /** Reasons come as clauses, "the station hung up"; they are shown as sentences. */
  /** The server's word for a reason, by its code; here they are its own. */
  reason: ({ text }: { code: string; text: string }): string => text,
  /** What happened, by its type; here it is the server's own sentence. */
  told: ({ text }: Told): string => text,
  sentence: (text: string): string =>
    text && text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/u.test(text) ? '' : '.'),
  because: (text: string, reason?: string): string => (reason ? `${text}: ${reason}.` : `${text}.`),
  and: (list: string[]): string => new Intl.ListFormat('en', { type: 'conjunction' }).format(list),
  dismiss: 'Dismiss',
};

export type Strings = typeof en;
