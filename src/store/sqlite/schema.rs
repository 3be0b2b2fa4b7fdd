//! The schema's version, and keeping the file in order.

use super::SqliteStore;
use crate::{
    domain::time::Timestamp,
    store::{
        error::{ErrorKind, StoreError},
        journal::{IDEMPOTENCY_LIFETIME, Pruned},
    },
};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::SqliteConnectOptions,
};
use std::{path::Path, time::Duration};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The newest migration in this program.
pub const SCHEMA_VERSION: i64 = 4;

/// Dials and failed logins are counted within minutes; an hour also covers a clock set back a little.
const SHORT_MEMORY: Duration = Duration::from_secs(60 * 60);

/// How old a file is, found without changing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// There is no file, or nothing of ours in it yet.
    New,
    /// At this version; [`SCHEMA_VERSION`] is the newest.
    At(i64),
}

/// Says what version a file has, and changes nothing.
pub async fn inspect(path: &Path) -> Result<Schema, StoreError> {
    if !path.exists() {
        return Ok(Schema::New);
    }
    found(path).await.map_err(|error| super::at_path(path, &error))
}

async fn found(path: &Path) -> Result<Schema, StoreError> {
    // Not read-only: a store that was killed has a write-ahead log, and reading that may need its index made anew.
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let version = version(&mut connection).await?;
    connection.close().await?;
    Ok(version.map_or(Schema::New, Schema::At))
}

async fn version(connection: &mut SqliteConnection) -> Result<Option<i64>, StoreError> {
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
        .fetch_one(&mut *connection)
        .await?;
    if tables == 0 {
        return Ok(None);
    }
    Ok(sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?)
}

/// Brings the file up to date; refuses one that is ahead of us.
pub async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    if let Some(found) = version(&mut connection).await?
        && found > SCHEMA_VERSION
    {
        return Err(StoreError::new(
            ErrorKind::NewerSchema,
            format!(
                "a newer Switchboard made this store (schema {found}; this program knows {SCHEMA_VERSION}); start \
                 the newer program, or restore the backup made before the upgrade"
            ),
        ));
    }
    drop(connection);
    MIGRATOR.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::ExecuteMigration(error, version) => {
            let error = StoreError::from(error);
            StoreError::new(error.kind, format!("migration {version} was not applied: {error}"))
        }
        MigrateError::VersionMismatch(version) => StoreError::new(
            ErrorKind::Other,
            format!("migration {version} differs from the one this store was made with; use an unchanged program"),
        ),
        other => StoreError::new(ErrorKind::Other, format!("the store could not be brought up to date: {other}")),
    })
}

pub async fn prune(store: &SqliteStore, now: Timestamp) -> Result<Pruned, StoreError> {
    let ago = |span: Duration| now.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
    let mut transaction = store.write().await?;
    let idempotency = sqlx::query("DELETE FROM idempotency WHERE at < $1")
        .bind(ago(IDEMPOTENCY_LIFETIME))
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    let dials = sqlx::query("DELETE FROM dials WHERE at < $1")
        .bind(ago(SHORT_MEMORY))
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    let sessions = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(now.0)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    let login_attempts = sqlx::query("DELETE FROM login_attempts WHERE at < $1")
        .bind(ago(SHORT_MEMORY))
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(Pruned { idempotency, dials, sessions, login_attempts })
}

pub async fn check(store: &SqliteStore) -> Result<(), StoreError> {
    let findings: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(5)").fetch_all(&store.readers).await?;
    match findings.as_slice() {
        [fine] if fine == "ok" => Ok(()),
        _ => Err(StoreError::new(
            ErrorKind::Corrupt,
            format!("the store's file is damaged ({}); stop the service and restore a backup", findings.join("; ")),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_version_is_that_of_the_newest_migration() {
        assert_eq!(MIGRATOR.iter().map(|migration| migration.version).max(), Some(SCHEMA_VERSION));
    }
}
