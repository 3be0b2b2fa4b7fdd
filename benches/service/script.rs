//! The simplest program that makes a call a conference: one connection, no journal, no policy, nobody told.

use crate::process::PASSWORD;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

/// How it sends the originates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// The next when the last was answered.
    Awaiting,
    /// All at once.
    Pipelining,
}

impl Manner {
    pub fn named(name: &str) -> Self {
        match name {
            "awaiting" => Self::Awaiting,
            "pipelining" => Self::Pipelining,
            other => panic!("no manner is called {other}"),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Pipelining => "pipelining",
        }
    }
}

/// Where a pair is to go, as a line of text: channel, room, how many others.
pub fn order(channel: &str, room: &str, others: usize) -> String {
    format!("{channel} {room} {others}\n")
}

/// Connects, then does each order it reads, and says when it is done.
pub fn run(manner: Manner, address: &str) {
    let mut line = Line::connect(address);
    println!("ready");
    for order in std::io::stdin().lines() {
        let order = order.unwrap();
        let [channel, room, others] = order.split(' ').collect::<Vec<_>>().try_into().unwrap();
        line.move_pair(manner, channel, room, others.parse().unwrap());
        println!("done");
    }
}

struct Line {
    reader: BufReader<TcpStream>,
    stream: TcpStream,
    joined: usize,
}

impl Line {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut line = Self { reader: BufReader::new(stream.try_clone().unwrap()), stream, joined: 0 };
        line.say(&format!("auth {PASSWORD}\n\n"));
        line.answered(1);
        line.say("event plain CUSTOM conference::maintenance\n\n");
        line.answered(1);
        line
    }

    fn move_pair(&mut self, manner: Manner, channel: &str, room: &str, others: usize) {
        self.joined = 0;
        self.say(&format!("api uuid_transfer {channel} -both 'conference:{room}@switchboard,park:' inline\n\n"));
        self.answered(1);
        while self.joined < 2 {
            self.read();
        }
        let originates: Vec<String> = (0..others)
            .map(|nth| {
                let leg = uuid::Uuid::new_v4();
                format!(
                    "bgapi originate {{origination_uuid={leg},ignore_early_media=true,originate_timeout=30,\
                     switchboard_conference={leg},switchboard_participant={leg},\
                     execute_on_answer='sched_hangup +14400 ALLOTTED_TIMEOUT'}}sofia/internal/{}@127.0.0.1 \
                     &conference({room}@switchboard++flags{{join-only}})\n\n",
                    crate::moving::number(nth)
                )
            })
            .collect();
        match manner {
            Manner::Awaiting => {
                for originate in originates {
                    self.say(&originate);
                    self.answered(1);
                }
            }
            Manner::Pipelining => {
                self.say(&originates.concat());
                self.answered(others);
            }
        }
    }

    fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    fn answered(&mut self, times: usize) {
        let mut replies = 0;
        while replies < times {
            replies += usize::from(self.read());
        }
    }

    /// Reads one frame; says whether it was a reply. Members who join are counted.
    fn read(&mut self) -> bool {
        let (mut length, mut reply, mut line) = (0, false, String::new());
        loop {
            line.clear();
            assert!(self.reader.read_line(&mut line).unwrap() > 0, "the switch hung up");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(("Content-Type", value)) => reply = matches!(value, "command/reply" | "api/response"),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        self.joined += usize::from(String::from_utf8_lossy(&body).contains("Action: add-member"));
        reply
    }
}
