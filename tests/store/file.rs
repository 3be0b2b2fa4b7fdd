//! What can be wrong with SQLite's file, and what we say then.

use crate::{batch, conference, continues, node, opens};
use serde_json::json;
use sqlx::{
    Connection, Executor, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use switchboard::store::{
    ErrorKind, SqliteStore, Store,
    sqlite::{SCHEMA_VERSION, Schema, SqliteOptions, inspect},
};
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    (folder, file)
}

async fn raw(file: &Path) -> SqliteConnection {
    let options =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn refusal(file: &Path) -> switchboard::store::StoreError {
    SqliteStore::open(file).await.map(|_| ()).expect_err("it should be refused")
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let (_folder, file) = place();
    let store = SqliteStore::open(&file).await.unwrap();
    store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap();
    store.close().await;
    let store = SqliteStore::open(&file).await.unwrap();
    store.append(&[batch(vec![continues(&conference("room"), 2)])]).await.unwrap();
    let found = store.load_open(&node()).await.unwrap();
    assert_eq!(found.iter().map(|found| found.sequence).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn readers_go_on_while_somebody_writes() {
    let (_folder, file) = place();
    let store = SqliteStore::open(&file).await.unwrap();
    store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap();
    let mut beside = raw(&file).await;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut beside).await.unwrap();
    assert_eq!(mode, "wal");
    beside.execute("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_file_may_be_opened_by_several_at_once() {
    for _ in 0..5 {
        let (_folder, file) = place();
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let file = file.clone();
                tokio::spawn(async move { SqliteStore::open(&file).await.map(|_| ()) })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(inspect(&file).await.unwrap(), Schema::At(SCHEMA_VERSION));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, file) = place();
    let store = SqliteStore::open(&file).await.unwrap();
    store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "the write-ahead log should be there: {files:?}");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

#[tokio::test]
async fn an_older_file_is_brought_up_to_date_and_keeps_what_it_holds() {
    let (_folder, file) = place();
    assert_eq!(inspect(&file).await.unwrap(), Schema::New);
    let mut old = raw(&file).await;
    let migrator = Migrator::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).await.unwrap();
    migrator.run_to(1, &mut old).await.unwrap();
    old.execute(
        "INSERT INTO entities VALUES ('conference', 'old', 'fs1', TRUE, NULL, 1, 5, NULL, '{}');
         INSERT INTO journal VALUES (1, 'conference', 'old', 1, 'fs1', 5, 1, 'k', NULL, NULL, 'opens', '{}', '{}');
         UPDATE counters SET value = 1;",
    )
    .await
    .unwrap();
    old.close().await.unwrap();
    assert_eq!(inspect(&file).await.unwrap(), Schema::At(1));

    let store = SqliteStore::open(&file).await.unwrap();
    assert_eq!(inspect(&file).await.unwrap(), Schema::At(SCHEMA_VERSION));
    store.append(&[batch(vec![continues(&conference("old"), 6)])]).await.unwrap();
    assert_eq!(store.load_open(&node()).await.unwrap().len(), 2);
    assert_eq!(store.users().await.unwrap(), []);
}

#[tokio::test]
async fn a_newer_file_is_refused_and_left_alone() {
    let (_folder, file) = place();
    SqliteStore::open(&file).await.unwrap().close().await;
    let mut newer = raw(&file).await;
    newer
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (99, 'from the future', TRUE, x'00', 0)",
        )
        .await
        .unwrap();
    newer.close().await.unwrap();
    let before = std::fs::read(&file).unwrap();
    let error = refusal(&file).await;
    assert_eq!(error.kind, ErrorKind::NewerSchema);
    for part in [file.to_str().unwrap(), "schema 99", &format!("knows {SCHEMA_VERSION}"), "start the newer program"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(std::fs::read(&file).unwrap() == before, "the file was changed");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let (_folder, file) = place();
    std::fs::write(&file, "this is a letter, not a database\n".repeat(300)).unwrap();
    let error = refusal(&file).await;
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains("restore a backup"), "{error}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("this is a letter"), "the file was changed");
}

#[tokio::test]
async fn damage_is_found_and_named() {
    let (_folder, file) = place();
    let store = SqliteStore::open(&file).await.unwrap();
    let entries =
        (0..2000).map(|at| if at == 0 { opens(&conference("r"), at) } else { continues(&conference("r"), at) });
    store.append(&[batch(entries.collect())]).await.unwrap();
    store.check().await.unwrap();
    store.close().await;

    let mut bytes = std::fs::read(&file).unwrap();
    let length = bytes.len();
    bytes[length / 3..length / 3 * 2].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    // Opening may or may not stumble over it; looking does.
    let error = match SqliteStore::open(&file).await {
        Err(error) => error,
        Ok(store) => store.check().await.expect_err("the damage should be found"),
    };
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
}

#[tokio::test]
async fn a_full_disk_is_said_and_leaves_nothing_half_done() {
    let (_folder, file) = place();
    let small = SqliteOptions { max_pages: Some(120), ..SqliteOptions::default() };
    let store = SqliteStore::open_with(&file, small).await.unwrap();
    let room = conference("room");
    let page = |at| {
        let mut entry = if at == 0 { opens(&room, at) } else { continues(&room, at) };
        entry.body = json!("x".repeat(3000));
        let mut second = entry.clone();
        second.lifecycle = switchboard::store::Lifecycle::Continues;
        batch(vec![entry, second])
    };
    let mut written = 0;
    let error = loop {
        match store.append(&[page(written)]).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 200, "it never became full");
    };
    assert_eq!(error.kind, ErrorKind::Full, "{error}");
    assert!(error.to_string().contains("make room"), "{error}");
    let kept = usize::try_from(written).unwrap() * 2;
    assert_eq!(store.entries(&room).await.unwrap().len(), kept);
    // It stays full and goes on saying so: the failed transaction is not in the way of the next.
    assert_eq!(store.append(&[page(written)]).await.unwrap_err().kind, ErrorKind::Full);
    assert_eq!(store.entries(&room).await.unwrap().len(), kept);
    store.close().await;

    // Room was made.
    let store = SqliteStore::open(&file).await.unwrap();
    store.append(&[page(written)]).await.unwrap();
    assert_eq!(store.entries(&room).await.unwrap().len(), kept + 2);
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_busy_until_it_lets_go() {
    let (_folder, file) = place();
    let hasty = SqliteOptions { busy_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
    let store = SqliteStore::open_with(&file, hasty).await.unwrap();
    let mut other = raw(&file).await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    other.execute("ROLLBACK").await.unwrap();
    store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let (folder, _) = place();
    let error = refusal(&folder.path().join("missing").join("store.db")).await;
    assert!(error.to_string().contains("missing/store.db") && error.to_string().contains("make its folder"), "{error}");
}
