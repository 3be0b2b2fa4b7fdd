//! A FreeSWITCH stand-in that speaks real Event Socket over TCP, for the demonstration and for tests.
//!
//! It answers as a FreeSWITCH 1.11 was measured to answer, the awkward parts included: `+OK` that proves nothing,
//! legs that die of a wrong name, jobs reported before or after the channel ends, replies withheld behind a blocking
//! command. It imports nothing of `switch` or `engine` and not the Event Socket client either, so that a bug in our
//! reading of the protocol cannot hide behind the same bug in its writing.
//!
//! One world behind one mutex; whatever takes time is a job on the world's clock. The rooms:
//!
//! * `wire`, `event`, `present`: frames, events, and a channel as event headers
//! * `server`, `session`, `console`, `hook`: connections, subscriptions, the commands of the protocol, outbound sockets
//! * `api`: one file for each family of `api` commands
//! * `channel`, `ending`, `dialplan`, `apps`, `playback`, `transfer`, `bridge`, `dial`, `leg`: what channels do
//! * `room`, `room_events`, `sound`, `talk`: conferences
//! * `people`, `fates`: callers, stations and the people who are rung
//! * `faults`: what a test may break

// The laws about clocks and ordered maps bind the pure core; a stand-in for a switch lives in real time.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod api;
mod apps;
mod bridge;
mod channel;
mod clock;
mod config;
mod console;
mod control;
mod dial;
mod dialplan;
mod digits;
mod ending;
mod event;
mod fates;
mod faults;
mod hook;
mod leg;
mod people;
mod playback;
mod present;
mod recorder;
mod room;
mod room_events;
mod server;
mod session;
mod sound;
mod speech;
mod talk;
mod text;
mod transfer;
mod wire;
mod world;

pub use config::{Caller, SimulatorConfig, Station, StationManner};
pub use control::{ChannelInfo, OriginateRecord, ReceivedCommand, RoomInfo, RoomMember, Simulator};
pub use fates::Fate;
pub use faults::MoveFault;
