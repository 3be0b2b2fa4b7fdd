//! `switchboard serve`. Runs the service.

use super::{Global, Outcome};
use clap::Args;

#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    pub async fn run(self, _: &Global) -> Outcome {
        Err("this build has no `serve` yet".into())
    }
}
