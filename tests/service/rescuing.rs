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
    died_together: "The service dies with the switch, and both come back: rung again, once; who hung up before is not";
    the_switch_lived_on: "The service is killed and comes back, the switch lives: nobody is rung, whoever hung up meanwhile";
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
    let mut house = House::open_as(report, Wishes { plan: by_itself(), ..Wishes::default() }).await;
    let conference = three(&house).await;
    let before = house.times_rung();
    // Presses 1 when they have heard why they are rung.
    house.world.expect(OUTSIDE, Manner::Machine).await;
    let killed = Instant::now();
    house.world.restart_switch().await;
    let look = |page: &Picture| page.conferences.get(&conference)?["rescued_by"].as_str().map(str::to_owned);
    let again = house.page.shows("another conference in its place", SOON * 3, look).await;
    house.participant_is(&again, OUTSIDE, "confirming").await;
    let outside = house.world.at(OUTSIDE).await;
    assert!(house.world.hears_sound(&outside, REASON, killed).await, "told why, with the question");
    house.world.press(&outside, '1').await;
    for number in ["1001", GUEST] {
        let end = house.world.at(number).await;
        assert!(house.world.hears_sound(&end, REASON, killed).await, "{number} is told why");
    }
    house.all_are_back(&again, before).await;
    house.since("killed, back, and everybody in after", killed);
    // Once is enough, whatever is looked at again.
    house.service.kill();
    house.comes_back("after a rescue").await;
    house.all_are_back(&again, before).await;
    house.anna.conference(&again, "end").await.accepted();
    house.ends(&again).await;
}

/// A tone no telephone of ours speaks with.
const REASON: u32 = 3350;

fn by_itself() -> Plan {
    let more = "[rescue]\nmode = \"auto\"\nsound = \"tone_stream://v=-13;%(1200,0,3350)\"\n";
    Plan { more, confirm_seconds: 15, ..Plan::default() }
}

async fn died_together(report: Report) {
    let mut house = House::open_as(report, Wishes { plan: by_itself(), ..Wishes::default() }).await;
    let conference = three(&house).await;
    house.world.expect(OUTSIDE, Manner::Answers(1500)).await;
    // Nobody is at this phone any more, and everybody knows.
    let guest = house.world.at(GUEST).await;
    house.world.hang_up(&guest);
    house.participant_is(&conference, GUEST, "left").await;
    let before = house.times_rung();
    house.service.kill();
    house.world.restart_switch().await;
    let killed = Instant::now();
    house.service.run().await;
    let other = |page: &Picture| {
        let mut open = page.conferences.iter().filter(|(id, one)| **id != conference && one["state"] != "ended");
        open.next().map(|(id, _)| id.clone())
    };
    let again = house.page.shows("another conference in its place", SOON * 3, other).await;
    for number in ["1001", OUTSIDE] {
        house.participant_is(&again, number, "joined").await;
    }
    let ends = [house.world.at("1001").await, house.world.at(OUTSIDE).await];
    assert!(house.world.hears_sound(&ends[0], REASON, killed).await, "told why");
    house.world.all_hear_each_other(&ends.each_ref()).await;
    house.since("both back, and everybody in after", killed);
    let [anna, guest, outside, absent] = before;
    assert_eq!(house.times_rung(), [anna + 1, guest, outside + 1, absent], "once each, and only who was in");
    house.service.kill();
    house.comes_back("after both died").await;
    assert_eq!(house.times_rung(), [anna + 1, guest, outside + 1, absent], "and not again");
    house.anna.conference(&again, "end").await.accepted();
    house.ends(&again).await;
}

async fn the_switch_lived_on(report: Report) {
    let house = House::open_as(report, Wishes { plan: by_itself(), ..Wishes::default() }).await;
    let conference = three(&house).await;
    let before = house.times_rung();
    house.service.kill();
    let outside = house.world.at(OUTSIDE).await;
    house.world.hang_up(&outside);
    assert!(house.world.is_over(&outside).await);
    house.comes_back("while somebody hung up").await;
    house.participant_is(&conference, OUTSIDE, "left").await;
    house.participant_is(&conference, GUEST, "joined").await;
    house.service.kill();
    for number in ["1001", GUEST] {
        let end = house.world.at(number).await;
        house.world.hang_up(&end);
        assert!(house.world.is_over(&end).await);
    }
    house.comes_back("while everybody hung up").await;
    let ended = house.ends(&conference).await;
    assert_eq!(
        (&ended["end_reason"]["code"], &ended["rescued_by"]),
        (&json!("everybody_left"), &json!(null)),
        "{ended}"
    );
    assert_eq!(house.times_rung(), before, "nobody is rung");
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
