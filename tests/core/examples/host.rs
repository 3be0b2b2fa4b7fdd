//! Waiting for the host: music for whoever is early.

use crate::{
    desk::{Desk, people},
    house::petra,
};
use switchboard::domain::{
    effect::Command,
    ids::{ChannelId, ConferenceId},
    input::RoomEventKind,
    node::requests::Accepted,
    request::{NewConference, Verb},
    setting::Setting,
    states::ParticipantRole,
};

const GUEST: &str = "1004";
const OTHER: &str = "1005";

fn start(desk: &mut Desk) -> ConferenceId {
    let new = NewConference {
        participants: people(&[GUEST, OTHER]),
        include_attendant: true,
        wait_for_host: true,
        ..NewConference::default()
    };
    match desk.asks(&petra(), &Verb::StartConference(new)) {
        Ok(Accepted::Conference(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn comes(desk: &mut Desk, id: ConferenceId, leg: ChannelId) {
    desk.is_rung(leg);
    desk.joins(id, leg);
}

/// Who was to be put on hold (true) or taken off it, by the switch's number.
fn holds(desk: &mut Desk) -> Vec<(u32, bool)> {
    let hold = |command: &Command| match command {
        Command::Set { member, setting: Setting::Hold(on), .. } => Some((*member, *on)),
        _ => None,
    };
    desk.sent().iter().filter_map(hold).collect()
}

fn is_held(desk: &mut Desk, id: ConferenceId, channel: ChannelId, on: bool) {
    desk.room(id, RoomEventKind::Set { channel, setting: Setting::Hold(on), seen: Vec::new() });
}

#[test]
fn whoever_is_early_hears_music_until_the_host_is_there_and_nobody_after() {
    let mut desk = Desk::open();
    let id = start(&mut desk);
    let (guest, other) = (desk.leg(id, GUEST), desk.leg(id, OTHER));
    desk.sent();
    comes(&mut desk, id, guest);
    assert_eq!(holds(&mut desk), [(1, true)]);
    assert!(desk.guest(id, GUEST).waits_for_host);
    assert_eq!(desk.told("conference.participant.waits"), ["Person 1004 hears music until the host is there."]);
    is_held(&mut desk, id, guest, true);

    let attendant = desk.conference_of(id).with_role(ParticipantRole::Attendant).and_then(|p| p.leg()).unwrap().id;
    comes(&mut desk, id, attendant);
    assert_eq!(holds(&mut desk), [(1, false)]);
    is_held(&mut desk, id, guest, false);
    assert!(!desk.guest(id, GUEST).waits_for_host);
    comes(&mut desk, id, other);
    assert_eq!(holds(&mut desk), []);
    // The host may leave.
    desk.hangs_up(attendant);
    assert_eq!(holds(&mut desk), []);
}

#[test]
fn one_may_be_let_in_by_hand_and_a_moderator_is_a_host() {
    let mut desk = Desk::open();
    let id = start(&mut desk);
    let (guest, other) = (desk.leg(id, GUEST), desk.leg(id, OTHER));
    comes(&mut desk, id, guest);
    is_held(&mut desk, id, guest, true);
    comes(&mut desk, id, other);
    is_held(&mut desk, id, other, true);
    desk.sent();
    let who = desk.guest(id, GUEST).id;
    let settings = vec![Setting::Hold(false)];
    desk.asks(&petra(), &Verb::Set { conference_id: id, participant_id: who, settings }).unwrap();
    assert_eq!(holds(&mut desk), [(1, false)]);
    is_held(&mut desk, id, guest, false);
    assert!(!desk.guest(id, GUEST).waits_for_host && desk.guest(id, OTHER).waits_for_host);
    desk.asks(&petra(), &Verb::Moderator { conference_id: id, participant_id: who, on: true }).unwrap();
    assert_eq!(holds(&mut desk), [(2, false)], "with a moderator there, all may talk");
}

fn waits(desk: &mut Desk, conference_id: ConferenceId, on: bool) {
    let accepted = desk.asks(&petra(), &Verb::WaitForHost { conference_id, on });
    assert!(accepted.is_ok(), "{accepted:?}");
}

#[test]
fn whoever_waits_is_let_in_when_nobody_is_waited_for_any_more() {
    let mut desk = Desk::open();
    let id = start(&mut desk);
    let (guest, other) = (desk.leg(id, GUEST), desk.leg(id, OTHER));
    comes(&mut desk, id, guest);
    is_held(&mut desk, id, guest, true);
    desk.sent();
    waits(&mut desk, id, false);
    assert_eq!(holds(&mut desk), [(1, false)]);
    is_held(&mut desk, id, guest, false);
    assert!(!desk.guest(id, GUEST).waits_for_host);
    comes(&mut desk, id, other);
    assert_eq!(holds(&mut desk), [], "nobody is waited for");
    assert_eq!(desk.told("conference.waits_no_longer"), ["Petra lets everybody in before the host."]);
}

#[test]
fn asked_for_while_it_lives_whoever_is_there_without_a_host_waits_for_one() {
    let mut desk = Desk::open();
    let id = start(&mut desk);
    let (guest, other) = (desk.leg(id, GUEST), desk.leg(id, OTHER));
    waits(&mut desk, id, false);
    let attendant = desk.conference_of(id).with_role(ParticipantRole::Attendant).and_then(|p| p.leg()).unwrap().id;
    comes(&mut desk, id, guest);
    comes(&mut desk, id, attendant);
    desk.sent();
    waits(&mut desk, id, true);
    assert_eq!(holds(&mut desk), [], "the host is there");
    waits(&mut desk, id, false);
    desk.passes(crate::desk::SECOND);
    desk.hangs_up(attendant);
    desk.passes(crate::desk::SECOND);
    desk.sent();
    for _ in 0..2 {
        waits(&mut desk, id, true);
    }
    assert_eq!(holds(&mut desk), [(1, true)], "and has left since");
    is_held(&mut desk, id, guest, true);
    comes(&mut desk, id, other);
    assert_eq!(holds(&mut desk), [(3, true)]);
    is_held(&mut desk, id, other, true);
    let who = desk.guest(id, OTHER).id;
    desk.asks(&petra(), &Verb::Moderator { conference_id: id, participant_id: who, on: true }).unwrap();
    assert_eq!(holds(&mut desk), [(1, false), (3, false)]);
}

#[test]
fn after_a_restart_who_waits_still_does_and_who_was_let_in_is() {
    let mut desk = Desk::open();
    let id = start(&mut desk);
    let guest = desk.leg(id, GUEST);
    comes(&mut desk, id, guest);
    let inside = desk.having_in_room(id, &[guest]);
    desk.restart_after(crate::desk::SECOND);
    desk.link_up(inside);
    assert_eq!(holds(&mut desk), [(1, true)], "nobody has said that it was done");
}

#[test]
fn once_a_host_has_come_the_waiting_is_over_whoever_it_belongs_to_then() {
    let mut desk = Desk::open();
    let id = start(&mut desk);
    let (guest, other) = (desk.leg(id, GUEST), desk.leg(id, OTHER));
    let station = desk.conference_of(id).with_role(ParticipantRole::Attendant).and_then(|p| p.leg()).unwrap().id;
    comes(&mut desk, id, station);
    comes(&mut desk, id, guest);
    // Handed over to somebody who is not in the room: nobody in it runs it any more.
    let note = String::new();
    desk.asks(&petra(), &Verb::HandOver { conference_id: id, to: crate::house::olga(), note }).unwrap();
    assert!(desk.conference_of(id).participants.iter().all(|p| p.role != ParticipantRole::Attendant));
    desk.sent();
    comes(&mut desk, id, other);
    assert_eq!(holds(&mut desk), [], "who comes now is in at once");
    // And so it is after a restart.
    desk.hangs_up(other);
    desk.restart_after(crate::desk::SECOND);
    desk.link_up(desk.having_in_room(id, &[station, guest]));
    let participant_id = desk.guest(id, OTHER).id;
    desk.asks(&crate::house::olga(), &Verb::Redial { conference_id: id, participant_id }).unwrap();
    let again = desk.leg(id, OTHER);
    desk.sent();
    comes(&mut desk, id, again);
    assert_eq!(holds(&mut desk), []);
}
