//! From one conference to another: one participant, or everybody.

use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    one_goes_over: "Move one participant to another conference, and the caller of a live call";
    two_become_one: "Merge: everybody of one conference goes over; the other call ends with its caller";
    a_room_that_refuses: "The other room is locked in that moment: whoever was sent is taken back";
    killed_on_the_way: "The service is killed while somebody is on the way to another room";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
const OUTSIDE: &str = "+49305550101";

/// Ivan, the attendant and a guest in one; another guest and an outside party in the other, which is cold.
struct Two {
    first: String,
    call: String,
    caller: End,
    station: End,
    guest: End,
    second: String,
    other: End,
    outside: End,
}

async fn two(house: &House) -> Two {
    house
        .expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50)), (OUTSIDE, Manner::Answers(50))])
        .await;
    let talk = house.talk("Ivan", "4930111").await;
    let first = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&first, GUEST, "joined").await;
    let second = house.start(None, &[OTHER, OUTSIDE]).await;
    for number in [OTHER, OUTSIDE] {
        house.participant_is(&second, number, "joined").await;
    }
    let guest = house.world.at(GUEST).await;
    let (other, outside) = (house.world.at(OTHER).await, house.world.at(OUTSIDE).await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    house.world.all_hear_each_other(&[&other, &outside]).await;
    Two { first, call: talk.call, caller: talk.caller, station: talk.station, guest, second, other, outside }
}

impl House {
    fn path_of(&self, conference: &str, number: &str, verb: &str) -> String {
        let id = id_of(participant(&self.page.now().conferences[conference], number).unwrap());
        format!("/conferences/{conference}/participants/{id}/actions/{verb}")
    }

    async fn goes_over(&self, from: &str, number: &str, to: &str) {
        let asked = Instant::now();
        self.anna.post(&self.path_of(from, number, "move"), json!({ "conference_id": to })).await.accepted();
        self.participant_is(to, number, "joined").await;
        let left = self.participant_is(from, number, "left").await;
        assert_eq!(left["cause"]["code"], "moved", "{left}");
        self.since("moved after", asked);
    }

    async fn has_ports(&self, conference: &str, ports: u64) {
        let look = |page: &Picture| (page.conferences.get(conference)?["ports"] == ports).then_some(());
        self.page.shows(&format!("{conference} with {ports} ports"), SOON, look).await;
    }
}

async fn one_goes_over(report: Report) {
    let house = House::open(report).await;
    let Two { first, call, caller, station, guest, second, other, outside } = two(&house).await;
    let world = &house.world;
    let moved = Instant::now();
    house.goes_over(&first, GUEST, &second).await;
    world.all_hear_each_other(&[&guest, &other, &outside]).await;
    world.all_hear_each_other(&[&caller, &station]).await;
    assert!(world.loses(&caller, &guest).await && world.loses(&guest, &caller).await);
    house.gap_is_short("moved: without the station of the other room", &other, &outside, moved);
    house.has_ports(&first, 2).await;
    house.has_ports(&second, 3).await;

    // Steered there, and rung again there.
    house.anna.post(&house.path_of(&second, GUEST, "mute"), json!({})).await.accepted();
    assert!(world.loses(&other, &guest).await);
    house.anna.post(&house.path_of(&first, GUEST, "mute"), json!({})).await.refused(409, "wrong_state");
    world.hang_up(&guest);
    house.participant_is(&second, GUEST, "left").await;
    house.anna.post(&house.path_of(&second, GUEST, "redial"), json!({})).await.accepted();
    house.participant_is(&second, GUEST, "joined").await;
    let guest = world.at(GUEST).await;
    world.all_hear_each_other(&[&guest, &other, &outside]).await;

    // The caller too; their call goes with them, and ends when they do.
    house.goes_over(&first, "4930111", &second).await;
    world.all_hear_each_other(&[&caller, &guest, &other, &outside]).await;
    let look = |page: &Picture| (page.calls.get(&call)?["conference_id"] == second.as_str()).then_some(());
    house.page.shows("the call in the other conference", SOON, look).await;
    world.hang_up(&caller);
    let gone = |page: &Picture| page.calls.get(&call).is_none_or(|call| call["state"] == "ended").then_some(());
    house.page.shows("the call ended", SOON, gone).await;
    house.anna.conference(&first, "end").await.accepted();
    house.anna.conference(&second, "end").await.accepted();
    house.ends(&second).await;
}

async fn two_become_one(report: Report) {
    let house = House::open(report).await;
    let Two { first, caller, station, guest, second, other, outside, .. } = two(&house).await;
    let into = |id: &str| json!({ "conference_id": id });
    let merge = |id: &str| format!("/conferences/{id}/actions/merge");
    house.anna.post(&merge(&first), into(&first)).await.refused(422, "bad_input");
    let asked = Instant::now();
    house.anna.post(&merge(&first), into(&second)).await.accepted();
    let ended = house.conference_is(&first, "ended").await;
    house.since("merged after", asked);
    assert_eq!(ended["end_reason"]["code"], "merged", "{ended}");
    house.world.all_hear_each_other(&[&caller, &station, &guest, &other, &outside]).await;
    house.has_ports(&second, 5).await;
    let roles: Vec<Value> = house.page.now().conferences[&second]["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["role"].clone())
        .collect();
    assert!(roles.contains(&json!("attendant")) && roles.contains(&json!("caller")), "{roles:?}");
    house.anna.conference(&second, "leave").await.accepted();
    assert!(house.world.is_over(&station).await, "the attendant leaves there as before");
    house.anna.conference(&second, "end").await.accepted();
    house.ends(&second).await;
}

async fn a_room_that_refuses(report: Report) {
    let house = House::open(report).await;
    let Two { first, caller, station, guest, second, other, outside, .. } = two(&house).await;
    let room = house.page.now().conferences[&second]["room"].as_str().unwrap().to_owned();
    // A lock keeps those out who called in; whom we rang it lets through.
    let held = house.world.line.hold_back("join-only");
    let over = json!({ "conference_id": second });
    house.anna.post(&house.path_of(&first, "4930111", "move"), over.clone()).await.accepted();
    let waiting = held.comes().await;
    let probe = house.world.probe().await;
    probe.api(&format!("conference {room} lock")).await;
    waiting.go();
    let look = |page: &Picture| page.told("conference.participant.move_failed").map(|_| ());
    house.page.shows("that it failed", SOON, look).await;
    house.participant_is(&first, "4930111", "joined").await;
    house.world.all_hear_each_other(&[&caller, &station, &guest]).await;
    house.world.all_hear_each_other(&[&other, &outside]).await;
    house.anna.post(&house.path_of(&first, "4930111", "move"), over).await.refused(409, "wrong_state");
    house.anna.conference(&first, "end").await.accepted();
    house.anna.conference(&second, "end").await.accepted();
    house.ends(&second).await;
}

async fn killed_on_the_way(report: Report) {
    let house = House::open(report).await;
    let Two { first, caller, station, guest, second, other, outside, .. } = two(&house).await;
    let done = house.world.line.lose_answer_to("join-only");
    house.anna.post(&house.path_of(&first, GUEST, "move"), json!({ "conference_id": second })).await.accepted();
    done.await.unwrap();
    house.service.kill();
    house.comes_back("on the way to another room").await;
    house.participant_is(&second, GUEST, "joined").await;
    house.participant_is(&first, GUEST, "left").await;
    house.world.all_hear_each_other(&[&guest, &other, &outside]).await;
    house.world.all_hear_each_other(&[&caller, &station]).await;
    assert_eq!(house.world.times_rung(GUEST), 1);
    house.anna.conference(&first, "end").await.accepted();
    house.anna.conference(&second, "end").await.accepted();
    house.ends(&second).await;
}
