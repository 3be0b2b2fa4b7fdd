//! A call when the node cannot be sure: late news, restarts, lost links. Nobody who called is ever left without a
//! partner, music or a way back.

use crate::{
    desk::{Desk, Pair, SECOND, bridged, having, killed, sent_back},
    house::{olga, petra},
};
use std::time::Duration;
use switchboard::domain::{
    call::Pending,
    cause::Reason,
    effect::Command,
    ids::CallId,
    input::{ChannelEventKind, Snapshot},
    request::{RefusalCode, Verb},
    states::CallState,
};

/// For so long the node waits for news of a station before it draws a conclusion.
const A_MOMENT: Duration = Duration::from_millis(1_500);

fn notice(desk: &Desk, call: CallId) -> Option<Reason> {
    desk.call(call).notice.as_ref().map(|cause| cause.reason)
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
    desk.link_down();
    let channel = desk.new_channel();
    desk.at_the_hook(channel, None);
    assert_eq!(desk.node.calls().count(), 0);
    desk.link_up(Snapshot::default());
    assert_eq!(desk.node.calls().count(), 1);
    assert!(desk.hears_music(channel));
}

#[test]
fn a_station_that_was_asked_for_a_moment_ago_is_not_missed() {
    let mut desk = Desk::open();
    let (call, _) = desk.caller();
    for station in desk.rings_for(&olga(), call) {
        desk.exists(station, false);
    }
    assert_eq!(desk.call(call).state, CallState::Ringing);
    desk.passes(A_MOMENT);
    assert_eq!((desk.call(call).state, notice(&desk, call)), (CallState::Waiting, Some(Reason::Interrupted)));
}

#[test]
fn what_the_hook_says_late_does_not_stop_stations_that_ring() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let stations = desk.rings_for(&olga(), call);
    desk.leave_open(&stations);
    desk.sent();
    desk.at_the_hook(caller, None);
    assert_eq!(desk.call(call).state, CallState::Ringing);
    assert_eq!(killed(&desk.sent()), []);
}

#[test]
fn stations_that_never_had_a_channel_are_explained_by_the_callers_own_leg() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    for station in desk.rings_for(&olga(), call) {
        desk.alive.remove(&station);
    }
    desk.at_the_hook(caller, Some("USER_NOT_REGISTERED"));
    desk.passes(Duration::from_millis(700));
    assert_eq!((desk.call(call).state, notice(&desk, call)), (CallState::Waiting, Some(Reason::NotRegistered)));
}

#[test]
fn what_the_station_said_itself_explains_more_than_what_the_hook_was_told() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let station = desk.rings_for(&petra(), call)[0];
    desk.at_the_hook(caller, Some("USER_BUSY"));
    assert!(desk.hears_music(caller), "music does not wait for words");
    desk.hangs_up_with(station, "USER_BUSY", Some(600));
    let notice = desk.call(call).notice.clone().expect("the page says why");
    assert_eq!((notice.reason, notice.sip_status), (Reason::Busy, Some(600)));
    assert!(
        desk.asks(&petra(), &Verb::AnswerCall { call_id: call, station: None }).is_ok(),
        "the caller is back already"
    );
}

#[test]
fn an_answer_asked_for_before_the_caller_was_heard_to_be_back_goes_on() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    let first = desk.rings_for(&petra(), call)[0];
    desk.hangs_up(first);
    let again = desk.rings_for(&petra(), call)[0];
    desk.sent();
    desk.at_the_hook(caller, Some("USER_BUSY"));
    desk.passes(Duration::from_millis(700));
    assert_eq!(desk.call(call).state, CallState::Ringing);
    assert!(!killed(&desk.sent()).contains(&again));
}

#[test]
fn a_caller_whose_stations_are_gone_and_who_is_not_heard_of_is_sent_back() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    for station in desk.rings_for(&olga(), call) {
        desk.hangs_up(station);
    }
    desk.sent();
    desk.passes(SECOND * 2);
    assert!(sent_back(&desk.sent()).contains(&caller));
    assert!(desk.asks(&olga(), &Verb::AnswerCall { call_id: call, station: None }).is_ok());
}

#[test]
fn the_hook_parks_callers_and_that_is_no_reason_to_send_them_back() {
    let mut desk = Desk::open();
    let (call, caller) = desk.caller();
    desk.event(caller, ChannelEventKind::Parked);
    desk.rings_for(&olga(), call);
    desk.passes(SECOND * 3);
    assert!(!sent_back(&desk.sent()).contains(&caller));
}

#[test]
fn a_waiting_caller_found_in_park_or_alone_in_a_room_is_sent_back() {
    for stranded in ["park", "conference"] {
        let mut desk = Desk::open();
        let (_, caller) = desk.caller();
        desk.link_down();
        desk.link_up(having(&[(caller, stranded)]));
        assert!(sent_back(&desk.sent()).contains(&caller), "{stranded}");
    }
}

#[test]
fn an_ordinary_call_whose_station_hangs_up_is_its_own_dialplans() {
    let mut desk = Desk::open();
    let pair = desk.ordinary_talk();
    desk.hangs_up(pair.station);
    desk.sent();
    desk.passes(SECOND * 2);
    assert!(desk.node.call(pair.call).is_none());
    assert!(!sent_back(&desk.sent()).contains(&pair.caller));
}

/// Held, asked back, and the station hangs up in that very moment, before or after the two were put together: the
/// caller, in park, is sent back to wait.
fn waits_although_the_resume_went_wrong(mut desk: Desk, pair: Pair, together: bool) {
    desk.asks(&olga(), &Verb::HoldCall { call_id: pair.call }).expect("it can be held");
    desk.event(pair.station, ChannelEventKind::Parked);
    desk.asks(&olga(), &Verb::ResumeCall { call_id: pair.call }).expect("it can be resumed");
    if together {
        desk.event(pair.caller, ChannelEventKind::Bridged(pair.station));
    }
    desk.hangs_up(pair.station);
    desk.event(pair.caller, ChannelEventKind::Parked);
    desk.sent();
    desk.passes(SECOND * 2);
    assert_eq!(desk.call(pair.call).state, CallState::Waiting);
    assert!(sent_back(&desk.sent()).contains(&pair.caller));
}

#[test]
fn an_ordinary_call_that_was_held_waits_when_the_station_goes_too_soon() {
    let mut desk = Desk::open();
    let pair = desk.ordinary_talk();
    waits_although_the_resume_went_wrong(desk, pair, true);
}

#[test]
fn a_held_caller_whose_resume_goes_wrong_is_not_left_in_park() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    waits_although_the_resume_went_wrong(desk, pair, false);
}

#[test]
fn a_call_whose_station_has_just_gone_cannot_be_held() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    desk.hangs_up(pair.station);
    assert!(desk.asks(&olga(), &Verb::HoldCall { call_id: pair.call }).is_err());
    assert_eq!(desk.call(pair.call).pending, None::<Pending>);
}

#[test]
fn a_hang_up_that_was_lost_with_the_link_is_asked_again() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    desk.asks(&olga(), &Verb::HangupCall { call_id: pair.call }).expect("it can be hung up");
    desk.link_down();
    desk.sent();
    desk.link_up(having(&[(pair.caller, "bridge"), (pair.station, "")]));
    assert!(killed(&desk.sent()).contains(&pair.caller));
}

#[test]
fn after_a_restart_the_switch_is_told_again_that_a_hang_up_ends_the_call() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    desk.restart_after(SECOND * 3);
    let mut snapshot = having(&[(pair.caller, "bridge"), (pair.station, "")]);
    snapshot.bridges.insert((pair.caller, pair.station));
    desk.link_up(snapshot.clone());
    desk.passes(A_MOMENT);
    let told = |command: &Command| matches!(command, Command::SetVariables { channel, .. } if *channel == pair.caller);
    assert!(desk.sent().iter().any(told));
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
    desk.link_up(snapshot);
    desk.passes(A_MOMENT);
    assert!(!desk.sent().iter().any(told), "and only once");
}

/// A list taken in the moment of holding still has the bridge; one taken in the moment of resuming still the music.
#[test]
fn lists_of_a_moment_ago_do_not_undo_a_hold_or_a_resume() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let mut bridged = having(&[(pair.caller, "bridge"), (pair.station, "")]);
    bridged.bridges.insert((pair.caller, pair.station));
    let held = having(&[(pair.caller, "playback"), (pair.station, "park")]);

    desk.passes(SECOND * 3);
    desk.asks(&olga(), &Verb::HoldCall { call_id: pair.call }).expect("it can be held");
    desk.event(pair.station, ChannelEventKind::Parked);
    desk.link_up(bridged.clone());
    assert_eq!(desk.call(pair.call).state, CallState::Held);

    desk.passes(SECOND * 3);
    desk.asks(&olga(), &Verb::ResumeCall { call_id: pair.call }).expect("it can be resumed");
    desk.event(pair.caller, ChannelEventKind::Bridged(pair.station));
    desk.link_up(held.clone());
    assert_eq!(desk.call(pair.call).state, CallState::Talking);

    // What they go on saying is so.
    desk.passes(SECOND * 3);
    desk.link_up(held);
    assert_eq!(desk.call(pair.call).state, CallState::Held);
    desk.passes(SECOND * 3);
    desk.link_up(bridged);
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
}

#[test]
fn silence_proves_nothing_while_the_link_is_down() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    desk.event(pair.caller, ChannelEventKind::Parked);
    desk.link_down();
    desk.passes(SECOND * 60);
    assert_eq!(desk.call(pair.call).state, CallState::Talking);
    desk.link_up(having(&[(pair.caller, "park"), (pair.station, "park")]));
    assert!(bridged(&desk.sent()).contains(&(pair.caller, pair.station)), "the two are put together again");
}

#[test]
fn nothing_is_asked_of_a_switch_whose_link_is_down() {
    let mut desk = Desk::open();
    let (call, _) = desk.caller();
    desk.link_down();
    let refusal = desk.asks(&petra(), &Verb::AnswerCall { call_id: call, station: None }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NodeDown);
    assert_eq!(desk.sent(), []);
}
