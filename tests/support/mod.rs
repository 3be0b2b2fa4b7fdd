//! What the tests against a real FreeSWITCH stand on: the switch itself, telephones on loopback, and two small
//! Event Socket ends. Nothing here knows the product's own code, so that two bugs cannot cancel out.
//!
//! Use it from any file in `tests/` with `mod support;`. Tests want
//! `#[tokio::test(flavor = "multi_thread", worker_threads = 2)]`, so that audio flows while the test thinks.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "each test file uses a part of this; it is test code, and measures real time"
)]

pub mod behaviour;
pub mod call;
pub mod certificates;
pub mod esl_probe;
pub mod freeswitch;
pub mod freeswitch_conf;
pub mod hook;
pub mod lab;
pub mod lateness;
pub mod proxy;
pub mod rtp;
pub mod sip;
pub mod sip_message;
pub mod tone;

use std::time::Duration;
use tokio::time::Instant;

/// How long a test waits for something that should happen at once.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// Polls until `look` finds something, or the time is up.
pub async fn until<T>(within: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
