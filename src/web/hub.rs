//! The ring of recent changes: the AS is followed once, and every live stream reads from here.
//!
//! A stream keeps a cursor and nothing else, so a hundred pages cost one copy of each change, rendered once.

use super::settings::StreamSettings;
use crate::engine::{
    ApplicationServer, Follow, Numbered,
    view::{Board, Status},
};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};
use tokio::sync::{broadcast::error::RecvError, watch};

/// One change, ready to be sent.
#[derive(Clone)]
pub struct Entry {
    pub number: u64,
    pub status: Arc<Status>,
    /// As it goes out to whoever sees it as it is.
    pub frame: Bytes,
}

/// What follows a cursor.
pub enum Next {
    /// In order, without a hole; empty if there is nothing new.
    Changes(Vec<Entry>),
    /// The changes right after the cursor are not kept any more: only a fresh picture helps.
    Hole,
}

struct Ring {
    /// The number of the last change, or of the picture where none came since.
    latest: u64,
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Ring {
    fn last_forgotten(&self) -> u64 {
        self.entries.front().map_or(self.latest, |entry| entry.number.saturating_sub(1))
    }

    fn clear(&mut self, latest: u64) {
        *self = Self { latest, entries: VecDeque::new(), bytes: 0 };
    }

    fn push(&mut self, entry: Entry, most: usize, most_bytes: usize) {
        if entry.number != self.latest + 1 {
            // A hole in the numbers is a hole in what we know.
            self.clear(entry.number.saturating_sub(1));
        }
        self.latest = entry.number;
        self.bytes += entry.frame.len();
        self.entries.push_back(entry);
        while self.entries.len() > most || (self.bytes > most_bytes && self.entries.len() > 1) {
            let forgotten = self.entries.pop_front();
            self.bytes -= forgotten.map_or(0, |entry| entry.frame.len());
        }
    }
}

/// The ring, and whom to ask for a picture.
pub struct Hub {
    boot: String,
    server: Arc<dyn ApplicationServer>,
    most: usize,
    most_bytes: usize,
    ring: Mutex<Ring>,
    /// The number of the last change; closed when the AS is gone.
    latest: watch::Sender<u64>,
    gone: watch::Sender<bool>,
}

impl Hub {
    /// Starts following; ends by itself when the hub is dropped or the AS is gone.
    pub fn start(server: Arc<dyn ApplicationServer>, boot: String, settings: &StreamSettings) -> Arc<Self> {
        let follow = server.follow();
        let number = follow.picture_number;
        let hub = Arc::new(Self {
            boot,
            server,
            most: settings.ring.max(1),
            most_bytes: settings.ring_bytes,
            ring: Mutex::new(Ring { latest: number, entries: VecDeque::new(), bytes: 0 }),
            latest: watch::Sender::new(number),
            gone: watch::Sender::new(false),
        });
        tokio::spawn(keep_up(Arc::downgrade(&hub), follow));
        hub
    }

    /// The picture now, with its id, and the number it was made at.
    pub fn picture(&self) -> (u64, Board) {
        let follow = self.server.follow();
        let board = Board { event_id: self.event_id(follow.picture_number), ..follow.board };
        (follow.picture_number, board)
    }

    /// Up to `most` changes after `cursor`.
    pub fn after(&self, cursor: u64, most: usize) -> Next {
        let ring = self.ring();
        if cursor < ring.last_forgotten() {
            return Next::Hole;
        }
        // A picture may be newer than what came through here yet.
        let known = ring.entries.partition_point(|entry| entry.number <= cursor);
        Next::Changes(ring.entries.iter().skip(known).take(most).cloned().collect())
    }

    /// Whether changes right after `cursor` are lost to whoever has not taken them yet.
    pub fn has_forgotten(&self, cursor: u64) -> bool {
        cursor < self.ring().last_forgotten()
    }

    /// The cursor a `Last-Event-ID` stands for, if the changes after it are still kept.
    pub fn resume(&self, last_event_id: &str) -> Option<u64> {
        let (boot, number) = last_event_id.rsplit_once(':')?;
        let number = number.parse::<u64>().ok().filter(|_| boot == self.boot)?;
        let ring = self.ring();
        (ring.last_forgotten() <= number && number <= ring.latest).then_some(number)
    }

    /// The id of a change, in this run of the program.
    pub fn event_id(&self, number: u64) -> String {
        format!("{}:{number}", self.boot)
    }

    /// Tells when something new came.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// Tells when nothing will come any more.
    pub fn gone(&self) -> watch::Receiver<bool> {
        self.gone.subscribe()
    }

    /// One message of the stream: `id`, `event` and `data`.
    pub fn frame(&self, number: u64, status: &Status) -> Bytes {
        let json = serde_json::to_string(status).unwrap_or_default();
        // `{"type":"call","data":{…}}`, as `Status` is declared: tag first. Taking it apart as text spares a copy.
        let parts = json
            .strip_prefix("{\"type\":\"")
            .and_then(|rest| rest.split_once("\",\"data\":"))
            .and_then(|(event, rest)| Some((event, rest.strip_suffix('}')?)));
        let Some((event, data)) = parts else {
            tracing::error!(number, "a change could not be written");
            return Bytes::new();
        };
        warp::sse::Event::default().id(self.event_id(number)).event(event).data(data).to_string().into()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, change: Numbered) {
        let Numbered { number, status } = change;
        let frame = self.frame(number, &status);
        self.ring().push(Entry { number, status, frame }, self.most, self.most_bytes);
        self.latest.send_replace(number);
    }

    /// We were too slow for the AS: what we kept has a hole after it.
    fn start_again(&self, number: u64) {
        self.ring().clear(number);
        self.latest.send_replace(number);
    }
}

async fn keep_up(hub: Weak<Hub>, follow: Follow) {
    let mut changes = follow.changes;
    loop {
        let change = changes.recv().await;
        let Some(hub) = hub.upgrade() else { return };
        match change {
            Ok(change) => hub.push(change),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the live stream missed changes; every page gets a fresh picture");
                let follow = hub.server.follow();
                changes = follow.changes;
                hub.start_again(follow.picture_number);
            }
            Err(RecvError::Closed) => {
                hub.gone.send_replace(true);
                return;
            }
        }
    }
}
