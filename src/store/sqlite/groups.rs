//! Standing groups.

use super::{SqliteStore, rows};
use crate::{
    domain::{group::Group, ids::GroupId},
    store::{StoreError, people::name_key},
};
use sqlx::query;

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

pub async fn change_group(store: &SqliteStore, group: &Group) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    let done = query("UPDATE groups SET name = $2, name_key = $3, participants = $4, changed_at = $5 WHERE id = $1")
        .bind(group.id.to_string())
        .bind(&group.name)
        .bind(name_key(&group.name))
        .bind(rows::people(group)?)
        .bind(group.changed_at.0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}

pub async fn remove_group(store: &SqliteStore, id: GroupId) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    let done = query("DELETE FROM groups WHERE id = $1").bind(id.to_string()).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}
