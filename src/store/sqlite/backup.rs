//! A copy of the whole store while it is in use, and putting one back.
//!
//! A copy is made by `VACUUM INTO`: one moment's state, whole, in one file, while others read and write. Copying the
//! file itself would miss what is still in the write-ahead log.

use super::{SCHEMA_VERSION, Schema, at_path, inspect};
use crate::store::error::{ErrorKind, StoreError};
use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Beside the store's file while it is in use.
const SIDE_FILES: [&str; 2] = ["-wal", "-shm"];

/// Copies the store in `from`, which may be in use, into a new file `to` that only its owner may read. The copy is
/// looked through before it gets its name: what has it is whole.
pub async fn back_up(from: &Path, to: &Path) -> Result<(), StoreError> {
    if inspect(from).await? == Schema::New {
        return Err(at_path(from, &StoreError::new(ErrorKind::Other, "there is no store here; check [store] path")));
    }
    if to.exists() {
        return Err(at_path(
            to,
            &StoreError::new(ErrorKind::Other, "is there already; name another file, or remove it"),
        ));
    }
    let half = beside(to, ".unfinished");
    let copied = copy_into(from, &half).await;
    let finished = match copied {
        Ok(()) => put_in_place(&half, to),
        Err(error) => Err(error),
    };
    if finished.is_err() {
        let _ = fs::remove_file(&half);
    }
    finished
}

async fn copy_into(from: &Path, half: &Path) -> Result<(), StoreError> {
    // One that was interrupted may have left it.
    let _ = fs::remove_file(half);
    // An empty file is as good as none to SQLite, and this one is private from its first moment.
    super::make_private(half)?;
    let text = half.to_str().ok_or_else(|| {
        at_path(half, &StoreError::new(ErrorKind::Other, "is no name that SQLite takes; choose one in UTF-8"))
    })?;
    let mut connection = open(from, Duration::from_secs(10)).await.map_err(|error| at_path(from, &error))?;
    let copied = sqlx::query("VACUUM INTO $1").bind(text).execute(&mut connection).await;
    copied.map_err(|error| at_path(half, &error.into()))?;
    connection.close().await?;
    without_ballots(half).await.map_err(|error| at_path(half, &error))?;
    look_through(half).await.map(drop)
}

/// A copy is kept for long: who voted what in a secret vote that is open just now has no place in it.
async fn without_ballots(half: &Path) -> Result<(), StoreError> {
    let mut copy = open(half, Duration::from_secs(1)).await?;
    let urns: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name = 'urn'").fetch_one(&mut copy).await?;
    if urns > 0 {
        for step in ["PRAGMA secure_delete = ON", "DELETE FROM urn", "VACUUM"] {
            copy.execute(step).await?;
        }
    }
    Ok(copy.close().await?)
}

/// Finds a backup whole and not newer than this program, and says its schema.
pub async fn look_through(backup: &Path) -> Result<i64, StoreError> {
    let refuse = |kind, text: String| Err(at_path(backup, &StoreError::new(kind, text)));
    let version = match inspect(backup).await? {
        Schema::New => return refuse(ErrorKind::Other, "there is no store in it".into()),
        Schema::At(version) => version,
    };
    if version > SCHEMA_VERSION {
        let text = format!("was made by a newer Switchboard (schema {version}; this program knows {SCHEMA_VERSION})");
        return refuse(ErrorKind::NewerSchema, text);
    }
    let mut connection = open(backup, Duration::from_secs(1)).await?;
    let findings: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(5)").fetch_all(&mut connection).await.map_err(StoreError::from)?;
    connection.close().await?;
    match findings.as_slice() {
        [fine] if fine == "ok" => Ok(version),
        _ => refuse(ErrorKind::Corrupt, format!("is damaged ({}); take an older one", findings.join("; "))),
    }
}

/// Puts a backup where the store is. What was there is kept under `aside`. Refused while anybody has the store open.
pub async fn restore(backup: &Path, store: &Path, aside: &Path) -> Result<(), StoreError> {
    look_through(backup).await?;
    let _alone = super::alone_beside(store).await;
    if store.exists() {
        nobody_has(store).await?;
    }
    let new = beside(store, ".restored");
    let _ = fs::remove_file(&new);
    super::make_private(&new)?;
    io_at(&new, copy_bytes(backup, &new))?;
    if store.exists() {
        io_at(aside, fs::rename(store, aside))?;
        // Nothing of it is in them when the last one closed it; of a damaged one they may hold what can be saved.
        for side in SIDE_FILES {
            let side_file = beside(store, side);
            if side_file.exists() {
                io_at(&side_file, fs::rename(&side_file, beside(aside, side)))?;
            }
        }
    }
    put_in_place(&new, store)
}

/// Whoever has the store open holds a lock on it as long as they do.
async fn nobody_has(store: &Path) -> Result<(), StoreError> {
    let alone = async {
        let mut connection = open(store, Duration::from_millis(200)).await?;
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").await?;
        connection.execute("BEGIN EXCLUSIVE").await?;
        connection.execute("ROLLBACK").await?;
        connection.close().await?;
        Ok::<(), StoreError>(())
    };
    match alone.await {
        Err(error) if error.kind == ErrorKind::Busy => {
            let text = "is in use; stop the service first (calls and conferences go on without it)";
            Err(at_path(store, &StoreError::new(ErrorKind::Busy, text)))
        }
        // One that is damaged beyond opening is what a restore is for.
        _ => Ok(()),
    }
}

async fn open(path: &Path, patience: Duration) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(patience);
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// The bytes only: `fs::copy` takes the rights along, and a copy may have been through other hands.
fn copy_bytes(from: &Path, to: &Path) -> io::Result<u64> {
    io::copy(&mut File::open(from)?, &mut File::options().write(true).open(to)?)
}

/// On the disk first, then under its name: a power cut leaves the one or the other, and nothing half.
fn put_in_place(new: &Path, to: &Path) -> Result<(), StoreError> {
    io_at(new, File::open(new).and_then(|file| file.sync_all()))?;
    io_at(to, fs::rename(new, to))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    io_at(folder, File::open(folder).and_then(|folder| folder.sync_all()))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn io_at<T>(path: &Path, result: io::Result<T>) -> Result<T, StoreError> {
    result.map_err(|error| {
        let kind = if error.kind() == io::ErrorKind::StorageFull { ErrorKind::Full } else { ErrorKind::Other };
        let hint = if kind == ErrorKind::Full { "make room there" } else { "check who owns it and its folder" };
        at_path(path, &StoreError::new(kind, format!("{error}; {hint}")))
    })
}
