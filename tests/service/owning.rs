//! A conference handed over from one attendant to another.

use super::house::{House, SOON, id_of, participant};
use super::page::{Page, Picture};
use super::report::Report;
use super::telephony::Manner;
use serde_json::{Value, json};

scenarios! {
    a_conference_is_handed_over: "Anna hands a conference to Ben with a note: his page gets it, hers loses it, he comes in and ends it";
    who_is_in_it_already_becomes_the_attendant: "Ben is in the room when Anna hands it over; he is its attendant, also after a crash";
}

const GUEST: &str = "1003";

impl House {
    async fn hands_over(&self, conference: &str, body: Value) -> super::api::Answer {
        self.anna.post(&format!("/conferences/{conference}/actions/hand_over"), body).await
    }
}

fn role(picture: &Picture, conference: &str, number: &str, role: &str) -> Option<()> {
    let one = participant(picture.conferences.get(conference)?, number)?;
    (one["role"] == role).then_some(())
}

fn texts(picture: &Picture, kind: &str) -> Vec<String> {
    let told = picture.activities.iter().filter(|line| line["type"] == kind);
    told.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

async fn a_conference_is_handed_over(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(GUEST, Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[GUEST]).await;
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = house.world.at(GUEST).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;

    let ben = house.ben().await;
    let bens = Page::open(ben.clone());
    bens.shows("the node up", SOON, |page| (page.node_state() == "up").then_some(())).await;
    let list = ben.get("/attendants").await.accepted().body;
    let listed: Vec<_> = list["attendants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].clone(), one["page_open"].clone()))
        .collect();
    assert_eq!(listed, [("Anna", true), ("Ben", true), ("Sue", false)].map(|(name, open)| (json!(name), json!(open))));
    assert!(bens.now().conferences.is_empty(), "it is Anna's");

    house.hands_over(&conference, json!({"user": "anna"})).await.refused(409, "wrong_state");
    house.hands_over(&conference, json!({"user": "nobody"})).await.refused(422, "bad_input");
    let path = format!("/conferences/{conference}/actions/hand_over");
    ben.post(&path, json!({"user": "ben"})).await.refused(403, "not_yours");
    let body = json!({"user": "ben", "note": "The doctor is late."});
    let handed = house.anna.post_as("hand-1", &path, body.clone()).await.accepted();
    assert_eq!(handed.body["owner"]["name"], "Ben");
    // Asked again under the same key, and again as if for the first time.
    assert_eq!(house.anna.post_as("hand-1", &path, body.clone()).await.accepted(), handed);
    house.anna.post(&path, body).await.refused(403, "not_yours");

    let note = |page: &Picture| page.conferences.get(&conference).map(|one| one["handed_over"].clone());
    let shown = bens.shows("the conference at Ben's page", SOON, note).await;
    assert_eq!((&shown["from"]["name"], &shown["note"]), (&json!("Anna"), &json!("The doctor is late.")));
    let words = ["Anna hands the conference over to Ben: The doctor is late.".to_owned()];
    bens.shows("the line that says so", SOON, |page| page.told("conference.handed_over").cloned()).await;
    assert_eq!(texts(&bens.now(), "conference.handed_over"), words);
    bens.shows("the call at Ben's page", SOON, |page| page.calls.get(&talk.call).cloned()).await;
    let lost = |page: &Picture| {
        (!page.conferences.contains_key(&conference) && !page.calls.contains_key(&talk.call)).then_some(())
    };
    house.page.shows("nothing of it at Anna's page", SOON, lost).await;
    house.page.shows("her last line about it", SOON, |page| page.told("conference.handed_over").cloned()).await;
    assert_eq!(texts(&house.page.now(), "conference.handed_over"), words);

    for verb in ["end", "leave", "lock"] {
        house.anna.conference(&conference, verb).await.refused(403, "not_yours");
    }
    house.anna.get(&format!("/conferences/{conference}")).await.refused(404, "not_found");
    bens.shows("Anna as a guest", SOON, |page| role(page, &conference, "1001", "guest")).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;

    // He rings his own station into it.
    house.world.expect("1002", Manner::Answers(50)).await;
    ben.conference(&conference, "rejoin").await.accepted();
    let in_room = |page: &Picture| {
        participant(page.conferences.get(&conference)?, "1002").filter(|one| one["state"] == "joined").cloned()
    };
    let own = bens.shows("Ben's station in the room", SOON, in_room).await;
    assert_eq!(own["role"], "attendant");
    let station = house.world.at("1002").await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &station]).await;
    // Anna's phone is a guest's: she hangs up, and the others stay.
    house.world.hang_up(&talk.station);
    house.world.all_hear_each_other(&[&talk.caller, &guest, &station]).await;

    ben.conference(&conference, "end").await.accepted();
    let ended = |page: &Picture| page.conferences.get(&conference).filter(|one| one["state"] == "ended").cloned();
    bens.shows("the conference as ended", SOON, ended).await;
    assert!(house.world.is_empty_again().await, "channels or rooms are left over");
    let past = |list: Value| list["conferences"].as_array().unwrap().iter().map(id_of).collect::<Vec<_>>();
    assert_eq!(past(ben.get("/conferences").await.accepted().body), [conference.as_str()]);
    assert!(past(house.anna.get("/conferences").await.accepted().body).is_empty(), "the history is Ben's");
    let story = ben.get(&format!("/conferences/{conference}/story")).await.accepted().body;
    assert!(story["activities"].as_array().unwrap().iter().any(|line| line["text"] == words[0]), "{story}");
}

async fn who_is_in_it_already_becomes_the_attendant(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(GUEST, Manner::Answers(50)), ("1002", Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let conference = house.start(Some(&talk.call), &[GUEST, "1002"]).await;
    house.participant_is(&conference, GUEST, "joined").await;
    house.participant_is(&conference, "1002", "joined").await;
    let (guest, bens_phone) = (house.world.at(GUEST).await, house.world.at("1002").await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &bens_phone]).await;

    let ben = house.ben().await;
    let bens = Page::open(ben.clone());
    house.hands_over(&conference, json!({"user": "Ben"})).await.accepted();
    bens.shows("Ben as the attendant", SOON, |page| role(page, &conference, "1002", "attendant")).await;
    bens.shows("Anna as a guest", SOON, |page| role(page, &conference, "1001", "guest")).await;
    ben.conference(&conference, "rejoin").await.refused(409, "wrong_state");

    house.service.kill();
    house.service.run().await;
    bens.shows("the node up", SOON * 2, |page| (page.node_state() == "up").then_some(())).await;
    bens.shows("Ben as the attendant", SOON, |page| role(page, &conference, "1002", "attendant")).await;
    // A page may still show the picture of before; the service knows.
    let up = async { while house.anna.board().await["nodes"][0]["state"] != "up" {} };
    tokio::time::timeout(SOON, up).await.expect("the node is up again");
    house.anna.conference(&conference, "end").await.refused(403, "not_yours");
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &bens_phone]).await;

    // It is his to leave, and the others stay.
    ben.conference(&conference, "leave").await.accepted();
    assert!(house.world.is_over(&bens_phone).await);
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    // A program hands it back.
    let path = format!("/conferences/{conference}/actions/hand_over");
    house.program().post(&path, json!({"user": "anna", "note": "Ben is gone."})).await.accepted();
    house.page.shows("Anna as the attendant", SOON, |page| role(page, &conference, "1001", "attendant")).await;
    assert_eq!(
        texts(&house.page.now(), "conference.handed_over").last().unwrap(),
        "scenarios hands Ben's conference over to Anna: Ben is gone."
    );
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
