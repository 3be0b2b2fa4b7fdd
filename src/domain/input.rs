//! What happens to the core. Everything the shell learns is turned into one of these.

use super::{
    announcement::Passing, dial_in::Typed, effect::Tag, hearing::Relations, ids::ChannelId, keys::Key, setting::Setting,
};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The link is up and subscribed; a snapshot follows.
    LinkUp {
        core: String,
        version: String,
    },
    LinkDown {
        reason: String,
    },
    /// Everything the switch has, asked after the subscription.
    Snapshot(Snapshot),
    /// The probe came back: the switch answers, and says how busy it is.
    Verified(Health),
    Channel(ChannelEvent),
    Room(RoomEvent),
    /// A background originate ended. `channels` are the `origination_uuid`s of its arguments, in order; if it
    /// succeeded, its outcome names the one that was taken.
    Job {
        channels: Vec<ChannelId>,
        outcome: Outcome,
    },
    /// A command was answered, or will never be.
    Reply {
        tag: Tag,
        outcome: Outcome,
    },
    Hook(HookEvent),
    /// A deadline may have passed.
    Tick,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `+OK …`, or a value.
    Ok(String),
    /// What a room's relations are.
    Relations(Relations),
    /// `-ERR …`, without the prefix.
    Err(String),
    /// The link died first: it may have been done or not.
    Unknown,
}

/// How the switch says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub sessions: u32,
    pub max_sessions: u32,
    /// `fsctl pause` is on, or the switch is not ready.
    pub paused: bool,
}

/// Something a channel did.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelEvent {
    pub channel: ChannelId,
    pub kind: ChannelEventKind,
    pub info: ChannelInfo,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelEventKind {
    /// CHANNEL_CREATE
    Created,
    /// CHANNEL_PROGRESS or CHANNEL_PROGRESS_MEDIA
    Ringing,
    /// CHANNEL_ANSWER
    Answered,
    /// DTMF: a key of the phone. Read only of those in our rooms and at the gate.
    Pressed(Key),
    /// CHANNEL_PARK
    Parked,
    /// CHANNEL_BRIDGE: this channel is the A leg
    Bridged(ChannelId),
    /// CHANNEL_UNBRIDGE
    Unbridged(Option<ChannelId>),
    /// CHANNEL_HOLD / CHANNEL_UNHOLD: the phone's own hold
    Hold(bool),
    /// CHANNEL_HANGUP_COMPLETE
    HungUp { cause: String, sip_status: Option<u16>, disposition: Option<String> },
}

/// What an event or a snapshot says of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelInfo {
    /// `sofia/internal/1001@host`
    pub name: String,
    pub inbound: bool,
    pub answered: bool,
    pub caller_name: String,
    pub caller_number: String,
    pub destination: String,
    /// Channel name and numbers of the other leg, where the event says.
    pub other_name: String,
    pub other_caller_name: String,
    pub other_caller_number: String,
    pub other_destination: String,
    pub bypass_media: bool,
    pub proxy_media: bool,
    /// The application it runs, from a snapshot.
    pub application: String,
}

/// Something a room did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomEvent {
    pub room: String,
    pub kind: RoomEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomEventKind {
    Created,
    Destroyed,
    /// `seen` are the settings the switch told with it.
    Joined {
        channel: ChannelId,
        member: u32,
        seen: Vec<Setting>,
    },
    Left {
        channel: ChannelId,
    },
    /// What was set, and what else the switch said with it.
    Set {
        channel: ChannelId,
        setting: Setting,
        seen: Vec<Setting>,
    },
    /// Keys were pressed for this member.
    Pressed {
        channel: ChannelId,
    },
    Talking {
        channel: ChannelId,
        on: bool,
    },
    Locked(bool),
    Recording {
        path: String,
        news: RecordingNews,
    },
    /// A sound is played, or will be in its turn; or it cannot be. To one, or to all.
    Playing {
        channel: Option<ChannelId>,
        file: String,
        failed: bool,
    },
    /// A sound is over.
    Played {
        channel: Option<ChannelId>,
        file: String,
    },
    /// A sound at the door was set, or taken away.
    DoorSound(Passing),
}

/// What the switch tells of one recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingNews {
    Started,
    /// Its file cannot be written.
    Refused,
    Paused(bool),
    Stopped {
        milliseconds: Option<u64>,
        bytes: Option<u64>,
        /// How many were in the room then.
        members: u32,
    },
}

/// Everything the switch has at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    pub health: Health,
    pub channels: BTreeMap<ChannelId, ChannelInfo>,
    /// Pairs that hear each other.
    pub bridges: BTreeSet<(ChannelId, ChannelId)>,
    pub rooms: BTreeMap<String, RoomSnapshot>,
    /// The module that speaks is loaded.
    pub speaks: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSnapshot {
    pub locked: bool,
    pub members: BTreeMap<ChannelId, MemberSnapshot>,
    /// The files it is being recorded into, and whether that is paused.
    pub recordings: BTreeMap<String, bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberSnapshot {
    pub member: u32,
    pub seen: Vec<Setting>,
    pub talking: bool,
}

/// Something the dialplan hook's socket said. A hint, until our own link confirms the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookEvent {
    Arrived {
        channel: ChannelId,
        queue: Option<String>,
        caller_name: String,
        caller_number: String,
        variables: BTreeMap<String, String>,
        /// `originate_disposition`: why the station dialed from this leg did not come.
        disposition: Option<String>,
        /// What the station's SIP said when it refused. The event that says so, too, may come later than the caller.
        sip_status: Option<u16>,
    },
    /// Somebody called an access number.
    DialsIn {
        channel: ChannelId,
        /// The access number, as the dialplan names it.
        access: String,
        caller_name: String,
        caller_number: String,
    },
    /// They were asked for a PIN, and pressed these keys.
    Typed {
        channel: ChannelId,
        typed: Typed,
    },
    Closed {
        channel: ChannelId,
    },
}
