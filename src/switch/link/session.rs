//! One session: all its connections, from the first word to the loss of the first of them.

use super::{
    LinkConfig, Request,
    lane::{self, Queue, outcome},
};
use crate::{
    domain::{
        endpoint::Safe,
        ids::ChannelId,
        input::{Health, Input, Outcome, Snapshot},
    },
    switch::{
        connect::{self, Refusal, lost},
        event, snapshot,
    },
};
use freeswitch_esl_tokio::{EslClient, EslError, EslEventStream, EventFormat};
use futures_util::future::try_join_all;
use std::pin::pin;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{MissedTickBehavior, interval, interval_at, sleep},
};
use tracing::warn;

pub(super) struct Session {
    pub(super) core: String,
    pub(super) version: String,
    events: EslClient,
    stream: EslEventStream,
    questions: EslClient,
    lanes: Vec<EslClient>,
}

impl Session {
    /// Connects, makes sure that the switch is there for us, and subscribes.
    pub(super) async fn open(config: &LinkConfig) -> Result<Self, Refusal> {
        // One alone first: a wrong password is tried once, not once per connection.
        let (questions, _) = connect(config, 1).await?;
        ready(&questions).await?;
        let version = snapshot::version(&ask(&questions, "version").await.map_err(Refusal::Unreachable)?);
        let core = ask(&questions, "global_getvar core_uuid").await.map_err(Refusal::Unreachable)?;
        let lanes = (0..config.command_connections.max(1)).map(|_| connect(config, 1));
        let lanes = try_join_all(lanes).await?.into_iter().map(|(client, _)| client).collect();
        let (events, stream) = connect(config, config.event_queue).await?;
        events.subscribe_events_raw(EventFormat::Plain, event::SUBSCRIPTION).await.map_err(|error| match error {
            EslError::CommandFailed { reply_text } => {
                Refusal::Refused(format!("the switch does not let us subscribe: {}", snapshot::clean(&reply_text)))
            }
            error => Refusal::Unreachable(lost("event", &events, &error)),
        })?;
        let core = snapshot::clean(&core);
        Ok(Self { core, version, events, stream, questions, lanes })
    }

    /// Carries commands out and tells events until a connection is lost, and says why; or, without a reason, until
    /// nobody wants the link any more. What was asked and not answered by then gets outcome unknown.
    pub(super) async fn run(
        self,
        config: &LinkConfig,
        sink: &mpsc::Sender<Input>,
        inbox: &mut mpsc::UnboundedReceiver<Request>,
    ) -> Option<String> {
        let mut tasks = JoinSet::new();
        let queues: Vec<Queue> = self.lanes.iter().map(|_| Queue::default()).collect();
        for (client, queue) in self.lanes.into_iter().zip(&queues) {
            tasks.spawn(lane::work(client, queue.clone(), config.clone(), sink.clone()));
        }
        let (ask, asked) = mpsc::channel(1);
        // One place: a resync that waits covers every further one.
        let (resync, wanted) = mpsc::channel(1);
        tasks.spawn(answer_questions(self.questions, asked, config.clone(), sink.clone()));
        tasks.spawn(probe_events(self.events.clone(), config.clone()));
        let pump = Pump { client: self.events, stream: self.stream, ask, wanted, dropped: 0 };
        tasks.spawn(pump.run(config.clone(), sink.clone()));

        let reason = loop {
            tokio::select! {
                ended = tasks.join_next() => {
                    let reason = ended.and_then(Result::ok).unwrap_or_else(|| "a task of the link failed".to_owned());
                    break Some(reason);
                }
                request = inbox.recv() => match request {
                    Some(Request::Command(asked)) => {
                        let asked = *asked;
                        queue_of(&queues, asked.lane).push(asked.tag, asked.command);
                    }
                    // Full means that one waits already.
                    Some(Request::Resync) => drop(resync.try_send(())),
                    None => break None,
                },
                () = sink.closed() => break None,
            }
        };
        // The futures are dropped half-way, and their connections with them.
        tasks.shutdown().await;
        for tag in queues.iter().flat_map(Queue::take) {
            if sink.send(Input::Reply { tag, outcome: Outcome::Unknown }).await.is_err() {
                return None;
            }
        }
        reason
    }
}

fn queue_of(queues: &[Queue], lane: ChannelId) -> &Queue {
    let (high, low) = lane.0.as_u64_pair();
    // Version 7 UUIDs begin with the time and end at random: both halves together spread either kind.
    &queues[usize::try_from((high ^ low) % queues.len() as u64).unwrap_or(0)]
}

async fn connect(config: &LinkConfig, queue: usize) -> Result<(EslClient, EslEventStream), Refusal> {
    connect::connect(&config.host, config.port, &config.password, config.patience, queue).await
}

/// A switch that starts or stops already takes passwords. One that is paused says the same words, but its calls live.
async fn ready(client: &EslClient) -> Result<(), Refusal> {
    let status = ask(client, "status").await.map_err(Refusal::Unreachable)?;
    let health = snapshot::health(&status).map_err(|error| Refusal::Unreachable(error.to_string()))?;
    if health.paused {
        let paused = ask(client, "fsctl pause_check").await.map_err(Refusal::Unreachable)?;
        if paused.trim() != "true" {
            return Err(Refusal::Unreachable("the switch is starting or stopping".to_owned()));
        }
    }
    Ok(())
}

/// The whole reply to a question, or why there is none.
async fn ask(client: &EslClient, question: &str) -> Result<String, String> {
    let response = client.api(question).await.map_err(|error| lost(question, client, &error))?;
    match outcome(&response) {
        Outcome::Ok(_) => Ok(response.body().unwrap_or_default().to_owned()),
        Outcome::Err(error) => Err(format!("the switch refuses to answer {question}: {error}")),
        Outcome::Unknown | Outcome::Relations(_) => Err(format!("the switch does not answer {question}")),
    }
}

type Question = oneshot::Sender<Snapshot>;

/// The connection for questions: health every little while, and everything on request.
async fn answer_questions(
    client: EslClient,
    mut asked: mpsc::Receiver<Question>,
    config: LinkConfig,
    sink: mpsc::Sender<Input>,
) -> String {
    let mut probe = interval(config.probe_every);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = probe.tick() => {
                client.set_command_timeout(config.probe_patience);
                let health = match health(&client).await {
                    Ok(health) => health,
                    Err(reason) => return reason,
                };
                if sink.send(Input::Verified(health)).await.is_err() {
                    return "nobody listens".to_owned();
                }
            }
            Some(question) = asked.recv() => {
                client.set_command_timeout(config.patience);
                match everything(&client, config.speech_module.as_ref()).await {
                    // It only fails when the session ends in this moment.
                    Ok(snapshot) => drop(question.send(snapshot)),
                    Err(reason) => return reason,
                }
            }
        }
    }
}

async fn health(client: &EslClient) -> Result<Health, String> {
    snapshot::health(&ask(client, "status").await?).map_err(|error| error.to_string())
}

async fn everything(client: &EslClient, speech: Option<&Safe>) -> Result<Snapshot, String> {
    let health = health(client).await?;
    // Rooms before channels: whoever joins in between is in the buffered events, and is in the later list of channels.
    let rooms = match client.api("conference json_list").await {
        Ok(response) => {
            let text = response.body().or(response.reply_text()).unwrap_or_default();
            snapshot::rooms(text).map_err(|error| error.to_string())?
        }
        Err(error) => return Err(lost("conference json_list", client, &error)),
    };
    let bridges = snapshot::bridges(&ask(client, "show bridged_calls as json").await?);
    let channels = snapshot::channels(&ask(client, "show channels as json").await?);
    let bridges = bridges.map_err(|error| error.to_string())?;
    let channels = channels.map_err(|error| error.to_string())?;
    let speaks = match speech {
        // A user of the Event Socket may not be allowed to ask; then nothing is spoken, and the link goes on.
        Some(module) => client
            .api(&format!("module_exists {module}"))
            .await
            .map_err(|error| lost("module_exists", client, &error))?
            .body()
            .is_some_and(|body| body.trim() == "true"),
        None => false,
    };
    Ok(Snapshot { health, channels, bridges, rooms, speaks })
}

/// The event connection proves that it lives by refusing a word it does not know: nothing is run, nothing waits.
async fn probe_events(client: EslClient, config: LinkConfig) -> String {
    client.set_command_timeout(config.probe_patience);
    loop {
        sleep(config.probe_every).await;
        if let Err(error) = client.noop().await {
            return lost("the event connection", &client, &error);
        }
    }
}

/// Tells events in order, with a snapshot between them whenever one is due. While it is taken, events wait in the
/// client's queue; whatever that queue had to drop leads to the next snapshot.
struct Pump {
    client: EslClient,
    stream: EslEventStream,
    ask: mpsc::Sender<Question>,
    wanted: mpsc::Receiver<()>,
    dropped: u64,
}

impl Pump {
    async fn run(mut self, config: LinkConfig, sink: mpsc::Sender<Input>) -> String {
        let mut verify = interval_at(tokio::time::Instant::now() + config.verify_every, config.verify_every);
        verify.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = true;
        let mut again = pin!(sleep(config.settle + config.settle_again));
        let mut compared_again = false;
        loop {
            let dropped = self.client.dropped_event_count();
            if dropped != self.dropped {
                warn!(dropped = dropped - self.dropped, "events were dropped; asking for everything again");
                self.dropped = dropped;
                due = true;
            }
            if std::mem::take(&mut due) {
                // The lists of the switch are a moment behind its events.
                sleep(config.settle).await;
                let (question, answer) = oneshot::channel();
                if self.ask.send(question).await.is_err() {
                    return "the connection for questions is gone".to_owned();
                }
                let Ok(snapshot) = answer.await else { return "the connection for questions is gone".to_owned() };
                if sink.send(Input::Snapshot(snapshot)).await.is_err() {
                    return "nobody listens".to_owned();
                }
            }
            tokio::select! {
                _ = verify.tick() => due = true,
                () = &mut again, if !compared_again => {
                    compared_again = true;
                    due = true;
                }
                Some(()) = self.wanted.recv() => due = true,
                received = self.stream.recv() => match received {
                    Some(Ok(event)) => {
                        if let Some(input) = event::input(&event)
                            && sink.send(input).await.is_err()
                        {
                            return "nobody listens".to_owned();
                        }
                    }
                    Some(Err(EslError::QueueFull)) => {} // counted above
                    Some(Err(error)) => {
                        warn!(%error, "an event could not be read; asking for everything again");
                        due = true;
                    }
                    None => return lost("events", &self.client, &EslError::ConnectionClosed),
                },
            }
        }
    }
}
