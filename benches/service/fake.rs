//! An Event Socket that says yes to everything, and tells the events it is given.

use crate::process::PASSWORD;
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

const STATUS: &str = "UP 0 years, 0 days, 0 hours, 1 minute, 0 seconds, 0 milliseconds, 0 microseconds\n\
                      FreeSWITCH (Version 1.0-fake) is ready\n\
                      0 session(s) since startup\n\
                      0 session(s) - peak 0, last 5min 0\n\
                      0 session(s) per Sec out of max 20000, peak 0, last 5min 0\n\
                      20000 session(s) max\n";

pub struct Fake {
    pub address: SocketAddr,
    heard: mpsc::Receiver<String>,
    subscriber: Arc<Mutex<Option<TcpStream>>>,
}

impl Fake {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = mpsc::channel();
        let subscriber = Arc::new(Mutex::new(None));
        let subscribers = Arc::clone(&subscriber);
        // Ends with the benchmark's process; connections end with their clients.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tell, subscriber) = (tell.clone(), Arc::clone(&subscribers));
                std::thread::spawn(move || converse(stream, &tell, &subscriber));
            }
        });
        Self { address, heard, subscriber }
    }

    /// The next command that was not a question.
    pub fn hears(&self) -> String {
        self.heard.recv_timeout(Duration::from_secs(60)).expect("a command in good time")
    }

    /// Waits for somebody who wants events.
    pub fn is_subscribed(&self) {
        for _ in 0..2_000 {
            if self.subscriber.lock().unwrap().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("nobody subscribed");
    }

    /// Tells whole frames.
    pub fn pour(&self, frames: &[u8]) {
        let mut subscriber = self.subscriber.lock().unwrap();
        subscriber.as_mut().expect("a subscriber").write_all(frames).unwrap();
    }
}

fn converse(stream: TcpStream, tell: &mpsc::Sender<String>, subscriber: &Mutex<Option<TcpStream>>) {
    let _ = stream.set_nodelay(true);
    let mut own = Some(stream.try_clone().unwrap());
    let say = |text: &str, own: &mut Option<TcpStream>| match own {
        // Whoever hung up hears nothing.
        Some(stream) => drop(stream.write_all(text.as_bytes())),
        None => drop(subscriber.lock().unwrap().as_mut().map(|stream| stream.write_all(text.as_bytes()))),
    };
    say("Content-Type: auth/request\n\n", &mut own);
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
        let command = line.trim_end().to_owned();
        line.clear();
        if command.is_empty() {
            continue;
        }
        let reply = match command.split_once(' ') {
            Some(("auth", password)) if password == PASSWORD => line_reply("+OK accepted"),
            Some(("api", question)) => {
                let body = answer(question);
                if body == "+OK\n" {
                    let _ = tell.send(question.to_owned());
                }
                format!("Content-Type: api/response\nContent-Length: {}\n\n{body}", body.len())
            }
            Some(("bgapi", job)) => {
                let _ = tell.send(job.to_owned());
                line_reply("+OK Job-UUID: 7f4b3d4a-0000-4000-8000-000000000001")
            }
            Some(("event", _)) => line_reply("+OK event listener enabled plain"),
            _ => line_reply("-ERR command not found"),
        };
        say(&reply, &mut own);
        if command.starts_with("event ") {
            // From here on, replies must not fall between the halves of an event.
            *subscriber.lock().unwrap() = own.take();
        }
    }
}

fn answer(question: &str) -> &'static str {
    match question.split(' ').next().unwrap_or_default() {
        "status" => STATUS,
        "version" => "FreeSWITCH Version 1.0-fake (git 0)\n",
        "global_getvar" => "1d49a759-f7a3-45f2-b97e-3ac8f12072fe",
        "show" => "{\"row_count\": 0}\n",
        "uuid_exists" => "true",
        "conference" if question.ends_with("json_list") => "[]",
        _ => "+OK\n",
    }
}

fn line_reply(text: &str) -> String {
    format!("Content-Type: command/reply\nReply-Text: {text}\n\n")
}
