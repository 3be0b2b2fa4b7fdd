//! From the configuration to the rules of the core.

use crate::{
    config::{
        ATTENDANT, AccessNumberConfig, Ask, BallotConfig, CALLER, ComeBackMode, Config, KeysConfig, NodeConfig,
        PhoneRouteConfig, RecordingConfig, RescueMode, SpeechConfig, StationConfig,
    },
    domain::{
        announcement::{SoundFile, Sounds},
        dial_in::{AccessNumber, DialInRules, GuessLimits, Prompts},
        effect::WayBack,
        ending::EndRules,
        endpoint::{Endpoint, Phrase, Safe, UnsafeText},
        keys::{KeyRules, KeySounds, Sequence},
        number::Numbering,
        policy::{Limits, Policy},
        reach::Reach,
        recording::RecordingRules,
        route::{Matches, Route, Routes},
        rules::{ComeBack, ConferenceRules, Prompt, PromptPart, Rescue, RescueWithin, Rules, Station, Times},
        speech::{NameSentences, SpeechRules},
    },
};
use std::{collections::BTreeMap, time::Duration};

/// A value of the configuration that may not reach the switch.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {fault}; change it in the configuration")]
pub struct RulesError {
    key: String,
    fault: UnsafeText,
}

fn safe(key: impl Into<String>, text: &str) -> Result<Safe, RulesError> {
    Safe::new(text).map_err(|fault| RulesError { key: key.into(), fault })
}

fn phrase(key: impl Into<String>, text: &str) -> Result<Phrase, RulesError> {
    Phrase::new(text).map_err(|fault| RulesError { key: key.into(), fault })
}

fn variables(key: &str, pairs: &BTreeMap<String, String>) -> Result<Vec<(Safe, Phrase)>, RulesError> {
    pairs.iter().map(|(name, value)| Ok((safe(key, name)?, phrase(format!("{key}.{name}"), value)?))).collect()
}

/// The rules of one node.
pub fn rules(config: &Config, node: &NodeConfig) -> Result<Rules, RulesError> {
    let numbers = &config.numbers;
    let stations = config.stations.iter().map(|one| Ok((one.id.clone(), station(one)?)));
    let routes = config.routes.iter().map(|one| route(one, config.confirm.ask)).collect::<Result<_, _>>()?;
    let timing = &config.timing;
    let seconds = |s: u32| Duration::from_secs(u64::from(s));
    Ok(Rules {
        numbering: Numbering {
            country_code: numbers.country_code.clone().unwrap_or_default(),
            national_prefix: numbers.national_prefix.clone().unwrap_or_default(),
            international_prefix: numbers.international_prefix.clone().unwrap_or_default(),
        },
        routes: Routes(routes),
        policy: policy(config),
        stations: stations.collect::<Result<_, RulesError>>()?,
        profile: safe("[[node]] conference_profile", &node.conference_profile)?,
        way_back: WayBack {
            extension: safe("[[node]] wait_extension", &node.wait_extension)?,
            context: safe("[[node]] wait_context", &node.wait_context)?,
        },
        music: safe("[hook] music", &config.hook.music)?,
        ports: node.ports,
        times: Times {
            ring: seconds(timing.ring_seconds),
            confirm: seconds(timing.confirm_seconds),
            longest_leg: seconds(timing.max_leg_hours.saturating_mul(3600)),
            longest_hold: seconds(timing.hold_minutes.saturating_mul(60)),
            park: seconds(timing.park_seconds),
            ..Times::default()
        },
        conference: conference(config)?,
        recording: recording(&config.recording)?,
        reach: Reach {
            strategy: config.dialing.strategy,
            ring_seconds: None,
            retries: u8::try_from(config.dialing.retries).unwrap_or(u8::MAX),
            retry_pause_seconds: config.dialing.retry_pause_seconds,
        },
        originates_per_second: node.originates_per_second,
        prompt: prompt(config)?,
        dial_in: dial_in(config, node)?,
    })
}

/// The built-in ones, and the operator's; whatever would not do was refused when the file was read.
fn sounds(config: &Config) -> Sounds {
    let mut sounds = Sounds::default();
    let own = config.sounds.files.iter().filter_map(|(name, file)| Some((name.clone(), SoundFile::new(&**file).ok()?)));
    sounds.by_name.extend(own);
    sounds.warning = Some(config.sounds.warning.clone()).filter(|name| !name.is_empty());
    sounds
}

/// The module that speaks, if texts are to be spoken.
pub fn speech_module(config: &SpeechConfig) -> Result<Option<Safe>, RulesError> {
    config.is_wanted().then(|| safe("[speech] module", &config.module())).transpose()
}

fn speech(config: &SpeechConfig) -> Result<Option<SpeechRules>, RulesError> {
    let Some(module) = speech_module(config)? else { return Ok(None) };
    let voices = config.voices.iter().map(|(language, voice)| Ok((language.clone(), safe("[speech] voices", voice)?)));
    Ok(Some(SpeechRules {
        engine: safe("[speech] engine", &config.engine)?,
        voice: safe("[speech] voice", &config.voice)?,
        voices: voices.collect::<Result<_, RulesError>>()?,
        module,
        names: NameSentences {
            joined: config.joined.clone(),
            left: config.left.clone(),
            many_joined: config.many_joined.clone(),
            many_left: config.many_left.clone(),
            somebody: config.somebody.clone(),
        },
    }))
}

/// None: the section is not there, or this node has no access number.
fn dial_in(config: &Config, node: &NodeConfig) -> Result<Option<DialInRules>, RulesError> {
    let Some(dial_in) = &config.dial_in else { return Ok(None) };
    let here = |one: &&AccessNumberConfig| one.node.as_ref().is_none_or(|id| *id == node.id);
    let number = |one: &AccessNumberConfig| AccessNumber { number: one.number.clone(), name: one.name.clone() };
    let numbers: Vec<AccessNumber> = dial_in.access_numbers.iter().filter(here).map(number).collect();
    if numbers.is_empty() {
        return Ok(None);
    }
    // Whatever would not do was refused when the file was read.
    let sounds = |sounds: &[String]| sounds.iter().filter_map(|sound| SoundFile::new(&**sound).ok()).collect();
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let prompts = &dial_in.prompts;
    Ok(Some(DialInRules {
        numbers,
        pin_length: u8::try_from(dial_in.pin_length).unwrap_or(u8::MAX),
        attempts: dial_in.attempts,
        guesses: GuessLimits {
            of_caller: size(dial_in.max_wrong_per_caller),
            at_number: size(dial_in.max_wrong_in_all),
            window: Duration::from_secs(u64::from(dial_in.within_minutes) * 60),
        },
        wait: Duration::from_secs(dial_in.wait_seconds.into()),
        prompts: Prompts {
            ask: sounds(&prompts.ask),
            wrong: sounds(&prompts.wrong),
            wait: sounds(&prompts.wait),
            locked: sounds(&prompts.locked),
            full: sounds(&prompts.full),
            closed: sounds(&prompts.closed),
            refused: sounds(&prompts.refused),
        },
        way_back: WayBack {
            extension: safe("[dial_in] extension", &dial_in.extension)?,
            context: safe("[[node]] wait_context", &node.wait_context)?,
        },
    }))
}

fn conference(config: &Config) -> Result<ConferenceRules, RulesError> {
    let end = &config.end_rules;
    let limit = |seconds: u32| (seconds > 0).then_some(seconds);
    Ok(ConferenceRules {
        end: EndRules {
            attendant_leaves: end.attendant_leaves,
            caller_leaves: end.caller_leaves,
            one_left: end.one_left,
            nobody_seconds: limit(end.nobody_seconds),
            max_seconds: limit(end.max_seconds),
            warn_seconds: end.warn_seconds.clone(),
            grace_seconds: end.grace_seconds,
        },
        come_back: match config.come_back.mode {
            ComeBackMode::Off => ComeBack::Off,
            ComeBackMode::Ask => ComeBack::Ask,
            ComeBackMode::Auto => ComeBack::Auto,
        },
        rescue: match config.rescue.mode {
            RescueMode::Off => Rescue::Off,
            RescueMode::Ask => Rescue::Ask,
            RescueMode::Auto => Rescue::Auto,
        },
        rescue_within: RescueWithin(Duration::from_secs(u64::from(config.rescue.within_minutes) * 60)),
        // Whatever would not do was refused when the file was read.
        rescue_sound: Some(&config.rescue.sound)
            .filter(|sound| !sound.is_empty())
            .and_then(|s| SoundFile::new(&**s).ok()),
        beep: config.conference.beep,
        name_listeners: config.conference.name_listeners,
        sounds: sounds(config),
        speech: speech(&config.speech)?,
        keys: keys(&config.keys),
    })
}

/// Whatever is no sequence was refused when the file was read.
fn keys(config: &KeysConfig) -> KeyRules {
    let commands = config.commands().into_iter();
    let commands = commands.filter_map(|(_, command, text)| Some((command, Sequence::new(text).ok()?)));
    let [(_, yes), (_, no)] = config.votes();
    let own = KeySounds::default();
    let sound = |given: &Option<String>, own: Option<SoundFile>| match given {
        None => own,
        Some(text) => SoundFile::new(&**text).ok(),
    };
    let sounds = &config.sounds;
    KeyRules {
        commands: commands.collect(),
        votes: Sequence::new(yes).ok().zip(Sequence::new(no).ok()).map(|(yes, no)| [yes, no]),
        pause: Duration::from_secs(u64::from(config.pause_seconds)),
        sure: Duration::from_secs(u64::from(config.sure_seconds)),
        extend_seconds: config.extend_seconds,
        secret: config.ballot == BallotConfig::Secret,
        sounds: KeySounds {
            hand_up: sound(&sounds.hand_up, own.hand_up),
            hand_down: sound(&sounds.hand_down, own.hand_down),
            accepted: sound(&sounds.accepted, own.accepted),
            refused: sound(&sounds.refused, own.refused),
            sure: sound(&sounds.sure, own.sure),
            vote: sound(&sounds.vote, own.vote),
        },
    }
}

fn recording(config: &RecordingConfig) -> Result<Option<RecordingRules>, RulesError> {
    if !config.enabled {
        return Ok(None);
    }
    let announce = Some(config.announce.as_str()).filter(|sound| !sound.is_empty());
    let announce = announce.map(|sound| safe("[recording] announce", sound)).transpose()?;
    RecordingRules::new(&config.directory, &config.file, announce)
        .map(Some)
        .map_err(|fault| RulesError { key: "[recording] directory, file".into(), fault })
}

fn station(one: &StationConfig) -> Result<Station, RulesError> {
    let text = one.endpoint.replace("{number}", one.number()).replace("{domain}", one.domain.as_deref().unwrap_or(""));
    let key = format!("[[station]] {:?}", one.id);
    let mut variables = variables(&format!("{key} variables"), &one.variables)?;
    if one.auto_answer {
        variables.push((safe(&key, "sip_auto_answer")?, phrase(&key, "true")?));
    }
    Ok(Station {
        endpoint: Endpoint::new(text).map_err(|fault| RulesError { key, fault })?,
        user: one.number().to_owned(),
        variables,
        owner: None,
    })
}

fn prompt(config: &Config) -> Result<Prompt, RulesError> {
    let confirm = &config.confirm;
    let part = |part: &String| match part.as_str() {
        CALLER => Ok(PromptPart::Caller),
        ATTENDANT => Ok(PromptPart::Attendant),
        file => safe("[confirm] prompt", file).map(PromptPart::File),
    };
    let digits = confirm.digits.as_ref().map(|folder| safe("[confirm] digits", folder.trim_end_matches('/')));
    Ok(Prompt { parts: confirm.prompt.iter().map(part).collect::<Result<_, _>>()?, digits: digits.transpose()? })
}

fn route(one: &PhoneRouteConfig, ask: Ask) -> Result<Route, RulesError> {
    let key = format!("[[route]] {:?}", one.name);
    let size = |length: Option<u32>| length.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let made = Route {
        name: one.name.clone(),
        matches: Matches {
            prefixes: one.prefixes.clone(),
            numbers: one.numbers.clone(),
            shortest: size(one.min_length),
            longest: size(one.max_length),
        },
        strip: size(Some(one.strip)),
        prepend: one.prepend.clone(),
        dial: one.dial.clone(),
        gateways: one.gateways.clone(),
        domain: one.domain.clone(),
        caller_id_name: given(&one.caller_id_name)
            .map(|text| phrase(format!("{key} caller_id_name"), &text))
            .transpose()?,
        caller_id_number: given(&one.caller_id_number)
            .map(|text| safe(format!("{key} caller_id_number"), &text))
            .transpose()?,
        variables: variables(&format!("{key} variables"), &one.variables)?,
        confirm: one.confirms(ask),
        originates_per_second: one.originates_per_second.unwrap_or(0),
    };
    // A template that can never make an endpoint is found now, and not by whoever dials.
    made.endpoints_of("0").map_err(|fault| RulesError { key: format!("{key} dial"), fault })?;
    Ok(made)
}

fn policy(config: &Config) -> Policy {
    let policy = &config.policy;
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let legs_per_conference = size(policy.max_legs_per_conference);
    Policy {
        allow: policy.allow.clone(),
        deny: policy.deny.clone(),
        per_user: Limits {
            legs_per_conference,
            legs_at_once: size(policy.per_user.max_legs_at_once),
            new_legs_per_minute: size(policy.per_user.new_legs_per_minute),
        },
        in_all: Limits {
            legs_per_conference,
            legs_at_once: size(policy.max_legs_at_once),
            new_legs_per_minute: size(policy.new_legs_per_minute),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../config.example.toml");

    fn made(text: &str) -> Result<Rules, String> {
        let config = Config::parse(text).map_err(|error| error.to_string())?;
        rules(&config, &config.nodes[0]).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_the_example_shows_may_be_sent_to_the_switch() {
        let lines = EXAMPLE.lines().map(|line| {
            let bare = line.strip_prefix("#e.g. ").or_else(|| line.strip_prefix('#')).unwrap_or(line);
            if bare.starts_with(' ') || bare.starts_with("or ") || !bare.contains(" = ") { line } else { bare }
        });
        let all = lines.collect::<Vec<_>>().join("\n");
        let rules = made(&all).unwrap();
        assert_eq!(rules.routes.0[1].caller_id_name.as_ref().map(Phrase::as_str), Some("Example GmbH"));
    }

    #[test]
    fn the_keys_of_the_example_are_those_that_hold_without_it() {
        assert_eq!(made(EXAMPLE).unwrap().conference.keys, KeyRules::default());
        let off =
            "[keys]\nhand = \"\"\nvote_yes = \"\"\nvote_no = \"\"\nextend_seconds = 60\n[keys.sounds]\nvote = \"\"\n";
        let text = EXAMPLE.split("[keys]").next().unwrap().to_owned() + off;
        let keys = made(&text).unwrap().conference.keys;
        assert!(!keys.commands.contains_key(&crate::domain::keys::PhoneCommand::Hand) && keys.votes.is_none());
        assert_eq!((keys.sounds.vote, keys.extend_seconds), (None, 60));
    }

    fn with_dial(dial: &str) -> String {
        EXAMPLE
            .replace("user/{number}@{domain}\"\n# What {domain} stands for; needed if `dial`", &format!("{dial}\"\n#"))
    }

    #[test]
    fn the_configuration_lets_nothing_through_that_cannot_be_dialed() {
        for good in ["sofia/internal/{number}%{domain}", "sofia/internal/{number}@{domain};transport=tcp"] {
            assert_ne!(with_dial(good), EXAMPLE);
            made(&with_dial(good)).unwrap();
        }
        let refused = made(&with_dial("group/{number}@{domain}")).unwrap_err();
        assert!(refused.contains("dial") && refused.contains("must start with sofia/ or user/"), "{refused}");
    }
}
