//! What the commands really do, on a real switch.

use super::{Ear, freeswitch::FreeSwitch};
use std::time::Duration;
use switchboard::{
    domain::{
        effect::{Command, Door, KillCause, Originate, Ringing, Room, Tag, Target, WayBack},
        endpoint::{Endpoint, Safe},
        ids::ChannelId,
        input::{ChannelEventKind, HookEvent, Input, Outcome, RoomEventKind},
        setting::Setting,
    },
    switch::{
        hook::{Hook, HookConfig, HookHandle},
        link::{Link, LinkHandle},
    },
};
use tokio::sync::mpsc;
use uuid::Uuid;

struct Lab {
    switch: FreeSwitch,
    link: LinkHandle,
    hook: HookHandle,
    ear: Ear,
}

fn safe(text: &str) -> Safe {
    Safe::new(text).unwrap()
}

fn new_channel() -> ChannelId {
    ChannelId(Uuid::now_v7())
}

fn room() -> Room {
    Room { name: safe("room1"), profile: safe("switchboard") }
}

fn way_back() -> WayBack {
    WayBack { extension: safe("wait"), context: safe("default") }
}

impl Lab {
    async fn start() -> Self {
        let (sink, inputs) = mpsc::channel(1_000);
        let listen = "127.0.0.1:0".parse().unwrap();
        let piece = Duration::from_secs(2);
        let hook = HookConfig { piece, ..HookConfig::new(listen, safe("local_stream://moh")) };
        let hook = Hook::start(hook, sink.clone()).await.unwrap();
        let switch = FreeSwitch::start(hook.address().port()).await;
        let link = Link::start(switch.config(), sink);
        let mut ear = Ear(inputs);
        ear.up().await;
        assert!(ear.snapshot().await.channels.is_empty());
        Self { switch, link, hook, ear }
    }

    fn endpoint(&self, name: &str) -> Endpoint {
        Endpoint::new(format!("sofia/internal/{name}@127.0.0.1:{}", self.switch.sip)).unwrap()
    }

    fn originate(&self, name: &str, target: Target, confirm: Option<u64>) -> ChannelId {
        let leg = new_channel();
        let originate = Originate {
            legs: vec![Ringing {
                leg,
                endpoint: self.endpoint(name),
                confirm: confirm.is_some(),
                caller_id_name: Some(safe("Board").into()),
                caller_id_number: Some(safe("+49301")),
                variables: vec![(safe("switchboard_leg"), safe("x").into())],
            }],
            target,
            ring: Duration::from_secs(2),
            confirm: Duration::from_secs(confirm.unwrap_or(10)),
            prompt: Vec::new(),
            reason: None,
            longest: Duration::from_secs(60),
        };
        self.link.send(leg, Tag::Originate(leg), Command::Originate(originate));
        leg
    }

    async fn run(&mut self, channel: ChannelId, command: Command) -> Outcome {
        let wanted = Tag::Exists(new_channel());
        self.link.send(channel, wanted.clone(), command);
        self.ear
            .until(|input| match input {
                Input::Reply { tag, outcome } if tag == wanted => Some(outcome),
                _ => None,
            })
            .await
    }

    async fn arrival(&mut self) -> (ChannelId, Option<String>) {
        self.ear
            .until(|input| match input {
                Input::Hook(HookEvent::Arrived { channel, queue, disposition, .. }) => {
                    assert_eq!(queue.as_deref(), Some("main"));
                    Some((channel, disposition))
                }
                _ => None,
            })
            .await
    }

    async fn channel(&mut self, who: ChannelId, wanted: &ChannelEventKind) {
        self.ear
            .until(|input| match input {
                Input::Channel(event) if event.channel == who && event.kind == *wanted => Some(()),
                _ => None,
            })
            .await;
    }

    async fn in_room(&mut self, wanted: impl Fn(&RoomEventKind) -> bool) -> RoomEventKind {
        self.ear
            .until(|input| match input {
                Input::Room(event) if event.room == "room1" && wanted(&event.kind) => Some(event.kind),
                _ => None,
            })
            .await
    }

    async fn joins(&mut self, who: ChannelId) -> u32 {
        let joined = |kind: &RoomEventKind| matches!(kind, RoomEventKind::Joined { channel, .. } if *channel == who);
        match self.in_room(joined).await {
            RoomEventKind::Joined { member, .. } => member,
            other => panic!("{other:?}"),
        }
    }

    async fn waiting_caller(&mut self) -> ChannelId {
        self.originate("wait", Target::Park(Duration::from_secs(120)), None);
        self.arrival().await.0
    }

    async fn dial(&mut self, caller: ChannelId, station: &str) -> ChannelId {
        let leg = new_channel();
        let dial = Command::DialFromCaller {
            caller,
            stations: vec![(leg, self.endpoint(station))],
            ring: Duration::from_secs(10),
            way_back: way_back(),
            music: safe("local_stream://moh"),
        };
        assert_eq!(self.run(caller, dial).await, Outcome::Ok(String::new()));
        leg
    }

    async fn answered_call(&mut self) -> (ChannelId, ChannelId) {
        let caller = self.waiting_caller().await;
        self.hook.release(caller);
        let station = self.dial(caller, "answer").await;
        self.channel(caller, &ChannelEventKind::Bridged(station)).await;
        (caller, station)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_caller_is_answered_held_and_resumed() {
    let mut lab = Lab::start().await;
    let caller = lab.waiting_caller().await;
    lab.hook.release(caller);
    lab.dial(caller, "busy").await;
    let again = lab.arrival().await;
    assert_eq!(again, (caller, Some("USER_BUSY".to_owned())), "the caller waits again, and we hear why");
    lab.hook.release(caller);
    let station = lab.dial(caller, "answer").await;
    lab.channel(caller, &ChannelEventKind::Bridged(station)).await;

    let hold = |longest| Command::Hold {
        caller,
        music: safe("local_stream://moh"),
        longest: Duration::from_secs(longest),
        way_back: way_back(),
    };
    assert_eq!(lab.run(caller, hold(60)).await, Outcome::Ok(String::new()));
    lab.channel(station, &ChannelEventKind::Parked).await;
    lab.run(caller, Command::Bridge { first: caller, second: station }).await;
    lab.channel(caller, &ChannelEventKind::Bridged(station)).await;

    // Held and forgotten.
    assert_eq!(lab.run(caller, hold(2)).await, Outcome::Ok(String::new()));
    assert_eq!(lab.arrival().await.0, caller);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_caller_not_let_go_first_is_answered_all_the_same() {
    let mut lab = Lab::start().await;
    let caller = lab.waiting_caller().await;
    let station = lab.dial(caller, "answer").await;
    lab.channel(caller, &ChannelEventKind::Bridged(station)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_call_becomes_a_room_with_guests_of_mixed_fate() {
    let mut lab = Lab::start().await;
    let (caller, station) = lab.answered_call().await;
    for leg in [caller, station] {
        let variables = vec![(safe("park_timeout"), safe("30"))];
        lab.run(leg, Command::SetVariables { channel: leg, variables }).await;
    }
    lab.run(caller, Command::MovePair { channel: caller, room: room() }).await;
    // The station first: that is the order in which the switch moves them.
    let mut members = Vec::new();
    while members.len() < 2 {
        if let RoomEventKind::Joined { channel, .. } =
            lab.in_room(|kind| matches!(kind, RoomEventKind::Joined { .. })).await
        {
            members.push(channel);
        }
    }
    assert!(members.contains(&caller) && members.contains(&station));

    let guest = lab.originate("answer", Target::Room(room(), Door { join_only: true, ..Door::default() }), None);
    let member = lab.joins(guest).await;
    let presses = lab.originate("press", Target::Room(room(), Door { join_only: true, ..Door::default() }), Some(5));
    lab.joins(presses).await;
    let parked = lab.originate("answer", Target::Park(Duration::from_secs(30)), None);
    lab.channel(parked, &ChannelEventKind::Parked).await;
    lab.run(
        parked,
        Command::EnterRoom { channel: parked, room: room(), door: Door { join_only: true, ..Door::default() } },
    )
    .await;
    lab.joins(parked).await;

    lab.run(
        guest,
        Command::Set { room: room(), member, setting: Setting::Muted(true), music: safe("silence_stream://0") },
    )
    .await;
    lab.in_room(|kind| *kind == RoomEventKind::Set { channel: guest, setting: Setting::Muted(true), seen: Vec::new() })
        .await;
    lab.run(guest, Command::Lock { room: room(), on: true }).await;
    lab.in_room(|kind| *kind == RoomEventKind::Locked(true)).await;

    lab.link.resync();
    let snapshot = lab.ear.snapshot().await;
    let seen = &snapshot.rooms["room1"];
    assert!(
        seen.locked
            && seen.members[&guest].seen.contains(&Setting::Muted(true))
            && seen.members[&caller].seen.contains(&Setting::Muted(false))
    );
    assert_eq!(seen.members.len(), 5);
    assert!(snapshot.channels[&guest].answered && !snapshot.channels[&guest].inbound);
    assert!(snapshot.bridges.is_empty());
    assert!(snapshot.health.sessions >= 5 && snapshot.health.max_sessions == 500, "{:?}", snapshot.health);

    let kill = Command::Kill { channel: guest, cause: KillCause::NormalClearing };
    lab.run(guest, kill).await;
    lab.in_room(|kind| *kind == RoomEventKind::Left { channel: guest }).await;
    assert_eq!(lab.run(guest, Command::Exists(guest)).await, Outcome::Ok("false".into()));
    assert_eq!(lab.run(caller, Command::Exists(caller)).await, Outcome::Ok("true".into()));
    let kill = Command::Kill { channel: guest, cause: KillCause::NormalClearing };
    assert_eq!(lab.run(guest, kill).await, Outcome::Err("No such channel!".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn each_failure_of_a_leg_says_its_cause() {
    let mut lab = Lab::start().await;
    let opener = lab.originate("answer", Target::Park(Duration::from_secs(30)), None);
    lab.channel(opener, &ChannelEventKind::Parked).await;
    lab.run(opener, Command::EnterRoom { channel: opener, room: room(), door: Door::default() }).await;
    lab.joins(opener).await;
    for (name, confirm, cause, sip) in [
        ("busy", None, "USER_BUSY", Some(486)),
        ("ring", None, "NO_ANSWER", None),
        // What the far end says in its Reason header goes before the plain meaning of 404.
        ("nobody", None, "NO_ROUTE_DESTINATION", Some(404)),
        // Picked up and pressed nothing; and with the gate on, ringing too long has the same name.
        ("answer", Some(2), "ALLOTTED_TIMEOUT", None),
        ("ring", Some(2), "ALLOTTED_TIMEOUT", None),
    ] {
        let leg = lab.originate(name, Target::Room(room(), Door { join_only: true, ..Door::default() }), confirm);
        let (mut job, mut end) = (None, None);
        while job.is_none() || end.is_none() {
            match lab.ear.next().await {
                Input::Job { channels, outcome } if channels == [leg] => job = Some(outcome),
                Input::Channel(event) if event.channel == leg => {
                    if let ChannelEventKind::HungUp { cause, sip_status, .. } = event.kind {
                        end = Some((cause, sip_status));
                    }
                }
                _ => {}
            }
        }
        assert_eq!((job, end), (Some(Outcome::Err(cause.into())), Some((cause.into(), sip))), "{name} {confirm:?}");
    }
    // A room that is not there is not made.
    let nowhere = Room { name: safe("nowhere"), profile: safe("switchboard") };
    let leg = lab.originate("answer", Target::Room(nowhere, Door { join_only: true, ..Door::default() }), None);
    lab.ear
        .until(|input| match input {
            Input::Channel(event) if event.channel == leg => {
                matches!(event.kind, ChannelEventKind::HungUp { .. }).then_some(())
            }
            _ => None,
        })
        .await;
    lab.link.resync();
    assert!(!lab.ear.snapshot().await.rooms.contains_key("nowhere"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_switch_that_dies_is_noticed() {
    let mut lab = Lab::start().await;
    let core = lab.switch.config();
    lab.switch.kill();
    lab.ear.down().await;
    assert!(tokio::net::TcpStream::connect((core.host.as_str(), core.port)).await.is_err());
}
