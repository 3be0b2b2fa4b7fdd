//! Nobody is recorded who was not told; and what becomes of a recording when its conference goes over to another.

use super::house::{House, SOON};
use super::page::Picture;
use super::recording::{ANNOUNCEMENT, Studio, samples};
use super::report::Report;
use super::telephony::{End, Manner};
use crate::support::tone::audible;
use serde_json::json;
use tokio::time::Instant;

scenarios! {
    stopped_half_way_it_is_announced_again: "Everything that plays is stopped while a recording is announced: it is announced again, and recorded when that was heard";
    who_comes_later_is_told: "Somebody joins while an announced recording runs: they alone hear the announcement, and are in the file";
    one_of_two_recordings_ends_with_its_conference: "Two conferences are recorded and merged: the recording of the one ends and says why, the other's goes on with everybody in it";
}

const LONG: &str = r#"[sounds]
files = { long = "tone_stream://v=-13;%(60000,0,3050)" }
"#;
const OTHER: &str = "1004";
const OUTSIDE: &str = "+49305550101";

async fn stopped_half_way_it_is_announced_again(report: Report) {
    let studio = Studio::new();
    let mut wishes = studio.wishes(&format!("announce = \"{}\"", studio.announcement().display()));
    wishes.plan.more = LONG;
    let house = House::open_as(report, wishes).await;
    let (conference, talk, guest) = house.three().await;
    let announce = format!("/conferences/{conference}/actions/announce");
    house.anna.post(&announce, json!({"sound": "long"})).await.accepted();
    let plays =
        |page: &Picture| (page.conferences.get(&conference)?["announcing"][0]["state"] == "playing").then_some(());
    house.page.shows("a long sound", SOON, plays).await;

    // It waits behind the sound, and goes with it.
    house.anna.conference(&conference, "record").await.accepted();
    house.recording_is(&conference, 1, "starting").await;
    let stopped = Instant::now();
    house.anna.conference(&conference, "announce_stop").await.accepted();
    let again = |page: &Picture| page.told("conference.recording.announced_again").map(drop);
    house.page.shows("that it is announced again", SOON, again).await;
    if let End::Live(caller) = &talk.caller {
        let heard = crate::support::until(SOON, || caller.media().hears_now(ANNOUNCEMENT).then_some(())).await;
        assert!(heard.is_some(), "people are told that they will be recorded");
    }
    let recording = house.recording_is(&conference, 1, "recording").await;
    house.since("heard and recorded after the stop", stopped);
    house.a_while().await;
    house.anna.conference(&conference, "record_stop").await.accepted();
    let over = house.recording_is(&conference, 1, "ended").await;
    assert_eq!((&over["reason"]["code"], &over["id"]), (&json!("stopped"), &recording["id"]));
    let wav = house.file(&conference, &over, None).await.bytes().await.unwrap();
    let sound = samples(&wav);
    if let (End::Live(caller), End::Live(_)) = (&talk.caller, &guest) {
        assert!(audible(caller.tone(), &sound[sound.len() / 2..]), "what was said is in the file");
        assert!(!audible(ANNOUNCEMENT, &sound), "the announcement came before the recording");
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn who_comes_later_is_told(report: Report) {
    let studio = Studio::new();
    let announcement = studio.announcement();
    let wishes = studio.wishes(&format!("announce = \"{}\"", announcement.display()));
    let house = House::open_as(report, wishes).await;
    house.world.expect(OTHER, Manner::Answers(50)).await;
    let (conference, talk, _) = house.three().await;
    house.anna.conference(&conference, "record").await.accepted();
    house.recording_is(&conference, 1, "recording").await;
    if let End::Live(caller) = &talk.caller {
        assert!(caller.loses(ANNOUNCEMENT).await, "it is over for those who were there");
    }
    let added = Instant::now();
    let path = format!("/conferences/{conference}/participants");
    house.anna.post(&path, json!({"participants": super::house::people(&[OTHER])})).await.accepted();
    house.participant_is(&conference, OTHER, "joined").await;
    let late = house.world.at(OTHER).await;
    assert!(house.world.hears_file(&late, &announcement, ANNOUNCEMENT, added).await, "who comes later is told");
    let told = |page: &Picture| page.told("conference.recording.told").map(drop);
    house.page.shows("that they were told", SOON, told).await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &late]).await;
    if let End::Live(caller) = &talk.caller {
        assert!(!house.world.heard_sound(&End::Live(caller.clone()), ANNOUNCEMENT, added), "and nobody else");
    }
    house.a_while().await;
    house.anna.conference(&conference, "record_stop").await.accepted();
    let over = house.recording_is(&conference, 1, "ended").await;
    let sound = samples(&house.file(&conference, &over, None).await.bytes().await.unwrap());
    if let End::Live(late) = &late {
        assert!(audible(late.tone(), &sound), "they are in the file");
    }
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;
}

async fn one_of_two_recordings_ends_with_its_conference(report: Report) {
    let studio = Studio::new();
    let house = House::open_as(report, studio.wishes("")).await;
    let (first, talk, guest) = house.three().await;
    house.expect_all(&[(OTHER, Manner::Answers(50)), (OUTSIDE, Manner::Answers(50))]).await;
    let second = house.start(None, &[OTHER, OUTSIDE]).await;
    for number in [OTHER, OUTSIDE] {
        house.participant_is(&second, number, "joined").await;
    }
    let (other, outside) = (house.world.at(OTHER).await, house.world.at(OUTSIDE).await);
    for conference in [&first, &second] {
        house.anna.conference(conference, "record").await.accepted();
        house.recording_is(conference, 1, "recording").await;
    }
    house.a_while().await;

    let merge = format!("/conferences/{first}/actions/merge");
    house.anna.post(&merge, json!({ "conference_id": second })).await.accepted();
    let over = house.recording_is(&first, 1, "ended").await;
    assert_eq!(over["reason"]["code"], "merged", "{over}");
    house.conference_is(&first, "ended").await;
    house.world.all_hear_each_other(&[&talk.caller, &talk.station, &guest, &other, &outside]).await;
    let says = |page: &Picture| {
        let told = page.told("conference.recording.ended")?;
        told["text"].as_str()?.ends_with("the conference was merged into another one.").then_some(())
    };
    house.page.shows("why the recording is over", SOON, says).await;
    let goes_on = house.recording_is(&second, 1, "recording").await;
    house.a_while().await;
    house.anna.conference(&second, "record_stop").await.accepted();
    let whole = house.recording_is(&second, 1, "ended").await;
    assert_eq!((&whole["reason"]["code"], &whole["id"]), (&json!("stopped"), &goes_on["id"]), "{whole}");

    // Each is listed with its own conference, and has in it who was there.
    for (conference, recording) in [(&first, &over), (&second, &whole)] {
        let listed = house.anna.get(&format!("/conferences/{conference}/recordings")).await.accepted().body;
        assert_eq!(listed["recordings"].as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(listed["recordings"][0]["recording"], *recording);
        assert_eq!(listed["recordings"][0]["available"], true, "{listed}");
    }
    let of_first = samples(&house.file(&first, &over, None).await.bytes().await.unwrap());
    let of_second = samples(&house.file(&second, &whole, None).await.bytes().await.unwrap());
    if let (End::Live(caller), End::Live(other)) = (&talk.caller, &other) {
        assert!(audible(caller.tone(), &of_first), "who was in the first is in its file");
        assert!(!audible(other.tone(), &of_first), "who was not is not");
        let late = &of_second[of_second.len() - of_second.len() / 4..];
        assert!(audible(other.tone(), late) && audible(caller.tone(), late), "in the end all are in the second's");
    }
    house.anna.conference(&second, "end").await.accepted();
    house.ends(&second).await;
}
