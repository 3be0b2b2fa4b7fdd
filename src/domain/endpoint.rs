//! Text that may reach the Event Socket: parsed into types here, written nowhere else but in `switch::command`.
//!
//! FreeSWITCH has no quoting that survives `{`, `}`, `${…}`, quotes, commas and line ends together, so nothing is
//! escaped: what is not on these short lists of characters is refused. The configuration is judged by the same lists.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that means nothing to FreeSWITCH's parsers: letters, digits and `_ - . + @ / :` only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Safe(String);

/// A value in which single words may be apart: `Safe`, and spaces between. Quoted when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Phrase(String);

/// The text holds a character that FreeSWITCH might read as more than text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeText {
    #[error("{0:?} may not be sent to the switch: only letters, digits and _ - . + @ / : are allowed")]
    Character(char),
    #[error("{0:?} may not be sent to the switch: only letters, digits, _ - . + @ / : and spaces between are allowed")]
    PhraseCharacter(char),
    #[error("{0:?} may not be part of an endpoint: only letters, digits and _ - . + @ / : ; = % are allowed")]
    EndpointCharacter(char),
    #[error("an empty text may not be sent to the switch")]
    Empty,
    #[error("{0:?} is not an endpoint that may be dialed: it must start with sofia/ or user/")]
    Endpoint(String),
}

fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.+@/:".contains(c)
}

/// The first character that is not allowed; an empty text has none that is.
fn check(text: &str, allowed: fn(char) -> bool, fault: fn(char) -> UnsafeText) -> Result<(), UnsafeText> {
    if text.is_empty() {
        return Err(UnsafeText::Empty);
    }
    text.chars().find(|c| !allowed(*c)).map_or(Ok(()), |bad| Err(fault(bad)))
}

impl Safe {
    /// Takes the text if every character is allowed.
    pub fn new(text: impl Into<String>) -> Result<Self, UnsafeText> {
        let text = text.into();
        check(&text, is_safe, UnsafeText::Character)?;
        Ok(Self(text))
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

impl Phrase {
    /// Takes the text if every character is allowed. The switch would trim spaces at the ends: they are refused.
    pub fn new(text: impl Into<String>) -> Result<Self, UnsafeText> {
        let text = text.into();
        check(&text, |c| is_safe(c) || c == ' ', UnsafeText::PhraseCharacter)?;
        if text.starts_with(' ') || text.ends_with(' ') {
            return Err(UnsafeText::PhraseCharacter(' '));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Safe> for Phrase {
    fn from(safe: Safe) -> Self {
        Self(safe.0)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Where a leg is dialed: `sofia/…` or `user/…`, of safe characters and `; = %`, which mean nothing to the parser of
/// dial strings: SIP parameters, and sofia's mark between number and domain. `loopback/` and anything else is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Endpoint(String);

impl Endpoint {
    /// Takes the text if it names an endpoint we dial.
    pub fn new(text: impl Into<String>) -> Result<Self, UnsafeText> {
        let text = text.into();
        check(&text, Self::allows, UnsafeText::EndpointCharacter)?;
        match text.split_once('/') {
            Some(("sofia" | "user", _)) => Ok(Self(text)),
            _ => Err(UnsafeText::Endpoint(text)),
        }
    }

    /// Whether an endpoint may hold the character.
    pub fn allows(c: char) -> bool {
        is_safe(c) || ";=%".contains(c)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
        for bad in "{}[]()<>$\\'\",|^&! \n\r\0~`#*?".chars() {
            assert!(Endpoint::new(format!("user/a{bad}b")).is_err(), "{bad:?} was let through");
        }
    }

    #[test]
    fn a_phrase_is_safe_words_with_spaces_between() {
        assert!(Phrase::new("Example GmbH").is_ok() && Phrase::new("one").is_ok());
        for bad in "{}[]()<>$\\'\",;|^&!\n\r\0~=%`#*?\t".chars() {
            assert!(Phrase::new(format!("a{bad}b")).is_err(), "{bad:?} was let through");
        }
        assert!(Phrase::new("").is_err() && Phrase::new(" a").is_err() && Phrase::new("a ").is_err());
    }

    #[test]
    fn only_real_endpoints_are_dialed() {
        assert!(Endpoint::new("sofia/gateway/carrier/+4930123").is_ok());
        assert!(Endpoint::new("user/1001@example.org").is_ok());
        assert!(Endpoint::new("sofia/internal/1001%example.org").is_ok());
        assert!(Endpoint::new("sofia/internal/1001@example.org;transport=tcp").is_ok());
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
