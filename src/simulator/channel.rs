//! One channel: what it is, how it rings and answers.

use super::{
    digits::Digits,
    fates::Fate,
    world::{World, micros},
};
use std::collections::VecDeque;

/// Core states, in FreeSWITCH's own numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum State {
    New = 0,
    Init,
    Routing,
    SoftExecute,
    Execute,
    ExchangeMedia,
    Park,
    ConsumeMedia,
    Hibernate,
    Reset,
    Hangup,
    Reporting,
    Destroy,
    None,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::New => "CS_NEW",
            Self::Init => "CS_INIT",
            Self::Routing => "CS_ROUTING",
            Self::SoftExecute => "CS_SOFT_EXECUTE",
            Self::Execute => "CS_EXECUTE",
            Self::ExchangeMedia => "CS_EXCHANGE_MEDIA",
            Self::Park => "CS_PARK",
            Self::ConsumeMedia => "CS_CONSUME_MEDIA",
            Self::Hibernate => "CS_HIBERNATE",
            Self::Reset => "CS_RESET",
            Self::Hangup => "CS_HANGUP",
            Self::Reporting => "CS_REPORTING",
            Self::Destroy => "CS_DESTROY",
            Self::None => "CS_NONE",
        }
    }
}

/// A name and a number, as caller id.
#[derive(Clone, Debug, Default)]
pub(super) struct Party {
    pub name: String,
    pub number: String,
}

/// The other leg, as last known: its headers outlive the bridge.
#[derive(Clone, Debug)]
pub(super) struct OtherLeg {
    pub kind: &'static str,
    pub uuid: String,
    pub outbound: bool,
    pub party: Party,
    pub destination: String,
    pub channel_name: String,
    pub context: String,
}

/// A live bridge.
#[derive(Clone, Debug)]
pub(super) struct Bond {
    pub partner: String,
    /// The leg that runs the bridge: it alone gets CHANNEL_BRIDGE and CHANNEL_UNBRIDGE.
    pub leads: bool,
}

/// What an application on the stack is waiting for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Park,
    Play {
        path: String,
        expired: bool,
    },
    Room,
    Bridge,
    /// The outbound socket is being connected, or its server has not said `connect` yet.
    Connecting,
    /// It said so, and the channel is about to notice.
    Greeted,
    Socket,
    /// The server went away without ever saying `connect`: parked for good, answered or not.
    Stranded,
    Sleep,
    /// Asks for keys.
    Digits(Box<Digits>),
}

/// An application that has not returned. Applications sent to a channel run on top of the one it is in.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub id: u64,
    pub app: String,
    pub arg: String,
    pub app_uuid: String,
    pub wait: Wait,
    /// Sent with `event-lock`: what is sent after it waits its turn.
    pub locked: bool,
}

/// `sendmsg` of a socket, waiting for the channel to take it.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Execute { app: String, arg: String, app_uuid: String, locked: bool },
    Hangup { cause: String },
}

/// Where an outbound leg stands in the dial that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LegStage {
    Dialing,
    Answered,
    Confirming,
    Done,
}

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub uuid: String,
    /// Rises with each channel: the order of lists, and what tells two users of one uuid apart.
    pub serial: u64,
    pub inbound: bool,
    pub name: String,
    pub state: State,
    pub callstate: &'static str,
    pub answer_state: &'static str,
    pub caller: Party,
    pub original: Party,
    pub callee: Party,
    pub ani: String,
    pub destination: String,
    pub context: String,
    pub dialplan: &'static str,
    pub transfer_source: Option<String>,
    pub profile_index: u32,
    pub created: u64,
    pub profile_created: u64,
    pub answered: u64,
    pub progress: u64,
    pub hung_up: u64,
    pub bridged: u64,
    pub variables: Vec<(String, String)>,
    pub other: Option<OtherLeg>,
    pub bond: Option<Bond>,
    pub stack: Vec<Running>,
    pub actions: VecDeque<(String, String)>,
    pub inbox: VecDeque<Message>,
    /// The outbound socket that controls it.
    pub hook: Option<u64>,
    pub room: Option<String>,
    pub phone_hold: bool,
    /// Moved while its phone held it: what the phone plays goes into the room.
    pub pours_in: bool,
    pub dial: Option<u64>,
    pub stage: LegStage,
    /// Set by `originate`, and set again when it is answered: what was changed while it rang is forgotten.
    pub given: Vec<(String, String)>,
    pub fate: Option<Fate>,
    pub cause: Option<String>,
    /// Refused by the next room it tries, without a word: a test asked for that.
    pub refuse_next_room: bool,
}

impl Channel {
    pub(super) fn new(uuid: String, serial: u64, inbound: bool, name: String) -> Self {
        let now = micros();
        Self {
            serial,
            inbound,
            name,
            state: if inbound { State::New } else { State::None },
            callstate: "DOWN",
            answer_state: "ringing",
            caller: Party::default(),
            original: Party::default(),
            callee: Party::default(),
            ani: String::new(),
            destination: String::new(),
            context: "default".into(),
            dialplan: if inbound { "XML" } else { "" },
            transfer_source: None,
            profile_index: 1,
            created: now,
            profile_created: now,
            answered: 0,
            progress: 0,
            hung_up: 0,
            bridged: 0,
            variables: vec![
                ("direction".into(), if inbound { "inbound" } else { "outbound" }.into()),
                ("uuid".into(), uuid.clone()),
                ("session_id".into(), serial.to_string()),
            ],
            other: None,
            bond: None,
            stack: Vec::new(),
            actions: VecDeque::new(),
            inbox: VecDeque::new(),
            hook: None,
            room: None,
            phone_hold: false,
            pours_in: false,
            dial: None,
            stage: LegStage::Done,
            given: Vec::new(),
            fate: None,
            cause: None,
            refuse_next_room: false,
            uuid,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(super::text::is_true)
    }

    /// Setting an empty value removes the variable.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.variables.iter().position(|(n, _)| n == name) {
            Some(at) if value.is_empty() => {
                self.variables.remove(at);
            }
            Some(at) => self.variables[at].1 = value,
            None if value.is_empty() => {}
            None => self.variables.push((name.to_owned(), value)),
        }
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answered != 0
    }

    pub(super) fn application(&self) -> (&str, &str) {
        (self.get("current_application").unwrap_or_default(), self.get("current_application_data").unwrap_or_default())
    }

    pub(super) fn as_other_leg(&self, kind: &'static str) -> OtherLeg {
        OtherLeg {
            kind,
            uuid: self.uuid.clone(),
            outbound: !self.inbound,
            party: self.caller.clone(),
            destination: self.destination.clone(),
            channel_name: self.name.clone(),
            context: self.context.clone(),
        }
    }
}

impl World {
    pub(super) fn add_channel(&mut self, channel: Channel) {
        self.channels.insert(channel.uuid.clone(), channel);
        self.peak_sessions = self.peak_sessions.max(self.channels.len());
    }

    pub(super) fn answer(&mut self, uuid: &str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        if channel.is_answered() {
            return;
        }
        channel.answered = micros();
        channel.answer_state = "answered";
        channel.set("endpoint_disposition", "ANSWER");
        self.tell_bridging(uuid, "");
        self.tell_of("CHANNEL_ANSWER", uuid);
        self.set_callstate(uuid, "ACTIVE");
    }

    /// A phone that rings.
    pub(super) fn ring(&mut self, uuid: &str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        if channel.progress == 0 && !channel.is_answered() {
            channel.progress = micros();
            self.tell_bridging(uuid, "");
            self.tell_of("CHANNEL_PROGRESS", uuid);
            self.set_callstate(uuid, "RINGING");
        }
    }
}
