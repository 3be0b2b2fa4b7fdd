//! The states, in the words every part of the product uses: the page, the API, the journal and the log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What we know of one FreeSWITCH server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// The link is down; what is shown of this node may be out of date.
    Down,
    /// Connected, and comparing what the switch says with what the journal says.
    Synchronising,
    /// Connected, compared, and told of every change.
    Up,
    /// Connected, but the switch takes no new calls.
    Paused,
}

/// An outside party who reached the attendant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallState {
    /// Hears music, in the queue.
    Waiting,
    /// An attendant claimed it; their station rings while the caller hears music.
    Ringing,
    /// Caller and attendant hear each other.
    Talking,
    /// The caller hears music; the attendant's station is parked.
    Held,
    /// The call became a conference.
    Conference,
    /// The attendant gave it to somebody else.
    Transferred,
    /// Over.
    Ended,
}

/// The thing the attendant asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConferenceState {
    Requested,
    /// Room and ports are set aside on a node.
    Reserved,
    /// The live call is being moved, or the first participant is being waited for.
    Assembling,
    /// The room exists on the switch and somebody is in it.
    Live,
    /// Somebody, or an end rule, ended it; legs are being hung up.
    Ending,
    Ended,
    /// Nothing was dialed; the reason says why.
    Refused,
}

/// One attempt to reach a participant. Also a participant's own state: that of their latest leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LegState {
    /// Wanted, not yet asked of the switch.
    Queued,
    /// Asked of the switch.
    Dialing,
    /// The far end says it is ringing.
    Ringing,
    /// Picked up, not yet in the room.
    Answered,
    /// Picked up, and asked to press 1.
    Confirming,
    /// In the room.
    Joined,
    /// Was in the room.
    Left,
    /// Never got there; the cause says why.
    Failed,
}

impl LegState {
    /// No channel belongs to the leg any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Left | Self::Failed)
    }
}

/// Why a participant is in the conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParticipantRole {
    /// The outside party of the call that became the conference.
    Caller,
    /// Whoever asked for the conference, at their station.
    Attendant,
    /// Somebody dialed into it.
    Guest,
}

/// What a user may do; see the permission table in `web/permissions.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Acts on own and unclaimed calls, and on own conferences.
    Attendant,
    /// Sees and acts on everybody's.
    Supervisor,
    /// A supervisor who may also manage users and read metrics.
    Administrator,
    /// A program with a bearer token; acts on everything, has no station.
    Program,
}
