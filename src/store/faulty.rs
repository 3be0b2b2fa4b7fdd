//! A store that fails when told to: for tests of what happens then. Everything but appending goes straight through.

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
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// What appending does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Works.
    #[default]
    None,
    /// Fails at once; nothing is written.
    Fail(ErrorKind),
    /// Fails so many times, then works.
    FailTimes(ErrorKind, u32),
    /// Fails or not, append by append, as listed; then works.
    InTurn(&'static [Option<ErrorKind>]),
    /// Takes so much longer, then works.
    Slow(Duration),
    /// Hangs until another fault, or none, is set.
    Hold,
}

/// Wraps another store. `set` at any moment, from any task.
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    fault: watch::Sender<Fault>,
    appends: AtomicU64,
    failures: AtomicU64,
}

impl FaultyStore {
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner, fault: watch::Sender::new(Fault::None), appends: AtomicU64::new(0), failures: AtomicU64::new(0) }
    }

    /// From now on. Appends that hang take notice too.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// How many appends came, failed and hanging ones included.
    pub fn appends(&self) -> u64 {
        self.appends.load(Ordering::SeqCst)
    }

    /// How many of them were made to fail.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::SeqCst)
    }

    async fn append_or_fail(&self, batches: &[Batch]) -> Result<(), StoreError> {
        self.appends.fetch_add(1, Ordering::SeqCst);
        let mut faults = self.fault.subscribe();
        // This end holds the sender, so waiting cannot fail; if it did, going on is right.
        let _ = faults.wait_for(|fault| *fault != Fault::Hold).await;
        let mut failing = None;
        let mut slow = None;
        self.fault.send_if_modified(|fault| match *fault {
            Fault::Fail(kind) => {
                failing = Some(kind);
                false
            }
            Fault::FailTimes(kind, times) => {
                failing = (times > 0).then_some(kind);
                *fault = if times > 1 { Fault::FailTimes(kind, times - 1) } else { Fault::None };
                true
            }
            Fault::InTurn(turns) => {
                failing = turns.first().copied().flatten();
                *fault = turns.get(1..).map_or(Fault::None, Fault::InTurn);
                true
            }
            Fault::Slow(time) => {
                slow = Some(time);
                false
            }
            Fault::None | Fault::Hold => false,
        });
        if let Some(kind) = failing {
            self.failures.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::new(kind, format!("the store was told to fail ({kind:?})")));
        }
        if let Some(time) = slow {
            tokio::time::sleep(time).await;
        }
        self.inner.append(batches).await
    }
}

impl Store for FaultyStore {
    fn append<'a>(&'a self, batches: &'a [Batch]) -> Answer<'a, ()> {
        Box::pin(self.append_or_fail(batches))
    }

    fn load_open<'a>(&'a self, node: &'a NodeId) -> Answer<'a, Vec<Recorded>> {
        self.inner.load_open(node)
    }

    fn entries<'a>(&'a self, entity: &'a Entity) -> Answer<'a, Vec<Recorded>> {
        self.inner.entries(entity)
    }

    fn history(&self, before: Option<Timestamp>, limit: u32, owner: Option<UserId>) -> Answer<'_, Vec<HistoryRow>> {
        self.inner.history(before, limit, owner)
    }

    fn last_conference_of<'a>(&'a self, caller: &'a str) -> Answer<'a, Option<String>> {
        self.inner.last_conference_of(caller)
    }

    fn idempotency<'a>(&'a self, actor: UserId, key: &'a str) -> Answer<'a, Option<Idempotency>> {
        self.inner.idempotency(actor, key)
    }

    fn recent_dials(&self, since: Timestamp) -> Answer<'_, RecentDials> {
        self.inner.recent_dials(since)
    }

    fn ballots(&self) -> Answer<'_, Vec<Ballot>> {
        self.inner.ballots()
    }

    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned> {
        self.inner.prune(now)
    }

    fn check(&self) -> Answer<'_, ()> {
        self.inner.check()
    }

    fn add_user<'a>(&'a self, user: &'a User) -> Answer<'a, ()> {
        self.inner.add_user(user)
    }

    fn update_user<'a>(&'a self, user: &'a User) -> Answer<'a, bool> {
        self.inner.update_user(user)
    }

    fn user(&self, id: UserId) -> Answer<'_, Option<User>> {
        self.inner.user(id)
    }

    fn user_named<'a>(&'a self, name: &'a str) -> Answer<'a, Option<User>> {
        self.inner.user_named(name)
    }

    fn users(&self) -> Answer<'_, Vec<User>> {
        self.inner.users()
    }

    fn add_session<'a>(&'a self, session: &'a Session) -> Answer<'a, ()> {
        self.inner.add_session(session)
    }

    fn session(&self, token: Digest, now: Timestamp, idle: Duration) -> Answer<'_, Option<(Session, User)>> {
        self.inner.session(token, now, idle)
    }

    fn end_session(&self, token: Digest) -> Answer<'_, bool> {
        self.inner.end_session(token)
    }

    fn end_sessions_of(&self, user: UserId) -> Answer<'_, u64> {
        self.inner.end_sessions_of(user)
    }

    fn add_api_token<'a>(&'a self, token: &'a ApiToken) -> Answer<'a, ()> {
        self.inner.add_api_token(token)
    }

    fn api_token(&self, token: Digest, now: Timestamp) -> Answer<'_, Option<ApiToken>> {
        self.inner.api_token(token, now)
    }

    fn api_tokens(&self) -> Answer<'_, Vec<ApiToken>> {
        self.inner.api_tokens()
    }

    fn revoke_api_token<'a>(&'a self, name: &'a str, now: Timestamp) -> Answer<'a, bool> {
        self.inner.revoke_api_token(name, now)
    }

    fn groups(&self) -> Answer<'_, Vec<Group>> {
        self.inner.groups()
    }

    fn add_group<'a>(&'a self, group: &'a Group) -> Answer<'a, ()> {
        self.inner.add_group(group)
    }

    fn change_group<'a>(&'a self, group: &'a Group, seen: Option<Timestamp>) -> Answer<'a, GroupChange> {
        self.inner.change_group(group, seen)
    }

    fn remove_group(&self, id: GroupId, seen: Option<Timestamp>) -> Answer<'_, GroupChange> {
        self.inner.remove_group(id, seen)
    }

    fn begin_login<'a>(&'a self, attempt: &'a LoginAttempt, limits: LoginLimits) -> Answer<'a, LoginGate> {
        self.inner.begin_login(attempt, limits)
    }

    fn login_succeeded<'a>(&'a self, attempt: &'a LoginAttempt) -> Answer<'a, ()> {
        self.inner.login_succeeded(attempt)
    }

    fn forget_failures<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        self.inner.forget_failures(name)
    }

    fn audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, ()> {
        self.inner.audit(entry)
    }

    fn audit_log(&self, before: Option<Timestamp>, limit: u32) -> Answer<'_, Vec<AuditEntry>> {
        self.inner.audit_log(before, limit)
    }
}
