//! A desk to write examples at: a node, hand-driven time, and a switch that does just what the example says.
//!
//! `uuid_exists` is answered from the channels that are alive, unless the example leaves it open; everything else the
//! example tells. Everything said becomes a journal, so that any moment can be the moment of a restart, and after
//! every step the journal folds into the same state.

use crate::{
    house::{Counted, rules},
    journal::{self, Journal, assert_same_state},
};
use std::{collections::BTreeSet, time::Duration};
use switchboard::domain::{
    call::Call,
    conference::{Conference, Participant},
    dial_in::Order,
    effect::{Command, Effect, Tag},
    ids::{CallId, ChannelId, ConferenceId, NodeId},
    input::{
        ChannelEvent, ChannelEventKind, ChannelInfo, HookEvent, Input, MemberSnapshot, Outcome, RoomEvent,
        RoomEventKind, RoomSnapshot, Snapshot,
    },
    keys::Key,
    node::{Node, requests::Accepted},
    request::{Actor, NewConference, NewParticipant, Refusal, Verb},
    rules::Rules,
    states::ParticipantRole,
    story::Telling,
    time::Timestamp,
    vote::{Ballot, UrnChange},
};

pub const SECOND: Duration = Duration::from_secs(1);

/// The examples begin at some moment of 2026.
const BEGIN: Timestamp = Timestamp(1_795_000_000_000);

pub struct Desk {
    pub node: Node,
    /// The switch has these channels, whether or not it has told of them.
    pub alive: BTreeSet<ChannelId>,
    rules: Rules,
    ids: Counted,
    now: Timestamp,
    journal: Journal,
    sent: Vec<Command>,
    told: Vec<Telling>,
    held: BTreeSet<ChannelId>,
    orders: Vec<(ChannelId, Order)>,
    left_open: BTreeSet<ChannelId>,
    linked: bool,
    members: u32,
    looks: usize,
    /// Secret ballots, as the store keeps them.
    urn: Vec<Ballot>,
}

/// A caller and the station they talk to.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub call: CallId,
    pub caller: ChannelId,
    pub station: ChannelId,
}

impl Desk {
    /// The link is up, and nobody has called yet.
    pub fn open() -> Self {
        Self::open_with(rules())
    }

    pub fn open_with(rules: Rules) -> Self {
        let mut desk = Self {
            node: Node::new(NodeId("hall".into()), rules.clone(), BEGIN),
            alive: BTreeSet::new(),
            rules,
            ids: Counted::from(100),
            now: BEGIN,
            journal: Journal::default(),
            sent: Vec::new(),
            told: Vec::new(),
            held: BTreeSet::new(),
            orders: Vec::new(),
            left_open: BTreeSet::new(),
            linked: false,
            members: 0,
            looks: 0,
            urn: Vec::new(),
        };
        desk.link_up(Snapshot::default());
        desk
    }

    /// Connected (again), and this is what the switch says it has. What it leaves out may live all the same: its
    /// list lags.
    pub fn link_up(&mut self, snapshot: Snapshot) {
        self.link_up_to("core", snapshot);
    }

    /// The same, and this is the run of the switch we are connected to.
    pub fn link_up_to(&mut self, core: &str, mut snapshot: Snapshot) {
        self.linked = true;
        self.hears(Input::LinkUp { core: core.into(), version: "1.11".into() });
        self.alive.extend(snapshot.channels.keys());
        snapshot.health.max_sessions = 1000;
        self.hears(Input::Snapshot(snapshot));
    }

    pub fn link_down(&mut self) {
        self.linked = false;
        self.hears(Input::LinkDown { reason: "reset".into() });
    }

    /// `kill -9`, and started again after so long: only the journal is left. The link is not up yet.
    pub fn restart_after(&mut self, away: Duration) {
        self.now = self.now.plus(away);
        self.node = self.journal.restart(self.rules.clone(), self.now);
        for ballot in &self.urn {
            self.node.note_ballot(*ballot);
        }
        self.sent.clear();
        self.held.clear();
        self.linked = false;
        self.carry_out();
    }

    pub fn hears(&mut self, input: Input) {
        self.node.handle(self.now, input, &mut self.ids);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        let out = self.node.drain();
        for told in &out.facts {
            self.journal.push(journal::bytes(&told.recorded));
            self.told.extend(told.telling.clone());
        }
        for change in out.urn {
            match change {
                UrnChange::Put(ballot) => {
                    self.urn.retain(|one| one.participant != ballot.participant);
                    self.urn.push(ballot);
                }
                UrnChange::Empty(id) => self.urn.retain(|one| one.conference != id),
            }
        }
        for effect in out.effects {
            match effect {
                Effect::Command { tag: Tag::Exists(channel), .. } => {
                    if self.linked && !self.left_open.contains(&channel) {
                        self.answer(channel);
                    }
                }
                Effect::Command { command, .. } => self.sent.push(command),
                Effect::HookHold(channel) => drop(self.held.insert(channel)),
                Effect::HookRelease(channel) => drop(self.held.remove(&channel)),
                Effect::HookOrder(channel, order) => self.orders.push((channel, order)),
                Effect::Resync => self.looks += 1,
            }
        }
        let mut folded = Node::new(NodeId("hall".into()), self.rules.clone(), self.now);
        for recorded in self.journal.facts() {
            folded.restore(&recorded);
        }
        assert_same_state(&self.node, &folded);
    }

    /// From now on the switch takes its time to say whether these live: until `exists` tells.
    pub fn leave_open(&mut self, channels: &[ChannelId]) {
        self.left_open.extend(channels);
    }

    /// The answer to a question that was left open, or was asked before something changed.
    pub fn exists(&mut self, channel: ChannelId, alive: bool) {
        self.left_open.remove(&channel);
        if alive {
            self.alive.insert(channel);
        } else {
            self.alive.remove(&channel);
        }
        self.answer(channel);
    }

    fn answer(&mut self, channel: ChannelId) {
        let outcome = Outcome::Ok(self.alive.contains(&channel).to_string());
        self.hears(Input::Reply { tag: Tag::Exists(channel), outcome });
    }

    /// Time passes, and every deadline on the way is met.
    pub fn passes(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(due) = self.node.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.hears(Input::Tick);
        }
        self.now = end;
    }

    /// What was sent to the switch since this was last asked, `uuid_exists` left out.
    pub fn sent(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.sent)
    }

    /// What was told under this name since this was last asked for any.
    pub fn told(&mut self, kind: &str) -> Vec<String> {
        let told = std::mem::take(&mut self.told);
        told.into_iter().filter(|telling| telling.kind == kind).map(|telling| telling.text).collect()
    }

    /// Somebody's phone sends these keys, a moment apart.
    pub fn presses(&mut self, channel: ChannelId, keys: &str) {
        for sign in keys.chars() {
            self.event(channel, ChannelEventKind::Pressed(Key::new(sign).expect("a key")));
            self.passes(Duration::from_millis(200));
        }
    }

    /// What is in the urns, which is not in the journal.
    pub fn urn(&self) -> &[Ballot] {
        &self.urn
    }

    /// How often the node wanted to see for itself how the switch has it, since this was last asked.
    pub fn looks(&mut self) -> usize {
        std::mem::take(&mut self.looks)
    }

    /// Everything that was written down, as it was written.
    pub fn written(&self) -> String {
        self.journal.facts().map(|fact| String::from_utf8_lossy(&journal::bytes(&fact)).into_owned()).collect()
    }

    /// What the hook was told to do with whoever dialed in, since this was last asked.
    pub fn orders(&mut self) -> Vec<(ChannelId, Order)> {
        std::mem::take(&mut self.orders)
    }

    /// Who hears the hook's music.
    pub fn hears_music(&self, channel: ChannelId) -> bool {
        self.held.contains(&channel)
    }

    pub fn asks(&mut self, who: &Actor, verb: &Verb) -> Result<Accepted, Refusal> {
        let answer = self.node.request(self.now, who, verb, &mut self.ids);
        self.carry_out();
        answer
    }

    pub fn new_channel(&mut self) -> ChannelId {
        let channel = self.ids.channel();
        self.alive.insert(channel);
        channel
    }

    pub fn event(&mut self, channel: ChannelId, kind: ChannelEventKind) {
        let info = ChannelInfo { answered: kind == ChannelEventKind::Answered, ..ChannelInfo::default() };
        self.hears(Input::Channel(ChannelEvent { channel, kind, info }));
    }

    pub fn hangs_up(&mut self, channel: ChannelId) {
        self.hangs_up_with(channel, "NORMAL_CLEARING", None);
    }

    pub fn hangs_up_with(&mut self, channel: ChannelId, cause: &str, sip_status: Option<u16>) {
        self.alive.remove(&channel);
        self.event(channel, ChannelEventKind::HungUp { cause: cause.into(), sip_status, disposition: None });
    }

    pub fn room(&mut self, id: ConferenceId, kind: RoomEventKind) {
        let room = self.conference_of(id).room.clone();
        self.hears(Input::Room(RoomEvent { room, kind }));
    }

    /// Joins a room with the next member number.
    pub fn joins(&mut self, id: ConferenceId, channel: ChannelId) {
        self.members += 1;
        self.room(id, RoomEventKind::Joined { channel, member: self.members, seen: Vec::new() });
    }

    /// At the hook, for the first time or again; `disposition` says what became of a station dialed meanwhile.
    pub fn at_the_hook(&mut self, channel: ChannelId, disposition: Option<&str>) {
        self.hears(Input::Hook(HookEvent::Arrived {
            channel,
            queue: Some("main".into()),
            caller_name: "Ivan".into(),
            caller_number: "+4930111".into(),
            variables: Default::default(),
            disposition: disposition.map(str::to_owned),
            sip_status: disposition.filter(|cause| *cause == "USER_BUSY").map(|_| 486),
        }));
    }

    /// Somebody calls, and waits.
    pub fn caller(&mut self) -> (CallId, ChannelId) {
        let channel = self.new_channel();
        self.at_the_hook(channel, None);
        let call = self.node.calls().find(|call| call.channel == channel).expect("the call is shown");
        (call.id, channel)
    }

    /// An attendant presses Answer; these are the channels of their stations.
    pub fn rings_for(&mut self, who: &Actor, call: CallId) -> Vec<ChannelId> {
        self.asks(who, &Verb::AnswerCall { call_id: call, station: None }).expect("nothing speaks against it");
        let rung: Vec<ChannelId> = self.call(call).stations.iter().map(|leg| leg.channel).collect();
        self.alive.extend(&rung);
        rung
    }

    /// A caller and an attendant who have talked for a while, long enough for a hang-up to mean one.
    pub fn talk(&mut self, who: &Actor) -> Pair {
        let (call, caller) = self.caller();
        let rung = self.rings_for(who, call);
        let station = rung[0];
        self.event(caller, ChannelEventKind::Bridged(station));
        for loser in &rung[1..] {
            self.hangs_up_with(*loser, "LOSE_RACE", None);
        }
        self.passes(SECOND * 5);
        self.sent();
        Pair { call, caller, station }
    }

    /// An ordinary call of Olga's desk phone, which never was in a queue.
    pub fn ordinary_talk(&mut self) -> Pair {
        let (caller, station) = (self.new_channel(), self.new_channel());
        let info = ChannelInfo { other_name: "sofia/internal/1001@192.0.2.7".into(), ..ChannelInfo::default() };
        let kind = ChannelEventKind::Bridged(station);
        self.hears(Input::Channel(ChannelEvent { channel: caller, kind, info }));
        let call = self.node.calls().find(|call| call.channel == caller).expect("it is adopted").id;
        Pair { call, caller, station }
    }

    /// A conference out of a talk, both moved, everybody else being rung.
    pub fn conference(&mut self, who: &Actor, pair: &Pair, numbers: &[&str]) -> ConferenceId {
        let id = self.start(who, Some(pair.call), numbers).expect("nothing speaks against it");
        self.room(id, RoomEventKind::Created);
        self.joins(id, pair.caller);
        self.joins(id, pair.station);
        id
    }

    /// A conference that was asked for, and nothing heard of it yet.
    pub fn start(&mut self, who: &Actor, call_id: Option<CallId>, numbers: &[&str]) -> Result<ConferenceId, Refusal> {
        let new = NewConference { call_id, participants: people(numbers), ..NewConference::default() };
        match self.asks(who, &Verb::StartConference(new))? {
            Accepted::Conference(id) => Ok(id),
            Accepted::Call(id) => panic!("a conference was asked for, not {id}"),
        }
    }

    pub fn call(&self, id: CallId) -> &Call {
        self.node.call(id).expect("the call is shown")
    }

    pub fn conference_of(&self, id: ConferenceId) -> &Conference {
        self.node.conference(id).expect("the conference is shown")
    }

    /// Whoever was asked for under this number, first of all.
    pub fn guest(&self, id: ConferenceId, number: &str) -> &Participant {
        let of = |person: &&Participant| person.dials.iter().any(|dial| dial.number == number);
        self.conference_of(id).participants.iter().find(of).expect("they were asked for")
    }

    pub fn leg(&self, id: ConferenceId, number: &str) -> ChannelId {
        self.guest(id, number).leg().expect("a participant has a leg").id
    }

    /// The latest legs of the guests.
    pub fn guests(&self, id: ConferenceId) -> Vec<ChannelId> {
        let people = self.conference_of(id).participants.iter().filter(|p| p.role == ParticipantRole::Guest);
        people.filter_map(|p| p.leg()).map(|leg| leg.id).collect()
    }

    /// The switch takes the originate and tells of the channel.
    pub fn is_rung(&mut self, leg: ChannelId) {
        self.alive.insert(leg);
        self.hears(Input::Reply { tag: Tag::Originate(leg), outcome: Outcome::Ok("+OK".into()) });
        self.event(leg, ChannelEventKind::Created);
        self.event(leg, ChannelEventKind::Ringing);
    }

    /// What the switch has: these channels, all of them in this conference's room.
    pub fn having_in_room(&self, id: ConferenceId, inside: &[ChannelId]) -> Snapshot {
        let members =
            (1..).zip(inside).map(|(member, channel)| (*channel, MemberSnapshot { member, ..Default::default() }));
        let room = RoomSnapshot { members: members.collect(), ..RoomSnapshot::default() };
        let channels: Vec<_> = inside.iter().map(|channel| (*channel, "conference")).collect();
        Snapshot { rooms: [(self.conference_of(id).room.clone(), room)].into(), ..having(&channels) }
    }
}

/// What the switch has: these channels, each in this application.
pub fn having(channels: &[(ChannelId, &str)]) -> Snapshot {
    let info = |application: &str| ChannelInfo { application: application.into(), ..ChannelInfo::default() };
    let channels = channels.iter().map(|(channel, application)| (*channel, info(application))).collect();
    Snapshot { channels, ..Snapshot::default() }
}

/// Participants, one a number.
pub fn people(numbers: &[&str]) -> Vec<NewParticipant> {
    let person = |number: &&str| NewParticipant {
        name: format!("Person {number}"),
        numbers: vec![(*number).to_owned()],
        ..NewParticipant::default()
    };
    numbers.iter().map(person).collect()
}

/// The legs that were rung by these commands, in order.
pub fn rung(sent: &[Command]) -> Vec<ChannelId> {
    originates(sent).into_iter().flatten().collect()
}

/// The legs of each of these commands that rang somebody.
pub fn originates(sent: &[Command]) -> Vec<Vec<ChannelId>> {
    let legs = |command: &Command| match command {
        Command::Originate(wanted) => Some(wanted.legs.iter().map(|ringing| ringing.leg).collect()),
        _ => None,
    };
    sent.iter().filter_map(legs).collect()
}

/// The channels that were hung up by these commands.
pub fn killed(sent: &[Command]) -> Vec<ChannelId> {
    let channel = |command: &Command| match command {
        Command::Kill { channel, .. } => Some(*channel),
        _ => None,
    };
    sent.iter().filter_map(channel).collect()
}

/// The callers who were sent back to the music by these commands.
pub fn sent_back(sent: &[Command]) -> Vec<ChannelId> {
    let channel = |command: &Command| match command {
        Command::ReturnToWaiting { channel, .. } => Some(*channel),
        _ => None,
    };
    sent.iter().filter_map(channel).collect()
}

/// The pairs that were put together by these commands.
pub fn bridged(sent: &[Command]) -> Vec<(ChannelId, ChannelId)> {
    let pair = |command: &Command| match command {
        Command::Bridge { first, second } => Some((*first, *second)),
        _ => None,
    };
    sent.iter().filter_map(pair).collect()
}

/// The legs that were sent into a room by these commands, and whether they only follow whoever opens it.
pub fn entered(sent: &[Command]) -> Vec<(ChannelId, bool)> {
    let leg = |command: &Command| match command {
        Command::EnterRoom { channel, door, .. } => Some((*channel, door.join_only)),
        _ => None,
    };
    sent.iter().filter_map(leg).collect()
}
