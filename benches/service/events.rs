//! Events decoded, applied and journaled per second of the service's CPU, beside the client library's bare loop on the
//! same stream.

use crate::{
    bare,
    fake::Fake,
    process::{Furnished, Service, cpu},
    stream::{Frame, Recording, mixed},
    table::{Aim, Samples, Table},
};
use serde_json::json;
use std::collections::BTreeMap;

const RUNS: usize = 5;
/// Bursts of a run, each with conferences of its own. One burst stays below what the link queues: events that are
/// dropped and asked for again would not be the same work.
const BURSTS: usize = 4;
/// Conferences in a burst, of either recording.
const EACH: usize = 60;
/// A socket is read so fast that one run's events would not be measurable.
const SOCKET_REPEATS: usize = 20;

struct Run {
    events: f64,
    cpu: f64,
    inputs: f64,
    facts: f64,
    known: f64,
    bytes: Vec<u8>,
}

pub async fn run(table: &mut Table) {
    eprintln!("events:");
    let furnished = Furnished::new();
    let (mut service, mut library, mut socket) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for nth in 1..=RUNS {
        let run = measure(&furnished).await;
        let of_library = compare("library-loop", &run.bytes, run.events, run.events);
        let of_socket = compare("socket-loop", &run.bytes.repeat(SOCKET_REPEATS), run.bytes.len() as f64, run.events)
            * SOCKET_REPEATS as f64;
        eprintln!("  run {nth}: service {:.0}, library {of_library:.0}, socket {of_socket:.0}", run.events / run.cpu);
        service.push(run.events / run.cpu);
        library.push(of_library);
        socket.push(of_socket);
        last = Some(run);
    }
    let (service, library, socket) = (Samples::new(service), Samples::new(library), Samples::new(socket));
    let unit = "ev/CPU s";
    table.figure("events: a socket read to its end", unit, &socket);
    table.figure("events: the client library's loop", unit, &library);
    let with = ("the library's loop", &library);
    table.compared("events: decoded, applied, journaled", unit, &service, with, Some(&Aim::AtLeast(0.8)));
    if let Some(run) = last {
        table.note(format!(
            "events: {:.0} a run, {:.0} bytes each; {:.0} % about our channels and rooms, {:.0} % mean something to \
             the core, {:.2} facts journaled an event",
            run.events,
            run.bytes.len() as f64 / run.events,
            100.0 * run.known / run.events,
            100.0 * run.inputs / run.events,
            run.facts / run.events
        ));
    }
}

async fn measure(furnished: &Furnished) -> Run {
    let fake = Fake::start();
    let service = Service::start(furnished, &[fake.address]).await;
    fake.is_subscribed();
    let mut run = Run { events: 0.0, cpu: 0.0, inputs: 0.0, facts: 0.0, known: 0.0, bytes: Vec::new() };
    for _ in 0..BURSTS {
        burst(&service, &fake, &mut run).await;
    }
    assert!(!service.log().contains("events were dropped"), "a burst was too large for the link's queue");
    run
}

async fn burst(service: &Service, fake: &Fake, run: &mut Run) {
    let (moving, originating) = (Recording::moving(), Recording::originating());
    let mut conferences = Vec::new();
    for _ in 0..EACH {
        for recording in [&moving, &originating] {
            let (legs, room) = conference(service, fake, recording.legs()).await;
            conferences.push(recording.about(&legs, &room));
        }
    }
    // One leg of its own tells when everything before it is done: parked, it is sent into its room.
    let (marker, _) = conference(service, fake, 1).await;
    let mut frames = mixed(conferences);
    frames.push(Frame { bytes: Recording::parked(&marker[0]), known: true });
    let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes.iter().copied()).collect();

    let figure = async |name| service.program.metric(name).await.unwrap();
    let (inputs, facts) = (figure("switchboard_inputs_total").await, figure("switchboard_facts_total").await);
    let before = cpu(service.id());
    fake.pour(&bytes);
    let done = format!("uuid_transfer {}", marker[0]);
    let mut replies = 0;
    while !fake.hears().starts_with(&done) {
        replies += 1;
    }
    run.cpu += (cpu(service.id()) - before).as_secs_f64();
    run.inputs += figure("switchboard_inputs_total").await - inputs - f64::from(replies);
    run.facts += figure("switchboard_facts_total").await - facts;
    run.events += frames.len() as f64;
    run.known += frames.iter().filter(|frame| frame.known).count() as f64;
    run.bytes.extend(bytes);
}

/// A conference without a call: the legs it dialed, and its room.
async fn conference(service: &Service, fake: &Fake, people: usize) -> (Vec<String>, String) {
    let participants: Vec<_> = (0..people).map(|nth| json!({"numbers": [format!("1{nth:03}")]})).collect();
    let made = service.program.post("/conferences", &json!({"participants": participants})).await;
    let mut legs = BTreeMap::new();
    while legs.len() < people {
        let command = fake.hears();
        let Some((_, rest)) = command.split_once("{origination_uuid=") else { continue };
        let number = rest.split("sofia/internal/").nth(1).and_then(|rest| rest.split('@').next()).unwrap();
        legs.insert(number.to_owned(), rest[..36].to_owned());
    }
    (legs.into_values().collect(), made["room"].as_str().unwrap().to_owned())
}

/// Events per CPU second of another reader of the same bytes.
fn compare(role: &str, bytes: &[u8], count: f64, events: f64) -> f64 {
    let fake = Fake::start();
    let count = match role {
        "socket-loop" => bytes.len().to_string(),
        _ => format!("{count:.0}"),
    };
    let child = bare::again(&[role, &fake.address.to_string(), &count]);
    fake.is_subscribed();
    fake.pour(bytes);
    events / bare::said(child)
}
