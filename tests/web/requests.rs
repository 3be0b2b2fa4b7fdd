//! What reaches the AS, what comes back, and what is kept of it.

use crate::{
    accounts::{PROGRAM_TOKEN, user_id},
    house::{House, Person, logged, problem},
    things,
};
use reqwest::Method;
use serde_json::{Value, json};
use switchboard::{
    domain::{
        dial_in::{DialInWish, Pin, PinWish},
        request::{Announced, NewParticipant, Spare},
        setting::{Digits, Gain, Setting, Threshold},
        states::Role,
    },
    engine::messages::{Actor, CallResponse, InputError, Refusal, RefusalCode, Verb},
};

#[tokio::test]
async fn a_request_carries_who_asks_and_the_key() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let body = json!({
        "call_id": things::call_id(1),
        "participants": [{ "name": "Bob", "numbers": ["1002", "1003"], "confirm": true }],
    });
    let request = house.ask(&anna, Method::POST, "/api/v1/conferences").header("Idempotency-Key", "k-1").json(&body);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 202);
    let place = format!("/api/v1/conferences/{}", things::conference_id(1));
    assert_eq!(response.headers()["location"], place.as_str());
    assert_eq!(response.json::<Value>().await.unwrap()["id"], things::conference_id(1).to_string());

    let requests = house.server.requests.lock().unwrap();
    let asked = &requests[0];
    assert_eq!((asked.actor.id, asked.actor.role), (user_id(1), Role::Attendant));
    assert_eq!(asked.actor.stations, ["1001"]);
    assert_eq!(asked.idempotency_key.as_deref(), Some("k-1"));
    let Verb::StartConference(conference) = &asked.verb else { panic!("{:?}", asked.verb) };
    assert_eq!(conference.call_id, Some(things::call_id(1)));
    assert_eq!(conference.participants[0].numbers, ["1002", "1003"]);
    assert_eq!(conference.participants[0].confirm, Some(true));
}

#[tokio::test]
async fn each_action_becomes_its_verb() {
    let house = House::start().await;
    let (call_id, conference_id) = (things::call_id(1), things::conference_id(1));
    let participant_id = things::participant_id(1);
    let call = |verb: &str| format!("/api/v1/calls/{call_id}/actions/{verb}");
    let conference = |verb: &str| format!("/api/v1/conferences/{conference_id}/actions/{verb}");
    let participant =
        |verb: &str| format!("/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/{verb}");
    let station = || Some("1001".to_owned());
    let gain = |steps| Gain::try_from(steps).unwrap();
    let set = |setting| Verb::Set { conference_id, participant_id, settings: vec![setting] };
    let other = things::participant_id(2);
    let coach = |whom| Verb::Coach { conference_id, participant_id, whom };
    let all = |setting, spare| Verb::SetAll { conference_id, setting, spare };
    let ben = Actor { id: user_id(2), name: "ben".into(), role: Role::Attendant, stations: vec!["1002".into()] };
    let (nothing, station_named) = (json!({}), json!({ "station": "1001" }));
    let cases = [
        (call("answer"), &station_named, Verb::AnswerCall { call_id, station: station() }),
        (call("hold"), &nothing, Verb::HoldCall { call_id }),
        (call("resume"), &nothing, Verb::ResumeCall { call_id }),
        (call("hangup"), &nothing, Verb::HangupCall { call_id }),
        (call("join"), &json!({ "conference_id": conference_id }), Verb::JoinCall { call_id, conference_id }),
        (conference("lock"), &nothing, Verb::Lock { conference_id }),
        (conference("unlock"), &nothing, Verb::Unlock { conference_id }),
        (conference("leave"), &nothing, Verb::Leave { conference_id }),
        (conference("rejoin"), &station_named, Verb::Rejoin { conference_id, station: station() }),
        (conference("rescue"), &nothing, Verb::Rescue { conference_id }),
        (conference("end"), &nothing, Verb::End { conference_id }),
        (conference("cancel_ringing"), &nothing, Verb::CancelRinging { conference_id }),
        (conference("continue"), &nothing, Verb::ContinueWithoutCaller { conference_id }),
        (
            conference("announce"),
            &json!({ "sound": "chime" }),
            Verb::Announce { conference_id, participant_id: None, what: Announced::Sound("chime".into()) },
        ),
        (conference("announce_stop"), &nothing, Verb::AnnounceStop { conference_id, participant_id: None }),
        (
            participant("announce"),
            &json!({ "sound": "chime" }),
            Verb::Announce {
                conference_id,
                participant_id: Some(participant_id),
                what: Announced::Sound("chime".into()),
            },
        ),
        (
            participant("announce_stop"),
            &nothing,
            Verb::AnnounceStop { conference_id, participant_id: Some(participant_id) },
        ),
        (conference("extend"), &json!({ "seconds": 60 }), Verb::Extend { conference_id, seconds: 60 }),
        (conference("extend"), &nothing, Verb::Extend { conference_id, seconds: 900 }),
        (
            conference("dial_in"),
            &json!({ "access_number": "5550199", "pin": "4711" }),
            Verb::OpenDialIn {
                conference_id,
                wish: DialInWish {
                    access_number: Some("5550199".into()),
                    pin: PinWish::Given(Pin::new("4711").unwrap()),
                },
            },
        ),
        (conference("dial_in"), &nothing, Verb::OpenDialIn { conference_id, wish: DialInWish::default() }),
        (conference("dial_in_pin"), &nothing, Verb::ChangePin { conference_id, pin: PinWish::Generated }),
        (conference("dial_in_pin"), &json!({ "pin": "none" }), Verb::ChangePin { conference_id, pin: PinWish::None }),
        (conference("dial_in_close"), &nothing, Verb::CloseDialIn { conference_id }),
        (conference("mute"), &nothing, all(Setting::Muted(true), Spare::Hosts)),
        (conference("unmute"), &json!({ "except": "nobody" }), all(Setting::Muted(false), Spare::Nobody)),
        (conference("deaf"), &json!({ "except": "hosts" }), all(Setting::Deaf(true), Spare::Hosts)),
        (conference("undeaf"), &nothing, all(Setting::Deaf(false), Spare::Hosts)),
        (conference("hold"), &nothing, all(Setting::Hold(true), Spare::Hosts)),
        (conference("unhold"), &nothing, all(Setting::Hold(false), Spare::Hosts)),
        (conference("drop"), &nothing, Verb::DropAll { conference_id, spare: Spare::Hosts }),
        (participant("mute"), &nothing, set(Setting::Muted(true))),
        (participant("unmute"), &nothing, set(Setting::Muted(false))),
        (participant("deaf"), &nothing, set(Setting::Deaf(true))),
        (participant("undeaf"), &nothing, set(Setting::Deaf(false))),
        (participant("hold"), &nothing, set(Setting::Hold(true))),
        (participant("unhold"), &nothing, set(Setting::Hold(false))),
        (participant("gain"), &json!({ "gain_in": -2 }), set(Setting::GainIn(gain(-2)))),
        (participant("gain"), &json!({ "gain_out": 4 }), set(Setting::GainOut(gain(4)))),
        (participant("energy"), &json!({ "level": 300 }), set(Setting::Energy(Threshold::try_from(300).unwrap()))),
        (
            participant("dtmf"),
            &json!({ "digits": "12#" }),
            Verb::PressKeys { conference_id, participant_id, digits: Digits::try_from("12#".to_owned()).unwrap() },
        ),
        (
            participant("label"),
            &json!({ "label": "interpreter" }),
            Verb::Label { conference_id, participant_id, label: "interpreter".into() },
        ),
        (participant("promote"), &nothing, Verb::Moderator { conference_id, participant_id, on: true }),
        (participant("demote"), &nothing, Verb::Moderator { conference_id, participant_id, on: false }),
        (participant("listen"), &nothing, Verb::Listener { conference_id, participant_id, on: true }),
        (participant("end_with"), &nothing, Verb::EndsWith { conference_id, participant_id, on: true }),
        (participant("go_on_without"), &nothing, Verb::EndsWith { conference_id, participant_id, on: false }),
        (conference("wait_for_host"), &nothing, Verb::WaitForHost { conference_id, on: true }),
        (conference("wait_for_nobody"), &nothing, Verb::WaitForHost { conference_id, on: false }),
        (participant("speak"), &nothing, Verb::Listener { conference_id, participant_id, on: false }),
        (participant("coach"), &json!({ "participant_id": other }), coach(Some(other))),
        (participant("uncoach"), &nothing, coach(None)),
        (
            participant("move"),
            &json!({ "conference_id": things::conference_id(2) }),
            Verb::Move { conference_id, participant_id, to: things::conference_id(2) },
        ),
        (
            conference("merge"),
            &json!({ "conference_id": things::conference_id(2) }),
            Verb::Merge { conference_id, into: things::conference_id(2) },
        ),
        (participant("introduce"), &nothing, Verb::Introduce { conference_id, participant_id }),
        (participant("admit"), &nothing, Verb::Admit { conference_id, participant_id }),
        (
            participant("replace"),
            &json!({ "with": { "numbers": ["1004"] } }),
            Verb::Replace {
                conference_id,
                participant_id,
                with: NewParticipant { numbers: vec!["1004".into()], ..NewParticipant::default() },
            },
        ),
        (participant("sidebar_leave"), &nothing, Verb::SidebarLeave { conference_id, participant_id }),
        (
            conference("sidebar"),
            &json!({ "participants": [participant_id, other] }),
            Verb::Sidebar { conference_id, participants: vec![participant_id, other] },
        ),
        (conference("sidebar_end"), &nothing, Verb::SidebarEnd { conference_id, sidebar: None }),
        (conference("sidebar_end"), &json!({ "sidebar": 2 }), Verb::SidebarEnd { conference_id, sidebar: Some(2) }),
        (
            conference("hand_over"),
            &json!({ "user": "Ben", "note": "the doctor is late" }),
            Verb::HandOver { conference_id, to: ben, note: "the doctor is late".into() },
        ),
        (
            conference("hand_over"),
            &json!({ "participant_id": participant_id, "note": "you know them" }),
            Verb::PutInCharge { conference_id, participant_id, note: "you know them".into() },
        ),
        (participant("raise_hand"), &nothing, Verb::Hand { conference_id, participant_id, on: true }),
        (participant("lower_hand"), &nothing, Verb::Hand { conference_id, participant_id, on: false }),
        (participant("give_floor"), &nothing, Verb::GiveFloor { conference_id, participant_id }),
        (conference("lower_hands"), &nothing, Verb::LowerHands { conference_id }),
        (
            conference("vote_open"),
            &nothing,
            Verb::OpenVote { conference_id, question: String::new(), secret: None, seconds: None },
        ),
        (
            conference("vote_open"),
            &json!({ "question": "Shall we?", "secret": true, "seconds": 60 }),
            Verb::OpenVote { conference_id, question: "Shall we?".into(), secret: Some(true), seconds: Some(60) },
        ),
        (conference("vote_close"), &nothing, Verb::CloseVote { conference_id }),
        (participant("drop"), &nothing, Verb::Drop { conference_id, participant_id }),
        (participant("redial"), &nothing, Verb::Redial { conference_id, participant_id }),
        (participant("cancel"), &nothing, Verb::Cancel { conference_id, participant_id }),
    ];
    let program = Person::Bearer(PROGRAM_TOKEN);
    for (path, body, verb) in &cases {
        let stranger = json!({ "nonsense": "1001" });
        assert_eq!(problem(house.post(&program, path, &stranger).await).await.0, 422, "{path} takes no nonsense");
        assert_eq!(house.post(&program, path, body).await.status(), 202, "{path}");
        assert_eq!(house.server.verbs().last(), Some(verb), "{path}");
        if *body == &nothing {
            let bare = house.ask(&program, Method::POST, path).send().await.unwrap();
            assert_eq!(bare.status(), 202, "{path} needs no body");
        }
    }
    let bare = house.ask(&program, Method::POST, &call("answer")).send().await.unwrap();
    assert_eq!(bare.status(), 202);
    assert_eq!(house.server.verbs().last(), Some(&Verb::AnswerCall { call_id, station: None }));
    for (verb, body) in [
        ("replace", json!({ "with": { "numbers": [] } })),
        ("announce", json!({})),
        ("announce", json!({ "text": "hello ${uuid}" })),
        ("announce", json!({ "text": "hello", "sound": "chime" })),
        ("announce", json!({ "sound": "a\nb" })),
        ("gain", json!({})),
        ("gain", json!({ "gain_in": 5 })),
        ("energy", json!({ "level": -1 })),
        ("dtmf", json!({ "digits": "" })),
        ("dtmf", json!({ "digits": "1;uuid_kill" })),
        ("label", json!({ "label": "x".repeat(121) })),
        ("label", json!({ "label": "a\nb" })),
    ] {
        let refused = problem(house.post(&program, &participant(verb), &body).await).await;
        assert_eq!(refused.0, 422, "{verb} {body}");
    }
    for (verb, body) in [
        ("hand_over", json!({ "note": "to nobody" })),
        ("hand_over", json!({ "user": "ben", "participant_id": participant_id })),
        ("vote_open", json!({ "question": "x".repeat(201) })),
        ("vote_open", json!({ "seconds": 4 })),
    ] {
        let refused = problem(house.post(&program, &conference(verb), &body).await).await;
        assert_eq!(refused.0, 422, "{verb} {body}");
    }
}

#[tokio::test]
async fn a_conference_is_handed_over_to_somebody_who_may_have_one() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let _page = house.events(&anna, None).await;
    let listed = house.get(&Person::Bearer(PROGRAM_TOKEN), "/api/v1/attendants").await.json::<Value>().await.unwrap();
    let shown = listed["attendants"].as_array().unwrap();
    let line = |it: &Value| (it["name"].as_str().unwrap().to_owned(), it["page_open"].as_bool().unwrap());
    let all: Vec<_> = shown.iter().map(line).collect();
    assert_eq!(all, [("ada", false), ("anna", true), ("ben", false), ("sue", false)].map(|(n, o)| (n.to_owned(), o)));

    let path = format!("/api/v1/conferences/{}/actions/hand_over", things::conference_id(1));
    let by_id = house.post(&anna, &path, &json!({ "user": shown[2]["id"] })).await;
    assert_eq!(by_id.status(), 202);
    let Some(Verb::HandOver { to, note, .. }) = house.server.verbs().pop() else { panic!("nothing was handed over") };
    assert_eq!((to.id, note.as_str()), (user_id(2), ""));

    house.accounts.disabled.lock().unwrap().insert(user_id(2));
    let listed = house.get(&anna, "/api/v1/attendants").await.json::<Value>().await.unwrap();
    assert_eq!(listed["attendants"].as_array().unwrap().len(), 3);
    for (body, why) in [
        (json!({ "user": "ben" }), "may not sign in"),
        (json!({ "user": "crm" }), "no such user"),
        (json!({ "user": "" }), "no such user"),
        (json!({ "user": "sue", "note": "x".repeat(501) }), "at most 500"),
        (json!({ "note": "to nobody" }), "user"),
    ] {
        let (status, code, problem) = problem(house.post(&anna, &path, &body).await).await;
        assert_eq!((status, code.as_str()), (422, "bad_input"), "{body}");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(why), "{problem}");
    }
    assert_eq!(house.server.verbs().len(), 1, "none of it reached the AS");
}

#[tokio::test]
async fn a_refusal_becomes_its_problem() {
    let house = House::start().await;
    let codes = [
        (RefusalCode::NotFound, 404),
        (RefusalCode::NotYours, 403),
        (RefusalCode::Claimed, 409),
        (RefusalCode::WrongState, 409),
        (RefusalCode::NoRoute, 422),
        (RefusalCode::KeyReused, 409),
        (RefusalCode::Limit, 429),
        (RefusalCode::NodeDown, 503),
    ];
    for (code, expected) in codes {
        let errors = vec![InputError { pointer: "/participants/0/numbers/0".into(), detail: "is not routed".into() }];
        let refusal = Refusal { code, detail: "Ben claimed the call.".into(), errors };
        *house.server.answer.lock().unwrap() = Box::new(move |_| CallResponse::Refused(refusal.clone()));
        let body = json!({ "participants": [{ "numbers": ["1001"] }] });
        let response = house.post(&Person::Bearer(PROGRAM_TOKEN), "/api/v1/conferences", &body).await;
        let (status, name, body) = problem(response).await;
        assert_eq!(status, expected, "{code:?}");
        assert_eq!(serde_json::to_value(code).unwrap(), name);
        assert_eq!(body["type"], format!("urn:switchboard:problem:{name}"));
        assert_eq!(body["detail"], "Ben claimed the call.");
        assert_eq!(body["errors"][0]["pointer"], "/participants/0/numbers/0");
    }
}

#[tokio::test]
async fn a_fault_of_a_handler_is_one_answer_and_not_the_end() {
    let house = House::start().await;
    *house.server.answer.lock().unwrap() = Box::new(|_| panic!("a fault made on purpose"));
    let path = format!("/api/v1/calls/{}/actions/hold", things::call_id(1));
    let program = Person::Bearer(PROGRAM_TOKEN);
    assert_eq!(problem(house.post(&program, &path, &json!({})).await).await.1, "internal");
    assert_eq!(house.get(&program, "/api/v1/board").await.status(), 200);
}

#[tokio::test]
async fn every_deed_is_audited_and_no_number_is_logged() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let number = "+493055501234567";
    let body = json!({ "participants": [{ "name": "Bob", "numbers": [number] }] });
    let response = house.post(&anna, "/api/v1/conferences", &body).await;
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(house.get(&anna, "/metrics").await.status(), 403);
    assert_eq!(house.get(&anna, &format!("/api/v1/conferences/{number}")).await.status(), 404);
    assert_eq!(house.get(&anna, &format!("/{number}")).await.status(), 404);

    let audited = house.accounts.audited.lock().unwrap().clone();
    let kept =
        audited.iter().map(|it| (it.action.as_str(), it.outcome.as_str(), it.target.clone())).collect::<Vec<_>>();
    let conference = Some(things::conference_id(1).to_string());
    assert_eq!(kept, [("conferences.start", "accepted", conference), ("metrics.read", "forbidden", None)]);
    assert!(audited.iter().all(|it| it.actor == user_id(1) && it.address.is_loopback()));

    let log = logged();
    let line = log.lines().find(|line| line.contains(&request_id) && line.contains("answered")).expect("a line");
    assert!(line.contains("conferences.start") && line.contains("status=202"), "{line}");
    assert!(!log.contains(&number[1..]), "a number is in the log");
    let Person::SignedIn { cookie, csrf } = anna else { unreachable!() };
    let token = cookie.split_once('=').unwrap().1;
    assert!(!log.contains(token) && !log.contains(&csrf) && !log.contains(crate::accounts::PASSWORD));
}
