//! What can be set for one member of a room: who hears them, whom they hear, and how loud.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How much louder (up to 4) or quieter (down to -4) than it comes, in FreeSWITCH's own steps
/// (`switch_normalize_volume`); 0 leaves it as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Gain(i8);

impl Gain {
    pub const MOST: i8 = 4;

    /// The steps.
    pub fn get(self) -> i8 {
        self.0
    }
}

/// A value outside of its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} is out of range: from {least} to {most}")]
pub struct OutOfRange {
    value: i64,
    least: i64,
    most: i64,
}

fn within(value: i64, least: i64, most: i64) -> Result<i64, OutOfRange> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(OutOfRange { value, least, most }) }
}

impl TryFrom<i64> for Gain {
    type Error = OutOfRange;
    fn try_from(value: i64) -> Result<Self, OutOfRange> {
        let most = i64::from(Self::MOST);
        within(value, -most, most).map(|value| Self(i8::try_from(value).unwrap_or_default()))
    }
}

impl From<Gain> for i64 {
    fn from(gain: Gain) -> Self {
        Self::from(gain.0)
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 { write!(f, "+{}", self.0) } else { write!(f, "{}", self.0) }
    }
}

/// From which average sample on a member counts as speaking (`energy-level`): 0 mixes everything, 100 is the shipped
/// profile's, 20000 lets nothing through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Threshold(u16);

impl Threshold {
    pub const MOST: u16 = 20_000;

    /// The level.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Threshold {
    type Error = OutOfRange;
    fn try_from(value: i64) -> Result<Self, OutOfRange> {
        within(value, 0, i64::from(Self::MOST)).map(|value| Self(u16::try_from(value).unwrap_or_default()))
    }
}

impl From<Threshold> for i64 {
    fn from(level: Threshold) -> Self {
        Self::from(level.0)
    }
}

/// One setting with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Is not heard.
    Muted(bool),
    /// Does not hear.
    Deaf(bool),
    /// Hears music, and neither hears the room nor is heard in it.
    Hold(bool),
    /// How loud they are heard.
    GainIn(Gain),
    /// How loud they hear.
    GainOut(Gain),
    Energy(Threshold),
}

impl Setting {
    /// Both set the same thing.
    pub fn is_of_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// All settings of one member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub muted: bool,
    pub deaf: bool,
    pub hold: bool,
    pub gain_in: Gain,
    pub gain_out: Gain,
    /// None: as the conference profile says.
    pub energy: Option<Threshold>,
}

impl Settings {
    /// Whether it is so already.
    pub fn has(&self, setting: Setting) -> bool {
        match setting {
            Setting::Muted(on) => self.muted == on,
            Setting::Deaf(on) => self.deaf == on,
            Setting::Hold(on) => self.hold == on,
            Setting::GainIn(gain) => self.gain_in == gain,
            Setting::GainOut(gain) => self.gain_out == gain,
            Setting::Energy(level) => self.energy == Some(level),
        }
    }

    /// Makes it so.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Muted(on) => self.muted = on,
            Setting::Deaf(on) => self.deaf = on,
            Setting::Hold(on) => self.hold = on,
            Setting::GainIn(gain) => self.gain_in = gain,
            Setting::GainOut(gain) => self.gain_out = gain,
            Setting::Energy(level) => self.energy = Some(level),
        }
    }
}

/// Keys to be pressed for somebody: 1 to 32 of `0123456789*#ABCD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digits(String);

/// No keys, too many, or one that no telephone has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give 1 to {} keys of 0123456789*#ABCD", Digits::MOST)]
pub struct NotDigits;

impl Digits {
    pub const MOST: usize = 32;

    /// As the switch takes them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Digits {
    type Error = NotDigits;
    fn try_from(text: String) -> Result<Self, NotDigits> {
        let good = (1..=Self::MOST).contains(&text.len()) && text.chars().all(|c| "0123456789*#ABCD".contains(c));
        if good { Ok(Self(text)) } else { Err(NotDigits) }
    }
}

impl From<Digits> for String {
    fn from(digits: Digits) -> Self {
        digits.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_switch_takes_can_be_said() {
        assert_eq!(Gain::try_from(4).map(Gain::get), Ok(4));
        assert!(Gain::try_from(5).is_err() && Gain::try_from(-5).is_err());
        assert_eq!(Threshold::try_from(20_000).map(Threshold::get), Ok(20_000));
        assert!(Threshold::try_from(-1).is_err() && Threshold::try_from(20_001).is_err());
        for bad in ["", "12a", "1 2", "1;2", "1w2", &"1".repeat(33)] {
            assert!(Digits::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        assert_eq!(Digits::try_from("12#*D".to_owned()).map(String::from), Ok("12#*D".into()));
    }

    #[test]
    fn what_is_set_is_so() {
        let mut settings = Settings::default();
        for setting in [
            Setting::Muted(true),
            Setting::Deaf(true),
            Setting::Hold(true),
            Setting::GainIn(Gain(3)),
            Setting::GainOut(Gain(-2)),
            Setting::Energy(Threshold(0)),
        ] {
            assert!(!settings.has(setting), "{setting:?}");
            settings.set(setting);
            assert!(settings.has(setting), "{setting:?}");
        }
    }
}
