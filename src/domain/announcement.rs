//! What can be announced in a room, and what is being announced.

use super::{
    endpoint::Safe,
    ids::{ChannelId, ParticipantId},
    speech::Speech,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use utoipa::ToSchema;

/// What FreeSWITCH plays: a file, or tones. Of characters that its parsers read as nothing more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SoundFile(String);

/// Why something is no sound that may be sent to the switch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSound {
    #[error(
        "{0:?} is no sound: write a path or address of letters, digits and _ - . + @ / :, or tone_stream:// with tones"
    )]
    Text(String),
    #[error("{0:?} would never end; leave out loops=-1, and name no local_stream")]
    Endless(String),
    #[error("{0:?} is too long: at most {longest} characters", longest = SoundFile::LONGEST)]
    TooLong(String),
}

const TONES: &str = "tone_stream://";

impl SoundFile {
    /// Longest text of one.
    pub const LONGEST: usize = 200;

    /// Takes the text if it names a sound that ends, in harmless characters.
    pub fn new(text: impl Into<String>) -> Result<Self, NoSound> {
        let text = text.into();
        if text.len() > Self::LONGEST {
            return Err(NoSound::TooLong(text));
        }
        let tones = text.strip_prefix(TONES);
        let harmless = match tones {
            Some(tones) => {
                !tones.is_empty() && tones.chars().all(|c| c.is_ascii_alphanumeric() || "%(),;=.-".contains(c))
            }
            // `say:` and its like are no sounds; nor is what another module would take for a list or a command.
            None => Safe::new(&*text).is_ok() && (text.contains("://") || !text.contains(':')),
        };
        // Played to one, the switch dies of it where the conference profile names no voice.
        let speaks = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("say:"));
        if !harmless || speaks {
            return Err(NoSound::Text(text));
        }
        if text.starts_with("local_stream://") || text.contains("loops=-") || text.starts_with("silence_stream://-") {
            return Err(NoSound::Endless(text));
        }
        Ok(Self(text))
    }

    /// What whoever is rung again hears where no other sound is configured: four tones, unlike any other.
    pub const RUNG_AGAIN: &str = "tone_stream://v=-15;%(250,60,480);%(250,60,620);%(250,60,480);%(450,300,620)";

    fn built_in(tones: &str) -> Self {
        Self(format!("{TONES}{tones}"))
    }

    /// As the switch takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SoundFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The sounds that can be announced, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sounds {
    pub by_name: BTreeMap<String, SoundFile>,
    /// The one that goes with a warning of the end.
    pub warning: Option<String>,
}

impl Default for Sounds {
    /// Tones, so that it works without any file.
    fn default() -> Self {
        let by_name = [
            ("chime", SoundFile::built_in("v=-17;%(300,50,1000);%(600,0,800)")),
            ("attention", SoundFile::built_in("v=-17;%(200,100,950);%(200,100,950);%(400,0,1250)")),
        ];
        Self {
            by_name: by_name.map(|(name, file)| (name.to_owned(), file)).into(),
            warning: Some("attention".to_owned()),
        }
    }
}

/// What is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// By its name.
    Sound {
        name: String,
        file: SoundFile,
    },
    Text(Speech),
    /// Who came and who left. It is told that they did, so it is not told that this was said.
    Names(Speech),
}

impl Content {
    /// What the switch calls it.
    pub fn file(&self) -> String {
        match self {
            Self::Sound { file, .. } => file.to_string(),
            Self::Text(speech) | Self::Names(speech) => speech.file(),
        }
    }

    /// The sound's name; empty for what is spoken.
    pub fn sound(&self) -> &str {
        match self {
            Self::Sound { name, .. } => name,
            Self::Text(_) | Self::Names(_) => "",
        }
    }

    /// What is spoken.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Sound { .. } => None,
            Self::Text(speech) | Self::Names(speech) => Some(speech.text.as_str()),
        }
    }
}

/// Something that was asked to be played, and is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcing {
    /// Tells several of the same sound apart.
    pub serial: u32,
    /// To one only.
    pub to: Option<ParticipantId>,
    pub content: Content,
    /// The switch has it: it plays, or waits for its turn.
    pub began: bool,
    /// Somebody asked for its end.
    pub stopping: bool,
    /// No longer believed in then.
    pub until: Timestamp,
}

/// What tells that somebody came or left: a short tone, or their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beep {
    /// When somebody comes, and when somebody leaves.
    True,
    /// Neither.
    False,
    OnEnter,
    OnExit,
    /// The names of those who come and leave are spoken; a tone each time where nothing can be spoken.
    Name,
}

impl Beep {
    /// The tone for those who come, if there is to be one.
    pub fn on_enter(self) -> Option<SoundFile> {
        matches!(self, Self::True | Self::OnEnter | Self::Name).then(|| SoundFile::built_in("v=-20;%(200,0,1150)"))
    }

    /// The tone for those who leave, if there is to be one.
    pub fn on_exit(self) -> Option<SoundFile> {
        matches!(self, Self::True | Self::OnExit | Self::Name).then(|| SoundFile::built_in("v=-20;%(200,0,650)"))
    }
}

impl<'de> Deserialize<'de> for Beep {
    /// As a text, or, true and false, as what they are.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Beep;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, \"on_enter\", \"on_exit\" or \"name\"")
            }
            fn visit_bool<E>(self, on: bool) -> Result<Beep, E> {
                Ok(if on { Beep::True } else { Beep::False })
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Beep, E> {
                match text {
                    "true" => Ok(Beep::True),
                    "false" => Ok(Beep::False),
                    "on_enter" => Ok(Beep::OnEnter),
                    "on_exit" => Ok(Beep::OnExit),
                    "name" => Ok(Beep::Name),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The sounds at the door of a room: what is wanted, and what the switch has said of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoorSounds {
    /// None: as the conference profile says.
    pub wanted: Option<Beep>,
    /// The switch has it so. Not journaled.
    pub enter_set: bool,
    pub exit_set: bool,
    /// A name could not be spoken here: from then on there are tones. Not journaled.
    pub voiceless: bool,
}

/// Which of the sounds at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    Enter,
    Exit,
}

/// To whom something is played: a member of the room, by channel and by the switch's own number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    pub channel: ChannelId,
    pub member: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_files_and_tones_that_end_in_harmless_characters() {
        for good in ["/usr/share/sounds/hello.wav", "ivr/hello.wav", "tone_stream://v=-7;%(200,100,800);loops=2"] {
            assert!(SoundFile::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a b.wav",
            "a\nb",
            "say:hello",
            "say://hello",
            "Say://hello",
            "tone_stream://",
            "tone_stream://%(1,2,3)\n",
            "tone_stream://${system(x)}",
            "tone_stream://a b",
            "file_string://a!b",
            "'a'",
            "tone_stream://%(200,100,800);loops=-1",
            "local_stream://moh",
            "silence_stream://-1",
            &"a".repeat(201),
        ] {
            assert!(SoundFile::new(bad).is_err(), "{bad:?}");
        }
        for own in Sounds::default().by_name.values() {
            assert_eq!(SoundFile::new(own.as_str()).as_ref(), Ok(own));
        }
        for beep in [Beep::True.on_enter(), Beep::True.on_exit()].into_iter().flatten() {
            assert_eq!(SoundFile::new(beep.as_str()), Ok(beep));
        }
    }

    #[test]
    fn a_beep_is_said_as_users_of_programmable_voice_say_it() {
        for (text, beep) in [
            ("true", Beep::True),
            ("\"true\"", Beep::True),
            ("false", Beep::False),
            ("\"on_enter\"", Beep::OnEnter),
            ("\"on_exit\"", Beep::OnExit),
            ("\"name\"", Beep::Name),
        ] {
            assert_eq!(serde_json::from_str::<Beep>(text).ok(), Some(beep), "{text}");
        }
        assert!(serde_json::from_str::<Beep>("\"loud\"").is_err());
        assert_eq!(serde_json::to_string(&Beep::OnEnter).ok().as_deref(), Some("\"on_enter\""));
    }
}
