//! The WS's view of accounts, over the store's.

use crate::{
    domain::time::Timestamp,
    store::{LoginAttempt, Secret, Store, User, accounts as stored},
    web::accounts::{
        Accounts, AccountsError, Answer, Attendant, AuditEntry, Identity, Session, SignIn, SignInAttempt, SignInError,
    },
};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// Implements what the WS asks for.
pub struct WebAccounts {
    accounts: stored::Accounts,
    store: Arc<dyn Store>,
}

impl WebAccounts {
    /// Over this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { accounts: stored::Accounts::new(store.clone()), store }
    }
}

fn identity(user: &User) -> Identity {
    Identity { id: user.id, name: user.display_name.clone(), role: user.role, stations: user.stations.clone() }
}

fn failed(error: impl std::fmt::Display) -> AccountsError {
    AccountsError(error.to_string())
}

impl Accounts for WebAccounts {
    fn sign_in<'a>(&'a self, attempt: SignInAttempt, password: &'a str) -> BoxFuture<'a, Result<SignIn, SignInError>> {
        Box::pin(async move {
            let attempt = LoginAttempt { name: attempt.name, address: attempt.address.to_string(), at: attempt.at };
            match self.accounts.sign_in(attempt, Secret::new(password)).await {
                Ok(stored::SignIn { cookie, session, user }) => Ok(SignIn {
                    token: cookie.expose().to_owned(),
                    session: Session {
                        identity: identity(&user),
                        csrf_token: session.csrf_token.expose().to_owned(),
                        expires_at: session.expires_at,
                    },
                }),
                Err(stored::SignInError::Wrong) => Err(SignInError::Wrong),
                Err(stored::SignInError::TooMany { retry_after }) => Err(SignInError::TooMany { retry_after }),
                Err(stored::SignInError::Store(error)) => Err(SignInError::Unavailable(failed(error))),
            }
        })
    }

    fn session<'a>(&'a self, token: &'a str, now: Timestamp) -> Answer<'a, Option<Session>> {
        Box::pin(async move {
            let found = self.accounts.session(token, now).await.map_err(failed)?;
            Ok(found.map(|(session, user)| Session {
                identity: identity(&user),
                csrf_token: session.csrf_token.expose().to_owned(),
                expires_at: session.expires_at,
            }))
        })
    }

    fn sign_out<'a>(&'a self, token: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.accounts.sign_out(token).await.map(|_| ()).map_err(failed) })
    }

    fn program<'a>(&'a self, token: &'a str, now: Timestamp) -> Answer<'a, Option<Identity>> {
        Box::pin(async move {
            let found = self.accounts.program(token, now).await.map_err(failed)?;
            Ok(found.map(|token| Identity { id: token.id, name: token.name, role: token.role, stations: Vec::new() }))
        })
    }

    fn attendants(&self) -> Answer<'_, Vec<Attendant>> {
        Box::pin(async move {
            let users = self.store.users().await.map_err(failed)?;
            let attendant =
                |user: User| Attendant { identity: identity(&user), user: user.name, disabled: user.disabled };
            Ok(users.into_iter().map(attendant).collect())
        })
    }

    fn audit(&self, entry: AuditEntry) -> Answer<'_, ()> {
        Box::pin(async move {
            let entry = crate::store::AuditEntry {
                at: entry.at,
                actor: Some(entry.actor),
                actor_name: entry.actor_name,
                address: entry.address.to_string(),
                action: entry.action,
                target: entry.target.unwrap_or_default(),
                outcome: entry.outcome,
            };
            self.store.audit(&entry).await.map_err(failed)
        })
    }
}
