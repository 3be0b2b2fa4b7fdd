//! FreeSWITCH dies in the middle of a conference, and comes back; and conferences nobody called into.

use super::house::{House, SOON, Wishes, people};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::Manner;
use serde_json::json;
use tokio::time::Instant;

scenarios! {
    rescued_by_a_key: "The switch is killed; one key, and everybody who was in is rung again, once";
    rescued_by_itself: "The same with `[rescue] mode = \"auto\"`: nobody need do anything";
    the_attendant_first: "A cold conference: nobody else is rung before the attendant is in; who never comes ends it";
}

const GUEST: &str = "1003";
const OUTSIDE: &str = "+49305550101";
const ABSENT: &str = "1004";

/// The attendant and two others in a conference; one more was called in vain.
async fn three(house: &House) -> String {
    let manners = [("1001", Manner::Answers(50)), (GUEST, Manner::Answers(50)), (OUTSIDE, Manner::Answers(50))];
    house.expect_all(&manners).await;
    house.world.expect(ABSENT, Manner::Refuses(486)).await;
    let cold = json!({"participants": people(&[GUEST, OUTSIDE, ABSENT]), "include_attendant": true});
    let conference = house.anna.post("/conferences", cold).await.accepted().id();
    for number in ["1001", GUEST, OUTSIDE] {
        house.participant_is(&conference, number, "joined").await;
    }
    house.participant_is(&conference, ABSENT, "failed").await;
    let ends = [house.world.at("1001").await, house.world.at(GUEST).await, house.world.at(OUTSIDE).await];
    house.world.all_hear_each_other(&ends.each_ref()).await;
    conference
}

impl House {
    fn times_rung(&self) -> [usize; 4] {
        ["1001", GUEST, OUTSIDE, ABSENT].map(|number| self.world.times_rung(number))
    }

    async fn all_are_back(&self, conference: &str, rung_before: [usize; 4]) {
        for number in ["1001", GUEST, OUTSIDE] {
            self.participant_is(conference, number, "joined").await;
        }
        let ends = [self.world.at("1001").await, self.world.at(GUEST).await, self.world.at(OUTSIDE).await];
        self.world.all_hear_each_other(&ends.each_ref()).await;
        let [anna, guest, outside, absent] = rung_before;
        assert_eq!(self.times_rung(), [anna + 1, guest + 1, outside + 1, absent], "once each, and only who was in");
    }
}

async fn rescued_by_a_key(report: Report) {
    let mut house = House::open(report).await;
    let conference = three(&house).await;
    house.anna.conference(&conference, "rescue").await.refused(409, "wrong_state");
    let before = house.times_rung();
    house.world.restart_switch().await;
    let lost = house.conference_is(&conference, "ended").await;
    assert_eq!((&lost["end_reason"]["code"], &lost["rescuable"]), (&json!("switch_lost"), &json!(true)), "{lost}");
    assert_eq!(house.times_rung(), before, "nobody is rung before somebody says so");
    let asked = Instant::now();
    let again = house.anna.conference(&conference, "rescue").await.accepted().id();
    assert_ne!(again, conference);
    assert_eq!(house.anna.conference(&conference, "rescue").await.accepted().id(), again, "asked twice, done once");
    house.all_are_back(&again, before).await;
    house.since("all back after", asked);
    let look = |page: &Picture| {
        let old = page.conferences.get(&conference)?;
        (old["rescued_by"] == again.as_str() && old["rescuable"] == false).then_some(())
    };
    house.page.shows("which conference it became", SOON, look).await;
    house.anna.conference(&again, "end").await.accepted();
    house.ends(&again).await;
}

async fn rescued_by_itself(report: Report) {
    let plan = Plan { more: "[rescue]\nmode = \"auto\"\n", ..Plan::default() };
    let mut house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let conference = three(&house).await;
    let before = house.times_rung();
    let killed = Instant::now();
    house.world.restart_switch().await;
    let look = |page: &Picture| page.conferences.get(&conference)?["rescued_by"].as_str().map(str::to_owned);
    let again = house.page.shows("another conference in its place", SOON * 3, look).await;
    house.all_are_back(&again, before).await;
    house.since("killed, back, and everybody in after", killed);
    // Once is enough, whatever is looked at again.
    house.service.kill();
    house.comes_back("after a rescue").await;
    house.all_are_back(&again, before).await;
    house.anna.conference(&again, "end").await.accepted();
    house.ends(&again).await;
}

async fn the_attendant_first(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[("1001", Manner::Answers(300)), (GUEST, Manner::Answers(50))]).await;
    let cold = |first: bool, me: bool| json!({"participants": people(&[GUEST]), "include_attendant": me, "attendant_first": first});
    house.anna.post("/conferences", cold(true, false)).await.refused(422, "bad_input");
    let conference = house.anna.post("/conferences", cold(true, true)).await.accepted().id();
    house.participant_is(&conference, "1001", "joined").await;
    house.participant_is(&conference, GUEST, "joined").await;
    let (station, guest) = (house.world.at("1001").await, house.world.at(GUEST).await);
    house.world.all_hear_each_other(&[&station, &guest]).await;
    let told = |page: &Picture| {
        let lines: Vec<&str> = page.activities.iter().filter_map(|line| line["text"].as_str()).collect();
        let at = |text: &str| lines.iter().position(|line| line.contains(text));
        Some((at("Anna joined")?, at("Calling Person 1003")?))
    };
    let (joined, called) = house.page.shows("both told", SOON, told).await;
    assert!(joined < called, "nobody is called before the attendant is in");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;

    let rung = house.world.times_rung(GUEST);
    house.world.expect("1001", Manner::Refuses(603)).await;
    let conference = house.anna.post("/conferences", cold(true, true)).await.accepted().id();
    let ended = house.ends(&conference).await;
    assert_eq!(ended["end_reason"]["code"], "attendant_not_reached", "{ended}");
    assert_eq!(house.world.times_rung(GUEST), rung, "nobody else was rung");
}
