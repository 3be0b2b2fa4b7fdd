//! What may be announced.

use super::input::{Checked, Faults, MAX_NAME};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sound, by its name.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnnouncement {
    /// One of a node's `sounds`: the built-in `chime` and `attention`, and those of the configuration.
    #[serde(default)]
    pub sound: String,
    /// Refused: FreeSWITCH tells neither that a voice spoke a text nor when it was done.
    #[serde(default)]
    pub text: Option<String>,
}

impl Checked for NewAnnouncement {
    fn check(&self, faults: &mut Faults) {
        if self.text.is_some() {
            let why =
                "is not announced: FreeSWITCH tells neither that a voice spoke nor when it was done; name a sound";
            faults.add("/text", why);
        } else if self.sound.is_empty() {
            faults.add("/sound", "is missing; name one of the sounds of the board's node");
        }
        faults.text(|| "/sound".into(), &self.sound, MAX_NAME);
    }
}
