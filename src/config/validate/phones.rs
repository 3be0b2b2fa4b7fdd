//! What people are asked on their phones, and what they press.

use super::{ATTENDANT, CALLER, Findings, WORD};
use crate::config::{
    Config, ConfirmConfig, KeysConfig,
    fields::{is_number, is_word},
};
use crate::domain::{
    announcement::SoundFile,
    dial_in::PIN_LENGTHS,
    ending,
    endpoint::Safe,
    keys::Sequence,
    reach::{RETRIES, RETRY_PAUSE_SECONDS},
};
use std::collections::BTreeSet;

impl Findings {
    pub(super) fn keys(&mut self, keys: &KeysConfig) {
        let mut known: Vec<(&str, Sequence)> = Vec::new();
        let commands = keys.commands().into_iter().map(|(key, _, text)| (key, text, true));
        let votes = keys.votes().into_iter().map(|(key, text)| (key, text, false));
        for (key, text, starred) in commands.chain(votes).filter(|(_, text, _)| !text.is_empty()) {
            let path = ["keys", key];
            let sequence = match Sequence::new(text) {
                Ok(sequence) => sequence,
                Err(fault) => {
                    self.add(&path, format!("{fault}, or leave it empty to turn it off"));
                    continue;
                }
            };
            self.check(
                !starred || sequence.is_starred(),
                &path,
                format!("{text:?} does not begin with *; only votes are cast without"),
            );
            self.check(
                starred || sequence.is_plain(),
                &path,
                format!("{text:?} does not begin with a digit; what begins with * or # is read as a command"),
            );
            if let Some((other, earlier)) = known.iter().find(|(_, earlier)| earlier.conflicts(&sequence)) {
                self.add(
                    &path,
                    format!("{text:?} cannot stand beside {other} ({earlier}): one begins with the other; change one"),
                );
            }
            known.push((key, sequence));
        }
        self.check(
            keys.vote_yes.is_empty() == keys.vote_no.is_empty(),
            &["keys", "vote_no"],
            "votes need both vote_yes and vote_no; set both, or leave both empty",
        );
        self.range(&["keys", "pause_seconds"], keys.pause_seconds, 1..=10, "seconds");
        self.range(&["keys", "sure_seconds"], keys.sure_seconds, 2..=30, "seconds");
        self.range(&["keys", "extend_seconds"], keys.extend_seconds, 1..=ending::LONGEST, "seconds");
        for (key, sound) in keys.sounds.all() {
            if let Some(fault) =
                sound.as_deref().filter(|text| !text.is_empty()).map(SoundFile::new).and_then(Result::err)
            {
                self.add(&["keys", "sounds", key], fault.to_string());
            }
        }
    }

    pub(super) fn dialing(&mut self, config: &Config) {
        let dialing = &config.dialing;
        self.range(&["dialing", "retries"], dialing.retries, RETRIES, "times");
        self.range(&["dialing", "retry_pause_seconds"], dialing.retry_pause_seconds, RETRY_PAUSE_SECONDS, "seconds");
    }

    pub(super) fn confirm(&mut self, confirm: &ConfirmConfig) {
        for (index, part) in confirm.prompt.iter().enumerate() {
            let spoken = matches!(part.as_str(), CALLER | ATTENDANT);
            let path = ["confirm", "prompt", &index.to_string()];
            self.check(
                spoken || Safe::new(&**part).is_ok(),
                &path,
                format!(
                    "{part:?} is no sound file: letters, digits, _ - . + @ : / only, or {CALLER:?} or {ATTENDANT:?}"
                ),
            );
            self.check(
                !spoken || confirm.digits.is_some(),
                &path,
                "speaks a number, but no folder of spoken digits is given; add digits",
            );
        }
        if let Some(folder) = &confirm.digits {
            self.check(
                Safe::new(&**folder).is_ok(),
                &["confirm", "digits"],
                format!("{folder:?} is no folder: letters, digits, _ - . + @ : / only"),
            );
        }
    }

    pub(super) fn dial_in(&mut self, config: &Config) {
        let Some(dial_in) = &config.dial_in else { return };
        let at = |key| ["dial_in", key];
        let numbers = &dial_in.access_numbers;
        self.check(
            !numbers.is_empty(),
            &["dial_in"],
            "names no access number; add access_numbers = [{ number = \"…\" }], or remove the section",
        );
        let mut seen = BTreeSet::new();
        for (index, one) in numbers.iter().enumerate() {
            let index = &index.to_string();
            let of = |key| ["dial_in", "access_numbers", index, key];
            self.check(
                is_number(&one.number),
                &of("number"),
                format!("{:?} is no number: digits, with a plus in front or not", one.number),
            );
            self.check(
                seen.insert(one.number.trim_start_matches('+').to_owned()),
                &of("number"),
                format!("{:?} is there twice; remove one", one.number),
            );
            self.check(
                one.name.chars().count() <= 60 && !one.name.chars().any(char::is_control),
                &of("name"),
                "is longer than 60 characters, or has unprintable ones",
            );
            let known = |node: &String| config.nodes.iter().any(|one| one.id == *node);
            self.check(
                one.node.as_ref().is_none_or(known),
                &of("node"),
                format!("{:?} is no node's id", one.node.as_deref().unwrap_or_default()),
            );
        }
        let lengths = u32::from(*PIN_LENGTHS.start())..=u32::from(*PIN_LENGTHS.end());
        self.range(&at("pin_length"), dial_in.pin_length, lengths, "digits");
        self.range(&at("attempts"), dial_in.attempts, 1..=10, "times");
        self.range(&at("max_wrong_per_caller"), dial_in.max_wrong_per_caller, 1..=100, "times");
        self.range(&at("max_wrong_in_all"), dial_in.max_wrong_in_all, 1..=10_000, "times");
        self.check(
            dial_in.max_wrong_in_all >= dial_in.max_wrong_per_caller,
            &at("max_wrong_in_all"),
            "is less than max_wrong_per_caller: one caller could shut the number for all; raise it",
        );
        self.range(&at("within_minutes"), dial_in.within_minutes, 1..=1440, "minutes");
        self.range(&at("wait_seconds"), dial_in.wait_seconds, 3..=60, "seconds");
        self.check(is_word(&dial_in.extension), &at("extension"), WORD);
        for (key, sounds) in dial_in.prompts.all() {
            self.check(!sounds.is_empty(), &["dial_in", "prompts", key], "is empty: the caller would hear nothing");
            for (index, sound) in sounds.iter().enumerate() {
                if let Err(fault) = SoundFile::new(&**sound) {
                    self.add(&["dial_in", "prompts", key, &index.to_string()], fault.to_string());
                }
            }
        }
    }
}
