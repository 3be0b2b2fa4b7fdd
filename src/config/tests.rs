//! The example is the documentation: it must be complete, true, and accepted.

use super::*;
use serde::de::{DeserializeOwned, Deserializer, Visitor, value::Error};
use std::collections::BTreeMap;

const EXAMPLE: &str = include_str!("../../config.example.toml");

/// Asks a type for the keys it knows, by pretending to deserialize it.
struct Keys(Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for &mut Keys {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("only structs are asked for their keys"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0 = Some(fields);
        Err(serde::de::Error::custom("the keys are all that was wanted"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn keys<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut keys = Keys(None);
    let _ = T::deserialize(&mut keys);
    keys.0.expect("every type of the configuration is a struct")
}

/// Section header → the keys written below it, commented out or not.
fn documented() -> BTreeMap<String, Vec<String>> {
    let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut section = String::new();
    for line in EXAMPLE.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).to_owned();
            sections.entry(section.clone()).or_default();
        } else {
            let line = ["#e.g. ", "#or   ", "#"].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
            if let Some((key, _)) = line.split_once(" = ")
                && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            {
                sections.entry(section.clone()).or_default().push(key.to_owned());
            }
        }
    }
    sections
}

#[test]
fn only_sounds_that_may_be_sent_and_that_end_are_taken() {
    for (line, key) in [
        ("files = { a = \"say:hello\" }", "a"),
        ("files = { a = \"local_stream://moh\" }", "a"),
        ("files = { \"a b\" = \"/a.wav\" }", "a b"),
        ("warning = \"fanfare\"", "warning"),
    ] {
        let found = problem(&format!("{NODE}[sounds]\n{line}\n"));
        assert!(format!("{found:?}").contains(key), "{found:?}");
    }
    let good = "[conference]\nbeep = true\n[sounds]\nfiles = { gong = \"/gong.wav\" }\nwarning = \"gong\"\n";
    Config::parse(&format!("{NODE}{good}")).unwrap();
    Config::parse(&format!("{NODE}[sounds]\nwarning = \"\"\n")).unwrap();
}

#[test]
fn a_voice_is_named_in_harmless_characters_and_its_sentences_can_be_spoken() {
    for (lines, key) in [
        ("voice = \"slt\"", "engine"),
        ("engine = \"flite\"", "voice"),
        ("engine = \"fl|te\"\nvoice = \"slt\"\nmodule = \"mod_flite\"", "engine"),
        ("engine = \"flite\"\nvoice = \"s'lt\"", "voice"),
        ("engine = \"flite\"\nvoice = \"slt\"\nvoices = { de = \"a b\" }", "de"),
        ("engine = \"flite\"\nvoice = \"slt\"\njoined = \"somebody came\"", "joined"),
        ("engine = \"flite\"\nvoice = \"slt\"\nmany_left = \"{count} left ${x}\"", "many_left"),
        ("engine = \"flite\"\nvoice = \"slt\"\nsomebody = \"\"", "somebody"),
    ] {
        let found = problem(&format!("{NODE}[speech]\n{lines}\n"));
        assert!(format!("{found:?}").contains(key), "{found:?}");
    }
    let good = "[speech]\nengine = \"unimrcp:profile\"\nvoice = \"Vicki\"\njoined = \"{name} ist da.\"\n";
    let config = Config::parse(&format!("{NODE}{good}")).unwrap();
    assert_eq!(config.speech.module(), "mod_unimrcp");
}

#[test]
fn keys_that_cannot_be_told_apart_are_refused() {
    for (line, key) in [
        ("lock = \"*95\"", "lock"),
        ("lock = \"*6\"", "lock"),
        ("mute = \"6\"", "mute"),
        ("mute = \"*12345\"", "mute"),
        ("mute = \"*a\"", "mute"),
        ("vote_yes = \"*1\"", "vote_yes"),
        ("vote_no = \"1\"", "vote_no"),
        ("vote_no = \"12\"", "vote_no"),
        ("vote_no = \"#\"", "vote_no"),
        ("vote_no = \"\"", "vote_no"),
        ("pause_seconds = 11", "pause_seconds"),
        ("sure_seconds = 1", "sure_seconds"),
        ("extend_seconds = 0", "extend_seconds"),
        ("ballot = \"public\"", "ballot"),
        ("sounds = { vote = \"say:vote\" }", "vote"),
    ] {
        let found = problem(&format!("{NODE}[keys]\n{line}\n"));
        assert!(format!("{found:?}").contains(key), "{line}: {found:?}");
    }
    let good =
        "[keys]\nhand = \"*1\"\nmute = \"\"\nend = \"*#99\"\nvote_yes = \"\"\nvote_no = \"\"\nballot = \"secret\"\n";
    Config::parse(&format!("{NODE}{good}[keys.sounds]\nvote = \"\"\n")).unwrap();
}

#[test]
fn dialing_in_is_off_until_it_has_a_number_and_then_bounded() {
    assert_eq!(Config::parse(NODE).unwrap().dial_in, None);
    let good = "access_numbers = [{ number = \"+4930555\", name = \"Berlin\", node = \"fs1\" }]\n";
    let config = Config::parse(&format!("{NODE}[dial_in]\n{good}")).unwrap();
    assert_eq!(config.dial_in.map(|dial_in| (dial_in.pin_length, dial_in.attempts)), Some((6, 3)));
    for (lines, key) in [
        ("", "names no access number"),
        ("access_numbers = [{ number = \"5x\" }]", "number"),
        ("access_numbers = [{ number = \"55\" }, { number = \"+55\" }]", "number"),
        ("access_numbers = [{ number = \"55\", node = \"fs2\" }]", "node"),
        (&format!("{good}pin_length = 3"), "pin_length"),
        (&format!("{good}attempts = 0"), "attempts"),
        (&format!("{good}max_wrong_in_all = 2"), "max_wrong_in_all"),
        (&format!("{good}within_minutes = 0"), "within_minutes"),
        (&format!("{good}wait_seconds = 2"), "wait_seconds"),
        (&format!("{good}extension = \"a b\""), "extension"),
        (&format!("{good}[dial_in.prompts]\nask = []"), "ask"),
        (&format!("{good}[dial_in.prompts]\nlocked = [\"local_stream://moh\"]"), "locked"),
        (&format!("{good}pins = 4"), "pins"),
    ] {
        let found = problem(&format!("{NODE}[dial_in]\n{lines}\n"));
        assert!(format!("{found:?}").contains(key), "{found:?}");
    }
}

#[test]
fn the_end_of_a_conference_is_bounded() {
    for (line, key) in [
        ("max_seconds = 86401", "max_seconds"),
        ("nobody_seconds = 86401", "nobody_seconds"),
        ("grace_seconds = 301", "grace_seconds"),
        ("warn_seconds = [60, 0]", "warn_seconds"),
        ("warn_seconds = [6, 5, 4, 3, 2, 1]", "warn_seconds"),
    ] {
        let found = problem(&format!("{NODE}[end_rules]\n{line}\n"));
        assert!(format!("{found:?}").contains(key), "{found:?}");
    }
    let config = Config::parse(&format!("{NODE}[end_rules]\nmax_seconds = 60\n")).unwrap();
    assert_eq!(config.end_rules.warn_seconds, [300, 60]);
}

/// The example with some of its commented lines made effective.
fn example_with(marks: &[&str]) -> String {
    let lines = EXAMPLE.lines().map(|line| {
        let bare = marks.iter().find_map(|mark| line.strip_prefix(mark)).filter(|rest| !rest.starts_with(' '));
        // Prose is "# Text"; only "#key = value" and its kin have no space after the mark.
        match bare {
            Some(rest) if rest.contains(" = ") && !rest.starts_with("e.g.") && !rest.starts_with("or ") => rest,
            _ => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn problem(text: &str) -> Problem {
    let mut problems = Config::parse(text).expect_err("it should be refused").problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

const NODE: &str = "[[node]]\nid = \"fs1\"\naddress = \"127.0.0.1:8021\"\npassword_env = \"PW\"\n";

#[test]
fn the_example_documents_every_key_and_no_other() {
    let known: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("http", keys::<HttpConfig>()),
        ("store", keys::<StoreConfig>()),
        ("hook", keys::<HookConfig>()),
        ("node", keys::<NodeConfig>()),
        ("station", keys::<StationConfig>()),
        ("route", keys::<PhoneRouteConfig>()),
        ("numbers", keys::<NumbersConfig>()),
        ("policy", keys::<PolicyConfig>()),
        ("policy.per_user", keys::<PerUserConfig>()),
        ("timing", keys::<TimingConfig>()),
        ("conference", keys::<ConferenceConfig>()),
        ("sounds", keys::<SoundsConfig>()),
        ("speech", keys::<SpeechConfig>()),
        ("keys", keys::<KeysConfig>()),
        ("keys.sounds", keys::<KeySoundsConfig>()),
        ("end_rules", keys::<EndRulesConfig>()),
        ("rescue", keys::<RescueConfig>()),
        ("come_back", keys::<ComeBackConfig>()),
        ("recording", keys::<RecordingConfig>()),
        ("dialing", keys::<DialingConfig>()),
        ("confirm", keys::<ConfirmConfig>()),
        ("dial_in", keys::<DialInConfig>()),
        ("dial_in.prompts", keys::<PromptsConfig>()),
        ("log", keys::<LogConfig>()),
    ]);
    let documented = documented();
    for section in keys::<Config>() {
        assert!(known.contains_key(section), "section [{section}] is not compared: add it above");
        assert!(documented.contains_key(*section), "the example has no section [{section}]");
    }
    for (section, keys) in &known {
        for key in keys.iter().filter(|key| !known.contains_key(format!("{section}.{key}").as_str())) {
            assert!(documented[*section].iter().any(|found| found == key), "[{section}] {key} is not documented");
        }
        for key in &documented[*section] {
            assert!(keys.contains(&key.as_str()), "[{section}] {key} is documented, but there is no such key");
        }
    }
}

#[test]
fn the_example_is_accepted() {
    let config = Config::parse(EXAMPLE).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.nodes.len(), 1);
    assert_eq!(config.routes[1].gateways, ["carrier-a", "carrier-b"]);
    assert!(config.routes[1].confirms(Ask::Outside) && !config.routes[0].confirms(Ask::Outside));
}

#[test]
fn the_defaults_it_shows_are_the_defaults() {
    let shown = example_with(&["#"]);
    assert_ne!(shown, EXAMPLE, "no default was found in the example");
    let shown = Config::parse(&shown).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shown, Config::parse(EXAMPLE).unwrap());
}

#[test]
fn the_examples_it_gives_are_accepted() {
    let config = Config::parse(&example_with(&["#e.g. "])).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.numbers.country_code.as_deref(), Some("49"));
    assert!(config.http.secure_cookie());
}

#[test]
fn an_unknown_key_is_refused_by_name_and_line() {
    let found = problem(&format!("[http]\nlistne = \"127.0.0.1:1\"\n{NODE}"));
    assert_eq!((found.key.as_str(), found.line), ("[http] listne", Some(2)));
    assert!(found.text.contains("unknown field `listne`") && found.text.contains("listen"), "{found:?}");
}

#[test]
fn a_value_of_another_type_is_refused_by_name_and_line() {
    let found = problem(&format!("{NODE}ports = \"many\"\n"));
    assert_eq!((found.key.as_str(), found.line), ("[[node]] ports", Some(5)));
}

#[test]
fn a_missing_key_is_refused_by_name() {
    let found = problem("[[node]]\nid = \"fs1\"\n");
    assert!(found.text.contains("missing field `address`"), "{found:?}");
    assert_eq!(found.line, Some(1));
}

#[test]
fn what_is_not_toml_is_refused_by_line() {
    assert_eq!(problem("[http]\nlisten = \n").line, Some(2));
}

#[test]
fn every_unacceptable_value_is_reported_at_once_with_its_line() {
    let text = format!("{NODE}ports = 0\n[timing]\nring_seconds = 600\n\n[policy]\nallow = [\"+49\", \"*9\"]\n");
    let found = Config::parse(&text).unwrap_err();
    let found: Vec<_> = found.problems.iter().map(|problem| (problem.key.as_str(), problem.line)).collect();
    assert_eq!(found, [("node[0].ports", Some(5)), ("policy.allow[1]", Some(10)), ("timing.ring_seconds", Some(7))]);
}

#[test]
fn what_must_not_be_is_refused() {
    let route = "[[route]]\nname = \"r\"\nprefixes = [\"+\"]\n";
    let second = NODE.replace("[[node]]\n", "[[node]]\ncommand_connections = 2\n");
    for (text, key, says) in [
        (String::new(), "node", "add a [[node]]"),
        (NODE.replace("password_env = \"PW\"\n", ""), "node[0]", "has no password"),
        (format!("{NODE}password_file = \"f\"\n"), "node[0].password_env", "remove one of both"),
        (NODE.replace(":8021", ""), "node[0].address", "no host:port"),
        (NODE.replace("fs1", "fs 1"), "node[0].id", "does not fit"),
        (format!("{NODE}{second}"), "node[1].id", "twice"),
        (format!("{NODE}{route}dial = \"user/{{number}},user/1\"\n"), "route[0].dial", "does not fit"),
        (format!("{NODE}{route}dial = \"user/${{x}}{{number}}\"\n"), "route[0].dial", "does not fit"),
        (format!("{NODE}{route}dial = \"loopback/{{number}}\"\n"), "route[0].dial", "loopback/"),
        (format!("{NODE}{route}dial = \"user/1001\"\n"), "route[0].dial", "{number}"),
        (format!("{NODE}{route}dial = \"user/{{number}}@{{domain}}\"\n"), "route[0].dial", "no domain"),
        (format!("{NODE}{route}dial = \"sofia/gateway/{{gateway}}/{{number}}\"\n"), "route[0].dial", "add gateways"),
        (format!("{NODE}{route}dial = \"user/{{number}}\"\ngateways = [\"g\"]\n"), "route[0].dial", "{gateway}"),
        (
            format!("{NODE}[[route]]\nname = \"r\"\ndial = \"user/{{number}}\"\n"),
            "route[0]",
            "matches nothing in particular",
        ),
        (
            format!("{NODE}{route}dial = \"user/{{number}}\"\nvariables = {{ a = \"b,c\" }}\n"),
            "route[0].variables.a",
            "does not fit",
        ),
        (
            format!("{NODE}{route}dial = \"user/{{number}}\"\nvariables = {{ execute_on_answer = \"system x\" }}\n"),
            "route[0].variables.execute_on_answer",
            "Switchboard's own",
        ),
        (format!("{NODE}[hook]\nlisten = \"0.0.0.0:8084\"\n"), "hook.admit", "loopback only"),
        (format!("{NODE}[hook]\nlisten = \"127.0.0.1:8080\"\n"), "hook.listen", "another port"),
        (format!("{NODE}[http]\npublic_url = \"switchboard\"\n"), "http.public_url", "no origin"),
        (format!("{NODE}[numbers]\nnational_prefix = \"0\"\n"), "numbers.national_prefix", "country_code"),
    ] {
        let found = problem(&text);
        assert_eq!(found.key, key, "{text}\n{found:?}");
        assert!(found.text.contains(says), "{text}\n{found:?}");
    }
}

#[test]
fn networks_may_be_single_addresses() {
    let config = Config::parse(&format!("{NODE}[http]\ntrusted_proxies = [\"10.1.2.3\", \"fd00::/8\"]\n")).unwrap();
    assert_eq!(
        config.http.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10.1.2.3/32", "fd00::/8"]
    );
    let found = problem(&format!("{NODE}[http]\ntrusted_proxies = [\"proxy\"]\n"));
    assert!(found.text.contains("no address or network"), "{found:?}");
}

#[test]
fn secrets_come_from_the_first_line_of_a_file_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, NODE.replace("password_env = \"PW\"", "password_file = \"pw\"")).unwrap();
    let config = Config::load(&path).unwrap();
    let missing = config.nodes[0].password().unwrap_err().to_string();
    assert!(missing.contains("[[node]] \"fs1\"") && missing.contains("cannot read"), "{missing}");
    std::fs::write(folder.path().join("pw"), "\n").unwrap();
    assert!(config.nodes[0].password().unwrap_err().to_string().contains("is empty"));
    std::fs::write(folder.path().join("pw"), "ClueCon2\nanother line\n").unwrap();
    assert_eq!(config.nodes[0].password().unwrap().expose(), "ClueCon2");
    assert_eq!(config.store.path, folder.path().join("switchboard.db"));
}

#[test]
fn a_secret_that_is_not_in_the_environment_is_asked_for_by_name() {
    let config = Config::parse(&NODE.replace("\"PW\"", "\"SWITCHBOARD_TEST_NOT_SET\"")).unwrap();
    assert!(config.nodes[0].password().unwrap_err().to_string().contains("SWITCHBOARD_TEST_NOT_SET"));
}

#[test]
fn a_file_that_is_not_there_is_reported_with_its_name() {
    let error = Config::load(Path::new("/nowhere/switchboard.toml")).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/switchboard.toml: cannot be read"), "{error}");
}

#[test]
fn a_level_that_is_none_is_refused() {
    for level in ["warning", "loud", "", "info,loud", "switchboard=warning"] {
        let found = problem(&format!("{NODE}[log]\nlevel = \"{level}\"\n"));
        assert_eq!(found.key, "log.level", "{level}");
        assert!(found.text.contains("write error, warn, info"), "{found:?}");
    }
    for level in ["error", "warn", "INFO", "debug", "trace", "off", "info,switchboard::switch=debug", "warp=off"] {
        Config::parse(&format!("{NODE}[log]\nlevel = \"{level}\"\n")).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_route_is_for_numbers_that_can_be() {
    let route =
        |length: u32| format!("{NODE}[[route]]\nname = \"a\"\nmax_length = {length}\ndial = \"user/{{number}}\"\n");
    assert!(problem(&route(21)).text.contains("1 to 20 digits"));
    Config::parse(&route(20)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn recordings_go_where_the_switch_can_be_told_to_put_them() {
    let with = |line: &str| format!("{NODE}[recording]\n{line}\n");
    for good in ["enabled = true", "file = \"{id}\"", "file = \"sb-{date}-{id}\"\nannounce = \"ivr/recorded.wav\""] {
        Config::parse(&with(good)).unwrap_or_else(|error| panic!("{good}: {error}"));
    }
    for (bad, key) in [
        ("directory = \"recordings\"", "directory"),
        ("directory = \"/var/my recordings\"", "directory"),
        ("file = \"{date}-{time}\"", "file"),
        ("file = \"../{id}\"", "file"),
        ("file = \"{id}${domain}\"", "file"),
        ("announce = \"a b.wav\"", "announce"),
        ("keep_days = 30", "keep_days"),
        ("keep_days = 100000\nshared_directory = \"/rec\"", "keep_days"),
    ] {
        let found = problem(&with(bad));
        assert_eq!(found.key, format!("recording.{key}"), "{bad}: {found:?}");
    }
}
