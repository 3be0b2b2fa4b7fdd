//! One command connection: a queue and the task that works it off.

use super::LinkConfig;
use crate::{
    domain::{
        effect::{Command, Tag},
        input::{Input, Outcome},
    },
    switch::{
        command,
        connect::lost,
        snapshot::{relations, reply},
    },
};
use freeswitch_esl_tokio::{EslClient, EslResponse};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval},
};
use tracing::debug;

type Job = (Tag, Command);

/// Commands not yet answered, oldest first. A command stays in until its reply was delivered, so that whatever ends
/// the session finds here what became unknown.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    jobs: Mutex<VecDeque<Job>>,
    more: Notify,
}

impl Queue {
    fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        // Nothing panics while holding it, and a queue is whole between any two operations.
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, tag: Tag, command: Command) {
        self.jobs().push_back((tag, command));
        self.0.more.notify_one();
    }

    fn first(&self) -> Option<Job> {
        self.jobs().front().cloned()
    }

    fn done(&self) {
        self.jobs().pop_front();
    }

    /// What was never answered.
    pub(super) fn take(&self) -> Vec<Tag> {
        self.jobs().drain(..).map(|(tag, _)| tag).collect()
    }
}

/// Works the queue off, and proves now and then that the connection lives. Ends with the reason why it cannot go on.
pub(super) async fn work(client: EslClient, queue: Queue, config: LinkConfig, sink: mpsc::Sender<Input>) -> String {
    let mut probe = interval(config.probe_every);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Only waiting is raced here; commands run to their end below.
        tokio::select! {
            _ = probe.tick() => {
                client.set_command_timeout(config.probe_patience);
                if let Err(error) = client.noop().await {
                    return lost("a command connection", &client, &error);
                }
            }
            () = queue.0.more.notified() => {}
        }
        while let Some((tag, command)) = queue.first() {
            let outcome = match run(&client, &command, config.patience).await {
                Ok(outcome) => outcome,
                Err(reason) => return reason,
            };
            debug!(?tag, ?outcome, "command answered");
            if sink.send(Input::Reply { tag, outcome }).await.is_err() {
                return "nobody listens".to_owned();
            }
            queue.done();
        }
    }
}

async fn run(client: &EslClient, command: &Command, patience: Duration) -> Result<Outcome, String> {
    let wire = command::text(command);
    // A test may be less patient in general; a command that is allowed longer stays so.
    let patience = if wire.patience > command::PATIENCE { wire.patience } else { patience };
    client.set_command_timeout(patience);
    let mut outcome = Outcome::Ok(String::new());
    for text in &wire.texts {
        let response = if wire.background { client.bgapi(text).await } else { client.api(text).await };
        let response = response.map_err(|error| lost(text, client, &error))?;
        outcome = match command {
            Command::AskRelations(_) => relations(response.body().or(response.reply_text()).unwrap_or_default()),
            _ => self::outcome(&response),
        };
        if matches!(outcome, Outcome::Err(_)) {
            break;
        }
    }
    Ok(outcome)
}

/// A command the switch ran reports in the body; one it refused, or took to the background, in the reply line.
pub(super) fn outcome(response: &EslResponse) -> Outcome {
    let line = response.reply_text().unwrap_or_default();
    match response.body() {
        Some(body) if !line.starts_with("-ERR") => reply(body),
        _ => reply(line),
    }
}
