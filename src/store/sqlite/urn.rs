//! Secret ballots of votes that are open: apart from the journal, and gone as soon as they are counted.

use super::{SqliteStore, rows};
use crate::{
    domain::vote::{Ballot, UrnChange},
    store::StoreError,
};
use sqlx::{Row, SqliteConnection};

pub(super) async fn change(connection: &mut SqliteConnection, change: &UrnChange) -> Result<(), StoreError> {
    match change {
        UrnChange::Put(ballot) => {
            sqlx::query(
                "INSERT INTO urn (conference, participant, yes) VALUES ($1, $2, $3)
                 ON CONFLICT (conference, participant) DO UPDATE SET yes = excluded.yes",
            )
            .bind(ballot.conference.to_string())
            .bind(ballot.participant.to_string())
            .bind(ballot.yes)
            .execute(connection)
            .await?;
        }
        UrnChange::Empty(conference) => {
            sqlx::query("DELETE FROM urn WHERE conference = $1")
                .bind(conference.to_string())
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}

/// What was deleted stands in the write-ahead log until that begins anew. Somebody who reads in this moment may hold it
/// up; then the next one that is emptied, or the log's own turn, does it.
pub(super) async fn leave_no_trace(store: &SqliteStore) {
    let busy = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&store.writer).await;
    if !matches!(busy, Ok(0)) {
        tracing::warn!("the ballots of a secret vote are deleted, but still in the write-ahead log for a while");
    }
}

pub async fn ballots(store: &SqliteStore) -> Result<Vec<Ballot>, StoreError> {
    let found = sqlx::query("SELECT conference, participant, yes FROM urn").fetch_all(&store.readers).await?;
    rows::all(&found, |row| {
        Ok(Ballot {
            conference: rows::id(row, "conference")?,
            participant: rows::id(row, "participant")?,
            yes: row.try_get("yes")?,
        })
    })
}
