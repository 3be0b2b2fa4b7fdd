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
    #[error("the number ends after the prefix or the country code; type the rest of it")]
    OnlyPrefix,
    #[error("there is a 0 or a prefix too many at the beginning of the number; write it like +49 30 1234 or 030 1234")]
    SurplusPrefix,
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

/// No number has more digits.
pub const LONGEST: u32 = 20;

/// What was typed, without what only pleases the eye.
struct Typed {
    /// Digits, with a plus in front or not.
    text: String,
    /// Where in `text` a zero stood alone in brackets, as letterheads write it: `+49 (0)30 …`.
    bracketed: Vec<usize>,
}

impl Typed {
    fn new(typed: &str) -> Result<Self, NumberError> {
        let (mut text, mut bracketed, mut opened) = (String::new(), Vec::new(), None);
        for c in typed.trim().chars() {
            match c {
                '0'..='9' => text.push(c),
                '+' if text.is_empty() => text.push('+'),
                '+' => return Err(NumberError::MisplacedPlus),
                '*' | '#' => return Err(NumberError::FeatureCode),
                '(' => opened = Some(text.len()),
                ')' => bracketed.extend(opened.take().filter(|start| text.get(*start..) == Some("0"))),
                ' ' | '-' | '.' | '/' | '\u{a0}' | '\u{2011}' | '\u{2013}' => {}
                other => return Err(NumberError::Character(other)),
            }
        }
        if text.trim_start_matches('+').is_empty() {
            return Err(NumberError::Empty);
        }
        Ok(Self { text, bracketed })
    }

    /// What follows `skipped` characters, without a bracketed zero behind the country code: it is not dialed from
    /// abroad. Country codes have one to three digits; further back a zero is a digit like any other.
    fn without_bracketed_zero(&self, skipped: usize) -> String {
        let dropped = |at: usize| self.bracketed.contains(&at) && (1..=3).contains(&(at - skipped));
        self.text.char_indices().skip(skipped).filter(|(at, _)| !dropped(*at)).map(|(_, c)| c).collect()
    }
}

impl Numbering {
    /// What was typed, as routes and policy know it. However a number is written, the same text comes out: the deny
    /// list only holds if there is one form to compare with.
    pub fn normalise(&self, typed: &str) -> Result<Number, NumberError> {
        let typed = Typed::new(typed)?;
        let number = self.to_international(&typed)?;
        let length = number.trim_start_matches('+').len();
        if length > LONGEST as usize {
            return Err(NumberError::TooLong(length));
        }
        Ok(Number(number))
    }

    fn to_international(&self, typed: &Typed) -> Result<String, NumberError> {
        let given = |prefix: &str| !prefix.is_empty() && typed.text.starts_with(prefix);
        let abroad = if typed.text.starts_with('+') {
            Some(1)
        } else {
            given(&self.international_prefix).then_some(self.international_prefix.len())
        };
        if let Some(skipped) = abroad {
            return self.international(typed, skipped);
        }
        if !self.country_code.is_empty() && given(&self.national_prefix) {
            let rest = typed.text.get(self.national_prefix.len()..).unwrap_or_default();
            return self.national(rest);
        }
        Ok(typed.text.clone())
    }

    fn international(&self, typed: &Typed, skipped: usize) -> Result<String, NumberError> {
        let all = typed.text.get(skipped..).unwrap_or_default();
        if all.is_empty() {
            return Err(NumberError::OnlyPrefix);
        }
        // No country's code begins with 0.
        if all.starts_with('0') {
            return Err(NumberError::SurplusPrefix);
        }
        if let Some(rest) = self.after_own_code(all) {
            // The zero counts even in brackets: two of them are not guessed at.
            let rest = if self.prefix_is_no_number() {
                rest.strip_prefix(self.national_prefix.as_str()).unwrap_or(rest).to_owned()
            } else {
                let whole = typed.without_bracketed_zero(skipped);
                self.after_own_code(&whole).unwrap_or(rest).to_owned()
            };
            return self.national(&rest);
        }
        let whole = typed.without_bracketed_zero(skipped);
        match self.after_own_code(&whole) {
            // A bracketed zero inside our own country's code.
            Some(rest) => self.national(rest),
            None => Ok(format!("+{whole}")),
        }
    }

    /// A number of our own country, national prefix taken off.
    fn national(&self, rest: &str) -> Result<String, NumberError> {
        if rest.is_empty() {
            return Err(NumberError::OnlyPrefix);
        }
        if self.prefix_is_no_number() && rest.chars().next() == self.national_prefix.chars().next() {
            return Err(NumberError::SurplusPrefix);
        }
        Ok(format!("+{}{rest}", self.country_code))
    }

    fn after_own_code<'a>(&self, digits: &'a str) -> Option<&'a str> {
        if self.country_code.is_empty() { None } else { digits.strip_prefix(self.country_code.as_str()) }
    }

    /// Where the national prefix is a 0 or a 1, no number of the country begins with that digit, so that one found
    /// behind the country code is surplus. It is not so everywhere: Russia's prefix is 8, and +7 800 … are numbers.
    fn prefix_is_no_number(&self) -> bool {
        self.national_prefix.starts_with(['0', '1'])
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
    fn the_trunk_zero_does_not_lead_around_the_deny_list() {
        for typed in [
            "(+49) (0)900 123456",
            "+49 0 900 123456",
            "+490900123456",
            "(0049) (0)900 123456",
            "+49 ( 0 )900 123456",
            "00 49 0900 123456",
            "0 (0)49 900 123456",
            "+4(0)9 900 123456",
        ] {
            assert_eq!(german().normalise(typed).unwrap().as_str(), "+49900123456", "{typed}");
        }
        assert_eq!(german().normalise("(0049) (0)30 5550108").unwrap().as_str(), "+49305550108");
    }

    #[test]
    fn zeros_that_cannot_be_explained_are_refused() {
        for typed in
            ["0049 00 30 5550108", "+49 (0)0900 123456", "+49 (0)(0)900 1", "000 49 30 1", "+0900 1", "+0049 30"]
        {
            assert_eq!(german().normalise(typed), Err(NumberError::SurplusPrefix), "{typed}");
        }
        let no_international = Numbering { international_prefix: String::new(), ..german() };
        assert_eq!(no_international.normalise("00900 123456"), Err(NumberError::SurplusPrefix));
    }

    #[test]
    fn a_prefix_or_a_country_code_alone_is_no_number() {
        for typed in ["0", "00", "+49", "0049", "+49 0", "+49 (0)", "0049 (0)"] {
            assert_eq!(german().normalise(typed), Err(NumberError::OnlyPrefix), "{typed}");
        }
    }

    #[test]
    fn a_bracketed_zero_is_not_dialed_to_other_countries_either() {
        assert_eq!(german().normalise("+44 (0)20 7946 0000").unwrap().as_str(), "+442079460000");
        assert_eq!(german().normalise("+44 20 7946 (0)000").unwrap().as_str(), "+442079460000");
        assert_eq!(Numbering::default().normalise("+49 ( 0 )30 1234").unwrap().as_str(), "+49301234");
    }

    #[test]
    fn a_prefix_that_numbers_begin_with_is_not_taken_off() {
        let russian =
            Numbering { country_code: "7".into(), national_prefix: "8".into(), international_prefix: "810".into() };
        for typed in ["+7 800 5553535", "8 800 5553535"] {
            assert_eq!(russian.normalise(typed).unwrap().as_str(), "+78005553535", "{typed}");
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
        fn whatever_the_spelling_the_deny_list_sees_the_same_number(
            code in prop::sample::select(vec!["+49", "0049", "(+49)", "(0049)", "00 49", "+ 4 9", ""]),
            zero in prop::sample::select(vec!["", "0", "(0)", "( 0 )", " 0 ", "-0-", "(\u{a0}0)", "0 /"]),
            separators in prop::collection::vec("[ ./()\u{a0}\u{2011}\u{2013}-]{0,2}", 10),
        ) {
            let zero = if code.is_empty() && zero.is_empty() { "0" } else { zero };
            let rest: String = "900123456".chars().zip(&separators).map(|(c, between)| format!("{between}{c}")).collect();
            let typed = format!("{code}{zero}{rest}");
            let number = german().normalise(&typed).unwrap();
            prop_assert_eq!(number.as_str(), "+49900123456", "{}", typed);
        }

        #[test]
        fn no_number_of_the_country_begins_with_its_prefix(typed in "[+049 ()]{1,24}") {
            if let Ok(number) = german().normalise(&typed) {
                prop_assert!(!number.as_str().starts_with("+490") && !number.as_str().starts_with("+0"), "{}", typed);
            }
        }

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
