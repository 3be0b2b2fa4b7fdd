//! Moving a pair that talks into a room, in one command.

use crate::support::call::{Call, CallState};
use crate::support::lab::Lab;
use crate::support::lateness::allowance;
use std::time::Duration;
use tokio::time::Instant;

/// An ordinary call to station 1001, talking.
async fn pair(lab: &Lab, dialed: &str) -> (Call, Call) {
    let ivan = lab.phones.caller("Ivan", "4930111", dialed);
    assert!(ivan.reaches(CallState::Talking).await, "{:?}\n{}", ivan.state(), lab.switch.log());
    let station = lab.phones.at("1001").await.expect("1001 rings");
    assert!(ivan.hears(station.tone()).await && station.hears(ivan.tone()).await);
    (ivan, station)
}

/// Moves the pair of this channel; returns how long it took until both were in.
async fn move_both(lab: &Lab, leg: &str, other: &str, room: &str) -> Duration {
    let moved = Instant::now();
    let reply = lab.probe.api(&format!("uuid_transfer {leg} -both 'conference:{room}@switchboard,park:' inline")).await;
    assert!(reply.starts_with("+OK"), "{reply}");
    for uuid in [leg, other] {
        let joined = lab.probe.wait(|event| event.is_member("add-member", uuid)).await;
        assert!(joined.is_some(), "{uuid} did not join\n{}", lab.switch.log());
    }
    moved.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_pair_moves_and_hardly_notices() {
    let lab = Lab::start().await;
    for round in 0..5 {
        let (ivan, station) = pair(&lab, "1001").await;
        let (caller, desk) = (lab.channel(&ivan).await, lab.channel(&station).await);
        let (named, other) = if round % 2 == 0 { (&caller, &desk) } else { (&desk, &caller) };
        let before = Instant::now();
        let took = move_both(&lab, named, other, &format!("room-{round}")).await;
        // Long enough for whatever gap there is to show in full.
        assert!(lab.probe.wait_within(Duration::from_millis(800), |_| false).await.is_none());
        let gaps = (ivan.longest_gap(station.tone(), before), station.longest_gap(ivan.tone(), before));
        println!("round {round}: both in after {took:?}; gaps: caller {:?}, station {:?}", gaps.0, gaps.1);
        let limit = Duration::from_millis(300) + allowance(before);
        assert!(gaps.0 < limit && gaps.1 < limit, "{gaps:?}, and {limit:?} at most");
        ivan.hang_up();
        station.hang_up();
        assert!(lab.probe.wait(|event| event.is("CHANNEL_HANGUP_COMPLETE", &caller)).await.is_some());
        assert!(lab.probe.wait(|event| event.is("CHANNEL_HANGUP_COMPLETE", &desk)).await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn a_leg_the_room_refuses_is_parked_and_can_be_joined_again() {
    let lab = Lab::start().await;
    // Somebody else's room, locked.
    assert!(
        lab.probe
            .api(&format!("originate {} &conference(taken@switchboard)", lab.endpoint("1002")))
            .await
            .starts_with("+OK")
    );
    assert!(lab.probe.wait(|event| event.get("Action") == "add-member").await.is_some());
    assert!(lab.probe.api("conference taken lock").await.contains("locked"));

    let (ivan, station) = pair(&lab, "1001").await;
    let (caller, desk) = (lab.channel(&ivan).await, lab.channel(&station).await);
    let reply =
        lab.probe.api(&format!("uuid_transfer {caller} -both 'conference:taken@switchboard,park:' inline")).await;
    assert!(reply.starts_with("+OK"));
    let parked = lab.probe.wait(|event| event.is("CHANNEL_PARK", &caller)).await;
    assert!(parked.is_some(), "the refused caller is caught by park\n{}", lab.switch.log());
    assert!(ivan.is_up() && station.is_up());
    assert!(lab.probe.api(&format!("uuid_bridge {caller} {desk}")).await.starts_with("+OK"));
    assert!(ivan.hears(station.tone()).await && station.hears(ivan.tone()).await, "they talk again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn bypassed_media_comes_back_first_and_then_moves() {
    let lab = Lab::start().await;
    let (ivan, station) = pair(&lab, "81001").await;
    let (caller, desk) = (lab.channel(&ivan).await, lab.channel(&station).await);
    assert_eq!(lab.probe.api(&format!("uuid_getvar {caller} bypass_media")).await.trim(), "true");
    assert!(lab.probe.api(&format!("uuid_media {caller}")).await.starts_with("+OK"));
    move_both(&lab, &caller, &desk, "was-bypassed").await;
    assert!(ivan.hears(station.tone()).await && station.hears(ivan.tone()).await);
}
