//! From the start of the process to the page.

use crate::{
    memory::Left,
    process::{command, folder, free_tcp, prepare, serve},
    table::{Samples, Table},
};
use std::{
    fs,
    net::SocketAddr,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

const RUNS: usize = 7;

pub async fn run(table: &mut Table, left: &Left) {
    eprintln!("starting:");
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let (folder, http) = (folder(), free_tcp());
        prepare(folder.path(), http, &left.addresses(), free_tcp());
        times.push(page_after(http, || serve(folder.path())).await);
    }
    let empty = Samples::new(times);
    table.figure("starting: serve, no store yet", "ms", &empty);

    let mut times = Vec::new();
    for _ in 0..RUNS {
        let (folder, http) = (folder(), free_tcp());
        for file in fs::read_dir(left.store.path()).unwrap().flatten() {
            if file.file_name().to_string_lossy().starts_with("switchboard.db") {
                fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
        }
        prepare(folder.path(), http, &left.addresses(), free_tcp());
        times.push(page_after(http, || serve(folder.path())).await);
    }
    let with = ("no store yet", &empty);
    table.compared("starting: serve, 1000 open conferences", "ms", &Samples::new(times), with, None);

    let mut times = Vec::new();
    for _ in 0..RUNS {
        let (folder, http) = (folder(), free_tcp());
        let demo = || {
            let port = http.port().to_string();
            let mut demo = command(folder.path());
            demo.args(["demo", "--no-callers", "--json", "--port", &port]);
            demo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        times.push(page_after(http, demo).await);
    }
    table.compared("starting: demo", "ms", &Samples::new(times), with, None);
}

async fn page_after(http: SocketAddr, start: impl FnOnce() -> Child) -> f64 {
    let page = format!("http://{http}/");
    let began = Instant::now();
    let mut child = start();
    while !reqwest::get(&page).await.is_ok_and(|answer| answer.status().is_success()) {
        assert!(began.elapsed() < Duration::from_secs(30), "the page is not served");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = began.elapsed().as_secs_f64() * 1000.0;
    let _ = child.kill();
    let _ = child.wait();
    took
}
