//! Calls, by example: nobody who called is ever left without a partner, music or a way back.

use crate::{
    desk::{Desk, having, kills, sends_back},
    house::{olga, petra},
};
use switchboard::domain::{
    call::Pending, cause::Reason, effect::Command, input::ChannelEventKind, request::Verb, states::CallState,
};

fn notice(desk: &Desk, call: switchboard::domain::ids::CallId) -> Option<Reason> {
    desk.call(call).notice.as_ref().map(|cause| cause.reason)
}

#[test]
fn a_station_that_was_asked_for_a_moment_ago_is_not_missed() {
    let mut desk = Desk::new();
    let (call, _, stations) = desk.ringing(&olga());
    for station in &stations {
        desk.exists(*station, false);
    }
    assert_eq!(desk.call(call).state, CallState::Ringing);
    desk.wait(1_500);
    for station in &stations {
        desk.exists(*station, false);
    }
    assert_eq!((desk.call(call).state, notice(&desk, call)), (CallState::Waiting, Some(Reason::Interrupted)));
}

#[test]
fn what_the_hook_says_late_does_not_stop_stations_that_ring() {
    let mut desk = Desk::new();
    let (call, caller, stations) = desk.ringing(&olga());
    desk.commands();
    desk.arrives_at_the_hook(caller, None);
    assert_eq!(desk.call(call).state, CallState::Ringing);
    assert!(!kills(&desk.commands(), stations[0]));
}

#[test]
fn a_caller_back_at_the_hook_with_the_reason_waits_again_for_that_reason() {
    let mut desk = Desk::new();
    let (call, caller, stations) = desk.ringing(&olga());
    desk.arrives_at_the_hook(caller, Some("USER_NOT_REGISTERED"));
    desk.wait(700);
    for station in stations {
        desk.exists(station, false);
    }
    assert_eq!((desk.call(call).state, notice(&desk, call)), (CallState::Waiting, Some(Reason::NotRegistered)));
}

#[test]
fn what_the_station_said_itself_explains_more_than_what_the_hook_was_told() {
    let mut desk = Desk::new();
    let (call, caller, stations) = desk.ringing(&petra());
    desk.arrives_at_the_hook(caller, Some("USER_BUSY"));
    let cause = "USER_BUSY".into();
    desk.event(stations[0], ChannelEventKind::HungUp { cause, sip_status: Some(486), disposition: None });
    assert_eq!(desk.call(call).notice.as_ref().and_then(|cause| cause.sip_status), Some(486));
    assert!(
        desk.ask(&petra(), &Verb::AnswerCall { call_id: call, station: None }).is_ok(),
        "the caller is back already"
    );
}

#[test]
fn an_answer_asked_for_before_the_caller_was_heard_to_be_back_goes_on() {
    let mut desk = Desk::new();
    let (call, caller, stations) = desk.ringing(&petra());
    desk.hangs_up(stations[0]);
    desk.ask(&petra(), &Verb::AnswerCall { call_id: call, station: None }).expect("the caller waits again");
    let again = desk.call(call).stations[0].channel;
    desk.commands();
    desk.arrives_at_the_hook(caller, Some("USER_BUSY"));
    desk.wait(700);
    desk.exists(again, true);
    assert_eq!(desk.call(call).state, CallState::Ringing);
    assert!(!kills(&desk.commands(), again));
}

#[test]
fn a_caller_whose_stations_are_gone_and_who_is_not_heard_of_is_sent_back() {
    let mut desk = Desk::new();
    let (call, caller, stations) = desk.ringing(&olga());
    for station in stations {
        desk.hangs_up(station);
    }
    desk.commands();
    desk.wait(2_000);
    assert!(sends_back(&desk.commands(), caller));
    assert!(desk.ask(&olga(), &Verb::AnswerCall { call_id: call, station: None }).is_ok());
}

#[test]
fn an_ordinary_call_whose_station_hangs_up_is_its_own_dialplans() {
    let mut desk = Desk::new();
    let (call, outsider, station) = desk.ordinary();
    desk.hangs_up(station);
    desk.commands();
    desk.wait(2_000);
    assert!(desk.node.call(call).is_none() && !sends_back(&desk.commands(), outsider));
}

#[test]
fn an_ordinary_call_that_was_held_waits_when_the_station_goes_too_soon() {
    let mut desk = Desk::new();
    let (call, outsider, station) = desk.ordinary();
    desk.ask(&olga(), &Verb::HoldCall { call_id: call }).expect("it can be held");
    desk.event(station, ChannelEventKind::Parked);
    desk.ask(&olga(), &Verb::ResumeCall { call_id: call }).expect("it can be resumed");
    desk.event(outsider, ChannelEventKind::Bridged(station));
    desk.hangs_up(station);
    desk.event(outsider, ChannelEventKind::Parked);
    desk.commands();
    desk.wait(2_000);
    assert_eq!(desk.call(call).state, CallState::Waiting);
    assert!(sends_back(&desk.commands(), outsider));
}

#[test]
fn a_held_caller_whose_resume_goes_wrong_is_not_left_in_park() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    desk.ask(&olga(), &Verb::HoldCall { call_id: call }).expect("it can be held");
    desk.event(station, ChannelEventKind::Parked);
    desk.ask(&olga(), &Verb::ResumeCall { call_id: call }).expect("it can be resumed");
    desk.hangs_up(station);
    desk.event(caller, ChannelEventKind::Parked);
    desk.commands();
    desk.wait(2_000);
    assert_eq!(desk.call(call).state, CallState::Waiting);
    assert!(sends_back(&desk.commands(), caller));
}

#[test]
fn a_call_whose_station_has_just_gone_cannot_be_held() {
    let mut desk = Desk::new();
    let (call, _, station) = desk.talking(&olga());
    desk.hangs_up(station);
    assert!(desk.ask(&olga(), &Verb::HoldCall { call_id: call }).is_err());
    assert_eq!(desk.call(call).pending, None::<Pending>);
}

#[test]
fn a_hang_up_that_was_lost_with_the_link_is_asked_again() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    desk.ask(&olga(), &Verb::HangupCall { call_id: call }).expect("it can be hung up");
    desk.disconnect();
    desk.commands();
    desk.connect(having(&[(caller, "bridge"), (station, "")]));
    assert!(kills(&desk.commands(), caller));
}

#[test]
fn a_waiting_caller_found_in_park_or_alone_in_a_room_is_sent_back() {
    for stranded in ["park", "conference"] {
        let mut desk = Desk::new();
        let (_, caller) = desk.caller();
        desk.disconnect();
        desk.connect(having(&[(caller, stranded)]));
        assert!(sends_back(&desk.commands(), caller), "{stranded}");
    }
}

#[test]
fn after_a_restart_the_switch_is_told_again_that_a_hang_up_ends_the_call() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    desk.restart_after(3_000);
    let mut snapshot = having(&[(caller, "bridge"), (station, "")]);
    snapshot.bridges.insert((caller, station));
    desk.connect(snapshot.clone());
    desk.wait(1_500);
    let told = |command: &Command| matches!(command, Command::SetVariables { channel, .. } if *channel == caller);
    assert!(desk.commands().iter().any(told));
    assert_eq!(desk.call(call).state, CallState::Talking);
    desk.connect(snapshot);
    desk.wait(1_500);
    assert!(!desk.commands().iter().any(told), "and only once");
}

#[test]
fn silence_proves_nothing_while_the_link_is_down() {
    let mut desk = Desk::new();
    let (call, caller, station) = desk.talking(&olga());
    desk.event(caller, ChannelEventKind::Parked);
    desk.disconnect();
    desk.wait(60_000);
    assert_eq!(desk.call(call).state, CallState::Talking);
    desk.connect(having(&[(caller, "park"), (station, "park")]));
    let bridge = |command: &Command| matches!(command, Command::Bridge { first, .. } if *first == caller);
    assert!(desk.commands().iter().any(bridge), "the two are put together again");
}

#[test]
fn the_hook_parks_callers_and_that_is_no_reason_to_send_them_back() {
    let mut desk = Desk::new();
    let (call, caller) = desk.caller();
    desk.event(caller, ChannelEventKind::Parked);
    assert!(desk.ask(&olga(), &Verb::AnswerCall { call_id: call, station: None }).is_ok());
    desk.wait(3_000);
    assert!(!sends_back(&desk.commands(), caller));
}
