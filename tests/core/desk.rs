//! One node driven by hand: what is told, what is asked, what went out. Everything said becomes a journal, so that any
//! moment can be the moment of a restart.

use crate::{
    house::{Counted, rules},
    journal::{self, Journal},
};
use std::collections::BTreeMap;
use switchboard::domain::{
    call::Call,
    conference::Conference,
    effect::{Command, Effect, Tag},
    ids::{CallId, ChannelId, ConferenceId, NodeId},
    input::{
        ChannelEvent, ChannelEventKind, ChannelInfo, Health, HookEvent, Input, Outcome, RoomEvent, RoomEventKind,
        Snapshot,
    },
    node::{Node, requests::Accepted},
    request::{Actor, NewConference, NewParticipant, Refusal, Verb},
    rules::Rules,
    states::ParticipantRole,
    time::Timestamp,
};

pub struct Desk {
    pub node: Node,
    rules: Rules,
    ids: Counted,
    now: i64,
    journal: Journal,
    commands: Vec<Command>,
}

impl Desk {
    /// Connected, and nobody has called yet.
    pub fn new() -> Self {
        Self::with(rules())
    }

    pub fn with(rules: Rules) -> Self {
        let mut desk = Self {
            node: Node::new(NodeId("hall".into()), rules.clone(), Timestamp(0)),
            rules,
            ids: Counted::from(0),
            now: 0,
            journal: Journal::default(),
            commands: Vec::new(),
        };
        desk.connect(Snapshot::default());
        desk
    }

    /// The link comes up, and this is what the switch has.
    pub fn connect(&mut self, mut snapshot: Snapshot) {
        self.tell(Input::LinkUp { core: "core".into(), version: "1.11".into() });
        snapshot.health = Health { sessions: 0, max_sessions: 1000, ..snapshot.health };
        self.tell(Input::Snapshot(snapshot));
    }

    pub fn disconnect(&mut self) {
        self.tell(Input::LinkDown { reason: "gone".into() });
    }

    /// `kill -9`, and started again after so long. The link is not up yet.
    pub fn restart_after(&mut self, ms: i64) {
        self.now += ms;
        self.node = self.journal.restart(self.rules.clone(), Timestamp(self.now));
        self.commands.clear();
        self.settle();
    }

    pub fn tell(&mut self, input: Input) {
        self.node.handle(Timestamp(self.now), input, &mut self.ids);
        self.settle();
    }

    pub fn ask(&mut self, actor: &Actor, verb: &Verb) -> Result<Accepted, Refusal> {
        let answer = self.node.request(Timestamp(self.now), actor, verb, &mut self.ids);
        self.settle();
        answer
    }

    /// Time passes, deadline by deadline.
    pub fn wait(&mut self, ms: i64) {
        let end = self.now + ms;
        while let Some(due) = self.node.next_deadline().filter(|due| due.0 <= end) {
            self.now = self.now.max(due.0);
            self.tell(Input::Tick);
        }
        self.now = end;
        self.tell(Input::Tick);
    }

    fn settle(&mut self) {
        let out = self.node.drain();
        for told in &out.facts {
            self.journal.push(journal::bytes(&told.recorded));
        }
        for effect in out.effects {
            match effect {
                Effect::Command { command, .. } => self.commands.push(command),
                Effect::HookHold(_) | Effect::HookRelease(_) | Effect::Resync => {}
            }
        }
    }

    /// What went to the switch since this was last asked.
    pub fn commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    pub fn channel(&mut self) -> ChannelId {
        self.ids.channel()
    }

    pub fn event(&mut self, channel: ChannelId, kind: ChannelEventKind) {
        self.tell(Input::Channel(ChannelEvent { channel, kind, info: ChannelInfo::default() }));
    }

    pub fn hangs_up(&mut self, channel: ChannelId) {
        let cause = "NORMAL_CLEARING".into();
        self.event(channel, ChannelEventKind::HungUp { cause, sip_status: None, disposition: None });
    }

    /// `uuid_exists` answers.
    pub fn exists(&mut self, channel: ChannelId, alive: bool) {
        self.tell(Input::Reply { tag: Tag::Exists(channel), outcome: Outcome::Ok(alive.to_string()) });
    }

    pub fn arrives_at_the_hook(&mut self, channel: ChannelId, disposition: Option<&str>) {
        self.tell(Input::Hook(HookEvent::Arrived {
            channel,
            queue: Some("main".into()),
            caller_name: "Karl".into(),
            caller_number: "+491".into(),
            variables: BTreeMap::new(),
            disposition: disposition.map(Into::into),
            sip_status: None,
        }));
    }

    pub fn joins(&mut self, conference: ConferenceId, channel: ChannelId) {
        let member = 1;
        self.room(conference, RoomEventKind::Joined { channel, member, muted: false });
    }

    pub fn room(&mut self, conference: ConferenceId, kind: RoomEventKind) {
        let room = self.conference(conference).room.clone();
        self.tell(Input::Room(RoomEvent { room, kind }));
    }

    /// A caller who waits.
    pub fn caller(&mut self) -> (CallId, ChannelId) {
        let caller = self.channel();
        self.arrives_at_the_hook(caller, None);
        self.exists(caller, true);
        let call = self.node.calls().find(|call| call.channel == caller).expect("the caller is known now");
        (call.id, caller)
    }

    /// A call whose stations ring: those of the actor.
    pub fn ringing(&mut self, actor: &Actor) -> (CallId, ChannelId, Vec<ChannelId>) {
        let (call_id, caller) = self.caller();
        self.ask(actor, &Verb::AnswerCall { call_id, station: None }).expect("a waiting call can be answered");
        let stations = self.call(call_id).stations.iter().map(|leg| leg.channel).collect();
        (call_id, caller, stations)
    }

    /// A call that somebody talks on, long enough for a hang-up to mean one.
    pub fn talking(&mut self, actor: &Actor) -> (CallId, ChannelId, ChannelId) {
        let (call, caller, stations) = self.ringing(actor);
        let station = stations[0];
        self.event(caller, ChannelEventKind::Bridged(station));
        self.wait(1_500);
        self.commands();
        (call, caller, station)
    }

    /// An ordinary call of Olga's desk phone.
    pub fn ordinary(&mut self) -> (CallId, ChannelId, ChannelId) {
        let (outsider, station) = (self.channel(), self.channel());
        let info = ChannelInfo { other_name: "sofia/internal/1001@192.0.2.7".into(), ..ChannelInfo::default() };
        let kind = ChannelEventKind::Bridged(station);
        self.tell(Input::Channel(ChannelEvent { channel: outsider, kind, info }));
        let call = self.node.calls().find(|call| call.channel == outsider).expect("it is adopted").id;
        (call, outsider, station)
    }

    /// A conference made from this call, with these people; both of the pair are on their way.
    pub fn moving(&mut self, actor: &Actor, call: CallId, numbers: &[&str]) -> ConferenceId {
        self.start(actor, Some(call), numbers).expect("the call can become a conference")
    }

    /// A conference made from a call, live, everybody being rung.
    pub fn live(&mut self, actor: &Actor, numbers: &[&str]) -> (ConferenceId, ChannelId, ChannelId) {
        let (call, caller, station) = self.talking(actor);
        let conference = self.moving(actor, call, numbers);
        self.joins(conference, caller);
        self.joins(conference, station);
        self.commands();
        (conference, caller, station)
    }

    pub fn start(&mut self, actor: &Actor, call: Option<CallId>, numbers: &[&str]) -> Result<ConferenceId, Refusal> {
        let new =
            NewConference { call_id: call, participants: people(numbers), include_attendant: false, station: None };
        match self.ask(actor, &Verb::StartConference(new))? {
            Accepted::Conference(id) => Ok(id),
            Accepted::Call(id) => panic!("a conference was asked for, not {id}"),
        }
    }

    pub fn call(&self, id: CallId) -> &Call {
        self.node.call(id).expect("there is such a call")
    }

    pub fn conference(&self, id: ConferenceId) -> &Conference {
        self.node.conference(id).expect("there is such a conference")
    }

    /// The latest legs of the guests.
    pub fn guests(&self, id: ConferenceId) -> Vec<ChannelId> {
        let people = self.conference(id).participants.iter().filter(|p| p.role == ParticipantRole::Guest);
        people.filter_map(|p| p.leg()).map(|leg| leg.id).collect()
    }
}

pub fn people(numbers: &[&str]) -> Vec<NewParticipant> {
    let one =
        |number: &&str| NewParticipant { name: String::new(), numbers: vec![(*number).to_owned()], confirm: None };
    numbers.iter().map(one).collect()
}

/// What the switch has: these channels, each in this application.
pub fn having(channels: &[(ChannelId, &str)]) -> Snapshot {
    let info = |application: &str| ChannelInfo { application: application.into(), ..ChannelInfo::default() };
    let channels = channels.iter().map(|(channel, application)| (*channel, info(application))).collect();
    Snapshot { channels, ..Snapshot::default() }
}

pub fn kills(commands: &[Command], channel: ChannelId) -> bool {
    commands.iter().any(|command| matches!(command, Command::Kill { channel: of, .. } if *of == channel))
}

pub fn sends_back(commands: &[Command], channel: ChannelId) -> bool {
    commands.iter().any(|command| matches!(command, Command::ReturnToWaiting { channel: of, .. } if *of == channel))
}

pub fn rings(commands: &[Command]) -> usize {
    commands.iter().filter(|command| matches!(command, Command::Originate(_))).count()
}
