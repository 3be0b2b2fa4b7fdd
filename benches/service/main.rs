//! What the service costs, measured from outside: the release binary runs as a process of its own, and every figure
//! stands beside that of the simplest program that does the same job. `make bench` runs it; docs/BENCHMARKS.md tells
//! what the figures mean.
//!
//! Without arguments all benchmarks run; `events`, `moving`, `memory`, `starting` pick some. The programs to compare
//! with are this executable again, started with `--as`.
#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod bare;
mod delay;
mod events;
mod fake;
mod memory;
mod moving;
mod process;
mod script;
mod starting;
mod stream;
mod table;

use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--as", "library-loop", address, count] => bare::library_loop(address, count.parse().unwrap()),
        ["--as", "socket-loop", address, bytes] => bare::socket_loop(address, bytes.parse().unwrap()),
        ["--as", "script", manner, address] => script::run(script::Manner::named(manner), address),
        wanted => run(wanted),
    }
}

fn run(wanted: &[&str]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut table = Table::default();
    let wants = |name| wanted.is_empty() || wanted.contains(&name);
    runtime.block_on(async {
        if wants("events") {
            events::run(&mut table).await;
        }
        if wants("moving") {
            moving::run(&mut table).await;
        }
        let store = match wants("memory") || wants("starting") {
            true => Some(memory::run(&mut table).await),
            false => None,
        };
        if let Some(full) = store.filter(|_| wants("starting")) {
            starting::run(&mut table, &full).await;
        }
    });
    table.print();
}
