//! Numbers: from what people type to what routes and policy judge.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A normalised number: `+` and digits for the outside world, digits alone for the house. Nothing else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(String);

/// Why typed text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("no number was given")]
    Empty,
    #[error("{0:?} cannot be part of a number; use digits, and spaces, dots, dashes or brackets between them")]
    Character(char),
    #[error("feature codes (with * or #) are not dialed")]
    FeatureCode,
    #[error("the number has {0} digits; at most 20 are possible")]
    TooLong(usize),
    #[error("a + stands only at the beginning of a number")]
    MisplacedPlus,
}

/// How the house writes numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbering {
    /// `49`: numbers with the national prefix become `+49…`. Empty: they stay as typed.
    pub country_code: String,
    /// `0`
    pub national_prefix: String,
    /// `00`
    pub international_prefix: String,
}

const LONGEST: usize = 20;

impl Numbering {
    /// What was typed, as routes and policy know it.
    pub fn normalise(&self, typed: &str) -> Result<Number, NumberError> {
        // "+49 (0)30 …" is how letterheads write it; the (0) is not dialed from abroad.
        let typed = typed.trim();
        let from_abroad = typed.starts_with('+')
            || (!self.international_prefix.is_empty() && typed.starts_with(&self.international_prefix));
        let typed = typed.replace("(0)", if from_abroad { "" } else { "0" });
        let mut digits = String::new();
        for c in typed.chars() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if digits.is_empty() => digits.push('+'),
                '+' => return Err(NumberError::MisplacedPlus),
                '*' | '#' => return Err(NumberError::FeatureCode),
                ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '\u{2011}' | '\u{2013}' => {}
                other => return Err(NumberError::Character(other)),
            }
        }
        let length = digits.trim_start_matches('+').len();
        if length == 0 {
            return Err(NumberError::Empty);
        }
        if length > LONGEST {
            return Err(NumberError::TooLong(length));
        }
        Ok(Number(self.to_international(digits)))
    }

    fn to_international(&self, digits: String) -> String {
        if digits.starts_with('+') {
            return digits;
        }
        let prefixed = |prefix: &str| {
            (!prefix.is_empty()).then(|| digits.strip_prefix(prefix)).flatten().filter(|rest| !rest.is_empty())
        };
        if let Some(rest) = prefixed(&self.international_prefix) {
            return format!("+{rest}");
        }
        match prefixed(&self.national_prefix) {
            Some(rest) if !self.country_code.is_empty() => format!("+{}{rest}", self.country_code),
            _ => digits,
        }
    }
}

impl Number {
    /// The text: `+` and digits, or digits alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Logs show only the end of a number: it is somebody's.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.len().saturating_sub(3);
        write!(f, "…{}", self.0.get(shown..).unwrap_or(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn german() -> Numbering {
        Numbering { country_code: "49".into(), national_prefix: "0".into(), international_prefix: "00".into() }
    }

    #[test]
    fn the_same_number_typed_in_many_ways_is_one() {
        for typed in [
            "+49 30 123456",
            "0049 30 123456",
            "0049 (0)30 123456",
            "030/123456",
            "(030) 123-456",
            "(0)30 123456",
            "+49 (0)30 123456",
            "030.123456",
        ] {
            assert_eq!(german().normalise(typed).unwrap().as_str(), "+4930123456", "{typed}");
        }
    }

    #[test]
    fn an_inside_number_stays_as_it_is() {
        assert_eq!(german().normalise("1004").unwrap().as_str(), "1004");
    }

    #[test]
    fn letters_feature_codes_and_syntax_are_refused() {
        assert_eq!(german().normalise("*97"), Err(NumberError::FeatureCode));
        assert_eq!(german().normalise("12a4"), Err(NumberError::Character('a')));
        assert_eq!(german().normalise("12${x}"), Err(NumberError::Character('$')));
        assert_eq!(german().normalise("  "), Err(NumberError::Empty));
        assert_eq!(german().normalise("12+3"), Err(NumberError::MisplacedPlus));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_only_a_plus_and_digits_come_out(typed in ".{0,40}") {
            if let Ok(number) = german().normalise(&typed) {
                let rest = number.as_str().strip_prefix('+').unwrap_or(number.as_str());
                prop_assert!(!rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()));
            }
        }

        #[test]
        fn normalising_twice_changes_nothing(typed in "[+0-9 ()/-]{1,24}") {
            if let Ok(once) = german().normalise(&typed) && once.as_str().starts_with('+') {
                prop_assert_eq!(german().normalise(once.as_str()).unwrap(), once);
            }
        }
    }
}
