//! What types cannot say: ranges, characters, and what must go together.

mod lines;
mod phones;
mod rooms;

use super::{
    Config, HttpConfig,
    error::{Finding, Step},
    fields::{is_variable_name, is_word},
};
use crate::domain::endpoint::Safe;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use tracing_subscriber::EnvFilter;

/// Stand in a prompt for a number that is spoken.
pub const CALLER: &str = "{caller}";
pub const ATTENDANT: &str = "{attendant}";
const WORD: &str = "letters, digits, _ - . only";
const PLAIN: &str = "letters, digits, _ - . + @ : / and spaces between them only";

/// Variables we set ourselves, or that make the switch run something.
const RESERVED: [&str; 13] = [
    "origination_",
    "originate_",
    "leg_timeout",
    "ignore_early_media",
    "group_confirm_",
    "execute_on_",
    "api_on_",
    "api_hangup_hook",
    "exec_",
    "conference_",
    "park_",
    "switchboard_",
    "transfer_",
];

fn is_level(word: &str) -> bool {
    ["error", "warn", "info", "debug", "trace", "off"].iter().any(|level| word.eq_ignore_ascii_case(level))
}

/// Everything that is wrong, top to bottom.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let mut all = Findings::default();
    all.http(&config.http);
    all.hook(config);
    all.nodes(&config.nodes);
    all.stations(&config.stations);
    all.routes(&config.routes);
    all.numbers(config);
    all.policy(config);
    all.timing(config);
    all.end_rules(config);
    all.recording(&config.recording);
    all.sounds(config);
    all.rescue(config);
    all.found.extend(config.speech.faults().into_iter().map(|(path, text)| Finding { path, text }));
    all.keys(&config.keys);
    all.dialing(config);
    all.confirm(&config.confirm);
    all.dial_in(config);
    all.log(&config.log.level);
    if config.store.path.as_os_str().is_empty() {
        all.add(&["store", "path"], "is empty; name the file everything is kept in");
    }
    all.found
}

#[derive(Default)]
struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, path: &[&str], text: impl Into<String>) {
        // Positions are written as digits: no key of ours is one.
        let path =
            path.iter().map(|step| step.parse().map_or_else(|_| Step::Key((*step).to_owned()), Step::Item)).collect();
        self.found.push(Finding { path, text: text.into() });
    }

    fn check(&mut self, fits: bool, path: &[&str], text: impl Into<String>) {
        if !fits {
            self.add(path, text);
        }
    }

    fn range(&mut self, path: &[&str], value: u32, allowed: RangeInclusive<u32>, unit: &str) {
        let (low, high) = (allowed.start(), allowed.end());
        self.check(allowed.contains(&value), path, format!("{value} is out of range; choose {low} to {high} {unit}"));
    }

    fn http(&mut self, http: &HttpConfig) {
        if let Some(url) = &http.public_url {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
            self.check(
                !host.is_empty() && !host.contains(['/', ' ', '?', '#', '@']),
                &["http", "public_url"],
                format!("{url:?} is no origin; write https://host or https://host:port, no path and no slash after it"),
            );
            self.check(
                http.secure_cookie != Some(true) || url.starts_with("https://"),
                &["http", "secure_cookie"],
                "is true, but public_url is not https: nobody could sign in; use https, or remove the key",
            );
        }
        self.check(
            http.metrics_token_file.is_none() || http.metrics_token_env.is_none(),
            &["http", "metrics_token_env"],
            "stands beside metrics_token_file; remove one of both",
        );
    }

    fn hook(&mut self, config: &Config) {
        let hook = &config.hook;
        self.check(
            hook.listen != config.http.listen || hook.listen.port() == 0,
            &["hook", "listen"],
            "is the address of [http]; choose another port",
        );
        self.check(
            hook.listen.ip().is_loopback() || hook.admit.iter().any(|network| !network.addr().is_loopback()),
            &["hook", "admit"],
            "admits loopback only, though the hook listens beyond it; list the addresses of your nodes",
        );
        for (index, name) in hook.variables.iter().enumerate() {
            self.check(
                is_variable_name(name),
                &["hook", "variables", &index.to_string()],
                format!("{name:?} is no variable's name: letters, digits, _ and - only"),
            );
        }
        self.check(
            Safe::new(&*hook.music).is_ok(),
            &["hook", "music"],
            format!("{:?} is no music; write something like local_stream://moh", hook.music),
        );
        self.check(is_word(&hook.default_queue), &["hook", "default_queue"], WORD);
    }

    fn numbers(&mut self, config: &Config) {
        let numbers = &config.numbers;
        for (key, value) in [
            ("country_code", &numbers.country_code),
            ("national_prefix", &numbers.national_prefix),
            ("international_prefix", &numbers.international_prefix),
        ] {
            if let Some(value) = value {
                self.check(
                    (1..=5).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()),
                    &["numbers", key],
                    format!("{value:?} does not fit; write 1 to 5 digits, without plus"),
                );
            }
        }
        self.check(
            numbers.national_prefix.is_none() || numbers.country_code.is_some(),
            &["numbers", "national_prefix"],
            "is of no use without country_code; add it",
        );
    }

    fn policy(&mut self, config: &Config) {
        let policy = &config.policy;
        self.prefixes(&["policy", "allow"], &policy.allow);
        self.prefixes(&["policy", "deny"], &policy.deny);
        self.range(&["policy", "max_legs_per_conference"], policy.max_legs_per_conference, 1..=1000, "legs");
        self.range(&["policy", "max_legs_at_once"], policy.max_legs_at_once, 1..=10_000, "legs");
        self.range(&["policy", "new_legs_per_minute"], policy.new_legs_per_minute, 1..=10_000, "legs a minute");
        let user = &policy.per_user;
        self.range(&["policy", "per_user", "max_legs_at_once"], user.max_legs_at_once, 1..=10_000, "legs");
        self.range(
            &["policy", "per_user", "new_legs_per_minute"],
            user.new_legs_per_minute,
            1..=10_000,
            "legs a minute",
        );
    }

    fn timing(&mut self, config: &Config) {
        let timing = &config.timing;
        self.range(&["timing", "ring_seconds"], timing.ring_seconds, 5..=120, "seconds");
        self.range(&["timing", "confirm_seconds"], timing.confirm_seconds, 3..=60, "seconds");
        self.range(&["timing", "max_leg_hours"], timing.max_leg_hours, 1..=24, "hours");
        self.range(&["timing", "hold_minutes"], timing.hold_minutes, 1..=720, "minutes");
        self.range(&["timing", "park_seconds"], timing.park_seconds, 5..=300, "seconds");
    }

    fn log(&mut self, level: &str) {
        // A bare word that is no level would be taken for the name of a module, and everything else be silent.
        let word =
            level.split(',').map(str::trim).find(|part| !part.contains(['=', '[', ']', '{', '}']) && !is_level(part));
        let text = match (word, EnvFilter::try_new(level)) {
            (Some(word), _) => format!("{word:?} is no level"),
            (None, Err(error)) => format!("{level:?} is not understood ({error})"),
            (None, Ok(_)) => return,
        };
        self.add(
            &["log", "level"],
            format!(
                "{text}; write error, warn, info, debug, trace or off, or more finely info,switchboard::switch=debug"
            ),
        );
    }

    fn unique<'a>(&mut self, section: &str, key: &str, values: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (index, value) in values.enumerate() {
            self.check(
                seen.insert(value.to_lowercase()),
                &[section, &index.to_string(), key],
                format!("{value:?} is there twice; choose another"),
            );
        }
    }
}
