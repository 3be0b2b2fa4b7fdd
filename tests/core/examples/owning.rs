//! A conference handed over to somebody else: whose it is, who is the attendant in it, and who may steer it.

use crate::{
    desk::{Desk, Pair, SECOND},
    house::{olga, petra, rules, supervisor},
};
use std::time::Duration;
use switchboard::domain::{
    conference::{Introduction, Participant},
    effect::Command,
    ending::EndWishes,
    ids::{ChannelId, ConferenceId},
    input::RoomEventKind,
    node::requests::Accepted,
    policy::Limits,
    request::{Actor, NewConference, NewParticipant, Refusal, RefusalCode, Verb},
    rules::Rules,
    setting::Setting,
    states::{ConferenceState, ParticipantRole, Role},
};

const GUEST: &str = "1004";

fn hands_over(desk: &mut Desk, who: &Actor, id: ConferenceId, to: &Actor) -> Result<Accepted, Refusal> {
    let note = " The doctor is late. ".to_owned();
    desk.asks(who, &Verb::HandOver { conference_id: id, to: to.clone(), note })
}

fn person(desk: &Desk, id: ConferenceId, channel: ChannelId) -> &Participant {
    let of = |person: &&Participant| person.legs.iter().any(|leg| leg.id == channel);
    desk.conference_of(id).participants.iter().find(of).expect("they are in it")
}

fn petras(desk: &mut Desk) -> (ConferenceId, Pair) {
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[GUEST]);
    let leg = desk.leg(id, GUEST);
    desk.joins(id, leg);
    desk.sent();
    (id, pair)
}

#[test]
fn who_takes_a_conference_over_steers_it_and_who_gave_it_away_stays_as_a_guest() {
    let mut desk = Desk::open();
    let (id, pair) = petras(&mut desk);
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    let conference = desk.conference_of(id);
    assert_eq!((conference.owner.name.as_str(), &conference.stations), ("Olga", &olga().stations));
    let handed = conference.handed_over.as_ref().expect("it says where it is from");
    assert_eq!((handed.from.name.as_str(), handed.note.as_str()), ("Petra", "The doctor is late."));
    assert_eq!(person(&desk, id, pair.station).role, ParticipantRole::Guest);
    assert_eq!(person(&desk, id, pair.caller).role, ParticipantRole::Caller);
    assert_eq!(
        desk.call(pair.call).attendant.as_ref().map(|it| it.name.as_str()),
        Some("Olga"),
        "the call goes with it"
    );
    assert!(desk.sent().is_empty(), "nobody is rung, moved or hung up by it");

    for verb in [Verb::Leave { conference_id: id }, Verb::End { conference_id: id }] {
        assert_eq!(desk.asks(&petra(), &verb).unwrap_err().code, RefusalCode::NotYours);
    }
    assert_eq!(hands_over(&mut desk, &petra(), id, &petra()).unwrap_err().code, RefusalCode::NotYours);
    // Olga comes in, and it is hers to leave; Petra's phone hanging up is a guest's.
    desk.asks(&olga(), &Verb::Rejoin { conference_id: id, station: Some("1002".into()) }).unwrap();
    let station = desk.leg(id, "1002");
    desk.joins(id, station);
    assert_eq!(person(&desk, id, station).role, ParticipantRole::Attendant);
    desk.hangs_up(pair.station);
    desk.restart_after(SECOND);
    desk.link_up(desk.having_in_room(id, &[pair.caller, station]));
    assert_eq!(desk.conference_of(id).owner.name, "Olga", "also after a restart");
    desk.asks(&olga(), &Verb::End { conference_id: id }).unwrap();
}

#[test]
fn who_is_in_the_room_already_becomes_its_attendant() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    // By the number of the phone, not as a station; one of two phones of hers, and the other still rings.
    let id = desk.conference(&petra(), &pair, &["1001", "1002"]);
    let (rings, inside) = (desk.leg(id, "1001"), desk.leg(id, "1002"));
    desk.is_rung(rings);
    desk.joins(id, inside);
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    assert_eq!(person(&desk, id, inside).role, ParticipantRole::Attendant, "of two, the one who is in");
    assert_eq!(person(&desk, id, rings).role, ParticipantRole::Guest);
    let again = desk.asks(&olga(), &Verb::Rejoin { conference_id: id, station: None });
    assert_eq!(again.unwrap_err().code, RefusalCode::WrongState, "she is in it");

    // Back again: each is what they were.
    hands_over(&mut desk, &olga(), id, &petra()).unwrap();
    assert_eq!(person(&desk, id, pair.station).role, ParticipantRole::Attendant);
    assert_eq!(person(&desk, id, inside).role, ParticipantRole::Guest);
    desk.asks(&petra(), &Verb::Leave { conference_id: id }).unwrap();
    assert!(person(&desk, id, pair.station).leg().is_some_and(|leg| leg.unwanted.is_some()));
}

#[test]
fn who_waits_to_be_introduced_is_let_into_a_room_that_becomes_theirs() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[GUEST]);
    let newcomer = NewParticipant { numbers: vec!["1001".into()], introduce: true, ..NewParticipant::default() };
    desk.asks(&petra(), &Verb::AddParticipants { conference_id: id, participants: vec![newcomer], groups: vec![] })
        .unwrap();
    let leg = desk.leg(id, "1001");
    desk.joins(id, leg);
    assert_eq!(person(&desk, id, leg).introduction, Some(Introduction::Speaking));
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    let heir = person(&desk, id, leg);
    assert_eq!((heir.role, heir.introduction, heir.sidebar), (ParticipantRole::Attendant, None, None));
}

#[test]
fn an_introduction_under_way_goes_on_and_the_new_owner_may_end_it() {
    let mut desk = Desk::open();
    let (id, pair) = petras(&mut desk);
    let newcomer = NewParticipant { numbers: vec!["1005".into()], introduce: true, ..NewParticipant::default() };
    desk.asks(&petra(), &Verb::AddParticipants { conference_id: id, participants: vec![newcomer], groups: vec![] })
        .unwrap();
    let leg = desk.leg(id, "1005");
    desk.joins(id, leg);
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    assert_eq!(person(&desk, id, leg).introduction, Some(Introduction::Speaking));
    assert_eq!(person(&desk, id, leg).sidebar, person(&desk, id, pair.station).sidebar);
    let participant_id = person(&desk, id, leg).id;
    desk.asks(&olga(), &Verb::Admit { conference_id: id, participant_id }).unwrap();
    assert_eq!(person(&desk, id, pair.station).sidebar, None);
}

#[test]
fn who_waited_for_a_host_and_becomes_one_waits_no_longer() {
    let mut desk = Desk::open();
    let participants = crate::desk::people(&["1001", GUEST]);
    let new = NewConference { participants, wait_for_host: true, ..NewConference::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else {
        panic!("nothing speaks against it")
    };
    desk.room(id, RoomEventKind::Created);
    for number in ["1001", GUEST] {
        let leg = desk.leg(id, number);
        desk.joins(id, leg);
        desk.room(id, RoomEventKind::Set { channel: leg, setting: Setting::Hold(true), seen: Vec::new() });
        assert!(desk.guest(id, number).waits_for_host, "{number}");
    }
    desk.sent();
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    let taken_off = |command: &&Command| matches!(command, Command::Set { setting: Setting::Hold(false), .. });
    assert_eq!(desk.sent().iter().filter(taken_off).count(), 2);
}

#[test]
fn a_question_that_is_open_is_the_new_owners_to_answer() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[GUEST]);
    let rings = desk.leg(id, GUEST);
    desk.is_rung(rings);
    desk.hangs_up(pair.caller);
    assert!(desk.conference_of(id).question.is_some());
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    desk.asks(&olga(), &Verb::ContinueWithoutCaller { conference_id: id }).unwrap();
    desk.passes(SECOND * 20);
    assert!(desk.guest(id, GUEST).leg().is_some_and(|leg| leg.unwanted.is_none()));
}

/// The conference ends when the attendant leaves.
fn with_the_attendant(desk: &mut Desk, pair: &Pair) -> ConferenceId {
    let end_rules = EndWishes { attendant_leaves: Some(true), grace_seconds: Some(10), ..EndWishes::default() };
    let participants = crate::desk::people(&[GUEST]);
    let new = NewConference { call_id: Some(pair.call), participants, end_rules, ..NewConference::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else {
        panic!("nothing speaks against it")
    };
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    let guest = desk.leg(id, GUEST);
    desk.joins(id, guest);
    id
}

#[test]
fn a_conference_that_ends_when_the_attendant_leaves_does_so_when_the_new_one_leaves() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = with_the_attendant(&mut desk, &pair);
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    desk.hangs_up(pair.station);
    desk.passes(SECOND * 20);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live, "Petra was a guest");
    desk.asks(&olga(), &Verb::Rejoin { conference_id: id, station: None }).unwrap();
    let station = desk.leg(id, "1001");
    desk.joins(id, station);
    desk.hangs_up(station);
    desk.passes(SECOND * 20);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ending);

    // Handed over by somebody who has left, it does not end for that any more.
    let pair = desk.talk(&petra());
    let id = with_the_attendant(&mut desk, &pair);
    desk.hangs_up(pair.station);
    assert!(desk.conference_of(id).ending.due.is_some());
    hands_over(&mut desk, &petra(), id, &olga()).unwrap();
    assert_eq!(desk.conference_of(id).ending.due, None);
    desk.passes(SECOND * 20);
    assert_eq!(desk.conference_of(id).state, ConferenceState::Live);
}

#[test]
fn what_cannot_be_handed_over_is_refused_with_the_reason() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.start(&petra(), Some(pair.call), &[GUEST]).unwrap();
    let refused = hands_over(&mut desk, &petra(), id, &olga()).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState, "while the pair is being moved: {refused:?}");
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);

    let own = hands_over(&mut desk, &petra(), id, &petra()).unwrap_err();
    assert_eq!((own.code, own.detail.as_str()), (RefusalCode::WrongState, "you have this conference already"));
    let hers = hands_over(&mut desk, &supervisor(), id, &petra()).unwrap_err();
    assert_eq!(hers.detail, "Petra has this conference already");
    let program = Actor { role: Role::Program, ..supervisor() };
    let refused = hands_over(&mut desk, &petra(), id, &program).unwrap_err();
    assert_eq!((refused.code, refused.errors[0].pointer.as_str()), (RefusalCode::BadInput, "/user"));
    assert_eq!(hands_over(&mut desk, &olga(), id, &olga()).unwrap_err().code, RefusalCode::NotYours);

    // A supervisor takes it, and gives it on.
    hands_over(&mut desk, &supervisor(), id, &supervisor()).unwrap();
    assert_eq!(desk.conference_of(id).owner.name, "Sven");
    hands_over(&mut desk, &supervisor(), id, &olga()).unwrap();
    desk.asks(&olga(), &Verb::End { conference_id: id }).unwrap();
    let late = hands_over(&mut desk, &olga(), id, &petra()).unwrap_err();
    assert_eq!(late.code, RefusalCode::WrongState, "it is ending: {late:?}");
}

#[test]
fn while_the_attendant_is_rung_first_it_stays_theirs() {
    let mut desk = Desk::open();
    let participants = crate::desk::people(&[GUEST]);
    let new =
        NewConference { participants, include_attendant: true, attendant_first: true, ..NewConference::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else {
        panic!("nothing speaks against it")
    };
    let refused = hands_over(&mut desk, &petra(), id, &olga()).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState, "{refused:?}");
    assert!(refused.detail.contains("rung first"), "{}", refused.detail);
}

#[test]
fn handing_over_is_no_way_around_the_limits() {
    let mut rules: Rules = rules();
    rules.policy.per_user = Limits { legs_at_once: 3, ..rules.policy.per_user };
    let mut desk = Desk::open_with(rules);
    let petras = desk.start(&petra(), None, &["1004", "1005"]).unwrap();
    let olgas = desk.start(&olga(), None, &["1006", "1007"]).unwrap();
    let refused = hands_over(&mut desk, &petra(), petras, &olga()).unwrap_err();
    assert_eq!(refused.code, RefusalCode::Limit);
    assert!(refused.detail.contains("3 legs") && refused.detail.contains("Olga"), "{}", refused.detail);
    desk.asks(&olga(), &Verb::End { conference_id: olgas }).unwrap();
    for leg in desk.guests(olgas) {
        desk.hangs_up(leg);
    }
    desk.passes(Duration::from_secs(1));
    hands_over(&mut desk, &petra(), petras, &olga()).unwrap();
    // They count for Olga now, and Petra may ring others.
    let people = crate::desk::people;
    let add = |participants| Verb::AddParticipants { conference_id: petras, participants, groups: vec![] };
    assert_eq!(desk.asks(&olga(), &add(people(&["1008", "1009"]))).unwrap_err().code, RefusalCode::Limit);
    desk.asks(&olga(), &add(people(&["1008"]))).unwrap();
    desk.start(&petra(), None, &["1006", "1007"]).unwrap();
}

#[test]
fn the_story_says_who_gave_it_to_whom_and_why() {
    let mut desk = Desk::open();
    let (id, _) = petras(&mut desk);
    let told = |desk: &Desk, actor: Actor, from: Actor, to: Actor, note: &str| {
        let fact = switchboard::domain::fact::Fact::ConferenceHandedOver {
            from: (&from).into(),
            to: (&to).into(),
            stations: Vec::new(),
            note: note.into(),
            attendant: None,
        };
        let telling =
            switchboard::domain::story::tell_conference(desk.conference_of(id), Some(&(&actor).into()), &fact);
        telling.expect("it is told").text
    };
    let note = "The doctor is late.";
    let text = told(&desk, petra(), petra(), olga(), note);
    assert_eq!(text, "Petra hands the conference over to Olga: The doctor is late.");
    let text = told(&desk, supervisor(), petra(), olga(), "");
    assert_eq!(text, "Sven hands Petra's conference over to Olga.");
    let text = told(&desk, supervisor(), petra(), supervisor(), "");
    assert_eq!(text, "Sven takes the conference over from Petra.");
}

#[test]
fn an_attendant_who_came_over_from_another_conference_is_not_rung_to_come_back() {
    let mut desk = Desk::open();
    let (first, pair) = petras(&mut desk);
    desk.hangs_up(pair.station);
    let other = desk.talk(&petra());
    let second = desk.conference(&petra(), &other, &["1005"]);
    let participant_id = person(&desk, second, other.station).id;
    desk.asks(&petra(), &Verb::Move { conference_id: second, participant_id, to: first }).unwrap();
    desk.joins(first, other.station);
    assert_eq!(person(&desk, first, other.station).role, ParticipantRole::Attendant);
    desk.sent();
    let refused = desk.asks(&petra(), &Verb::Rejoin { conference_id: first, station: None }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
    assert!(desk.sent().is_empty(), "nobody is rung");
}
