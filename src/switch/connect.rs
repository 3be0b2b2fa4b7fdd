//! Getting a connection to an Event Socket, and saying in words why there is none.

use super::snapshot::clean;
use freeswitch_esl_tokio::{AuthMethod, ConnectionStatus, EslClient, EslConnectOptions, EslError, EslEventStream};
use std::time::Duration;

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Try again soon.
    Unreachable(String),
    /// Trying again soon changes nothing: the password, or the access list.
    Refused(String),
}

/// Connects and logs in. `queue` is how many events may wait to be read.
pub(super) async fn connect(
    host: &str,
    port: u16,
    password: &str,
    patience: Duration,
    queue: usize,
) -> Result<(EslClient, EslEventStream), Refusal> {
    let options = EslConnectOptions::new().with_connect_timeout(patience).with_event_queue_size(queue);
    match EslClient::connect_with_auth(host, port, AuthMethod::password(password), options).await {
        Ok((client, stream)) => {
            client.set_command_timeout(patience);
            // Only cleans up: it ends the reader of a connection that nobody probes any more and that never closes.
            client.set_liveness_timeout(Duration::from_secs(60));
            Ok((client, stream))
        }
        Err(EslError::AuthenticationFailed { .. }) => {
            Err(Refusal::Refused("the switch refuses our Event Socket password".to_owned()))
        }
        Err(EslError::AccessDenied { reason }) => Err(Refusal::Refused(format!(
            "the switch does not admit this machine to its Event Socket (its access list): {}",
            clean(&reason)
        ))),
        Err(error) => Err(Refusal::Unreachable(format!("cannot connect: {error}"))),
    }
}

/// Why a connection is of no more use, in words for people.
pub(super) fn lost(what: &str, client: &EslClient, error: &EslError) -> String {
    match (error, client.status()) {
        (EslError::Timeout { timeout_ms }, _) => format!("no answer to {what} within {timeout_ms} ms"),
        (_, ConnectionStatus::Disconnected(reason)) => format!("{reason}"),
        (error, _) => format!("{error}"),
    }
}
