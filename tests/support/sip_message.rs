//! SIP on the wire, as much of it as telephones on loopback need.

use std::fmt::Write;
use std::net::SocketAddr;

#[derive(Debug, Clone)]
pub struct Message {
    /// `INVITE sip:1001@… SIP/2.0` or `SIP/2.0 200 OK`.
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Message {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let start = lines.next()?.to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        Some(Self { start, headers, body: body.to_owned() })
    }

    pub fn request(method: &str, uri: &str) -> Self {
        Self { start: format!("{method} {uri} SIP/2.0"), headers: Vec::new(), body: String::new() }
    }

    /// The response to `request`; `to_tag` makes it part of our dialog.
    pub fn response(request: &Self, code: u16, to_tag: &str) -> Self {
        let mut headers: Vec<_> =
            request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("via")).cloned().collect();
        for name in ["From", "To", "Call-ID", "CSeq"] {
            let mut value = request.header(name).unwrap_or_default().to_owned();
            if name == "To" && code != 100 && !value.contains(";tag=") {
                let _ = write!(value, ";tag={to_tag}");
            }
            headers.push((name.to_owned(), value));
        }
        Self { start: format!("SIP/2.0 {code} {}", reason(code)), headers, body: String::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn with_sdp(mut self, sdp: String) -> Self {
        self.body = sdp;
        self.with("Content-Type", "application/sdp")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn call_id(&self) -> &str {
        self.header("Call-ID").unwrap_or_default()
    }

    /// The method, of a request or of the request a response answers.
    pub fn method(&self) -> &str {
        match self.status() {
            None => self.start.split(' ').next().unwrap_or_default(),
            Some(_) => self.header("CSeq").and_then(|cseq| cseq.split(' ').nth(1)).unwrap_or_default(),
        }
    }

    pub fn cseq(&self) -> u32 {
        self.header("CSeq").and_then(|cseq| cseq.split(' ').next()).and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    pub fn status(&self) -> Option<u16> {
        self.start.strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()
    }

    /// The user part of the address a request is for.
    pub fn dialed(&self) -> &str {
        let uri = self.start.split(' ').nth(1).unwrap_or_default();
        uri.trim_start_matches("sip:").split(['@', ';']).next().unwrap_or_default()
    }

    /// The other side's audio address, and what it does with the stream (`sendrecv` if it does not say).
    pub fn audio(&self) -> Option<(SocketAddr, String)> {
        let line = |prefix: &str| self.body.lines().find_map(|line| line.strip_prefix(prefix));
        let host = line("c=IN IP4 ")?.trim().to_owned();
        let port = line("m=audio ")?.split(' ').next()?.to_owned();
        let direction = ["sendonly", "recvonly", "inactive"]
            .into_iter()
            .find(|word| line(&format!("a={word}")).is_some())
            .unwrap_or("sendrecv");
        Some((format!("{host}:{port}").parse().ok()?, direction.to_owned()))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let _ = write!(text, "Content-Length: {}\r\n\r\n{}", self.body.len(), self.body);
        text.into_bytes()
    }
}

/// What we offer and answer: PCMU and telephone events, 20 ms.
pub fn sdp(port: u16, version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na={direction}\r\n"
    )
}

pub fn token() -> String {
    format!("{:016x}", rand::random::<u64>())
}

fn reason(code: u16) -> &'static str {
    match code {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        404 => "Not Found",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Answer",
    }
}
