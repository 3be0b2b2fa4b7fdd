//! Each route × each role, over HTTP, against a table written by hand.

use crate::{
    accounts::PROGRAM_TOKEN,
    groups::group_id,
    house::{House, Person, Plan, problem},
    recordings, things,
};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;
use switchboard::web::{MetricsAccess, WebSettings, permissions::ROUTES};

/// Who gets through: (n)obody, (a)ttendant, (s)upervisor, a(d)ministrator, (p)rogram.
const TABLE: &[(&str, &str, &str)] = &[
    ("POST", "/api/v1/sessions", "nasdp"),
    ("GET", "/api/v1/sessions/current", "asd"),
    ("DELETE", "/api/v1/sessions/current", "asd"),
    ("GET", "/api/v1/board", "asdp"),
    ("GET", "/api/v1/events", "asdp"),
    ("GET", "/api/v1/attendants", "asdp"),
    ("GET", "/api/v1/groups", "asdp"),
    ("POST", "/api/v1/groups", "sd"),
    ("GET", "/api/v1/groups/{group_id}", "asdp"),
    ("PUT", "/api/v1/groups/{group_id}", "sd"),
    ("DELETE", "/api/v1/groups/{group_id}", "sd"),
    ("GET", "/api/v1/calls/{call_id}/last_time", "asdp"),
    ("POST", "/api/v1/calls/{call_id}/actions/answer", "asdp"),
    ("POST", "/api/v1/calls/{call_id}/actions/hold", "asdp"),
    ("POST", "/api/v1/calls/{call_id}/actions/resume", "asdp"),
    ("POST", "/api/v1/calls/{call_id}/actions/hangup", "asdp"),
    ("POST", "/api/v1/calls/{call_id}/actions/join", "asdp"),
    ("POST", "/api/v1/conferences", "asdp"),
    ("GET", "/api/v1/conferences", "asdp"),
    ("GET", "/api/v1/conferences/{conference_id}", "asdp"),
    ("GET", "/api/v1/conferences/{conference_id}/story", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/mute", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/unmute", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/drop", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/redial", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/cancel", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/lock", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/unlock", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/leave", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/rejoin", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/end", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/hand_over", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/dial_in", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/dial_in_pin", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/dial_in_close", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/continue", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/cancel_ringing", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/deaf", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/undeaf", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/hold", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/unhold", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/gain", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/energy", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/dtmf", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/label", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/promote", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/demote", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/listen", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/speak", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/end_with", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/go_on_without", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/wait_for_host", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/wait_for_nobody", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/mute", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/unmute", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/deaf", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/undeaf", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/hold", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/unhold", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/drop", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/sidebar_leave", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/coach", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/uncoach", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/extend", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/announce", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/announce_stop", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/announce", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/announce_stop", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/sidebar", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/sidebar_end", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/introduce", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/admit", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/replace", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/move", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/merge", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/rescue", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/record", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/record_stop", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/record_pause", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/record_resume", "asdp"),
    ("GET", "/api/v1/conferences/{conference_id}/recordings", "asdp"),
    ("GET", "/api/v1/conferences/{conference_id}/recordings/{recording_id}", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/lower_hands", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/vote_open", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/actions/vote_close", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/raise_hand", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/lower_hand", "asdp"),
    ("POST", "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/give_floor", "asdp"),
    ("GET", "/api/v1/openapi.json", "nasdp"),
    ("GET", "/healthz", "nasdp"),
    ("GET", "/readyz", "nasdp"),
    ("GET", "/metrics", "d"),
];

fn real(path: &str) -> String {
    path.replace("{call_id}", &things::call_id(1).to_string())
        .replace("{group_id}", &group_id(1).to_string())
        .replace("{conference_id}", &things::conference_id(1).to_string())
        .replace("{participant_id}", &things::participant_id(1).to_string())
        .replace("{recording_id}", &things::recording_id(1).to_string())
}

#[tokio::test]
async fn each_route_lets_through_whom_the_table_says() {
    let (house, _folder) = recordings::house(things::conference(1, 1)).await;
    let served = ROUTES.iter().map(|spec| (spec.method, spec.path)).collect::<BTreeSet<_>>();
    assert_eq!(served, TABLE.iter().map(|(method, path, _)| (*method, *path)).collect::<BTreeSet<_>>());
    let body = json!({ "participants": [{ "numbers": ["1001"] }] });
    for (method, path, allowed) in TABLE {
        for who in "nasdp".chars() {
            let person = match who {
                'a' => house.sign_in("anna").await,
                's' => house.sign_in("sue").await,
                'd' => house.sign_in("ada").await,
                'p' => Person::Bearer(PROGRAM_TOKEN),
                _ => Person::Nobody,
            };
            // What one of them deletes, the next one shall find.
            house.groups.reset();
            let mut request = house.ask(&person, method.parse().unwrap(), &real(path));
            request = match *path {
                "/api/v1/sessions" => request.json(&json!({ "user": "anna", "password": crate::accounts::PASSWORD })),
                path if path.ends_with("/conferences") || path.ends_with("/participants") => request.json(&body),
                path if path.ends_with("/groups") || path.ends_with("/{group_id}") => {
                    // A name for each of them: no two groups have the same.
                    let name = format!("{method} {who}");
                    request.json(&json!({ "name": name, "participants": [{ "numbers": ["1001"] }] }))
                }
                path if path.ends_with("/hand_over") => request.json(&json!({ "user": "ben" })),
                path if path.ends_with("/gain") => request.json(&json!({ "gain_in": 1 })),
                path if path.ends_with("/energy") => request.json(&json!({ "level": 1 })),
                path if path.ends_with("/dtmf") => request.json(&json!({ "digits": "1" })),
                path if path.ends_with("/replace") => request.json(&json!({ "with": { "numbers": ["1001"] } })),
                path if ["/move", "/merge", "/join"].iter().any(|end| path.ends_with(end)) => {
                    request.json(&json!({ "conference_id": things::conference_id(2) }))
                }
                path if path.ends_with("/coach") => {
                    request.json(&json!({ "participant_id": things::participant_id(2) }))
                }
                path if path.ends_with("/announce") => request.json(&json!({ "sound": "chime" })),
                path if path.ends_with("/sidebar") => {
                    request.json(&json!({ "participants": [things::participant_id(1), things::participant_id(2)] }))
                }
                path if path.ends_with("/label") => request.json(&json!({ "label": "chair" })),
                _ => request,
            };
            let response = request.send().await.unwrap();
            let case = format!("{method} {path} as {who}");
            if allowed.contains(who) {
                assert!(response.status().is_success(), "{case}: {}", response.status());
                continue;
            }
            let expected = if who == 'n' { (401, "not_signed_in") } else { (403, "forbidden") };
            let (status, code, _) = problem(response).await;
            assert_eq!((status, code.as_str()), expected, "{case}");
        }
    }
}

#[tokio::test]
async fn a_route_that_is_there_names_its_methods_and_one_that_is_not_is_not_found() {
    let house = House::start().await;
    for (method, path, _) in TABLE {
        let response = house.ask(&Person::Nobody, Method::PATCH, &real(path)).send().await.unwrap();
        let allow = response.headers().get("allow").unwrap_or_else(|| panic!("{path}")).to_str().unwrap().to_owned();
        assert!(allow.split(", ").any(|it| it == *method), "{path}: {allow}");
        assert_eq!(problem(response).await.1, "method_not_allowed");
    }
    let call = things::call_id(1);
    for path in ["/", "/api/v1", "/api/v1/none", "/api/v1/board/x", &format!("/api/v1/calls/{call}/actions/explode")] {
        assert_eq!(problem(house.get(&Person::Bearer(PROGRAM_TOKEN), path).await).await.0, 404, "{path}");
    }
    // An id of another kind names nothing, and the answer says why.
    let path = format!("/api/v1/calls/{}/actions/hold", things::conference_id(1));
    let (status, _, body) = problem(house.post(&Person::Bearer(PROGRAM_TOKEN), &path, &json!({})).await).await;
    assert_eq!(status, 404);
    assert!(body["detail"].as_str().unwrap().contains("not a call id"), "{body}");
    assert!(house.server.verbs().is_empty());
}

#[tokio::test]
async fn metrics_are_read_with_the_token_or_from_the_networks_of_the_configuration() {
    let metrics = |token: Option<&str>, networks: &[&str]| WebSettings {
        metrics: MetricsAccess {
            token: token.map(str::to_owned),
            networks: networks.iter().map(|net| net.parse().unwrap()).collect(),
        },
        ..WebSettings::default()
    };
    let house = House::build(Plan { settings: metrics(Some("prometheus"), &[]), ..Plan::default() }).await;
    assert_eq!(house.get(&Person::Nobody, "/metrics").await.status(), 401);
    assert_eq!(house.get(&Person::Bearer("wrong"), "/metrics").await.status(), 401);
    let response = house.get(&Person::Bearer("prometheus"), "/metrics").await;
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(response.text().await.unwrap(), "switchboard_calls 1\n");
    assert_eq!(house.get(&Person::Bearer("prometheus"), "/api/v1/board").await.status(), 401);

    let house = House::build(Plan { settings: metrics(None, &["127.0.0.0/8"]), ..Plan::default() }).await;
    assert_eq!(house.get(&Person::Nobody, "/metrics").await.status(), 200);
    let house = House::build(Plan { settings: metrics(None, &["192.0.2.0/24"]), ..Plan::default() }).await;
    assert_eq!(house.get(&Person::Nobody, "/metrics").await.status(), 401);
}
