//! What types cannot say: ranges, characters, and what must go together.

use super::{
    Config, ConfirmConfig, HttpConfig, KeysConfig, NodeConfig, PhoneRouteConfig, RecordingConfig, StationConfig,
    error::{Finding, Step},
    fields::{is_dial_text, is_host_and_port, is_number, is_plain, is_prefix, is_variable_name, is_word},
};
use crate::domain::{
    announcement::{SoundFile, Sounds},
    dial_in::PIN_LENGTHS,
    ending,
    endpoint::Safe,
    keys::Sequence,
    number::LONGEST,
    reach::{RETRIES, RETRY_PAUSE_SECONDS},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};
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

    fn nodes(&mut self, nodes: &[NodeConfig]) {
        self.check(!nodes.is_empty(), &["node"], "there is none; add a [[node]] for each FreeSWITCH server");
        self.unique("node", "id", nodes.iter().map(|node| node.id.as_str()));
        for (index, node) in nodes.iter().enumerate() {
            let index = &index.to_string();
            let at = |key| ["node", index, key];
            for (key, value) in [
                ("id", &node.id),
                ("conference_profile", &node.conference_profile),
                ("wait_extension", &node.wait_extension),
                ("wait_context", &node.wait_context),
            ] {
                self.check(is_word(value), &at(key), format!("{value:?} does not fit: {WORD}"));
            }
            self.check(
                is_host_and_port(&node.address),
                &at("address"),
                format!("{:?} is no host:port, such as 127.0.0.1:8021", node.address),
            );
            self.range(&at("ports"), node.ports, 1..=10_000, "ports");
            self.range(&at("originates_per_second"), node.originates_per_second, 1..=1000, "a second");
            self.range(&at("command_connections"), node.command_connections, 1..=16, "connections");
            match (&node.password_file, &node.password_env, &node.given_password) {
                (Some(_), Some(_), _) => {
                    self.add(&at("password_env"), "stands beside password_file; remove one of both");
                }
                (None, None, None) => self.add(
                    &["node", index],
                    "has no password; add password_file or password_env (the password itself never stands here)",
                ),
                _ => {}
            }
        }
    }

    fn stations(&mut self, stations: &[StationConfig]) {
        self.unique("station", "id", stations.iter().map(|station| station.id.as_str()));
        for (index, station) in stations.iter().enumerate() {
            let index = &index.to_string();
            let at = |key| ["station", index, key];
            self.check(is_word(&station.id), &at("id"), format!("{:?} does not fit: {WORD}", station.id));
            self.check(
                is_word(station.number()),
                &at("number"),
                format!("{:?} does not fit: {WORD}", station.number()),
            );
            self.domain(&at("domain"), station.domain.as_deref());
            self.template(&at("endpoint"), &station.endpoint, station.domain.is_some(), None);
            self.variables(&at("variables"), &station.variables);
        }
    }

    fn routes(&mut self, routes: &[PhoneRouteConfig]) {
        self.unique("route", "name", routes.iter().map(|route| route.name.as_str()));
        for (index, route) in routes.iter().enumerate() {
            let index = &index.to_string();
            let at = |key| ["route", index, key];
            self.check(is_word(&route.name), &at("name"), format!("{:?} does not fit: {WORD}", route.name));
            self.prefixes(&at("prefixes"), &route.prefixes);
            for (position, number) in route.numbers.iter().enumerate() {
                self.check(
                    is_number(number),
                    &["route", index, "numbers", &position.to_string()],
                    format!("{number:?} is no number: digits, with a plus in front or not"),
                );
            }
            self.check(
                !route.prefixes.is_empty()
                    || !route.numbers.is_empty()
                    || route.min_length.is_some()
                    || route.max_length.is_some(),
                &["route", index],
                "matches nothing in particular; add prefixes, numbers, min_length or max_length",
            );
            for (key, length) in [("min_length", route.min_length), ("max_length", route.max_length)] {
                if let Some(length) = length {
                    self.range(&at(key), length, 1..=LONGEST, "digits");
                }
            }
            if let (Some(low), Some(high)) = (route.min_length, route.max_length) {
                self.check(low <= high, &at("max_length"), format!("is {high}, less than min_length ({low})"));
            }
            self.range(&at("strip"), route.strip, 0..=20, "characters");
            self.check(
                is_prefix(&route.prepend),
                &at("prepend"),
                format!("{:?} cannot stand before a number: digits, with a plus in front or not", route.prepend),
            );
            if let Some(rate) = route.originates_per_second {
                self.range(&at("originates_per_second"), rate, 1..=1000, "a second");
            }
            self.domain(&at("domain"), route.domain.as_deref());
            self.template(&at("dial"), &route.dial, route.domain.is_some(), Some(!route.gateways.is_empty()));
            for (position, gateway) in route.gateways.iter().enumerate() {
                self.check(
                    is_word(gateway),
                    &["route", index, "gateways", &position.to_string()],
                    format!("{gateway:?} does not fit: {WORD}"),
                );
            }
            if let Some(number) = &route.caller_id_number {
                self.check(
                    is_number(number),
                    &at("caller_id_number"),
                    format!("{number:?} is no number: digits, with a plus in front or not"),
                );
            }
            if let Some(name) = &route.caller_id_name {
                self.check(
                    name.is_empty() || is_plain(name),
                    &at("caller_id_name"),
                    format!("{name:?} does not fit: {PLAIN}"),
                );
            }
            self.variables(&at("variables"), &route.variables);
        }
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

    fn end_rules(&mut self, config: &Config) {
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

    fn recording(&mut self, recording: &RecordingConfig) {
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

    fn sounds(&mut self, config: &Config) {
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

    fn rescue(&mut self, config: &Config) {
        let rescue = &config.rescue;
        self.range(&["rescue", "within_minutes"], rescue.within_minutes, 1..=1440, "minutes");
        if let Err(fault) = SoundFile::new(&*rescue.sound)
            && !rescue.sound.is_empty()
        {
            self.add(&["rescue", "sound"], fault.to_string());
        }
    }

    fn keys(&mut self, keys: &KeysConfig) {
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

    fn dialing(&mut self, config: &Config) {
        let dialing = &config.dialing;
        self.range(&["dialing", "retries"], dialing.retries, RETRIES, "times");
        self.range(&["dialing", "retry_pause_seconds"], dialing.retry_pause_seconds, RETRY_PAUSE_SECONDS, "seconds");
    }

    fn confirm(&mut self, confirm: &ConfirmConfig) {
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

    fn dial_in(&mut self, config: &Config) {
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

    fn prefixes(&mut self, path: &[&str], prefixes: &[String]) {
        for (index, prefix) in prefixes.iter().enumerate() {
            let index = index.to_string();
            let path: Vec<&str> = path.iter().copied().chain([index.as_str()]).collect();
            self.check(
                is_prefix(prefix),
                &path,
                format!("{prefix:?} is no prefix of numbers: digits, with a plus in front or not"),
            );
        }
    }

    fn domain(&mut self, path: &[&str], domain: Option<&str>) {
        if let Some(domain) = domain {
            self.check(is_word(domain), path, format!("{domain:?} does not fit: {WORD}"));
        }
    }

    /// `gateways`: whether there are any; none where the section knows no gateways.
    fn template(&mut self, path: &[&str], template: &str, has_domain: bool, gateways: Option<bool>) {
        let mut rest = template.to_owned();
        let mut uses = |name: &str| {
            let found = rest.contains(name);
            rest = rest.replace(name, "");
            found
        };
        let (number, domain) = (uses("{number}"), uses("{domain}"));
        let gateway = gateways.is_some() && uses("{gateway}");
        self.check(
            is_dial_text(&rest),
            path,
            format!(
                "{template:?} does not fit: letters, digits, _ - . + @ : / ; = % and the placeholders {{number}}, \
                 {{domain}}{} only",
                if gateways.is_some() { ", {gateway}" } else { "" }
            ),
        );
        self.check(number, path, "does not say where the number goes; write {number}");
        self.check(
            !template.to_lowercase().contains("loopback/"),
            path,
            "leads through loopback/, which policy cannot follow; dial the endpoint itself",
        );
        self.check(has_domain || !domain, path, "uses {domain}, but no domain is given; add one");
        if let Some(has_gateways) = gateways {
            self.check(has_gateways || !gateway, path, "uses {gateway}, but there are none; add gateways");
            self.check(!has_gateways || gateway, path, "does not use the gateways; write {gateway}, or remove them");
        }
    }

    fn variables(&mut self, path: &[&str], variables: &BTreeMap<String, String>) {
        for (name, value) in variables {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            self.check(
                is_variable_name(name),
                &path,
                format!("{name:?} is no variable's name: letters, digits, _ and - only"),
            );
            self.check(is_plain(value), &path, format!("{value:?} does not fit: {PLAIN}"));
            let lower = name.to_lowercase();
            self.check(
                !RESERVED.iter().any(|reserved| lower.starts_with(reserved)),
                &path,
                "is Switchboard's own to set, or runs something on the switch; remove it",
            );
        }
    }
}
