//! What is wrong with the configuration: which key, in which line, and what to do.

use std::{
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};
use toml::de::{DeTable, DeValue};

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Such as `node[0].ports`.
    pub key: String,
    /// Counted from 1; none if the whole file is at fault.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub text: String,
}

/// Everything that is wrong, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub file: Option<PathBuf>,
    pub problems: Vec<Problem>,
}

/// A fault whose line is not known yet. The path is made of names and positions.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub path: Vec<Step>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

impl ConfigError {
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let text =
            format!("cannot be read ({error}); start from config.example.toml, or name another file with --config");
        Self { file: Some(path.to_owned()), problems: vec![Problem { key: String::new(), line: None, text }] }
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..self }
    }

    /// Not TOML, a key we do not know, or a value of another type.
    pub(super) fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_of(text, span.start));
        let key = line.map_or_else(String::new, |line| key_in_line(text, line));
        let message = error.message().trim().replace('\n', ", ");
        let text = format!("{message}; see config.example.toml");
        Self { file: None, problems: vec![Problem { key, line, text }] }
    }

    /// Well-formed, but not acceptable.
    pub(super) fn located(text: &str, findings: Vec<Finding>) -> Self {
        let table = DeTable::parse(text).ok();
        let problems = findings
            .into_iter()
            .map(|finding| Problem {
                key: path_text(&finding.path),
                line: table
                    .as_ref()
                    .and_then(|table| span_of(table.get_ref(), &finding.path))
                    .map(|span| line_of(text, span.start)),
                text: finding.text,
            })
            .collect();
        Self { file: None, problems }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_ref().map_or_else(|| "the configuration".into(), |file| file.to_string_lossy());
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{file}")?;
            if let Some(line) = problem.line {
                write!(f, ":{line}")?;
            }
            if !problem.key.is_empty() {
                write!(f, ": {}", problem.key)?;
            }
            write!(f, ": {}", problem.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The section and key a line is about, as they are written there.
fn key_in_line(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().take(line).map(str::trim).collect();
    let Some(last) = lines.last() else { return String::new() };
    if last.starts_with('[') {
        return (*last).to_owned();
    }
    let section = lines.iter().rev().find(|line| line.starts_with('[')).copied().unwrap_or_default();
    let key = last.split_once('=').map_or(*last, |(key, _)| key.trim());
    [section, key].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

fn path_text(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::Item(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// Where the value is written, or the nearest thing around it that is: a default is at fault in its section.
fn span_of(table: &DeTable<'_>, path: &[Step]) -> Option<Range<usize>> {
    let (Step::Key(key), rest) = path.split_first()? else { return None };
    let (name, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    let found = span_in(value.get_ref(), rest);
    // A table's own span is that of its header; a value's is found through its key.
    Some(found.unwrap_or_else(|| if value.get_ref().is_table() { value.span() } else { name.span() }))
}

fn span_in(value: &DeValue<'_>, path: &[Step]) -> Option<Range<usize>> {
    match (value, path.first()?) {
        (DeValue::Table(table), _) => span_of(table, path),
        (DeValue::Array(items), Step::Item(index)) => {
            let item = items.get(*index)?;
            Some(span_in(item.get_ref(), &path[1..]).unwrap_or_else(|| item.span()))
        }
        _ => None,
    }
}
