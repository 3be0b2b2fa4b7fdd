//! A conference that ends by itself: because somebody left, because nobody came, because its time is over.

use crate::{
    desk::{Desk, Pair, SECOND, killed, people},
    house::{petra, supervisor},
};
use switchboard::domain::{
    cause::Reason,
    ending::EndWishes,
    ids::{ChannelId, ConferenceId},
    input::{Input, RoomEventKind},
    node::requests::Accepted,
    request::{NewConference, NewParticipant, RefusalCode, Verb},
    states::{CallState, ConferenceState, LegState},
};

const GUEST: &str = "1004";
const OTHER: &str = "1005";

/// A conference out of a talk, with these wishes, everybody moved and being rung.
fn conference(desk: &mut Desk, wishes: EndWishes, guests: Vec<NewParticipant>) -> (ConferenceId, Pair) {
    let pair = desk.talk(&petra());
    let id = start(
        desk,
        NewConference { call_id: Some(pair.call), participants: guests, end_rules: wishes, ..NewConference::default() },
    );
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    desk.sent();
    (id, pair)
}

fn start(desk: &mut Desk, new: NewConference) -> ConferenceId {
    match desk.asks(&petra(), &Verb::StartConference(new)) {
        Ok(Accepted::Conference(id)) => id,
        other => panic!("{other:?}"),
    }
}

/// A guest picks up and joins.
fn comes(desk: &mut Desk, id: ConferenceId, number: &str) -> ChannelId {
    let leg = desk.leg(id, number);
    desk.is_rung(leg);
    desk.joins(id, leg);
    leg
}

fn why(desk: &Desk, id: ConferenceId) -> Option<Reason> {
    desk.conference_of(id).end_cause.as_ref().map(|cause| cause.reason)
}

fn is_live(desk: &Desk, id: ConferenceId) -> bool {
    desk.conference_of(id).state == ConferenceState::Live
}

#[test]
fn by_itself_a_conference_lives_until_everybody_has_left() {
    let mut desk = Desk::open();
    let (id, pair) = conference(&mut desk, EndWishes::default(), people(&[GUEST]));
    let guest = comes(&mut desk, id, GUEST);
    desk.hangs_up(pair.station);
    desk.hangs_up(pair.caller);
    desk.passes(SECOND * 100_000);
    assert!(is_live(&desk, id), "one is left, and may stay");
    desk.hangs_up(guest);
    assert_eq!(why(&desk, id), Some(Reason::EverybodyLeft));
}

#[test]
fn where_it_was_asked_for_it_ends_with_the_attendant() {
    let mut desk = Desk::open();
    let wishes = EndWishes { attendant_leaves: Some(true), ..EndWishes::default() };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST, OTHER]));
    let guest = comes(&mut desk, id, GUEST);
    desk.sent();
    desk.asks(&petra(), &Verb::Leave { conference_id: id }).unwrap();
    assert!(is_live(&desk, id), "asked to leave is not gone");
    desk.hangs_up(pair.station);
    assert_eq!(why(&desk, id), Some(Reason::AttendantLeft));
    let gone = killed(&desk.sent());
    assert!([pair.caller, guest, desk.leg(id, OTHER)].iter().all(|leg| gone.contains(leg)), "who rings, too");
}

#[test]
fn whoever_left_may_come_back_in_time() {
    let mut desk = Desk::open();
    let wishes = EndWishes { attendant_leaves: Some(true), grace_seconds: Some(10), ..EndWishes::default() };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
    comes(&mut desk, id, GUEST);
    desk.hangs_up(pair.station);
    let due = |desk: &Desk| desk.conference_of(id).ending.due.clone().map(|(_, cause)| cause.reason);
    assert_eq!(due(&desk), Some(Reason::AttendantLeft));
    desk.passes(SECOND * 9);
    desk.asks(&petra(), &Verb::Rejoin { conference_id: id, station: None }).unwrap();
    assert_eq!(due(&desk), None, "being rung, they are on the way back");
    let back = desk.conference_of(id).participants[1].leg().unwrap().id;
    desk.is_rung(back);
    desk.passes(SECOND * 15);
    assert!(is_live(&desk, id));
    desk.joins(id, back);
    desk.passes(SECOND * 100);
    desk.hangs_up(back);
    desk.passes(SECOND * 9);
    assert!(is_live(&desk, id));
    desk.passes(SECOND);
    assert_eq!(why(&desk, id), Some(Reason::AttendantLeft));
}

#[test]
fn one_may_be_named_whose_leaving_ends_it() {
    let mut desk = Desk::open();
    let mut guests = people(&[GUEST, OTHER]);
    guests[1].end_conference_on_exit = true;
    let (id, pair) = conference(&mut desk, EndWishes::default(), guests);
    let (guest, other) = (comes(&mut desk, id, GUEST), comes(&mut desk, id, OTHER));
    desk.hangs_up(guest);
    desk.hangs_up(pair.station);
    assert!(is_live(&desk, id));
    desk.hangs_up(other);
    assert_eq!(why(&desk, id), Some(Reason::HostLeft));
    assert_eq!(killed(&desk.sent()), [pair.caller]);
}

#[test]
fn one_is_named_while_it_lives_and_may_be_unnamed() {
    let mut desk = Desk::open();
    let (conference_id, pair) = conference(&mut desk, EndWishes::default(), people(&[GUEST, OTHER]));
    let (guest, other) = (comes(&mut desk, conference_id, GUEST), comes(&mut desk, conference_id, OTHER));
    let ends_with = |desk: &mut Desk, number: &str, on| {
        let participant_id = desk.guest(conference_id, number).id;
        desk.asks(&petra(), &Verb::EndsWith { conference_id, participant_id, on })
    };
    for _ in 0..2 {
        ends_with(&mut desk, OTHER, true).unwrap();
    }
    assert_eq!(
        desk.told("conference.participant.ends_it"),
        ["Petra has the conference end when Person 1005 leaves."],
        "asked twice, said once"
    );
    ends_with(&mut desk, GUEST, true).unwrap();
    ends_with(&mut desk, GUEST, false).unwrap();
    desk.hangs_up(guest);
    assert!(is_live(&desk, conference_id), "it goes on without whoever is named no more");
    let late = ends_with(&mut desk, GUEST, true).unwrap_err();
    assert_eq!(late.code, RefusalCode::WrongState, "who has left already would end it at once");
    ends_with(&mut desk, GUEST, false).unwrap();
    desk.restart_after(SECOND);
    let inside = desk.having_in_room(conference_id, &[pair.caller, pair.station, other]);
    desk.link_up(inside);
    desk.hangs_up(other);
    assert_eq!(why(&desk, conference_id), Some(Reason::HostLeft), "also after a restart");
}

#[test]
fn unnamed_while_the_end_is_near_it_goes_on() {
    let mut desk = Desk::open();
    let wishes = EndWishes { grace_seconds: Some(10), ..EndWishes::default() };
    let mut guests = people(&[GUEST]);
    guests[0].end_conference_on_exit = true;
    let (conference_id, _) = conference(&mut desk, wishes, guests);
    let guest = comes(&mut desk, conference_id, GUEST);
    desk.hangs_up(guest);
    let participant_id = desk.guest(conference_id, GUEST).id;
    desk.asks(&petra(), &Verb::EndsWith { conference_id, participant_id, on: false }).unwrap();
    assert_eq!(desk.told("conference.goes_on"), ["The conference goes on after all."]);
    desk.passes(SECOND * 60);
    assert!(is_live(&desk, conference_id));
}

#[test]
fn whoever_takes_the_place_of_the_named_one_is_the_named_one() {
    let mut desk = Desk::open();
    let mut guests = people(&[GUEST]);
    guests[0].end_conference_on_exit = true;
    let (conference_id, _) = conference(&mut desk, EndWishes::default(), guests);
    let guest = comes(&mut desk, conference_id, GUEST);
    let participant_id = desk.guest(conference_id, GUEST).id;
    let with = people(&[OTHER]).remove(0);
    desk.asks(&petra(), &Verb::Replace { conference_id, participant_id, with }).unwrap();
    let other = comes(&mut desk, conference_id, OTHER);
    desk.hangs_up(guest);
    assert!(is_live(&desk, conference_id), "their place is taken");
    desk.hangs_up(other);
    assert_eq!(why(&desk, conference_id), Some(Reason::HostLeft));
}

#[test]
fn who_never_came_has_not_left() {
    let mut desk = Desk::open();
    let mut guests = people(&[GUEST]);
    guests[0].end_conference_on_exit = true;
    let (id, _) = conference(&mut desk, EndWishes::default(), guests);
    let leg = desk.leg(id, GUEST);
    desk.hangs_up_with(leg, "USER_BUSY", Some(486));
    assert_eq!(desk.guest(id, GUEST).state(), LegState::Failed);
    assert!(is_live(&desk, id));
}

#[test]
fn the_last_one_is_let_go_when_nobody_is_being_rung_any_more() {
    let mut desk = Desk::open();
    let wishes = EndWishes { one_left: Some(true), ..EndWishes::default() };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
    let guest = desk.leg(id, GUEST);
    desk.is_rung(guest);
    desk.hangs_up(pair.station);
    assert!(is_live(&desk, id), "somebody rings yet");
    desk.hangs_up_with(guest, "NO_ANSWER", None);
    assert_eq!(why(&desk, id), Some(Reason::OneLeft));
    assert_eq!(killed(&desk.sent()), [pair.caller]);
}

#[test]
fn the_first_of_a_cold_conference_is_not_the_last_one() {
    let mut desk = Desk::open();
    let wishes = EndWishes { one_left: Some(true), ..EndWishes::default() };
    let new = NewConference { participants: people(&[GUEST, OTHER]), end_rules: wishes, ..NewConference::default() };
    let id = start(&mut desk, new);
    comes(&mut desk, id, GUEST);
    let other = desk.leg(id, OTHER);
    desk.hangs_up_with(other, "USER_BUSY", Some(486));
    assert!(is_live(&desk, id), "there never were two");
}

#[test]
fn it_ends_when_nobody_came_in_time_and_not_when_somebody_did() {
    for came in [false, true] {
        let mut desk = Desk::open();
        let wishes = EndWishes { nobody_seconds: Some(60), ..EndWishes::default() };
        let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
        if came {
            let guest = comes(&mut desk, id, GUEST);
            desk.hangs_up(guest);
        } else {
            let guest = desk.leg(id, GUEST);
            desk.hangs_up_with(guest, "USER_BUSY", Some(486));
        }
        desk.passes(SECOND * 59);
        assert!(is_live(&desk, id));
        desk.passes(SECOND * 60);
        assert_eq!(is_live(&desk, id), came);
        if !came {
            assert_eq!(why(&desk, id), Some(Reason::NobodyCame));
            assert_eq!(killed(&desk.sent()), [pair.caller, pair.station]);
        }
    }
}

#[test]
fn its_longest_time_begins_when_it_is_live_and_is_warned_of() {
    let mut desk = Desk::open();
    let wishes = EndWishes { max_seconds: Some(600), warn_seconds: Some(vec![300, 60]), ..EndWishes::default() };
    let pair = desk.talk(&petra());
    let new = NewConference {
        call_id: Some(pair.call),
        participants: people(&[GUEST]),
        end_rules: wishes,
        ..NewConference::default()
    };
    let id = start(&mut desk, new);
    assert_eq!(desk.conference_of(id).ending.ends_at, None);
    let refused = desk.asks(&petra(), &Verb::Extend { conference_id: id, seconds: 60 }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
    desk.passes(SECOND);
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    comes(&mut desk, id, GUEST);
    desk.passes(SECOND * 299);
    assert_eq!(desk.told("conference.warning"), Vec::<String>::new());
    desk.passes(SECOND);
    assert_eq!(desk.told("conference.warning"), ["The conference ends in 5 minutes."]);
    desk.passes(SECOND * 240);
    assert_eq!(desk.told("conference.warning"), ["The conference ends in 1 minute."]);

    desk.asks(&petra(), &Verb::Extend { conference_id: id, seconds: 900 }).unwrap();
    assert_eq!(desk.told("conference.extended"), ["Petra lets the conference go on for 15 minutes more."]);
    desk.passes(SECOND * 900);
    assert_eq!(desk.told("conference.warning").len(), 2, "warned anew");
    desk.passes(SECOND * 59);
    assert!(is_live(&desk, id));
    desk.passes(SECOND);
    assert_eq!(why(&desk, id), Some(Reason::TooLong));
}

#[test]
fn only_its_owner_or_a_supervisor_extends_it_and_not_for_ever() {
    let mut desk = Desk::open();
    let wishes = EndWishes { max_seconds: Some(600), ..EndWishes::default() };
    let (id, _) = conference(&mut desk, wishes, people(&[GUEST]));
    let extend = |seconds| Verb::Extend { conference_id: id, seconds };
    assert_eq!(desk.asks(&crate::house::olga(), &extend(60)).unwrap_err().code, RefusalCode::NotYours);
    assert_eq!(desk.asks(&supervisor(), &extend(86_400)).unwrap_err().code, RefusalCode::BadInput);
    desk.asks(&supervisor(), &extend(60)).unwrap();
    let (unlimited, _) = conference(&mut desk, EndWishes::default(), people(&[OTHER]));
    let refused = desk.asks(&petra(), &Verb::Extend { conference_id: unlimited, seconds: 60 }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
}

#[test]
fn the_moments_hold_across_a_restart() {
    let mut desk = Desk::open();
    let wishes = EndWishes {
        max_seconds: Some(600),
        warn_seconds: Some(vec![300, 60]),
        attendant_leaves: Some(true),
        grace_seconds: Some(300),
        ..EndWishes::default()
    };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
    let guest = comes(&mut desk, id, GUEST);
    let inside = desk.having_in_room(id, &[pair.caller, pair.station, guest]);
    desk.restart_after(SECOND * 400);
    assert!(is_live(&desk, id));
    desk.link_up(inside);
    assert_eq!(desk.told("conference.warning"), ["The conference ends in 200 seconds."], "late, and true");
    desk.hangs_up(pair.station);
    let inside = desk.having_in_room(id, &[pair.caller, guest]);
    desk.restart_after(SECOND * 100);
    desk.link_up(inside);
    assert!(desk.conference_of(id).ending.due.is_some());
    desk.passes(SECOND * 99);
    assert!(is_live(&desk, id));
    desk.passes(SECOND);
    assert_eq!(why(&desk, id), Some(Reason::TooLong), "what comes first");
    assert_eq!(killed(&desk.sent()), [pair.caller, guest]);
}

#[test]
fn while_the_link_is_down_nothing_ends_and_then_what_is_over_does() {
    let mut desk = Desk::open();
    let wishes = EndWishes { max_seconds: Some(600), nobody_seconds: Some(60), ..EndWishes::default() };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
    let guest = desk.leg(id, GUEST);
    desk.is_rung(guest);
    desk.link_down();
    desk.passes(SECOND * 100);
    assert!(is_live(&desk, id), "somebody may have come unheard");
    // And so it was.
    desk.link_up(desk.having_in_room(id, &[pair.caller, pair.station, guest]));
    assert!(is_live(&desk, id));
    desk.link_down();
    desk.passes(SECOND * 1000);
    assert!(is_live(&desk, id));
    desk.link_up(desk.having_in_room(id, &[pair.caller, pair.station, guest]));
    assert_eq!(why(&desk, id), Some(Reason::TooLong));
    assert_eq!(killed(&desk.sent()), [pair.caller, pair.station, guest]);
}

#[test]
fn a_switch_that_goes_does_not_leave_one() {
    let mut desk = Desk::open();
    let wishes = EndWishes { one_left: Some(true), attendant_leaves: Some(true), ..EndWishes::default() };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
    let guest = comes(&mut desk, id, GUEST);
    for channel in [pair.station, guest, pair.caller] {
        desk.hangs_up_with(channel, "SYSTEM_SHUTDOWN", None);
    }
    assert_eq!(why(&desk, id), Some(Reason::SwitchStopped));
}

#[test]
fn a_caller_the_rule_lets_go_is_not_sent_back_to_wait() {
    let mut desk = Desk::open();
    let wishes = EndWishes { one_left: Some(true), ..EndWishes::default() };
    let (id, pair) = conference(&mut desk, wishes, people(&[GUEST]));
    let guest = comes(&mut desk, id, GUEST);
    desk.hangs_up(guest);
    desk.hangs_up(pair.station);
    assert_eq!(killed(&desk.sent()), [pair.caller]);
    desk.hears(Input::Tick);
    desk.hangs_up(pair.caller);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ended);
    assert!(desk.node.call(pair.call).is_none_or(|call| call.state == CallState::Ended));
}
