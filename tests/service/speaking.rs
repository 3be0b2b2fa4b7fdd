//! Texts that a voice speaks: judged by somebody being heard who is no telephone, and by what the switch tells.

use super::announcing::Room;
use super::house::{House, SOON, Wishes, id_of};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::Manner;
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    a_text_is_spoken_to_all_or_to_one: "A text to all, one to a single participant, one stopped; heard at the ends. Left out where no mod_flite is";
    who_comes_and_leaves_is_named: "The names of those who come and leave are spoken in the room. Left out where no mod_flite is";
    where_nothing_speaks: "The module is not loaded: a text is refused and it is said why, and at the door there are tones";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
const OUTSIDE: &str = "+49305550101";
const ENTER: u32 = 1150;
const EXIT: u32 = 650;
const VOICE: &str = "[speech]\nengine = \"flite\"\nvoice = \"slt\"\nvoices = { deep = \"rms\", none = \"nobody\" }\n";
const NAMES: &str =
    "[conference]\nbeep = \"name\"\n[speech]\nengine = \"flite\"\nvoice = \"slt\"\njoined = \"{name} is here now\"\n";
const NO_VOICE: &str = "[conference]\nbeep = \"name\"\n[speech]\nengine = \"gone\"\nvoice = \"slt\"\n";

async fn house(report: Report, more: &'static str) -> House {
    let plan = Plan { more, ..Plan::default() };
    House::open_as(report, Wishes { plan, ..Wishes::default() }).await
}

impl House {
    async fn says(&self, conference: &str, to: Option<&str>, body: Value) {
        let who = to.map(|id| format!("/participants/{id}")).unwrap_or_default();
        self.anna.post(&format!("/conferences/{conference}{who}/actions/announce"), body).await.accepted();
    }

    /// Something is being spoken in the room.
    async fn is_spoken(&self, conference: &str, text: &str) {
        let spoken = |page: &Picture| {
            let announcing = page.conferences.get(conference)?["announcing"].as_array()?;
            // Names that come at once are spoken together.
            let is_it = |one: &Value| one["text"].as_str().is_some_and(|spoken| spoken.contains(text));
            announcing.iter().any(|one| is_it(one) && one["state"] == "playing").then_some(())
        };
        self.page.shows(&format!("{text:?} being spoken"), SOON, spoken).await;
    }
}

async fn a_text_is_spoken_to_all_or_to_one(report: Report) {
    let house = house(report, VOICE).await;
    if !house.world.speaks(&house.report).await {
        return;
    }
    let room = house.room_as(json!({})).await;
    let Room { conference, guest_id, caller, station, guest } = &room;
    let node = house.anna.board().await["nodes"][0].clone();
    assert_eq!((&node["speaks"], &node["languages"]), (&json!(true), &json!(["deep", "none"])), "{node}");

    let (typed, text) = ("Don't worry:  the meeting ends in 5 minutes!", "Don’t worry: the meeting ends in 5 minutes!");
    let asked = Instant::now();
    house.says(conference, None, json!({ "text": typed })).await;
    house.is_spoken(conference, text).await;
    for end in [caller, station, guest] {
        assert!(house.world.hears_spoken(end, text, asked).await, "all hear it");
    }
    house.nothing_is_announced(conference).await;
    house.since("asked for, spoken and over after", asked);
    house.story_says(&format!("Anna has “{text}” spoken to all.")).await;
    house.story_says(&format!("“{text}” was spoken to all.")).await;
    house.world.all_hear_each_other(&[caller, station, guest]).await;

    // Over for everybody before it is judged what else was heard.
    let quiet = Instant::now();
    let text = "Only you can hear this.";
    house.says(conference, Some(guest_id), json!({ "text": text, "language": "deep" })).await;
    assert!(house.world.hears_spoken(guest, text, quiet).await);
    house.story_says(&format!("“{text}” was spoken to Person 1003.")).await;
    house.nothing_is_announced(conference).await;
    for end in [caller, station] {
        assert!(!house.world.heard_spoken(end, text, quiet), "meant for one only");
    }

    let long = "This goes on and on ".repeat(14);
    let long = long.trim();
    house.says(conference, None, json!({ "text": long })).await;
    house.is_spoken(conference, long).await;
    house.anna.conference(conference, "announce_stop").await.accepted();
    house.story_says(&format!("“{long}” to all was stopped.")).await;
    house.says(conference, Some(guest_id), json!({ "text": long })).await;
    house.is_spoken(conference, long).await;
    house.anna.participant(conference, guest_id, "announce_stop").await.accepted();
    house.story_says(&format!("“{long}” to Person 1003 was stopped.")).await;
    house.nothing_is_announced(conference).await;
    house.world.all_hear_each_other(&[caller, station, guest]).await;

    // A voice that is not there after all, and what may not be sent.
    house.says(conference, None, json!({ "text": "Hello", "language": "none" })).await;
    house.story_says("“Hello” could not be spoken to all.").await;
    house.says(conference, Some(guest_id), json!({ "text": "Hello", "language": "none" })).await;
    house.story_says("“Hello” could not be spoken to Person 1003.").await;
    let path = format!("/conferences/{conference}/actions/announce");
    for bad in ["five ${uuid}", "five {x}", "five | x", "five \\n", "... ,"] {
        house.anna.post(&path, json!({ "text": bad })).await.refused(422, "bad_input");
    }
    house.anna.post(&path, json!({ "text": "Hello", "language": "fr" })).await.refused(422, "bad_input");
    house.anna.conference(conference, "end").await.accepted();
    house.ends(conference).await;
}

async fn who_comes_and_leaves_is_named(report: Report) {
    let house = house(report, NAMES).await;
    if !house.world.speaks(&house.report).await {
        return;
    }
    let room = house.room_as(json!({})).await;
    let Room { conference, caller, .. } = &room;
    house.nothing_is_announced(conference).await;
    let add = format!("/conferences/{conference}/participants");
    let comes = async |number: &str, body: Value| {
        house.world.expect(number, Manner::Answers(50)).await;
        house.anna.post(&add, json!({ "participants": [body] })).await.accepted();
        house.participant_is(conference, number, "joined").await;
        house.world.at(number).await
    };
    let asked = Instant::now();
    let paul = comes(OTHER, json!({"name": "Paul O'Meyer", "numbers": [OTHER]})).await;
    let text = "Paul O’Meyer is here now";
    house.is_spoken(conference, text).await;
    assert!(house.world.hears_spoken(caller, text, asked).await, "whoever comes is named");
    house.nothing_is_announced(conference).await;
    let left = Instant::now();
    house.world.hang_up(&paul);
    let text = "Paul O’Meyer has left.";
    house.is_spoken(conference, text).await;
    assert!(house.world.hears_spoken(caller, text, left).await, "whoever leaves is named");
    house.nothing_is_announced(conference).await;

    // Whoever only listens comes and goes unnamed; the next one to leave is named alone.
    let left = Instant::now();
    let listener = comes(OUTSIDE, json!({"name": "Sue", "numbers": [OUTSIDE], "listener": true})).await;
    assert!(house.world.hears(&listener, caller).await);
    house.world.hang_up(&listener);
    house.participant_is(conference, OUTSIDE, "left").await;
    house.world.hang_up(&room.guest);
    house.participant_is(conference, GUEST, "left").await;
    let text = "Person 1003 has left.";
    house.is_spoken(conference, text).await;
    assert!(house.world.hears_spoken(caller, text, left).await, "whoever leaves is named");
    house.nothing_is_announced(conference).await;
    let page = house.page.now();
    assert!(page.told("conference.announcement.asked").is_none(), "the story has that they came");
    // A voice has every tone in it: only what was played can tell that no tone was.
    if !house.world.is_live() {
        assert!(!house.world.heard_sound(caller, ENTER, asked) && !house.world.heard_sound(caller, EXIT, asked));
    }
    house.anna.conference(conference, "end").await.accepted();
    house.ends(conference).await;
}

async fn where_nothing_speaks(report: Report) {
    let house = house(report, NO_VOICE).await;
    house.world.expect(OTHER, Manner::Answers(50)).await;
    let room = house.room_as(json!({})).await;
    let Room { conference, caller, station, guest, .. } = &room;
    assert_eq!(house.anna.board().await["nodes"][0]["speaks"], false);
    let path = format!("/conferences/{conference}/actions/announce");
    let refused = house.anna.post(&path, json!({ "text": "Hello" })).await;
    refused.refused(409, "wrong_state");
    let asked = Instant::now();
    let add = format!("/conferences/{conference}/participants");
    house.anna.post(&add, json!({"participants": [{"numbers": [OTHER]}]})).await.accepted();
    let id = id_of(&house.participant_is(conference, OTHER, "joined").await);
    assert!(house.world.hears_sound(caller, ENTER, asked).await, "somebody comes");
    house.anna.participant(conference, &id, "drop").await.accepted();
    house.participant_is(conference, OTHER, "left").await;
    assert!(house.world.hears_sound(caller, EXIT, asked).await, "somebody leaves");
    house.world.all_hear_each_other(&[caller, station, guest]).await;
    house.anna.conference(conference, "end").await.accepted();
    house.ends(conference).await;
}
