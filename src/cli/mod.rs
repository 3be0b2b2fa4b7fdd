//! The command line: one file a subcommand. The only place that puts the parts together.
#![allow(clippy::disallowed_methods, reason = "the shell reads the clock the core is handed")]

pub mod backup;
pub mod demo;
pub mod doctor;
mod house;
pub mod migrate;
pub mod openapi;
mod recordings;
mod rules;
pub mod serve;
pub mod user;
mod web_accounts;
mod web_groups;

use crate::{
    config::Config,
    domain::time::Timestamp,
    store::{SqliteStore, StoreError},
};
use clap::{Args, Parser, Subcommand};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

/// What a subcommand ends with. An error is printed as one line on standard error.
pub type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// Attendant conferencing for FreeSWITCH.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every subcommand is told.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// The configuration file; config.example.toml documents it.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "SWITCHBOARD_CONFIG",
        default_value = "/etc/switchboard/config.toml"
    )]
    pub config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service.
    Serve(serve::Serve),
    /// Try it out: a simulated FreeSWITCH, callers, and the page.
    Demo(demo::Demo),
    /// Check an installation and say what to mend.
    Doctor(doctor::Doctor),
    /// Bring the store up to date, or say how old it is.
    Migrate(migrate::Migrate),
    /// Copy the store while it is in use.
    Backup(backup::Backup),
    /// Put a copy of the store back.
    Restore(backup::Restore),
    /// Manage who may use the page and the API.
    User(user::User),
    /// Print the OpenAPI document.
    Openapi(openapi::Openapi),
}

/// Parses the arguments, runs the subcommand, and says what went wrong.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    runtime.block_on(run(cli)).unwrap_or_else(|error| failed(error.as_ref()))
}

async fn run(cli: Cli) -> Outcome {
    let global = &cli.global;
    match cli.command {
        Command::Serve(command) => command.run(global).await,
        Command::Demo(command) => command.run(global).await,
        Command::Doctor(command) => command.run(global).await,
        Command::Migrate(command) => command.run(global).await,
        Command::Backup(command) => command.run(global).await,
        Command::Restore(command) => command.run(global).await,
        Command::User(command) => command.run(global).await,
        Command::Openapi(command) => command.run(global).await,
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("switchboard: {error}");
    ExitCode::FAILURE
}

/// Which store a subcommand works on.
#[derive(Clone, Debug, Args)]
pub struct StoreChoice {
    /// The store's file; without it, [store] path of the configuration.
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
}

impl StoreChoice {
    /// The file, and the configuration if it had to be read.
    fn path(&self, global: &Global) -> Result<(PathBuf, Option<Config>), crate::config::ConfigError> {
        match &self.store {
            Some(path) => Ok((path.clone(), None)),
            None => {
                let config = Config::load(&global.config)?;
                Ok((config.store.path.clone(), Some(config)))
            }
        }
    }
}

async fn open_store(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path).await
}

/// Wall time, as commands that run for a moment need it.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
