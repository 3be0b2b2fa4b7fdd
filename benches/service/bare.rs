//! What the service's reading is compared with: the client library's own loop, and a socket read to its end.

use crate::process::{PASSWORD, cpu};
use freeswitch_esl_tokio::{AuthMethod, EslClient, EslConnectOptions, EventFormat};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

/// Reads so many events with the client library and does nothing with them; says how many, and the CPU time it took.
pub fn library_loop(address: &str, count: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (host, port) = address.rsplit_once(':').unwrap();
        // Never full: an event that was dropped would not have been read.
        let options = EslConnectOptions::new().with_event_queue_size(100_000);
        let auth = AuthMethod::password(PASSWORD);
        let (client, mut stream) =
            EslClient::connect_with_auth(host, port.parse().unwrap(), auth, options).await.unwrap();
        let subscription = switchboard::switch::event::SUBSCRIPTION;
        client.subscribe_events_raw(EventFormat::Plain, subscription).await.unwrap();
        let before = cpu(std::process::id());
        for _ in 0..count {
            stream.recv().await.unwrap().unwrap();
        }
        println!("{}", (cpu(std::process::id()) - before).as_secs_f64());
    });
}

/// Reads so many bytes and does nothing with them.
pub fn socket_loop(address: &str, mut bytes: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "auth {PASSWORD}\n\nevent plain ALL\n\n").unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut replies) = (String::new(), 0);
    while replies < 2 {
        line.clear();
        reader.read_line(&mut line).unwrap();
        replies += usize::from(line.starts_with("Reply-Text"));
    }
    reader.read_line(&mut line).unwrap();
    // Some may have come with the reply.
    bytes -= reader.buffer().len();
    let before = cpu(std::process::id());
    let mut buffer = vec![0; 64 * 1024];
    while bytes > 0 {
        bytes = bytes.saturating_sub(stream.read(&mut buffer).unwrap());
    }
    println!("{}", (cpu(std::process::id()) - before).as_secs_f64());
}

/// This executable again, as something else.
pub fn again(arguments: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("--as")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The number such a process says at its end.
pub fn said(child: Child) -> f64 {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}
