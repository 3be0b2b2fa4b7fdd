//! SIGKILL while it writes: what was answered is there, and of the rest all or nothing.

use crate::{asked, batch, conference, continues, dial, opens, user};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};
use switchboard::{
    domain::time::Timestamp,
    store::{Batch, SqliteStore, Store},
};

const FILE: &str = "SWITCHBOARD_TEST_STORE_TO_BE_KILLED";
/// Entries in each batch: enough that a kill often hits the middle of one.
const ENTRIES: usize = 400;
/// Kills, each a little later within an append.
const ROUNDS: u32 = 12;

fn request(number: u32) -> Batch {
    let room = conference(&number.to_string());
    let mut all = batch(vec![opens(&room, 0)]);
    all.entries.extend((1..ENTRIES as i64).map(|at| continues(&room, at)));
    all.idempotency.push(asked(user(1), &number.to_string(), 0));
    all.dials.push(dial(user(1), number.into(), 0));
    all
}

/// The program that is killed: appends for ever, and says after each append that it was answered.
#[test]
#[ignore = "not a test: started and killed by the one below"]
fn appends_until_killed() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(Path::new(&file)).await.unwrap();
        let mut number = 0;
        while store.idempotency(user(1), &number.to_string()).await.unwrap().is_some() {
            number += 1;
        }
        loop {
            store.append(&[request(number)]).await.unwrap();
            println!("\nanswered {number}");
            number += 1;
        }
    });
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_kill_while_appending_leaves_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::appends_until_killed", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .spawn()
            .map(Killed)
            .unwrap();
        let output = BufReader::new(child.0.stdout.take().unwrap());
        let mut answers = output
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("answered ")?.parse::<u32>().ok())
            .map(|number| (number, Instant::now()));
        let (_, before) = answers.nth(2).expect("the child ended by itself");
        let (answered, after) = answers.next().expect("the child ended by itself");
        // Not waiting for anything: the moment of the kill is what the rounds try out, from one answer to the next.
        std::thread::sleep((after - before) * round / ROUNDS);
        child.0.kill().unwrap();
        child.0.wait().unwrap();

        let store = SqliteStore::open(&file).await.unwrap();
        store.check().await.unwrap();
        let mut number = 0;
        loop {
            let entries = store.entries(&conference(&number.to_string())).await.unwrap().len();
            let is_known = store.idempotency(user(1), &number.to_string()).await.unwrap().is_some();
            assert_eq!((entries, is_known), if is_known { (ENTRIES, true) } else { (0, false) }, "request {number}");
            if !is_known {
                break;
            }
            number += 1;
        }
        assert!(number > answered, "request {answered} was answered, but only {number} are there");
        assert_eq!(store.recent_dials(Timestamp(0)).await.unwrap().total(), number as usize);
        assert_eq!(store.load_open(&crate::node()).await.unwrap().len(), number as usize * ENTRIES);
        store.close().await;
    }
}
