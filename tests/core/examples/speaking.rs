//! Texts that are spoken, and the names of those who come and go.

use crate::{
    desk::{Desk, Pair, SECOND, people},
    house::{petra, rules, safe},
};
use std::time::Duration;
use switchboard::domain::{
    announcement::{Beep, Passing},
    effect::{Command, Tag},
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{Input, Outcome, RoomEventKind, Snapshot},
    node::requests::Accepted,
    request::{Announced, NewConference, RefusalCode, Verb},
    rules::Rules,
    speech::{NameSentences, SpeechRules, SpokenText},
};

const GUESTS: [&str; 6] = ["1004", "1005", "1006", "1007", "1008", "1009"];

fn spoken() -> Rules {
    let mut rules = rules();
    rules.conference.speech = Some(SpeechRules {
        engine: safe("flite"),
        voice: safe("slt"),
        voices: [("de".to_owned(), safe("rms"))].into(),
        module: safe("mod_flite"),
        names: NameSentences::default(),
    });
    rules
}

/// A desk whose switch has its voice.
fn desk(speaks: bool) -> Desk {
    let mut desk = Desk::open_with(spoken());
    desk.link_up(Snapshot { speaks, ..Snapshot::default() });
    desk
}

fn conference(desk: &mut Desk, beep: Option<Beep>, guests: &[&str]) -> (ConferenceId, Pair) {
    let pair = desk.talk(&petra());
    let new = NewConference { call_id: Some(pair.call), participants: people(guests), beep, ..Default::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else { panic!("refused") };
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    (id, pair)
}

fn comes(desk: &mut Desk, id: ConferenceId, number: &str) -> ChannelId {
    let leg = desk.leg(id, number);
    desk.is_rung(leg);
    desk.joins(id, leg);
    leg
}

fn say(id: ConferenceId, to: Option<ParticipantId>, language: Option<&str>) -> Verb {
    let text = SpokenText::new("Five minutes left").expect("a text");
    let what = Announced::Text { text, language: language.map(str::to_owned) };
    Verb::Announce { conference_id: id, participant_id: to, what }
}

/// What was to be spoken, and to whom.
fn said(desk: &mut Desk) -> Vec<(String, Option<u32>)> {
    let said = |command: Command| match command {
        Command::Say { speech, listener, .. } => Some((speech.file(), listener.map(|listener| listener.member))),
        _ => None,
    };
    desk.sent().into_iter().filter_map(said).collect()
}

fn names(desk: &mut Desk) -> Vec<String> {
    said(desk).into_iter().map(|(file, _)| file.replace("tts://flite|slt|", "")).collect()
}

#[test]
fn a_text_is_asked_for_then_spoken_then_over() {
    let mut desk = desk(true);
    let (id, _) = conference(&mut desk, None, &GUESTS[..1]);
    comes(&mut desk, id, GUESTS[0]);
    desk.sent();
    desk.asks(&petra(), &say(id, None, None)).expect("it speaks");
    let file = "tts://flite|slt|Five minutes left".to_owned();
    assert_eq!(said(&mut desk), [(file.clone(), None)]);
    desk.passes(SECOND * 6);
    assert!(!desk.conference_of(id).announcing[0].began, "a slow voice takes its time");
    desk.room(id, RoomEventKind::Playing { channel: None, file: file.clone(), failed: false });
    assert!(desk.conference_of(id).announcing[0].began);
    desk.room(id, RoomEventKind::Played { channel: None, file });
    assert!(desk.conference_of(id).announcing.is_empty());
    assert_eq!(desk.told("conference.announcement.played"), ["“Five minutes left” was spoken to all."]);

    let who = desk.guest(id, GUESTS[0]).id;
    desk.asks(&petra(), &say(id, Some(who), Some("de"))).expect("it speaks");
    assert_eq!(said(&mut desk), [("tts://flite|rms|Five minutes left".to_owned(), Some(3))]);
    let serial = desk.conference_of(id).announcing[0].serial;
    desk.hears(Input::Reply { tag: Tag::Announce(id, serial), outcome: Outcome::Err("not found".into()) });
    assert_eq!(
        desk.told("conference.announcement.failed"),
        ["“Five minutes left” could not be spoken to Person 1004."]
    );
    let refused = desk.asks(&petra(), &say(id, None, Some("fr"))).unwrap_err();
    assert!(refused.code == RefusalCode::BadInput && refused.detail.contains("(de)"), "{refused:?}");
}

#[test]
fn where_there_is_no_voice_it_is_said_why() {
    let mut desk = Desk::open();
    let (id, _) = conference(&mut desk, None, &GUESTS[..1]);
    let refused = desk.asks(&petra(), &say(id, None, None)).unwrap_err();
    assert!(refused.code == RefusalCode::WrongState && refused.detail.contains("[speech]"), "{refused:?}");
    assert!(!desk.node.can_speak());

    let mut desk = self::desk(false);
    let (id, pair) = conference(&mut desk, None, &GUESTS[..1]);
    let refused = desk.asks(&petra(), &say(id, None, None)).unwrap_err();
    assert!(refused.code == RefusalCode::WrongState && refused.detail.contains("mod_flite"), "{refused:?}");
    let inside = desk.having_in_room(id, &[pair.caller, pair.station]);
    desk.link_up(Snapshot { speaks: true, ..inside });
    assert!(desk.node.can_speak());
    desk.asks(&petra(), &say(id, None, None)).expect("it was loaded meanwhile");
}

#[test]
fn whoever_comes_and_leaves_is_named_and_many_at_once_are_counted() {
    let mut desk = desk(true);
    let (id, _) = conference(&mut desk, Some(Beep::Name), &GUESTS);
    desk.passes(SECOND);
    assert_eq!(names(&mut desk), [""; 0], "the two who were talking need not be told of each other");
    let first = comes(&mut desk, id, GUESTS[0]);
    assert_eq!(names(&mut desk), [""; 0]);
    desk.passes(SECOND);
    let text = "Person 1004 has joined.";
    assert_eq!(names(&mut desk), [text]);

    // Who comes while that is spoken is named when it is over, together.
    let file = format!("tts://flite|slt|{text}");
    desk.room(id, RoomEventKind::Playing { channel: None, file: file.clone(), failed: false });
    for number in &GUESTS[1..5] {
        comes(&mut desk, id, number);
        desk.passes(SECOND);
    }
    desk.hangs_up(first);
    desk.passes(SECOND);
    assert_eq!(names(&mut desk), [""; 0]);
    desk.room(id, RoomEventKind::Played { channel: None, file });
    assert_eq!(names(&mut desk), ["4 people have joined. Person 1004 has left."]);
    assert_eq!(desk.told("conference.announcement.asked").len(), 0, "the story has that they came");

    let last = comes(&mut desk, id, GUESTS[5]);
    desk.hangs_up(last);
    let file = desk.conference_of(id).announcing[0].content.file();
    desk.room(id, RoomEventKind::Played { channel: None, file });
    desk.passes(SECOND);
    assert_eq!(names(&mut desk), [""; 0], "in and out in one moment is no news");
}

#[test]
fn who_only_listens_or_waits_to_be_introduced_is_not_named() {
    let mut desk = desk(true);
    let pair = desk.talk(&petra());
    let mut guests = people(&GUESTS[..2]);
    guests[0].listener = true;
    guests[1].introduce = true;
    let beep = Some(Beep::Name);
    let new = NewConference { call_id: Some(pair.call), participants: guests, beep, ..Default::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else { panic!("refused") };
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    comes(&mut desk, id, GUESTS[0]);
    comes(&mut desk, id, GUESTS[1]);
    desk.passes(SECOND);
    assert_eq!(names(&mut desk), [""; 0]);
    let newcomer = desk.guest(id, GUESTS[1]).id;
    desk.asks(&petra(), &Verb::Admit { conference_id: id, participant_id: newcomer }).expect("they wait");
    desk.passes(SECOND);
    assert_eq!(names(&mut desk), ["Person 1005 has joined."]);
}

/// The tones that were set at the door: for those who come, for those who leave.
fn tones(desk: &mut Desk) -> Vec<(Passing, bool)> {
    let tone = |command: Command| match command {
        Command::DoorSound { door, sound, .. } => Some((door, sound.is_some())),
        _ => None,
    };
    desk.sent().into_iter().filter_map(tone).collect()
}

#[test]
fn where_names_cannot_be_spoken_there_are_tones() {
    let (off, on) =
        ([(Passing::Enter, false), (Passing::Exit, false)], [(Passing::Enter, true), (Passing::Exit, true)]);
    let mut desk = desk(false);
    let (id, pair) = conference(&mut desk, Some(Beep::Name), &GUESTS[..1]);
    assert_eq!(tones(&mut desk), on);
    comes(&mut desk, id, GUESTS[0]);
    desk.passes(SECOND);
    assert_eq!(names(&mut desk), [""; 0]);

    // The module was loaded, and is gone again.
    let guest = desk.leg(id, GUESTS[0]);
    for (speaks, expected) in [(true, off), (false, on), (true, off)] {
        let inside = desk.having_in_room(id, &[pair.caller, pair.station, guest]);
        desk.link_up(Snapshot { speaks, ..inside });
        assert_eq!(tones(&mut desk), expected);
    }
    // The voice is not there after all.
    desk.hangs_up(guest);
    desk.passes(Duration::from_secs(1));
    let serial = desk.conference_of(id).announcing[0].serial;
    desk.sent();
    desk.hears(Input::Reply { tag: Tag::Announce(id, serial), outcome: Outcome::Err("not found".into()) });
    assert_eq!(tones(&mut desk), on);
    assert_eq!(desk.told("conference.announcement.failed").len(), 0);
}
