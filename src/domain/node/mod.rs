//! One node: every call and conference that lives on one FreeSWITCH server.
//!
//! [`Node::handle`] and [`Node::request`] take what happened or what is asked, with the time; [`Node::drain`] gives
//! the facts to be journaled and the effects to be carried out after that; [`Node::next_deadline`] says when to come
//! back at the latest. [`Node::restore`] folds the journal after a restart.

mod adopting;
mod announcing;
mod answering;
mod assembling;
mod calls;
mod carrying;
mod controls;
mod deadlines;
mod dialing;
mod dialing_in;
mod end_rules;
mod grouping;
mod hands;
mod hearing;
mod host;
mod introducing;
mod joining;
mod keeping;
mod keypad;
mod leading;
mod legs;
mod moving;
mod naming;
mod owning;
mod passing;
mod reaching;
mod reconcile;
mod recording;
pub mod requests;
mod rescuing;
mod resources;
mod rooms;
mod strangers;
mod voting;

use super::{
    call::Call,
    conference::{Conference, Hearing},
    dial_in::{Guess, Guesses},
    effect::{Command, Effect, Room, Tag},
    endpoint::Safe,
    fact::{Fact, Person, Recorded, Subject},
    ids::{CallId, ChannelId, ConferenceId, NodeId, ParticipantId, UserId},
    input::{Health, HookEvent, Input},
    keys::{Echoes, KeyReader},
    pace::Pace,
    policy::RecentDials,
    request::Refusal,
    rules::Rules,
    states::{CallState, ConferenceState, NodeState},
    story::{self, Telling},
    time::Timestamp,
    timers::{Timer, Timers},
    vote::{UrnChange, Urns},
};
use dialing_in::Visitor;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Where new ids come from; the shell draws them, a simulation counts them.
pub trait Ids {
    /// A UUID never given before.
    fn uuid(&mut self) -> Uuid;
}

/// A request about a conference is accepted, or refused with the reason.
type Accepting = Result<ConferenceId, Refusal>;

/// Which of ours a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Caller(CallId),
    Station(CallId),
    Leg(ConferenceId, ParticipantId),
}

/// What is known of the link.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub state: NodeState,
    pub since: Timestamp,
    pub verified_at: Option<Timestamp>,
    pub reason: Option<String>,
    pub core: String,
    pub version: String,
    pub health: Health,
    /// The module that speaks is loaded.
    pub speaks: bool,
}

/// What came of an input: to be journaled, then carried out, and who should look again.
#[derive(Debug, Default)]
pub struct Outbox {
    pub facts: Vec<Told>,
    pub effects: Vec<Effect>,
    pub touched: BTreeSet<Touched>,
    pub talking: Vec<(ConferenceId, ParticipantId, bool)>,
    /// Secret ballots, to be kept apart from the journal, and durable together with the facts.
    pub urn: Vec<UrnChange>,
}

/// A fact, and how it is told. Told at once, while the state it speaks of is as it was after it.
#[derive(Clone, Debug)]
pub struct Told {
    pub recorded: Recorded,
    pub telling: Option<Telling>,
}

/// Something whose picture changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    Node,
    Call(CallId),
    Conference(ConferenceId),
}

/// Every call and conference of one FreeSWITCH server.
pub struct Node {
    pub id: NodeId,
    pub rules: Rules,
    link: Link,
    calls: BTreeMap<CallId, Call>,
    conferences: BTreeMap<ConferenceId, Conference>,
    channels: BTreeMap<ChannelId, Owner>,
    rooms: BTreeMap<String, ConferenceId>,
    timers: Timers,
    recent: RecentDials,
    pace: Pace,
    /// Since when nobody could be dialed, if that is so: the link is down, or we were not there.
    silent_since: Option<Timestamp>,
    /// Of all that was folded.
    last_fact: Timestamp,
    /// Named by the hook, not yet confirmed by our own link.
    arrivals: BTreeMap<ChannelId, HookEvent>,
    /// Calls found under way, of which is asked what cannot be seen.
    under_way: BTreeMap<ChannelId, adopting::UnderWay>,
    /// Who called an access number and is not in a conference. Not journaled: the hook has them.
    visitors: BTreeMap<ChannelId, Visitor>,
    guesses: Guesses,
    /// When somebody chose a PIN.
    chosen_pins: BTreeMap<UserId, Vec<Timestamp>>,
    /// Channels of a switch that is no more.
    orphans: BTreeSet<ChannelId>,
    /// In a room of ours, and known to nobody; looked at once more before that is said.
    strangers: BTreeSet<ChannelId>,
    /// A comparison is under way: what is known is partly old.
    comparing: bool,
    /// Who has begun to press something.
    readers: BTreeMap<ChannelId, KeyReader>,
    /// Keys pressed by us that may come back.
    echoes: Echoes,
    urns: Urns,
    now: Timestamp,
    out: Outbox,
}

impl Node {
    /// A node nobody has called yet.
    pub fn new(id: NodeId, rules: Rules, now: Timestamp) -> Self {
        Self {
            id,
            rules,
            link: Link {
                state: NodeState::Down,
                since: now,
                verified_at: None,
                reason: Some("not connected yet".into()),
                core: String::new(),
                version: String::new(),
                health: Health::default(),
                speaks: false,
            },
            calls: BTreeMap::new(),
            conferences: BTreeMap::new(),
            channels: BTreeMap::new(),
            rooms: BTreeMap::new(),
            timers: Timers::default(),
            recent: RecentDials::default(),
            pace: Pace::default(),
            silent_since: None,
            last_fact: Timestamp::default(),
            arrivals: BTreeMap::new(),
            under_way: BTreeMap::new(),
            visitors: BTreeMap::new(),
            guesses: Guesses::default(),
            chosen_pins: BTreeMap::new(),
            orphans: BTreeSet::new(),
            strangers: BTreeSet::new(),
            comparing: false,
            readers: BTreeMap::new(),
            echoes: Echoes::default(),
            urns: Urns::default(),
            now,
            out: Outbox::default(),
        }
    }

    /// Something happened.
    pub fn handle(&mut self, now: Timestamp, input: Input, ids: &mut dyn Ids) {
        self.now = self.now.max(now);
        match input {
            Input::LinkUp { core, version } => self.link_up(core, version),
            Input::LinkDown { reason } => self.link_down(reason),
            Input::Snapshot(snapshot) => self.reconcile(snapshot, ids),
            Input::Verified(health) => self.verified(health),
            Input::Channel(event) => self.channel_event(event, ids),
            Input::Room(event) => self.room_event(event, ids),
            Input::Job { channels, outcome } => self.job(&channels, &outcome, ids),
            Input::Reply { tag, outcome } => self.reply(tag, outcome, ids),
            Input::Hook(event) => self.hook(event, ids),
            Input::Tick => {}
        }
        while let Some(timer) = self.timers.due(self.now) {
            self.deadline(timer, ids);
        }
        self.look_after_visitors(ids);
    }

    /// What has come of it so far; the outbox is empty afterwards.
    pub fn drain(&mut self) -> Outbox {
        std::mem::take(&mut self.out)
    }

    /// Come back by then.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// Folds one fact of the journal. `handle` is never run over the past.
    pub fn restore(&mut self, recorded: &Recorded) {
        self.fold(recorded);
    }

    /// Remembers a leg dialed before the restart, for the limits of dial policy.
    pub fn note_dial(&mut self, at: Timestamp, user: UserId) {
        self.recent.note(at, user);
    }

    /// Drops what the journal closed, and arms what is still owed. Called once, after the last `restore`.
    pub fn restored(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.silent_since = Some(self.last_fact);
        self.link.core = self.last_core();
        self.calls.retain(|_, call| call.state != CallState::Ended);
        let over: Vec<_> = self.conferences.values().filter(|c| c.is_over()).map(|c| c.id).collect();
        for id in over {
            self.forget(id);
        }
        for conference in self.conferences.values_mut() {
            conference.lock_pending = None;
            // Relations outlive us on the switch.
            if conference.was_arranged {
                conference.hearing = Hearing::Unknown;
            }
            for recording in &mut conference.recordings {
                recording.asked = None;
            }
            for participant in &mut conference.participants {
                participant.asked.clear();
            }
            if let Some(at) = conference.open_vote().and_then(|vote| vote.closes_at) {
                self.timers.set(Timer::VoteDue(conference.id), at);
            }
            if let Some((_, deadline)) = conference.question {
                self.timers.set(Timer::Question(conference.id), deadline);
            }
        }
        for call in self.calls.values_mut() {
            call.pending = None;
        }
    }

    /// Whose station is whose may change while we run.
    pub fn set_station_owners(&mut self, owners: &BTreeMap<String, Person>) {
        for (name, station) in &mut self.rules.stations {
            station.owner = owners.get(name).cloned();
        }
    }

    /// What is known of the link.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// One call.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id)
    }

    /// All calls.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.values()
    }

    /// One conference.
    pub fn conference(&self, id: ConferenceId) -> Option<&Conference> {
        self.conferences.get(&id)
    }

    /// All conferences, those ended a moment ago included.
    pub fn conferences(&self) -> impl Iterator<Item = &Conference> {
        self.conferences.values()
    }

    fn record(&mut self, subject: Subject, actor: Option<Person>, fact: Fact) {
        let recorded = Recorded { subject, at: self.now, actor, fact };
        self.fold(&recorded);
        let telling = self.tell(&recorded);
        self.out.facts.push(Told { recorded, telling });
    }

    fn tell(&self, recorded: &Recorded) -> Option<Telling> {
        let actor = recorded.actor.as_ref();
        match recorded.subject {
            Subject::Call(id) => self.calls.get(&id).and_then(|call| story::tell_call(call, actor, &recorded.fact)),
            Subject::Conference(id) => {
                self.conferences.get(&id).and_then(|found| story::tell_conference(found, actor, &recorded.fact))
            }
        }
    }

    fn call_fact(&mut self, id: CallId, fact: Fact) {
        self.record(Subject::Call(id), None, fact);
    }

    fn conference_fact(&mut self, id: ConferenceId, fact: Fact) {
        self.record(Subject::Conference(id), None, fact);
    }

    fn fold(&mut self, recorded: &Recorded) {
        self.last_fact = self.last_fact.max(recorded.at);
        match recorded.subject {
            Subject::Call(id) => self.fold_call(id, recorded),
            Subject::Conference(id) => self.fold_conference(id, recorded),
        }
    }

    fn fold_call(&mut self, id: CallId, recorded: &Recorded) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.apply(recorded.at, &recorded.fact);
        } else if let Some(call) = Call::begin(id, recorded.at, &recorded.fact) {
            self.channels.insert(call.channel, Owner::Caller(id));
            self.calls.insert(id, call);
        }
        if let Some(call) = self.calls.get(&id) {
            match call.state {
                CallState::Ended => {
                    self.channels.retain(|_, owner| *owner != Owner::Caller(id) && *owner != Owner::Station(id));
                }
                // In a conference its channels are legs.
                CallState::Conference => {}
                _ => {
                    self.channels.retain(|_, owner| *owner != Owner::Station(id));
                    self.channels.insert(call.channel, Owner::Caller(id));
                    for leg in &call.stations {
                        self.channels.insert(leg.channel, Owner::Station(id));
                    }
                }
            }
        }
        self.out.touched.insert(Touched::Call(id));
    }

    fn fold_conference(&mut self, id: ConferenceId, recorded: &Recorded) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.apply(recorded.at, &recorded.fact);
        } else if let Some(conference) = Conference::begin(id, recorded.at, &recorded.fact) {
            self.rooms.insert(conference.room.clone(), id);
            self.conferences.insert(id, conference);
        }
        match &recorded.fact {
            Fact::ConferenceRequested { invited, .. } | Fact::ParticipantsAdded { invited, .. } => {
                for one in invited {
                    self.channels.insert(one.leg, Owner::Leg(id, one.participant));
                }
            }
            Fact::CallJoins { participant, leg, .. }
            | Fact::GuestDialsIn { participant, leg, .. }
            | Fact::StrangerFound { participant, leg, .. } => {
                self.channels.insert(*leg, Owner::Leg(id, *participant));
            }
            Fact::WrongPin { access, number, channel, times, .. } => {
                let (access, number) = (access.clone(), number.clone());
                let guess = Guess { at: recorded.at, access, number, channel: *channel, times: *times };
                if let Some(rules) = &self.rules.dial_in {
                    self.guesses.note(guess, rules.guesses.window);
                }
            }
            Fact::ParticipantCameOver { invited, legs, .. } => {
                self.channels.insert(invited.leg, Owner::Leg(id, invited.participant));
                for leg in legs.iter().filter(|leg| !leg.state.is_over()) {
                    self.channels.insert(leg.leg, Owner::Leg(id, invited.participant));
                }
            }
            Fact::LegQueued { participant, leg, .. } => {
                self.channels.insert(*leg, Owner::Leg(id, *participant));
            }
            Fact::LegOver { leg, .. } => {
                if let Some(Owner::Leg(owner, _)) = self.channels.get(leg)
                    && *owner == id
                {
                    self.channels.remove(leg);
                }
            }
            _ => {}
        }
        self.out.touched.insert(Touched::Conference(id));
        self.out.touched.insert(Touched::Node);
    }

    fn forget(&mut self, id: ConferenceId) {
        if let Some(conference) = self.conferences.remove(&id) {
            self.rooms.remove(&conference.room);
            self.channels.retain(|_, owner| !matches!(owner, Owner::Leg(of, _) if *of == id));
            self.out.touched.insert(Touched::Conference(id));
        }
    }

    fn effect(&mut self, effect: Effect) {
        self.out.effects.push(effect);
    }

    fn command(&mut self, tag: Tag, lane: ChannelId, command: Command) {
        self.effect(Effect::Command { tag, lane, command });
    }

    fn probe(&mut self, channel: ChannelId) {
        self.command(Tag::Exists(channel), channel, Command::Exists(channel));
    }

    fn room_of(&self, conference: &Conference) -> Option<Room> {
        // Rooms are named by us: `sb-` and the conference's id.
        Some(Room { name: Safe::new(conference.room.clone()).ok()?, profile: self.rules.profile.clone() })
    }

    /// What happens on the switch is told to us.
    fn link_works(&self) -> bool {
        matches!(self.link.state, NodeState::Up | NodeState::Paused)
    }

    fn link_up(&mut self, core: String, version: String) {
        // Another process: whatever we know of was in the one that is gone.
        if !self.link.core.is_empty() && self.link.core != core {
            self.orphans.extend(self.channels.keys());
        }
        // Also if that happened while we were not there.
        self.orphans.extend(self.left_in_another_run(&core));
        self.link.core = core;
        self.link.version = version;
        self.enter_link(NodeState::Synchronising, None);
    }

    fn link_down(&mut self, reason: String) {
        self.silent_since.get_or_insert(self.now);
        self.under_way.clear();
        self.enter_link(NodeState::Down, Some(reason));
        self.announcements_unheard();
    }

    fn enter_link(&mut self, state: NodeState, reason: Option<String>) {
        if self.link.state != state {
            self.link.since = self.now;
        }
        self.link.state = state;
        self.link.reason = reason;
        self.out.touched.insert(Touched::Node);
    }

    fn verified(&mut self, health: Health) {
        if !self.link_works() {
            return;
        }
        let state = if health.paused { NodeState::Paused } else { NodeState::Up };
        self.link.health = health;
        self.link.verified_at = Some(self.now);
        self.enter_link(state, None);
    }

    /// A conference in one of these states still holds its resources.
    fn holds_resources(conference: &Conference) -> bool {
        !matches!(conference.state, ConferenceState::Ended | ConferenceState::Refused)
    }
}
