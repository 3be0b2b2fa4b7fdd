//! The first words with whoever connected, before anything is believed of them.
//!
//! The client library starts a task for each stream it is given, which keeps the socket and what it reads until it
//! notices the end by itself. A stranger gets neither: the stream stays ours until it has said who calls.

use freeswitch_esl_tokio::EslResponse;
use std::io;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longest answer, in bytes: a channel with all its variables has some ten thousand.
const LONGEST: usize = 128 * 1024;
const END: &[u8] = b"\n\n";

/// Why nothing came of a connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum HandshakeError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it closed before it said who calls")]
    Closed,
    #[error("its answer has more than {LONGEST} bytes")]
    TooLong,
    #[error("its answer is not what a switch says")]
    Nonsense,
}

/// What was answered.
pub(super) struct Answer {
    /// The channel's data, decoded.
    pub data: EslResponse,
    /// What came after it, for whoever reads on.
    pub rest: Vec<u8>,
}

/// Asks who calls. How long that may take is the caller's to say.
pub(super) async fn ask(stream: &mut TcpStream) -> Result<Answer, HandshakeError> {
    stream.write_all(b"connect\n\n").await?;
    let (mut bytes, mut chunk) = (Vec::new(), [0; 8 * 1024]);
    loop {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            return Err(HandshakeError::Closed);
        }
        // The end may have come in two parts.
        let seen = bytes.len().saturating_sub(END.len() - 1);
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(found) = bytes[seen..].windows(END.len()).position(|window| window == END) {
            let rest = bytes.split_off(seen + found + END.len());
            return Ok(Answer { data: decode(&bytes)?, rest });
        }
        if bytes.len() > LONGEST {
            return Err(HandshakeError::TooLong);
        }
    }
}

fn decode(bytes: &[u8]) -> Result<EslResponse, HandshakeError> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let headers = lines.try_fold(Vec::new(), |mut headers, line| {
        let (name, value) = line.split_once(':')?;
        let value = percent_encoding::percent_decode_str(value.trim()).decode_utf8_lossy().into_owned();
        headers.push((name.to_owned(), value));
        Some(headers)
    });
    let data = EslResponse::new(headers.ok_or(HandshakeError::Nonsense)?.into_iter().collect(), None);
    // A body would be taken for the beginning of what comes next; this answer has none.
    let has_body = data.header("Content-Length").is_some_and(|length| length.trim() != "0");
    if has_body { Err(HandshakeError::Nonsense) } else { Ok(data) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_decoded_and_nonsense_is_not() {
        let data = decode(b"Unique-ID: a\nvariable_x: Ivan%20%22;%0a\nvariable_empty: \nReply-Text: +OK\n\n").unwrap();
        assert_eq!((data.header("Unique-ID"), data.header("variable_x")), (Some("a"), Some("Ivan \";\n")));
        assert_eq!(data.header("variable_empty"), Some(""));
        for nonsense in [&b"no colon\n\n"[..], b"Content-Length: 99999999999999999999\n\n"] {
            assert!(decode(nonsense).is_err(), "{nonsense:?}");
        }
    }
}
