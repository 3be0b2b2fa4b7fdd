//! Two conferences become one while somebody is being called: they ring on, and come into the one that stays.

use super::house::{House, SOON, Wishes, id_of, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    who_rings_goes_on_ringing: "Merge while one rings and one has another number to try: both come into the room that stays";
    who_rings_can_be_called_off: "Merge while one rings: they are cancelled there, and their phone stops ringing";
    who_is_asked_may_say_yes: "Merge while somebody is asked to press 1: pressing it takes them into the room that stays";
    answered_in_that_moment: "Somebody answers before the switch is told of the other room: they are fetched from the old one";
    killed_in_the_middle: "kill -9 between the ringing and the room: who rings comes, the others stay, and it is merged again";
}

const GUEST: &str = "1003";
const RINGS: &str = "1004";
const THERE: &str = "+49305550101";
const ASKED: &str = "+49305550102";

async fn open(report: Report) -> House {
    let plan = Plan { ring_seconds: 20, confirm_seconds: 15, ..Plan::default() };
    House::open_as(report, Wishes { plan, ..Wishes::default() }).await
}

struct Two {
    first: String,
    caller: End,
    station: End,
    guest: End,
    second: String,
    there: End,
}

/// Ivan, Anna and a guest in one; somebody else in the other, which is cold.
async fn two(house: &House) -> Two {
    house.expect_all(&[(GUEST, Manner::Answers(50)), (THERE, Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let first = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&first, GUEST, "joined").await;
    let second = house.start(None, &[THERE]).await;
    house.participant_is(&second, THERE, "joined").await;
    let (guest, there) = (house.world.at(GUEST).await, house.world.at(THERE).await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    Two { first, caller: talk.caller, station: talk.station, guest, second, there }
}

impl House {
    async fn adds(&self, conference: &str, people: Value) {
        let path = format!("/conferences/{conference}/participants");
        self.anna.post(&path, json!({ "participants": people })).await.accepted();
    }

    async fn merges(&self, from: &str, into: &str) {
        let path = format!("/conferences/{from}/actions/merge");
        self.anna.post(&path, json!({ "conference_id": into })).await.accepted();
    }

    async fn is_merged(&self, conference: &str) {
        let ended = self.conference_is(conference, "ended").await;
        assert_eq!(ended["end_reason"]["code"], "merged", "{ended}");
    }

    async fn all_ends(&self, two: &Two, more: &[&End]) {
        let mut ends = vec![&two.caller, &two.station, &two.guest, &two.there];
        ends.extend(more);
        self.world.all_hear_each_other(&ends).await;
        self.anna.conference(&two.second, "end").await.accepted();
        self.ends(&two.second).await;
    }
}

async fn who_rings_goes_on_ringing(report: Report) {
    let house = open(report).await;
    let two = two(&house).await;
    house.expect_all(&[(RINGS, Manner::Answers(8000)), (ASKED, Manner::NeverAnswers)]).await;
    let in_order = json!({"name": "Olga", "numbers": [ASKED, "1002"], "strategy": "in_order", "ring_seconds": 9});
    house.world.expect("1002", Manner::Answers(50)).await;
    house.adds(&two.first, json!([{"name": "Rita", "numbers": [RINGS]}, in_order])).await;
    house.participant_is(&two.first, RINGS, "ringing").await;
    house.participant_is(&two.first, ASKED, "ringing").await;
    let asked = Instant::now();
    house.merges(&two.first, &two.second).await;
    house.participant_is(&two.second, RINGS, "ringing").await;
    house.participant_is(&two.second, ASKED, "ringing").await;
    house.is_merged(&two.first).await;
    house.since("merged after", asked);
    let told = |page: &Picture| page.told("conference.participant.carried_over").map(|_| ());
    house.page.shows("that they are called on", SOON, told).await;
    house.participant_is(&two.second, RINGS, "joined").await;
    let rings = house.world.at(RINGS).await;
    // The first number is given up; the second is of this conference from the beginning.
    house.participant_is(&two.second, "1002", "joined").await;
    let second = house.world.at("1002").await;
    assert_eq!([RINGS, ASKED, "1002"].map(|number| house.world.times_rung(number)), [1, 1, 1], "nobody twice");
    house.all_ends(&two, &[&rings, &second]).await;
}

async fn who_rings_can_be_called_off(report: Report) {
    let house = open(report).await;
    let two = two(&house).await;
    house.world.expect(RINGS, Manner::NeverAnswers).await;
    house.adds(&two.first, json!([{"name": "Rita", "numbers": [RINGS]}])).await;
    house.participant_is(&two.first, RINGS, "ringing").await;
    house.merges(&two.first, &two.second).await;
    house.is_merged(&two.first).await;
    let id = id_of(&house.participant_is(&two.second, RINGS, "ringing").await);
    assert!(house.world.rings(RINGS).await);
    house.anna.participant(&two.second, &id, "cancel").await.accepted();
    let gone = house.participant_is(&two.second, RINGS, "failed").await;
    assert_eq!(gone["cause"]["code"], "cancelled", "{gone}");
    // And rung again there.
    house.world.expect(RINGS, Manner::Answers(50)).await;
    house.anna.participant(&two.second, &id, "redial").await.accepted();
    house.participant_is(&two.second, RINGS, "joined").await;
    let rings = house.world.at(RINGS).await;
    house.all_ends(&two, &[&rings]).await;
}

async fn who_is_asked_may_say_yes(report: Report) {
    let house = open(report).await;
    let two = two(&house).await;
    house.world.expect(ASKED, Manner::Machine).await;
    house.adds(&two.first, json!([{"name": "Olga", "numbers": [ASKED]}])).await;
    house.participant_is(&two.first, ASKED, "confirming").await;
    house.merges(&two.first, &two.second).await;
    house.is_merged(&two.first).await;
    let asked = house.world.at(ASKED).await;
    house.world.press(&asked, '1').await;
    house.participant_is(&two.second, ASKED, "joined").await;
    house.all_ends(&two, &[&asked]).await;
}

async fn answered_in_that_moment(report: Report) {
    let house = open(report).await;
    let two = two(&house).await;
    // Well before everybody is taken back because nothing is answered.
    house.world.expect(RINGS, Manner::Answers(2000)).await;
    house.adds(&two.first, json!([{"name": "Rita", "numbers": [RINGS]}])).await;
    house.participant_is(&two.first, RINGS, "ringing").await;
    let told = house.world.line.hold_back("switchboard_room sb-");
    house.merges(&two.first, &two.second).await;
    let waiting = told.comes().await;
    let rings = house.world.at(RINGS).await;
    house.participant_is(&two.second, RINGS, "joined").await;
    waiting.go();
    house.is_merged(&two.first).await;
    assert_eq!(house.world.times_rung(RINGS), 1);
    house.all_ends(&two, &[&rings]).await;
}

async fn killed_in_the_middle(report: Report) {
    let house = open(report).await;
    let two = two(&house).await;
    house.world.expect(RINGS, Manner::Answers(6000)).await;
    house.adds(&two.first, json!([{"name": "Rita", "numbers": [RINGS]}])).await;
    house.participant_is(&two.first, RINGS, "ringing").await;
    let told = house.world.line.hold_back("switchboard_room sb-");
    house.merges(&two.first, &two.second).await;
    let waiting = told.comes().await;
    house.service.kill();
    drop(waiting);
    house.comes_back("in the middle of a merge").await;
    house.participant_is(&two.second, RINGS, "joined").await;
    let rings = house.world.at(RINGS).await;
    house.world.all_hear_each_other(&[&two.there, &rings]).await;
    house.world.all_hear_each_other(&[&two.caller, &two.station, &two.guest]).await;
    // Who was to go over is where they were, and it can be asked for again.
    let back = |page: &Picture| {
        let look = |number| participant(page.conferences.get(&two.first)?, number);
        (look(GUEST)?["state"] == "joined" && look(GUEST)?["pending"].is_null()).then_some(())
    };
    house.page.shows("the guest where they were", SOON, back).await;
    let failed = |page: &Picture| page.told("conference.participant.move_failed").map(|_| ());
    house.page.shows("that it was not done", SOON, failed).await;
    let again = json!({ "conference_id": two.second });
    let path = format!("/conferences/{}/actions/merge", two.first);
    let deadline = Instant::now() + SOON;
    loop {
        let answer = house.anna.post(&path, again.clone()).await;
        if answer.status < 300 {
            break;
        }
        // The others are told of one after the other.
        assert!(Instant::now() < deadline, "{answer:?}");
        tokio::task::yield_now().await;
    }
    house.is_merged(&two.first).await;
    assert_eq!(house.world.times_rung(RINGS), 1);
    house.all_ends(&two, &[&rings]).await;
}
