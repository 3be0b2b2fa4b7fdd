//! `switchboard doctor`. Checks an installation.

use super::{Global, Outcome};
use clap::Args;

#[derive(Debug, Args)]
pub struct Doctor {}

impl Doctor {
    pub async fn run(self, _: &Global) -> Outcome {
        Err("this build has no `doctor` yet".into())
    }
}
