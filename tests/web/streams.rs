//! The live stream: a picture, then changes, and going on where another stream ended.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, PATIENCE, Person, Plan, problem},
    things,
};
use reqwest::Method;
use std::time::{Duration, Instant};
use switchboard::{
    engine::view::Status,
    web::{WebSettings, settings::StreamSettings},
};

const PROGRAM: Person = Person::Bearer(PROGRAM_TOKEN);

fn with_stream(stream: StreamSettings) -> Plan {
    Plan { settings: WebSettings { stream, ..WebSettings::default() }, ..Plan::default() }
}

#[tokio::test]
async fn a_picture_comes_first_and_each_change_after_it() {
    let house = House::start().await;
    let mut events = house.events(&PROGRAM, None).await;
    let picture = events.expect("snapshot").await;
    assert_eq!((picture.id.as_str(), &picture.data["event_id"]), ("boot-1:100", &"boot-1:100".into()));
    assert_eq!(picture.data["calls"][0]["id"], things::call_id(1).to_string());

    house.server.publish(Status::Call(things::call(2)));
    house.server.publish(Status::CallGone { id: things::call_id(2) });
    house.server.publish(Status::Conference(things::conference(2, 2)));
    house.server.publish(Status::Talking {
        conference_id: things::conference_id(2),
        participant_id: things::participant_id(3),
        talking: true,
    });
    house.server.publish(things::line("Everybody is \"here\".\nReally."));
    let call = events.expect("call").await;
    assert_eq!((call.id.as_str(), &call.data["state"]), ("boot-1:101", &"waiting".into()));
    assert_eq!(events.expect("call_gone").await.data["id"], things::call_id(2).to_string());
    assert_eq!(events.expect("conference").await.data["room"], "room2");
    assert_eq!(events.expect("talking").await.data["talking"], true);
    let line = events.expect("activity").await;
    assert_eq!((line.id.as_str(), &line.data["text"]), ("boot-1:105", &"Everybody is \"here\".\nReally.".into()));
}

#[tokio::test]
async fn a_stream_goes_on_where_another_ended() {
    let house = House::start().await;
    let mut events = house.events(&PROGRAM, None).await;
    events.expect("snapshot").await;
    for text in ["one", "two", "three"] {
        house.server.publish(things::line(text));
    }
    let one = events.expect("activity").await;
    drop(events);
    // Known to the ring once another stream has it.
    let mut other = house.events(&PROGRAM, Some("boot-1:100")).await;
    for text in ["one", "two", "three"] {
        assert_eq!(other.expect("activity").await.data["text"], text);
    }
    let mut events = house.events(&PROGRAM, Some(&one.id)).await;
    for (text, id) in [("two", "boot-1:102"), ("three", "boot-1:103")] {
        let next = events.expect("activity").await;
        assert_eq!((next.data["text"].as_str(), next.id.as_str()), (Some(text), id));
    }
    house.server.publish(things::line("four"));
    assert_eq!(events.expect("activity").await.data["text"], "four");
}

#[tokio::test]
async fn an_id_that_is_unknown_gets_a_fresh_picture() {
    let house = House::build(with_stream(StreamSettings { ring: 2, ..StreamSettings::default() })).await;
    let mut first = house.events(&PROGRAM, None).await;
    first.expect("snapshot").await;
    for text in ["one", "two", "three"] {
        house.server.publish(things::line(text));
        first.expect("activity").await;
    }
    for id in ["boot-0:102", "boot-1:100", "boot-1:9999", "boot-1:-1", "102", "nonsense", ""] {
        let mut events = house.events(&PROGRAM, Some(id)).await;
        assert_eq!(events.expect("snapshot").await.id, "boot-1:103", "{id:?}");
    }
    let mut events = house.events(&PROGRAM, Some("boot-1:101")).await;
    assert_eq!(events.expect("activity").await.data["text"], "two", "the oldest that can be gone on from");
}

#[tokio::test]
async fn what_is_kept_is_bounded_in_bytes_too() {
    let stream = StreamSettings { ring_bytes: 10_000, ..StreamSettings::default() };
    let house = House::build(with_stream(stream)).await;
    let mut first = house.events(&PROGRAM, None).await;
    first.expect("snapshot").await;
    for _ in 0..3 {
        house.server.publish(things::line(&"x".repeat(4_000)));
        first.expect("activity").await;
    }
    assert_eq!(house.events(&PROGRAM, Some("boot-1:100")).await.expect("snapshot").await.id, "boot-1:103");
    assert_eq!(house.events(&PROGRAM, Some("boot-1:101")).await.expect("activity").await.id, "boot-1:102");
}

#[tokio::test]
async fn an_attendant_is_rid_of_a_call_that_another_claims() {
    let house = House::start().await;
    let (anna, ben) = (house.sign_in("anna").await, house.sign_in("ben").await);
    let (mut at_annas, mut at_bens) = (house.events(&anna, None).await, house.events(&ben, None).await);
    assert_eq!(at_annas.expect("snapshot").await.data["conferences"].as_array().unwrap().len(), 1);
    assert_eq!(at_bens.expect("snapshot").await.data["conferences"].as_array().unwrap().len(), 0);
    house.server.publish(Status::Call(things::claimed(1, 2)));
    house.server.publish(Status::Conference(things::conference(2, 2)));
    house.server.publish(things::line("end"));
    let gone = at_annas.expect("call_gone").await;
    assert_eq!((gone.id.as_str(), &gone.data["id"]), ("boot-1:101", &things::call_id(1).to_string().into()));
    assert_eq!(at_annas.expect("activity").await.data["text"], "end", "not the conference of somebody else");
    assert_eq!(at_bens.expect("call").await.data["state"], "ringing");
    at_bens.expect("conference").await;

    // Whoever was away while it was claimed is rid of it too.
    let mut resumed = house.events(&anna, Some("boot-1:100")).await;
    resumed.expect("call_gone").await;
    resumed.expect("activity").await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_only_with_its_own() {
    let house = House::start().await;
    let (anna, again) = (house.sign_in("anna").await, house.sign_in("anna").await);
    let (mut ending, mut going_on) = (house.events(&anna, None).await, house.events(&again, None).await);
    ending.expect("snapshot").await;
    going_on.expect("snapshot").await;
    let response = house.ask(&anna, Method::DELETE, "/api/v1/sessions/current").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(ending.next().await, None);
    house.server.publish(things::line("still here"));
    going_on.expect("activity").await;
}

#[tokio::test]
async fn a_stream_ends_when_its_session_is_over_by_itself() {
    let house = House::start().await;
    *house.accounts.lifetime.lock().unwrap() = Some(Duration::from_secs(1));
    let anna = house.sign_in("anna").await;
    let mut events = house.events(&anna, None).await;
    events.expect("snapshot").await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_user_who_was_disabled_elsewhere_is_noticed_at_the_next_heartbeat() {
    let heartbeat = Duration::from_millis(50);
    let house = House::build(with_stream(StreamSettings { heartbeat, ..StreamSettings::default() })).await;
    let anna = house.sign_in("anna").await;
    let mut events = house.events(&anna, None).await;
    events.expect("snapshot").await;
    assert_eq!(events.block().await.as_deref(), Some(":heartbeat"));
    house.accounts.sessions.lock().unwrap().clear();
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_store_that_is_down_does_not_blind_the_page() {
    let heartbeat = Duration::from_millis(20);
    let house = House::build(with_stream(StreamSettings { heartbeat, ..StreamSettings::default() })).await;
    let anna = house.sign_in("anna").await;
    let mut events = house.events(&anna, None).await;
    events.expect("snapshot").await;
    house.accounts.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(events.block().await.as_deref(), Some(":heartbeat"));
    }
    house.server.publish(things::line("still here"));
    events.expect("activity").await;
}

#[tokio::test]
async fn changes_the_ws_itself_missed_are_made_good_by_a_fresh_picture() {
    let house = House::build(Plan { changes_kept: 4, ..Plan::default() }).await;
    let mut events = house.events(&PROGRAM, None).await;
    events.expect("snapshot").await;
    // The runtime of this test has one thread: nobody can follow in between.
    for number in 0..50 {
        house.server.publish(Status::Call(things::call(1000 + number)));
    }
    let picture = tokio::time::timeout(PATIENCE, events.expect("snapshot")).await.unwrap();
    assert_eq!(picture.id, "boot-1:150");
    assert_eq!(picture.data["calls"].as_array().unwrap().len(), 51);
    house.server.publish(things::line("after it"));
    assert_eq!(events.expect("activity").await.id, "boot-1:151");
}

#[tokio::test]
async fn one_user_can_have_only_so_many_streams_and_takes_nobody_elses() {
    let house = House::build(with_stream(StreamSettings { per_user: 2, ..StreamSettings::default() })).await;
    let mut first = house.events(&PROGRAM, None).await;
    let mut second = house.events(&PROGRAM, None).await;
    let refused = house.get(&PROGRAM, "/api/v1/events").await;
    assert!(refused.headers().contains_key("retry-after"));
    let (status, code, body) = problem(refused).await;
    assert_eq!((status, code.as_str()), (429, "too_many_streams"), "{body}");
    assert_eq!(house.get(&PROGRAM, "/api/v1/board").await.status(), 200);
    let anna = house.sign_in("anna").await;
    house.events(&anna, None).await.expect("snapshot").await;

    first.expect("snapshot").await;
    drop(first);
    let deadline = Instant::now() + PATIENCE;
    while house.get(&PROGRAM, "/api/v1/events").await.status() != 200 {
        assert!(Instant::now() < deadline, "the seat was not given back");
    }
    second.expect("snapshot").await;
}
