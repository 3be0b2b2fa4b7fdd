//! What can go wrong while a live call becomes a conference: whatever it is, nobody is dropped who did not hang up.

use super::api::Answer;
use super::house::{House, SOON, Talk, Wishes, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use std::pin::pin;
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    a_room_that_lets_nobody_in: "The room is locked, or full: caller and attendant talk on, the page says why, nobody goes on ringing";
    the_caller_is_gone_before_the_move: "The caller hangs up just before the conference is asked for, and just before the move: it is refused or over, with the reason, and nobody is rung";
    the_station_is_gone_before_the_move: "The station hangs up just before the move: with a settled pair that is the end; else the caller is not dropped";
    the_station_hangs_up_while_moving: "The station hangs up in the moment of the move: the caller is in the room, and the page says so";
    the_caller_hangs_up_while_others_ring: "The caller hangs up while others ring: the attendant is asked, and goes on";
    nobody_says_whether_to_go_on: "The caller hangs up while others ring, and nobody answers the question: ringing stops after 15 s, who is in stays";
}

const MOVE: &str = "-both 'conference:";
const INSIDE: &str = "1003";
const NEVER: &str = "+49305550106";
/// Somebody of another house, who sits in the room already.
const STRANGER: &str = "+49305550199";

/// The answer to POST /conferences, and the command that moves the pair, in whichever order they come.
struct Asked {
    room: String,
    go: crate::support::proxy::Waiting,
    answer: Option<Answer>,
}

impl House {
    /// Asks for a conference, and holds the move back just before it reaches the switch.
    async fn asked_and_held_back(&self, talk: &Talk, numbers: &[&str]) -> (Asked, impl Future<Output = Answer>) {
        let held = self.world.line.hold_back(MOVE);
        let mut asking = Box::pin(self.asks(Some(&talk.call), numbers));
        let mut coming = pin!(held.comes());
        let mut answer = None;
        let go = tokio::select! {
            go = &mut coming => go,
            early = &mut asking => {
                answer = Some(early);
                coming.await
            }
        };
        let room = go.text.split(MOVE).nth(1).and_then(|rest| rest.split('@').next()).unwrap().to_owned();
        (Asked { room, go, answer }, asking)
    }

    /// Lets the move through, and gives the conference that was accepted.
    async fn let_through(&self, asked: Asked, asking: impl Future<Output = Answer>) -> String {
        asked.go.go();
        match asked.answer {
            Some(answer) => answer.accepted().id(),
            None => asking.await.accepted().id(),
        }
    }

    /// Whose hang-up the switch tells first is its own affair: either reason may be true.
    async fn ended_because(&self, conference: &str, reasons: &[&str]) {
        let ended = self.conference_is(conference, "ended").await;
        assert!(ended["end_reason"]["code"].as_str().is_some_and(|reason| reasons.contains(&reason)), "{ended}");
    }

    async fn only_so_many_channels(&self, wanted: usize) {
        let probe = self.world.probe().await;
        let deadline = Instant::now() + SOON;
        while probe.channels().await.len() != wanted {
            assert!(Instant::now() < deadline, "channels are left over: {:?}", probe.channels().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn call_is_gone(&self, call: &str) {
        let gone = |page: &Picture| (!page.calls.contains_key(call)).then_some(());
        self.page.shows("the call gone", SOON, gone).await;
    }
}

async fn a_room_that_lets_nobody_in(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::NeverAnswers), (STRANGER, Manner::Answers(20))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    for (round, barrier) in [("locked", "lock"), ("full", "set max_members 1")] {
        let probe = house.world.probe().await;
        probe.subscribe("CUSTOM conference::maintenance").await;
        let asked_at = Instant::now();
        let (asked, asking) = house.asked_and_held_back(&talk, &[INSIDE]).await;
        // Somebody else's hand was quicker: the room is there, and takes nobody.
        let room = asked.room.clone();
        probe.bgapi(&format!("originate sofia/gateway/carrier/{STRANGER} &conference({room}@switchboard)")).await;
        assert!(probe.wait(|event| event.get("Action") == "add-member").await.is_some(), "the stranger is in");
        let stranger = house.world.at(STRANGER).await;
        probe.api(&format!("conference {room} {barrier}")).await;
        let conference = house.let_through(asked, asking).await;

        house.ended_because(&conference, &["move_failed"]).await;
        house.since(&format!("{round}: known to have failed after"), asked_at);
        let call = house.talking_again(&talk.call).await;
        assert_eq!(call["notice"]["code"], "move_failed", "{call}");
        assert!(house.world.is_up(&talk.caller) && house.world.is_up(&talk.station), "{round}");
        house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
        house.since(&format!("{round}: talking again after"), asked_at);
        // The attendant may have been in for a moment, and the others rung: they are not any more.
        let other = house.participant_is(&conference, INSIDE, "failed").await;
        assert_eq!(other["cause"]["code"], "conference_over", "{round}: {other}");
        house.world.hang_up(&stranger);
        assert!(house.world.is_over(&stranger).await);
        house.only_so_many_channels(2).await;
        assert!(house.world.is_up(&talk.caller) && house.world.is_up(&talk.station), "{round}");
    }
    // Nothing is spoilt: at the third time it works.
    house.world.expect(INSIDE, Manner::Answers(100)).await;
    let conference = house.start(Some(&talk.call), &[INSIDE]).await;
    house.participant_is(&conference, INSIDE, "joined").await;
    let inside = house.world.at(INSIDE).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &inside]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn the_caller_is_gone_before_the_move(report: Report) {
    let house = House::open(report).await;
    let talk = house.talk("Ivan", "4930111").await;
    house.world.hang_up(&talk.caller);
    house.call_is_gone(&talk.call).await;
    house.asks(Some(&talk.call), &[INSIDE]).await.refused(404, "not_found");
    assert!(house.world.is_empty_again().await);

    // In the very moment: refused, or accepted and over at once.
    let talk = house.talk("Ada", "4930222").await;
    house.world.hang_up(&talk.caller);
    let answer = house.asks(Some(&talk.call), &[INSIDE]).await;
    house.report.figure("asked in the very moment", if answer.status < 300 { "accepted, and over" } else { "refused" });
    if answer.status < 300 {
        house.ended_because(&answer.id(), &["caller_hung_up", "everybody_left"]).await;
    } else {
        assert!(matches!(answer.code(), "not_found" | "wrong_state"), "{answer:?}");
    }
    house.call_is_gone(&talk.call).await;
    assert!(house.world.is_empty_again().await);

    // After it was decided and journaled, before the switch was told.
    let talk = house.talk("Eve", "4930333").await;
    let (asked, asking) = house.asked_and_held_back(&talk, &[INSIDE]).await;
    house.world.hang_up(&talk.caller);
    assert!(house.world.is_over(&talk.station).await, "nobody is left for the station to talk to");
    let conference = house.let_through(asked, asking).await;
    house.ended_because(&conference, &["caller_hung_up", "everybody_left"]).await;
    house.call_is_gone(&talk.call).await;
    assert!(house.world.is_empty_again().await);
    assert_eq!(house.world.times_rung(INSIDE), 0, "somebody was rung for nothing");
}

async fn the_station_is_gone_before_the_move(report: Report) {
    let house = House::open(report).await;
    let talk = house.talk("Ivan", "4930111").await;
    house.is_settled().await;
    let (asked, asking) = house.asked_and_held_back(&talk, &[INSIDE]).await;
    house.world.hang_up(&talk.station);
    assert!(house.world.is_over(&talk.caller).await, "in a settled pair the station's hang-up is the end");
    let conference = house.let_through(asked, asking).await;
    house.conference_is(&conference, "ended").await;
    house.call_is_gone(&talk.call).await;
    assert!(house.world.is_empty_again().await);
    assert_eq!(house.world.times_rung(INSIDE), 0);

    // Out of hold the caller does not hang on the station: they are in the room, alone, until somebody comes.
    house.world.expect(INSIDE, Manner::Answers(100)).await;
    let talk = house.talk("Ada", "4930222").await;
    house.anna.call(&talk.call, "hold").await.accepted();
    house.call_is(&talk.call, "held").await;
    let held = house.world.line.hold_back("'conference:");
    let (answer, ()) = tokio::join!(house.asks(Some(&talk.call), &[INSIDE]), async {
        let go = held.comes().await;
        house.world.hang_up(&talk.station);
        assert!(house.world.is_over(&talk.station).await);
        go.go();
    });
    let conference = answer.accepted().id();
    house.participant_is(&conference, INSIDE, "joined").await;
    let inside = house.world.at(INSIDE).await;
    house.world.all_hear_each_other(&[&talk.caller, &inside]).await;
    house.noticed(&conference, "attendant_hung_up").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

impl House {
    async fn noticed(&self, conference: &str, reason: &str) {
        let told = |page: &Picture| (page.conferences.get(conference)?["notice"]["code"] == reason).then_some(());
        self.page.shows(&format!("the notice {reason}"), SOON, told).await;
    }
}

async fn the_station_hangs_up_while_moving(report: Report) {
    let house = House::open(report).await;
    house.world.expect(INSIDE, Manner::Answers(100)).await;
    let talk = house.talk("Ivan", "4930111").await;
    let probe = house.world.probe().await;
    probe.subscribe("CHANNEL_UNBRIDGE CUSTOM conference::maintenance").await;
    let (asked, asking) = house.asked_and_held_back(&talk, &[INSIDE]).await;
    let conference = house.let_through(asked, asking).await;
    assert!(probe.wait(|event| event.name() == "CHANNEL_UNBRIDGE").await.is_some(), "they are on their way");
    house.world.hang_up(&talk.station);
    house.participant_is(&conference, INSIDE, "joined").await;
    let inside = house.world.at(INSIDE).await;
    house.world.all_hear_each_other(&[&talk.caller, &inside]).await;
    // In the room for a moment or not at all: it is out, and the page says who hung up.
    let out = |page: &Picture| {
        let station = participant(page.conferences.get(&conference)?, "1001")?;
        matches!(station["state"].as_str(), Some("left" | "failed")).then(|| station["cause"]["code"].clone())
    };
    assert_eq!(house.page.shows("the station out", SOON, out).await, "hung_up");
    house.page_is_true("the station hung up while moving", Duration::from_secs(2)).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

/// A conference in which one is in, one rings, and the caller has hung up.
async fn without_caller(house: &House) -> (String, End, End) {
    house.expect_all(&[(INSIDE, Manner::Answers(100)), (NEVER, Manner::NeverAnswers)]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[INSIDE, NEVER]).await;
    house.participant_is(&conference, INSIDE, "joined").await;
    house.participant_is(&conference, NEVER, "ringing").await;
    let inside = house.world.at(INSIDE).await;
    let gone = Instant::now();
    house.world.hang_up(&talk.caller);
    let asked = |page: &Picture| {
        let question = &page.conferences.get(&conference)?["question"];
        (question["kind"] == "caller_left").then(|| question["deadline"].is_string())
    };
    assert!(house.page.shows("the question", SOON, asked).await, "it says until when");
    house.since("the attendant asked after", gone);
    (conference, talk.station, inside)
}

async fn the_caller_hangs_up_while_others_ring(report: Report) {
    let plan = Plan { ring_seconds: 40, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let (conference, station, inside) = without_caller(&house).await;
    assert!(house.world.rings(NEVER).await, "ringing goes on meanwhile");
    // Nothing is decided by a restart.
    house.service.kill();
    let pictures = house.page.now().snapshots;
    house.service.run().await;
    let asked = |page: &Picture| {
        (page.snapshots > pictures && page.conferences.get(&conference)?["question"].is_object()).then_some(())
    };
    house.page.shows("the question still", SOON, asked).await;
    house.page_is_true("the question open", Duration::from_secs(2)).await;
    house.anna.conference(&conference, "continue").await.accepted();
    let answered = |page: &Picture| (page.conferences.get(&conference)?["question"].is_null()).then_some(());
    house.page.shows("no question any more", SOON, answered).await;
    house.anna.conference(&conference, "continue").await.refused(409, "wrong_state");
    assert!(house.world.rings(NEVER).await);
    let page = house.page.now();
    assert_eq!(participant(&page.conferences[&conference], NEVER).unwrap()["state"], "ringing");
    house.world.all_hear_each_other(&[&station, &inside]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    assert_eq!(house.world.times_rung(NEVER), 1);
}

async fn nobody_says_whether_to_go_on(report: Report) {
    let plan = Plan { ring_seconds: 40, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let (conference, station, inside) = without_caller(&house).await;
    let asked = Instant::now();
    let cancelled = |page: &Picture| {
        let one = participant(page.conferences.get(&conference)?, NEVER)?;
        (one["state"] == "failed").then(|| one["cause"]["code"].as_str().map(str::to_owned))
    };
    let cause = house.page.shows("the ringing leg cancelled", SOON * 2, cancelled).await;
    let took = house.since("ringing stopped after", asked);
    assert_eq!(cause.as_deref(), Some("caller_hung_up"));
    assert!((Duration::from_secs(14)..Duration::from_secs(17)).contains(&took), "{took:?}");
    assert!(house.world.is_up(&station) && house.world.is_up(&inside));
    house.world.all_hear_each_other(&[&station, &inside]).await;
    house.conference_is(&conference, "live").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
