//! Users and the tokens of programs.

use super::{SqliteStore, rows};
use crate::{
    domain::{ids::UserId, time::Timestamp},
    store::{
        ApiToken, Digest, StoreError, User,
        people::{name_key, role_word},
    },
};
use sqlx::query;

/// "Last used" is exact to a minute: a program that asks often should not cost a disk write each time.
const USE_IS_NOTED_EVERY_MS: i64 = 60_000;

pub async fn add_user(store: &SqliteStore, user: &User) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    query(
        "INSERT INTO users (id, name, name_key, display_name, role, password_hash, stations, disabled, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(user.id.to_string())
    .bind(&user.name)
    .bind(name_key(&user.name))
    .bind(&user.display_name)
    .bind(rows::role(user))
    .bind(user.password_hash.expose())
    .bind(rows::stations(user))
    .bind(user.disabled)
    .bind(user.created_at.0)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

pub async fn update_user(store: &SqliteStore, user: &User) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    let done = query(
        "UPDATE users SET display_name = $2, role = $3, password_hash = $4, stations = $5, disabled = $6
         WHERE id = $1",
    )
    .bind(user.id.to_string())
    .bind(&user.display_name)
    .bind(rows::role(user))
    .bind(user.password_hash.expose())
    .bind(rows::stations(user))
    .bind(user.disabled)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// The columns [`rows::user`] reads.
macro_rules! user_columns {
    () => {
        "users.id AS user_id, users.name AS user_name, users.display_name AS user_display_name, \
         users.role AS user_role, users.password_hash AS user_password_hash, users.stations AS user_stations, \
         users.disabled AS user_disabled, users.created_at AS user_created_at"
    };
}
pub(super) use user_columns;

pub async fn user(store: &SqliteStore, id: UserId) -> Result<Option<User>, StoreError> {
    let found = query(concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(&store.readers)
        .await?;
    found.as_ref().map(rows::user).transpose()
}

pub async fn user_named(store: &SqliteStore, name: &str) -> Result<Option<User>, StoreError> {
    let found = query(concat!("SELECT ", user_columns!(), " FROM users WHERE name_key = $1"))
        .bind(name_key(name))
        .fetch_optional(&store.readers)
        .await?;
    found.as_ref().map(rows::user).transpose()
}

pub async fn users(store: &SqliteStore) -> Result<Vec<User>, StoreError> {
    let found =
        query(concat!("SELECT ", user_columns!(), " FROM users ORDER BY name_key")).fetch_all(&store.readers).await?;
    rows::all(&found, rows::user)
}

pub async fn add_api_token(store: &SqliteStore, token: &ApiToken) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    query(
        "INSERT INTO api_tokens (id, name, name_key, role, token_hash, created_at, last_used_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(token.id.to_string())
    .bind(&token.name)
    .bind(name_key(&token.name))
    .bind(role_word(token.role))
    .bind(token.token.hex())
    .bind(token.created_at.0)
    .bind(token.last_used_at.map(|at| at.0))
    .bind(token.revoked_at.map(|at| at.0))
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

pub async fn api_token(store: &SqliteStore, token: Digest, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
    let found = query("SELECT * FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL")
        .bind(token.hex())
        .fetch_optional(&store.readers)
        .await?;
    let Some(mut found) = found.as_ref().map(rows::api_token).transpose()? else { return Ok(None) };
    if found.last_used_at.is_none_or(|used| now.0.saturating_sub(used.0) >= USE_IS_NOTED_EVERY_MS) {
        let mut transaction = store.write().await?;
        query("UPDATE api_tokens SET last_used_at = $2 WHERE id = $1")
            .bind(found.id.to_string())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        found.last_used_at = Some(now);
    }
    Ok(Some(found))
}

pub async fn api_tokens(store: &SqliteStore) -> Result<Vec<ApiToken>, StoreError> {
    let found = query("SELECT * FROM api_tokens ORDER BY name_key").fetch_all(&store.readers).await?;
    rows::all(&found, rows::api_token)
}

pub async fn revoke_api_token(store: &SqliteStore, name: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    let done = query("UPDATE api_tokens SET revoked_at = $2 WHERE name_key = $1 AND revoked_at IS NULL")
        .bind(name_key(name))
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}
