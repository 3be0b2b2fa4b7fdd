//! Telephones on loopback: one UDP port serves any number of them, each known by the number it is dialed with.
//! A number behaves as the test asked (`expect`); a number nobody spoke of does not exist (404).

pub use super::behaviour::Behaviour;
use super::behaviour::behave;
use super::call::{By, Call, CallState, Dialog, Line};
use super::rtp::Media;
use super::sip_message::{Message, sdp, token};
use super::{PATIENCE, until};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// All telephones of a test.
pub struct Phones {
    exchange: Arc<Exchange>,
    task: JoinHandle<()>,
}

pub(super) struct Exchange {
    pub address: SocketAddr,
    socket: UdpSocket,
    switch: Mutex<Option<SocketAddr>>,
    behaviours: Mutex<HashMap<String, Behaviour>>,
    tones: Mutex<HashMap<String, u32>>,
    lines: Mutex<HashMap<String, Arc<Line>>>,
    /// Calls in the order they came or were made.
    calls: Mutex<Vec<Arc<Line>>>,
    /// INVITEs each number got, whether or not it answered: who was rung twice shows here.
    rung: Mutex<HashMap<String, usize>>,
    /// The same, each with its moment, in order.
    invited: Mutex<Vec<(String, Instant)>>,
    /// Numbers that begin so share one tone.
    crowd: Mutex<Option<String>>,
    registrations: Mutex<HashMap<String, Option<u16>>>,
}

impl Phones {
    pub async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free UDP port");
        let exchange = Arc::new(Exchange {
            address: socket.local_addr().unwrap(),
            socket,
            switch: Mutex::default(),
            behaviours: Mutex::default(),
            tones: Mutex::default(),
            lines: Mutex::default(),
            calls: Mutex::default(),
            rung: Mutex::default(),
            invited: Mutex::default(),
            crowd: Mutex::default(),
            registrations: Mutex::default(),
        });
        let task = tokio::spawn(Arc::clone(&exchange).listen());
        Self { exchange, task }
    }

    /// Where all these telephones are: the carrier's address, seen from the switch.
    pub fn address(&self) -> SocketAddr {
        self.exchange.address
    }

    /// The switch that calls go to.
    pub fn use_switch(&self, sip: SocketAddr) {
        *self.exchange.switch.lock().unwrap() = Some(sip);
    }

    /// From now on this number does so when called.
    pub fn expect(&self, number: &str, behaviour: Behaviour) {
        self.exchange.behaviours.lock().unwrap().insert(number.to_owned(), behaviour);
    }

    /// The tone this number says, in Hz: each has its own.
    /// More telephones than there are tones: those whose numbers begin so share one.
    pub fn crowd(&self, beginning: &str) {
        *self.exchange.crowd.lock().unwrap() = Some(beginning.to_owned());
    }

    pub fn tone_of(&self, number: &str) -> u32 {
        self.exchange.tone_of(number)
    }

    /// Calls `to` from `from`, through the switch. Returns at once; see `Call::reaches`.
    pub fn caller(&self, name: &str, from: &str, to: &str) -> Call {
        self.caller_with(name, from, to, &[])
    }

    /// The same, with SIP headers of one's own.
    pub fn caller_with(&self, name: &str, from: &str, to: &str, headers: &[(&str, &str)]) -> Call {
        self.exchange.call(name, from, to, headers)
    }

    /// Registers this number at the switch (in FreeSWITCH's domain 127.0.0.1); false when refused.
    pub async fn register(&self, number: &str) -> bool {
        self.exchange.register(number, 3600).await
    }

    pub async fn unregister(&self, number: &str) -> bool {
        self.exchange.register(number, 0).await
    }

    /// Every call this number got or made so far, oldest first (those it left without any answer excepted).
    pub fn calls(&self, number: &str) -> Vec<Call> {
        let calls = self.exchange.calls.lock().unwrap();
        calls.iter().filter(|line| line.number == number).map(|line| Call { line: Arc::clone(line) }).collect()
    }

    /// Waits for the newest call at this number that still rings or talks.
    pub async fn at(&self, number: &str) -> Option<Call> {
        self.at_within(number, PATIENCE).await
    }

    pub async fn at_within(&self, number: &str, within: Duration) -> Option<Call> {
        let alive = |call: &Call| matches!(call.state(), CallState::Ringing | CallState::Talking);
        until(within, || self.calls(number).into_iter().rev().find(|call| alive(call))).await
    }

    /// How often this number was called, answered or not.
    pub fn times_rung(&self, number: &str) -> usize {
        self.exchange.rung.lock().unwrap().get(number).copied().unwrap_or(0)
    }

    /// Every INVITE these telephones got, in order.
    pub fn invited(&self) -> Vec<(String, Instant)> {
        self.exchange.invited.lock().unwrap().clone()
    }

    /// How many of these telephones are in a call or ring.
    pub fn busy(&self) -> usize {
        let calls = self.exchange.calls.lock().unwrap();
        let open = |line: &&Arc<Line>| {
            matches!(*line.state.borrow(), CallState::Dialing | CallState::Ringing | CallState::Talking)
        };
        calls.iter().filter(open).count()
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Exchange {
    pub fn send(&self, bytes: &[u8], to: SocketAddr) {
        // What loopback does not take is lost, and SIP sends it again.
        let _ = self.socket.try_send_to(bytes, to);
    }

    fn tone_of(&self, number: &str) -> u32 {
        let crowd = self.crowd.lock().unwrap().clone().filter(|beginning| number.starts_with(beginning));
        let number = crowd.as_deref().unwrap_or(number);
        let mut tones = self.tones.lock().unwrap();
        let next = 400 + 100 * tones.len() as u32;
        assert!(next <= 3300 || tones.contains_key(number), "too many telephones for one tone each");
        *tones.entry(number.to_owned()).or_insert(next)
    }

    async fn listen(self: Arc<Self>) {
        let mut buffer = vec![0_u8; 65_535];
        loop {
            let Ok((length, from)) = self.socket.recv_from(&mut buffer).await else { continue };
            if let Some(message) = Message::parse(&buffer[..length]) {
                if message.status().is_some() { self.response(&message) } else { self.request(message, from) }
            }
        }
    }

    fn line(&self, call_id: &str) -> Option<Arc<Line>> {
        self.lines.lock().unwrap().get(call_id).cloned()
    }

    fn keep(&self, line: &Arc<Line>, call_id: &str) {
        self.lines.lock().unwrap().insert(call_id.to_owned(), Arc::clone(line));
        self.calls.lock().unwrap().push(Arc::clone(line));
    }

    fn call(self: &Arc<Self>, name: &str, from: &str, to: &str, headers: &[(&str, &str)]) -> Call {
        let switch = self.switch.lock().unwrap().expect("use_switch comes first");
        let (call_id, tag) = (token(), token());
        let tone = self.tone_of(from);
        let local = format!("\"{name}\" <sip:{from}@127.0.0.1>;tag={tag}");
        let media = Media::open(Some(tone));
        let target = format!("sip:{to}@{switch}");
        let mut invite = Message::request("INVITE", &target)
            .with("Via", format!("SIP/2.0/UDP {};rport;branch=z9hG4bK{}", self.address, token()))
            .with("Max-Forwards", "70")
            .with("From", local.clone())
            .with("To", format!("<sip:{to}@127.0.0.1>"))
            .with("Call-ID", call_id.clone())
            .with("CSeq", "1 INVITE")
            .with("Contact", format!("<sip:{from}@{}>", self.address));
        for (name, value) in headers {
            invite = invite.with(name, *value);
        }
        let invite = invite.with_sdp(sdp(media.port(), 1, "sendrecv"));
        let dialog = Dialog {
            local,
            remote: format!("<sip:{to}@127.0.0.1>"),
            target,
            peer: switch,
            call_id: call_id.clone(),
            cseq: 1,
            sdp_version: 1,
            invite: invite.clone(),
            last_response: Vec::new(),
            tag,
            reinvite: None,
        };
        let line = self.new_line(from, true, tone, media, CallState::Dialing, dialog);
        self.keep(&line, &call_id);
        self.send(&invite.to_bytes(), switch);
        Call { line }
    }

    fn new_line(
        self: &Arc<Self>,
        number: &str,
        outgoing: bool,
        tone: u32,
        media: Media,
        state: CallState,
        dialog: Dialog,
    ) -> Arc<Line> {
        Arc::new(Line {
            exchange: Arc::downgrade(self) as Weak<Self>,
            number: number.to_owned(),
            outgoing,
            tone,
            media,
            state: watch::Sender::new(state),
            dialog: Mutex::new(dialog),
            acknowledged: AtomicBool::new(false),
            remote_direction: Mutex::new("sendrecv".to_owned()),
        })
    }

    async fn register(&self, number: &str, expires: u32) -> bool {
        let switch = self.switch.lock().unwrap().expect("use_switch comes first");
        let call_id = token();
        let request = Message::request("REGISTER", &format!("sip:{switch}"))
            .with("Via", format!("SIP/2.0/UDP {};rport;branch=z9hG4bK{}", self.address, token()))
            .with("Max-Forwards", "70")
            .with("From", format!("<sip:{number}@127.0.0.1>;tag={}", token()))
            .with("To", format!("<sip:{number}@127.0.0.1>"))
            .with("Call-ID", call_id.clone())
            .with("CSeq", "1 REGISTER")
            .with("Contact", format!("<sip:{number}@{}>", self.address))
            .with("Expires", expires.to_string());
        self.registrations.lock().unwrap().insert(call_id.clone(), None);
        self.send(&request.to_bytes(), switch);
        let answer = until(PATIENCE, || self.registrations.lock().unwrap().get(&call_id).copied().flatten()).await;
        answer == Some(200)
    }

    fn response(&self, message: &Message) {
        let status = message.status().unwrap_or(0);
        if message.method() == "REGISTER" {
            self.registrations.lock().unwrap().insert(message.call_id().to_owned(), Some(status));
            return;
        }
        let Some(line) = self.line(message.call_id()) else { return };
        if message.method() != "INVITE" {
            return;
        }
        let mut dialog = line.dialog.lock().unwrap();
        let cseq = message.cseq();
        if status >= 180 {
            if cseq == dialog.invite.cseq() && line.outgoing {
                dialog.remote = message.header("To").unwrap_or_default().to_owned();
            }
            if let Some((address, direction)) = message.audio() {
                line.media.send_to(address);
                *line.remote_direction.lock().unwrap() = direction;
            }
        }
        if (200..300).contains(&status) {
            if let Some(contact) = message.header("Contact").and_then(uri_of) {
                dialog.target = contact;
            }
            let ack = line.in_dialog(&dialog, "ACK", cseq);
            self.send(&ack.to_bytes(), dialog.peer);
        } else if status >= 300 {
            let invite = dialog.invite.clone();
            let mut ack = line.in_dialog(&dialog, "ACK", cseq);
            if line.outgoing && cseq == invite.cseq() {
                // The ACK of a refusal belongs to the INVITE's own transaction.
                let via = invite.header("Via").unwrap_or_default().to_owned();
                ack.headers.iter_mut().filter(|(name, _)| name == "Via").for_each(|(_, value)| value.clone_from(&via));
            }
            self.send(&ack.to_bytes(), dialog.peer);
        }
        if let Some((number, answer)) = &mut dialog.reinvite
            && *number == cseq
            && status >= 200
        {
            *answer = Some(status);
            return;
        }
        drop(dialog);
        let state = *line.state.borrow();
        match (state, status) {
            (CallState::Dialing, 180..=199) => drop(line.state.send_replace(CallState::Ringing)),
            (CallState::Dialing | CallState::Ringing, 200..=299) => {
                line.media.talk(true);
                line.state.send_replace(CallState::Talking);
            }
            (CallState::Dialing | CallState::Ringing, 487) => line.over(CallState::Cancelled),
            (CallState::Dialing | CallState::Ringing, 300..) => line.over(CallState::Refused(status)),
            _ => {}
        }
    }

    fn request(self: &Arc<Self>, message: Message, from: SocketAddr) {
        let line = self.line(message.call_id());
        let reply = |code| self.send(&Message::response(&message, code, &token()).to_bytes(), from);
        match (message.method(), line) {
            ("INVITE", None) => self.rings(message, from),
            ("INVITE", Some(line)) => {
                if message.cseq() == line.dialog.lock().unwrap().invite.cseq() && !line.outgoing {
                    let answer = line.dialog.lock().unwrap().last_response.clone();
                    line.send(answer);
                } else {
                    line.accept_again(&message);
                }
            }
            ("ACK", Some(line)) => line.acknowledged.store(true, Ordering::Relaxed),
            ("BYE", Some(line)) => {
                reply(200);
                if *line.state.borrow() == CallState::Talking {
                    line.over(CallState::Ended(By::Them));
                }
            }
            ("CANCEL", Some(line)) => {
                reply(200);
                if *line.state.borrow() == CallState::Ringing {
                    line.respond(487, false);
                    line.over(CallState::Cancelled);
                }
            }
            ("OPTIONS" | "INFO" | "NOTIFY" | "UPDATE" | "MESSAGE", _) => reply(200),
            ("BYE" | "CANCEL", None) => reply(481),
            _ => {}
        }
    }

    fn rings(self: &Arc<Self>, invite: Message, from: SocketAddr) {
        let number = invite.dialed().to_owned();
        let behaviour = self.behaviours.lock().unwrap().get(&number).cloned().unwrap_or(Behaviour::Refuse(404));
        if matches!(behaviour, Behaviour::Dead) {
            // Sent again by the switch, it is still one call.
            let mut registrations = self.registrations.lock().unwrap();
            if registrations.insert(invite.call_id().to_owned(), None).is_none() {
                *self.rung.lock().unwrap().entry(number).or_default() += 1;
            }
            return;
        }
        *self.rung.lock().unwrap().entry(number.clone()).or_default() += 1;
        self.invited.lock().unwrap().push((number.clone(), Instant::now()));
        let tone = self.tone_of(&number);
        let media = Media::open(Some(tone));
        if let Some((address, _)) = invite.audio() {
            media.send_to(address);
        }
        let tag = token();
        let dialog = Dialog {
            local: format!("{};tag={tag}", invite.header("To").unwrap_or_default()),
            remote: invite.header("From").unwrap_or_default().to_owned(),
            target: invite.header("Contact").and_then(uri_of).unwrap_or_default(),
            peer: from,
            call_id: invite.call_id().to_owned(),
            cseq: 1,
            sdp_version: 1,
            invite: invite.clone(),
            last_response: Vec::new(),
            tag,
            reinvite: None,
        };
        let line = self.new_line(&number, false, tone, media, CallState::Ringing, dialog);
        self.keep(&line, invite.call_id());
        tokio::spawn(behave(Call { line }, behaviour));
    }
}

/// The address between `<` and `>`.
fn uri_of(header: &str) -> Option<String> {
    let (_, rest) = header.split_once('<')?;
    rest.split_once('>').map(|(uri, _)| uri.to_owned())
}
