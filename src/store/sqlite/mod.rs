//! SQLite: the whole store in one file.
//!
//! One connection writes, so that writers queue here in order instead of meeting as "database is locked"; a few
//! read beside it (write-ahead log). `synchronous=FULL`: a commit that returned survives a power cut. Other programs
//! (`switchboard user`) may open the file meanwhile. Queries are portable; what is SQLite's own is in this file.

pub mod backup;
mod groups;
mod journal;
mod logins;
mod people;
mod rows;
mod schema;
mod urn;

pub use schema::{SCHEMA_VERSION, Schema, inspect};

use super::{
    Answer, ApiToken, AuditEntry, Batch, Digest, Entity, GroupChange, HistoryRow, Idempotency, LoginAttempt, LoginGate,
    LoginLimits, Pruned, RecentDials, Recorded, Session, Store, StoreError, User, error::ErrorKind,
};
use crate::domain::{
    group::Group,
    ids::{GroupId, NodeId, UserId},
    time::Timestamp,
    vote::Ballot,
};
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How many read at once: history and sign-ins are short, and more readers only make more memory.
const READERS: u32 = 4;

/// What may be chosen about a file.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// How long to wait for another program that holds the file.
    pub busy_timeout: Duration,
    /// The file may not grow beyond so many pages of 4 KiB: what a full disk looks like, for tests.
    pub max_pages: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5), max_pages: None }
    }
}

/// A store in one file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it if there is none, and brings an older one up to date.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, SqliteOptions::default()).await
    }

    /// The same, with options.
    pub async fn open_with(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let _alone = alone_beside(path).await;
        open(path, &options).await.map_err(|error| at_path(path, &error))
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that holds the write lock from its first moment: it never has to give up half-way.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// One opens at a time: the service and a command started together must not both make or migrate the file, where
/// SQLite's own waiting does not reach. The lock is on the folder, because opening and closing the file itself would
/// let go of SQLite's locks; it ends with the returned value, or with the process. Where there are no such locks,
/// nothing is lost but this.
async fn alone_beside(path: &Path) -> Option<std::fs::File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let lock = move || {
        let folder = std::fs::File::open(folder).ok()?;
        folder.lock().ok()?;
        Some(folder)
    };
    tokio::task::spawn_blocking(lock).await.ok().flatten()
}

async fn open(path: &Path, options: &SqliteOptions) -> Result<SqliteStore, StoreError> {
    make_private(path)?;
    let mut connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is deleted is gone: nobody is to read a secret vote out of the file.
        .pragma("secure_delete", "ON")
        .busy_timeout(options.busy_timeout);
    if let Some(pages) = options.max_pages {
        connect = connect.pragma("max_page_count", pages.to_string());
    }
    // Idle connections are kept: the statements they have prepared are what makes them quick.
    let pool =
        || SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None).acquire_timeout(Duration::from_secs(10));
    let writer = pool().max_connections(1).min_connections(1).connect_with(connect.clone()).await?;
    schema::migrate(&writer).await?;
    let readers = pool().max_connections(READERS).connect_lazy_with(connect.pragma("query_only", "ON"));
    Ok(SqliteStore { writer, readers })
}

/// The file names everybody who called and holds password hashes: for its owner only. SQLite gives its side files
/// the same rights.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(StoreError::new(
            ErrorKind::Other,
            format!("cannot make the store's file ({error}); make its folder, or change [store] path"),
        )),
        _ => Ok(()),
    }
}

fn at_path(path: &Path, error: &StoreError) -> StoreError {
    StoreError::new(error.kind, format!("{}: {error}", path.display()))
}

impl Store for SqliteStore {
    fn append<'a>(&'a self, batches: &'a [Batch]) -> Answer<'a, ()> {
        Box::pin(journal::append(self, batches))
    }

    fn load_open<'a>(&'a self, node: &'a NodeId) -> Answer<'a, Vec<Recorded>> {
        Box::pin(journal::load_open(self, node))
    }

    fn entries<'a>(&'a self, entity: &'a Entity) -> Answer<'a, Vec<Recorded>> {
        Box::pin(journal::entries(self, entity))
    }

    fn history(&self, before: Option<Timestamp>, limit: u32, owner: Option<UserId>) -> Answer<'_, Vec<HistoryRow>> {
        Box::pin(journal::history(self, before, limit, owner))
    }

    fn last_conference_of<'a>(&'a self, caller: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(journal::last_conference_of(self, caller))
    }

    fn idempotency<'a>(&'a self, actor: UserId, key: &'a str) -> Answer<'a, Option<Idempotency>> {
        Box::pin(journal::idempotency(self, actor, key))
    }

    fn recent_dials(&self, since: Timestamp) -> Answer<'_, RecentDials> {
        Box::pin(journal::recent_dials(self, since))
    }

    fn ballots(&self) -> Answer<'_, Vec<Ballot>> {
        Box::pin(urn::ballots(self))
    }

    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned> {
        Box::pin(schema::prune(self, now))
    }

    fn check(&self) -> Answer<'_, ()> {
        Box::pin(schema::check(self))
    }

    fn add_user<'a>(&'a self, user: &'a User) -> Answer<'a, ()> {
        Box::pin(people::add_user(self, user))
    }

    fn update_user<'a>(&'a self, user: &'a User) -> Answer<'a, bool> {
        Box::pin(people::update_user(self, user))
    }

    fn user(&self, id: UserId) -> Answer<'_, Option<User>> {
        Box::pin(people::user(self, id))
    }

    fn user_named<'a>(&'a self, name: &'a str) -> Answer<'a, Option<User>> {
        Box::pin(people::user_named(self, name))
    }

    fn users(&self) -> Answer<'_, Vec<User>> {
        Box::pin(people::users(self))
    }

    fn add_session<'a>(&'a self, session: &'a Session) -> Answer<'a, ()> {
        Box::pin(logins::add_session(self, session))
    }

    fn session(&self, token: Digest, now: Timestamp, idle: Duration) -> Answer<'_, Option<(Session, User)>> {
        Box::pin(logins::session(self, token, now, idle))
    }

    fn end_session(&self, token: Digest) -> Answer<'_, bool> {
        Box::pin(logins::end_session(self, token))
    }

    fn end_sessions_of(&self, user: UserId) -> Answer<'_, u64> {
        Box::pin(logins::end_sessions_of(self, user))
    }

    fn add_api_token<'a>(&'a self, token: &'a ApiToken) -> Answer<'a, ()> {
        Box::pin(people::add_api_token(self, token))
    }

    fn api_token(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<ApiToken>> {
        Box::pin(people::api_token(self, token, now))
    }

    fn api_tokens(&self) -> Answer<'_, Vec<ApiToken>> {
        Box::pin(people::api_tokens(self))
    }

    fn revoke_api_token<'a>(&'a self, name: &'a str, now: Timestamp) -> Answer<'a, bool> {
        Box::pin(people::revoke_api_token(self, name, now))
    }

    fn groups(&self) -> Answer<'_, Vec<Group>> {
        Box::pin(groups::groups(self))
    }

    fn add_group<'a>(&'a self, group: &'a Group) -> Answer<'a, ()> {
        Box::pin(groups::add_group(self, group))
    }

    fn change_group<'a>(&'a self, group: &'a Group, seen: Option<Timestamp>) -> Answer<'a, GroupChange> {
        Box::pin(groups::change_group(self, group, seen))
    }

    fn remove_group(&self, id: GroupId, seen: Option<Timestamp>) -> Answer<'_, GroupChange> {
        Box::pin(groups::remove_group(self, id, seen))
    }

    fn begin_login<'a>(&'a self, attempt: &'a LoginAttempt, limits: LoginLimits) -> Answer<'a, LoginGate> {
        Box::pin(logins::begin_login(self, attempt, limits))
    }

    fn login_succeeded<'a>(&'a self, attempt: &'a LoginAttempt) -> Answer<'a, ()> {
        Box::pin(logins::login_succeeded(self, attempt))
    }

    fn forget_failures<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(logins::forget_failures(self, name))
    }

    fn audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, ()> {
        Box::pin(logins::audit(self, entry))
    }

    fn audit_log(&self, before: Option<Timestamp>, limit: u32) -> Answer<'_, Vec<AuditEntry>> {
        Box::pin(logins::audit_log(self, before, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_has_the_settings_that_survive_a_power_cut() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
        for (pool, query_only) in [(&store.writer, 0), (&store.readers, 1)] {
            let pragma = async |query| sqlx::query_scalar::<_, i64>(query).fetch_one(pool).await.unwrap();
            assert_eq!(pragma("PRAGMA synchronous").await, 2, "FULL");
            assert_eq!(pragma("PRAGMA foreign_keys").await, 1);
            assert_eq!(pragma("PRAGMA busy_timeout").await, 5000);
            assert_eq!(pragma("PRAGMA query_only").await, query_only);
        }
    }
}
