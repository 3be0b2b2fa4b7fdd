//! Dialing in: a conference's access number and PIN, and how often somebody may guess one.

mod guesses;
mod pin;

pub use guesses::{Guess, GuessLimits, Guesses};
pub use pin::{NoPin, PIN_LENGTHS, Pin, PinWish, Typed};

use super::{announcement::SoundFile, effect::WayBack, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// What the operator decided.
#[derive(Clone, Debug, PartialEq)]
pub struct DialInRules {
    /// In the order of the configuration; the first is taken where nobody names one.
    pub numbers: Vec<AccessNumber>,
    pub pin_length: u8,
    /// So often somebody may type in one call.
    pub attempts: u32,
    pub guesses: GuessLimits,
    /// For the first key, and between keys.
    pub wait: Duration,
    pub prompts: Prompts,
    /// The shipped extension where a caller is asked for the PIN.
    pub way_back: WayBack,
}

/// A number that leads to conferences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessNumber {
    /// As the dialplan names it, and as people dial it.
    pub number: String,
    /// May be empty.
    #[serde(default)]
    pub name: String,
}

/// What callers hear, one sound after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompts {
    pub ask: Vec<SoundFile>,
    /// Before they are asked again.
    pub wrong: Vec<SoundFile>,
    /// Until the room is there.
    pub wait: Vec<SoundFile>,
    pub locked: Vec<SoundFile>,
    pub full: Vec<SoundFile>,
    /// No conference is open there, or not any more.
    pub closed: Vec<SoundFile>,
    /// Too many wrong PINs.
    pub refused: Vec<SoundFile>,
}

/// That a conference can be dialed into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialIn {
    pub access: String,
    /// None: whoever dials the number is in.
    pub pin: Option<Pin>,
}

/// How a conference is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DialInWish {
    /// One of the node's `dial_in.access_numbers`. Absent: the one it has, or the first.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub access_number: Option<String>,
    /// `generated` (a random one; also if absent), `none` (whoever dials the number is in; one such conference an access number), or
    /// the digits.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub pin: PinWish,
}

/// The wrong PINs while a conference could be dialed into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongPins {
    pub count: u32,
    pub last_number: String,
    pub last_at: Timestamp,
}

/// What the hook is to do with somebody who dialed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Say this, and wait for so many keys.
    Ask { say: Vec<SoundFile>, digits: u8, wait: Duration },
    /// Say this, and then music.
    Wait { say: Vec<SoundFile> },
    /// Say this, and hang up.
    Out { say: Vec<SoundFile> },
}

impl DialInRules {
    /// The access number of this text, plus or not.
    pub fn number(&self, text: &str) -> Option<&AccessNumber> {
        let bare = |text: &str| text.trim().trim_start_matches('+').to_owned();
        self.numbers.iter().find(|one| bare(&one.number) == bare(text))
    }
}
