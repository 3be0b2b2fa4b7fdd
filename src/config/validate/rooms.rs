//! What happens in rooms: their end, recordings, sounds.

use super::{Findings, WORD};
use crate::config::{Config, RecordingConfig, fields::is_word};
use crate::domain::{
    announcement::{SoundFile, Sounds},
    ending,
    endpoint::Safe,
};

impl Findings {
    pub(super) fn end_rules(&mut self, config: &Config) {
        let end = &config.end_rules;
        let at = |key| ["end_rules", key];
        self.range(&at("grace_seconds"), end.grace_seconds, 0..=ending::LONGEST_GRACE, "seconds");
        self.range(&at("nobody_seconds"), end.nobody_seconds, 0..=ending::LONGEST, "seconds");
        self.range(&at("max_seconds"), end.max_seconds, 0..=ending::LONGEST, "seconds");
        for (index, seconds) in end.warn_seconds.iter().enumerate() {
            let path = ["end_rules", "warn_seconds", &index.to_string()];
            self.range(&path, *seconds, 1..=ending::EARLIEST_WARNING, "seconds");
        }
        self.check(
            end.warn_seconds.len() <= ending::MOST_WARNINGS,
            &at("warn_seconds"),
            format!("has more than {} entries; remove some", ending::MOST_WARNINGS),
        );
    }

    pub(super) fn recording(&mut self, recording: &RecordingConfig) {
        self.check(
            recording.directory.starts_with('/') && Safe::new(&*recording.directory).is_ok(),
            &["recording", "directory"],
            format!(
                "{:?} does not fit: a whole path on the switch, of letters, digits and _ - . + @ : / only",
                recording.directory
            ),
        );
        let bare =
            ["{date}", "{time}", "{id}"].iter().fold(recording.file.clone(), |text, hole| text.replace(hole, ""));
        self.check(
            recording.file.contains("{id}") && (bare.is_empty() || is_word(&bare)) && !recording.file.starts_with('.'),
            &["recording", "file"],
            format!(
                "{:?} does not fit: {WORD}, with {{id}} in it (so that no recording overwrites another), and {{date}} \
                 and {{time}} if you like",
                recording.file
            ),
        );
        self.check(
            recording.announce.is_empty() || Safe::new(&*recording.announce).is_ok(),
            &["recording", "announce"],
            format!("{:?} is no sound; write a file's path on the switch", recording.announce),
        );
        self.range(&["recording", "keep_days"], recording.keep_days, 0..=3650, "days, 0 for ever");
        self.check(
            recording.keep_days == 0 || recording.shared_directory.is_some(),
            &["recording", "keep_days"],
            "is set, but shared_directory is not: we could not delete anything; name it, or let the switch clean up",
        );
    }

    pub(super) fn sounds(&mut self, config: &Config) {
        let sounds = &config.sounds;
        for (name, file) in &sounds.files {
            let path = ["sounds", "files", name];
            self.check(is_word(name), &path, format!("{name:?} does not fit: {WORD}"));
            if let Err(fault) = SoundFile::new(&**file) {
                self.add(&path, fault.to_string());
            }
        }
        let known =
            sounds.files.contains_key(&sounds.warning) || Sounds::default().by_name.contains_key(&sounds.warning);
        self.check(
            sounds.warning.is_empty() || known,
            &["sounds", "warning"],
            format!("{:?} is no sound: name one of `files`, chime or attention, or leave it empty", sounds.warning),
        );
    }

    pub(super) fn rescue(&mut self, config: &Config) {
        let rescue = &config.rescue;
        self.range(&["rescue", "within_minutes"], rescue.within_minutes, 1..=1440, "minutes");
        if let Err(fault) = SoundFile::new(&*rescue.sound)
            && !rescue.sound.is_empty()
        {
            self.add(&["rescue", "sound"], fault.to_string());
        }
    }
}
