//! `switchboard backup` and `switchboard restore`.

use super::{Global, Outcome, StoreChoice, now, open_store};
use crate::{domain::time::Timestamp, store::sqlite::backup};
use clap::Args;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Copies made into a folder are called so, with the moment in between: sorted by name they are sorted by age.
const PREFIX: &str = "switchboard-";
const ENDING: &str = ".db";

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    store: StoreChoice,
    /// A new file, or a folder that is there: in it the copy is named after the moment.
    to: PathBuf,
    /// Afterwards, only so many of the copies this command made in the folder are kept; older ones are removed.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
}

impl Backup {
    pub async fn run(self, global: &Global) -> Outcome {
        let (path, _) = self.store.path(global)?;
        let is_folder = self.to.is_dir();
        if self.keep.is_some() && !is_folder {
            return Err(format!("--keep is for a folder, and {} is none", self.to.display()).into());
        }
        let file = if is_folder { self.to.join(named_after(now())) } else { self.to.clone() };
        backup::back_up(&path, &file).await?;
        println!("{}: a copy of {}, whole", file.display(), path.display());
        if let Some(keep) = self.keep {
            for old in too_many(&self.to, keep.into())? {
                std::fs::remove_file(&old).map_err(|error| format!("{}: {error}", old.display()))?;
                println!("{}: removed, older than the {keep} newest", old.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    store: StoreChoice,
    /// The copy to put back, as `switchboard backup` made it.
    from: PathBuf,
}

impl Restore {
    pub async fn run(self, global: &Global) -> Outcome {
        let (path, _) = self.store.path(global)?;
        let was_there = path.exists();
        let mut aside = path.clone().into_os_string();
        aside.push(format!(".before-restore-{}", moment(now())));
        let aside = PathBuf::from(aside);
        backup::restore(&self.from, &path, &aside).await?;
        // An older one is brought up to date now, so that what is wrong with it shows before the service is started.
        open_store(&path).await?.close().await;
        println!("{}: restored from {}", path.display(), self.from.display());
        if was_there {
            println!("what was there is now {}", aside.display());
        }
        println!("start the service; it compares what it knows now with what FreeSWITCH has");
        Ok(ExitCode::SUCCESS)
    }
}

/// `2026-11-24T13-38-14.125Z`: colons are not for file names, and all are as long, so that they sort.
fn moment(now: Timestamp) -> String {
    let milliseconds = now.0.rem_euclid(1000);
    let second = Timestamp(now.0 - milliseconds).to_string().replace(':', "-");
    format!("{}.{milliseconds:03}Z", second.trim_end_matches('Z'))
}

fn named_after(now: Timestamp) -> String {
    format!("{PREFIX}{}{ENDING}", moment(now))
}

/// The copies in a folder beyond the newest so many. Only names this command gives count.
fn too_many(folder: &Path, keep: usize) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name.to_str().is_some_and(is_ours) {
            found.push(name);
        }
    }
    found.sort();
    found.truncate(found.len().saturating_sub(keep));
    Ok(found.into_iter().map(|name| folder.join(name)).collect())
}

fn is_ours(name: &str) -> bool {
    let moment = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(ENDING));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-T.Z".contains(&byte));
    moment.is_some_and(|moment| moment.len() == 24 && moment.ends_with('Z') && plain(moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_sort_by_age_and_only_ours_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let ours: Vec<String> =
            (0..4).map(|day| named_after(Timestamp(1_795_394_350_187 + day * 86_400_000))).collect();
        for name in ours.iter().map(String::as_str).chain(["switchboard-before-the-upgrade.db", "switchboard.db"]) {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let old: Vec<PathBuf> = ours[..2].iter().map(|name| folder.path().join(name)).collect();
        assert_eq!(too_many(folder.path(), 2).unwrap(), old);
        assert_eq!(too_many(folder.path(), 9).unwrap(), Vec::<PathBuf>::new());
    }

    #[test]
    fn a_moment_is_always_written_as_long() {
        // Whole seconds have no fraction in RFC 3339; a name must sort all the same.
        assert!(named_after(Timestamp(1_795_394_350_000)) < named_after(Timestamp(1_795_394_350_187)));
        assert!(is_ours(&named_after(Timestamp(1_795_394_350_000))));
    }
}
