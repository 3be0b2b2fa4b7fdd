//! Merged while somebody is being called: they ring on, for the conference that stays.

use crate::{
    desk::{Desk, SECOND, entered, having, killed, rung},
    house::petra,
};
use switchboard::domain::{
    cause::Reason,
    conference::Participant,
    effect::Command,
    ids::{ChannelId, ConferenceId},
    input::RoomEventKind,
    node::requests::Accepted,
    request::{NewConference, NewParticipant, Refusal, Verb},
    states::{ConferenceState, LegState},
};

const GUEST: &str = "1004";
const OTHER: &str = "1005";

struct Two {
    first: ConferenceId,
    inside: Vec<ChannelId>,
    second: ConferenceId,
    there: ChannelId,
}

/// A caller and the attendant in one, with these people asked for; one in the other.
fn two(desk: &mut Desk, asked: Vec<NewParticipant>) -> Two {
    let there = NewConference { participants: crate::desk::people(&["1003"]), ..NewConference::default() };
    let Ok(Accepted::Conference(second)) = desk.asks(&petra(), &Verb::StartConference(there)) else { panic!() };
    let there = desk.leg(second, "1003");
    desk.is_rung(there);
    desk.room(second, RoomEventKind::Created);
    desk.joins(second, there);
    let pair = desk.talk(&petra());
    let new = NewConference { call_id: Some(pair.call), participants: asked, ..NewConference::default() };
    let Ok(Accepted::Conference(first)) = desk.asks(&petra(), &Verb::StartConference(new)) else { panic!() };
    desk.room(first, RoomEventKind::Created);
    desk.joins(first, pair.caller);
    desk.joins(first, pair.station);
    desk.sent();
    Two { first, inside: vec![pair.caller, pair.station], second, there }
}

fn olga(numbers: &[&str]) -> NewParticipant {
    let numbers = numbers.iter().map(|number| (*number).to_owned()).collect();
    NewParticipant { name: "Olga".into(), numbers, ..NewParticipant::default() }
}

fn merge(desk: &mut Desk, two: &Two) -> Result<Accepted, Refusal> {
    desk.asks(&petra(), &Verb::Merge { conference_id: two.first, into: two.second })
}

fn person(desk: &Desk, id: ConferenceId, leg: ChannelId) -> &Participant {
    let of = |person: &&Participant| person.legs.iter().any(|l| l.id == leg);
    desk.conference_of(id).participants.iter().find(of).expect("they are in it")
}

/// The others come over, and the first conference is over.
fn all_come_over(desk: &mut Desk, two: &Two) {
    for leg in &two.inside {
        desk.room(two.first, RoomEventKind::Left { channel: *leg });
        desk.joins(two.second, *leg);
    }
    assert_eq!(desk.conference_of(two.first).state, ConferenceState::Ended);
    assert_eq!(desk.conference_of(two.first).end_cause.as_ref().map(|cause| cause.reason), Some(Reason::Merged));
}

/// In the order in which they were sent: told of the other room, time to settle, and into it.
fn steps(sent: &[Command]) -> Vec<&'static str> {
    let step = |command: &Command| match command {
        Command::Redirect { .. } => Some("told"),
        Command::LetSettle(_) => Some("wait"),
        Command::EnterRoom { .. } => Some("goes"),
        _ => None,
    };
    sent.iter().filter_map(step).collect()
}

#[test]
fn who_rings_is_told_first_and_then_the_others_go() {
    let mut desk = Desk::open();
    let two = two(&mut desk, vec![olga(&[GUEST])]);
    let leg = desk.leg(two.first, GUEST);
    desk.is_rung(leg);
    desk.sent();
    merge(&mut desk, &two).unwrap();
    assert_eq!(steps(&desk.sent()), ["told", "wait", "goes", "goes"]);
    assert_eq!(person(&desk, two.second, leg).state(), LegState::Ringing);
    let text = "Olga is still being called, for the other conference.";
    assert_eq!(desk.told("conference.participant.carried_over"), [text]);
    all_come_over(&mut desk, &two);
    desk.event(leg, switchboard::domain::input::ChannelEventKind::Answered);
    desk.joins(two.second, leg);
    assert_eq!(person(&desk, two.second, leg).state(), LegState::Joined);
    assert!(rung(&desk.sent()).is_empty(), "nobody is rung again");
}

#[test]
fn who_has_no_channel_yet_cannot_be_told_so_it_waits_a_moment() {
    let mut desk = Desk::open();
    let two = two(&mut desk, vec![olga(&[GUEST])]);
    let refused = merge(&mut desk, &two).unwrap_err();
    assert!(refused.detail.contains("Olga is being dialed in this very moment"), "{refused:?}");
    let leg = desk.leg(two.first, GUEST);
    desk.is_rung(leg);
    merge(&mut desk, &two).unwrap();
}

#[test]
fn what_was_to_be_tried_next_is_tried_there() {
    let mut desk = Desk::open();
    let two = two(&mut desk, vec![olga(&[GUEST, OTHER])]);
    let leg = desk.leg(two.first, GUEST);
    desk.is_rung(leg);
    desk.sent();
    merge(&mut desk, &two).unwrap();
    all_come_over(&mut desk, &two);
    desk.sent();
    desk.hangs_up_with(leg, "NO_ANSWER", None);
    desk.passes(SECOND);
    let next = rung(&desk.sent());
    assert_eq!(next.len(), 1, "the other number, once");
    assert_eq!(person(&desk, two.second, next[0]).leg().map(|leg| leg.number.as_str()), Some(OTHER));
}

#[test]
fn who_waits_for_their_turn_waits_there() {
    let mut desk = Desk::open_with({
        let mut rules = crate::house::rules();
        rules.originates_per_second = 1;
        rules
    });
    let two = two(&mut desk, vec![olga(&[GUEST]), olga(&[OTHER])]);
    desk.passes(SECOND * 2);
    let mut legs = Vec::new();
    for number in [GUEST, OTHER] {
        legs.push(desk.leg(two.first, number));
    }
    desk.is_rung(legs[0]);
    desk.is_rung(legs[1]);
    // A busy one is called again after a pause, wherever that is.
    let retry = NewParticipant { retries: Some(2), retry_pause_seconds: Some(5), ..olga(&["1006"]) };
    desk.asks(&petra(), &Verb::AddParticipants { conference_id: two.first, participants: vec![retry], groups: vec![] })
        .unwrap();
    desk.passes(SECOND * 2);
    let busy = desk.leg(two.first, "1006");
    desk.is_rung(busy);
    desk.hangs_up_with(busy, "USER_BUSY", Some(486));
    desk.sent();
    merge(&mut desk, &two).unwrap();
    let ports = desk.conference_of(two.second).ports;
    all_come_over(&mut desk, &two);
    assert_eq!((ports, desk.conference_of(two.second).ports), (4, 6));
    desk.sent();
    desk.passes(SECOND * 6);
    let again = rung(&desk.sent());
    assert_eq!(again.len(), 1, "called again after the pause");
    assert_eq!(person(&desk, two.second, again[0]).leg().map(|leg| leg.attempt.again), Some(1));
}

#[test]
fn who_answered_before_they_were_told_is_fetched_from_the_old_room() {
    let mut desk = Desk::open();
    let two = two(&mut desk, vec![olga(&[GUEST])]);
    let leg = desk.leg(two.first, GUEST);
    desk.is_rung(leg);
    merge(&mut desk, &two).unwrap();
    desk.sent();
    desk.joins(two.first, leg);
    assert_eq!(entered(&desk.sent()), [(leg, true)]);
    desk.room(two.first, RoomEventKind::Left { channel: leg });
    desk.joins(two.second, leg);
    assert_eq!(person(&desk, two.second, leg).state(), LegState::Joined);
    all_come_over(&mut desk, &two);
}

#[test]
fn they_can_be_called_off_there() {
    let mut desk = Desk::open();
    let two = two(&mut desk, vec![olga(&[GUEST])]);
    let leg = desk.leg(two.first, GUEST);
    desk.is_rung(leg);
    merge(&mut desk, &two).unwrap();
    desk.sent();
    let participant_id = person(&desk, two.second, leg).id;
    desk.asks(&petra(), &Verb::Cancel { conference_id: two.second, participant_id }).unwrap();
    assert_eq!(killed(&desk.sent()), [leg]);
    // It came into the old room in that very moment.
    desk.joins(two.first, leg);
    assert_eq!(killed(&desk.sent()), [leg]);
    desk.hangs_up(leg);
    assert_eq!(person(&desk, two.second, leg).state(), LegState::Failed);
}

#[test]
fn after_a_crash_in_the_middle_who_rings_is_told_again() {
    let mut desk = Desk::open();
    let two = two(&mut desk, vec![olga(&[GUEST])]);
    let leg = desk.leg(two.first, GUEST);
    desk.is_rung(leg);
    merge(&mut desk, &two).unwrap();
    desk.restart_after(SECOND);
    let mut snapshot = desk.having_in_room(two.first, &two.inside);
    let other = desk.having_in_room(two.second, &[two.there]);
    snapshot.rooms.extend(other.rooms);
    snapshot.channels.extend(other.channels);
    snapshot.channels.extend(having(&[(leg, "")]).channels);
    desk.link_up(snapshot);
    assert!(steps(&desk.sent()).contains(&"told"));
    desk.joins(two.second, leg);
    assert_eq!(person(&desk, two.second, leg).state(), LegState::Joined);
    // The others were never sent: they stay, and can be merged again.
    desk.passes(SECOND * 6);
    desk.sent();
    merge(&mut desk, &two).unwrap();
    all_come_over(&mut desk, &two);
}
