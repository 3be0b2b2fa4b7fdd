use super::*;
use crate::domain::input::Outcome;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

const MOVE: &str = include_str!("../../../tests/recordings-switch/move.esl");
const ORIGINATE: &str = include_str!("../../../tests/recordings-switch/originate.esl");

/// Reads a recording the way the client crate hands events over: decoded headers, and a body where there is one.
fn recorded(mut text: &str) -> Vec<EslEvent> {
    let mut events = Vec::new();
    while let Some((envelope, rest)) = text.split_once("\n\n") {
        let length = envelope.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        let (event, after) = rest.split_at(length.parse().unwrap());
        let (headers, body) = event.split_once("\n\n").unwrap();
        let mut parsed = EslEvent::new();
        for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
            parsed.set_header(name, percent_decode_str(value).decode_utf8_lossy());
        }
        if !body.is_empty() {
            parsed.set_body(body);
        }
        events.push(parsed);
        text = after;
    }
    events
}

fn event(headers: &[(&str, &str)]) -> EslEvent {
    let mut event = EslEvent::new();
    for (name, value) in headers {
        event.set_header(*name, *value);
    }
    event
}

fn channel(text: &str) -> ChannelId {
    text.parse().unwrap()
}

#[test]
fn a_recorded_move_tells_its_story() {
    let caller = channel("eff43899-970d-4a75-928e-2b048f0321dc");
    let station = channel("a7700000-0000-4000-8000-000000000001");
    let guest = channel("a7700000-0000-4000-8000-000000000002");
    let inputs: Vec<Input> = recorded(MOVE).iter().filter_map(input).collect();
    let channels: Vec<_> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Channel(event) => Some((event.channel, event.kind.clone())),
            _ => None,
        })
        .collect();
    use ChannelEventKind::*;
    let ended = |sip_status| HungUp { cause: "NORMAL_CLEARING".into(), sip_status, disposition: None };
    assert_eq!(
        channels,
        [
            (caller, Created),
            (caller, Answered),
            (caller, Parked),
            (station, Created),
            (station, Ringing),
            (station, Answered),
            (station, Parked),
            (caller, Bridged(station)),
            (caller, Unbridged(Some(station))),
            (guest, Created),
            (guest, Ringing),
            (guest, Answered),
            (guest, ended(None)),
            (caller, ended(None)),
            (station, ended(None)),
        ]
    );
    let rooms: Vec<_> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Room(event) => Some((event.room.as_str(), event.kind.clone())),
            _ => None,
        })
        .collect();
    let heard = vec![Setting::Muted(false), Setting::Deaf(false), Setting::Hold(false)];
    assert_eq!(
        rooms[..4],
        [
            ("room-1", RoomEventKind::Created),
            ("room-1", RoomEventKind::Joined { channel: caller, member: 3, seen: heard.clone() }),
            ("room-1", RoomEventKind::Joined { channel: station, member: 4, seen: heard }),
            ("room-1", RoomEventKind::Talking { channel: caller, on: true }),
        ]
    );
    for wanted in [
        RoomEventKind::Set { channel: guest, setting: Setting::Muted(true), seen: Vec::new() },
        RoomEventKind::Set { channel: guest, setting: Setting::Muted(false), seen: Vec::new() },
        RoomEventKind::Locked(true),
        RoomEventKind::Locked(false),
        RoomEventKind::Left { channel: guest },
    ] {
        assert!(rooms.contains(&("room-1", wanted.clone())), "{wanted:?} is missing");
    }
    assert_eq!(rooms.last().unwrap(), &("room-1", RoomEventKind::Destroyed));
    let first = inputs.iter().find_map(|input| match input {
        Input::Channel(event) => Some(&event.info),
        _ => None,
    });
    let first = first.unwrap();
    assert_eq!((first.caller_name.as_str(), first.destination.as_str()), ("Ivan", "9000"));
    assert!(first.inbound && !first.answered);
}

#[test]
fn recorded_failures_carry_their_cause_and_what_sip_said() {
    let inputs: Vec<Input> = recorded(ORIGINATE).iter().filter_map(input).collect();
    let leg = |n: u32| channel(&format!("b2000000-0000-4000-8000-0000000000{n}"));
    let ended = |n| {
        inputs.iter().find_map(|input| match input {
            Input::Channel(ChannelEvent {
                channel, kind: ChannelEventKind::HungUp { cause, sip_status, .. }, ..
            }) if *channel == leg(n) => Some((cause.as_str(), *sip_status)),
            _ => None,
        })
    };
    let job = |n| {
        inputs.iter().find_map(|input| match input {
            Input::Job { channels, outcome } if *channels == [leg(n)] => Some(outcome.clone()),
            _ => None,
        })
    };
    for (n, cause, sip) in [
        (19, "USER_BUSY", Some(486)),
        (20, "CALL_REJECTED", Some(603)),
        (21, "UNALLOCATED_NUMBER", Some(404)),
        (22, "NO_USER_RESPONSE", Some(480)),
        (23, "NORMAL_TEMPORARY_FAILURE", Some(503)),
        (24, "NO_ANSWER", None),
    ] {
        assert_eq!(ended(n), Some((cause, sip)));
        assert_eq!(job(n), Some(Outcome::Err(cause.into())));
    }
    assert_eq!(job(18), Some(Outcome::Ok(leg(18).to_string())));
    // No channel ever existed for these two.
    assert_eq!((ended(25), job(25)), (None, Some(Outcome::Err("USER_NOT_REGISTERED".into()))));
    assert_eq!((ended(26), job(26)), (None, Some(Outcome::Err("SUBSCRIBER_ABSENT".into()))));
}

#[test]
fn channels_of_others_with_ids_that_are_no_uuids_are_nothing_to_us() {
    for id in ["st-20-9783037", "", "{eff43899-970d-4a75-928e-2b048f0321dc}", "eff43899970d4a75928e2b048f0321dc"] {
        assert_eq!(input(&event(&[("Event-Name", "CHANNEL_ANSWER"), ("Unique-ID", id)])), None, "{id}");
    }
}

#[test]
fn jobs_of_others_are_nothing_to_us() {
    let told = |command, argument| {
        input(&event(&[("Event-Name", "BACKGROUND_JOB"), ("Job-Command", command), ("Job-Command-Arg", argument)]))
    };
    assert_eq!(told("status", ""), None);
    assert_eq!(told("originate", "sofia/internal/1001 &park()"), None);
    assert_eq!(told("originate", "{origination_uuid=привет-привет-привет-привет}"), None);
}

#[test]
fn sounds_are_told_with_whom_they_are_for_or_with_nobody() {
    const WHO: &str = "eff43899-970d-4a75-928e-2b048f0321dc";
    let told = |action, more: &[(&str, &str)]| {
        let mut headers = vec![
            ("Event-Name", "CUSTOM"),
            ("Event-Subclass", "conference::maintenance"),
            ("Conference-Name", "room"),
            ("Action", action),
        ];
        headers.extend(more);
        match input(&event(&headers)) {
            Some(Input::Room(event)) => Some(event.kind),
            _ => None,
        }
    };
    let file = || "a.wav".to_owned();
    let channel = WHO.parse().ok();
    let playing = |channel, failed| Some(RoomEventKind::Playing { channel, file: file(), failed });
    assert_eq!(told("play-file", &[("File", "a.wav")]), playing(None, false));
    let error = ("Error", "File could not be played");
    assert_eq!(told("play-file", &[("File", "a.wav"), error]), playing(None, true));
    assert_eq!(told("play-file-member", &[("File", "a.wav"), ("Unique-ID", WHO)]), playing(channel, false));
    let played = |channel| Some(RoomEventKind::Played { channel, file: file() });
    assert_eq!(told("play-file-done", &[("File", "a.wav")]), played(None));
    assert_eq!(told("play-file-member-done", &[("File", "a.wav"), ("Unique-ID", WHO)]), played(channel));
    assert_eq!(told("play-file-member-done", &[("File", "a.wav")]), None, "whoever it was for has left");
    assert_eq!(told("enter-sound-file-changed", &[]), Some(RoomEventKind::DoorSound(Passing::Enter)));
    assert_eq!(told("exit-sounds-off", &[]), Some(RoomEventKind::DoorSound(Passing::Exit)));
}

#[test]
fn text_of_strangers_is_bounded_and_without_control_characters() {
    let name = format!("Eve\u{7}\n\u{1b}[31m{}", "x".repeat(5_000));
    let told = input(&event(&[
        ("Event-Name", "CHANNEL_CREATE"),
        ("Unique-ID", "eff43899-970d-4a75-928e-2b048f0321dc"),
        ("Caller-Caller-ID-Name", &name),
    ]));
    let Some(Input::Channel(told)) = told else { panic!("{told:?}") };
    assert!(told.info.caller_name.starts_with("Eve[31mxxx"), "{:?}", told.info.caller_name);
    assert!(told.info.caller_name.len() <= 256);
}

proptest! {
    #[test]
    fn no_event_is_too_odd(
        name in prop_oneof![
            Just("CUSTOM".to_owned()), Just("BACKGROUND_JOB".to_owned()), Just("CHANNEL_BRIDGE".to_owned()),
            Just("CHANNEL_HANGUP_COMPLETE".to_owned()), any::<String>(),
        ],
        action in prop_oneof![Just("add-member".to_owned()), Just("lock".to_owned()), any::<String>()],
        values in proptest::collection::vec(any::<String>(), 5),
        body in any::<String>(),
    ) {
        let mut odd = event(&[
            ("Event-Name", &name), ("Event-Subclass", "conference::maintenance"), ("Action", &action),
            ("Unique-ID", &values[0]), ("Member-ID", &values[1]), ("Conference-Name", &values[2]),
            ("variable_sip_term_status", &values[3]), ("Job-Command", "originate"),
            ("Job-Command-Arg", &format!("origination_uuid={}", values[4])),
        ]);
        odd.set_body(body);
        let _ = input(&odd);
    }
}

#[test]
fn recordings_are_told_by_their_file() {
    let told = |headers: &[(&str, &str)]| {
        let mut all = vec![
            ("Event-Name", "CUSTOM"),
            ("Event-Subclass", "conference::maintenance"),
            ("Conference-Name", "room-1"),
            ("Conference-Size", "2"),
            ("Path", "/rec/a.wav"),
        ];
        all.extend(headers);
        match input(&event(&all)) {
            Some(Input::Room(RoomEvent { kind: RoomEventKind::Recording { path, news }, .. })) => Some((path, news)),
            _ => None,
        }
    };
    let path = "/rec/a.wav".to_owned();
    let stopped = |milliseconds, bytes| RecordingNews::Stopped { milliseconds, bytes, members: 2 };
    for (headers, news) in [
        (&[("Action", "start-recording")][..], RecordingNews::Started),
        (&[("Action", "start-recording"), ("Error", "File could not be opened for recording")], RecordingNews::Refused),
        (&[("Action", "pause-recording"), ("Other-Recordings", "true")], RecordingNews::Paused(true)),
        (&[("Action", "resume-recording"), ("Other-Recordings", "true")], RecordingNews::Paused(false)),
        (
            &[("Action", "stop-recording"), ("Milliseconds-Elapsed", "2000"), ("Record-File-Size", "32044")],
            stopped(Some(2000), Some(32_044)),
        ),
        (&[("Action", "stop-recording"), ("Milliseconds-Elapsed", "0")], stopped(Some(0), None)),
    ] {
        assert_eq!(told(headers), Some((path.clone(), news)), "{headers:?}");
    }
}
