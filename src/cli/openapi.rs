//! `switchboard openapi`: the document of the HTTP API, for programs and for the page's types.

use super::{Global, Outcome};
use clap::Args;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub struct Openapi {}

impl Openapi {
    pub async fn run(self, _: &Global) -> Outcome {
        print!("{}", document());
        Ok(ExitCode::SUCCESS)
    }
}

/// The document, as JSON with a line feed at its end. `web/openapi.json` is this, kept by a test.
pub fn document() -> String {
    crate::web::openapi::document()
}
