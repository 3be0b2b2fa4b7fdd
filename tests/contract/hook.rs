//! The outbound socket: what a hook server is told, and what becomes of the call when it goes away.

use crate::client::{Client, PATIENCE, is};
use std::{collections::BTreeMap, time::Duration};
use switchboard::simulator::{Caller, Simulator, SimulatorConfig};
use tokio::net::TcpListener;

async fn start(speed: f64) -> (Simulator, TcpListener, Client) {
    let simulator = Simulator::start(SimulatorConfig { speed, chatter: false, ..SimulatorConfig::default() })
        .await
        .expect("a free port on loopback");
    let hook = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let client = Client::subscribed(simulator.address(), "ALL").await;
    (simulator, hook, client)
}

fn calling(hook: &TcpListener) -> Caller {
    Caller {
        hooks: vec![hook.local_addr().expect("bound")],
        queue: "sales".into(),
        variables: BTreeMap::from([("account".to_owned(), "42".to_owned())]),
        ..Caller::default()
    }
}

async fn accept(hook: &TcpListener) -> Client {
    let accepted = tokio::time::timeout(PATIENCE, hook.accept()).await.expect("a connection in time");
    Client::over(accepted.expect("a connection").0)
}

#[tokio::test]
async fn the_hook_learns_queue_caller_and_variables_and_steers_the_call() {
    let (simulator, hook, mut client) = start(10.0).await;
    let uuid = simulator.caller(calling(&hook)).to_string();
    let mut server = accept(&hook).await;
    server.write("connect\n\n").await;
    let data = server.reply().await.expect("the channel");
    for (name, value) in [
        ("Event-Name", "CHANNEL_DATA"),
        ("Unique-ID", uuid.as_str()),
        ("Caller-Caller-ID-Name", "Ada Caller"),
        ("Channel-Caller-ID-Number", "5550100"),
        ("variable_switchboard_queue", "sales"),
        ("variable_account", "42"),
        ("Answer-State", "answered"),
        ("Content-Type", "command/reply"),
        ("Reply-Text", "+OK\n"),
        ("Socket-Mode", "async"),
        ("Control", "full"),
    ] {
        assert_eq!(data.get(name), Some(value), "{name}");
    }
    assert_eq!(server.command("myevents").await, "+OK Events Enabled");
    assert_eq!(server.command("getvar account").await, "42");
    assert_eq!(server.command("linger 5").await, "+OK will linger 5 seconds");
    let music = "sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: local_stream://moh\nEvent-UUID: ev-1";
    assert_eq!(server.command(music).await, "+OK");
    let at = server.until("music", |event| event.get("Application") == Some("playback")).await;
    assert_eq!(server.events[at].get("Application-UUID"), Some("ev-1"));
    // 51: sent elsewhere, the socket stays open, and hears of it.
    client.api(&format!("uuid_transfer {uuid} conference:r@default inline")).await;
    server
        .until("the socket left", |event| {
            is(event, "CHANNEL_EXECUTE_COMPLETE", &uuid) && event.get("Application") == Some("socket")
        })
        .await;
    server.until("the room entered", |event| event.get("Application") == Some("conference")).await;
    assert_eq!(server.command("getvar account").await, "42");
    simulator.hang_up(&uuid, "NORMAL_CLEARING");
    server.write("getvar account\n\n").await;
    let mut notices = Vec::new();
    while let Some(frame) = server.frame().await {
        if frame.get("Content-Type") == Some("text/disconnect-notice") {
            notices.push(frame.get("Content-Disposition").unwrap_or_default().to_owned());
        }
    }
    assert_eq!(notices, ["linger", "disconnect"]);
}

#[tokio::test]
async fn a_refusing_hook_gives_the_call_to_the_next_and_then_to_the_dialplan() {
    let (simulator, hook, mut client) = start(20.0).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let dead = gone.local_addr().expect("bound");
    drop(gone);
    let mut caller = calling(&hook);
    caller.hooks.insert(0, dead);
    simulator.caller(caller.clone());
    drop(accept(&hook).await);
    // Nobody at all: music, another try, and in the end the fallback.
    caller.hooks = vec![dead];
    let uuid = simulator.caller(caller).to_string();
    client
        .until("the fallback", |event| {
            is(event, "CHANNEL_EXECUTE", &uuid) && event.get("Application-Data") == Some("switchboard_fallback=true")
        })
        .await;
    let tries = client
        .events
        .iter()
        .filter(|event| is(event, "CHANNEL_EXECUTE", &uuid) && event.get("Application") == Some("socket"))
        .count();
    assert!(tries > 10, "tried again while music played: {tries}");
}

#[tokio::test]
async fn facts_72_73_a_dead_hook_returns_the_call_when_its_bounded_music_ends() {
    let (simulator, hook, mut client) = start(10.0).await;
    let uuid = simulator.caller(calling(&hook)).to_string();
    let mut server = accept(&hook).await;
    server.command("myevents").await;
    for (app, arg) in [("set", "playback_timeout_sec=2"), ("playback", "local_stream://moh")] {
        let send = format!(
            "sendmsg\ncall-command: execute\nexecute-app-name: {app}\nexecute-app-arg: {arg}\nevent-lock: true"
        );
        server.command(&send).await;
    }
    server.until("music", |event| is(event, "PLAYBACK_START", &uuid)).await;
    drop(server);
    client
        .until("the socket left", |event| {
            is(event, "CHANNEL_EXECUTE_COMPLETE", &uuid) && event.get("Application") == Some("socket")
        })
        .await;
    let order = |name: &str| {
        client.events.iter().position(|event| is(event, name, &uuid)).unwrap_or_else(|| panic!("no {name}"))
    };
    assert!(order("PLAYBACK_STOP") < order("CHANNEL_UNPARK"), "the piece was played to its end first");
    // And the dialplan tries the hook again.
    accept(&hook).await;
}

#[tokio::test]
async fn fact_72_endless_music_holds_the_call_though_the_hook_is_dead() {
    let (simulator, hook, mut client) = start(10.0).await;
    let uuid = simulator.caller(calling(&hook)).to_string();
    let mut server = accept(&hook).await;
    server.command("myevents").await;
    let endless =
        "sendmsg\ncall-command: execute\nexecute-app-name: endless_playback\nexecute-app-arg: local_stream://moh";
    server.command(endless).await;
    server.until("music", |event| is(event, "PLAYBACK_START", &uuid)).await;
    drop(server);
    let waited = tokio::time::Instant::now() + PATIENCE;
    while simulator.channel(&uuid).is_some_and(|channel| channel.hooked) {
        assert!(tokio::time::Instant::now() < waited, "the closed socket is noticed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Whatever was to follow would have followed before this later call is answered.
    let later = simulator.caller(calling(&hook)).to_string();
    client.until("a later call", |event| is(event, "CHANNEL_PARK", &later)).await;
    assert_eq!(simulator.channel(&uuid).expect("still there").application, "endless_playback");
}

#[tokio::test]
async fn fact_49_without_event_lock_a_set_runs_during_the_playback() {
    for (lock, during) in [("false", true), ("true", false)] {
        let (simulator, hook, _client) = start(5.0).await;
        let uuid = simulator.caller(calling(&hook)).to_string();
        let mut server = accept(&hook).await;
        server.command("myevents").await;
        for (app, arg) in [("playback", "tone_stream://%(2000,0,500)"), ("set", "q=1")] {
            let send = format!(
                "sendmsg\ncall-command: execute\nexecute-app-name: {app}\nexecute-app-arg: {arg}\nevent-lock: {lock}"
            );
            server.command(&send).await;
        }
        let set = server.until("the set", |event| event.get("Application-Data") == Some("q=1")).await;
        let stop = server.until("the end of the tone", |event| is(event, "PLAYBACK_STOP", &uuid)).await;
        assert_eq!(set < stop, during, "event-lock: {lock}");
    }
}
