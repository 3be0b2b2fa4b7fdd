//! Clients who do not take what they asked for.

use crate::{
    accounts::PROGRAM_TOKEN,
    house::{House, PATIENCE, Person, Plan},
    things,
};
use std::time::Duration;
use switchboard::web::{Limits, WebSettings, settings::StreamSettings};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

async fn silent_follower(house: &House) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // Or the kernel would take tens of megabytes for us.
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let mut socket = socket.connect(house.address).await.unwrap();
    let request = format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {PROGRAM_TOKEN}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    socket.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    socket
}

/// What is left to read, up to the moment the connection is gone.
async fn rest(mut socket: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut may end with a reset; what came before it is still there.
    let _ = timeout(PATIENCE, socket.read_to_end(&mut bytes)).await.expect("the connection was cut");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn plan(stream: StreamSettings) -> Plan {
    Plan { settings: WebSettings { stream, ..WebSettings::default() }, ..Plan::default() }
}

#[tokio::test]
async fn a_client_who_falls_behind_the_ring_is_cut_off_and_comes_back() {
    let house = House::build(plan(StreamSettings { ring: 8, buffer: 2, ..StreamSettings::default() })).await;
    let socket = silent_follower(&house).await;
    let mut quick = house.events(&Person::Bearer(PROGRAM_TOKEN), None).await;
    quick.expect("snapshot").await;
    // More than the kernel's buffers of both ends hold.
    let long = "x".repeat(256 * 1024);
    let mut last = String::new();
    for number in 0..80 {
        house.server.publish(things::line(&format!("{number} {long}")));
        last = quick.expect("activity").await.id;
    }
    let taken = rest(socket).await;
    assert!(!taken.contains(&format!("id:{last}\n")), "it was cut before the end");
    assert!(taken.contains("event:snapshot"), "it had begun");
    assert!(!taken.ends_with("0\r\n\r\n"), "it was not ended in good order");
    let mut again = house.events(&Person::Bearer(PROGRAM_TOKEN), Some("boot-1:100")).await;
    assert_eq!(again.expect("snapshot").await.id, last);
}

#[tokio::test]
async fn a_client_who_takes_nothing_for_long_is_cut_off() {
    let stream = StreamSettings {
        buffer: 1,
        longest_stall: Duration::from_millis(500),
        ring_bytes: 16 * 1024 * 1024,
        ..StreamSettings::default()
    };
    let limits = Limits { connections: 1, ..Limits::default() };
    let house = House::build(Plan { limits, ..plan(stream) }).await;
    let socket = silent_follower(&house).await;
    let long = "x".repeat(256 * 1024);
    // More than the sender's buffer, less than the ring.
    for _ in 0..40 {
        house.server.publish(things::line(&long));
    }
    // Its place is the only one: whoever gets it shows that it was given back.
    house.wait_for_a_place().await;
    let taken = rest(socket).await;
    assert!(!taken.contains("id:boot-1:140\n"), "it was cut before the end");
}
