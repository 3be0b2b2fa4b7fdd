//! `switchboard demo`. A house to try out, on a simulated FreeSWITCH.

use super::{Global, Outcome};
use clap::Args;

#[derive(Debug, Args)]
pub struct Demo {}

impl Demo {
    pub async fn run(self, _: &Global) -> Outcome {
        Err("this build has no `demo` yet".into())
    }
}
