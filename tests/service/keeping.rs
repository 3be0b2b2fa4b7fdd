//! What was set for somebody goes with them into another room: judged by what is heard there, and in between.

use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    a_move_keeps_what_was_set: "Gains, hold and the level of speech go with whoever is moved, and with everybody in a merge";
    taken_back_as_they_were: "The other room refuses: whoever is taken back is on hold, and as loud, as before";
}

const LOUD: &str = "1003";
const HELD: &str = "1004";
const SILENT: &str = "+49305550101";
const THERE: &str = "+49305550102";
/// Of what is said, so much may be told before the switch has carried a command out.
const A_MOMENT: Duration = Duration::from_millis(40);

struct Set {
    first: String,
    caller: End,
    loud: End,
    held: End,
    silent: End,
    second: String,
    there: End,
}

impl House {
    fn at_of(&self, conference: &str, number: &str, verb: &str) -> String {
        let id = id_of(participant(&self.page.now().conferences[conference], number).unwrap());
        format!("/conferences/{conference}/participants/{id}/actions/{verb}")
    }

    async fn sets_for(&self, conference: &str, number: &str, verb: &str, body: Value, shown: (&str, Value)) {
        self.anna.post(&self.at_of(conference, number, verb), body).await.accepted();
        self.is_set(conference, number, shown).await;
    }

    async fn is_set(&self, conference: &str, number: &str, (key, value): (&str, Value)) {
        let look = |page: &Picture| {
            let one = participant(page.conferences.get(conference)?, number)?;
            (one[key] == value && one["pending"].is_null()).then_some(())
        };
        self.page.shows(&format!("{number} with {key} {value}"), SOON, look).await;
    }

    async fn goes(&self, from: &str, number: &str, to: &str) {
        self.anna.post(&self.at_of(from, number, "move"), json!({ "conference_id": to })).await.accepted();
        self.participant_is(to, number, "joined").await;
        self.participant_is(from, number, "left").await;
    }

    /// Neither heard the other since then, but for what a click sounds like.
    fn nothing_leaked(&self, one: &End, other: &End, since: Instant) {
        for (listener, speaker) in [(one, other), (other, one)] {
            assert!(!self.world.hears_at_once(listener, speaker));
            if let Some(heard) = self.world.heard_for(listener, speaker, since) {
                self.report.measured("heard of whoever is on hold", heard);
                assert!(heard <= A_MOMENT, "{heard:?} leaked");
            }
        }
    }
}

/// Ivan, Anna and three guests, of whom one is loud and hears little, one is on hold, one counts as silent; and a room
/// to go to.
async fn set(house: &House) -> Set {
    let all = [LOUD, HELD, SILENT, THERE].map(|number| (number, Manner::Answers(50)));
    house.expect_all(&all).await;
    let talk = house.talk("Ivan", "4930111").await;
    let first = house.start(Some(&talk.call), &[LOUD, HELD, SILENT]).await;
    for number in [LOUD, HELD, SILENT] {
        house.participant_is(&first, number, "joined").await;
    }
    let second = house.start(None, &[THERE]).await;
    house.participant_is(&second, THERE, "joined").await;
    let (loud, held) = (house.world.at(LOUD).await, house.world.at(HELD).await);
    let (silent, there) = (house.world.at(SILENT).await, house.world.at(THERE).await);
    house.world.all_hear_each_other(&[&talk.caller, &loud, &held, &silent]).await;
    house.sets_for(&first, LOUD, "gain", json!({"gain_in": 2}), ("gain_in", json!(2))).await;
    house.sets_for(&first, LOUD, "gain", json!({"gain_out": -3}), ("gain_out", json!(-3))).await;
    house.sets_for(&first, SILENT, "energy", json!({"level": 20000}), ("energy", json!(20000))).await;
    house.sets_for(&first, HELD, "hold", json!({}), ("hold", json!(true))).await;
    assert!(house.world.hears_music(&held).await);
    // What was said before is still on its way for a moment.
    assert!(house.world.loses(&talk.caller, &held).await && house.world.loses(&held, &talk.caller).await);
    Set { first, caller: talk.caller, loud, held, silent, second, there }
}

impl House {
    /// As it was, in this room; `speaker` is one who is there, too.
    async fn is_as_before(&self, conference: &str, set: &Set, speaker: &End, since: Instant) {
        self.is_set(conference, LOUD, ("gain_in", json!(2))).await;
        self.is_set(conference, LOUD, ("gain_out", json!(-3))).await;
        self.is_set(conference, SILENT, ("energy", json!(20000))).await;
        self.is_set(conference, HELD, ("hold", json!(true))).await;
        assert!(self.world.hears_at(speaker, &set.loud, 2.3).await, "heard as loud as before");
        assert!(self.world.hears_at(&set.loud, speaker, 0.4).await, "hears as little as before");
        assert!(self.world.hears(&set.silent, speaker).await && self.world.loses(speaker, &set.silent).await);
        assert!(self.world.hears_music(&set.held).await, "on hold there, too");
        self.nothing_leaked(&set.held, speaker, since);
    }
}

async fn a_move_keeps_what_was_set(report: Report) {
    let house = House::open(report).await;
    let set = set(&house).await;
    let moved = Instant::now();
    for number in [LOUD, HELD, SILENT] {
        house.goes(&set.first, number, &set.second).await;
    }
    house.is_as_before(&set.second, &set, &set.there, moved).await;
    house.since("three moved, and as before after", moved);

    // And back, all at once.
    let merged = Instant::now();
    let merge = format!("/conferences/{}/actions/merge", set.second);
    house.anna.post(&merge, json!({"conference_id": set.first})).await.accepted();
    house.conference_is(&set.second, "ended").await;
    let back = |page: &Picture| {
        let people = page.conferences.get(&set.first)?["participants"].as_array()?;
        let wanted = |one: &&Value| one["state"] == "joined" && one["pending"].is_null();
        (people.iter().filter(wanted).count() == 6).then_some(())
    };
    house.page.shows("six in one room", SOON, back).await;
    assert!(house.world.hears_at(&set.caller, &set.loud, 2.3).await, "heard as loud as before");
    assert!(house.world.hears_music(&set.held).await);
    assert!(house.world.hears(&set.there, &set.caller).await);
    house.nothing_leaked(&set.held, &set.caller, merged);
    // Off hold they are as anybody else: heard, and hearing.
    let held = |one: &&Value| one["number"] == HELD && one["state"] == "joined";
    let people = house.page.now().conferences[&set.first]["participants"].clone();
    let id = id_of(people.as_array().unwrap().iter().find(held).unwrap());
    house.anna.participant(&set.first, &id, "unhold").await.accepted();
    house.world.all_hear_each_other(&[&set.caller, &set.held, &set.there]).await;
    house.anna.conference(&set.first, "end").await.accepted();
    house.ends(&set.first).await;
}

async fn taken_back_as_they_were(report: Report) {
    let house = House::open(report).await;
    let set = set(&house).await;
    house.sets_for(&set.first, "4930111", "gain", json!({"gain_in": 3}), ("gain_in", json!(3))).await;
    house.sets_for(&set.first, "4930111", "hold", json!({}), ("hold", json!(true))).await;
    assert!(house.world.loses(&set.caller, &set.loud).await && house.world.loses(&set.loud, &set.caller).await);
    let room = house.page.now().conferences[&set.second]["room"].as_str().unwrap().to_owned();
    // A lock keeps those out who called in.
    let held = house.world.line.hold_back("join-only|mute|deaf");
    let since = Instant::now();
    let over = json!({ "conference_id": set.second });
    house.anna.post(&house.at_of(&set.first, "4930111", "move"), over).await.accepted();
    let waiting = held.comes().await;
    house.world.probe().await.api(&format!("conference {room} lock")).await;
    waiting.go();
    let look = |page: &Picture| page.told("conference.participant.move_failed").map(|_| ());
    house.page.shows("that it failed", SOON, look).await;
    house.is_set(&set.first, "4930111", ("gain_in", json!(3))).await;
    house.is_set(&set.first, "4930111", ("hold", json!(true))).await;
    assert!(house.world.hears_music(&set.caller).await, "taken back, and on hold");
    house.nothing_leaked(&set.caller, &set.loud, since);
    house.anna.post(&house.at_of(&set.first, "4930111", "unhold"), json!({})).await.accepted();
    house.is_set(&set.first, "4930111", ("hold", json!(false))).await;
    assert!(house.world.hears_at(&set.silent, &set.caller, 3.3).await, "and as loud as before");
    house.anna.conference(&set.first, "end").await.accepted();
    house.anna.conference(&set.second, "end").await.accepted();
    house.ends(&set.second).await;
}
