//! The line between service and switch: cut, half-open, and the switch itself gone. And the service's own end.

use super::house::{House, SOON, Wishes};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    the_link_is_cut: "The link is cut in a running conference and comes back: people talk on, what was missed is on the page, nobody is rung twice";
    the_link_is_half_open: "A link that says nothing any more is noticed within 5 s and shown; commands that went into the void are carried out once";
    the_switch_dies: "The switch is killed and comes back: calls and conferences end on the page with the reason, nobody is rung, and the work goes on";
    the_service_is_told_to_stop: "SIGTERM: it ends in good time, everybody talks on, and the next one takes over";
}

const INSIDE: &str = "1003";
const LEAVES: &str = "1004";
const LATE: &str = "+49305550102";

/// The link knows that it is lost within this.
const NOTICED: Duration = Duration::from_secs(5);

struct Running {
    conference: String,
    room: Vec<End>,
}

impl House {
    /// Caller, attendant, and two more who stay for now.
    async fn running(&self) -> Running {
        self.expect_all(&[(INSIDE, Manner::Answers(100)), (LEAVES, Manner::Answers(100))]).await;
        let talk = self.talk("Ivan", "4930111").await;
        let conference = self.start(Some(&talk.call), &[INSIDE, LEAVES]).await;
        let mut room = vec![talk.caller, talk.station];
        for number in [INSIDE, LEAVES] {
            self.participant_is(&conference, number, "joined").await;
            room.push(self.world.at(number).await);
        }
        self.world.all_hear_each_other(&room.iter().collect::<Vec<_>>()).await;
        Running { conference, room }
    }

    async fn node_is(&self, state: &str) {
        self.page.shows(&format!("the node {state}"), SOON, |page| (page.node_state() == state).then_some(())).await;
    }
}

async fn the_link_is_cut(report: Report) {
    let plan = Plan { ring_seconds: 20, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    house.world.expect(LATE, Manner::Answers(1500)).await;
    let Running { conference, room } = house.running().await;
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, serde_json::json!({"participants": super::house::people(&[LATE])})).await.accepted();
    house.participant_is(&conference, LATE, "ringing").await;
    let (waiting, queued) = house.waiting("Ada", "4930222").await;
    let probe = house.world.probe().await;
    probe.subscribe("CHANNEL_HANGUP_COMPLETE CUSTOM conference::maintenance").await;

    let cut = Instant::now();
    house.world.line.cut();
    house.node_is("down").await;
    house.since("a cut link shown after", cut);
    house.anna.conference(&conference, "lock").await.refused(503, "node_down");
    house.anna.call(&waiting, "answer").await.refused(503, "node_down");
    // Nobody of ours sees this.
    let [caller, station, inside, leaves] = room.as_slice() else { unreachable!("four are in the room") };
    house.world.hang_up(leaves);
    assert!(house.world.is_over(leaves).await);
    assert!(probe.wait(|event| event.get("Action") == "add-member").await.is_some(), "the late one joins");
    house.world.hang_up(&queued);
    assert!(house.world.is_over(&queued).await);

    let mended = Instant::now();
    house.world.line.mend();
    house.node_is("up").await;
    house.since("the link up again after", mended);
    house.page_is_true("after the cut", Duration::from_secs(2)).await;
    house.since("all that was missed shown after", mended);
    house.participant_is(&conference, LATE, "joined").await;
    house.participant_is(&conference, LEAVES, "left").await;
    assert!(!house.page.now().calls.contains_key(&waiting), "who hung up while waiting is still shown");
    let late = house.world.at(LATE).await;
    house.world.all_hear_each_other(&[caller, station, inside, &late]).await;
    for number in [INSIDE, LEAVES, LATE] {
        assert_eq!(house.world.times_rung(number), 1, "{number}");
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn the_link_is_half_open(report: Report) {
    let house = House::open(report).await;
    let Running { conference, room } = house.running().await;
    house.world.expect(LATE, Manner::Answers(100)).await;

    let silent = Instant::now();
    house.world.line.silence();
    // Not known yet: this is decided, journaled, and goes into the void.
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, serde_json::json!({"participants": super::house::people(&[LATE])})).await.accepted();
    house.node_is("down").await;
    let noticed = house.since("a half-open link shown after", silent);
    assert!(noticed <= NOTICED, "{noticed:?}");
    let node = house.page.now().nodes["fs1"].clone();
    assert!(node["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{node}");
    let verified = node["verified_at"].clone();
    assert!(verified.is_string(), "{node}");
    house.anna.conference(&conference, "lock").await.refused(503, "node_down");
    assert_eq!(house.page.now().nodes["fs1"]["verified_at"], verified, "nothing was verified since");
    assert_eq!(house.world.times_rung(LATE), 0);

    // What waited in the line arrives late, and is asked again besides.
    let mended = Instant::now();
    house.world.line.mend();
    house.node_is("up").await;
    house.since("the link up again after", mended);
    house.participant_is(&conference, LATE, "joined").await;
    house.page_is_true("after the silence", Duration::from_secs(2)).await;
    let newer = |page: &Picture| (page.nodes["fs1"]["verified_at"].as_str() > verified.as_str()).then_some(());
    house.page.shows("the node verified anew", SOON, newer).await;
    let late = house.world.at(LATE).await;
    house.world.all_hear_each_other(&room.iter().chain([&late]).collect::<Vec<_>>()).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    for number in [INSIDE, LEAVES, LATE] {
        assert_eq!(house.world.times_rung(number), 1, "{number}");
    }
}

async fn the_switch_dies(report: Report) {
    let mut house = House::open(report).await;
    let Running { conference, .. } = house.running().await;
    let (waiting, _) = house.waiting("Ada", "4930222").await;
    let free = house.page.now().nodes["fs1"]["ports_free"].as_u64();
    let rung = |house: &House| ["1001", INSIDE, LEAVES].map(|number| house.world.times_rung(number));
    let before = rung(&house);

    let killed = Instant::now();
    house.world.restart_switch().await;
    let ended = house.conference_is(&conference, "ended").await;
    house.since("killed, started again and all known to be over after", killed);
    assert_eq!(ended["end_reason"]["code"], "switch_lost", "{ended}");
    for person in ended["participants"].as_array().unwrap() {
        assert_eq!((&person["state"], &person["cause"]["code"]), (&"left".into(), &"switch_lost".into()), "{person}");
    }
    let gone = |page: &Picture| (!page.calls.contains_key(&waiting)).then_some(());
    house.page.shows("the waiting call gone", SOON, gone).await;
    let told = |page: &Picture| {
        let ends = page.activities.iter().filter(|one| one["type"] == "call.ended");
        let reasons: Vec<_> = ends.map(|one| one["reason"]["code"].clone()).collect();
        (reasons.len() == 2).then_some(reasons)
    };
    let reasons = house.page.shows("the end of both calls told", SOON, told).await;
    assert_eq!(reasons, ["switch_lost", "switch_lost"]);
    house.page_is_true("after the switch's death", Duration::from_secs(2)).await;
    let given_back = |page: &Picture| (page.nodes["fs1"]["ports_free"].as_u64() > free).then_some(());
    house.page.shows("the ports given back", SOON, given_back).await;
    assert_eq!(rung(&house), before, "somebody was rung again");

    let talk = house.talk("Ivan", "4930333").await;
    house.anna.call(&talk.call, "hangup").await.accepted();
    assert!(house.world.is_empty_again().await);
}

async fn the_service_is_told_to_stop(report: Report) {
    let house = House::open(report).await;
    let Running { conference, room } = house.running().await;
    let (call, caller) = house.waiting("Ada", "4930222").await;
    let told = Instant::now();
    assert!(house.service.terminate().await, "it ends by itself, and well");
    let took = house.since("ended after SIGTERM", told);
    assert!(took < Duration::from_secs(5), "{took:?}");
    let ends: Vec<&End> = room.iter().collect();
    house.world.all_hear_each_other(&ends).await;
    assert!(house.world.is_up(&caller) && house.world.hears_music(&caller).await);

    let pictures = house.page.now().snapshots;
    house.service.run().await;
    let new = |page: &Picture| (page.snapshots > pictures).then_some(());
    house.page.shows("a picture of the new service", SOON, new).await;
    house.page_is_true("after the restart", Duration::from_secs(2)).await;
    house.world.all_hear_each_other(&ends).await;
    house.call_is(&call, "waiting").await;
    house.anna.call(&call, "hangup").await.accepted();
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
