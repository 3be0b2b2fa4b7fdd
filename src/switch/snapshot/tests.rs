use super::*;
use crate::domain::setting::Gain;
use proptest::prelude::*;

const CHANNELS: &str = include_str!("../../../tests/recordings-switch/channels.json");
const BRIDGES: &str = include_str!("../../../tests/recordings-switch/bridged_calls.json");
const ROOMS: &str = include_str!("../../../tests/recordings-switch/rooms.json");
const STATUS: &str = include_str!("../../../tests/recordings-switch/status.txt");
const VERSION: &str = include_str!("../../../tests/recordings-switch/version.txt");

fn id(text: &str) -> ChannelId {
    text.parse().unwrap()
}

#[test]
fn recorded_channels_are_read() {
    let channels = channels(CHANNELS).unwrap();
    assert_eq!(channels.len(), 10);
    let member = &channels[&id("4bd53839-5352-431b-9fbf-c024faabef88")];
    assert_eq!(member.name, "sofia/internal/answer@127.0.0.1:15160");
    assert_eq!(member.application, "conference");
    assert!(member.answered && !member.inbound);
    assert_eq!(member.destination, "answer", "what was dialed, not where it was moved since");
}

#[test]
fn only_pairs_count_as_bridges() {
    let pair = (id("fb34908a-44cb-4bff-b22b-d9bb0f1372e2"), id("3fe74fd2-3c90-4064-9fc6-c491646fee9d"));
    assert_eq!(bridges(BRIDGES).unwrap(), BTreeSet::from([pair]));
    assert!(bridges("{\"row_count\": 0}\n").unwrap().is_empty());
}

#[test]
fn recorded_rooms_are_read() {
    let rooms = rooms(ROOMS).unwrap();
    let room = &rooms["room1"];
    assert!(room.locked);
    let muted = &room.members[&id("076db563-5355-4950-bb4c-22956c283aa0")];
    assert_eq!((muted.member, muted.talking, muted.seen[0]), (35, false, Setting::Muted(true)));
    let talking = &room.members[&id("75ed4cf6-0d48-4867-9da6-e352f11dc2ca")];
    assert_eq!((talking.member, talking.talking, talking.seen[0]), (34, true, Setting::Muted(false)));
    let gain = Gain::try_from(0).unwrap();
    for setting in [Setting::Deaf(false), Setting::Hold(false), Setting::GainIn(gain), Setting::GainOut(gain)] {
        assert!(talking.seen.contains(&setting), "{setting:?}");
    }
    assert_eq!(room.members.len(), 3);
}

#[test]
fn relations_are_read_line_by_line() {
    let text = "1 -> 2 NOSPEAK HEAR NOSENDVIDEO \n3 -> 1 SPEAK NOHEAR NOSENDVIDEO \ngarbage\n1 -> x NOSPEAK HEAR\n";
    assert_eq!(relations(text), Outcome::Relations([((1, 2), true), ((3, 1), false)].into()));
    for none in ["-ERR no reply\n", "+OK No relationships\n", ""] {
        assert_eq!(relations(none), Outcome::Relations([].into()), "{none}");
    }
    assert!(matches!(relations("-ERR Conference X not found\n"), Outcome::Err(_)));
}

#[test]
fn no_rooms_is_said_in_several_ways_and_garbage_is_none_of_them() {
    for none in ["[]", "+OK No active conferences.\n", "-ERR No active conferences.", "No active conferences"] {
        assert!(rooms(none).unwrap().is_empty(), "{none}");
    }
    for garbage in ["", "-ERR command not found", "{}", "null", "[", "+OK"] {
        assert!(rooms(garbage).is_err(), "{garbage}");
        assert!(channels(garbage).is_err(), "{garbage}");
        assert!(bridges(garbage).is_err(), "{garbage}");
    }
}

#[test]
fn a_row_that_is_odd_does_not_hide_the_others() {
    let text = r#"{"row_count":4,"rows":[{"uuid":7},{"uuid":"st-1"},null,
        {"uuid":"4bd53839-5352-431b-9fbf-c024faabef88","state":"CS_HANGUP","callstate":"HANGUP"},
        {"uuid":"b2f47fdc-3985-48a6-af51-38e379a8ea41","callstate":"RINGING","direction":"inbound","dest":"9000"}]}"#;
    let channels = channels(text).unwrap();
    assert_eq!(channels.keys().copied().collect::<Vec<_>>(), [id("b2f47fdc-3985-48a6-af51-38e379a8ea41")]);
    let info = channels.values().next().unwrap();
    assert!(info.inbound && !info.answered && info.destination == "9000");
}

#[test]
fn health_is_read_from_the_recorded_status() {
    assert_eq!(health(STATUS), Ok(Health { sessions: 10, max_sessions: 500, paused: false }));
    let paused = STATUS.replace(") is ready", ") is not ready");
    assert_eq!(health(&paused), Ok(Health { sessions: 10, max_sessions: 500, paused: true }));
    assert!(health("-ERR").is_err());
    assert!(health("FreeSWITCH (x) is ready").is_err());
}

#[test]
fn the_version_is_short_enough_to_show() {
    assert_eq!(
        version(VERSION),
        "1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit (git cc93a68 2026-08-21 14:10:14Z 64bit)"
    );
}

#[test]
fn replies_say_what_became_of_a_command() {
    assert_eq!(reply("+OK\n"), Outcome::Ok(String::new()));
    assert_eq!(reply("+OK mute 5\n"), Outcome::Ok("mute 5".into()));
    assert_eq!(reply("true"), Outcome::Ok("true".into()));
    assert_eq!(reply("-ERR No such channel!\n-USAGE: <uuid> <var>\n"), Outcome::Err("No such channel!".into()));
    assert_eq!(reply("-USAGE: <uuid>"), Outcome::Err("-USAGE: <uuid>".into()));
    assert_eq!(reply("-ERR Conference X not found\n"), Outcome::Err("Conference X not found".into()));
}

proptest! {
    #[test]
    fn no_list_is_too_odd(text in any::<String>()) {
        let _ = (channels(&text), bridges(&text), rooms(&text), health(&text), version(&text), reply(&text));
    }
}

#[test]
fn a_recording_is_listed_among_the_members_and_is_none() {
    let text = r#"[{"conference_name": "r", "recording": true, "members": [
        {"type": "recording_node", "record_path": "/rec/b.wav", "join_time": 1795516431},
        {"type": "recording_node", "record_path": "/rec/a.wav", "status": "paused", "join_time": 1795516431}]}]"#;
    let room = &rooms(text).unwrap()["r"];
    assert!(room.members.is_empty());
    assert_eq!(room.recordings, BTreeMap::from([("/rec/a.wav".to_owned(), true), ("/rec/b.wav".to_owned(), false)]));
}
