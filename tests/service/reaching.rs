//! How hard somebody is tried: several numbers at once, busy ones again, and who says no.

use super::house::{House, SOON, Wishes, id_of};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::Manner;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    two_numbers_at_once: "Two numbers of one person ring at once: the first to answer is in the room, the other stops ringing and is no failure";
    a_race_of_two_answers: "Both numbers of a person are answered in the same moment, again and again: never are two of them in the room";
    two_numbers_and_no_room_yet: "Two numbers at once before there is a room: the one that answers opens it, and nobody else is left on the switch";
    all_numbers_fail: "All numbers that rang at once fail, each for its own reason, and the person is not reached";
    called_off_on_all_numbers: "Whoever rings on several numbers is called off on all of them";
    busy_and_called_again: "Somebody busy is called again after the pause, shown with its time, and joins";
    a_retry_called_off: "A retry that waits is called off: the number is not rung again";
    a_retry_survives_a_restart: "The service is killed while somebody busy waits to be called again, and rings them once when it is back";
    killed_while_all_ring: "The service is killed while two numbers of a person ring: no phone rings twice, and the first to answer is in";
    a_double_of_one_of_two: "A command for two legs of which one lives already is refused for that one and rings the other: so it is never sent again while one lives";
    nine_declines: "At the gate 9 declines: the person is shown as having declined, and their other number does not ring";
    silence_and_a_wrong_key: "A machine at the gate never comes in; with two numbers the one who presses 1 does";
}

const INSIDE: &str = "1003";
const OTHER: &str = "1004";
const OUTSIDE: &str = "+49305550101";
const MOBILE: &str = "+49305550102";

impl House {
    /// Anna asks for a conference with one person.
    async fn reaches(&self, call: Option<&str>, person: Value) -> String {
        self.anna.post("/conferences", json!({"call_id": call, "participants": [person]})).await.accepted().id()
    }

    /// The one guest as they are shown.
    async fn guest_is(&self, conference: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let look = |page: &Picture| guest(page.conferences.get(conference)?).filter(|one| fits(one)).cloned();
        self.page.shows(&format!("the guest {what}"), SOON * 3, look).await
    }

    /// How many are in the rooms of the switch.
    async fn in_rooms(&self) -> usize {
        let probe = self.world.probe().await;
        self.world.rooms(&probe).await.iter().map(|(_, members)| members).sum()
    }
}

fn guest(conference: &Value) -> Option<&Value> {
    conference["participants"].as_array()?.iter().find(|one| one["role"] == "guest")
}

fn leg<'a>(guest: &'a Value, number: &str) -> &'a Value {
    let legs = guest["legs"].as_array().unwrap();
    legs.iter().rev().find(|leg| leg["number"] == number).unwrap_or_else(|| panic!("no leg of {number}: {guest}"))
}

fn at_once(numbers: &[&str]) -> Value {
    json!({"name": "Olga", "numbers": numbers, "strategy": "all_at_once"})
}

async fn two_numbers_at_once(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::NeverAnswers), (OTHER, Manner::Answers(1500))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.reaches(Some(&talk.call), at_once(&[INSIDE, OTHER])).await;
    assert!(house.world.rings(INSIDE).await && house.world.rings(OTHER).await);
    let began = Instant::now();
    let joined = house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    house.since("from ringing on two phones to joined", began);
    assert_eq!(joined["number"], OTHER);
    let joined =
        house.guest_is(&conference, "alone in", |one| leg(one, INSIDE)["cause"]["code"] == "other_number").await;
    assert_eq!((&joined["state"], &joined["cause"]), (&json!("joined"), &json!(null)), "{joined}");
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(OTHER)), (1, 1));
    let there = house.world.at(OTHER).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &there]).await;
    assert_eq!(house.in_rooms().await, 3);
    assert!(house.page.now().told("conference.participant.failed").is_none(), "nothing failed");
    // Muted and dropped is the one who is in.
    let id = id_of(&joined);
    house.anna.participant(&conference, &id, "mute").await.accepted();
    assert!(house.world.loses(&talk.caller, &there).await);
    house.anna.participant(&conference, &id, "drop").await.accepted();
    assert!(house.world.is_over(&there).await);
    house.guest_is(&conference, "out", |one| one["state"] == "left").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_race_of_two_answers(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::Answers(400)), (OTHER, Manner::Answers(400))]).await;
    for _ in 0..5 {
        let talk = house.talk("Ivan", "4930111").await;
        let conference = house.reaches(Some(&talk.call), at_once(&[INSIDE, OTHER])).await;
        let one = house
            .guest_is(&conference, "in on one number", |one| {
                let states: Vec<_> = one["legs"].as_array().unwrap().iter().map(|leg| leg["state"].clone()).collect();
                states.contains(&json!("joined")) && states.contains(&json!("failed"))
            })
            .await;
        assert_eq!(one["legs"].as_array().unwrap().len(), 2, "{one}");
        assert_eq!(house.in_rooms().await, 3);
        house.anna.conference(&conference, "end").await.accepted();
        house.ends(&conference).await;
    }
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(OTHER)), (5, 5));
}

async fn two_numbers_and_no_room_yet(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::Answers(800)), (OUTSIDE, Manner::NeverAnswers)]).await;
    let conference = house.reaches(None, at_once(&[OUTSIDE, INSIDE])).await;
    let joined = house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    assert_eq!(joined["number"], INSIDE);
    house.conference_is(&conference, "live").await;
    house.guest_is(&conference, "alone in", |one| leg(one, OUTSIDE)["cause"]["code"] == "other_number").await;
    let (probe, deadline) = (house.world.probe().await, Instant::now() + SOON);
    while probe.channels().await.len() != 1 {
        assert!(Instant::now() < deadline, "somebody is left over on the switch");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn all_numbers_fail(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::Refuses(486)), (OUTSIDE, Manner::NeverAnswers)]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let person = json!({"name": "Olga", "numbers": [INSIDE, OUTSIDE, super::telephony::UNREGISTERED],
        "strategy": "all_at_once", "ring_seconds": 5});
    let conference = house.reaches(Some(&talk.call), person).await;
    let failed = house.guest_is(&conference, "failed", |one| one["state"] == "failed").await;
    assert_eq!(leg(&failed, INSIDE)["cause"]["code"], "busy");
    assert_eq!(leg(&failed, OUTSIDE)["cause"]["code"], "no_answer");
    // What never had a channel is told by nothing but the end of the whole.
    assert_eq!(leg(&failed, super::telephony::UNREGISTERED)["cause"]["code"], "unavailable");
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(OUTSIDE)), (1, 1));
    // Asked for again, all ring again.
    house.expect_all(&[(INSIDE, Manner::Answers(300))]).await;
    house.anna.participant(&conference, &id_of(&failed), "redial").await.accepted();
    house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(OUTSIDE)), (2, 2));
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn called_off_on_all_numbers(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::NeverAnswers), (OTHER, Manner::NeverAnswers)]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.reaches(Some(&talk.call), at_once(&[INSIDE, OTHER])).await;
    let rings = |one: &Value| one["legs"].as_array().unwrap().iter().all(|leg| leg["state"] == "ringing");
    let ringing = house.guest_is(&conference, "ringing on both", rings).await;
    house.anna.participant(&conference, &id_of(&ringing), "cancel").await.accepted();
    let over = house
        .guest_is(&conference, "called off", |one| {
            one["legs"].as_array().unwrap().iter().all(|leg| leg["cause"]["code"] == "cancelled")
        })
        .await;
    assert_eq!((&over["state"], over["legs"].as_array().unwrap().len()), (&json!("failed"), 2));
    assert_eq!(house.in_rooms().await, 2);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn busy_and_called_again(report: Report) {
    let house = House::open(report).await;
    house.world.expect(INSIDE, Manner::Refuses(486)).await;
    let talk = house.talk("Ivan", "4930111").await;
    let person = json!({"numbers": [INSIDE], "retries": 3, "retry_pause_seconds": 2});
    let conference = house.reaches(Some(&talk.call), person).await;
    let waits = |one: &Value| one["state"] == "queued" && one["retry_at"].is_string();
    let waiting = house.guest_is(&conference, "waiting to be called again", waits).await;
    assert_eq!(waiting["cause"]["code"], "busy");
    let began = Instant::now();
    house.world.expect(INSIDE, Manner::Answers(200)).await;
    house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    let pause = house.since("from busy to joined, with a pause of 2 s", began);
    assert!(pause.as_millis() >= 1500, "{pause:?}");
    assert_eq!(house.world.times_rung(INSIDE), 2);
    assert!(house.page.now().told("conference.participant.retry").is_some());
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_retry_called_off(report: Report) {
    let house = House::open(report).await;
    house.world.expect(INSIDE, Manner::Refuses(486)).await;
    let talk = house.talk("Ivan", "4930111").await;
    let person = json!({"numbers": [INSIDE], "retries": 1, "retry_pause_seconds": 2});
    let conference = house.reaches(Some(&talk.call), person).await;
    let waiting = house.guest_is(&conference, "waiting", |one| one["retry_at"].is_string()).await;
    house.anna.participant(&conference, &id_of(&waiting), "cancel").await.accepted();
    let over = house.guest_is(&conference, "called off", |one| one["state"] == "failed").await;
    assert_eq!(over["cause"]["code"], "cancelled");
    // The other number is called, and nothing of the first, well after its time.
    house.world.expect(OTHER, Manner::AnswersAndLeaves(2500, 500)).await;
    let body = json!({"participants": super::house::people(&[OTHER])});
    house.anna.post(&format!("/conferences/{conference}/participants"), body).await.accepted();
    house.participant_is(&conference, OTHER, "left").await;
    assert_eq!(house.world.times_rung(INSIDE), 1);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_retry_survives_a_restart(report: Report) {
    let house = House::open(report).await;
    house.world.expect(INSIDE, Manner::Refuses(486)).await;
    let talk = house.talk("Ivan", "4930111").await;
    let person = json!({"numbers": [INSIDE], "retries": 1, "retry_pause_seconds": 4});
    let conference = house.reaches(Some(&talk.call), person).await;
    house.guest_is(&conference, "waiting", |one| one["retry_at"].is_string()).await;
    house.service.kill();
    house.world.expect(INSIDE, Manner::Answers(200)).await;
    house.service.run().await;
    house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    assert_eq!(house.world.times_rung(INSIDE), 2);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn killed_while_all_ring(report: Report) {
    let house =
        House::open_as(report, Wishes { plan: Plan { ring_seconds: 20, ..Plan::default() }, ..Wishes::default() });
    let house = house.await;
    house.expect_all(&[(INSIDE, Manner::NeverAnswers), (OTHER, Manner::Answers(6000))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.reaches(Some(&talk.call), at_once(&[INSIDE, OTHER])).await;
    assert!(house.world.rings(INSIDE).await && house.world.rings(OTHER).await);
    house.service.kill();
    house.service.run().await;
    house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    house.guest_is(&conference, "alone in", |one| leg(one, INSIDE)["state"] == "failed").await;
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(OTHER)), (1, 1));
    assert_eq!(house.in_rooms().await, 3);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_double_of_one_of_two(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::NeverAnswers), (OTHER, Manner::NeverAnswers)]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.reaches(Some(&talk.call), json!({"numbers": [INSIDE]})).await;
    let ringing = house.guest_is(&conference, "ringing", |one| one["state"] == "ringing").await;
    let lives = leg(&ringing, INSIDE)["id"].as_str().unwrap();
    let other = uuid::Uuid::from_u128(rand::random()).to_string();
    let probe = house.world.probe().await;
    let command = format!(
        "originate {{originate_timeout=2,ignore_early_media=true}}[origination_uuid={lives}]user/{INSIDE}@127.0.0.1,\
         [origination_uuid={other}]user/{OTHER}@127.0.0.1 &park()"
    );
    let answer = probe.api(&command).await;
    assert!(answer.starts_with("-ERR NO_ANSWER"), "{answer}");
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(OTHER)), (1, 1));
    house.guest_is(&conference, "still ringing", |one| one["state"] == "ringing").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn nine_declines(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(OUTSIDE, Manner::PressesNine(300)), (MOBILE, Manner::Answers(300))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.reaches(Some(&talk.call), json!({"numbers": [OUTSIDE, MOBILE]})).await;
    let declined = house.guest_is(&conference, "declined", |one| one["state"] == "failed").await;
    assert_eq!(declined["cause"]["code"], "declined", "{declined}");
    assert_eq!((house.world.times_rung(OUTSIDE), house.world.times_rung(MOBILE)), (1, 0));
    assert_eq!(house.in_rooms().await, 2);
    // Which key it was is nobody's business.
    assert!(!house.service.log().contains("DTMF-Digit"), "digits are in the log");
    // On both at once: the one who declines stops the other.
    house.world.expect(MOBILE, Manner::NeverAnswers).await;
    house.anna.participant(&conference, &id_of(&declined), "drop").await.refused(409, "wrong_state");
    let body = json!({"participants": [at_once(&["+49305550103", MOBILE])]});
    house.world.expect("+49305550103", Manner::PressesNine(600)).await;
    house.anna.post(&format!("/conferences/{conference}/participants"), body).await.accepted();
    let look = |page: &Picture| {
        let people = page.conferences.get(&conference)?["participants"].as_array()?;
        let olga = people.iter().find(|one| one["name"] == "Olga")?;
        let both = olga["legs"].as_array()?.iter().all(|leg| leg["cause"]["code"] == "declined");
        both.then(|| olga.clone())
    };
    house.page.shows("both numbers given up", SOON * 2, look).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn silence_and_a_wrong_key(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(OUTSIDE, Manner::Machine), (MOBILE, Manner::Answers(1500))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.reaches(Some(&talk.call), at_once(&[OUTSIDE, MOBILE])).await;
    house.guest_is(&conference, "asked on the machine", |one| leg(one, OUTSIDE)["state"] == "confirming").await;
    assert_eq!(house.in_rooms().await, 2);
    let joined = house.guest_is(&conference, "joined", |one| one["state"] == "joined").await;
    assert_eq!(joined["number"], MOBILE);
    house.guest_is(&conference, "rid of the machine", |one| leg(one, OUTSIDE)["cause"]["code"] == "other_number").await;
    assert_eq!(house.in_rooms().await, 3);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
