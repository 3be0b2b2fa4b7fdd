//! The configuration: plain data, read once at start. `config.example.toml` documents every key.
//!
//! Unknown keys are refused, so that a typo is an error and not a default. Every secret comes from a file or the
//! environment, never from this file, so that it may be shown to whoever helps. What routes and policy *mean* is
//! decided in the core; in here they are data whose form was checked.

mod come_back;
mod dial_in;
mod ending;
mod error;
mod fields;
mod keys;
mod rescue;
mod secrets;
mod sections;
mod sounds;
mod speech;
mod switch;
#[cfg(test)]
mod tests;
mod validate;

pub use come_back::{ComeBackConfig, ComeBackMode};
pub use dial_in::{AccessNumberConfig, DialInConfig, PromptsConfig};
pub use ending::EndRulesConfig;
pub use error::{ConfigError, Problem};
pub use keys::{BallotConfig, KeySoundsConfig, KeysConfig};
pub use rescue::{RescueConfig, RescueMode};
pub use secrets::SecretError;
pub use sections::{
    Ask, ConfirmConfig, DialingConfig, HookConfig, HttpConfig, LogConfig, LogFormat, NumbersConfig, PerUserConfig,
    PolicyConfig, RecordingConfig, StoreConfig, TimingConfig,
};
pub use sounds::{ConferenceConfig, SoundsConfig};
pub use speech::SpeechConfig;
pub use switch::{NodeConfig, PhoneRouteConfig, StationConfig};
pub use validate::{ATTENDANT, CALLER};

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub http: HttpConfig,
    pub store: StoreConfig,
    pub hook: HookConfig,
    /// The FreeSWITCH servers.
    #[serde(rename = "node")]
    pub nodes: Vec<NodeConfig>,
    /// The phones of attendants.
    #[serde(rename = "station")]
    pub stations: Vec<StationConfig>,
    /// Tried from top to bottom: the first that matches a number leads to it.
    #[serde(rename = "route")]
    pub routes: Vec<PhoneRouteConfig>,
    pub numbers: NumbersConfig,
    pub policy: PolicyConfig,
    pub timing: TimingConfig,
    pub conference: ConferenceConfig,
    pub end_rules: EndRulesConfig,
    pub rescue: RescueConfig,
    pub come_back: ComeBackConfig,
    /// Absent: nobody can dial in.
    pub dial_in: Option<DialInConfig>,
    pub recording: RecordingConfig,
    pub sounds: SoundsConfig,
    pub speech: SpeechConfig,
    pub keys: KeysConfig,
    pub dialing: DialingConfig,
    pub confirm: ConfirmConfig,
    pub log: LogConfig,
}

impl Config {
    /// Reads and checks a file. Paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        let mut config = Self::parse(&text).map_err(|error| error.in_file(path))?;
        config.resolve_paths(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// Reads and checks a text.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::from_toml(text, &error))?;
        let findings = validate::findings(&config);
        if findings.is_empty() { Ok(config) } else { Err(ConfigError::located(text, findings)) }
    }

    fn resolve_paths(&mut self, folder: &Path) {
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path);
        resolve(&mut self.store.path);
        self.http.metrics_token_file.as_mut().map(resolve);
        self.recording.shared_directory.as_mut().map(resolve);
        for node in &mut self.nodes {
            node.password_file.as_mut().map(resolve);
        }
    }
}
