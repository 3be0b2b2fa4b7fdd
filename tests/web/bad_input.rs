//! Bad input: each gets a clear error, and the AS is never asked.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, Person, problem},
};
use reqwest::{Body, Method};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/conferences";
const PROGRAM: Person = Person::Bearer(PROGRAM_TOKEN);

fn people(count: usize) -> Value {
    json!({ "participants": (0..count).map(|n| json!({ "numbers": [format!("+4930{n:07}")] })).collect::<Vec<_>>() })
}

fn with_number(number: &str) -> Value {
    json!({ "participants": [{ "name": "Bob", "numbers": [number] }] })
}

async fn send(house: &House, body: impl Into<Body>) -> (u16, String, Value) {
    let request = house.ask(&PROGRAM, Method::POST, PATH).header("content-type", "application/json");
    problem(request.body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn what_is_not_json_says_where() {
    let house = House::start().await;
    for (text, place) in
        [("", "line 1"), ("{\n  \"participants\": [,]\n}", "line 2, column 20"), ("nonsense", "line 1")]
    {
        let (status, code, body) = send(&house, text).await;
        assert_eq!((status, code.as_str()), (400, "malformed_json"), "{text:?}");
        assert!(body["detail"].as_str().unwrap().contains(place), "{body}");
    }
    let deep = format!("{{\"participants\": {}", "[".repeat(50_000));
    assert!(send(&house, deep).await.0 < 500);
    assert!(send(&house, vec![0xff, 0xfe]).await.0 < 500);
    assert!(house.server.verbs().is_empty());
}

#[tokio::test]
async fn unacceptable_parts_are_pointed_at() {
    let house = House::start().await;
    let cases = [
        (json!({ "participants": [{ "numbers": ["1"] }], "color": "red" }), "/color"),
        (json!({ "participants": [{ "numbers": ["1"], "leg_timeout": 5 }] }), "/participants/0/leg_timeout"),
        (json!({ "participants": [{ "name": "Bob" }] }), "/participants/0"),
        (json!({ "participants": [{ "numbers": "1" }] }), "/participants/0/numbers"),
        (json!({ "participants": [{ "numbers": [] }] }), "/participants/0/numbers"),
        (json!({ "participants": [{ "numbers": vec!["1"; 11] }] }), "/participants/0/numbers"),
        (json!({ "call_id": "nonsense", "participants": [{ "numbers": ["1"] }] }), "/call_id"),
        (json!({ "participants": [{ "numbers": ["1"] }], "station": "1\n2" }), "/station"),
        (json!({ "participants": [{ "name": "x".repeat(121), "numbers": ["1"] }] }), "/participants/0/name"),
        (with_number("10\n01"), "/participants/0/numbers/0"),
        (with_number("10\r\nbgapi originate"), "/participants/0/numbers/0"),
        (with_number("10\0"), "/participants/0/numbers/0"),
        (with_number(&"1".repeat(65)), "/participants/0/numbers/0"),
        (people(0), "/participants"),
        // Whoever is wanted may dial in, but into a conference that somebody is in.
        (json!({ "dial_in": {} }), "/participants"),
        (json!({ "include_attendant": true, "dial_in": { "pin": "123" } }), "/dial_in/pin"),
        (json!({ "include_attendant": true, "dial_in": { "pins": "1234" } }), "/dial_in/pins"),
        (json!({ "include_attendant": true, "dial_in": { "access_number": "5\n" } }), "/dial_in/access_number"),
        (json!({ "include_attendant": true, "dial_in": ["5", "none"] }), "/dial_in"),
        (people(501), "/participants"),
    ];
    for (body, pointer) in cases {
        let (status, code, answer) = send(&house, body.to_string()).await;
        assert_eq!((status, code.as_str()), (422, "bad_input"), "{body}");
        assert_eq!(answer["errors"][0]["pointer"], pointer, "{answer}");
    }
    assert!(house.server.verbs().is_empty());
}

#[tokio::test]
async fn what_only_looks_odd_reaches_the_as_as_it_was_typed() {
    let house = House::start().await;
    let odd =
        ["call me", "'1'", "\"1\"", "1,2", "[1]", "{1}", "${uuid_kill}", "*98#", "١٢٣", "1001@evil", "loopback/9"];
    for number in odd {
        assert_eq!(house.post(&PROGRAM, PATH, &with_number(number)).await.status(), 202, "{number}");
    }
    let names = ["张伟", "Zoë 👩‍👩‍👧", "O'Brien, \"Bob\" {x}=${y}"];
    for name in names {
        let body = json!({ "participants": [{ "name": name, "numbers": ["1001", "1001"] }] });
        assert_eq!(house.post(&PROGRAM, PATH, &body).await.status(), 202, "{name}");
    }
    for count in [1, 200, 500] {
        assert_eq!(house.post(&PROGRAM, PATH, &people(count)).await.status(), 202, "{count}");
    }
    let asked = serde_json::to_value(house.server.verbs()).unwrap();
    for (index, number) in odd.iter().enumerate() {
        assert_eq!(asked[index]["participants"][0]["numbers"][0], **number);
    }
    for (index, name) in names.iter().enumerate() {
        assert_eq!(asked[odd.len() + index]["participants"][0]["name"], **name);
    }
    assert_eq!(asked.as_array().unwrap().last().unwrap()["participants"].as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn a_body_must_be_json_and_not_too_large() {
    let house = House::start().await;
    let body = people(1).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let request = house.ask(&PROGRAM, Method::POST, PATH).header("content-type", kind);
        let (status, code, _) = problem(request.body(body.clone()).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (415, "unsupported_media_type"), "{kind}");
    }
    let request = house.ask(&PROGRAM, Method::POST, PATH).header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(request.body(body).send().await.unwrap().status(), 202);

    let large = format!("{}{}", " ".repeat(switchboard::web::MAX_BODY), people(1));
    assert_eq!(send(&house, large.clone()).await.0, 413, "announced");
    let parts =
        large.into_bytes().chunks(8 * 1024).map(|part| Ok::<_, std::io::Error>(part.to_vec())).collect::<Vec<_>>();
    let unannounced = Body::wrap_stream(futures_util::stream::iter(parts));
    assert_eq!(send(&house, unannounced).await.0, 413, "found out while reading");
    let fits = format!("{}{}", " ".repeat(1024), people(1));
    let request = house.ask(&PROGRAM, Method::POST, PATH).header("content-type", "application/json");
    assert_eq!(request.body(fits).send().await.unwrap().status(), 202);
}

#[tokio::test]
async fn headers_and_queries_are_checked() {
    let house = House::start().await;
    for key in ["", "two words", &"k".repeat(256)] {
        let request = house.ask(&PROGRAM, Method::POST, PATH).header("Idempotency-Key", key).json(&people(1));
        let (status, code, _) = problem(request.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (400, "bad_request"), "{key:?}");
    }
    let twice = house.ask(&PROGRAM, Method::POST, PATH).header("Idempotency-Key", "a").header("Idempotency-Key", "b");
    assert_eq!(twice.json(&people(1)).send().await.unwrap().status(), 400);
    for name in ["authorization", "content-type"] {
        let twice = house.ask(&PROGRAM, Method::POST, PATH).json(&people(1)).header(name, "application/json");
        let twice = if name == "content-type" { twice.header(name, "text/plain") } else { twice };
        let (status, code, _) = problem(twice.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (400, "bad_request"), "{name}");
    }
    for path in ["/api/v1/board?x=%", "/api/v1/events?x", "/healthz?x=1", "/api/v1/openapi.json?x=1"] {
        let (status, code, _) = problem(house.get(&PROGRAM, path).await).await;
        assert_eq!((status, code.as_str()), (400, "bad_request"), "{path}");
    }
    let request = house.ask(&PROGRAM, Method::POST, &format!("{PATH}?limit=2")).json(&people(1));
    assert_eq!(request.send().await.unwrap().status(), 400, "what another method takes");
    for query in ["limit=0", "limit=201", "limit=x", "before=yesterday", "page=2", "limit=1&limit=2", "before=%ff"] {
        let (status, code, _) = problem(house.get(&PROGRAM, &format!("{PATH}?{query}")).await).await;
        assert_eq!((status, code.as_str()), (400, "bad_request"), "{query}");
    }
    assert!(house.server.verbs().is_empty());
}
