//! Sessions, attempts to sign in, and the audit log.

use super::{SqliteStore, people::user_columns, rows};
use crate::{
    domain::{ids::UserId, time::Timestamp},
    store::{AuditEntry, Digest, LoginAttempt, LoginGate, LoginLimits, Session, StoreError, User, people::name_key},
};
use sqlx::query;
use std::time::Duration;
use uuid::Uuid;

/// "Last seen" is exact to a minute, against an idle limit of hours: a page that asks often should not cost a disk
/// write each time.
const SIGHT_IS_NOTED_EVERY_MS: i64 = 60_000;

pub async fn add_session(store: &SqliteStore, session: &Session) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    query(
        "INSERT INTO sessions (token_hash, user_id, csrf_token, address, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session.token.hex())
    .bind(session.user.to_string())
    .bind(session.csrf_token.expose())
    .bind(&session.address)
    .bind(session.created_at.0)
    .bind(session.last_seen_at.0)
    .bind(session.expires_at.0)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

pub async fn session(
    store: &SqliteStore,
    token: Digest,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<(Session, User)>, StoreError> {
    let found = query(concat!(
        "SELECT sessions.token_hash, sessions.csrf_token, sessions.address, sessions.created_at,
                sessions.last_seen_at, sessions.expires_at, ",
        user_columns!(),
        " FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.token_hash = $1 AND NOT users.disabled"
    ))
    .bind(token.hex())
    .fetch_optional(&store.readers)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let (mut session, user) = (rows::session(&row)?, rows::user(&row)?);
    if now >= session.expires_at || now.since(session.last_seen_at) >= idle {
        return Ok(None);
    }
    if now.0.saturating_sub(session.last_seen_at.0) >= SIGHT_IS_NOTED_EVERY_MS {
        let mut transaction = store.write().await?;
        query("UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1")
            .bind(token.hex())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        session.last_seen_at = now;
    }
    Ok(Some((session, user)))
}

pub async fn end_session(store: &SqliteStore, token: Digest) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    let done = query("DELETE FROM sessions WHERE token_hash = $1").bind(token.hex()).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}

pub async fn end_sessions_of(store: &SqliteStore, user: UserId) -> Result<u64, StoreError> {
    let mut transaction = store.write().await?;
    let done =
        query("DELETE FROM sessions WHERE user_id = $1").bind(user.to_string()).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

pub async fn begin_login(
    store: &SqliteStore,
    attempt: &LoginAttempt,
    limits: LoginLimits,
) -> Result<LoginGate, StoreError> {
    let window = i64::try_from(limits.window.as_millis()).unwrap_or(i64::MAX);
    let since = attempt.at.0.saturating_sub(window);
    let key = name_key(&attempt.name);
    let mut transaction = store.write().await?;
    // The newest failures first: when the one at the limit leaves the window, the next attempt is admitted.
    let of_name: Vec<i64> =
        sqlx::query_scalar("SELECT at FROM login_attempts WHERE name_key = $1 AND at > $2 ORDER BY at DESC LIMIT $3")
            .bind(&key)
            .bind(since)
            .bind(i64::from(limits.per_name))
            .fetch_all(&mut *transaction)
            .await?;
    let of_address: Vec<i64> =
        sqlx::query_scalar("SELECT at FROM login_attempts WHERE address = $1 AND at > $2 ORDER BY at DESC LIMIT $3")
            .bind(&attempt.address)
            .bind(since)
            .bind(i64::from(limits.per_address))
            .fetch_all(&mut *transaction)
            .await?;
    let blocked_until = [(of_name, limits.per_name), (of_address, limits.per_address)]
        .into_iter()
        .filter(|(found, limit)| found.len() >= *limit as usize)
        .map(|(found, _)| found.last().map_or(i64::MAX, |oldest| oldest.saturating_add(window)))
        .max();
    if let Some(until) = blocked_until {
        return Ok(LoginGate::TooMany { retry_after: Timestamp(until).since(attempt.at) });
    }
    query("INSERT INTO login_attempts (id, at, name_key, address) VALUES ($1, $2, $3, $4)")
        .bind(Uuid::now_v7().simple().to_string())
        .bind(attempt.at.0)
        .bind(&key)
        .bind(&attempt.address)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(LoginGate::Admitted)
}

pub async fn login_succeeded(store: &SqliteStore, attempt: &LoginAttempt) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    // Only from this address: the owner's success must not give a guesser elsewhere more tries.
    query("DELETE FROM login_attempts WHERE name_key = $1 AND address = $2")
        .bind(name_key(&attempt.name))
        .bind(&attempt.address)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

pub async fn forget_failures(store: &SqliteStore, name: &str) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    query("DELETE FROM login_attempts WHERE name_key = $1").bind(name_key(name)).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

pub async fn audit(store: &SqliteStore, entry: &AuditEntry) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    query(
        "INSERT INTO audit (id, at, actor_id, actor_name, address, action, target, outcome)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(Uuid::now_v7().simple().to_string())
    .bind(entry.at.0)
    .bind(entry.actor.map(|id| id.to_string()))
    .bind(&entry.actor_name)
    .bind(&entry.address)
    .bind(&entry.action)
    .bind(&entry.target)
    .bind(&entry.outcome)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

pub async fn audit_log(
    store: &SqliteStore,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    let found = query("SELECT * FROM audit WHERE at < $1 ORDER BY at DESC, id DESC LIMIT $2")
        .bind(before.map_or(i64::MAX, |moment| moment.0))
        .bind(i64::from(limit))
        .fetch_all(&store.readers)
        .await?;
    rows::all(&found, rows::audit_entry)
}
