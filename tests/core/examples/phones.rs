//! The keys of phones: hands, votes, and whoever steers without a page.

use crate::{
    desk::{Desk, Pair, SECOND, killed},
    house::petra,
};
use switchboard::domain::{
    conference::{Conference, Participant},
    effect::Command,
    ending::EndWishes,
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::RoomEventKind,
    keys::KeySounds,
    node::requests::Accepted,
    request::{NewConference, RefusalCode, Verb},
    setting::Setting,
    states::ConferenceState,
    vote::VoteResult,
};

const ANNA: &str = "1004";
const PAUL: &str = "1005";

/// Petra talks with a caller, Anna and Paul.
struct Room {
    id: ConferenceId,
    pair: Pair,
    anna: ChannelId,
    paul: ChannelId,
}

fn room(desk: &mut Desk) -> Room {
    room_that(desk, EndWishes::default())
}

fn room_that(desk: &mut Desk, end_rules: EndWishes) -> Room {
    let pair = desk.talk(&petra());
    let participants = crate::desk::people(&[ANNA, PAUL]);
    let new = NewConference { call_id: Some(pair.call), participants, end_rules, ..NewConference::default() };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else { panic!("refused") };
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, pair.caller);
    desk.joins(id, pair.station);
    let (anna, paul) = (desk.leg(id, ANNA), desk.leg(id, PAUL));
    for leg in [anna, paul] {
        desk.is_rung(leg);
        desk.joins(id, leg);
    }
    desk.sent();
    Room { id, pair, anna, paul }
}

fn id_of(desk: &Desk, room: &Room, number: &str) -> ParticipantId {
    desk.guest(room.id, number).id
}

fn names(conference: &Conference) -> Vec<String> {
    let person = |id: ParticipantId| conference.participant(id).expect("they are in it");
    conference.hands.iter().map(|hand| person(hand.participant).name.clone()).collect()
}

/// What was played to a single member, by the switch's number.
fn heard(desk: &mut Desk) -> Vec<(u32, String)> {
    let played = |command: &Command| match command {
        Command::Play { file, listener: Some(listener), .. } => Some((listener.member, file.to_string())),
        _ => None,
    };
    desk.sent().iter().filter_map(played).collect()
}

fn sound(pick: impl Fn(KeySounds) -> Option<switchboard::domain::announcement::SoundFile>) -> String {
    pick(KeySounds::default()).expect("a tone of ours").to_string()
}

#[test]
fn hands_are_shown_in_the_order_in_which_they_were_raised_and_go_down_with_their_owner() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    desk.presses(room.paul, "*9");
    desk.presses(room.anna, "*9");
    assert_eq!(names(desk.conference_of(room.id)), ["Person 1005", "Person 1004"]);
    assert_eq!(
        desk.told("conference.participant.hand_raised"),
        ["Person 1005 raises a hand.", "Person 1004 raises a hand."]
    );
    let up = sound(|sounds| sounds.hand_up);
    assert_eq!(heard(&mut desk), [(4, up.clone()), (3, up)], "each hears it alone");

    desk.restart_after(SECOND);
    assert_eq!(names(desk.conference_of(room.id)), ["Person 1005", "Person 1004"], "also after a restart");
    let snapshot = desk.having_in_room(room.id, &[room.pair.caller, room.pair.station, room.anna, room.paul]);
    desk.link_up(snapshot);
    desk.presses(room.paul, "*9");
    assert_eq!(names(desk.conference_of(room.id)), ["Person 1004"], "pressed again, it is down");
    desk.presses(room.paul, "*9");
    desk.hangs_up(room.anna);
    assert_eq!(names(desk.conference_of(room.id)), ["Person 1005"], "who leaves takes it along");
    desk.asks(&petra(), &Verb::LowerHands { conference_id: room.id }).unwrap();
    desk.asks(&petra(), &Verb::LowerHands { conference_id: room.id }).unwrap();
    assert_eq!(desk.told("conference.hands_lowered"), ["Petra lowers all hands."], "told once");
    let up = Verb::Hand { conference_id: room.id, participant_id: id_of(&desk, &room, ANNA), on: true };
    assert_eq!(desk.asks(&petra(), &up).unwrap_err().code, RefusalCode::WrongState, "she is not in");
}

#[test]
fn the_floor_is_given_in_one_action() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    let paul = id_of(&desk, &room, PAUL);
    desk.room(room.id, RoomEventKind::Set { channel: room.paul, setting: Setting::Muted(true), seen: vec![] });
    desk.presses(room.paul, "*9");
    desk.sent();
    let floor = Verb::GiveFloor { conference_id: room.id, participant_id: paul };
    desk.asks(&petra(), &floor).unwrap();
    assert!(desk.conference_of(room.id).hands.is_empty());
    let unmuted = |command: &Command| matches!(command, Command::Set { setting: Setting::Muted(false), .. });
    assert!(desk.sent().iter().any(unmuted));
    desk.room(room.id, RoomEventKind::Set { channel: room.paul, setting: Setting::Muted(false), seen: vec![] });
    desk.asks(&petra(), &floor).unwrap();
    assert!(desk.sent().is_empty(), "they have it");
    assert_eq!(desk.told("conference.participant.floor_given"), ["Petra gives the floor to Person 1005."]);

    let listen = Verb::Listener { conference_id: room.id, participant_id: paul, on: true };
    desk.asks(&petra(), &listen).unwrap();
    desk.asks(&petra(), &floor).unwrap();
    assert!(!desk.guest(room.id, PAUL).listener, "who only listened may speak");
}

fn opens(desk: &mut Desk, room: &Room, secret: bool, seconds: Option<u32>) {
    let question = "Shall we go on?".to_owned();
    let verb = Verb::OpenVote { conference_id: room.id, question, secret: Some(secret), seconds };
    desk.asks(&petra(), &verb).expect("nothing speaks against it");
}

fn result(desk: &Desk, room: &Room) -> (u32, u32, u32) {
    let vote = desk.conference_of(room.id).votes.last().expect("there was a vote");
    let VoteResult { yes, no, missing, .. } = vote.result.expect("it is closed");
    (yes, no, missing)
}

#[test]
fn in_a_vote_the_last_press_counts_and_what_is_pressed_before_or_after_does_not() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    desk.presses(room.anna, "1");
    opens(&mut desk, &room, false, None);
    let again = Verb::OpenVote { conference_id: room.id, question: String::new(), secret: None, seconds: None };
    assert_eq!(desk.asks(&petra(), &again).unwrap_err().code, RefusalCode::WrongState, "one at a time");
    let to_all = |command: &Command| matches!(command, Command::Play { listener: None, .. });
    assert!(desk.sent().iter().any(to_all), "everybody hears that it opens");
    desk.presses(room.anna, "2");
    desk.presses(room.paul, "*91");
    desk.presses(room.anna, "1");
    desk.presses(room.pair.station, "2");
    assert_eq!(heard(&mut desk).len(), 5, "each press is answered");
    assert_eq!(names(desk.conference_of(room.id)), ["Person 1005"], "and stars mean what they meant");
    assert_eq!(desk.told("conference.vote.cast").len(), 4);

    desk.restart_after(SECOND);
    let snapshot = desk.having_in_room(room.id, &[room.pair.caller, room.pair.station, room.anna, room.paul]);
    desk.link_up(snapshot);
    let close = Verb::CloseVote { conference_id: room.id };
    desk.asks(&petra(), &close).unwrap();
    desk.asks(&petra(), &close).unwrap();
    assert_eq!(result(&desk, &room), (2, 1, 1));
    assert_eq!(
        desk.told("conference.vote.closed"),
        ["Petra closes the vote (Shall we go on?): 2 yes, 1 no, 1 did not vote."]
    );
    desk.sent();
    desk.presses(room.anna, "2");
    assert!(desk.sent().is_empty());
}

#[test]
fn of_a_secret_vote_nothing_says_who_voted_what_and_each_counts_once_across_a_restart() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    opens(&mut desk, &room, true, None);
    desk.presses(room.anna, "1");
    desk.presses(room.paul, "1");
    desk.presses(room.anna, "2");
    desk.restart_after(SECOND);
    let snapshot = desk.having_in_room(room.id, &[room.pair.caller, room.pair.station, room.anna, room.paul]);
    desk.link_up(snapshot);
    desk.presses(room.paul, "2");
    assert_eq!(desk.urn().len(), 2, "one of each");
    desk.asks(&petra(), &Verb::CloseVote { conference_id: room.id }).unwrap();
    assert_eq!(result(&desk, &room), (0, 2, 2));
    assert!(desk.urn().is_empty(), "counted, and gone");
    let written = desk.written();
    assert_eq!(written.matches("vote_cast").count(), 2, "that they voted, once each");
    assert!(!written.contains("\"yes\":true") && !written.contains("\"yes\":false"), "and not what");
    assert_eq!(desk.told("conference.vote.cast"), ["Person 1004 has voted.", "Person 1005 has voted."]);
}

#[test]
fn a_vote_closes_when_its_time_is_over_and_with_its_conference() {
    let mut desk = Desk::open();
    let first = room(&mut desk);
    opens(&mut desk, &first, true, Some(30));
    desk.presses(first.anna, "1");
    desk.restart_after(SECOND * 5);
    assert!(desk.conference_of(first.id).open_vote().is_some());
    let inside = [first.pair.caller, first.pair.station, first.anna, first.paul];
    let snapshot = desk.having_in_room(first.id, &inside);
    desk.link_up(snapshot);
    desk.passes(SECOND * 30);
    assert_eq!(result(&desk, &first), (1, 0, 3));
    assert_eq!(
        desk.told("conference.vote.closed"),
        ["The vote is over (Shall we go on?): 1 yes, 0 no, 3 did not vote."]
    );

    opens(&mut desk, &first, true, None);
    desk.presses(first.paul, "2");
    for leg in inside {
        desk.hangs_up(leg);
    }
    assert_eq!(desk.conference_of(first.id).state, ConferenceState::Ended);
    assert_eq!(result(&desk, &first), (0, 1, 0));
    assert!(desk.urn().is_empty());
}

fn put_in_charge(desk: &mut Desk, room: &Room, participant_id: ParticipantId) {
    let verb = Verb::PutInCharge { conference_id: room.id, participant_id, note: "You know them.".into() };
    desk.asks(&petra(), &verb).expect("nothing speaks against it");
}

fn person<'a>(desk: &'a Desk, room: &Room, number: &str) -> &'a Participant {
    desk.guest(room.id, number)
}

#[test]
fn whoever_is_in_charge_steers_by_phone_and_nobody_else_does() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    let anna = id_of(&desk, &room, ANNA);
    desk.presses(room.anna, "*5");
    let refused = sound(|sounds| sounds.refused);
    assert_eq!(heard(&mut desk), [(3, refused.clone())], "not yet");
    put_in_charge(&mut desk, &room, anna);
    put_in_charge(&mut desk, &room, anna);
    assert_eq!(
        desk.told("conference.participant.in_charge"),
        ["Petra puts Person 1004 in charge, by phone: You know them."]
    );
    assert!(person(&desk, &room, ANNA).moderator && desk.conference_of(room.id).in_charge == Some(anna));

    desk.presses(room.anna, "*5");
    let sent = desk.sent();
    assert!(sent.iter().any(|command| matches!(command, Command::Lock { on: true, .. })), "{sent:?}");
    desk.room(room.id, RoomEventKind::Locked(true));
    assert_eq!(desk.told("conference.lock_asked"), ["Person 1004 (by phone) locks the room."]);
    desk.presses(room.paul, "*5");
    assert_eq!(heard(&mut desk), [(4, refused.clone())]);
    desk.presses(room.anna, "*5");
    assert!(desk.sent().iter().any(|command| matches!(command, Command::Lock { on: false, .. })));

    desk.presses(room.anna, "*7");
    let muted: Vec<u32> = desk.sent().iter().filter_map(is_muted).collect();
    assert_eq!(muted, [1, 4], "all but the hosts");
    desk.presses(room.anna, "*3");
    assert_eq!(heard(&mut desk), [(3, refused)], "there is no longest time to extend");

    // Several may be moderators; who is made none is not in charge any more.
    let paul = id_of(&desk, &room, PAUL);
    desk.asks(&petra(), &Verb::Moderator { conference_id: room.id, participant_id: paul, on: true }).unwrap();
    desk.presses(room.paul, "*5");
    assert!(desk.sent().iter().any(|command| matches!(command, Command::Lock { .. })));
    desk.asks(&petra(), &Verb::Moderator { conference_id: room.id, participant_id: anna, on: false }).unwrap();
    assert_eq!(desk.conference_of(room.id).in_charge, None);
}

fn is_muted(command: &Command) -> Option<u32> {
    match command {
        Command::Set { member, setting: Setting::Muted(true), .. } => Some(*member),
        _ => None,
    }
}

#[test]
fn everybody_mutes_themselves_but_who_only_listens_stays_quiet() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    desk.presses(room.paul, "*6");
    assert_eq!(desk.sent().iter().filter_map(is_muted).collect::<Vec<_>>(), [4]);
    assert_eq!(desk.told("conference.participant.mute_asked"), ["Person 1005 (by phone) mutes themselves."]);
    desk.room(room.id, RoomEventKind::Set { channel: room.paul, setting: Setting::Muted(true), seen: vec![] });
    let participant_id = id_of(&desk, &room, PAUL);
    desk.asks(&petra(), &Verb::Listener { conference_id: room.id, participant_id, on: true }).unwrap();
    desk.sent();
    desk.presses(room.paul, "*6");
    assert_eq!(heard(&mut desk), [(4, sound(|sounds| sounds.refused))]);
}

#[test]
fn the_end_for_all_is_pressed_twice() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    let anna = id_of(&desk, &room, ANNA);
    put_in_charge(&mut desk, &room, anna);
    desk.presses(room.paul, "*8*8");
    desk.presses(room.anna, "*8");
    let asked = heard(&mut desk);
    assert_eq!(asked.last(), Some(&(3, sound(|sounds| sounds.sure))));
    desk.passes(SECOND * 20);
    desk.presses(room.anna, "*8");
    assert_eq!(desk.conference_of(room.id).state, ConferenceState::Live);
    desk.presses(room.anna, "#");
    assert_eq!(desk.conference_of(room.id).state, ConferenceState::Ending);
    assert_eq!(killed(&desk.sent()).len(), 4);
    assert_eq!(desk.told("conference.ending"), ["Person 1004 (by phone) ends the conference for all."]);
}

#[test]
fn with_somebody_in_charge_the_attendant_may_leave_and_is_called_back() {
    let mut desk = Desk::open();
    let wishes = EndWishes { attendant_leaves: Some(true), ..EndWishes::default() };
    let room = room_that(&mut desk, wishes);
    let anna = id_of(&desk, &room, ANNA);
    put_in_charge(&mut desk, &room, anna);
    desk.hangs_up(room.pair.station);
    desk.passes(SECOND * 5);
    assert_eq!(desk.conference_of(room.id).state, ConferenceState::Live, "it goes on");
    desk.sent();
    desk.presses(room.anna, "*0");
    assert_eq!(crate::desk::rung(&desk.sent()).len(), 1, "Petra's phone rings");
    assert_eq!(desk.told("conference.rejoin_asked"), ["Person 1004 (by phone) has the attendant rung again."]);
    let attendant = desk.conference_of(room.id).participants.iter().find(|p| p.name == "Petra").cloned();
    let leg = attendant.as_ref().and_then(|p| p.leg()).expect("she is rung").id;
    desk.is_rung(leg);
    desk.hangs_up_with(leg, "NO_ANSWER", None);
    desk.passes(SECOND * 5);
    desk.hangs_up(room.anna);
    assert_ne!(desk.conference_of(room.id).state, ConferenceState::Live, "nobody runs it any more");
}

#[test]
fn keys_count_only_in_a_room_and_never_those_we_press_ourselves() {
    let mut desk = Desk::open();
    let room = room(&mut desk);
    let stranger = desk.new_channel();
    desk.presses(stranger, "*9");
    let late = desk.conference_of(room.id).participants.len();
    desk.presses(room.anna, "*");
    desk.passes(SECOND * 30);
    desk.presses(room.anna, "9");
    assert!(desk.conference_of(room.id).hands.is_empty(), "too slow");
    assert_eq!(desk.conference_of(room.id).participants.len(), late);
    assert!(desk.sent().is_empty());

    // Anna's far end has come to this switch as a caller, and into the room.
    let keys = Verb::PressKeys {
        conference_id: room.id,
        participant_id: id_of(&desk, &room, ANNA),
        digits: "*9".to_owned().try_into().unwrap(),
    };
    desk.asks(&petra(), &keys).unwrap();
    desk.presses(room.pair.caller, "*9");
    assert!(desk.conference_of(room.id).hands.is_empty(), "what comes back is nobody's");
    desk.presses(room.paul, "*9");
    assert_eq!(names(desk.conference_of(room.id)), ["Person 1005"], "whom we rang is not at the end of another");
    desk.presses(room.pair.caller, "*9");
    assert_eq!(desk.conference_of(room.id).hands.len(), 2);
    let written = desk.written();
    assert!(!written.contains("*9"), "keys are in no journal: {written}");
}
