//! The accept loop: slow headers, too many connections, and an end that comes.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, PATIENCE, Person, Plan},
};
use std::time::{Duration, Instant};
use switchboard::web::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn read_all(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut bytes)).await.expect("an end").expect("a good one");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads one answer of the health route and leaves the connection open.
async fn read_health(socket: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with("{\"status\":\"ok\"}") {
        let mut bytes = [0; 1024];
        let count = timeout(PATIENCE, socket.read(&mut bytes)).await.expect("an answer").expect("a good one");
        assert!(count > 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    text
}

fn limits(limits: Limits) -> Plan {
    Plan { limits, ..Plan::default() }
}

#[tokio::test]
async fn whoever_sends_headers_too_slowly_is_cut_off() {
    let header_time = Duration::from_millis(300);
    let house = House::build(limits(Limits { header_time, ..Limits::default() })).await;
    for begun in [&b"GET /healthz HTTP/1.1\r\nHos"[..], b""] {
        let mut socket = TcpStream::connect(house.address).await.unwrap();
        let started = Instant::now();
        socket.write_all(begun).await.unwrap();
        let answer = read_all(&mut socket).await;
        assert!(!answer.contains("200"), "{answer}");
        assert!(started.elapsed() >= header_time, "not before the time: {:?}", started.elapsed());
    }
    assert_eq!(house.get(&Person::Nobody, "/healthz").await.status(), 200);
}

#[tokio::test]
async fn whoever_comes_on_top_of_the_cap_is_told_so() {
    let house = House::build(limits(Limits { connections: 2, ..Limits::default() })).await;
    let mut inside = Vec::new();
    for _ in 0..2 {
        let mut socket = TcpStream::connect(house.address).await.unwrap();
        socket.write_all(HEALTH).await.unwrap();
        assert!(read_health(&mut socket).await.starts_with("HTTP/1.1 200"));
        inside.push(socket);
    }
    let mut third = TcpStream::connect(house.address).await.unwrap();
    third.write_all(HEALTH).await.unwrap();
    let answer = read_all(&mut third).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("Retry-After: 5"), "{answer}");
    // Those inside go on, and a place that is given back is given out again.
    inside[0].write_all(HEALTH).await.unwrap();
    read_health(&mut inside[0]).await;
    drop(inside);
    house.wait_for_a_place().await;
}

#[tokio::test]
async fn stopping_ends_open_streams_in_good_order_and_without_waiting() {
    let house = House::build(limits(Limits { drain: Duration::from_secs(60), ..Limits::default() })).await;
    let mut events = house.events(&Person::Bearer(PROGRAM_TOKEN), None).await;
    events.expect("snapshot").await;
    let mut idle = TcpStream::connect(house.address).await.unwrap();
    idle.write_all(HEALTH).await.unwrap();
    read_health(&mut idle).await;
    house.shutdown.cancel();
    assert_eq!(events.next().await, None);
    timeout(PATIENCE, house.serving).await.expect("long before the drain time").unwrap();
    assert_eq!(read_all(&mut idle).await, "");
    assert!(TcpStream::connect(house.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn what_is_still_open_at_the_end_of_the_drain_time_is_cut() {
    let drain = Duration::from_millis(300);
    let house = House::build(limits(Limits { drain, ..Limits::default() })).await;
    // A request whose body never comes.
    let mut stuck = TcpStream::connect(house.address).await.unwrap();
    let head = format!(
        "POST /api/v1/conferences HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {PROGRAM_TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    );
    stuck.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 12];
    stuck.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100", "the handler is waiting for the body");
    let started = Instant::now();
    house.shutdown.cancel();
    timeout(PATIENCE, house.serving).await.expect("an end").unwrap();
    assert!(started.elapsed() >= drain, "it had its time: {:?}", started.elapsed());
    assert!(started.elapsed() < Duration::from_secs(8), "and no more: {:?}", started.elapsed());
}
