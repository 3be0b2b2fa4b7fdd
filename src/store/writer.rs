//! The journal's one writer: collects what is waiting and commits it together.
//!
//! A commit costs a disk flush, however much is in it. While one is under way the next group gathers, so a slow
//! disk makes groups larger, not queues longer.

use super::{
    Batch, Store,
    error::{ErrorKind, StoreError},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// Batches that may wait. A burst of requests (100 conferences at once) fits twice; beyond that the disk has
/// stopped, and whoever writes should feel it rather than fill the memory.
pub const CAPACITY: usize = 256;

/// Says what became of a batch: durable, or why not.
pub type Ack = oneshot::Receiver<Result<(), StoreError>>;

struct Job {
    batch: Batch,
    lane: u64,
    /// Sent again by whoever knows that what went before it has failed.
    again: bool,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// A handle to the writer. When the last one is dropped, the writer commits what is waiting and ends.
///
/// Batches are committed in the order they were handed over. When a commit fails, every batch of its group is
/// answered with the error, and so is everything else of the same lane, untried, until a [`write`](Self::write) of that
/// lane succeeds: a journal with a hole in it would fold into a state that never was.
#[derive(Clone)]
pub struct JournalWriter {
    jobs: mpsc::Sender<Job>,
    lane: u64,
    lanes: Arc<AtomicU64>,
}

impl JournalWriter {
    /// Starts the task. It ends, everything written, once all handles are gone.
    pub fn start(store: Arc<dyn Store>) -> (Self, JoinHandle<()>) {
        let (jobs, waiting) = mpsc::channel(CAPACITY);
        (Self { jobs, lane: 0, lanes: Arc::default() }, tokio::spawn(run(store, waiting)))
    }

    /// A handle whose order is its own: the failures of one lane do not hold up another.
    #[must_use]
    pub fn lane(&self) -> Self {
        Self { lane: self.lanes.fetch_add(1, Ordering::Relaxed) + 1, ..self.clone() }
    }

    fn job(&self, batch: Batch, again: bool) -> (Job, Ack) {
        let (done, ack) = oneshot::channel();
        (Job { batch, lane: self.lane, again, done }, ack)
    }

    /// Hands a batch over, waiting for room only. The answer comes when it is durable.
    pub async fn submit(&self, batch: Batch) -> Result<Ack, StoreError> {
        let (job, ack) = self.job(batch, false);
        self.jobs.send(job).await.map_err(|_| gone())?;
        Ok(ack)
    }

    /// The same without waiting; gives the batch back if there is no room.
    pub fn try_submit(&self, batch: Batch) -> Result<Ack, Box<Batch>> {
        let (job, ack) = self.job(batch, false);
        match self.jobs.try_send(job) {
            Ok(()) => Ok(ack),
            Err(mpsc::error::TrySendError::Full(job) | mpsc::error::TrySendError::Closed(job)) => {
                Err(Box::new(job.batch))
            }
        }
    }

    /// Hands a batch over and waits until it is durable. After a failure this is the way back: it is tried even then,
    /// and once it has succeeded, or is known never to ([`ErrorKind::Conflict`]), so is what this lane submits after it.
    pub async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let (job, ack) = self.job(batch, true);
        self.jobs.send(job).await.map_err(|_| gone())?;
        ack.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> StoreError {
    StoreError::new(ErrorKind::Other, "the journal's writer has stopped; restart the service")
}

async fn run(store: Arc<dyn Store>, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(CAPACITY);
    // Lanes whose last commit failed, and how.
    let mut broken: BTreeMap<u64, StoreError> = BTreeMap::new();
    while waiting.recv_many(&mut jobs, CAPACITY).await > 0 {
        let mut group = Vec::with_capacity(jobs.len());
        for job in jobs.drain(..) {
            match broken.get(&job.lane) {
                Some(error) if !job.again => answer(job.done, Err(error.clone())),
                _ => group.push(job),
            }
        }
        if group.is_empty() {
            continue;
        }
        let (batches, rest): (Vec<Batch>, Vec<Waiting>) =
            group.into_iter().map(|Job { batch, lane, again, done }| (batch, Waiting { lane, again, done })).unzip();
        match store.append(&batches).await {
            // One of them contradicts the store (a key used twice). The others must not suffer for it.
            Err(error) if error.kind == ErrorKind::Conflict && batches.len() > 1 => {
                for (batch, waiting) in batches.iter().zip(rest) {
                    // One before it may have failed by itself.
                    if let Some(error) = broken.get(&waiting.lane).filter(|_| !waiting.again) {
                        answer(waiting.done, Err(error.clone()));
                    } else {
                        settle(&mut broken, waiting, store.append(std::slice::from_ref(batch)).await);
                    }
                }
            }
            outcome => rest.into_iter().for_each(|waiting| settle(&mut broken, waiting, outcome.clone())),
        }
    }
}

/// Whoever waits for what becomes of a batch.
struct Waiting {
    lane: u64,
    again: bool,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// Answers, and notes what it means for the lane.
fn settle(broken: &mut BTreeMap<u64, StoreError>, waiting: Waiting, outcome: Result<(), StoreError>) {
    match &outcome {
        Ok(()) => drop(broken.remove(&waiting.lane)),
        // The store answers again, and whoever wrote it knows that this one will never be in it.
        Err(error) if error.kind == ErrorKind::Conflict && waiting.again => drop(broken.remove(&waiting.lane)),
        // It will contradict the store for ever; nothing is gained by waiting for it.
        Err(error) if error.kind == ErrorKind::Conflict => {}
        Err(error) => drop(broken.insert(waiting.lane, error.clone())),
    }
    answer(waiting.done, outcome);
}

fn answer(ack: oneshot::Sender<Result<(), StoreError>>, outcome: Result<(), StoreError>) {
    if let Err(error) = &outcome {
        tracing::error!(%error, "a batch was not journaled");
    }
    // Whoever no longer waits for the answer does not need it.
    let _ = ack.send(outcome);
}
