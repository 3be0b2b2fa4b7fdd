//! The files we ship, the ways of moving calls we build on, and the telephones the other tests use, against a real
//! FreeSWITCH. Each test has a switch of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod support;

#[path = "freeswitch/harness.rs"]
mod harness;
#[path = "freeswitch/moving.rs"]
mod moving;
#[path = "freeswitch/rooms.rs"]
mod rooms;
#[path = "freeswitch/waiting.rs"]
mod waiting;
