//! `[conference]` and `[sounds]`: what is heard in rooms besides people.

use crate::domain::announcement::Beep;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[conference]`: how conferences are where nobody asks for it otherwise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConferenceConfig {
    /// Absent: as the conference profile says.
    pub beep: Option<Beep>,
    /// Where names are spoken, also those who only listen or are heard by one only.
    pub name_listeners: bool,
}

/// `[sounds]`: what can be announced.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundsConfig {
    /// Name and what FreeSWITCH plays, beside the built-in ones.
    pub files: BTreeMap<String, String>,
    /// Empty: none.
    pub warning: String,
}

impl Default for SoundsConfig {
    fn default() -> Self {
        Self { files: BTreeMap::new(), warning: "attention".to_owned() }
    }
}
