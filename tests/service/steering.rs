//! Who is heard, who hears, and how loud: judged at the ends, by what arrives there.

use super::house::{House, SOON, id_of, participant};
use super::page::Picture;
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    one_is_set_apart: "Deaf, hold with music, gains, the level of speech, keys pressed; heard at the ends";
    everybody_but_the_hosts: "Mute, hold and drop for all but the hosts, who stay as they are";
    a_listener_stays_quiet: "Who only listens comes in muted, also after a redial, until let speak";
    opposite_verbs_cross: "Two attendants press mute and unmute at once; the page shows what the ends hear";
    a_member_leaves_while_being_held: "Hold and hang-up cross: left, and nothing pending";
    a_lost_answer_is_looked_up: "The answer to a hold is lost with the link; the page shows how it is";
}

const GUEST: &str = "1003";
const OTHER: &str = "1004";

struct Room {
    conference: String,
    caller: End,
    station: End,
    guest: End,
    other: End,
}

/// Caller, attendant and two guests, who hear each other.
async fn room(house: &House, guest: Value) -> Room {
    house.expect_all(&[(GUEST, Manner::Answers(50)), (OTHER, Manner::Answers(50))]).await;
    let talk = house.talk("Ivan", "4930111").await;
    let other = json!({"name": "Person 1004", "numbers": [OTHER]});
    let wanted = json!({"call_id": talk.call, "participants": [guest, other]});
    let conference = house.anna.post("/conferences", wanted).await.accepted().id();
    for number in [GUEST, OTHER] {
        house.participant_is(&conference, number, "joined").await;
    }
    let (guest, other) = (house.world.at(GUEST).await, house.world.at(OTHER).await);
    Room { conference, caller: talk.caller, station: talk.station, guest, other }
}

fn plain() -> Value {
    json!({"name": "Person 1003", "numbers": [GUEST]})
}

impl House {
    pub fn id_in(&self, conference: &str, number: &str) -> String {
        id_of(participant(&self.page.now().conferences[conference], number).unwrap())
    }

    /// Asks for a verb of one, and waits until the switch has it so.
    async fn sets(&self, conference: &str, number: &str, verb: &str, body: Value, shown: (&str, Value)) {
        let id = self.id_in(conference, number);
        let path = format!("/conferences/{conference}/participants/{id}/actions/{verb}");
        let asked = Instant::now();
        self.anna.post(&path, body).await.accepted();
        self.is_shown(conference, number, shown).await;
        self.since(&format!("{verb} after"), asked);
    }

    pub async fn is_shown(&self, conference: &str, number: &str, (key, value): (&str, Value)) {
        let look = |page: &Picture| {
            let one = participant(page.conferences.get(conference)?, number)?;
            (one[key] == value && one["pending"].is_null()).then_some(())
        };
        self.page.shows(&format!("{number} with {key} {value}"), SOON, look).await;
    }

    async fn all(&self, conference: &str, verb: &str, body: Value) {
        self.anna.post(&format!("/conferences/{conference}/actions/{verb}"), body).await.accepted();
    }
}

async fn one_is_set_apart(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house, plain()).await;
    let world = &house.world;
    world.all_hear_each_other(&[&caller, &station, &guest, &other]).await;
    let set = |verb, body, key, value| house.sets(&conference, GUEST, verb, body, (key, value));

    set("deaf", json!({}), "deaf", json!(true)).await;
    assert!(world.loses(&guest, &caller).await, "who is deaf hears");
    assert!(world.hears(&caller, &guest).await, "who is deaf is still heard");
    set("undeaf", json!({}), "deaf", json!(false)).await;
    assert!(world.hears(&guest, &caller).await);

    set("hold", json!({}), "hold", json!(true)).await;
    assert!(world.hears_music(&guest).await, "who is on hold hears music");
    for somebody in [&caller, &station, &other] {
        assert!(world.loses(&guest, somebody).await, "who is on hold hears the room");
        assert!(world.loses(somebody, &guest).await, "who is on hold is heard");
    }
    // Muting is kept apart from holding.
    set("mute", json!({}), "muted", json!(true)).await;
    set("unhold", json!({}), "hold", json!(false)).await;
    assert!(world.hears(&guest, &caller).await, "off hold, the room is heard");
    assert!(world.loses(&caller, &guest).await, "muted while on hold, and still");
    set("unmute", json!({}), "muted", json!(false)).await;
    world.all_hear_each_other(&[&caller, &station, &guest, &other]).await;

    for (steps, times) in [(2, 2.3), (-3, 0.4), (0, 1.0)] {
        set("gain", json!({"gain_in": steps}), "gain_in", json!(steps)).await;
        assert!(world.hears_at(&caller, &guest, times).await, "heard at {steps}");
    }
    set("gain", json!({"gain_out": -4}), "gain_out", json!(-4)).await;
    assert!(world.hears_at(&guest, &caller, 0.2).await, "hears at -4");
    assert!(world.hears_at(&other, &caller, 1.0).await, "another still hears at 0");
    set("gain", json!({"gain_out": 0, "gain_in": 1}), "gain_in", json!(1)).await;
    set("gain", json!({"gain_in": 0}), "gain_in", json!(0)).await;

    set("energy", json!({"level": 15000}), "energy", json!(15000)).await;
    assert!(world.loses(&caller, &guest).await, "nobody speaks that loud");
    set("energy", json!({"level": 0}), "energy", json!(0)).await;
    assert!(world.hears(&caller, &guest).await, "everything counts");

    let keys = json!({"digits": "17#"});
    set("dtmf", keys, "pending", Value::Null).await;
    assert_eq!(world.pressed_for(&guest, 3).await, "17#");
    assert_eq!(world.pressed_now(&other), "", "keys for one are heard by one");

    set("label", json!({"label": "interpreter"}), "label", json!("interpreter")).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    let story = house.anna.get(&format!("/conferences/{conference}/story")).await.accepted().body.to_string();
    for told in ["Anna puts Person 1003 on hold", "Person 1003 is on hold", "presses keys for", "interpreter"] {
        assert!(story.contains(told), "{told}");
    }
    assert!(!story.contains("17#"), "keys may be a PIN");
}

async fn everybody_but_the_hosts(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house, plain()).await;
    let world = &house.world;
    let promote = format!("/conferences/{conference}/participants/{}/actions/promote", house.id_in(&conference, GUEST));
    house.anna.post(&promote, json!({})).await.accepted();
    house.is_shown(&conference, GUEST, ("moderator", json!(true))).await;

    house.all(&conference, "mute", json!({})).await;
    for muted in ["4930111", OTHER] {
        house.is_shown(&conference, muted, ("muted", json!(true))).await;
    }
    assert!(world.loses(&station, &caller).await && world.loses(&station, &other).await);
    assert!(world.hears(&caller, &guest).await && world.hears(&caller, &station).await, "hosts are spared");
    house.all(&conference, "unmute", json!({"except": "nobody"})).await;
    world.all_hear_each_other(&[&caller, &station, &guest, &other]).await;

    house.all(&conference, "hold", json!({})).await;
    for held in [&caller, &other] {
        assert!(world.hears_music(held).await);
        assert!(world.loses(held, &station).await && world.loses(&station, held).await);
    }
    assert!(world.hears(&station, &guest).await, "hosts talk among themselves");
    house.all(&conference, "unhold", json!({})).await;
    world.all_hear_each_other(&[&caller, &station, &guest, &other]).await;

    house.all(&conference, "mute", json!({"except": "nobody"})).await;
    for muted in ["4930111", "1001", GUEST, OTHER] {
        house.is_shown(&conference, muted, ("muted", json!(true))).await;
    }
    house.all(&conference, "drop", json!({})).await;
    for out in [&caller, &other] {
        assert!(world.is_over(out).await);
    }
    assert!(world.is_up(&station) && world.is_up(&guest));
    house.conference_is(&conference, "live").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_listener_stays_quiet(report: Report) {
    let house = House::open(report).await;
    let listener = json!({"name": "Person 1003", "numbers": [GUEST], "listener": true, "label": "press"});
    let Room { conference, caller, guest, other, .. } = room(&house, listener).await;
    let world = &house.world;
    house.is_shown(&conference, GUEST, ("muted", json!(true))).await;
    assert!(world.hears(&guest, &caller).await, "listens");
    assert!(world.loses(&caller, &guest).await && world.loses(&other, &guest).await);
    house.is_shown(&conference, GUEST, ("label", json!("press"))).await;
    let id = house.id_in(&conference, GUEST);
    house.anna.participant(&conference, &id, "unmute").await.refused(409, "wrong_state");
    house.all(&conference, "unmute", json!({"except": "nobody"})).await;
    house.is_shown(&conference, GUEST, ("muted", json!(true))).await;

    // Out and in again.
    world.hang_up(&guest);
    house.participant_is(&conference, GUEST, "left").await;
    house.anna.participant(&conference, &id, "redial").await.accepted();
    house.participant_is(&conference, GUEST, "joined").await;
    let guest = world.at(GUEST).await;
    house.is_shown(&conference, GUEST, ("muted", json!(true))).await;
    assert!(world.hears(&guest, &caller).await && world.loses(&caller, &guest).await);

    house.anna.participant(&conference, &id, "speak").await.accepted();
    house.is_shown(&conference, GUEST, ("muted", json!(false))).await;
    assert!(world.hears(&caller, &guest).await, "may speak now");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn opposite_verbs_cross(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, guest, .. } = room(&house, plain()).await;
    let id = house.id_in(&conference, GUEST);
    let program = house.program();
    for round in 0..6 {
        let (one, other) = if round % 2 == 0 { ("mute", "unmute") } else { ("unmute", "mute") };
        let (one, other) =
            tokio::join!(house.anna.participant(&conference, &id, one), program.participant(&conference, &id, other));
        one.accepted();
        other.accepted();
        // Asked of the service, which knows of both; the page may not yet.
        let muted = loop {
            let now = house.anna.get(&format!("/conferences/{conference}")).await.accepted().body;
            let one = participant(&now, GUEST).unwrap();
            if one["pending"].is_null() {
                break one["muted"] == true;
            }
        };
        house.is_shown(&conference, GUEST, ("muted", json!(muted))).await;
        if muted {
            assert!(house.world.loses(&caller, &guest).await, "shown as muted, and heard");
        } else {
            assert!(house.world.hears(&caller, &guest).await, "shown as not muted, and not heard");
        }
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_member_leaves_while_being_held(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, station, guest, other } = room(&house, plain()).await;
    let id = house.id_in(&conference, GUEST);
    let held = house.world.line.hold_back(" hold ");
    house.anna.participant(&conference, &id, "hold").await.accepted();
    let waiting = held.comes().await;
    house.world.hang_up(&guest);
    waiting.go();
    house.participant_is(&conference, GUEST, "left").await;
    house.is_shown(&conference, GUEST, ("hold", json!(false))).await;
    house.world.all_hear_each_other(&[&caller, &station, &other]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_lost_answer_is_looked_up(report: Report) {
    let house = House::open(report).await;
    let Room { conference, caller, guest, .. } = room(&house, plain()).await;
    let id = house.id_in(&conference, GUEST);
    let done = house.world.line.lose_answer_to(" hold ");
    house.anna.participant(&conference, &id, "hold").await.accepted();
    done.await.unwrap();
    house.world.line.cut();
    house.page.shows("the node down", SOON * 2, |page| (page.node_state() == "down").then_some(())).await;
    house.world.line.mend();
    house.page.shows("the node up", SOON * 3, |page| (page.node_state() == "up").then_some(())).await;
    house.is_shown(&conference, GUEST, ("hold", json!(true))).await;
    assert!(house.world.hears_music(&guest).await && house.world.loses(&caller, &guest).await);
    house.anna.participant(&conference, &id, "unhold").await.accepted();
    house.is_shown(&conference, GUEST, ("hold", json!(false))).await;
    assert!(house.world.hears(&caller, &guest).await);
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}
