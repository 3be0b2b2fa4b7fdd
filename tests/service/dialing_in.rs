//! Dialing in: somebody calls an access number, types the PIN, and is in the conference; or hears why not.

use super::house::{House, SOON, Talk, Wishes, id_of, participant, people};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{ACCESS, End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    with_the_right_pin: "Who types the PIN is in as a guest and heard by all, comes back as who they were, and never waited in a queue";
    wrong_pins: "Three wrong PINs end a call, and a fourth locks the caller's number out; others come in";
    closed_locked_and_without_a_pin: "No conference, a locked room, a number that needs no PIN: each caller hears what is so";
    early_and_rung_at_once: "Who is early waits for the room; two come in at once; who is rung at the number they call from is there once";
    killed_at_the_prompt_and_in_the_room: "The service dies while somebody types, and again when they are in: they come in, and stay";
    nobody_asks_any_more: "The service is gone for good: whoever is asked for a PIN hears a word and is not kept for ever";
}

const INSIDE: &str = "1003";
const OTHER: &str = "1004";
const GUEST: &str = "4930222";
const SECOND: &str = "4930333";

/// Where each word sounds: clear of the telephones' own tones.
const ASK: u32 = 2350;
const WRONG: u32 = 2450;
const WAIT: u32 = 2550;
const LOCKED: u32 = 2650;
const CLOSED: u32 = 2750;
const REFUSED: u32 = 2850;

/// The first file is nowhere: it is passed over.
const DIAL_IN: &str = r#"
[dial_in]
access_numbers = [{ number = "5550199", name = "Conferences" }]
pin_length = 4
max_wrong_per_caller = 4
wait_seconds = 6
[dial_in.prompts]
ask = ["nowhere/to-be-found.wav", "tone_stream://v=-13;%(400,0,2350)"]
wrong = ["tone_stream://v=-13;%(400,0,2450)"]
wait = ["tone_stream://v=-13;%(400,0,2550)"]
locked = ["tone_stream://v=-13;%(400,0,2650)"]
closed = ["tone_stream://v=-13;%(400,0,2750)"]
refused = ["tone_stream://v=-13;%(400,0,2850)"]
"#;

async fn open(report: Report) -> House {
    let plan = Plan { more: DIAL_IN, ..Plan::default() };
    House::open_as(report, Wishes { plan, ..Wishes::default() }).await
}

impl House {
    /// A conference of a caller, the attendant and one who was rung, that can be dialed into.
    async fn opens(&self, dial_in: Value) -> (String, Talk, End) {
        self.world.expect(INSIDE, Manner::Answers(50)).await;
        let talk = self.talk("Ivan", "4930111").await;
        let body = json!({"call_id": talk.call, "participants": people(&[INSIDE]), "dial_in": dial_in});
        let conference = self.anna.post("/conferences", body).await.accepted().id();
        self.participant_is(&conference, INSIDE, "joined").await;
        let inside = self.world.at(INSIDE).await;
        self.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside]).await;
        (conference, talk, inside)
    }

    /// Started again, and in step with its switch. The page may show for a moment what it was told before.
    async fn is_up_again(&self) {
        let deadline = Instant::now() + SOON;
        while self.anna.board().await["nodes"][0]["state"] != "up" {
            assert!(Instant::now() < deadline, "the link is not up again");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    fn pin(&self, conference: &str) -> String {
        let shown = &self.page.now().conferences[conference]["dial_in"];
        shown["pin"].as_str().unwrap_or_else(|| panic!("no PIN in {shown}")).to_owned()
    }

    /// Calls the access number.
    fn dials_in(&self, name: &str, number: &str) -> (End, Instant) {
        (self.world.calls(name, number, ACCESS), Instant::now())
    }

    /// Calls, and is asked for the PIN.
    async fn is_asked(&self, name: &str, number: &str) -> End {
        let (end, since) = self.dials_in(name, number);
        self.hears_word(&end, ASK, since).await;
        end
    }

    async fn hears_word(&self, end: &End, word: u32, since: Instant) {
        assert!(self.world.hears_sound(end, word, since).await, "the word at {word} Hz is not heard");
    }

    /// Presses these keys. What follows from them is heard since the moment that is given back; the prompt they broke off
    /// is not, which a telephone hears until the first key is at its end.
    async fn types(&self, end: &End, keys: &str) -> Instant {
        let began = Instant::now();
        for key in keys.chars() {
            self.world.press(end, key).await;
        }
        match end {
            End::Live(call) => {
                assert!(call.media().keys_sent().await);
                Instant::now()
            }
            End::Simulated(_) => began,
        }
    }

    async fn action(&self, conference: &str, verb: &str, body: Value) -> super::api::Answer {
        self.anna.post(&format!("/conferences/{conference}/actions/{verb}"), body).await
    }

    /// Waits until whoever called from there is in, and gives what is shown of them.
    async fn is_in(&self, conference: &str, number: &str) -> Value {
        self.participant_is(conference, number, "joined").await
    }

    /// A word, and then the call is over.
    async fn is_sent_away(&self, end: &End, word: u32, since: Instant) {
        self.hears_word(end, word, since).await;
        assert!(self.world.is_over(end).await, "whoever is sent away is hung up");
    }

    async fn end(&self, conference: &str) {
        self.anna.conference(conference, "end").await.accepted();
        self.ends(conference).await;
    }
}

/// Not this one.
fn other_pin(pin: &str) -> String {
    let digit = pin.as_bytes()[0] - b'0';
    format!("{}{}", (digit + 1) % 10, &pin[1..])
}

async fn with_the_right_pin(report: Report) {
    let house = open(report).await;
    let (conference, talk, inside) = house.opens(json!({})).await;
    let shown = house.page.now().conferences[&conference]["dial_in"].clone();
    assert_eq!((shown["access_number"].as_str(), house.pin(&conference).len()), (Some(ACCESS), 4), "{shown}");
    let pin = house.pin(&conference);

    let guest = house.is_asked("Ada", GUEST).await;
    let typed = house.types(&guest, &pin).await;
    let one = house.is_in(&conference, GUEST).await;
    house.since("typed, and in after", typed);
    assert_eq!((&one["role"], &one["dialed_in"], &one["name"]), (&json!("guest"), &json!(true), &json!("Ada")));
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside, &guest]).await;
    assert!(house.page.now().call_from(GUEST).is_none(), "nobody waits in the queue");

    // Who drops simply calls again, and is who they were.
    house.world.hang_up(&guest);
    house.participant_is(&conference, GUEST, "left").await;
    let guest = house.is_asked("Ada", GUEST).await;
    house.types(&guest, &pin).await;
    house.is_in(&conference, GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &inside, &guest]).await;
    let people = house.page.now().conferences[&conference]["participants"].as_array().unwrap().len();
    assert_eq!(people, 4);

    // Another PIN: the old one is wrong, and whoever is in stays.
    house.action(&conference, "dial_in", json!({})).await.accepted();
    assert_eq!(house.pin(&conference), pin, "asked for once more, it stays");
    house.action(&conference, "dial_in_pin", json!({"pin": "12345"})).await.refused(422, "bad_input");
    house.action(&conference, "dial_in_pin", json!({"pin": "4711"})).await.accepted();
    let changed = |page: &Picture| (page.conferences[&conference]["dial_in"]["pin"] == "4711").then_some(());
    house.page.shows("the new PIN", SOON, changed).await;
    let second = house.is_asked("Eve", SECOND).await;
    let typed = house.types(&second, if pin == "4711" { "4712" } else { &pin }).await;
    house.hears_word(&second, WRONG, typed).await;
    house.hears_word(&second, ASK, typed).await;
    house.types(&second, "4711").await;
    house.is_in(&conference, SECOND).await;
    house.world.all_hear_each_other(&[&talk.caller, &guest, &second]).await;

    let story = house.anna.get(&format!("/conferences/{conference}/story")).await.body;
    let told = story["activities"].to_string();
    assert!(told.contains("Ada dials in") && !tells(&told, "4711"), "{told}");
    house.end(&conference).await;
    let over = house.anna.get(&format!("/conferences/{conference}")).await.body;
    assert!(over["dial_in"].is_null(), "nobody needs the PIN any more: {over}");
    let log = house.service.log();
    assert!(!tells(&log, "4711"), "{log}");
}

/// Whether a text has these keys as a word of their own: in times, ports and ids any four digits come up by chance.
fn tells(text: &str, keys: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | ':');
    text.match_indices(keys).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + keys.len()..].chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

async fn wrong_pins(report: Report) {
    let house = open(report).await;
    let (conference, talk, inside) = house.opens(json!({"pin": "4711"})).await;
    let thief = house.is_asked("Mallory", GUEST).await;
    for wrong in ["1111", "4710"] {
        let typed = house.types(&thief, wrong).await;
        house.hears_word(&thief, WRONG, typed).await;
        house.hears_word(&thief, ASK, typed).await;
    }
    let typed = house.types(&thief, "4712").await;
    house.is_sent_away(&thief, REFUSED, typed).await;
    let wrong = |count: u64| {
        let conference = conference.clone();
        move |page: &Picture| {
            let wrong = &page.conferences[&conference]["dial_in"]["wrong_pins"];
            (wrong["count"] == count && wrong["last_number"] == GUEST).then_some(())
        }
    };
    house.page.shows("three wrong PINs", SOON, wrong(3)).await;
    assert!(house.page.now().told("conference.dial_in.wrong_pin").is_some());

    // One more, and this number is not even asked.
    let thief = house.is_asked("Mallory", GUEST).await;
    let typed = house.types(&thief, "4709").await;
    house.is_sent_away(&thief, REFUSED, typed).await;
    house.page.shows("four wrong PINs", SOON, wrong(4)).await;
    let (thief, called) = house.dials_in("Mallory", GUEST);
    house.is_sent_away(&thief, REFUSED, called).await;
    assert!(!house.world.heard_sound(&thief, ASK, called));
    // Nor after a restart.
    house.service.kill();
    house.service.run().await;
    house.is_up_again().await;
    let (thief, called) = house.dials_in("Mallory", GUEST);
    house.is_sent_away(&thief, REFUSED, called).await;

    let guest = house.is_asked("Ada", SECOND).await;
    house.types(&guest, "4711").await;
    house.is_in(&conference, SECOND).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside, &guest]).await;
    house.end(&conference).await;
    for keys in ["1111", "4710", "4712", "4709"] {
        assert!(!tells(&house.service.log(), keys), "{}", house.service.log());
    }
}

async fn closed_locked_and_without_a_pin(report: Report) {
    let house = open(report).await;
    let (early, called) = house.dials_in("Ada", GUEST);
    house.is_sent_away(&early, CLOSED, called).await;

    let (conference, talk, inside) = house.opens(json!({"pin": "none"})).await;
    // Whoever dials is in; and no other conference can be had there.
    let (guest, _) = house.dials_in("Ada", GUEST);
    house.is_in(&conference, GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside, &guest]).await;
    let other = json!({"participants": people(&[OTHER]), "dial_in": {}});
    house.ben().await.post("/conferences", other).await.refused(409, "wrong_state");

    house.action(&conference, "dial_in_pin", json!({"pin": "4711"})).await.accepted();
    house.anna.conference(&conference, "lock").await.accepted();
    let locked = |on: bool| {
        let conference = conference.clone();
        move |page: &Picture| (page.conferences[&conference]["locked"] == on).then_some(())
    };
    house.page.shows("the room locked", SOON, locked(true)).await;
    let second = house.is_asked("Eve", SECOND).await;
    let typed = house.types(&second, "4711").await;
    house.is_sent_away(&second, LOCKED, typed).await;

    // Locked in the very moment: asked again, and in when it is open.
    house.anna.conference(&conference, "unlock").await.accepted();
    house.page.shows("the room open", SOON, locked(false)).await;
    let room = house.page.now().conferences[&conference]["room"].as_str().unwrap().to_owned();
    let second = house.is_asked("Eve", SECOND).await;
    let held = house.world.line.hold_back("join-only");
    let typed = house.types(&second, "4711").await;
    let waiting = held.comes().await;
    house.world.probe().await.api(&format!("conference {room} lock")).await;
    waiting.go();
    house.hears_word(&second, ASK, typed).await;
    house.anna.conference(&conference, "unlock").await.accepted();
    house.page.shows("the room open", SOON, locked(false)).await;
    house.types(&second, "4711").await;
    house.is_in(&conference, SECOND).await;
    house.world.all_hear_each_other(&[&talk.caller, &guest, &second]).await;

    // Closed: nobody else comes in, and whoever is in stays.
    house.anna.conference(&conference, "dial_in_close").await.accepted();
    house.anna.conference(&conference, "dial_in_close").await.accepted();
    house.action(&conference, "dial_in_pin", json!({})).await.refused(409, "wrong_state");
    let (late, called) = house.dials_in("Tom", "4930444");
    house.is_sent_away(&late, CLOSED, called).await;
    house.world.all_hear_each_other(&[&talk.caller, &guest, &second]).await;
    // One of them is taken out as anybody else.
    let id = id_of(participant(&house.page.now().conferences[&conference], GUEST).unwrap());
    house.anna.participant(&conference, &id, "drop").await.accepted();
    assert!(house.world.is_over(&guest).await);
    house.end(&conference).await;
}

async fn early_and_rung_at_once(report: Report) {
    let house = open(report).await;
    house.world.expect(INSIDE, Manner::NeverAnswers).await;
    house.world.expect(OTHER, Manner::NeverAnswers).await;
    let body = json!({"participants": people(&[INSIDE, OTHER]), "dial_in": {"pin": "4711"}});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    assert!(house.world.rings(INSIDE).await);
    let guest = house.is_asked("Ada", GUEST).await;
    let typed = house.types(&guest, "4711").await;
    house.hears_word(&guest, WAIT, typed).await;
    assert!(house.world.hears_music(&guest).await, "and music until there is a room");

    house.end(&conference).await;
    assert!(house.world.is_over(&guest).await, "it never came");

    let (conference, talk, inside) = house.opens(json!({"pin": "4711"})).await;
    let more = json!({"participants": people(&[OTHER])});
    house.anna.post(&format!("/conferences/{conference}/participants"), more).await.accepted();
    house.participant_is(&conference, OTHER, "ringing").await;
    // Two at once, and one of them from the phone that rings.
    let (rung, guest) = tokio::join!(house.is_asked("Otto", OTHER), house.is_asked("Ada", GUEST));
    tokio::join!(house.types(&rung, "4711"), house.types(&guest, "4711"));
    house.is_in(&conference, GUEST).await;
    let otto = house.is_in(&conference, OTHER).await;
    assert_eq!((&otto["name"], &otto["dialed_in"]), (&json!("Person 1004"), &json!(true)));
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside, &rung, &guest]).await;
    let quiet = |page: &Picture| {
        let shown = &page.conferences[&conference];
        let one = participant(shown, OTHER)?;
        let legs = one["legs"].as_array()?;
        let over = legs.iter().filter(|leg| leg["state"] == "failed").count();
        (legs.len() == 2 && over == 1 && shown["participants"].as_array()?.len() == 5).then_some(())
    };
    house.page.shows("their phone quiet, and nobody twice", SOON, quiet).await;
    house.end(&conference).await;
}

async fn killed_at_the_prompt_and_in_the_room(report: Report) {
    let house = open(report).await;
    let (conference, talk, inside) = house.opens(json!({"pin": "4711"})).await;
    let guest = house.is_asked("Ada", GUEST).await;
    let typed = house.types(&guest, "47").await;
    house.service.kill();
    let killed = Instant::now();
    house.service.run().await;
    house.is_up_again().await;
    // The dialplan brings them back to where they are asked.
    let mut asked = false;
    for _ in 0..3 {
        asked = asked || house.world.hears_sound(&guest, ASK, typed).await;
    }
    assert!(asked, "whoever was asked when the service died is asked again");
    house.since("asked again, after the service died", killed);
    house.types(&guest, "4711").await;
    house.is_in(&conference, GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside, &guest]).await;

    house.service.kill();
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside, &guest]).await;
    house.service.run().await;
    house.is_up_again().await;
    let one = house.is_in(&conference, GUEST).await;
    assert_eq!(one["dialed_in"], true);
    assert_eq!(house.pin(&conference), "4711");
    house.world.all_hear_each_other(&[&talk.caller, &inside, &guest]).await;

    // Decided, and the command lost with the service: they are asked again.
    let second = house.is_asked("Eve", SECOND).await;
    let lost = house.world.line.lose("join-only");
    let typed = house.types(&second, "4711").await;
    assert!(lost.await.is_ok());
    house.service.kill();
    house.service.run().await;
    house.is_up_again().await;
    let mut asked = false;
    for _ in 0..3 {
        asked = asked || house.world.hears_sound(&second, ASK, typed).await;
    }
    assert!(asked, "whoever was let in by a service that died is asked again");
    house.types(&second, "4711").await;
    house.is_in(&conference, SECOND).await;
    house.world.all_hear_each_other(&[&talk.caller, &guest, &second]).await;
    house.end(&conference).await;
}

async fn nobody_asks_any_more(report: Report) {
    let house = open(report).await;
    let (conference, talk, inside) = house.opens(json!({"pin": "4711"})).await;
    let guest = house.is_asked("Ada", GUEST).await;
    house.service.kill();
    let killed = Instant::now();
    let mut over = false;
    for _ in 0..6 {
        over = over || house.world.is_over(&guest).await;
    }
    assert!(over, "they are kept for ever");
    house.since("hung up, after the service died", killed);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside]).await;
    house.service.run().await;
    house.is_up_again().await;
    house.end(&conference).await;
}
