//! `switchboard openapi`. Prints the OpenAPI document.

use super::{Global, Outcome};
use clap::Args;

#[derive(Debug, Args)]
pub struct Openapi {}

impl Openapi {
    pub async fn run(self, _: &Global) -> Outcome {
        Err("this build has no `openapi` yet".into())
    }
}
