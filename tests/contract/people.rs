//! Callers, stations and the switches a test turns.

use crate::{
    client::{Client, is},
    recording::Frame,
};
use std::time::Duration;
use switchboard::simulator::{Caller, Simulator, SimulatorConfig, StationManner};

async fn fast() -> (Simulator, Client) {
    let config = SimulatorConfig { speed: 20.0, chatter: false, ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.expect("a free port on loopback");
    let client = Client::subscribed(simulator.address(), "ALL").await;
    (simulator, client)
}

fn left_with(client: &Client, at: usize) -> &str {
    client.events[at].get("variable_hangup_cause").unwrap_or_default()
}

fn ended(event: &Frame, uuid: &str) -> bool {
    is(event, "CHANNEL_HANGUP_COMPLETE", uuid)
}

#[tokio::test]
async fn the_last_digit_decides_what_becomes_of_a_participant() {
    let (simulator, mut client) = fast().await;
    for (digit, cause) in [(1, "USER_BUSY"), (2, "CALL_REJECTED"), (3, "NO_ANSWER"), (4, "UNALLOCATED_NUMBER")] {
        let uuid = format!("p{digit}");
        let answer = client
            .api(&format!(
                "originate {{origination_uuid={uuid},originate_timeout=20}}sofia/gateway/trunk/4930123{digit} &park()"
            ))
            .await;
        assert_eq!(answer, format!("-ERR {cause}\n"));
        let at = client.until("its end", |event| ended(event, &uuid)).await;
        assert_eq!(left_with(&client, at), cause);
    }
    for digit in [0, 5, 6, 7, 8, 9] {
        let uuid = format!("p{digit}");
        let answer = client
            .api(&format!("originate {{origination_uuid={uuid}}}sofia/gateway/trunk/4930123{digit} &park()"))
            .await;
        assert_eq!(answer, format!("+OK {uuid}\n"));
    }
    client.until("the one who leaves", |event| ended(event, "p6")).await;
    let numbers: Vec<String> = simulator.originates().into_iter().map(|record| record.number).collect();
    assert_eq!(numbers.len(), 10);
    assert_eq!(numbers[0], "49301231");
}

#[tokio::test]
async fn an_ordinary_call_between_stations_is_bridged_and_ends_with_either() {
    let (simulator, mut client) = fast().await;
    let a = simulator.extension_call("1001", "1002").to_string();
    client.until("a bridge", |event| is(event, "CHANNEL_BRIDGE", &a)).await;
    let leg = simulator.channel(&a).expect("the A leg");
    assert_eq!((leg.inbound, leg.answered, leg.application.as_str()), (true, true, "bridge"));
    let b = leg.bridged_to.expect("a partner");
    simulator.hang_up(&b, "NORMAL_CLEARING");
    client.until("the A leg's end", |event| ended(event, &a)).await;
    client.until("the B leg's end", |event| ended(event, &b)).await;
    assert!(simulator.channels().is_empty());
}

#[tokio::test]
async fn a_station_behaves_as_it_was_told() {
    let (simulator, mut client) = fast().await;
    for (manner, cause) in [
        (StationManner::Busy, "USER_BUSY"),
        (StationManner::Declines, "CALL_REJECTED"),
        (StationManner::NoAnswer, "NO_ANSWER"),
    ] {
        simulator.set_station("1001", true, manner);
        let answer = client.api("originate {originate_timeout=4}user/1001@127.0.0.1 &park()").await;
        assert_eq!(answer, format!("-ERR {cause}\n"));
    }
    let manner = StationManner::AnswersAndHangsUp { after: Duration::ZERO, stays: Duration::from_millis(100) };
    simulator.set_station("1001", true, manner);
    assert_eq!(client.api("originate {origination_uuid=q}user/1001 &park()").await, "+OK q\n");
    client.until("its end", |event| ended(event, "q")).await;
}

#[tokio::test]
async fn an_impatient_caller_hangs_up() {
    let (simulator, mut client) = fast().await;
    let uuid = simulator.caller(Caller { patience: Some(Duration::from_secs(3)), ..Caller::default() }).to_string();
    let at = client.until("the caller's end", |event| ended(event, &uuid)).await;
    assert_eq!(left_with(&client, at), "NORMAL_CLEARING");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_people() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator =
            Simulator::start(SimulatorConfig { seed: 7, ..SimulatorConfig::default() }).await.expect("started");
        runs.push((simulator.core_uuid(), simulator.caller(Caller::default())));
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn a_stalled_switch_answers_nothing_until_it_is_let_go() {
    let (simulator, mut client) = fast().await;
    simulator.stall(true);
    client.write("api status\n\n").await;
    let silence = tokio::time::timeout(Duration::from_millis(200), client.frame()).await;
    assert!(silence.is_err(), "nothing comes: {silence:?}");
    let late = tokio::net::TcpStream::connect(simulator.address()).await;
    assert!(late.is_ok(), "it still accepts");
    simulator.stall(false);
    assert!(client.reply().await.expect("the answer").answer().contains("is ready"));
}

#[tokio::test]
async fn a_lost_reply_is_of_a_command_that_was_executed() {
    let (simulator, mut client) = fast().await;
    simulator.lose_reply_of("bgapi originate");
    client.write("bgapi originate {origination_uuid=u}sofia/gateway/trunk/5558 &park()\nJob-UUID: J\n\n").await;
    client.until("the channel", |event| is(event, "CHANNEL_CREATE", "u")).await;
    // The next answer is that of the next command.
    assert_eq!(client.api("uuid_exists u").await, "true");
    let verbs: Vec<String> = simulator.commands().into_iter().map(|command| command.verb).collect();
    assert_eq!(verbs, ["bgapi", "api"]);
}

#[tokio::test]
async fn connections_can_be_cut_and_refused() {
    let (simulator, mut client) = fast().await;
    simulator.drop_all_connections();
    while client.frame().await.is_some() {}
    simulator.refuse_connections(true);
    let refused = async {
        while tokio::net::TcpStream::connect(simulator.address()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(crate::client::PATIENCE, refused).await.expect("nobody listens");
    simulator.refuse_connections(false);
    let again = async {
        while tokio::net::TcpStream::connect(simulator.address()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(crate::client::PATIENCE, again).await.expect("it listens again");
    assert_eq!(Client::connect(simulator.address()).await.api("uuid_exists x").await, "false");
    simulator.stop().await;
}
