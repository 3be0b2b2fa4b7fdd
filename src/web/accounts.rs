//! What the WS must know of users, sessions and tokens, and nothing of how they are kept.
//!
//! The composition root implements [`Accounts`] over the store. Secrets cross this line as they came from the
//! client; behind it only hashes of them are kept.

use crate::domain::{ids::UserId, states::Role, time::Timestamp};
use futures_util::future::BoxFuture;
use std::{net::IpAddr, time::Duration};

/// Somebody who may use the page or the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// The stations FreeSWITCH may ring for this user, in order of the configuration.
    pub stations: Vec<String>,
}

/// Somebody who may have conferences of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendant {
    pub identity: Identity,
    /// What they type to sign in.
    pub user: String,
    /// May not sign in any more.
    pub disabled: bool,
}

/// A signed-in browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub identity: Identity,
    /// What the page sends back with everything that changes something.
    pub csrf_token: String,
    /// When it ends, however busy it is.
    pub expires_at: Timestamp,
}

/// Somebody just signed in.
pub struct SignIn {
    /// The cookie's value.
    pub token: String,
    pub session: Session,
}

/// One attempt to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInAttempt {
    /// As it was typed.
    pub name: String,
    pub address: IpAddr,
    pub at: Timestamp,
}

/// Why somebody did not get in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Deliberately not said which of both.
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("too many failed attempts")]
    TooMany { retry_after: Duration },
    #[error(transparent)]
    Unavailable(#[from] AccountsError),
}

/// Who did what, from where, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    pub actor: UserId,
    pub actor_name: String,
    pub address: IpAddr,
    /// The route's name: `conferences.start`.
    pub action: String,
    /// The id of what it was done to.
    pub target: Option<String>,
    /// `accepted`, or the code of the problem.
    pub outcome: String,
}

/// The accounts could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the store did not answer: {0}; try again in a moment")]
pub struct AccountsError(pub String);

/// What comes of asking.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, AccountsError>>;

/// Users, sessions, tokens, and the audit trail.
pub trait Accounts: Send + Sync {
    /// Tries a password, and makes a session if it is the user's. Takes as long for a name that does not exist.
    /// Counts failures by name and by address, also those of attempts made at the same time, and refuses to try
    /// when there were too many. Keeps each outcome in the audit trail.
    fn sign_in<'a>(&'a self, attempt: SignInAttempt, password: &'a str) -> BoxFuture<'a, Result<SignIn, SignInError>>;
    /// The session of that token, with the user as they are now; none if it is over. Being asked for keeps an idle
    /// session from ending.
    fn session<'a>(&'a self, token: &'a str, now: Timestamp) -> Answer<'a, Option<Session>>;
    /// Ends the session of that token, if there is one.
    fn sign_out<'a>(&'a self, token: &'a str) -> Answer<'a, ()>;
    /// The program that API token was made for.
    fn program<'a>(&'a self, token: &'a str, now: Timestamp) -> Answer<'a, Option<Identity>>;
    /// All users, by name, those who are disabled too. No programs.
    fn attendants(&self) -> Answer<'_, Vec<Attendant>>;
    fn audit(&self, entry: AuditEntry) -> Answer<'_, ()>;
}
