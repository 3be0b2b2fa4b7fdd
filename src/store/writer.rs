//! The journal's one writer: collects what is waiting and commits it together.
//!
//! A commit costs a disk flush, however much is in it. While one is under way the next group gathers, so a slow
//! disk makes groups larger, not queues longer.

use super::{
    Batch, Store,
    error::{ErrorKind, StoreError},
};
use std::sync::Arc;
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
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// A handle to the writer. When the last one is dropped, the writer commits what is waiting and ends.
///
/// Batches are committed in the order they were handed over. When a commit fails, every batch of its group is
/// answered with the error, and later ones are still tried: whoever needs unbroken order sends nothing more until
/// what failed has been sent again.
#[derive(Clone)]
pub struct JournalWriter {
    jobs: mpsc::Sender<Job>,
}

impl JournalWriter {
    /// Starts the task. It ends, everything written, once all handles are gone.
    pub fn start(store: Arc<dyn Store>) -> (Self, JoinHandle<()>) {
        let (jobs, waiting) = mpsc::channel(CAPACITY);
        (Self { jobs }, tokio::spawn(run(store, waiting)))
    }

    /// Hands a batch over, waiting for room only. The answer comes when it is durable.
    pub async fn submit(&self, batch: Batch) -> Result<Ack, StoreError> {
        let (done, ack) = oneshot::channel();
        self.jobs.send(Job { batch, done }).await.map_err(|_| gone())?;
        Ok(ack)
    }

    /// The same without waiting; gives the batch back if there is no room.
    pub fn try_submit(&self, batch: Batch) -> Result<Ack, Box<Batch>> {
        let (done, ack) = oneshot::channel();
        match self.jobs.try_send(Job { batch, done }) {
            Ok(()) => Ok(ack),
            Err(mpsc::error::TrySendError::Full(job) | mpsc::error::TrySendError::Closed(job)) => {
                Err(Box::new(job.batch))
            }
        }
    }

    /// Hands a batch over and waits until it is durable.
    pub async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.submit(batch).await?.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> StoreError {
    StoreError::new(ErrorKind::Other, "the journal's writer has stopped; restart the service")
}

async fn run(store: Arc<dyn Store>, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(CAPACITY);
    while waiting.recv_many(&mut jobs, CAPACITY).await > 0 {
        let (batches, acks): (Vec<Batch>, Vec<_>) = jobs.drain(..).map(|job| (job.batch, job.done)).unzip();
        match store.append(&batches).await {
            // One of them contradicts the store (a key used twice). The others must not suffer for it.
            Err(error) if error.kind == ErrorKind::Conflict && batches.len() > 1 => {
                for (batch, ack) in batches.iter().zip(acks) {
                    answer(ack, store.append(std::slice::from_ref(batch)).await);
                }
            }
            outcome => acks.into_iter().for_each(|ack| answer(ack, outcome.clone())),
        }
    }
}

fn answer(ack: oneshot::Sender<Result<(), StoreError>>, outcome: Result<(), StoreError>) {
    if let Err(error) = &outcome {
        tracing::error!(%error, "a batch was not journaled");
    }
    // Whoever no longer waits for the answer does not need it.
    let _ = ack.send(outcome);
}
