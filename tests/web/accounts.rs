//! Accounts in memory: a few people, one program, the limits of the real thing.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Mutex,
    time::Duration,
};
use switchboard::{
    domain::{ids::UserId, states::Role, time::Timestamp},
    web::accounts::{
        Accounts, AccountsError, Answer, Attendant, AuditEntry, Identity, Session, SignIn, SignInAttempt, SignInError,
    },
};
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse battery";
pub const PROGRAM_TOKEN: &str = "sbt_program";

const WINDOW: Duration = Duration::from_secs(15 * 60);
const BY_NAME: usize = 5;
const BY_ADDRESS: usize = 20;

#[derive(Default)]
pub struct MemoryAccounts {
    people: BTreeMap<String, Identity>,
    pub sessions: Mutex<BTreeMap<String, Session>>,
    failures: Mutex<Vec<SignInAttempt>>,
    pub audited: Mutex<Vec<AuditEntry>>,
    /// Those who may not sign in any more.
    pub disabled: Mutex<BTreeSet<UserId>>,
    pub broken: std::sync::atomic::AtomicBool,
    /// How long the next sessions live.
    pub lifetime: Mutex<Option<Duration>>,
}

pub fn user_id(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

impl MemoryAccounts {
    /// anna and ben are attendants, sue a supervisor, ada an administrator.
    pub fn new() -> Self {
        let people = [
            (1, "anna", Role::Attendant),
            (2, "ben", Role::Attendant),
            (3, "sue", Role::Supervisor),
            (4, "ada", Role::Administrator),
        ];
        let people = people.map(|(number, name, role)| {
            let stations = vec![format!("100{number}")];
            (name.to_owned(), Identity { id: user_id(number), name: name.into(), role, stations })
        });
        Self { people: BTreeMap::from(people), ..Self::default() }
    }

    fn check(&self) -> Result<(), AccountsError> {
        let broken = self.broken.load(std::sync::atomic::Ordering::SeqCst);
        if broken { Err(AccountsError("disk full".into())) } else { Ok(()) }
    }

    fn failures(&self, name: &str, address: IpAddr) -> (usize, usize) {
        let failures = self.failures.lock().unwrap();
        let by = |wanted: &dyn Fn(&SignInAttempt) -> bool| failures.iter().filter(|it| wanted(it)).count();
        (by(&|it| it.name == name), by(&|it| it.address == address))
    }
}

impl Accounts for MemoryAccounts {
    fn sign_in<'a>(&'a self, attempt: SignInAttempt, password: &'a str) -> BoxFuture<'a, Result<SignIn, SignInError>> {
        async move {
            self.check()?;
            let (by_name, by_address) = self.failures(&attempt.name, attempt.address);
            if by_name >= BY_NAME || by_address >= BY_ADDRESS {
                return Err(SignInError::TooMany { retry_after: WINDOW });
            }
            let Some(identity) = self.people.get(&attempt.name).filter(|_| password == PASSWORD) else {
                self.failures.lock().unwrap().push(attempt);
                return Err(SignInError::Wrong);
            };
            let token = Uuid::new_v4().simple().to_string();
            let lifetime = self.lifetime.lock().unwrap().unwrap_or(Duration::from_secs(3600));
            let session = Session {
                identity: identity.clone(),
                csrf_token: Uuid::new_v4().simple().to_string(),
                expires_at: attempt.at.plus(lifetime),
            };
            self.sessions.lock().unwrap().insert(token.clone(), session.clone());
            Ok(SignIn { token, session })
        }
        .boxed()
    }

    fn session<'a>(&'a self, token: &'a str, now: Timestamp) -> Answer<'a, Option<Session>> {
        async move {
            self.check()?;
            let sessions = self.sessions.lock().unwrap();
            Ok(sessions.get(token).filter(|session| session.expires_at > now).cloned())
        }
        .boxed()
    }

    fn sign_out<'a>(&'a self, token: &'a str) -> Answer<'a, ()> {
        async move {
            self.check()?;
            self.sessions.lock().unwrap().remove(token);
            Ok(())
        }
        .boxed()
    }

    fn program<'a>(&'a self, token: &'a str, _: Timestamp) -> Answer<'a, Option<Identity>> {
        async move {
            self.check()?;
            Ok((token == PROGRAM_TOKEN).then(|| Identity {
                id: user_id(9),
                name: "crm".into(),
                role: Role::Program,
                stations: Vec::new(),
            }))
        }
        .boxed()
    }

    fn attendants(&self) -> Answer<'_, Vec<Attendant>> {
        async move {
            self.check()?;
            let disabled = self.disabled.lock().unwrap();
            let attendant = |(user, identity): (&String, &Identity)| Attendant {
                disabled: disabled.contains(&identity.id),
                identity: identity.clone(),
                user: user.clone(),
            };
            Ok(self.people.iter().map(attendant).collect())
        }
        .boxed()
    }

    fn audit(&self, entry: AuditEntry) -> Answer<'_, ()> {
        async move {
            self.audited.lock().unwrap().push(entry);
            Ok(())
        }
        .boxed()
    }
}
