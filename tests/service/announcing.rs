//! Sounds in a room: judged by who hears the tone they are made of.

use super::house::{House, SOON, Wishes, id_of, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    a_sound_is_heard_by_all_or_by_one: "A sound to all, one to a single participant, one stopped; heard at the ends";
    what_cannot_be_played_is_said: "A missing file, to all and to one: said to have failed, and nothing is left pending";
    tones_at_the_door: "Tones when somebody comes and when somebody leaves, as configured and as asked for";
    a_warning_is_heard: "The warning of the end is heard in the room";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
/// Tones no telephone of ours speaks with.
const GONG: u32 = 3350;
const SPOT: u32 = 3150;
const LONG: u32 = 3050;
const ENTER: u32 = 1150;
const EXIT: u32 = 650;
const SOUNDS: &str = r#"[sounds]
files = { gong = "tone_stream://v=-13;%(1000,0,3350)", spot = "tone_stream://v=-13;%(1000,0,3150)", long = "tone_stream://v=-13;%(60000,0,3050)", gone = "/nonexistent/nothing.wav" }
"#;
const DOOR: &str = "[conference]\nbeep = \"on_enter\"\n";

pub struct Room {
    pub conference: String,
    pub guest_id: String,
    pub caller: End,
    pub station: End,
    pub guest: End,
}

async fn house(report: Report, more: &'static str) -> House {
    let plan = Plan { more, ..Plan::default() };
    House::open_as(report, Wishes { plan, ..Wishes::default() }).await
}

impl House {
    /// Caller, attendant and one guest, in a conference with these wishes.
    pub async fn room_as(&self, wishes: Value) -> Room {
        self.expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50))]).await;
        let talk = self.talk("Ivan", "4930111").await;
        let mut wanted = wishes;
        wanted["call_id"] = json!(talk.call);
        wanted["participants"] = json!([{"name": "Person 1003", "numbers": [GUEST]}]);
        let conference = self.anna.post("/conferences", wanted).await.accepted().id();
        let guest_id = id_of(&self.participant_is(&conference, GUEST, "joined").await);
        let guest = self.world.at(GUEST).await;
        self.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
        Room { conference, guest_id, caller: talk.caller, station: talk.station, guest }
    }

    async fn announces(&self, conference: &str, to: Option<&str>, sound: &str) {
        let who = to.map(|id| format!("/participants/{id}")).unwrap_or_default();
        let path = format!("/conferences/{conference}{who}/actions/announce");
        self.anna.post(&path, json!({"sound": sound})).await.accepted();
    }

    pub async fn nothing_is_announced(&self, conference: &str) {
        let none =
            |page: &Picture| page.conferences.get(conference)?["announcing"].as_array()?.is_empty().then_some(());
        self.page.shows("nothing being announced", SOON, none).await;
    }

    pub async fn story_says(&self, text: &str) {
        let told = |page: &Picture| page.activities.iter().any(|one| one["text"] == text).then_some(());
        self.page.shows(text, SOON, told).await;
    }
}

async fn a_sound_is_heard_by_all_or_by_one(report: Report) {
    let house = house(report, SOUNDS).await;
    let room = house.room_as(json!({})).await;
    let Room { conference, guest_id, caller, station, guest } = &room;
    let sounds = house.anna.board().await["nodes"][0]["sounds"].clone();
    assert_eq!(sounds, json!(["attention", "chime", "gone", "gong", "long", "spot"]));

    let asked = Instant::now();
    house.announces(conference, None, "gong").await;
    let plays =
        |page: &Picture| (page.conferences.get(conference)?["announcing"][0]["state"] == "playing").then_some(());
    house.page.shows("it is being announced", SOON, plays).await;
    for end in [caller, station, guest] {
        assert!(house.world.hears_sound(end, GONG, asked).await, "all hear it");
    }
    house.world.all_hear_each_other(&[caller, station, guest]).await;
    house.nothing_is_announced(conference).await;
    house.since("asked for, played and over after", asked);
    house.story_says("Anna plays gong to all.").await;
    house.story_says("gong was played to all.").await;

    let asked = Instant::now();
    house.announces(conference, Some(guest_id), "spot").await;
    assert!(house.world.hears_sound(guest, SPOT, asked).await);
    house.story_says("spot was played to Person 1003.").await;
    house.nothing_is_announced(conference).await;
    for end in [caller, station] {
        assert!(!house.world.heard_sound(end, SPOT, asked), "meant for one only");
    }

    // One after the other, and stopped.
    house.announces(conference, None, "long").await;
    house.announces(conference, Some(guest_id), "long").await;
    assert!(house.world.hears_sound(caller, LONG, asked).await && house.world.hears_sound(guest, LONG, asked).await);
    house.anna.participant(conference, guest_id, "announce_stop").await.accepted();
    house.story_says("long to Person 1003 was stopped.").await;
    house.anna.conference(conference, "announce_stop").await.accepted();
    house.story_says("long to all was stopped.").await;
    house.nothing_is_announced(conference).await;
    house.world.all_hear_each_other(&[caller, station, guest]).await;
    house.anna.conference(conference, "announce_stop").await.refused(409, "wrong_state");

    let path = format!("/conferences/{conference}/actions/announce");
    house.anna.post(&path, json!({"sound": "fanfare"})).await.refused(422, "bad_input");
    house.anna.post(&path, json!({"sound": "gong", "text": "Good evening"})).await.refused(422, "bad_input");
    house.anna.post(&path, json!({"text": "Good evening"})).await.refused(409, "wrong_state");
    house.anna.participant(conference, guest_id, "hold").await.accepted();
    let held = |page: &Picture| (participant(page.conferences.get(conference)?, GUEST)?["hold"] == true).then_some(());
    house.page.shows("the guest on hold", SOON, held).await;
    let path = format!("/conferences/{conference}/participants/{guest_id}/actions/announce");
    house.anna.post(&path, json!({"sound": "gong"})).await.refused(409, "wrong_state");
    house.anna.conference(conference, "end").await.accepted();
    house.ends(conference).await;
}

async fn what_cannot_be_played_is_said(report: Report) {
    let house = house(report, SOUNDS).await;
    let Room { conference, guest_id, caller, station, guest } = house.room_as(json!({})).await;
    house.announces(&conference, None, "gone").await;
    house.story_says("gone could not be played to all.").await;
    house.announces(&conference, Some(&guest_id), "gone").await;
    house.story_says("gone could not be played to Person 1003.").await;
    house.nothing_is_announced(&conference).await;
    house.world.all_hear_each_other(&[&caller, &station, &guest]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn tones_at_the_door(report: Report) {
    let house = house(report, DOOR).await;
    for (wishes, enter, exit) in [
        (json!({}), true, false),
        (json!({"beep": true}), true, true),
        (json!({"beep": "on_exit"}), false, true),
        (json!({"beep": "false"}), false, false),
    ] {
        let room = house.room_as(wishes.clone()).await;
        let asked = Instant::now();
        let path = format!("/conferences/{}/participants", room.conference);
        house.anna.post(&path, json!({"participants": [{"numbers": [OTHER]}]})).await.accepted();
        house.participant_is(&room.conference, OTHER, "joined").await;
        let other = house.world.at(OTHER).await;
        // Audio takes its time: whoever is there hears them before it can be said what else was not heard.
        house.world.all_hear_each_other(&[&room.caller, &other]).await;
        if enter {
            assert!(house.world.hears_sound(&room.caller, ENTER, asked).await, "{wishes}: somebody comes");
        }
        let left = Instant::now();
        house.world.hang_up(&other);
        house.participant_is(&room.conference, OTHER, "left").await;
        if exit {
            assert!(house.world.hears_sound(&room.caller, EXIT, left).await, "{wishes}: somebody leaves");
        }
        // A sound that is played after both would have been.
        house.announces(&room.conference, None, "chime").await;
        house.story_says("chime was played to all.").await;
        house.nothing_is_announced(&room.conference).await;
        assert_eq!(house.world.heard_sound(&room.caller, ENTER, asked), enter, "{wishes}");
        assert_eq!(house.world.heard_sound(&room.caller, EXIT, asked), exit, "{wishes}");
        house.anna.conference(&room.conference, "end").await.accepted();
        house.ends(&room.conference).await;
    }
}

async fn a_warning_is_heard(report: Report) {
    let house = house(report, "").await;
    let asked = Instant::now();
    let room = house.room_as(json!({"end_rules": {"max_seconds": 8, "warn_seconds": [4]}})).await;
    for end in [&room.caller, &room.station, &room.guest] {
        assert!(house.world.hears_sound(end, 1250, asked).await, "the warning");
    }
    house.story_says("attention was played to all.").await;
    let ended = house.ends(&room.conference).await;
    assert_eq!(ended["end_reason"]["code"], "too_long");
}
