//! One live stream: a task that moves one viewer's share of the ring into a bounded buffer, until the session
//! ends, the service stops, the client goes, or the client is too slow.

use super::{
    Web,
    hub::Next,
    identity::{self, Caller, Credential},
    request::Connection,
    seats::Seat,
    settings::StreamSettings,
    visibility::{Told, View, filter_board},
};
use crate::engine::view::Status;
use bytes::Bytes;
use futures_util::Stream;
use std::{convert::Infallible, sync::Arc};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until},
};

/// How many changes are taken out of the ring at a time.
const BATCH: usize = 64;

/// Why a stream ended.
#[derive(Debug, PartialEq)]
enum End {
    /// The client went away, or the service stops, or the AS is gone.
    Closed,
    /// The session or token does not hold any more.
    SignedOut,
    /// The client does not take what we send: the connection is cut, and the client resumes.
    TooSlow,
}

/// The stream of one viewer. It must be polled by the connection it was asked over.
pub(super) fn follow(
    web: Arc<Web>,
    caller: Caller,
    connection: Connection,
    seat: Seat,
    last_event_id: Option<String>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + Sync + 'static {
    let settings = web.settings.stream;
    let (out, mut taken) = mpsc::channel(settings.buffer.max(1));
    let cut = connection.cut.clone();
    let pump = Pump {
        changed: web.hub.changed(),
        gone: web.hub.gone(),
        signed_out: web.credentials.subscribe(),
        beat: heartbeat(&settings),
        settings,
        web,
        caller,
        connection,
        out,
        cursor: 0,
    };
    tokio::spawn(async move {
        let end = pump.run(last_event_id).await;
        tracing::debug!(?end, "a live stream ended");
        if end == Err(End::TooSlow) {
            cut.cancel();
        }
    });
    futures_util::stream::poll_fn(move |context| {
        // Kept by the body and not by the pump: the connection is taken until the last byte is out.
        let _seat = &seat;
        taken.poll_recv(context).map(|frame| frame.map(Ok))
    })
}

fn heartbeat(settings: &StreamSettings) -> Interval {
    let mut beat = interval_at(Instant::now() + settings.heartbeat, settings.heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// What a waiting stream was woken by.
enum Woken {
    Changed,
    Beat,
    /// Somebody signed out, or the session should be over: look whether it is ours.
    Doubtful,
    Ended,
}

struct Pump {
    web: Arc<Web>,
    settings: StreamSettings,
    caller: Caller,
    connection: Connection,
    out: mpsc::Sender<Bytes>,
    changed: watch::Receiver<u64>,
    gone: watch::Receiver<bool>,
    signed_out: watch::Receiver<()>,
    beat: Interval,
    /// The number of the last change this viewer was told of, or spared.
    cursor: u64,
}

impl Pump {
    /// Never ends well: there is always a reason.
    async fn run(mut self, last_event_id: Option<String>) -> Result<Infallible, End> {
        let mut view = match last_event_id.and_then(|id| self.web.hub.resume(&id)) {
            Some(cursor) => {
                self.cursor = cursor;
                let (_, board) = self.web.hub.picture();
                // So that headers go out at once, and a client comes back soon if it is cut off.
                self.send(Bytes::from_static(b":resumed\nretry:1000\n\n")).await?;
                View::resumed(self.caller.identity.clone(), &board)
            }
            None => {
                self.send(Bytes::from_static(b":fresh\nretry:1000\n\n")).await?;
                self.send_picture().await?
            }
        };
        loop {
            self.changed.mark_unchanged();
            match self.web.hub.after(self.cursor, BATCH) {
                Next::Hole => view = self.send_picture().await?,
                Next::Changes(changes) if !changes.is_empty() => {
                    for change in changes {
                        let frame = match view.tell(&change.status) {
                            Told::AsItIs => Some(change.frame),
                            Told::Instead(status) => Some(self.frame(change.number, *status)),
                            Told::Nothing => None,
                        };
                        if let Some(frame) = frame {
                            self.send(frame).await?;
                        }
                        self.cursor = change.number;
                    }
                }
                Next::Changes(_) => self.wait().await?,
            }
        }
    }

    async fn send_picture(&mut self) -> Result<View, End> {
        let (number, board) = self.web.hub.picture();
        let view = View::of(self.caller.identity.clone(), &board);
        let frame = self.frame(number, Status::Snapshot(filter_board(&self.caller.identity, board)));
        // Before it is sent: whatever the ring forgot up to here is in the picture.
        self.cursor = number;
        self.send(frame).await?;
        Ok(view)
    }

    fn frame(&self, number: u64, mut status: Status) -> Bytes {
        if let Status::Snapshot(board) = &mut status {
            board.event_id = self.web.hub.event_id(number);
        }
        self.web.hub.frame(number, &status)
    }

    /// Until something new came. Meanwhile the client hears that we are there.
    async fn wait(&mut self) -> Result<(), End> {
        let expiry = expiry(&self.caller);
        let woken = tokio::select! {
            biased;
            () = self.connection.closing.cancelled() => Woken::Ended,
            () = self.out.closed() => Woken::Ended,
            _ = self.gone.wait_for(|gone| *gone) => Woken::Ended,
            changed = self.changed.changed() => changed.map_or(Woken::Ended, |()| Woken::Changed),
            _ = self.signed_out.changed() => Woken::Doubtful,
            () = sleep_until(expiry) => Woken::Doubtful,
            _ = self.beat.tick() => Woken::Beat,
        };
        match woken {
            Woken::Changed => Ok(()),
            Woken::Ended => Err(End::Closed),
            Woken::Doubtful => self.look_again().await,
            Woken::Beat => {
                self.look_again().await?;
                self.send(Bytes::from_static(b":heartbeat\n\n")).await
            }
        }
    }

    /// Whether the session still holds and the user is who they were. If the store does not answer, the stream
    /// goes on until the session's own end: a page must not go blind because of a disk.
    async fn look_again(&mut self) -> Result<(), End> {
        match identity::caller(&self.web, &self.caller.credential).await {
            Ok(Some(caller)) if caller.identity == self.caller.identity => self.caller = caller,
            Ok(_) => return Err(End::SignedOut),
            Err(_) if expiry(&self.caller) > Instant::now() => {}
            Err(_) => return Err(End::SignedOut),
        }
        Ok(())
    }

    /// Puts a message into the buffer, and waits while it is full, but not for ever.
    async fn send(&mut self, frame: Bytes) -> Result<(), End> {
        let stalled = Instant::now() + self.settings.longest_stall;
        let frame = match self.out.try_send(frame) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(End::Closed),
            Err(mpsc::error::TrySendError::Full(frame)) => frame,
        };
        loop {
            if self.web.hub.has_forgotten(self.cursor) {
                return Err(End::TooSlow);
            }
            let woken = tokio::select! {
                biased;
                room = self.out.reserve() => {
                    room.map_err(|_| End::Closed)?.send(frame);
                    return Ok(());
                }
                () = self.connection.closing.cancelled() => Woken::Ended,
                () = sleep_until(stalled) => return Err(End::TooSlow),
                _ = self.signed_out.changed() => Woken::Doubtful,
                changed = self.changed.changed() => changed.map_or(Woken::Ended, |()| Woken::Changed),
            };
            match woken {
                Woken::Ended => return Err(End::Closed),
                // Whoever takes nothing would not take the end either.
                Woken::Doubtful => self.look_again().await.map_err(|_| End::TooSlow)?,
                Woken::Changed | Woken::Beat => {}
            }
        }
    }
}

/// When the session ends by itself, on the clock that timers use.
fn expiry(caller: &Caller) -> Instant {
    let far = std::time::Duration::from_secs(24 * 3600);
    let left = match &caller.credential {
        Credential::Session { expires_at, .. } => expires_at.since(super::now()),
        Credential::Bearer { .. } => far,
    };
    Instant::now() + left.min(far)
}
