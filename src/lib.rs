//! Switchboard: attendant conferencing for FreeSWITCH. `ARCHITECTURE.md` is the map of the house.

pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod simulator;
pub mod store;
pub mod switch;
pub mod web;
