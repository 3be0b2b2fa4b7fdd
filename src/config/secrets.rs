//! Secrets are read when they are needed, from where the configuration says.

use super::{HttpConfig, NodeConfig};
use crate::store::Secret;
use std::path::Path;

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{key}: cannot read {file} ({error}); make it readable for the service's user only", file = file.display())]
    File { key: String, file: std::path::PathBuf, error: std::io::Error },
    #[error("{key}: {file} is empty; put the secret into its first line", file = file.display())]
    EmptyFile { key: String, file: std::path::PathBuf },
    #[error("{key}: the environment variable {name} is not set, or is empty; set it for the service")]
    Environment { key: String, name: String },
}

impl NodeConfig {
    /// The Event Socket's password.
    pub fn password(&self) -> Result<Secret, SecretError> {
        if let Some(password) = &self.given_password {
            return Ok(password.clone());
        }
        let key = format!("[[node]] {:?}", self.id);
        match (&self.password_file, &self.password_env) {
            (Some(file), _) => from_file(&key, file),
            (None, Some(name)) => from_environment(&key, name),
            (None, None) => Err(SecretError::Environment { key, name: "(none is named)".to_owned() }),
        }
    }
}

impl HttpConfig {
    /// The token that opens `/metrics`, if one is configured.
    pub fn metrics_token(&self) -> Result<Option<Secret>, SecretError> {
        match (&self.metrics_token_file, &self.metrics_token_env) {
            (Some(file), _) => from_file("[http] metrics_token_file", file).map(Some),
            (None, Some(name)) => from_environment("[http] metrics_token_env", name).map(Some),
            (None, None) => Ok(None),
        }
    }
}

fn from_file(key: &str, file: &Path) -> Result<Secret, SecretError> {
    let text = std::fs::read_to_string(file).map_err(|error| SecretError::File {
        key: key.to_owned(),
        file: file.to_owned(),
        error,
    })?;
    match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => Ok(Secret::new(line)),
        None => Err(SecretError::EmptyFile { key: key.to_owned(), file: file.to_owned() }),
    }
}

fn from_environment(key: &str, name: &str) -> Result<Secret, SecretError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
        _ => Err(SecretError::Environment { key: key.to_owned(), name: name.to_owned() }),
    }
}
