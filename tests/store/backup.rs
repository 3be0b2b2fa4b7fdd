//! Copies of a store in use, and putting them back.

use crate::{batch, conference, continues, node, opens};
use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::PathBuf, sync::Arc};
use switchboard::domain::{
    ids::{ConferenceId, ParticipantId},
    vote::{Ballot, UrnChange},
};
use switchboard::store::{
    Batch, ErrorKind, SqliteStore, Store,
    sqlite::{
        SCHEMA_VERSION, Schema,
        backup::{back_up, look_through, restore},
        inspect,
    },
};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn store(&self) -> SqliteStore {
        SqliteStore::open(self.file("store.db")).await.unwrap()
    }

    /// Names of what is there.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_others_write_holds_one_moment_whole() {
    let place = Place::new();
    let store = Arc::new(place.store().await);
    let room = conference("room");
    store.append(&[batch(vec![opens(&room, 0)])]).await.unwrap();
    let writer = {
        let (store, room) = (Arc::clone(&store), room.clone());
        tokio::spawn(async move {
            // Two facts a batch: a copy never has only one of them.
            for at in 1..200 {
                store.append(&[batch(vec![continues(&room, at), continues(&room, at)])]).await.unwrap();
            }
        })
    };
    for copy in 0..5 {
        let file = place.file(&format!("copy{copy}.db"));
        back_up(&place.file("store.db"), &file).await.unwrap();
        let copied = SqliteStore::open(&file).await.unwrap();
        let found = copied.entries(&room).await.unwrap();
        assert_eq!(found.len() % 2, 1, "half a batch is in the copy");
        assert!(found.iter().zip(1..).all(|(found, place)| found.sequence == place), "there is a hole in the copy");
    }
    writer.await.unwrap();
    assert_eq!(
        store.entries(&room).await.unwrap().len(),
        399,
        "the writer was not in the copies' way, nor they in its"
    );
}

#[tokio::test]
async fn what_is_put_back_is_what_was_copied_and_what_was_there_is_kept() {
    let place = Place::new();
    let (file, copy, aside) = (place.file("store.db"), place.file("copy.db"), place.file("aside.db"));
    let store = place.store().await;
    store.append(&[batch(vec![opens(&conference("early"), 1)])]).await.unwrap();
    back_up(&file, &copy).await.unwrap();
    store.append(&[batch(vec![opens(&conference("late"), 2)])]).await.unwrap();
    store.close().await;

    restore(&copy, &file, &aside).await.unwrap();
    let restored = SqliteStore::open(&file).await.unwrap();
    assert_eq!(restored.load_open(&node()).await.unwrap().len(), 1);
    restored.append(&[batch(vec![continues(&conference("early"), 3)])]).await.unwrap();
    let kept = SqliteStore::open(&aside).await.unwrap();
    assert_eq!(kept.load_open(&node()).await.unwrap().len(), 2);
    let again = SqliteStore::open(&copy).await.unwrap();
    assert_eq!(again.load_open(&node()).await.unwrap().len(), 1, "the copy itself is as it was");
}

#[cfg(unix)]
#[tokio::test]
async fn copies_and_what_is_restored_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.store().await.close().await;
    back_up(&place.file("store.db"), &place.file("copy.db")).await.unwrap();
    // A copy may have been through other hands.
    std::fs::set_permissions(place.file("copy.db"), PermissionsExt::from_mode(0o644)).unwrap();
    restore(&place.file("copy.db"), &place.file("new.db"), &place.file("aside.db")).await.unwrap();
    for name in ["store.db", "new.db"] {
        let mode = std::fs::metadata(place.file(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    back_up(&place.file("store.db"), &place.file("second.db")).await.unwrap();
    assert_eq!(std::fs::metadata(place.file("second.db")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_store_in_use_is_not_replaced() {
    let place = Place::new();
    let store = place.store().await;
    back_up(&place.file("store.db"), &place.file("copy.db")).await.unwrap();
    store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap();
    let error = restore(&place.file("copy.db"), &place.file("store.db"), &place.file("aside.db")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    assert!(error.to_string().contains("stop the service first"), "{error}");
    assert_eq!(store.load_open(&node()).await.unwrap().len(), 1);
    assert!(
        !place.names().iter().any(|name| name.contains("aside") || name.contains("restored")),
        "{:?}",
        place.names()
    );
}

#[tokio::test]
async fn a_file_that_is_there_is_not_overwritten() {
    let place = Place::new();
    place.store().await.close().await;
    std::fs::write(place.file("letter"), "dear mother").unwrap();
    let error = back_up(&place.file("store.db"), &place.file("letter")).await.unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(std::fs::read_to_string(place.file("letter")).unwrap(), "dear mother");
}

#[tokio::test]
async fn what_is_no_store_is_neither_copied_nor_put_back() {
    let place = Place::new();
    let error = back_up(&place.file("store.db"), &place.file("copy.db")).await.unwrap_err();
    assert!(error.to_string().contains("there is no store here"), "{error}");
    place.store().await.close().await;
    let before = place.names();
    for (name, text) in [("empty", String::new()), ("letter", "this is a letter\n".repeat(500))] {
        std::fs::write(place.file(name), text).unwrap();
        restore(&place.file(name), &place.file("store.db"), &place.file("aside.db")).await.unwrap_err();
        std::fs::remove_file(place.file(name)).unwrap();
    }
    let error = restore(&place.file("nothing"), &place.file("store.db"), &place.file("aside.db")).await.unwrap_err();
    assert!(error.to_string().contains("there is no store in it"), "{error}");
    assert_eq!(place.names(), before, "something was left behind");
}

#[tokio::test]
async fn a_damaged_copy_and_one_of_a_newer_program_are_refused_and_the_store_is_left_alone() {
    let place = Place::new();
    let store = place.store().await;
    let entries =
        (0..2000).map(|at| if at == 0 { opens(&conference("r"), at) } else { continues(&conference("r"), at) });
    store.append(&[batch(entries.collect())]).await.unwrap();
    store.close().await;
    let (file, copy) = (place.file("store.db"), place.file("copy.db"));
    back_up(&file, &copy).await.unwrap();
    assert_eq!(look_through(&copy).await.unwrap(), SCHEMA_VERSION);

    let whole = std::fs::read(&copy).unwrap();
    let mut damaged = whole.clone();
    let length = damaged.len();
    damaged[length / 3..length / 3 * 2].fill(0xA5);
    std::fs::write(&copy, damaged).unwrap();
    let error = restore(&copy, &file, &place.file("aside.db")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");

    std::fs::write(&copy, whole).unwrap();
    let options = SqliteConnectOptions::new().filename(&copy);
    let mut newer = SqliteConnection::connect_with(&options).await.unwrap();
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                  VALUES (99, 'from the future', TRUE, x'00', 0)";
    newer.execute(future).await.unwrap();
    newer.close().await.unwrap();
    let error = restore(&copy, &file, &place.file("aside.db")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NewerSchema, "{error}");
    assert!(!place.file("aside.db").exists());
    assert_eq!(place.store().await.load_open(&node()).await.unwrap().len(), 2000);
}

#[tokio::test]
async fn a_damaged_store_is_replaced_and_kept_for_whoever_wants_to_save_something_of_it() {
    let place = Place::new();
    let (file, copy, aside) = (place.file("store.db"), place.file("copy.db"), place.file("aside.db"));
    let store = place.store().await;
    store.append(&[batch(vec![opens(&conference("room"), 1)])]).await.unwrap();
    back_up(&file, &copy).await.unwrap();
    store.close().await;
    std::fs::write(&file, "this is a letter, not a database\n".repeat(300)).unwrap();
    restore(&copy, &file, &aside).await.unwrap();
    assert_eq!(inspect(&file).await.unwrap(), Schema::At(SCHEMA_VERSION));
    assert_eq!(place.store().await.load_open(&node()).await.unwrap().len(), 1);
    assert!(std::fs::read_to_string(&aside).unwrap().starts_with("this is a letter"));
}

/// Two secret ballots; their participants' ids can be found in a file that has them.
async fn with_ballots(place: &Place) -> (SqliteStore, Vec<Ballot>) {
    let store = place.store().await;
    let ballot = |person, yes| Ballot {
        conference: ConferenceId::new(uuid::Uuid::from_u128(1)),
        participant: ParticipantId::new(uuid::Uuid::from_u128(person)),
        yes,
    };
    let ballots = vec![ballot(0xaaaa_bbbb, true), ballot(0xcccc_dddd, false)];
    let urn = ballots.iter().cloned().map(UrnChange::Put).collect();
    store.append(&[Batch { urn, ..Batch::default() }]).await.unwrap();
    (store, ballots)
}

/// Whether any file in the place says whose ballot there was.
fn is_told(place: &Place, ballots: &[Ballot], files: impl Fn(&str) -> bool) -> bool {
    place.names().iter().filter(|name| files(name)).any(|name| {
        let bytes = std::fs::read(place.file(name)).unwrap();
        ballots.iter().any(|ballot| {
            let id = ballot.participant.to_string();
            bytes.windows(id.len()).any(|window| window == id.as_bytes())
        })
    })
}

#[tokio::test]
async fn a_secret_ballot_that_was_counted_is_in_no_file_any_more() {
    let place = Place::new();
    let (store, ballots) = with_ballots(&place).await;
    assert!(is_told(&place, &ballots, |_| true), "while the vote is open it is kept");
    let urn = vec![UrnChange::Empty(ballots[0].conference)];
    store.append(&[Batch { urn, ..Batch::default() }]).await.unwrap();
    assert!(!is_told(&place, &ballots, |_| true), "not in the write-ahead log either: {:?}", place.names());
}

#[tokio::test]
async fn a_copy_has_no_secret_ballots_of_a_vote_that_is_open() {
    let place = Place::new();
    let (store, ballots) = with_ballots(&place).await;
    back_up(&place.file("store.db"), &place.file("copy.db")).await.unwrap();
    assert!(!is_told(&place, &ballots, |name| name.starts_with("copy.db")), "{:?}", place.names());
    assert_eq!(store.ballots().await.unwrap().len(), 2, "the store itself has them");
}
