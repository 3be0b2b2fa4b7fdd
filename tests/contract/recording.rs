//! Reads the recording format: `=== [seconds connection] C>S n bytes`, then n raw bytes.

use std::{collections::BTreeMap, path::Path};

#[derive(Clone, Debug)]
pub struct Block {
    pub connection: String,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub enum Content {
    Command(String),
    Reply(Frame),
    Event(Frame),
}

/// Headers decoded, and the body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Frame {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// A frame as it is on the wire: outer headers, and the content.
    pub fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        Self { headers: head.lines().filter_map(header).collect(), body: body.to_owned() }
    }

    /// The event inside a `text/event-plain` frame.
    pub fn event(&self) -> Self {
        Self::parse(&self.body)
    }

    pub fn is_event(&self) -> bool {
        self.get("Content-Type") == Some("text/event-plain")
    }

    /// What a command was answered with: the body, or the reply text.
    pub fn answer(&self) -> &str {
        if self.body.is_empty() { self.get("Reply-Text").unwrap_or_default() } else { &self.body }
    }
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let value = percent_encoding::percent_decode_str(value.trim_start()).decode_utf8_lossy();
    Some((name.to_owned(), value.into_owned()))
}

pub fn read(name: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(format!("{name}.txt"));
    let raw = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let blocks = parse(&raw);
    assert!(!blocks.is_empty(), "{} holds no blocks", path.display());
    blocks
}

fn parse(raw: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(start) = find(raw, at, b"=== [") {
        let end = find(raw, start, b"\n").expect("a block header ends its line");
        let head = String::from_utf8_lossy(&raw[start..end]).replace(['[', ']'], "");
        let words: Vec<&str> = head.split_whitespace().collect();
        let [_, _, connection, way, size, "bytes"] = words[..] else { panic!("not a block header: {head}") };
        let size: usize = size.parse().expect("a byte count");
        let data = String::from_utf8_lossy(&raw[end + 1..end + 1 + size]).into_owned();
        at = end + 1 + size;
        let content = if way == "C>S" {
            Content::Command(data)
        } else {
            let frame = Frame::parse(&data);
            if frame.is_event() { Content::Event(frame.event()) } else { Content::Reply(frame) }
        };
        blocks.push(Block { connection: connection.to_owned(), content });
    }
    blocks
}

fn find(raw: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    raw[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
}

/// Events by what they are about, each in the order seen.
pub type Stories = BTreeMap<String, Vec<Frame>>;

#[test]
fn blocks_are_taken_by_their_length_not_by_their_look() {
    let raw = b"# note\n=== [0.1 c] C>S 23 bytes\napi x\n\n=== [0.2 d] fake\n=== [0.3 c] S>C 37 bytes\nContent-Type: api/response\n\n+OK\n=== z\n";
    let blocks = parse(raw);
    assert_eq!(blocks.len(), 2);
    assert!(matches!(&blocks[0].content, Content::Command(text) if text.ends_with("fake")));
    assert!(matches!(&blocks[1].content, Content::Reply(frame) if frame.answer() == "+OK\n=== z"));
}
