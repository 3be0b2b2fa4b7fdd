//! An event before it is written, and its encodings.

use super::wire::encode_into;
use std::borrow::Cow;

/// Name, headers in order, perhaps a body.
pub(super) struct Event {
    pub name: &'static str,
    pub subclass: Option<&'static str>,
    /// The channel it is about, for `myevents`.
    pub uuid: Option<String>,
    pub headers: Vec<(Cow<'static, str>, String)>,
    pub body: Option<String>,
}

impl Event {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, subclass: None, uuid: None, headers: Vec::with_capacity(96), body: None }
    }

    pub(super) fn custom(subclass: &'static str) -> Self {
        Self { subclass: Some(subclass), ..Self::new("CUSTOM") }
    }

    pub(super) fn add(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> &mut Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// As `text/event-plain`, framed.
    pub(super) fn plain(&self) -> Vec<u8> {
        let mut text = String::with_capacity(4096);
        for (name, value) in &self.headers {
            text.push_str(name);
            text.push_str(": ");
            encode_into(&mut text, value);
            text.push('\n');
        }
        match &self.body {
            Some(body) => {
                text.push_str(&format!("Content-Length: {}\n\n{body}", body.len()));
            }
            None => text.push('\n'),
        }
        framed("plain", &text)
    }

    /// As `text/event-json`, framed.
    pub(super) fn json(&self) -> Vec<u8> {
        let mut map = serde_json::Map::new();
        for (name, value) in &self.headers {
            map.insert(name.to_string(), value.clone().into());
        }
        if let Some(body) = &self.body {
            map.insert("Content-Length".into(), body.len().to_string().into());
            map.insert("_body".into(), body.clone().into());
        }
        framed("json", &serde_json::Value::Object(map).to_string())
    }

    /// As `text/event-xml`, framed.
    pub(super) fn xml(&self) -> Vec<u8> {
        let mut text = String::from("<event>\n  <headers>\n");
        for (name, value) in &self.headers {
            text.push_str(&format!("    <{name}>"));
            encode_into(&mut text, value);
            text.push_str(&format!("</{name}>\n"));
        }
        text.push_str("  </headers>\n");
        if let Some(body) = &self.body {
            text.push_str(&format!("  <Content-Length>{}</Content-Length>\n  <body>", body.len()));
            text.push_str(&body.replace('&', "&amp;").replace('<', "&lt;"));
            text.push_str("</body>\n");
        }
        text.push_str("</event>");
        framed("xml", &text)
    }
}

fn framed(kind: &str, text: &str) -> Vec<u8> {
    let mut frame = format!("Content-Length: {}\nContent-Type: text/event-{kind}\n\n", text.len()).into_bytes();
    frame.extend_from_slice(text.as_bytes());
    frame
}

/// What may follow `event plain`; anything else is ignored.
pub(super) const NAMES: &[&str] = &[
    "CUSTOM",
    "CLONE",
    "CHANNEL_CREATE",
    "CHANNEL_DESTROY",
    "CHANNEL_STATE",
    "CHANNEL_CALLSTATE",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_EXECUTE",
    "CHANNEL_EXECUTE_COMPLETE",
    "CHANNEL_HOLD",
    "CHANNEL_UNHOLD",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_OUTGOING",
    "CHANNEL_PARK",
    "CHANNEL_UNPARK",
    "CHANNEL_APPLICATION",
    "CHANNEL_ORIGINATE",
    "CHANNEL_UUID",
    "API",
    "LOG",
    "INBOUND_CHAN",
    "OUTBOUND_CHAN",
    "STARTUP",
    "SHUTDOWN",
    "PUBLISH",
    "UNPUBLISH",
    "TALK",
    "NOTALK",
    "SESSION_CRASH",
    "MODULE_LOAD",
    "MODULE_UNLOAD",
    "DTMF",
    "MESSAGE",
    "PRESENCE_IN",
    "NOTIFY_IN",
    "PRESENCE_OUT",
    "PRESENCE_PROBE",
    "MESSAGE_WAITING",
    "MESSAGE_QUERY",
    "ROSTER",
    "CODEC",
    "BACKGROUND_JOB",
    "DETECTED_SPEECH",
    "DETECTED_TONE",
    "PRIVATE_COMMAND",
    "HEARTBEAT",
    "TRAP",
    "ADD_SCHEDULE",
    "DEL_SCHEDULE",
    "EXE_SCHEDULE",
    "RE_SCHEDULE",
    "RELOADXML",
    "NOTIFY",
    "PHONE_FEATURE",
    "PHONE_FEATURE_SUBSCRIBE",
    "SEND_MESSAGE",
    "RECV_MESSAGE",
    "REQUEST_PARAMS",
    "CHANNEL_DATA",
    "GENERAL",
    "COMMAND",
    "SESSION_HEARTBEAT",
    "CLIENT_DISCONNECTED",
    "SERVER_DISCONNECTED",
    "SEND_INFO",
    "RECV_INFO",
    "RECV_RTCP_MESSAGE",
    "SEND_RTCP_MESSAGE",
    "CALL_SECURE",
    "NAT",
    "RECORD_START",
    "RECORD_STOP",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
    "CALL_UPDATE",
    "FAILURE",
    "SOCKET_DATA",
    "MEDIA_BUG_START",
    "MEDIA_BUG_STOP",
    "CONFERENCE_DATA_QUERY",
    "CONFERENCE_DATA",
    "CALL_SETUP_REQ",
    "CALL_SETUP_RESULT",
    "CALL_DETAIL",
    "DEVICE_STATE",
    "TEXT",
    "SHUTDOWN_REQUESTED",
];
