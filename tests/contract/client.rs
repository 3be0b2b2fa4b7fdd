//! A bare Event Socket client, written apart from both the simulator and the client crate.

use crate::recording::Frame;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longer than anything awaited takes.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Events that arrived while a reply was awaited.
    pub events: Vec<Frame>,
}

impl Client {
    /// A connection of which nothing was read.
    pub async fn bare(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.expect("the simulator listens"))
    }

    pub fn over(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new(), events: Vec::new() }
    }

    /// A connection that said the password.
    pub async fn connect(address: SocketAddr) -> Self {
        let mut client = Self::bare(address).await;
        let greeting = client.frame().await.expect("a greeting");
        assert_eq!(greeting.get("Content-Type"), Some("auth/request"));
        assert_eq!(client.command("auth ClueCon").await, "+OK accepted");
        client
    }

    /// A connection that also subscribed.
    pub async fn subscribed(address: SocketAddr, names: &str) -> Self {
        let mut client = Self::connect(address).await;
        assert_eq!(client.command(&format!("event plain {names}")).await, "+OK event listener enabled plain");
        client
    }

    pub async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.expect("the connection is up");
    }

    /// The next frame, event or not. None: closed.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.take_frame() {
                return Some(frame);
            }
            // Into the heap: a large array here would be in every future that awaits this one.
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    fn take_frame(&mut self) -> Option<Frame> {
        let head = self.buffer.windows(2).position(|window| window == b"\n\n")?;
        let text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let frame = Frame::parse(&text);
        // The answer to `connect` is headers of a channel, none of which counts its body.
        let length = frame.get("Content-Length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let end = head + 2 + length;
        if self.buffer.len() < end {
            return None;
        }
        let body = String::from_utf8_lossy(&self.buffer[head + 2..end]).into_owned();
        self.buffer.drain(..end);
        Some(Frame { body, ..frame })
    }

    /// The next frame that is no event.
    pub async fn reply(&mut self) -> Option<Frame> {
        loop {
            let frame = self.frame().await?;
            if !frame.is_event() {
                return Some(frame);
            }
            self.events.push(frame.event());
        }
    }

    /// Sends a command, gives its answer.
    pub async fn command(&mut self, command: &str) -> String {
        self.write(&format!("{command}\n\n")).await;
        let reply = tokio::time::timeout(PATIENCE, self.reply()).await;
        let reply = reply.unwrap_or_else(|_| panic!("no reply to {command}"));
        reply.expect("a reply, not the end").answer().to_owned()
    }

    pub async fn api(&mut self, command: &str) -> String {
        self.command(&format!("api {command}")).await
    }

    /// Waits for an event; gives its place in `events`. `what` says in a failure what was waited for.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Frame) -> bool) -> usize {
        let seek = async {
            let mut from = 0;
            loop {
                if let Some(at) = self.events[from..].iter().position(&wanted) {
                    return from + at;
                }
                from = self.events.len();
                match self.frame().await {
                    Some(frame) if frame.is_event() => self.events.push(frame.event()),
                    Some(frame) => panic!("a reply nobody asked for: {frame:?}"),
                    None => panic!("closed while waiting for {what}"),
                }
            }
        };
        match tokio::time::timeout(PATIENCE, seek).await {
            Ok(at) => at,
            Err(_) => panic!("{what} did not come; there were {:?}", self.seen()),
        }
    }

    /// Takes in what has arrived, without waiting. True: there was something.
    pub async fn pump(&mut self) -> bool {
        while self.stream.try_read_buf(&mut self.buffer).is_ok_and(|read| read > 0) {}
        let mut any = false;
        while self.next_is_event()
            && let Some(frame) = self.take_frame()
        {
            self.events.push(frame.event());
            any = true;
        }
        any
    }

    /// Replies are left for whoever asked.
    fn next_is_event(&self) -> bool {
        let head = self.buffer.windows(2).position(|window| window == b"\n\n");
        head.is_some_and(|head| Frame::parse(&String::from_utf8_lossy(&self.buffer[..head])).is_event())
    }

    /// Names of the events so far, for failures.
    pub fn seen(&self) -> Vec<String> {
        self.events.iter().map(label).collect()
    }
}

/// An event in a word: its name, action or application, and its channel.
pub fn label(event: &Frame) -> String {
    let get = |name: &str| event.get(name).unwrap_or_default();
    let what = if event.get("Action").is_some() { get("Action") } else { get("Event-Name") };
    format!("{what} {} {}", get("Application"), get("Unique-ID")).trim().to_owned()
}

pub fn is(event: &Frame, name: &str, uuid: &str) -> bool {
    event.get("Event-Name") == Some(name) && event.get("Unique-ID") == Some(uuid)
}

pub fn acts(event: &Frame, action: &str, uuid: &str) -> bool {
    event.get("Action") == Some(action) && event.get("Unique-ID") == Some(uuid)
}
