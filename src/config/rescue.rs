//! `[rescue]`: what becomes of a conference that FreeSWITCH took with it when it died.

use serde::Deserialize;

/// `[rescue]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RescueConfig {
    pub mode: RescueMode,
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
