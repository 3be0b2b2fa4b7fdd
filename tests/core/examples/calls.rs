//! A call: waiting, answered, held, over.

use crate::{
    desk::{Desk, SECOND, bridged, killed},
    house::{olga, petra, supervisor},
};
use switchboard::domain::{
    cause::Reason,
    effect::{Command, Media, Tag},
    input::{ChannelEventKind, ChannelInfo, Input, Outcome, Snapshot},
    request::{RefusalCode, Verb},
    states::CallState,
};

#[test]
fn a_caller_the_switch_confirms_is_shown_and_hears_music() {
    let mut desk = Desk::open();
    let (call, channel) = desk.caller();
    assert_eq!(desk.call(call).state, CallState::Waiting);
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
    desk.hangs_up_with(station, "USER_BUSY", Some(486));
    desk.at_the_hook(caller, Some("USER_BUSY"));
    let shown = desk.call(call);
    assert_eq!(shown.state, CallState::Waiting);
    let notice = shown.notice.clone().expect("the page says why");
    assert_eq!((notice.reason, notice.sip_status), (Reason::Busy, Some(486)));
    assert!(desk.hears_music(caller));
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
    desk.hangs_up(caller);
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
    assert!(bridged(&desk.sent()).contains(&(pair.caller, pair.station)));
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
fn a_call_found_under_way_is_shown_when_it_is_known_whether_its_sound_goes_past_the_switch() {
    let mut desk = Desk::open();
    let (caller, station) = (desk.new_channel(), desk.new_channel());
    let named = |name: &str| ChannelInfo { name: name.into(), answered: true, ..ChannelInfo::default() };
    let mut snapshot = Snapshot::default();
    snapshot.channels.insert(caller, named("sofia/external/friend@192.0.2.9"));
    snapshot.channels.insert(station, named("sofia/internal/1001@192.0.2.7"));
    snapshot.bridges.insert((caller, station));
    desk.link_up(snapshot.clone());
    assert_eq!(desk.node.calls().count(), 0, "nobody can ask for what depends on it yet");
    let learned = |desk: &mut Desk, media, text: &str| {
        desk.hears(Input::Reply { tag: Tag::Media(caller, media), outcome: Outcome::Ok(text.into()) });
    };
    learned(&mut desk, Media::Bypass, "_undef_");
    assert_eq!(desk.node.calls().count(), 0);
    learned(&mut desk, Media::Proxy, "true");
    let call = desk.node.calls().next().expect("now it is known").id;
    let refusal = desk.start(&olga(), Some(call), &["1004"]).unwrap_err();
    assert!(refusal.detail.contains("proxy media"), "{refusal:?}");

    // Over before it was known, it was none.
    let mut desk = Desk::open();
    desk.link_up(snapshot);
    desk.event(
        station,
        ChannelEventKind::HungUp { cause: "NORMAL_CLEARING".into(), sip_status: None, disposition: None },
    );
    learned(&mut desk, Media::Bypass, "true");
    learned(&mut desk, Media::Proxy, "_undef_");
    assert_eq!(desk.node.calls().count(), 0);
}
