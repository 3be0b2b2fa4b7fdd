//! Somebody's line drops out of a conference, and they call again.

use super::house::{House, SOON, Wishes, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    let_back_in_by_a_key: "The caller's line drops; calling again, they are offered the room, and let in as who they were";
    back_by_itself: "The same with `[come_back] mode = \"auto\"`";
    anybody_who_waits_can_be_let_in: "A second caller joins a running conference; a locked room, or none, is refused";
}

const GUEST: &str = "1003";
const CALLER: &str = "4930111";

struct Room {
    conference: String,
    caller: End,
    station: End,
    guest: End,
}

async fn room(house: &House) -> Room {
    house.world.expect(GUEST, Manner::Answers(50)).await;
    let talk = house.talk("Ivan", CALLER).await;
    let conference = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = house.world.at(GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    Room { conference, caller: talk.caller, station: talk.station, guest }
}

impl House {
    /// In the roster once, and in the room.
    async fn is_back(&self, conference: &str, people: usize) -> Value {
        let look = |page: &Picture| {
            let shown = page.conferences.get(conference)?;
            let one = participant(shown, CALLER)?;
            (one["state"] == "joined" && shown["participants"].as_array()?.len() == people).then(|| one.clone())
        };
        self.page.shows("the caller back, and nobody twice", SOON, look).await
    }
}

async fn let_back_in_by_a_key(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest } = room(&house).await;
    house.world.hang_up(&caller);
    house.participant_is(&conference, CALLER, "left").await;
    house.world.all_hear_each_other(&[&station, &guest]).await;

    let (call, caller) = house.waiting("Ivan", CALLER).await;
    let look = |page: &Picture| (page.calls.get(&call)?["comes_back_to"] == conference.as_str()).then_some(());
    house.page.shows("whence they come", SOON, look).await;
    let asked = Instant::now();
    let into = json!({ "conference_id": conference });
    house.anna.post(&format!("/calls/{call}/actions/join"), into.clone()).await.accepted();
    let back = house.is_back(&conference, 3).await;
    house.since("back in the room after", asked);
    assert_eq!(back["legs"].as_array().unwrap().len(), 2, "{back}");
    house.world.all_hear_each_other(&[&caller, &station, &guest]).await;
    house.anna.post(&format!("/calls/{call}/actions/join"), into).await.refused(409, "wrong_state");

    // Their call is the conference's now, and ends with them.
    house.world.hang_up(&caller);
    let gone = |page: &Picture| page.calls.get(&call).is_none_or(|call| call["state"] == "ended").then_some(());
    house.page.shows("the call over", SOON, gone).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn back_by_itself(report: Report) {
    let plan = Plan { more: "[come_back]\nmode = \"auto\"\n", ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let Room { conference, caller, station, guest } = room(&house).await;
    house.world.hang_up(&caller);
    house.participant_is(&conference, CALLER, "left").await;
    let called = Instant::now();
    let caller = house.world.arrives("Ivan", CALLER);
    house.is_back(&conference, 3).await;
    house.since("called again, and in after", called);
    house.world.all_hear_each_other(&[&caller, &station, &guest]).await;
    // Who was dropped by the attendant is not let in by calling again.
    let id = super::house::id_of(participant(&house.page.now().conferences[&conference], CALLER).unwrap());
    house.anna.participant(&conference, &id, "drop").await.accepted();
    assert!(house.world.is_over(&caller).await);
    let (call, _caller) = house.waiting("Ivan", CALLER).await;
    assert!(house.page.now().calls[&call]["comes_back_to"].is_null());
    house.anna.call(&call, "hangup").await.accepted();
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn anybody_who_waits_can_be_let_in(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest } = room(&house).await;
    let (call, second) = house.waiting("Ada", "4930222").await;
    let join = format!("/calls/{call}/actions/join");
    let into = json!({ "conference_id": conference });
    house.anna.conference(&conference, "lock").await.accepted();
    let locked = |page: &Picture| (page.conferences.get(&conference)?["locked"] == true).then_some(());
    house.page.shows("the room locked", SOON, locked).await;
    house.anna.post(&join, into.clone()).await.refused(409, "wrong_state");
    assert!(house.world.hears_music(&second).await, "and waits as before");

    // Locked in the very moment: the caller waits again.
    house.anna.conference(&conference, "unlock").await.accepted();
    let open = |page: &Picture| (page.conferences.get(&conference)?["locked"] == false).then_some(());
    house.page.shows("the room open", SOON, open).await;
    let room = house.page.now().conferences[&conference]["room"].as_str().unwrap().to_owned();
    let held = house.world.line.hold_back("join-only");
    house.anna.post(&join, into.clone()).await.accepted();
    let waiting = held.comes().await;
    house.world.probe().await.api(&format!("conference {room} lock")).await;
    waiting.go();
    house.call_is(&call, "waiting").await;
    assert!(house.world.hears_music(&second).await, "who is not let in hears music again");
    house.world.all_hear_each_other(&[&caller, &station, &guest]).await;

    house.anna.conference(&conference, "unlock").await.accepted();
    house.page.shows("the room open", SOON, open).await;
    house.anna.post(&join, into).await.accepted();
    house.participant_is(&conference, "4930222", "joined").await;
    house.world.all_hear_each_other(&[&caller, &station, &guest, &second]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
