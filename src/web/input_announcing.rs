//! What may be announced.

use super::input::{Checked, Faults, MAX_NAME};
use crate::domain::{request::Announced, speech::SpokenText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sound, by its name; or a text.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnnouncement {
    /// One of a node's `sounds`: the built-in `chime` and `attention`, and those of the configuration.
    #[serde(default)]
    pub sound: String,
    /// Instead of a sound, where the node `speaks`: letters and digits of any script, spaces and . , ; : ! ? ( ) / % + -
    /// and quotes. At most 300 characters.
    #[serde(default)]
    pub text: Option<String>,
    /// Of a text: one of the node's `languages`. Absent: the usual voice.
    #[serde(default)]
    pub language: Option<String>,
}

impl NewAnnouncement {
    /// As the AS takes it; the check has refused what is neither a sound nor a text that can be spoken.
    pub fn wanted(self) -> Announced {
        match self.text.as_deref().map(SpokenText::new) {
            Some(Ok(text)) => Announced::Text { text, language: self.language },
            _ => Announced::Sound(self.sound),
        }
    }
}

impl Checked for NewAnnouncement {
    fn check(&self, faults: &mut Faults) {
        match &self.text {
            Some(_) if !self.sound.is_empty() => faults.add("/text", "stands beside a sound; send one or the other"),
            Some(text) => {
                if let Err(fault) = SpokenText::new(text) {
                    faults.add("/text", fault.to_string());
                }
            }
            None if self.language.is_some() => faults.add("/language", "is of no use without a text"),
            None if self.sound.is_empty() => {
                faults.add("/sound", "is missing; name one of the sounds of the board's node, or send a text");
            }
            None => {}
        }
        faults.text(|| "/sound".into(), &self.sound, MAX_NAME);
        if let Some(language) = &self.language {
            faults.text(|| "/language".into(), language, MAX_NAME);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::input::parse, *};
    use serde_json::{Value, json};

    fn refused(body: &Value) -> Vec<(String, String)> {
        let problem = parse::<NewAnnouncement>(body.to_string().as_bytes()).expect_err("refused");
        problem.errors.into_iter().map(|error| (error.pointer, error.detail)).collect()
    }

    #[test]
    fn a_sound_or_a_text_is_announced() {
        let wanted = |body: Value| parse::<NewAnnouncement>(body.to_string().as_bytes()).map(NewAnnouncement::wanted);
        assert_eq!(wanted(json!({"sound": "chime"})).ok(), Some(Announced::Sound("chime".into())));
        let text = SpokenText::new("Don’t panic").expect("spoken");
        let language = Some("en".to_owned());
        assert_eq!(
            wanted(json!({"text": " Don't panic", "language": "en"})).ok(),
            Some(Announced::Text { text, language })
        );
        assert_eq!(refused(&json!({}))[0].0, "/sound");
        assert_eq!(refused(&json!({"sound": "chime", "text": "hello"}))[0].0, "/text");
        assert_eq!(refused(&json!({"sound": "chime", "language": "en"}))[0].0, "/language");
        let (place, detail) = refused(&json!({"text": "five ${uuid}"})).remove(0);
        assert!(place == "/text" && detail.starts_with("character 6 is '$'"), "{detail}");
        assert_eq!(
            refused(&json!({"text": "x".repeat(301)}))[0].1,
            "has 301 characters; at most 300 are spoken at once"
        );
    }
}
