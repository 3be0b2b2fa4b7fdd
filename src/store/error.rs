//! What can go wrong with a store, in words that say what to do.

use std::fmt;

/// What a caller can decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Somebody else held the store for too long; trying again may help.
    Busy,
    /// No room left to write; nothing was written.
    Full,
    /// The file is damaged, or is no database.
    Corrupt,
    /// A newer program made this store; this one would not understand it.
    NewerSchema,
    /// It contradicts what is stored: a name that is taken, a key used before. Trying again never helps.
    Conflict,
    /// Anything else.
    Other,
}

/// Why the store did not do it. The text says what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    pub kind: ErrorKind,
    text: String,
}

impl StoreError {
    /// An error in words of one's own.
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// A stored value that cannot be what we wrote.
    pub(crate) fn unreadable(what: &str, found: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::Corrupt,
            format!("the store holds an unreadable {what} ({found}); run `switchboard doctor`, or restore a backup"),
        )
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StoreError {}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::new(
                ErrorKind::Busy,
                "the store is busy: no connection became free in time; try again, and look for a slow disk",
            ),
            sqlx::Error::Database(inner) => {
                let message = inner.message();
                if inner.is_unique_violation() || inner.is_foreign_key_violation() || inner.is_check_violation() {
                    return Self::new(ErrorKind::Conflict, format!("it contradicts what is stored: {message}"));
                }
                // SQLite's primary result code is the low byte of the extended one.
                let code = inner.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff);
                match code {
                    Some(5 | 6) => Self::new(
                        ErrorKind::Busy,
                        format!("the store is locked by another program ({message}); try again when it has finished"),
                    ),
                    Some(13) => Self::new(
                        ErrorKind::Full,
                        format!("the disk is full, nothing was written ({message}); make room where the store lies"),
                    ),
                    Some(11 | 26) => Self::new(
                        ErrorKind::Corrupt,
                        format!(
                            "the store's file is damaged or is no SQLite database ({message}); \
                             check [store] path, or restore a backup"
                        ),
                    ),
                    Some(8) => Self::new(
                        ErrorKind::Other,
                        format!("the store cannot be written ({message}); check who owns the file and its folder"),
                    ),
                    Some(14) => Self::new(
                        ErrorKind::Other,
                        format!(
                            "the store cannot be opened ({message}); check that its folder exists and is ours to write"
                        ),
                    ),
                    Some(10) => Self::new(
                        ErrorKind::Other,
                        format!("reading or writing the store failed ({message}); check the disk and the system log"),
                    ),
                    _ => Self::new(ErrorKind::Other, format!("the store failed: {message}")),
                }
            }
            _ => Self::new(ErrorKind::Other, format!("the store failed: {error}")),
        }
    }
}
