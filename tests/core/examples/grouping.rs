//! Standing groups: their people are rung beside whoever was typed, and nobody twice.

use crate::{
    desk::{Desk, people, rung},
    house::petra,
};
use switchboard::domain::{
    group::Group,
    ids::{ConferenceId, GroupId},
    node::requests::Accepted,
    request::{NewConference, NewParticipant, Refusal, RefusalCode, Verb},
    time::Timestamp,
};
use uuid::Uuid;

fn group(name: &str, participants: Vec<NewParticipant>) -> Group {
    Group { id: GroupId::new(Uuid::from_u128(1)), name: name.into(), participants, changed_at: Timestamp(0) }
}

fn person(numbers: &[&str]) -> NewParticipant {
    let numbers = numbers.iter().map(|&number| number.into()).collect();
    NewParticipant { name: "Emma".into(), numbers, ..NewParticipant::default() }
}

fn starts(desk: &mut Desk, new: NewConference) -> Result<ConferenceId, Refusal> {
    match desk.asks(&petra(), &Verb::StartConference(new))? {
        Accepted::Conference(id) => Ok(id),
        Accepted::Call(id) => panic!("a conference was asked for, not {id}"),
    }
}

/// Every number that is wanted, in order.
fn wanted(desk: &Desk, id: ConferenceId) -> Vec<Vec<&str>> {
    let guests = desk.conference_of(id).participants.iter().filter(|person| !person.dials.is_empty());
    guests.map(|person| person.dials.iter().map(|dial| dial.number.as_str()).collect()).collect()
}

#[test]
fn a_group_alone_makes_a_conference_and_each_is_what_the_group_says() {
    let mut desk = Desk::open();
    let chair = NewParticipant { label: "chair".into(), moderator: true, listener: true, ..person(&["1004", "1005"]) };
    let new = NewConference {
        groups: vec![group("crisis team", vec![chair, person(&["1006"])])],
        ..NewConference::default()
    };
    let id = starts(&mut desk, new).unwrap();
    assert_eq!(wanted(&desk, id), [vec!["1004", "1005"], vec!["1006"]]);
    let chair = desk.guest(id, "1004");
    assert_eq!((chair.label.as_str(), chair.moderator, chair.listener), ("chair", true, true));
    assert_eq!(rung(&desk.sent()).len(), 2);
}

#[test]
fn who_is_named_twice_is_rung_once_however_the_number_is_written() {
    let mut desk = Desk::open();
    let shared = person(&["+49305550108", "1006"]);
    let groups = vec![
        // Typed already; and an own number with one that somebody else has.
        group("first", vec![person(&["+49 30 555 0101"]), person(&["1005", "1004"])]),
        group("second", vec![person(&["1005"]), shared.clone(), shared]),
    ];
    let new = NewConference { participants: people(&["1004", "030 555 0101"]), groups, ..NewConference::default() };
    let id = starts(&mut desk, new).unwrap();
    assert_eq!(wanted(&desk, id), [vec!["1004"], vec!["+49305550101"], vec!["1005"], vec!["+49305550108", "1006"]]);
}

#[test]
fn who_is_there_already_is_not_rung_by_their_group() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    // The caller belongs to it, and Petra at her station.
    let team =
        || group("crisis team", vec![person(&["+4930111"]), person(&["1003"]), person(&["1004"]), person(&["1005"])]);
    let new = NewConference {
        call_id: Some(pair.call),
        participants: people(&["1006"]),
        groups: vec![team()],
        ..NewConference::default()
    };
    let id = starts(&mut desk, new).unwrap();
    assert_eq!(wanted(&desk, id), [["1006"], ["1004"], ["1005"]]);
    desk.room(id, switchboard::domain::input::RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    let first = desk.leg(id, "1004");
    desk.is_rung(first);
    desk.hangs_up_with(first, "USER_BUSY", Some(486));
    desk.sent();
    let add = Verb::AddParticipants { conference_id: id, participants: vec![], groups: vec![team()] };
    desk.asks(&petra(), &add).unwrap();
    // Whoever was not reached is asked for again, and nobody else.
    assert_eq!(rung(&desk.sent()).len(), 1);
    assert_eq!(wanted(&desk, id), [["1006"], ["1004"], ["1005"], ["1004"]]);
}

#[test]
fn a_group_with_nobody_new_and_one_that_cannot_be_dialed_are_refused_whole() {
    let mut desk = Desk::open();
    let id = desk.start(&petra(), None, &["1004"]).unwrap();
    let add = |groups| Verb::AddParticipants { conference_id: id, participants: vec![], groups };
    let refused = desk.asks(&petra(), &add(vec![group("crisis team", vec![person(&["1004"])])])).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
    assert!(refused.detail.contains("everybody of crisis team"), "{}", refused.detail);

    desk.sent();
    let bad = group("outsiders", vec![person(&["1005"]), person(&["+49900123"])]);
    let refused = desk.asks(&petra(), &add(vec![group("good", vec![person(&["1006"])]), bad])).unwrap_err();
    assert_eq!((refused.code, refused.errors.len()), (RefusalCode::Policy, 1));
    assert_eq!(refused.errors[0].pointer, "/groups/1");
    assert!(refused.errors[0].detail.starts_with("outsiders, Emma: "), "{}", refused.errors[0].detail);
    assert!(desk.sent().is_empty(), "nobody is rung");
}
