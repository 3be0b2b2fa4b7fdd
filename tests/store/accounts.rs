//! Signing in, over any store.

use std::{sync::Arc, time::Duration};
use switchboard::{
    domain::{states::Role, time::Timestamp},
    store::{
        Digest, LoginAttempt, LoginLimits, Secret, Store,
        accounts::{AccountError, Accounts, Change, NewUser, SignIn, SignInError},
    },
};

const PASSWORD: &str = "four words at least";

fn new_user(name: &str, password: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        display_name: None,
        role: Role::Attendant,
        stations: vec!["1001".to_owned()],
        password: Secret::new(password),
    }
}

async fn house(store: &Arc<dyn Store>) -> Accounts {
    let accounts = Accounts::new(store.clone());
    accounts.add_user(new_user("Anna", PASSWORD), Timestamp(0)).await.unwrap();
    accounts
}

async fn try_in(accounts: &Accounts, name: &str, password: &str) -> Result<SignIn, SignInError> {
    let attempt = LoginAttempt { at: Timestamp(1_000), name: name.to_owned(), address: "192.0.2.1".to_owned() };
    accounts.sign_in(attempt, Secret::new(password)).await
}

pub async fn the_right_password_opens_a_session(store: Arc<dyn Store>) {
    let accounts = house(&store).await;
    let inside = try_in(&accounts, "anna", PASSWORD).await.unwrap();
    let cookie = inside.cookie.expose().to_owned();
    let (session, user) = accounts.session(&cookie, Timestamp(2_000)).await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.stations.as_slice()), ("Anna", ["1001".to_owned()].as_slice()));
    assert_eq!(session.csrf_token, inside.session.csrf_token);
    assert_ne!(session.csrf_token.expose(), cookie);
    // The store never sees the cookie itself.
    assert_eq!(session.token, Digest::of(&cookie));
    assert!(accounts.sign_out(&cookie).await.unwrap());
    assert!(accounts.session(&cookie, Timestamp(2_000)).await.unwrap().is_none());
    let log = store.audit_log(None, 10).await.unwrap();
    assert_eq!(
        (log[0].action.as_str(), log[0].outcome.as_str(), log[0].actor),
        ("session.create", "done", Some(user.id))
    );
}

pub async fn every_wrong_way_in_looks_the_same(store: Arc<dyn Store>) {
    let accounts = house(&store).await;
    accounts.add_user(new_user("gone", PASSWORD), Timestamp(0)).await.unwrap();
    accounts.set_disabled("gone", true).await.unwrap();
    for (name, password) in [("anna", "four words at most"), ("nobody", PASSWORD), ("gone", PASSWORD), ("anna", "")] {
        let refused = try_in(&accounts, name, password).await.unwrap_err();
        assert!(matches!(refused, SignInError::Wrong), "{name}: {refused}");
    }
    let log = store.audit_log(None, 10).await.unwrap();
    assert_eq!(log.iter().filter(|line| line.outcome == "refused").count(), 4);
}

pub async fn too_many_failures_refuse_even_the_right_password(store: Arc<dyn Store>) {
    let mut accounts = house(&store).await;
    accounts.logins = LoginLimits { window: Duration::from_secs(60), per_name: 2, per_address: 9 };
    for _ in 0..2 {
        assert!(matches!(try_in(&accounts, "anna", "wrong").await, Err(SignInError::Wrong)));
    }
    match try_in(&accounts, "anna", PASSWORD).await {
        Err(SignInError::TooMany { retry_after }) => assert_eq!(retry_after, Duration::from_secs(60)),
        other => panic!("{other:?}"),
    }
    let later = LoginAttempt { at: Timestamp(61_000), name: "anna".to_owned(), address: "192.0.2.1".to_owned() };
    accounts.sign_in(later, Secret::new(PASSWORD)).await.unwrap();
}

pub async fn a_locked_name_is_let_in_by_who_manages_users(store: Arc<dyn Store>) {
    let mut accounts = house(&store).await;
    accounts.logins = LoginLimits { window: Duration::from_secs(60), per_name: 2, per_address: 99 };
    for way_out in ["passwd", "enable"] {
        for _ in 0..2 {
            assert!(matches!(try_in(&accounts, "anna", "wrong").await, Err(SignInError::Wrong)), "{way_out}");
        }
        assert!(matches!(try_in(&accounts, "anna", PASSWORD).await, Err(SignInError::TooMany { .. })), "{way_out}");
        match way_out {
            "passwd" => accounts.set_password("ANNA", Secret::new(PASSWORD)).await.unwrap(),
            _ => accounts.set_disabled("ANNA", false).await.unwrap(),
        }
        try_in(&accounts, "anna", PASSWORD).await.unwrap();
    }
}

pub async fn blocked_tries_are_noted_and_do_not_fill_the_log(store: Arc<dyn Store>) {
    let mut accounts = house(&store).await;
    accounts.logins = LoginLimits { window: Duration::from_secs(60), per_name: 1, per_address: 99 };
    for _ in 0..50 {
        assert!(try_in(&accounts, "anna", "wrong").await.is_err());
    }
    let log = store.audit_log(None, 100).await.unwrap();
    let blocked: Vec<_> = log.iter().filter(|line| line.outcome == "blocked").collect();
    assert_eq!(blocked.len(), 30);
    assert_eq!((blocked[0].actor_name.as_str(), blocked[0].address.as_str()), ("anna", "192.0.2.1"));
}

pub async fn another_password_ends_the_sessions(store: Arc<dyn Store>) {
    let accounts = house(&store).await;
    let inside = try_in(&accounts, "anna", PASSWORD).await.unwrap();
    accounts.set_password("ANNA", Secret::new("another password")).await.unwrap();
    assert!(accounts.session(inside.cookie.expose(), Timestamp(2_000)).await.unwrap().is_none());
    assert!(matches!(try_in(&accounts, "anna", PASSWORD).await, Err(SignInError::Wrong)));
    try_in(&accounts, "anna", "another password").await.unwrap();
}

pub async fn disabling_ends_the_sessions(store: Arc<dyn Store>) {
    let accounts = house(&store).await;
    let inside = try_in(&accounts, "anna", PASSWORD).await.unwrap();
    accounts.set_disabled("anna", true).await.unwrap();
    accounts.set_disabled("anna", false).await.unwrap();
    assert!(accounts.session(inside.cookie.expose(), Timestamp(2_000)).await.unwrap().is_none());
    try_in(&accounts, "anna", PASSWORD).await.unwrap();
}

pub async fn bad_accounts_are_not_made(store: Arc<dyn Store>) {
    let accounts = house(&store).await;
    for (name, password, says) in [
        ("ANNA", PASSWORD, "taken"),
        ("bob", "too short", "too short"),
        ("", PASSWORD, "cannot be a name"),
        ("bob smith", PASSWORD, "cannot be a name"),
        ("bob\n", PASSWORD, "cannot be a name"),
    ] {
        let error = accounts.add_user(new_user(name, password), Timestamp(0)).await.unwrap_err().to_string();
        assert!(error.contains(says), "{name:?}: {error}");
    }
    let program = NewUser { role: Role::Program, ..new_user("crm", PASSWORD) };
    assert!(matches!(accounts.add_user(program, Timestamp(0)).await, Err(AccountError::ProgramIsNoPerson)));
    let change = Change { role: Some(Role::Program), ..Change::default() };
    assert!(matches!(accounts.change("anna", change).await, Err(AccountError::ProgramIsNoPerson)));
    assert!(matches!(accounts.set_disabled("bob", true).await, Err(AccountError::Unknown { .. })));
    assert_eq!(store.users().await.unwrap().len(), 1);
}

pub async fn a_program_is_known_by_its_token_until_revoked(store: Arc<dyn Store>) {
    let accounts = Accounts::new(store.clone());
    let (made, token) = accounts.add_token("crm", Role::Program, Timestamp(0)).await.unwrap();
    let found = accounts.program(token.expose(), Timestamp(1)).await.unwrap().unwrap();
    assert_eq!((found.id, found.role), (made.id, Role::Program));
    assert!(accounts.program(&token.expose()[1..], Timestamp(1)).await.unwrap().is_none());
    accounts.revoke_token("CRM", Timestamp(2)).await.unwrap();
    assert!(accounts.program(token.expose(), Timestamp(3)).await.unwrap().is_none());
    assert!(matches!(accounts.revoke_token("crm", Timestamp(4)).await, Err(AccountError::Unknown { .. })));
}
