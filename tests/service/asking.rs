//! What may be asked of the service, how often, and by whom: whatever is refused is refused whole.

use super::api::Answer;
use super::house::{House, SOON, Wishes, people};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::Manner;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

scenarios! {
    asked_twice: "The same request twice under one key rings people once, across a restart too; another request under that key is refused";
    asked_of_what_is_over: "A call and a conference that ended a moment ago, and things that never were: refused, and said why";
    numbers_that_are_none: "Numbers with letters, quotes, line ends and FreeSWITCH's own syntax, and numbers given twice: refused with their place, nobody is rung";
    names_in_every_script: "Names in Chinese, Cyrillic and emoji, and names that look like commands, are shown as they were typed";
    too_many_and_too_few: "Nobody, two hundred, more than policy or ports allow: refused with the reason, nobody is rung, nothing is left reserved";
    a_forged_caller: "A stranger at the hook who names a channel that is not there, or somebody else's, changes nothing";
}

const INSIDE: &str = "1003";
const GUEST: &str = "+49305550101";

impl House {
    async fn posts(&self, key: &str, numbers: &[&str]) -> Answer {
        self.anna.post_as(key, "/conferences", json!({"participants": people(numbers)})).await
    }

    /// Nothing half-done: no conference, no call, nothing on the switch, all ports free.
    async fn is_untouched(&self) {
        let page = self.page.now();
        assert!(page.conferences.is_empty() && page.calls.is_empty(), "{page:#?}");
        let node = &page.nodes["fs1"];
        assert_eq!(node["ports_free"], node["ports_total"], "{node}");
        let probe = self.world.probe().await;
        assert!(probe.channels().await.is_empty() && self.world.rooms(&probe).await.is_empty());
        let board = self.program().board().await;
        assert_eq!((&board["calls"], &board["conferences"]), (&json!([]), &json!([])), "{board}");
    }
}

async fn asked_twice(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[(INSIDE, Manner::Answers(300)), (GUEST, Manner::Answers(300))]).await;
    let (first, second) = tokio::join!(house.posts("one", &[INSIDE]), house.posts("one", &[INSIDE]));
    let conference = first.clone().accepted().id();
    assert_eq!(second, first, "asked twice at once");
    assert_eq!(house.posts("one", &[INSIDE]).await, first, "asked again");
    house.posts("one", &[GUEST]).await.refused(409, "key_reused");
    // Keys are each user's own.
    let others = house.program().post_as("one", "/conferences", json!({"participants": people(&[GUEST])})).await;
    assert_ne!(others.accepted().id(), conference);

    house.participant_is(&conference, INSIDE, "joined").await;
    house.service.kill();
    let pictures = house.page.now().snapshots;
    house.service.run().await;
    let new = |page: &Picture| (page.snapshots > pictures && page.node_state() == "up").then_some(());
    house.page.shows("a picture of the new service", SOON, new).await;
    assert_eq!(house.posts("one", &[INSIDE]).await, first, "asked again after the restart");
    house.posts("one", &[GUEST]).await.refused(409, "key_reused");

    // A verb is done once, too: the second redial would find somebody who is being rung.
    let id = super::house::id_of(&house.participant_is(&conference, INSIDE, "joined").await);
    house.anna.participant(&conference, &id, "drop").await.accepted();
    house.conference_is(&conference, "ended").await;
    let ends = format!("/conferences/{conference}/actions/end");
    house.anna.post_as("two", &ends, json!({})).await.refused(409, "wrong_state");
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(GUEST)), (1, 1));
    let other = house.program().board().await["conferences"].as_array().unwrap().clone();
    for one in other.iter().filter(|one| one["state"] != "ended") {
        house.program().conference(one["id"].as_str().unwrap(), "end").await.accepted();
    }
    assert!(house.world.is_empty_again().await);
}

async fn asked_of_what_is_over(report: Report) {
    let house = House::open(report).await;
    house.world.expect(INSIDE, Manner::Answers(100)).await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    // Not answered yet: there is nothing to move.
    house.asks(Some(&call), &[INSIDE]).await.refused(409, "wrong_state");
    house.world.hang_up(&caller);
    let gone = |page: &Picture| (!page.calls.contains_key(&call)).then_some(());
    house.page.shows("the call gone", SOON, gone).await;
    for verb in ["answer", "hold", "resume", "hangup"] {
        house.anna.call(&call, verb).await.refused(404, "not_found");
    }
    house.asks(Some(&call), &[INSIDE]).await.refused(404, "not_found");

    let conference = house.start(None, &[INSIDE]).await;
    let id = super::house::id_of(&house.participant_is(&conference, INSIDE, "joined").await);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    for verb in ["lock", "unlock", "leave", "rejoin", "end", "continue"] {
        house.anna.conference(&conference, verb).await.refused(409, "wrong_state");
    }
    for verb in ["mute", "unmute", "drop", "redial", "cancel"] {
        house.anna.participant(&conference, &id, verb).await.refused(409, "wrong_state");
    }
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": people(&[GUEST])})).await.refused(409, "wrong_state");
    let never = conference.replace(|c: char| c.is_ascii_digit(), "0");
    house.anna.conference(&never, "end").await.refused(404, "not_found");
    house.anna.get("/conferences/no-such-thing").await.refused(404, "not_found");
    assert_eq!((house.world.times_rung(INSIDE), house.world.times_rung(GUEST)), (1, 0));
}

async fn numbers_that_are_none(report: Report) {
    let house = House::open(report).await;
    house.world.expect(INSIDE, Manner::Answers(100)).await;
    for (number, status, code) in [
        ("", 422, "bad_input"),
        ("   ", 422, "bad_input"),
        ("0800 FLOWERS", 422, "bad_input"),
        ("1003\n\napi status", 422, "bad_input"),
        ("1003\r\n", 422, "bad_input"),
        ("1003\0", 422, "bad_input"),
        ("1003'", 422, "bad_input"),
        ("\"1003\"", 422, "bad_input"),
        ("1003,1004", 422, "bad_input"),
        ("1003|1004", 422, "bad_input"),
        ("{origination_uuid=x}1003", 422, "bad_input"),
        ("[leg_timeout=1]1003", 422, "bad_input"),
        ("1003 &park()", 422, "bad_input"),
        ("${system(reboot)}", 422, "bad_input"),
        ("loopback/1003", 422, "bad_input"),
        ("user/1003@127.0.0.1", 422, "bad_input"),
        ("*97", 422, "bad_input"),
        ("#31#1003", 422, "bad_input"),
        ("٣٣٣", 422, "bad_input"),
        ("+49+30", 422, "bad_input"),
        ("1", 422, "no_route"),
        ("+1 212 555 0100", 422, "no_route"),
        ("+49 900 1234567", 403, "policy"),
    ] {
        // A good one before it is not rung either.
        let answer = house.asks(None, &[INSIDE, number]).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{number:?}: {answer:?}");
        let errors = answer.body["errors"].as_array().unwrap();
        assert!(errors.iter().any(|one| one["pointer"] == "/participants/1/numbers/0"), "{number:?}: {answer:?}");
    }
    for twice in [&[INSIDE, INSIDE][..], &["030 5550101", GUEST], &["0049 (30) 555-0101", "+49 (0)30 5550101"]] {
        let answer = house.asks(None, twice).await;
        answer.refused(422, "bad_input");
        assert_eq!(answer.body["errors"][0]["pointer"], "/participants/1/numbers/0", "{answer:?}");
    }
    for raw in ["", "{", "[]", "{\"participants\": 7}", "{\"participants\": [{\"numbers\": [\"1003\"], \"evil\": 1}]}"]
    {
        let answer = house.anna.post_raw("/conferences", raw).await;
        assert!(matches!(answer.code(), "malformed_json" | "bad_input"), "{raw}: {answer:?}");
    }
    house.is_untouched().await;
    assert_eq!(house.world.times_rung(INSIDE), 0);

    // Somebody who is in it already is not added a second time.
    let conference = house.start(None, &[INSIDE]).await;
    house.participant_is(&conference, INSIDE, "joined").await;
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": people(&["10 03"])})).await.refused(422, "bad_input");
    assert_eq!(house.world.times_rung(INSIDE), 1);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn names_in_every_script(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[(INSIDE, Manner::Answers(100)), ("1004", Manner::Answers(100)), (GUEST, Manner::Answers(100))])
        .await;
    let names = ["张伟 (客户)", "👩‍👩‍👧 Ünal, O'Brien \"Bob\"; {x} [y]", "${system(touch /tmp/evil)} &park()"];
    let guests: Vec<Value> = [INSIDE, "1004", GUEST]
        .iter()
        .zip(names)
        .map(|(number, name)| json!({"name": name, "numbers": [number]}))
        .collect();
    let (call, caller) = house.waiting("Иван 张 🎺 'x'", "4930111").await;
    let shown = house.page.now().calls[&call]["caller"]["name"].as_str().unwrap().to_owned();
    assert_eq!(shown, "Иван 张 🎺 'x'");
    house.anna.call(&call, "answer").await.accepted();
    house.call_is(&call, "talking").await;
    let station = house.world.at("1001").await;
    let body = json!({"call_id": call, "participants": guests});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    let mut ends = vec![caller, station];
    for (number, name) in [INSIDE, "1004", GUEST].iter().zip(names) {
        let one = house.participant_is(&conference, number, "joined").await;
        assert_eq!(one["name"], name);
        ends.push(house.world.at(number).await);
    }
    house.world.all_hear_each_other(&ends.iter().collect::<Vec<_>>()).await;
    // What cannot be printed is no name.
    for name in ["line\nend", "nul\0", "\u{202e}backwards", &"x".repeat(121)] {
        let body = json!({"participants": [{"name": name, "numbers": [GUEST]}]});
        house.anna.post("/conferences", body).await.refused(422, "bad_input");
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    let story = house.anna.get(&format!("/conferences/{conference}/story")).await.accepted().body;
    assert!(story.to_string().contains("张伟 (客户)"), "{story}");
}

async fn too_many_and_too_few(report: Report) {
    let plan = Plan { ports: 5, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let numbers = |count: usize| -> Vec<String> { (0..count).map(|n| format!("+4930555{n:04}")).collect() };
    let ask = async |count: usize| {
        let numbers = numbers(count);
        house.asks(None, &numbers.iter().map(String::as_str).collect::<Vec<_>>()).await
    };
    ask(0).await.refused(422, "bad_input");
    ask(501).await.refused(422, "bad_input");
    // Policy: 60 legs in one conference.
    let answer = ask(200).await;
    answer.refused(403, "policy");
    assert!(answer.body["detail"].as_str().unwrap().contains("60"), "{answer:?}");
    // Ports: 5 on this node.
    let answer = ask(6).await;
    answer.refused(503, "no_resources");
    assert!(answer.body["detail"].as_str().unwrap().contains("6 ports"), "{answer:?}");
    house
        .anna
        .post("/conferences", json!({"participants": [{"name": "Nobody", "numbers": []}]}))
        .await
        .refused(422, "bad_input");
    house.is_untouched().await;
    for number in numbers(200) {
        assert_eq!(house.world.times_rung(&number), 0, "{number}");
    }

    // Exactly as many as there are; then not one more, until they are given back.
    let five = numbers(5);
    for number in &five {
        house.world.expect(number, Manner::NeverAnswers).await;
    }
    let conference = ask(5).await.accepted().id();
    for number in &five {
        house.participant_is(&conference, number, "ringing").await;
    }
    house.asks(None, &[INSIDE]).await.refused(503, "no_resources");
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": people(&[INSIDE])})).await.refused(503, "no_resources");
    assert_eq!(house.world.times_rung(INSIDE), 0);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    let free = |page: &Picture| (page.nodes["fs1"]["ports_free"] == 5).then_some(());
    house.page.shows("all ports free", SOON, free).await;
    house.world.expect(INSIDE, Manner::Answers(100)).await;
    let conference = house.start(None, &[INSIDE]).await;
    house.participant_is(&conference, INSIDE, "joined").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

/// Somebody who speaks like a switch at the hook, and names this channel.
struct Forger(TcpStream);

impl Forger {
    async fn claims(house: &House, channel: &str, number: &str) -> Self {
        let mut stream = TcpStream::connect(house.world.hook).await.expect("the hook listens");
        let mut greeting = [0; 9];
        stream.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"connect\n\n");
        let data = format!(
            "Event-Name: CHANNEL_DATA\nUnique-ID: {channel}\nCaller-Caller-ID-Name: Forger\n\
             Caller-Caller-ID-Number: {number}\nvariable_switchboard_queue: main\n\
             Content-Type: command/reply\nReply-Text: +OK\n\n"
        );
        stream.write_all(data.as_bytes()).await.unwrap();
        // It has been heard: the hook goes on to the next command.
        let mut more = [0; 8];
        stream.read_exact(&mut more).await.expect("the hook goes on");
        Self(stream)
    }
}

async fn a_forged_caller(report: Report) {
    let house = House::open(report).await;
    let nobody = Forger::claims(&house, &uuid::Uuid::new_v4().to_string(), "4930666").await;

    let (call, caller) = house.waiting("Ivan", "4930111").await;
    let channel = house.world.probe().await.channels().await.pop().unwrap();
    let waiting = Forger::claims(&house, &channel, "4930666").await;
    house.anna.call(&call, "answer").await.accepted();
    house.call_is(&call, "talking").await;
    let station = house.world.at("1001").await;
    house.world.all_hear_each_other(&[&caller, &station]).await;
    // And the channel of the station, and the caller's own while they talk.
    let mut forgers = vec![nobody, waiting];
    for channel in house.world.probe().await.channels().await {
        forgers.push(Forger::claims(&house, &channel, "4930666").await);
    }
    // One more caller comes after them all, so that what they said has been looked at.
    let (other, second) = house.waiting("Ada", "4930222").await;
    drop(forgers);
    house.world.hang_up(&second);
    let gone = |page: &Picture| (!page.calls.contains_key(&other)).then_some(());
    house.page.shows("the second call gone", SOON, gone).await;

    let page = house.page.now();
    assert!(page.call_from("4930666").is_none(), "{page:#?}");
    assert_eq!(page.calls.len(), 1, "{page:#?}");
    assert_eq!(page.calls[&call]["state"], "talking", "{page:#?}");
    house.world.all_hear_each_other(&[&caller, &station]).await;
    house.page_is_true("after the forgers", SOON).await;
    house.anna.call(&call, "hangup").await.accepted();
    assert!(house.world.is_empty_again().await);
}
