//! The story of a conference against what the switch itself has on record.

use super::house::{House, SOON, Wishes, id_of};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{Manner, Telephony};
use crate::support::esl_probe::Probe;
use crate::support::freeswitch_conf::call_records;
use crate::support::lateness::allowance;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

scenarios! {
    the_story_is_the_switchs: "The exported story has every leg the switch has on record, with its cause, its answer and its times, and no other";
}

const STAYS: &str = "1003";
const LEAVES: &str = "1002";
const BUSY: &str = "1004";
const DECLINES: &str = "+49305550101";
const NEVER_ANSWERS: &str = "+49305550102";
const CANCELLED: &str = "+49305550103";
const DROPPED: &str = "+49305550104";
const MACHINE: &str = "+49305550105";
const NO_SUCH: &str = "+49305550106";

/// How far the two clocks, and the way from one to the other, may be apart.
const ABOUT: Duration = Duration::from_millis(1500);

/// One channel, as the switch has it on record. Milliseconds since 1970.
#[derive(Debug)]
struct Record {
    cause: String,
    answered: bool,
    began: i64,
    ended: i64,
}

/// Who keeps the records: mod_cdr_csv of a real switch; of a simulated one the last event of each channel.
enum Registry {
    File(PathBuf),
    Events(Probe),
}

impl Registry {
    async fn open(world: &Telephony) -> Self {
        if let Some(base) = world.base() {
            return Self::File(call_records(base));
        }
        let probe = world.probe().await;
        probe.subscribe("CHANNEL_HANGUP_COMPLETE").await;
        Self::Events(probe)
    }

    fn records(&self) -> BTreeMap<String, Record> {
        let record = |words: [&str; 5]| {
            let [uuid, cause, began, answered, ended] = words;
            let ms = |text: &str| text.trim().parse::<i64>().unwrap_or(0) / 1000;
            let record =
                Record { cause: cause.to_owned(), answered: ms(answered) > 0, began: ms(began), ended: ms(ended) };
            (uuid.to_owned(), record)
        };
        match self {
            Self::File(path) => {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                lines
                    .map(|line| {
                        let words: Vec<&str> = line.split(',').collect();
                        record(words.try_into().unwrap_or_else(|_| panic!("a strange record: {line}")))
                    })
                    .collect()
            }
            Self::Events(probe) => probe
                .events()
                .iter()
                .map(|event| {
                    record([
                        event.uuid(),
                        event.get("Hangup-Cause"),
                        event.get("Caller-Channel-Created-Time"),
                        event.get("Caller-Channel-Answered-Time"),
                        event.get("Caller-Channel-Hangup-Time"),
                    ])
                })
                .collect(),
        }
    }

    /// Records are written a moment after the channel is gone.
    async fn all(&self, count: usize) -> BTreeMap<String, Record> {
        let deadline = Instant::now() + SOON;
        loop {
            let records = self.records();
            if records.len() >= count || Instant::now() > deadline {
                return records;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// One line of the story, by the names of its columns.
type Line = BTreeMap<String, String>;

/// As RFC 4180 has it read.
fn read(text: &str) -> Vec<Line> {
    let (mut lines, mut line, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut chars, mut quoted) = (text.chars().peekable(), false);
    while let Some(one) = chars.next() {
        match one {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut field));
                lines.push(std::mem::take(&mut line));
            }
            _ => field.push(one),
        }
    }
    let mut lines = lines.into_iter();
    let head = lines.next().unwrap_or_default();
    lines.map(|line| head.iter().cloned().zip(line).collect()).collect()
}

fn about(what: &str, told: &Line, switch: i64, since: Instant) {
    let at = milliseconds(&told["at"]);
    let apart = Duration::from_millis(at.abs_diff(switch));
    assert!(apart <= ABOUT + allowance(since), "{what}: {apart:?} apart from the switch's record: {told:?}");
}

/// `2026-11-24T10:35:40.123Z` as milliseconds since 1970.
fn milliseconds(text: &str) -> i64 {
    let at: switchboard::domain::time::Timestamp =
        serde_json::from_value(text.into()).unwrap_or_else(|_| panic!("{text} is no moment"));
    at.0
}

async fn the_story_is_the_switchs(report: Report) {
    let plan = Plan { ring_seconds: 5, confirm_seconds: 5, ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let registry = Registry::open(&house.world).await;
    let began = Instant::now();
    house
        .expect_all(&[
            (STAYS, Manner::Answers(100)),
            (LEAVES, Manner::AnswersAndLeaves(100, 1500)),
            (BUSY, Manner::Refuses(486)),
            (DECLINES, Manner::Refuses(603)),
            (NEVER_ANSWERS, Manner::NeverAnswers),
            (CANCELLED, Manner::NeverAnswers),
            (DROPPED, Manner::Answers(100)),
            (MACHINE, Manner::Machine),
            (NO_SUCH, Manner::Refuses(404)),
        ])
        .await;
    let everybody = [STAYS, LEAVES, BUSY, DECLINES, NEVER_ANSWERS, CANCELLED, DROPPED, MACHINE, NO_SUCH];
    let talk = house.talk("=Ivan, the caller", "4930111").await;
    let conference = house.start(Some(&talk.call), &everybody).await;

    let cancelled = id_of(&house.participant_is(&conference, CANCELLED, "ringing").await);
    house.anna.participant(&conference, &cancelled, "cancel").await.accepted();
    let dropped = id_of(&house.participant_is(&conference, DROPPED, "joined").await);
    house.anna.participant(&conference, &dropped, "drop").await.accepted();
    let busy = id_of(&house.participant_is(&conference, BUSY, "failed").await);
    house.anna.participant(&conference, &busy, "redial").await.accepted();
    house.anna.conference(&conference, "lock").await.accepted();
    let over = |page: &Picture| {
        let people = page.conferences.get(&conference)?["participants"].as_array()?;
        let guests = people.iter().filter(|one| one["role"] == "guest" && one["number"] != STAYS);
        let over = |one: &serde_json::Value| matches!(one["state"].as_str(), Some("failed" | "left"));
        let again = people.iter().any(|one| one["number"] == BUSY && one["legs"].as_array().unwrap().len() == 2);
        (again && guests.clone().count() == 8 && guests.clone().all(over)).then_some(())
    };
    house.page.shows("everybody but one out again", SOON * 2, over).await;
    house.participant_is(&conference, STAYS, "joined").await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;

    // Caller, station, nine guests, one of them twice.
    let records = registry.all(12).await;
    let path = format!("/conferences/{conference}/story");
    let csv = house.anna.get(&format!("{path}?format=csv")).await.accepted();
    let lines = read(csv.body.as_str().expect("text, not JSON"));
    let mut legs: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines.iter().filter(|line| !line["leg_id"].is_empty()) {
        legs.entry(&line["leg_id"]).or_default().push(line);
    }
    let known: BTreeSet<&str> = records.keys().map(String::as_str).collect();
    assert_eq!(legs.keys().copied().collect::<BTreeSet<_>>(), known, "every leg of the switch's, and no other");
    for (leg, record) in &records {
        let told = &legs[leg.as_str()];
        let of = |kinds: &[&str]| {
            told.iter().copied().find(|line| {
                line["type"].strip_prefix("conference.participant.").is_some_and(|kind| kinds.contains(&kind))
            })
        };
        let end = of(&["left", "failed"]).unwrap_or_else(|| panic!("no end of {leg}: {told:#?}"));
        assert_eq!(end["switch_cause"], record.cause, "{end:?}");
        about("the end", end, record.ended, began);
        let answered = of(&["answered", "confirming", "joined"]);
        assert_eq!(answered.is_some(), record.answered, "{told:#?} {record:?}");
        if let Some(dialed) = of(&["dialing"]) {
            about("the beginning", dialed, record.began, began);
        }
    }
    house.report.figure("legs compared with the switch's own records", records.len());

    // Who asked for what, and what became of it.
    let number = |line: &Line| line["number"].trim_start_matches('\'').to_owned();
    let find = |kind: &str, of: &str| {
        let found = lines.iter().filter(|line| line["type"] == kind && (of.is_empty() || number(line) == of));
        found.cloned().collect::<Vec<_>>()
    };
    for (kind, of) in [
        ("conference.participant.cancel_asked", CANCELLED),
        ("conference.participant.drop_asked", DROPPED),
        ("conference.participant.redial_asked", BUSY),
        ("conference.requested", ""),
        ("conference.lock_asked", ""),
        ("conference.ending", ""),
    ] {
        let asked = find(kind, of);
        assert_eq!(asked.len(), 1, "{kind} {of}: {lines:#?}");
        assert_eq!(asked[0]["actor"], "Anna", "{asked:?}");
    }
    for (of, reason, status) in [
        (BUSY, "busy", "486"),
        (DECLINES, "declined", "603"),
        (NEVER_ANSWERS, "no_answer", ""),
        (CANCELLED, "cancelled", ""),
        (MACHINE, "pressed_nothing", ""),
        (NO_SUCH, "no_such_number", "404"),
    ] {
        let failed = find("conference.participant.failed", of);
        assert_eq!(failed.len(), if of == BUSY { 2 } else { 1 }, "{of}: {lines:#?}");
        for one in failed {
            assert_eq!((one["reason"].as_str(), one["sip_status"].as_str()), (reason, status), "{one:?}");
        }
    }
    for (of, reason) in [(LEAVES, "hung_up"), (DROPPED, "dropped"), (STAYS, "conference_over")] {
        let left = find("conference.participant.left", of);
        assert_eq!(left.len(), 1, "{of}: {lines:#?}");
        assert_eq!(left[0]["reason"], reason);
    }
    // What a stranger calls themselves is no formula in anybody's spreadsheet.
    let caller = lines.iter().find(|line| line["role"] == "caller").expect("the caller is in the story");
    assert_eq!(caller["participant"], "'=Ivan, the caller");
    assert!(lines.iter().all(|line| !line["number"].starts_with('+')));

    // The same as JSON.
    let story = house.anna.get(&path).await.accepted().body;
    let activities = story["activities"].as_array().unwrap();
    assert_eq!(activities.len(), lines.len());
    for (line, activity) in lines.iter().zip(activities) {
        assert_eq!(activity["type"], line["type"].as_str());
        assert_eq!(activity["leg_id"].as_str().unwrap_or_default(), line["leg_id"]);
        assert_eq!(activity["switch_cause"].as_str().unwrap_or_default(), line["switch_cause"]);
    }
}
