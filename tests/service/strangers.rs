//! Somebody is in the room whom nobody at the page asked for.

use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::Manner;

scenarios! {
    a_stranger_is_shown: "Somebody is put into the room at the switch's console: shown as not invited, muted, dropped; another goes when the conference ends";
}

const GUEST: &str = "1003";
const STRANGER: &str = "1004";

async fn a_stranger_is_shown(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(GUEST, Manner::Answers(50)), (STRANGER, Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = house.world.at(GUEST).await;
    let room = house.page.now().conferences[&conference]["room"].as_str().unwrap().to_owned();
    let probe = house.world.probe().await;
    let put_in = format!("originate user/{STRANGER}@127.0.0.1 &conference({room}@switchboard)");
    for round in ["muted and dropped", "gone with the room"] {
        let answer = probe.api(&put_in).await;
        assert!(answer.starts_with("+OK"), "{answer}");
        let shown = |page: &Picture| {
            let one = participant(page.conferences.get(&conference)?, STRANGER).filter(|one| one["uninvited"] == true);
            let newest = page.conferences[&conference]["participants"].as_array()?.last()?;
            one.filter(|_| newest["state"] == "joined").map(|_| newest.clone())
        };
        let shown = house.page.shows("a stranger in the room", SOON, shown).await;
        let stranger = house.world.at(STRANGER).await;
        house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &stranger]).await;
        let told = |page: &Picture| page.told("conference.participant.uninvited").map(|_| ());
        house.page.shows("that they are told of", SOON, told).await;
        house.page_is_true(round, SOON).await;
        if round == "muted and dropped" {
            house.anna.participant(&conference, &id_of(&shown), "mute").await.accepted();
            assert!(house.world.loses(&guest, &stranger).await, "a stranger who is muted is not heard");
            house.anna.participant(&conference, &id_of(&shown), "redial").await.refused(409, "wrong_state");
            house.anna.participant(&conference, &id_of(&shown), "drop").await.accepted();
            assert!(house.world.is_over(&stranger).await);
            house.participant_is(&conference, STRANGER, "left").await;
        }
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
