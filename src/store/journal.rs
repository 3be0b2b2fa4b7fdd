//! What the journal holds. Facts are opaque here: the engine writes and reads their bodies.

use super::{error::StoreError, people};
use crate::domain::{
    ids::{ChannelId, NodeId, UserId},
    time::Timestamp,
    vote::UrnChange,
};
use serde_json::Value;
use std::time::Duration;

/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// What a story is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    Call,
    Conference,
    Node,
    /// All nodes together.
    House,
}

people::words!(EntityKind { Call = "call", Conference = "conference", Node = "node", House = "house" });

/// One thing that has a story.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    pub kind: EntityKind,
    pub id: String,
}

impl Entity {
    pub fn new(kind: EntityKind, id: impl ToString) -> Self {
        Self { kind, id: id.to_string() }
    }
}

/// What an entry means for whether its entity is open. Starting loads open entities only.
#[derive(Clone, Debug, PartialEq)]
pub enum Lifecycle {
    /// The story begins. The entry's actor owns the entity; its node is the entity's.
    Opens { summary: Value },
    /// Somebody else owns the entity from now on.
    Passes { owner: UserId },
    /// Changes nothing: an open entity stays open, a closed one closed, one never opened counts as closed.
    Continues,
    /// The story is over. Alone, without `Opens` before it, it is a story of one entry: a refusal.
    Closes { summary: Value },
}

/// One fact, to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub entity: Entity,
    pub node: NodeId,
    pub at: Timestamp,
    /// Of the body's form.
    pub version: u16,
    /// Dotted, such as `conference.participant.joined`.
    pub kind: String,
    /// Id and name, as they were then.
    pub actor: Option<(UserId, String)>,
    pub body: Value,
    pub lifecycle: Lifecycle,
}

/// One fact, recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Counts up by one over the whole journal.
    pub sequence: i64,
    /// Counts up by one within the entity, from 1.
    pub entity_sequence: i64,
    pub entry: Entry,
}

/// What a request with a key was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Idempotency {
    pub actor: UserId,
    pub key: String,
    /// SHA-256 of the request: the same key with another request is refused.
    pub fingerprint: [u8; 32],
    pub response: Value,
    pub at: Timestamp,
}

/// One leg that is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    pub at: Timestamp,
    pub user: UserId,
    pub node: NodeId,
    pub leg: ChannelId,
}

/// A conference made from somebody's call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub conference: String,
    /// As the switch told it.
    pub number: String,
    pub at: Timestamp,
}

/// The legs rung since a moment, oldest first. Moments rather than sums: the minute of a limit slides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentDials(pub Vec<Dial>);

impl RecentDials {
    /// How many, by anybody.
    pub fn total(&self) -> usize {
        self.0.len()
    }

    /// How many, by one user.
    pub fn of(&self, user: UserId) -> usize {
        self.0.iter().filter(|dial| dial.user == user).count()
    }
}

/// What belongs together: all of it is durable, or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    pub entries: Vec<Entry>,
    pub idempotency: Vec<Idempotency>,
    pub dials: Vec<Dial>,
    pub callers: Vec<Caller>,
    /// Secret ballots, in order.
    pub urn: Vec<UrnChange>,
}

/// One line in the list of past conferences.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    pub id: String,
    pub node: NodeId,
    pub owner: Option<UserId>,
    pub opened_at: Timestamp,
    pub closed_at: Timestamp,
    /// As the closing entry gave it.
    pub summary: Value,
}

/// How much was thrown away as no longer needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub idempotency: u64,
    pub dials: u64,
    pub sessions: u64,
    pub login_attempts: u64,
}

pub(crate) fn entity_kind(word: &str) -> Result<EntityKind, StoreError> {
    EntityKind::from_word(word).ok_or_else(|| StoreError::unreadable("kind of entity", word))
}
