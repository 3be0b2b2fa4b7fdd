//! `[dial_in]`: the numbers by which people come into conferences by themselves, and what keeps strangers out.

use serde::Deserialize;

/// `[dial_in]`; absent: nobody can dial in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialInConfig {
    pub access_numbers: Vec<AccessNumberConfig>,
    pub pin_length: u32,
    /// In one call.
    pub attempts: u32,
    /// Wrong PINs of one caller's number, and of all callers at one access number, before they are not asked any more.
    pub max_wrong_per_caller: u32,
    pub max_wrong_in_all: u32,
    /// Within so long.
    pub within_minutes: u32,
    /// For the first key, and between keys.
    pub wait_seconds: u32,
    /// Where the shipped dialplan asks for the PIN, in the node's `wait_context`.
    pub extension: String,
    pub prompts: PromptsConfig,
}

/// One access number.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessNumberConfig {
    pub number: String,
    #[serde(default)]
    pub name: String,
    /// The node whose dialplan has it; absent: every one's.
    #[serde(default)]
    pub node: Option<String>,
}

/// `[dial_in.prompts]`: sounds of the switch, one after the other.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PromptsConfig {
    pub ask: Vec<String>,
    pub wrong: Vec<String>,
    pub wait: Vec<String>,
    pub locked: Vec<String>,
    pub full: Vec<String>,
    pub closed: Vec<String>,
    pub refused: Vec<String>,
}

impl PromptsConfig {
    /// Each with its key.
    pub fn all(&self) -> [(&'static str, &[String]); 7] {
        [
            ("ask", &self.ask),
            ("wrong", &self.wrong),
            ("wait", &self.wait),
            ("locked", &self.locked),
            ("full", &self.full),
            ("closed", &self.closed),
            ("refused", &self.refused),
        ]
    }
}

impl Default for DialInConfig {
    fn default() -> Self {
        Self {
            access_numbers: Vec::new(),
            pin_length: 6,
            attempts: 3,
            max_wrong_per_caller: 6,
            max_wrong_in_all: 60,
            within_minutes: 30,
            wait_seconds: 10,
            extension: "switchboard_dial_in".to_owned(),
            prompts: PromptsConfig::default(),
        }
    }
}

/// FreeSWITCH's own sounds, each with a tone behind it: where the files are not installed, the tone is what remains.
impl Default for PromptsConfig {
    fn default() -> Self {
        let made = |sounds: &[&str]| sounds.iter().map(|sound| (*sound).to_owned()).collect();
        const ASK: &str = "tone_stream://v=-17;%(200,0,950)";
        const NO: &str = "tone_stream://v=-17;%(150,100,620);%(150,200,620)";
        const OUT: &str = "tone_stream://v=-17;%(250,250,425);%(250,250,425);%(250,250,425)";
        Self {
            ask: made(&["conference/conf-pin.wav", ASK]),
            wrong: made(&[NO, "conference/conf-bad-pin.wav"]),
            wait: made(&["conference/conf-conference_will_start_shortly.wav", ASK]),
            locked: made(&["conference/conf-locked.wav", OUT]),
            full: made(&["conference/conf-conference_is_full.wav", OUT]),
            closed: made(&["ivr/ivr-im_sorry.wav", "conference/conf-goodbye.wav", OUT]),
            refused: made(&["conference/conf-goodbye.wav", OUT]),
        }
    }
}
