//! From rows to types. A value that cannot be what we wrote is damage, and said to be.

use crate::{
    domain::{
        group::Group,
        ids::{ChannelId, NodeId, UserId},
        time::Timestamp,
    },
    store::{
        ApiToken, AuditEntry, Dial, Digest, Entity, Entry, HistoryRow, Idempotency, Lifecycle, Recorded, Secret,
        Session, StoreError, User,
        error::ErrorKind,
        journal::entity_kind,
        people::{role_from_word, role_word},
    },
};
use serde_json::Value;
use sqlx::{Row, sqlite::SqliteRow};

/// JSON text as it is stored.
pub fn json(value: &Value) -> String {
    value.to_string()
}

fn text(row: &SqliteRow, column: &str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

fn moment(row: &SqliteRow, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp(row.try_get(column)?))
}

fn maybe_moment(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

fn value(row: &SqliteRow, column: &str) -> Result<Value, StoreError> {
    serde_json::from_str(&text(row, column)?).map_err(|error| StoreError::unreadable(column, error))
}

/// A typed id.
pub fn id<T: std::str::FromStr<Err: std::fmt::Display>>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    text(row, column)?.parse().map_err(|error| StoreError::unreadable(column, error))
}

fn user_id(row: &SqliteRow, column: &str) -> Result<UserId, StoreError> {
    text(row, column)?.parse().map_err(|error| StoreError::unreadable(column, error))
}

fn maybe_user_id(row: &SqliteRow, column: &str) -> Result<Option<UserId>, StoreError> {
    row.try_get::<Option<String>, _>(column)?
        .map(|id| id.parse().map_err(|error| StoreError::unreadable(column, error)))
        .transpose()
}

fn user_id_in(value: &Value) -> Result<UserId, StoreError> {
    let id = value.as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::unreadable("owner", value))
}

fn digest(row: &SqliteRow, column: &str) -> Result<Digest, StoreError> {
    let hex = text(row, column)?;
    Digest::from_hex(&hex).ok_or_else(|| StoreError::unreadable(column, "not 64 hexadecimal digits"))
}

pub fn lifecycle_word(lifecycle: &Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Opens { .. } => "opens",
        Lifecycle::Passes { .. } => "passes",
        Lifecycle::Continues => "continues",
        Lifecycle::Closes { .. } => "closes",
    }
}

pub fn recorded(row: &SqliteRow) -> Result<Recorded, StoreError> {
    let lifecycle = match text(row, "lifecycle")?.as_str() {
        "opens" => Lifecycle::Opens { summary: value(row, "summary")? },
        // Its summary is whose it is: all that a list needs to know of it.
        "passes" => Lifecycle::Passes { owner: user_id_in(&value(row, "summary")?)? },
        "continues" => Lifecycle::Continues,
        "closes" => Lifecycle::Closes { summary: value(row, "summary")? },
        other => return Err(StoreError::unreadable("lifecycle", other)),
    };
    let actor = match maybe_user_id(row, "actor_id")? {
        Some(id) => Some((id, row.try_get::<Option<String>, _>("actor_name")?.unwrap_or_default())),
        None => None,
    };
    Ok(Recorded {
        sequence: row.try_get("sequence")?,
        entity_sequence: row.try_get("entity_sequence")?,
        entry: Entry {
            entity: Entity { kind: entity_kind(&text(row, "entity_kind")?)?, id: text(row, "entity_id")? },
            node: NodeId(text(row, "node")?),
            at: moment(row, "at")?,
            version: u16::try_from(row.try_get::<i64, _>("version")?)
                .map_err(|error| StoreError::unreadable("version", error))?,
            kind: text(row, "kind")?,
            actor,
            body: value(row, "body")?,
            lifecycle,
        },
    })
}

pub fn history_row(row: &SqliteRow) -> Result<HistoryRow, StoreError> {
    Ok(HistoryRow {
        id: text(row, "id")?,
        node: NodeId(text(row, "node")?),
        owner: maybe_user_id(row, "owner")?,
        opened_at: moment(row, "opened_at")?,
        closed_at: moment(row, "closed_at")?,
        summary: value(row, "summary")?,
    })
}

pub fn group(row: &SqliteRow) -> Result<Group, StoreError> {
    let participants = text(row, "participants")?;
    Ok(Group {
        id: text(row, "id")?.parse().map_err(|error| StoreError::unreadable("id", error))?,
        name: text(row, "name")?,
        participants: serde_json::from_str(&participants)
            .map_err(|error| StoreError::unreadable("participants", error))?,
        changed_at: moment(row, "changed_at")?,
    })
}

/// The people of a group, as they are stored.
pub fn people(group: &Group) -> Result<String, StoreError> {
    serde_json::to_string(&group.participants)
        .map_err(|error| StoreError::new(ErrorKind::Other, format!("a group could not be written as JSON: {error}")))
}

pub fn idempotency(row: &SqliteRow) -> Result<Idempotency, StoreError> {
    Ok(Idempotency {
        actor: user_id(row, "actor")?,
        key: text(row, "request_key")?,
        fingerprint: digest(row, "fingerprint")?.0,
        response: value(row, "response")?,
        at: moment(row, "at")?,
    })
}

pub fn dial(row: &SqliteRow) -> Result<Dial, StoreError> {
    let leg: ChannelId = text(row, "leg")?.parse().map_err(|error| StoreError::unreadable("leg", error))?;
    Ok(Dial { at: moment(row, "at")?, user: user_id(row, "user_id")?, node: NodeId(text(row, "node")?), leg })
}

/// The columns of a user carry the prefix `user_`, so that a session's row can hold both.
pub fn user(row: &SqliteRow) -> Result<User, StoreError> {
    let role = text(row, "user_role")?;
    Ok(User {
        id: user_id(row, "user_id")?,
        name: text(row, "user_name")?,
        display_name: text(row, "user_display_name")?,
        role: role_from_word(&role).ok_or_else(|| StoreError::unreadable("role", &role))?,
        password_hash: Secret::new(text(row, "user_password_hash")?),
        stations: serde_json::from_str(&text(row, "user_stations")?)
            .map_err(|error| StoreError::unreadable("list of stations", error))?,
        disabled: row.try_get("user_disabled")?,
        created_at: moment(row, "user_created_at")?,
    })
}

pub fn session(row: &SqliteRow) -> Result<Session, StoreError> {
    Ok(Session {
        token: digest(row, "token_hash")?,
        user: user_id(row, "user_id")?,
        csrf_token: Secret::new(text(row, "csrf_token")?),
        address: text(row, "address")?,
        created_at: moment(row, "created_at")?,
        last_seen_at: moment(row, "last_seen_at")?,
        expires_at: moment(row, "expires_at")?,
    })
}

pub fn api_token(row: &SqliteRow) -> Result<ApiToken, StoreError> {
    let role = text(row, "role")?;
    Ok(ApiToken {
        id: user_id(row, "id")?,
        name: text(row, "name")?,
        role: role_from_word(&role).ok_or_else(|| StoreError::unreadable("role", &role))?,
        token: digest(row, "token_hash")?,
        created_at: moment(row, "created_at")?,
        last_used_at: maybe_moment(row, "last_used_at")?,
        revoked_at: maybe_moment(row, "revoked_at")?,
    })
}

pub fn audit_entry(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        at: moment(row, "at")?,
        actor: maybe_user_id(row, "actor_id")?,
        actor_name: text(row, "actor_name")?,
        address: text(row, "address")?,
        action: text(row, "action")?,
        target: text(row, "target")?,
        outcome: text(row, "outcome")?,
    })
}

/// A user's stations as they are stored.
pub fn stations(user: &User) -> String {
    Value::from(user.stations.clone()).to_string()
}

/// A user's role as it is stored.
pub fn role(user: &User) -> &'static str {
    role_word(user.role)
}

/// Every row of an answer.
pub fn all<T>(rows: &[SqliteRow], read: fn(&SqliteRow) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
    rows.iter().map(read).collect()
}
