//! The gate: who is asked to press a key before they join, and what they hear until then.

use super::house::{House, SOON, Wishes, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner, Telephony};
use crate::support::tone::write_wav;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    nobody_is_asked: "With the gate off an outside number joins at once, unless the request wants it asked";
    everybody_is_asked: "With the gate on a telephone of the house is asked, too, unless the request says otherwise";
    who_is_calling_is_spoken: "The called party hears the configured prompt with the caller's number digit by digit, again and again, and joins by 1";
    the_gate_needs_nobody_alive: "The service is dead while somebody is asked: 1 and silence work all the same";
}

const INSIDE: &str = "1003";
const OTHER: &str = "1004";
const OUTSIDE: &str = "+49305550101";
const MOBILE: &str = "+49305550102";

async fn open(report: Report, more: impl Into<String>) -> House {
    let plan = Plan { more: Box::leak(more.into().into_boxed_str()), confirm_seconds: 6, ..Plan::default() };
    House::open_as(report, Wishes { plan, ..Wishes::default() }).await
}

impl House {
    async fn rings(&self, people: Value) -> (String, super::house::Talk) {
        let talk = self.talk("Ivan", "4930111").await;
        let body = json!({"call_id": talk.call, "participants": people});
        (self.anna.post("/conferences", body).await.accepted().id(), talk)
    }

    async fn is_over(&self, conference: &str) {
        self.anna.conference(conference, "end").await.accepted();
        self.ends(conference).await;
    }

    /// How this leg was shown before it came to where it is.
    fn was_asked(&self, number: &str, conference: &str) -> bool {
        let page = self.page.now();
        let id = participant(&page.conferences[conference], number).map(|one| one["id"].clone());
        let of = |told: &&Value| told["participant_id"].as_str() == id.as_ref().and_then(Value::as_str);
        page.activities.iter().filter(of).any(|told| told["type"] == "conference.participant.confirming")
    }
}

async fn nobody_is_asked(report: Report) {
    let house = open(report, "[confirm]\nask = \"off\"").await;
    house.expect_all(&[(OUTSIDE, Manner::Machine), (MOBILE, Manner::Machine)]).await;
    let people = json!([{"numbers": [OUTSIDE]}, {"numbers": [MOBILE], "confirm": true}]);
    let (conference, _) = house.rings(people).await;
    house.participant_is(&conference, OUTSIDE, "joined").await;
    assert!(!house.was_asked(OUTSIDE, &conference));
    let nothing = house.participant_is(&conference, MOBILE, "failed").await;
    assert_eq!(nothing["cause"]["code"], "pressed_nothing");
    house.is_over(&conference).await;
}

async fn everybody_is_asked(report: Report) {
    let house = open(report, "[confirm]\nask = \"on\"").await;
    house.expect_all(&[(INSIDE, Manner::Machine), (OTHER, Manner::Machine)]).await;
    let people = json!([{"numbers": [INSIDE]}, {"numbers": [OTHER], "confirm": false}]);
    let (conference, talk) = house.rings(people).await;
    house.participant_is(&conference, OTHER, "joined").await;
    assert!(!house.was_asked(OTHER, &conference));
    house.participant_is(&conference, INSIDE, "confirming").await;
    // Nobody at the gate hears the room, or is heard in it.
    let there = house.world.at(INSIDE).await;
    assert!(!house.world.hears_at_once(&talk.caller, &there) && !house.world.hears_at_once(&there, &talk.caller));
    let nothing = house.participant_is(&conference, INSIDE, "failed").await;
    assert_eq!(nothing["cause"]["code"], "pressed_nothing");
    house.is_over(&conference).await;
}

/// Where each piece of the prompt sounds: clear of the telephones' own tones, and of each other.
const INTRODUCTION: u32 = 450;

fn tone_of(digit: u32) -> u32 {
    550 + 100 * digit
}

async fn who_is_calling_is_spoken(report: Report) {
    let folder = tempfile::Builder::new().prefix("switchboard-prompt-").tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    write_wav(&folder.path().join("intro.wav"), INTRODUCTION, 1, 3000.0).unwrap();
    for digit in 0..10 {
        write_wav(&folder.path().join(format!("{digit}.wav")), tone_of(digit), 1, 3000.0).unwrap();
    }
    let more = format!("[confirm]\nprompt = [\"{place}/intro.wav\", \"{{caller}}\"]\ndigits = \"{place}\"");
    let plan = Plan { more: Box::leak(more.into_boxed_str()), confirm_seconds: 15, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    house.world.expect(OUTSIDE, Manner::Machine).await;
    let talk = house.talk("Ivan", "4920").await;
    let body = json!({"call_id": talk.call, "participants": [{"numbers": [OUTSIDE]}]});
    let conference = house.anna.post("/conferences", body).await.accepted().id();
    house.participant_is(&conference, OUTSIDE, "confirming").await;
    let there = house.world.at(OUTSIDE).await;
    let names: Vec<String> = "4920".chars().map(|digit| format!("{place}/{digit}.wav")).collect();
    let tones: Vec<u32> = [INTRODUCTION].into_iter().chain([4, 9, 2, 0].map(tone_of)).collect();
    house.world.is_played(&there, &format!("{place}/intro.wav!{}", names.join("!")), &tones).await;
    house.world.press(&there, '1').await;
    house.participant_is(&conference, OUTSIDE, "joined").await;
    house.is_over(&conference).await;
}

async fn the_gate_needs_nobody_alive(report: Report) {
    let house = open(report, "").await;
    house.expect_all(&[(OUTSIDE, Manner::Answers(1500)), (MOBILE, Manner::Machine)]).await;
    let (conference, talk) = house.rings(json!([{"numbers": [OUTSIDE]}, {"numbers": [MOBILE]}])).await;
    house.participant_is(&conference, MOBILE, "confirming").await;
    house.service.kill();
    let joined = house.world.at(OUTSIDE).await;
    assert!(house.world.hears(&talk.caller, &joined).await, "1 joins without us");
    let machine = house.world.at(MOBILE).await;
    let began = Instant::now();
    assert!(house.world.is_over(&machine).await, "silence ends without us");
    assert!(began.elapsed() < Duration::from_secs(12));
    house.service.run().await;
    house.participant_is(&conference, OUTSIDE, "joined").await;
    let look = |page: &Picture| {
        participant(page.conferences.get(&conference)?, MOBILE).filter(|one| one["state"] == "failed").map(|_| ())
    };
    house.page.shows("the machine as not reached", SOON * 4, look).await;
    house.is_over(&conference).await;
}

impl Telephony {
    /// This end hears these pieces one after the other; simulated, they are what is played to it.
    async fn is_played(&self, end: &End, files: &str, tones: &[u32]) {
        match end {
            End::Live(call) => {
                for hertz in tones.iter().chain(tones) {
                    assert!(call.hears_within(*hertz, Duration::from_secs(12)).await, "{hertz} Hz is not heard");
                }
            }
            End::Simulated(uuid) => {
                let variables = self.variables(uuid);
                assert_eq!(variables["group_confirm_file"], format!("file_string://{files}"));
            }
        }
    }
}
