//! Standing groups.

use super::{SqliteStore, rows};
use crate::{
    domain::{group::Group, ids::GroupId, time::Timestamp},
    store::{
        StoreError,
        people::{GroupChange, name_key},
    },
};
use sqlx::{SqliteConnection, query, query_as};

pub async fn groups(store: &SqliteStore) -> Result<Vec<Group>, StoreError> {
    let found = query("SELECT id, name, participants, changed_at FROM groups ORDER BY name_key")
        .fetch_all(&store.readers)
        .await?;
    rows::all(&found, rows::group)
}

pub async fn add_group(store: &SqliteStore, group: &Group) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    query("INSERT INTO groups (id, name, name_key, participants, changed_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(group.id.to_string())
        .bind(&group.name)
        .bind(name_key(&group.name))
        .bind(rows::people(group)?)
        .bind(group.changed_at.0)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

pub async fn change_group(
    store: &SqliteStore,
    group: &Group,
    seen: Option<Timestamp>,
) -> Result<GroupChange, StoreError> {
    let mut transaction = store.write().await?;
    let found = as_seen(&mut transaction, group.id, seen).await?;
    if found == GroupChange::Done {
        query("UPDATE groups SET name = $2, name_key = $3, participants = $4, changed_at = $5 WHERE id = $1")
            .bind(group.id.to_string())
            .bind(&group.name)
            .bind(name_key(&group.name))
            .bind(rows::people(group)?)
            .bind(group.changed_at.0)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(found)
}

pub async fn remove_group(
    store: &SqliteStore,
    id: GroupId,
    seen: Option<Timestamp>,
) -> Result<GroupChange, StoreError> {
    let mut transaction = store.write().await?;
    let found = as_seen(&mut transaction, id, seen).await?;
    if found == GroupChange::Done {
        query("DELETE FROM groups WHERE id = $1").bind(id.to_string()).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(found)
}

/// Whether it may be changed: it is there, and as it was seen. Within the transaction that changes it.
async fn as_seen(
    transaction: &mut SqliteConnection,
    id: GroupId,
    seen: Option<Timestamp>,
) -> Result<GroupChange, StoreError> {
    let found: Option<(i64,)> = query_as("SELECT changed_at FROM groups WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
    Ok(match found {
        None => GroupChange::Gone,
        Some((at,)) if seen.is_some_and(|seen| seen.0 != at) => GroupChange::Changed,
        Some(_) => GroupChange::Done,
    })
}
