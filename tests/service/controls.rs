//! What an attendant does with a conference that lives.

use super::house::{House, SOON, id_of, participant, people};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    participants_are_controlled: "Add later, redial, cancel, mute, unmute, drop";
    a_conference_is_controlled: "Lock, unlock; the attendant leaves and the conference lives; comes back; ends it for all";
}

const FIRST: &str = "+49305550101";
const SECOND: &str = "1003";

struct Three {
    conference: String,
    caller: End,
    station: End,
    third: End,
}

/// Caller, attendant and one more, who hear each other.
async fn three(house: &House) -> Three {
    house.world.expect(SECOND, Manner::Answers(100)).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[SECOND]).await;
    house.participant_is(&conference, SECOND, "joined").await;
    let third = house.world.at(SECOND).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &third]).await;
    Three { conference, caller: talk.caller, station: talk.station, third }
}

impl House {
    async fn participant_shows(&self, conference: &str, number: &str, key: &str, value: Value) {
        let look = |page: &Picture| {
            let one = participant(page.conferences.get(conference)?, number)?;
            (one[key] == value && one["pending"].is_null()).then_some(())
        };
        self.page.shows(&format!("{number} with {key} {value}"), SOON, look).await;
    }

    async fn conference_shows(&self, conference: &str, key: &str, value: Value) {
        let look = |page: &Picture| {
            let one = page.conferences.get(conference)?;
            (one[key] == value && one["pending"].is_null()).then_some(())
        };
        self.page.shows(&format!("the conference with {key} {value}"), SOON, look).await;
    }
}

async fn participants_are_controlled(report: Report) {
    let house = House::open(report).await;
    let Three { conference, caller, station, third } = three(&house).await;
    let third_id = id_of(participant(&house.page.now().conferences[&conference], SECOND).unwrap());

    // Somebody who does not answer yet is added, and cancelled.
    house.world.expect(FIRST, Manner::NeverAnswers).await;
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": people(&[FIRST])})).await.accepted();
    let first_id = id_of(&house.participant_is(&conference, FIRST, "ringing").await);
    assert!(house.world.rings(FIRST).await);
    let cancelled = Instant::now();
    house.anna.participant(&conference, &first_id, "cancel").await.accepted();
    let gone = house.participant_is(&conference, FIRST, "failed").await;
    house.since("cancelled after", cancelled);
    assert_eq!(gone["cause"]["code"], "cancelled", "{gone}");

    // Rung again: first busy, then there.
    house.world.expect(FIRST, Manner::Refuses(486)).await;
    house.anna.participant(&conference, &first_id, "redial").await.accepted();
    let legs = |wanted: usize, state: &'static str| {
        let conference = conference.clone();
        move |page: &Picture| {
            let one = participant(page.conferences.get(&conference)?, FIRST)?;
            (one["legs"].as_array()?.len() == wanted && one["state"] == state).then(|| one.clone())
        }
    };
    let busy = house.page.shows("a second leg, busy", SOON, legs(2, "failed")).await;
    assert_eq!(busy["cause"]["code"], "busy", "{busy}");
    house.world.expect(FIRST, Manner::Answers(100)).await;
    house.anna.participant(&conference, &first_id, "redial").await.accepted();
    house.page.shows("a third leg, joined", SOON, legs(3, "joined")).await;
    house.anna.participant(&conference, &first_id, "redial").await.refused(409, "wrong_state");
    house.anna.participant(&conference, &first_id, "cancel").await.refused(409, "wrong_state");
    assert_eq!(house.world.times_rung(FIRST), 3);
    let first = house.world.at(FIRST).await;
    house.world.all_hear_each_other(&[&caller, &station, &third, &first]).await;

    let muted = Instant::now();
    house.anna.participant(&conference, &third_id, "mute").await.accepted();
    house.participant_shows(&conference, SECOND, "muted", json!(true)).await;
    house.since("muted after", muted);
    for listener in [&caller, &station, &first] {
        assert!(house.world.loses(listener, &third).await, "who is muted is heard");
        assert!(house.world.hears(&third, listener).await, "who is muted still hears");
    }
    house.anna.participant(&conference, &third_id, "unmute").await.accepted();
    house.participant_shows(&conference, SECOND, "muted", json!(false)).await;
    house.world.all_hear_each_other(&[&caller, &station, &third, &first]).await;

    let dropped = Instant::now();
    house.anna.participant(&conference, &third_id, "drop").await.accepted();
    let out = house.participant_is(&conference, SECOND, "left").await;
    house.since("dropped after", dropped);
    assert_eq!(out["cause"]["code"], "dropped", "{out}");
    assert!(house.world.is_over(&third).await);
    house.world.all_hear_each_other(&[&caller, &station, &first]).await;
    house.anna.participant(&conference, &third_id, "mute").await.refused(409, "wrong_state");

    // The caller came with the call; there is no number to ring them at.
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    house.anna.participant(&conference, &third_id, "redial").await.refused(409, "wrong_state");
}

async fn a_conference_is_controlled(report: Report) {
    let house = House::open(report).await;
    let Three { conference, caller, station, third } = three(&house).await;
    house.anna.conference(&conference, "lock").await.accepted();
    house.conference_shows(&conference, "locked", json!(true)).await;
    house.anna.conference(&conference, "unlock").await.accepted();
    house.conference_shows(&conference, "locked", json!(false)).await;

    house.anna.conference(&conference, "leave").await.accepted();
    let left = house.participant_is(&conference, "1001", "left").await;
    assert_eq!(left["cause"]["code"], "left", "{left}");
    assert!(house.world.is_over(&station).await);
    house.world.all_hear_each_other(&[&caller, &third]).await;
    house.conference_is(&conference, "live").await;
    house.anna.conference(&conference, "leave").await.refused(409, "wrong_state");

    let asked = Instant::now();
    house.anna.conference(&conference, "rejoin").await.accepted();
    house.participant_is(&conference, "1001", "joined").await;
    house.since("back in the room after", asked);
    let station = house.world.at("1001").await;
    house.world.all_hear_each_other(&[&caller, &third, &station]).await;

    // Somebody else's conference is not Ben's to touch, nor to see.
    let ben = house.ben().await;
    ben.conference(&conference, "end").await.refused(403, "not_yours");
    house.anna.conference(&conference, "end").await.accepted();
    for end in [&caller, &third, &station] {
        assert!(house.world.is_over(end).await);
    }
    house.ends(&conference).await;
    house.anna.conference(&conference, "lock").await.refused(409, "wrong_state");
}
