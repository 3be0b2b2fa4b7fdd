//! What was recorded is read by whoever may see the conference, by the name the journal has for it, and nothing else is.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, Person, Plan, problem},
    things,
};
use reqwest::Method;
use serde_json::Value;
use std::fs;
use switchboard::{
    domain::{recording::RecordingState, time::Timestamp},
    engine::view::{ConferenceView, RecordingView, Status},
    web::WebSettings,
};
use tempfile::TempDir;

fn recording(number: u128, file: &str, state: RecordingState) -> RecordingView {
    RecordingView {
        id: things::recording_id(number),
        file: file.into(),
        state,
        pending: None,
        asked_at: Timestamp(1_000),
        started_at: Some(Timestamp(2_000)),
        ended_at: Some(Timestamp(3_000)),
        milliseconds: Some(1_000),
        bytes: None,
        reason: None,
    }
}

/// A conference that has the recording `a.wav`, and a folder with that in it.
pub async fn house(conference: ConferenceView) -> (House, TempDir) {
    let (house, folder) = with(Vec::new()).await;
    let recordings = vec![recording(1, "a.wav", RecordingState::Ended)];
    house.server.publish(Status::Conference(ConferenceView { recordings, ..conference }));
    (house, folder)
}

/// Anna's past conference with these recordings, and a folder with `a.wav` in it.
async fn with(recordings: Vec<RecordingView>) -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("a.wav"), "0123456789").unwrap();
    fs::write(folder.path().join("secret.wav"), "secret").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret.wav"), shared.join("link.wav")).unwrap();
    let settings = WebSettings { recordings: Some(shared), ..WebSettings::default() };
    let house = House::build(Plan { settings, ..Plan::default() }).await;
    house.server.past.lock().unwrap().push(ConferenceView { recordings, ..things::conference(7, 1) });
    (house, folder)
}

fn path(number: u128) -> String {
    let recording = things::recording_id(number);
    format!("/api/v1/conferences/{}/recordings/{recording}", things::conference_id(7))
}

#[tokio::test]
async fn a_file_is_read_whole_and_in_parts() {
    let (house, _folder) = with(vec![recording(1, "a.wav", RecordingState::Ended)]).await;
    let anna = house.sign_in("anna").await;
    for (range, status, body, content_range) in [
        (None, 200, "0123456789", None),
        (Some("bytes=2-4"), 206, "234", Some("bytes 2-4/10")),
        (Some("bytes=7-"), 206, "789", Some("bytes 7-9/10")),
        (Some("bytes=-1"), 206, "9", Some("bytes 9-9/10")),
        (Some("bytes=10-"), 416, "", Some("bytes */10")),
        (Some("bytes=0-1,3-4"), 200, "0123456789", None),
    ] {
        let mut request = house.ask(&anna, Method::GET, &path(1));
        if let Some(range) = range {
            request = request.header("Range", range);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{range:?}");
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("content-range").as_deref(), content_range, "{range:?}");
        assert_eq!(header("accept-ranges").as_deref(), Some("bytes"));
        assert_eq!(header("content-length"), Some(body.len().to_string()));
        assert_eq!(response.text().await.unwrap(), body, "{range:?}");
    }
    let whole = house.get(&anna, &path(1)).await;
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    for (known, status) in [(tag.as_str(), 206), ("\"another\"", 200)] {
        let request = house.ask(&anna, Method::GET, &path(1)).header("Range", "bytes=0-0").header("If-Range", known);
        assert_eq!(request.send().await.unwrap().status(), status, "{known}");
    }
    let head = house.ask(&anna, Method::HEAD, &path(1)).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "10"));
    let read: Vec<String> = house.accounts.audited.lock().unwrap().iter().map(|entry| entry.action.clone()).collect();
    assert!(read.iter().any(|action| action == "recordings.read"), "{read:?}");
}

#[tokio::test]
async fn nothing_but_the_files_of_ones_own_recordings_is_read() {
    let (house, _folder) = with(vec![
        recording(1, "a.wav", RecordingState::Ended),
        recording(2, "../secret.wav", RecordingState::Ended),
        recording(3, "link.wav", RecordingState::Ended),
        recording(4, "gone.wav", RecordingState::Failed),
        recording(5, "a.wav", RecordingState::Paused),
    ])
    .await;
    let anna = house.sign_in("anna").await;
    for number in [2, 3, 4, 99] {
        assert_eq!(problem(house.get(&anna, &path(number)).await).await.1, "not_found", "{number}");
    }
    assert_eq!(problem(house.get(&anna, &path(5)).await).await.1, "wrong_state");
    let ben = house.sign_in("ben").await;
    assert_eq!(problem(house.get(&ben, &path(1)).await).await.1, "not_found");
    assert_eq!(problem(house.get(&Person::Nobody, &path(1)).await).await.1, "not_signed_in");
    let sue = house.sign_in("sue").await;
    for person in [&anna, &sue, &Person::Bearer(PROGRAM_TOKEN)] {
        assert_eq!(house.get(person, &path(1)).await.status(), 200);
    }
    let list = format!("/api/v1/conferences/{}/recordings", things::conference_id(7));
    let listed: Value = house.get(&anna, &list).await.json().await.unwrap();
    let available: Vec<bool> =
        listed["recordings"].as_array().unwrap().iter().map(|one| one["available"].as_bool().unwrap()).collect();
    assert_eq!(available, [true, false, false, false, false]);
}

#[tokio::test]
async fn without_a_shared_folder_there_is_nothing_to_download() {
    let house = House::start().await;
    let conference =
        ConferenceView { recordings: vec![recording(1, "a.wav", RecordingState::Ended)], ..things::conference(7, 1) };
    house.server.past.lock().unwrap().push(conference);
    let anna = house.sign_in("anna").await;
    let (status, code, body) = problem(house.get(&anna, &path(1)).await).await;
    assert_eq!((status, code.as_str()), (404, "not_found"));
    assert!(body["detail"].as_str().unwrap().contains("shared_directory"), "{body}");
}
