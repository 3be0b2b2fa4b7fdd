//! The page in a real browser, by keyboard, with telephones behind it that can be heard.

use super::house::House;
use super::process::PASSWORD;
use super::report::Report;
use super::telephony::Manner;
use serde_json::json;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, timeout};

scenarios! {
    the_page_steers_the_switch: "The page in a browser, by keyboard: answer, ask for a conference, read each leg's end, end it for all; the telephones agree";
}

const GUEST: &str = "+49305550101";
const INSIDE: &str = "1003";
const BUSY: &str = "+49305550104";
const DECLINES: &str = "+49305550105";

/// The attendant at the browser, and what they say.
struct Attendant {
    child: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl Attendant {
    fn sits_down(house: &House, caller: &str, typed: &str, rows: &[String]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
        assert!(folder.join("node_modules").is_dir(), "the browser's driver is not installed: `make tools` does it");
        let mut child = Command::new("node")
            .arg("attendant.mjs")
            .current_dir(folder)
            .env("SWITCHBOARD_URL", format!("http://{}", house.service.http))
            .env("SWITCHBOARD_USER", "anna")
            .env("SWITCHBOARD_PASSWORD", PASSWORD)
            .env("SWITCHBOARD_CALLER", caller)
            .env("SWITCHBOARD_PEOPLE", json!({"typed": typed, "rows": rows}).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node.js runs");
        let says = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, says }
    }

    async fn says(&mut self, word: &str) {
        let said = timeout(super::house::SOON * 6, self.says.next_line()).await;
        assert_eq!(
            said.expect("it is said in time").unwrap().as_deref(),
            Some(word),
            "the browser's own words are above"
        );
    }
}

async fn the_page_steers_the_switch(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[
            (GUEST, Manner::Answers(300)),
            (INSIDE, Manner::Answers(100)),
            (BUSY, Manner::Refuses(486)),
            (DECLINES, Manner::Refuses(603)),
        ])
        .await;
    let (call, caller) = house.waiting("Ivan", "4930111").await;
    let typed = format!("Dora 030 555 0101, {INSIDE}, Ben 030 555 0104, Nora {DECLINES}");
    let rows = [
        "Ivan, 4930111, Caller, In".to_owned(),
        "Anna, 1001, Attendant, you, In".to_owned(),
        format!("Dora, {GUEST}, In"),
        format!("Ben, {BUSY}, Failed, busy (SIP 486)"),
        format!("Nora, {DECLINES}, Failed, declined the call (SIP 603)"),
    ];
    let mut attendant = Attendant::sits_down(&house, "Ivan", &typed, &rows);
    attendant.says("waiting").await;
    let began = Instant::now();
    attendant.says("talking").await;
    house.since("talking, as the browser shows it, after", began);
    let station = house.world.at("1001").await;
    attendant.says("live").await;
    attendant.says("assembled").await;
    house.since("everybody's end shown after", began);
    let (guest, inside) = (house.world.at(GUEST).await, house.world.at(INSIDE).await);
    house.world.all_hear_each_other(&[&caller, &station, &guest, &inside]).await;
    let conference = house.open_conference().await;
    attendant.child.stdin.as_mut().unwrap().write_all(b"end\n").await.unwrap();
    attendant.says("ended").await;
    for end in [&caller, &station, &guest, &inside] {
        assert!(house.world.is_over(end).await);
    }
    house.ends(&conference).await;
    assert!(attendant.child.wait().await.unwrap().success());
    let gone = |page: &super::page::Picture| (!page.calls.contains_key(&call)).then_some(());
    house.page.shows("the call gone", super::house::SOON, gone).await;
}
