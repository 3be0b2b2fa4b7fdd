//! `switchboard user`, `migrate`, `backup` and `restore`, as an operator runs them.
#![allow(clippy::unwrap_used, reason = "a test that panics has found something")]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use switchboard::{
    domain::{states::Role, time::Timestamp},
    store::{Digest, LoginAttempt, Secret, SqliteStore, Store, accounts::Accounts},
};
use tempfile::TempDir;

struct House {
    folder: TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = "[[node]]\nid = \"fs1\"\naddress = \"127.0.0.1:8021\"\npassword_env = \"NOT_NEEDED_HERE\"\n\
                      [[station]]\nid = \"1001\"\ndomain = \"pbx\"\n";
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Self { folder }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("switchboard.db")
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        run(&self.folder.path().join("config.toml"), arguments, input)
    }

    /// Standard output of a command that succeeds.
    fn ok(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Standard error of a command that fails.
    fn fails(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(!output.status.success(), "{arguments:?} should fail");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn run(config: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("--config")
        .arg(config)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that needs no input may have ended without reading it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

const ADD: [&str; 7] = ["user", "add", "anna", "--role", "attendant", "--station", "1001"];

#[tokio::test]
async fn a_user_that_was_added_can_sign_in_with_what_was_typed() {
    let house = House::new();
    assert_eq!(house.ok(&ADD, "four words at least\n"), "anna may sign in as attendant\n");
    assert_eq!(house.ok(&["user", "list"], ""), "anna\tattendant\tenabled\t1001\tanna\n");

    let store = std::sync::Arc::new(SqliteStore::open(house.store()).await.unwrap());
    let accounts = Accounts::new(store.clone());
    let attempt = LoginAttempt { at: Timestamp(0), name: "anna".to_owned(), address: "test".to_owned() };
    accounts.sign_in(attempt.clone(), Secret::new("four words at least")).await.unwrap();

    // The service is running meanwhile: it sees the change at once.
    std::fs::write(house.folder.path().join("pw"), "another password\n").unwrap();
    let file = house.folder.path().join("pw");
    house.ok(&["user", "passwd", "anna", "--password-file", file.to_str().unwrap()], "");
    accounts.sign_in(attempt.clone(), Secret::new("four words at least")).await.unwrap_err();
    let inside = accounts.sign_in(attempt.clone(), Secret::new("another password")).await.unwrap();
    house.ok(&["user", "disable", "ANNA"], "");
    assert!(accounts.session(inside.cookie.expose(), Timestamp(1)).await.unwrap().is_none());
    accounts.sign_in(attempt.clone(), Secret::new("another password")).await.unwrap_err();
    house.ok(&["user", "enable", "anna"], "");
    house.ok(&["user", "change", "anna", "--role", "supervisor", "--no-station", "--display-name", "Anna B."], "");
    assert_eq!(house.ok(&["user", "list"], ""), "anna\tsupervisor\tenabled\t-\tAnna B.\n");

    let log = store.audit_log(None, 50).await.unwrap();
    for action in ["user.create", "user.password", "user.disable", "user.enable", "user.change"] {
        assert!(log.iter().any(|line| line.action == action && line.address == "console"), "{action}: {log:?}");
    }
}

#[test]
fn there_is_no_password_but_the_one_that_is_given() {
    let house = House::new();
    for input in ["", "\n", "too short\n"] {
        let error = house.fails(&ADD, input);
        assert!(error.contains("at least 10 characters"), "{input:?}: {error}");
    }
    assert_eq!(house.ok(&["user", "list"], ""), "");
}

#[test]
fn what_cannot_be_done_is_said() {
    let house = House::new();
    house.ok(&ADD, "four words at least\n");
    let mut again = ADD;
    again[2] = "Anna";
    assert!(house.fails(&again, "four words at least\n").contains("\"Anna\" is taken"));
    assert!(house.fails(&["user", "passwd", "bob"], "four words at least\n").contains("no user named \"bob\""));
    assert!(house.fails(&["user", "token", "revoke", "crm"], "").contains("no token in force named \"crm\""));
    assert!(house.fails(&["user", "add", "bob", "--role", "king"], "x\n").contains("choose attendant, supervisor"));
    assert!(house.fails(&["user", "add", "crm", "--role", "program"], "four words at least").contains("token add"));
    let missing = house.fails(&["user", "passwd", "anna", "--password-file", "/nowhere/pw"], "");
    assert!(missing.contains("/nowhere/pw"), "{missing}");
    let config = run(Path::new("/nowhere/config.toml"), &["user", "list"], "");
    assert!(String::from_utf8(config.stderr).unwrap().contains("/nowhere/config.toml: cannot be read"));
}

#[test]
fn a_station_that_is_not_configured_is_pointed_out() {
    let house = House::new();
    let mut unknown = ADD;
    unknown[6] = "1009";
    let output = house.run(&unknown, "four words at least\n");
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .starts_with("warning: the configuration has no [[station]] with id = \"1009\"")
    );
}

#[tokio::test]
async fn a_token_is_printed_once_and_kept_as_a_digest() {
    let house = House::new();
    let token = house.ok(&["user", "token", "add", "crm"], "");
    let token = token.trim_end();
    assert!(token.starts_with("sbt_") && !token.contains(char::is_whitespace), "{token}");
    let list = house.ok(&["user", "token", "list"], "");
    assert!(list.starts_with("crm\tprogram\tin force\t") && list.contains("never used") && !list.contains(token));
    let store = SqliteStore::open(house.store()).await.unwrap();
    let found = store.api_token(Digest::of(token), Timestamp(1)).await.unwrap().unwrap();
    assert_eq!(found.role, Role::Program);
    house.ok(&["user", "token", "revoke", "crm"], "");
    assert!(store.api_token(Digest::of(token), Timestamp(2)).await.unwrap().is_none());
    assert!(house.ok(&["user", "token", "list"], "").contains("\trevoked\t"));
    store.close().await;
    let bytes = std::fs::read(house.store()).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "the token is in the file");
}

#[test]
fn the_store_is_made_and_its_age_told() {
    let house = House::new();
    let store = house.store();
    let file = store.to_str().unwrap();
    let before = house.run(&["migrate", "--check"], "");
    assert!(!before.status.success() && !store.exists());
    assert!(house.ok(&["migrate"], "").contains("made, at schema"));
    assert!(house.ok(&["migrate", "--check", "--store", file], "").contains("up to date"));
    assert!(house.ok(&["migrate"], "").contains("up to date"));
}

#[test]
fn a_store_is_copied_and_put_back() {
    let house = House::new();
    house.ok(&ADD, "four words at least\n");
    let copies = house.folder.path().join("copies");
    std::fs::create_dir(&copies).unwrap();
    let folder = copies.to_str().unwrap();
    let in_it = || {
        let mut names: Vec<_> = std::fs::read_dir(&copies).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    for _ in 0..3 {
        house.ok(&["backup", folder, "--keep", "2"], "");
    }
    let kept = in_it();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(house.fails(&["backup", kept[0].to_str().unwrap()], "").contains("is there already"));
    assert!(house.fails(&["backup", "one.db", "--keep", "2"], "").contains("--keep is for a folder"));

    house.ok(&["user", "disable", "anna"], "");
    let told = house.ok(&["restore", kept[1].to_str().unwrap()], "");
    assert!(told.contains("restored from") && told.contains("what was there is now"), "{told}");
    assert_eq!(house.ok(&["user", "list"], ""), "anna\tattendant\tenabled\t1001\tanna\n");
    let aside = std::fs::read_dir(house.folder.path()).unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let aside: Vec<_> = aside.filter(|path| path.to_string_lossy().contains("before-restore")).collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    house.ok(&["restore", aside[0].to_str().unwrap()], "");
    assert_eq!(house.ok(&["user", "list"], ""), "anna\tattendant\tdisabled\t1001\tanna\n", "what was there is kept");
    assert!(house.fails(&["restore", "/nowhere/copy.db"], "").contains("/nowhere/copy.db: there is no store in it"));
}
