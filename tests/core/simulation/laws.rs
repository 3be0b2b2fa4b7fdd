//! The laws of the house, looked at after every step.
//!
//! 1. A caller is never without a partner, music or a way back by our doing, and never hung up by us unasked.
//! 2. A person has at most one live leg in a conference, but for those that ring by one and the same originate.
//! 3. No leg is originated again while it lives, nor made a second time when nothing was ever in doubt.
//!    Nor are more dialed in a second than the pace of the house allows.
//! 4. A leg nobody wants is gone within five seconds of a working link.
//! 5. After quiet, the state equals the switch's; every accepted request has ended in a state.
//! 6. When everybody has gone, every call and conference is over and every port is free again.
//! 7. A conference ends by a rule only if that was asked for and has come to pass; and then it does end.
//! 8. A conference has one attendant at most.
//! 9. Only who is in the room has a hand up; at most one vote is open; and each counts once, whatever was restarted.
//!
//! (That the state equals the one folded from the journal is looked at where facts are written, in `world`.)

use super::switch::{Channel, Death, Doing, Switch, Who};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use switchboard::domain::{
    cause::Reason,
    conference::{Conference, Hearing, Introduction, Participant},
    effect::Command,
    ids::{ChannelId, ParticipantId, UserId},
    node::Node,
    recording::RecordingState,
    request::Verb,
    setting::Settings,
    states::{CallState, ConferenceState, LegState, ParticipantRole},
};

/// Longest for a move that goes wrong (2.5 s), a station that hung up (1.5 s), and the commands between.
const BETWEEN: i64 = 6_000;
/// Longest for a leg nobody wants.
const UNWANTED: i64 = 5_000;

#[derive(Default)]
pub struct Watch {
    now: i64,
    /// Since when the link has worked, and the switch was compared.
    working: Option<i64>,
    last_broken: i64,
    /// Somebody asked for their end.
    dismissed: BTreeSet<ChannelId>,
    /// Somebody asked that it end with them.
    named: BTreeSet<ParticipantId>,
    uneasy: BTreeMap<ChannelId, i64>,
    unwanted: BTreeMap<ChannelId, i64>,
    first_made: BTreeMap<ChannelId, i64>,
    dialed: VecDeque<i64>,
}

impl Watch {
    pub fn compared(&mut self, now: i64) {
        self.working.get_or_insert(now);
    }

    pub fn broken(&mut self, now: i64) {
        self.working = None;
        self.last_broken = now;
    }

    /// The pace begins anew with each start.
    pub fn service_started(&mut self) {
        self.dialed.clear();
    }

    /// Law 3: several numbers of one person leave together, and are waited for afterwards.
    pub fn dialed(&mut self, at: i64, per_second: u32) {
        const TOGETHER: usize = 2;
        self.dialed.push_back(at);
        while self.dialed.front().is_some_and(|then| at - then >= 999) {
            self.dialed.pop_front();
        }
        let most = per_second as usize + TOGETHER - 1;
        assert!(self.dialed.len() <= most, "{} legs were dialed within a second", self.dialed.len());
    }

    pub fn switch_restarted(&mut self) {
        self.uneasy.clear();
        self.unwanted.clear();
        self.first_made.clear();
    }

    /// Whose end is asked for by this?
    pub fn accepted(&mut self, verb: &Verb, node: Option<&Node>) {
        let Some(node) = node else { return };
        match verb {
            Verb::HangupCall { call_id } => self.dismissed.extend(node.call(*call_id).map(|call| call.channel)),
            Verb::End { conference_id } | Verb::DropAll { conference_id, .. } => {
                let legs = node.conference(*conference_id).into_iter().flat_map(|c| c.legs());
                self.dismissed.extend(legs.map(|(_, leg)| leg.id));
            }
            Verb::EndsWith { participant_id, on: true, .. } => {
                self.named.insert(*participant_id);
            }
            Verb::Drop { conference_id, participant_id }
            | Verb::Cancel { conference_id, participant_id }
            | Verb::Replace { conference_id, participant_id, .. } => {
                let person = node.conference(*conference_id).and_then(|c| c.participant(*participant_id));
                self.dismissed.extend(person.into_iter().flat_map(|p| &p.legs).map(|leg| leg.id));
            }
            _ => {}
        }
    }

    /// Law 7: its rule lets its people go.
    pub fn ends(&mut self, now: i64, conference: &Conference, reason: Reason) {
        let rules = &conference.ending.rules;
        // They may have been rung again since, in vain.
        let gone = |p: &Participant| p.state().is_over() && p.legs.iter().any(|leg| leg.state == LegState::Left);
        let left = |role, ruled: bool| {
            let counts = |p: &Participant| p.end_conference_on_exit && (ruled || self.named.contains(&p.id));
            conference.participants.iter().any(|p| p.role == role && counts(p) && gone(p))
        };
        let since = now - conference.created_at.0;
        let right = match reason {
            Reason::TooLong => conference.ending.ends_at.is_some_and(|at| at.0 <= now),
            Reason::NobodyCame if conference.active().count() > 0 => {
                rules.nobody_seconds.is_some_and(|seconds| since >= i64::from(seconds) * 1000)
            }
            Reason::AttendantLeft => left(ParticipantRole::Attendant, rules.attendant_leaves),
            Reason::HostLeft => left(ParticipantRole::Guest, true),
            Reason::CallerLeft => left(ParticipantRole::Caller, rules.caller_leaves),
            Reason::OneLeft => rules.one_left && conference.joined() < 2,
            _ => return,
        };
        assert!(right, "it ends because {}, and that is not so: {conference:?}", reason.words());
        self.dismissed.extend(conference.legs().map(|(_, leg)| leg.id));
    }

    /// Who ends it by the keys of their phone runs it, and asks for the end of all.
    pub fn ended_by_phone(&mut self, conference: &Conference, actor: UserId) {
        let Some(person) = conference.participants.iter().find(|p| p.id.uuid() == actor.uuid()) else { return };
        let runs_it = person.moderator || person.role == ParticipantRole::Attendant;
        assert!(runs_it, "ended by somebody who does not run it: {person:?}");
        self.dismissed.extend(conference.legs().map(|(_, leg)| leg.id));
    }

    /// Law 1: we do not hang up a caller nobody asked us to hang up.
    pub fn sent(&mut self, command: &Command, switch: &Switch) {
        if let Command::Kill { channel, .. } = command {
            assert!(
                !switch.is_inbound(*channel) || self.dismissed.contains(channel),
                "a caller is hung up, and nobody asked for it: {channel}"
            );
        }
    }

    /// Law 3.
    pub fn executed(&mut self, command: &Command, switch: &Switch) {
        if let Command::Originate(wanted) = command
            && let Some(lives) =
                wanted.legs.iter().map(|ringing| ringing.leg).find(|leg| switch.channels.contains_key(leg))
        {
            let doubt = self.working.is_none_or(|since| self.now - since < UNWANTED);
            assert!(doubt, "{lives} is originated again while it lives");
        }
    }

    pub fn look(&mut self, now: i64, switch: &mut Switch, node: Option<&Node>, link: bool) {
        self.now = now;
        for (channel, gone, death) in std::mem::take(&mut switch.deaths) {
            self.death(channel, &gone, death);
        }
        self.one_leg_a_person(switch);
        self.made_once(switch);
        let Some(node) = node.filter(|_| link) else { return };
        one_attendant(node);
        hands_and_votes(node);
        for (id, channel) in &switch.channels {
            let uneasy = matches!(channel.who, Who::Caller | Who::Outsider | Who::Guest(_))
                && !is_at_ease(*id, channel, switch, node);
            self.measure(*id, uneasy, BETWEEN, |watch| &mut watch.uneasy, "is without partner, music or way back");
            let unwanted = matches!(channel.who, Who::Station | Who::Leg(_)) && !is_wanted(*id, node);
            self.measure(*id, unwanted, UNWANTED, |watch| &mut watch.unwanted, "lives, and nobody wants it");
        }
    }

    /// How long has this been so, while the link worked?
    fn measure(
        &mut self,
        channel: ChannelId,
        bad: bool,
        longest: i64,
        of: impl Fn(&mut Self) -> &mut BTreeMap<ChannelId, i64>,
        what: &str,
    ) {
        let now = self.now;
        if !bad {
            of(self).remove(&channel);
            return;
        }
        let began = *of(self).entry(channel).or_insert(now);
        let Some(working) = self.working else { return };
        let lasted = now - began.max(working);
        assert!(lasted <= longest, "{channel} {what}, for {lasted} ms of a working link");
    }

    /// Law 1: how callers end.
    fn death(&mut self, channel: ChannelId, gone: &Channel, death: Death) {
        self.uneasy.remove(&channel);
        self.unwanted.remove(&channel);
        let ours = match (&gone.who, death) {
            (Who::Caller | Who::Outsider, Death::MovedAlone | Death::Rejected | Death::LostRace) => true,
            (Who::Guest(_), Death::MovedAlone | Death::LostRace) => true,
            (Who::Caller, Death::RanOut) => true,
            // The park's own limit is for when we are dead.
            (Who::Caller | Who::Outsider | Who::Guest(_), Death::ParkOver) => {
                self.working.is_some_and(|since| self.now - since > 10_000)
            }
            _ => false,
        };
        assert!(!ours, "a caller was dropped by our doing ({death:?}): {channel} {gone:?}");
    }

    /// Law 2.
    fn one_leg_a_person(&self, switch: &Switch) {
        let mut people = BTreeMap::new();
        for (id, channel) in &switch.channels {
            if let Who::Leg(person) = &channel.who
                && let Some((other, job)) = people.insert(person.clone(), (*id, channel.job))
            {
                assert!(job.is_some() && job == channel.job, "{person} has two live legs: {other} and {id}");
            }
        }
    }

    /// Law 3.
    fn made_once(&mut self, switch: &Switch) {
        for (channel, times) in &switch.made {
            // Made while the link was broken: then its command was in doubt since it broke.
            let heard = if self.working.is_some() { self.now } else { self.last_broken };
            let first = *self.first_made.entry(*channel).or_insert(heard);
            assert!(
                *times < 2 || self.last_broken >= first,
                "{channel} was made {times} times, and nothing was in doubt"
            );
        }
    }
}

/// Law 9.
fn hands_and_votes(node: &Node) {
    for conference in node.conferences() {
        for hand in &conference.hands {
            let state = conference.participant(hand.participant).map(Participant::state);
            assert_eq!(state, Some(LegState::Joined), "a hand of somebody who is not in: {conference:?}");
        }
        let open = conference.votes.iter().filter(|vote| vote.result.is_none()).count();
        assert!(open <= 1 && (open == 0 || !conference.is_over()), "votes: {conference:?}");
    }
}

/// Law 9.
pub fn each_counts_once(conference: &Conference) {
    let vote = conference.votes.last().expect("one was closed");
    let result = vote.result.expect("one was closed");
    let counted = usize::try_from(result.yes + result.no).expect("a few");
    assert_eq!(counted, vote.ballots.len(), "who voted, and what was counted: {vote:?}");
}

/// Law 8.
fn one_attendant(node: &Node) {
    for conference in node.conferences() {
        // Whose phone is being called off because they dialed in themselves is still one.
        let stays = conference.active().filter(|(_, leg)| leg.unwanted.is_none());
        let attendants = stays.filter(|(p, _)| p.role == ParticipantRole::Attendant).count();
        let people: BTreeSet<_> =
            conference.active().filter(|(p, _)| p.role == ParticipantRole::Attendant).map(|(p, _)| p.id).collect();
        assert!(attendants <= 1 && people.len() <= 1, "two attendants: {conference:?}");
    }
}

fn is_at_ease(id: ChannelId, channel: &Channel, switch: &Switch, node: &Node) -> bool {
    match &channel.doing {
        Doing::Hook { .. } | Doing::Asked | Doing::Music { .. } | Doing::Fallback => true,
        Doing::HoldMusic | Doing::Dialing(_) => true,
        Doing::Bridged(other) => switch.channels.contains_key(other),
        Doing::Room(name) => {
            let company = switch.rooms.get(name).is_some_and(|room| room.members.len() > 1);
            // Alone in a conference that lives is somebody's choice.
            company || node.conferences().filter(|c| !c.is_over()).any(|c| c.active().any(|(_, leg)| leg.id == id))
        }
        Doing::Park | Doing::Entering | Doing::Limbo => false,
        Doing::Ringing | Doing::Confirming => false,
    }
}

fn is_wanted(id: ChannelId, node: &Node) -> bool {
    let in_call = |call: &switchboard::domain::call::Call| {
        call.state != CallState::Ended && !call.hangup_asked && call.stations.iter().any(|leg| leg.channel == id)
    };
    node.calls().filter(|call| call.state != CallState::Conference).any(in_call)
        || node.conferences().any(|c| c.active().any(|(_, leg)| leg.id == id && leg.unwanted.is_none()))
}

/// Law 5.
pub fn state_equals_the_switch(node: &Node, switch: &Switch) {
    for call in node.calls() {
        let channel = switch.channels.get(&call.channel).unwrap_or_else(|| panic!("no channel belongs to {call:?}"));
        let doing = &channel.doing;
        let same = match call.state {
            CallState::Waiting => matches!(doing, Doing::Hook { .. } | Doing::Music { .. } | Doing::Fallback),
            CallState::Ringing => matches!(doing, Doing::Dialing(_)),
            CallState::Talking => call.station().is_some_and(|station| *doing == Doing::Bridged(station)),
            CallState::Held => *doing == Doing::HoldMusic,
            CallState::Conference => node.conferences().any(|c| Some(c.id) == call.conference && !c.is_over()),
            CallState::Transferred | CallState::Ended => false,
        };
        assert!(same, "the call is shown as {:?}, and its channel is at {doing:?}: {call:?}", call.state);
        assert_eq!(call.pending, None, "still pending: {call:?}");
        assert!(!call.hangup_asked, "hang-up was accepted, and nothing followed: {call:?}");
        if call.state == CallState::Held {
            for station in &call.stations {
                let parked = switch.channels.get(&station.channel).is_some_and(|c| c.doing == Doing::Park);
                assert!(parked, "the station of a held call is not parked: {call:?}");
            }
        }
    }
    for (id, channel) in switch.channels.iter().filter(|(_, c)| c.who == Who::Caller && c.doing != Doing::Fallback) {
        let known = node.calls().any(|call| call.channel == *id)
            || node.conferences().any(|c| c.active().any(|(_, leg)| leg.id == *id));
        assert!(known, "the page does not show the caller {id}: {channel:?}");
    }
    for conference in node.conferences().filter(|c| !c.is_over()) {
        assert_eq!(conference.state, ConferenceState::Live, "it should have come to something: {conference:?}");
        ends_in_time(conference, switch);
        // A warning that the time is nearly over may be heard at this very moment.
        let plays = switch.rooms.get(&conference.room).is_some_and(|room| !room.plays.is_empty());
        assert!(conference.announcing.is_empty() || plays, "nothing is played any more: {conference:?}");
        let door = conference.door;
        let set = door.enter_set && door.exit_set;
        assert!(door.wanted.is_none() || !conference.room_lives || set, "no sounds at its door: {conference:?}");
        let nobody = super::switch::Room::default();
        let room = switch.rooms.get(&conference.room).unwrap_or(&nobody);
        assert_eq!(conference.room_lives, switch.rooms.contains_key(&conference.room), "{conference:?}");
        let joined: BTreeSet<_> =
            conference.active().filter(|(_, leg)| leg.state == LegState::Joined).map(|(_, leg)| leg.id).collect();
        assert_eq!(joined, room.members.keys().copied().collect(), "who is in the room: {conference:?}");
        assert_eq!(conference.locked, room.locked, "locked: {conference:?}");
        assert_eq!((conference.lock_pending, conference.question), (None, None), "{conference:?}");
        assert!(!matches!(conference.hearing, Hearing::Pending { .. }), "{conference:?}");
        let apart: Vec<u32> = conference.participants.iter().filter_map(|p| p.sidebar).collect();
        let alone = |number: &u32| apart.iter().filter(|other| *other == number).count() < 2;
        assert!(!apart.iter().any(alone), "somebody is alone apart: {conference:?}");
        let recorded = conference.recording().map(|one| (one.path.clone(), one.state == RecordingState::Paused));
        assert_eq!(BTreeMap::from_iter(recorded), room.recordings, "what is recorded: {conference:?}");
        assert!(conference.recording().is_none_or(|one| one.asked.is_none()), "{conference:?}");
        for (participant, leg) in conference.active() {
            assert_eq!(leg.state, LegState::Joined, "nobody rings that long: {participant:?}");
            let set = room.members.get(&leg.id).map(|member| member.settings);
            // Nobody can know what else is set for who is on hold.
            let held = set.filter(|set| set.hold && participant.settings.hold);
            let known = |set: Settings| held.map_or(set, |_| Settings { muted: false, deaf: false, ..set });
            assert_eq!(Some(known(participant.settings)), set.map(known), "{participant:?}");
            assert_eq!(participant.asked, [], "{participant:?}");
            assert_eq!(participant.keeps, [], "not set again: {participant:?}");
            let hears = |other: &Participant| {
                let apart = participant.sidebar != other.sidebar;
                !apart && other.coaching.is_none_or(|whom| whom == participant.id)
            };
            for (other, their) in conference.active().filter(|(other, _)| other.id != participant.id) {
                if let (Some(listener), Some(speaker)) = (room.members.get(&leg.id), room.members.get(&their.id)) {
                    let blocked = room.blocked.contains(&(speaker.id, listener.id));
                    assert_eq!(!blocked, hears(other), "does {participant:?} hear {other:?}");
                }
            }
            let newcomer = participant.introduction == Some(Introduction::Waiting);
            assert_eq!(leg.screened, newcomer, "waits to hear: {participant:?}");
            assert!(!newcomer || (participant.settings.deaf && participant.settings.muted), "hears: {participant:?}");
            assert!(!participant.listener || participant.settings.muted, "a listener can be heard: {participant:?}");
        }
    }
}

/// Law 7: nobody has done anything for longer than anybody may take to come back.
fn ends_in_time(conference: &Conference, switch: &Switch) {
    let inside = switch.rooms.get(&conference.room).map_or(0, |room| room.members.len());
    let was_in = |p: &&Participant| p.legs.iter().any(|l| matches!(l.state, LegState::Joined | LegState::Left));
    let ever = conference.participants.iter().filter(was_in).count();
    let rules = &conference.ending.rules;
    assert!(conference.ending.ends_at.is_none_or(|at| at.0 > switch.now), "its time is over: {conference:?}");
    assert!(rules.max_seconds.is_none() || conference.ending.ends_at.is_some(), "its time never began: {conference:?}");
    assert_eq!(conference.ending.due, None, "it was to end: {conference:?}");
    assert!(!rules.one_left || inside > 1 || ever < 2, "only one is left: {conference:?}");
    for person in &conference.participants {
        // Somebody else runs it as the attendant did.
        let led = person.role == ParticipantRole::Attendant && conference.is_led();
        let gone = person.end_conference_on_exit && was_in(&person) && person.state() != LegState::Joined && !led;
        assert!(!gone, "it should have ended with {person:?}");
    }
}

/// Law 6.
pub fn nothing_is_left(node: &Node, switch: &Switch) {
    assert_eq!(node.calls().collect::<Vec<_>>(), Vec::<&_>::new(), "calls are left");
    assert_eq!(node.conferences().collect::<Vec<_>>(), Vec::<&_>::new(), "conferences are left");
    assert_eq!(node.ports_free(), node.rules.ports, "ports were not returned");
    assert!(switch.channels.is_empty() && switch.rooms.is_empty(), "channels or rooms are left on the switch");
}
