//! Passwords: argon2id, off the async threads, and as slow for a name nobody has as for one somebody has.

use super::{
    error::{ErrorKind, StoreError},
    secret::Secret,
};
use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use rand::TryRngCore;
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// The shortest password we take, in characters.
pub const MIN_LENGTH: usize = 10;
/// The longest, in bytes: hashing a novel would be a way to keep us busy.
pub const MAX_BYTES: usize = 1024;

/// So many hashes at once, 19 MiB each: a flood of sign-ins must not take the cores away from calls.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the password is too short: at least {MIN_LENGTH} characters, a few words will do")]
    TooShort,
    #[error("the password is too long: at most {MAX_BYTES} bytes")]
    TooLong,
}

/// Is it good enough to be somebody's?
pub fn acceptable(password: &Secret) -> Result<(), PasswordError> {
    if password.expose().chars().count() < MIN_LENGTH {
        return Err(PasswordError::TooShort);
    }
    if password.expose().len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    Ok(())
}

/// Its hash, in the PHC string format.
pub async fn hash(password: Secret) -> Result<Secret, StoreError> {
    in_background(move || hash_now(&password)).await?
}

/// Is it the one? `None` stands for a user who does not exist: takes as long, and is never right.
pub async fn verify(password: Secret, hash: Option<Secret>) -> Result<bool, StoreError> {
    in_background(move || {
        let known = hash.is_some();
        let hash = match &hash {
            Some(hash) => hash,
            None => nobodys_hash()?,
        };
        // A longer one cannot have been set, and must not cost more than another wrong one.
        let text = if password.expose().len() > MAX_BYTES { "" } else { password.expose() };
        let parsed =
            PasswordHash::new(hash.expose()).map_err(|error| StoreError::unreadable("password hash", error))?;
        let right = Argon2::default().verify_password(text.as_bytes(), &parsed).is_ok();
        Ok(right && known)
    })
    .await?
}

fn hash_now(password: &Secret) -> Result<Secret, StoreError> {
    let failed = |error: &dyn std::fmt::Display| {
        StoreError::new(ErrorKind::Other, format!("the password could not be hashed: {error}"))
    };
    let mut bytes = [0_u8; 16];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|error| failed(&error))?;
    let salt = SaltString::encode_b64(&bytes).map_err(|error| failed(&error))?;
    let hash = Argon2::default().hash_password(password.expose().as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(Secret::new(hash.to_string()))
}

fn nobodys_hash() -> Result<&'static Secret, StoreError> {
    static HASH: OnceLock<Secret> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let hash = hash_now(&Secret::new("nobody has this password"))?;
    Ok(HASH.get_or_init(|| hash))
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    let permit = HASHING.acquire().await.expect("this semaphore is never closed");
    let done = tokio::task::spawn_blocking(work).await;
    drop(permit);
    done.map_err(|error| StoreError::new(ErrorKind::Other, format!("hashing did not finish: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let hash = hash(Secret::new("correct horse")).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$"), "{}", hash.expose());
        assert!(verify(Secret::new("correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!verify(Secret::new("Correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!verify(Secret::new("x".repeat(MAX_BYTES + 1)), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_a_password_not_even_that_of_the_stand_in() {
        assert!(!verify(Secret::new("nobody has this password"), None).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_user_costs_the_same_work() {
        // Equal work is what makes equal time: the stand-in must have the parameters of a fresh hash.
        let fresh = hash(Secret::new("correct horse")).await.unwrap();
        let parameters = |hash: &Secret| hash.expose().rsplitn(3, '$').last().unwrap().to_owned();
        assert_eq!(parameters(&fresh), parameters(nobodys_hash().unwrap()));
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(acceptable(&Secret::new("äääääääää")), Err(PasswordError::TooShort));
        assert_eq!(acceptable(&Secret::new("ääääääääää")), Ok(()));
        assert_eq!(acceptable(&Secret::new("x".repeat(MAX_BYTES + 1))), Err(PasswordError::TooLong));
    }
}
