//! Newcomers the attendant speaks with first, and those who take another's place.

use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    a_newcomer_is_introduced: "A newcomer speaks with the attendant apart, then is let in; another is not";
    a_newcomer_waits_for_the_attendant: "Two newcomers: the second hears music until the attendant is free, or leaves";
    one_takes_anothers_place: "Replace: the new one joins before the old one leaves; who is not reached replaces nobody";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
const SECOND: &str = "+49305550101";

struct Room {
    conference: String,
    caller: End,
    station: End,
    guest: End,
}

async fn room(house: &House) -> Room {
    house
        .expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50)), (SECOND, Manner::Answers(50))])
        .await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = house.world.at(GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    Room { conference, caller: talk.caller, station: talk.station, guest }
}

impl House {
    async fn adds_a_newcomer(&self, conference: &str, number: &str) -> String {
        let newcomer = json!({"participants": [{"name": number, "numbers": [number], "introduce": true}]});
        self.anna.post(&format!("/conferences/{conference}/participants"), newcomer).await.accepted();
        id_of(&self.participant_is(conference, number, "joined").await)
    }

    /// Waits until this is how the introduction stands, and nothing is pending.
    async fn stands(&self, conference: &str, number: &str, introduction: Value) {
        let look = |page: &Picture| {
            let shown = page.conferences.get(conference)?;
            let one = participant(shown, number)?;
            let quiet = shown["pending"].is_null() && one["pending"].is_null();
            (one["introduction"] == introduction && quiet).then_some(())
        };
        self.page.shows(&format!("{number} with introduction {introduction}"), SOON, look).await;
    }
}

async fn a_newcomer_is_introduced(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest } = room(&house).await;
    let world = &house.world;
    let before = Instant::now();
    let newcomer_id = house.adds_a_newcomer(&conference, OTHER).await;
    house.stands(&conference, OTHER, json!("speaking")).await;
    house.since("speaking with a newcomer after", before);
    let newcomer = world.at(OTHER).await;
    world.all_hear_each_other(&[&station, &newcomer]).await;
    world.all_hear_each_other(&[&caller, &guest]).await;
    assert!(world.loses(&caller, &station).await, "the attendant speaks apart");
    for (listener, speaker) in [(&newcomer, &caller), (&newcomer, &guest), (&caller, &newcomer), (&guest, &newcomer)] {
        assert!(world.heard_for(listener, speaker, before).is_none_or(|heard| heard.is_zero()), "heard before let in");
    }

    house.anna.participant(&conference, &newcomer_id, "admit").await.accepted();
    house.stands(&conference, OTHER, Value::Null).await;
    world.all_hear_each_other(&[&caller, &station, &guest, &newcomer]).await;

    // The next one is not let in.
    let stranger_id = house.adds_a_newcomer(&conference, SECOND).await;
    house.stands(&conference, SECOND, json!("speaking")).await;
    let stranger = world.at(SECOND).await;
    world.all_hear_each_other(&[&station, &stranger]).await;
    house.anna.participant(&conference, &stranger_id, "drop").await.accepted();
    house.participant_is(&conference, SECOND, "left").await;
    assert!(world.is_over(&stranger).await);
    world.all_hear_each_other(&[&caller, &station, &guest, &newcomer]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_newcomer_waits_for_the_attendant(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest } = room(&house).await;
    let world = &house.world;
    let first_id = house.adds_a_newcomer(&conference, OTHER).await;
    house.stands(&conference, OTHER, json!("speaking")).await;
    let second_id = house.adds_a_newcomer(&conference, SECOND).await;
    house.stands(&conference, SECOND, json!("waiting")).await;
    let (first, second) = (world.at(OTHER).await, world.at(SECOND).await);
    assert!(world.hears_music(&second).await, "who waits hears music");
    assert!(world.loses(&second, &caller).await && world.loses(&caller, &second).await);
    house.anna.participant(&conference, &second_id, "introduce").await.refused(409, "wrong_state");
    house.anna.participant(&conference, &second_id, "unhold").await.refused(409, "wrong_state");

    // The attendant leaves the first: nobody falls into the room.
    let me = id_of(participant(&house.page.now().conferences[&conference], "1001").unwrap());
    house.anna.participant(&conference, &me, "sidebar_leave").await.accepted();
    house.stands(&conference, OTHER, json!("waiting")).await;
    assert!(world.hears_music(&first).await);
    world.all_hear_each_other(&[&caller, &station, &guest]).await;
    assert!(world.loses(&caller, &first).await && world.loses(&first, &caller).await);

    house.anna.participant(&conference, &second_id, "introduce").await.accepted();
    house.stands(&conference, SECOND, json!("speaking")).await;
    world.all_hear_each_other(&[&station, &second]).await;
    // All talk together: who was being spoken with is let in by it.
    house.anna.conference(&conference, "sidebar_end").await.accepted();
    house.stands(&conference, SECOND, Value::Null).await;
    world.all_hear_each_other(&[&caller, &station, &guest, &second]).await;
    house.anna.participant(&conference, &first_id, "admit").await.accepted();
    house.stands(&conference, OTHER, Value::Null).await;
    world.all_hear_each_other(&[&caller, &station, &guest, &second, &first]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn one_takes_anothers_place(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest } = room(&house).await;
    let world = &house.world;
    let guest_id = id_of(participant(&house.page.now().conferences[&conference], GUEST).unwrap());
    let path = format!("/conferences/{conference}/participants/{guest_id}/actions/replace");
    world.expect(SECOND, Manner::Refuses(486)).await;
    let with = |number: &str| json!({"with": {"name": "New", "numbers": [number]}});
    house.anna.post(&path, with(SECOND)).await.accepted();
    house.participant_is(&conference, SECOND, "failed").await;
    assert!(world.is_up(&guest), "who is not reached replaces nobody");
    let refused = house.anna.post(&path, with("not a number")).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/with/numbers/0", "{}", refused.body);

    house.anna.post(&path, with(OTHER)).await.accepted();
    house.participant_is(&conference, OTHER, "joined").await;
    let left = house.participant_is(&conference, GUEST, "left").await;
    assert_eq!(left["cause"]["code"], "replaced", "{left}");
    assert!(world.is_over(&guest).await);
    let new = world.at(OTHER).await;
    world.all_hear_each_other(&[&caller, &station, &new]).await;
    let told = |page: &Picture| {
        let lines: Vec<&str> = page.activities.iter().filter_map(|line| line["text"].as_str()).collect();
        let at = |text: &str| lines.iter().position(|line| line.contains(text));
        Some((at("New joined.")?, at("Person 1003 is out")?))
    };
    let (joined, out) = house.page.shows("both told", SOON, told).await;
    assert!(joined < out, "first in, then out");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
