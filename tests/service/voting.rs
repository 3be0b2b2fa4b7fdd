//! Votes: opened at the page, cast by the keys of telephones, counted once for each person.

use super::house::{House, SOON, participant};
use super::keypad::{ANNA, DONE, LATE, PAUL, Table, VOTE};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    a_vote_is_cast_by_phone: "1 and 2 while it is open, the last press counts; listeners, the attendant and who comes later vote too";
    a_secret_vote_outlives_the_service: "kill -9 in the middle of a secret vote: each counts once, and nothing says who voted what";
    an_open_vote_outlives_the_service: "kill -9 in the middle of an open vote; who left has voted; another one closes by itself although the service died";
    two_vote_at_once: "Two press at the same moment, and both count";
}

async fn house(report: Report) -> House {
    House::with_keys(report, Plan::default()).await
}

impl House {
    async fn opens_vote(&self, conference: &str, body: Value) -> super::api::Answer {
        self.anna.post(&format!("/conferences/{conference}/actions/vote_open"), body).await
    }

    /// Waits until the newest vote is so.
    async fn vote_is(&self, conference: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let look = |page: &Picture| {
            let vote = page.conferences.get(conference)?["votes"].as_array()?.last()?;
            is(vote).then(|| vote.clone())
        };
        self.page.shows(what, SOON, look).await
    }

    async fn cast_are(&self, conference: &str, count: u64) -> Value {
        self.vote_is(conference, &format!("{count} votes"), |vote| vote["cast"] == count).await
    }
}

fn answer_of(vote: &Value, id: &Value) -> Option<String> {
    let found = vote["answers"].as_array()?.iter().find(|one| one["participant_id"] == *id)?;
    found["answer"].as_str().map(str::to_owned)
}

async fn a_vote_is_cast_by_phone(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let Table { conference, caller, station, anna, paul, pauls_id, .. } = &table;
    let world = &house.world;
    house.anna.conference(conference, "vote_close").await.accepted();
    let opened = Instant::now();
    house.opens_vote(conference, json!({"question": "Shall we go on?"})).await.accepted();
    house.opens_vote(conference, json!({})).await.refused(409, "wrong_state");
    for end in table.all() {
        assert!(world.hears_sound(end, VOTE, opened).await, "everybody hears that it opens");
    }
    world.types(anna, "1").await;
    let vote = house.cast_are(conference, 1).await;
    assert_eq!((&vote["yes"], &vote["no"], &vote["missing"]), (&json!(1), &json!(0), &json!(3)));
    assert!(world.hears_sound(anna, DONE, opened).await, "and whoever voted, that they did");
    assert!(!world.heard_sound(caller, DONE, opened), "meant for one only");
    house.tells("Anna Berg votes yes.").await;
    // On second thoughts; and a hand is a hand, whatever is voted.
    world.types(anna, "2*9").await;
    house.hands_are(conference, &[ANNA]).await;
    house.vote_is(conference, "a no", |vote| vote["no"] == 1 && vote["yes"] == 0).await;
    house.anna.participant(conference, pauls_id, "listen").await.accepted();
    house.shows_of(conference, PAUL, "muted", json!(true)).await;
    world.types(paul, "1").await;
    world.types(station, "1").await;
    house.cast_are(conference, 3).await;

    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": [{"name": "Lea Late", "numbers": [LATE]}]})).await.accepted();
    house.participant_is(conference, LATE, "joined").await;
    let late = world.at(LATE).await;
    world.types(&late, "2").await;
    let vote = house.cast_are(conference, 4).await;
    assert_eq!((&vote["yes"], &vote["no"], &vote["missing"]), (&json!(2), &json!(2), &json!(1)));
    house.shows_of(conference, LATE, "vote", json!("no")).await;
    assert_eq!(answer_of(&vote, &json!(pauls_id)).as_deref(), Some("yes"));

    house.anna.conference(conference, "vote_close").await.accepted();
    let closed = house.vote_is(conference, "the vote as closed", |vote| vote["open"] == false).await;
    assert_eq!((&closed["yes"], &closed["no"], &closed["missing"]), (&json!(2), &json!(2), &json!(1)));
    let result = "Anna closes the vote (Shall we go on?): 2 yes, 2 no, 1 did not vote.";
    house.tells(result).await;
    house.anna.conference(conference, "vote_close").await.accepted();
    // It is over: a digit is a digit again, and what is pressed after it is read.
    world.types(caller, "1*9").await;
    house.hands_are(conference, &[ANNA, "4930111"]).await;
    let vote = house.vote_is(conference, "the same", |_| true).await;
    assert_eq!(vote["cast"], 4);
    house.shows_of(conference, LATE, "vote", Value::Null).await;
    house.end_it(conference).await;

    let story = house.story_of(conference).await;
    assert_eq!(story["conference"]["votes"][0]["yes"], 2, "{story}");
    assert!(story["activities"].as_array().unwrap().iter().any(|one| one["text"] == result));
    let csv = house.anna.get(&format!("/conferences/{conference}/story?format=csv")).await.body;
    let lines: Vec<&str> = csv.as_str().unwrap().lines().collect();
    assert!(
        lines.iter().any(|line| line.contains("conference.vote.closed") && line.contains("2 yes, 2 no")),
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.contains("conference.vote.cast") && line.contains("Anna Berg votes no.")));
}

async fn a_secret_vote_outlives_the_service(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let Table { conference, caller, station, anna, paul, .. } = &table;
    let world = &house.world;
    house.opens_vote(conference, json!({"question": "Dismiss the chair?", "secret": true})).await.accepted();
    house.vote_is(conference, "the vote", |vote| vote["open"] == true).await;
    world.types(anna, "1").await;
    house.cast_are(conference, 1).await;
    world.types(paul, "1").await;
    let vote = house.cast_are(conference, 2).await;
    assert_eq!((&vote["yes"], &vote["no"]), (&Value::Null, &Value::Null), "sums would say who voted what");
    house.shows_of(conference, ANNA, "vote", json!("secret")).await;
    house.is_killed().await;
    let vote = house.cast_are(conference, 2).await;
    assert!(vote["answers"].as_array().unwrap().iter().all(|one| one["answer"] == "secret"));
    // Paul thought better of it, and Anna presses the same once more: each counts once.
    let pressed = Instant::now();
    world.types(paul, "2").await;
    world.types(anna, "1").await;
    world.types(station, "2").await;
    house.cast_are(conference, 3).await;
    for end in [paul, anna, station] {
        assert!(world.hears_sound(end, DONE, pressed).await);
    }
    house.is_killed().await;
    house.anna.conference(conference, "vote_close").await.accepted();
    let closed = house.vote_is(conference, "the vote as closed", |vote| vote["open"] == false).await;
    assert_eq!((&closed["yes"], &closed["no"], &closed["missing"]), (&json!(1), &json!(2), &json!(1)));
    assert!(closed["answers"].as_array().unwrap().iter().all(|one| one["answer"] == "secret"), "{closed}");
    house.tells("Anna closes the vote (Dismiss the chair?): 1 yes, 2 no, 1 did not vote.").await;
    world.hang_up(caller);
    house.end_it(conference).await;
    let story = house.story_of(conference).await;
    let told: Vec<&str> = story["activities"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["type"] == "conference.vote.cast")
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["Anna Berg has voted.", "Paul Weber has voted.", "Anna has voted."]);
}

async fn an_open_vote_outlives_the_service(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    let conference = &table.conference;
    house.opens_vote(conference, json!({})).await.accepted();
    let vote = house.vote_is(conference, "the vote", |vote| vote["open"] == true).await;
    assert_eq!((&vote["question"], &vote["closes_at"]), (&json!(""), &Value::Null));
    house.world.types(&table.paul, "1").await;
    house.world.types(&table.anna, "2").await;
    house.cast_are(conference, 2).await;
    house.world.hang_up(&table.paul);
    house.participant_is(conference, PAUL, "left").await;
    house.is_killed().await;
    house.cast_are(conference, 2).await;
    house.world.types(&table.anna, "1").await;
    house.vote_is(conference, "two yes", |vote| vote["yes"] == 2).await;
    house.anna.conference(conference, "vote_close").await.accepted();
    let closed = house.vote_is(conference, "the vote as closed", |vote| vote["open"] == false).await;
    assert_eq!((&closed["yes"], &closed["no"], &closed["missing"]), (&json!(2), &json!(0), &json!(2)));
    house.tells("Anna closes the vote: 2 yes, 0 no, 2 did not vote.").await;

    house.opens_vote(conference, json!({"seconds": 6})).await.accepted();
    house.vote_is(conference, "when it closes", |vote| vote["number"] == 2 && vote["closes_at"].is_string()).await;
    house.is_killed().await;
    house.vote_is(conference, "closed by itself", |vote| vote["number"] == 2 && vote["open"] == false).await;
    house.tells("The vote is over: 0 yes, 0 no, 3 did not vote.").await;
    house.end_it(conference).await;
}

async fn two_vote_at_once(report: Report) {
    let house = house(report).await;
    let table = house.table(json!({})).await;
    house.opens_vote(&table.conference, json!({})).await.accepted();
    house.vote_is(&table.conference, "the vote", |vote| vote["open"] == true).await;
    let world = &house.world;
    tokio::join!(world.types(&table.anna, "1"), world.types(&table.paul, "2"), world.types(&table.caller, "1"));
    let vote = house.cast_are(&table.conference, 3).await;
    assert_eq!((&vote["yes"], &vote["no"], &vote["missing"]), (&json!(2), &json!(1), &json!(1)));
    let found = house.page.now().conferences[&table.conference].clone();
    let paul = participant(&found, PAUL).unwrap();
    assert_eq!(answer_of(&vote, &paul["id"]).as_deref(), Some("no"));
    // Still open, it closes with the conference.
    house.end_it(&table.conference).await;
    let closed = house.vote_is(&table.conference, "the vote as closed", |vote| vote["open"] == false).await;
    assert_eq!((&closed["yes"], &closed["no"]), (&json!(2), &json!(1)));
}
