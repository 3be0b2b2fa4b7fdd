//! What people and programs may ask of the core, and how it says no.

use super::{
    announcement::Beep,
    dial_in::{DialInWish, PinWish},
    ending::EndWishes,
    group::Group,
    ids::{CallId, ConferenceId, ParticipantId, UserId},
    object::{object, object_or_null, objects},
    reach::Strategy,
    setting::{Digits, Setting},
    speech::SpokenText,
    states::Role,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// The stations FreeSWITCH may ring for this user, in order of the configuration.
    pub stations: Vec<String>,
}

/// Everything that can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Verb {
    AnswerCall {
        call_id: CallId,
        station: Option<String>,
    },
    HoldCall {
        call_id: CallId,
    },
    ResumeCall {
        call_id: CallId,
    },
    HangupCall {
        call_id: CallId,
    },
    /// A waiting caller into a conference that lives.
    JoinCall {
        call_id: CallId,
        conference_id: ConferenceId,
    },
    StartConference(NewConference),
    AddParticipants {
        conference_id: ConferenceId,
        participants: Vec<NewParticipant>,
        /// Whoever of these is not in it, or named beside them.
        #[serde(default)]
        groups: Vec<Group>,
    },
    /// Mute, deaf, hold, gain, energy: for one who is in the room.
    Set {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        settings: Vec<Setting>,
    },
    /// The same for everybody in it.
    SetAll {
        conference_id: ConferenceId,
        setting: Setting,
        spare: Spare,
    },
    PressKeys {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        digits: Digits,
    },
    Label {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        label: String,
    },
    Moderator {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        on: bool,
    },
    /// Whether the conference ends when they have left.
    EndsWith {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        on: bool,
    },
    /// Whether whoever comes before somebody who runs it hears music until then.
    WaitForHost {
        conference_id: ConferenceId,
        on: bool,
    },
    /// Only listens, or may speak again.
    Listener {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        on: bool,
    },
    /// These talk apart; the room goes on.
    Sidebar {
        conference_id: ConferenceId,
        participants: Vec<ParticipantId>,
    },
    /// Everybody of it, or of all, back into the room.
    SidebarEnd {
        conference_id: ConferenceId,
        sidebar: Option<u32>,
    },
    SidebarLeave {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    /// Heard by this one only; by everybody again if nobody is named.
    Coach {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        whom: Option<ParticipantId>,
    },
    /// Speak with a newcomer who waits.
    Introduce {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    /// Let a newcomer in.
    Admit {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    /// Ring somebody who takes this one's place.
    Replace {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        with: NewParticipant,
    },
    /// Over to another conference.
    Move {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        to: ConferenceId,
    },
    /// Everybody over to another conference; this one ends.
    Merge {
        conference_id: ConferenceId,
        into: ConferenceId,
    },
    /// Ring everybody again who was in a conference that was lost with the switch.
    Rescue {
        conference_id: ConferenceId,
    },
    DropAll {
        conference_id: ConferenceId,
        spare: Spare,
    },
    Drop {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    Redial {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    Cancel {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    /// Everybody who is not in the room yet.
    CancelRinging {
        conference_id: ConferenceId,
    },
    Lock {
        conference_id: ConferenceId,
    },
    Unlock {
        conference_id: ConferenceId,
    },
    Record {
        conference_id: ConferenceId,
    },
    StopRecording {
        conference_id: ConferenceId,
    },
    PauseRecording {
        conference_id: ConferenceId,
        on: bool,
    },
    Leave {
        conference_id: ConferenceId,
    },
    Rejoin {
        conference_id: ConferenceId,
        station: Option<String>,
    },
    End {
        conference_id: ConferenceId,
    },
    /// Plays a sound, or has a text spoken, to everybody or to one.
    Announce {
        conference_id: ConferenceId,
        participant_id: Option<ParticipantId>,
        what: Announced,
    },
    AnnounceStop {
        conference_id: ConferenceId,
        participant_id: Option<ParticipantId>,
    },
    /// Moves the end of its longest time.
    Extend {
        conference_id: ConferenceId,
        seconds: u32,
    },
    /// Raised, or lowered.
    Hand {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        on: bool,
    },
    LowerHands {
        conference_id: ConferenceId,
    },
    /// The hand goes down, and they are heard.
    GiveFloor {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
    },
    OpenVote {
        conference_id: ConferenceId,
        question: String,
        /// None: as the configuration says.
        secret: Option<bool>,
        /// It closes by itself after so long.
        seconds: Option<u32>,
    },
    CloseVote {
        conference_id: ConferenceId,
    },
    /// Somebody in the room runs it, by the keys of their phone.
    PutInCharge {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        note: String,
    },
    /// It is somebody else's from now on.
    HandOver {
        conference_id: ConferenceId,
        to: Actor,
        note: String,
    },
    /// Lets people dial into it, or changes the access number or the PIN by which they do.
    OpenDialIn {
        conference_id: ConferenceId,
        wish: DialInWish,
    },
    /// Another PIN; whoever is in stays.
    ChangePin {
        conference_id: ConferenceId,
        pin: PinWish,
    },
    /// Nobody else can dial in.
    CloseDialIn {
        conference_id: ConferenceId,
    },
    /// The answer to the question whether to go on without the caller who hung up.
    ContinueWithoutCaller {
        conference_id: ConferenceId,
    },
}

/// What is to be announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announced {
    /// By its name.
    Sound(String),
    /// In this language, or in the usual one.
    Text { text: SpokenText, language: Option<String> },
}

/// Whom a verb for everybody leaves alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Spare {
    /// The attendant and the moderators.
    #[default]
    Hosts,
    Nobody,
}

/// A conference as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConference {
    /// The live call to make it from; none for a cold conference.
    #[serde(default)]
    pub call_id: Option<CallId>,
    #[serde(default, deserialize_with = "objects")]
    pub participants: Vec<NewParticipant>,
    /// Whoever of these is not named beside them.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Cold conferences only: ring the attendant's own station as well.
    #[serde(default)]
    pub include_attendant: bool,
    /// With `include_attendant`: nobody else is rung before the attendant is in.
    #[serde(default)]
    pub attendant_first: bool,
    /// The station to ring with `include_attendant`; the user's first one if none is named.
    #[serde(default)]
    pub station: Option<String>,
    /// When it ends by itself. Absent: as the configuration says.
    #[serde(default, deserialize_with = "object")]
    pub end_rules: EndWishes,
    /// A short tone when somebody comes or leaves: true, false, "on_enter" or "on_exit"; or "name": their names are
    /// spoken (tones where the node does not speak). Absent: as the configuration says.
    #[serde(default)]
    pub beep: Option<Beep>,
    /// Whoever comes before the attendant or a moderator hears music until one of them is there.
    #[serde(default)]
    pub wait_for_host: bool,
    /// Let people dial into it. Absent: nobody can, until that is opened.
    #[serde(default, deserialize_with = "object_or_null")]
    pub dial_in: Option<DialInWish>,
}

/// Somebody to be rung.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParticipant {
    /// Shown to people, never sent to the switch. At most 120 characters.
    #[serde(default)]
    pub name: String,
    /// One or more numbers, as typed. At most 10.
    pub numbers: Vec<String>,
    /// Ask the called party to press 1 first. Absent: as the route says.
    #[serde(default)]
    pub confirm: Option<bool>,
    /// Several numbers one after the other, or all at once. Absent: as the configuration says.
    #[serde(default)]
    pub strategy: Option<Strategy>,
    /// How long each number rings: 5 to 120. Absent: as the configuration says.
    #[serde(default)]
    pub ring_seconds: Option<u32>,
    /// How often somebody who is busy is called again: 0 to 5. Absent: as the configuration says.
    #[serde(default)]
    pub retries: Option<u32>,
    /// After how many seconds each time: 1 to 300. Absent: as the configuration says.
    #[serde(default)]
    pub retry_pause_seconds: Option<u32>,
    /// What else people should know of them: "interpreter". Never sent to the switch. At most 120 characters.
    #[serde(default)]
    pub label: String,
    /// Left alone when everybody else is muted, held or dropped.
    #[serde(default)]
    pub moderator: bool,
    /// Only listens: comes in muted, and stays so until let speak.
    #[serde(default)]
    pub listener: bool,
    /// A private introduction: speaks with the attendant first, and hears the room only when let in.
    #[serde(default)]
    pub introduce: bool,
    /// When they have left, the conference ends.
    #[serde(default)]
    pub end_conference_on_exit: bool,
}

/// Why something was not done. Each becomes one problem detail (RFC 9457).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: RefusalCode,
    /// What happened, to whom, and what to do next.
    pub detail: String,
    /// Which of several inputs was at fault, as a JSON pointer (RFC 6901) into the request body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<InputError>,
}

/// One fault in the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InputError {
    /// JSON pointer into the request body, such as `/participants/3/numbers/0`.
    pub pointer: String,
    pub detail: String,
}

/// The closed list of reasons for a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// 404: no such call, conference or participant, or not one this user may see.
    NotFound,
    /// 403: somebody else's.
    NotYours,
    /// 409: another attendant claimed the call.
    Claimed,
    /// 409: the thing is in a state that does not allow it.
    WrongState,
    /// 422: the input is not acceptable.
    BadInput,
    /// 422: no route leads to the number.
    NoRoute,
    /// 403: dial policy does not allow it.
    Policy,
    /// 409: the same idempotency key came with another request.
    KeyReused,
    /// 429: a limit of dial policy is reached for now.
    Limit,
    /// 503: no node has the resources.
    NoResources,
    /// 503: the link to the node is down.
    NodeDown,
    /// 503: the store cannot take a decision now.
    StoreDown,
    /// 422: the user has no station to ring.
    NoStation,
}
