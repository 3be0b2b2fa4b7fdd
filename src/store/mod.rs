//! The store: the journal, and the directory of users, sessions and tokens.
//!
//! One interface, [`Store`]; SQLite behind it. Facts are opaque in here: what they mean is the engine's business,
//! who may do what is the web's. Time is always handed in, so that tests own the clock. `tests/store/` is what
//! any backend must pass.
#![allow(clippy::disallowed_methods, reason = "the shell draws the ids the core is handed")]

pub mod accounts;
pub mod error;
pub mod faulty;
pub mod journal;
pub mod password;
pub mod people;
pub mod secret;
pub mod sqlite;
pub mod writer;

pub use error::{ErrorKind, StoreError};
pub use journal::{
    Batch, Caller, Dial, Entity, EntityKind, Entry, HistoryRow, Idempotency, Lifecycle, Pruned, RecentDials, Recorded,
};
pub use people::{ApiToken, AuditEntry, GroupChange, LoginAttempt, LoginGate, LoginLimits, Session, User};
pub use secret::{Digest, Secret};
pub use sqlite::SqliteStore;

use crate::domain::{
    group::Group,
    ids::{GroupId, NodeId, UserId},
    time::Timestamp,
    vote::Ballot,
};
use futures_util::future::BoxFuture;
use std::time::Duration;

/// What every method answers with, some time later.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// What is kept, whoever keeps it. Once a method that writes has answered `Ok`, what it wrote is on disk; when it
/// answers with an error, nothing was written.
pub trait Store: Send + Sync {
    // The journal.

    /// Records batches, in order, in ONE transaction: all of them, or none.
    fn append<'a>(&'a self, batches: &'a [Batch]) -> Answer<'a, ()>;
    /// All entries of the entities open on a node, in order. Starting needs no more.
    fn load_open<'a>(&'a self, node: &'a NodeId) -> Answer<'a, Vec<Recorded>>;
    /// One story, in order; empty if there is none.
    fn entries<'a>(&'a self, entity: &'a Entity) -> Answer<'a, Vec<Recorded>>;
    /// Conferences that closed, newest opened first: only those opened before a moment, only those of one owner.
    fn history(&self, before: Option<Timestamp>, limit: u32, owner: Option<UserId>) -> Answer<'_, Vec<HistoryRow>>;
    /// The conference made last from a call of this number, open or closed.
    fn last_conference_of<'a>(&'a self, caller: &'a str) -> Answer<'a, Option<String>>;
    /// What a request under this key was answered, if there was one.
    fn idempotency<'a>(&'a self, actor: UserId, key: &'a str) -> Answer<'a, Option<Idempotency>>;
    /// The legs rung at or after a moment.
    fn recent_dials(&self, since: Timestamp) -> Answer<'_, RecentDials>;
    /// What is in the urns of secret votes that are open.
    fn ballots(&self) -> Answer<'_, Vec<Ballot>>;
    /// Throws away what is no longer needed. Never touches the journal or the audit log.
    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned>;
    /// Looks for damage; slow on a large store.
    fn check(&self) -> Answer<'_, ()>;

    // Users.

    /// Fails with [`ErrorKind::Conflict`] if the name is taken.
    fn add_user<'a>(&'a self, user: &'a User) -> Answer<'a, ()>;
    /// Replaces all but id, name and time of creation; false if there is no such user.
    fn update_user<'a>(&'a self, user: &'a User) -> Answer<'a, bool>;
    fn user(&self, id: UserId) -> Answer<'_, Option<User>>;
    /// By name, whatever its case.
    fn user_named<'a>(&'a self, name: &'a str) -> Answer<'a, Option<User>>;
    /// All of them, by name.
    fn users(&self) -> Answer<'_, Vec<User>>;

    // Sessions.

    fn add_session<'a>(&'a self, session: &'a Session) -> Answer<'a, ()>;
    /// A session that is neither idle for too long nor expired, and its user, who is not disabled. Keeps it alive.
    fn session(&self, token: Digest, now: Timestamp, idle: Duration) -> Answer<'_, Option<(Session, User)>>;
    /// False if it was over already.
    fn end_session(&self, token: Digest) -> Answer<'_, bool>;
    /// Every session of a user; says how many.
    fn end_sessions_of(&self, user: UserId) -> Answer<'_, u64>;

    // Tokens of programs.

    /// Fails with [`ErrorKind::Conflict`] if the name is taken, by a revoked token too.
    fn add_api_token<'a>(&'a self, token: &'a ApiToken) -> Answer<'a, ()>;
    /// A token that is not revoked. Notes its use.
    fn api_token(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<ApiToken>>;
    /// All of them, by name, revoked ones too.
    fn api_tokens(&self) -> Answer<'_, Vec<ApiToken>>;
    /// False if there is none of that name that is not revoked already.
    fn revoke_api_token<'a>(&'a self, name: &'a str, now: Timestamp) -> Answer<'a, bool>;

    // Standing groups.

    /// All of them, by name.
    fn groups(&self) -> Answer<'_, Vec<Group>>;
    /// Fails with [`ErrorKind::Conflict`] if the name is taken, whatever its case.
    fn add_group<'a>(&'a self, group: &'a Group) -> Answer<'a, ()>;
    /// Replaces all but the id, if the group is still as it was when last seen; never seen: whatever it is. Fails as
    /// adding does.
    fn change_group<'a>(&'a self, group: &'a Group, seen: Option<Timestamp>) -> Answer<'a, GroupChange>;
    /// The same for taking it away.
    fn remove_group(&self, id: GroupId, seen: Option<Timestamp>) -> Answer<'_, GroupChange>;

    // Signing in, and who did what.

    /// Counts and notes in one step, so that a hundred attempts at once are no way around the limits.
    fn begin_login<'a>(&'a self, attempt: &'a LoginAttempt, limits: LoginLimits) -> Answer<'a, LoginGate>;
    /// The password was right: forgets the failures of this name from this address.
    fn login_succeeded<'a>(&'a self, attempt: &'a LoginAttempt) -> Answer<'a, ()>;
    /// Forgets the failures of this name from everywhere: somebody who may decide it says that they do not count.
    fn forget_failures<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;
    fn audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, ()>;
    /// Newest first.
    fn audit_log(&self, before: Option<Timestamp>, limit: u32) -> Answer<'_, Vec<AuditEntry>>;
}
