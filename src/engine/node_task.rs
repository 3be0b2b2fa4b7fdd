//! The task of one node: input → domain → journal → effects, in that order and by nobody else.
//!
//! The task goes on while the journal commits; only effects and pictures wait for their batch. When the store fails,
//! what makes people ring is given up and what lets people go still goes out; facts are kept here and written when
//! the store is back.

use super::{
    board::Pictures,
    clock::Clock,
    drawing::Drawing,
    hearsay::{Hearsay, Sifted},
    journaling,
    messages::{CallRequest, CallResponse, Refusal, RefusalCode},
    metrics::{Counters, count},
    present,
    view::Status,
};
use crate::{
    domain::{
        dial_in::Order,
        effect::{Command, Effect, Tag},
        fact::{Person, Subject},
        ids::ChannelId,
        input::{Input, Outcome},
        node::{Ids, Node, Outbox, Touched, requests::Accepted},
    },
    store::{Batch, ErrorKind, Idempotency, StoreError, writer::JournalWriter},
};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesOrdered};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

/// How the task reaches the switch and the hook. The link keeps the order of each lane.
pub trait Reach: Send {
    fn send(&self, lane: ChannelId, tag: Tag, command: Command);
    fn resync(&self);
    fn hook_hold(&self, channel: ChannelId);
    fn hook_release(&self, channel: ChannelId);
    fn hook_order(&self, channel: ChannelId, order: Order);
}

/// What the house tells the task.
pub enum Message {
    Request {
        request: Box<CallRequest>,
        fingerprint: [u8; 32],
        reply: oneshot::Sender<CallResponse>,
    },
    StationOwners(BTreeMap<String, Person>),
    /// Answered as soon as the task gets to it: proof that it turns.
    Ping(oneshot::Sender<()>),
}

/// Draws ids from the operating system's randomness; version 7, so that they sort by time.
pub struct RandomIds;

impl Ids for RandomIds {
    fn uuid(&mut self) -> Uuid {
        Uuid::now_v7()
    }
}

/// What waits for its facts to be durable.
struct Waiting {
    batch: Batch,
    effects: Vec<Effect>,
    statuses: Vec<Status>,
    answer: Option<(oneshot::Sender<CallResponse>, CallResponse)>,
}

/// Inputs taken at once. What they come to is journaled, sent and drawn together: in a burst a conference is drawn once
/// for many events. Few enough that a request does not wait long behind them.
const AT_ONCE: usize = 128;

/// After a failed write, so long until the next try.
const STORE_RETRY: Duration = Duration::from_millis(500);

/// One node's task and all it holds.
pub struct NodeTask {
    node: Node,
    hearsay: Hearsay,
    drawing: Drawing,
    reach: Box<dyn Reach>,
    writer: JournalWriter,
    pictures: Arc<Pictures>,
    counters: Arc<Counters>,
    /// The house's: each task shows it with its node, and tells it when a write fails, or does not any more.
    store_is_up: watch::Sender<bool>,
    clock: Clock,
    ids: RandomIds,
    /// How many facts each subject has, for the sequence of what is told.
    sequences: BTreeMap<Subject, u64>,
    acks: FuturesOrdered<BoxFuture<'static, Result<(), StoreError>>>,
    waiting: VecDeque<Waiting>,
    /// Facts the store would not take; to be written before anything else.
    unwritten: VecDeque<Batch>,
    /// When that is tried again. Kept here, so that a busy house does not put it off for ever.
    retry_at: tokio::time::Instant,
}

impl NodeTask {
    /// A task for a node that has been restored.
    #[allow(clippy::too_many_arguments, reason = "the composition root's one call")]
    pub fn new(
        node: Node,
        sequences: BTreeMap<Subject, u64>,
        reach: Box<dyn Reach>,
        writer: JournalWriter,
        pictures: Arc<Pictures>,
        counters: Arc<Counters>,
        store_is_up: watch::Sender<bool>,
        clock: Clock,
    ) -> Self {
        Self {
            node,
            hearsay: Hearsay::default(),
            drawing: Drawing::default(),
            reach,
            writer,
            pictures,
            counters,
            store_is_up,
            clock,
            ids: RandomIds,
            sequences,
            acks: FuturesOrdered::new(),
            waiting: VecDeque::new(),
            unwritten: VecDeque::new(),
            retry_at: tokio::time::Instant::now(),
        }
    }

    /// Runs until the house is gone.
    pub async fn run(mut self, mut inputs: mpsc::Receiver<Input>, mut messages: mpsc::Receiver<Message>) {
        self.show_all();
        let mut store = self.store_is_up.subscribe();
        let mut taken = Vec::with_capacity(AT_ONCE);
        loop {
            let deadline = self.node.next_deadline().map(|at| self.clock.instant_of(at));
            tokio::select! {
                // Acks first: what is durable goes out before more is decided.
                biased;
                Some(result) = self.acks.next(), if !self.acks.is_empty() => self.durable(result),
                () = tokio::time::sleep_until(self.retry_at), if !self.unwritten.is_empty() => self.write_again().await,
                Ok(()) = store.changed() => self.pictures.publish(vec![self.node_status()]),
                message = messages.recv() => match message {
                    Some(message) => self.message(message).await,
                    None => return,
                },
                1.. = inputs.recv_many(&mut taken, AT_ONCE) => self.inputs(taken.drain(..)).await,
                () = wait_until(deadline) => self.inputs([Input::Tick]).await,
                () = wait_until(self.drawing.next()) => self.draw().await,
            }
        }
    }

    /// Big conferences that changed since they were drawn.
    async fn draw(&mut self) {
        let due = self.drawing.due(tokio::time::Instant::now());
        let touched = due.into_iter().map(Touched::Conference).collect();
        self.carry(Outbox { touched, ..Outbox::default() }, None, None).await;
    }

    /// After a restart the page sees what the journal knows, at once.
    fn show_all(&mut self) {
        let mut statuses = vec![self.node_status()];
        statuses.extend(self.node.calls().map(|call| Status::Call(present::call(&self.node.id, call))));
        statuses.extend(self.node.conferences().map(|c| Status::Conference(present::live_conference(&self.node, c))));
        self.node.drain();
        self.pictures.publish(statuses);
    }

    async fn message(&mut self, message: Message) {
        match message {
            Message::StationOwners(owners) => self.node.set_station_owners(&owners),
            Message::Ping(reply) => drop(reply.send(())),
            Message::Request { request, fingerprint, reply } => self.request(*request, fingerprint, reply).await,
        }
    }

    async fn request(&mut self, request: CallRequest, fingerprint: [u8; 32], reply: oneshot::Sender<CallResponse>) {
        if !*self.store_is_up.borrow() && request.verb.makes_people_ring() {
            count(&self.counters.requests_refused);
            let _ = reply.send(CallResponse::Refused(Refusal {
                code: RefusalCode::StoreDown,
                detail: "the journal cannot be written now, so nobody is rung; calls go on, try again in a moment"
                    .into(),
                errors: Vec::new(),
            }));
            return;
        }
        let now = self.clock.now();
        let response = match self.node.request(now, &request.actor, &request.verb, &mut self.ids) {
            Ok(accepted) => {
                count(&self.counters.requests_accepted);
                self.show(accepted)
            }
            Err(refusal) => {
                count(&self.counters.requests_refused);
                CallResponse::Refused(refusal)
            }
        };
        let outbox = self.node.drain();
        let idempotency = match (&request.idempotency_key, &response) {
            (Some(key), CallResponse::Call(_) | CallResponse::Conference(_)) => {
                serde_json::to_value(&response).ok().map(|response| Idempotency {
                    actor: request.actor.id,
                    key: key.clone(),
                    fingerprint,
                    response,
                    at: now,
                })
            }
            _ => None,
        };
        self.carry(outbox, idempotency, Some((reply, response))).await;
    }

    fn show(&self, accepted: Accepted) -> CallResponse {
        let shown = match accepted {
            Accepted::Call(id) => self.node.call(id).map(|call| CallResponse::Call(present::call(&self.node.id, call))),
            Accepted::Conference(id) => self
                .node
                .conference(id)
                .map(|found| CallResponse::Conference(present::live_conference(&self.node, found))),
        };
        shown.unwrap_or_else(|| {
            CallResponse::Refused(Refusal {
                code: RefusalCode::NotFound,
                detail: "it ended in that very moment".into(),
                errors: Vec::new(),
            })
        })
    }

    async fn inputs(&mut self, inputs: impl IntoIterator<Item = Input>) {
        for input in inputs {
            count(&self.counters.inputs);
            match input {
                Input::LinkDown { .. } => count(&self.counters.link_losses),
                Input::Snapshot(_) => count(&self.counters.snapshots),
                _ => {}
            }
            let Sifted { believed, ask } = self.hearsay.sift(input);
            for channel in ask {
                count(&self.counters.commands);
                self.reach.send(channel, Tag::Hooked(channel), Command::AskHook(channel));
            }
            if let Some(input) = believed {
                self.node.handle(self.clock.now(), input, &mut self.ids);
            }
        }
        let outbox = self.node.drain();
        self.carry(outbox, None, None).await;
    }

    /// Facts to the journal; effects, pictures and the answer after them.
    async fn carry(
        &mut self,
        outbox: Outbox,
        idempotency: Option<Idempotency>,
        answer: Option<(oneshot::Sender<CallResponse>, CallResponse)>,
    ) {
        let statuses = self.statuses(&outbox);
        let mut batch = Batch { idempotency: idempotency.into_iter().collect(), ..Batch::default() };
        for told in &outbox.facts {
            count(&self.counters.facts);
            match journaling::entry(&self.node, told) {
                Ok(entry) => batch.entries.push(entry),
                Err(error) => tracing::error!(%error, "a fact could not be written as JSON; it is lost to the journal"),
            }
            batch.callers.extend(journaling::caller(&told.recorded));
            batch.dials.extend(journaling::dial(&self.node.id, &told.recorded));
        }
        batch.urn = outbox.urn;
        let waiting = Waiting { batch, effects: outbox.effects, statuses, answer };
        let batch = &waiting.batch;
        let nothing_to_write = batch.entries.is_empty() && batch.idempotency.is_empty() && batch.urn.is_empty();
        if nothing_to_write && self.waiting.is_empty() {
            self.go_out(waiting);
        } else if nothing_to_write {
            // In line behind what is being written, so that commands keep their order.
            self.acks.push_back(Box::pin(std::future::ready(Ok(()))));
            self.waiting.push_back(waiting);
        } else if !self.unwritten.is_empty() {
            self.without_store(waiting).await;
        } else {
            match self.writer.submit(waiting.batch.clone()).await {
                Ok(ack) => {
                    self.acks.push_back(Box::pin(async move {
                        ack.await.unwrap_or_else(|_| {
                            Err(StoreError::new(ErrorKind::Other, "the journal's writer has stopped"))
                        })
                    }));
                    self.waiting.push_back(waiting);
                }
                Err(error) => {
                    self.store_failed(&error);
                    self.without_store(waiting).await;
                }
            }
        }
    }

    fn durable(&mut self, result: Result<(), StoreError>) {
        let Some(waiting) = self.waiting.pop_front() else { return };
        match result {
            Ok(()) => self.go_out(waiting),
            Err(error) if error.kind == ErrorKind::Conflict => {
                self.contradicts(&waiting.batch, &error);
                self.go_out_unwritten(waiting, contradiction());
            }
            Err(error) => {
                self.store_failed(&error);
                self.unwritten.push_back(waiting.batch.clone());
                self.go_out_unwritten(waiting, store_down());
            }
        }
    }

    /// What contradicts the journal will never be in it: kept, it would hold up for ever what comes after it.
    fn contradicts(&mut self, batch: &Batch, error: &StoreError) {
        count(&self.counters.store_failures);
        let facts: Vec<String> =
            batch.entries.iter().map(|entry| format!("{} of {}", entry.kind, entry.entity.id)).collect();
        let keys: Vec<&str> = batch.idempotency.iter().map(|row| row.key.as_str()).collect();
        tracing::error!(%error, ?facts, ?keys, "these facts contradict the journal and are left out of it");
    }

    fn store_failed(&mut self, error: &StoreError) {
        count(&self.counters.store_failures);
        self.retry_at = tokio::time::Instant::now() + STORE_RETRY;
        if self.store_becomes(false) {
            tracing::error!(%error, "the journal cannot be written; nobody new is rung until it can");
        }
    }

    /// Says whether that is news.
    fn store_becomes(&self, up: bool) -> bool {
        self.store_is_up.send_if_modified(|is_up| std::mem::replace(is_up, up) != up)
    }

    async fn without_store(&mut self, waiting: Waiting) {
        if !waiting.batch.entries.is_empty() || !waiting.batch.urn.is_empty() {
            self.unwritten.push_back(waiting.batch.clone());
        }
        self.go_out_unwritten(waiting, store_down());
    }

    /// Only what lets people go, or back, goes out without a journal; whoever asked for more is refused.
    fn go_out_unwritten(&mut self, mut waiting: Waiting, refusal: Refusal) {
        let (safe, rings): (Vec<_>, Vec<_>) = waiting.effects.drain(..).partition(|effect| !makes_ring(effect));
        waiting.effects = safe;
        if let Some((_, response)) = &mut waiting.answer
            && !rings.is_empty()
        {
            *response = CallResponse::Refused(refusal);
        }
        self.go_out(waiting);
        for effect in rings {
            if let Effect::Command { tag, .. } = effect {
                let outcome = Outcome::Err("STORE_DOWN".into());
                self.node.handle(self.clock.now(), Input::Reply { tag, outcome }, &mut self.ids);
            }
        }
    }

    async fn write_again(&mut self) {
        while let Some(batch) = self.unwritten.front() {
            match self.writer.write(batch.clone()).await {
                Ok(()) => {
                    self.unwritten.pop_front();
                }
                Err(error) if error.kind == ErrorKind::Conflict => {
                    if let Some(batch) = self.unwritten.pop_front() {
                        self.contradicts(&batch, &error);
                    }
                }
                Err(_) => {
                    self.retry_at = tokio::time::Instant::now() + STORE_RETRY;
                    return;
                }
            }
        }
        if self.store_becomes(true) {
            tracing::info!("the journal is written again");
        }
    }

    fn go_out(&mut self, waiting: Waiting) {
        for effect in waiting.effects {
            match effect {
                Effect::Command { tag, lane, command } => {
                    count(&self.counters.commands);
                    self.reach.send(lane, tag, command);
                }
                Effect::HookHold(channel) => self.reach.hook_hold(channel),
                Effect::HookRelease(channel) => self.reach.hook_release(channel),
                Effect::HookOrder(channel, order) => self.reach.hook_order(channel, order),
                Effect::Resync => self.reach.resync(),
            }
        }
        self.pictures.publish(waiting.statuses);
        if let Some((reply, response)) = waiting.answer {
            // Whoever asked may have gone meanwhile.
            let _ = reply.send(response);
        }
    }

    fn node_status(&self) -> Status {
        Status::Node(present::node(&self.node, *self.store_is_up.borrow()))
    }

    fn statuses(&mut self, outbox: &Outbox) -> Vec<Status> {
        let node = &self.node;
        let mut statuses = Vec::new();
        for touched in &outbox.touched {
            statuses.push(match touched {
                Touched::Node => self.node_status(),
                Touched::Call(id) => match node.call(*id) {
                    Some(call) => Status::Call(present::call(&node.id, call)),
                    None => Status::CallGone { id: *id },
                },
                Touched::Conference(id) => match node.conference(*id) {
                    Some(found) => {
                        if !self.drawing.is_due(*id, found.participants.len(), tokio::time::Instant::now()) {
                            continue;
                        }
                        Status::Conference(present::live_conference(node, found))
                    }
                    None => {
                        self.drawing.forget(*id);
                        Status::ConferenceGone { id: *id }
                    }
                },
            });
        }
        for (conference_id, participant_id, talking) in &outbox.talking {
            statuses.push(Status::Talking {
                conference_id: *conference_id,
                participant_id: *participant_id,
                talking: *talking,
            });
        }
        for told in &outbox.facts {
            let sequence = self.sequences.entry(told.recorded.subject).or_default();
            *sequence += 1;
            if let Some(telling) = &told.telling {
                statuses.push(Status::Activity(present::activity(telling, &told.recorded, *sequence)));
            }
        }
        statuses
    }
}

fn store_down() -> Refusal {
    Refusal {
        code: RefusalCode::StoreDown,
        detail: "the journal cannot be written now, so nobody was rung; try again in a moment".into(),
        errors: Vec::new(),
    }
}

fn contradiction() -> Refusal {
    Refusal {
        code: RefusalCode::StoreDown,
        detail: "this contradicts what the journal holds (an Idempotency-Key used before?), so nobody was rung; \
                 look at the board, then try again under a new key"
            .into(),
        errors: Vec::new(),
    }
}

/// Whether somebody's phone rings by it.
fn makes_ring(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Command {
            command: Command::Originate(_) | Command::DialFromCaller { .. } | Command::MovePair { .. },
            ..
        }
    )
}

async fn wait_until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
