//! One conference, folded from its facts.

use super::{
    announcement::{Announcing, DoorSounds},
    cause::{Cause, Reason},
    ending::Ending,
    endpoint::Endpoint,
    fact::{Attempt, Fact, Invited, Person},
    hearing::Blocked,
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    reach::Reach,
    recording::{self, Recording},
    route::Dial,
    setting::{Setting, Settings},
    states::{ConferenceState, LegState, ParticipantRole},
    time::Timestamp,
};

/// The thing the attendant asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Conference {
    pub id: ConferenceId,
    pub owner: Person,
    pub stations: Vec<String>,
    /// Where the owner has it from, if somebody else had it before.
    pub handed_over: Option<HandedOver>,
    pub call: Option<CallId>,
    pub room: String,
    pub ports: u32,
    pub state: ConferenceState,
    pub locked: bool,
    /// Asked of the switch, effect not yet seen. Not journaled.
    pub lock_pending: Option<bool>,
    pub question: Option<(Timestamp, Timestamp)>,
    /// The question was put and answered; it is not put twice.
    pub question_answered: bool,
    pub notice: Option<Cause>,
    pub end_cause: Option<Cause>,
    pub ending: Ending,
    pub door: DoorSounds,
    pub wait_for_host: bool,
    /// What is being played. Not journaled: after a restart nobody can say.
    pub announcing: Vec<Announcing>,
    /// How many there were. Not journaled.
    pub announcements: u32,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub was_live: bool,
    /// The room exists on the switch. Not journaled: the switch knows.
    pub room_lives: bool,
    /// The leg that was sent to open the room. Not journaled.
    pub opening: Option<ChannelId>,
    /// Nobody else is rung before the attendant is in.
    pub host_first: bool,
    /// The lost conference whose people were rung again into this one.
    pub rescues: Option<ConferenceId>,
    /// The conference its people were rung again into.
    pub rescued_by: Option<ConferenceId>,
    pub rescue_refused: bool,
    /// The conference everybody is to go over to.
    pub merging: Option<ConferenceId>,
    /// It was once that not everybody heard everybody.
    pub was_arranged: bool,
    /// How the switch has it, who hears whom. Not journaled.
    pub hearing: Hearing,
    pub participants: Vec<Participant>,
    /// Oldest first; at most the last is not over.
    pub recordings: Vec<Recording>,
}

/// Who handed the conference over, and what they wanted said.
#[derive(Clone, Debug, PartialEq)]
pub struct HandedOver {
    pub from: Person,
    pub at: Timestamp,
    /// May be empty.
    pub note: String,
}

/// A person who belongs in a conference.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    pub id: ParticipantId,
    pub role: ParticipantRole,
    pub name: String,
    pub dials: Vec<Dial>,
    /// How hard they are tried.
    pub reach: Reach,
    /// What else people should know of them, in a few words.
    pub label: String,
    /// Spared when everybody else is muted, held or dropped.
    pub moderator: bool,
    /// Is muted as soon as they are in.
    pub listener: bool,
    /// Their leaving ends the conference.
    pub end_conference_on_exit: bool,
    /// Hears music, until somebody who runs it is there.
    pub waits_for_host: bool,
    pub settings: Settings,
    /// Where the private introduction stands; none: they were let in, or none is needed.
    pub introduction: Option<Introduction>,
    /// Whose place they take when they are in.
    pub replaces: Option<ParticipantId>,
    /// The sidebar they talk in, apart from the room.
    pub sidebar: Option<u32>,
    /// The only one who hears them.
    pub coaching: Option<ParticipantId>,
    /// Their phone has put us on its own hold.
    pub on_hold: bool,
    /// Asked of the switch, effects not yet seen. Not journaled.
    pub asked: Vec<Ask>,
    /// Not journaled.
    pub talking: bool,
    pub legs: Vec<Leg>,
}

/// How far a private introduction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introduction {
    /// Not there yet, or there and hearing music.
    Waiting,
    /// Speaks with the attendant, apart from the room.
    Speaking,
}

/// What is known of the switch's relations.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Hearing {
    /// There were none, and none were wanted.
    #[default]
    Free,
    Unknown,
    /// Asked how it is, after sending what makes it so.
    Pending {
        sent: Blocked,
        /// Questions on their way.
        asked: u32,
        /// So often it will be tried again.
        tries: u8,
        /// Something was to be changed.
        changes: bool,
    },
    /// As it is wanted.
    Known(Blocked),
    /// Not as it is wanted, whatever was sent.
    Otherwise(Blocked),
}

/// Something asked for a member of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Set(Setting),
    /// Keys pressed for them.
    Digits,
}

impl Ask {
    /// This was asked for.
    pub fn is_for(&self, setting: Setting) -> bool {
        *self == Self::Set(setting)
    }
}

/// One attempt to reach a participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    pub id: ChannelId,
    pub number: String,
    pub endpoint: Option<Endpoint>,
    pub attempt: Attempt,
    pub state: LegState,
    pub since: Timestamp,
    pub cause: Option<Cause>,
    /// Goes to park first, and is taken into the room by us.
    pub parked: bool,
    pub confirm: bool,
    /// Dialed by one command together with others of the same person: the first of them.
    pub group: Option<ChannelId>,
    /// Not to be dialed before: they were busy, and are called again then.
    pub not_before: Option<Timestamp>,
    /// Came, or is to come, in deaf and muted, until it is arranged whom they hear.
    pub screened: bool,
    /// A caller on the way from the queue into the room: their channel was never dialed.
    pub joining: bool,
    /// Sent to the room of this other conference, to be this participant there.
    pub passing: Option<(ConferenceId, ParticipantId)>,
    /// And was sent there deaf and muted.
    pub passing_screened: bool,
    /// The switch took the command.
    pub accepted: bool,
    pub unwanted: Option<Cause>,
    pub answered: bool,
    /// The switch told of the channel. Not journaled.
    pub seen: bool,
    /// The switch says that there is no such channel, and of others of its group we do not know yet. Not journaled.
    pub missing: bool,
    /// Its job failed with this, and the hang-up has not been told. Not journaled.
    pub doomed: Option<Cause>,
    /// Waits in park to be taken in. Not journaled.
    pub waits: bool,
    /// The hook said that this caller came to it, and has not said that they left. Not journaled.
    pub hooked: bool,
    /// `Member-ID`: volatile, of the switch's own making. Not journaled.
    pub member: Option<u32>,
}

impl Participant {
    fn invited(at: Timestamp, invited: &Invited) -> Self {
        let number = &invited.number;
        Self {
            id: invited.participant,
            role: invited.role,
            name: invited.name.clone(),
            dials: invited.dials.clone(),
            reach: invited.reach,
            label: invited.label.clone(),
            moderator: invited.moderator,
            listener: invited.listener,
            end_conference_on_exit: invited.end_conference_on_exit,
            waits_for_host: false,
            settings: Settings::default(),
            introduction: invited.introduce.then_some(Introduction::Waiting),
            replaces: invited.replaces,
            sidebar: None,
            coaching: None,
            on_hold: false,
            asked: Vec::new(),
            talking: false,
            legs: vec![Leg::queued(at, invited.leg, number.clone(), Attempt::default())],
        }
    }

    /// Of several things asked for the same setting only the last counts.
    fn ask(&mut self, ask: Ask) {
        self.asked.retain(|other| match (other, &ask) {
            (Ask::Set(other), Ask::Set(setting)) => !other.is_of_kind(*setting),
            (other, ask) => other != ask,
        });
        self.asked.push(ask);
    }

    /// An earlier wish that comes true does not answer the later one that took its place.
    fn answered(&mut self, ask: Ask) {
        self.asked.retain(|other| *other != ask);
    }

    fn set(&mut self, setting: Setting) {
        self.settings.set(setting);
        self.answered(Ask::Set(setting));
        // Who is silenced in mid-sentence is not told to have stopped.
        self.talking &= !matches!(setting, Setting::Muted(true) | Setting::Hold(true));
    }

    /// The attempt that got furthest of those under way; if none is, the last to end that did not merely lose to another.
    pub fn leg(&self) -> Option<&Leg> {
        let active = self.legs.iter().rev().filter(|leg| leg.is_active()).max_by_key(|leg| leg.state);
        active.or_else(|| self.legs.iter().max_by_key(|leg| (!leg.lost_race(), leg.since)))
    }

    /// The attempts since they were last asked for: those before are history.
    pub fn series(&self) -> &[Leg] {
        let first = self.legs.iter().rposition(|leg| leg.attempt == Attempt::default()).unwrap_or(0);
        self.legs.get(first..).unwrap_or_default()
    }

    /// Attempts somebody is, or may yet be, at.
    pub fn active(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| leg.is_active())
    }

    /// The state shown for the person.
    pub fn state(&self) -> LegState {
        self.leg().map_or(LegState::Queued, |leg| leg.state)
    }
}

impl Leg {
    fn queued(at: Timestamp, id: ChannelId, number: String, attempt: Attempt) -> Self {
        Self {
            id,
            number,
            endpoint: None,
            attempt,
            state: LegState::Queued,
            since: at,
            cause: None,
            parked: false,
            confirm: false,
            group: None,
            not_before: None,
            screened: false,
            joining: false,
            passing: None,
            passing_screened: false,
            accepted: false,
            unwanted: None,
            answered: false,
            seen: false,
            missing: false,
            doomed: None,
            waits: false,
            hooked: false,
            member: None,
        }
    }

    /// The same person was reached on another number.
    pub fn lost_race(&self) -> bool {
        self.cause.as_ref().is_some_and(|cause| cause.reason == Reason::LostRace)
    }

    /// Somebody is, or may yet be, at the other end.
    pub fn is_active(&self) -> bool {
        !self.state.is_over()
    }
}

impl Conference {
    /// The conference its first fact speaks of.
    pub fn begin(id: ConferenceId, at: Timestamp, fact: &Fact) -> Option<Self> {
        let Fact::ConferenceRequested {
            owner,
            stations,
            call,
            room,
            ports,
            invited,
            end_rules,
            host_first,
            rescues,
            beep,
            wait_for_host,
        } = fact
        else {
            return None;
        };
        Some(Self {
            id,
            owner: owner.clone(),
            stations: stations.clone(),
            handed_over: None,
            call: *call,
            room: room.clone(),
            ports: *ports,
            state: ConferenceState::Reserved,
            locked: false,
            lock_pending: None,
            question: None,
            question_answered: false,
            notice: None,
            end_cause: None,
            ending: Ending::new(end_rules.clone()),
            wait_for_host: *wait_for_host,
            door: DoorSounds { wanted: *beep, ..DoorSounds::default() },
            announcing: Vec::new(),
            announcements: 0,
            created_at: at,
            ended_at: None,
            was_live: false,
            room_lives: false,
            opening: None,
            host_first: *host_first,
            rescues: *rescues,
            rescued_by: None,
            rescue_refused: false,
            merging: None,
            was_arranged: false,
            hearing: Hearing::Free,
            participants: invited.iter().map(|one| Participant::invited(at, one)).collect(),
            recordings: Vec::new(),
        })
    }

    /// One more fact.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        self.ending.apply(at, fact);
        match fact {
            Fact::ConferenceAssembling => self.state = ConferenceState::Assembling,
            Fact::ConferenceLive => {
                self.state = ConferenceState::Live;
                self.was_live = true;
            }
            Fact::ConferenceLockAsked { on } => self.lock_pending = Some(*on),
            Fact::ConferenceLocked { on } => {
                self.locked = *on;
                self.lock_pending = None;
            }
            Fact::ConferenceQuestion { deadline } => self.question = Some((at, *deadline)),
            Fact::ConferenceAnswered { .. } => {
                self.question = None;
                self.question_answered = true;
            }
            Fact::ConferenceNotice { cause } => self.notice = Some(cause.clone()),
            Fact::ConferenceHandedOver { from, to, stations, note, attendant } => {
                self.owner = to.clone();
                self.stations.clone_from(stations);
                self.handed_over = Some(HandedOver { from: from.clone(), at, note: note.clone() });
                let ends = self.ending.rules.on_exit_of(ParticipantRole::Attendant);
                for one in &mut self.participants {
                    let is_attendant = one.role == ParticipantRole::Attendant;
                    if *attendant == Some(one.id) {
                        one.role = ParticipantRole::Attendant;
                        one.end_conference_on_exit |= ends;
                    } else if is_attendant {
                        one.role = ParticipantRole::Guest;
                        one.end_conference_on_exit &= !ends;
                    }
                }
            }
            Fact::ConferenceEnding { cause } => {
                self.state = ConferenceState::Ending;
                self.question = None;
                self.end_cause = Some(cause.clone());
            }
            Fact::ConferenceEnded => {
                self.state = ConferenceState::Ended;
                self.question = None;
                self.ended_at = Some(at);
            }
            Fact::ParticipantsAdded { ports, invited } => {
                self.ports = *ports;
                self.participants.extend(invited.iter().map(|one| Participant::invited(at, one)));
            }
            Fact::ParticipantCameOver { ports, invited, .. } => {
                self.ports = *ports;
                self.participants.push(Participant::invited(at, invited));
            }
            Fact::PortsReturned { ports } => self.ports = self.ports.saturating_sub(*ports),
            Fact::CallJoins { participant, leg, name, number, ports, .. } => {
                self.ports = *ports;
                self.caller_joins(at, *participant, *leg, name, number);
            }
            Fact::ConferenceRescued { by } => self.rescued_by = Some(*by),
            Fact::ConferenceRescueRefused { .. } => self.rescue_refused = true,
            Fact::ConferenceMerging { into } => self.merging = Some(*into),
            Fact::SidebarAsked { sidebar, participants } => {
                self.was_arranged = true;
                for one in participants {
                    self.with(*one, |p| p.sidebar = Some(*sidebar));
                }
            }
            Fact::SidebarEnded { sidebar } | Fact::SidebarDissolved { sidebar } => {
                for one in self.participants.iter_mut().filter(|p| p.sidebar == Some(*sidebar)) {
                    one.sidebar = None;
                }
            }
            Fact::IntroductionBegan { participant, sidebar, participants } => {
                self.was_arranged = true;
                for one in participants {
                    self.with(*one, |p| p.sidebar = Some(*sidebar));
                }
                self.with(*participant, |p| p.introduction = Some(Introduction::Speaking));
            }
            Fact::IntroductionWaits { participant } => {
                self.with(*participant, |p| p.introduction = Some(Introduction::Waiting));
            }
            Fact::IntroductionEnded { participant } => self.with(*participant, |p| p.introduction = None),
            Fact::SidebarLeft { participant } => self.with(*participant, |p| p.sidebar = None),
            Fact::Coaching { participant, whom } => {
                self.was_arranged |= whom.is_some();
                self.with(*participant, |p| p.coaching = *whom);
            }
            _ => {
                recording::apply(&mut self.recordings, at, fact);
                self.apply_to_participant(at, fact);
            }
        }
    }

    /// The recording that is not over.
    pub fn recording(&self) -> Option<&Recording> {
        self.recordings.last().filter(|one| !one.is_over())
    }

    /// The same, to change what is not journaled of it.
    pub fn recording_mut(&mut self) -> Option<&mut Recording> {
        self.recordings.last_mut().filter(|one| !one.is_over())
    }

    fn apply_to_participant(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ParticipantMuteAsked { participant, on } => {
                self.with(*participant, |p| p.ask(Ask::Set(Setting::Muted(*on))));
            }
            Fact::ParticipantMuted { participant, on } => self.with(*participant, |p| p.set(Setting::Muted(*on))),
            Fact::ParticipantAsked { participant, setting } => {
                self.with(*participant, |p| p.ask(Ask::Set(*setting)));
            }
            Fact::ParticipantSet { participant, setting } => self.with(*participant, |p| p.set(*setting)),
            Fact::ParticipantDigitsAsked { participant } => self.with(*participant, |p| p.ask(Ask::Digits)),
            Fact::ParticipantDigitsSent { participant } => self.with(*participant, |p| p.answered(Ask::Digits)),
            Fact::ParticipantLabelled { participant, label } => {
                self.with(*participant, |p| p.label.clone_from(label));
            }
            Fact::ParticipantModerator { participant, on } => self.with(*participant, |p| p.moderator = *on),
            Fact::ParticipantWaits { participant, on } => self.with(*participant, |p| p.waits_for_host = *on),
            Fact::ParticipantListener { participant, on } => self.with(*participant, |p| p.listener = *on),
            Fact::ParticipantHold { participant, on } => self.with(*participant, |p| p.on_hold = *on),
            Fact::LegQueued { participant, leg, attempt, dial, not_before } => self.with(*participant, |p| {
                if let Some(dial) = dial {
                    p.dials = vec![dial.clone()];
                }
                let number = p.dials.get(attempt.number).map(|dial| dial.number.clone()).unwrap_or_default();
                p.settings = Settings::default();
                p.waits_for_host = false;
                p.on_hold = false;
                p.asked.clear();
                p.legs.push(Leg { not_before: *not_before, ..Leg::queued(at, *leg, number, *attempt) });
            }),
            Fact::LegDialed { participant, leg, number, endpoint, parked, confirm, group } => {
                self.with_leg(*participant, *leg, |leg| {
                    leg.number.clone_from(number);
                    leg.endpoint = Some(endpoint.clone());
                    leg.parked = *parked;
                    leg.confirm = *confirm;
                    leg.group = *group;
                    leg.state = LegState::Dialing;
                    leg.since = at;
                });
            }
            Fact::LegScreened { participant, leg, on } => {
                self.with_leg(*participant, *leg, |leg| leg.screened = *on);
            }
            Fact::LegPassing { participant, leg, to, newcomer, screened } => self.with_leg(*participant, *leg, |leg| {
                leg.passing = Some((*to, *newcomer));
                leg.passing_screened = *screened;
            }),
            Fact::LegPassFailed { participant, leg } => {
                self.with_leg(*participant, *leg, |leg| leg.passing = None);
            }
            Fact::LegAccepted { participant, leg } => self.with_leg(*participant, *leg, |leg| leg.accepted = true),
            Fact::LegProgress { participant, leg, state } => self.with_leg(*participant, *leg, |leg| {
                leg.state = *state;
                leg.since = at;
                leg.accepted = true;
                leg.answered |= matches!(state, LegState::Answered | LegState::Confirming | LegState::Joined);
            }),
            Fact::LegUnwanted { participant, leg, cause } => {
                self.with_leg(*participant, *leg, |leg| leg.unwanted = Some(cause.clone()));
            }
            Fact::LegOver { participant, leg, state, cause, .. } => {
                self.with(*participant, |p| {
                    // On another number they are in.
                    if p.legs.iter().any(|other| other.id != *leg && other.state == LegState::Joined) {
                        return;
                    }
                    p.talking = false;
                    p.settings = Settings::default();
                    p.waits_for_host = false;
                    p.sidebar = None;
                    // Rung again, they are to be introduced again.
                    p.introduction = p.introduction.map(|_| Introduction::Waiting);
                    p.asked.clear();
                });
                self.with_leg(*participant, *leg, |leg| {
                    leg.state = *state;
                    leg.since = at;
                    leg.cause = Some(cause.clone());
                    leg.member = None;
                    leg.waits = false;
                    leg.passing = None;
                });
            }
            _ => {}
        }
    }

    /// Changes one participant, if there is such a one.
    pub fn with(&mut self, id: ParticipantId, change: impl FnOnce(&mut Participant)) {
        if let Some(participant) = self.participants.iter_mut().find(|p| p.id == id) {
            change(participant);
        }
    }

    /// Changes one leg, if there is such a one.
    pub fn with_leg(&mut self, participant: ParticipantId, leg: ChannelId, change: impl FnOnce(&mut Leg)) {
        self.with(participant, |p| {
            if let Some(leg) = p.legs.iter_mut().rev().find(|l| l.id == leg) {
                change(leg);
            }
        });
    }

    /// One participant.
    pub fn participant(&self, id: ParticipantId) -> Option<&Participant> {
        self.participants.iter().find(|p| p.id == id)
    }

    /// Every leg with its participant's id.
    pub fn legs(&self) -> impl Iterator<Item = (&Participant, &Leg)> {
        self.participants.iter().flat_map(|p| p.legs.iter().map(move |leg| (p, leg)))
    }

    /// Legs somebody is, or may yet be, at.
    pub fn active(&self) -> impl Iterator<Item = (&Participant, &Leg)> {
        self.legs().filter(|(_, leg)| leg.is_active())
    }

    /// How many are in the room.
    pub fn joined(&self) -> usize {
        self.active().filter(|(_, leg)| leg.state == LegState::Joined).count()
    }

    fn caller_joins(&mut self, at: Timestamp, id: ParticipantId, leg: ChannelId, name: &str, number: &str) {
        let leg = Leg { joining: true, ..Leg::queued(at, leg, number.to_owned(), Attempt::default()) };
        if let Some(known) = self.participants.iter_mut().find(|p| p.id == id) {
            known.settings = Settings::default();
            known.asked.clear();
            known.legs.push(leg);
            return;
        }
        let invited = Invited {
            participant: id,
            role: ParticipantRole::Caller,
            name: name.to_owned(),
            dials: Vec::new(),
            leg: leg.id,
            number: number.to_owned(),
            reach: Reach::default(),
            label: String::new(),
            moderator: false,
            listener: false,
            introduce: false,
            replaces: None,
            end_conference_on_exit: false,
        };
        let mut participant = Participant::invited(at, &invited);
        participant.legs = vec![leg];
        self.participants.push(participant);
    }

    /// The others are rung when the attendant is in.
    pub fn waits_for_host(&self) -> bool {
        self.host_first && !self.was_live
    }

    /// Somebody of the pair it was made from is still on the way into the room.
    pub fn is_moving(&self) -> bool {
        let moves =
            |(p, leg): (&Participant, &Leg)| p.dials.is_empty() && !leg.joining && leg.state == LegState::Queued;
        self.call.is_some() && self.active().any(moves)
    }

    /// Why nobody is in it any more.
    pub fn why_empty(&self) -> Reason {
        let last = self.legs().map(|(_, leg)| leg).filter(|leg| !leg.is_active()).max_by_key(|leg| leg.since);
        match last.and_then(|leg| leg.cause.as_ref()).map(|cause| cause.reason) {
            Some(reason @ (Reason::SwitchLost | Reason::SwitchStopped)) => reason,
            Some(Reason::Moved) if self.was_merged() => Reason::Merged,
            _ if self.was_live => Reason::EverybodyLeft,
            _ => Reason::NobodyCame,
        }
    }

    /// Nothing more will happen to it.
    pub fn is_over(&self) -> bool {
        matches!(self.state, ConferenceState::Ended | ConferenceState::Refused)
    }

    /// The participant with this role who came with the call.
    pub fn with_role(&self, role: ParticipantRole) -> Option<&Participant> {
        self.participants.iter().find(|p| p.role == role)
    }
}
