//! The sections that are there once. Each has a default for every key.

use super::fields::networks;
use crate::domain::reach::Strategy;
use ipnet::IpNet;
use serde::Deserialize;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// `[http]`: the page and the API.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    pub listen: SocketAddr,
    /// As people type it, such as `https://switchboard.example.com`. Requests from other origins are refused.
    pub public_url: Option<String>,
    /// Whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Absent: as `public_url` says. See [`HttpConfig::secure_cookie`].
    pub secure_cookie: Option<bool>,
    pub metrics_token_file: Option<PathBuf>,
    pub metrics_token_env: Option<String>,
    /// Who may read `/metrics` without the token.
    #[serde(deserialize_with = "networks")]
    pub metrics_allow: Vec<IpNet>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((LOOPBACK, 8080)),
            public_url: None,
            trusted_proxies: Vec::new(),
            secure_cookie: None,
            metrics_token_file: None,
            metrics_token_env: None,
            metrics_allow: Vec::new(),
        }
    }
}

impl HttpConfig {
    /// Does the session cookie travel over https only?
    pub fn secure_cookie(&self) -> bool {
        self.secure_cookie.unwrap_or_else(|| self.public_url.as_deref().is_some_and(|url| url.starts_with("https://")))
    }
}

/// `[store]`: where everything is kept.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    pub path: PathBuf,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { path: PathBuf::from("switchboard.db") }
    }
}

/// `[hook]`: where the dialplan hands waiting callers to us.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HookConfig {
    pub listen: SocketAddr,
    /// Whose connections are taken: our nodes.
    #[serde(deserialize_with = "networks")]
    pub admit: Vec<IpNet>,
    /// Channel variables that are shown on the page.
    pub variables: Vec<String>,
    /// What a waiting caller hears, and who is on hold in a conference. It must not end.
    pub music: String,
    /// Where a call belongs whose dialplan names no queue.
    pub default_queue: String,
}

impl Default for HookConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((LOOPBACK, 8084)),
            admit: vec![IpNet::from(std::net::IpAddr::from(LOOPBACK))],
            variables: Vec::new(),
            music: "local_stream://moh".to_owned(),
            default_queue: "main".to_owned(),
        }
    }
}

/// `[numbers]`: how people write numbers here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumbersConfig {
    /// Without plus.
    pub country_code: Option<String>,
    pub national_prefix: Option<String>,
    pub international_prefix: Option<String>,
}

/// `[policy]`: what may be dialed, and how much of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// Prefixes of normalised numbers. What is not allowed is refused.
    pub allow: Vec<String>,
    /// Goes before `allow`.
    pub deny: Vec<String>,
    pub max_legs_per_conference: u32,
    pub max_legs_at_once: u32,
    pub new_legs_per_minute: u32,
    pub per_user: PerUserConfig,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            deny: Vec::new(),
            max_legs_per_conference: 60,
            max_legs_at_once: 200,
            new_legs_per_minute: 300,
            per_user: PerUserConfig::default(),
        }
    }
}

/// `[policy.per_user]`: the same limits for each single user.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerUserConfig {
    pub max_legs_at_once: u32,
    pub new_legs_per_minute: u32,
}

impl Default for PerUserConfig {
    fn default() -> Self {
        Self { max_legs_at_once: 100, new_legs_per_minute: 120 }
    }
}

/// `[timing]`: how long things may take.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimingConfig {
    pub ring_seconds: u32,
    pub confirm_seconds: u32,
    pub max_leg_hours: u32,
    pub hold_minutes: u32,
    pub park_seconds: u32,
}

impl Default for TimingConfig {
    fn default() -> Self {
        Self { ring_seconds: 30, confirm_seconds: 10, max_leg_hours: 4, hold_minutes: 60, park_seconds: 30 }
    }
}

/// `[recording]`: whether, where and how conferences are recorded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingConfig {
    pub enabled: bool,
    /// A folder on the switch.
    pub directory: String,
    /// The file's name without `.wav`.
    pub file: String,
    /// Played to the room before it is recorded; empty: nothing is.
    pub announce: String,
    /// The same folder as we see it, to download from.
    pub shared_directory: Option<PathBuf>,
    /// In the shared folder; 0: for ever.
    pub keep_days: u32,
}

impl Default for RecordingConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            directory: "/var/lib/freeswitch/recordings/switchboard".to_owned(),
            file: "{date}-{time}-{id}".to_owned(),
            announce: String::new(),
            shared_directory: None,
            keep_days: 0,
        }
    }
}

/// `[dialing]`: how hard people are tried, unless a request says otherwise.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialingConfig {
    /// Several numbers of one person one after the other, or all at once.
    pub strategy: Strategy,
    /// How often somebody who is busy is called again.
    pub retries: u32,
    pub retry_pause_seconds: u32,
}

impl Default for DialingConfig {
    fn default() -> Self {
        Self { strategy: Strategy::InOrder, retries: 0, retry_pause_seconds: 30 }
    }
}

/// `[confirm]`: who must press 1 before they join, and what they hear until then.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfirmConfig {
    pub ask: Ask,
    /// Files of the switch, played one after the other; `{caller}` and `{attendant}` stand for their numbers, spoken.
    /// Empty: a tone.
    pub prompt: Vec<String>,
    /// The switch's folder of spoken digits: `0.wav` to `9.wav`.
    pub digits: Option<String>,
}

/// Who is asked to press 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    Off,
    On,
    /// Whoever is not reached over a route that says `inside = true`.
    #[default]
    Outside,
}

/// `[log]`: what is written to standard error.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// A level, or directives such as `info,switchboard::switch=debug`.
    pub level: String,
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors: one object a line.
    Json,
}
