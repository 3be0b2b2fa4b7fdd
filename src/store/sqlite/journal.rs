//! Appending to the journal and reading it back.

use super::{SqliteStore, rows, urn};
use crate::{
    domain::{
        ids::{NodeId, UserId},
        time::Timestamp,
        vote::UrnChange,
    },
    store::{
        Batch, Entity, Entry, HistoryRow, Idempotency, Lifecycle, RecentDials, Recorded, StoreError, secret::Digest,
    },
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::BTreeMap;

/// Rows a statement: 13 values each stays far below the 32,766 values SQLite takes (PostgreSQL: 65,535).
const ROWS_AT_ONCE: usize = 200;

/// The columns of an entry, in the order [`rows::recorded`] does not care about.
const ENTRY_COLUMNS: &str = "sequence, entity_kind, entity_id, entity_sequence, node, at, version, kind, actor_id, \
                             actor_name, lifecycle, summary, body";

pub async fn append(store: &SqliteStore, batches: &[Batch]) -> Result<(), StoreError> {
    let entries: Vec<&Entry> = batches.iter().flat_map(|batch| &batch.entries).collect();
    let mut transaction = store.write().await?;
    let connection: &mut SqliteConnection = &mut transaction;
    if !entries.is_empty() {
        append_entries(connection, &entries).await?;
    }
    for row in batches.iter().flat_map(|batch| &batch.idempotency) {
        sqlx::query(
            "INSERT INTO idempotency (actor, request_key, fingerprint, response, at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(row.actor.to_string())
        .bind(&row.key)
        .bind(Digest(row.fingerprint).hex())
        .bind(rows::json(&row.response))
        .bind(row.at.0)
        .execute(&mut *connection)
        .await?;
    }
    for dial in batches.iter().flat_map(|batch| &batch.dials) {
        // A leg that is sent again after a restart is the same leg: it counts once.
        sqlx::query("INSERT INTO dials (leg, at, user_id, node) VALUES ($1, $2, $3, $4) ON CONFLICT (leg) DO NOTHING")
            .bind(dial.leg.to_string())
            .bind(dial.at.0)
            .bind(dial.user.to_string())
            .bind(&dial.node.0)
            .execute(&mut *connection)
            .await?;
    }
    for caller in batches.iter().flat_map(|batch| &batch.callers) {
        sqlx::query("INSERT INTO callers (conference, number, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&caller.conference)
            .bind(&caller.number)
            .bind(caller.at.0)
            .execute(&mut *connection)
            .await?;
    }
    for change in batches.iter().flat_map(|batch| &batch.urn) {
        urn::change(connection, change).await?;
    }
    transaction.commit().await?;
    if batches.iter().flat_map(|batch| &batch.urn).any(|change| matches!(change, UrnChange::Empty(_))) {
        urn::leave_no_trace(store).await;
    }
    Ok(())
}

async fn append_entries(connection: &mut SqliteConnection, entries: &[&Entry]) -> Result<(), StoreError> {
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let last: i64 = sqlx::query_scalar("UPDATE counters SET value = value + $1 WHERE name = 'journal' RETURNING value")
        .bind(count)
        .fetch_one(&mut *connection)
        .await?;

    let mut stories: BTreeMap<&Entity, Story<'_>> = BTreeMap::new();
    for entry in entries {
        stories.entry(&entry.entity).or_default().take(entry);
    }
    for (entity, story) in &mut stories {
        let last = story.save(connection, entity).await?;
        story.next = last - story.count + 1;
    }

    let mut sequence = last - count;
    for some in entries.chunks(ROWS_AT_ONCE) {
        // The literal's columns are those of `ENTRY_COLUMNS`, bound in this order below.
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new("INSERT INTO journal (");
        insert.push(ENTRY_COLUMNS).push(") ");
        insert.push_values(some, |mut row, entry| {
            sequence += 1;
            let story = stories.get_mut(&entry.entity).expect("each entry was counted above");
            let entity_sequence = story.next;
            story.next += 1;
            let (actor_id, actor_name) = entry.actor.as_ref().map(|(id, name)| (id.to_string(), name.as_str())).unzip();
            let summary = match &entry.lifecycle {
                Lifecycle::Opens { summary } | Lifecycle::Closes { summary } => Some(rows::json(summary)),
                Lifecycle::Passes { owner } => Some(rows::json(&owner.to_string().into())),
                Lifecycle::Continues => None,
            };
            row.push_bind(sequence)
                .push_bind(entry.entity.kind.word())
                .push_bind(&entry.entity.id)
                .push_bind(entity_sequence)
                .push_bind(&entry.node.0)
                .push_bind(entry.at.0)
                .push_bind(i64::from(entry.version))
                .push_bind(&entry.kind)
                .push_bind(actor_id)
                .push_bind(actor_name)
                .push_bind(rows::lifecycle_word(&entry.lifecycle))
                .push_bind(summary)
                .push_bind(rows::json(&entry.body));
        });
        // Statements of every length would fill the cache of prepared ones; short groups are the rule, so those stay.
        insert.build().persistent(some.len() <= 16).execute(&mut *connection).await?;
    }
    Ok(())
}

/// What the entries of one entity in one transaction come to.
#[derive(Default)]
struct Story<'a> {
    first: Option<&'a Entry>,
    opening: Option<&'a Entry>,
    closed_at: Option<Timestamp>,
    /// Whose it became.
    owner: Option<UserId>,
    /// None: only continued.
    is_open: Option<bool>,
    summary: Option<String>,
    count: i64,
    /// The number within the entity that is given out next.
    next: i64,
}

impl<'a> Story<'a> {
    fn take(&mut self, entry: &'a Entry) {
        self.count += 1;
        self.first.get_or_insert(entry);
        match &entry.lifecycle {
            Lifecycle::Opens { summary } => {
                self.opening = Some(entry);
                self.is_open = Some(true);
                self.closed_at = None;
                self.summary = Some(rows::json(summary));
            }
            Lifecycle::Closes { summary } => {
                self.is_open = Some(false);
                self.closed_at = Some(entry.at);
                self.summary = Some(rows::json(summary));
            }
            Lifecycle::Passes { owner } => self.owner = Some(*owner),
            Lifecycle::Continues => {}
        }
    }

    /// Writes the entity's row and says the number of its last entry.
    async fn save(&self, connection: &mut SqliteConnection, entity: &Entity) -> Result<i64, StoreError> {
        let begin = self.opening.or(self.first).expect("a story has at least one entry");
        let owner = self.owner.or(begin.actor.as_ref().map(|(id, _)| *id)).map(|id| id.to_string());
        let last = sqlx::query_scalar(
            "INSERT INTO entities (kind, id, node, is_open, owner, last_sequence, opened_at, closed_at, summary)
             VALUES ($1, $2, $3, COALESCE($8, FALSE), $4, $5, $6, $7, COALESCE($9, 'null'))
             ON CONFLICT (kind, id) DO UPDATE SET
                 node          = CASE WHEN $10 THEN excluded.node ELSE entities.node END,
                 owner         = CASE WHEN $11 THEN excluded.owner ELSE entities.owner END,
                 opened_at     = CASE WHEN $10 THEN excluded.opened_at ELSE entities.opened_at END,
                 is_open       = COALESCE($8, entities.is_open),
                 closed_at     = CASE WHEN $8 IS NULL THEN entities.closed_at ELSE excluded.closed_at END,
                 summary       = COALESCE($9, entities.summary),
                 last_sequence = entities.last_sequence + excluded.last_sequence
             RETURNING last_sequence",
        )
        .bind(entity.kind.word())
        .bind(&entity.id)
        .bind(&begin.node.0)
        .bind(owner)
        .bind(self.count)
        .bind(begin.at.0)
        .bind(self.closed_at.map(|at| at.0))
        .bind(self.is_open)
        .bind(self.summary.as_deref())
        .bind(self.opening.is_some())
        .bind(self.opening.is_some() || self.owner.is_some())
        .fetch_one(connection)
        .await?;
        Ok(last)
    }
}

pub async fn load_open(store: &SqliteStore, node: &NodeId) -> Result<Vec<Recorded>, StoreError> {
    let found = sqlx::query(
        "SELECT journal.* FROM entities
         JOIN journal ON journal.entity_kind = entities.kind AND journal.entity_id = entities.id
         WHERE entities.node = $1 AND entities.is_open
         ORDER BY journal.sequence",
    )
    .bind(&node.0)
    .fetch_all(&store.readers)
    .await?;
    rows::all(&found, rows::recorded)
}

pub async fn entries(store: &SqliteStore, entity: &Entity) -> Result<Vec<Recorded>, StoreError> {
    let found = sqlx::query("SELECT * FROM journal WHERE entity_kind = $1 AND entity_id = $2 ORDER BY entity_sequence")
        .bind(entity.kind.word())
        .bind(&entity.id)
        .fetch_all(&store.readers)
        .await?;
    rows::all(&found, rows::recorded)
}

pub async fn history(
    store: &SqliteStore,
    before: Option<Timestamp>,
    limit: u32,
    owner: Option<UserId>,
) -> Result<Vec<HistoryRow>, StoreError> {
    let before = before.map_or(i64::MAX, |moment| moment.0);
    let found = match owner {
        None => sqlx::query(
            "SELECT id, node, owner, opened_at, closed_at, summary FROM entities
             WHERE kind = 'conference' AND closed_at IS NOT NULL AND opened_at < $1
             ORDER BY opened_at DESC, id DESC LIMIT $2",
        )
        .bind(before)
        .bind(i64::from(limit)),
        Some(owner) => sqlx::query(
            "SELECT id, node, owner, opened_at, closed_at, summary FROM entities
             WHERE kind = 'conference' AND closed_at IS NOT NULL AND opened_at < $1 AND owner = $3
             ORDER BY opened_at DESC, id DESC LIMIT $2",
        )
        .bind(before)
        .bind(i64::from(limit))
        .bind(owner.to_string()),
    };
    rows::all(&found.fetch_all(&store.readers).await?, rows::history_row)
}

pub async fn last_conference_of(store: &SqliteStore, caller: &str) -> Result<Option<String>, StoreError> {
    let last = "SELECT conference FROM callers WHERE number = $1 ORDER BY at DESC, conference DESC LIMIT 1";
    Ok(sqlx::query_scalar(last).bind(caller).fetch_optional(&store.readers).await?)
}

pub async fn idempotency(store: &SqliteStore, actor: UserId, key: &str) -> Result<Option<Idempotency>, StoreError> {
    let found = sqlx::query("SELECT * FROM idempotency WHERE actor = $1 AND request_key = $2")
        .bind(actor.to_string())
        .bind(key)
        .fetch_optional(&store.readers)
        .await?;
    found.as_ref().map(rows::idempotency).transpose()
}

pub async fn recent_dials(store: &SqliteStore, since: Timestamp) -> Result<RecentDials, StoreError> {
    let found = sqlx::query("SELECT leg, at, user_id, node FROM dials WHERE at >= $1 ORDER BY at, leg")
        .bind(since.0)
        .fetch_all(&store.readers)
        .await?;
    Ok(RecentDials(rows::all(&found, rows::dial)?))
}
