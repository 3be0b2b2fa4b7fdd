//! What the core wants done. The shell carries effects out only after the facts that came with them are durable.

use super::{
    announcement::{Listener, Passing, SoundFile},
    dial_in::Order,
    endpoint::{Endpoint, Phrase, Safe},
    hearing::Relate,
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    setting::{Digits, Setting},
    speech::Speech,
};
use std::time::Duration;

/// One thing to be done outside.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "nearly every effect is a command")]
pub enum Effect {
    /// A command to the switch. All commands with the same lane reach it in this order.
    Command { tag: Tag, lane: ChannelId, command: Command },
    /// Keep the caller in the hook, with music.
    HookHold(ChannelId),
    /// Let go of the hook's socket: the channel is looked after elsewhere.
    HookRelease(ChannelId),
    /// What the hook is to do with somebody who dialed in.
    HookOrder(ChannelId, Order),
    /// Ask the switch for everything again, and compare.
    Resync,
}

/// What a command was for, so that its reply finds its way back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// Is this channel alive?
    Exists(ChannelId),
    Answer(CallId),
    Hold(CallId),
    Resume(CallId),
    /// From now on the hang-up of the station ends the call.
    Settle(CallId),
    Move(ConferenceId),
    /// Bridge the pair again after a failed move.
    Bridge(ConferenceId),
    /// By the first of its legs.
    Originate(ChannelId),
    Enter(ChannelId),
    Kill(ChannelId),
    /// Something for a room, or for one in it, whose effect an event tells.
    Control(ConferenceId, Option<ParticipantId>),
    /// Who hears whom?
    Relations(ConferenceId),
    /// Something for the recording of a room.
    Record(ConferenceId),
    /// A sound, by its number within the conference.
    Announce(ConferenceId, u32),
    /// Does the sound of this stranger go past the switch?
    Media(ChannelId, Media),
    /// Is this channel in the hook?
    Hooked(ChannelId),
    /// Nothing follows from the reply.
    Quiet(ChannelId),
}

/// Ways for sound to go past the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Media {
    /// `bypass_media`: it can be brought back.
    Bypass,
    /// `proxy_media`: it cannot.
    Proxy,
}

/// A command, typed. `switch::command` is the only place that writes its text.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `uuid_exists`
    Exists(ChannelId),
    /// `uuid_getvar C bypass_media|proxy_media`
    AskMedia { channel: ChannelId, media: Media },
    /// Is this channel in the dialplan's `socket`, or was it since we last took it away?
    AskHook(ChannelId),
    /// `uuid_setvar_multi`
    SetVariables { channel: ChannelId, variables: Vec<(Safe, Safe)> },
    /// Ring stations from the caller's own leg, with the way back to the waiting extension behind it.
    DialFromCaller {
        caller: ChannelId,
        stations: Vec<(ChannelId, Endpoint)>,
        ring: Duration,
        way_back: WayBack,
        music: Safe,
    },
    /// Put a channel back to the waiting extension.
    ReturnToWaiting { channel: ChannelId, way_back: WayBack },
    /// Move a bridged pair into a room, with park behind it to catch a refused leg.
    MovePair { channel: ChannelId, room: Room },
    /// Bridge two live channels.
    Bridge { first: ChannelId, second: ChannelId },
    /// The caller to bounded music with the way back behind it, the station to park.
    Hold { caller: ChannelId, music: Safe, longest: Duration, way_back: WayBack },
    /// Ring somebody.
    Originate(Originate),
    /// Whoever was dialed into a room, and has not answered, comes into another one when they do.
    Redirect { leg: ChannelId, room: Room, door: Door },
    /// What reached the switch so far is done before the next command of this lane.
    LetSettle(Duration),
    /// Take a parked channel into a room.
    EnterRoom { channel: ChannelId, room: Room, door: Door },
    /// `uuid_kill`
    Kill { channel: ChannelId, cause: KillCause },
    /// `conference ROOM mute|unmute|deaf|undeaf|hold|unhold|volume_in|volume_out|energy MEMBER [value]`; whoever is put
    /// on hold hears the music.
    Set { room: Room, member: u32, setting: Setting, music: Safe },
    /// `conference ROOM relate SPEAKERS LISTENERS nospeak|clear`
    Relate { room: Room, relate: Relate },
    /// `conference ROOM relate 0`: all relations there are.
    AskRelations(Room),
    /// `conference ROOM dtmf MEMBER digits`: pressed for them, to be heard at their end.
    Press { room: Room, member: u32, digits: Digits },
    /// `conference ROOM play SOUND`, to everybody in it.
    Announce { room: Room, sound: Safe },
    /// `conference ROOM recording start|stop|pause|resume PATH`
    Record { room: Room, path: Safe, verb: RecordVerb },
    /// `conference ROOM play FILE [MEMBER]`
    Play { room: Room, file: SoundFile, listener: Option<Listener> },
    /// The same of a text that a voice of the switch speaks.
    Say { room: Room, speech: Speech, listener: Option<Listener> },
    /// `conference ROOM stop all`, or what one hears: `stop current MEMBER`
    StopPlaying { room: Room, listener: Option<Listener> },
    /// `conference ROOM enter_sound|exit_sound file FILE|off`
    DoorSound { room: Room, door: Passing, sound: Option<SoundFile> },
    /// `conference ROOM lock|unlock`
    Lock { room: Room, on: bool },
    /// Bring bypassed media back through the switch: `uuid_media`.
    TakeMedia(ChannelId),
}

/// Attempts to reach a participant, made by one command.
#[derive(Clone, Debug, PartialEq)]
pub struct Originate {
    /// One, or several numbers of one person: the first that is accepted is taken, the others are hung up.
    pub legs: Vec<Ringing>,
    pub target: Target,
    /// How long the far ends may ring.
    pub ring: Duration,
    /// Press 1 to join, within this time; for the legs that ask for it.
    pub confirm: Duration,
    /// What they hear until they press it: files of the switch, one after the other. None: a tone.
    pub prompt: Vec<Safe>,
    /// What tells them first why they are rung: before they are asked for a key, or before they are in the room.
    pub reason: Option<SoundFile>,
    /// The switch hangs the leg up after this long, whatever becomes of us.
    pub longest: Duration,
}

/// One phone that is to ring.
#[derive(Clone, Debug, PartialEq)]
pub struct Ringing {
    pub leg: ChannelId,
    pub endpoint: Endpoint,
    /// Whoever picks up is asked to press 1.
    pub confirm: bool,
    pub caller_id_name: Option<Phrase>,
    pub caller_id_number: Option<Safe>,
    /// Route's own variables, then our tags.
    pub variables: Vec<(Safe, Phrase)>,
}

/// Where an answered leg goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Straight into a room that lives; never makes one.
    Room(Room, Door),
    /// Parked until we take it in.
    Park(Duration),
}

/// What becomes of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordVerb {
    Start,
    Stop,
    Pause,
    Resume,
}

/// How somebody comes into a room: mod_conference's member flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// Never makes the room: who finds it gone is hung up.
    pub join_only: bool,
    /// Comes in muted.
    pub muted: bool,
    /// Comes in without hearing the room.
    pub deaf: bool,
}

/// A room and its profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub name: Safe,
    pub profile: Safe,
}

/// The extension and context of the shipped waiting dialplan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    pub extension: Safe,
    pub context: Safe,
}

/// Why we hang a channel up, as the switch is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillCause {
    NormalClearing,
    /// For a leg that still rings: the far end is told that the call was cancelled.
    OriginatorCancel,
    /// They said that they do not want to join.
    CallRejected,
}
