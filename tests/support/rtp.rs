//! One end of a call's audio: sends a tone of its own every 20 ms, keeps what it receives, and answers what was
//! heard when.

use super::tone::{self, FRAME, LOUDNESS, Tone};
use super::{PATIENCE, until};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

/// The record reaches this far back.
const REMEMBERED: Duration = Duration::from_secs(90);
const PCMU: u8 = 0;
const TELEPHONE_EVENT: u8 = 101;

struct Heard {
    at: Instant,
    samples: Vec<i16>,
}

#[derive(Default)]
struct Shared {
    remote: Mutex<Option<SocketAddr>>,
    sending: Mutex<Sending>,
    record: Mutex<VecDeque<Heard>>,
    keys: Mutex<VecDeque<char>>,
    keys_heard: Mutex<Vec<(u32, char)>>,
}

struct Sending {
    tone: Option<Tone>,
    loudness: f64,
    on: bool,
}

impl Default for Sending {
    fn default() -> Self {
        Self { tone: None, loudness: LOUDNESS, on: false }
    }
}

/// The audio of one call.
pub struct Media {
    shared: Arc<Shared>,
    port: u16,
    task: JoinHandle<()>,
}

impl Media {
    /// `tone`: what this end says; none is silence, but packets are sent all the same.
    pub fn open(tone: Option<u32>) -> Self {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free UDP port");
        socket.set_nonblocking(true).unwrap();
        let port = socket.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        shared.sending.lock().unwrap().tone = tone.map(Tone::new);
        let socket = UdpSocket::from_std(socket).unwrap();
        let task = tokio::spawn(run(socket, Arc::clone(&shared)));
        Self { shared, port, task }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn send_to(&self, remote: SocketAddr) {
        *self.shared.remote.lock().unwrap() = Some(remote);
    }

    /// Starts or stops sending packets.
    pub fn talk(&self, on: bool) {
        self.shared.sending.lock().unwrap().on = on;
    }

    /// Says something else from now on; `None` is silence in packets.
    pub fn say(&self, tone: Option<u32>) {
        self.shared.sending.lock().unwrap().tone = tone.map(Tone::new);
    }

    /// Speaks at this amplitude from now on (the default is `tone::LOUDNESS`).
    pub fn speak_at(&self, loudness: f64) {
        self.shared.sending.lock().unwrap().loudness = loudness;
    }

    /// Sends a key by RFC 2833, 100 ms long, after those still to be sent.
    pub fn press(&self, key: char) {
        self.shared.keys.lock().unwrap().push_back(key);
    }

    /// Whether all pressed keys are sent.
    pub async fn keys_sent(&self) -> bool {
        until(PATIENCE, || self.shared.keys.lock().unwrap().is_empty().then_some(())).await.is_some()
    }

    /// The keys that were pressed at the other end, in order.
    pub fn keys_heard(&self) -> String {
        self.shared.keys_heard.lock().unwrap().iter().map(|(_, key)| *key).collect()
    }

    /// Whether this tone was heard for most of the last 200 ms.
    pub fn hears_now(&self, hertz: u32) -> bool {
        self.share(hertz, Instant::now() - Duration::from_millis(200), Instant::now()) >= 0.6
    }

    /// How much of this time was filled with the tone, 0 to 1.
    pub fn share(&self, hertz: u32, from: Instant, to: Instant) -> f64 {
        let frames = self.tone_frames(hertz, from, to).len() as f64;
        (frames * 0.02 / (to - from).as_secs_f64().max(0.02)).min(1.0)
    }

    /// All tones heard for most of the last 200 ms.
    pub fn tones_now(&self) -> Vec<u32> {
        let record = self.shared.record.lock().unwrap();
        let since = Instant::now() - Duration::from_millis(200);
        let mut count = std::collections::BTreeMap::<u32, usize>::new();
        for heard in record.iter().rev().take_while(|heard| heard.at >= since) {
            for hertz in tone::audible_tones(&heard.samples) {
                *count.entry(hertz).or_default() += 1;
            }
        }
        count.into_iter().filter(|(_, frames)| *frames >= 6).map(|(hertz, _)| hertz).collect()
    }

    /// The longest time without this tone between `from` and `to` (20 ms is unbroken).
    pub fn longest_gap(&self, hertz: u32, from: Instant, to: Instant) -> Duration {
        let mut longest = Duration::ZERO;
        let mut last = from;
        for at in self.tone_frames(hertz, from, to) {
            longest = longest.max(at - last);
            last = at;
        }
        longest.max(to.saturating_duration_since(last))
    }

    /// Every time of 60 ms or more without this tone: when it began, after `from`, and how long it was.
    pub fn gaps(&self, hertz: u32, from: Instant, to: Instant) -> Vec<(Duration, Duration)> {
        let mut last = from;
        let mut gaps = Vec::new();
        for at in self.tone_frames(hertz, from, to).into_iter().chain([to]) {
            if at - last >= Duration::from_millis(60) {
                gaps.push((last - from, at - last));
            }
            last = at;
        }
        gaps
    }

    /// The greatest amplitude of this frequency in any frame between `from` and `to`.
    pub fn loudest(&self, hertz: u32, from: Instant, to: Instant) -> f64 {
        let record = self.shared.record.lock().unwrap();
        let frames = record.iter().filter(|heard| heard.at >= from && heard.at <= to);
        frames.map(|heard| tone::amplitude(hertz, &heard.samples)).fold(0.0, f64::max)
    }

    /// For how long it was louder than this (as a root mean square) between `from` and `to`, whatever it was.
    pub fn louder_than(&self, level: f64, from: Instant, to: Instant) -> Duration {
        let record = self.shared.record.lock().unwrap();
        let loud = |heard: &&Heard| {
            let square: f64 = heard.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
            (square / heard.samples.len().max(1) as f64).sqrt() > level
        };
        let frames = record.iter().filter(|heard| heard.at >= from && heard.at <= to).filter(loud).count();
        Duration::from_millis(20) * u32::try_from(frames).unwrap_or(u32::MAX)
    }

    /// When this tone was first heard after `from`.
    pub fn first_heard(&self, hertz: u32, from: Instant) -> Option<Instant> {
        self.tone_frames(hertz, from, Instant::now()).first().copied()
    }

    /// Packets of audio received between `from` and `to`, whatever is in them.
    pub fn packets(&self, from: Instant, to: Instant) -> usize {
        self.shared.record.lock().unwrap().iter().filter(|heard| heard.at >= from && heard.at <= to).count()
    }

    fn tone_frames(&self, hertz: u32, from: Instant, to: Instant) -> Vec<Instant> {
        let record = self.shared.record.lock().unwrap();
        record
            .iter()
            .filter(|heard| heard.at >= from && heard.at <= to && tone::audible(hertz, &heard.samples))
            .map(|heard| heard.at)
            .collect()
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Sequence number, timestamp and key in progress of the sending side.
struct Sender {
    sequence: u16,
    timestamp: u32,
    key: Option<KeyPress>,
}

struct KeyPress {
    event: u8,
    began: u32,
    step: u16,
}

async fn run(socket: UdpSocket, shared: Arc<Shared>) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut sender = Sender { sequence: rand::random(), timestamp: rand::random(), key: None };
    let mut buffer = [0_u8; 2048];
    loop {
        tokio::select! {
            _ = tick.tick() => {
                sender.timestamp = sender.timestamp.wrapping_add(FRAME as u32);
                let remote = *shared.remote.lock().unwrap();
                if let (Some(remote), Some(packet)) = (remote, sender.next_packet(&shared)) {
                    // A full socket buffer loses this packet, as a network would.
                    let _ = socket.try_send_to(&packet, remote);
                }
            }
            received = socket.recv_from(&mut buffer) => {
                if let Ok((length, _)) = received {
                    keep(&shared, &buffer[..length]);
                }
            }
        }
    }
}

impl Sender {
    fn next_packet(&mut self, shared: &Shared) -> Option<Vec<u8>> {
        if self.key.is_none()
            && let Some(key) = shared.keys.lock().unwrap().front()
        {
            let event = "0123456789*#ABCD".find(*key).unwrap_or_else(|| panic!("{key} is no key")) as u8;
            self.key = Some(KeyPress { event, began: self.timestamp, step: 0 });
        }
        if let Some(key) = &mut self.key {
            key.step += 1;
            // Five packets while the key is down, then the end, three times as RFC 4733 wants it.
            let (end, duration) = if key.step > 5 { (0x80, 5 * FRAME as u16) } else { (0, key.step * FRAME as u16) };
            let payload = [&[key.event, end | 10][..], &duration.to_be_bytes()].concat();
            let (marker, began, over) = (key.step == 1, key.began, key.step == 8);
            if over {
                self.key = None;
                shared.keys.lock().unwrap().pop_front();
            }
            return Some(self.packet(TELEPHONE_EVENT, marker, began, &payload));
        }
        let mut sending = shared.sending.lock().unwrap();
        if !sending.on {
            return None;
        }
        let loudness = sending.loudness;
        let frame = sending.tone.as_mut().map_or([0; FRAME], |tone| tone.frame(loudness));
        let payload = frame.map(tone::encode_ulaw);
        Some(self.packet(PCMU, false, self.timestamp, &payload))
    }

    fn packet(&mut self, kind: u8, marker: bool, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut packet = vec![0x80, kind | if marker { 0x80 } else { 0 }];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(0x5357_4244_u32.to_be_bytes());
        packet.extend(payload);
        packet
    }
}

/// Every packet of one key has the same timestamp.
fn hear_key(shared: &Shared, packet: &[u8]) {
    let began = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
    let mut heard = shared.keys_heard.lock().unwrap();
    if heard.last().is_none_or(|(last, _)| *last != began)
        && let Some(key) = "0123456789*#ABCD".chars().nth(packet[12].into())
    {
        heard.push((began, key));
    }
}

fn keep(shared: &Shared, packet: &[u8]) {
    if packet.len() <= 12 || packet[0] >> 6 != 2 {
        return;
    }
    match packet[1] & 0x7f {
        TELEPHONE_EVENT => return hear_key(shared, packet),
        PCMU => {}
        _ => return,
    }
    let at = Instant::now();
    let samples = packet[12..].iter().map(|&byte| tone::decode_ulaw(byte)).collect();
    let mut record = shared.record.lock().unwrap();
    record.push_back(Heard { at, samples });
    while record.front().is_some_and(|heard| at - heard.at > REMEMBERED) {
        record.pop_front();
    }
}
