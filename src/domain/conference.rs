//! One conference, folded from its facts.

mod folding;

use super::{
    announcement::{Announcing, DoorSounds, Passing},
    cause::{Cause, Reason},
    dial_in::{DialIn, WrongPins},
    ending::Ending,
    endpoint::Endpoint,
    fact::{Attempt, Invited, Person},
    hearing::Blocked,
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    reach::Reach,
    recording::Recording,
    route::Dial,
    setting::{Setting, Settings},
    states::{ConferenceState, LegState, ParticipantRole},
    time::Timestamp,
    vote::{Hand, Vote},
};
use std::collections::VecDeque;

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
    /// Whoever came or left and has not been named yet. Not journaled.
    pub unnamed: Vec<Unnamed>,
    pub wait_for_host: bool,
    /// Somebody who runs it has been in. From then on it goes on without them.
    pub host_came: bool,
    /// The run of the switch that has its channels, for all that was last known of it, and when that was.
    pub seen: Option<(String, Timestamp)>,
    /// Raised hands, in the order in which they were raised.
    pub hands: Vec<Hand>,
    /// Oldest first; at most the last is open.
    pub votes: Vec<Vote>,
    /// Who runs it by the keys of their phone, also without the attendant.
    pub in_charge: Option<ParticipantId>,
    /// How people can dial in; none: they cannot.
    pub dial_in: Option<DialIn>,
    pub wrong_pins: Option<WrongPins>,
    /// What is being played. Not journaled: after a restart nobody can say.
    pub announcing: Vec<Announcing>,
    /// How many there were. Not journaled.
    pub announcements: u32,
    /// Announcements of recordings that are not over, oldest first, and whether they were stopped. Not journaled.
    pub notices: VecDeque<bool>,
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

/// Somebody who came or left, to be named to the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed {
    pub participant: ParticipantId,
    pub passing: Passing,
    pub name: String,
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
    /// Was found in the room, and asked for by nobody.
    pub uninvited: bool,
    /// Hears music, until somebody who runs it is there.
    pub waits_for_host: bool,
    pub settings: Settings,
    /// What was set for them in a room they came from, and is yet to be set again.
    pub keeps: Vec<Setting>,
    /// So often that was asked for in vain. Not journaled.
    pub keeps_tried: u8,
    /// Was in a conference that was lost with the switch, and is rung again.
    pub rescued: bool,
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
    /// They called the access number.
    pub dialed_in: bool,
    /// Sent to the room of this other conference, to be this participant there.
    pub passing: Option<(ConferenceId, ParticipantId)>,
    /// And was sent there deaf and muted.
    pub passing_screened: bool,
    /// Dialed into the room of this other conference: when it answers it is to come into ours.
    pub redirected: Option<ConferenceId>,
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
            uninvited: false,
            waits_for_host: false,
            settings: Settings::default(),
            keeps: Vec::new(),
            keeps_tried: 0,
            rescued: false,
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

    /// Somebody decided otherwise, or it is so.
    fn keeps_no_longer(&mut self, setting: Setting) {
        self.keeps.retain(|kept| !kept.is_of_kind(setting));
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

    /// May vote and raise a hand: whoever belongs in it. Of those who came unasked only who was made a moderator.
    pub fn has_a_say(&self) -> bool {
        self.introduction != Some(Introduction::Waiting) && (!self.uninvited || self.moderator)
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
            dialed_in: false,
            passing: None,
            passing_screened: false,
            redirected: None,
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
    /// The recording that is not over.
    pub fn recording(&self) -> Option<&Recording> {
        self.recordings.last().filter(|one| !one.is_over())
    }

    /// The same, to change what is not journaled of it.
    pub fn recording_mut(&mut self) -> Option<&mut Recording> {
        self.recordings.last_mut().filter(|one| !one.is_over())
    }

    /// The vote that is open.
    pub fn open_vote(&self) -> Option<&Vote> {
        self.votes.last().filter(|vote| vote.result.is_none())
    }

    /// The hand of this one, if it is up.
    pub fn hand_of(&self, id: ParticipantId) -> Option<&Hand> {
        self.hands.iter().find(|hand| hand.participant == id)
    }

    /// Runs it, or ends it by leaving.
    pub fn is_trusted(&self, person: &Participant) -> bool {
        person.role == ParticipantRole::Attendant
            || person.moderator
            || person.end_conference_on_exit
            || self.in_charge == Some(person.id)
    }

    /// Whoever is in charge beside the attendant is there.
    pub fn is_led(&self) -> bool {
        self.in_charge.and_then(|id| self.participant(id)).is_some_and(|p| p.active().next().is_some())
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
