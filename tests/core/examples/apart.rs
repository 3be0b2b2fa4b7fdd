//! Sidebars and coaches: what is sent, what is asked, and what the answers mean.

use crate::{
    desk::{Desk, Pair, people},
    house::petra,
};
use std::time::Duration;
use switchboard::domain::{
    conference::Hearing,
    effect::{Command, Tag, Target},
    hearing::Relate,
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{Input, Outcome, RoomEventKind},
    request::Verb,
    setting::Setting,
};

const FIRST: &str = "1004";
const SECOND: &str = "1005";

/// Caller is member 1, the station 2, the guests 3 and 4.
fn room(desk: &mut Desk) -> (ConferenceId, Pair) {
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[FIRST, SECOND]);
    for number in [FIRST, SECOND] {
        let leg = desk.leg(id, number);
        desk.joins(id, leg);
    }
    desk.sent();
    (id, pair)
}

fn person(desk: &Desk, id: ConferenceId, channel: ChannelId) -> ParticipantId {
    let conference = desk.conference_of(id);
    conference.participants.iter().find(|p| p.legs.iter().any(|leg| leg.id == channel)).expect("they are in it").id
}

fn related(sent: &[Command]) -> Vec<Relate> {
    let relate = |command: &Command| match command {
        Command::Relate { relate, .. } => Some(relate.clone()),
        _ => None,
    };
    sent.iter().filter_map(relate).collect()
}

fn answers(desk: &mut Desk, id: ConferenceId, pairs: &[(u32, u32)]) {
    let outcome = Outcome::Relations(pairs.iter().map(|pair| (*pair, true)).collect());
    desk.hears(Input::Reply { tag: Tag::Relations(id), outcome });
}

#[test]
fn a_third_who_comes_over_is_let_hear_and_cut_off_from_the_room() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    let (station, first) = (person(&desk, id, pair.station), person(&desk, id, desk.leg(id, FIRST)));
    let second = person(&desk, id, desk.leg(id, SECOND));
    let verb = Verb::Sidebar { conference_id: id, participants: vec![station, first] };
    desk.asks(&petra(), &verb).unwrap();
    let relate = |speakers: &[u32], listeners: &[u32], block| Relate {
        speakers: speakers.into(),
        listeners: listeners.into(),
        block,
    };
    assert_eq!(related(&desk.sent()), [relate(&[2, 3], &[1, 4], true), relate(&[1, 4], &[2, 3], true)]);
    assert!(matches!(desk.conference_of(id).hearing, Hearing::Pending { .. }), "nothing is known yet");
    let now = [(1, 2), (1, 3), (2, 1), (2, 4), (3, 1), (3, 4), (4, 2), (4, 3)];
    answers(&mut desk, id, &now);
    assert!(matches!(desk.conference_of(id).hearing, Hearing::Known(_)));

    let verb = Verb::Sidebar { conference_id: id, participants: vec![station, first, second] };
    desk.asks(&petra(), &verb).unwrap();
    let sent = related(&desk.sent());
    assert_eq!(
        sent,
        [
            relate(&[4], &[1], true),
            relate(&[1], &[4], true),
            relate(&[4], &[2, 3], false),
            relate(&[2, 3], &[4], false),
        ]
    );
}

#[test]
fn a_switch_that_has_it_otherwise_is_told_again_and_then_it_is_shown_as_not_done() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    let (station, first) = (person(&desk, id, pair.station), person(&desk, id, desk.leg(id, FIRST)));
    let verb = Verb::Coach { conference_id: id, participant_id: first, whom: Some(station) };
    desk.asks(&petra(), &verb).unwrap();
    let mut told = related(&desk.sent()).len();
    assert_eq!(told, 1, "the guest, number 3, towards the caller and the other guest");
    while !matches!(desk.conference_of(id).hearing, Hearing::Otherwise(_)) {
        answers(&mut desk, id, &[(4, 1)]);
        told += related(&desk.sent()).iter().filter(|relate| relate.block).count();
        assert!(told < 10, "for ever");
    }
    assert_eq!(told, 4);
    // The next look at the switch is the next try.
    let inside = [pair.caller, pair.station, desk.leg(id, FIRST), desk.leg(id, SECOND)];
    let snapshot = desk.having_in_room(id, &inside);
    desk.link_up(snapshot);
    answers(&mut desk, id, &[(3, 1), (3, 4)]);
    assert!(matches!(desk.conference_of(id).hearing, Hearing::Known(_)));
}

#[test]
fn whoever_comes_while_two_are_apart_hears_nothing_until_it_is_arranged() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[FIRST]);
    let first = desk.leg(id, FIRST);
    desk.joins(id, first);
    let participants = vec![person(&desk, id, pair.station), person(&desk, id, first)];
    desk.asks(&petra(), &Verb::Sidebar { conference_id: id, participants }).unwrap();
    answers(&mut desk, id, &[(1, 2), (1, 3), (2, 1), (3, 1)]);
    desk.sent();
    desk.asks(&petra(), &Verb::AddParticipants { conference_id: id, participants: people(&[SECOND]), groups: vec![] })
        .unwrap();
    let screened = desk.sent().iter().any(|command| match command {
        Command::Originate(wanted) => matches!(&wanted.target, Target::Room(_, door) if door.muted && door.deaf),
        _ => false,
    });
    assert!(screened);
    let second = desk.leg(id, SECOND);
    let seen = vec![Setting::Muted(true), Setting::Deaf(true)];
    desk.room(id, RoomEventKind::Joined { channel: second, member: 4, seen });
    let asked = |sent: &[Command]| -> Vec<Setting> {
        let set = |command: &Command| match command {
            Command::Set { member: 4, setting, .. } => Some(*setting),
            _ => None,
        };
        sent.iter().filter_map(set).collect()
    };
    assert_eq!(asked(&desk.sent()), []);
    answers(&mut desk, id, &[(1, 2), (1, 3), (2, 1), (3, 1), (2, 4), (3, 4), (4, 2), (4, 3)]);
    assert_eq!(asked(&desk.sent()), [Setting::Deaf(false), Setting::Muted(false)]);
}

#[test]
fn relations_outlive_a_restart_and_are_undone_when_nobody_is_apart_any_more() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    let (first, second) = (desk.leg(id, FIRST), desk.leg(id, SECOND));
    let participants = vec![person(&desk, id, pair.station), person(&desk, id, first)];
    desk.asks(&petra(), &Verb::Sidebar { conference_id: id, participants }).unwrap();
    let apart = [(1, 2), (1, 3), (2, 1), (2, 4), (3, 1), (3, 4), (4, 2), (4, 3)];
    answers(&mut desk, id, &apart);
    desk.restart_after(Duration::from_secs(1));
    // The one hangs up before anything was compared.
    desk.hangs_up(first);
    assert_eq!(desk.conference_of(id).participants.iter().filter(|p| p.sidebar.is_some()).count(), 0);
    let snapshot = desk.having_in_room(id, &[pair.caller, pair.station, second]);
    desk.link_up(snapshot);
    let asked = |sent: &[Command]| sent.iter().any(|command| matches!(command, Command::AskRelations(_)));
    assert!(asked(&desk.sent()));
    let numbers: Vec<u32> = [pair.caller, pair.station, second]
        .iter()
        .filter_map(|channel| {
            let legs = desk.conference_of(id).participants.iter().flat_map(|p| &p.legs);
            legs.filter(|leg| leg.id == *channel).find_map(|leg| leg.member)
        })
        .collect();
    let [caller, station, second] = numbers[..] else { panic!("{numbers:?}") };
    answers(&mut desk, id, &[(caller, station), (station, caller), (station, second), (second, station)]);
    let cleared: Vec<Relate> = related(&desk.sent()).into_iter().filter(|relate| !relate.block).collect();
    assert!(!cleared.is_empty());
    answers(&mut desk, id, &[]);
    assert_eq!(desk.conference_of(id).hearing, Hearing::Free);
}
