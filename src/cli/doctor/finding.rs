//! What a check found, and how it is told.

use serde::Serialize;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    /// It works, but not as it should.
    Warn,
    /// Something will not work.
    Fail,
}

/// One check's outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The node it is about; none for our own side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    pub check: &'static str,
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok  ",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        write!(f, "{verdict}  {:8} {:14} {}", self.node.as_deref().unwrap_or("here"), self.check, self.seen)?;
        match &self.mend {
            Some(mend) => write!(f, "\n{:30}-> {mend}", ""),
            None => Ok(()),
        }
    }
}

/// Findings about one node, or about our own side, as they come in.
#[derive(Default)]
pub struct Findings {
    node: Option<String>,
    pub all: Vec<Finding>,
}

impl Findings {
    pub fn of_node(node: &str) -> Self {
        Self { node: Some(node.to_owned()), all: Vec::new() }
    }

    pub fn ok(&mut self, check: &'static str, seen: impl Into<String>) {
        self.add(check, Verdict::Ok, seen.into(), None);
    }

    pub fn warn(&mut self, check: &'static str, seen: impl Into<String>, mend: impl Into<String>) {
        self.add(check, Verdict::Warn, seen.into(), Some(mend.into()));
    }

    pub fn fail(&mut self, check: &'static str, seen: impl Into<String>, mend: impl Into<String>) {
        self.add(check, Verdict::Fail, seen.into(), Some(mend.into()));
    }

    fn add(&mut self, check: &'static str, verdict: Verdict, seen: String, mend: Option<String>) {
        self.all.push(Finding { node: self.node.clone(), check, verdict, seen, mend });
    }
}
