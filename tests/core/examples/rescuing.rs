//! The switch died, and the service with it: what the journal knows decides whether everybody is rung again.

use crate::{
    desk::{Desk, SECOND, rung},
    house::{petra, rules},
};
use std::time::Duration;
use switchboard::domain::{
    announcement::SoundFile,
    cause::Reason,
    effect::Command,
    ids::{ChannelId, ConferenceId},
    input::Snapshot,
    request::Verb,
    rules::{Rescue, Rules},
    states::ConferenceState,
};

const GUEST: &str = "1004";
const OTHER: &str = "1005";

fn by_itself() -> Rules {
    let mut rules = rules();
    rules.conference.rescue = Rescue::Auto;
    rules
}

/// Caller, attendant and a guest in the room; another rang, and did not come.
fn under_way(desk: &mut Desk) -> (ConferenceId, Vec<ChannelId>) {
    let pair = desk.talk(&petra());
    let id = desk.conference(&petra(), &pair, &[GUEST, OTHER]);
    let (guest, other) = (desk.leg(id, GUEST), desk.leg(id, OTHER));
    desk.is_rung(guest);
    desk.joins(id, guest);
    desk.is_rung(other);
    desk.hangs_up_with(other, "USER_BUSY", Some(486));
    desk.sent();
    (id, vec![pair.caller, pair.station, guest])
}

/// The switch is killed, and with it every channel.
fn dies(desk: &mut Desk) {
    desk.alive.clear();
}

fn rescue_of(desk: &Desk, id: ConferenceId) -> Option<ConferenceId> {
    desk.node.conferences().find(|c| c.rescues == Some(id)).map(|c| c.id)
}

#[test]
fn who_died_together_with_the_switch_finds_out_by_the_journal_and_rings_everybody_once() {
    let mut desk = Desk::open_with(by_itself());
    let (id, _) = under_way(&mut desk);
    desk.passes(SECOND * 40);
    dies(&mut desk);
    desk.restart_after(Duration::from_secs(300));
    desk.link_up_to("another", Snapshot::default());
    let again = rescue_of(&desk, id).expect("rung again by itself");
    assert_eq!(desk.conference_of(id).why_empty(), Reason::SwitchLost);
    assert_eq!(rung(&desk.sent()).len(), 3, "whoever was in, and nobody else");
    // And once more: now it is known.
    let legs: Vec<ChannelId> = desk.conference_of(again).active().map(|(_, leg)| leg.id).collect();
    for leg in &legs {
        desk.is_rung(*leg);
    }
    desk.restart_after(SECOND);
    desk.link_up_to("another", crate::desk::having(&legs.iter().map(|leg| (*leg, "")).collect::<Vec<_>>()));
    assert!(rung(&desk.sent()).is_empty(), "nobody is rung twice");
    assert_eq!(desk.node.conferences().filter(|c| !c.is_over()).count(), 1);
}

#[test]
fn a_switch_that_lived_on_is_no_reason_whoever_hung_up_meanwhile() {
    let mut desk = Desk::open_with(by_itself());
    let (id, _) = under_way(&mut desk);
    dies(&mut desk);
    desk.restart_after(SECOND * 20);
    desk.link_up(Snapshot::default());
    assert_eq!(desk.conference_of(id).state, ConferenceState::Ended);
    assert_eq!(desk.conference_of(id).why_empty(), Reason::EverybodyLeft, "the same run of it: they hung up");
    assert!(rescue_of(&desk, id).is_none() && rung(&desk.sent()).is_empty());
}

#[test]
fn after_too_long_it_is_offered_and_not_done() {
    let mut desk = Desk::open_with(by_itself());
    let (id, _) = under_way(&mut desk);
    dies(&mut desk);
    desk.restart_after(Duration::from_secs(12 * 60));
    desk.link_up_to("another", Snapshot::default());
    assert!(rescue_of(&desk, id).is_none() && rung(&desk.sent()).is_empty());
    let told = desk.told("conference.rescue_refused");
    assert!(told[0].contains("out of sight for too long"), "{told:?}");
    assert!(desk.node.offers_rescue(desk.conference_of(id)));
    desk.asks(&petra(), &Verb::Rescue { conference_id: id }).unwrap();
    assert_eq!(rung(&desk.sent()).len(), 3);
}

#[test]
fn a_quiet_conference_is_known_to_have_been_there_a_moment_ago() {
    let mut desk = Desk::open_with(by_itself());
    let (id, inside) = under_way(&mut desk);
    // Nothing happens for an hour; the switch is looked at every half minute.
    let snapshot = desk.having_in_room(id, &inside);
    for _ in 0..120 {
        desk.passes(SECOND * 30);
        desk.link_up(snapshot.clone());
    }
    let seen = desk.written().matches("switch_seen").count();
    assert!((55..=65).contains(&seen), "once a minute: {seen}");
    dies(&mut desk);
    desk.restart_after(Duration::from_secs(8 * 60));
    desk.link_up_to("another", Snapshot::default());
    assert!(rescue_of(&desk, id).is_some());
}

#[test]
fn who_is_rung_again_hears_why_until_they_have_been_in() {
    let mut rules = by_itself();
    rules.conference.rescue_sound = SoundFile::new("sorry.wav").ok();
    let mut desk = Desk::open_with(rules);
    let (id, _) = under_way(&mut desk);
    dies(&mut desk);
    desk.restart_after(SECOND * 20);
    desk.link_up_to("another", Snapshot::default());
    let told = |sent: &[Command]| -> Vec<bool> {
        let told = |command: &Command| match command {
            Command::Originate(wanted) => Some(wanted.reason.is_some()),
            _ => None,
        };
        sent.iter().filter_map(told).collect()
    };
    assert_eq!(told(&desk.sent()), [true, true, true]);
    let again = rescue_of(&desk, id).unwrap();
    let guest = desk.leg(again, GUEST);
    desk.is_rung(guest);
    desk.joins(again, guest);
    desk.hangs_up(guest);
    let participant_id = desk.guest(again, GUEST).id;
    desk.asks(&petra(), &Verb::Redial { conference_id: again, participant_id }).unwrap();
    assert_eq!(told(&desk.sent()), [false], "now they know");
}
