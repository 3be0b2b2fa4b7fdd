//! `switchboard doctor` on an installation made of the shipped files. A real FreeSWITCH only: what it asks for is the
//! switch's own configuration, and a simulator has none.

use super::house::House;
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
