//! A call: waiting, answered, held, over.

use crate::{
    examples::desk::{Desk, killed},
    house::{olga, petra, supervisor},
};
use std::time::Duration;
use switchboard::domain::{
    cause::Reason,
    effect::Command,
    input::{ChannelEventKind, Input, Snapshot},
    request::{RefusalCode, Verb},
    states::CallState,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_caller_the_switch_confirms_is_shown_and_hears_music() {
    let mut desk = Desk::open();
    let (call, channel) = desk.caller();
    assert_eq!(desk.call(call).state, CallState::Waiting);
    assert!(desk.hears_music(channel));
}

#[test]
fn a_channel_only_the_hook_knows_is_never_shown() {
    let mut desk = Desk::open();
    let forged = desk.new_channel();
    desk.alive.remove(&forged);
    desk.at_the_hook(forged, None);
    assert_eq!(desk.node.calls().count(), 0);
    assert!(!desk.hears_music(forged));
}

#[test]
fn a_caller_who_arrives_while_the_link_is_down_is_shown_when_it_is_back() {
    let mut desk = Desk::open();
    desk.hears(Input::LinkDown { reason: "reset".into() });
    let channel = desk.new_channel();
    desk.at_the_hook(channel, None);
    assert_eq!(desk.node.calls().count(), 0);
    desk.link_up(Snapshot::default());
    assert_eq!(desk.node.calls().count(), 1);
    assert!(desk.hears_music(channel));
}

#[test]
fn answering_rings_all_of_the_attendants_stations_from_the_callers_own_leg() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let rung = desk.rings_for(&olga(), call);
    assert_eq!(rung.len(), 2);
    let sent = desk.sent();
    let dial = sent.iter().find_map(|command| match command {
        Command::DialFromCaller { caller, stations, .. } => Some((*caller, stations.len())),
        _ => None,
    });
    assert_eq!(dial, Some((caller, 2)));
}

#[test]
fn who_is_second_to_answer_is_told_who_was_first() {
    let mut desk = Desk::open();
    let (call, _) = desk.caller();
    desk.rings_for(&olga(), call);
    let refusal = desk.asks(&petra(), &Verb::AnswerCall { call_id: call, station: None }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Claimed);
    assert!(refusal.detail.contains("Olga"), "{}", refusal.detail);
}

#[test]
fn who_has_no_station_cannot_answer() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let refusal = desk.asks(&supervisor(), &Verb::AnswerCall { call_id: call, station: None }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoStation);
    assert!(desk.hears_music(caller));
}

#[test]
fn a_station_that_refuses_leaves_the_caller_waiting_with_the_reason() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let station = desk.rings_for(&petra(), call)[0];
    desk.hangs_up(station, "USER_BUSY", Some(486));
    desk.at_the_hook(caller, Some("USER_BUSY"));
    let shown = desk.call(call);
    assert_eq!(shown.state, CallState::Waiting);
    let notice = shown.notice.clone().expect("the page says why");
    assert_eq!((notice.reason, notice.sip_status), (Reason::Busy, Some(486)));
    assert!(desk.hears_music(caller));
}

#[test]
fn the_reason_is_whole_even_when_the_caller_is_back_before_the_station_is_told_gone() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let station = desk.rings_for(&petra(), call)[0];
    desk.at_the_hook(caller, Some("USER_BUSY"));
    assert!(desk.hears_music(caller), "music does not wait for words");
    desk.hangs_up(station, "USER_BUSY", Some(486));
    let notice = desk.call(call).notice.clone().expect("the page says why");
    assert_eq!((notice.reason, notice.sip_status), (Reason::Busy, Some(486)));
}

#[test]
fn a_station_that_never_had_a_channel_is_explained_by_the_callers_own_leg() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let station = desk.rings_for(&petra(), call)[0];
    desk.alive.remove(&station);
    desk.at_the_hook(caller, Some("USER_NOT_REGISTERED"));
    desk.passes(SECOND);
    let shown = desk.call(call);
    assert_eq!(shown.state, CallState::Waiting);
    assert_eq!(shown.notice.clone().map(|cause| cause.reason), Some(Reason::NotRegistered));
}

#[test]
fn a_hang_up_of_the_station_means_the_end_only_after_a_moment_of_talk() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let station = desk.rings_for(&petra(), call)[0];
    desk.sent();
    desk.event(caller, ChannelEventKind::Bridged(station));
    assert_eq!(desk.call(call).state, CallState::Talking);
    let follows = |sent: &[Command]| {
        sent.iter().any(|command| match command {
            Command::SetVariables { variables, .. } => {
                variables.iter().any(|(name, value)| name.as_str() == "hangup_after_bridge" && value.as_str() == "true")
            }
            _ => false,
        })
    };
    assert!(!follows(&desk.sent()));
    desk.passes(SECOND * 2);
    assert!(follows(&desk.sent()));
}

#[test]
fn a_caller_who_hangs_up_while_the_station_rings_stops_the_ringing() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let station = desk.rings_for(&petra(), call)[0];
    desk.sent();
    desk.hangs_up(caller, "NORMAL_CLEARING", None);
    assert!(desk.node.call(call).is_none());
    assert_eq!(killed(&desk.sent()), [station]);
}

#[test]
fn a_held_call_is_resumed_to_the_same_station() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    desk.asks(&petra(), &Verb::HoldCall { call_id: pair.call }).unwrap();
    assert_eq!(desk.call(pair.call).state, CallState::Talking, "not held before the switch says so");
    desk.event(pair.station, ChannelEventKind::Parked);
    assert_eq!(desk.call(pair.call).state, CallState::Held);
    desk.sent();
    desk.asks(&petra(), &Verb::ResumeCall { call_id: pair.call }).unwrap();
    let bridges = desk.sent().iter().any(|command| {
        matches!(command, Command::Bridge { first, second } if (*first, *second) == (pair.caller, pair.station))
    });
    assert!(bridges);
    desk.event(pair.caller, ChannelEventKind::Bridged(pair.station));
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
}

#[test]
fn somebody_elses_call_is_left_alone_and_a_supervisor_may_act_on_it() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let refusal = desk.asks(&petra(), &Verb::HangupCall { call_id: pair.call }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotYours);
    assert_eq!(killed(&desk.sent()), []);
    desk.asks(&supervisor(), &Verb::HangupCall { call_id: pair.call }).unwrap();
    assert!(killed(&desk.sent()).contains(&pair.caller));
}

#[test]
fn nothing_is_asked_of_a_switch_whose_link_is_down() {
    let mut desk = Desk::open();
    let (call, _) = desk.caller();
    desk.hears(Input::LinkDown { reason: "reset".into() });
    let refusal = desk.asks(&petra(), &Verb::AnswerCall { call_id: call, station: None }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NodeDown);
    assert_eq!(desk.sent(), []);
}
