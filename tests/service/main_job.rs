//! The main job: a live call becomes a conference; and one without a call.

use super::house::{House, Wishes, id_of, participant, people};
use super::process::Plan;
use super::report::Report;
use super::telephony::{Manner, UNREGISTERED};
use serde_json::{Value, json};

use tokio::time::Instant;

scenarios! {
    a_call_becomes_a_conference: "One caller, one attendant, ten participants of mixed fate: every leg's end is right, everybody in the room hears everybody else, nothing is left over";
    a_cold_conference: "A conference without a call: the first who answers opens the room";
    a_cold_conference_nobody_comes_to: "A conference without a call whom nobody answers is over, and says why";
}

const FIRST: &str = "+49305550101";
const LATE: &str = "+49305550102";
const INSIDE: &str = "1003";
const LEAVES: &str = "1004";
const BUSY: &str = "+49305550104";
const DECLINES: &str = "+49305550105";
const NEVER: &str = "+49305550106";
const NOBODYS: &str = "+49305550107";
const MACHINE: &str = "+49305550108";
const NO_LINE: &str = "+43155501";

async fn a_call_becomes_a_conference(report: Report) {
    let plan = Plan { ring_seconds: 8, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    house
        .expect_all(&[
            (FIRST, Manner::Answers(100)),
            (LATE, Manner::Answers(1500)),
            (INSIDE, Manner::Answers(300)),
            (LEAVES, Manner::AnswersAndLeaves(200, 1500)),
            (BUSY, Manner::Refuses(486)),
            (DECLINES, Manner::Refuses(603)),
            (NEVER, Manner::NeverAnswers),
            (MACHINE, Manner::Machine),
            (NOBODYS, Manner::Refuses(404)),
        ])
        .await;
    let talk = house.talk("Ivan", "4930111").await;
    let free = house.page.now().nodes["fs1"]["ports_free"].as_u64().unwrap();

    let asked = Instant::now();
    let numbers = [FIRST, LATE, INSIDE, LEAVES, BUSY, DECLINES, NEVER, NOBODYS, MACHINE, UNREGISTERED];
    let conference = house.start(Some(&talk.call), &numbers).await;
    house.since("answer to POST /conferences after", asked);
    let live = house.conference_is(&conference, "live").await;
    house.since("conference live after", asked);
    assert_eq!(live["ports"], 12, "{live}");
    house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
    house.gap_is_short("the moved pair was without each other for", &talk.caller, &talk.station, asked);

    for number in [FIRST, LATE, INSIDE] {
        house.participant_is(&conference, number, "joined").await;
        house.since(&format!("{number} joined after"), asked);
    }
    for (number, state, reason, sip) in [
        (LEAVES, "left", "hung_up", None),
        (BUSY, "failed", "busy", Some(486)),
        (DECLINES, "failed", "declined", Some(603)),
        (NOBODYS, "failed", "no_such_number", Some(404)),
        (UNREGISTERED, "failed", "not_registered", None),
        (MACHINE, "failed", "pressed_nothing", None),
        (NEVER, "failed", "no_answer", None),
    ] {
        let one = house.participant_is(&conference, number, state).await;
        assert_eq!(one["cause"]["code"], reason, "{one}");
        assert!(one["cause"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{one}");
        if sip.is_some() {
            assert_eq!(one["cause"]["sip_status"].as_u64(), sip, "{one}");
        }
        assert_eq!(one["legs"].as_array().map(Vec::len), Some(1), "{one}");
    }
    house.since("the last leg's end known after", asked);

    // Each says its own tone; each must hear all others'.
    let mut ends = vec![talk.caller, talk.station];
    for number in [FIRST, LATE, INSIDE] {
        ends.push(house.world.at(number).await);
    }
    house.world.all_hear_each_other(&ends.iter().collect::<Vec<_>>()).await;
    house.report.figure("endpoints that heard every other", ends.len());
    let rooms = house.world.rooms(&house.world.probe().await).await;
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    assert_eq!(rooms[0].1, ends.len(), "{rooms:?}");
    for number in numbers.iter().filter(|number| **number != UNREGISTERED) {
        assert_eq!(house.world.times_rung(number), 1, "{number} was rung once");
    }
    // The API says what the stream said.
    let read = house.anna.get(&format!("/conferences/{conference}")).await.accepted().body;
    assert_eq!(participant(&read, NEVER).unwrap()["state"], "failed");

    house.anna.conference(&conference, "end").await.accepted();
    for end in &ends {
        assert!(house.world.is_over(end).await);
    }
    let ended = house.ends(&conference).await;
    assert_eq!(ended["end_reason"]["code"], "ended_by_user", "{ended}");
    let given_back =
        |page: &super::page::Picture| (page.nodes["fs1"]["ports_free"].as_u64() >= Some(free)).then_some(());
    house.page.shows("the ports given back", super::house::SOON, given_back).await;
    let story = house.anna.get(&format!("/conferences/{conference}/story")).await.accepted().body;
    assert!(story["activities"].as_array().is_some_and(|told| told.len() > 20), "{story:#}");
    let history = house.anna.get("/conferences").await.accepted().body;
    let past = history["conferences"].as_array().unwrap();
    assert!(past.iter().any(|one| id_of(one) == conference), "{history:#}");
}

async fn a_cold_conference(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[
            (FIRST, Manner::Answers(800)),
            (INSIDE, Manner::Answers(200)),
            (LEAVES, Manner::Answers(200)),
            (BUSY, Manner::Refuses(486)),
        ])
        .await;
    let body = json!({"participants": people(&[FIRST, INSIDE, LEAVES, BUSY, NO_LINE]), "include_attendant": true});
    let asked = Instant::now();
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    house.conference_is(&conference, "live").await;
    house.since("conference live after", asked);
    let mut ends = Vec::new();
    for number in [FIRST, INSIDE, LEAVES, "1001"] {
        house.participant_is(&conference, number, "joined").await;
        ends.push(house.world.at(number).await);
    }
    house.since("all four joined after", asked);
    let busy = house.participant_is(&conference, BUSY, "failed").await;
    assert_eq!(busy["cause"]["code"], "busy");
    let no_line = house.participant_is(&conference, NO_LINE, "failed").await;
    assert_eq!(no_line["cause"]["code"], "gateway_down", "{no_line}");
    house.world.all_hear_each_other(&ends.iter().collect::<Vec<_>>()).await;
    for number in [FIRST, INSIDE, LEAVES, "1001", BUSY] {
        assert_eq!(house.world.times_rung(number), 1, "{number} was rung once");
    }
    // The last to leave ends it.
    for end in &ends {
        house.world.hang_up(end);
    }
    let ended = house.ends(&conference).await;
    assert_eq!(ended["end_reason"]["code"], "everybody_left", "{ended}");
}

async fn a_cold_conference_nobody_comes_to(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(BUSY, Manner::Refuses(486)), (DECLINES, Manner::Refuses(603))]).await;
    let conference = house.start(None, &[BUSY, DECLINES]).await;
    let ended: Value = house.ends(&conference).await;
    assert_eq!(ended["end_reason"]["code"], "nobody_came", "{ended}");
}
