//! Keys of telephones, and the sounds that answer them.

use super::house::{House, SOON, Wishes, id_of, participant};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner, Telephony};
use serde_json::{Value, json};

/// Tones no telephone of ours speaks with.
pub const UP: u32 = 3350;
pub const DOWN: u32 = 3150;
pub const DONE: u32 = 3050;
pub const REFUSED: u32 = 2950;
pub const VOTE: u32 = 2850;
pub const SURE: u32 = 2750;
pub const SOUNDS: &str = r#"[keys.sounds]
hand_up = "tone_stream://v=-13;%(600,0,3350)"
hand_down = "tone_stream://v=-13;%(600,0,3150)"
accepted = "tone_stream://v=-13;%(600,0,3050)"
refused = "tone_stream://v=-13;%(600,0,2950)"
vote = "tone_stream://v=-13;%(600,0,2850)"
sure = "tone_stream://v=-13;%(600,0,2750)"
"#;

pub const ANNA: &str = "1003";
pub const PAUL: &str = "1004";
pub const LATE: &str = "1002";

/// Caller, attendant, Anna and Paul, who hear each other.
pub struct Table {
    pub conference: String,
    pub caller: End,
    pub station: End,
    pub anna: End,
    pub paul: End,
    pub annas_id: String,
    pub pauls_id: String,
}

impl Table {
    pub fn all(&self) -> [&End; 4] {
        [&self.caller, &self.station, &self.anna, &self.paul]
    }
}

impl Telephony {
    /// Whoever is at this end presses these keys, one after the other.
    pub async fn types(&self, end: &End, keys: &str) {
        for key in keys.chars() {
            self.press(end, key).await;
        }
    }
}

impl House {
    pub async fn with_keys(report: Report, plan: Plan) -> Self {
        let plan = Plan { more: SOUNDS, ..plan };
        Self::open_as(report, Wishes { plan, ..Wishes::default() }).await
    }

    pub async fn table(&self, wishes: Value) -> Table {
        let answers = Manner::Answers(50);
        self.expect_all(&[(ANNA, answers), (PAUL, answers), (LATE, answers)]).await;
        let talk = self.talk("Ivan", "4930111").await;
        let mut wanted = wishes;
        wanted["call_id"] = json!(talk.call);
        wanted["participants"] =
            json!([{"name": "Anna Berg", "numbers": [ANNA]}, {"name": "Paul Weber", "numbers": [PAUL]}]);
        let conference = self.anna.post("/conferences", wanted).await.accepted().id();
        let annas_id = id_of(&self.participant_is(&conference, ANNA, "joined").await);
        let pauls_id = id_of(&self.participant_is(&conference, PAUL, "joined").await);
        let (anna, paul) = (self.world.at(ANNA).await, self.world.at(PAUL).await);
        let table = Table { conference, caller: talk.caller, station: talk.station, anna, paul, annas_id, pauls_id };
        self.world.all_hear_each_other(&table.all()).await;
        table
    }

    /// Waits until the hands that are up are those of these numbers, in this order.
    pub async fn hands_are(&self, conference: &str, numbers: &[&str]) {
        let look = |page: &Picture| {
            let found = page.conferences.get(conference)?;
            let ids: Vec<&Value> = found["hands"].as_array()?.iter().map(|hand| &hand["participant_id"]).collect();
            let wanted: Option<Vec<&Value>> =
                numbers.iter().map(|number| participant(found, number).map(|one| &one["id"])).collect();
            (Some(ids) == wanted).then_some(())
        };
        self.page.shows(&format!("hands up: {numbers:?}"), SOON, look).await;
    }

    /// Waits until the page has told this.
    pub async fn tells(&self, text: &str) {
        let told = |page: &Picture| page.activities.iter().any(|one| one["text"] == text).then_some(());
        self.page.shows(text, SOON, told).await;
    }

    /// Waits until what is shown of this number is so.
    pub async fn shows_of(&self, conference: &str, number: &str, key: &str, value: Value) {
        let look = |page: &Picture| {
            let one = participant(page.conferences.get(conference)?, number)?;
            (one[key] == value && one["pending"].is_null()).then_some(())
        };
        self.page.shows(&format!("{number} with {key} {value}"), SOON, look).await;
    }

    /// Killed at once, and started again; the page is connected, and the switch was looked at.
    pub async fn is_killed(&self) {
        self.service.kill();
        self.comes_back("killed").await;
        self.page.shows("the node up", SOON * 2, |page| (page.node_state() == "up").then_some(())).await;
    }

    pub async fn story_of(&self, conference: &str) -> Value {
        self.anna.get(&format!("/conferences/{conference}/story")).await.accepted().body
    }

    pub async fn end_it(&self, conference: &str) {
        self.anna.conference(conference, "end").await.accepted();
        self.ends(conference).await;
    }
}
