//! What the page and programs are shown. Plain data, made from the core's state; never the state itself.

mod dial_in;
mod meeting;

pub use dial_in::{DialInOffer, DialInView, WrongPinsView};
pub use meeting::{AnswerView, BallotView, HandView, VoteView};

use crate::domain::{
    announcement::Beep,
    ending::EndRules,
    ids::{CallId, ChannelId, ConferenceId, EventId, NodeId, ParticipantId, RecordingId, UserId},
    reach::Strategy,
    recording::RecordingState,
    request::NewParticipant,
    states::{CallState, ConferenceState, LegState, NodeState, ParticipantRole},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Everything a page needs to draw itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// Id of the last event this picture contains, for `Last-Event-ID`.
    pub event_id: String,
    /// When the picture was made, by the server's clock.
    pub now: Timestamp,
    pub nodes: Vec<NodeView>,
    pub calls: Vec<CallView>,
    /// Conferences that are not ended or refused, and those that ended in the last minutes.
    pub conferences: Vec<ConferenceView>,
}

/// One FreeSWITCH server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeView {
    pub id: NodeId,
    pub state: NodeState,
    /// When the state shown was last compared with the switch.
    pub verified_at: Option<Timestamp>,
    /// Since when the node has been in this state.
    pub since: Timestamp,
    /// Why the link is down, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// FreeSWITCH's own version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Sessions (channels) in use on the switch.
    pub sessions: u32,
    /// Ports that may still be applied for.
    pub ports_free: u32,
    /// Ports this node may carry in all.
    pub ports_total: u32,
    /// What is decided is written down. While it cannot be, calls go on and people can be let go, but nobody is rung.
    #[serde(default = "yes")]
    pub store_is_up: bool,
    /// Conferences here can be recorded.
    #[serde(default)]
    pub records: bool,
    /// Votes here are secret unless a request says otherwise.
    #[serde(default)]
    pub secret_votes: bool,
    /// The sounds that can be announced in its rooms, by name.
    #[serde(default)]
    pub sounds: Vec<String>,
    /// Texts can be spoken in its rooms: it is configured, and the module is loaded.
    #[serde(default)]
    pub speaks: bool,
    /// Languages a text can be spoken in, besides the usual one.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How conferences here can be dialed into; absent: they cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dial_in: Option<DialInOffer>,
}

fn yes() -> bool {
    true
}

/// Somebody at the far end, as the switch or the attendant named them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartyView {
    pub name: String,
    pub number: String,
}

/// A user, as others may see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserRef {
    pub id: UserId,
    pub name: String,
}

/// How the call came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallKind {
    /// Through the dialplan hook: it waits for any attendant.
    Queue,
    /// An ordinary call of an attendant's station.
    Extension,
}

/// An outside party who reached the attendant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CallView {
    pub id: CallId,
    pub node_id: NodeId,
    pub state: CallState,
    pub kind: CallKind,
    /// The queue the dialplan named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    pub caller: PartyView,
    /// Channel variables the configuration lets through, as text.
    pub variables: BTreeMap<String, String>,
    /// Who answered it, or is about to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendant: Option<UserRef>,
    /// The station that was rung.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// The attendant's phone has put the call on its own hold.
    pub station_hold: bool,
    pub arrived_at: Timestamp,
    /// Since when the call has been in this state.
    pub since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conference_id: Option<ConferenceId>,
    /// Their line dropped out of this conference, which still lives: `join` lets them back in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comes_back_to: Option<ConferenceId>,
    /// What the attendant should know: why answering failed, who hung up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// `hold` or `resume` was asked of the switch and its effect has not been seen yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
}

/// A reason from a closed list, with the same in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Stable, for programs: `busy`, `declined`, `no_answer`, …
    pub code: String,
    /// For people.
    pub text: String,
    /// The SIP status behind it, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_status: Option<u16>,
}

/// The thing the attendant asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConferenceView {
    pub id: ConferenceId,
    pub node_id: NodeId,
    pub state: ConferenceState,
    /// The call it was made from; none for one started cold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<CallId>,
    pub owner: UserRef,
    /// Where the owner has it from; absent if nobody else had it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over: Option<Box<HandedOverView>>,
    /// The room's name on the switch.
    pub room: String,
    pub locked: bool,
    /// Ports reserved for it.
    pub ports: u32,
    /// It was lost with FreeSWITCH, and `rescue` may ring everybody again who was in.
    #[serde(default)]
    pub rescuable: bool,
    /// The conference its people were rung again into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescued_by: Option<ConferenceId>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it ended or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<Notice>,
    /// A short tone when somebody comes or leaves, or their names; absent: as the conference profile says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beep: Option<Beep>,
    /// Whoever comes before the attendant or a moderator hears music until one of them is there.
    #[serde(default)]
    pub wait_for_host: bool,
    /// Raised hands, in the order in which they were raised.
    #[serde(default)]
    pub hands: Vec<HandView>,
    /// Oldest first; the last one may be open.
    #[serde(default)]
    pub votes: Vec<VoteView>,
    /// How people can dial in; absent: they cannot, or it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dial_in: Option<DialInView>,
    /// What is being played, to all or to one, oldest first.
    #[serde(default)]
    pub announcing: Vec<AnnouncementView>,
    /// When it ends by itself.
    #[serde(default)]
    pub end_rules: EndRules,
    /// Its longest time is over then; absent: it has none, or is not live yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// It ends in a moment, unless whoever left comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_due: Option<EndDue>,
    /// Something the attendant must decide now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// What went wrong on the way, though the conference goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// `lock`, `unlock`, or `arrange` (who hears whom) was asked of the switch and its effect has not been seen yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// How many of the participants are where.
    #[serde(default)]
    pub progress: Progress,
    pub participants: Vec<ParticipantView>,
    /// Oldest first. It is being recorded, or about to be, while the last one is not over.
    #[serde(default)]
    pub recordings: Vec<RecordingView>,
}

/// One recording of a conference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordingView {
    pub id: RecordingId,
    /// The file's name, without its folder.
    pub file: String,
    pub state: RecordingState,
    /// `record_stop`, `record_pause` or `record_resume` was asked of the switch and its effect has not been seen yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    pub asked_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Recorded time, pauses left out; as the switch said at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// The file's size; as the switch said at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Why it is over: `stopped`, `conference_over`, `by_itself`, `unseen`, `not_announced`, `not_opened`, `not_started`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Notice>,
}

/// A sound or a text that was asked for, and is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnnouncementView {
    /// Its name; empty for a text.
    pub sound: String,
    /// What is spoken: asked for, or the names of those who came and left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// To one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant_id: Option<ParticipantId>,
    pub state: AnnouncementState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnnouncementState {
    /// Asked of the switch.
    Asked,
    /// It plays, or waits for its turn.
    Playing,
    /// Its end was asked of the switch.
    Stopping,
}

/// An end that is near, because somebody left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndDue {
    pub at: Timestamp,
    pub reason: Notice,
}

/// How far the conference has come with its participants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    pub total: usize,
    /// In the room.
    pub joined: usize,
    /// Being called: dialing, ringing, or picked up and not in yet.
    pub ringing: usize,
    /// Wait for their turn, or to be called again.
    pub waiting: usize,
    /// Were not reached.
    pub failed: usize,
    /// Were in, and left.
    pub left: usize,
}

/// A conference came from somebody else's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedOverView {
    /// Whose it was before.
    pub from: UserRef,
    pub at: Timestamp,
    /// What they wanted said; may be empty.
    pub note: String,
}

/// Something only the attendant can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    pub kind: QuestionKind,
    pub asked_at: Timestamp,
    /// Unanswered by then, the safe choice is taken.
    pub deadline: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// The caller hung up while others were still being rung: go on without them, or stop?
    CallerLeft,
}

/// A person who belongs in a conference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParticipantView {
    pub id: ParticipantId,
    pub role: ParticipantRole,
    /// What the attendant typed, or the switch said; may be empty.
    pub name: String,
    /// The number of the leg being tried, or the first one.
    pub number: String,
    /// That of the leg that got furthest of those under way, else of the last.
    pub state: LegState,
    /// What else people should know of them; may be empty.
    #[serde(default)]
    pub label: String,
    /// Left alone when everybody else is muted, held or dropped.
    #[serde(default)]
    pub moderator: bool,
    /// Runs the conference by the keys of their phone, also when the attendant has left.
    #[serde(default)]
    pub in_charge: bool,
    /// Wants to speak, since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_raised_at: Option<Timestamp>,
    /// What they voted, while a vote is open; absent: nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<BallotView>,
    /// Only listens: is muted whenever they come in.
    #[serde(default)]
    pub listener: bool,
    /// When they have left, the conference ends.
    #[serde(default)]
    pub end_conference_on_exit: bool,
    /// Is in the room although nobody asked for them: sent there by the dialplan or by hand.
    #[serde(default)]
    pub uninvited: bool,
    /// Called the access number themselves.
    #[serde(default)]
    pub dialed_in: bool,
    /// Hears music, until the attendant or a moderator is there.
    #[serde(default)]
    pub waits_for_host: bool,
    /// The sound that is played to them alone, or the text that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announcing: Option<String>,
    /// Is not heard.
    pub muted: bool,
    /// Does not hear.
    #[serde(default)]
    pub deaf: bool,
    /// Put on hold by us: hears music, and neither hears the room nor is heard in it.
    #[serde(default)]
    pub hold: bool,
    /// How much louder (to 4) or quieter (to -4) than it comes they are heard.
    #[serde(default)]
    pub gain_in: i8,
    /// How much louder (to 4) or quieter (to -4) than it comes they hear the room.
    #[serde(default)]
    pub gain_out: i8,
    /// From which level on (0 to 20000) they count as speaking; absent: as the conference profile says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy: Option<u16>,
    /// Where a private introduction stands; absent: they were let in, or none is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduction: Option<IntroductionState>,
    /// Whose place they take when they are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ParticipantId>,
    /// The sidebar they talk in, apart from the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidebar: Option<u32>,
    /// The only participant who hears them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coaching: Option<ParticipantId>,
    /// How several numbers of theirs are called.
    #[serde(default)]
    pub strategy: Strategy,
    /// They were busy, and are called again then; the state is `queued` until then, and the cause says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    pub talking: bool,
    /// The participant's phone has put the conference on its own hold.
    pub on_hold: bool,
    /// Why the latest leg failed or left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Notice>,
    /// Something was asked of the switch and its effect has not been seen yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// Every attempt, oldest first.
    pub legs: Vec<LegView>,
}

/// How far a private introduction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntroductionState {
    /// Not there yet, or there and hearing music.
    Waiting,
    /// Speaks with the attendant, apart from the room.
    Speaking,
}

/// One attempt to reach a participant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LegView {
    pub id: ChannelId,
    pub number: String,
    pub state: LegState,
    pub since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Notice>,
}

/// One line of what happened, for the page's right-hand side, the live region and programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    pub id: EventId,
    /// Dotted: `conference.participant.joined`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Counts up within one conference or call.
    pub sequence: u64,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<CallId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conference_id: Option<ConferenceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant_id: Option<ParticipantId>,
    /// The leg (and its channel's UUID on the switch), where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg_id: Option<ChannelId>,
    /// The number of the leg, or the one the participant is at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The recording, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_id: Option<RecordingId>,
    /// Who did it, if a user did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserRef>,
    /// Who did it, if a participant did, by the keys of their phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_participant_id: Option<ParticipantId>,
    /// One short sentence.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Notice>,
    /// FreeSWITCH's own word for the reason, where it had one: `USER_BUSY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch_cause: Option<String>,
}

/// One change, as it goes out on the live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "shared behind one pointer, and most are conferences")]
pub enum Status {
    /// Sent first, and again whenever the stream cannot be resumed.
    Snapshot(Board),
    Node(NodeView),
    Call(CallView),
    /// The call is over, and need not be shown any more.
    CallGone {
        id: CallId,
    },
    Conference(ConferenceView),
    /// The conference ended a while ago, and is only in the history now.
    ConferenceGone {
        id: ConferenceId,
    },
    /// Sent alone because it changes often: who can be heard.
    Talking {
        conference_id: ConferenceId,
        participant_id: ParticipantId,
        talking: bool,
    },
    Activity(Activity),
}

/// Whom a caller asked for the last time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LastTime {
    pub at: Timestamp,
    /// To be asked for again: as they were rung then.
    pub participants: Vec<NewParticipant>,
}

/// A past or present conference with everything that happened in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Story {
    pub conference: ConferenceView,
    pub activities: Vec<Activity>,
}
