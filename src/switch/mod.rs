//! How FreeSWITCH speaks. Everything that knows a command, a header or a reply of the Event Socket lives here.
//!
//! - [`command`]: typed commands become text, and nowhere else does text for the switch get written
//! - [`event`]: what the switch tells becomes a `domain::input::Input`
//! - [`snapshot`]: what the switch lists, read into types
//! - [`link`]: the session with one switch, reconnecting by itself
//! - [`question`]: asking a switch about its installation, for the doctor
//! - [`hook`]: where the shipped dialplan hands us callers who wait

pub mod command;
pub mod connect;
pub mod event;
pub mod hook;
pub mod link;
pub mod question;
pub mod snapshot;
