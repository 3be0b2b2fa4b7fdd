//! From the request for a conference to its last originate on the wire, beside a script that makes the same move.

use crate::{
    bare,
    delay::Delay,
    process::{Furnished, PASSWORD, Person, STATION, Service, wait},
    script::{self, Manner},
    table::{Aim, Samples, Table},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, ChildStdin, ChildStdout},
    time::{Duration, Instant},
};
use switchboard::simulator::{Caller, Fate, ReceivedCommand, Simulator, SimulatorConfig, Station, StationManner};

const RUNS: usize = 10;
const GUESTS: usize = 20;
const ONE_WAY: Duration = Duration::from_millis(10);

/// Whom both ring.
pub fn number(nth: usize) -> String {
    format!("11{nth:02}")
}

pub async fn run(table: &mut Table) {
    let furnished = Furnished::new();
    for (line, one_way, aim) in [("loopback", Duration::ZERO, 1.1), ("+20 ms", ONE_WAY, 0.7)] {
        eprintln!("moving, {line}:");
        let switch = switch().await;
        let slow = Delay::start(switch.address(), one_way).await;
        let address = if one_way.is_zero() { switch.address() } else { slow.address };
        let awaiting = scripted(&switch, address, Manner::Awaiting).await;
        let pipelining = scripted(&switch, address, Manner::Pipelining).await;
        // A switch of its own: the service would take the script's calls for its own business.
        let switch = self::switch().await;
        let slow = Delay::start(switch.address(), one_way).await;
        let address = if one_way.is_zero() { switch.address() } else { slow.address };
        let seen = served(&switch, address, &furnished).await;
        let each = |figure: fn(&Seen) -> f64| Samples::new(seen.iter().map(figure).collect());
        let service = each(|seen| seen.last_originate);
        table.figure(&format!("moving, {line}: script, awaiting each reply"), "ms", &awaiting);
        table.figure(&format!("moving, {line}: script, pipelining"), "ms", &pipelining);
        let what = format!("moving, {line}: service");
        table.compared(&what, "ms", &service, ("the awaiting script", &awaiting), Some(&Aim::AtMost(aim)));
        table.compared(&what, "ms", &service, ("the pipelining script", &pipelining), None);
        table.note(format!(
            "{what}: first command after {:.1} ms, the move after {:.1}, the first originate after {:.1} (medians)",
            each(|seen| seen.first_command).median(),
            each(|seen| seen.transfer).median(),
            each(|seen| seen.first_originate).median(),
        ));
    }
}

async fn switch() -> Simulator {
    let switch = Simulator::start(SimulatorConfig {
        password: PASSWORD.to_owned(),
        hook_context: "switchboard".to_owned(),
        stations: vec![Station {
            manner: StationManner::Answers { after: Duration::from_millis(50) },
            ..Station::new(STATION)
        }],
        extensions: BTreeMap::from([(
            "8".to_owned(),
            format!("m:^:set:hangup_after_bridge=true^bridge:user/{STATION}@127.0.0.1"),
        )]),
        chatter: false,
        // A real switch answers a job at once.
        job_start: Duration::ZERO,
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    for nth in 0..GUESTS {
        switch.set_fate(&number(nth), Fate::NeverAnswers);
    }
    switch
}

/// When what came in, in milliseconds after the beginning.
struct Seen {
    first_command: f64,
    transfer: f64,
    first_originate: f64,
    last_originate: f64,
}

async fn all_originates(switch: &Simulator, before: usize, began: Instant) -> Seen {
    let is_originate = |command: &&ReceivedCommand| command.verb == "bgapi" && command.text.starts_with("originate ");
    loop {
        let commands = switch.commands();
        let since = &commands[before..];
        let originates: Vec<_> = since.iter().filter(is_originate).collect();
        if originates.len() == GUESTS {
            let after = |at: Instant| at.saturating_duration_since(began).as_secs_f64() * 1000.0;
            let ours = |command: &&ReceivedCommand| command.text.starts_with("uuid_");
            let moves = |command: &&ReceivedCommand| command.text.starts_with("uuid_transfer");
            return Seen {
                first_command: after(since.iter().find(ours).unwrap().at),
                transfer: after(since.iter().find(moves).unwrap().at),
                first_originate: after(originates[0].at),
                last_originate: after(originates[GUESTS - 1].at),
            };
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{} originates came", originates.len());
        // Rarely: whoever is measured needs the processor.
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

async fn empty(switch: &Simulator) {
    wait("an empty switch", async || switch.channels().is_empty()).await;
}

async fn scripted(switch: &Simulator, address: SocketAddr, manner: Manner) -> Samples {
    let mut script = Script::start(manner, address);
    let mut samples = Vec::new();
    for nth in 0..RUNS {
        let caller = switch.extension_call("1099", "8").to_string();
        wait("a live call", async || switch.channel(&caller).is_some_and(|one| one.bridged_to.is_some())).await;
        let before = switch.commands().len();
        let began = Instant::now();
        script.order(&script::order(&caller, &format!("{}-{nth}", manner.name()), GUESTS));
        samples.push(all_originates(switch, before, began).await.last_originate);
        script.is_done();
        for channel in switch.channels() {
            switch.hang_up(&channel.uuid, "NORMAL_CLEARING");
        }
        empty(switch).await;
    }
    Samples::new(samples)
}

struct Script {
    child: Child,
    orders: ChildStdin,
    words: BufReader<ChildStdout>,
}

impl Script {
    fn start(manner: Manner, address: SocketAddr) -> Self {
        let mut child = bare::again(&["script", manner.name(), &address.to_string()]);
        let (orders, words) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut script = Self { child, orders, words };
        script.is_done();
        script
    }

    fn order(&mut self, order: &str) {
        self.orders.write_all(order.as_bytes()).unwrap();
    }

    fn is_done(&mut self) {
        let mut word = String::new();
        assert!(self.words.read_line(&mut word).unwrap() > 0, "the script ended early");
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn served(switch: &Simulator, address: SocketAddr, furnished: &Furnished) -> Vec<Seen> {
    let service = Service::start(furnished, &[address]).await;
    let anna = Person::sign_in(service.http).await;
    let participants: Vec<_> = (0..GUESTS).map(|nth| json!({"numbers": [number(nth)]})).collect();
    let mut seen = Vec::new();
    for _ in 0..RUNS {
        let call = talking(switch, &service, &anna).await;
        let before = switch.commands().len();
        let body = json!({"call_id": call, "participants": participants});
        let began = Instant::now();
        let made = anna.post("/conferences", &body).await;
        seen.push(all_originates(switch, before, began).await);
        let id = made["id"].as_str().unwrap();
        anna.post(&format!("/conferences/{id}/actions/end"), &json!({})).await;
        empty(switch).await;
    }
    seen
}

/// A caller the attendant talks to, for long enough that the service has nothing more to do about it.
async fn talking(switch: &Simulator, service: &Service, anna: &Person) -> String {
    switch.caller(Caller { hooks: vec![service.hook], ..Caller::default() });
    let call_in = async |state: &str| {
        let board = anna.board().await;
        let calls = board["calls"].as_array().cloned().unwrap_or_default();
        let call = calls.iter().find(|call| call["state"] == state)?;
        call["id"].as_str().map(str::to_owned)
    };
    wait("a waiting call", async || call_in("waiting").await.is_some()).await;
    let call = call_in("waiting").await.unwrap();
    anna.post(&format!("/calls/{call}/actions/answer"), &json!({})).await;
    wait("a live call", async || call_in("talking").await.is_some()).await;
    tokio::time::sleep(Duration::from_millis(1300)).await;
    call
}
