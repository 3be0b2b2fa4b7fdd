//! What a simulated FreeSWITCH is made of: where it listens, who its stations are, who calls.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// How a simulated node is set up.
#[derive(Clone, Debug)]
pub struct SimulatorConfig {
    /// Where the Event Socket listens; port 0 takes a free one.
    pub listen: SocketAddr,
    pub password: String,
    /// The same seed gives the same people.
    pub seed: u64,
    /// 2.0 is twice as fast: everything that takes time is divided by it.
    pub speed: f64,
    pub max_sessions: u32,
    pub sessions_per_second: u32,
    /// `FreeSWITCH-Hostname` and `FreeSWITCH-Switchname`.
    pub hostname: String,
    /// The domain of SIP addresses.
    pub domain: String,
    /// The dialplan context of the attendant number and of the waiting extension.
    pub hook_context: String,
    /// The extension that holds a waiting caller: `transfer:switchboard_wait XML <context>` leads back into it.
    pub wait_extension: String,
    /// The operator's own answer to a caller nobody took.
    pub fallback_extension: String,
    /// The numbers that lead to the extension where callers are asked for a PIN, and that extension.
    pub access_numbers: Vec<String>,
    pub dial_in_extension: String,
    /// Further extensions of that context, each an inline list of actions (`answer:,park:`).
    pub extensions: BTreeMap<String, String>,
    /// How long the dialplan plays music and tries the hook again before it takes the fallback.
    pub retry_for: Duration,
    pub stations: Vec<Station>,
    /// Gateways by name; `false` is one that is down.
    pub gateways: BTreeMap<String, bool>,
    /// `Member-ID` counts on through the life of the process; this is the next one.
    pub next_member: u32,
    /// Do people in rooms speak now and then?
    pub chatter: bool,
    /// mod_flite is loaded.
    pub speech: bool,
    /// How long a `bgapi` takes to start its job. Until then another connection does not see the new channel.
    pub job_start: Duration,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            password: "ClueCon".into(),
            seed: 1,
            speed: 1.0,
            max_sessions: 1000,
            sessions_per_second: 1000,
            hostname: "simulator".into(),
            domain: "127.0.0.1".into(),
            hook_context: "default".into(),
            wait_extension: "switchboard_wait".into(),
            fallback_extension: "switchboard_fallback".into(),
            access_numbers: Vec::new(),
            dial_in_extension: "switchboard_dial_in".into(),
            extensions: BTreeMap::new(),
            retry_for: Duration::from_secs(30),
            stations: vec![Station::new("1001"), Station::new("1002"), Station::new("1003")],
            gateways: BTreeMap::from([("trunk".to_owned(), true), ("backup".to_owned(), true)]),
            next_member: 1,
            chatter: true,
            speech: true,
            job_start: Duration::from_millis(1),
        }
    }
}

/// An attendant's phone.
#[derive(Clone, Debug)]
pub struct Station {
    pub number: String,
    /// An unregistered station cannot be rung as `user/…`.
    pub registered: bool,
    pub manner: StationManner,
}

impl Station {
    /// A registered station whose attendant picks up after 0.6 s.
    pub fn new(number: impl Into<String>) -> Self {
        Self { number: number.into(), registered: true, manner: StationManner::default() }
    }
}

/// What the phone does when it is rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationManner {
    Answers {
        after: Duration,
    },
    Busy,
    /// Rings for a second, then declines.
    Declines,
    NoAnswer,
    /// Picks up and hangs up in the very moment.
    AnswersAndHangsUp {
        after: Duration,
        stays: Duration,
    },
}

impl Default for StationManner {
    fn default() -> Self {
        Self::Answers { after: Duration::from_millis(600) }
    }
}

/// Someone who calls the attendant.
#[derive(Clone, Debug)]
pub struct Caller {
    pub name: String,
    pub number: String,
    /// The number dialled.
    pub destination: String,
    /// The queue the dialplan names to the hook, as the variable `switchboard_queue`.
    pub queue: String,
    /// Where the dialplan's `socket` application connects; the second is tried when the first refuses.
    pub hooks: Vec<SocketAddr>,
    /// Hangs up after this long without having talked to anyone.
    pub patience: Option<Duration>,
    /// Set on the channel before it reaches the hook.
    pub variables: BTreeMap<String, String>,
}

impl Default for Caller {
    fn default() -> Self {
        Self {
            name: "Ada Caller".into(),
            number: "5550100".into(),
            destination: "9000".into(),
            queue: "main".into(),
            hooks: Vec::new(),
            patience: None,
            variables: BTreeMap::new(),
        }
    }
}
