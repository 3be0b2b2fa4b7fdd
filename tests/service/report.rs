//! What a scenario was, what became of it, and what was measured: one line of JSON each, for `docs/LIVE.md`.

use serde_json::{Map, Value, json};
use std::fs::{File, OpenOptions, create_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Each scenario is a whole house with several processes; more at once would measure the machine.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Simulated,
    Live,
}

pub struct Report {
    pub backend: Backend,
    name: &'static str,
    title: &'static str,
    began: Instant,
    figures: Mutex<Map<String, Value>>,
    _turn: SemaphorePermit<'static>,
}

impl Report {
    pub async fn begin(backend: Backend, name: &'static str, title: &'static str) -> Self {
        crate::support::lateness::watch();
        let turn = AT_ONCE.acquire().await.expect("it is never closed");
        let report = Self { backend, name, title, began: Instant::now(), figures: Mutex::default(), _turn: turn };
        report.write("started");
        report
    }

    pub fn is_live(&self) -> bool {
        self.backend == Backend::Live
    }

    /// Puts down how long something took.
    pub fn measured(&self, what: &str, took: Duration) {
        println!("{what}: {took:?}");
        self.figure(what, format!("{} ms", took.as_millis()));
    }

    /// Puts down something else worth knowing.
    pub fn figure(&self, what: &str, value: impl ToString) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        figures.insert(what.to_owned(), Value::String(value.to_string()));
    }

    fn write(&self, outcome: &str) {
        if !self.is_live() {
            return;
        }
        let line = json!({
            "name": self.name, "title": self.title, "outcome": outcome,
            "seconds": self.began.elapsed().as_secs_f64(),
            "figures": *self.figures.lock().unwrap_or_else(PoisonError::into_inner),
        });
        // A report that cannot be written shows as a scenario that is missing.
        if let Ok(mut file) = open() {
            // In one piece: several scenarios write here at once.
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
    }
}

fn open() -> std::io::Result<File> {
    let folder = target().join("live");
    create_dir_all(&folder)?;
    OpenOptions::new().create(true).append(true).open(folder.join("scenarios.jsonl"))
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}

impl Drop for Report {
    fn drop(&mut self) {
        self.write(if std::thread::panicking() { "failed" } else { "passed" });
    }
}
