//! A conference: asked for, assembled, controlled, over; and every way it can go wrong.

use crate::{
    examples::desk::{Desk, killed, people, rung},
    house::{olga, petra, rules},
};
use std::time::Duration;
use switchboard::domain::{
    cause::Reason,
    effect::{Command, Target},
    input::{ChannelEventKind, ChannelInfo, Input, MemberSnapshot, Outcome, RoomEventKind, RoomSnapshot, Snapshot},
    request::{RefusalCode, Verb},
    states::{CallState, ConferenceState, LegState},
};

const SECOND: Duration = Duration::from_secs(1);
const INSIDE: &str = "1004";
const OTHER: &str = "1005";
const OUTSIDE: &str = "+49305550108";

#[test]
fn the_pair_is_moved_first_and_nobody_is_rung_before_the_room_lives() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.start(&petra(), Some(pair.call), &[INSIDE, OTHER]).unwrap();
    let sent = desk.sent();
    assert!(sent.iter().any(|command| matches!(command, Command::MovePair { channel, .. } if *channel == pair.caller)));
    assert_eq!(rung(&sent), []);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Assembling);

    let room = desk.conference_of(id).room.clone();
    desk.room(&room, RoomEventKind::Created);
    assert_eq!(rung(&desk.sent()), [], "a room that was made may still refuse");
    desk.joins(&room, pair.caller);
    let sent = desk.sent();
    assert_eq!(rung(&sent).len(), 2, "all at once");
    assert!(sent.iter().all(|command| match command {
        Command::Originate(wanted) => matches!(wanted.target, Target::Room(_)),
        _ => true,
    }));
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
    assert_eq!(desk.call(pair.call).state, CallState::Conference);
}

#[test]
fn each_leg_is_shown_as_the_switch_tells_of_it() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let leg = desk.leg(id, INSIDE);
    let state = |desk: &Desk| desk.guest(id, INSIDE).state();
    assert_eq!(state(&desk), LegState::Dialing);
    desk.is_rung(leg);
    assert_eq!(state(&desk), LegState::Ringing);
    desk.event(leg, ChannelEventKind::Answered);
    assert_eq!(state(&desk), LegState::Answered);
    let room = desk.conference_of(id).room.clone();
    desk.joins(&room, leg);
    assert_eq!(state(&desk), LegState::Joined);
    desk.hangs_up(leg, "NORMAL_CLEARING", None);
    assert_eq!(state(&desk), LegState::Left);
}

#[test]
fn an_outside_number_is_asked_for_a_key_and_one_of_the_house_is_not() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE, OUTSIDE]);
    let confirm: Vec<bool> = desk
        .sent()
        .iter()
        .filter_map(|command| match command {
            Command::Originate(wanted) => Some(wanted.confirm.is_some()),
            _ => None,
        })
        .collect();
    assert_eq!(confirm, [false, true]);
    let leg = desk.leg(id, OUTSIDE);
    desk.is_rung(leg);
    desk.event(leg, ChannelEventKind::Answered);
    assert_eq!(desk.guest(id, OUTSIDE).state(), LegState::Confirming);
}

#[test]
fn a_failure_that_comes_as_a_job_alone_is_a_failure() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let leg = desk.leg(id, INSIDE);
    desk.hears(Input::Job { channel: leg, outcome: Outcome::Err("USER_NOT_REGISTERED".into()) });
    let guest = desk.guest(id, INSIDE);
    assert_eq!(guest.state(), LegState::Failed);
    assert_eq!(guest.leg().and_then(|leg| leg.cause.clone()).map(|cause| cause.reason), Some(Reason::NotRegistered));
}

#[test]
fn a_line_that_is_down_leads_over_the_next_gateway_with_a_leg_of_its_own() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[OUTSIDE]);
    let first = desk.leg(id, OUTSIDE);
    desk.sent();
    desk.hears(Input::Job { channel: first, outcome: Outcome::Err("GATEWAY_DOWN".into()) });
    let second = desk.leg(id, OUTSIDE);
    assert_ne!(first, second);
    assert_eq!(rung(&desk.sent()), [second]);
}

#[test]
fn a_refused_pair_talks_again_and_the_page_says_why() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.start(&petra(), Some(pair.call), &[INSIDE]).unwrap();
    desk.sent();
    desk.event(pair.caller, ChannelEventKind::Parked);
    desk.event(pair.station, ChannelEventKind::Parked);
    let bridges = desk.sent().iter().any(|command| matches!(command, Command::Bridge { .. }));
    assert!(bridges);
    desk.event(pair.caller, ChannelEventKind::Bridged(pair.station));
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
    let ended = desk.conference_of(id);
    assert_eq!(ended.end_cause.clone().map(|cause| cause.reason), Some(Reason::MoveFailed));
    assert_eq!(desk.node.ports_free(), rules().ports, "what was reserved is given back");
}

#[test]
fn a_move_nothing_is_heard_of_is_taken_back_in_time() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    desk.start(&petra(), Some(pair.call), &[INSIDE]).unwrap();
    desk.sent();
    desk.passes(SECOND * 5);
    let sent = desk.sent();
    assert!(sent.iter().any(|command| matches!(command, Command::Bridge { .. })), "{sent:?}");
    assert_eq!(rung(&sent), []);
}

#[test]
fn an_attendant_who_hangs_up_while_moving_leaves_a_waiting_caller() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    desk.start(&petra(), Some(pair.call), &[INSIDE]).unwrap();
    desk.sent();
    desk.hangs_up(pair.station, "NORMAL_CLEARING", None);
    desk.event(pair.caller, ChannelEventKind::Parked);
    let back = desk
        .sent()
        .iter()
        .any(|command| matches!(command, Command::ReturnToWaiting { channel, .. } if *channel == pair.caller));
    assert!(back);
    assert_eq!(desk.call(pair.call).state, CallState::Waiting);
}

#[test]
fn the_attendant_is_asked_when_the_caller_hangs_up_and_silence_cancels_the_ringing() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE, OTHER]);
    let (joined, rings) = (desk.leg(id, INSIDE), desk.leg(id, OTHER));
    let room = desk.conference_of(id).room.clone();
    desk.is_rung(joined);
    desk.is_rung(rings);
    desk.event(joined, ChannelEventKind::Answered);
    desk.joins(&room, joined);
    desk.sent();
    desk.hangs_up(pair.caller, "NORMAL_CLEARING", None);
    assert!(desk.conference_of(id).question.is_some());
    assert_eq!(killed(&desk.sent()), [], "ringing goes on meanwhile");
    desk.passes(SECOND * 16);
    assert_eq!(killed(&desk.sent()), [rings], "who is in stays");
}

#[test]
fn going_on_without_the_caller_lets_it_ring() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let leg = desk.leg(id, INSIDE);
    desk.is_rung(leg);
    desk.hangs_up(pair.caller, "NORMAL_CLEARING", None);
    desk.sent();
    desk.asks(&petra(), &Verb::ContinueWithoutCaller { conference_id: id }).unwrap();
    desk.passes(SECOND * 16);
    assert_eq!(killed(&desk.sent()), []);
}

#[test]
fn the_attendant_leaves_and_the_conference_lives() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let (leg, room) = (desk.leg(id, INSIDE), desk.conference_of(id).room.clone());
    desk.is_rung(leg);
    desk.event(leg, ChannelEventKind::Answered);
    desk.joins(&room, leg);
    desk.sent();
    desk.asks(&petra(), &Verb::Leave { conference_id: id }).unwrap();
    assert_eq!(killed(&desk.sent()), [pair.station]);
    desk.hangs_up(pair.station, "NORMAL_CLEARING", None);
    desk.passes(SECOND * 60);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
    desk.asks(&petra(), &Verb::Rejoin { conference_id: id, station: None }).unwrap();
    assert_eq!(rung(&desk.sent()).len(), 1);
}

#[test]
fn a_cancel_that_overtakes_its_originate_is_repeated_when_the_channel_is_there() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let (leg, participant) = (desk.leg(id, INSIDE), desk.guest(id, INSIDE).id);
    desk.sent();
    desk.asks(&petra(), &Verb::Cancel { conference_id: id, participant_id: participant }).unwrap();
    assert_eq!(killed(&desk.sent()), [leg]);
    desk.hears(Input::Reply {
        tag: switchboard::domain::effect::Tag::Kill(leg),
        outcome: Outcome::Err("No such channel!".into()),
    });
    desk.alive.insert(leg);
    desk.event(leg, ChannelEventKind::Created);
    assert_eq!(killed(&desk.sent()), [leg]);
    desk.hangs_up(leg, "ORIGINATOR_CANCEL", None);
    let cause = desk.guest(id, INSIDE).leg().and_then(|leg| leg.cause.clone());
    assert_eq!(cause.map(|cause| cause.reason), Some(Reason::Cancelled));
}

#[test]
fn a_redial_is_a_new_leg_and_only_after_the_old_one_is_over() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let (first, participant) = (desk.leg(id, INSIDE), desk.guest(id, INSIDE).id);
    let redial = Verb::Redial { conference_id: id, participant_id: participant };
    assert_eq!(desk.asks(&petra(), &redial).unwrap_err().code, RefusalCode::WrongState);
    desk.is_rung(first);
    desk.hangs_up(first, "USER_BUSY", Some(486));
    desk.sent();
    desk.asks(&petra(), &redial).unwrap();
    assert_eq!(rung(&desk.sent()), [desk.leg(id, INSIDE)]);
    assert_ne!(desk.leg(id, INSIDE), first);
}

#[test]
fn without_a_call_the_first_who_answers_opens_the_room() {
    let mut desk = Desk::open();
    let id = desk.start(&petra(), None, &[INSIDE, OTHER]).unwrap();
    let sent = desk.sent();
    assert_eq!(rung(&sent).len(), 2);
    assert!(sent.iter().all(|command| match command {
        Command::Originate(wanted) => matches!(wanted.target, Target::Park(_)),
        _ => true,
    }));
    let (first, second) = (desk.leg(id, OTHER), desk.leg(id, INSIDE));
    for leg in [first, second] {
        desk.is_rung(leg);
        desk.event(leg, ChannelEventKind::Answered);
        desk.event(leg, ChannelEventKind::Parked);
    }
    let entered: Vec<_> = desk
        .sent()
        .iter()
        .filter_map(|command| match command {
            Command::EnterRoom { channel, .. } => Some(*channel),
            _ => None,
        })
        .collect();
    assert_eq!(entered, [first], "one opens it, the other waits for it");
    let room = desk.conference_of(id).room.clone();
    desk.room(&room, RoomEventKind::Created);
    desk.joins(&room, first);
    let follows = desk
        .sent()
        .iter()
        .any(|command| matches!(command, Command::EnterRoom { channel, join_only: true, .. } if *channel == second));
    assert!(follows);
}

#[test]
fn what_cannot_be_dialed_is_refused_whole_and_pointed_at() {
    let mut desk = Desk::open();
    for (number, code) in [
        ("+49900123456", RefusalCode::Policy),
        ("*97", RefusalCode::BadInput),
        ("10x4", RefusalCode::BadInput),
        ("12345", RefusalCode::NoRoute),
    ] {
        let refusal = desk.start(&petra(), None, &[INSIDE, number]).unwrap_err();
        assert_eq!(refusal.code, code, "{number}: {refusal:?}");
        assert!(refusal.errors.iter().any(|error| error.pointer.starts_with("/participants/1")), "{refusal:?}");
        assert_eq!(desk.sent(), [], "nothing half-done");
        assert_eq!(desk.node.ports_free(), rules().ports);
    }
}

#[test]
fn a_number_given_twice_is_not_said_to_be_in_the_conference() {
    let mut desk = Desk::open();
    let refusal = desk.start(&petra(), None, &[INSIDE, INSIDE]).unwrap_err();
    assert_eq!(refusal.errors[0].detail, "this number was given twice");
    assert_eq!(refusal.errors[0].pointer, "/participants/1/numbers/0");
    assert_eq!(desk.sent(), [], "nothing half-done");
}

#[test]
fn ports_are_reserved_for_everybody_and_more_than_there_are_is_refused() {
    let mut desk = Desk::open_with(switchboard::domain::rules::Rules { ports: 3, ..rules() });
    let pair = desk.talk(&petra());
    let refusal = desk.start(&petra(), Some(pair.call), &[INSIDE, OTHER]).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoResources);
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
    desk.start(&petra(), Some(pair.call), &[INSIDE]).unwrap();
}

#[test]
fn a_conference_is_its_owners() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let add = Verb::AddParticipants { conference_id: id, participants: people(&[OTHER]) };
    assert_eq!(desk.asks(&olga(), &add).unwrap_err().code, RefusalCode::NotYours);
    desk.asks(&petra(), &add).unwrap();
}

#[test]
fn the_same_person_is_not_rung_twice_into_one_conference() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let again = Verb::AddParticipants { conference_id: id, participants: people(&[INSIDE]) };
    assert!(desk.asks(&petra(), &again).is_err());
}

#[test]
fn after_a_restart_a_leg_that_lives_is_not_rung_again_and_one_that_never_left_is() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE, OTHER]);
    let (lives, lost) = (desk.leg(id, INSIDE), desk.leg(id, OTHER));
    desk.is_rung(lives);
    let member = |member| MemberSnapshot { member, ..MemberSnapshot::default() };
    let room = RoomSnapshot { locked: false, members: [(pair.caller, member(1)), (pair.station, member(2))].into() };
    let snapshot = Snapshot {
        channels: [pair.caller, pair.station, lives].map(|channel| (channel, ChannelInfo::default())).into(),
        rooms: [(desk.conference_of(id).room.clone(), room)].into(),
        ..Snapshot::default()
    };
    desk.restart(snapshot);
    desk.passes(SECOND * 3);
    assert_eq!(rung(&desk.sent()), [lost]);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
}

#[test]
fn a_switch_that_lost_everything_ends_everything_and_says_so() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let leg = desk.leg(id, INSIDE);
    desk.is_rung(leg);
    desk.hears(Input::LinkDown { reason: "reset".into() });
    desk.alive.clear();
    desk.sent();
    desk.link_up(Snapshot::default());
    desk.passes(SECOND * 3);
    assert_eq!(rung(&desk.sent()), []);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ended);
    assert!(desk.node.call(pair.call).is_none());
}
