//! Text that may reach the Event Socket: parsed into types here, written nowhere else but in `switch::command`.
//!
//! FreeSWITCH has no quoting that survives `{`, `}`, `${…}`, quotes, commas and line ends together, so nothing is
//! quoted: what is not on these short lists of characters is refused.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that means nothing to FreeSWITCH's parsers: letters, digits and `_ - . + @ / :` only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Safe(String);

/// The text holds a character that FreeSWITCH might read as more than text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeText {
    #[error("{0:?} may not be sent to the switch: only letters, digits and _ - . + @ / : are allowed")]
    Character(char),
    #[error("an empty text may not be sent to the switch")]
    Empty,
    #[error("{0:?} is not an endpoint that may be dialed: it must start with sofia/ or user/")]
    Endpoint(String),
}

impl Safe {
    /// Takes the text if every character is allowed.
    pub fn new(text: impl Into<String>) -> Result<Self, UnsafeText> {
        let text = text.into();
        if text.is_empty() {
            return Err(UnsafeText::Empty);
        }
        match text.chars().find(|c| !(c.is_ascii_alphanumeric() || "_-.+@/:".contains(*c))) {
            Some(bad) => Err(UnsafeText::Character(bad)),
            None => Ok(Self(text)),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Safe {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Where a leg is dialed: `sofia/…` or `user/…`, of safe characters. `loopback/` and anything else is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Endpoint(Safe);

impl Endpoint {
    /// Takes the text if it names an endpoint we dial.
    pub fn new(text: impl Into<String>) -> Result<Self, UnsafeText> {
        let text = Safe::new(text)?;
        match text.as_str().split('/').next() {
            Some("sofia" | "user") => Ok(Self(text)),
            _ => Err(UnsafeText::Endpoint(text.0)),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_character_freeswitch_reads_as_syntax_is_refused() {
        for bad in "{}[]()<>$\\'\",;|^&! \n\r\0~=%`#*?".chars() {
            assert!(Safe::new(format!("a{bad}b")).is_err(), "{bad:?} was let through");
        }
        assert!(Safe::new("Müller").is_err());
    }

    #[test]
    fn only_real_endpoints_are_dialed() {
        assert!(Endpoint::new("sofia/gateway/carrier/+4930123").is_ok());
        assert!(Endpoint::new("user/1001@example.org").is_ok());
        assert!(Endpoint::new("loopback/1001").is_err());
        assert!(Endpoint::new("group/all").is_err());
    }

    proptest! {
        #[test]
        fn what_is_let_through_is_what_was_given_and_nothing_but_it(text in any::<String>()) {
            if let Ok(safe) = Safe::new(text.as_str()) {
                prop_assert_eq!(safe.as_str(), text.as_str());
                let harmless = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.+@/:".contains(c));
                prop_assert!(harmless, "{:?}", text);
            }
        }

        #[test]
        fn the_journal_lets_nothing_through_that_the_parser_would_not(text in any::<String>()) {
            let stored = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<Safe>(&stored).ok(), Safe::new(text.as_str()).ok());
            prop_assert_eq!(serde_json::from_str::<Endpoint>(&stored).ok(), Endpoint::new(text).ok());
        }
    }
}
