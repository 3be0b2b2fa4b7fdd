//! Who is heard, who hears, and how loud: what is sent, what answers it, and whom it does not touch.

use crate::{
    desk::{Desk, Pair, SECOND, killed, people},
    house::{olga, petra, supervisor},
};
use switchboard::domain::{
    conference::{Ask, Participant},
    effect::{Command, Tag, Target},
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{Input, Outcome, RoomEventKind, Snapshot},
    request::{NewParticipant, RefusalCode, Spare, Verb},
    setting::{Digits, Gain, Setting, Settings, Threshold},
    states::LegState,
};

const FIRST: &str = "1004";
const SECOND_GUEST: &str = "1005";

/// Of Petra's; the caller is member 1, her station 2, the guests 3 and 4.
fn room(desk: &mut Desk) -> (ConferenceId, Pair) {
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[FIRST, SECOND_GUEST]);
    for number in [FIRST, SECOND_GUEST] {
        let leg = desk.leg(id, number);
        desk.joins(id, leg);
    }
    desk.sent();
    desk.looks();
    (id, pair)
}

fn of(desk: &Desk, id: ConferenceId, channel: ChannelId) -> Participant {
    let has = |p: &&Participant| p.legs.iter().any(|leg| leg.id == channel);
    desk.conference_of(id).participants.iter().find(has).expect("they were asked for").clone()
}

fn set(desk: &Desk, id: ConferenceId, number: &str, settings: &[Setting]) -> Verb {
    let participant_id = desk.guest(id, number).id;
    Verb::Set { conference_id: id, participant_id, settings: settings.to_vec() }
}

/// The switch tells of the member with this channel.
fn tells(desk: &mut Desk, id: ConferenceId, channel: ChannelId, setting: Setting) {
    desk.room(id, RoomEventKind::Set { channel, setting, seen: Vec::new() });
}

fn asked(sent: &[Command]) -> Vec<(u32, Setting)> {
    let ask = |command: &Command| match command {
        Command::Set { member, setting, .. } => Some((*member, *setting)),
        _ => None,
    };
    sent.iter().filter_map(ask).collect()
}

fn digits(text: &str) -> Digits {
    Digits::try_from(text.to_owned()).expect("keys of a telephone")
}

fn gain(steps: i64) -> Gain {
    Gain::try_from(steps).expect("steps within range")
}

/// Somebody who is to listen only, being rung.
fn listener(desk: &mut Desk) -> (ConferenceId, ParticipantId, ChannelId) {
    let (id, _) = room(desk);
    let new = NewParticipant { listener: true, ..people(&["1006"]).remove(0) };
    let add = Verb::AddParticipants { conference_id: id, participants: vec![new], groups: vec![] };
    desk.asks(&petra(), &add).expect("nothing speaks against it");
    (id, desk.guest(id, "1006").id, desk.leg(id, "1006"))
}

#[test]
fn it_is_so_when_the_switch_says_so_and_not_before() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    let leg = desk.leg(id, FIRST);
    desk.asks(&petra(), &set(&desk, id, FIRST, &[Setting::Hold(true)])).unwrap();
    assert_eq!(asked(&desk.sent()), [(3, Setting::Hold(true))]);
    assert!(!desk.guest(id, FIRST).settings.hold);
    assert_eq!(desk.guest(id, FIRST).asked, [Ask::Set(Setting::Hold(true))]);
    desk.hears(Input::Reply {
        tag: Tag::Control(id, Some(desk.guest(id, FIRST).id)),
        outcome: Outcome::Ok("+OK hold 3".into()),
    });
    assert!(!desk.guest(id, FIRST).settings.hold, "+OK proves nothing");
    tells(&mut desk, id, leg, Setting::Hold(true));
    assert!(desk.guest(id, FIRST).settings.hold);
    assert_eq!(desk.guest(id, FIRST).asked, []);
    desk.passes(SECOND * 10);
    assert_eq!(desk.looks(), 0, "there is nothing to doubt");
}

#[test]
fn an_earlier_wish_that_comes_true_does_not_answer_the_later_one() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    let leg = desk.leg(id, FIRST);
    for on in [true, false] {
        desk.asks(&petra(), &set(&desk, id, FIRST, &[Setting::Muted(on)])).unwrap();
    }
    assert_eq!(asked(&desk.sent()), [(3, Setting::Muted(true)), (3, Setting::Muted(false))]);
    tells(&mut desk, id, leg, Setting::Muted(true));
    assert!(desk.guest(id, FIRST).settings.muted, "so it is for the moment");
    assert_eq!(desk.guest(id, FIRST).asked, [Ask::Set(Setting::Muted(false))]);
    tells(&mut desk, id, leg, Setting::Muted(false));
    assert!(!desk.guest(id, FIRST).settings.muted);
    assert_eq!(desk.guest(id, FIRST).asked, []);
}

#[test]
fn wishes_of_different_kinds_are_answered_each_by_its_own() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    let leg = desk.leg(id, FIRST);
    let both = [Setting::GainIn(gain(2)), Setting::GainOut(gain(-1))];
    desk.asks(&petra(), &set(&desk, id, FIRST, &both)).unwrap();
    assert_eq!(asked(&desk.sent()), both.map(|setting| (3, setting)));
    tells(&mut desk, id, leg, both[1]);
    assert_eq!(desk.guest(id, FIRST).asked, [Ask::Set(both[0])]);
    desk.passes(SECOND * 6);
    assert_eq!(desk.looks(), 1, "one of them had no effect in time");
}

#[test]
fn what_has_no_effect_in_time_is_no_longer_pending_and_the_switch_is_asked() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    desk.asks(&petra(), &set(&desk, id, FIRST, &[Setting::Deaf(true)])).unwrap();
    desk.passes(SECOND * 4);
    assert_eq!((desk.guest(id, FIRST).asked.len(), desk.looks()), (1, 0));
    desk.passes(SECOND * 2);
    assert_eq!((desk.guest(id, FIRST).asked.len(), desk.looks()), (0, 1));
    assert!(!desk.guest(id, FIRST).settings.deaf);
    // It had been done; only the event was lost.
    let inside = [pair.caller, pair.station, desk.leg(id, FIRST), desk.leg(id, SECOND_GUEST)];
    let snapshot = seen(&desk, id, &inside, 2, &[Setting::Deaf(true)]);
    desk.hears(Input::Snapshot(snapshot));
    assert!(desk.guest(id, FIRST).settings.deaf);
}

#[test]
fn what_the_switch_refuses_is_no_longer_pending_and_the_switch_is_asked() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    desk.asks(&petra(), &set(&desk, id, FIRST, &[Setting::Hold(true)])).unwrap();
    let tag = Tag::Control(id, Some(desk.guest(id, FIRST).id));
    desk.hears(Input::Reply { tag, outcome: Outcome::Err("Non-Existant ID 3".into()) });
    assert_eq!(desk.guest(id, FIRST).asked, []);
    assert_eq!(desk.looks(), 1);
    desk.passes(SECOND * 10);
    assert_eq!(desk.looks(), 0, "asked once");
}

#[test]
fn a_snapshot_of_a_held_member_says_nothing_of_mute_and_deaf() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    let leg = desk.leg(id, FIRST);
    tells(&mut desk, id, leg, Setting::Muted(true));
    tells(&mut desk, id, leg, Setting::Hold(true));
    let inside = [pair.caller, pair.station, leg, desk.leg(id, SECOND_GUEST)];
    let snapshot = seen(&desk, id, &inside, 2, &[Setting::Hold(true)]);
    desk.hears(Input::Snapshot(snapshot));
    assert_eq!(desk.guest(id, FIRST).settings, Settings { muted: true, hold: true, ..Settings::default() });
    let snapshot = seen(&desk, id, &inside, 2, &[Setting::Muted(true), Setting::Deaf(false), Setting::Hold(false)]);
    desk.hears(Input::Snapshot(snapshot));
    assert_eq!(desk.guest(id, FIRST).settings, Settings { muted: true, ..Settings::default() });
}

#[test]
fn the_level_of_the_profile_is_nobodys_wish() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    let inside = [pair.caller, pair.station, desk.leg(id, FIRST), desk.leg(id, SECOND_GUEST)];
    let of_profile = Setting::Energy(Threshold::try_from(100).unwrap());
    let snapshot = seen(&desk, id, &inside, 2, &[of_profile]);
    desk.hears(Input::Snapshot(snapshot));
    assert_eq!(desk.guest(id, FIRST).settings.energy, None);
    let asked_for = Setting::Energy(Threshold::try_from(300).unwrap());
    desk.asks(&petra(), &set(&desk, id, FIRST, &[asked_for])).unwrap();
    let leg = desk.leg(id, FIRST);
    tells(&mut desk, id, leg, asked_for);
    assert!(desk.guest(id, FIRST).settings.has(asked_for));
}

#[test]
fn what_is_so_already_is_not_asked_again() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    for setting in [Setting::Muted(false), Setting::Hold(false), Setting::GainIn(gain(0))] {
        desk.asks(&petra(), &set(&desk, id, FIRST, &[setting])).unwrap();
    }
    assert_eq!(asked(&desk.sent()), []);
    for _ in 0..2 {
        desk.asks(&petra(), &set(&desk, id, FIRST, &[Setting::Deaf(true)])).unwrap();
    }
    assert_eq!(asked(&desk.sent()), [(3, Setting::Deaf(true))], "nor what is on its way");
}

#[test]
fn whoever_is_silenced_in_mid_sentence_does_not_go_on_talking_on_the_page() {
    for silence in [Setting::Muted(true), Setting::Hold(true)] {
        let mut desk = Desk::open();
        let (id, _) = room(&mut desk);
        let leg = desk.leg(id, FIRST);
        desk.room(id, RoomEventKind::Talking { channel: leg, on: true });
        assert!(desk.guest(id, FIRST).talking);
        tells(&mut desk, id, leg, silence);
        assert!(!desk.guest(id, FIRST).talking, "{silence:?}");
    }
}

#[test]
fn a_listener_comes_in_muted() {
    let mut desk = Desk::open();
    let (_, _, leg) = listener(&mut desk);
    let muted = desk.sent().iter().any(|command| match command {
        Command::Originate(wanted) => {
            wanted.legs[0].leg == leg && matches!(&wanted.target, Target::Room(_, door) if door.muted && door.join_only)
        }
        _ => false,
    });
    assert!(muted);
}

#[test]
fn a_listener_who_comes_in_unmuted_is_muted_at_once() {
    let mut desk = Desk::open();
    let (id, _, leg) = listener(&mut desk);
    desk.sent();
    desk.room(id, RoomEventKind::Joined { channel: leg, member: 5, seen: vec![Setting::Muted(false)] });
    assert_eq!(asked(&desk.sent()), [(5, Setting::Muted(true))]);
}

#[test]
fn a_listener_is_not_unmuted_with_the_others_nor_alone_but_when_let_speak() {
    let mut desk = Desk::open();
    let (id, participant_id, leg) = listener(&mut desk);
    desk.room(id, RoomEventKind::Joined { channel: leg, member: 5, seen: vec![Setting::Muted(true)] });
    let guest = desk.leg(id, FIRST);
    tells(&mut desk, id, guest, Setting::Muted(true));
    desk.sent();

    let all = Verb::SetAll { conference_id: id, setting: Setting::Muted(false), spare: Spare::Nobody };
    desk.asks(&petra(), &all).unwrap();
    assert_eq!(asked(&desk.sent()), [(3, Setting::Muted(false))]);
    let alone = desk.asks(&petra(), &set(&desk, id, "1006", &[Setting::Muted(false)])).unwrap_err();
    assert_eq!((alone.code, asked(&desk.sent()).len()), (RefusalCode::WrongState, 0));

    desk.asks(&petra(), &Verb::Listener { conference_id: id, participant_id, on: false }).unwrap();
    assert_eq!(asked(&desk.sent()), [(5, Setting::Muted(false))]);
    assert!(!desk.guest(id, "1006").listener);
}

#[test]
fn whoever_is_to_listen_from_now_on_is_muted_now() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    let participant_id = desk.guest(id, FIRST).id;
    desk.asks(&petra(), &Verb::Listener { conference_id: id, participant_id, on: true }).unwrap();
    assert_eq!(asked(&desk.sent()), [(3, Setting::Muted(true))]);
}

#[test]
fn hosts_are_spared() {
    let mut desk = Desk::open();
    let (id, pair) = room(&mut desk);
    let moderator = desk.guest(id, FIRST).id;
    desk.asks(&petra(), &Verb::Moderator { conference_id: id, participant_id: moderator, on: true }).unwrap();
    assert_eq!(asked(&desk.sent()), [], "the switch is not told of moderators");
    for setting in [Setting::Muted(true), Setting::Deaf(true), Setting::Hold(true)] {
        let all = |spare| Verb::SetAll { conference_id: id, setting, spare };
        desk.asks(&petra(), &all(Spare::Hosts)).unwrap();
        assert_eq!(asked(&desk.sent()), [(1, setting), (4, setting)], "the caller and one guest");
        desk.asks(&petra(), &all(Spare::Nobody)).unwrap();
        assert_eq!(asked(&desk.sent()), [(2, setting), (3, setting)], "now the others, too");
    }
    desk.asks(&petra(), &Verb::DropAll { conference_id: id, spare: Spare::Hosts }).unwrap();
    assert_eq!(killed(&desk.sent()), [pair.caller, desk.leg(id, SECOND_GUEST)]);
}

#[test]
fn dropping_all_who_are_in_lets_the_others_ring() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[FIRST]);
    let rings = desk.leg(id, FIRST);
    desk.is_rung(rings);
    desk.sent();
    desk.asks(&petra(), &Verb::DropAll { conference_id: id, spare: Spare::Hosts }).unwrap();
    assert_eq!(killed(&desk.sent()), [pair.caller]);
}

#[test]
fn keys_are_pressed_and_not_written_down() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    let (participant_id, leg) = (desk.guest(id, FIRST).id, desk.leg(id, FIRST));
    let press = Verb::PressKeys { conference_id: id, participant_id, digits: digits("80157#") };
    desk.asks(&petra(), &press).unwrap();
    let pressed = |command: &Command| match command {
        Command::Press { member, digits, .. } => Some((*member, digits.as_str().to_owned())),
        _ => None,
    };
    assert_eq!(desk.sent().iter().filter_map(pressed).collect::<Vec<_>>(), [(3, "80157#".to_owned())]);
    assert_eq!(desk.guest(id, FIRST).asked, [Ask::Digits]);
    desk.room(id, RoomEventKind::Pressed { channel: leg });
    assert_eq!(desk.guest(id, FIRST).asked, []);
    assert!(!desk.written().contains("80157"), "they may have been a PIN");
}

#[test]
fn nothing_is_set_for_somebody_who_is_not_in_the_room() {
    let mut desk = Desk::open();
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[FIRST, SECOND_GUEST]);
    let (rings, gone) = (desk.leg(id, FIRST), desk.leg(id, SECOND_GUEST));
    desk.is_rung(rings);
    desk.joins(id, gone);
    desk.hangs_up(gone);
    desk.sent();
    for number in [FIRST, SECOND_GUEST] {
        let participant_id = desk.guest(id, number).id;
        let level = Threshold::try_from(1).unwrap();
        for setting in [
            Setting::Muted(true),
            Setting::Deaf(true),
            Setting::Hold(true),
            Setting::GainIn(gain(1)),
            Setting::Energy(level),
        ] {
            let refusal = desk.asks(&petra(), &set(&desk, id, number, &[setting])).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::WrongState, "{number} {setting:?}");
        }
        let press = Verb::PressKeys { conference_id: id, participant_id, digits: digits("1") };
        assert_eq!(desk.asks(&petra(), &press).unwrap_err().code, RefusalCode::WrongState);
        // What is ours alone can be said of anybody.
        let label = Verb::Label { conference_id: id, participant_id, label: "interpreter".into() };
        desk.asks(&petra(), &label).unwrap();
        desk.asks(&petra(), &Verb::Moderator { conference_id: id, participant_id, on: true }).unwrap();
    }
    assert_eq!(desk.sent(), []);
}

#[test]
fn nothing_is_set_for_everybody_before_anybody_is_in_the_room() {
    let mut desk = Desk::open();
    let id = desk.start(&petra(), None, &[FIRST]).unwrap();
    let all = Verb::SetAll { conference_id: id, setting: Setting::Hold(true), spare: Spare::Nobody };
    assert_eq!(desk.asks(&petra(), &all).unwrap_err().code, RefusalCode::WrongState);
}

#[test]
fn somebody_elses_conference_is_not_steered() {
    let mut desk = Desk::open();
    let (conference_id, _) = room(&mut desk);
    let participant_id = desk.guest(conference_id, FIRST).id;
    let verbs = [
        set(&desk, conference_id, FIRST, &[Setting::Hold(true)]),
        Verb::SetAll { conference_id, setting: Setting::Muted(true), spare: Spare::Nobody },
        Verb::DropAll { conference_id, spare: Spare::Hosts },
        Verb::PressKeys { conference_id, participant_id, digits: digits("1") },
        Verb::Label { conference_id, participant_id, label: "mine".into() },
        Verb::Moderator { conference_id, participant_id, on: true },
        Verb::Listener { conference_id, participant_id, on: true },
    ];
    for verb in &verbs {
        assert_eq!(desk.asks(&olga(), verb).unwrap_err().code, RefusalCode::NotYours, "{verb:?}");
    }
    assert_eq!(desk.sent(), []);
    for verb in &verbs {
        desk.asks(&supervisor(), verb).unwrap();
    }
}

#[test]
fn settings_are_fresh_after_a_redial_and_what_is_ours_stays() {
    let mut desk = Desk::open();
    let (id, _) = room(&mut desk);
    let (participant_id, leg) = (desk.guest(id, FIRST).id, desk.leg(id, FIRST));
    for setting in [Setting::Muted(true), Setting::Deaf(true), Setting::Hold(true), Setting::GainIn(gain(3))] {
        tells(&mut desk, id, leg, setting);
    }
    desk.asks(&petra(), &Verb::Label { conference_id: id, participant_id, label: "press".into() }).unwrap();
    desk.asks(&petra(), &Verb::Moderator { conference_id: id, participant_id, on: true }).unwrap();
    desk.asks(&petra(), &set(&desk, id, FIRST, &[Setting::GainOut(gain(1))])).unwrap();
    desk.hangs_up(leg);
    assert_eq!(desk.guest(id, FIRST).state(), LegState::Left);
    assert_eq!(desk.guest(id, FIRST).settings, Settings::default());
    assert_eq!(desk.guest(id, FIRST).asked, [], "nothing is awaited of who has left");
    desk.asks(&petra(), &Verb::Redial { conference_id: id, participant_id }).unwrap();
    let again = desk.leg(id, FIRST);
    desk.is_rung(again);
    desk.joins(id, again);
    let person = of(&desk, id, again);
    assert_eq!((person.state(), person.settings), (LegState::Joined, Settings::default()));
    assert_eq!((person.label.as_str(), person.moderator), ("press", true));
}

#[test]
fn labels_moderators_and_listeners_survive_a_restart_and_so_does_what_was_set() {
    let mut desk = Desk::open();
    let (conference_id, pair) = room(&mut desk);
    let (participant_id, leg) = (desk.guest(conference_id, FIRST).id, desk.leg(conference_id, FIRST));
    let label = |label: &str| Verb::Label { conference_id, participant_id, label: label.into() };
    desk.asks(&petra(), &label("  interpreter ")).unwrap();
    desk.asks(&petra(), &Verb::Moderator { conference_id, participant_id, on: true }).unwrap();
    desk.asks(&petra(), &Verb::Listener { conference_id, participant_id, on: true }).unwrap();
    tells(&mut desk, conference_id, leg, Setting::Muted(true));
    tells(&mut desk, conference_id, leg, Setting::GainOut(gain(2)));
    desk.restart_after(SECOND);
    let inside = [pair.caller, pair.station, leg, desk.leg(conference_id, SECOND_GUEST)];
    let snapshot = desk.having_in_room(conference_id, &inside);
    desk.link_up(snapshot);
    let person = desk.guest(conference_id, FIRST).clone();
    assert_eq!((person.label.as_str(), person.moderator, person.listener), ("interpreter", true, true));
    assert_eq!(person.settings, Settings { muted: true, gain_out: gain(2), ..Settings::default() });
    desk.asks(&petra(), &label("")).unwrap();
    assert_eq!(desk.guest(conference_id, FIRST).label, "");
}

/// What the switch has: these in the room, and how one of them is set.
fn seen(desk: &Desk, id: ConferenceId, inside: &[ChannelId], which: usize, settings: &[Setting]) -> Snapshot {
    let mut snapshot = desk.having_in_room(id, inside);
    snapshot.health.max_sessions = 1000;
    let room = snapshot.rooms.values_mut().next().expect("one room");
    room.members.get_mut(&inside[which]).expect("they are in it").seen = settings.to_vec();
    snapshot
}
