//! Users, sessions, tokens and attempts, whoever keeps them.

use crate::user as user_id;
use std::{sync::Arc, time::Duration};
use switchboard::{
    domain::{states::Role, time::Timestamp},
    store::{
        ApiToken, AuditEntry, Digest, ErrorKind, LoginAttempt, LoginGate, LoginLimits, Secret, Session, Store, User,
    },
};

const HOUR: Duration = Duration::from_secs(3600);

fn person(number: u128, name: &str) -> User {
    User {
        id: user_id(number),
        name: name.to_owned(),
        display_name: format!("{name} 李"),
        role: Role::Attendant,
        password_hash: Secret::new("$argon2id$"),
        stations: vec!["1002".to_owned(), "1001".to_owned()],
        disabled: false,
        created_at: Timestamp(5),
    }
}

fn page(token: &str, owner: &User, at: Timestamp) -> Session {
    Session {
        token: Digest::of(token),
        user: owner.id,
        csrf_token: Secret::new("csrf"),
        address: "192.0.2.1".to_owned(),
        created_at: at,
        last_seen_at: at,
        expires_at: at.plus(24 * HOUR),
    }
}

async fn signed_in(store: &Arc<dyn Store>) -> User {
    let anna = person(1, "Anna");
    store.add_user(&anna).await.unwrap();
    store.add_session(&page("cookie", &anna, Timestamp(0))).await.unwrap();
    anna
}

async fn is_signed_in(store: &Arc<dyn Store>, after: Duration) -> bool {
    let found = store.session(Digest::of("cookie"), Timestamp(0).plus(after), 12 * HOUR).await.unwrap();
    found.is_some()
}

pub async fn names_are_unique_whatever_their_case(store: Arc<dyn Store>) {
    store.add_user(&person(1, "Jürgen")).await.unwrap();
    let error = store.add_user(&person(2, "JÜRGEN")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    assert_eq!(store.user_named("jÜrgen ").await.unwrap(), Some(person(1, "Jürgen")));
    assert_eq!(store.user_named("jurgen").await.unwrap(), None);
}

pub async fn users_change_and_are_listed_by_name(store: Arc<dyn Store>) {
    let (mut bob, anna) = (person(1, "bob"), person(2, "Anna"));
    store.add_user(&bob).await.unwrap();
    store.add_user(&anna).await.unwrap();
    bob.display_name = "Robert".to_owned();
    bob.role = Role::Administrator;
    bob.stations.clear();
    bob.disabled = true;
    bob.password_hash = Secret::new("another");
    assert!(store.update_user(&bob).await.unwrap());
    assert!(!store.update_user(&person(3, "nobody")).await.unwrap());
    assert_eq!(store.user(bob.id).await.unwrap(), Some(bob.clone()));
    assert_eq!(store.users().await.unwrap(), [anna, bob]);
}

pub async fn a_session_ends_when_idle(store: Arc<dyn Store>) {
    let anna = signed_in(&store).await;
    let (session, user) = store.session(Digest::of("cookie"), Timestamp(1), 12 * HOUR).await.unwrap().unwrap();
    assert_eq!((session.csrf_token.expose(), user), ("csrf", anna));
    assert!(!is_signed_in(&store, 12 * HOUR).await);
    // Being used keeps it.
    assert!(is_signed_in(&store, 11 * HOUR).await);
    assert!(is_signed_in(&store, 22 * HOUR).await);
    assert_eq!(store.session(Digest::of("another cookie"), Timestamp(1), HOUR).await.unwrap(), None);
}

pub async fn a_session_ends_absolutely(store: Arc<dyn Store>) {
    signed_in(&store).await;
    assert!(is_signed_in(&store, 11 * HOUR).await);
    assert!(is_signed_in(&store, 22 * HOUR).await);
    assert!(!is_signed_in(&store, 24 * HOUR).await);
    assert_eq!(store.prune(Timestamp(0).plus(23 * HOUR)).await.unwrap().sessions, 0);
    assert_eq!(store.prune(Timestamp(0).plus(24 * HOUR)).await.unwrap().sessions, 1);
}

pub async fn a_disabled_user_has_no_session(store: Arc<dyn Store>) {
    let mut anna = signed_in(&store).await;
    anna.disabled = true;
    store.update_user(&anna).await.unwrap();
    assert!(!is_signed_in(&store, Duration::ZERO).await);
}

pub async fn a_session_can_be_ended(store: Arc<dyn Store>) {
    let anna = signed_in(&store).await;
    assert!(store.end_session(Digest::of("cookie")).await.unwrap());
    assert!(!store.end_session(Digest::of("cookie")).await.unwrap());
    assert!(!is_signed_in(&store, Duration::ZERO).await);
    for token in ["one", "two"] {
        store.add_session(&page(token, &anna, Timestamp(0))).await.unwrap();
    }
    assert_eq!(store.end_sessions_of(anna.id).await.unwrap(), 2);
}

pub async fn a_token_works_until_revoked(store: Arc<dyn Store>) {
    let token = ApiToken {
        id: user_id(9),
        name: "Crm".to_owned(),
        role: Role::Program,
        token: Digest::of("secret"),
        created_at: Timestamp(1),
        last_used_at: None,
        revoked_at: None,
    };
    store.add_api_token(&token).await.unwrap();
    let same_name = ApiToken { id: user_id(10), token: Digest::of("other"), name: "CRM".to_owned(), ..token.clone() };
    assert_eq!(store.add_api_token(&same_name).await.unwrap_err().kind, ErrorKind::Conflict);

    let used = ApiToken { last_used_at: Some(Timestamp(50)), ..token.clone() };
    assert_eq!(store.api_token(Digest::of("secret"), Timestamp(50)).await.unwrap(), Some(used.clone()));
    assert_eq!(store.api_token(Digest::of("guess"), Timestamp(50)).await.unwrap(), None);
    // Use is noted once a minute.
    assert_eq!(store.api_token(Digest::of("secret"), Timestamp(60_049)).await.unwrap(), Some(used));
    let later = ApiToken { last_used_at: Some(Timestamp(60_050)), ..token.clone() };
    assert_eq!(store.api_token(Digest::of("secret"), Timestamp(60_050)).await.unwrap(), Some(later.clone()));

    assert!(store.revoke_api_token("crm", Timestamp(70_000)).await.unwrap());
    assert!(!store.revoke_api_token("crm", Timestamp(70_001)).await.unwrap());
    assert_eq!(store.api_token(Digest::of("secret"), Timestamp(70_002)).await.unwrap(), None);
    let revoked = ApiToken { revoked_at: Some(Timestamp(70_000)), ..later };
    assert_eq!(store.api_tokens().await.unwrap(), [revoked]);
}

const LIMITS: LoginLimits = LoginLimits { window: Duration::from_secs(60), per_name: 3, per_address: 5 };

fn attempt(at: i64, name: &str, address: &str) -> LoginAttempt {
    LoginAttempt { at: Timestamp(at), name: name.to_owned(), address: address.to_owned() }
}

async fn gate(store: &Arc<dyn Store>, at: i64, name: &str, address: &str) -> LoginGate {
    store.begin_login(&attempt(at, name, address), LIMITS).await.unwrap()
}

fn blocked_for(milliseconds: u64) -> LoginGate {
    LoginGate::TooMany { retry_after: Duration::from_millis(milliseconds) }
}

pub async fn failures_of_a_name_block_it_for_a_while(store: Arc<dyn Store>) {
    for at in [0, 1_000, 2_000] {
        assert_eq!(gate(&store, at, "anna", &format!("192.0.2.{at}")).await, LoginGate::Admitted);
    }
    assert_eq!(gate(&store, 10_000, "ANNA", "192.0.2.9").await, blocked_for(50_000));
    assert_eq!(gate(&store, 10_000, "bob", "192.0.2.9").await, LoginGate::Admitted);
    assert_eq!(gate(&store, 59_999, "anna", "192.0.2.9").await, blocked_for(1));
    // The oldest failure has left the window; blocked attempts did not count.
    assert_eq!(gate(&store, 60_000, "anna", "192.0.2.9").await, LoginGate::Admitted);
    assert_eq!(gate(&store, 60_001, "anna", "192.0.2.9").await, blocked_for(999));
    assert_eq!(store.prune(Timestamp(0).plus(2 * HOUR)).await.unwrap().login_attempts, 5);
}

pub async fn failures_of_an_address_block_it(store: Arc<dyn Store>) {
    for name in ["a", "b", "c", "d", "e"] {
        assert_eq!(gate(&store, 0, name, "192.0.2.1").await, LoginGate::Admitted);
    }
    assert_eq!(gate(&store, 0, "f", "192.0.2.1").await, blocked_for(60_000));
    assert_eq!(gate(&store, 0, "f", "192.0.2.2").await, LoginGate::Admitted);
}

pub async fn a_hundred_attempts_at_once_are_no_way_around_the_limit(store: Arc<dyn Store>) {
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { gate(&store, 0, "anna", &format!("192.0.2.{number}")).await })
        })
        .collect();
    let mut admitted = 0;
    for task in tasks {
        admitted += u32::from(task.await.unwrap() == LoginGate::Admitted);
    }
    assert_eq!(admitted, LIMITS.per_name);
}

pub async fn success_forgets_failures_of_that_address_only(store: Arc<dyn Store>) {
    for address in ["home", "home", "elsewhere"] {
        assert_eq!(gate(&store, 0, "anna", address).await, LoginGate::Admitted);
    }
    assert_eq!(gate(&store, 0, "anna", "home").await, blocked_for(60_000));
    store.login_succeeded(&attempt(0, "Anna", "home")).await.unwrap();
    assert_eq!(gate(&store, 1, "anna", "elsewhere").await, LoginGate::Admitted);
    assert_eq!(gate(&store, 1, "anna", "elsewhere").await, LoginGate::Admitted);
    assert_eq!(gate(&store, 1, "anna", "elsewhere").await, blocked_for(59_999));
}

pub async fn the_audit_log_is_newest_first(store: Arc<dyn Store>) {
    let line = |at, actor| AuditEntry {
        at: Timestamp(at),
        actor,
        actor_name: "anna".to_owned(),
        address: "192.0.2.1".to_owned(),
        action: "session.create".to_owned(),
        target: "page".to_owned(),
        outcome: "done".to_owned(),
    };
    let lines = [line(1, None), line(2, Some(user_id(1))), line(3, None)];
    for line in &lines {
        store.audit(line).await.unwrap();
    }
    assert_eq!(store.audit_log(None, 2).await.unwrap(), [lines[2].clone(), lines[1].clone()]);
    assert_eq!(store.audit_log(Some(Timestamp(2)), 10).await.unwrap(), [lines[0].clone()]);
}
