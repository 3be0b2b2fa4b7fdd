//! Conferences, by example.

use crate::{
    desk::{Desk, having, kills, people, rings, sends_back},
    house::{olga, rules, supervisor},
};
use switchboard::domain::{
    cause::Reason,
    effect::Command,
    input::{ChannelEventKind, Health, Input, RoomEventKind},
    policy::Limits,
    request::{RefusalCode, Verb},
    states::{CallState, ConferenceState, LegState},
};

#[test]
fn an_attendant_who_leaves_at_once_does_not_take_the_caller_along() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    let conference = desk.moving(&olga(), call, &["1004"]);
    desk.joins(conference, station);
    desk.room(conference, RoomEventKind::Left { channel: station });
    desk.hangs_up(station);
    assert!(!kills(&desk.commands(), caller), "the caller is on the way into the room");
    desk.wait(3_000);
    assert_eq!(desk.call(call).state, CallState::Waiting);
    let commands = desk.commands();
    assert!(sends_back(&commands, caller) && !kills(&commands, caller));
}

#[test]
fn the_caller_who_comes_in_after_the_attendant_left_stays() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    let conference = desk.moving(&olga(), call, &["1004"]);
    desk.joins(conference, station);
    desk.hangs_up(station);
    desk.joins(conference, caller);
    desk.wait(3_000);
    assert_eq!(desk.conference(conference).state, ConferenceState::Live);
    assert_eq!(desk.call(call).state, CallState::Conference);
    assert!(!kills(&desk.commands(), caller));
}

#[test]
fn a_move_is_judged_when_the_link_is_back_and_not_before() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    let conference = desk.moving(&olga(), call, &["1004"]);
    desk.disconnect();
    desk.wait(10_000);
    assert_eq!(desk.call(call).state, CallState::Conference);
    let mut snapshot = having(&[(caller, "conference"), (station, "conference")]);
    let members = [(caller, Default::default()), (station, Default::default())].into();
    let room = switchboard::domain::input::RoomSnapshot { locked: false, members };
    snapshot.rooms.insert(desk.conference(conference).room.clone(), room);
    desk.connect(snapshot);
    desk.wait(5_000);
    assert_eq!(desk.conference(conference).state, ConferenceState::Live);
    assert_eq!(desk.conference(conference).joined(), 2);
}

#[test]
fn a_move_half_done_at_a_restart_gives_the_caller_back() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    desk.moving(&olga(), call, &["1004"]);
    desk.restart_after(1_000);
    desk.connect(having(&[(caller, "park")]));
    desk.exists(station, false);
    desk.wait(3_000);
    assert_eq!(desk.call(call).state, CallState::Waiting);
    assert!(sends_back(&desk.commands(), caller));
}

#[test]
fn a_caller_kicked_at_the_switchs_console_waits_again() {
    let mut desk = Desk::new();
    let (conference, caller, _) = desk.live(&olga(), &["1004"]);
    let call = desk.conference(conference).call.expect("it was made from a call");
    desk.room(conference, RoomEventKind::Left { channel: caller });
    desk.event(caller, ChannelEventKind::Parked);
    desk.wait(1_500);
    let commands = desk.commands();
    assert!(sends_back(&commands, caller) && !kills(&commands, caller));
    assert_eq!(desk.call(call).state, CallState::Waiting);
}

#[test]
fn ringing_stops_when_the_attendant_goes_while_being_asked_whether_to_go_on() {
    let mut desk = Desk::new();
    let (conference, caller, station) = desk.live(&olga(), &["1004"]);
    desk.hangs_up(caller);
    assert!(desk.conference(conference).question.is_some());
    desk.hangs_up(station);
    assert_eq!(desk.conference(conference).question, None);
    let guest = desk.guests(conference)[0];
    assert!(kills(&desk.commands(), guest));
}

#[test]
fn the_question_is_still_open_after_a_restart_and_ends_by_itself() {
    let mut desk = Desk::new();
    let (conference, caller, station) = desk.live(&olga(), &["1004"]);
    desk.hangs_up(caller);
    desk.restart_after(2_000);
    let guest = desk.guests(conference)[0];
    let mut snapshot = having(&[(station, "conference"), (guest, "")]);
    let members = [(station, Default::default())].into();
    let room = switchboard::domain::input::RoomSnapshot { locked: false, members };
    snapshot.rooms.insert(desk.conference(conference).room.clone(), room);
    desk.connect(snapshot);
    assert!(desk.conference(conference).question.is_some());
    desk.commands();
    desk.wait(15_000);
    assert_eq!(desk.conference(conference).question, None);
    assert!(kills(&desk.commands(), guest));
}

#[test]
fn what_was_to_be_rung_a_moment_ago_is_rung_after_a_restart_and_what_is_older_is_not() {
    for (away, rung) in [(5_000, 2), (3_600_000, 0)] {
        let mut desk = Desk::new();
        let conference = desk.start(&olga(), None, &["1004", "1005"]).expect("a cold conference");
        desk.restart_after(away);
        desk.connect(having(&[]));
        for leg in desk.guests(conference) {
            desk.exists(leg, false);
        }
        assert_eq!(rings(&desk.commands()), rung, "away for {away} ms");
        if rung == 0 {
            let legs: Vec<_> = desk.conference(conference).legs().map(|(_, leg)| leg).collect();
            assert!(legs.iter().all(|leg| leg.cause.as_ref().is_some_and(|c| c.reason == Reason::Interrupted)));
        }
    }
}

#[test]
fn a_leg_that_comes_to_nothing_is_given_up_however_often_we_compare() {
    let mut desk = Desk::new();
    let (conference, _, _) = desk.live(&olga(), &["1004"]);
    let guest = desk.guests(conference)[0];
    desk.event(guest, ChannelEventKind::Ringing);
    for _ in 0..4 {
        desk.wait(20_000);
        desk.tell(Input::Snapshot(having(&[(guest, "")])));
    }
    assert!(kills(&desk.commands(), guest));
}

#[test]
fn the_first_parked_leg_opens_the_room_of_a_cold_conference_and_the_others_follow() {
    let mut desk = Desk::new();
    let conference = desk.start(&olga(), None, &["1004", "1005"]).expect("a cold conference");
    let guests = desk.guests(conference);
    desk.commands();
    for guest in &guests {
        desk.event(*guest, ChannelEventKind::Answered);
        desk.event(*guest, ChannelEventKind::Parked);
    }
    let entering = |command: &Command| match command {
        Command::EnterRoom { channel, join_only, .. } => Some((*channel, *join_only)),
        _ => None,
    };
    assert_eq!(desk.commands().iter().filter_map(entering).collect::<Vec<_>>(), [(guests[0], false)]);
    // The one who was to open it hangs up on the way: the next one does.
    desk.hangs_up(guests[0]);
    assert_eq!(desk.commands().iter().filter_map(entering).collect::<Vec<_>>(), [(guests[1], false)]);
    desk.joins(conference, guests[1]);
    assert_eq!(desk.conference(conference).state, ConferenceState::Live);
}

#[test]
fn a_number_that_came_back_under_another_name_is_not_rung_twice() {
    let mut desk = Desk::new();
    let (conference_id, _, _) = desk.live(&olga(), &["1004"]);
    let first = desk.guests(conference_id)[0];
    desk.hangs_up(first);
    let (participant_id, state) = {
        let person = &desk.conference(conference_id).participants[2];
        (person.id, person.state())
    };
    assert_eq!(state, LegState::Failed);
    desk.ask(&olga(), &Verb::AddParticipants { conference_id, participants: people(&["1004"]) }).expect("added anew");
    let refused = desk.ask(&olga(), &Verb::Redial { conference_id, participant_id }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
}

#[test]
fn a_paused_switch_is_not_asked_to_redial() {
    let mut desk = Desk::new();
    let (conference_id, _, _) = desk.live(&olga(), &["1004"]);
    let guest = desk.guests(conference_id)[0];
    desk.hangs_up(guest);
    desk.tell(Input::Verified(Health { sessions: 2, max_sessions: 1000, paused: true }));
    let participant_id = desk.conference(conference_id).participants[2].id;
    let refused = desk.ask(&olga(), &Verb::Redial { conference_id, participant_id }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NoResources);
}

#[test]
fn legs_count_for_the_owner_whoever_asks_for_them_and_across_a_restart() {
    let mut rules = rules();
    rules.policy.per_user = Limits { new_legs_per_minute: 2, ..rules.policy.per_user };
    let mut desk = Desk::with(rules);
    let conference_id = desk.start(&olga(), None, &["1004", "1005"]).expect("two are allowed");
    let more = Verb::AddParticipants { conference_id, participants: people(&["1006"]) };
    assert_eq!(desk.ask(&supervisor(), &more).unwrap_err().code, RefusalCode::Limit);
    desk.restart_after(1_000);
    desk.connect(having(&[]));
    assert_eq!(desk.ask(&olga(), &more).unwrap_err().code, RefusalCode::Limit);
    desk.wait(60_000);
    assert_eq!(desk.start(&olga(), None, &["1007"]).map(|_| ()), Ok(()), "the minute is over");
}
