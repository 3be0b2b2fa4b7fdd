//! What can be read: the board, one conference, the past; the headers around it; the page's own files.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, Person, Plan, problem},
    things,
};
use reqwest::Method;
use serde_json::Value;
use switchboard::{
    domain::{states::CallState, time::Timestamp},
    engine::view::{CallView, Status},
};
use warp::{Filter, Reply};

async fn json(house: &House, person: &Person, path: &str) -> Value {
    let response = house.get(person, path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_board_holds_what_the_reader_may_see() {
    let house = House::start().await;
    house.server.publish(Status::Call(things::claimed(2, 2)));
    house.server.publish(Status::Conference(things::conference(2, 2)));
    let anna = house.sign_in("anna").await;
    let board = json(&house, &anna, "/api/v1/board").await;
    assert_eq!(board["event_id"], "boot-1:102");
    assert_eq!(ids(&board["calls"]), [things::call_id(1).to_string()]);
    assert_eq!(ids(&board["conferences"]), [things::conference_id(1).to_string()]);
    let sue = house.sign_in("sue").await;
    let board = json(&house, &sue, "/api/v1/board").await;
    assert_eq!((ids(&board["calls"]).len(), ids(&board["conferences"]).len()), (2, 2));
}

#[tokio::test]
async fn a_conference_is_its_owners_and_its_supervisors() {
    let house = House::start().await;
    house.server.past.lock().unwrap().push(things::conference(7, 2));
    for (number, path) in [(1, ""), (1, "/story"), (7, ""), (7, "/story")] {
        let path = format!("/api/v1/conferences/{}{path}", things::conference_id(number));
        for (user, sees) in [("anna", number == 1), ("ben", number == 7), ("sue", true)] {
            let person = house.sign_in(user).await;
            if !sees {
                assert_eq!(problem(house.get(&person, &path).await).await.1, "not_found", "{user} {path}");
                continue;
            }
            let body = json(&house, &person, &path).await;
            let conference = if path.ends_with("story") { &body["conference"] } else { &body };
            assert_eq!(conference["id"], things::conference_id(number).to_string());
        }
    }
    let unknown = format!("/api/v1/conferences/{}", things::conference_id(99));
    assert_eq!(problem(house.get(&Person::Bearer(PROGRAM_TOKEN), &unknown).await).await.0, 404);
}

#[tokio::test]
async fn the_past_is_read_page_by_page() {
    let house = House::start().await;
    let past = (1..=5).rev().map(|number| things::conference(number, 1 + number % 2)).collect();
    *house.server.past.lock().unwrap() = past;
    let sue = house.sign_in("sue").await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/conferences?limit=2".to_owned();
    for _ in 0..3 {
        let page = json(&house, &sue, &path).await;
        seen.extend(ids(&page["conferences"]));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/conferences?limit=2&before={}", next.replace(':', "%3A")),
            None => path.clear(),
        }
    }
    assert!(path.is_empty(), "three pages are all");
    assert_eq!(seen, [5, 4, 3, 2, 1].map(|number| things::conference_id(number).to_string()));

    let anna = house.sign_in("anna").await;
    let own = json(&house, &anna, "/api/v1/conferences?before=1970-01-01T00:00:04Z").await;
    assert_eq!(ids(&own["conferences"]), [things::conference_id(2).to_string()]);
    assert_eq!(own["next"], Value::Null);
    let query = house.server.queries.lock().unwrap().last().cloned().unwrap();
    assert_eq!((query.before, query.limit), (Some(Timestamp(4_000)), 51));
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_safety() {
    let house = House::start().await;
    for (path, status) in [("/healthz", 200), ("/api/v1/board", 401), ("/nothing", 404)] {
        let response = house.get(&Person::Nobody, path).await;
        assert_eq!(response.status(), status);
        let headers = response.headers();
        assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-request-id"].len(), 32);
        if status == 401 {
            assert_eq!(headers["www-authenticate"], "Bearer");
        }
    }
}

#[tokio::test]
async fn readiness_says_what_is_missing() {
    let house = House::start().await;
    let head = house.ask(&Person::Nobody, Method::HEAD, "/healthz").send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap().as_str()), (200, ""));
    assert_eq!(json(&house, &Person::Nobody, "/readyz").await["ready"], true);
    *house.server.missing.lock().unwrap() = Some("node a is down".into());
    let response = house.get(&Person::Nobody, "/readyz").await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.json::<Value>().await.unwrap()["reason"], "node a is down");
}

#[tokio::test]
async fn the_page_answers_everything_but_the_api() {
    let assets =
        warp::get().map(|| warp::reply::with_header("the page", "cache-control", "max-age=60").into_response()).boxed();
    let house = House::build(Plan { assets: Some(assets), ..Plan::default() }).await;
    let response = house.get(&Person::Nobody, "/conferences/1").await;
    assert_eq!(response.headers()["cache-control"], "max-age=60");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.text().await.unwrap(), "the page");
    for path in ["/api", "/api/", "/api/v1/nothing"] {
        assert_eq!(problem(house.get(&Person::Nobody, path).await).await.0, 404, "{path}");
    }
    let (status, code, _) =
        problem(house.ask(&Person::Nobody, Method::POST, "/conferences/1").send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (405, "method_not_allowed"));
}

#[tokio::test]
async fn a_call_that_is_over_is_still_shown_as_it_ended() {
    let house = House::start().await;
    house.server.publish(Status::Call(CallView { state: CallState::Ended, ..things::call(1) }));
    let anna = house.sign_in("anna").await;
    assert_eq!(json(&house, &anna, "/api/v1/board").await["calls"][0]["state"], "ended");
}
