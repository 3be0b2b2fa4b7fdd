//! Raised hands: by the keys of a telephone, shown in their order, and down when their owner leaves.

use super::house::{House, SOON, participant};
use super::keypad::{ANNA, DOWN, PAUL, Table, UP};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    hands_go_up_and_down: "*9 raises a hand, heard by that one alone; lowered by themselves, by the attendant, one or all, and by leaving";
    the_floor_is_given: "Muted and with a hand up: given the floor they are heard, also if they only listened";
    two_hands_at_once: "Two press at the same moment; each is up once, and in one order for all";
    hands_outlive_the_service: "kill -9 with hands up: they are up afterwards, in their order, and who left meanwhile has none";
}

async fn house(report: Report) -> House {
    House::with_keys(report, Plan::default()).await
}

async fn hands_go_up_and_down(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let Table { conference, caller, station, anna, paul, annas_id, .. } = &table;
    let world = &house.world;
    let pressed = Instant::now();
    world.types(paul, "*9").await;
    house.hands_are(conference, &[PAUL]).await;
    house.since("a hand shown after", pressed);
    house.tells("Paul Weber raises a hand.").await;
    assert!(world.hears_sound(paul, UP, pressed).await, "whoever pressed hears it");
    world.types(anna, "*9").await;
    house.hands_are(conference, &[PAUL, ANNA]).await;
    let at = |page: &Picture| {
        let one = participant(page.conferences.get(conference)?, ANNA)?;
        one["hand_raised_at"].as_str().map(str::to_owned)
    };
    assert!(house.page.shows("since when", SOON, at).await.ends_with('Z'));
    assert!(world.hears_sound(anna, UP, pressed).await);
    for end in [caller, station] {
        assert!(!world.heard_sound(end, UP, pressed), "meant for one only");
    }

    let lowered = Instant::now();
    world.types(paul, "*9").await;
    house.hands_are(conference, &[ANNA]).await;
    house.tells("Paul Weber lowers the hand.").await;
    assert!(world.hears_sound(paul, DOWN, lowered).await, "another sound than before");
    // What is no sequence means nothing; a mistyped one can be begun again.
    world.types(paul, "9#1*1**9").await;
    house.hands_are(conference, &[ANNA, PAUL]).await;
    house.anna.participant(conference, annas_id, "lower_hand").await.accepted();
    house.anna.participant(conference, annas_id, "lower_hand").await.accepted();
    house.hands_are(conference, &[PAUL]).await;
    house.tells("Anna lowers the hand of Anna Berg.").await;
    house.anna.participant(conference, annas_id, "raise_hand").await.accepted();
    house.hands_are(conference, &[PAUL, ANNA]).await;
    world.types(caller, "*9").await;
    house.hands_are(conference, &[PAUL, ANNA, "4930111"]).await;

    world.hang_up(paul);
    house.participant_is(conference, PAUL, "left").await;
    house.hands_are(conference, &[ANNA, "4930111"]).await;
    house.anna.conference(conference, "lower_hands").await.accepted();
    house.hands_are(conference, &[]).await;
    house.anna.conference(conference, "lower_hands").await.accepted();
    house.end_it(conference).await;
    let story = house.story_of(conference).await;
    let told = |text: &str| story["activities"].as_array().unwrap().iter().filter(|one| one["text"] == text).count();
    assert_eq!(told("Anna lowers all hands."), 1, "{story}");
    let raised = |one: &&Value| one["text"] == "Paul Weber raises a hand.";
    let own = story["activities"].as_array().unwrap().iter().find(raised).unwrap();
    assert_eq!((&own["actor_participant_id"], &own["actor"]), (&own["participant_id"], &Value::Null));
    assert!(!story.to_string().contains("*9") && !house.service.log().contains("*9"), "keys are nobody's business");
}

async fn the_floor_is_given(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let Table { conference, caller, station, anna, paul, annas_id, pauls_id } = &table;
    let world = &house.world;
    house.anna.participant(conference, pauls_id, "mute").await.accepted();
    house.shows_of(conference, PAUL, "muted", json!(true)).await;
    assert!(world.loses(caller, paul).await);
    world.types(paul, "*9").await;
    house.hands_are(conference, &[PAUL]).await;
    house.anna.participant(conference, pauls_id, "give_floor").await.accepted();
    house.hands_are(conference, &[]).await;
    house.shows_of(conference, PAUL, "muted", json!(false)).await;
    house.tells("Anna gives the floor to Paul Weber.").await;
    assert!(world.hears(caller, paul).await && world.hears(station, paul).await, "he has the floor");

    house.anna.participant(conference, annas_id, "listen").await.accepted();
    house.shows_of(conference, ANNA, "muted", json!(true)).await;
    world.types(anna, "*9").await;
    house.hands_are(conference, &[ANNA]).await;
    house.anna.participant(conference, annas_id, "give_floor").await.accepted();
    house.shows_of(conference, ANNA, "listener", json!(false)).await;
    assert!(world.hears(caller, anna).await, "who only listened may speak");
    house.anna.participant(conference, annas_id, "give_floor").await.accepted();
    world.hang_up(anna);
    house.participant_is(conference, ANNA, "left").await;
    house.anna.participant(conference, annas_id, "give_floor").await.refused(409, "wrong_state");
    house.end_it(conference).await;
}

async fn two_hands_at_once(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let (anna, paul) = (&table.anna, &table.paul);
    tokio::join!(house.world.types(anna, "*9"), house.world.types(paul, "*9"));
    let both = |page: &Picture| {
        let hands = page.conferences.get(&table.conference)?["hands"].as_array()?.clone();
        (hands.len() == 2).then_some(hands)
    };
    let hands = house.page.shows("two hands", SOON, both).await;
    assert!(hands[0]["raised_at"].as_str() <= hands[1]["raised_at"].as_str(), "{hands:?}");
    assert_ne!(hands[0]["participant_id"], hands[1]["participant_id"]);
    let told: Vec<Value> = house.story_of(&table.conference).await["activities"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["type"] == "conference.participant.hand_raised")
        .map(|one| one["participant_id"].clone())
        .collect();
    assert_eq!(told, [hands[0]["participant_id"].clone(), hands[1]["participant_id"].clone()]);
    tokio::join!(house.world.types(anna, "*9"), house.world.types(paul, "*9"));
    house.hands_are(&table.conference, &[]).await;
    house.end_it(&table.conference).await;
}

async fn hands_outlive_the_service(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let conference = &table.conference;
    for (end, number, up) in
        [(&table.paul, PAUL, vec![PAUL]), (&table.anna, ANNA, vec![PAUL, ANNA]), (&table.caller, "", vec![])]
    {
        house.world.types(end, "*9").await;
        let up = if number.is_empty() { vec![PAUL, ANNA, "4930111"] } else { up };
        house.hands_are(conference, &up).await;
    }
    house.service.kill();
    house.world.hang_up(&table.paul);
    assert!(house.world.is_over(&table.paul).await);
    house.comes_back("killed with hands up").await;
    house.participant_is(conference, PAUL, "left").await;
    house.hands_are(conference, &[ANNA, "4930111"]).await;
    house.page.shows("the node up", SOON * 2, |page| (page.node_state() == "up").then_some(())).await;
    house.world.types(&table.anna, "*9").await;
    house.hands_are(conference, &["4930111"]).await;
    house.end_it(conference).await;
}
