//! A conference: asked for, assembled, controlled, over.

use crate::{
    desk::{Desk, SECOND, bridged, entered, having, killed, people, rung},
    house::{olga, petra, rules, supervisor},
};
use switchboard::domain::{
    cause::Reason,
    effect::{Command, Target},
    input::{ChannelEventKind, Health, Input, Outcome, RoomEventKind},
    policy::Limits,
    request::{NewParticipant, RefusalCode, Verb},
    rules::Rules,
    states::{CallState, ConferenceState, LegState},
};

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

    desk.room(id, RoomEventKind::Created);
    assert_eq!(rung(&desk.sent()), [], "a room that was made may still refuse");
    desk.joins(id, pair.caller);
    let sent = desk.sent();
    assert_eq!(rung(&sent).len(), 2, "all at once");
    assert!(sent.iter().all(|command| match command {
        Command::Originate(wanted) => matches!(wanted.target, Target::Room(..)),
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
    desk.joins(id, leg);
    assert_eq!(state(&desk), LegState::Joined);
    desk.hangs_up(leg);
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
            Command::Originate(wanted) => Some(wanted.legs[0].confirm),
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
    desk.hears(Input::Job { channels: vec![leg], outcome: Outcome::Err("USER_NOT_REGISTERED".into()) });
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
    desk.hears(Input::Job { channels: vec![first], outcome: Outcome::Err("GATEWAY_DOWN".into()) });
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
    assert!(!bridged(&desk.sent()).is_empty());
    desk.event(pair.caller, ChannelEventKind::Bridged(pair.station));
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
    let ended = desk.conference_of(id);
    assert_eq!(ended.end_cause.clone().map(|cause| cause.reason), Some(Reason::MoveFailed));
    assert_eq!(desk.node.ports_free(), rules().ports, "what was reserved is given back");
}

#[test]
fn the_attendant_is_asked_when_the_caller_hangs_up_and_silence_cancels_the_ringing() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE, OTHER]);
    let (joined, rings) = (desk.leg(id, INSIDE), desk.leg(id, OTHER));
    desk.is_rung(joined);
    desk.is_rung(rings);
    desk.event(joined, ChannelEventKind::Answered);
    desk.joins(id, joined);
    desk.sent();
    desk.hangs_up(pair.caller);
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
    desk.hangs_up(pair.caller);
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
    let leg = desk.leg(id, INSIDE);
    desk.is_rung(leg);
    desk.event(leg, ChannelEventKind::Answered);
    desk.joins(id, leg);
    desk.sent();
    desk.asks(&petra(), &Verb::Leave { conference_id: id }).unwrap();
    assert_eq!(killed(&desk.sent()), [pair.station]);
    desk.hangs_up(pair.station);
    desk.passes(SECOND * 60);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
    desk.asks(&petra(), &Verb::Rejoin { conference_id: id, station: None }).unwrap();
    assert_eq!(rung(&desk.sent()).len(), 1);
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
    desk.hangs_up_with(first, "USER_BUSY", Some(486));
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
    assert_eq!(entered(&desk.sent()), [(first, false)], "one opens it, the other waits for it");
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, first);
    assert!(entered(&desk.sent()).contains(&(second, true)));
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
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
    let mut desk = Desk::open_with(Rules { ports: 3, ..rules() });
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
    let add = Verb::AddParticipants { conference_id: id, participants: people(&[OTHER]), groups: vec![] };
    assert_eq!(desk.asks(&olga(), &add).unwrap_err().code, RefusalCode::NotYours);
    desk.asks(&petra(), &add).unwrap();
}

#[test]
fn the_same_person_is_not_rung_twice_into_one_conference() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let again = Verb::AddParticipants { conference_id: id, participants: people(&[INSIDE]), groups: vec![] };
    assert!(desk.asks(&petra(), &again).is_err());
}

#[test]
fn when_who_was_to_open_the_room_hangs_up_on_the_way_the_next_one_opens_it() {
    let mut desk = Desk::open();
    let id = desk.start(&olga(), None, &[INSIDE, OTHER]).unwrap();
    let guests = desk.guests(id);
    desk.sent();
    for guest in &guests {
        desk.is_rung(*guest);
        desk.event(*guest, ChannelEventKind::Answered);
        desk.event(*guest, ChannelEventKind::Parked);
    }
    assert_eq!(entered(&desk.sent()), [(guests[0], false)]);
    desk.hangs_up(guests[0]);
    assert_eq!(entered(&desk.sent()), [(guests[1], false)]);
    desk.joins(id, guests[1]);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
}

#[test]
fn ringing_stops_when_the_attendant_goes_while_being_asked_whether_to_go_on() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &[INSIDE]);
    desk.sent();
    desk.hangs_up(pair.caller);
    assert!(desk.conference_of(id).question.is_some());
    desk.hangs_up(pair.station);
    assert_eq!(desk.conference_of(id).question, None);
    assert!(killed(&desk.sent()).contains(&desk.leg(id, INSIDE)));
}

#[test]
fn a_number_that_came_back_under_another_name_is_not_rung_twice() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &[INSIDE]);
    desk.hangs_up(desk.leg(id, INSIDE));
    assert_eq!(desk.guest(id, INSIDE).state(), LegState::Failed);
    let participant_id = desk.guest(id, INSIDE).id;
    let anew = NewParticipant { name: "Somebody else".into(), ..people(&[INSIDE]).remove(0) };
    desk.asks(&olga(), &Verb::AddParticipants { conference_id: id, participants: vec![anew], groups: vec![] })
        .expect("added anew");
    let refused = desk.asks(&olga(), &Verb::Redial { conference_id: id, participant_id }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
}

#[test]
fn a_paused_switch_is_not_asked_to_redial() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &[INSIDE]);
    desk.hangs_up(desk.leg(id, INSIDE));
    desk.hears(Input::Verified(Health { sessions: 2, max_sessions: 1000, paused: true }));
    let redial = Verb::Redial { conference_id: id, participant_id: desk.guest(id, INSIDE).id };
    assert_eq!(desk.asks(&olga(), &redial).unwrap_err().code, RefusalCode::NoResources);
}

#[test]
fn legs_count_for_the_owner_whoever_asks_for_them_and_across_a_restart() {
    let mut rules = rules();
    rules.policy.per_user = Limits { new_legs_per_minute: 2, ..rules.policy.per_user };
    let mut desk = Desk::open_with(rules);
    let conference_id = desk.start(&olga(), None, &[INSIDE, OTHER]).expect("two are allowed");
    let rung = desk.guests(conference_id);
    let more = Verb::AddParticipants { conference_id, participants: people(&["1006"]), groups: vec![] };
    assert_eq!(desk.asks(&supervisor(), &more).unwrap_err().code, RefusalCode::Limit);
    desk.restart_after(SECOND);
    desk.link_up(having(&[(rung[0], ""), (rung[1], "")]));
    assert_eq!(desk.asks(&olga(), &more).unwrap_err().code, RefusalCode::Limit);
    desk.passes(SECOND * 60);
    assert_eq!(desk.start(&olga(), None, &["1007"]).map(|_| ()), Ok(()), "the minute is over");
}
