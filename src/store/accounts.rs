//! Signing in and out, and managing who may: what the web layer and `switchboard user` have in common.

use super::{
    ApiToken, AuditEntry, Digest, ErrorKind, LoginAttempt, LoginGate, LoginLimits, Secret, Session, Store, StoreError,
    User,
    password::{self, PasswordError},
    secret::new_token,
};
use crate::domain::{ids::UserId, states::Role, time::Timestamp};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// How long somebody stays signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: Duration,
    /// In all: one working day, then the password again.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle: Duration::from_secs(12 * 3600), absolute: Duration::from_secs(24 * 3600) }
    }
}

/// Somebody just signed in.
#[derive(Debug)]
pub struct SignIn {
    /// The cookie's value; the store knows its digest only.
    pub cookie: Secret,
    pub session: Session,
    pub user: User,
}

/// Why somebody did not get in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Deliberately not said which of both, nor whether the user is disabled.
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("too many failed attempts; try again in {} seconds", retry_after.as_secs().max(1))]
    TooMany { retry_after: Duration },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("{0:?} cannot be a name: 1 to 60 letters, digits or any of . - _ @")]
    BadName(String),
    #[error("the name {0:?} is taken; names differ by more than case")]
    NameTaken(String),
    #[error("there is no {what} named {name:?}; `switchboard user {list}` shows all")]
    Unknown { what: &'static str, name: String, list: &'static str },
    #[error("a person cannot have the role program; use `switchboard user token add` for programs")]
    ProgramIsNoPerson,
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    /// The name, if none is given.
    pub display_name: Option<String>,
    pub role: Role,
    pub stations: Vec<String>,
    pub password: Secret,
}

/// What becomes different about a user; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub display_name: Option<String>,
    pub role: Option<Role>,
    pub stations: Option<Vec<String>>,
}

/// The directory's rules, over any store.
#[derive(Clone)]
pub struct Accounts {
    store: Arc<dyn Store>,
    pub sessions: SessionLimits,
    pub logins: LoginLimits,
    blocked: Arc<Mutex<BlockedNotes>>,
}

/// How many blocked tries were noted in a minute. Blocked tries cost nothing to make: without a limit they would fill
/// the disk.
#[derive(Debug, Default)]
struct BlockedNotes {
    minute: i64,
    noted: u32,
}

impl BlockedNotes {
    const PER_MINUTE: u32 = 30;

    fn one_more(&mut self, at: Timestamp) -> bool {
        let minute = at.0.div_euclid(60_000);
        if minute != self.minute {
            *self = Self { minute, noted: 0 };
        }
        self.noted = self.noted.saturating_add(1);
        self.noted <= Self::PER_MINUTE
    }
}

impl Accounts {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, sessions: SessionLimits::default(), logins: LoginLimits::default(), blocked: Arc::default() }
    }

    /// A password is tried. Every outcome is in the audit log, of blocked ones the first of each minute.
    pub async fn sign_in(&self, attempt: LoginAttempt, password: Secret) -> Result<SignIn, SignInError> {
        match self.store.begin_login(&attempt, self.logins).await? {
            LoginGate::TooMany { retry_after } => {
                // A number and a minute are right whoever panicked while holding them.
                if self.blocked.lock().unwrap_or_else(PoisonError::into_inner).one_more(attempt.at) {
                    self.note_sign_in(&attempt, None, "blocked").await?;
                }
                return Err(SignInError::TooMany { retry_after });
            }
            LoginGate::Admitted => {}
        }
        let user = self.store.user_named(&attempt.name).await?;
        let right = password::verify(password, user.as_ref().map(|user| user.password_hash.clone())).await?;
        let Some(user) = user.filter(|user| right && !user.disabled) else {
            self.note_sign_in(&attempt, None, "refused").await?;
            return Err(SignInError::Wrong);
        };
        self.store.login_succeeded(&attempt).await?;
        let cookie = new_token("");
        let session = Session {
            token: Digest::of(cookie.expose()),
            user: user.id,
            csrf_token: new_token(""),
            address: attempt.address.clone(),
            created_at: attempt.at,
            last_seen_at: attempt.at,
            expires_at: attempt.at.plus(self.sessions.absolute),
        };
        self.store.add_session(&session).await?;
        self.note_sign_in(&attempt, Some(user.id), "done").await?;
        Ok(SignIn { cookie, session, user })
    }

    /// Who a cookie belongs to, if it is still good.
    pub async fn session(&self, cookie: &str, now: Timestamp) -> Result<Option<(Session, User)>, StoreError> {
        self.store.session(Digest::of(cookie), now, self.sessions.idle).await
    }

    /// False if the session was over already.
    pub async fn sign_out(&self, cookie: &str) -> Result<bool, StoreError> {
        self.store.end_session(Digest::of(cookie)).await
    }

    /// Which program a bearer token belongs to, if it is still good.
    pub async fn program(&self, token: &str, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
        self.store.api_token(Digest::of(token), now).await
    }

    pub async fn add_user(&self, new: NewUser, now: Timestamp) -> Result<User, AccountError> {
        check_name(&new.name)?;
        if new.role == Role::Program {
            return Err(AccountError::ProgramIsNoPerson);
        }
        password::acceptable(&new.password)?;
        let user = User {
            id: UserId::new(Uuid::now_v7()),
            display_name: new.display_name.unwrap_or_else(|| new.name.clone()),
            name: new.name,
            role: new.role,
            password_hash: password::hash(new.password).await?,
            stations: new.stations,
            disabled: false,
            created_at: now,
        };
        self.store.add_user(&user).await.map_err(|error| taken(error, &user.name))?;
        Ok(user)
    }

    pub async fn change(&self, name: &str, change: Change) -> Result<(), AccountError> {
        if change.role == Some(Role::Program) {
            return Err(AccountError::ProgramIsNoPerson);
        }
        let mut user = self.user(name).await?;
        user.display_name = change.display_name.unwrap_or(user.display_name);
        user.role = change.role.unwrap_or(user.role);
        user.stations = change.stations.unwrap_or(user.stations);
        self.store.update_user(&user).await?;
        Ok(())
    }

    /// Also ends the user's sessions: whoever knew the old password is out. Failed attempts
    /// are forgotten: they were at the old one, and the owner is to get in now.
    pub async fn set_password(&self, name: &str, password: Secret) -> Result<(), AccountError> {
        password::acceptable(&password)?;
        let mut user = self.user(name).await?;
        user.password_hash = password::hash(password).await?;
        self.store.update_user(&user).await?;
        self.store.end_sessions_of(user.id).await?;
        self.store.forget_failures(name).await?;
        Ok(())
    }

    /// A disabled user keeps id and history, and cannot sign in. Sessions end at once. Enabled, they may try at once.
    pub async fn set_disabled(&self, name: &str, disabled: bool) -> Result<(), AccountError> {
        let mut user = self.user(name).await?;
        user.disabled = disabled;
        self.store.update_user(&user).await?;
        if disabled {
            self.store.end_sessions_of(user.id).await?;
        } else {
            self.store.forget_failures(name).await?;
        }
        Ok(())
    }

    /// Makes a token for a program. This is the only time it can be seen.
    pub async fn add_token(&self, name: &str, role: Role, now: Timestamp) -> Result<(ApiToken, Secret), AccountError> {
        check_name(name)?;
        let token = new_token("sbt_");
        let entry = ApiToken {
            id: UserId::new(Uuid::now_v7()),
            name: name.to_owned(),
            role,
            token: Digest::of(token.expose()),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        self.store.add_api_token(&entry).await.map_err(|error| taken(error, name))?;
        Ok((entry, token))
    }

    pub async fn revoke_token(&self, name: &str, now: Timestamp) -> Result<(), AccountError> {
        if self.store.revoke_api_token(name, now).await? {
            return Ok(());
        }
        Err(AccountError::Unknown { what: "token in force", name: name.to_owned(), list: "token list" })
    }

    async fn user(&self, name: &str) -> Result<User, AccountError> {
        self.store.user_named(name).await?.ok_or_else(|| AccountError::Unknown {
            what: "user",
            name: name.to_owned(),
            list: "list",
        })
    }

    async fn note_sign_in(
        &self,
        attempt: &LoginAttempt,
        actor: Option<UserId>,
        outcome: &str,
    ) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: attempt.at,
            actor,
            // What was typed may be anything, even a password in the wrong field: no more than a name's length.
            actor_name: attempt.name.chars().take(NAME_LENGTH).collect(),
            address: attempt.address.clone(),
            action: "session.create".to_owned(),
            target: String::new(),
            outcome: outcome.to_owned(),
        };
        self.store.audit(&entry).await
    }
}

const NAME_LENGTH: usize = 60;

fn check_name(name: &str) -> Result<(), AccountError> {
    let fits = (1..=NAME_LENGTH).contains(&name.chars().count())
        && name.chars().all(|letter| letter.is_alphanumeric() || ".-_@".contains(letter));
    if fits { Ok(()) } else { Err(AccountError::BadName(name.chars().take(NAME_LENGTH).collect())) }
}

fn taken(error: StoreError, name: &str) -> AccountError {
    match error.kind {
        ErrorKind::Conflict => AccountError::NameTaken(name.to_owned()),
        _ => AccountError::Store(error),
    }
}
