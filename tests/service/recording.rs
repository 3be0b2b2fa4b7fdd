//! A conference is recorded: announced, paused, stopped, lost; and what is in the file.

use super::house::{House, SOON, Talk, Wishes};
use super::page::Picture;
use super::process::Plan;
use super::report::Report;
use super::telephony::{End, Manner};
use crate::support::tone::{audible, write_wav};
use crate::support::until;
use reqwest::{Method, Response};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use switchboard::domain::time::Timestamp;
use tempfile::TempDir;
use tokio::time::Instant;

scenarios! {
    a_conference_is_recorded: "A recording is announced, runs, is paused, goes on and is stopped; its file holds what was said and not what was said in the pause; it is downloaded whole and in parts";
    a_recording_that_is_lost: "A recording that is stopped at the switch's own console is noticed, also while the service is away; recorded again; the room ends while it is recorded";
    a_recording_that_dies_with_the_switch: "The switch is killed while it records: the recording is shown as over, and that its end was not seen";
    a_recording_that_cannot_be: "What cannot be announced is not recorded";
    a_file_that_cannot_be_opened: "A recording whose file the switch cannot open is shown as failed";
}

const GUEST: &str = "1003";
/// What the announcement sounds like, in Hz.
pub const ANNOUNCEMENT: u32 = 2900;
/// What is said while the recording is paused, in Hz.
const A_SECRET: u32 = 3100;
const RATE: u64 = 8000;

/// A folder that switch and service share.
pub struct Studio {
    folder: TempDir,
}

impl Studio {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("switchboard-recordings-").tempdir().unwrap();
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn wishes(&self, more: &str) -> Wishes {
        let folder = self.path().display();
        let recording = format!("enabled = true\ndirectory = \"{folder}\"\nshared_directory = \"{folder}\"\n{more}");
        Wishes { plan: Plan { recording, ..Plan::default() }, ..Wishes::default() }
    }

    /// A sound of a second and a half.
    pub fn announcement(&self) -> PathBuf {
        let path = self.path().join("announcement.wav");
        write_wav(&path, ANNOUNCEMENT, 2, 3000.0).unwrap();
        path
    }
}

impl House {
    /// Caller, attendant and a guest, who hear each other.
    pub async fn three(&self) -> (String, Talk, End) {
        self.world.expect(GUEST, Manner::Answers(100)).await;
        let talk = self.talk("Ivan", "4930111").await;
        let conference = self.start(Some(&talk.call), &[GUEST]).await;
        self.participant_is(&conference, GUEST, "joined").await;
        let guest = self.world.at(GUEST).await;
        self.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
        (conference, talk, guest)
    }

    /// Waits until the newest of so many recordings is so, and nothing is pending.
    pub async fn recording_is(&self, conference: &str, count: usize, state: &str) -> Value {
        let look = |page: &Picture| {
            let recordings = page.conferences.get(conference)?["recordings"].as_array()?;
            let last = recordings.last().filter(|_| recordings.len() == count)?;
            (last["state"] == state && last["pending"].is_null()).then(|| last.clone())
        };
        self.page.shows(&format!("recording {count} as {state}"), SOON, look).await
    }

    /// The switch's own console.
    async fn console(&self, command: &str) -> String {
        self.world.probe().await.api(command).await
    }

    pub async fn file(&self, conference: &str, recording: &Value, range: Option<&str>) -> Response {
        let id = recording["id"].as_str().unwrap();
        let mut request = self.anna.ask(Method::GET, &format!("/conferences/{conference}/recordings/{id}"));
        if let Some(range) = range {
            request = request.header("Range", range);
        }
        request.send().await.unwrap()
    }

    async fn room(&self) -> String {
        let probe = self.world.probe().await;
        self.world.rooms(&probe).await.remove(0).0
    }

    /// The service has looked at the switch again: a while has passed for everybody.
    pub async fn a_while(&self) {
        let verified = |page: &Picture| page.nodes["fs1"]["verified_at"].clone();
        let before = verified(&self.page.now());
        self.page.shows("a later look", SOON, |page| (verified(page) != before).then_some(())).await;
    }
}

fn moment(value: &Value) -> i64 {
    serde_json::from_value::<Timestamp>(value.clone()).unwrap_or_else(|_| panic!("{value} is no moment")).0
}

/// When this was told of.
fn told_at(house: &House, kind: &str) -> i64 {
    moment(&house.page.now().told(kind).unwrap_or_else(|| panic!("{kind} was not told"))["at"])
}

/// The samples of a wav file of one channel, 16 bits each; its header must be true.
pub fn samples(wav: &[u8]) -> Vec<i16> {
    let word = |at: usize| u32::from_le_bytes(wav[at..at + 4].try_into().unwrap());
    assert_eq!((&wav[0..4], &wav[8..12], word(4) as usize), (&b"RIFF"[..], &b"WAVE"[..], wav.len() - 8));
    let mut at = 12;
    while &wav[at..at + 4] != b"data" {
        at += 8 + word(at + 4) as usize;
    }
    let data = &wav[at + 8..at + 8 + word(at + 4) as usize];
    data.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

async fn a_conference_is_recorded(report: Report) {
    let studio = Studio::new();
    let announce = format!("announce = \"{}\"", studio.announcement().display());
    let house = House::open_as(report, studio.wishes(&announce)).await;
    let (conference, talk, guest) = house.three().await;
    house.anna.conference(&conference, "record_pause").await.refused(409, "wrong_state");

    let asked = Instant::now();
    house.anna.conference(&conference, "record").await.accepted();
    house.anna.conference(&conference, "record").await.accepted();
    house.recording_is(&conference, 1, "starting").await;
    if let End::Live(caller) = &talk.caller {
        let heard = until(SOON, || caller.media().hears_now(ANNOUNCEMENT).then_some(())).await;
        assert!(heard.is_some(), "people are told that they will be recorded");
    }
    let recording = house.recording_is(&conference, 1, "recording").await;
    house.since("announced and recorded after", asked);
    let early = house.file(&conference, &recording, None).await;
    assert_eq!(early.status(), 409, "a file that is being written is not given away");
    house.a_while().await;

    house.anna.conference(&conference, "record_pause").await.accepted();
    house.recording_is(&conference, 1, "paused").await;
    // What is said now is nobody else's business.
    if let End::Live(guest) = &guest {
        guest.media().say(Some(A_SECRET));
    }
    house.a_while().await;
    if let (End::Live(caller), End::Live(guest)) = (&talk.caller, &guest) {
        assert!(caller.media().hears_now(A_SECRET), "it is said in the room");
        guest.media().say(Some(guest.tone()));
    }
    house.a_while().await;
    house.anna.conference(&conference, "record_resume").await.accepted();
    house.recording_is(&conference, 1, "recording").await;
    house.a_while().await;
    house.anna.conference(&conference, "record_stop").await.accepted();
    let over = house.recording_is(&conference, 1, "ended").await;
    house.anna.conference(&conference, "record_stop").await.accepted();
    assert_eq!(over["reason"]["code"], "stopped", "{over}");

    // As long as it ran, the pause left out.
    let ran = moment(&over["ended_at"]) - moment(&over["started_at"]);
    let paused = told_at(&house, "conference.recording.resumed") - told_at(&house, "conference.recording.paused");
    let milliseconds = over["milliseconds"].as_i64().unwrap();
    let wrong = (milliseconds - (ran - paused)).abs();
    house.report.measured("recorded for", Duration::from_millis(milliseconds.unsigned_abs()));
    assert!(paused > 500, "{paused} ms paused");
    assert!(wrong < 500, "{milliseconds} ms recorded, {ran} ms from start to end, {paused} ms paused");

    // The whole file, and parts of it.
    let whole = house.file(&conference, &over, None).await;
    let name = over["file"].as_str().unwrap();
    assert_eq!(whole.status(), 200);
    assert_eq!(whole.headers()["content-type"], "audio/wav");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(whole.headers()["content-disposition"], format!("attachment; filename=\"{name}\""));
    let wav = whole.bytes().await.unwrap();
    assert_eq!(wav, std::fs::read(studio.path().join(name)).unwrap());
    assert_eq!(over["bytes"].as_u64(), Some(wav.len() as u64));
    let sound = samples(&wav);
    let long = sound.len() as u64 * 1000 / RATE;
    assert!(long.abs_diff(milliseconds.unsigned_abs()) < 100, "{long} ms of sound, {milliseconds} ms told");
    if let (End::Live(caller), End::Live(guest)) = (&talk.caller, &guest) {
        for tone in [caller.tone(), guest.tone()] {
            assert!(audible(tone, &sound[sound.len() / 2..]), "{tone} Hz was said, and is not in the file");
        }
        assert!(!audible(ANNOUNCEMENT, &sound), "the announcement came before the recording");
        assert!(!audible(A_SECRET, &sound), "what was said in the pause is in the file");
    }
    let part = house.file(&conference, &over, Some("bytes=4-11")).await;
    assert_eq!((part.status().as_u16(), &part.headers()["content-length"]), (206, &"8".parse().unwrap()));
    assert_eq!(part.headers()["content-range"], format!("bytes 4-11/{}", wav.len()));
    assert_eq!(part.bytes().await.unwrap(), wav[4..12]);
    let end = house.file(&conference, &over, Some("bytes=-100")).await;
    assert_eq!(end.bytes().await.unwrap(), wav[wav.len() - 100..]);
    let beyond = house.file(&conference, &over, Some("bytes=999999999-")).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(beyond.headers()["content-range"], format!("bytes */{}", wav.len()));

    // Whoever may not see the conference may not hear it either.
    let ben = house.ben().await;
    let path = format!("/conferences/{conference}/recordings");
    ben.get(&path).await.refused(404, "not_found");
    let file = format!("{path}/{}", over["id"].as_str().unwrap());
    ben.get(&file).await.refused(404, "not_found");
    for strange in ["..%2Fnode-password", "rec_00000000000000000000000000000000", "rec_..", "x.wav"] {
        house.anna.get(&format!("{path}/{strange}")).await.refused(404, "not_found");
    }
    let listed = house.program().get(&path).await.accepted().body;
    assert_eq!(listed["recordings"][0]["available"], true, "{listed}");
    assert_eq!(listed["recordings"][0]["recording"], over);

    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    // It is there when the conference is long over, and not once it was deleted.
    let again = house.file(&conference, &over, None).await;
    assert_eq!(again.bytes().await.unwrap(), wav);
    std::fs::remove_file(studio.path().join(name)).unwrap();
    assert_eq!(house.file(&conference, &over, None).await.status(), 404);
    let listed = house.anna.get(&path).await.accepted().body;
    assert_eq!(listed["recordings"][0]["available"], false, "{listed}");
    let story = house.anna.get(&format!("/conferences/{conference}/story")).await.accepted().body;
    let kinds: Vec<&str> = story["activities"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["type"].as_str()?.strip_prefix("conference.recording."))
        .collect();
    let csv = house.anna.get(&format!("/conferences/{conference}/story?format=csv")).await.accepted().body;
    let lines = csv.as_str().unwrap().lines().filter(|line| line.ends_with(&format!(",{name}")));
    assert_eq!(lines.count(), kinds.len(), "each line about the recording names its file: {csv}");
    let expected =
        ["asked", "announced", "started", "pause_asked", "paused", "pause_asked", "resumed", "stop_asked", "ended"];
    assert_eq!(kinds, expected);
}

async fn a_recording_that_is_lost(report: Report) {
    let studio = Studio::new();
    let house = House::open_as(report, studio.wishes("")).await;
    let (conference, ..) = house.three().await;
    let room = house.room().await;
    let path = |recording: &Value| studio.path().join(recording["file"].as_str().unwrap()).display().to_string();

    house.anna.conference(&conference, "record").await.accepted();
    let first = house.recording_is(&conference, 1, "recording").await;
    let stopped = Instant::now();
    house.console(&format!("conference {room} recording stop {}", path(&first))).await;
    let lost = house.recording_is(&conference, 1, "ended").await;
    house.since("noticed after", stopped);
    assert_eq!(lost["reason"]["code"], "by_itself", "{lost}");
    let told = |page: &Picture| page.told("conference.recording.lost").map(drop);
    house.page.shows("that the recording is lost", SOON, told).await;

    // Begun again, it outlives the service; and what happens to it meanwhile is found out.
    house.anna.conference(&conference, "record").await.accepted();
    let second = house.recording_is(&conference, 2, "recording").await;
    house.service.kill();
    house.console(&format!("conference {room} recording pause {}", path(&second))).await;
    house.service.run().await;
    house.recording_is(&conference, 2, "paused").await;
    house.service.kill();
    house.console(&format!("conference {room} recording stop {}", path(&second))).await;
    house.service.run().await;
    let missed = house.recording_is(&conference, 2, "ended").await;
    assert_eq!(missed["reason"]["code"], "by_itself", "{missed}");

    // The room ends while it is recorded.
    house.anna.conference(&conference, "record").await.accepted();
    house.recording_is(&conference, 3, "recording").await;
    house.a_while().await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    let last = house.recording_is(&conference, 3, "ended").await;
    assert_eq!(last["reason"]["code"], "conference_over", "{last}");
    let wav = house.file(&conference, &last, None).await.bytes().await.unwrap();
    assert!(samples(&wav).len() as u64 > RATE / 2, "{} bytes", wav.len());
    let past = house.anna.get("/conferences").await.accepted().body;
    let found = past["conferences"].as_array().unwrap().iter().find(|one| one["id"] == conference.as_str());
    assert_eq!(found.unwrap()["recordings"].as_array().unwrap().len(), 3, "history has them all: {past}");
}

async fn a_recording_that_cannot_be(report: Report) {
    let studio = Studio::new();
    let house = House::open_as(report, studio.wishes("announce = \"/nonexistent/hello.wav\"")).await;
    let (conference, talk, guest) = house.three().await;
    house.anna.conference(&conference, "record").await.accepted();
    let silent = house.recording_is(&conference, 1, "failed").await;
    assert_eq!(silent["reason"]["code"], "not_announced", "{silent}");
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
    assert_eq!(std::fs::read_dir(studio.path()).unwrap().count(), 0, "nothing was recorded");
}

async fn a_file_that_cannot_be_opened(report: Report) {
    let plan = Plan { recording: "enabled = true\ndirectory = \"/proc/switchboard\"".to_owned(), ..Plan::default() };
    let house = House::open_as(report, Wishes { plan, ..Wishes::default() }).await;
    let (conference, ..) = house.three().await;
    house.anna.conference(&conference, "record").await.accepted();
    let refused = house.recording_is(&conference, 1, "failed").await;
    assert_eq!(refused["reason"]["code"], "not_opened", "{refused}");
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn a_recording_that_dies_with_the_switch(report: Report) {
    let studio = Studio::new();
    let mut house = House::open_as(report, studio.wishes("")).await;
    let (conference, ..) = house.three().await;
    house.anna.conference(&conference, "record").await.accepted();
    house.recording_is(&conference, 1, "recording").await;
    house.world.restart_switch().await;
    let died = house.recording_is(&conference, 1, "ended").await;
    assert_eq!(died["reason"]["code"], "unseen", "{died}");
}
