//! The WS over real TCP, with an AS and accounts that live in memory.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used)]

#[path = "web/accounts.rs"]
mod accounts;
#[path = "web/bad_input.rs"]
mod bad_input;
#[path = "web/connections.rs"]
mod connections;
#[path = "web/document.rs"]
mod document;
#[path = "web/groups.rs"]
mod groups;
#[path = "web/house.rs"]
mod house;
#[path = "web/permissions.rs"]
mod permissions;
#[path = "web/reading.rs"]
mod reading;
#[path = "web/recordings.rs"]
mod recordings;
#[path = "web/requests.rs"]
mod requests;
#[path = "web/server.rs"]
mod server;
#[path = "web/signing_in.rs"]
mod signing_in;
#[path = "web/slow_clients.rs"]
mod slow_clients;
#[path = "web/sse.rs"]
mod sse;
#[path = "web/stories.rs"]
mod stories;
#[path = "web/streams.rs"]
mod streams;
#[path = "web/things.rs"]
mod things;
