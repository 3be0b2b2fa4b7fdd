//! A compact model of FreeSWITCH: channels, bridges, rooms, park, the waiting dialplan and the fates of dialed phones.
//!
//! It may be simple but it is honest to what was measured: `+OK` proves nothing; one of a pair moved alone hangs up
//! the other; a refused leg falls into the park behind the room; `join-only` never makes a room; jobs end before,
//! after or without the channel's own events; park consumes its timeout; lists lag behind.

mod commands;
mod dialing;
mod dialing_in;
mod life;
mod originate;
mod recording;

use super::chance::Chance;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use switchboard::domain::{
    dial_in::Typed,
    effect::Target,
    ids::ChannelId,
    input::{
        ChannelEvent, ChannelEventKind, ChannelInfo, Health, HookEvent, Input, MemberSnapshot, RoomEvent,
        RoomEventKind, RoomSnapshot, Snapshot,
    },
    setting::{Setting, Settings},
};

/// `show channels` is so many milliseconds behind.
const LAG: i64 = 65;

/// Whose channel it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Came in to the attendants' number.
    Caller,
    /// Called an access number, from this one.
    Guest(String),
    /// The outside party of an ordinary call.
    Outsider,
    /// Put into a room by the operator's own hand.
    Stranger,
    /// A station's leg, dialed by us.
    Station,
    /// A station's leg in an ordinary call.
    Desk,
    /// Dialed by us into a conference, for the participant of this tag.
    Leg(String),
}

/// What a channel does.
#[derive(Clone, Debug, PartialEq)]
pub enum Doing {
    /// In `socket`, hearing the hook's music if the service holds it.
    Hook {
        held: bool,
    },
    /// In `socket`, where people are asked for a PIN.
    Asked,
    /// The dialplan's own music between two tries of the hook; so many tries are left.
    Music {
        tries: u8,
    },
    /// The operator's fallback has it.
    Fallback,
    /// Rings these stations from its own leg.
    Dialing(Vec<ChannelId>),
    Bridged(ChannelId),
    HoldMusic,
    Park,
    /// On the way into a room; not there yet.
    Entering,
    Room(String),
    /// Dialed, not answered.
    Ringing,
    /// Answered, asked for a key.
    Confirming,
    /// No application, no media.
    Limbo,
}

/// What comes after the present application.
#[derive(Clone, Debug, PartialEq)]
pub enum App {
    WayBack,
    Park,
    Conference { room: String, join_only: bool },
}

/// Why a channel went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Its own party hung up, refused, or did not answer.
    Themselves,
    Killed,
    ParkOver,
    /// Its partner hung up, and it was told to follow.
    PartnerGone,
    /// Its partner was moved away alone.
    MovedAlone,
    /// Its dialplan was at its end.
    RanOut,
    /// `join-only`, and no such room.
    Rejected,
    LostRace,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub who: Who,
    pub name: String,
    pub answered: bool,
    pub doing: Doing,
    pub then: VecDeque<App>,
    pub hangup_after_bridge: bool,
    pub park_after_bridge: bool,
    pub park_on_cancel: bool,
    pub park_timeout: Option<i64>,
    pub join_muted: bool,
    pub join_deaf: bool,
    /// What it will do once answered, and whether its originate still runs.
    target: Option<Target>,
    confirm: bool,
    /// Hears something first.
    told: bool,
    /// The originate that still runs for it.
    pub job: Option<u32>,
    /// Plans made before its last change are void.
    stamp: u32,
    born: i64,
    disposition: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Room {
    pub locked: bool,
    pub members: BTreeMap<ChannelId, Member>,
    /// What is played in it.
    pub plays: Vec<Play>,
    /// What was played to its end.
    pub heard: BTreeSet<String>,
    /// Speaker and listener, by number. Of those who left the relations towards them stay.
    pub blocked: BTreeSet<(u32, u32)>,
    /// Files being written, and whether that is paused.
    pub recordings: BTreeMap<String, bool>,
}

#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub id: u32,
    pub settings: Settings,
}

impl Member {
    /// As the switch lists one: of who is held it does not say whether they are muted or deaf.
    fn seen(&self) -> Vec<Setting> {
        let Settings { muted, deaf, hold, gain_in, gain_out, energy } = self.settings;
        let mut seen = vec![Setting::Hold(hold), Setting::GainIn(gain_in), Setting::GainOut(gain_out)];
        if !hold {
            seen.extend([Setting::Muted(muted), Setting::Deaf(deaf)]);
        }
        seen.extend(energy.map(Setting::Energy));
        seen
    }
}

/// A sound that is not over.
#[derive(Clone, Debug)]
pub struct Play {
    number: i64,
    channel: Option<ChannelId>,
    file: String,
}

/// What will happen on the switch by itself.
#[derive(Clone, Debug)]
pub enum Plan {
    Create {
        leg: ChannelId,
        from: Origin,
    },
    Ring(ChannelId),
    Answer(ChannelId),
    Press(ChannelId),
    /// Has heard why they are rung.
    Told(ChannelId, u32),
    Refuse(ChannelId, &'static str, Option<u16>),
    HookUnanswered(ChannelId, u32),
    MusicOver(ChannelId, u32),
    /// Keys came, or none in time.
    Typed(ChannelId, u32, Typed),
    /// Was told why not, and is hung up by the hook.
    SentAway(ChannelId, u32),
    ParkOver(ChannelId, u32),
    NextApp(ChannelId, u32),
    BridgeNow(ChannelId, ChannelId),
    HangUp(ChannelId),
    /// A sound of this room is over.
    Played(String, i64),
    Decline(ChannelId),
    JobFailed(Vec<ChannelId>, &'static str),
    /// The file of a recording is opened, on a thread of its own.
    Record(String, String),
}

/// Who has a channel made.
#[derive(Clone, Debug)]
pub enum Origin {
    Caller { caller: ChannelId, ring: i64 },
    Job { job: u32, target: Target, confirm: bool, told: bool, ring: i64, endpoint: String, participant: String },
}

/// The model.
pub struct Switch {
    pub now: i64,
    pub channels: BTreeMap<ChannelId, Channel>,
    pub rooms: BTreeMap<String, Room>,
    pub paused: bool,
    pub core: u32,
    /// The hook's server answers.
    pub hook_open: bool,
    /// Every channel ever made, and how often.
    pub made: BTreeMap<ChannelId, u32>,
    pub deaths: Vec<(ChannelId, Channel, Death)>,
    /// To be told over the link.
    pub events: Vec<Input>,
    /// To be told by the hook.
    pub hooks: Vec<HookEvent>,
    /// (after so many ms, what)
    pub plans: Vec<(i64, Plan)>,
    members: u32,
    dead: VecDeque<(i64, ChannelId, ChannelInfo)>,
    /// Originates taken, whose channel is not made yet.
    under_way: BTreeSet<ChannelId>,
    jobs: BTreeMap<u32, originate::Job>,
    last_job: u32,
    pub chance: Chance,
}

impl Switch {
    pub fn new(chance: Chance) -> Self {
        Self {
            now: 0,
            channels: BTreeMap::new(),
            rooms: BTreeMap::new(),
            paused: false,
            core: 1,
            hook_open: true,
            made: BTreeMap::new(),
            deaths: Vec::new(),
            events: Vec::new(),
            hooks: Vec::new(),
            plans: Vec::new(),
            members: 0,
            dead: VecDeque::new(),
            under_way: BTreeSet::new(),
            jobs: BTreeMap::new(),
            last_job: 0,
            chance,
        }
    }

    fn plan(&mut self, after: i64, plan: Plan) {
        self.plans.push((after, plan));
    }

    fn tell(&mut self, channel: ChannelId, kind: ChannelEventKind) {
        let info = self.info(channel);
        self.events.push(Input::Channel(ChannelEvent { channel, kind, info }));
    }

    fn tell_room(&mut self, room: &str, kind: RoomEventKind) {
        self.events.push(Input::Room(RoomEvent { room: room.to_owned(), kind }));
    }

    fn info(&self, channel: ChannelId) -> ChannelInfo {
        let Some(found) = self.channels.get(&channel) else { return ChannelInfo::default() };
        let other = match &found.doing {
            Doing::Bridged(other) => self.channels.get(other).map(|other| other.name.clone()),
            _ => None,
        };
        ChannelInfo {
            name: found.name.clone(),
            answered: found.answered,
            application: match found.doing {
                Doing::Hook { .. } | Doing::Asked => "socket",
                Doing::Music { .. } | Doing::Fallback | Doing::HoldMusic => "playback",
                Doing::Dialing(_) => "bridge",
                Doing::Bridged(_) if matches!(found.who, Who::Station | Who::Desk) => "",
                Doing::Bridged(_) => "bridge",
                Doing::Park => "park",
                Doing::Room(_) => "conference",
                Doing::Entering | Doing::Ringing | Doing::Confirming | Doing::Limbo => "",
            }
            .into(),
            other_name: other.unwrap_or_default(),
            caller_name: "somebody".into(),
            caller_number: "+491".into(),
            destination: "1001".into(),
            ..ChannelInfo::default()
        }
    }

    /// What the lists show now. Channels lag; `uuid_exists` and rooms do not.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot { health: self.health(), speaks: !self.paused, ..Snapshot::default() };
        for (id, channel) in self.channels.iter().filter(|(_, channel)| self.now - channel.born > LAG) {
            snapshot.channels.insert(*id, self.info(*id));
            if let Doing::Bridged(other) = channel.doing
                && self.channels.get(&other).is_some_and(|other| self.now - other.born > LAG)
                && !snapshot.bridges.contains(&(other, *id))
            {
                snapshot.bridges.insert((*id, other));
            }
        }
        for (died, id, info) in &self.dead {
            if self.now - died < LAG {
                snapshot.channels.insert(*id, info.clone());
            }
        }
        for (name, room) in &self.rooms {
            let members = room
                .members
                .iter()
                .map(|(id, member)| (*id, MemberSnapshot { member: member.id, seen: member.seen(), talking: false }))
                .collect();
            snapshot.rooms.insert(
                name.clone(),
                RoomSnapshot { locked: room.locked, members, recordings: room.recordings.clone() },
            );
        }
        snapshot
    }

    pub fn health(&self) -> Health {
        let sessions = u32::try_from(self.channels.len()).unwrap_or(0);
        Health { sessions, max_sessions: 1000, paused: self.paused }
    }

    /// SIGKILL: everything is gone and nobody is told.
    pub fn restart(&mut self) {
        self.channels.clear();
        self.rooms.clear();
        self.dead.clear();
        self.under_way.clear();
        self.jobs.clear();
        self.paused = false;
        self.core += 1;
        self.members = 0;
    }
}
