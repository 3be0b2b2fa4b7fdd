//! `[speech]`: text that a voice of the switch speaks.

use super::{error::Step, fields::is_word};
use crate::domain::{
    endpoint::Safe,
    speech::{NameSentences, SpokenText},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[speech]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechConfig {
    /// Empty: nothing is spoken.
    pub engine: String,
    pub voice: String,
    /// By language.
    pub voices: BTreeMap<String, String>,
    /// Empty: `mod_` and the engine's name.
    pub module: String,
    pub joined: String,
    pub left: String,
    pub many_joined: String,
    pub many_left: String,
    pub somebody: String,
}

impl Default for SpeechConfig {
    fn default() -> Self {
        let NameSentences { joined, left, many_joined, many_left, somebody } = NameSentences::default();
        let empty = String::new;
        Self {
            engine: empty(),
            voice: empty(),
            voices: BTreeMap::new(),
            module: empty(),
            joined,
            left,
            many_joined,
            many_left,
            somebody,
        }
    }
}

impl SpeechConfig {
    pub fn is_wanted(&self) -> bool {
        !self.engine.is_empty()
    }

    /// The module that must be loaded.
    pub fn module(&self) -> String {
        if self.module.is_empty() {
            // `unimrcp:profile` is of mod_unimrcp.
            format!("mod_{}", self.engine.split(':').next().unwrap_or_default())
        } else {
            self.module.clone()
        }
    }

    /// What is wrong, and where.
    pub(super) fn faults(&self) -> Vec<(Vec<Step>, String)> {
        let mut found = Vec::new();
        let mut add = |keys: &[&str], text: String| {
            let path = std::iter::once(&"speech").chain(keys).map(|key| Step::Key((*key).to_owned())).collect();
            found.push((path, text));
        };
        const NAME: &str = "letters, digits and _ - . + @ / : only";
        if !self.is_wanted() {
            if !self.voice.is_empty() || !self.voices.is_empty() {
                add(&["engine"], "is missing, though a voice is named; write the engine's name, such as flite".into());
            }
            return found;
        }
        for (key, value) in [("engine", &self.engine), ("voice", &self.voice)] {
            if Safe::new(&**value).is_err() {
                add(&[key], format!("{value:?} does not fit: {NAME}"));
            }
        }
        for (language, voice) in &self.voices {
            if !is_word(language) || Safe::new(&**voice).is_err() {
                add(&["voices", language], format!("{voice:?} does not fit: {NAME}"));
            }
        }
        if Safe::new(self.module()).is_err() {
            add(&["module"], format!("{:?} does not fit: {NAME}", self.module()));
        }
        for (key, sentence, hole) in [
            ("joined", &self.joined, "{name}"),
            ("left", &self.left, "{name}"),
            ("many_joined", &self.many_joined, "{count}"),
            ("many_left", &self.many_left, "{count}"),
            ("somebody", &self.somebody, ""),
        ] {
            if !sentence.contains(hole) {
                add(&[key], format!("has no {hole} in it"));
            } else if let Err(fault) = SpokenText::new(&sentence.replace(hole, if hole.is_empty() { "" } else { "1" }))
            {
                add(&[key], fault.to_string());
            }
        }
        found
    }
}
