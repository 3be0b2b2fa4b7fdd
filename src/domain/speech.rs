//! Text that a voice of the switch speaks, and whose voice.
//!
//! People type it, and it goes to the switch, where a quote would end an argument and `${…}` would be looked up. So
//! only letters, digits, spaces and a few marks are text here; what is written with others is refused, with its place.

use super::endpoint::Safe;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, ops::RangeInclusive, time::Duration};

/// A voice may prepare a text for so long before the switch says that it has it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Text of characters that mean nothing to any parser on its way: letters and digits of all scripts, single spaces,
/// and marks a voice makes pauses of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct SpokenText(String);

/// Why something is no text that may be spoken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unspoken {
    #[error(
        "character {place} is {found:?}, which may not be sent to the switch: letters, digits, spaces and {MARKS} are \
         spoken"
    )]
    Character { place: usize, found: char },
    #[error("has {0} characters; at most {longest} are spoken at once", longest = SpokenText::LONGEST)]
    TooLong(usize),
    #[error("has no letter and no digit: nothing would be heard")]
    Silent,
}

/// What may be written besides letters, digits and spaces.
const MARKS: &str = ". , ; : ! ? ( ) / % + -";
/// Written by those who write well, and none of ASCII: no parser of the switch knows them.
const TYPOGRAPHY: &str = "’“”„‚«»‹›–—…¿¡€£¥°§·、。，！？：；（）";
/// Marks above, below and between letters, which are no letters themselves.
const COMBINING: [RangeInclusive<char>; 3] = ['\u{300}'..='\u{36F}', '\u{900}'..='\u{DFF}', '\u{E31}'..='\u{E4E}'];

impl SpokenText {
    /// Longest text, in characters.
    pub const LONGEST: usize = 300;

    /// Takes the text if all of it can be spoken. White space becomes one space, and straight quotes curly ones.
    pub fn new(text: &str) -> Result<Self, Unspoken> {
        let wrong = text.chars().enumerate().find(|(_, c)| speakable(*c).is_none());
        if let Some((before, found)) = wrong {
            return Err(Unspoken::Character { place: before + 1, found });
        }
        let length = text.trim().chars().count();
        if length > Self::LONGEST {
            return Err(Unspoken::TooLong(length));
        }
        Self::gather(text, Self::LONGEST).ok_or(Unspoken::Silent)
    }

    /// What can be spoken of it, so many characters at most; nothing, if that is no letter and no digit.
    pub fn what_is_left(text: &str, longest: usize) -> Option<Self> {
        Self::gather(text, longest.min(Self::LONGEST))
    }

    fn gather(text: &str, longest: usize) -> Option<Self> {
        let spoken: String = text.chars().filter_map(speakable).collect();
        let words = spoken.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut: String = words.chars().take(longest).collect();
        cut.chars().any(char::is_alphanumeric).then(|| Self(cut.trim_end().to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it goes to the switch, if it may.
fn speakable(c: char) -> Option<char> {
    match c {
        '\'' | '`' | '´' | '‘' => Some('’'),
        '"' => Some('”'),
        c if c == ' ' || matches!(c, '\n' | '\r' | '\t' | '\u{A0}') => Some(' '),
        c if c.is_alphanumeric() || TYPOGRAPHY.contains(c) => Some(c),
        c if COMBINING.iter().any(|range| range.contains(&c)) => Some(c),
        c if c != ' ' && MARKS.contains(c) => Some(c),
        _ => None,
    }
}

impl fmt::Display for SpokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SpokenText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A text with the voice that speaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    pub engine: Safe,
    pub voice: Safe,
    pub text: SpokenText,
}

impl Speech {
    /// What the switch calls it: it plays a text as it plays a file. Its own `say` tells neither that a voice spoke nor
    /// when it was done, and keeps the whole room silent while it prepares.
    pub fn file(&self) -> String {
        format!("tts://{}|{}|{}", self.engine, self.voice, self.text)
    }
}

/// How text is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechRules {
    pub engine: Safe,
    /// Where no language is asked for.
    pub voice: Safe,
    /// By language.
    pub voices: BTreeMap<String, Safe>,
    /// The module of the switch that must be loaded for it.
    pub module: Safe,
    pub names: NameSentences,
}

impl SpeechRules {
    /// In this language; none, if nobody speaks it.
    pub fn speech(&self, text: SpokenText, language: Option<&str>) -> Option<Speech> {
        let voice = match language {
            None => &self.voice,
            Some(language) => self.voices.get(language)?,
        };
        Some(Speech { engine: self.engine.clone(), voice: voice.clone(), text })
    }
}

/// What is said of those who come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameSentences {
    /// With `{name}`.
    pub joined: String,
    pub left: String,
    /// With `{count}`, when they are too many to be named.
    pub many_joined: String,
    pub many_left: String,
    /// For those without a name.
    pub somebody: String,
}

impl Default for NameSentences {
    fn default() -> Self {
        Self {
            joined: "{name} has joined.".to_owned(),
            left: "{name} has left.".to_owned(),
            many_joined: "{count} people have joined.".to_owned(),
            many_left: "{count} people have left.".to_owned(),
            somebody: "Somebody".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_is_spoken() {
        for (typed, spoken) in [
            ("The meeting ends in 5 minutes.", "The meeting ends in 5 minutes."),
            ("  two   spaces\nand a line ", "two spaces and a line"),
            ("don't \"stop\"", "don’t ”stop”"),
            ("Grüße aus München, schönes Café: 50 % (heute)!", "Grüße aus München, schönes Café: 50 % (heute)!"),
            ("Привет всем", "Привет всем"),
            ("会议开始。", "会议开始。"),
            ("नमस्ते, สวัสดี", "नमस्ते, สวัสดี"),
            ("e\u{301}te\u{301}", "e\u{301}te\u{301}"),
        ] {
            assert_eq!(SpokenText::new(typed).as_ref().map(SpokenText::as_str), Ok(spoken));
        }
    }

    /// Everything that means something to a parser between us and the voice.
    #[test]
    fn what_could_be_more_than_text_is_refused_with_its_place() {
        for (typed, place, found) in [
            ("${caller_id_number}", 1, '$'),
            ("a ${system(touch /tmp/x)}", 3, '$'),
            ("{tts_engine=x}hello", 1, '{'),
            ("hello}", 6, '}'),
            ("x' 99 async|", 12, '|'),
            ("flite|slt|x", 6, '|'),
            (r"a\'b", 2, '\\'),
            (r"a\nb", 2, '\\'),
            ("a\0b", 2, '\0'),
            ("a\u{7f}", 2, '\u{7f}'),
            ("a\u{85}b", 2, '\u{85}'),
            ("a\u{2028}b", 2, '\u{2028}'),
            ("a\u{202e}b", 2, '\u{202e}'),
            ("a\u{200b}b", 2, '\u{200b}'),
            ("a\u{feff}", 2, '\u{feff}'),
            ("<break/>", 1, '<'),
            ("a>b", 2, '>'),
            ("a&amp;b", 2, '&'),
            ("#kal#hello", 1, '#'),
            ("^^:a:b", 1, '^'),
            ("a=b", 2, '='),
            ("[a]", 1, '['),
            ("a]", 2, ']'),
            ("a@b", 2, '@'),
            ("a*b", 2, '*'),
            ("a_b", 2, '_'),
            ("a~b", 2, '~'),
        ] {
            assert_eq!(SpokenText::new(typed), Err(Unspoken::Character { place, found }), "{typed:?}");
        }
        for silent in ["", "  ", "... ,", "\n"] {
            assert_eq!(SpokenText::new(silent), Err(Unspoken::Silent), "{silent:?}");
        }
        assert_eq!(SpokenText::new(&"ä".repeat(301)), Err(Unspoken::TooLong(301)));
        assert!(SpokenText::new(&"ä".repeat(300)).is_ok());
    }

    #[test]
    fn of_a_name_is_kept_what_can_be_spoken() {
        let left = |name: &str| SpokenText::what_is_left(name, 12).map(|text| text.as_str().to_owned());
        assert_eq!(left("O'Brien {x}"), Some("O’Brien x".to_owned()));
        assert_eq!(left("👩‍👩‍👧 Ünal"), Some("Ünal".to_owned()));
        assert_eq!(left("Bartholomew the Great"), Some("Bartholomew".to_owned()));
        assert_eq!(left("${}"), None);
    }
}
