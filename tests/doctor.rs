//! `switchboard doctor`, the program itself, against a pretended switch.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "test code, which measures real time")]
#![allow(dead_code, reason = "the pretended switch can do more than is needed here")]

#[path = "link/fake.rs"]
mod fake;

use fake::{Fake, PASSWORD};
use serde_json::Value;
use std::{path::Path, process::Output};

const EVENT_SOCKET: &str = r#"<configuration name="event_socket.conf"><settings>
<param name="listen-ip" value="127.0.0.1"></param><param name="password" value="never-shown"></param>
</settings></configuration>"#;

/// A switch where everything is as it should be.
async fn healthy() -> Fake {
    let fake = Fake::start().await;
    for (question, answer) in [
        ("module_exists", "true"),
        ("version", "FreeSWITCH Version 1.11.3 (git 0)"),
        ("xml_locate configuration configuration name event_socket.conf", EVENT_SOCKET),
        (
            "xml_locate configuration configuration name conference.conf",
            include_str!("../freeswitch-conf/switchboard/conference_profile.xml"),
        ),
        ("xml_locate dialplan context name switchboard", include_str!("../dialplan/switchboard.xml")),
        ("global_getvar switchboard_hook", "127.0.0.1:8084"),
        ("local_stream show", "moh/8000,/music/8000"),
        ("sofia status gateway carrier", "Name    \tcarrier\nState   \tNOREG\nStatus  \tUP (ping)\n"),
        ("user_exists", "true"),
        ("sofia_contact", "sofia/internal/sip:1001@127.0.0.1"),
    ] {
        fake.manners.reply(question, answer);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    fake.manners.reply("strepoch", &now.as_secs().to_string());
    fake
}

async fn doctor(folder: &Path, port: u16, password: &str, arguments: &[&str]) -> Output {
    doctor_with(folder, port, password, arguments, "").await
}

/// With further sections.
async fn doctor_with(folder: &Path, port: u16, password: &str, arguments: &[&str], more: &str) -> Output {
    std::fs::write(folder.join("password"), password).unwrap();
    let config = format!(
        r#"[policy]
allow = ["+49"]
[[node]]
id = "fs1"
address = "127.0.0.1:{port}"
password_file = "password"
[[station]]
id = "1001"
domain = "example.org"
[[route]]
name = "out"
prefixes = ["+"]
dial = "sofia/gateway/{{gateway}}/{{number}}"
gateways = ["carrier"]
{more}"#
    );
    let file = folder.join("config.toml");
    std::fs::write(&file, config).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("--config").arg(file).arg("doctor").args(arguments).output().await.unwrap()
}

async fn findings(fake: &Fake) -> (bool, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let output = doctor(folder.path(), fake.port, PASSWORD, &["--json"]).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.success(), told["findings"].as_array().unwrap().clone())
}

/// The worst that was found in this check.
fn about<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let order = |finding: &Value| ["ok", "warn", "fail"].iter().position(|verdict| finding["verdict"] == *verdict);
    let found = findings.iter().filter(|finding| finding["check"] == check);
    found.max_by_key(|finding| order(finding)).unwrap_or_else(|| panic!("nothing on {check}"))
}

#[tokio::test]
async fn a_healthy_switch_is_told_so_and_nothing_on_it_is_changed() {
    let fake = healthy().await;
    let (success, found) = findings(&fake).await;
    let of_node: Vec<_> = found.iter().filter(|finding| finding["node"] == "fs1").collect();
    assert!(success && of_node.len() >= 12, "{found:#?}");
    for finding in of_node {
        assert_eq!(finding["verdict"], "ok", "{finding:#}");
        assert!(finding.get("mend").is_none());
    }
    let asking = ["status", "version", "module_exists", "xml_locate", "global_getvar", "local_stream show", "strepoch"];
    let asking = asking.into_iter().chain(["sofia status", "user_exists", "sofia_contact"]).collect::<Vec<_>>();
    for (_, command) in fake.manners.heard("") {
        assert!(asking.iter().any(|harmless| command.starts_with(harmless)), "{command}");
    }
}

#[tokio::test]
async fn each_fault_is_named_with_what_to_mend() {
    for (question, answer, check, verdict) in [
        ("module_exists mod_conference", "false", "modules", "fail"),
        ("xml_locate configuration configuration name conference.conf", "can't find anything", "rooms", "fail"),
        ("xml_locate dialplan context name switchboard", "can't find anything", "dialplan", "fail"),
        ("global_getvar switchboard_hook", "10.0.0.1:9999", "hook", "fail"),
        ("global_getvar switchboard_hook", "-ERR no reply", "hook", "warn"),
        ("local_stream show", "default,/music", "music", "fail"),
        ("version", "FreeSWITCH Version 1.8.7", "version", "warn"),
        ("strepoch", "1000", "clock", "warn"),
        ("user_exists", "false", "dialing", "fail"),
        ("sofia status gateway carrier", "Invalid Gateway!", "dialing", "fail"),
        ("sofia status gateway carrier", "State   \tDOWN\nStatus  \tDOWN (ping)\n", "dialing", "warn"),
        ("sofia_contact", "error/user_not_registered", "dialing", "warn"),
        ("status", include_str!("recordings-switch/status.txt"), "ready", "ok"),
        ("status", include_str!("recordings-switch/status.txt"), "pace", "ok"),
        ("status", SLOW, "pace", "warn"),
    ] {
        let fake = healthy().await;
        fake.manners.reply(question, answer);
        let (success, found) = findings(&fake).await;
        let finding = about(&found, check);
        assert_eq!(finding["verdict"], verdict, "{finding:#}");
        assert_eq!(finding.get("mend").is_some(), verdict != "ok", "{finding:#}");
        assert_eq!(success, verdict != "fail", "{found:#?}");
    }
    let open = EVENT_SOCKET.replace("127.0.0.1", "::");
    let fake = healthy().await;
    fake.manners.reply("xml_locate configuration configuration name event_socket.conf", &open);
    assert_eq!(about(&findings(&fake).await.1, "event socket")["verdict"], "warn");
}

/// One that takes fewer calls a second than we would dial.
const SLOW: &str = "UP 0 years\nFreeSWITCH (Version 1.11.3) is ready\n1 session(s) since startup\n\
                    0 session(s) - peak 1, last 5min 1\n0 session(s) per Sec out of max 5, peak 1, last 5min 0\n\
                    1000 session(s) max\n";

#[tokio::test]
async fn what_is_to_be_heard_is_looked_for() {
    let more = r#"[sounds]
files = { welcome = "/sounds/welcome.wav", gong = "tone_stream://%(800,0,440)", own = "ivr/own.wav" }
[confirm]
prompt = ["/sounds/press.wav"]
[speech]
engine = "flite"
voice = "slt"
voices = { deep = "rms" }
[recording]
enabled = true
directory = "/rec"
announce = "/sounds/recorded.wav"
"#;
    for (question, answer, check, verdict, says) in [
        ("", "", "sounds", "ok", "all 3 files"),
        ("", "", "speech", "ok", "slt, rms"),
        ("", "", "recordings", "ok", "stay in /rec"),
        ("file_exists /sounds/welcome.wav", "false", "sounds", "fail", "sound welcome"),
        ("file_exists /sounds/press.wav", "false", "sounds", "fail", "[confirm] prompt"),
        ("file_exists /sounds/recorded.wav", "false", "sounds", "fail", "[recording] announce"),
        ("file_exists /rec", "false", "recordings", "warn", "no /rec"),
        ("module_exists mod_flite", "false", "speech", "fail", "mod_flite is not loaded"),
    ] {
        let fake = healthy().await;
        fake.manners.reply("file_exists", "true");
        if !question.is_empty() {
            fake.manners.reply(question, answer);
        }
        let folder = tempfile::tempdir().unwrap();
        let output = doctor_with(folder.path(), fake.port, PASSWORD, &["--json"], more).await;
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = told["findings"].as_array().unwrap();
        let finding = about(found, check);
        assert_eq!(finding["verdict"], verdict, "{finding:#}");
        let all = found.iter().filter(|one| one["check"] == check && one["verdict"] == verdict);
        assert!(all.map(Value::to_string).any(|text| text.contains(says)), "{says}: {found:#?}");
        assert!(fake.manners.heard("file_exists ivr").is_empty(), "it is not known where the switch looks for it");
    }
    let fake = healthy().await;
    let folder = tempfile::tempdir().unwrap();
    let strange = "[speech]\nengine = \"flite\"\nvoice = \"anna\"\n";
    let output = doctor_with(folder.path(), fake.port, PASSWORD, &["--json"], strange).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(about(told["findings"].as_array().unwrap(), "speech").to_string().contains("no voice anna"), "{told:#}");
}

#[tokio::test]
async fn the_folder_of_recordings_is_judged_from_here() {
    let fake = healthy().await;
    fake.manners.reply("file_exists", "true");
    let folder = tempfile::tempdir().unwrap();
    let rec = folder.path().join("rec");
    let judge = async |shared: &Path, directory: &Path| {
        let more = format!(
            "[recording]\nenabled = true\ndirectory = \"{}\"\nshared_directory = \"{}\"\n",
            directory.display(),
            shared.display()
        );
        let output = doctor_with(folder.path(), fake.port, PASSWORD, &["--json"], &more).await;
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = told["findings"].as_array().unwrap().clone();
        found.into_iter().find(|one| one["check"] == "recordings" && one.get("node").is_none()).unwrap()
    };
    // On this machine FreeSWITCH makes it; mounted from elsewhere it must be there.
    assert_eq!(judge(&rec, &rec).await["verdict"], "warn");
    assert_eq!(judge(&rec, Path::new("/srv/rec")).await["verdict"], "fail");
    std::fs::create_dir(&rec).unwrap();
    let there = judge(&rec, Path::new("/srv/rec")).await;
    assert!(there["seen"].as_str().unwrap().contains("room for about"), "{there}");
    assert_ne!(there["verdict"], "fail", "{there}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let file = judge(&folder.path().join("file"), Path::new("/srv/rec")).await;
    assert!(file.to_string().contains("is no folder"), "{file}");
    let dark = judge(Path::new("/proc/1/fd/x"), Path::new("/srv/rec")).await;
    assert_eq!(dark["verdict"], "fail", "{dark}");
}

#[tokio::test]
async fn passwords_are_judged_and_never_shown() {
    let fake = healthy().await;
    let folder = tempfile::tempdir().unwrap();
    for password in ["wrong-and-secret", PASSWORD] {
        for arguments in [&[][..], &["--json"]] {
            let output = doctor(folder.path(), fake.port, password, arguments).await;
            let text = format!("{output:?}");
            assert!(!text.contains(password) && !text.contains("never-shown"), "{text}");
            assert_eq!(output.status.success(), password == PASSWORD);
        }
    }
}

#[tokio::test]
async fn a_switch_that_is_not_there_is_said_at_once() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let output = doctor(folder.path(), nobody, PASSWORD, &[]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && text.contains("FAIL  fs1      reachable"), "{text}");
}

#[tokio::test]
async fn what_the_service_would_refuse_is_found() {
    let fake = healthy().await;
    let folder = tempfile::tempdir().unwrap();
    doctor(folder.path(), fake.port, PASSWORD, &[]).await;
    let file = folder.path().join("config.toml");
    let config = std::fs::read_to_string(&file).unwrap().replace("sofia/gateway/", "group/");
    std::fs::write(&file, config).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_switchboard"));
    let output = command.arg("--config").arg(&file).args(["doctor", "--json"]).output().await.unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = about(told["findings"].as_array().unwrap(), "rules").clone();
    assert_eq!(found["verdict"], "fail");
    assert!(!output.status.success() && found.to_string().contains("must start with sofia/ or user/"), "{found}");
}
