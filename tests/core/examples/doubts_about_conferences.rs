//! A conference when the node cannot be sure: news that comes late or never, restarts, lost links.

use crate::{
    desk::{Desk, SECOND, bridged, having, killed, rung, sent_back},
    house::{olga, petra},
};
use std::time::Duration;
use switchboard::domain::{
    cause::Reason,
    effect::Tag,
    input::{ChannelEventKind, Input, Outcome, RoomEventKind, Snapshot},
    request::Verb,
    states::{CallState, ConferenceState, LegState},
};

const INSIDE: &str = "1004";
const OTHER: &str = "1005";

#[test]
fn a_move_nothing_is_heard_of_is_taken_back_in_time() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    desk.start(&petra(), Some(pair.call), &[INSIDE]).unwrap();
    desk.sent();
    desk.passes(SECOND * 5);
    let sent = desk.sent();
    assert!(!bridged(&sent).is_empty(), "{sent:?}");
    assert_eq!(rung(&sent), []);
}

#[test]
fn a_move_is_judged_when_the_link_is_back_and_not_before() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.start(&olga(), Some(pair.call), &[INSIDE]).unwrap();
    desk.link_down();
    desk.passes(SECOND * 10);
    assert_eq!(desk.call(pair.call).state, CallState::Conference);
    desk.link_up(desk.having_in_room(id, &[pair.caller, pair.station]));
    desk.passes(SECOND * 5);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
    assert_eq!(desk.conference_of(id).joined(), 2);
}

#[test]
fn a_move_half_done_at_a_restart_gives_the_caller_back() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    desk.start(&olga(), Some(pair.call), &[INSIDE]).unwrap();
    desk.alive.remove(&pair.station);
    desk.restart_after(SECOND);
    desk.link_up(having(&[(pair.caller, "park")]));
    desk.passes(SECOND * 3);
    assert_eq!(desk.call(pair.call).state, CallState::Waiting);
    assert!(sent_back(&desk.sent()).contains(&pair.caller));
}

#[test]
fn an_attendant_who_hangs_up_while_moving_leaves_a_waiting_caller() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    desk.start(&petra(), Some(pair.call), &[INSIDE]).unwrap();
    desk.sent();
    desk.hangs_up(pair.station);
    desk.event(pair.caller, ChannelEventKind::Parked);
    assert!(sent_back(&desk.sent()).contains(&pair.caller));
    assert_eq!(desk.call(pair.call).state, CallState::Waiting);
}

#[test]
fn an_attendant_who_leaves_at_once_does_not_take_the_caller_along() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.start(&olga(), Some(pair.call), &[INSIDE]).unwrap();
    desk.joins(id, pair.station);
    desk.room(id, RoomEventKind::Left { channel: pair.station });
    desk.hangs_up(pair.station);
    assert!(!killed(&desk.sent()).contains(&pair.caller), "the caller is on the way into the room");
    desk.passes(SECOND * 3);
    assert_eq!(desk.call(pair.call).state, CallState::Waiting);
    let sent = desk.sent();
    assert!(sent_back(&sent).contains(&pair.caller) && !killed(&sent).contains(&pair.caller));
}

#[test]
fn the_caller_who_comes_in_after_the_attendant_left_stays() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.start(&olga(), Some(pair.call), &[INSIDE]).unwrap();
    desk.joins(id, pair.station);
    desk.hangs_up(pair.station);
    desk.joins(id, pair.caller);
    desk.passes(SECOND * 3);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
    assert_eq!(desk.call(pair.call).state, CallState::Conference);
    assert!(!killed(&desk.sent()).contains(&pair.caller));
}

#[test]
fn a_caller_kicked_at_the_switchs_console_waits_again() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &[INSIDE]);
    desk.sent();
    desk.room(id, RoomEventKind::Left { channel: pair.caller });
    desk.event(pair.caller, ChannelEventKind::Parked);
    desk.passes(Duration::from_millis(1_500));
    let sent = desk.sent();
    assert!(sent_back(&sent).contains(&pair.caller) && !killed(&sent).contains(&pair.caller));
    assert_eq!(desk.call(pair.call).state, CallState::Waiting);
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
    desk.hears(Input::Reply { tag: Tag::Kill(leg), outcome: Outcome::Err("No such channel!".into()) });
    desk.alive.insert(leg);
    desk.event(leg, ChannelEventKind::Created);
    assert_eq!(killed(&desk.sent()), [leg]);
    desk.hangs_up_with(leg, "ORIGINATOR_CANCEL", None);
    let cause = desk.guest(id, INSIDE).leg().and_then(|leg| leg.cause.clone());
    assert_eq!(cause.map(|cause| cause.reason), Some(Reason::Cancelled));
}

#[test]
fn a_leg_that_comes_to_nothing_is_given_up_however_often_we_compare() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &[INSIDE]);
    let guest = desk.leg(id, INSIDE);
    desk.alive.insert(guest);
    desk.event(guest, ChannelEventKind::Ringing);
    desk.sent();
    for _ in 0..4 {
        desk.passes(SECOND * 20);
        desk.hears(Input::Snapshot(having(&[(guest, "")])));
    }
    assert!(killed(&desk.sent()).contains(&guest));
}

#[test]
fn the_question_is_still_open_after_a_restart_and_ends_by_itself() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &[INSIDE]);
    desk.hangs_up(pair.caller);
    desk.restart_after(SECOND * 2);
    let guest = desk.leg(id, INSIDE);
    let mut snapshot = desk.having_in_room(id, &[pair.station]);
    snapshot.channels.extend(having(&[(guest, "")]).channels);
    desk.link_up(snapshot);
    assert!(desk.conference_of(id).question.is_some());
    desk.sent();
    desk.passes(SECOND * 15);
    assert_eq!(desk.conference_of(id).question, None);
    assert!(killed(&desk.sent()).contains(&guest));
}

#[test]
fn after_a_restart_a_leg_that_lives_is_not_rung_again_and_one_that_never_left_is() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE, OTHER]);
    let (lives, lost) = (desk.leg(id, INSIDE), desk.leg(id, OTHER));
    desk.is_rung(lives);
    desk.restart_after(Duration::ZERO);
    let mut snapshot = desk.having_in_room(id, &[pair.caller, pair.station]);
    snapshot.channels.extend(having(&[(lives, "")]).channels);
    desk.link_up(snapshot);
    desk.passes(SECOND * 3);
    assert_eq!(rung(&desk.sent()), [lost]);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
}

#[test]
fn what_was_to_be_rung_a_moment_ago_is_rung_after_a_restart_and_what_is_older_is_not() {
    for (away, again) in [(SECOND * 5, 2), (SECOND * 3_600, 0)] {
        let mut desk = Desk::open();
        let id = desk.start(&olga(), None, &[INSIDE, OTHER]).expect("a cold conference");
        desk.restart_after(away);
        desk.link_up(Snapshot::default());
        assert_eq!(rung(&desk.sent()).len(), again, "away for {away:?}");
        if again == 0 {
            let legs: Vec<_> = desk.conference_of(id).legs().map(|(_, leg)| leg).collect();
            assert!(legs.iter().all(|leg| leg.cause.as_ref().is_some_and(|c| c.reason == Reason::Interrupted)));
        }
    }
}

#[test]
fn a_switch_that_lost_everything_ends_everything_and_says_so() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[INSIDE]);
    let leg = desk.leg(id, INSIDE);
    desk.is_rung(leg);
    desk.link_down();
    desk.alive.clear();
    desk.sent();
    desk.link_up(Snapshot::default());
    desk.passes(SECOND * 3);
    assert_eq!(rung(&desk.sent()), []);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ended);
    assert!(desk.node.call(pair.call).is_none());
}

#[test]
fn whoever_is_in_the_room_unasked_is_looked_at_twice_and_then_shown() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &["1004"]);
    let stranger = desk.new_channel();
    let others = desk.conference_of(id).participants.len();
    desk.looks();
    desk.room(id, RoomEventKind::Joined { channel: stranger, member: 9, seen: Vec::new() });
    assert_eq!(desk.looks(), 1, "who they are is in the lists");
    assert_eq!(desk.conference_of(id).participants.len(), others);
    let snapshot = desk.having_in_room(id, &[pair.caller, pair.station, stranger]);
    desk.link_up(snapshot.clone());
    let conference = desk.conference_of(id);
    let found = conference.participants.last().expect("they are shown");
    assert!(found.uninvited && found.state() == LegState::Joined, "{found:?}");
    assert_eq!(conference.participants.len(), others + 1);
    desk.link_up(snapshot);
    assert_eq!(desk.conference_of(id).participants.len(), others + 1, "and once");
    desk.sent();
    desk.asks(&olga(), &Verb::End { conference_id: id }).unwrap();
    assert!(killed(&desk.sent()).contains(&stranger), "the end is for everybody in the room");
}

#[test]
fn a_list_that_is_behind_makes_nobody_a_stranger() {
    let mut desk = Desk::open();
    let pair = desk.talk(&olga());
    let id = desk.conference(&olga(), &pair, &["1004"]);
    let guest = desk.leg(id, "1004");
    desk.joins(id, guest);
    let before = desk.having_in_room(id, &[pair.caller, pair.station, guest]);
    desk.hangs_up(guest);
    desk.looks();
    desk.link_up(before);
    assert!(desk.looks() >= 1, "it is looked at again");
    desk.link_up(desk.having_in_room(id, &[pair.caller, pair.station]));
    assert_eq!(desk.guest(id, "1004").state(), LegState::Left);
    assert!(desk.conference_of(id).participants.iter().all(|one| !one.uninvited));
}
