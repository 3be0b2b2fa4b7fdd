//! `[end_rules]`: when a conference ends by itself, where nobody asks for it otherwise.

use serde::Deserialize;

/// The section, in the API's own words.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EndRulesConfig {
    pub attendant_leaves: bool,
    pub caller_leaves: bool,
    pub one_left: bool,
    pub grace_seconds: u32,
    /// 0: however long it takes.
    pub nobody_seconds: u32,
    /// 0: never.
    pub max_seconds: u32,
    pub warn_seconds: Vec<u32>,
}

impl Default for EndRulesConfig {
    fn default() -> Self {
        Self {
            attendant_leaves: false,
            caller_leaves: false,
            one_left: false,
            grace_seconds: 0,
            nobody_seconds: 0,
            max_seconds: 0,
            warn_seconds: vec![300, 60],
        }
    }
}
