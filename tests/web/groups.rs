//! Standing groups in memory, and what can be done with them over HTTP.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, Person, problem},
    things,
};
use futures_util::FutureExt;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Mutex, atomic::AtomicBool, atomic::Ordering},
};
use switchboard::{
    domain::{group::Group, ids::GroupId, request::NewParticipant, time::Timestamp},
    engine::messages::Verb,
    web::groups::{GroupAnswer, Groups, GroupsError},
};
use uuid::Uuid;

#[derive(Default)]
pub struct MemoryGroups {
    kept: Mutex<BTreeMap<GroupId, Group>>,
    pub broken: AtomicBool,
}

pub fn group_id(number: u128) -> GroupId {
    GroupId::new(Uuid::from_u128(number))
}

impl MemoryGroups {
    /// One group: the crisis team, Emma and Carl.
    pub fn new() -> Self {
        let person = |name: &str, number: &str| NewParticipant {
            name: name.into(),
            numbers: vec![number.into()],
            ..NewParticipant::default()
        };
        let group = Group {
            id: group_id(1),
            name: "Crisis team".into(),
            participants: vec![person("Emma", "1008"), person("Carl", "1009")],
            changed_at: Timestamp(0),
        };
        Self { kept: Mutex::new(BTreeMap::from([(group.id, group)])), ..Self::default() }
    }

    /// As at the beginning.
    pub fn reset(&self) {
        *self.kept.lock().unwrap() = Self::new().kept.into_inner().unwrap();
    }

    fn check(&self) -> Result<(), GroupsError> {
        let broken = self.broken.load(Ordering::SeqCst);
        if broken { Err(GroupsError::Unavailable("disk full".into())) } else { Ok(()) }
    }

    fn is_taken(&self, group: &Group) -> bool {
        let kept = self.kept.lock().unwrap();
        kept.values().any(|other| other.id != group.id && other.name.to_lowercase() == group.name.to_lowercase())
    }
}

impl Groups for MemoryGroups {
    fn all(&self) -> GroupAnswer<'_, Vec<Group>> {
        async move {
            self.check()?;
            let mut all: Vec<Group> = self.kept.lock().unwrap().values().cloned().collect();
            all.sort_by_key(|group| group.name.to_lowercase());
            Ok(all)
        }
        .boxed()
    }

    fn add(&self, group: Group) -> GroupAnswer<'_, ()> {
        async move {
            self.check()?;
            if self.is_taken(&group) {
                return Err(GroupsError::Taken);
            }
            self.kept.lock().unwrap().insert(group.id, group);
            Ok(())
        }
        .boxed()
    }

    fn change(&self, group: Group, seen: Option<Timestamp>) -> GroupAnswer<'_, bool> {
        async move {
            self.check()?;
            if self.is_taken(&group) {
                return Err(GroupsError::Taken);
            }
            let mut kept = self.kept.lock().unwrap();
            let known = is_known(&kept, group.id, seen)?;
            if known {
                kept.insert(group.id, group);
            }
            Ok(known)
        }
        .boxed()
    }

    fn remove(&self, id: GroupId, seen: Option<Timestamp>) -> GroupAnswer<'_, bool> {
        async move {
            self.check()?;
            let mut kept = self.kept.lock().unwrap();
            let known = is_known(&kept, id, seen)?;
            kept.remove(&id);
            Ok(known)
        }
        .boxed()
    }
}

fn is_known(kept: &BTreeMap<GroupId, Group>, id: GroupId, seen: Option<Timestamp>) -> Result<bool, GroupsError> {
    let Some(known) = kept.get(&id) else { return Ok(false) };
    if seen.is_some_and(|seen| seen != known.changed_at) { Err(GroupsError::Changed) } else { Ok(true) }
}

const GROUPS: &str = "/api/v1/groups";

#[tokio::test]
async fn a_group_is_made_changed_and_deleted_by_those_who_may() {
    let house = House::start().await;
    let (anna, sue) = (house.sign_in("anna").await, house.sign_in("sue").await);
    let nurses =
        json!({ "name": " Nurses ", "participants": [{ "name": "Ada", "numbers": ["1010"], "label": "ward 2" }] });
    let made = house.post(&sue, GROUPS, &nurses).await;
    assert_eq!(made.status(), 201);
    let place = made.headers()["location"].to_str().unwrap().to_owned();
    let group: Value = made.json().await.unwrap();
    assert_eq!((group["name"].as_str(), group["participants"][0]["label"].as_str()), (Some("Nurses"), Some("ward 2")));
    assert_eq!(place, format!("{GROUPS}/{}", group["id"].as_str().unwrap()));
    assert_eq!(house.get(&anna, &place).await.json::<Value>().await.unwrap(), group, "everybody may read it");

    let (status, code, body) =
        problem(house.post(&sue, GROUPS, &json!({ "name": "nurses", "participants": [{ "numbers": ["1"] }] })).await)
            .await;
    assert_eq!((status, code.as_str(), body["errors"][0]["pointer"].as_str()), (422, "bad_input", Some("/name")));
    let put = |person: &Person, body: &Value| house.ask(person, Method::PUT, &place).json(body).send();
    let team = json!({ "name": "crisis TEAM", "participants": [{ "numbers": ["1"] }] });
    assert_eq!(problem(put(&sue, &team).await.unwrap()).await.2["errors"][0]["pointer"], "/name");
    let night = json!({ "name": "Night nurses", "participants": [{ "numbers": ["1011"] }, { "numbers": ["1012"] }] });
    assert_eq!(problem(put(&anna, &night).await.unwrap()).await.1, "forbidden");
    assert_eq!(put(&sue, &night).await.unwrap().status(), 200);
    let all = house.get(&Person::Bearer(PROGRAM_TOKEN), GROUPS).await.json::<Value>().await.unwrap();
    let names: Vec<_> = all["groups"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Crisis team", "Night nurses"]);

    assert_eq!(house.ask(&sue, Method::DELETE, &place).send().await.unwrap().status(), 204);
    assert_eq!(problem(house.ask(&sue, Method::DELETE, &place).send().await.unwrap()).await.0, 404);
    assert_eq!(problem(put(&sue, &night).await.unwrap()).await.0, 404, "and is not made anew by changing it");
    assert_eq!(problem(house.get(&anna, &format!("{GROUPS}/nonsense")).await).await.0, 404);
    let audited = house.accounts.audited.lock().unwrap().clone();
    let deeds: Vec<_> = audited.iter().map(|it| (it.action.as_str(), it.outcome.as_str())).collect();
    let accepted = |action| (action, "accepted");
    assert_eq!(
        deeds,
        [
            accepted("groups.create"),
            ("groups.replace", "forbidden"),
            accepted("groups.replace"),
            accepted("groups.delete")
        ]
    );
}

#[tokio::test]
async fn who_changes_what_somebody_else_changed_meanwhile_is_told_so() {
    let house = House::start().await;
    let sue = house.sign_in("sue").await;
    let path = format!("{GROUPS}/{}", group_id(1));
    let read = house.get(&sue, &path).await;
    let tag = read.headers()["etag"].to_str().unwrap().to_owned();
    let seen = read.json::<Value>().await.unwrap();
    assert_eq!(tag, format!("{}", seen["changed_at"]), "changed_at in quotes");
    let ask = |method, tag: &str| house.ask(&sue, method, &path).header("If-Match", tag);
    let named = |name: &str| json!({ "name": name, "participants": [{ "numbers": ["1010"] }] });
    let first = ask(Method::PUT, &tag).json(&named("Doctors")).send().await.unwrap();
    assert_eq!(first.status(), 200);
    let new_tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_ne!(new_tag, tag);
    for (method, body) in [(Method::PUT, named("Nurses")), (Method::DELETE, Value::Null)] {
        let late = ask(method, &tag).json(&body).send().await.unwrap();
        assert_eq!((late.status().as_u16(), problem(late).await.1.as_str()), (412, "changed_meanwhile"));
    }
    assert_eq!(house.get(&sue, &path).await.json::<Value>().await.unwrap()["name"], "Doctors");
    for wrong in ["Doctors", "\"Doctors\"", "\"1\", \"2\""] {
        let answer = ask(Method::PUT, wrong).json(&named("Nurses")).send().await.unwrap();
        assert_eq!(problem(answer).await.1, "bad_request", "{wrong}");
    }
    assert_eq!(ask(Method::PUT, "*").json(&named("Nurses")).send().await.unwrap().status(), 200);
    let newest = house.get(&sue, &path).await.headers()["etag"].to_str().unwrap().to_owned();
    let weak = format!("W/{newest}");
    assert_eq!(ask(Method::DELETE, &weak).send().await.unwrap().status(), 204, "as a proxy that compresses has it");
    assert_eq!(problem(ask(Method::DELETE, &newest).send().await.unwrap()).await.0, 404);
}

#[tokio::test]
async fn a_request_that_names_a_group_reaches_the_as_with_its_people() {
    let house = House::start().await;
    let anna = house.sign_in("anna").await;
    let add = format!("/api/v1/conferences/{}/participants", things::conference_id(1));
    assert_eq!(house.post(&anna, "/api/v1/conferences", &json!({ "groups": [group_id(1)] })).await.status(), 202);
    let both = json!({ "participants": [{ "numbers": ["1010"] }], "groups": [group_id(1)] });
    assert_eq!(house.post(&anna, &add, &both).await.status(), 202);
    let [Verb::StartConference(start), Verb::AddParticipants { participants, groups, .. }] = &house.server.verbs()[..]
    else {
        panic!("{:?}", house.server.verbs())
    };
    assert_eq!((start.participants.len(), participants.len()), (0, 1));
    for group in [&start.groups[0], &groups[0]] {
        let names: Vec<_> = group.participants.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((group.name.as_str(), names), ("Crisis team", vec!["Emma", "Carl"]));
    }
    let (status, code, body) =
        problem(house.post(&anna, &add, &json!({ "groups": [group_id(1), group_id(2)] })).await).await;
    assert_eq!((status, code.as_str(), body["errors"][0]["pointer"].as_str()), (422, "bad_input", Some("/groups/1")));
    let many = json!({ "participants": vec![json!({ "numbers": ["1"] }); 499], "groups": [group_id(1)] });
    assert_eq!(problem(house.post(&anna, &add, &many).await).await.2["errors"][0]["pointer"], "/groups");

    house.groups.broken.store(true, Ordering::SeqCst);
    assert_eq!(problem(house.post(&anna, &add, &json!({ "groups": [group_id(1)] })).await).await.1, "store_down");
    assert_eq!(
        house.post(&anna, &add, &json!({ "participants": [{ "numbers": ["1"] }] })).await.status(),
        202,
        "not needed"
    );
}

#[tokio::test]
async fn who_sees_a_call_may_know_whom_its_caller_asked_for_last_time() {
    let house = House::start().await;
    let (anna, ben) = (house.sign_in("anna").await, house.sign_in("ben").await);
    let path = format!("/api/v1/calls/{}/last_time", things::call_id(1));
    let nobody = house.get(&anna, &path).await.json::<Value>().await.unwrap();
    assert_eq!(nobody, json!({ "participants": [] }));
    let emma = NewParticipant { name: "Emma".into(), numbers: vec!["1008".into()], ..NewParticipant::default() };
    house.server.last_time.lock().unwrap().insert("+4930123456".into(), vec![emma]);
    let found = house.get(&anna, &path).await.json::<Value>().await.unwrap();
    assert_eq!((found["participants"][0]["name"].as_str(), found["at"].is_string()), (Some("Emma"), true));
    house.server.publish(switchboard::engine::view::Status::Call(things::claimed(1, 1)));
    assert_eq!(house.get(&anna, &path).await.status(), 200);
    assert_eq!(problem(house.get(&ben, &path).await).await.0, 404, "it is Anna's call now");
    let none = format!("/api/v1/calls/{}/last_time", things::call_id(9));
    assert_eq!(problem(house.get(&anna, &none).await).await.0, 404);
}
