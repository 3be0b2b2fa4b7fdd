//! Two things at once: an answer and its cancelling, a hang-up and whatever was asked of that very participant.

use super::house::{House, SOON, Talk, id_of, participant, people};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use crate::support::until;
use serde_json::{Value, json};

scenarios! {
    an_answer_and_a_cancel_cross: "Somebody answers in the moment they are called off, again and again: in the room or gone, and never a leg nobody wants";
    a_member_leaves_while_being_moved: "A participant hangs up on the way to another room: they have left, and are in neither";
    a_member_leaves_as_the_recording_begins: "A participant hangs up in the moment a recording begins: it goes on with the others";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";

/// Caller, attendant and a guest, who hear each other.
async fn three(house: &House) -> (String, Talk, End) {
    house.world.expect(GUEST, Manner::Answers(50)).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = house.world.at(GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    (conference, talk, guest)
}

impl House {
    /// The switch has so many channels, and no more.
    async fn has_channels(&self, wanted: usize) {
        let probe = self.world.probe().await;
        let mut left = Vec::new();
        let deadline = tokio::time::Instant::now() + SOON;
        while tokio::time::Instant::now() < deadline {
            left = probe.channels().await;
            if left.len() == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{wanted} channels wanted, and there are {left:?}");
    }
}

async fn an_answer_and_a_cancel_cross(report: Report) {
    let house = House::open(report).await;
    let (conference, talk, guest) = three(&house).await;
    let path = format!("/conferences/{conference}/participants");
    let mut joined = 0;
    for (round, answers_after) in [0, 10, 20, 30, 45, 60, 90, 150].into_iter().enumerate() {
        house.world.expect(OTHER, Manner::Answers(answers_after)).await;
        if round == 0 {
            house.anna.post(&path, json!({"participants": people(&[OTHER])})).await.accepted();
        } else {
            let id = id_of(participant(&house.page.now().conferences[&conference], OTHER).unwrap());
            house.anna.participant(&conference, &id, "redial").await.accepted();
        }
        // Called off as soon as the telephone has been rung; what the page says of it by then is as it may be.
        let rung = until(SOON, || (house.world.times_rung(OTHER) == round + 1).then_some(())).await;
        assert!(rung.is_some(), "{OTHER} is rung a {}. time", round + 1);
        let id = id_of(participant(&house.page.now().conferences[&conference], OTHER).unwrap());
        let answer = house.anna.participant(&conference, &id, "cancel").await;
        if answer.status == 409 {
            // The answer came first: they are in, and can only be dropped.
            joined += 1;
            house.participant_is(&conference, OTHER, "joined").await;
            house.anna.participant(&conference, &id, "drop").await.accepted();
        } else {
            answer.accepted();
        }
        let over = |page: &Picture| {
            let one = participant(page.conferences.get(&conference)?, OTHER)?;
            let legs = one["legs"].as_array()?;
            let is_over = matches!(one["state"].as_str()?, "left" | "failed") && legs.len() == round + 1;
            is_over.then(|| one["cause"]["code"].clone())
        };
        let cause = house.page.shows("them gone", SOON, over).await;
        assert!(["cancelled", "dropped"].contains(&cause.as_str().unwrap()), "{cause}");
        house.has_channels(3).await;
    }
    house.report.figure("answered before they were called off", format!("{joined} of 8"));
    assert_eq!(house.world.times_rung(OTHER), 8);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_member_leaves_while_being_moved(report: Report) {
    let house = House::open(report).await;
    let (first, talk, guest) = three(&house).await;
    house.world.expect(OTHER, Manner::Answers(50)).await;
    let second = house.start(None, &[OTHER]).await;
    house.participant_is(&second, OTHER, "joined").await;
    let id = id_of(participant(&house.page.now().conferences[&first], GUEST).unwrap());
    let held = house.world.line.hold_back("join-only");
    let path = format!("/conferences/{first}/participants/{id}/actions/move");
    house.anna.post(&path, json!({"conference_id": second})).await.accepted();
    let waiting = held.comes().await;
    house.world.hang_up(&guest);
    assert!(house.world.is_over(&guest).await);
    waiting.go();
    house.participant_is(&first, GUEST, "left").await;
    let nowhere = |page: &Picture| {
        let there = participant(page.conferences.get(&second)?, GUEST);
        there.is_none_or(|one| matches!(one["state"].as_str(), Some("left" | "failed"))).then_some(())
    };
    house.page.shows("them not in the other room either", SOON, nowhere).await;
    let one_port = |page: &Picture| (page.conferences.get(&second)?["ports"] == 1).then_some(());
    house.page.shows("their port given back", SOON, one_port).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
    house.has_channels(3).await;
    house.anna.conference(&first, "end").await.accepted();
    house.anna.conference(&second, "end").await.accepted();
    house.ends(&second).await;
}

async fn a_member_leaves_as_the_recording_begins(report: Report) {
    let folder = tempfile::Builder::new().prefix("switchboard-recordings-").tempdir().unwrap();
    let shown = folder.path().display();
    let recording = format!("enabled = true\ndirectory = \"{shown}\"\nshared_directory = \"{shown}\"\n");
    let plan = super::process::Plan { recording, ..super::process::Plan::default() };
    let house = House::open_as(report, super::house::Wishes { plan, ..super::house::Wishes::default() }).await;
    let (conference, talk, guest) = three(&house).await;
    let held = house.world.line.hold_back(" recording ");
    house.anna.conference(&conference, "record").await.accepted();
    let waiting = held.comes().await;
    house.world.hang_up(&guest);
    waiting.go();
    house.participant_is(&conference, GUEST, "left").await;
    let is = |state: &'static str| {
        let conference = conference.clone();
        move |page: &Picture| {
            let recordings = page.conferences.get(&conference)?["recordings"].as_array()?;
            let last = recordings.last().filter(|_| recordings.len() == 1)?;
            (last["state"] == state && last["pending"].is_null()).then(|| last.clone())
        }
    };
    house.page.shows("the recording under way", SOON, is("recording")).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
    house.anna.conference(&conference, "record_stop").await.accepted();
    let over: Value = house.page.shows("the recording ended", SOON, is("ended")).await;
    assert_eq!(over["reason"]["code"], "stopped", "{over}");
    let file = folder.path().join(over["file"].as_str().unwrap());
    assert!(std::fs::metadata(&file).unwrap().len() > 44, "there is sound in {}", file.display());
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
