//! Many people in one request: rung in their turn, as fast as allowed and no faster, shown as numbers, called off at once.

use super::house::{House, SOON, Wishes};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::Manner;
use crate::support::lateness::allowance;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    two_hundred_in_one_request: "200 people (50 on a real switch) in one request are rung in order, 20 a second and never more, most join, and who still rings is called off with one verb";
    killed_with_a_queue: "The service is killed while people wait for their turn: when it is back the rest are rung, and nobody twice";
    called_off_while_they_wait: "Whoever waits for their turn and is called off is never rung; who is in stays";
    added_behind_the_queue: "Whoever is added, or redialed, while others wait comes after them, at the same pace";
}

const PER_SECOND: usize = 20;

/// Room for many, at this pace.
fn plan(node: &'static str) -> Plan {
    Plan {
        ring_seconds: 30,
        ports: 300,
        node,
        policy: "max_legs_per_conference = 250\nmax_legs_at_once = 300\nnew_legs_per_minute = 1000",
        more: "[policy.per_user]\nmax_legs_at_once = 300\nnew_legs_per_minute = 1000",
        ..Plan::default()
    }
}

async fn house(report: Report, node: &'static str) -> House {
    let house = House::open_as(report, Wishes { plan: plan(node), ..Wishes::default() }).await;
    house.world.crowd("+49305557");
    house
}

fn number(n: usize) -> String {
    format!("+49305557{n:03}")
}

fn people(numbers: impl IntoIterator<Item = usize>) -> Value {
    let one = |n| json!({"name": format!("Person {n}"), "numbers": [number(n)], "confirm": false});
    numbers.into_iter().map(one).collect()
}

impl House {
    async fn progress_is(&self, conference: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let look = |page: &Picture| {
            let progress = &page.conferences.get(conference)?["progress"];
            fits(progress).then(|| progress.clone())
        };
        self.page.shows(what, SOON * 6, look).await
    }

    /// When each of them was first called, in order; the attendant's and the caller's own calls left out.
    fn turns(&self) -> Vec<(String, Instant)> {
        self.world.rung_at().into_iter().filter(|(number, _)| number.starts_with("+49305557")).collect()
    }
}

/// How many were called within any one second, at most.
fn busiest_second(turns: &[(String, Instant)]) -> usize {
    let within =
        |at: &Instant| turns.iter().filter(|(_, other)| other >= at && *other < *at + Duration::from_secs(1)).count();
    turns.iter().map(|(_, at)| within(at)).max().unwrap_or(0)
}

/// Nobody was called more than this many places before their turn: each originate runs on a thread of its own.
fn furthest_out_of_turn(turns: &[(String, Instant)]) -> usize {
    let place = |number: &str| number[number.len() - 3..].parse::<usize>().unwrap();
    turns.iter().enumerate().map(|(at, (number, _))| at.abs_diff(place(number))).max().unwrap_or(0)
}

async fn two_hundred_in_one_request(report: Report) {
    let house = house(report, "originates_per_second = 20").await;
    let many = if house.world.is_live() { 50 } else { 200 };
    // Of each ten one is busy, one never answers, one declines.
    for n in 0..many {
        let manner = match n % 10 {
            3 => Manner::Refuses(486),
            5 => Manner::NeverAnswers,
            7 => Manner::Refuses(603),
            _ => Manner::Answers(300),
        };
        house.world.expect(&number(n), manner).await;
    }
    let talk = house.talk("Ivan", "4930111").await;
    let began = Instant::now();
    let body = json!({"call_id": talk.call, "participants": people(0..many)});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    house.since("the request is accepted", began);
    let tenth = many / 10;
    let open = |p: &Value| p["waiting"] == 0 && p["ringing"] == tenth && p["failed"] == 2 * tenth;
    let progress = house.progress_is(&conference, "everybody but those who never answer settled", open).await;
    assert_eq!((&progress["total"], &progress["joined"]), (&json!(many + 2), &json!(7 * tenth + 2)), "{progress}");
    house.since("all but those who never answer are settled", began);

    let turns = house.turns();
    assert_eq!(turns.len(), many, "each once");
    let took = turns[many - 1].1 - turns[0].1;
    let rate = (many - 1) as f64 / took.as_secs_f64();
    house.report.figure("rung a second", format!("{rate:.1}"));
    house.report.figure("rung in the busiest second", busiest_second(&turns));
    eprintln!("{many} rung in {took:?}: {rate:.1} a second, {} in the busiest", busiest_second(&turns));
    // To the millisecond the pace is looked at in the core's examples. Here the disk and the phones are in between: what
    // a busy machine holds up comes a little later all at once.
    assert!(busiest_second(&turns) <= PER_SECOND * 3 / 2, "{} in one second", busiest_second(&turns));
    let late = allowance(began).as_secs_f64();
    let slowest = 0.8 * PER_SECOND as f64 * took.as_secs_f64() / (took.as_secs_f64() + late);
    assert!((slowest..PER_SECOND as f64 * 1.05).contains(&rate), "{rate:.1} a second, {late} s late");
    assert!(furthest_out_of_turn(&turns) <= 4, "{} places out of turn", furthest_out_of_turn(&turns));
    let probe = house.world.probe().await;
    assert_eq!(house.world.rooms(&probe).await.first().map(|(_, members)| *members), Some(7 * tenth + 2));

    house.anna.conference(&conference, "cancel_ringing").await.accepted();
    let settled = |p: &Value| p["ringing"] == 0 && p["waiting"] == 0;
    let progress = house.progress_is(&conference, "nobody rings any more", settled).await;
    assert_eq!((&progress["joined"], &progress["failed"]), (&json!(7 * tenth + 2), &json!(3 * tenth)), "{progress}");
    assert!(house.page.now().told("conference.ringing_cancelled").is_some());
    house.anna.conference(&conference, "cancel_ringing").await.refused(409, "wrong_state");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn killed_with_a_queue(report: Report) {
    let house = house(report, "originates_per_second = 10").await;
    let many = 40;
    for n in 0..many {
        house.world.expect(&number(n), Manner::Answers(200)).await;
    }
    let talk = house.talk("Ivan", "4930111").await;
    let body = json!({"call_id": talk.call, "participants": people(0..many)});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    house.progress_is(&conference, "some in and some waiting", |p| p["joined"].as_u64() > Some(8)).await;
    house.service.kill();
    let rung = house.turns().len();
    assert!(rung < many, "all {rung} were rung already");
    house.service.run().await;
    let all = json!(many + 2);
    house.progress_is(&conference, "all in", |p| p["joined"] == all).await;
    let mut called: Vec<String> = house.turns().into_iter().map(|(number, _)| number).collect();
    called.sort();
    assert_eq!(called, (0..many).map(number).collect::<Vec<_>>(), "each once");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn called_off_while_they_wait(report: Report) {
    let house = house(report, "originates_per_second = 4").await;
    let many = 40;
    for n in 0..many {
        house.world.expect(&number(n), Manner::Answers(200)).await;
    }
    let talk = house.talk("Ivan", "4930111").await;
    let body = json!({"call_id": talk.call, "participants": people(0..many)});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    house.progress_is(&conference, "some in and many waiting", |p| p["joined"].as_u64() > Some(4)).await;
    house.anna.conference(&conference, "cancel_ringing").await.accepted();
    let settled = |p: &Value| p["ringing"] == 0 && p["waiting"] == 0;
    let progress = house.progress_is(&conference, "nobody waits any more", settled).await;
    assert!(progress["joined"].as_u64() < Some(15) && progress["failed"].as_u64() > Some(25), "{progress}");
    let rung = house.turns().len();
    // Longer than a turn takes: somebody else is rung, and nobody of those called off.
    let body = json!({"participants": people([900])});
    house.world.expect(&number(900), Manner::Answers(200)).await;
    house.anna.post(&format!("/conferences/{conference}/participants"), body).await.accepted();
    house.participant_is(&conference, &number(900), "joined").await;
    assert_eq!(house.turns().len(), rung + 1);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn added_behind_the_queue(report: Report) {
    let house = house(report, "originates_per_second = 5").await;
    house.world.expect(&number(0), Manner::Refuses(486)).await;
    for n in 1..12 {
        house.world.expect(&number(n), Manner::Answers(200)).await;
    }
    let talk = house.talk("Ivan", "4930111").await;
    let body = json!({"call_id": talk.call, "participants": people(0..10)});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    let busy = house.participant_is(&conference, &number(0), "failed").await;
    house.world.expect(&number(0), Manner::Answers(200)).await;
    let id = super::house::id_of(&busy);
    house.anna.participant(&conference, &id, "redial").await.accepted();
    let body = json!({"participants": people([10, 11])});
    house.anna.post(&format!("/conferences/{conference}/participants"), body).await.accepted();
    house.progress_is(&conference, "all in", |p| p["joined"] == 14).await;
    let turns = house.turns();
    let order: Vec<&str> = turns.iter().map(|(number, _)| number.as_str()).collect();
    let expected: Vec<String> = (0..10).chain([0, 10, 11]).map(number).collect();
    assert_eq!(order, expected);
    assert!(busiest_second(&turns) <= 6, "{} in one second", busiest_second(&turns));
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
