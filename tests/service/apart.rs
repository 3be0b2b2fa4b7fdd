//! Sidebars and coaches: who hears whom, judged at the ends.

use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    two_talk_apart: "A sidebar: two talk apart, the room goes on, one joins meanwhile and hears the room only";
    a_coach_is_heard_by_one: "A coach hears all and is heard by one, also after coming back";
    a_sidebar_outlives_a_crash: "The service is killed in a sidebar; nobody hears more than before";
    one_left_alone_comes_back: "Of two apart one hangs up; the other hears the room again";
    relations_made_by_hand_are_undone: "Somebody relates members at the console; the next look puts it right";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
const LATE: &str = "+49305550101";

struct Room {
    conference: String,
    caller: End,
    station: End,
    guest: End,
    other: End,
}

async fn room(house: &House) -> Room {
    house.expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50)), (LATE, Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[GUEST, OTHER]).await;
    for number in [GUEST, OTHER] {
        house.participant_is(&conference, number, "joined").await;
    }
    let (guest, other) = (house.world.at(GUEST).await, house.world.at(OTHER).await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &other]).await;
    Room { conference, caller: talk.caller, station: talk.station, guest, other }
}

impl House {
    fn ids(&self, conference: &str, numbers: &[&str]) -> Vec<String> {
        let page = self.page.now();
        let all = &page.conferences[conference];
        numbers.iter().map(|number| id_of(participant(all, number).unwrap())).collect()
    }

    async fn takes_aside(&self, conference: &str, numbers: &[&str]) {
        let participants = self.ids(conference, numbers);
        let path = format!("/conferences/{conference}/actions/sidebar");
        self.anna.post(&path, json!({ "participants": participants })).await.accepted();
        self.arranged(conference, |one| numbers.contains(&one["number"].as_str().unwrap()), "sidebar").await;
    }

    /// The switch has it so: nothing is pending, and just these have this property.
    async fn arranged(&self, conference: &str, these: impl Fn(&Value) -> bool, key: &str) {
        let look = |page: &Picture| {
            let shown = page.conferences.get(conference)?;
            let all = shown["participants"].as_array()?;
            let right = all.iter().all(|one| one["state"] == "left" || these(one) != one[key].is_null());
            let quiet = shown["pending"].is_null() && all.iter().all(|one| one["pending"].is_null());
            (right && quiet).then_some(())
        };
        self.page.shows(&format!("{key} arranged"), SOON, look).await;
    }

    /// Nothing since then, but for one frame: a break in what others say is a click, and a click holds every tone.
    /// Only a real switch has audio to measure.
    fn heard_nothing_of(&self, listener: &End, speakers: &[&End], since: Instant) {
        for speaker in speakers {
            if let Some(heard) = self.world.heard_for(listener, speaker, since) {
                assert!(heard <= Duration::from_millis(20), "heard for {heard:?} before it was arranged");
            }
        }
    }

    async fn are_apart(&self, some: &[&End], others: &[&End]) {
        for group in [some, others] {
            self.world.all_hear_each_other(group).await;
        }
        for one in some {
            for other in others {
                assert!(self.world.loses(one, other).await, "who is apart hears the room");
                assert!(self.world.loses(other, one).await, "the room hears who is apart");
            }
        }
    }
}

async fn two_talk_apart(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house).await;
    let asked = Instant::now();
    house.takes_aside(&conference, &["1001", GUEST]).await;
    house.since("apart after", asked);
    house.are_apart(&[&station, &guest], &[&caller, &other]).await;

    // Somebody joins meanwhile: the room's, from the first word on.
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": [{"name": "Late", "numbers": [LATE]}]})).await.accepted();
    let before = Instant::now();
    house.participant_is(&conference, LATE, "joined").await;
    let late = house.world.at(LATE).await;
    house.are_apart(&[&station, &guest], &[&caller, &other, &late]).await;
    house.arranged(&conference, |one| ["1001", GUEST].contains(&one["number"].as_str().unwrap()), "sidebar").await;
    house.heard_nothing_of(&late, &[&station, &guest], before);
    house.heard_nothing_of(&guest, &[&late], before);

    // A third comes over, and goes back; then the sidebar ends.
    house.takes_aside(&conference, &["1001", GUEST, OTHER]).await;
    house.are_apart(&[&station, &guest, &other], &[&caller, &late]).await;
    let id = house.ids(&conference, &[OTHER]).remove(0);
    house.anna.participant(&conference, &id, "sidebar_leave").await.accepted();
    house.arranged(&conference, |one| ["1001", GUEST].contains(&one["number"].as_str().unwrap()), "sidebar").await;
    house.are_apart(&[&station, &guest], &[&caller, &late, &other]).await;
    house.anna.conference(&conference, "sidebar_end").await.accepted();
    house.arranged(&conference, |_| false, "sidebar").await;
    house.world.all_hear_each_other(&[&caller, &station, &guest, &other, &late]).await;
    let one = json!({"participants": [id]});
    house.anna.post(&format!("/conferences/{conference}/actions/sidebar"), one).await.refused(422, "bad_input");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_coach_is_heard_by_one(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house).await;
    let ids = house.ids(&conference, &[GUEST, "1001"]);
    let path = format!("/conferences/{conference}/participants/{}/actions/coach", ids[0]);
    house.anna.post(&path, json!({ "participant_id": ids[1] })).await.accepted();
    let coach = |one: &Value| one["number"] == GUEST;
    house.arranged(&conference, coach, "coaching").await;
    for somebody in [&caller, &station, &other] {
        assert!(house.world.hears(&guest, somebody).await, "a coach hears all");
    }
    assert!(house.world.hears(&station, &guest).await, "is heard by the one they coach");
    assert!(house.world.loses(&caller, &guest).await && house.world.loses(&other, &guest).await);
    house.world.all_hear_each_other(&[&caller, &station, &other]).await;

    // Out, and rung again: still a coach, and never heard by the others on the way in.
    house.world.hang_up(&guest);
    house.participant_is(&conference, GUEST, "left").await;
    let before = Instant::now();
    house.anna.participant(&conference, &ids[0], "redial").await.accepted();
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = house.world.at(GUEST).await;
    assert!(house.world.hears(&station, &guest).await && house.world.hears(&guest, &caller).await);
    house.arranged(&conference, coach, "coaching").await;
    house.heard_nothing_of(&caller, &[&guest], before);
    house.heard_nothing_of(&other, &[&guest], before);

    house.anna.participant(&conference, &ids[0], "uncoach").await.accepted();
    house.arranged(&conference, |_| false, "coaching").await;
    house.world.all_hear_each_other(&[&caller, &station, &guest, &other]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_sidebar_outlives_a_crash(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house).await;
    house.takes_aside(&conference, &["4930111", "1001"]).await;
    house.are_apart(&[&station, &caller], &[&guest, &other]).await;
    house.service.kill();
    house.comes_back("in a sidebar").await;
    house.arranged(&conference, |one| ["1001", "4930111"].contains(&one["number"].as_str().unwrap()), "sidebar").await;
    house.are_apart(&[&station, &caller], &[&guest, &other]).await;
    house.anna.conference(&conference, "sidebar_end").await.accepted();
    house.arranged(&conference, |_| false, "sidebar").await;
    house.world.all_hear_each_other(&[&caller, &station, &guest, &other]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn one_left_alone_comes_back(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house).await;
    house.takes_aside(&conference, &[OTHER, GUEST]).await;
    house.are_apart(&[&other, &guest], &[&caller, &station]).await;
    house.world.hang_up(&other);
    house.participant_is(&conference, OTHER, "left").await;
    house.arranged(&conference, |_| false, "sidebar").await;
    house.world.all_hear_each_other(&[&caller, &station, &guest]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn relations_made_by_hand_are_undone(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house).await;
    house.takes_aside(&conference, &["1001", GUEST]).await;
    let name = house.page.now().conferences[&conference]["room"].as_str().unwrap().to_owned();
    let probe = house.world.probe().await;
    let answer = probe.api(&format!("conference {name} relate 0")).await;
    let (owner, _) = answer.split_once(' ').unwrap();
    probe.api(&format!("conference {name} relate {owner} 0 clear")).await;
    // Any change makes the service look.
    house.takes_aside(&conference, &["1001", GUEST, OTHER]).await;
    house.are_apart(&[&station, &guest, &other], &[&caller]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
