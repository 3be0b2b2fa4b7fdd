//! Standing groups, rung all at once; and a caller who asks for the same people as last time.

use super::api::{Answer, Person};
use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::Manner;
use reqwest::Method;
use serde_json::{Value, json};

scenarios! {
    a_group_is_rung_at_once: "A standing group: made by a supervisor, rung by an attendant, nobody twice, there after a crash";
    as_last_time: "Who calls again is offered whom they asked for last time, and those are rung";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";
const OUTSIDE: &str = "+49305550101";

async fn put(person: &Person, path: &str, body: Value) -> Answer {
    super::api::answer(person.ask(Method::PUT, path).json(&body)).await
}

async fn delete(person: &Person, path: &str) -> Answer {
    super::api::answer(person.ask(Method::DELETE, path)).await
}

fn told(picture: &Picture, kind: &str) -> Vec<String> {
    let told = picture.activities.iter().filter(|line| line["type"] == kind);
    told.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

async fn a_group_is_rung_at_once(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50)), (OUTSIDE, Manner::Answers(50))])
        .await;
    let sue = house.sue().await;
    let mut team = json!({"name": "Crisis team", "participants": [
        {"name": "Emma", "numbers": [GUEST], "label": "ward 2", "moderator": true},
        {"name": "Carl", "numbers": [OTHER], "listener": true},
    ]});
    house.anna.post("/groups", team.clone()).await.refused(403, "forbidden");
    house.program().post("/groups", team.clone()).await.refused(403, "forbidden");
    let made = sue.post("/groups", team.clone()).await.accepted();
    let group = id_of(&made.body);
    let path = format!("/groups/{group}");
    sue.post("/groups", json!({"name": "CRISIS TEAM", "participants": team["participants"]}))
        .await
        .refused(422, "bad_input");
    team["participants"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "Ada", "numbers": ["030 5550101"], "confirm": false}));
    put(&house.anna, &path, team.clone()).await.refused(403, "forbidden");
    put(&sue, &path, team).await.accepted();

    house.service.kill();
    house.service.run().await;
    house.page.shows("the node up", SOON * 2, |page| (page.node_state() == "up").then_some(())).await;
    assert_eq!(house.anna.get(&path).await.accepted().body["participants"].as_array().unwrap().len(), 3);

    let talk = house.talk("Ivan", "4930111").await;
    // Carl is typed as well, and is rung once.
    let wanted =
        json!({"call_id": talk.call, "participants": [{"name": "Carl", "numbers": [OTHER]}], "groups": [group]});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    for number in [GUEST, OTHER, OUTSIDE] {
        house.participant_is(&conference, number, "joined").await;
    }
    let shown = house.page.now().conferences[&conference].clone();
    assert_eq!(shown["participants"].as_array().unwrap().len(), 5, "{shown}");
    let emma = participant(&shown, GUEST).unwrap();
    assert_eq!((&emma["label"], &emma["moderator"]), (&json!("ward 2"), &json!(true)));
    assert_eq!(told(&house.page.now(), "conference.groups_asked"), ["Anna asks for the group Crisis team."]);
    for number in [GUEST, OTHER, OUTSIDE] {
        assert_eq!(house.world.times_rung(number), 1, "{number}");
    }
    let (guest, other, outside) =
        (house.world.at(GUEST).await, house.world.at(OTHER).await, house.world.at(OUTSIDE).await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &other, &outside]).await;

    // All of them are there; when one has left, just that one is rung.
    let add = format!("/conferences/{conference}/participants");
    house.anna.post(&add, json!({"groups": [group]})).await.refused(409, "wrong_state");
    house.world.hang_up(&guest);
    house.participant_is(&conference, GUEST, "left").await;
    house.anna.post(&add, json!({"groups": [group]})).await.accepted();
    let again = |page: &Picture| {
        let people = page.conferences.get(&conference)?["participants"].as_array()?;
        let in_room = |one: &&Value| one["number"] == GUEST && one["state"] == "joined";
        (people.len() == 6 && people.iter().any(|one| in_room(&one))).then_some(())
    };
    house.page.shows("Emma in the room again", SOON * 2, again).await;

    // A group that is deleted changes nothing for those it rang.
    delete(&sue, &path).await.accepted();
    house.anna.post(&add, json!({"groups": [group]})).await.refused(422, "bad_input");
    let emma = house.world.at(GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &emma, &other, &outside]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn as_last_time(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50)), (OUTSIDE, Manner::Refuses(486))])
        .await;
    let first = house.talk("Ivan", "4930111").await;
    let last_time = async |call: &str| house.anna.get(&format!("/calls/{call}/last_time")).await.accepted().body;
    assert_eq!(last_time(&first.call).await, json!({"participants": []}));
    let wanted = json!({"call_id": first.call, "participants": [
        {"name": "Emma", "numbers": [GUEST], "label": "ward 2"}, {"name": "Nobody", "numbers": [OUTSIDE]},
    ]});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    house.participant_is(&conference, GUEST, "joined").await;
    house.participant_is(&conference, OUTSIDE, "failed").await;
    let add = format!("/conferences/{conference}/participants");
    house.anna.post(&add, json!({"participants": [{"name": "Carl", "numbers": [OTHER]}]})).await.accepted();
    house.participant_is(&conference, OTHER, "joined").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;

    // He calls again, and whoever answers may know.
    let again = house.talk("Ivan", "4930111").await;
    let known = last_time(&again.call).await;
    let people = known["participants"].as_array().unwrap();
    let names: Vec<_> = people.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!((names, &people[0]["label"]), (vec!["Emma", "Nobody", "Carl"], &json!("ward 2")));
    house.ben().await.get(&format!("/calls/{}/last_time", again.call)).await.refused(404, "not_found");
    house.world.expect(OUTSIDE, Manner::Answers(50)).await;
    let wanted = json!({"call_id": again.call, "participants": people});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    for number in [GUEST, OTHER, OUTSIDE] {
        house.participant_is(&conference, number, "joined").await;
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;

    let (other, _caller) = house.waiting("Olga", "4930112").await;
    assert_eq!(last_time(&other).await, json!({"participants": []}), "another number is somebody else");
}
