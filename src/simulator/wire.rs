//! Event Socket framing: reading a client's commands, writing replies, percent-encoding header values.

use std::{collections::BTreeMap, fmt::Write as _, io};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Longest command a client may send; a real one has no such limit, a stand-in need not be a memory hole.
const LONGEST_COMMAND: usize = 1 << 20;

/// One command with its headers, and a body if a length was given.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub line: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Command {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The first word, and the rest.
    pub(super) fn split(&self) -> (&str, &str) {
        match self.line.split_once(' ') {
            Some((verb, rest)) => (verb, rest.trim_start()),
            None => (&self.line, ""),
        }
    }
}

/// Reads up to the empty line that ends a command. None at the end of the stream.
pub(super) async fn read_command<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Option<Command>> {
    let mut command = Command::default();
    let mut raw = Vec::new();
    let mut total = 0;
    loop {
        raw.clear();
        if reader.read_until(b'\n', &mut raw).await? == 0 {
            return Ok(None);
        }
        total += raw.len();
        if total > LONGEST_COMMAND {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "command too long"));
        }
        let text = String::from_utf8_lossy(&raw);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            if command.line.is_empty() {
                continue;
            }
            break;
        }
        if command.line.is_empty() {
            command.line = text.to_owned();
        } else if let Some((name, value)) = text.split_once(':') {
            command.headers.insert(name.trim().to_ascii_lowercase(), value.trim_start().to_owned());
        }
    }
    if let Some(length) = command.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        if length > LONGEST_COMMAND {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "body too long"));
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).await?;
        command.body = String::from_utf8_lossy(&body).into_owned();
    }
    Ok(Some(command))
}

pub(super) const AUTH_REQUEST: &[u8] = b"Content-Type: auth/request\n\n";

pub(super) fn command_reply(text: &str) -> Vec<u8> {
    format!("Content-Type: command/reply\nReply-Text: {text}\n\n").into_bytes()
}

pub(super) fn job_reply(job: &str) -> Vec<u8> {
    format!("Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n").into_bytes()
}

pub(super) fn api_response(body: &str) -> Vec<u8> {
    // What an api command that wrote nothing is answered with.
    let body = if body.is_empty() { "-ERR no reply\n" } else { body };
    format!("Content-Type: api/response\nContent-Length: {}\n\n{body}", body.len()).into_bytes()
}

/// The farewell before a connection is closed; `uuid` when it controlled a channel.
pub(super) fn goodbye(uuid: Option<&str>) -> Vec<u8> {
    const TEXT: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";
    let control = uuid
        .map(|uuid| format!("Controlled-Session-UUID: {uuid}\nContent-Disposition: disconnect\n"))
        .unwrap_or_default();
    format!("Content-Type: text/disconnect-notice\n{control}Content-Length: {}\n\n{TEXT}", TEXT.len()).into_bytes()
}

/// Appends `value` percent-encoded the way FreeSWITCH encodes event headers.
pub(super) fn encode_into(out: &mut String, value: &str) {
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        if !needs_escape(byte) {
            continue;
        }
        // Inside a multi-byte character there is no plain run, and no boundary to slice at.
        if plain < at {
            out.push_str(&value[plain..at]);
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "%{byte:02X}");
        plain = at + 1;
    }
    if plain < value.len() {
        out.push_str(&value[plain..]);
    }
}

fn needs_escape(byte: u8) -> bool {
    byte <= 0x20 || byte >= 0x7f || b"\"#%&+:;<=>?@[\\]^`{|}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: &str) -> String {
        let mut out = String::new();
        encode_into(&mut out, value);
        out
    }

    #[test]
    fn values_are_encoded_as_recorded() {
        assert_eq!(encoded("Mon, 23 Nov 2026 00:39:10 GMT"), "Mon,%2023%20Nov%202026%2000%3A39%3A10%20GMT");
        assert_eq!(
            encoded("{origination_uuid=a,b=c}sofia/internal/1001@127.0.0.1:5081 &park()"),
            "%7Borigination_uuid%3Da,b%3Dc%7Dsofia/internal/1001%40127.0.0.1%3A5081%20%26park()"
        );
        assert_eq!(encoded("Ж"), "%D0%96");
    }

    #[tokio::test]
    async fn a_command_ends_at_the_empty_line_and_keeps_its_headers() {
        let mut input: &[u8] = b"\nbgapi status x\nJob-UUID: j1\n\nexit\n\n";
        let first = read_command(&mut input).await.expect("readable").expect("a command");
        assert_eq!((first.split(), first.header("job-uuid")), (("bgapi", "status x"), Some("j1")));
        assert_eq!(read_command(&mut input).await.expect("readable").expect("a command").line, "exit");
        assert!(read_command(&mut input).await.expect("readable").is_none());
    }
}
