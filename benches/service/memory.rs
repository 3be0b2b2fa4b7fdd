//! Resident memory with a thousand conferences of ten, on two switches.

use crate::{
    process::{Furnished, PASSWORD, Service, most_resident, resident, wait},
    table::{Aim, Samples, Table},
};
use serde_json::json;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use switchboard::simulator::{Fate, Simulator, SimulatorConfig};
use tempfile::TempDir;

const RUNS: usize = 3;
const CONFERENCES: usize = 1000;
const PEOPLE: usize = 10;
/// The client library takes no reply above 8 MiB, and the list of 10,000 channels is longer.
const SWITCHES: usize = 2;
/// Asked for at once, so that the simulator's own haste is not what is measured.
const AT_ONCE: usize = 50;

/// What the last run leaves behind, for others to start on.
pub struct Left {
    pub store: TempDir,
    switches: Vec<Simulator>,
}

impl Left {
    pub fn addresses(&self) -> Vec<SocketAddr> {
        addresses(&self.switches)
    }
}

fn addresses(switches: &[Simulator]) -> Vec<SocketAddr> {
    switches.iter().map(Simulator::address).collect()
}

pub async fn run(table: &mut Table) -> Left {
    eprintln!("memory:");
    let furnished = Furnished::new();
    let (mut before, mut after, mut read, mut most) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut left = None;
    for nth in 1..=RUNS {
        let mut switches = Vec::new();
        for _ in 0..SWITCHES {
            switches.push(switch().await);
        }
        let service = Service::start(&furnished, &addresses(&switches)).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        before.push(resident(service.id()));
        let began = Instant::now();
        fill(&service, &switches).await;
        let took = began.elapsed();
        // The lists of a full switch are read every half minute; what that takes belongs to it.
        let snapshots = async || service.program.metric("switchboard_snapshots_total").await.unwrap_or(0.0);
        let enough = snapshots().await + SWITCHES as f64;
        wait("snapshots of the full switches", async || snapshots().await >= enough).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        after.push(resident(service.id()));
        let board = service.program.board().await;
        assert_eq!(board["conferences"].as_array().map(Vec::len), Some(CONFERENCES));
        read.push(resident(service.id()));
        most.push(most_resident(service.id()));
        eprintln!("  run {nth}: filled in {took:.1?}, {:.1} MB", after[nth - 1]);
        left = Some(Left { store: service.stop(), switches });
    }
    let before = Samples::new(before);
    table.figure("memory: nobody there", "MB", &before);
    let full = format!("memory: {CONFERENCES} conferences of {PEOPLE}");
    table.compared(&full, "MB", &Samples::new(after), ("nobody there", &before), None);
    table.aim_at(&Aim::AtMost(100.0));
    table.compared("memory: and a page has read them all", "MB", &Samples::new(read), ("nobody there", &before), None);
    table.compared("memory: most at any time", "MB", &Samples::new(most), ("nobody there", &before), None);
    left.unwrap()
}

async fn switch() -> Simulator {
    let switch = Simulator::start(SimulatorConfig {
        password: PASSWORD.to_owned(),
        hook_context: "switchboard".to_owned(),
        max_sessions: 20_000,
        sessions_per_second: 100_000,
        chatter: false,
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    for nth in 0..PEOPLE {
        switch.set_fate(&number(nth), Fate::answers_after(Duration::from_millis(50)));
    }
    switch
}

fn number(nth: usize) -> String {
    format!("12{nth:02}")
}

async fn fill(service: &Service, switches: &[Simulator]) {
    let participants: Vec<_> = (0..PEOPLE).map(|nth| json!({"numbers": [number(nth)]})).collect();
    let body = json!({"participants": participants});
    for some in 1..=CONFERENCES / AT_ONCE {
        for _ in 0..AT_ONCE {
            service.program.post("/conferences", &body).await;
        }
        let joined = || switches.iter().flat_map(Simulator::rooms).map(|room| room.members.len()).sum::<usize>();
        wait("everybody in the rooms", async || joined() == some * AT_ONCE * PEOPLE).await;
    }
}
