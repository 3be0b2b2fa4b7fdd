//! The pure core: what a call, a conference and a leg are, and what follows from what happens to them.
//!
//! Nothing in here may read a clock, draw a random number, open a socket or wait. Time, ids and inputs are
//! arguments; facts and effects are results. That is what lets a seed replay a whole house, and a journal
//! rebuild one. The `disallowed_*` lints below (listed in `clippy.toml`) hold the line.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod announcement;
pub mod call;
pub mod cause;
pub mod conference;
pub mod dial_in;
pub mod effect;
pub mod ending;
pub mod endpoint;
pub mod fact;
pub mod group;
pub mod hearing;
pub mod ids;
pub mod input;
pub mod keys;
pub mod node;
pub mod number;
pub mod object;
pub mod pace;
pub mod policy;
pub mod reach;
pub mod recording;
pub mod request;
pub mod route;
pub mod rules;
pub mod setting;
pub mod speech;
pub mod states;
pub mod story;
pub mod text;
pub mod time;
pub mod timers;
pub mod vote;
