//! A house to play a scenario in: switch, service, and the people at their pages.

use super::api::{Answer, Person};
use super::page::{Page, Picture};
use super::process::{Plan, Service};
use super::report::Report;
use super::telephony::{End, Manner, Telephony};
use crate::support::lateness::allowance;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How long the page may take to show what has happened.
pub const SOON: Duration = Duration::from_secs(10);

/// What a scenario wants otherwise than usual.
pub struct Wishes {
    /// How much faster time passes on a simulated switch.
    pub speed: f64,
    pub plan: Plan,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { speed: 1.0, plan: Plan::default() }
    }
}

pub struct House {
    /// First, so that it goes first: an attendant's page does not outlive the service.
    pub page: Page,
    /// Attendant at station 1001.
    pub anna: Person,
    pub service: Service,
    pub world: Telephony,
    pub report: Report,
}

/// A caller and the attendant's station who hear each other.
pub struct Talk {
    pub call: String,
    pub caller: End,
    pub station: End,
}

impl House {
    pub async fn open(report: Report) -> Self {
        Self::open_as(report, Wishes::default()).await
    }

    pub async fn open_as(report: Report, wishes: Wishes) -> Self {
        let world = Telephony::start(&report, wishes.speed).await;
        let service = Service::start(world.line.address(), &world.password, world.hook, &wishes.plan).await;
        let anna = Person::sign_in(service.http, "anna").await;
        let page = Page::open(anna.clone());
        let house = Self { page, anna, service, world, report };
        house.page.shows("the node up", SOON, |page| (page.node_state() == "up").then_some(())).await;
        house
    }

    /// Attendant at station 1002.
    pub async fn ben(&self) -> Person {
        Person::sign_in(self.service.http, "ben").await
    }

    /// Supervisor, without a station.
    pub async fn sue(&self) -> Person {
        Person::sign_in(self.service.http, "sue").await
    }

    /// Sees and does everything.
    pub fn program(&self) -> Person {
        Person::program(self.service.http, self.service.token())
    }

    /// Somebody calls the attendant's number, and is shown as waiting.
    pub async fn waiting(&self, name: &str, number: &str) -> (String, End) {
        let caller = self.world.arrives(name, number);
        let call = self.call_in(number, "waiting").await;
        assert!(self.world.hears_music(&caller).await, "{name} hears music");
        (call, caller)
    }

    /// Waits until the call from this number is in this state.
    pub async fn call_in(&self, number: &str, state: &str) -> String {
        let look = |page: &Picture| {
            let call = page.call_from(number).filter(|call| call["state"] == state)?;
            call["id"].as_str().map(str::to_owned)
        };
        self.page.shows(&format!("the call from {number} as {state}"), SOON, look).await
    }

    /// Waits until this call is in this state.
    pub async fn call_is(&self, id: &str, state: &str) -> Value {
        let look = |page: &Picture| page.calls.get(id).filter(|call| call["state"] == state).cloned();
        self.page.shows(&format!("call {id} as {state}"), SOON, look).await
    }

    /// Caller and station are joined again, and the switch has said so.
    pub async fn talking_again(&self, id: &str) -> Value {
        let joined = |call: &&Value| call["state"] == "talking" && call["pending"].is_null();
        let look = |page: &Picture| page.calls.get(id).filter(joined).cloned();
        self.page.shows(&format!("call {id} talking again"), SOON, look).await
    }

    /// The call is back in the queue, and the notice says why.
    pub async fn back_in_queue(&self, id: &str, reason: &str) -> Value {
        let look = |page: &Picture| {
            let call = page.calls.get(id)?;
            (call["state"] == "waiting" && call["notice"]["code"] == reason).then(|| call.clone())
        };
        self.page.shows(&format!("call {id} waiting again because of {reason}"), SOON * 3, look).await
    }

    /// A caller arrives, Anna answers, and the two talk.
    pub async fn talk(&self, name: &str, number: &str) -> Talk {
        let (call, caller) = self.waiting(name, number).await;
        self.anna.call(&call, "answer").await.accepted();
        self.call_is(&call, "talking").await;
        let station = self.world.at("1001").await;
        self.world.all_hear_each_other(&[&caller, &station]).await;
        Talk { call, caller, station }
    }

    /// Waits until the pair is settled: from now on the station's hang-up means the end.
    pub async fn is_settled(&self) {
        let probe = self.world.probe().await;
        let channels = probe.channels().await;
        let deadline = Instant::now() + SOON;
        while Instant::now() < deadline {
            for channel in &channels {
                let parks = probe.api(&format!("uuid_getvar {channel} park_after_bridge")).await;
                let hangs_up = probe.api(&format!("uuid_getvar {channel} hangup_after_bridge")).await;
                if hangs_up.trim() == "true" && parks.trim() != "true" {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the pair is not settled");
    }

    /// Anna asks for a conference; the numbers are given as typed.
    pub async fn asks(&self, call: Option<&str>, numbers: &[&str]) -> Answer {
        self.anna.post("/conferences", json!({"call_id": call, "participants": people(numbers)})).await
    }

    /// The same, and it is accepted.
    pub async fn start(&self, call: Option<&str>, numbers: &[&str]) -> String {
        self.asks(call, numbers).await.accepted().id()
    }

    /// Waits for the one conference that is not over.
    pub async fn open_conference(&self) -> String {
        let look = |page: &Picture| {
            let mut open = page.conferences.iter().filter(|(_, one)| one["state"] != "ended");
            open.next().map(|(id, _)| id.clone())
        };
        self.page.shows("a conference that is not over", SOON, look).await
    }

    pub async fn conference_is(&self, id: &str, state: &str) -> Value {
        let look = |page: &Picture| page.conferences.get(id).filter(|one| one["state"] == state).cloned();
        self.page.shows(&format!("conference {id} as {state}"), SOON, look).await
    }

    /// Waits until whoever has this number is in this state.
    pub async fn participant_is(&self, conference: &str, number: &str, state: &str) -> Value {
        let look = |page: &Picture| {
            participant(page.conferences.get(conference)?, number).filter(|one| one["state"] == state).cloned()
        };
        self.page.shows(&format!("{number} as {state}"), SOON * 2, look).await
    }

    /// The conference is over on the page, and on the switch nothing of it is left.
    pub async fn ends(&self, conference: &str) -> Value {
        let ended = self.conference_is(conference, "ended").await;
        assert!(self.world.is_empty_again().await, "channels or rooms are left over");
        ended
    }

    pub fn since(&self, what: &str, began: Instant) -> Duration {
        let took = began.elapsed();
        self.report.measured(what, took);
        took
    }

    /// The pair was moved or joined again: on a real switch they were not without each other for long.
    pub fn gap_is_short(&self, what: &str, one: &End, other: &End, since: Instant) {
        if let Some(gap) = self.world.longest_gap(one, other, since) {
            self.report.measured(what, gap);
            let limit = Duration::from_millis(300) + allowance(since);
            assert!(gap <= limit, "{what}: {gap:?}, and {limit:?} at most");
        }
    }

    pub async fn expect_all(&self, manners: &[(&str, Manner)]) {
        for (number, manner) in manners {
            self.world.expect(number, *manner).await;
        }
    }
}

/// Participants as the API takes them.
pub fn people(numbers: &[&str]) -> Value {
    numbers.iter().map(|number| json!({"name": format!("Person {number}"), "numbers": [number]})).collect()
}

/// Who has this number in a conference as it is shown.
pub fn participant<'a>(conference: &'a Value, number: &str) -> Option<&'a Value> {
    conference["participants"].as_array()?.iter().find(|one| one["number"] == number)
}

pub fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap_or_default().to_owned()
}
