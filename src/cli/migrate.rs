//! `switchboard migrate`. The service does the same when it starts; this is for doing it, or looking, beforehand.

use super::{Global, Outcome, StoreChoice, open_store};
use crate::store::sqlite::{SCHEMA_VERSION, Schema, inspect};
use clap::Args;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    store: StoreChoice,
    /// Change nothing; exit with 0 if there is nothing to do, else with 1.
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub async fn run(self, global: &Global) -> Outcome {
        let (path, _) = self.store.path(global)?;
        let before = inspect(&path).await?;
        let file = path.display();
        if self.check {
            println!("{file}: {}", describe(before));
            return Ok(if before == Schema::At(SCHEMA_VERSION) { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        open_store(&path).await?.close().await;
        match before {
            Schema::At(SCHEMA_VERSION) => println!("{file}: {}", describe(before)),
            Schema::At(version) => println!("{file}: brought from schema {version} to {SCHEMA_VERSION}"),
            Schema::New => println!("{file}: made, at schema {SCHEMA_VERSION}"),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn describe(schema: Schema) -> String {
    match schema {
        Schema::New => "no store yet; `switchboard migrate` makes it".to_owned(),
        Schema::At(SCHEMA_VERSION) => format!("up to date (schema {SCHEMA_VERSION})"),
        Schema::At(found) if found < SCHEMA_VERSION => {
            format!("schema {found}, this program's is {SCHEMA_VERSION}; back it up, then run `switchboard migrate`")
        }
        Schema::At(found) => {
            format!("schema {found} is newer than this program's ({SCHEMA_VERSION}); use the newer program")
        }
    }
}
