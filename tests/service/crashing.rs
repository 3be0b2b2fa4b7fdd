//! `kill -9` at every step of a caller's way, and what is there afterwards.

use super::api::Answer;
use super::house::{House, SOON, Wishes, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use crate::support::lateness::allowance;
use std::pin::pin;
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    killed_around_answering: "Killed while a caller waits and is answered: nobody is dropped, the page is true again, the work goes on";
    killed_around_holding: "Killed while a call is held and resumed: nobody is dropped, the page is true again, the work goes on";
    killed_around_moving: "Killed while a call becomes a conference: nobody is dropped, nobody is rung twice, the work goes on";
    killed_in_a_conference: "Killed while a conference rings people, and while it ends: nobody is dropped, nobody is rung twice";
    killed_in_a_cold_conference: "Killed while a conference without a call rings people and opens its room: nobody is rung twice";
    nobody_comes_back: "Callers who wait when the service dies, and who come when it is not there, hear music until the fallback takes them";
}

/// Since the service serves again, so long until the page is true.
const TRUE_AGAIN: Duration = Duration::from_secs(2);

const GUEST: &str = "+49305550101";
const INSIDE: &str = "1003";

/// When the service dies.
#[derive(Clone, Copy)]
enum Dies {
    /// As soon as what was asked is answered.
    Answered,
    /// When this command is about to reach the switch: it never does.
    Before(&'static str),
    /// When this command has reached the switch: its answer never comes back.
    After(&'static str),
}

impl House {
    /// Asks for something, and kills the service on the way.
    async fn dies(&self, when: Dies, asked: impl Future<Output = Answer>) {
        let mut asked = pin!(asked);
        let came = match when {
            Dies::Answered => {
                asked.await.accepted();
                return self.service.kill();
            }
            Dies::Before(command) => self.world.line.lose(command),
            Dies::After(command) => self.world.line.lose_answer_to(command),
        };
        let mut came = pin!(came);
        let text = tokio::select! {
            text = &mut came => text,
            answer = &mut asked => {
                answer.accepted();
                came.await
            }
        };
        self.service.kill();
        assert!(text.is_ok(), "the line lives");
    }

    /// Starts the service again; the page must soon be true.
    pub(crate) async fn comes_back(&self, point: &str) {
        let pictures = self.page.now().snapshots;
        self.service.run().await;
        let serves = Instant::now();
        let new = |page: &Picture| (page.snapshots > pictures).then_some(());
        self.page.shows("a picture of the new service", SOON, new).await;
        let left = TRUE_AGAIN.saturating_sub(serves.elapsed());
        self.page_is_true(point, left).await;
        self.report.measured(&format!("{point}: page true after"), serves.elapsed());
    }

    #[track_caller]
    fn all_are_up(&self, point: &str, ends: &[&End]) {
        for (place, end) in ends.iter().enumerate() {
            assert!(self.world.is_up(end), "{point}: number {place} was dropped");
        }
    }

    /// How often these were rung so far.
    fn rung(&self, numbers: &[&str]) -> Vec<usize> {
        numbers.iter().map(|number| self.world.times_rung(number)).collect()
    }

    /// Answers as an attendant does who is told to try again in a second: the caller may be on the way back to the hook.
    async fn answers_again(&self, call: &str) {
        let deadline = Instant::now() + SOON;
        loop {
            let answer = self.anna.call(call, "answer").await;
            if answer.status != 409 || Instant::now() > deadline {
                answer.accepted();
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The call is over, and nothing is left of it.
    async fn call_ends(&self, call: &str) {
        self.anna.call(call, "hangup").await.accepted();
        let gone = |page: &Picture| (!page.calls.contains_key(call)).then_some(());
        self.page.shows("the call gone", SOON, gone).await;
        assert!(self.world.is_empty_again().await, "channels are left over");
    }
}

async fn killed_around_answering(report: Report) {
    let house = House::open(report).await;
    const DIAL: &str = "bridge:{originate_timeout";
    // Once the request is answered the command is on its way; whether it left before the kill is chance.
    for (point, dies, dialed) in [
        ("before the station is dialed", Dies::Before(DIAL), Some(false)),
        ("the station dialed, unconfirmed", Dies::After(DIAL), Some(true)),
        ("the request to answer answered", Dies::Answered, None),
    ] {
        house.world.expect("1001", Manner::Answers(300)).await;
        let (call, caller) = house.waiting("Ivan", "4930111").await;
        let before = house.world.times_rung("1001");
        house.dies(dies, house.anna.call(&call, "answer")).await;
        house.comes_back(point).await;
        house.all_are_up(point, &[&caller]);
        let talks = |page: &Picture| {
            let call = page.calls.get(&call)?;
            let waits_again = call["state"] == "waiting" && call["notice"]["code"] == "interrupted";
            (call["state"] == "talking" || waits_again).then_some(!waits_again)
        };
        let talks = house.page.shows("them talking, or the caller waiting again", SOON * 3, talks).await;
        assert_eq!(talks, dialed.unwrap_or(talks), "{point}");
        if !talks {
            assert!(house.world.hears_music(&caller).await, "{point}");
            house.answers_again(&call).await;
        }
        house.call_is(&call, "talking").await;
        let station = house.world.at("1001").await;
        house.world.all_hear_each_other(&[&caller, &station]).await;
        assert_eq!(house.world.times_rung("1001") - before, 1, "{point}: the station was rung once");
        house.call_ends(&call).await;
    }

    let point = "while the caller waits";
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    house.service.kill();
    house.comes_back(point).await;
    house.call_is(&call, "waiting").await;
    assert!(house.world.is_up(&caller) && house.world.hears_music(&caller).await);
    house.call_ends(&call).await;

    let point = "while the station rings";
    house.world.expect("1001", Manner::NeverAnswers).await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    let before = house.world.times_rung("1001");
    house.anna.call(&call, "answer").await.accepted();
    house.call_is(&call, "ringing").await;
    assert!(house.world.rings("1001").await);
    house.service.kill();
    house.comes_back(point).await;
    house.call_is(&call, "ringing").await;
    assert!(house.world.is_up(&caller) && house.world.rings("1001").await && house.world.hears_music(&caller).await);
    assert_eq!(house.world.times_rung("1001") - before, 1, "{point}");
    house.call_ends(&call).await;

    let point = "just after the bridge";
    house.world.expect("1001", Manner::Answers(100)).await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    let probe = house.world.probe().await;
    probe.subscribe("CHANNEL_BRIDGE").await;
    house.anna.call(&call, "answer").await.accepted();
    assert!(probe.wait(|event| event.name() == "CHANNEL_BRIDGE").await.is_some());
    house.service.kill();
    house.comes_back(point).await;
    let station = house.world.at("1001").await;
    house.all_are_up(point, &[&caller, &station]);
    house.world.all_hear_each_other(&[&caller, &station]).await;
    // What was owed is done: from now on the station's hang-up ends the call.
    house.is_settled().await;
    house.world.hang_up(&station);
    assert!(house.world.is_over(&caller).await, "{point}");
    let gone = |page: &Picture| (!page.calls.contains_key(&call)).then_some(());
    house.page.shows("the call gone", SOON, gone).await;
    assert!(house.world.is_empty_again().await, "{point}");
}

async fn killed_around_holding(report: Report) {
    let house = House::open(report).await;
    let talk = house.talk("Ivan", "4930111").await;
    let pair = [&talk.caller, &talk.station];
    let rung = house.rung(&["1001"]);

    let point = "while they talk";
    house.service.kill();
    house.comes_back(point).await;
    house.all_are_up(point, &pair);
    house.world.all_hear_each_other(&pair).await;

    for (point, held, resumed) in [
        ("before the hold, before the resume", Dies::Before("uuid_dual_transfer"), Dies::Before("uuid_bridge")),
        ("hold and resume unconfirmed", Dies::After("uuid_dual_transfer"), Dies::After("uuid_bridge")),
        ("hold and resume answered", Dies::Answered, Dies::Answered),
    ] {
        house.talking_again(&talk.call).await;
        house.dies(held, house.anna.call(&talk.call, "hold")).await;
        house.comes_back(&format!("{point}: holding")).await;
        house.all_are_up(point, &pair);
        // Whether or not it had come so far: now it is held.
        house.anna.call(&talk.call, "hold").await.accepted();
        house.call_is(&talk.call, "held").await;
        assert!(house.world.hears_music(&talk.caller).await, "{point}");

        house.dies(resumed, house.anna.call(&talk.call, "resume")).await;
        house.comes_back(&format!("{point}: resuming")).await;
        house.all_are_up(point, &pair);
        house.anna.call(&talk.call, "resume").await.accepted();
        house.call_is(&talk.call, "talking").await;
        house.world.all_hear_each_other(&pair).await;
    }

    let point = "while held";
    house.anna.call(&talk.call, "hold").await.accepted();
    house.call_is(&talk.call, "held").await;
    house.service.kill();
    house.comes_back(point).await;
    house.all_are_up(point, &pair);
    house.call_is(&talk.call, "held").await;
    assert!(house.world.hears_music(&talk.caller).await, "{point}");
    house.anna.call(&talk.call, "resume").await.accepted();
    house.world.all_hear_each_other(&pair).await;
    assert_eq!(house.rung(&["1001"]), rung, "the station was rung again");
    house.call_ends(&talk.call).await;
}

async fn killed_around_moving(report: Report) {
    let house = House::open(report).await;
    const MOVE: &str = "-both 'conference:";
    const DIAL: &str = "originate {";
    house.expect_all(&[(GUEST, Manner::Answers(300)), (INSIDE, Manner::Answers(100))]).await;
    for (point, dies) in [
        ("before the pair is moved", Dies::Before(MOVE)),
        ("the pair moved, unconfirmed", Dies::After(MOVE)),
        ("POST /conferences answered", Dies::Answered),
        ("before the first is dialed", Dies::Before(DIAL)),
        ("the first dialed, unconfirmed", Dies::After(DIAL)),
    ] {
        let talk = house.talk("Ivan", "4930111").await;
        let before = house.rung(&[GUEST, INSIDE]);
        house.dies(dies, house.asks(Some(&talk.call), &[GUEST, INSIDE])).await;
        house.comes_back(point).await;
        house.all_are_up(point, &[&talk.caller, &talk.station]);
        let conference = house.open_conference().await;
        for number in [GUEST, INSIDE] {
            house.participant_is(&conference, number, "joined").await;
        }
        let (guest, inside) = (house.world.at(GUEST).await, house.world.at(INSIDE).await);
        house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &inside]).await;
        let rung: Vec<usize> = house.rung(&[GUEST, INSIDE]).iter().zip(before).map(|(now, then)| now - then).collect();
        assert_eq!(rung, [1, 1], "{point}: each was rung once");
        house.anna.conference(&conference, "end").await.accepted();
        house.ends(&conference).await;
    }

    // Out of hold the two are moved one after the other. How far that came, and how much of it the switch's lists told
    // by then, decides whether it is completed or taken back: one of the two, whole, and nobody is lost by it.
    for (point, dies) in [
        ("before a held pair is moved", Dies::Before("'conference:")),
        ("half of a held pair moved, unconfirmed", Dies::After("'conference:")),
    ] {
        let talk = house.talk("Ivan", "4930111").await;
        house.anna.call(&talk.call, "hold").await.accepted();
        house.call_is(&talk.call, "held").await;
        let before = house.world.times_rung(INSIDE);
        house.dies(dies, house.asks(Some(&talk.call), &[INSIDE])).await;
        house.comes_back(point).await;
        let whole = |page: &Picture| {
            let call = page.calls.get(&talk.call)?;
            let conference = page.conferences.values().find(|one| one["call_id"] == talk.call.as_str())?;
            let joined = |number| participant(conference, number).is_some_and(|one| one["state"] == "joined");
            match call["state"].as_str()? {
                "talking" if conference["state"] == "ended" => Some((false, call["notice"]["code"].clone())),
                "conference" if joined("4930111") && joined("1001") => Some((true, conference["id"].clone())),
                _ => None,
            }
        };
        let (moved, told) = house.page.shows("the move completed or taken back", SOON, whole).await;
        house.report.figure(point, if moved { "completed" } else { "taken back" });
        house.all_are_up(point, &[&talk.caller, &talk.station]);
        house.world.all_hear_each_other(&[&talk.caller, &talk.station]).await;
        if moved {
            let conference = told.as_str().unwrap();
            house.participant_is(conference, INSIDE, "joined").await;
            house.anna.conference(conference, "end").await.accepted();
            house.ends(conference).await;
        } else {
            assert_eq!(told, "move_failed", "{point}");
            house.call_ends(&talk.call).await;
        }
        assert_eq!(house.world.times_rung(INSIDE) - before, usize::from(moved), "{point}");
    }
}

async fn killed_in_a_conference(report: Report) {
    let plan = Plan { ring_seconds: 20, confirm_seconds: 15, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    const LATE: &str = "+49305550102";
    const NEVER: &str = "+49305550106";
    const MACHINE: &str = "+49305550108";
    house
        .expect_all(&[
            (INSIDE, Manner::Answers(100)),
            (LATE, Manner::Answers(2500)),
            (NEVER, Manner::NeverAnswers),
            (MACHINE, Manner::Machine),
        ])
        .await;
    let all = [INSIDE, LATE, NEVER, MACHINE];
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &all).await;
    for (number, state) in [(INSIDE, "joined"), (LATE, "ringing"), (NEVER, "ringing"), (MACHINE, "confirming")] {
        house.participant_is(&conference, number, state).await;
    }
    let inside = house.world.at(INSIDE).await;
    let point = "others ringing, confirming and joined";
    house.service.kill();
    house.comes_back(point).await;
    house.all_are_up(point, &[&talk.caller, &talk.station, &inside]);
    house.participant_is(&conference, MACHINE, "confirming").await;
    house.participant_is(&conference, NEVER, "ringing").await;
    house.participant_is(&conference, LATE, "joined").await;
    let late = house.world.at(LATE).await;
    let room = [&talk.caller, &talk.station, &inside, &late];
    house.world.all_hear_each_other(&room).await;
    assert_eq!(house.rung(&all), [1, 1, 1, 1], "{point}");

    let point = "while it ends, before the first is hung up";
    house.dies(Dies::Before("uuid_kill"), house.anna.conference(&conference, "end")).await;
    house.comes_back(point).await;
    let ended = house.ends(&conference).await;
    assert_eq!(ended["end_reason"]["code"], "ended_by_user", "{ended}");
    for end in room {
        assert!(house.world.is_over(end).await, "{point}");
    }
    assert_eq!(house.rung(&all), [1, 1, 1, 1], "{point}");

    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[INSIDE]).await;
    house.participant_is(&conference, INSIDE, "joined").await;
    let point = "while it ends, the first hung up";
    house.dies(Dies::After("uuid_kill"), house.anna.conference(&conference, "end")).await;
    house.comes_back(point).await;
    house.ends(&conference).await;
    assert_eq!(house.rung(&[INSIDE]), [2], "{point}");
}

async fn killed_in_a_cold_conference(report: Report) {
    let house = House::open(report).await;
    for (point, after, dies) in [
        ("before the first is dialed", 100, Dies::Before("originate {")),
        ("the first dialed, unconfirmed", 100, Dies::After("originate {")),
        ("before the first opens the room", 100, Dies::Before("'conference:")),
        ("the room opened, unconfirmed", 100, Dies::After("'conference:")),
        ("POST /conferences answered", 1500, Dies::Answered),
    ] {
        house.expect_all(&[(GUEST, Manner::Answers(after)), (INSIDE, Manner::Answers(after))]).await;
        let before = house.rung(&[GUEST, INSIDE]);
        house.dies(dies, house.asks(None, &[GUEST, INSIDE])).await;
        house.comes_back(point).await;
        let conference = house.open_conference().await;
        for number in [GUEST, INSIDE] {
            house.participant_is(&conference, number, "joined").await;
        }
        let (guest, inside) = (house.world.at(GUEST).await, house.world.at(INSIDE).await);
        house.world.all_hear_each_other(&[&guest, &inside]).await;
        let rung: Vec<usize> = house.rung(&[GUEST, INSIDE]).iter().zip(before).map(|(now, then)| now - then).collect();
        assert_eq!(rung, [1, 1], "{point}: each was rung once");
        house.anna.conference(&conference, "end").await.accepted();
        house.ends(&conference).await;
    }
}

async fn nobody_comes_back(report: Report) {
    let house = House::open_as(report, Wishes { speed: 8.0, ..Wishes::default() }).await;
    let (_, first) = house.waiting("Ivan", "4930111").await;
    let killed = Instant::now();
    house.service.kill();
    let second = house.world.arrives("Ada", "4930222");
    assert!(house.world.hears_music(&second).await && house.world.hears_music(&first).await);
    let taken = async |what: &str, caller: &End| {
        assert!(house.world.fallback_takes(caller).await, "the fallback takes {what}");
        house.since(&format!("the fallback takes {what} after"), killed);
        if let Some(gap) = house.world.longest_without_music(caller, killed) {
            house.report.measured(&format!("{what}: longest without music"), gap);
            assert!(gap < Duration::from_secs(1) + allowance(killed), "{what}: {gap:?}");
        }
    };
    tokio::join!(taken("who waited", &first), taken("who came later", &second));
}
