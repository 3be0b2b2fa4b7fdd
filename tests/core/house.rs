//! A small house to write examples in: one node, two attendants, hand-driven time.

use std::{collections::BTreeMap, time::Duration};
use switchboard::domain::{
    announcement::SoundFile,
    dial_in::{AccessNumber, DialInRules, GuessLimits, Prompts},
    effect::WayBack,
    endpoint::{Endpoint, Safe},
    fact::Person,
    ids::{ChannelId, UserId},
    node::Ids,
    number::Numbering,
    policy::{Limits, Policy},
    reach::Reach,
    recording::RecordingRules,
    request::Actor,
    route::{Matches, Route, Routes},
    rules::{ConferenceRules, Prompt, Rules, Station, Times},
    states::Role,
};
use uuid::Uuid;

/// Ids that count.
pub struct Counted(u128);

impl Counted {
    pub fn from(first: u128) -> Self {
        Self(first)
    }

    pub fn channel(&mut self) -> ChannelId {
        ChannelId(self.uuid())
    }
}

impl Ids for Counted {
    fn uuid(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

pub fn safe(text: &str) -> Safe {
    Safe::new(text).expect("the test's own text")
}

/// Olga has two stations, one of which is also in her pocket; Petra has one.
pub fn olga() -> Actor {
    actor(1, "Olga", Role::Attendant, &["1001", "1002"])
}

pub fn petra() -> Actor {
    actor(2, "Petra", Role::Attendant, &["1003"])
}

pub fn supervisor() -> Actor {
    actor(3, "Sven", Role::Supervisor, &[])
}

fn actor(id: u128, name: &str, role: Role, stations: &[&str]) -> Actor {
    Actor {
        id: UserId::new(Uuid::from_u128(id)),
        name: name.into(),
        role,
        stations: stations.iter().map(|&name| name.into()).collect(),
    }
}

/// Numbers to dial into conferences, and few enough wrong PINs to come across them.
pub fn dial_in() -> DialInRules {
    let number = |number: &str| AccessNumber { number: number.into(), name: String::new() };
    let sound = |name: &str| vec![SoundFile::new(format!("/{name}.wav")).expect("a good path")];
    DialInRules {
        numbers: vec![number("5550199"), number("+4930555")],
        pin_length: 6,
        attempts: 3,
        guesses: GuessLimits { of_caller: 5, at_number: 8, window: Duration::from_secs(1800) },
        wait: Duration::from_secs(10),
        prompts: Prompts {
            ask: sound("ask"),
            wrong: sound("wrong"),
            wait: sound("wait"),
            locked: sound("locked"),
            full: sound("full"),
            closed: sound("closed"),
            refused: sound("refused"),
        },
        way_back: WayBack { extension: safe("switchboard_dial_in"), context: safe("switchboard") },
    }
}

/// The operator's rules: inside numbers of three and four digits, outside ones over two gateways with a confirm gate.
pub fn rules() -> Rules {
    let limits = Limits { legs_per_conference: 40, legs_at_once: 200, new_legs_per_minute: 1_000 };
    let stations = [("1001", olga()), ("1002", olga()), ("1003", petra())].map(|(name, owner)| {
        let station = Station {
            endpoint: Endpoint::new(format!("user/{name}@example.org")).expect("a good endpoint"),
            user: name.into(),
            variables: vec![],
            owner: Some(Person::from(&owner)),
        };
        (name.to_owned(), station)
    });
    let inside = Route {
        name: "inside".into(),
        matches: Matches { shortest: 3, longest: 4, ..Matches::default() },
        strip: 0,
        prepend: String::new(),
        dial: "user/{number}@{domain}".into(),
        gateways: vec![],
        domain: Some("example.org".into()),
        caller_id_name: None,
        caller_id_number: None,
        variables: vec![],
        confirm: false,
        originates_per_second: 0,
    };
    let outside = Route {
        name: "outside".into(),
        matches: Matches { prefixes: vec!["+".into()], ..Matches::default() },
        dial: "sofia/gateway/{gateway}/{number}".into(),
        gateways: vec!["one".into(), "two".into()],
        domain: None,
        confirm: true,
        ..inside.clone()
    };
    Rules {
        numbering: Numbering {
            country_code: "49".into(),
            national_prefix: "0".into(),
            international_prefix: "00".into(),
        },
        routes: Routes(vec![inside, outside]),
        policy: Policy {
            allow: vec!["1".into(), "+49".into()],
            deny: vec!["+49900".into()],
            per_user: limits,
            in_all: limits,
        },
        stations: BTreeMap::from(stations),
        profile: safe("switchboard"),
        way_back: WayBack { extension: safe("switchboard_wait"), context: safe("switchboard") },
        music: safe("local_stream://moh"),
        ports: 100,
        conference: ConferenceRules::default(),
        times: Times { shown: Duration::from_secs(60), ..Times::default() },
        recording: RecordingRules::new("/rec", "{date}-{id}", None).ok(),
        reach: Reach::default(),
        // Examples are about one thing at a time; those about the pace set it.
        originates_per_second: 0,
        prompt: Prompt::default(),
        // Only the examples about it let people dial in.
        dial_in: None,
    }
}
