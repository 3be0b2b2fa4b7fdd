//! `[rescue]`: what becomes of a conference that FreeSWITCH took with it when it died.

use crate::domain::announcement::SoundFile;
use serde::Deserialize;

/// `[rescue]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RescueConfig {
    pub mode: RescueMode,
    /// `auto` only if the switch was out of sight for no longer than this.
    pub within_minutes: u32,
    /// Whoever is rung again hears it when they pick up. Empty: nothing.
    pub sound: String,
}

impl Default for RescueConfig {
    fn default() -> Self {
        Self { mode: RescueMode::default(), within_minutes: 10, sound: SoundFile::RUNG_AGAIN.to_owned() }
    }
}

/// Who decides whether everybody is rung again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RescueMode {
    Off,
    /// The attendant, by a key.
    #[default]
    Ask,
    /// Nobody: it is done as soon as FreeSWITCH takes calls again.
    Auto,
}
