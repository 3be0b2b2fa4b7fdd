//! What was set for somebody goes with them from room to room.

use crate::{
    desk::{Desk, SECOND, entered},
    house::petra,
};
use switchboard::domain::{
    conference::Participant,
    effect::Command,
    ids::{ChannelId, ConferenceId},
    input::RoomEventKind,
    node::requests::Accepted,
    request::{NewConference, Verb},
    setting::{Gain, Setting},
};

const GUEST: &str = "1004";

fn cold(desk: &mut Desk, numbers: &[&str]) -> (ConferenceId, Vec<ChannelId>) {
    let new = NewConference { participants: crate::desk::people(numbers), ..NewConference::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else { panic!() };
    let legs: Vec<ChannelId> = numbers.iter().map(|number| desk.leg(id, number)).collect();
    desk.room(id, RoomEventKind::Created);
    for leg in &legs {
        desk.is_rung(*leg);
        desk.joins(id, *leg);
    }
    desk.sent();
    (id, legs)
}

fn person(desk: &Desk, id: ConferenceId, leg: ChannelId) -> &Participant {
    let of = |person: &&Participant| person.legs.iter().any(|l| l.id == leg);
    desk.conference_of(id).participants.iter().find(of).expect("they are in it")
}

fn set(desk: &mut Desk, id: ConferenceId, channel: ChannelId, setting: Setting) {
    desk.room(id, RoomEventKind::Set { channel, setting, seen: Vec::new() });
}

fn settings(desk: &mut Desk) -> Vec<Setting> {
    let setting = |command: &Command| match command {
        Command::Set { setting, .. } => Some(*setting),
        _ => None,
    };
    desk.sent().iter().filter_map(setting).collect()
}

/// As the switch tells of who comes in deaf and muted.
fn joins_screened(desk: &mut Desk, id: ConferenceId, channel: ChannelId, member: u32) {
    let seen = vec![Setting::Muted(true), Setting::Deaf(true)];
    desk.room(id, RoomEventKind::Joined { channel, member, seen });
}

fn loud() -> Setting {
    Setting::GainIn(Gain::try_from(3).expect("in range"))
}

/// Loud, and on hold, in the first of two conferences; and sent to the other.
fn on_the_way(desk: &mut Desk) -> (ConferenceId, ConferenceId, ChannelId) {
    let (first, legs) = cold(desk, &[GUEST, "1005"]);
    let (second, _) = cold(desk, &["1003"]);
    let leg = legs[0];
    set(desk, first, leg, loud());
    set(desk, first, leg, Setting::Hold(true));
    let participant_id = person(desk, first, leg).id;
    desk.asks(&petra(), &Verb::Move { conference_id: first, participant_id, to: second })
        .expect("nothing speaks against it");
    let door = desk.sent().into_iter().find_map(|command| match command {
        Command::EnterRoom { door, .. } => Some(door),
        _ => None,
    });
    assert_eq!(door.map(|door| (door.muted, door.deaf)), Some((true, true)), "nobody hears them on the way, nor they");
    desk.room(first, RoomEventKind::Left { channel: leg });
    (first, second, leg)
}

#[test]
fn who_is_moved_is_as_loud_there_and_on_hold_before_they_can_be_heard() {
    let mut desk = Desk::open();
    let (_, second, leg) = on_the_way(&mut desk);
    joins_screened(&mut desk, second, leg, 9);
    assert_eq!(settings(&mut desk), [Setting::Hold(true), loud()], "and not let hear yet");
    set(&mut desk, second, leg, loud());
    assert!(settings(&mut desk).is_empty());
    set(&mut desk, second, leg, Setting::Hold(true));
    assert_eq!(settings(&mut desk), [Setting::Deaf(false), Setting::Muted(false)], "the music is there");
    let there = person(&desk, second, leg);
    assert!(there.keeps.is_empty() && there.settings.hold && there.settings.has(loud()));
}

#[test]
fn a_crash_in_between_forgets_nothing() {
    let mut desk = Desk::open();
    let (_, second, leg) = on_the_way(&mut desk);
    joins_screened(&mut desk, second, leg, 9);
    desk.restart_after(SECOND);
    let there = desk.leg(second, "1003");
    desk.link_up(desk.having_in_room(second, &[there, leg]));
    let asked = settings(&mut desk);
    assert!(asked.contains(&Setting::Hold(true)) && asked.contains(&loud()), "{asked:?}");
}

#[test]
fn whoever_takes_them_off_hold_meanwhile_is_obeyed() {
    let mut desk = Desk::open();
    let (_, second, leg) = on_the_way(&mut desk);
    joins_screened(&mut desk, second, leg, 9);
    desk.sent();
    let participant_id = person(&desk, second, leg).id;
    let settings_wanted = vec![Setting::Hold(false)];
    desk.asks(&petra(), &Verb::Set { conference_id: second, participant_id, settings: settings_wanted }).unwrap();
    assert_eq!(settings(&mut desk), [Setting::Hold(false)]);
    set(&mut desk, second, leg, Setting::Hold(false));
    assert_eq!(settings(&mut desk), [Setting::Deaf(false), Setting::Muted(false)]);
}

#[test]
fn who_is_taken_back_is_as_they_were() {
    let mut desk = Desk::open();
    let (first, _, leg) = on_the_way(&mut desk);
    desk.event(leg, switchboard::domain::input::ChannelEventKind::Parked);
    desk.passes(SECOND * 2);
    assert_eq!(entered(&desk.sent()), [(leg, true)]);
    joins_screened(&mut desk, first, leg, 11);
    assert_eq!(settings(&mut desk), [Setting::Hold(true), loud()]);
}

#[test]
fn who_was_muted_stays_so_where_others_talk_apart() {
    let mut desk = Desk::open();
    let (first, legs) = cold(&mut desk, &[GUEST, "1005"]);
    let (second, there) = cold(&mut desk, &["1003", "1006"]);
    let people = there.iter().map(|leg| person(&desk, second, *leg).id).collect();
    desk.asks(&petra(), &Verb::Sidebar { conference_id: second, participants: people }).unwrap();
    set(&mut desk, first, legs[0], Setting::Muted(true));
    let participant_id = person(&desk, first, legs[0]).id;
    desk.asks(&petra(), &Verb::Move { conference_id: first, participant_id, to: second }).unwrap();
    desk.room(first, RoomEventKind::Left { channel: legs[0] });
    joins_screened(&mut desk, second, legs[0], 9);
    assert_eq!(person(&desk, second, legs[0]).keeps, [Setting::Muted(true)], "is not let speak when it is arranged");
}
