//! `tts://ENGINE|VOICE|TEXT`, as mod_flite speaks it: a text is played as a file is.

use std::time::Duration;

pub(super) const MODULE: &str = "mod_flite";
const VOICES: [&str; 5] = ["awb", "kal", "kal16", "rms", "slt"];
/// A voice takes so long for each letter.
const A_LETTER: Duration = Duration::from_millis(65);
/// What it cannot speak is silence, and not even long.
const NOTHING: Duration = Duration::from_millis(240);

/// Engine, voice and text.
fn parts(file: &str) -> Option<(&str, &str, &str)> {
    let mut parts = file.strip_prefix("tts://")?.splitn(3, '|');
    Some((parts.next()?, parts.next()?, parts.next()?))
}

/// Nobody is there to speak it.
pub(super) fn is_refused(file: &str, loaded: bool) -> bool {
    file.starts_with("tts://")
        && !parts(file).is_some_and(|(engine, voice, text)| {
            loaded && engine == "flite" && VOICES.contains(&voice) && !text.trim().is_empty()
        })
}

/// How long a text takes; nothing, if it is none.
pub(super) fn length_of(file: &str) -> Option<Duration> {
    let (_, _, text) = parts(file)?;
    let letters = text.chars().filter(|c| c.is_ascii_alphanumeric()).count();
    Some(NOTHING + A_LETTER * u32::try_from(letters).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_voice_is_refused() {
        assert!(!is_refused("tts://flite|slt|hello", true) && !is_refused("/a.wav", false));
        for (file, loaded) in [
            ("tts://flite|slt|hello", false),
            ("tts://nope|slt|hello", true),
            ("tts://flite|nope|hello", true),
            ("tts://flite|slt| ", true),
            ("tts://flite|hello", true),
        ] {
            assert!(is_refused(file, loaded), "{file}");
        }
        assert!(length_of("tts://flite|slt|hello there") > Some(Duration::from_millis(800)));
        assert_eq!(length_of("tts://flite|slt|\u{43f}\u{440}"), Some(NOTHING));
    }
}
