//! The header names of events, as recorded: a client must find here what it will find there.

use crate::{
    client::Client,
    player::quiet,
    recording::{Content, Frame, read},
};
use std::{collections::BTreeMap, time::Duration};
use switchboard::simulator::{Caller, Fate, Simulator, SimulatorConfig};

/// What a phone's SDP, a microphone or a second core would add.
const ONLY_REAL: &[&str] = &[
    "Channel-Read-Codec-Name",
    "Channel-Read-Codec-Rate",
    "Channel-Read-Codec-Bit-Rate",
    "Channel-Write-Codec-Name",
    "Channel-Write-Codec-Rate",
    "Channel-Write-Codec-Bit-Rate",
    "Caller-Callee-ID-Name",
    "Caller-Callee-ID-Number",
    "Caller-Caller-ID-Name",
    "Caller-Orig-Caller-ID-Name",
    "Session-Per-Sec-Max",
    "Session-Per-Sec-FiveMin",
    "Session-Peak-FiveMin",
    // A variable of the room that the recording had set.
    "foo",
];

fn kind(event: &Frame) -> Option<String> {
    event.get("Action").or(event.get("Event-Name")).map(str::to_owned)
}

#[tokio::test]
async fn events_have_the_recorded_headers() {
    let mut recorded = BTreeMap::new();
    for block in read("headers") {
        if let Content::Event(event) = block.content {
            recorded.insert(kind(&event).expect("a name"), event);
        }
    }
    assert!(recorded.len() > 15, "only {:?}", recorded.keys());

    let simulator =
        Simulator::start(SimulatorConfig { speed: 20.0, ..quiet() }).await.expect("a free port on loopback");
    simulator.set_fate("sofia/internal/1002@h", Fate::answers_after(Duration::ZERO));
    let mut client = Client::subscribed(simulator.address(), "ALL").await;
    let c = simulator.caller(Caller { destination: "9000".into(), ..Caller::default() }).to_string();
    client.api("originate {origination_uuid=s1,origination_caller_id_name=Att,origination_caller_id_number=9000}sofia/internal/1002@h &park()").await;
    client.until("the caller in park", |event| crate::client::is(event, "CHANNEL_PARK", &c)).await;
    client.api(&format!("uuid_bridge {c} s1")).await;
    client.until("a bridge", |event| crate::client::is(event, "CHANNEL_BRIDGE", &c)).await;
    client.api(&format!("uuid_transfer {c} -both conference:r@default inline")).await;
    client.until("both in the room", |event| crate::client::acts(event, "add-member", "s1")).await;
    client.until("a floor", |event| event.get("Action") == Some("floor-change")).await;
    simulator.talk("s1", true);
    client.api("conference r lock").await;
    client.api("conference r mute all").await;
    client.command("bgapi status\nJob-UUID: j").await;
    client.api("conference r kick last").await;
    client.until("the end of one", |event| crate::client::is(event, "CHANNEL_HANGUP_COMPLETE", "s1")).await;
    client.api("hupall").await;
    client.until("the end of the room", |event| event.get("Action") == Some("conference-destroy")).await;
    client.until("a sign of life", |event| event.get("Event-Name") == Some("HEARTBEAT")).await;

    for (name, recorded) in recorded {
        let direction = recorded.get("Call-Direction");
        // The room named in an action event is in both; a leg of the same direction is compared.
        let ours = client.events.iter().filter(|event| kind(event).as_deref() == Some(&name)).collect::<Vec<_>>();
        let ours = ours
            .iter()
            .find(|event| event.get("Call-Direction") == direction)
            .or(ours.first())
            .unwrap_or_else(|| panic!("no {name} among {:?}", client.seen()));
        let names = ours.names();
        let missing: Vec<&str> = recorded
            .names()
            .into_iter()
            .filter(|header| !names.contains(header) && !ONLY_REAL.contains(header))
            // The last other leg stays in events of the real one, with all its times.
            .filter(|header| {
                !header.starts_with("Other-Leg-") && *header != "Other-Type" && *header != "Caller-Username"
            })
            .filter(|header| {
                *header != "Job-Command-Arg" && *header != "Caller-Transfer-Source" && *header != "Hangup-Cause"
            })
            .filter(|header| *header != "Application-Data" && *header != "Caller-Dialplan")
            .collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}, it has {names:?}");
    }
}
