//! The world of one seed: virtual time, a switch, the service with its journal, the link between them.

use super::{
    chance::Chance,
    laws::Watch,
    people::People,
    switch::{Plan, Switch},
};
use crate::{
    house::{Counted, dial_in, rules, safe},
    journal::{self, Journal, assert_same_state},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use switchboard::domain::{
    announcement::SoundFile,
    effect::{Command, Effect, Tag},
    fact::{Fact, Subject},
    ids::{ChannelId, NodeId},
    input::{Input, Outcome},
    node::{Node, requests::Accepted},
    recording::RecordingRules,
    request::{Actor, Refusal, Verb},
    rules::{Rescue, Rules},
    speech::{NameSentences, SpeechRules},
    time::Timestamp,
    vote::{Ballot, UrnChange},
};

/// Command connections of the link.
const LANES: u128 = 4;
/// The world begins at some moment of 2026.
pub const BEGIN: i64 = 1_795_000_000_000;

/// Legs dialed in a second: few enough that people wait for each other's.
const PER_SECOND: u32 = 4;

/// Something that will happen.
#[derive(Clone, Debug)]
pub enum Happening {
    Switch(Plan),
    /// A command reaches the switch.
    Command(u64),
    Reply(u64, Outcome),
    /// An event, or a snapshot, of this session of the link.
    Told(u32, Box<Input>),
    /// The hook of this run of the service.
    Hook(u32, Box<Input>),
    TakeSnapshot(u32, i64),
    Durable(u32),
    Tick,
    Connect,
    Start,
    Act,
}

/// A command on its way.
struct Sent {
    session: u32,
    tag: Tag,
    command: Command,
    /// The switch has carried it out; its reply is on the way.
    done: bool,
}

/// Decided, and not yet durable.
struct Batch {
    facts: Vec<Vec<u8>>,
    effects: Vec<Effect>,
    urn: Vec<UrnChange>,
}

pub struct Service {
    pub node: Node,
    /// The same facts folded: must look the same at every moment.
    mirror: Node,
    waiting: VecDeque<Batch>,
}

pub struct World {
    pub now: i64,
    pub chance: Chance,
    pub switch: Switch,
    pub service: Option<Service>,
    pub people: People,
    pub watch: Watch,
    pub link_is_up: bool,
    /// Nothing is broken on purpose any more.
    pub quiet: bool,
    pub trace: Option<Vec<String>>,
    ids: Counted,
    durable: Journal,
    urn: Vec<Ballot>,
    run: u32,
    session: u32,
    subscribed: bool,
    agenda: BTreeMap<(i64, u64), Happening>,
    order: u64,
    sent: BTreeMap<u64, Sent>,
    lanes: BTreeMap<u128, i64>,
    last_event: i64,
    last_hook: i64,
    last_commit: i64,
    next_tick: Option<i64>,
}

impl World {
    pub fn new(seed: u64, trace: bool) -> Self {
        let mut world = Self {
            now: BEGIN,
            chance: Chance::new(seed),
            switch: Switch::new(Chance::new(seed ^ 0xABCD)),
            service: None,
            people: People::default(),
            watch: Watch::default(),
            link_is_up: false,
            quiet: false,
            trace: trace.then(Vec::new),
            ids: Counted::from(1_000),
            durable: Journal::default(),
            urn: Vec::new(),
            run: 0,
            session: 0,
            subscribed: false,
            agenda: BTreeMap::new(),
            order: 0,
            sent: BTreeMap::new(),
            lanes: BTreeMap::new(),
            last_event: 0,
            last_hook: 0,
            last_commit: 0,
            next_tick: None,
        };
        world.start();
        world.at(world.now + 500, Happening::Act);
        world
    }

    /// Lets everything up to this moment happen, and looks at the laws after each step.
    pub fn run_until(&mut self, end: i64) {
        while let Some((&(at, order), _)) = self.agenda.first_key_value().filter(|((at, _), _)| *at <= end) {
            let happening = self.agenda.remove(&(at, order)).expect("it was there");
            self.now = at;
            self.switch.now = at;
            self.happen(happening);
            self.collect();
            self.look();
        }
        self.now = end;
        self.switch.now = end;
    }

    pub fn at(&mut self, at: i64, happening: Happening) {
        self.order += 1;
        self.agenda.insert((at, self.order), happening);
    }

    pub fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            // Ids count from one; their zeros say nothing.
            let text =
                text().replace("00000000-0000-0000-0000-00000000", "#").replace("0000000000000000000000000000", "");
            trace.push(format!("{:>9.3} {text}", (self.now - BEGIN) as f64 / 1000.0));
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Switch(plan) => self.switch.happen(plan),
            Happening::Command(id) => self.arrive_at_switch(id),
            Happening::Reply(id, outcome) => {
                if let Some(sent) = self.sent.remove(&id) {
                    self.input(Input::Reply { tag: sent.tag, outcome });
                }
            }
            Happening::Told(session, input) => {
                if session == self.session && self.link_is_up {
                    self.input(*input);
                }
            }
            Happening::Hook(run, input) => {
                if run == self.run {
                    self.input(*input);
                }
            }
            Happening::TakeSnapshot(session, told_at) => {
                if session == self.session && self.link_is_up {
                    let snapshot = self.switch.snapshot();
                    self.at(told_at, Happening::Told(session, Box::new(Input::Snapshot(snapshot))));
                }
            }
            Happening::Durable(run) => {
                if run == self.run {
                    self.commit();
                }
            }
            Happening::Tick if self.next_tick == Some(self.now) => {
                self.next_tick = None;
                self.input(Input::Tick);
            }
            // An earlier deadline came between.
            Happening::Tick => {}
            Happening::Connect => self.connect(),
            Happening::Start => {
                if self.service.is_none() {
                    self.start();
                }
            }
            Happening::Act => super::people::act(self),
        }
    }

    /// What the switch made of it is sent on its way.
    fn collect(&mut self) {
        for (after, plan) in std::mem::take(&mut self.switch.plans) {
            self.at(self.now + after, Happening::Switch(plan));
        }
        for input in std::mem::take(&mut self.switch.events) {
            if self.subscribed {
                // A listener that has been idle was seen to be told half a second late.
                let late = if self.chance.percent(3) { self.chance.ms(100, 500) } else { self.chance.ms(1, 15) };
                self.last_event = (self.now + late).max(self.last_event);
                self.at(self.last_event, Happening::Told(self.session, Box::new(input)));
            }
        }
        for event in std::mem::take(&mut self.switch.hooks) {
            self.last_hook = (self.now + self.chance.ms(1, 30)).max(self.last_hook);
            self.at(self.last_hook, Happening::Hook(self.run, Box::new(Input::Hook(event))));
        }
        if let Some(service) = &self.service
            && let Some(due) = service.node.next_deadline()
        {
            let due = due.0.max(self.now);
            if self.next_tick.is_none_or(|planned| due < planned) {
                self.next_tick = Some(due);
                self.at(due, Happening::Tick);
            }
        }
    }

    fn look(&mut self) {
        let (switch, service) = (&mut self.switch, self.service.as_ref());
        self.watch.look(self.now, switch, service.map(|service| &service.node), self.link_is_up);
    }

    fn input(&mut self, input: Input) {
        if self.service.is_none() {
            return;
        }
        self.note(|| match &input {
            Input::Channel(event) => format!("     in  {} {:?}", event.channel, event.kind),
            other => format!("     in  {other:?}"),
        });
        if let Input::Snapshot(_) = &input {
            self.watch.compared(self.now);
        }
        let now = Timestamp(self.now);
        let Some(service) = &mut self.service else { return };
        service.node.handle(now, input, &mut self.ids);
        self.decided();
    }

    /// Somebody asks for something.
    pub fn request(&mut self, actor: &Actor, verb: &Verb) -> Option<Result<Accepted, Refusal>> {
        let now = Timestamp(self.now);
        let service = self.service.as_mut()?;
        let answer = service.node.request(now, actor, verb, &mut self.ids);
        self.note(|| format!("{} asks {verb:?} -> {answer:?}", actor.name));
        if answer.is_ok() {
            self.watch.accepted(verb, self.service.as_ref().map(|service| &service.node));
        }
        self.decided();
        Some(answer)
    }

    /// Facts go to the journal, effects wait for it.
    fn decided(&mut self) {
        let Some(service) = &mut self.service else { return };
        let out = service.node.drain();
        let facts: Vec<Vec<u8>> = out.facts.iter().map(|told| journal::bytes(&told.recorded)).collect();
        for fact in &facts {
            service.mirror.restore(&journal::read(fact));
        }
        if !facts.is_empty() {
            assert_same_state(&service.node, &service.mirror);
        }
        for told in &out.facts {
            if let (Subject::Conference(id), Fact::VoteClosed { .. }) = (told.recorded.subject, &told.recorded.fact)
                && let Some(conference) = service.node.conference(id)
            {
                super::laws::each_counts_once(conference);
            }
            if let (Subject::Conference(id), Fact::ConferenceEnding { cause }) =
                (told.recorded.subject, &told.recorded.fact)
                && let Some(conference) = service.node.conference(id)
            {
                self.watch.ends(self.now, conference, cause.reason);
                if let Some(actor) = &told.recorded.actor {
                    self.watch.ended_by_phone(conference, actor.id);
                }
            }
        }
        let instant = facts.is_empty() && out.urn.is_empty() && service.waiting.is_empty();
        service.waiting.push_back(Batch { facts, effects: out.effects, urn: out.urn });
        for told in &out.facts {
            if let Fact::LegDialed { .. } = told.recorded.fact {
                self.watch.dialed(told.recorded.at.0, PER_SECOND);
            }
            self.note(|| format!("    fact {:?}", told.recorded.fact));
        }
        if instant {
            self.commit();
        } else {
            self.last_commit = (self.now + self.chance.ms(0, 6)).max(self.last_commit);
            self.at(self.last_commit, Happening::Durable(self.run));
        }
    }

    fn commit(&mut self) {
        let Some(batch) = self.service.as_mut().and_then(|service| service.waiting.pop_front()) else { return };
        for fact in batch.facts {
            self.durable.push(fact);
        }
        self.keep(&batch.urn);
        for effect in batch.effects {
            self.perform(effect);
        }
    }

    /// Secret ballots, as the store keeps them: in the transaction of the facts they came with.
    fn keep(&mut self, changes: &[UrnChange]) {
        for change in changes {
            match change {
                UrnChange::Put(ballot) => {
                    let same =
                        |one: &Ballot| (one.conference, one.participant) == (ballot.conference, ballot.participant);
                    self.urn.retain(|one| !same(one));
                    self.urn.push(*ballot);
                }
                UrnChange::Empty(id) => self.urn.retain(|one| one.conference != *id),
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        self.note(|| format!("     out {effect:?}"));
        match effect {
            Effect::HookHold(channel) => self.switch.hook_hold(channel),
            Effect::HookRelease(channel) => self.switch.hook_release(channel),
            Effect::HookOrder(channel, order) => {
                let keys = super::people::keys(self);
                self.switch.hook_order(channel, &order, keys);
            }
            Effect::Resync => {
                if self.link_is_up {
                    self.resync();
                }
            }
            Effect::Command { tag, lane, command } => self.send(tag, lane, command),
        }
    }

    fn send(&mut self, tag: Tag, lane: ChannelId, command: Command) {
        self.watch.sent(&command, &self.switch);
        self.order += 1;
        let id = self.order;
        if !self.link_is_up {
            self.sent.insert(id, Sent { session: 0, tag, command, done: false });
            self.at(self.now + 1, Happening::Reply(id, Outcome::Unknown));
            return;
        }
        // One command in flight a connection: the next waits for the reply.
        let free = self.lanes.entry(lane.0.as_u128() % LANES).or_default();
        let arrives = (*free).max(self.now) + self.chance.ms(1, 10);
        *free = arrives + 1;
        self.sent.insert(id, Sent { session: self.session, tag, command, done: false });
        self.at(arrives, Happening::Command(id));
    }

    fn arrive_at_switch(&mut self, id: u64) {
        let Some(sent) = self.sent.get_mut(&id) else { return };
        sent.done = true;
        let (session, command) = (sent.session, sent.command.clone());
        let outcome = self.switch.execute(&command);
        self.note(|| format!("         switch: {command:?} -> {outcome:?}"));
        self.watch.executed(&command, &self.switch);
        if session == self.session && self.link_is_up {
            let after = self.chance.ms(1, 10);
            self.at(self.now + after, Happening::Reply(id, outcome));
        } else {
            self.sent.remove(&id);
        }
    }

    fn connect(&mut self) {
        if self.link_is_up || self.service.is_none() {
            return;
        }
        self.link_is_up = true;
        self.subscribed = true;
        self.session += 1;
        self.lanes.clear();
        self.last_event = self.now;
        let up = Input::LinkUp { core: format!("core-{}", self.switch.core), version: "1.11".into() };
        self.input(up);
        self.resync();
    }

    /// Every now and then the link compares without being asked.
    pub fn compare(&mut self) {
        if self.link_is_up {
            self.resync();
        }
    }

    /// Events told meanwhile wait for the snapshot.
    fn resync(&mut self) {
        let taken = self.now.max(self.last_event) + self.chance.ms(100, 130);
        let told = taken + self.chance.ms(1, 20);
        self.at(taken, Happening::TakeSnapshot(self.session, told));
        self.last_event = told;
    }

    /// The link breaks. What was under way may be done or not, and late.
    pub fn drop_link(&mut self, reason: &str) {
        if !self.link_is_up {
            return;
        }
        self.note(|| format!("THE LINK BREAKS: {reason}"));
        self.link_is_up = false;
        self.subscribed = false;
        self.watch.broken(self.now);
        let unanswered: Vec<u64> =
            self.sent.iter().filter(|(_, sent)| sent.session == self.session).map(|(id, _)| *id).collect();
        let mut tags = Vec::new();
        for id in unanswered {
            let Some(sent) = self.sent.remove(&id) else { continue };
            tags.push(sent.tag.clone());
            // Half of those not yet carried out were read by the switch all the same, some of them late.
            if !sent.done && self.chance.percent(50) {
                let late = if self.chance.percent(20) { self.chance.ms(100, 1_500) } else { self.chance.ms(0, 20) };
                self.order += 1;
                let again = self.order;
                self.sent.insert(again, Sent { session: 0, ..sent });
                self.at(self.now + late, Happening::Command(again));
            }
        }
        self.agenda.retain(|_, happening| match happening {
            Happening::Command(id) | Happening::Reply(id, _) => self.sent.contains_key(id),
            _ => true,
        });
        for tag in tags {
            self.input(Input::Reply { tag, outcome: Outcome::Unknown });
        }
        self.input(Input::LinkDown { reason: reason.to_owned() });
        let back = self.chance.ms(100, 9_000);
        self.at(self.now + back, Happening::Connect);
    }

    /// `kill -9`, at any moment between deciding, journaling and commanding.
    pub fn kill_service(&mut self) {
        let Some(mut service) = self.service.take() else { return };
        self.note(|| "THE SERVICE IS KILLED".into());
        let durable = self.chance.below(service.waiting.len() + 1);
        for batch in service.waiting.drain(..durable) {
            for fact in batch.facts {
                self.durable.push(fact);
            }
            self.keep(&batch.urn);
            // Of the last one's commands, some had left.
            if self.chance.percent(50) {
                let gone = self.chance.below(batch.effects.len() + 1);
                for effect in batch.effects.into_iter().take(gone) {
                    if let Effect::Command { .. } = effect {
                        self.perform(effect);
                    }
                }
            }
        }
        self.link_is_up = false;
        self.subscribed = false;
        self.watch.broken(self.now);
        // What had left may arrive all the same; nobody hears the replies.
        self.sent.retain(|_, sent| !sent.done);
        for sent in self.sent.values_mut() {
            sent.session = 0;
        }
        self.agenda.retain(|_, happening| !matches!(happening, Happening::Reply(..)));
        self.next_tick = None;
        self.run += 1;
        self.switch.hook_server(false);
        let back = self.chance.ms(200, 6_000);
        self.at(self.now + back, Happening::Start);
    }

    fn start(&mut self) {
        self.note(|| "the service starts".into());
        let now = Timestamp(self.now);
        let mut node = self.durable.restart(rescuing(), now);
        for ballot in &self.urn {
            node.note_ballot(*ballot);
        }
        let mut mirror = Node::new(NodeId("hall".into()), rescuing(), now);
        self.watch.service_started();
        for recorded in self.durable.facts() {
            mirror.restore(&recorded);
        }
        self.service = Some(Service { node, mirror, waiting: VecDeque::new() });
        self.decided();
        self.switch.hook_server(true);
        let connects = self.chance.ms(20, 300);
        self.at(self.now + connects, Happening::Connect);
    }

    /// The switch is killed and started again.
    pub fn restart_switch(&mut self) {
        self.note(|| "THE SWITCH IS KILLED".into());
        self.switch.restart();
        self.watch.switch_restarted();
        self.agenda.retain(|_, happening| !matches!(happening, Happening::Switch(_)));
        self.drop_link("the switch is gone");
        self.sent.clear();
    }

    pub fn new_channel(&mut self) -> ChannelId {
        self.ids.channel()
    }

    /// From now on nothing breaks, and nobody does anything more.
    pub fn calm_down(&mut self) {
        self.note(|| "QUIET".into());
        self.quiet = true;
        self.switch.paused = false;
        let health = self.switch.health();
        self.tell_now(self.now, Input::Verified(health));
    }

    /// Law 9: what was lost with the switch is rung again once at the most, and only if there was another switch.
    pub fn nobody_is_rescued_twice(&self) {
        let mut rescued = BTreeSet::new();
        for recorded in self.durable.facts() {
            if let Fact::ConferenceRequested { rescues: Some(lost), .. } = recorded.fact {
                assert!(rescued.insert(lost), "{lost} was rescued twice");
            }
        }
        assert!(rescued.is_empty() || self.switch.core > 1, "rescued from a switch that lived on: {rescued:?}");
    }

    /// Everybody hangs up.
    pub fn everybody_goes(&mut self) {
        self.note(|| "EVERYBODY GOES".into());
        let all: Vec<ChannelId> = self.switch.channels.keys().copied().collect();
        for channel in all {
            self.switch.hang_up(channel, "NORMAL_CLEARING", None, super::switch::Death::Themselves);
        }
        self.collect();
    }

    /// The link's probe comes back.
    pub fn tell_now(&mut self, at: i64, input: Input) {
        if self.link_is_up {
            self.at(at.max(self.last_event), Happening::Told(self.session, Box::new(input)));
        }
    }
}

/// Played to everybody before they are recorded.
pub const IT_IS_RECORDED: &str = "ivr/recorded.wav";

/// What is lost with the switch is rung again; people are told that they are recorded, and who came; they may dial in.
fn rescuing() -> Rules {
    let mut rules = Rules { dial_in: Some(dial_in()), ..rules() };
    rules.conference.rescue = Rescue::Auto;
    rules.conference.rescue_sound = SoundFile::new("sorry.wav").ok();
    rules.originates_per_second = PER_SECOND;
    rules.recording = RecordingRules::new("/rec", "{date}-{id}", Some(safe(IT_IS_RECORDED))).ok();
    rules.conference.speech = Some(SpeechRules {
        engine: safe("flite"),
        voice: safe("slt"),
        voices: BTreeMap::new(),
        module: safe("mod_flite"),
        names: NameSentences::default(),
    });
    rules
}
