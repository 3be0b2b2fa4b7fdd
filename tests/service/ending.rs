//! A conference that ends by itself: judged at the ends, by who is hung up and who is not.

use super::house::{House, SOON, Wishes, people};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner, poll_within};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

scenarios! {
    it_ends_with_whoever_was_named: "With the attendant, as configured; with a guest named for it, and not with another";
    one_is_named_and_unnamed_while_it_lives: "A guest is named whose leaving ends it, and unnamed: it goes on without them; then the caller, and it ends with them";
    the_last_one_is_let_go: "One is left and nobody rings: it ends after the time in which somebody may come back";
    nobody_came_in_time: "Everybody asked is busy: caller and attendant are let go when the time is over";
    its_time_is_warned_of_and_extended: "The longest time: warned of, extended, warned of again, over";
    early_guests_wait_for_the_host: "Whoever is there before the attendant hears music; then all talk, also when the attendant leaves";
    early_guests_are_let_in_by_hand_and_wait_again: "Whoever waits is let in without the host; asked for while it lives, all wait for the host again";
    its_time_holds_without_us: "Killed and started again, and with the link cut when the time comes: it ends all the same";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
const ENDS_WITH_ATTENDANT: &str = "[end_rules]\nattendant_leaves = true\nmax_seconds = 7200\n";

struct Room {
    conference: String,
    caller: End,
    station: End,
    guest: End,
}

impl House {
    /// Caller, attendant and one guest, who hear each other.
    async fn room_with(&self, mut guest: Value, end_rules: Value) -> Room {
        self.expect_all(&[(GUEST, Manner::Answers(50))]).await;
        let talk = self.talk("Ivan", "4930111").await;
        guest["numbers"] = json!([GUEST]);
        let wanted = json!({"call_id": talk.call, "participants": [guest], "end_rules": end_rules});
        let conference = self.anna.post("/conferences", wanted).await.accepted().id();
        self.participant_is(&conference, GUEST, "joined").await;
        let guest = self.world.at(GUEST).await;
        self.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
        Room { conference, caller: talk.caller, station: talk.station, guest }
    }

    async fn ends_because(&self, conference: &str, reason: &str) -> Value {
        let ended = self.ends(conference).await;
        assert_eq!(ended["end_reason"]["code"], reason, "{ended}");
        ended
    }

    async fn is_told(&self, kind: &str, text: &str) {
        let told =
            |page: &Picture| page.activities.iter().find(|one| one["type"] == kind && one["text"] == text).map(drop);
        self.page.shows(text, SOON, told).await;
    }

    /// When its time is over, by the service's clock, in milliseconds.
    fn ends_at(&self, conference: &str) -> u128 {
        let at = self.page.now().conferences[conference]["ends_at"].as_str().unwrap().to_owned();
        let at = time::OffsetDateTime::parse(&at, &time::format_description::well_known::Rfc3339).unwrap();
        u128::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap()
    }
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

async fn it_ends_with_whoever_was_named(report: Report) {
    let plan = Plan { more: ENDS_WITH_ATTENDANT, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let room = house.room_with(json!({}), json!({})).await;
    let shown = &house.page.now().conferences[&room.conference];
    assert_eq!(
        (&shown["end_rules"]["attendant_leaves"], &shown["end_rules"]["max_seconds"]),
        (&json!(true), &json!(7200))
    );
    assert!(shown["ends_at"].is_string(), "{shown}");
    house.world.hang_up(&room.guest);
    house.participant_is(&room.conference, GUEST, "left").await;
    house.world.all_hear_each_other(&[&room.caller, &room.station]).await;
    let hung_up = Instant::now();
    house.world.hang_up(&room.station);
    assert!(house.world.is_over(&room.caller).await, "the caller is let go");
    house.since("over after", hung_up);
    house.ends_because(&room.conference, "attendant_left").await;

    let named = json!({"end_conference_on_exit": true});
    let room = house.room_with(named, json!({"attendant_leaves": false, "max_seconds": 0})).await;
    assert!(house.page.now().conferences[&room.conference]["ends_at"].is_null());
    house.anna.conference(&room.conference, "extend").await.refused(409, "wrong_state");
    house.anna.conference(&room.conference, "leave").await.accepted();
    house.participant_is(&room.conference, "1001", "left").await;
    house.world.all_hear_each_other(&[&room.caller, &room.guest]).await;
    house.world.hang_up(&room.guest);
    assert!(house.world.is_over(&room.caller).await);
    house.ends_because(&room.conference, "host_left").await;
}

async fn the_last_one_is_let_go(report: Report) {
    let house = House::open(report).await;
    let room = house.room_with(json!({}), json!({"one_left": true, "grace_seconds": 4})).await;
    house.world.hang_up(&room.station);
    house.participant_is(&room.conference, "1001", "left").await;
    house.world.all_hear_each_other(&[&room.caller, &room.guest]).await;
    house.world.hang_up(&room.guest);
    let due = |page: &Picture| {
        (page.conferences.get(&room.conference)?["end_due"]["reason"]["code"] == "one_left").then_some(())
    };
    house.page.shows("that it is about to end", SOON, due).await;
    // Somebody comes back, and it goes on.
    house.anna.conference(&room.conference, "rejoin").await.accepted();
    house.participant_is(&room.conference, "1001", "joined").await;
    let station = house.world.at("1001").await;
    house.world.all_hear_each_other(&[&room.caller, &station]).await;
    house.is_told("conference.goes_on", "The conference goes on after all.").await;
    assert!(house.page.now().conferences[&room.conference]["end_due"].is_null());

    let left = Instant::now();
    house.world.hang_up(&station);
    house.page.shows("that it is about to end", SOON, due).await;
    assert!(house.world.is_up(&room.caller));
    assert!(house.world.is_over(&room.caller).await);
    let took = house.since("the last one let go after", left);
    assert!(took >= Duration::from_secs(4), "not before the time is over: {took:?}");
    house.ends_because(&room.conference, "one_left").await;
}

async fn nobody_came_in_time(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(GUEST, Manner::Refuses(486)), (OTHER, Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let rules = json!({"nobody_seconds": 4});
    let wanted = json!({"call_id": talk.call, "participants": people(&[GUEST]), "end_rules": rules});
    let asked = Instant::now();
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    house.participant_is(&conference, GUEST, "failed").await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
    assert!(house.world.is_over(&talk.caller).await && house.world.is_over(&talk.station).await);
    assert!(house.since("over after", asked) >= Duration::from_secs(4));
    house.ends_because(&conference, "nobody_came").await;

    // Without a call, whoever comes is somebody.
    let wanted = json!({"participants": people(&[GUEST, OTHER]), "end_rules": {"nobody_seconds": 2}});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    house.participant_is(&conference, OTHER, "joined").await;
    let other = house.world.at(OTHER).await;
    let created = now();
    poll_within(SOON, || (now() > created + 2_500).then_some(())).await;
    assert!(house.world.is_up(&other), "somebody came");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn its_time_is_warned_of_and_extended(report: Report) {
    let house = House::open(report).await;
    let rules = json!({"max_seconds": 8, "warn_seconds": [5]});
    let room = house.room_with(json!({}), rules).await;
    let first = house.ends_at(&room.conference);
    house.is_told("conference.warning", "The conference ends in 5 seconds.").await;
    let path = format!("/conferences/{}/actions/extend", room.conference);
    house.anna.post(&path, json!({"seconds": 0})).await.refused(422, "bad_input");
    house.anna.post(&path, json!({"minutes": 5})).await.refused(422, "bad_input");
    house.anna.post(&path, json!({"seconds": 6})).await.accepted();
    house.is_told("conference.extended", "Anna lets the conference go on for 6 seconds more.").await;
    let second = house.ends_at(&room.conference);
    assert_eq!(second, first + 6_000);
    let warned = |page: &Picture| {
        let warnings = page.activities.iter().filter(|one| one["type"] == "conference.warning").count();
        (warnings == 2).then_some(())
    };
    house.page.shows("a second warning", SOON, warned).await;
    assert!(now() > first - 1_000, "before the second end, and not before the first again");
    house.world.all_hear_each_other(&[&room.caller, &room.station, &room.guest]).await;
    for end in [&room.caller, &room.station, &room.guest] {
        assert!(house.world.is_over(end).await);
    }
    let late = now().saturating_sub(second);
    house.report.measured("over after its time", Duration::from_millis(u64::try_from(late).unwrap()));
    assert!(now() >= second, "not before its time");
    let ended = house.ends_because(&room.conference, "too_long").await;
    assert!(
        ended["participants"].as_array().unwrap().iter().all(|one| one["cause"]["code"] == "conference_over"),
        "{ended}"
    );
    house.anna.post(&path, json!({"seconds": 6})).await.refused(409, "wrong_state");
}

async fn its_time_holds_without_us(report: Report) {
    let house = House::open(report).await;
    let room = house.room_with(json!({}), json!({"max_seconds": 6, "warn_seconds": []})).await;
    let end = house.ends_at(&room.conference);
    house.service.kill();
    house.comes_back("killed before its time").await;
    assert_eq!(house.ends_at(&room.conference), end, "the moment is kept");
    house.world.all_hear_each_other(&[&room.caller, &room.station, &room.guest]).await;
    for one in [&room.caller, &room.station, &room.guest] {
        assert!(house.world.is_over(one).await);
    }
    assert!(now() >= end, "not before its time");
    house.ends_because(&room.conference, "too_long").await;

    let room = house.room_with(json!({}), json!({"max_seconds": 3, "warn_seconds": []})).await;
    let end = house.ends_at(&room.conference);
    house.world.line.cut();
    house.page.shows("the node down", SOON * 2, |page| (page.node_state() == "down").then_some(())).await;
    poll_within(SOON, || (now() > end + 500).then_some(())).await;
    house.world.all_hear_each_other(&[&room.caller, &room.station, &room.guest]).await;
    house.conference_is(&room.conference, "live").await;
    let mended = Instant::now();
    house.world.line.mend();
    for one in [&room.caller, &room.station, &room.guest] {
        assert!(house.world.is_over(one).await);
    }
    house.since("over after the link was back", mended);
    house.ends_because(&room.conference, "too_long").await;
}

async fn early_guests_wait_for_the_host(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[("1001", Manner::Answers(3_000)), (GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50))])
        .await;
    let wanted = json!({"participants": people(&[GUEST, OTHER]), "include_attendant": true, "wait_for_host": true});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    for number in [GUEST, OTHER] {
        house.participant_is(&conference, number, "joined").await;
    }
    let (guest, other) = (house.world.at(GUEST).await, house.world.at(OTHER).await);
    assert!(house.world.hears_music(&guest).await && house.world.hears_music(&other).await, "early, they hear music");
    assert!(house.world.loses(&guest, &other).await && house.world.loses(&other, &guest).await);
    house.participant_is(&conference, "1001", "joined").await;
    let station = house.world.at("1001").await;
    house.world.all_hear_each_other(&[&guest, &other, &station]).await;
    let nobody_waits = |page: &Picture| {
        let people = page.conferences.get(&conference)?["participants"].as_array()?;
        people.iter().all(|one| one["waits_for_host"] == false && one["hold"] == false).then_some(())
    };
    house.page.shows("nobody waiting any more", SOON, nobody_waits).await;
    house.anna.conference(&conference, "leave").await.accepted();
    house.participant_is(&conference, "1001", "left").await;
    house.world.all_hear_each_other(&[&guest, &other]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn one_is_named_and_unnamed_while_it_lives(report: Report) {
    let house = House::open(report).await;
    let room = house.room_with(json!({}), json!({})).await;
    let act = async |number: &str, verb: &str| {
        let who = house.id_in(&room.conference, number);
        house.anna.post(&format!("/conferences/{}/participants/{who}/actions/{verb}", room.conference), json!({})).await
    };
    for _ in 0..2 {
        act(GUEST, "end_with").await.accepted();
    }
    house.is_shown(&room.conference, GUEST, ("end_conference_on_exit", json!(true))).await;
    act(GUEST, "go_on_without").await.accepted();
    house.is_shown(&room.conference, GUEST, ("end_conference_on_exit", json!(false))).await;
    house.world.hang_up(&room.guest);
    house.participant_is(&room.conference, GUEST, "left").await;
    house.world.all_hear_each_other(&[&room.caller, &room.station]).await;
    act(GUEST, "end_with").await.refused(409, "wrong_state");

    act("4930111", "end_with").await.accepted();
    house.anna.conference(&room.conference, "end_with").await.refused(404, "not_found");
    house.world.hang_up(&room.caller);
    assert!(house.world.is_over(&room.station).await, "it ends with the caller, who was named");
    house.ends_because(&room.conference, "caller_left").await;
}

async fn early_guests_are_let_in_by_hand_and_wait_again(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[("1001", Manner::Answers(50)), (GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50))])
        .await;
    let wanted = json!({"participants": people(&[GUEST, OTHER]), "wait_for_host": true});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    for number in [GUEST, OTHER] {
        house.participant_is(&conference, number, "joined").await;
        house.is_shown(&conference, number, ("waits_for_host", json!(true))).await;
    }
    let (guest, other) = (house.world.at(GUEST).await, house.world.at(OTHER).await);
    assert!(house.world.loses(&guest, &other).await && house.world.hears_music(&other).await, "early, they hear music");
    for _ in 0..2 {
        house.anna.conference(&conference, "wait_for_nobody").await.accepted();
    }
    house.world.all_hear_each_other(&[&guest, &other]).await;
    for number in [GUEST, OTHER] {
        house.is_shown(&conference, number, ("waits_for_host", json!(false))).await;
    }
    house.anna.conference(&conference, "wait_for_host").await.accepted();
    assert!(house.world.loses(&guest, &other).await && house.world.loses(&other, &guest).await, "and wait again");
    assert!(house.world.hears_music(&guest).await && house.world.hears_music(&other).await);
    house.anna.conference(&conference, "rejoin").await.accepted();
    house.participant_is(&conference, "1001", "joined").await;
    let station = house.world.at("1001").await;
    house.world.all_hear_each_other(&[&guest, &other, &station]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
