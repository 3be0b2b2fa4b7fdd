//! One call as its telephone sees it: its state, what its user can do, and what they hear.

use super::rtp::Media;
use super::sip::Exchange;
use super::sip_message::{Message, sdp, token};
use super::{PATIENCE, until};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// Ours, on its way; nobody rings yet.
    Dialing,
    Ringing,
    Talking,
    /// Refused, by either side, with this SIP status.
    Refused(u16),
    /// The one who called gave up before an answer.
    Cancelled,
    /// Was talking, and this side hung up.
    Ended(By),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Us,
    Them,
}

/// A telephone's call. Clones are the same call.
#[derive(Clone)]
pub struct Call {
    pub(super) line: Arc<Line>,
}

pub(super) struct Line {
    pub exchange: Weak<Exchange>,
    pub number: String,
    pub outgoing: bool,
    pub tone: u32,
    pub media: Media,
    pub state: watch::Sender<CallState>,
    pub dialog: Mutex<Dialog>,
    pub acknowledged: AtomicBool,
    /// What the switch does with our stream: `sendonly` is its hold of us.
    pub remote_direction: Mutex<String>,
}

pub(super) struct Dialog {
    pub local: String,
    pub remote: String,
    pub target: String,
    pub peer: SocketAddr,
    pub call_id: String,
    pub cseq: u32,
    pub sdp_version: u32,
    /// The INVITE that began the call, ours or theirs.
    pub invite: Message,
    pub last_response: Vec<u8>,
    pub tag: String,
    /// Our re-INVITE on its way: its number, and the answer's status.
    pub reinvite: Option<(u32, Option<u16>)>,
}

impl Call {
    pub fn state(&self) -> CallState {
        *self.line.state.borrow()
    }

    /// The number this telephone has.
    pub fn number(&self) -> &str {
        &self.line.number
    }

    /// What this telephone says, in Hz.
    pub fn tone(&self) -> u32 {
        self.line.tone
    }

    /// Its audio, for measuring.
    pub fn media(&self) -> &Media {
        &self.line.media
    }

    /// The SIP Call-ID; FreeSWITCH has it in `variable_sip_call_id`.
    pub fn call_id(&self) -> String {
        self.line.dialog.lock().unwrap().call_id.clone()
    }

    pub fn is_up(&self) -> bool {
        self.state() == CallState::Talking
    }

    /// Waits until the state is this one; false if it was not in good time.
    pub async fn reaches(&self, wanted: CallState) -> bool {
        self.reaches_within(wanted, PATIENCE).await
    }

    pub async fn reaches_within(&self, wanted: CallState, within: Duration) -> bool {
        let mut state = self.line.state.subscribe();
        let reached = state.wait_for(|state| *state == wanted);
        tokio::time::timeout(within, reached).await.is_ok_and(|found| found.is_ok())
    }

    /// Waits until the call is over, and says how it ended.
    pub async fn ends_within(&self, within: Duration) -> Option<CallState> {
        let mut state = self.line.state.subscribe();
        let over =
            state.wait_for(|state| !matches!(state, CallState::Dialing | CallState::Ringing | CallState::Talking));
        tokio::time::timeout(within, over).await.ok()?.ok().map(|state| *state)
    }

    /// Waits until this tone is heard.
    pub async fn hears(&self, hertz: u32) -> bool {
        self.hears_within(hertz, PATIENCE).await
    }

    pub async fn hears_within(&self, hertz: u32, within: Duration) -> bool {
        until(within, || self.line.media.hears_now(hertz).then_some(())).await.is_some()
    }

    /// Waits until this tone was not heard for 200 ms.
    pub async fn loses(&self, hertz: u32) -> bool {
        let media = &self.line.media;
        let silent = || {
            let now = Instant::now();
            media.share(hertz, now - Duration::from_millis(200), now) == 0.0
        };
        until(PATIENCE, || silent().then_some(())).await.is_some()
    }

    /// The longest time without this tone since then (20 ms is unbroken).
    pub fn longest_gap(&self, hertz: u32, since: Instant) -> Duration {
        self.line.media.longest_gap(hertz, since, Instant::now())
    }

    /// Answers a call that rings here.
    pub fn answer(&self) {
        let line = &self.line;
        if line.outgoing || self.state() != CallState::Ringing {
            return;
        }
        line.respond(200, true);
        line.media.talk(true);
        line.state.send_replace(CallState::Talking);
        let line = Arc::clone(line);
        tokio::spawn(async move {
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_millis(500)).await;
                if line.acknowledged.load(Ordering::Relaxed) {
                    return;
                }
                let answer = line.dialog.lock().unwrap().last_response.clone();
                line.send(answer);
            }
        });
    }

    /// Refuses a call that rings here.
    pub fn refuse(&self, code: u16) {
        if !self.line.outgoing && self.state() == CallState::Ringing {
            self.line.respond(code, false);
            self.line.state.send_replace(CallState::Refused(code));
        }
    }

    /// BYE, CANCEL, or 603: whatever putting the receiver down means now.
    pub fn hang_up(&self) {
        let line = &self.line;
        match self.state() {
            CallState::Talking => {
                line.request("BYE", None);
                line.over(CallState::Ended(By::Us));
            }
            CallState::Dialing | CallState::Ringing if line.outgoing => line.cancel(),
            CallState::Ringing => self.refuse(603),
            _ => {}
        }
    }

    /// Puts the other side on hold (`a=sendonly`), or takes it back. True when the switch accepted it. While on
    /// hold this phone goes on sending its tone, as a phone with its own hold music does; `media().talk(false)`
    /// stops that.
    pub async fn hold(&self, on: bool) -> bool {
        self.renegotiate(if on { "sendonly" } else { "sendrecv" }).await
    }

    /// A re-INVITE with this direction (`inactive`, `sendonly`, `recvonly`, `sendrecv`).
    pub async fn renegotiate(&self, direction: &str) -> bool {
        let line = &self.line;
        {
            let mut dialog = line.dialog.lock().unwrap();
            dialog.reinvite = Some((dialog.cseq + 1, None));
        }
        line.request("INVITE", Some(direction));
        let answer = until(PATIENCE, || line.dialog.lock().unwrap().reinvite.and_then(|(_, status)| status)).await;
        answer.is_some_and(|status| status < 300)
    }

    /// Sends a key as RFC 2833 event.
    pub fn press(&self, key: char) {
        self.line.media.press(key);
    }

    /// Sends a key as SIP INFO.
    pub fn press_by_info(&self, key: char) {
        self.line.request_with("INFO", |message| {
            let mut message = message.with("Content-Type", "application/dtmf-relay");
            message.body = format!("Signal={key}\r\nDuration=160\r\n");
            message
        });
    }

    /// What the switch last said about the stream's direction.
    pub fn remote_direction(&self) -> String {
        self.line.remote_direction.lock().unwrap().clone()
    }
}

impl Line {
    pub fn send(&self, bytes: Vec<u8>) {
        let peer = self.dialog.lock().unwrap().peer;
        if let Some(exchange) = self.exchange.upgrade() {
            exchange.send(&bytes, peer);
        }
    }

    /// Answers the INVITE that began this call.
    pub fn respond(&self, code: u16, with_sdp: bool) {
        let mut dialog = self.dialog.lock().unwrap();
        let invite = dialog.invite.clone();
        let bytes = self.build_response(&mut dialog, &invite, code, with_sdp);
        dialog.last_response.clone_from(&bytes);
        drop(dialog);
        self.send(bytes);
    }

    /// Answers a later INVITE of the switch within this call.
    pub fn accept_again(&self, invite: &Message) {
        let direction = match invite.audio() {
            Some((address, direction)) => {
                self.media.send_to(address);
                self.remote_direction.lock().unwrap().clone_from(&direction);
                direction
            }
            None => "sendrecv".to_owned(),
        };
        let answer = match direction.as_str() {
            "sendonly" => "recvonly",
            "recvonly" => "sendonly",
            other => other,
        };
        let mut dialog = self.dialog.lock().unwrap();
        dialog.sdp_version += 1;
        let contact = self.contact();
        let response = Message::response(invite, 200, &dialog.tag).with("Contact", contact).with_sdp(sdp(
            self.media.port(),
            dialog.sdp_version,
            answer,
        ));
        drop(dialog);
        self.send(response.to_bytes());
    }

    fn build_response(&self, dialog: &mut Dialog, invite: &Message, code: u16, with_sdp: bool) -> Vec<u8> {
        let mut response = Message::response(invite, code, &dialog.tag).with("Contact", self.contact());
        if with_sdp {
            dialog.sdp_version += 1;
            response = response.with_sdp(sdp(self.media.port(), dialog.sdp_version, "sendrecv"));
        }
        response.to_bytes()
    }

    /// Sends a request within the dialog.
    pub fn request(&self, method: &str, direction: Option<&str>) {
        let port = self.media.port();
        self.request_with(method, |message| match direction {
            Some(direction) => message.with_sdp(sdp(port, rand::random_range(100..1_000_000), direction)),
            None => message,
        });
    }

    fn request_with(&self, method: &str, finish: impl FnOnce(Message) -> Message) {
        let mut dialog = self.dialog.lock().unwrap();
        dialog.cseq += 1;
        let cseq = dialog.cseq;
        let message = finish(self.in_dialog(&dialog, method, cseq));
        drop(dialog);
        self.send(message.to_bytes());
    }

    pub fn in_dialog(&self, dialog: &Dialog, method: &str, cseq: u32) -> Message {
        Message::request(method, &dialog.target)
            .with("Via", self.via())
            .with("Max-Forwards", "70")
            .with("From", dialog.local.clone())
            .with("To", dialog.remote.clone())
            .with("Call-ID", dialog.call_id.clone())
            .with("CSeq", format!("{cseq} {method}"))
            .with("Contact", self.contact())
    }

    fn cancel(&self) {
        let dialog = self.dialog.lock().unwrap();
        let invite = &dialog.invite;
        let mut cancel = Message::request("CANCEL", invite.start.split(' ').nth(1).unwrap_or_default());
        for name in ["Via", "From", "To", "Call-ID"] {
            cancel = cancel.with(name, invite.header(name).unwrap_or_default());
        }
        let cancel = cancel.with("CSeq", format!("{} CANCEL", invite.cseq()));
        drop(dialog);
        self.send(cancel.to_bytes());
    }

    pub fn over(&self, state: CallState) {
        self.media.talk(false);
        self.state.send_replace(state);
    }

    fn via(&self) -> String {
        let address = self.exchange.upgrade().map(|exchange| exchange.address);
        format!("SIP/2.0/UDP {};rport;branch=z9hG4bK{}", address.map(|a| a.to_string()).unwrap_or_default(), token())
    }

    fn contact(&self) -> String {
        let address = self.exchange.upgrade().map(|exchange| exchange.address);
        format!("<sip:{}@{}>", self.number, address.map(|a| a.to_string()).unwrap_or_default())
    }
}
