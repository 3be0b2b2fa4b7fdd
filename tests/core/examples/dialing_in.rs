//! Dialing in: who has the PIN comes in, who guesses does not for long, and nobody is left hanging.

use crate::{
    desk::{Desk, SECOND, entered, killed, people, sent_back},
    house::{dial_in, olga, petra, rules},
};
use std::time::Duration;
use switchboard::domain::{
    announcement::SoundFile,
    conference::Conference,
    dial_in::{DialInWish, Order, Pin, PinWish, Typed},
    ids::{ChannelId, ConferenceId},
    input::{ChannelEventKind, HookEvent, Input, RoomEventKind},
    node::requests::Accepted,
    request::{Actor, NewConference, Refusal, RefusalCode, Verb},
    rules::Rules,
    states::{LegState, ParticipantRole},
};

const ACCESS: &str = "5550199";
const OTHER_ACCESS: &str = "+4930555";
const GUEST: &str = "1004";
const OUTSIDE: &str = "+49301234";
const MINUTE: Duration = Duration::from_secs(60);

fn open_to_all() -> Rules {
    Rules { dial_in: Some(dial_in()), ..rules() }
}

fn desk() -> Desk {
    Desk::open_with(open_to_all())
}

fn wish(pin: PinWish) -> DialInWish {
    DialInWish { access_number: None, pin }
}

fn given(digits: &str) -> PinWish {
    PinWish::Given(Pin::new(digits).expect("digits"))
}

fn start(desk: &mut Desk, who: &Actor, wish: DialInWish) -> Result<ConferenceId, Refusal> {
    let new = NewConference { participants: people(&[GUEST]), dial_in: Some(wish), ..NewConference::default() };
    match desk.asks(who, &Verb::StartConference(new))? {
        Accepted::Conference(id) => Ok(id),
        Accepted::Call(id) => panic!("a conference was asked for, not {id}"),
    }
}

/// A conference of one who was rung, live, and its PIN.
fn live(desk: &mut Desk) -> (ConferenceId, String) {
    let id = start(desk, &petra(), wish(PinWish::Generated)).expect("nothing speaks against it");
    lives(desk, id);
    (id, pin_of(desk.conference_of(id)))
}

fn lives(desk: &mut Desk, id: ConferenceId) {
    let leg = desk.leg(id, GUEST);
    desk.is_rung(leg);
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, leg);
    desk.sent();
    desk.orders();
}

fn pin_of(conference: &Conference) -> String {
    let pin = conference.dial_in.as_ref().and_then(|open| open.pin.as_ref());
    pin.expect("it has a PIN").reveal().to_owned()
}

/// Somebody calls the access number.
fn dials(desk: &mut Desk, number: &str) -> ChannelId {
    let channel = desk.new_channel();
    at_the_hook(desk, channel, number);
    channel
}

fn at_the_hook(desk: &mut Desk, channel: ChannelId, number: &str) {
    desk.hears(Input::Hook(HookEvent::DialsIn {
        channel,
        access: ACCESS.into(),
        caller_name: String::new(),
        caller_number: number.into(),
    }));
}

fn types(desk: &mut Desk, channel: ChannelId, keys: &str) {
    desk.hears(Input::Hook(HookEvent::Typed { channel, typed: Typed::new(keys) }));
}

/// What each was told: the names of the sounds.
fn words(desk: &mut Desk) -> Vec<String> {
    let name = |say: &[SoundFile]| say.iter().map(|one| one.as_str().trim_matches('/')).collect::<Vec<_>>().join("+");
    let word = |order: Order| match order {
        Order::Ask { say, digits: 6, .. } => name(&say),
        Order::Ask { digits, .. } => panic!("{digits} digits are asked for"),
        Order::Wait { say } | Order::Out { say } => name(&say),
    };
    desk.orders().into_iter().map(|(_, order)| word(order).replace(".wav", "")).collect()
}

#[test]
fn who_types_the_pin_is_in_as_a_guest() {
    let mut desk = desk();
    let (id, pin) = live(&mut desk);
    let caller = dials(&mut desk, OUTSIDE);
    assert_eq!(words(&mut desk), ["ask"]);
    assert_eq!(desk.node.calls().count(), 0, "nobody waits in the queue");
    types(&mut desk, caller, &pin);
    assert_eq!(entered(&desk.sent()), [(caller, true)]);
    assert_eq!(desk.told("conference.guest_dials_in"), ["+49301234 dials in."]);
    desk.joins(id, caller);
    let guest = desk.conference_of(id).participants.last().unwrap().clone();
    assert_eq!(
        (guest.role, guest.state(), guest.leg().unwrap().dialed_in),
        (ParticipantRole::Guest, LegState::Joined, true)
    );
    assert_eq!(desk.conference_of(id).ports, 2);
    // They hang up, and are who they were when they call again.
    desk.hangs_up(caller);
    let again = dials(&mut desk, "030 1234");
    types(&mut desk, again, &pin);
    desk.joins(id, again);
    assert_eq!(desk.conference_of(id).participants.len(), 2);
    assert_eq!(desk.conference_of(id).ports, 2);
}

#[test]
fn neither_the_story_nor_what_is_printed_has_the_pin() {
    let mut desk = desk();
    let (id, pin) = live(&mut desk);
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, "904117");
    assert!(!desk.written().contains("904117"), "what was typed is nobody's business");
    assert!(!format!("{:?}", desk.conference_of(id)).contains(&pin));
    desk.asks(&petra(), &Verb::ChangePin { conference_id: id, pin: given("904117") }).unwrap();
    let told: Vec<String> = ["conference.dial_in.opened"].iter().flat_map(|kind| desk.told(kind)).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(!told.concat().contains(&pin) && !told.concat().contains("904117"), "{told:?}");
}

#[test]
fn three_tries_a_call_and_five_a_caller() {
    let mut desk = desk();
    let (id, pin) = live(&mut desk);
    let caller = dials(&mut desk, OUTSIDE);
    for _ in 0..3 {
        types(&mut desk, caller, "904117");
    }
    assert_eq!(words(&mut desk), ["ask", "wrong+ask", "wrong+ask", "refused"]);
    types(&mut desk, caller, &pin);
    assert!(entered(&desk.sent()).is_empty(), "who was sent away is not heard any more");
    desk.hears(Input::Hook(HookEvent::Closed { channel: caller }));

    let again = dials(&mut desk, OUTSIDE);
    types(&mut desk, again, "904118");
    types(&mut desk, again, "904119");
    assert_eq!(words(&mut desk), ["ask", "wrong+ask", "refused"], "the fifth was one too many");
    let last = desk.told("conference.dial_in.wrong_pin");
    assert_eq!(last.len(), 5);
    assert_eq!(
        last[4],
        "+49301234 entered a wrong PIN again at 5550199 (2 in this call), and is not asked any more for now."
    );
    let wrong = desk.conference_of(id).wrong_pins.clone().unwrap();
    assert_eq!((wrong.count, wrong.last_number.as_str()), (5, OUTSIDE));

    // However the network writes the number, and also after a restart.
    let again = dials(&mut desk, "030 1234");
    types(&mut desk, again, &pin);
    assert_eq!(words(&mut desk), ["refused"]);
    desk.restart_after(SECOND);
    let inside = desk.leg(id, GUEST);
    let snapshot = desk.having_in_room(id, &[inside]);
    desk.link_up(snapshot);
    dials(&mut desk, OUTSIDE);
    assert_eq!(words(&mut desk), ["refused"]);
    dials(&mut desk, "030 777");
    assert_eq!(words(&mut desk), ["ask"], "others are asked");
    desk.passes(31 * MINUTE);
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &pin);
    desk.joins(id, caller);
    assert_eq!(desk.conference_of(id).joined(), 2);
}

#[test]
fn many_who_guess_together_shut_the_number_and_no_more_is_judged() {
    let mut desk = desk();
    let (_, pin) = live(&mut desk);
    let callers: Vec<ChannelId> = (0..10).map(|n| dials(&mut desk, &format!("+4940{n}00"))).collect();
    words(&mut desk);
    for caller in &callers[..8] {
        types(&mut desk, *caller, "904117");
    }
    words(&mut desk);
    types(&mut desk, callers[8], &pin);
    assert_eq!(words(&mut desk), ["refused"], "not even the right one is told from a wrong one");
    assert!(entered(&desk.sent()).is_empty());
}

#[test]
fn who_presses_nothing_is_asked_again_and_guessed_nothing() {
    let mut desk = desk();
    let (id, _) = live(&mut desk);
    let caller = dials(&mut desk, OUTSIDE);
    for _ in 0..3 {
        types(&mut desk, caller, "");
    }
    assert_eq!(words(&mut desk), ["ask", "ask", "ask", "refused"]);
    assert_eq!(desk.conference_of(id).wrong_pins, None);
}

#[test]
fn the_same_number_that_rings_is_here_and_rings_no_more() {
    let mut desk = desk();
    let id = start(&mut desk, &petra(), wish(PinWish::Generated)).unwrap();
    lives(&mut desk, id);
    let pin = pin_of(desk.conference_of(id));
    let verb = Verb::AddParticipants { conference_id: id, participants: people(&[OUTSIDE]), groups: Vec::new() };
    desk.asks(&petra(), &verb).unwrap();
    let ringing = desk.leg(id, OUTSIDE);
    desk.is_rung(ringing);
    desk.sent();
    let caller = dials(&mut desk, "0301234");
    types(&mut desk, caller, &pin);
    let sent = desk.sent();
    assert_eq!((killed(&sent), entered(&sent)), (vec![ringing], vec![(caller, true)]));
    desk.joins(id, caller);
    desk.hangs_up_with(ringing, "ORIGINATOR_CANCEL", None);
    let them = desk.guest(id, OUTSIDE);
    assert_eq!((them.state(), desk.conference_of(id).participants.len()), (LegState::Joined, 2));
    assert!(them.leg().unwrap().dialed_in);
    // Another one from the same house is somebody else.
    let other = dials(&mut desk, "0301234");
    types(&mut desk, other, &pin);
    desk.joins(id, other);
    assert_eq!((desk.conference_of(id).participants.len(), desk.conference_of(id).joined()), (3, 3));
}

#[test]
fn who_is_early_waits_until_there_is_a_room() {
    let mut desk = desk();
    let id = start(&mut desk, &petra(), wish(PinWish::Generated)).unwrap();
    let pin = pin_of(desk.conference_of(id));
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &pin);
    assert_eq!(words(&mut desk), ["ask", "wait"]);
    let leg = desk.leg(id, GUEST);
    desk.is_rung(leg);
    desk.sent();
    desk.joins(id, leg);
    assert_eq!(entered(&desk.sent()), [(caller, true)]);
    // And out if there never is one.
    let other = start(&mut desk, &olga(), wish(PinWish::Generated)).unwrap();
    let pin = pin_of(desk.conference_of(other));
    let caller = dials(&mut desk, "030 777");
    types(&mut desk, caller, &pin);
    desk.orders();
    let leg = desk.leg(other, GUEST);
    desk.hangs_up_with(leg, "USER_BUSY", Some(486));
    assert_eq!(words(&mut desk), ["closed"]);
}

#[test]
fn a_locked_or_full_room_and_a_number_without_a_conference_say_so() {
    let mut desk = desk();
    let caller = dials(&mut desk, OUTSIDE);
    assert_eq!(words(&mut desk), ["closed"]);
    desk.hears(Input::Hook(HookEvent::Closed { channel: caller }));
    let (id, pin) = live(&mut desk);
    desk.room(id, RoomEventKind::Locked(true));
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &pin);
    assert_eq!(words(&mut desk), ["ask", "locked"]);
    desk.room(id, RoomEventKind::Locked(false));
    desk.node.rules.ports = 1;
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &pin);
    assert_eq!(words(&mut desk), ["ask", "full"]);
    desk.node.rules.ports = 100;
    // Closed while somebody types.
    let caller = dials(&mut desk, OUTSIDE);
    desk.asks(&petra(), &Verb::CloseDialIn { conference_id: id }).unwrap();
    desk.asks(&petra(), &Verb::CloseDialIn { conference_id: id }).unwrap();
    assert_eq!(desk.told("conference.dial_in.closed").len(), 1, "closed is closed");
    types(&mut desk, caller, &pin);
    assert_eq!(words(&mut desk), ["ask", "closed"]);
}

#[test]
fn the_pin_is_opened_changed_and_kept() {
    let mut desk = desk();
    let id = desk.start(&petra(), None, &[GUEST]).unwrap();
    lives(&mut desk, id);
    let open = |pin| Verb::OpenDialIn { conference_id: id, wish: wish(pin) };
    let change = |pin| Verb::ChangePin { conference_id: id, pin };
    let refused = desk.asks(&petra(), &change(PinWish::Generated)).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
    desk.asks(&petra(), &open(PinWish::Generated)).unwrap();
    let first = pin_of(desk.conference_of(id));
    desk.asks(&petra(), &open(PinWish::Generated)).unwrap();
    assert_eq!(pin_of(desk.conference_of(id)), first, "asked once more, it stays");
    desk.asks(&petra(), &change(PinWish::Generated)).unwrap();
    let second = pin_of(desk.conference_of(id));
    assert_ne!(first, second);
    desk.asks(&petra(), &open(given("471100"))).unwrap();
    assert_eq!(pin_of(desk.conference_of(id)), "471100");
    for (bad, why) in [("4711", "6 digits"), ("111111", "first")] {
        let refused = desk.asks(&petra(), &change(given(bad))).unwrap_err();
        assert!(refused.detail.contains(why) && !refused.detail.contains(bad), "{refused:?}");
    }
    // The old one is wrong from now on, and it survives a restart.
    desk.restart_after(SECOND);
    let inside = desk.leg(id, GUEST);
    let snapshot = desk.having_in_room(id, &[inside]);
    desk.link_up(snapshot);
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &first);
    assert_eq!(words(&mut desk), ["ask", "wrong+ask"]);
    types(&mut desk, caller, "471100");
    assert_eq!(entered(&desk.sent()), [(caller, true)]);
    // Only who may steer the conference may do this.
    let refused = desk.asks(&olga(), &change(PinWish::Generated)).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotYours);
}

#[test]
fn no_two_conferences_of_a_number_are_mistaken_for_each_other() {
    let mut desk = desk();
    let first = start(&mut desk, &petra(), wish(given("471100"))).unwrap();
    let refused = start(&mut desk, &olga(), wish(given("471100"))).unwrap_err();
    assert_eq!((refused.code, refused.errors[0].pointer.as_str()), (RefusalCode::BadInput, "/dial_in/pin"));
    let refused = start(&mut desk, &olga(), wish(PinWish::None)).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongState);
    // At another number the same PIN is another one.
    let there = |pin| DialInWish { access_number: Some("4930555".into()), pin };
    let second = start(&mut desk, &olga(), there(given("471100"))).unwrap();
    assert_eq!(desk.conference_of(second).dial_in.as_ref().unwrap().access, OTHER_ACCESS);
    desk.asks(&petra(), &Verb::End { conference_id: first }).unwrap();
    // Without a PIN it is the only one there.
    let alone = start(&mut desk, &petra(), wish(PinWish::None)).unwrap();
    let refused = start(&mut desk, &olga(), wish(PinWish::Generated)).unwrap_err();
    assert!(refused.detail.contains("without a PIN"), "{refused:?}");
    let nowhere = DialInWish { access_number: Some("5".into()), pin: PinWish::Generated };
    assert_eq!(start(&mut desk, &olga(), nowhere).unwrap_err().code, RefusalCode::BadInput);
    lives(&mut desk, alone);
    let caller = dials(&mut desk, OUTSIDE);
    assert_eq!(entered(&desk.sent()), [(caller, true)], "nobody is asked for anything");
}

#[test]
fn whom_the_room_does_not_take_is_asked_again() {
    let mut desk = desk();
    let (id, pin) = live(&mut desk);
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &pin);
    desk.sent();
    desk.event(caller, ChannelEventKind::Parked);
    desk.passes(3 * SECOND);
    assert_eq!(sent_back(&desk.sent()), [caller]);
    desk.orders();
    at_the_hook(&mut desk, caller, OUTSIDE);
    assert_eq!(words(&mut desk), ["ask"]);
    types(&mut desk, caller, &pin);
    desk.joins(id, caller);
    assert_eq!((desk.conference_of(id).participants.len(), desk.conference_of(id).joined()), (2, 2));
}

#[test]
fn decided_and_killed_before_it_was_sent_they_are_asked_again_and_in_they_stay() {
    let mut desk = desk();
    let (id, pin) = live(&mut desk);
    let inside = desk.leg(id, GUEST);
    let caller = dials(&mut desk, OUTSIDE);
    types(&mut desk, caller, &pin);
    desk.restart_after(SECOND);
    let mut snapshot = desk.having_in_room(id, &[inside]);
    snapshot.channels.insert(caller, Default::default());
    desk.link_up(snapshot);
    at_the_hook(&mut desk, caller, OUTSIDE);
    desk.passes(3 * SECOND);
    assert_eq!(sent_back(&desk.sent()), [caller], "to where they are asked for it");
    at_the_hook(&mut desk, caller, OUTSIDE);
    types(&mut desk, caller, &pin);
    desk.joins(id, caller);
    desk.restart_after(SECOND);
    let snapshot = desk.having_in_room(id, &[inside, caller]);
    desk.link_up(snapshot);
    desk.passes(10 * SECOND);
    assert_eq!((sent_back(&desk.sent()), desk.conference_of(id).joined()), (vec![], 2));
}

#[test]
fn what_only_the_hook_says_is_not_believed() {
    let mut desk = desk();
    let (_, pin) = live(&mut desk);
    let forged = desk.new_channel();
    desk.alive.remove(&forged);
    at_the_hook(&mut desk, forged, OUTSIDE);
    types(&mut desk, forged, &pin);
    assert!(desk.orders().is_empty() && entered(&desk.sent()).is_empty());
}

#[test]
fn all_may_dial_in_and_nobody_be_rung() {
    let mut desk = desk();
    let new =
        NewConference { include_attendant: true, dial_in: Some(wish(PinWish::Generated)), ..NewConference::default() };
    desk.asks(&petra(), &Verb::StartConference(new.clone())).unwrap();
    let nobody = NewConference { include_attendant: false, ..new };
    assert_eq!(desk.asks(&petra(), &Verb::StartConference(nobody)).unwrap_err().code, RefusalCode::BadInput);
    let mut closed = Desk::open();
    let refused = start(&mut closed, &petra(), wish(PinWish::Generated)).unwrap_err();
    assert!(refused.detail.contains("[dial_in]"), "{refused:?}");
}

/// Anybody can claim a number: it makes nobody the attendant, a moderator, or somebody with whom the conference ends.
#[test]
fn a_forged_number_makes_nobody_a_host() {
    let mut desk = desk();
    let mut people = people(&[GUEST, "1005", "1006"]);
    people[1].moderator = true;
    people[2].end_conference_on_exit = true;
    let new = NewConference {
        participants: people,
        include_attendant: true,
        dial_in: Some(wish(PinWish::Generated)),
        ..NewConference::default()
    };
    let Ok(Accepted::Conference(id)) = desk.asks(&petra(), &Verb::StartConference(new)) else {
        panic!("nothing speaks against it");
    };
    lives(&mut desk, id);
    let pin = pin_of(desk.conference_of(id));
    let before = desk.conference_of(id).participants.len();
    for (nth, number) in ["1003", "1005", "1006"].into_iter().enumerate() {
        let caller = dials(&mut desk, number);
        types(&mut desk, caller, &pin);
        desk.joins(id, caller);
        let conference = desk.conference_of(id);
        assert_eq!(conference.participants.len(), before + nth + 1, "{number} is somebody else");
        let forger = conference.participants.last().expect("they are in it");
        assert!(forger.role == ParticipantRole::Guest && !conference.is_trusted(forger), "{number}: {forger:?}");
    }
}

#[test]
fn those_who_withhold_their_number_are_not_one_person() {
    let mut desk = desk();
    let (id, pin) = live(&mut desk);
    let first = dials(&mut desk, "anonymous");
    types(&mut desk, first, &pin);
    desk.joins(id, first);
    desk.hangs_up(first);
    let before = desk.conference_of(id).participants.len();
    let second = dials(&mut desk, "anonymous");
    types(&mut desk, second, &pin);
    desk.joins(id, second);
    assert_eq!(desk.conference_of(id).participants.len(), before + 1);
}

#[test]
fn a_pin_that_was_changed_lets_nobody_in_who_waits_with_the_old_one() {
    let mut desk = desk();
    let id = start(&mut desk, &petra(), wish(PinWish::Generated)).expect("nothing speaks against it");
    let pin = pin_of(desk.conference_of(id));
    let early = dials(&mut desk, OUTSIDE);
    types(&mut desk, early, &pin);
    desk.asks(&petra(), &Verb::ChangePin { conference_id: id, pin: PinWish::Generated }).expect("it is open");
    desk.orders();
    desk.sent();
    let leg = desk.leg(id, GUEST);
    desk.is_rung(leg);
    desk.room(id, RoomEventKind::Created);
    desk.joins(id, leg);
    assert_eq!(entered(&desk.sent()), [], "nobody is let in");
}

/// A PIN that cannot be had is somebody else's: nobody may find out by trying.
#[test]
fn nobody_chooses_many_pins() {
    let mut desk = desk();
    let (id, _) = live(&mut desk);
    let choose = |desk: &mut Desk, nth: u32| {
        let pin = given(&format!("{}", 480_213 + nth * 7));
        desk.asks(&petra(), &Verb::ChangePin { conference_id: id, pin })
    };
    for nth in 0..10 {
        choose(&mut desk, nth).expect("a few are all right");
        choose(&mut desk, nth).expect("the same again is no choice");
    }
    assert_eq!(choose(&mut desk, 10).unwrap_err().code, RefusalCode::Limit);
    desk.asks(&petra(), &Verb::ChangePin { conference_id: id, pin: PinWish::Generated }).expect("one of ours");
    desk.passes(MINUTE * 31);
    choose(&mut desk, 11).expect("half an hour later");
}
