//! A participant in charge: they steer the conference by the keys of their telephone, and the attendant may leave.

use super::house::{House, SOON, participant};
use super::keypad::{ANNA, DONE, PAUL, REFUSED, SURE, Table};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    a_member_leads_by_phone: "Put in charge, Anna Berg locks, mutes all, moves the end and calls the attendant back, by phone; the attendant had left, and it went on";
    a_member_records_and_ends_it: "By phone a recording is started and stopped, and the conference ended, by pressing it twice";
    others_steer_only_themselves: "Who is no moderator mutes themselves, and is refused the rest; made a moderator they are not";
    the_lead_outlives_the_service: "kill -9 while a member leads: they lead afterwards, and when they leave too, it ends as asked for";
}

async fn house(report: Report) -> House {
    House::with_keys(report, Plan::default()).await
}

impl House {
    async fn puts_in_charge(&self, conference: &str, id: &str, note: &str) -> super::api::Answer {
        let path = format!("/conferences/{conference}/actions/hand_over");
        self.anna.post(&path, json!({"participant_id": id, "note": note})).await
    }

    async fn whole_shows(&self, conference: &str, key: &str, value: Value) {
        let look = |page: &Picture| (page.conferences.get(conference)?[key] == value).then_some(());
        self.page.shows(&format!("{key} {value}"), SOON, look).await;
    }
}

async fn a_member_leads_by_phone(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({"end_rules": {"attendant_leaves": true, "max_seconds": 3000}})).await;
    let Table { conference, caller, station, anna, paul, annas_id, .. } = &table;
    let world = &house.world;
    house.puts_in_charge(conference, annas_id, "You know them.").await.accepted();
    house.puts_in_charge(conference, annas_id, "You know them.").await.accepted();
    house.shows_of(conference, ANNA, "in_charge", json!(true)).await;
    house.shows_of(conference, ANNA, "moderator", json!(true)).await;
    house.tells("Anna puts Anna Berg in charge, by phone: You know them.").await;
    house.anna.conference(conference, "leave").await.accepted();
    assert!(world.is_over(station).await);
    house.participant_is(conference, "1001", "left").await;
    world.all_hear_each_other(&[caller, anna, paul]).await;

    let pressed = Instant::now();
    world.types(anna, "*5").await;
    house.whole_shows(conference, "locked", json!(true)).await;
    house.since("locked by phone after", pressed);
    house.tells("Anna Berg (by phone) locks the room.").await;
    assert!(world.hears_sound(anna, DONE, pressed).await);
    assert!(!world.heard_sound(paul, DONE, pressed) && !world.heard_sound(caller, DONE, pressed));
    world.types(anna, "*5").await;
    house.whole_shows(conference, "locked", json!(false)).await;

    world.types(anna, "*7").await;
    house.shows_of(conference, PAUL, "muted", json!(true)).await;
    house.shows_of(conference, "4930111", "muted", json!(true)).await;
    assert!(world.loses(anna, paul).await && world.loses(anna, caller).await);
    assert!(world.hears(paul, anna).await, "hosts are spared");
    world.types(anna, "*7").await;
    house.shows_of(conference, PAUL, "muted", json!(false)).await;
    house.shows_of(conference, "4930111", "muted", json!(false)).await;
    world.all_hear_each_other(&[caller, anna, paul]).await;

    let ends = |page: &Picture| page.conferences.get(conference).map(|one| one["ends_at"].clone());
    let before = ends(&house.page.now());
    world.types(anna, "*3").await;
    house.page.shows("a later end", SOON, |page| (ends(page) != before).then_some(())).await;
    house.tells("Anna Berg (by phone) lets the conference go on for 15 minutes more.").await;

    let before = world.times_rung("1001");
    world.types(anna, "*0").await;
    house.participant_is(conference, "1001", "joined").await;
    assert_eq!(world.times_rung("1001"), before + 1);
    house.tells("Anna Berg (by phone) has the attendant rung again.").await;
    let back = world.at("1001").await;
    world.all_hear_each_other(&[caller, anna, paul, &back]).await;
    let again = Instant::now();
    world.types(anna, "*0").await;
    assert!(world.hears_sound(anna, REFUSED, again).await, "the attendant is in");
    house.end_it(conference).await;
    let story = house.story_of(conference).await;
    let locked = |one: &&Value| one["text"] == "Anna Berg (by phone) locks the room.";
    let line = story["activities"].as_array().unwrap().iter().find(locked).unwrap();
    assert_eq!((&line["actor_participant_id"], &line["actor"]), (&json!(annas_id), &Value::Null));
}

async fn a_member_records_and_ends_it(report: Report) {
    let folder = tempfile::Builder::new().prefix("switchboard-recordings-").tempdir().unwrap();
    let recording = format!("enabled = true\ndirectory = \"{}\"", folder.path().display());
    let house = House::with_keys(report, Plan { recording, ..Plan::default() }).await;
    let table = house.table(json!({})).await;
    let Table { conference, anna, paul, annas_id, .. } = &table;
    let world = &house.world;
    house.puts_in_charge(conference, annas_id, "").await.accepted();
    house.shows_of(conference, ANNA, "in_charge", json!(true)).await;
    let state =
        |page: &Picture| page.conferences.get(conference)?["recordings"][0]["state"].as_str().map(str::to_owned);
    let is = async |wanted: &str| {
        house.page.shows(wanted, SOON, |page| (state(page).as_deref() == Some(wanted)).then_some(())).await
    };
    world.types(anna, "*4").await;
    is("recording").await;
    house.tells("Anna Berg (by phone) has the conference recorded.").await;
    world.types(anna, "*4").await;
    is("ended").await;

    let asked = Instant::now();
    world.types(paul, "*8*8").await;
    assert!(world.hears_sound(paul, REFUSED, asked).await, "it is not his to end");
    world.types(anna, "*8").await;
    assert!(world.hears_sound(anna, SURE, asked).await, "once more, to be sure");
    assert!(table.all().iter().all(|end| world.is_up(end)));
    world.types(anna, "*8*8").await;
    let ended = house.ends(conference).await;
    assert_eq!(ended["end_reason"]["code"], "ended_by_user");
    house.tells("Anna Berg (by phone) ends the conference for all.").await;
}

async fn others_steer_only_themselves(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let Table { conference, caller, anna, paul, annas_id, pauls_id, .. } = &table;
    let world = &house.world;
    let pressed = Instant::now();
    world.types(paul, "*6").await;
    house.shows_of(conference, PAUL, "muted", json!(true)).await;
    house.tells("Paul Weber (by phone) mutes themselves.").await;
    assert!(world.hears_sound(paul, DONE, pressed).await);
    assert!(world.loses(caller, paul).await, "muted is muted");
    world.types(paul, "*6").await;
    house.shows_of(conference, PAUL, "muted", json!(false)).await;
    assert!(world.hears(caller, paul).await);
    for keys in ["*5", "*7", "*4", "*3", "*0", "*8"] {
        let pressed = Instant::now();
        world.types(paul, keys).await;
        assert!(world.hears_sound(paul, REFUSED, pressed).await, "{keys}");
    }
    house.whole_shows(conference, "locked", json!(false)).await;
    assert!(table.all().iter().all(|end| world.is_up(end)));

    // Two may be moderators at once; whoever is made none is refused again.
    house.puts_in_charge(conference, annas_id, "").await.accepted();
    house.anna.participant(conference, pauls_id, "promote").await.accepted();
    house.shows_of(conference, PAUL, "moderator", json!(true)).await;
    world.types(paul, "*5").await;
    house.whole_shows(conference, "locked", json!(true)).await;
    world.types(anna, "*5").await;
    house.whole_shows(conference, "locked", json!(false)).await;
    house.anna.participant(conference, annas_id, "demote").await.accepted();
    house.shows_of(conference, ANNA, "in_charge", json!(false)).await;
    let pressed = Instant::now();
    world.types(anna, "*5").await;
    assert!(world.hears_sound(anna, REFUSED, pressed).await);
    world.hang_up(anna);
    house.participant_is(conference, ANNA, "left").await;
    house.puts_in_charge(conference, annas_id, "").await.refused(409, "wrong_state");
    let attendant = participant(&house.page.now().conferences[conference], "1001").unwrap()["id"].clone();
    house.puts_in_charge(conference, attendant.as_str().unwrap(), "").await.refused(409, "wrong_state");
    house.end_it(conference).await;
}

async fn the_lead_outlives_the_service(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({"end_rules": {"attendant_leaves": true}})).await;
    let Table { conference, caller, station, anna, paul, annas_id, .. } = &table;
    house.puts_in_charge(conference, annas_id, "").await.accepted();
    house.shows_of(conference, ANNA, "in_charge", json!(true)).await;
    house.service.kill();
    house.world.hang_up(station);
    assert!(house.world.is_over(station).await);
    house.comes_back("killed while somebody leads").await;
    house.participant_is(conference, "1001", "left").await;
    house.page.shows("the node up", SOON * 2, |page| (page.node_state() == "up").then_some(())).await;
    house.world.all_hear_each_other(&[caller, anna, paul]).await;
    house.world.types(anna, "*5").await;
    house.whole_shows(conference, "locked", json!(true)).await;
    house.world.hang_up(anna);
    let ended = house.ends(conference).await;
    assert_eq!(ended["end_reason"]["code"], "attendant_left");
}
