//! Facts: what was decided and what happened, as the journal keeps them. State is a fold of facts.
//!
//! A fact is an outcome, never a question: folding it needs no rule, no clock and no configuration, so a journal
//! written by one version can be read by the next. A change of meaning is a new variant; a new field has a default.

use super::{
    announcement::Beep,
    cause::Cause,
    dial_in::DialIn,
    ending::EndRules,
    endpoint::Endpoint,
    ids::{CallId, ChannelId, ConferenceId, ParticipantId, RecordingId, UserId},
    reach::Reach,
    recording::RecordingEnd,
    request::Actor,
    route::Dial,
    setting::Setting,
    states::{LegState, ParticipantRole},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version written beside every fact.
pub const VERSION: u16 = 1;

/// A fact with what it is about, when, and who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub subject: Subject,
    pub at: Timestamp,
    pub actor: Option<Person>,
    pub fact: Fact,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    Call(CallId),
    Conference(ConferenceId),
}

/// A user, as the journal names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
}

impl From<&Actor> for Person {
    fn from(actor: &Actor) -> Self {
        Self { id: actor.id, name: actor.name.clone() }
    }
}

/// How a call came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arrival {
    Queue,
    Extension,
}

/// A station's leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationLeg {
    pub station: String,
    pub channel: ChannelId,
}

/// Somebody asked into a conference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub participant: ParticipantId,
    pub role: ParticipantRole,
    pub name: String,
    /// Where they can be reached, in the order to be tried. Empty for the pair that is moved.
    pub dials: Vec<Dial>,
    /// The first leg: for the moved pair the channel they already have.
    pub leg: ChannelId,
    /// What to call the moved pair's number.
    pub number: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub moderator: bool,
    #[serde(default)]
    pub listener: bool,
    /// The attendant speaks with them before they hear the room.
    #[serde(default)]
    pub introduce: bool,
    /// Whose place they take when they are in.
    #[serde(default)]
    pub replaces: Option<ParticipantId>,
    /// Their leaving ends it.
    #[serde(default)]
    pub end_conference_on_exit: bool,
    /// How hard they are tried.
    #[serde(default)]
    pub reach: Reach,
}

/// The closed list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    CallArrived {
        channel: ChannelId,
        kind: Arrival,
        queue: Option<String>,
        caller_name: String,
        caller_number: String,
        variables: BTreeMap<String, String>,
        /// Ordinary calls: the attendant's own leg and its owner.
        station: Option<StationLeg>,
        attendant: Option<Person>,
        bypass_media: bool,
        proxy_media: bool,
    },
    /// What was learned of an ordinary call found under way. Written until that was asked first; read for ever.
    CallMedia {
        bypass: bool,
        proxy: bool,
    },
    CallClaimed {
        attendant: Person,
        stations: Vec<StationLeg>,
    },
    CallReturned {
        cause: Option<Cause>,
    },
    CallConnected {
        channel: ChannelId,
    },
    CallHoldAsked,
    CallHeld,
    CallResumeAsked,
    CallStationHold {
        on: bool,
    },
    CallStationLost,
    CallMoving {
        conference: ConferenceId,
    },
    /// The move failed; caller and attendant are talking again.
    CallRestored {
        cause: Cause,
    },
    /// Their line dropped out of a conference that still lives.
    CallComesBack {
        conference: ConferenceId,
        participant: ParticipantId,
    },
    /// The conference it is in was handed over, and the call with it.
    CallHandedOver {
        to: Person,
    },
    CallHangupAsked,
    CallEnded {
        cause: Cause,
    },

    ConferenceRequested {
        owner: Person,
        /// The stations that may be rung to bring the owner back.
        stations: Vec<String>,
        call: Option<CallId>,
        room: String,
        ports: u32,
        invited: Vec<Invited>,
        #[serde(default)]
        end_rules: EndRules,
        /// Nobody else is rung before the attendant is in.
        #[serde(default)]
        host_first: bool,
        /// The conference that was lost, whose people are rung again.
        #[serde(default)]
        rescues: Option<ConferenceId>,
        #[serde(default)]
        beep: Option<Beep>,
        /// Until the attendant or a moderator is there, everybody else hears music.
        #[serde(default)]
        wait_for_host: bool,
    },
    ConferenceAssembling,
    ConferenceLive,
    /// From now on whoever comes before the attendant or a moderator hears music; or nobody does any more.
    ConferenceWaits {
        on: bool,
    },
    ConferenceLockAsked {
        on: bool,
    },
    ConferenceLocked {
        on: bool,
    },
    ConferenceQuestion {
        deadline: Timestamp,
    },
    ConferenceAnswered {
        go_on: bool,
    },
    ConferenceNotice {
        cause: Cause,
    },
    /// Its longest time is over then.
    ConferenceLimit {
        ends_at: Timestamp,
    },
    /// Somebody moved that.
    ConferenceExtended {
        ends_at: Timestamp,
        seconds: u32,
    },
    /// So many seconds are left.
    ConferenceWarned {
        left: u32,
    },
    /// It ends then, so many seconds later, unless whoever left comes back.
    ConferenceEndDue {
        cause: Cause,
        at: Timestamp,
        seconds: u32,
    },
    ConferenceEndCalledOff,
    /// A sound or a text, to all or to one.
    AnnouncementAsked {
        participant: Option<ParticipantId>,
        sound: String,
        /// What is spoken; then there is no sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// To its end; the switch said so.
    AnnouncementPlayed {
        participant: Option<ParticipantId>,
        sound: String,
        /// What is spoken; then there is no sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    AnnouncementStopped {
        participant: Option<ParticipantId>,
        sound: String,
        /// What is spoken; then there is no sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    AnnouncementFailed {
        participant: Option<ParticipantId>,
        sound: String,
        /// What is spoken; then there is no sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// It is somebody else's from now on.
    ConferenceHandedOver {
        from: Person,
        to: Person,
        /// The stations that may be rung to bring the new owner back.
        stations: Vec<String>,
        note: String,
        /// Who is at one of these stations, and the attendant from now on. Who was it is a guest.
        attendant: Option<ParticipantId>,
    },
    /// Wants to speak.
    HandRaised {
        participant: ParticipantId,
    },
    HandLowered {
        participant: ParticipantId,
    },
    HandsLowered,
    /// Their hand goes down, and they are to be heard.
    FloorGiven {
        participant: ParticipantId,
    },
    VoteOpened {
        /// Counts up within the conference.
        vote: u32,
        question: String,
        secret: bool,
        /// By itself then.
        closes_at: Option<Timestamp>,
    },
    /// The last one of each person counts.
    VoteCast {
        vote: u32,
        participant: ParticipantId,
        /// None of a secret vote: what was voted is nobody's business, and is in no journal.
        yes: Option<bool>,
    },
    VoteClosed {
        vote: u32,
        yes: u32,
        no: u32,
        missing: u32,
    },
    /// Somebody in the room runs it from now on, by the keys of their phone.
    ParticipantInCharge {
        participant: ParticipantId,
        note: String,
    },
    ConferenceEnding {
        cause: Cause,
    },
    ConferenceEnded,
    /// Everybody who was not in yet was called off, by somebody.
    RingingCancelled,

    /// These standing groups were named beside whoever was typed.
    GroupsAsked {
        groups: Vec<String>,
    },
    ParticipantsAdded {
        ports: u32,
        invited: Vec<Invited>,
    },
    /// Written until settings came; read for ever.
    ParticipantMuteAsked {
        participant: ParticipantId,
        on: bool,
    },
    /// Written until settings came; read for ever.
    ParticipantMuted {
        participant: ParticipantId,
        on: bool,
    },
    ParticipantAsked {
        participant: ParticipantId,
        setting: Setting,
    },
    /// The switch said so.
    ParticipantSet {
        participant: ParticipantId,
        setting: Setting,
    },
    ParticipantDigitsAsked {
        participant: ParticipantId,
    },
    /// Which keys is nobody's business: they may have been a PIN.
    ParticipantDigitsSent {
        participant: ParticipantId,
    },
    ParticipantLabelled {
        participant: ParticipantId,
        label: String,
    },
    /// Hears music until somebody who runs it is there; or no longer.
    ParticipantWaits {
        participant: ParticipantId,
        on: bool,
    },
    ParticipantModerator {
        participant: ParticipantId,
        on: bool,
    },
    ParticipantListener {
        participant: ParticipantId,
        on: bool,
    },
    /// It ends when they have left; or not any more.
    ParticipantEndsIt {
        participant: ParticipantId,
        on: bool,
    },
    /// These are to talk apart from the room.
    SidebarAsked {
        sidebar: u32,
        participants: Vec<ParticipantId>,
    },
    SidebarLeft {
        participant: ParticipantId,
    },
    SidebarEnded {
        sidebar: u32,
    },
    /// The switch was looked at, and this is the run of it that has the conference's channels.
    SwitchSeen {
        core: String,
    },
    /// Sent to the room of another conference.
    LegPassing {
        participant: ParticipantId,
        leg: ChannelId,
        to: ConferenceId,
        /// Who they will be there.
        newcomer: ParticipantId,
        screened: bool,
    },
    /// The other room did not take them.
    LegPassFailed {
        participant: ParticipantId,
        leg: ChannelId,
        /// What is to be set again in the room they are taken back into.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keeps: Vec<Setting>,
        /// They had left it, and nothing of what was set holds any more.
        #[serde(default)]
        forgotten: bool,
    },
    /// Came from another conference, with their channel.
    ParticipantCameOver {
        ports: u32,
        invited: Invited,
        from: ConferenceId,
        /// What was set for them there, and is to be set again.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keeps: Vec<Setting>,
        /// They are still being called: every attempt of the series under way.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        legs: Vec<CarriedLeg>,
    },
    /// Is in the room although nobody asked for them; or a leg that was given up is.
    StrangerFound {
        participant: ParticipantId,
        leg: ChannelId,
        name: String,
        number: String,
        ports: u32,
    },
    PortsReturned {
        ports: u32,
    },
    /// A waiting caller is let in. They are a new participant, or one who was in before.
    CallJoins {
        call: CallId,
        participant: ParticipantId,
        leg: ChannelId,
        name: String,
        number: String,
        ports: u32,
    },
    /// People can dial into it, in this way.
    DialInOpened {
        dial_in: DialIn,
    },
    DialInClosed,
    /// Somebody called the access number, and is let in. They are a new participant, or one who was asked for, or in,
    /// before.
    GuestDialsIn {
        participant: ParticipantId,
        leg: ChannelId,
        name: String,
        number: String,
        ports: u32,
    },
    /// Somebody who called the access number pressed something else than a PIN. What it was is nobody's business.
    WrongPin {
        access: String,
        number: String,
        channel: ChannelId,
        /// How many there were in this call.
        times: u32,
        /// From this one on they are not asked any more, for now.
        #[serde(default)]
        locked_out: bool,
    },
    /// Its people are rung again into another one.
    ConferenceRescued {
        by: ConferenceId,
    },
    ConferenceRescueRefused {
        detail: String,
    },
    /// Everybody is to go over to another conference.
    ConferenceMerging {
        into: ConferenceId,
    },
    /// Back into the room without a word: they were let in.
    SidebarDissolved {
        sidebar: u32,
    },
    IntroductionBegan {
        participant: ParticipantId,
        sidebar: u32,
        participants: Vec<ParticipantId>,
    },
    /// Whoever was to introduce them is gone: they wait again.
    IntroductionWaits {
        participant: ParticipantId,
    },
    /// Let in.
    IntroductionEnded {
        participant: ParticipantId,
    },
    /// Only this one is to hear them; none: everybody again.
    Coaching {
        participant: ParticipantId,
        whom: Option<ParticipantId>,
    },
    /// Let in deaf and muted, until it is arranged whom they hear.
    LegScreened {
        participant: ParticipantId,
        leg: ChannelId,
        on: bool,
    },
    ParticipantHold {
        participant: ParticipantId,
        on: bool,
    },

    /// Journaled before the command leaves.
    RecordingAsked {
        recording: RecordingId,
        /// On the switch.
        path: String,
        /// People are told first.
        announce: bool,
    },
    RecordingAnnounced {
        recording: RecordingId,
    },
    /// What people are told was stopped half-way: they are told again.
    RecordingAnnouncedAgain {
        recording: RecordingId,
    },
    /// Who came while it is recorded is told by themselves.
    RecordingTold {
        recording: RecordingId,
        participant: ParticipantId,
        leg: ChannelId,
    },
    RecordingStarted {
        recording: RecordingId,
    },
    RecordingPauseAsked {
        recording: RecordingId,
        on: bool,
    },
    RecordingPaused {
        recording: RecordingId,
        on: bool,
    },
    RecordingStopAsked {
        recording: RecordingId,
    },
    RecordingEnded {
        recording: RecordingId,
        end: RecordingEnd,
        /// Recorded time, pauses left out.
        milliseconds: Option<u64>,
        bytes: Option<u64>,
    },

    LegQueued {
        participant: ParticipantId,
        leg: ChannelId,
        attempt: Attempt,
        dial: Option<Dial>,
        /// Somebody who was busy is not called again before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
    },
    /// Journaled before the command leaves.
    LegDialed {
        participant: ParticipantId,
        leg: ChannelId,
        number: String,
        endpoint: Endpoint,
        parked: bool,
        confirm: bool,
        /// Dialed by one command together with others of the same person: the first of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<ChannelId>,
    },
    /// The switch took the command.
    LegAccepted {
        participant: ParticipantId,
        leg: ChannelId,
    },
    LegProgress {
        participant: ParticipantId,
        leg: ChannelId,
        state: LegState,
    },
    /// We want it gone; it is gone when the switch says so.
    LegUnwanted {
        participant: ParticipantId,
        leg: ChannelId,
        cause: Cause,
    },
    LegOver {
        participant: ParticipantId,
        leg: ChannelId,
        state: LegState,
        cause: Cause,
        /// The switch's own word for it, where it had one: `USER_BUSY`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hangup: Option<String>,
    },
}

/// An attempt that belongs to another conference from now on, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedLeg {
    pub leg: ChannelId,
    pub number: String,
    pub endpoint: Option<Endpoint>,
    pub attempt: Attempt,
    pub state: LegState,
    pub since: Timestamp,
    pub cause: Option<Cause>,
    pub parked: bool,
    pub confirm: bool,
    pub group: Option<ChannelId>,
    pub not_before: Option<Timestamp>,
    pub screened: bool,
    pub accepted: bool,
    pub unwanted: Option<Cause>,
    pub answered: bool,
}

/// Which number of a participant, and which gateway of its route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: usize,
    pub gateway: usize,
    /// How often this person was called again because they were busy.
    #[serde(default, skip_serializing_if = "is_first")]
    pub again: u8,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
fn is_first(again: &u8) -> bool {
    *again == 0
}
