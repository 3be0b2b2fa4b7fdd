//! A caller arrives, and an attendant answers; or cannot.

use super::house::{House, Wishes};
use super::report::Report;
use super::telephony::Manner;
use crate::support::lateness::allowance;
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    a_caller_arrives: "A caller is on the page at once, and hears music";
    an_attendant_answers: "The attendant answers and the two hear each other; the station's hang-up ends the call";
    a_station_that_fails_keeps_the_caller: "A station that refuses, hangs up in the very moment or is not registered: the caller waits on, and the page says why";
    a_station_that_never_answers: "A station nobody answers: the caller waits on, and the page says why";
    two_attendants_one_call: "Two attendants take the same call: one gets it, the other is told";
    a_caller_gives_up: "A caller who hangs up while waiting, and one who hangs up while the station rings, are gone from page and switch";
}

async fn a_caller_arrives(report: Report) {
    let house = House::open(report).await;
    let arrived = Instant::now();
    let caller = house.world.arrives("Ada 张", "4930111");
    house.call_in("4930111", "waiting").await;
    let shown = house.since("on the page after", arrived);
    assert!(house.world.hears_music(&caller).await);
    house.since("music heard after", arrived);
    let page = house.page.now();
    let call = page.call_from("4930111").unwrap();
    assert_eq!((call["caller"]["name"].as_str(), call["queue"].as_str()), (Some("Ada 张"), Some("main")), "{call}");
    assert_eq!(call["kind"], "queue");
    let limit = Duration::from_millis(200) + allowance(arrived);
    assert!(shown < limit, "{shown:?}, and {limit:?} at most");

    house.world.hang_up(&caller);
    let gone = Instant::now();
    let id = call["id"].as_str().unwrap().to_owned();
    let absent = |page: &super::page::Picture| (!page.calls.contains_key(&id)).then_some(());
    house.page.shows("no call any more", super::house::SOON, absent).await;
    house.since("gone from the page after", gone);
    assert!(house.world.is_empty_again().await);
}

async fn an_attendant_answers(report: Report) {
    let house = House::open(report).await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    let answered = Instant::now();
    house.anna.call(&call, "answer").await.accepted();
    house.call_is(&call, "talking").await;
    house.since("talking after pressing Answer", answered);
    let station = house.world.at("1001").await;
    house.world.all_hear_each_other(&[&caller, &station]).await;
    assert_eq!(house.world.times_rung("1001"), 1);

    // After a moment the station's hang-up means the end.
    house.is_settled().await;
    house.world.hang_up(&station);
    assert!(house.world.is_over(&caller).await);
    let ended = |page: &super::page::Picture| page.told("call.ended").cloned();
    house.page.shows("the end of the call", super::house::SOON, ended).await;
    assert!(house.world.is_empty_again().await);
}

async fn a_station_that_fails_keeps_the_caller(report: Report) {
    let house = House::open(report).await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    for (manner, reason, sip) in [
        (Manner::Refuses(486), "busy", Some(486)),
        (Manner::Refuses(603), "declined", Some(603)),
        (Manner::AnswersAndLeaves(100, 20), "station_hung_up", None),
        (Manner::NotRegistered, "not_registered", None),
    ] {
        house.world.expect("1001", manner).await;
        let asked = Instant::now();
        house.anna.call(&call, "answer").await.accepted();
        let shown = house.back_in_queue(&call, reason).await;
        house.since(&format!("{reason} shown after"), asked);
        assert!(shown["attendant"].is_null(), "{shown}");
        if sip.is_some() {
            assert_eq!(shown["notice"]["sip_status"].as_u64(), sip, "{shown}");
        }
        assert!(house.world.is_up(&caller) && house.world.hears_music(&caller).await, "after {reason}");
    }
}

async fn a_station_that_never_answers(report: Report) {
    let house = House::open_as(report, Wishes { speed: 8.0, ..Wishes::default() }).await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    house.world.expect("1001", Manner::NeverAnswers).await;
    house.anna.call(&call, "answer").await.accepted();
    house.call_is(&call, "ringing").await;
    assert!(house.world.rings("1001").await && house.world.hears_music(&caller).await);
    house.back_in_queue(&call, "no_answer").await;
    assert!(house.world.is_up(&caller) && house.world.hears_music(&caller).await);
    assert_eq!(house.world.times_rung("1001"), 1);
}

async fn two_attendants_one_call(report: Report) {
    let house = House::open(report).await;
    let ben = house.ben().await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    let (first, second) = tokio::join!(house.anna.call(&call, "answer"), ben.call(&call, "answer"));
    let (winner, loser, number) = if first.status < 300 { (first, second, "1001") } else { (second, first, "1002") };
    winner.accepted();
    loser.refused(409, "claimed");
    house.program().get("/board").await.accepted();
    let station = house.world.at(number).await;
    house.world.all_hear_each_other(&[&caller, &station]).await;
    let other = if number == "1001" { "1002" } else { "1001" };
    assert_eq!((house.world.times_rung(number), house.world.times_rung(other)), (1, 0));
}

async fn a_caller_gives_up(report: Report) {
    let house = House::open(report).await;
    let (first, caller) = house.waiting("Ivan", "4930111").await;
    house.world.hang_up(&caller);
    let gone = |id: String| move |page: &super::page::Picture| (!page.calls.contains_key(&id)).then_some(());
    house.page.shows("the first call gone", super::house::SOON, gone(first.clone())).await;
    house.anna.call(&first, "answer").await.refused(404, "not_found");

    house.world.expect("1001", Manner::NeverAnswers).await;
    let (second, caller) = house.waiting("Anna", "4930222").await;
    house.anna.call(&second, "answer").await.accepted();
    assert!(house.world.rings("1001").await);
    house.world.hang_up(&caller);
    house.page.shows("the second call gone", super::house::SOON, gone(second)).await;
    assert!(house.world.is_empty_again().await, "the station rings on for nobody");
}
