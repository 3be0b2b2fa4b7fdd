//! `[keys]`: what participants can do with the keys of their phones.

use crate::domain::keys::PhoneCommand;
use serde::Deserialize;

/// `[keys]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysConfig {
    /// Each is a sequence of keys; empty: turned off.
    pub hand: String,
    pub mute: String,
    pub lock: String,
    pub mute_all: String,
    pub record: String,
    pub extend: String,
    pub end: String,
    pub call_attendant: String,
    pub vote_yes: String,
    pub vote_no: String,
    /// The next key of a sequence is waited for so long.
    pub pause_seconds: u32,
    /// The end for all waits so long for the second press.
    pub sure_seconds: u32,
    /// How much longer the conference goes on by the key for that.
    pub extend_seconds: u32,
    pub ballot: BallotConfig,
    pub sounds: KeySoundsConfig,
}

/// Whether people see who voted what, unless a request says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BallotConfig {
    #[default]
    Open,
    Secret,
}

/// `[keys.sounds]`: what FreeSWITCH plays. Absent: a tone of ours; empty: nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeySoundsConfig {
    pub hand_up: Option<String>,
    pub hand_down: Option<String>,
    pub accepted: Option<String>,
    pub refused: Option<String>,
    pub sure: Option<String>,
    pub vote: Option<String>,
}

impl Default for KeysConfig {
    fn default() -> Self {
        Self {
            hand: "*9".into(),
            mute: "*6".into(),
            lock: "*5".into(),
            mute_all: "*7".into(),
            record: "*4".into(),
            extend: "*3".into(),
            end: "*8".into(),
            call_attendant: "*0".into(),
            vote_yes: "1".into(),
            vote_no: "2".into(),
            pause_seconds: 4,
            sure_seconds: 6,
            extend_seconds: 900,
            ballot: BallotConfig::default(),
            sounds: KeySoundsConfig::default(),
        }
    }
}

impl KeysConfig {
    /// What can be asked for, with its key in the file.
    pub fn commands(&self) -> [(&'static str, PhoneCommand, &str); 8] {
        [
            ("hand", PhoneCommand::Hand, &self.hand),
            ("mute", PhoneCommand::Mute, &self.mute),
            ("lock", PhoneCommand::Lock, &self.lock),
            ("mute_all", PhoneCommand::MuteAll, &self.mute_all),
            ("record", PhoneCommand::Record, &self.record),
            ("extend", PhoneCommand::Extend, &self.extend),
            ("end", PhoneCommand::End, &self.end),
            ("call_attendant", PhoneCommand::CallAttendant, &self.call_attendant),
        ]
    }

    /// Yes and no.
    pub fn votes(&self) -> [(&'static str, &str); 2] {
        [("vote_yes", &self.vote_yes), ("vote_no", &self.vote_no)]
    }
}

impl KeySoundsConfig {
    /// Each with its key in the file.
    pub fn all(&self) -> [(&'static str, &Option<String>); 6] {
        [
            ("hand_up", &self.hand_up),
            ("hand_down", &self.hand_down),
            ("accepted", &self.accepted),
            ("refused", &self.refused),
            ("sure", &self.sure),
            ("vote", &self.vote),
        ]
    }
}
