//! Recording a conference: it is recorded when the switch says so, and over when the switch says so.

use crate::{
    desk::{Desk, Pair, SECOND},
    house::{olga, petra, rules, safe},
};
use switchboard::domain::{
    effect::{Command, RecordVerb},
    ids::ConferenceId,
    input::{RecordingNews, RoomEventKind},
    recording::{Recording, RecordingAsk, RecordingEnd, RecordingRules, RecordingState},
    request::{Announced, RefusalCode, Verb},
    rules::Rules,
    setting::Setting,
    states::ConferenceState,
};

/// A conference of two.
fn two(desk: &mut Desk) -> (ConferenceId, Pair) {
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &["1003"]);
    desk.sent();
    (id, pair)
}

/// One that is being recorded.
fn recorded(desk: &mut Desk) -> (ConferenceId, Pair) {
    let (id, pair) = two(desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    news(desk, id, RecordingNews::Started);
    desk.sent();
    (id, pair)
}

fn news(desk: &mut Desk, id: ConferenceId, news: RecordingNews) {
    let path = last(desk, id).path;
    desk.room(id, RoomEventKind::Recording { path, news });
}

fn stopped(members: u32) -> RecordingNews {
    RecordingNews::Stopped { milliseconds: Some(12_340), bytes: Some(197_484), members }
}

fn last(desk: &Desk, id: ConferenceId) -> Recording {
    desk.conference_of(id).recordings.last().expect("it was to be recorded").clone()
}

fn told(desk: &mut Desk) -> Vec<RecordVerb> {
    let verb = |command: Command| match command {
        Command::Record { verb, .. } => Some(verb),
        _ => None,
    };
    desk.sent().into_iter().filter_map(verb).collect()
}

#[test]
fn it_is_recorded_when_the_switch_says_so() {
    let mut desk = Desk::open();
    let (id, _) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("asked twice is asked once");
    assert_eq!(told(&mut desk), [RecordVerb::Start]);
    assert_eq!(last(&desk, id).state, RecordingState::Starting);
    news(&mut desk, id, RecordingNews::Started);
    assert_eq!(last(&desk, id).state, RecordingState::Recording);
    assert!(last(&desk, id).file().ends_with(".wav"));

    desk.asks(&olga(), &Verb::PauseRecording { conference_id: id, on: true }).expect("it runs");
    assert_eq!(last(&desk, id).asked, Some(RecordingAsk::Pause(true)));
    news(&mut desk, id, RecordingNews::Paused(true));
    assert_eq!((last(&desk, id).state, last(&desk, id).asked), (RecordingState::Paused, None));
    desk.asks(&olga(), &Verb::PauseRecording { conference_id: id, on: true }).expect("it is so already");
    desk.asks(&olga(), &Verb::PauseRecording { conference_id: id, on: false }).expect("it is paused");
    news(&mut desk, id, RecordingNews::Paused(false));
    desk.asks(&olga(), &Verb::StopRecording { conference_id: id }).expect("it runs");
    assert_eq!(told(&mut desk), [RecordVerb::Pause, RecordVerb::Resume, RecordVerb::Stop]);
    news(&mut desk, id, stopped(2));
    let over = last(&desk, id);
    assert_eq!(
        (over.state, over.end, over.milliseconds),
        (RecordingState::Ended, Some(RecordingEnd::Stopped), Some(12_340))
    );
    desk.asks(&olga(), &Verb::StopRecording { conference_id: id }).expect("it is over already");
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("another one");
    assert_eq!(told(&mut desk), [RecordVerb::Start]);
    assert_ne!(last(&desk, id).path, over.path, "no recording overwrites another");
}

#[test]
fn only_whoever_may_steer_it_records_it_and_only_a_room_that_lives() {
    let mut desk = Desk::open();
    let id = desk.start(&olga(), None, &["1003"]).expect("nothing speaks against it");
    let record = Verb::Record { conference_id: id };
    assert_eq!(desk.asks(&olga(), &record).unwrap_err().code, RefusalCode::WrongState);
    assert_eq!(desk.asks(&petra(), &record).unwrap_err().code, RefusalCode::NotYours);
    let pause = Verb::PauseRecording { conference_id: id, on: true };
    assert_eq!(desk.asks(&olga(), &pause).unwrap_err().code, RefusalCode::WrongState);
    let mut desk = Desk::open_with(Rules { recording: None, ..rules() });
    let (id, _) = two(&mut desk);
    assert_eq!(desk.asks(&olga(), &Verb::Record { conference_id: id }).unwrap_err().code, RefusalCode::WrongState);
}

#[test]
fn one_that_stops_by_itself_is_noticed_and_can_be_begun_again() {
    let mut desk = Desk::open();
    let (id, _) = recorded(&mut desk);
    news(&mut desk, id, stopped(2));
    assert_eq!(last(&desk, id).end, Some(RecordingEnd::ByItself));
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("another one");
    assert_eq!(told(&mut desk), [RecordVerb::Start]);
}

#[test]
fn a_file_that_cannot_be_opened_is_no_recording() {
    let mut desk = Desk::open();
    let (id, _) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    news(&mut desk, id, RecordingNews::Refused);
    news(&mut desk, id, RecordingNews::Stopped { milliseconds: Some(0), bytes: None, members: 2 });
    let over = last(&desk, id);
    assert_eq!((over.state, over.end), (RecordingState::Failed, Some(RecordingEnd::NotOpened)));
}

#[test]
fn a_conference_is_over_when_its_file_is_closed() {
    let mut desk = Desk::open();
    let (id, pair) = recorded(&mut desk);
    desk.asks(&olga(), &Verb::End { conference_id: id }).expect("it lives");
    for leg in [pair.caller, pair.station].into_iter().chain(desk.guests(id)) {
        desk.hangs_up(leg);
    }
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ending);
    news(&mut desk, id, stopped(0));
    assert_eq!(last(&desk, id).end, Some(RecordingEnd::ConferenceOver));
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ended);
}

#[test]
fn a_conference_does_not_wait_for_ever_for_news_of_its_file() {
    let mut desk = Desk::open();
    let (id, pair) = recorded(&mut desk);
    desk.asks(&olga(), &Verb::End { conference_id: id }).expect("it lives");
    for leg in [pair.caller, pair.station].into_iter().chain(desk.guests(id)) {
        desk.hangs_up(leg);
    }
    desk.passes(SECOND * 6);
    assert_eq!(last(&desk, id).end, Some(RecordingEnd::Unseen));
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ended);
}

#[test]
fn after_a_restart_the_switch_says_what_is_recorded() {
    for (listed, state) in
        [(Some(false), RecordingState::Recording), (Some(true), RecordingState::Paused), (None, RecordingState::Ended)]
    {
        let mut desk = Desk::open();
        let (id, pair) = recorded(&mut desk);
        let path = last(&desk, id).path;
        desk.restart_after(SECOND * 3);
        let mut snapshot = desk.having_in_room(id, &[pair.caller, pair.station]);
        for room in snapshot.rooms.values_mut() {
            room.recordings.extend(listed.map(|paused| (path.clone(), paused)));
        }
        desk.link_up(snapshot);
        assert_eq!(last(&desk, id).state, state, "listed: {listed:?}");
    }
}

#[test]
fn one_that_was_given_up_and_runs_after_all_is_stopped() {
    let mut desk = Desk::open();
    let (id, pair) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    desk.restart_after(SECOND);
    let snapshot = desk.having_in_room(id, &[pair.caller, pair.station]);
    desk.link_up(snapshot);
    assert_eq!(last(&desk, id).end, Some(RecordingEnd::NotStarted));
    news(&mut desk, id, RecordingNews::Started);
    assert_eq!(told(&mut desk), [RecordVerb::Stop]);
}

/// A desk whose conferences are announced before they are recorded.
fn announcing() -> Desk {
    let recording = RecordingRules::new("/rec", "{id}", Some(safe("ivr/recorded.wav"))).ok();
    Desk::open_with(Rules { recording, ..rules() })
}

#[test]
fn people_are_told_before_they_are_recorded() {
    let mut desk = announcing();
    let (id, _) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    let sent = desk.sent();
    assert!(matches!(sent.as_slice(), [Command::Announce { .. }]), "{sent:?}");
    desk.room(id, RoomEventKind::Played { channel: None, file: "something/else.wav".into() });
    assert_eq!(told(&mut desk), []);
    desk.room(id, RoomEventKind::Played { channel: None, file: "/usr/share/sounds/ivr/recorded.wav".into() });
    assert_eq!(told(&mut desk), [RecordVerb::Start]);
    news(&mut desk, id, RecordingNews::Started);
    assert_eq!(last(&desk, id).state, RecordingState::Recording);
}

/// Who was told of the recording by themselves, by the switch's number.
fn told_alone(desk: &mut Desk) -> Vec<u32> {
    let to = |command: Command| match command {
        Command::Play { file, listener, .. } if file.as_str() == "ivr/recorded.wav" => listener.map(|one| one.member),
        _ => None,
    };
    desk.sent().into_iter().filter_map(to).collect()
}

#[test]
fn who_comes_while_it_is_recorded_is_told_alone_and_once() {
    let mut desk = announcing();
    let (id, pair) = two(&mut desk);
    let late = desk.leg(id, "1003");
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    desk.room(id, RoomEventKind::Played { channel: None, file: "ivr/recorded.wav".into() });
    news(&mut desk, id, RecordingNews::Started);
    desk.sent();
    desk.passes(SECOND);
    desk.joins(id, late);
    assert_eq!(told_alone(&mut desk).len(), 1);
    assert_eq!(desk.told("conference.recording.told").len(), 1);

    // Nobody is told again, neither by being held and taken back nor because the service was away.
    for hold in [true, false] {
        let setting = Setting::Hold(hold);
        desk.room(id, RoomEventKind::Set { channel: late, setting, seen: Vec::new() });
    }
    desk.restart_after(SECOND);
    let mut snapshot = desk.having_in_room(id, &[pair.caller, pair.station, late]);
    let path = last(&desk, id).path;
    for room in snapshot.rooms.values_mut() {
        room.recordings.insert(path.clone(), false);
    }
    desk.link_up(snapshot);
    assert_eq!(told_alone(&mut desk), Vec::<u32>::new());
}

#[test]
fn who_waits_on_hold_is_told_when_they_are_let_in() {
    let mut desk = announcing();
    let (id, _) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    desk.room(id, RoomEventKind::Played { channel: None, file: "ivr/recorded.wav".into() });
    news(&mut desk, id, RecordingNews::Started);
    desk.passes(SECOND);
    let late = desk.leg(id, "1003");
    desk.sent();
    desk.room(id, RoomEventKind::Joined { channel: late, member: 9, seen: vec![Setting::Hold(true)] });
    assert_eq!(told_alone(&mut desk), Vec::<u32>::new(), "behind music without an end nobody would hear it");
    desk.room(id, RoomEventKind::Set { channel: late, setting: Setting::Hold(false), seen: Vec::new() });
    assert_eq!(told_alone(&mut desk), [9]);
}

#[test]
fn an_announcement_that_was_stopped_half_way_is_played_again_before_anybody_is_recorded() {
    let mut desk = announcing();
    let (id, _) = two(&mut desk);
    let chime = desk.node.rules.conference.sounds.by_name["chime"].as_str().to_owned();
    let what = Announced::Sound("chime".into());
    desk.asks(&olga(), &Verb::Announce { conference_id: id, participant_id: None, what }).unwrap();
    desk.asks(&olga(), &Verb::Record { conference_id: id }).unwrap();
    desk.asks(&olga(), &Verb::AnnounceStop { conference_id: id, participant_id: None }).unwrap();
    desk.sent();
    let over = |desk: &mut Desk, file: &str| desk.room(id, RoomEventKind::Played { channel: None, file: file.into() });
    over(&mut desk, &chime);
    over(&mut desk, "ivr/recorded.wav");
    let sent = desk.sent();
    assert!(matches!(sent.as_slice(), [Command::Announce { .. }]), "it is played again: {sent:?}");
    assert_eq!(last(&desk, id).state, RecordingState::Starting);
    assert_eq!(desk.told("conference.recording.announced_again").len(), 1);
    over(&mut desk, "ivr/recorded.wav");
    assert_eq!(told(&mut desk), [RecordVerb::Start]);
}

#[test]
fn one_that_is_stopped_and_begun_anew_is_announced_by_its_own_announcement() {
    let mut desk = announcing();
    let (id, _) = two(&mut desk);
    let what = Announced::Sound("chime".into());
    desk.asks(&olga(), &Verb::Announce { conference_id: id, participant_id: None, what }).unwrap();
    for _ in 0..2 {
        desk.asks(&olga(), &Verb::Record { conference_id: id }).unwrap();
        desk.asks(&olga(), &Verb::StopRecording { conference_id: id }).unwrap();
    }
    desk.asks(&olga(), &Verb::AnnounceStop { conference_id: id, participant_id: None }).unwrap();
    desk.asks(&olga(), &Verb::Record { conference_id: id }).unwrap();
    desk.sent();
    // Two that were stopped, and the one that counts.
    for _ in 0..2 {
        desk.room(id, RoomEventKind::Played { channel: None, file: "ivr/recorded.wav".into() });
        assert_eq!(desk.sent(), []);
    }
    desk.room(id, RoomEventKind::Played { channel: None, file: "ivr/recorded.wav".into() });
    assert_eq!(told(&mut desk), [RecordVerb::Start]);
}

#[test]
fn of_a_conference_that_is_merged_the_recording_is_over_and_says_why() {
    let mut desk = Desk::open();
    let (first, one) = recorded(&mut desk);
    let pair = desk.talk(&olga());
    let second = desk.conference(&olga(), &pair, &["1575"]);
    desk.asks(&olga(), &Verb::Record { conference_id: second }).unwrap();
    news(&mut desk, second, RecordingNews::Started);
    let cancel = desk.guests(first)[0];
    desk.hangs_up(cancel);
    desk.asks(&olga(), &Verb::Merge { conference_id: first, into: second }).unwrap();
    for leg in [one.caller, one.station] {
        desk.room(first, RoomEventKind::Left { channel: leg });
    }
    // The file is closed before the last of them is in the other room.
    news(&mut desk, first, stopped(0));
    for leg in [one.caller, one.station] {
        desk.joins(second, leg);
    }
    let (over, other) = (last(&desk, first), last(&desk, second));
    assert_eq!((over.state, over.end), (RecordingState::Ended, Some(RecordingEnd::Merged)));
    assert_eq!(desk.conference_of(first).state, ConferenceState::Ended);
    assert_eq!(other.state, RecordingState::Recording, "the other goes on");
    let why = "The recording is over, 12 s: the conference was merged into another one.";
    assert_eq!(desk.told("conference.recording.ended"), [why]);
}

#[test]
fn what_cannot_be_announced_is_not_recorded() {
    let mut desk = announcing();
    let (id, _) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    desk.passes(SECOND * 61);
    assert_eq!(last(&desk, id).end, Some(RecordingEnd::NotAnnounced));
    assert_eq!(told(&mut desk), []);
}

#[test]
fn stopped_while_it_is_announced_it_never_begins() {
    let mut desk = announcing();
    let (id, _) = two(&mut desk);
    desk.asks(&olga(), &Verb::Record { conference_id: id }).expect("nothing speaks against it");
    desk.asks(&olga(), &Verb::StopRecording { conference_id: id }).expect("it was to begin");
    desk.room(id, RoomEventKind::Played { channel: None, file: "ivr/recorded.wav".into() });
    assert_eq!(told(&mut desk), []);
    assert_eq!((last(&desk, id).state, last(&desk, id).end), (RecordingState::Failed, Some(RecordingEnd::Stopped)));
}
