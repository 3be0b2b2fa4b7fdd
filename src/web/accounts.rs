//! What the WS must know of users, sessions and tokens, and nothing of how they are kept.
//!
//! The composition root implements [`Accounts`] over the store. Secrets cross this line as they came from the
//! client; an implementation keeps [`token_hash`] of a token and an argon2 hash of a password, never the thing.

use crate::domain::{ids::UserId, states::Role, time::Timestamp};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Somebody who may use the page or the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// The stations FreeSWITCH may ring for this user, in order of the configuration.
    pub stations: Vec<String>,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub identity: Identity,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What is kept of a session when somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    pub user: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub address: IpAddr,
}

/// One attempt to sign in, as it is kept for the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginAttempt {
    /// Lower case and without surrounding space, so that one name has one count.
    pub name: String,
    pub address: IpAddr,
    pub at: Timestamp,
    pub succeeded: bool,
}

/// Failed attempts in the window asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub count: u32,
    /// When the oldest of them was: that is the first to be forgotten.
    pub oldest: Option<Timestamp>,
}

/// Failed attempts by the name that was tried and by the address it was tried from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoginFailures {
    /// Those since the name's last successful attempt.
    pub by_name: Failures,
    pub by_address: Failures,
}

/// Who did what, from where, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// Nobody, where nobody was signed in.
    pub actor: Option<UserId>,
    pub address: IpAddr,
    /// The route's name (`conferences.start`), or `sessions.create` for signing in.
    pub action: String,
    /// The id of what it was done to.
    pub subject: Option<String>,
    /// `accepted`, or the code of the problem.
    pub outcome: String,
}

/// The accounts could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the store did not answer: {0}; try again in a moment")]
pub struct AccountsError(pub String);

/// What comes of asking.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, AccountsError>>;

/// Users, sessions, tokens, attempts to sign in, and the audit trail.
pub trait Accounts: Send + Sync {
    /// The user, if the name exists and the password is theirs. Takes as long for a name that does not exist.
    fn verify_password<'a>(&'a self, name: &'a str, password: &'a str) -> Answer<'a, Option<Identity>>;
    fn create_session<'a>(&'a self, token: &'a str, session: NewSession) -> Answer<'a, ()>;
    /// The session of that token, with the user as they are now; none if the user may no longer sign in.
    fn find_session<'a>(&'a self, token: &'a str) -> Answer<'a, Option<Session>>;
    fn extend_session<'a>(&'a self, token: &'a str, until: Timestamp) -> Answer<'a, ()>;
    fn delete_session<'a>(&'a self, token: &'a str) -> Answer<'a, ()>;
    /// The program that API token was made for.
    fn find_token<'a>(&'a self, token: &'a str) -> Answer<'a, Option<Identity>>;
    fn note_login(&self, attempt: LoginAttempt) -> Answer<'_, ()>;
    fn login_failures<'a>(&'a self, name: &'a str, address: IpAddr, since: Timestamp) -> Answer<'a, LoginFailures>;
    fn audit(&self, entry: AuditEntry) -> Answer<'_, ()>;
}

/// A secret nobody can guess: 256 random bits, as text that fits a cookie and a header.
pub fn new_token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What may be kept of a token. Plain SHA-256 is enough, because tokens are random and long.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The token a page must send along with a session's cookie. Derived, so that it needs no keeping; one-way, so
/// that a script which reads it learns nothing of the cookie.
pub fn csrf_token(session_token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD
        .encode(Sha256::new().chain_update(b"switchboard csrf\0").chain_update(session_token).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_csrf_token_is_the_sessions_own_and_does_not_reveal_it() {
        let (one, other) = (new_token(), new_token());
        assert_eq!(csrf_token(&one), csrf_token(&one));
        assert_ne!(csrf_token(&one), csrf_token(&other));
        assert_ne!(csrf_token(&one), BASE64_URL_SAFE_NO_PAD.encode(token_hash(&one)), "what is kept is not the token");
    }
}
