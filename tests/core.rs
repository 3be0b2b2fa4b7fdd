//! The pure core, proved in three ways: examples that read as sentences, a journal that folds back into the same
//! state, and a whole house simulated on virtual time.
#![allow(clippy::panic, reason = "tests fail by panicking")]

#[path = "core/desk.rs"]
mod desk;
#[path = "core/examples/mod.rs"]
mod examples;
#[path = "core/house.rs"]
mod house;
#[path = "core/journal.rs"]
mod journal;
#[path = "core/simulation/mod.rs"]
mod simulation;
