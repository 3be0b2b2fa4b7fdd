//! The AS: applies for conference resources and steers each node.
//!
//! `web` reaches this only through [`ApplicationServer`], with [`messages`] (ids and plain data) going in and
//! [`view`]s coming out.

mod board;
mod clock;
mod drawing;
mod hearsay;
pub mod house;
mod journaling;
mod last_time;
pub mod messages;
mod metrics;
pub mod node_task;
mod present;
pub mod view;

use crate::domain::{ids::ConferenceId, time::Timestamp};
use futures_util::future::BoxFuture;
use messages::{CallRequest, CallResponse};
use std::sync::Arc;
use tokio::sync::broadcast;
use view::{Board, ConferenceView, LastTime, Status, Story};

/// One numbered change. Numbers count up by one within one run of the program.
#[derive(Clone, Debug)]
pub struct Numbered {
    pub number: u64,
    pub status: Arc<Status>,
}

/// A picture and every change after it: `changes` starts at `picture_number + 1`.
pub struct Follow {
    pub picture_number: u64,
    pub board: Board,
    pub changes: broadcast::Receiver<Numbered>,
}

/// What past conferences are asked for.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// Only conferences created before this moment, for paging back.
    pub before: Option<Timestamp>,
    /// At most so many, newest first.
    pub limit: u32,
    /// Only those of this owner.
    pub owner: Option<crate::domain::ids::UserId>,
}

/// Why history could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the store did not answer: {0}; what is live is not affected, try again in a moment")]
pub struct HistoryError(pub String);

/// What the WS may ask of the AS.
pub trait ApplicationServer: Send + Sync {
    /// Hands a request over; resolves when it was accepted (durable) or refused.
    fn request(&self, request: CallRequest) -> BoxFuture<'_, CallResponse>;
    /// The picture now, and what follows.
    fn follow(&self) -> Follow;
    /// Ended and refused conferences, newest first.
    fn history(&self, query: HistoryQuery) -> BoxFuture<'_, Result<Vec<ConferenceView>, HistoryError>>;
    /// One conference, live or past, with everything that happened in it.
    fn story(&self, id: ConferenceId) -> BoxFuture<'_, Result<Option<Story>, HistoryError>>;
    /// Whom the last conference was for that was made from a call of this number.
    fn last_time<'a>(&'a self, caller: &'a str) -> BoxFuture<'a, Result<Option<LastTime>, HistoryError>>;
    /// Every node is up or paused, and the store takes decisions.
    fn is_ready(&self) -> Result<(), String>;
    /// Counters and gauges in the Prometheus text format.
    fn metrics(&self) -> String;
}
