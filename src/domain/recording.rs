//! One recording of a conference: folded from its facts, and where the switch is to put it.

use super::{
    endpoint::{Safe, UnsafeText},
    fact::Fact,
    ids::{ChannelId, RecordingId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordingState {
    /// Asked for; being announced, or not yet told of by the switch.
    Starting,
    /// Everything said in the room is being recorded.
    Recording,
    /// Nothing is being recorded for now; what was is kept.
    Paused,
    /// Over, and its file is complete.
    Ended,
    /// Nothing was recorded.
    Failed,
}

macro_rules! ends {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $words:literal;)*) => {
        /// Why a recording is over: a closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum RecordingEnd { $($(#[$doc])* $name,)* }

        impl RecordingEnd {
            /// For programs.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
            /// For people.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

ends! {
    Stopped, "stopped", "it was stopped";
    ConferenceOver, "conference_over", "the conference was over";
    /// Everybody went over to another conference.
    Merged, "merged", "the conference was merged into another one";
    /// Nobody here asked for it: the disk is full, or somebody did it on the switch.
    ByItself, "by_itself", "it stopped by itself (is the disk full?); record again if it should go on";
    /// The room is gone, or the switch is, and nothing was told of it.
    Unseen, "unseen", "its end was not seen, so the file may be incomplete";
    NotAnnounced, "not_announced", "the announcement could not be played, so nothing was recorded";
    NotOpened, "not_opened", "FreeSWITCH could not open its file";
    NotStarted, "not_started", "FreeSWITCH did not start it";
}

/// A wish whose effect has not been seen yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingAsk {
    Stop,
    Pause(bool),
}

/// One recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    pub id: RecordingId,
    /// On the switch.
    pub path: String,
    pub state: RecordingState,
    /// People are told first that they will be recorded, and have not been yet.
    pub announcing: bool,
    pub asked_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub end: Option<RecordingEnd>,
    /// Somebody wants it over; it is when the switch says so.
    pub stop_asked: bool,
    /// Recorded time, pauses left out, as the switch gave it.
    pub milliseconds: Option<u64>,
    pub bytes: Option<u64>,
    /// Legs that came later, and were told by themselves.
    pub told: Vec<ChannelId>,
    /// Not journaled.
    pub asked: Option<RecordingAsk>,
}

impl Recording {
    pub fn is_over(&self) -> bool {
        matches!(self.state, RecordingState::Ended | RecordingState::Failed)
    }

    /// Its file's name, without the folder.
    pub fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// One more fact, of whichever recording it is about.
pub fn apply(recordings: &mut Vec<Recording>, at: Timestamp, fact: &Fact) {
    if let Fact::RecordingAsked { recording, path, announce } = fact {
        recordings.push(Recording {
            id: *recording,
            path: path.clone(),
            state: RecordingState::Starting,
            announcing: *announce,
            asked_at: at,
            started_at: None,
            ended_at: None,
            end: None,
            stop_asked: false,
            milliseconds: None,
            bytes: None,
            told: Vec::new(),
            asked: None,
        });
        return;
    }
    let Some(one) = fact_of(fact).and_then(|id| recordings.iter_mut().find(|one| one.id == id)) else { return };
    match fact {
        Fact::RecordingAnnounced { .. } => one.announcing = false,
        Fact::RecordingStarted { .. } => {
            one.state = RecordingState::Recording;
            one.announcing = false;
            one.started_at = Some(at);
        }
        Fact::RecordingPauseAsked { on, .. } => one.asked = Some(RecordingAsk::Pause(*on)),
        Fact::RecordingPaused { on, .. } => {
            one.state = if *on { RecordingState::Paused } else { RecordingState::Recording };
            // An earlier wish that comes true does not answer a later one.
            one.asked = one.asked.filter(|asked| *asked != RecordingAsk::Pause(*on));
        }
        Fact::RecordingTold { leg, .. } => one.told.push(*leg),
        Fact::RecordingStopAsked { .. } => {
            one.stop_asked = true;
            one.asked = Some(RecordingAsk::Stop);
        }
        Fact::RecordingEnded { end, milliseconds, bytes, .. } => {
            one.state = if one.started_at.is_some() { RecordingState::Ended } else { RecordingState::Failed };
            one.announcing = false;
            one.ended_at = Some(at);
            one.end = Some(*end);
            one.milliseconds = *milliseconds;
            one.bytes = *bytes;
            one.asked = None;
        }
        _ => {}
    }
}

/// Which recording a fact is about.
pub fn fact_of(fact: &Fact) -> Option<RecordingId> {
    match fact {
        Fact::RecordingAsked { recording, .. }
        | Fact::RecordingAnnounced { recording }
        | Fact::RecordingAnnouncedAgain { recording }
        | Fact::RecordingTold { recording, .. }
        | Fact::RecordingStarted { recording }
        | Fact::RecordingPauseAsked { recording, .. }
        | Fact::RecordingPaused { recording, .. }
        | Fact::RecordingStopAsked { recording }
        | Fact::RecordingEnded { recording, .. } => Some(*recording),
        _ => None,
    }
}

/// How conferences are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRules {
    /// A folder on the switch.
    directory: Safe,
    /// The file's name, with `{date}`, `{time}` and `{id}`.
    file: String,
    /// Played to the room before it is recorded.
    pub announce: Option<Safe>,
}

impl RecordingRules {
    /// Refuses what could not be sent to the switch later.
    pub fn new(directory: &str, file: &str, announce: Option<Safe>) -> Result<Self, UnsafeText> {
        let directory = Safe::new(directory.trim_end_matches('/'))?;
        let rules = Self { directory, file: file.to_owned(), announce };
        rules.path(Timestamp(0), RecordingId::new(uuid::Uuid::nil())).map(|_| rules)
    }

    /// Where a recording goes. The id makes the name its own: FreeSWITCH overwrites without a word.
    pub fn path(&self, at: Timestamp, id: RecordingId) -> Result<Safe, UnsafeText> {
        // 2026-11-24T10:35:40Z
        let digits: String = at.to_string().chars().take(19).filter(char::is_ascii_digit).collect();
        let (date, time) = digits.split_at_checked(8).unwrap_or((&digits, ""));
        let name = self.file.replace("{date}", date).replace("{time}", time).replace("{id}", &id.to_string());
        Safe::new(format!("{}/{name}.wav", self.directory))
    }

    /// Whether what was played is the announcement. The switch may have put its sounds folder before it.
    pub fn announces(&self, file: &str) -> bool {
        self.announce.as_ref().is_some_and(|sound| {
            file == sound.as_str() || file.strip_suffix(sound.as_str()).is_some_and(|before| before.ends_with('/'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_file_is_named_by_when_it_was_asked_for_and_by_its_id() {
        let rules = RecordingRules::new("/var/rec/", "{date}-{time}-{id}", None).expect("a good pattern");
        let id = RecordingId::new(Uuid::from_u128(7));
        let path = rules.path(Timestamp(1_795_000_000_123), id).expect("safe");
        assert_eq!(path.as_str(), format!("/var/rec/20261118-110640-{id}.wav"));
    }

    #[test]
    fn what_cannot_be_sent_to_the_switch_is_no_place() {
        for (directory, file) in [("/var/my rec", "{id}"), ("", "{id}"), ("/var/rec", "{id};x"), ("/var/{x}", "{id}")] {
            assert!(RecordingRules::new(directory, file, None).is_err(), "{directory} {file}");
        }
    }

    #[test]
    fn the_announcement_is_known_by_its_name() {
        let announce = Some(Safe::new("ivr/recorded.wav").expect("safe"));
        let rules = RecordingRules::new("/rec", "{id}", announce).expect("a good pattern");
        assert!(rules.announces("ivr/recorded.wav") && rules.announces("/usr/share/sounds/ivr/recorded.wav"));
        assert!(!rules.announces("other.wav") && !rules.announces("xivr/recorded.wav"));
    }
}
