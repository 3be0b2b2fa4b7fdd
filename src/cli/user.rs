//! `switchboard user`: who may use the page and the API. Works beside a running service, which sees it at once.

use super::{Global, Outcome, StoreChoice, now, open_store};
use crate::{
    config::Config,
    domain::states::Role,
    store::{
        AuditEntry, Secret, Store,
        accounts::{Accounts, Change, NewUser},
        people::{role_from_word, role_word},
    },
};
use clap::{Args, Subcommand};
use std::{
    error::Error,
    io::{BufRead, IsTerminal},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

#[derive(Debug, Args)]
pub struct User {
    #[command(flatten)]
    store: StoreChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a user. The password is asked for, or read from a file or from standard input.
    Add {
        name: String,
        /// attendant, supervisor or administrator.
        #[arg(long, value_parser = role)]
        role: Role,
        /// A station of the configuration; may be given several times, the first is rung first.
        #[arg(long = "station", value_name = "ID")]
        stations: Vec<String>,
        /// What others see; the name, if absent.
        #[arg(long)]
        display_name: Option<String>,
        #[command(flatten)]
        password: PasswordChoice,
    },
    /// Show all users.
    List,
    /// Change what a user may do, or which stations are theirs.
    Change {
        name: String,
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// Replaces all stations; may be given several times.
        #[arg(long = "station", value_name = "ID", conflicts_with = "no_station")]
        stations: Vec<String>,
        /// Take all stations away.
        #[arg(long)]
        no_station: bool,
        #[arg(long)]
        display_name: Option<String>,
    },
    /// Let a user no longer sign in, and end their sessions.
    Disable { name: String },
    /// Let a disabled user sign in again.
    Enable { name: String },
    /// Give a user another password, and end their sessions.
    Passwd {
        name: String,
        #[command(flatten)]
        password: PasswordChoice,
    },
    /// Bearer tokens for programs.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token. It is printed once, and kept as a digest only.
    Add {
        name: String,
        /// program; or another role, for a program that may do less.
        #[arg(long, value_parser = role, default_value = role_word(Role::Program))]
        role: Role,
    },
    /// Show all tokens, not what they are.
    List,
    /// Let a token no longer be used.
    Revoke { name: String },
}

#[derive(Debug, Args)]
struct PasswordChoice {
    /// Read the password from the first line of a file.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

fn role(word: &str) -> Result<Role, String> {
    role_from_word(word).ok_or_else(|| "choose attendant, supervisor, administrator or program".to_owned())
}

impl User {
    pub async fn run(self, global: &Global) -> Outcome {
        let (path, config) = self.store.path(global)?;
        let store = Arc::new(open_store(&path).await?);
        let outcome = run(self.command, store.clone(), config.as_ref()).await;
        store.close().await;
        outcome
    }
}

async fn run(command: Command, store: Arc<dyn Store>, config: Option<&Config>) -> Outcome {
    let accounts = Accounts::new(store.clone());
    let (action, target) = match command {
        Command::Add { name, role, stations, display_name, password } => {
            warn_of_unknown(&stations, config);
            let password = password.read()?;
            let user = accounts.add_user(NewUser { name, display_name, role, stations, password }, now()).await?;
            println!("{} may sign in as {}", user.name, role_word(user.role));
            ("user.create", user.name)
        }
        Command::List => {
            for user in store.users().await? {
                let state = if user.disabled { "disabled" } else { "enabled" };
                let stations = if user.stations.is_empty() { "-".to_owned() } else { user.stations.join(",") };
                println!("{}\t{}\t{}\t{}\t{}", user.name, role_word(user.role), state, stations, user.display_name);
            }
            return Ok(ExitCode::SUCCESS);
        }
        Command::Change { name, role, stations, no_station, display_name } => {
            warn_of_unknown(&stations, config);
            let stations = (no_station || !stations.is_empty()).then_some(stations);
            accounts.change(&name, Change { display_name, role, stations }).await?;
            println!("{name} is changed");
            ("user.change", name)
        }
        Command::Disable { name } => {
            accounts.set_disabled(&name, true).await?;
            println!("{name} can no longer sign in");
            ("user.disable", name)
        }
        Command::Enable { name } => {
            accounts.set_disabled(&name, false).await?;
            println!("{name} can sign in again");
            ("user.enable", name)
        }
        Command::Passwd { name, password } => {
            accounts.set_password(&name, password.read()?).await?;
            println!("{name} has another password, and is signed out everywhere");
            ("user.password", name)
        }
        Command::Token { command: TokenCommand::Add { name, role } } => {
            let (_, token) = accounts.add_token(&name, role, now()).await?;
            eprintln!("The token of {name}; it is not shown again:");
            println!("{}", token.expose());
            ("token.create", name)
        }
        Command::Token { command: TokenCommand::List } => {
            for token in store.api_tokens().await? {
                let state = if token.revoked_at.is_some() { "revoked" } else { "in force" };
                let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
                println!("{}\t{}\t{state}\tmade {}\t{used}", token.name, role_word(token.role), token.created_at);
            }
            return Ok(ExitCode::SUCCESS);
        }
        Command::Token { command: TokenCommand::Revoke { name } } => {
            accounts.revoke_token(&name, now()).await?;
            println!("the token of {name} can no longer be used");
            ("token.revoke", name)
        }
    };
    store
        .audit(&AuditEntry {
            at: now(),
            actor: None,
            actor_name: "console".to_owned(),
            address: "console".to_owned(),
            action: action.to_owned(),
            target,
            outcome: "done".to_owned(),
        })
        .await?;
    Ok(ExitCode::SUCCESS)
}

/// Not an error: the station may be configured afterwards.
fn warn_of_unknown(stations: &[String], config: Option<&Config>) {
    let Some(config) = config else { return };
    for station in stations.iter().filter(|id| !config.stations.iter().any(|station| station.id == **id)) {
        eprintln!("warning: the configuration has no [[station]] with id = {station:?} yet; add one");
    }
}

impl PasswordChoice {
    /// From the file, or typed twice without being shown, or the first line of standard input.
    fn read(self) -> Result<Secret, Box<dyn Error + Send + Sync>> {
        if let Some(file) = self.password_file {
            let open = |file: &Path| std::fs::File::open(file).map(std::io::BufReader::new);
            let line = open(&file).and_then(first_line);
            return line.map_err(|error| format!("cannot read the password from {}: {error}", file.display()).into());
        }
        if !std::io::stdin().is_terminal() {
            return Ok(first_line(std::io::stdin().lock())?);
        }
        let password = rpassword::prompt_password("Password: ")?;
        if rpassword::prompt_password("Again: ")? != password {
            return Err("the two passwords differ; nothing was changed".into());
        }
        Ok(Secret::new(password))
    }
}

fn first_line(mut from: impl BufRead) -> std::io::Result<Secret> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}
