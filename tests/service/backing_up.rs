//! The store of a running house is copied, and the copy put back.

use super::house::{House, participant, people};
use super::page::Picture;
use super::report::Report;
use super::telephony::Manner;
use serde_json::json;

scenarios! {
    a_copy_of_a_running_house_is_put_back: "The store is copied while a conference runs, and put back after more has happened: people talk on, the page is true, nobody is rung again";
}

const STAYS: &str = "1003";
const LEAVES: &str = "1004";
const LATER: &str = "+49305550101";

async fn a_copy_of_a_running_house_is_put_back(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[(STAYS, Manner::Answers(50)), (LEAVES, Manner::Answers(50)), (LATER, Manner::Answers(50))])
        .await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[STAYS, LEAVES]).await;
    for number in [STAYS, LEAVES] {
        house.participant_is(&conference, number, "joined").await;
    }
    let copy = house.service.file("copy.db");
    let made = house.service.command(&["backup", &copy]).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    // What the copy does not know.
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": people(&[LATER])})).await.accepted();
    house.participant_is(&conference, LATER, "joined").await;
    house.world.hang_up(&house.world.at(LEAVES).await);
    house.participant_is(&conference, LEAVES, "left").await;

    let refused = house.service.command(&["restore", &copy]).await;
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains("stop the service first"), "{why}");
    assert!(house.service.terminate().await);
    let restored = house.service.command(&["restore", &copy]).await;
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let pictures = house.page.now().snapshots;
    house.service.run().await;

    let true_again = |page: &Picture| {
        (page.snapshots > pictures).then_some(())?;
        let one = page.conferences.get(&conference)?;
        let is = |number, state| participant(one, number).is_some_and(|person| person["state"] == state);
        // Of whom the copy does not know it is only known that they are in the room.
        let unknown = one["participants"].as_array()?.iter().any(|person| person["uninvited"] == true);
        (page.node_state() == "up" && is(STAYS, "joined") && is(LEAVES, "left") && unknown).then_some(())
    };
    house
        .page
        .shows("who is in, known or not, and who has gone since the copy", super::house::SOON * 3, true_again)
        .await;
    house.page_is_true("with the copy put back", super::house::SOON).await;
    let (stays, later) = (house.world.at(STAYS).await, house.world.at(LATER).await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &stays, &later]).await;
    for number in [STAYS, LEAVES, LATER] {
        assert_eq!(house.world.times_rung(number), 1, "{number}");
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
