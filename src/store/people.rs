//! Users, their sessions, the tokens of programs, and who did what.

use super::secret::{Digest, Secret};
use crate::domain::{ids::UserId, states::Role, time::Timestamp};
use std::time::Duration;

/// Gives an enum the lower-case words it is stored and typed as.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// As it is stored.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The other way round.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

/// The stored and typed word of a role: the one of the API.
pub const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Attendant => "attendant",
        Role::Supervisor => "supervisor",
        Role::Administrator => "administrator",
        Role::Program => "program",
    }
}

/// The other way round.
pub fn role_from_word(word: &str) -> Option<Role> {
    [Role::Attendant, Role::Supervisor, Role::Administrator, Role::Program]
        .into_iter()
        .find(|role| role_word(*role) == word)
}

/// Names are unique whatever their case; this is what they are compared by.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A person who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// What is typed to sign in; unique whatever its case.
    pub name: String,
    /// What others see.
    pub display_name: String,
    pub role: Role,
    /// argon2id in the PHC string format.
    pub password_hash: Secret,
    /// Ids of configured stations, in the order they are offered.
    pub stations: Vec<String>,
    pub disabled: bool,
    pub created_at: Timestamp,
}

/// A page somebody is signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Of the cookie's value, which itself is stored nowhere.
    pub token: Digest,
    pub user: UserId,
    /// The page sends it back with every request that changes something.
    pub csrf_token: Secret,
    /// Where it was begun from.
    pub address: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// The absolute limit, however busy the session is.
    pub expires_at: Timestamp,
}

/// A program's bearer token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The actor that shows in journal and audit log.
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub token: Digest,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// Somebody is about to try a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginAttempt {
    pub at: Timestamp,
    pub name: String,
    pub address: String,
}

/// How many failures are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginLimits {
    /// How far back failures count.
    pub window: Duration,
    pub per_name: u32,
    pub per_address: u32,
}

impl Default for LoginLimits {
    /// Slow enough for a guesser, quick enough for somebody with the caps lock on. An address may hold a whole
    /// house behind its router, so it gets more.
    fn default() -> Self {
        Self { window: Duration::from_secs(15 * 60), per_name: 10, per_address: 50 }
    }
}

/// What came of changing a standing group, or taking it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupChange {
    Done,
    /// There is no such group.
    Gone,
    /// Somebody else has changed it since.
    Changed,
}

/// May the password be tried at all?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginGate {
    /// Yes; the attempt counts as failed until it is said to have succeeded.
    Admitted,
    /// No (429); the next one is admitted after so long.
    TooMany { retry_after: Duration },
}

/// Who did what to whom, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    pub actor: Option<UserId>,
    /// As it was then, or as it was typed.
    pub actor_name: String,
    /// Client address, or `console`.
    pub address: String,
    /// Dotted, such as `session.create`.
    pub action: String,
    pub target: String,
    /// `done`, or why it was not.
    pub outcome: String,
}
