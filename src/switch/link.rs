//! The session with one switch: it connects, subscribes, takes a snapshot, and starts over whenever anything about it
//! is in doubt.
//!
//! One connection is for events and never runs a command that could block it. A few are for commands: those of one
//! channel always take the same one, in order. One is for questions (health, snapshots), so that a long list delays no
//! command. They live and die together: a session that lost one connection knows less than it should, and a new
//! session with a snapshot is the shortest way back to the truth.
//!
//! The client crate's command futures must not be dropped half-way: the next command would get the wrong reply. So
//! every connection is owned by one task that runs each command to its end, and when a reply does not come in time the
//! whole session is thrown away, connections and futures together.

mod lane;
mod session;

use super::{command::PATIENCE, connect::Refusal};
use crate::domain::{
    effect::{Command, Tag},
    endpoint::Safe,
    ids::ChannelId,
    input::{Input, Outcome},
};
use session::Session;
use std::{future::Future, pin::pin, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tracing::{info, warn};

/// How to reach a switch. Deliberately without `Debug`: it holds the password.
#[derive(Clone)]
pub struct LinkConfig {
    /// Name or address of the switch.
    pub host: String,
    /// Its Event Socket's port.
    pub port: u16,
    pub password: String,
    /// Commands of different channels spread over so many connections.
    pub command_connections: usize,
    /// How often each connection must prove that it lives.
    pub probe_every: Duration,
    /// How long a proof may take. Together with `probe_every` this is how soon a half-open link is noticed.
    pub probe_patience: Duration,
    /// A reply later than this means that the link is dead.
    pub patience: Duration,
    /// How often everything is asked and compared although nothing seems wrong.
    pub verify_every: Duration,
    /// The switch's lists are this much behind its events.
    pub settle: Duration,
    /// A busy switch's lists may be further behind, and what happened before we subscribed is told nowhere else: so
    /// long after the first comparison there is a second.
    pub settle_again: Duration,
    /// Delay before the second attempt to connect; it doubles from there.
    pub first_retry: Duration,
    pub longest_retry: Duration,
    /// Delay after the switch refused us: trying a wrong password over and over helps nobody.
    pub refused_retry: Duration,
    /// The module that speaks, where texts are to be spoken: it is looked whether it is loaded.
    pub speech_module: Option<Safe>,
    /// Events kept while a snapshot is taken or the core is busy; more are dropped, and lead to a new snapshot.
    pub event_queue: usize,
}

impl LinkConfig {
    /// What suits a switch on the same network.
    pub fn new(host: impl Into<String>, port: u16, password: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port,
            password: password.into(),
            command_connections: 8,
            probe_every: Duration::from_secs(2),
            probe_patience: Duration::from_millis(2_500),
            patience: PATIENCE,
            verify_every: Duration::from_secs(30),
            settle: Duration::from_millis(100),
            settle_again: Duration::from_secs(1),
            first_retry: Duration::from_millis(100),
            longest_retry: Duration::from_secs(5),
            refused_retry: Duration::from_secs(15),
            speech_module: None,
            event_queue: 10_000,
        }
    }
}

enum Request {
    Command(Box<Asked>),
    Resync,
}

struct Asked {
    lane: ChannelId,
    tag: Tag,
    command: Command,
}

/// Where commands go in. When the last one is dropped, the link closes.
#[derive(Clone)]
pub struct LinkHandle {
    /// Without a bound, so that the core never waits here: what can be queued is bounded by what the core decides, and
    /// a link that is down empties the queue at once with outcome unknown.
    requests: mpsc::UnboundedSender<Request>,
}

impl LinkHandle {
    /// Sends a command after all earlier ones of the same lane. Its outcome arrives as `Input::Reply` with this tag.
    pub fn send(&self, lane: ChannelId, tag: Tag, command: Command) {
        // It only fails when the link's task is gone, and then nobody is left to hear a reply.
        let _ = self.requests.send(Request::Command(Box::new(Asked { lane, tag, command })));
    }

    /// Asks the switch for everything again. Arrives as `Input::Snapshot`.
    pub fn resync(&self) {
        let _ = self.requests.send(Request::Resync);
    }
}

/// The reconnecting session with one switch.
pub struct Link;

impl Link {
    /// Starts it. Everything it learns goes to `sink`; it ends when the handle or the sink is dropped.
    pub fn start(config: LinkConfig, sink: mpsc::Sender<Input>) -> LinkHandle {
        let (requests, inbox) = mpsc::unbounded_channel();
        tokio::spawn(Keeper { config, sink, inbox }.run());
        LinkHandle { requests }
    }
}

/// Nobody wants the link any more.
struct Unwanted;

struct Keeper {
    config: LinkConfig,
    sink: mpsc::Sender<Input>,
    inbox: mpsc::UnboundedReceiver<Request>,
}

impl Keeper {
    async fn run(mut self) {
        // Ends with `Unwanted`, always.
        let Err(Unwanted) = self.keep().await;
    }

    async fn keep(&mut self) -> Result<std::convert::Infallible, Unwanted> {
        let mut retries = 0_u32;
        let mut told = None;
        loop {
            let config = self.config.clone();
            let (reason, delay) = match self.answering(Session::open(&config)).await? {
                Ok(session) => {
                    info!(host = %config.host, port = config.port, version = %session.version, "link is up");
                    told = None;
                    let began = Instant::now();
                    let up = Input::LinkUp { core: session.core.clone(), version: session.version.clone() };
                    self.tell(up).await?;
                    let reason = session.run(&config, &self.sink, &mut self.inbox).await;
                    let reason = reason.ok_or(Unwanted)?;
                    // A session that dies at once counts as a failed attempt.
                    retries = if began.elapsed() > config.longest_retry { 0 } else { retries.saturating_add(1) };
                    (reason, self.delay(retries))
                }
                Err(Refusal::Refused(reason)) => (reason, config.refused_retry),
                Err(Refusal::Unreachable(reason)) => {
                    retries = retries.saturating_add(1);
                    (reason, self.delay(retries))
                }
            };
            if told.as_ref() != Some(&reason) {
                warn!(host = %config.host, port = config.port, %reason, "link is down");
                self.tell(Input::LinkDown { reason: reason.clone() }).await?;
                told = Some(reason);
            }
            self.answering(sleep(delay)).await?;
        }
    }

    /// Doubling, with jitter: nodes of one house shall not come back in step.
    fn delay(&self, retries: u32) -> Duration {
        let doubled = self.config.first_retry.saturating_mul(1 << retries.saturating_sub(1).min(16));
        doubled.min(self.config.longest_retry).mul_f64(rand::random_range(0.5..=1.0))
    }

    /// Lets something run to its end; commands that come meanwhile have nowhere to go, and are told so.
    async fn answering<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Unwanted> {
        let mut work = pin!(work);
        loop {
            let request = tokio::select! {
                done = &mut work => return Ok(done),
                request = self.inbox.recv() => request,
                () = self.sink.closed() => return Err(Unwanted),
            };
            match request {
                Some(Request::Command(asked)) => {
                    self.tell(Input::Reply { tag: asked.tag, outcome: Outcome::Unknown }).await?
                }
                Some(Request::Resync) => {}
                None => return Err(Unwanted),
            }
        }
    }

    async fn tell(&self, input: Input) -> Result<(), Unwanted> {
        self.sink.send(input).await.map_err(|_| Unwanted)
    }
}
