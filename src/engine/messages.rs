//! The messages between WS and AS: serialisable, ids only.

use super::view::{CallView, ConferenceView};
pub use crate::domain::request::{Actor, InputError, NewConference, NewParticipant, Refusal, RefusalCode, Verb};
use serde::{Deserialize, Serialize};

/// What is asked, by whom, and the key under which it is asked only once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRequest {
    pub actor: Actor,
    /// `Idempotency-Key` of the HTTP request: the same actor, key and verb get the same response.
    pub idempotency_key: Option<String>,
    pub verb: Verb,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "one an answer, and moved a few times")]
pub enum CallResponse {
    /// Accepted; the call as it is now. What follows comes as status.
    Call(CallView),
    /// Accepted; the conference as it is now. What follows comes as status.
    Conference(ConferenceView),
    Refused(Refusal),
}
