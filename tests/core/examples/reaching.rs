//! How hard somebody is tried: several numbers at once, busy ones again, and the queue everybody waits in.

use crate::{
    desk::{Desk, SECOND, having, killed, originates, people, rung},
    house::{olga, petra, rules},
};
use switchboard::domain::{
    cause::Reason,
    effect::{Command, KillCause, Tag, Target},
    ids::{ChannelId, ConferenceId},
    input::{ChannelEventKind, Input, Outcome, RoomEventKind},
    keys::Key,
    policy::Limits,
    reach::Strategy,
    request::{NewConference, NewParticipant, RefusalCode, Verb},
    rules::Rules,
    states::{ConferenceState, LegState},
};

const DESK: &str = "1004";
const HOME: &str = "1005";
const MOBILE: &str = "+49305550108";

fn at_once(numbers: &[&str]) -> NewParticipant {
    let numbers = numbers.iter().map(|number| (*number).to_owned()).collect();
    NewParticipant { numbers, strategy: Some(Strategy::AllAtOnce), ..NewParticipant::default() }
}

/// Petra talks, and has somebody called; the room lives.
fn conference(desk: &mut Desk, person: NewParticipant) -> ConferenceId {
    let pair = desk.talk(&petra());
    let new = NewConference { call_id: Some(pair.call), ..cold(person) };
    desk.asks(&petra(), &Verb::StartConference(new)).expect("nothing speaks against it");
    let id = desk.node.conferences().next().expect("it was asked for").id;
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    id
}

fn cold(person: NewParticipant) -> NewConference {
    let mut new: NewConference = serde_json::from_str(r#"{"participants": []}"#).expect("a conference");
    new.participants.push(person);
    new
}

impl Desk {
    fn reason(&self, id: ConferenceId, number: &str) -> Option<Reason> {
        self.guest(id, number).leg().and_then(|leg| leg.cause.as_ref()).map(|cause| cause.reason)
    }
}

fn legs(desk: &Desk, id: ConferenceId) -> Vec<ChannelId> {
    desk.guest(id, DESK).active().map(|leg| leg.id).collect()
}

fn job_of(legs: &[ChannelId], outcome: Result<ChannelId, &str>) -> Input {
    let outcome = outcome.map_or_else(|cause| Outcome::Err(cause.into()), |leg| Outcome::Ok(leg.to_string()));
    Input::Job { channels: legs.to_vec(), outcome }
}

#[test]
fn several_numbers_of_one_person_leave_in_one_command_and_the_best_of_them_is_shown() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, MOBILE]));
    let both = legs(&desk, id);
    assert_eq!(originates(&desk.sent()), std::slice::from_ref(&both));
    desk.is_rung(both[1]);
    assert_eq!((desk.guest(id, DESK).state(), desk.leg(id, DESK)), (LegState::Ringing, both[1]));
    desk.event(both[0], ChannelEventKind::Created);
    assert_eq!(desk.leg(id, DESK), both[1], "it got further");
}

#[test]
fn the_first_who_is_in_ends_the_others_quietly() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    both.iter().for_each(|leg| desk.is_rung(*leg));
    desk.event(both[1], ChannelEventKind::Answered);
    desk.hangs_up_with(both[0], "LOSE_RACE", None);
    desk.hears(job_of(&both, Ok(both[1])));
    desk.joins(id, both[1]);
    let guest = desk.guest(id, DESK);
    assert_eq!((guest.state(), guest.leg().map(|leg| leg.id)), (LegState::Joined, Some(both[1])));
    assert_eq!(guest.legs.len(), 2, "nothing else is tried");
    desk.hangs_up(both[1]);
    assert_eq!(desk.guest(id, DESK).state(), LegState::Left, "and not that it lost the race on the other");
}

#[test]
fn two_who_are_in_although_only_one_should_be_do_not_stay_two() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    both.iter().for_each(|leg| desk.is_rung(*leg));
    both.iter().for_each(|leg| desk.event(*leg, ChannelEventKind::Answered));
    desk.sent();
    desk.joins(id, both[0]);
    assert_eq!(killed(&desk.sent()), [both[1]]);
    desk.joins(id, both[1]);
    assert_eq!(killed(&desk.sent()), [both[1]]);
}

#[test]
fn of_several_that_failed_the_job_tells_only_one_cause_and_the_rest_is_not_made_up() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    desk.is_rung(both[1]);
    desk.hangs_up_with(both[1], "USER_BUSY", Some(486));
    assert_eq!(desk.guest(id, DESK).state(), LegState::Dialing, "the other may yet come");
    desk.hears(job_of(&both, Err("USER_BUSY")));
    let reasons: Vec<_> =
        desk.guest(id, DESK).legs.iter().map(|leg| leg.cause.as_ref().map(|cause| cause.reason)).collect();
    assert_eq!(reasons, [Some(Reason::Unavailable), Some(Reason::Busy)]);
}

#[test]
fn before_there_is_a_room_the_one_who_answers_is_parked_and_opens_it() {
    let mut desk = Desk::open();
    desk.asks(&olga(), &Verb::StartConference(cold(at_once(&[DESK, HOME])))).expect("nothing speaks against it");
    let id = desk.node.conferences().next().expect("it was asked for").id;
    let both = legs(&desk, id);
    let sent = desk.sent();
    assert!(matches!(&sent[..], [Command::Originate(one)] if matches!(one.target, Target::Park(_))), "{sent:?}");
    desk.is_rung(both[0]);
    desk.event(both[0], ChannelEventKind::Answered);
    desk.event(both[0], ChannelEventKind::Parked);
    desk.joins(id, both[0]);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
}

#[test]
fn after_a_crash_several_are_dialed_again_together_or_not_at_all() {
    // Neither is there, and the switch never took the command: once more, both.
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    let pair: Vec<ChannelId> =
        desk.conference_of(id).participants.iter().filter(|p| p.dials.is_empty()).map(|p| p.legs[0].id).collect();
    desk.restart_after(SECOND * 5);
    let inside = desk.having_in_room(id, &pair);
    desk.link_up(inside);
    assert_eq!(originates(&desk.sent()), std::slice::from_ref(&both), "the same command, with the same ids");

    // One of them is there: then the switch has had it, and what is missing is over.
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    let pair: Vec<ChannelId> =
        desk.conference_of(id).participants.iter().filter(|p| p.dials.is_empty()).map(|p| p.legs[0].id).collect();
    desk.restart_after(SECOND * 5);
    let mut snapshot = desk.having_in_room(id, &pair);
    snapshot.channels.extend(having(&[(both[1], "")]).channels);
    desk.link_up(snapshot);
    desk.passes(SECOND * 5);
    assert_eq!(originates(&desk.sent()), Vec::<Vec<ChannelId>>::new(), "it would ring somebody twice");
    assert_eq!(legs(&desk, id), [both[1]]);
}

#[test]
fn a_gateway_that_fails_for_one_of_several_waits_until_the_others_are_over() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, MOBILE]));
    let both = legs(&desk, id);
    desk.sent();
    both.iter().for_each(|leg| desk.is_rung(*leg));
    desk.hangs_up_with(both[1], "NORMAL_TEMPORARY_FAILURE", Some(503));
    assert_eq!(rung(&desk.sent()), [], "two commands for one person could both be answered");
    desk.hangs_up_with(both[0], "NO_ANSWER", None);
    let again = legs(&desk, id);
    assert_eq!((rung(&desk.sent()), again.len()), (again.clone(), 1));
}

#[test]
fn who_declines_on_one_number_does_not_ring_on_the_others() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    both.iter().for_each(|leg| desk.is_rung(*leg));
    desk.sent();
    desk.hangs_up_with(both[0], "CALL_REJECTED", Some(603));
    assert_eq!(killed(&desk.sent()), [both[1]]);
    desk.hangs_up_with(both[1], "CALL_REJECTED", None);
    assert_eq!((desk.guest(id, DESK).state(), desk.reason(id, DESK)), (LegState::Failed, Some(Reason::Declined)));
}

#[test]
fn nine_at_the_gate_declines_and_no_other_number_is_tried() {
    let mut desk = Desk::open();
    let numbers = vec![MOBILE.to_owned(), DESK.to_owned()];
    let id = conference(&mut desk, NewParticipant { numbers, ..NewParticipant::default() });
    let leg = desk.leg(id, MOBILE);
    desk.is_rung(leg);
    desk.event(leg, ChannelEventKind::Pressed(Key::NINE));
    desk.event(leg, ChannelEventKind::Answered);
    desk.sent();
    desk.event(leg, ChannelEventKind::Pressed(Key::NINE));
    assert_eq!(desk.sent(), [Command::Kill { channel: leg, cause: KillCause::CallRejected }]);
    desk.hangs_up_with(leg, "CALL_REJECTED", None);
    assert_eq!((desk.guest(id, MOBILE).legs.len(), desk.reason(id, MOBILE)), (1, Some(Reason::Declined)));
}

#[test]
fn in_a_room_nine_is_just_a_key() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, people(&[MOBILE]).remove(0));
    let leg = desk.leg(id, MOBILE);
    desk.is_rung(leg);
    desk.event(leg, ChannelEventKind::Answered);
    desk.joins(id, leg);
    desk.sent();
    desk.event(leg, ChannelEventKind::Pressed(Key::NINE));
    assert_eq!(desk.sent(), []);
}

#[test]
fn somebody_busy_is_called_again_after_the_pause_and_not_for_ever() {
    let mut desk = Desk::open();
    let retried = NewParticipant { retries: Some(1), retry_pause_seconds: Some(20), ..people(&[DESK]).remove(0) };
    let id = conference(&mut desk, retried);
    let first = desk.leg(id, DESK);
    desk.is_rung(first);
    desk.sent();
    desk.hangs_up_with(first, "USER_BUSY", Some(486));
    assert_eq!((desk.guest(id, DESK).state(), rung(&desk.sent())), (LegState::Queued, vec![]));
    desk.passes(SECOND * 19);
    assert_eq!(rung(&desk.sent()), []);
    desk.passes(SECOND * 2);
    let second = desk.leg(id, DESK);
    assert_eq!(rung(&desk.sent()), [second]);
    desk.is_rung(second);
    desk.hangs_up_with(second, "USER_BUSY", Some(486));
    desk.passes(SECOND * 60);
    assert_eq!((desk.guest(id, DESK).state(), rung(&desk.sent())), (LegState::Failed, vec![]));
    // Asked for anew, it begins anew.
    let participant_id = desk.guest(id, DESK).id;
    desk.asks(&petra(), &Verb::Redial { conference_id: id, participant_id }).expect("they were not reached");
    desk.hangs_up_with(desk.leg(id, DESK), "USER_BUSY", Some(486));
    assert_eq!(desk.guest(id, DESK).state(), LegState::Queued);
}

#[test]
fn a_retry_is_judged_by_dial_policy_as_any_other_leg() {
    let mut rules = rules();
    rules.policy.per_user.new_legs_per_minute = 1;
    let mut desk = Desk::open_with(rules);
    let retried = NewParticipant { retries: Some(5), retry_pause_seconds: Some(1), ..people(&[DESK]).remove(0) };
    let id = conference(&mut desk, retried);
    let leg = desk.leg(id, DESK);
    desk.is_rung(leg);
    desk.hangs_up_with(leg, "USER_BUSY", Some(486));
    assert_eq!((desk.guest(id, DESK).state(), desk.reason(id, DESK)), (LegState::Failed, Some(Reason::Busy)));
}

#[test]
fn after_a_restart_a_phone_may_ring_as_long_as_was_asked_for() {
    let mut desk = Desk::open();
    let patient = NewParticipant { ring_seconds: Some(120), ..people(&[DESK]).remove(0) };
    let id = conference(&mut desk, patient);
    let leg = desk.leg(id, DESK);
    desk.is_rung(leg);
    let pair: Vec<ChannelId> =
        desk.conference_of(id).participants.iter().filter(|p| p.dials.is_empty()).map(|p| p.legs[0].id).collect();
    desk.restart_after(SECOND * 5);
    let mut snapshot = desk.having_in_room(id, &pair);
    snapshot.channels.extend(having(&[(leg, "")]).channels);
    desk.link_up(snapshot);
    desk.sent();
    desk.passes(SECOND * 100);
    assert_eq!(killed(&desk.sent()), []);
    assert_eq!(desk.guest(id, DESK).state(), LegState::Ringing);
}

#[test]
fn other_numbers_come_before_a_busy_one_is_called_again() {
    let mut desk = Desk::open();
    let numbers = vec![DESK.to_owned(), HOME.to_owned()];
    let person =
        NewParticipant { numbers, retries: Some(2), retry_pause_seconds: Some(5), ..NewParticipant::default() };
    let id = conference(&mut desk, person);
    let mut tried = Vec::new();
    for cause in ["USER_BUSY", "NO_ANSWER", "USER_BUSY"] {
        desk.passes(SECOND * 6);
        let leg = desk.leg(id, DESK);
        tried.push(desk.guest(id, DESK).leg().expect("they are tried").number.clone());
        desk.is_rung(leg);
        desk.hangs_up_with(leg, cause, None);
    }
    assert_eq!(tried, [DESK, HOME, DESK], "and the one that did not answer is left alone");
}

#[test]
fn a_retry_waits_through_a_restart_and_can_be_called_off() {
    let mut desk = Desk::open();
    let retried = NewParticipant { retries: Some(1), retry_pause_seconds: Some(60), ..people(&[DESK]).remove(0) };
    let id = conference(&mut desk, retried);
    let leg = desk.leg(id, DESK);
    desk.is_rung(leg);
    desk.hangs_up_with(leg, "USER_BUSY", Some(486));
    let pair: Vec<ChannelId> =
        desk.conference_of(id).participants.iter().filter(|p| p.dials.is_empty()).map(|p| p.legs[0].id).collect();
    desk.restart_after(SECOND * 50);
    let inside = desk.having_in_room(id, &pair);
    desk.link_up(inside);
    assert_eq!((desk.guest(id, DESK).state(), rung(&desk.sent())), (LegState::Queued, vec![]));
    let participant_id = desk.guest(id, DESK).id;
    desk.asks(&petra(), &Verb::Cancel { conference_id: id, participant_id }).expect("it waits");
    desk.passes(SECOND * 60);
    assert_eq!((desk.reason(id, DESK), rung(&desk.sent())), (Some(Reason::Cancelled), vec![]));
}

/// Numbers of the house, as many as that.
fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("1{n:03}")).collect()
}

fn paced(per_second: u32) -> Rules {
    let limits = Limits { legs_per_conference: 300, legs_at_once: 300, new_legs_per_minute: 300 };
    let mut rules = Rules { originates_per_second: per_second, ports: 300, ..rules() };
    rules.policy.per_user = limits;
    rules.policy.in_all = limits;
    rules
}

#[test]
fn two_hundred_are_rung_in_order_and_evenly() {
    let mut desk = Desk::open_with(paced(20));
    let all = numbers(200);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let id = desk.start(&petra(), None, &all).expect("it is allowed");
    let order = desk.guests(id);
    let mut dialed = rung(&desk.sent());
    assert_eq!(dialed, [order[0]], "the first at once");
    for _ in 0..10 {
        desk.passes(SECOND);
        let in_this_second = rung(&desk.sent());
        assert!(in_this_second.len() <= 20, "{} in a second", in_this_second.len());
        dialed.extend(in_this_second);
    }
    assert_eq!(dialed, order);
}

#[test]
fn who_waits_for_their_turn_counts_as_dialed() {
    let mut desk = Desk::open_with(paced(1));
    let all = numbers(250);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    desk.start(&petra(), None, &all[..200]).expect("it is allowed");
    let refused = desk.start(&petra(), None, &all[200..]).map(|_| ());
    assert!(refused.is_ok(), "{refused:?}");
    let refused =
        desk.start(&petra(), None, &["1999", "1998"][..]).and_then(|_| desk.start(&petra(), None, &all[..60]));
    assert_eq!(refused.unwrap_err().code, RefusalCode::Limit);
}

#[test]
fn a_slow_gateway_holds_up_nobody_else() {
    let mut rules = paced(100);
    rules.routes.0.iter_mut().filter(|route| route.name == "outside").for_each(|route| route.originates_per_second = 1);
    let mut desk = Desk::open_with(rules);
    let outside = ["+4930555001", "+4930555002", "+4930555003"];
    let id = desk.start(&petra(), None, &[&outside[..], &[DESK]].concat()).expect("it is allowed");
    desk.passes(SECOND / 2);
    assert_eq!(rung(&desk.sent()), [desk.leg(id, outside[0]), desk.leg(id, DESK)]);
    desk.passes(SECOND * 2);
    assert_eq!(rung(&desk.sent()), [desk.leg(id, outside[1]), desk.leg(id, outside[2])]);
}

#[test]
fn a_long_queue_is_not_stale_but_a_long_silence_is() {
    for (away, again) in [(SECOND * 20, 1), (SECOND * 60, 0)] {
        let mut desk = Desk::open_with(paced(1));
        let all = numbers(120);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let id = desk.start(&petra(), None, &all).expect("it is allowed");
        let order = desk.guests(id);
        // Two thirds of a minute: those who wait were asked for longer ago than a phone rings.
        desk.passes(SECOND * 50);
        let dialed = rung(&desk.sent()).len();
        assert!((45..=55).contains(&dialed), "{dialed}");
        desk.restart_after(away);
        desk.alive.extend(&order[..dialed]);
        let alive: Vec<_> = order[..dialed].iter().map(|leg| (*leg, "")).collect();
        desk.link_up(having(&alive));
        desk.passes(SECOND / 2);
        assert_eq!(rung(&desk.sent()), order[dialed..dialed + again], "away for {away:?}");
    }
}

#[test]
fn while_nothing_can_be_heard_nobody_is_dialed() {
    let mut desk = Desk::open_with(paced(2));
    let all = numbers(10);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let id = desk.start(&petra(), None, &all).expect("it is allowed");
    let order = desk.guests(id);
    desk.passes(SECOND);
    let dialed = rung(&desk.sent()).len();
    desk.link_down();
    desk.passes(SECOND * 5);
    assert_eq!(rung(&desk.sent()), []);
    desk.alive.extend(&order[..dialed]);
    let alive: Vec<_> = order[..dialed].iter().map(|leg| (*leg, "")).collect();
    desk.link_up(having(&alive));
    desk.passes(SECOND * 5);
    assert_eq!(rung(&desk.sent()), order[dialed..]);
}

#[test]
fn whoever_is_not_in_yet_is_called_off_with_one_verb_and_nobody_else() {
    let mut desk = Desk::open_with(paced(2));
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &["1900", "1901", "1902", "1903"]);
    let order = desk.guests(id);
    desk.passes(SECOND / 2);
    assert_eq!(rung(&desk.sent()), order[..2]);
    desk.is_rung(order[0]);
    desk.is_rung(order[1]);
    desk.joins(id, order[0]);
    desk.asks(&petra(), &Verb::CancelRinging { conference_id: id }).expect("somebody rings");
    assert_eq!(killed(&desk.sent()), [order[1]]);
    desk.hangs_up_with(order[1], "ORIGINATOR_CANCEL", None);
    desk.passes(SECOND * 10);
    assert_eq!(rung(&desk.sent()), [], "whose turn it would have been");
    let joined = desk.conference_of(id).joined();
    assert_eq!(joined, 3, "the pair and who was in");
    let refused = desk.asks(&petra(), &Verb::CancelRinging { conference_id: id }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
}

#[test]
fn a_command_that_could_not_be_journaled_rang_none_of_several() {
    let mut desk = Desk::open();
    let id = conference(&mut desk, at_once(&[DESK, HOME]));
    let both = legs(&desk, id);
    desk.hears(Input::Reply { tag: Tag::Originate(both[0]), outcome: Outcome::Err("STORE_DOWN".into()) });
    assert!(legs(&desk, id).is_empty());
}
