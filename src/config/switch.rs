//! What there is several times: nodes, stations and routes.

use super::sections::Ask;
use crate::store::Secret;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// `[[node]]`: one FreeSWITCH server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    pub id: String,
    /// `host:port` of its Event Socket.
    pub address: String,
    pub password_file: Option<PathBuf>,
    pub password_env: Option<String>,
    /// Set in code, by the demo and by tests; no key of the file.
    #[serde(skip)]
    pub given_password: Option<Secret>,
    /// Ports conferences may use on it.
    #[serde(default = "ports")]
    pub ports: u32,
    #[serde(default = "conference_profile")]
    pub conference_profile: String,
    /// Where a caller waits, in the dialplan we ship.
    #[serde(default = "wait_extension")]
    pub wait_extension: String,
    #[serde(default = "wait_context")]
    pub wait_context: String,
    #[serde(default = "command_connections")]
    pub command_connections: u32,
    /// Most legs dialed in a second.
    #[serde(default = "originates_per_second")]
    pub originates_per_second: u32,
}

fn ports() -> u32 {
    100
}

fn conference_profile() -> String {
    "switchboard".to_owned()
}

fn wait_extension() -> String {
    "switchboard_wait".to_owned()
}

fn wait_context() -> String {
    "switchboard".to_owned()
}

fn command_connections() -> u32 {
    8
}

fn originates_per_second() -> u32 {
    20
}

impl NodeConfig {
    /// With the default of every other key.
    pub fn new(id: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            address: address.into(),
            password_file: None,
            password_env: None,
            given_password: None,
            ports: ports(),
            conference_profile: conference_profile(),
            wait_extension: wait_extension(),
            wait_context: wait_context(),
            command_connections: command_connections(),
            originates_per_second: originates_per_second(),
        }
    }
}

/// `[[station]]`: a phone FreeSWITCH can ring for an attendant.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationConfig {
    pub id: String,
    /// What `{number}` stands for; the id, if absent.
    pub number: Option<String>,
    #[serde(default = "endpoint")]
    pub endpoint: String,
    pub domain: Option<String>,
    /// Ask the phone to pick up by itself.
    #[serde(default)]
    pub auto_answer: bool,
    /// Channel variables of the leg.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

fn endpoint() -> String {
    "user/{number}@{domain}".to_owned()
}

impl StationConfig {
    /// With the default of every other key.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            number: None,
            endpoint: endpoint(),
            domain: None,
            auto_answer: false,
            variables: BTreeMap::new(),
        }
    }

    /// What `{number}` stands for.
    pub fn number(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.id)
    }
}

/// `[[route]]`: how a number is reached. Every criterion that is given must fit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneRouteConfig {
    pub name: String,
    /// The normalised number begins with one of these.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// The normalised number is one of these. With `prefixes`, one list of both must fit.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Of the normalised number, the plus not counted.
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// Characters taken off the front before dialing, the plus counted.
    #[serde(default)]
    pub strip: u32,
    /// Put in front then.
    #[serde(default)]
    pub prepend: String,
    /// With the placeholders `{number}`, `{gateway}` and `{domain}`.
    pub dial: String,
    /// Tried in order.
    #[serde(default)]
    pub gateways: Vec<String>,
    pub domain: Option<String>,
    pub caller_id_number: Option<String>,
    pub caller_id_name: Option<String>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Ask for a 1 before the called party may join. Absent: as `[confirm]` says.
    pub confirm: Option<bool>,
    /// Most legs dialed in a second over one gateway. Absent: as fast as the node allows.
    pub originates_per_second: Option<u32>,
    /// Leads to phones of the house.
    #[serde(default)]
    pub inside: bool,
}

impl PhoneRouteConfig {
    /// With the default of every other key.
    pub fn new(name: impl Into<String>, dial: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            prefixes: Vec::new(),
            numbers: Vec::new(),
            min_length: None,
            max_length: None,
            strip: 0,
            prepend: String::new(),
            dial: dial.into(),
            gateways: Vec::new(),
            domain: None,
            caller_id_number: None,
            caller_id_name: None,
            variables: BTreeMap::new(),
            confirm: None,
            originates_per_second: None,
            inside: false,
        }
    }

    /// Is the called party asked for a 1, unless the request says otherwise?
    pub fn confirms(&self, ask: Ask) -> bool {
        self.confirm.unwrap_or(match ask {
            Ask::Off => false,
            Ask::On => true,
            Ask::Outside => !self.inside,
        })
    }
}
