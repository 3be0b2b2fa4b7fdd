//! Sounds: to all and to one, asked for, heard of, over; and those at the door.

use crate::{
    desk::{Desk, Pair, SECOND, people},
    house::{petra, rules},
};
use switchboard::domain::{
    announcement::{Beep, Passing, SoundFile},
    conference::Conference,
    effect::{Command, Tag},
    ending::EndWishes,
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{Input, Outcome, RoomEventKind},
    node::requests::Accepted,
    request::{Announced, NewConference, RefusalCode, Verb},
    setting::Setting,
};

const GUEST: &str = "1004";

fn conference(desk: &mut Desk, new: NewConference) -> (ConferenceId, Pair, ChannelId) {
    let pair = desk.talk(&petra());
    let new = NewConference { call_id: Some(pair.call), participants: people(&[GUEST]), ..new };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else { panic!("refused") };
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    let guest = desk.leg(id, GUEST);
    desk.is_rung(guest);
    desk.joins(id, guest);
    (id, pair, guest)
}

fn file(desk: &Desk, sound: &str) -> String {
    desk.node.rules.conference.sounds.by_name[sound].as_str().to_owned()
}

fn announce(id: ConferenceId, to: Option<ParticipantId>) -> Verb {
    Verb::Announce { conference_id: id, participant_id: to, what: Announced::Sound("chime".into()) }
}

/// To whom (the switch's number), and whether the switch has told that it plays.
fn shown(conference: &Conference) -> Vec<(bool, bool)> {
    conference.announcing.iter().map(|one| (one.to.is_some(), one.began)).collect()
}

fn played(sent: &[Command]) -> Vec<(String, Option<u32>)> {
    let play = |command: &Command| match command {
        Command::Play { file, listener, .. } => Some((file.to_string(), listener.map(|listener| listener.member))),
        _ => None,
    };
    sent.iter().filter_map(play).collect()
}

#[test]
fn a_sound_is_asked_for_then_played_then_over() {
    let mut desk = Desk::open();
    let (id, ..) = conference(&mut desk, NewConference::default());
    desk.sent();
    desk.asks(&petra(), &announce(id, None)).unwrap();
    let chime = file(&desk, "chime");
    assert_eq!(played(&desk.sent()), [(chime.clone(), None)]);
    assert_eq!(shown(desk.conference_of(id)), [(false, false)]);
    desk.room(id, RoomEventKind::Playing { channel: None, file: chime.clone(), failed: false });
    assert_eq!(shown(desk.conference_of(id)), [(false, true)]);
    desk.passes(SECOND * 60);
    assert_eq!(shown(desk.conference_of(id)), [(false, true)], "as long as it may be");
    desk.room(id, RoomEventKind::Played { channel: None, file: chime });
    assert_eq!(shown(desk.conference_of(id)), []);
    assert_eq!(desk.told("conference.announcement.played"), ["chime was played to all."]);
}

#[test]
fn to_one_it_is_another_thing_than_to_all() {
    let mut desk = Desk::open();
    let (id, _, guest) = conference(&mut desk, NewConference::default());
    desk.sent();
    let who = desk.guest(id, GUEST).id;
    desk.asks(&petra(), &announce(id, Some(who))).unwrap();
    desk.asks(&petra(), &announce(id, None)).unwrap();
    let chime = file(&desk, "chime");
    assert_eq!(played(&desk.sent()), [(chime.clone(), Some(3)), (chime.clone(), None)]);
    desk.room(id, RoomEventKind::Playing { channel: Some(guest), file: chime.clone(), failed: false });
    assert_eq!(shown(desk.conference_of(id)), [(true, true), (false, false)]);
    desk.asks(&petra(), &Verb::AnnounceStop { conference_id: id, participant_id: Some(who) }).unwrap();
    let stops = |sent: &[Command]| {
        let to = |c: &Command| {
            if let Command::StopPlaying { listener, .. } = c { Some(listener.map(|l| l.member)) } else { None }
        };
        sent.iter().filter_map(to).collect::<Vec<_>>()
    };
    assert_eq!(stops(&desk.sent()), [Some(3)]);
    desk.room(id, RoomEventKind::Played { channel: Some(guest), file: chime });
    assert_eq!(shown(desk.conference_of(id)), [(false, false)]);
    assert_eq!(desk.told("conference.announcement.stopped"), ["chime to Person 1004 was stopped."]);
}

#[test]
fn what_the_switch_cannot_play_is_said_to_have_failed_and_once() {
    let mut desk = Desk::open();
    let (id, ..) = conference(&mut desk, NewConference::default());
    desk.asks(&petra(), &announce(id, None)).unwrap();
    desk.asks(&petra(), &announce(id, None)).unwrap();
    let chime = file(&desk, "chime");
    // For all it tells by an event and in its answer; the second sound is another.
    desk.hears(Input::Reply { tag: Tag::Announce(id, 1), outcome: Outcome::Err("(play) File not found.".into()) });
    assert_eq!(desk.told("conference.announcement.failed"), ["chime could not be played to all."]);
    desk.room(id, RoomEventKind::Playing { channel: None, file: chime, failed: false });
    assert_eq!(shown(desk.conference_of(id)), [(false, true)]);
}

#[test]
fn what_nothing_is_heard_of_is_not_shown_for_ever() {
    let mut desk = Desk::open();
    let (id, pair, guest) = conference(&mut desk, NewConference::default());
    desk.asks(&petra(), &announce(id, None)).unwrap();
    desk.passes(rules().times.control);
    assert_eq!(desk.told("conference.announcement.failed").len(), 1);
    // Its end may come while nobody listens.
    desk.asks(&petra(), &announce(id, None)).unwrap();
    desk.link_down();
    assert_eq!(shown(desk.conference_of(id)), []);
    desk.link_up(desk.having_in_room(id, &[pair.caller, pair.station, guest]));
    let who = desk.guest(id, GUEST).id;
    desk.asks(&petra(), &announce(id, Some(who))).unwrap();
    desk.hangs_up(guest);
    assert_eq!(shown(desk.conference_of(id)), [], "gone with whom it was for");
}

#[test]
fn what_cannot_be_heard_is_refused() {
    let mut desk = Desk::open();
    let (id, _, guest) = conference(&mut desk, NewConference::default());
    let who = desk.guest(id, GUEST).id;
    let wrong = Verb::Announce { conference_id: id, participant_id: None, what: Announced::Sound("say:hello".into()) };
    let refused = desk.asks(&petra(), &wrong).unwrap_err();
    assert_eq!(refused.code, RefusalCode::BadInput);
    assert!(refused.detail.contains("attention, chime"), "{}", refused.detail);
    let stop = Verb::AnnounceStop { conference_id: id, participant_id: None };
    assert_eq!(desk.asks(&petra(), &stop).unwrap_err().code, RefusalCode::WrongState);
    desk.room(id, RoomEventKind::Set { channel: guest, setting: Setting::Hold(true), seen: Vec::new() });
    assert_eq!(desk.asks(&petra(), &announce(id, Some(who))).unwrap_err().code, RefusalCode::WrongState);
    desk.hangs_up(guest);
    assert_eq!(desk.asks(&petra(), &announce(id, Some(who))).unwrap_err().code, RefusalCode::WrongState);
}

#[test]
fn a_warning_is_heard_in_the_room_too() {
    let mut desk = Desk::open();
    let end_rules = EndWishes { max_seconds: Some(600), warn_seconds: Some(vec![60]), ..EndWishes::default() };
    conference(&mut desk, NewConference { end_rules, ..NewConference::default() });
    desk.sent();
    desk.passes(SECOND * 540);
    assert_eq!(played(&desk.sent()), [(file(&desk, "attention"), None)]);
    assert_eq!(desk.told("conference.announcement.asked"), ["attention is to be played to all."]);
}

#[test]
fn the_sounds_at_the_door_are_set_when_the_room_is_there_until_the_switch_says_so() {
    let mut desk = Desk::open();
    let new = NewConference { beep: Some(Beep::OnEnter), ..NewConference::default() };
    let (id, pair, guest) = conference(&mut desk, new);
    let doors = |sent: &[Command]| {
        let door = |command: &Command| match command {
            Command::DoorSound { door, sound, .. } => Some((*door, sound.clone())),
            _ => None,
        };
        sent.iter().filter_map(door).collect::<Vec<(Passing, Option<SoundFile>)>>()
    };
    let both = [(Passing::Enter, Beep::True.on_enter()), (Passing::Exit, None)];
    assert_eq!(doors(&desk.sent()), both);
    desk.room(id, RoomEventKind::DoorSound(Passing::Enter));
    let inside = desk.having_in_room(id, &[pair.caller, pair.station, guest]);
    desk.link_up(inside.clone());
    assert_eq!(doors(&desk.sent()), both[1..], "not heard of is asked for again");
    desk.room(id, RoomEventKind::DoorSound(Passing::Exit));
    desk.link_up(inside.clone());
    assert_eq!(doors(&desk.sent()), []);
    desk.restart_after(SECOND);
    desk.link_up(inside);
    assert_eq!(doors(&desk.sent()), both, "after a restart nobody knows");

    let (_, pair, _) = conference(&mut desk, NewConference::default());
    assert_eq!(doors(&desk.sent()), [], "without a wish they are as the profile has them: {pair:?}");
}
