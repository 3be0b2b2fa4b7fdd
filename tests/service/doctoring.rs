//! `switchboard doctor` on an installation made of the shipped files. A real FreeSWITCH only: what it asks for is the
//! switch's own configuration, and a simulator has none.

use super::house::{House, Wishes};
use super::recording::Studio;
use super::report::{Backend, Report};
use serde_json::Value;

mod live {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "needs a FreeSWITCH: make live"]
    async fn the_shipped_files_are_sound() {
        let title = "Doctor finds the shipped files sound, names what is not, and shows no secret";
        super::the_shipped_files_are_sound(Report::begin(Backend::Live, "the_shipped_files_are_sound", title).await)
            .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "needs a FreeSWITCH: make live"]
    async fn what_is_to_be_heard_is_looked_for() {
        let title = "Doctor looks for the voice, the sounds and the folder of recordings on the switch and here";
        let report = Report::begin(Backend::Live, "what_is_to_be_heard_is_looked_for", title).await;
        super::what_is_to_be_heard_is_looked_for(report).await;
    }
}

async fn the_shipped_files_are_sound(report: Report) {
    let house = House::open(report).await;
    let output = house.service.doctor().await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(&house.world.password), "the password is shown: {text}");
    let told: Value = serde_json::from_str(&text).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let verdicts = |check: &str| -> Vec<&str> {
        let of = findings.iter().filter(|finding| finding["check"] == check);
        of.filter_map(|finding| finding["verdict"].as_str()).collect()
    };
    for check in [
        "configuration",
        "database",
        "service",
        "reachable",
        "password",
        "event socket",
        "version",
        "ready",
        "pace",
        "modules",
        "rooms",
        "dialplan",
        "hook",
        "music",
        "clock",
    ] {
        assert!(!verdicts(check).is_empty(), "nothing on {check}: {findings:#?}");
        assert!(verdicts(check).iter().all(|verdict| *verdict == "ok"), "{check}: {findings:#?}");
        house.report.figure(check, "ok");
    }
    // The stations are registered, one gateway is up, and the one that leads nowhere is named.
    let amiss: Vec<&Value> = findings.iter().filter(|finding| finding["verdict"] != "ok").collect();
    assert_eq!(amiss.len(), 1, "{amiss:#?}");
    assert!(amiss[0].to_string().contains("gateway dead is not up"), "{amiss:#?}");
    assert!(amiss[0]["mend"].as_str().is_some_and(|advice| !advice.is_empty()), "{amiss:#?}");
    assert!(output.status.success());
}

async fn what_is_to_be_heard_is_looked_for(report: Report) {
    let studio = Studio::new();
    let announce = studio.announcement();
    let mut wishes: Wishes = studio.wishes(&format!("announce = \"{}\"", announce.display()));
    wishes.plan.more =
        "[speech]\nengine = \"flite\"\nvoice = \"slt\"\n[sounds]\nfiles = { gone = \"/nonexistent/a.wav\" }\n";
    let house = House::open_as(report, wishes).await;
    let speaks = house.world.probe().await.api("module_exists mod_flite").await.trim() == "true";
    let output = house.service.doctor().await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let found = |check: &str| -> Vec<String> {
        findings.iter().filter(|one| one["check"] == check).map(|one| one["verdict"].to_string()).collect()
    };
    assert_eq!(found("speech"), [if speaks { "\"ok\"" } else { "\"fail\"" }], "{findings:#?}");
    assert_eq!(found("sounds"), ["\"fail\""], "only the one that is not there: {findings:#?}");
    let folder: Vec<&Value> = findings.iter().filter(|one| one["check"] == "recordings").collect();
    assert_eq!(folder.len(), 2, "here and on the switch: {folder:#?}");
    let here = folder.iter().find(|one| one.get("node").is_none()).unwrap();
    assert!(here["seen"].as_str().unwrap().contains("FreeSWITCH may write there"), "{here}");
    let there = folder.iter().find(|one| one["node"] == "fs1").unwrap();
    assert_eq!(there["verdict"], "ok", "{there}");
}
