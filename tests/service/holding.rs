//! Hold, resume and hang up, by the page and by the phone's own keys.

use super::house::{House, SOON};
use super::page::Picture;
use super::report::Report;
use tokio::time::Instant;

scenarios! {
    hold_and_resume: "Hold gives the caller music, resume gives them back within 300 ms; hang up ends the call";
    a_phone_has_its_own_hold: "A phone's own hold key shows on the page";
    a_held_call_becomes_a_conference: "A held call becomes a conference all the same";
}

async fn hold_and_resume(report: Report) {
    let house = House::open(report).await;
    let talk = house.talk("Ivan", "4930111").await;
    for round in ["first", "second"] {
        let held = Instant::now();
        house.anna.call(&talk.call, "hold").await.accepted();
        house.call_is(&talk.call, "held").await;
        house.since(&format!("{round} hold shown after"), held);
        assert!(house.world.hears_music(&talk.caller).await, "music while on hold");
        assert!(house.world.loses(&talk.caller, &talk.station).await);
        assert!(house.world.is_up(&talk.station));

        let resumed = Instant::now();
        house.anna.call(&talk.call, "resume").await.accepted();
        house.call_is(&talk.call, "talking").await;
        house.since(&format!("{round} resume shown after"), resumed);
        house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
        house.gap_is_short(&format!("{round} resume heard after"), &talk.caller, &talk.station, resumed);
    }
    house.anna.call(&talk.call, "hangup").await.accepted();
    assert!(house.world.is_over(&talk.caller).await && house.world.is_over(&talk.station).await);
    let gone = |page: &Picture| (!page.calls.contains_key(&talk.call)).then_some(());
    house.page.shows("no call any more", SOON, gone).await;
    assert!(house.world.is_empty_again().await);
    house.anna.call(&talk.call, "hold").await.refused(404, "not_found");
}

async fn a_phone_has_its_own_hold(report: Report) {
    let house = House::open(report).await;
    let talk = house.talk("Ivan", "4930111").await;
    for on in [true, false] {
        house.world.press_hold(&talk.station, on).await;
        let pressed = Instant::now();
        let shown = |page: &Picture| (page.calls.get(&talk.call)?["station_hold"] == on).then_some(());
        house.page.shows("the phone's own hold", SOON, shown).await;
        house.since(if on { "hold shown after" } else { "its end shown after" }, pressed);
    }
    house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
}

async fn a_held_call_becomes_a_conference(report: Report) {
    let house = House::open(report).await;
    house.world.expect("1003", super::telephony::Manner::Answers(100)).await;
    let talk = house.talk("Ivan", "4930111").await;
    house.anna.call(&talk.call, "hold").await.accepted();
    house.call_is(&talk.call, "held").await;
    let conference = house.start(Some(&talk.call), &["1003"]).await;
    house.participant_is(&conference, "1003", "joined").await;
    let third = house.world.at("1003").await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &third]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
