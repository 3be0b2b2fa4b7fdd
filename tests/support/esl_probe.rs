//! A plain Event Socket client of its own, to see what the switch says without the product in between.

use super::{PATIENCE, until};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Headers, decoded, and the body.
#[derive(Debug, Clone, Default)]
pub struct Event {
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Event {
    pub fn get(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn name(&self) -> &str {
        self.get("Event-Name")
    }

    pub fn uuid(&self) -> &str {
        self.get("Unique-ID")
    }

    pub fn is(&self, name: &str, uuid: &str) -> bool {
        self.name() == name && self.uuid() == uuid
    }

    /// A conference event of this kind about this channel.
    pub fn is_member(&self, action: &str, uuid: &str) -> bool {
        self.get("Event-Subclass") == "conference::maintenance" && self.get("Action") == action && self.uuid() == uuid
    }
}

type Waiting = Arc<Mutex<VecDeque<oneshot::Sender<Event>>>>;

pub struct Probe {
    writer: tokio::sync::Mutex<OwnedWriteHalf>,
    waiting: Waiting,
    events: Arc<Mutex<Vec<Event>>>,
    reader: JoinHandle<()>,
}

impl Probe {
    pub async fn connect(address: SocketAddr, password: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (read, write) = stream.into_split();
        let mut read = BufReader::new(read);
        let greeting = read_message(&mut read).await.unwrap_or_default();
        if greeting.get("Content-Type") != "auth/request" {
            return Err(std::io::Error::other(format!("no greeting: {greeting:?}")));
        }
        let (waiting, events) = (Waiting::default(), Arc::new(Mutex::new(Vec::new())));
        let reader = tokio::spawn(read_on(read, Arc::clone(&waiting), Arc::clone(&events)));
        let probe = Self { writer: tokio::sync::Mutex::new(write), waiting, events, reader };
        let answer = probe.send(&format!("auth {password}")).await;
        if answer.get("Reply-Text").starts_with("+OK") {
            Ok(probe)
        } else {
            Err(std::io::Error::other(format!("refused: {answer:?}")))
        }
    }

    /// Sends a command and waits for its reply.
    pub async fn send(&self, command: &str) -> Event {
        let (tell, told) = oneshot::channel();
        let mut writer = self.writer.lock().await;
        self.waiting.lock().unwrap().push_back(tell);
        let sent = writer.write_all(format!("{command}\n\n").as_bytes()).await;
        drop(writer);
        if sent.is_err() {
            return Event::default();
        }
        told.await.unwrap_or_default()
    }

    /// Runs an API command and returns what it says; empty when the connection is gone.
    pub async fn api(&self, command: &str) -> String {
        self.send(&format!("api {command}")).await.body
    }

    pub async fn subscribe(&self, events: &str) {
        let reply = self.send(&format!("event plain {events}")).await;
        assert!(reply.get("Reply-Text").starts_with("+OK"), "{reply:?}");
    }

    /// Starts a job, and gives its number for `job`.
    pub async fn bgapi(&self, command: &str) -> String {
        self.send(&format!("bgapi {command}")).await.get("Job-UUID").to_owned()
    }

    /// The result of a job (subscribe to BACKGROUND_JOB first).
    pub async fn job(&self, number: &str, within: Duration) -> Option<String> {
        let done = |event: &Event| event.name() == "BACKGROUND_JOB" && event.get("Job-UUID") == number;
        self.wait_within(within, done).await.map(|event| event.body.trim().to_owned())
    }

    /// Waits for an event; those that came before count too.
    pub async fn wait(&self, wanted: impl Fn(&Event) -> bool) -> Option<Event> {
        self.wait_within(PATIENCE, wanted).await
    }

    pub async fn wait_within(&self, within: Duration, wanted: impl Fn(&Event) -> bool) -> Option<Event> {
        let mut seen = 0;
        until(within, || {
            let events = self.events.lock().unwrap();
            let found = events[seen..].iter().find(|event| wanted(event)).cloned();
            seen = events.len();
            found
        })
        .await
    }

    /// All events so far.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Forgets the events so far.
    pub fn forget(&self) {
        self.events.lock().unwrap().clear();
    }

    /// The channel whose variable has this value, as `sip_call_id`.
    pub async fn channel_where(&self, variable: &str, value: &str) -> Option<String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            for uuid in self.channels().await {
                if self.api(&format!("uuid_getvar {uuid} {variable}")).await.trim() == value {
                    return Some(uuid);
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// The UUIDs of all channels.
    pub async fn channels(&self) -> Vec<String> {
        let listing = self.api("show channels as json").await;
        let parsed: serde_json::Value = serde_json::from_str(&listing).unwrap_or_default();
        let rows = parsed["rows"].as_array().cloned().unwrap_or_default();
        rows.iter().filter_map(|row| row["uuid"].as_str().map(str::to_owned)).collect()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read_on(mut read: impl AsyncBufRead + Unpin, waiting: Waiting, events: Arc<Mutex<Vec<Event>>>) {
    while let Some(message) = read_message(&mut read).await {
        match message.get("Content-Type") {
            "command/reply" | "api/response" => {
                if let Some(tell) = waiting.lock().unwrap().pop_front() {
                    let _ = tell.send(message);
                }
            }
            "text/event-plain" => events.lock().unwrap().push(parse_event(&message.body)),
            _ => {}
        }
    }
    // Whoever still waits learns that nothing will come.
    waiting.lock().unwrap().clear();
}

/// One message: headers up to an empty line, then `Content-Length` bytes.
pub async fn read_message(read: &mut (impl AsyncBufRead + Unpin)) -> Option<Event> {
    let mut message = Event::default();
    loop {
        let mut line = String::new();
        if read.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            if message.headers.is_empty() {
                continue;
            }
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            message.headers.insert(name.to_owned(), decode(value.trim()));
        }
    }
    let length = message.get("Content-Length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    read.read_exact(&mut body).await.ok()?;
    message.body = String::from_utf8_lossy(&body).into_owned();
    Some(message)
}

fn parse_event(text: &str) -> Event {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    Event { headers: headers.map(|(name, value)| (name.to_owned(), decode(value))).collect(), body: body.to_owned() }
}

fn decode(value: &str) -> String {
    percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned()
}
