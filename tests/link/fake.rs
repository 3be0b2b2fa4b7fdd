//! A tiny Event Socket server whose manners a test can spoil. It shares no code with the product.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::{Mutex as AsyncMutex, Notify},
    task::JoinHandle,
};

pub const PASSWORD: &str = "correct-horse";

const STATUS: &str = include_str!("../recordings-switch/status.txt");

/// What a test may change while the server runs.
pub struct Manners {
    /// Accepts and reads, but never says a word again.
    pub silent: AtomicBool,
    /// Replies to `api` by the beginning of the command; the longest match counts.
    replies: Mutex<BTreeMap<String, String>>,
    /// Commands that begin like this are not answered until `open_gate`.
    gate: Mutex<Option<String>>,
    opened: Notify,
    /// (connection, command)
    log: Mutex<Vec<(usize, String)>>,
    pub logins: Mutex<Vec<Instant>>,
    subscribers: AsyncMutex<Vec<OwnedWriteHalf>>,
    connections: Mutex<Vec<JoinHandle<()>>>,
    accepted: AtomicUsize,
    pub alive: Arc<AtomicUsize>,
}

pub struct Fake {
    pub port: u16,
    pub manners: Arc<Manners>,
    accepting: JoinHandle<()>,
}

impl Fake {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let manners = Arc::new(Manners {
            silent: AtomicBool::new(false),
            replies: Mutex::default(),
            gate: Mutex::default(),
            opened: Notify::new(),
            log: Mutex::default(),
            logins: Mutex::default(),
            subscribers: AsyncMutex::default(),
            connections: Mutex::default(),
            accepted: AtomicUsize::new(0),
            alive: Arc::default(),
        });
        for (command, reply) in [
            ("status", STATUS),
            ("version", "FreeSWITCH Version 1.0-fake (git 0)\n"),
            ("global_getvar core_uuid", "1d49a759-f7a3-45f2-b97e-3ac8f12072fe"),
            ("show", "{\"row_count\": 0}\n"),
            ("conference json_list", "[]"),
            ("uuid_exists", "true"),
            ("fsctl pause_check", "false"),
            ("", "+OK\n"),
        ] {
            manners.reply(command, reply);
        }
        let accepting = tokio::spawn(accept(listener, Arc::clone(&manners)));
        Self { port, manners, accepting }
    }

    /// Ends every connection, as a crash does. New ones are accepted.
    pub fn drop_connections(&self) {
        for connection in self.manners.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
        self.manners.subscribers.try_lock().unwrap().clear();
    }

    /// Ends only the nth connection ever accepted, counted from 0.
    pub fn drop_connection(&self, nth: usize) {
        self.manners.connections.lock().unwrap()[nth].abort();
    }

    /// Tells an event to whoever subscribed.
    pub async fn emit(&self, event: &str) {
        let text = format!("Content-Length: {}\nContent-Type: text/event-plain\n\n{event}", event.len());
        for subscriber in self.manners.subscribers.lock().await.iter_mut() {
            // A subscriber that is gone hears nothing.
            let _ = subscriber.write_all(text.as_bytes()).await;
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Manners {
    pub fn reply(&self, command: &str, reply: &str) {
        self.replies.lock().unwrap().insert(command.to_owned(), reply.to_owned());
    }

    pub fn close_gate(&self, command: &str) {
        *self.gate.lock().unwrap() = Some(command.to_owned());
    }

    pub fn open_gate(&self) {
        *self.gate.lock().unwrap() = None;
        self.opened.notify_waiters();
    }

    /// Commands that begin like this, with the connection each came on.
    pub fn heard(&self, command: &str) -> Vec<(usize, String)> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(_, text)| text.starts_with(command)).cloned().collect()
    }

    fn reply_to(&self, command: &str) -> String {
        let replies = self.replies.lock().unwrap();
        let found = replies.iter().filter(|(start, _)| command.starts_with(start.as_str()));
        found.max_by_key(|(start, _)| start.len()).unwrap().1.clone()
    }

    async fn pass_gate(&self, command: &str) {
        loop {
            let opened = self.opened.notified();
            match &*self.gate.lock().unwrap() {
                Some(closed) if command.starts_with(closed.as_str()) => {}
                _ => return,
            }
            opened.await;
        }
    }
}

async fn accept(listener: TcpListener, manners: Arc<Manners>) {
    while let Ok((stream, _)) = listener.accept().await {
        let number = manners.accepted.fetch_add(1, Ordering::SeqCst);
        let connection = tokio::spawn(serve(stream, number, Arc::clone(&manners)));
        manners.connections.lock().unwrap().push(connection);
    }
}

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn serve(stream: TcpStream, number: usize, manners: Arc<Manners>) {
    manners.alive.fetch_add(1, Ordering::SeqCst);
    let _counted = Counted(Arc::clone(&manners.alive));
    let (read, write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut write = Some(write);
    say(&manners, &mut write, "Content-Type: auth/request\n\n").await;
    while let Ok(Some(line)) = lines.next_line().await {
        if line.is_empty() {
            continue;
        }
        let reply = if let Some(password) = line.strip_prefix("auth ") {
            manners.logins.lock().unwrap().push(Instant::now());
            line_reply(if password == PASSWORD { "+OK accepted" } else { "-ERR invalid" })
        } else if let Some(command) = line.strip_prefix("api ") {
            manners.log.lock().unwrap().push((number, command.to_owned()));
            manners.pass_gate(command).await;
            let body = manners.reply_to(command);
            format!("Content-Type: api/response\nContent-Length: {}\n\n{body}", body.len())
        } else if let Some(command) = line.strip_prefix("bgapi ") {
            manners.log.lock().unwrap().push((number, command.to_owned()));
            line_reply("+OK Job-UUID: 7f4b3d4a-0000-4000-8000-000000000001")
        } else if line.starts_with("event plain ") {
            line_reply("+OK event listener enabled plain")
        } else {
            line_reply("-ERR command not found")
        };
        say(&manners, &mut write, &reply).await;
        if line.starts_with("event plain ") {
            // From here on both replies and events are written by way of the list.
            let mut subscribers = manners.subscribers.lock().await;
            subscribers.clear();
            subscribers.extend(write.take());
        }
    }
}

async fn say(manners: &Manners, own: &mut Option<OwnedWriteHalf>, text: &str) {
    if manners.silent.load(Ordering::SeqCst) {
        return;
    }
    match own {
        // Whoever hung up hears nothing.
        Some(write) => drop(write.write_all(text.as_bytes()).await),
        None => {
            for write in manners.subscribers.lock().await.iter_mut() {
                let _ = write.write_all(text.as_bytes()).await;
            }
        }
    }
}

fn line_reply(text: &str) -> String {
    format!("Content-Type: command/reply\nReply-Text: {text}\n\n")
}
