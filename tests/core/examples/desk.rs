//! A desk to write examples at: a node, hand-driven time, and a switch that does just what the example says.
//!
//! `uuid_exists` is answered from the channels that are alive; everything else the example tells.

use crate::{
    house::{Counted, rules},
    journal::{self, Journal, assert_same_state},
};
use std::{collections::BTreeSet, time::Duration};
use switchboard::domain::{
    call::Call,
    conference::{Conference, Participant},
    effect::{Command, Effect, Tag},
    ids::{CallId, ChannelId, ConferenceId, NodeId},
    input::{
        ChannelEvent, ChannelEventKind, ChannelInfo, HookEvent, Input, Outcome, RoomEvent, RoomEventKind, Snapshot,
    },
    node::{Node, requests::Accepted},
    request::{Actor, NewConference, NewParticipant, Refusal, Verb},
    rules::Rules,
    time::Timestamp,
};

/// The examples begin at some moment of 2026.
const BEGIN: Timestamp = Timestamp(1_795_000_000_000);

pub struct Desk {
    pub node: Node,
    pub alive: BTreeSet<ChannelId>,
    rules: Rules,
    ids: Counted,
    now: Timestamp,
    journal: Journal,
    sent: Vec<Command>,
    held: BTreeSet<ChannelId>,
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
            held: BTreeSet::new(),
        };
        desk.link_up(Snapshot::default());
        desk
    }

    /// Connected (again), and this is what the switch has.
    pub fn link_up(&mut self, snapshot: Snapshot) {
        self.hears(Input::LinkUp { core: "core".into(), version: "1.11".into() });
        self.hears(Input::Snapshot(snapshot));
    }

    /// `kill -9`, and started again: only the journal is left.
    pub fn restart(&mut self, snapshot: Snapshot) {
        self.node = self.journal.restart(self.rules.clone(), self.now);
        self.sent.clear();
        self.link_up(snapshot);
    }

    pub fn hears(&mut self, input: Input) {
        self.node.handle(self.now, input, &mut self.ids);
        self.carry_out();
    }

    fn carry_out(&mut self) {
        let out = self.node.drain();
        for told in &out.facts {
            self.journal.push(journal::bytes(&told.recorded));
        }
        for effect in out.effects {
            match effect {
                Effect::Command { tag: Tag::Exists(channel), .. } => {
                    let outcome = Outcome::Ok(self.alive.contains(&channel).to_string());
                    self.hears(Input::Reply { tag: Tag::Exists(channel), outcome });
                }
                Effect::Command { command, .. } => self.sent.push(command),
                Effect::HookHold(channel) => drop(self.held.insert(channel)),
                Effect::HookRelease(channel) => drop(self.held.remove(&channel)),
                Effect::Resync => {}
            }
        }
        let mut folded = Node::new(NodeId("hall".into()), self.rules.clone(), self.now);
        for recorded in self.journal.facts() {
            folded.restore(&recorded);
        }
        assert_same_state(&self.node, &folded);
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

    pub fn hangs_up(&mut self, channel: ChannelId, cause: &str, sip_status: Option<u16>) {
        self.alive.remove(&channel);
        self.event(channel, ChannelEventKind::HungUp { cause: cause.into(), sip_status, disposition: None });
    }

    pub fn room(&mut self, room: &str, kind: RoomEventKind) {
        self.hears(Input::Room(RoomEvent { room: room.into(), kind }));
    }

    /// Joins a room with the next member number.
    pub fn joins(&mut self, room: &str, channel: ChannelId) {
        let member = u32::try_from(self.alive.len()).unwrap_or(0) + 1;
        self.room(room, RoomEventKind::Joined { channel, member, muted: false });
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

    /// A caller and an attendant who have talked for a while.
    pub fn talk(&mut self, who: &Actor) -> Pair {
        let (call, caller) = self.caller();
        let rung = self.rings_for(who, call);
        let station = rung[0];
        self.event(caller, ChannelEventKind::Bridged(station));
        for loser in &rung[1..] {
            self.hangs_up(*loser, "LOSE_RACE", None);
        }
        self.passes(Duration::from_secs(5));
        self.sent();
        Pair { call, caller, station }
    }

    /// A conference out of a talk, both moved, everybody else being rung.
    pub fn conference(&mut self, who: &Actor, pair: &Pair, numbers: &[&str]) -> ConferenceId {
        let id = self.start(who, Some(pair.call), numbers).expect("nothing speaks against it");
        let room = self.conference_of(id).room.clone();
        self.room(&room, RoomEventKind::Created);
        self.joins(&room, pair.caller);
        self.joins(&room, pair.station);
        id
    }

    pub fn start(&mut self, who: &Actor, call_id: Option<CallId>, numbers: &[&str]) -> Result<ConferenceId, Refusal> {
        let new = NewConference { call_id, participants: people(numbers), include_attendant: false, station: None };
        match self.asks(who, &Verb::StartConference(new))? {
            Accepted::Conference(id) => Ok(id),
            Accepted::Call(_) => unreachable!("a conference was asked for"),
        }
    }

    pub fn call(&self, id: CallId) -> &Call {
        self.node.call(id).expect("the call is shown")
    }

    pub fn conference_of(&self, id: ConferenceId) -> &Conference {
        self.node.conference(id).expect("the conference is shown")
    }

    /// Whoever was asked for under this number.
    pub fn guest(&self, id: ConferenceId, number: &str) -> &Participant {
        let of = |person: &&Participant| person.dials.iter().any(|dial| dial.number == number);
        self.conference_of(id).participants.iter().find(of).expect("they were asked for")
    }

    pub fn leg(&self, id: ConferenceId, number: &str) -> ChannelId {
        self.guest(id, number).leg().expect("a participant has a leg").id
    }

    /// The switch takes the originate and tells of the channel.
    pub fn is_rung(&mut self, leg: ChannelId) {
        self.alive.insert(leg);
        self.hears(Input::Reply { tag: Tag::Originate(leg), outcome: Outcome::Ok("+OK".into()) });
        self.event(leg, ChannelEventKind::Created);
        self.event(leg, ChannelEventKind::Ringing);
    }
}

/// Participants, one a number.
pub fn people(numbers: &[&str]) -> Vec<NewParticipant> {
    let person = |number: &&str| NewParticipant {
        name: format!("Person {number}"),
        numbers: vec![(*number).to_owned()],
        confirm: None,
    };
    numbers.iter().map(person).collect()
}

/// The legs that were rung by these commands, in order.
pub fn rung(sent: &[Command]) -> Vec<ChannelId> {
    let leg = |command: &Command| match command {
        Command::Originate(wanted) => Some(wanted.leg),
        _ => None,
    };
    sent.iter().filter_map(leg).collect()
}

/// The channels that were hung up by these commands.
pub fn killed(sent: &[Command]) -> Vec<ChannelId> {
    let channel = |command: &Command| match command {
        Command::Kill { channel, .. } => Some(*channel),
        _ => None,
    };
    sent.iter().filter_map(channel).collect()
}
