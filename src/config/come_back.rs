//! `[come_back]`: what is done for somebody whose line dropped out of a conference, and who calls again.

use serde::Deserialize;

/// `[come_back]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComeBackConfig {
    pub mode: ComeBackMode,
}

/// Who decides whether they are let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComeBackMode {
    Off,
    /// The attendant, by a key.
    #[default]
    Ask,
    /// Nobody: whoever calls from the same number is in at once.
    Auto,
}
