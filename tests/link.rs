//! The link against a server with bad manners, and, where there is one, against a real FreeSWITCH.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "test code, which measures real time")]

#[path = "link/fake.rs"]
mod fake;
#[path = "link/freeswitch.rs"]
mod freeswitch;
#[path = "link/live.rs"]
mod live;
mod support;

use fake::{Fake, PASSWORD};
use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use switchboard::{
    domain::{
        effect::{Command, KillCause, Tag},
        ids::ChannelId,
        input::{ChannelEventKind, Input, Outcome},
    },
    switch::link::{Link, LinkConfig, LinkHandle},
};
use tokio::{sync::mpsc, time::timeout};
use uuid::Uuid;

/// Quick enough for a test, slow enough for a busy machine.
fn config(port: u16) -> LinkConfig {
    LinkConfig {
        probe_every: Duration::from_millis(100),
        probe_patience: Duration::from_secs(1),
        patience: Duration::from_secs(1),
        settle: Duration::ZERO,
        first_retry: Duration::from_millis(10),
        longest_retry: Duration::from_millis(100),
        ..LinkConfig::new("127.0.0.1", port, PASSWORD)
    }
}

struct Ear(mpsc::Receiver<Input>);

impl Ear {
    async fn next(&mut self) -> Input {
        timeout(Duration::from_secs(20), self.0.recv()).await.expect("nothing came").expect("the link ended")
    }

    /// The next input that this finds something in; what came before is let go.
    async fn until<T>(&mut self, mut wanted: impl FnMut(Input) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    async fn up(&mut self) {
        self.until(|input| matches!(input, Input::LinkUp { .. }).then_some(())).await;
    }

    async fn down(&mut self) -> String {
        self.until(|input| match input {
            Input::LinkDown { reason } => Some(reason),
            _ => None,
        })
        .await
    }

    async fn reply(&mut self) -> (Tag, Outcome) {
        self.until(|input| match input {
            Input::Reply { tag, outcome } => Some((tag, outcome)),
            _ => None,
        })
        .await
    }

    async fn snapshot(&mut self) -> switchboard::domain::input::Snapshot {
        self.until(|input| match input {
            Input::Snapshot(snapshot) => Some(snapshot),
            _ => None,
        })
        .await
    }
}

/// Waits until this holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn start(config: LinkConfig) -> (LinkHandle, Ear) {
    let (sink, inputs) = mpsc::channel(256);
    (Link::start(config, sink), Ear(inputs))
}

fn channel(n: u128) -> ChannelId {
    ChannelId(Uuid::from_u128(n))
}

fn kill(n: u128) -> Command {
    Command::Kill { channel: channel(n), cause: KillCause::NormalClearing }
}

fn parked(n: u128) -> String {
    format!("Event-Name: CHANNEL_PARK\nUnique-ID: {}\n\n", channel(n))
}

#[tokio::test]
async fn first_the_snapshot_then_what_happened_meanwhile() {
    let fake = Fake::start().await;
    fake.manners.close_gate("show channels");
    let (_handle, mut ear) = start(config(fake.port));
    ear.up().await;
    until("the question", || !fake.manners.heard("show channels").is_empty()).await;
    fake.emit(&parked(1)).await;
    fake.emit(&parked(2)).await;
    fake.manners.open_gate();
    let mut order = Vec::new();
    while order.len() < 3 {
        match ear.next().await {
            Input::Snapshot(_) => order.push("snapshot".to_owned()),
            Input::Channel(event) => {
                assert_eq!(event.kind, ChannelEventKind::Parked);
                order.push(event.channel.to_string());
            }
            Input::Verified(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(order, ["snapshot".to_owned(), channel(1).to_string(), channel(2).to_string()]);
}

#[tokio::test]
async fn commands_of_one_channel_keep_their_order_and_their_connection() {
    let fake = Fake::start().await;
    let (handle, mut ear) = start(config(fake.port));
    ear.snapshot().await;
    let lanes: Vec<ChannelId> = (0..8).map(|_| ChannelId(Uuid::now_v7())).collect();
    for n in 0..25 {
        for lane in &lanes {
            handle.send(*lane, Tag::Quiet(channel(n)), Command::Bridge { first: *lane, second: channel(n) });
        }
    }
    for _ in 0..8 * 25 {
        assert_eq!(ear.reply().await.1, Outcome::Ok(String::new()));
    }
    let mut connections = BTreeMap::new();
    for lane in &lanes {
        let heard = fake.manners.heard(&format!("uuid_bridge {lane} "));
        let order: Vec<String> = heard.iter().map(|(_, text)| text.clone()).collect();
        let sent: Vec<String> = (0..25).map(|n| format!("uuid_bridge {lane} {}", channel(n))).collect();
        assert_eq!(order, sent);
        assert!(heard.iter().all(|(connection, _)| *connection == heard[0].0), "{heard:?}");
        *connections.entry(heard[0].0).or_insert(0) += 1;
    }
    assert!(connections.len() > 1, "all on one connection: {connections:?}");
}

#[tokio::test]
async fn a_late_reply_ends_the_session_and_leaves_its_commands_unknown() {
    let fake = Fake::start().await;
    fake.manners.close_gate("uuid_kill");
    let (handle, mut ear) = start(config(fake.port));
    ear.snapshot().await;
    handle.send(channel(1), Tag::Kill(channel(1)), kill(1));
    handle.send(channel(1), Tag::Exists(channel(1)), Command::Exists(channel(1)));
    let replies = [ear.reply().await, ear.reply().await];
    assert_eq!(
        replies,
        [(Tag::Kill(channel(1)), Outcome::Unknown), (Tag::Exists(channel(1)), Outcome::Unknown)],
        "the second was never sent, and must not get the first one's reply"
    );
    let reason = ear.down().await;
    assert!(reason.contains("no answer to uuid_kill"), "{reason}");
    fake.manners.open_gate();
    ear.up().await;
    ear.snapshot().await;
    handle.send(channel(1), Tag::Exists(channel(1)), Command::Exists(channel(1)));
    assert_eq!(ear.reply().await, (Tag::Exists(channel(1)), Outcome::Ok("true".into())));
}

#[tokio::test]
async fn a_link_that_is_only_half_open_is_noticed_and_made_again() {
    let fake = Fake::start().await;
    let (handle, mut ear) = start(config(fake.port));
    ear.snapshot().await;
    fake.manners.silent.store(true, Ordering::SeqCst);
    let went_silent = Instant::now();
    ear.down().await;
    assert!(went_silent.elapsed() < Duration::from_secs(5), "{:?}", went_silent.elapsed());
    handle.send(channel(1), Tag::Kill(channel(1)), kill(1));
    assert_eq!(ear.reply().await, (Tag::Kill(channel(1)), Outcome::Unknown), "told at once, not when the link is back");
    fake.manners.silent.store(false, Ordering::SeqCst);
    ear.up().await;
    ear.snapshot().await;
}

#[tokio::test]
async fn with_one_connection_lost_all_are_made_again() {
    let fake = Fake::start().await;
    let (_handle, mut ear) = start(config(fake.port));
    ear.snapshot().await;
    let connections = fake.manners.alive.load(Ordering::SeqCst);
    assert_eq!(connections, 10, "one for events, one for questions, eight for commands");
    fake.drop_connection(3);
    ear.down().await;
    ear.up().await;
    ear.snapshot().await;
    until("old connections close", || fake.manners.alive.load(Ordering::SeqCst) == connections).await;
    assert_eq!(fake.manners.logins.lock().unwrap().len(), 20);
}

#[tokio::test]
async fn a_switch_that_crashes_is_found_again() {
    let fake = Fake::start().await;
    let (_handle, mut ear) = start(config(fake.port));
    for _ in 0..3 {
        ear.snapshot().await;
        fake.drop_connections();
        ear.down().await;
        ear.up().await;
    }
    ear.snapshot().await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_tried_slowly() {
    let fake = Fake::start().await;
    let refused_retry = Duration::from_millis(400);
    let (_handle, mut ear) = start(LinkConfig { password: "hunter2".into(), refused_retry, ..config(fake.port) });
    let reason = ear.down().await;
    assert!(reason.contains("password") && !reason.contains("hunter2"), "{reason}");
    until("a third attempt", || fake.manners.logins.lock().unwrap().len() >= 3).await;
    let logins = fake.manners.logins.lock().unwrap().clone();
    for pair in logins.windows(2) {
        assert!(pair[1] - pair[0] >= refused_retry - Duration::from_millis(20), "{:?}", pair[1] - pair[0]);
    }
}

#[tokio::test]
async fn a_switch_that_is_not_ready_is_not_up_but_a_paused_one_is() {
    let fake = Fake::start().await;
    let ready = include_str!("recordings-switch/status.txt");
    fake.manners.reply("status", &ready.replace(") is ready", ") is not ready"));
    let (_handle, mut ear) = start(config(fake.port));
    let reason = ear.down().await;
    assert!(reason.contains("starting or stopping"), "{reason}");
    fake.manners.reply("fsctl pause_check", "true");
    ear.up().await;
    assert!(ear.snapshot().await.health.paused);
    fake.manners.reply("status", ready);
    let health = ear
        .until(|input| match input {
            Input::Verified(health) if !health.paused => Some(health),
            _ => None,
        })
        .await;
    assert_eq!((health.sessions, health.max_sessions), (10, 500));
}

#[tokio::test]
async fn events_that_had_to_be_dropped_lead_to_a_new_snapshot() {
    let fake = Fake::start().await;
    let (sink, inputs) = mpsc::channel(1);
    let mut ear = Ear(inputs);
    let verify_every = Duration::from_secs(3_600);
    let _handle = Link::start(LinkConfig { event_queue: 4, verify_every, ..config(fake.port) }, sink);
    ear.snapshot().await;
    for n in 0..500 {
        fake.emit(&parked(n)).await;
    }
    // Reading was put off until now, so that the queue had to overflow.
    let mut seen = 0;
    ear.until(|input| match input {
        Input::Channel(_) => {
            seen += 1;
            None
        }
        Input::Snapshot(_) => Some(()),
        _ => None,
    })
    .await;
    assert!(seen < 500, "nothing was dropped");
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_never_an_empty_one() {
    let fake = Fake::start().await;
    fake.manners.reply("show channels", "-ERR [SQL error]");
    let (_handle, mut ear) = start(config(fake.port));
    let reason = ear
        .until(|input| match input {
            Input::Snapshot(snapshot) => panic!("{snapshot:?}"),
            Input::LinkDown { reason } => Some(reason),
            _ => None,
        })
        .await;
    assert!(reason.contains("show channels"), "{reason}");
}

#[tokio::test]
async fn a_resync_brings_a_snapshot() {
    let fake = Fake::start().await;
    let (handle, mut ear) = start(LinkConfig { verify_every: Duration::from_secs(3_600), ..config(fake.port) });
    ear.snapshot().await;
    handle.resync();
    ear.snapshot().await;
}

#[tokio::test]
async fn the_first_refused_step_of_a_command_is_its_outcome() {
    let fake = Fake::start().await;
    fake.manners.reply("uuid_setvar_multi", "-ERR No such channel!\n-USAGE: <uuid> …\n");
    let (handle, mut ear) = start(config(fake.port));
    ear.snapshot().await;
    let safe = |text| switchboard::domain::endpoint::Safe::new(text).unwrap();
    let hold = Command::Hold {
        caller: channel(1),
        music: safe("local_stream://moh"),
        longest: Duration::from_secs(60),
        way_back: switchboard::domain::effect::WayBack { extension: safe("wait"), context: safe("default") },
    };
    handle.send(channel(1), Tag::Quiet(channel(1)), hold);
    assert_eq!(ear.reply().await.1, Outcome::Err("No such channel!".into()));
    assert_eq!(fake.manners.heard("uuid_dual_transfer"), []);
}

#[tokio::test]
async fn the_link_closes_when_nobody_holds_it() {
    let fake = Fake::start().await;
    let (handle, mut ear) = start(config(fake.port));
    ear.snapshot().await;
    drop(handle);
    drop(ear);
    until("all connections close", || fake.manners.alive.load(Ordering::SeqCst) == 0).await;
}
