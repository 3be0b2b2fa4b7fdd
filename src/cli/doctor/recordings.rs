//! The folder recordings are downloaded from, as far as it can be judged from here: is it there, may we read it, is
//! there room in it, and may FreeSWITCH write into it.

use super::finding::Findings;
use crate::config::Config;
use std::{
    collections::BTreeSet,
    fs::Metadata,
    net::IpAddr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// An hour in a room of 8000 samples a second.
const AN_HOUR: u64 = 8000 * 2 * 3600;
/// Less than this is no room at all, less than ten times as much is soon used up.
const TOO_LITTLE: u64 = 2 * AN_HOUR;

/// Whose rights a program has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rights {
    user: u32,
    groups: BTreeSet<u32>,
}

pub fn check(config: &Config, findings: &mut Findings) {
    let recording = &config.recording;
    if !recording.enabled {
        return;
    }
    let Some(folder) = &recording.shared_directory else {
        return findings.ok(
            "recordings",
            format!("stay in {} on the switch; without shared_directory nobody can download them", recording.directory),
        );
    };
    let shown = folder.display();
    // On one machine, FreeSWITCH makes the folder when it needs it.
    let same = folder == Path::new(recording.directory.trim_end_matches('/'))
        && config.nodes.iter().all(|node| is_here(&node.address));
    let metadata = match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => return findings.fail("recordings", format!("{shown} is no folder"), "name another shared_directory"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && same => {
            return findings.warn(
                "recordings",
                format!("{shown} is not there yet"),
                "FreeSWITCH makes it with the first recording, if it may; make it, and give it to FreeSWITCH's user",
            );
        }
        Err(error) => {
            return findings.fail(
                "recordings",
                format!("{shown}: {error}"),
                "make or mount the folder that FreeSWITCH records into; until then nobody can download recordings",
            );
        }
    };
    if let Err(error) = std::fs::read_dir(folder) {
        return findings.fail(
            "recordings",
            format!("{shown} cannot be read: {error}"),
            "let the service's user read it: a group of both users, and files that the group may read",
        );
    }
    let mut seen = format!("{shown} can be read");
    if same {
        let writers = running("freeswitch");
        let shut_out = writers.iter().find(|rights| !may_write(rights, &metadata));
        if let Some(rights) = shut_out {
            return findings.fail(
                "recordings",
                format!(
                    "FreeSWITCH (user {}) may not write into {shown} (user {}, group {}, mode {:o})",
                    rights.user,
                    metadata.uid(),
                    metadata.gid(),
                    metadata.mode() & 0o7777
                ),
                "give it to FreeSWITCH's user, or to a group of that user that may write",
            );
        }
        if !writers.is_empty() {
            seen.push_str(", and FreeSWITCH may write there");
        }
    }
    match space(folder) {
        Ok((_, true)) => findings.fail("recordings", format!("{shown} is mounted read-only"), "mount it for writing"),
        Ok((free, _)) => {
            let seen = format!("{seen}; there is room for about {} hours", free / AN_HOUR);
            let mend = "free some space, or let keep_days delete old recordings";
            match free {
                free if free < TOO_LITTLE => findings.fail("recordings", seen, mend),
                free if free < 10 * TOO_LITTLE => findings.warn("recordings", seen, mend),
                _ => findings.ok("recordings", seen),
            }
        }
        Err(error) => findings.warn(
            "recordings",
            format!("{seen}; how much room there is cannot be seen: {error}"),
            "look with df; when it is full, recordings stop",
        ),
    }
}

/// A node on this machine.
fn is_here(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Bytes that are free for us, and whether nothing can be written at all.
fn space(folder: &Path) -> Result<(u64, bool), std::io::Error> {
    let found = rustix::fs::statvfs(folder)?;
    let read_only = found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY);
    Ok((found.f_bavail.saturating_mul(found.f_frsize), read_only))
}

/// The rights of every program of this name that runs here, as far as we may see them.
fn running(name: &str) -> BTreeSet<Rights> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim() == name);
    processes.filter(is_it).filter_map(|path| rights(&std::fs::read_to_string(path.join("status")).ok()?)).collect()
}

/// Of `/proc/PID/status`: the effective user, the effective group and the others.
fn rights(status: &str) -> Option<Rights> {
    let numbers = |key: &str| -> Vec<u32> {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.into_iter().flat_map(str::split_whitespace).filter_map(|number| number.parse().ok()).collect()
    };
    let user = *numbers("Uid:").get(1)?;
    let group = *numbers("Gid:").get(1)?;
    Some(Rights { user, groups: numbers("Groups:").into_iter().chain([group]).collect() })
}

fn may_write(rights: &Rights, folder: &Metadata) -> bool {
    allows(rights, folder.uid(), folder.gid(), folder.mode())
}

/// Into a folder one writes who may write it and pass through it.
fn allows(rights: &Rights, owner: u32, group: u32, mode: u32) -> bool {
    let bits = match rights {
        Rights { user: 0, .. } => return true,
        Rights { user, .. } if *user == owner => mode >> 6,
        Rights { groups, .. } if groups.contains(&group) => mode >> 3,
        _ => mode,
    };
    bits & 0o3 == 0o3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_write_is_read_from_owner_group_and_mode() {
        let status = "Name:\tfreeswitch\nUid:\t105\t106\t106\t106\nGid:\t110\t111\t111\t111\nGroups:\t111 29 \n";
        let found = rights(status).unwrap();
        assert_eq!(found, Rights { user: 106, groups: [29, 111].into() });
        assert_eq!(rights("nothing"), None);
        for (owner, group, mode, may) in [
            (106, 0, 0o755, true),
            (106, 0, 0o577, false),
            (0, 29, 0o775, true),
            (0, 29, 0o757, false),
            (0, 0, 0o757, true),
            (0, 0, 0o752, false),
        ] {
            assert_eq!(allows(&found, owner, group, mode), may, "{owner} {group} {mode:o}");
        }
        assert!(allows(&Rights { user: 0, groups: BTreeSet::new() }, 5, 5, 0));
    }

    #[test]
    fn a_node_on_this_machine_is_known_by_its_address() {
        assert!(is_here("127.0.0.1:8021") && is_here("[::1]:8021") && is_here("localhost:8021"));
        assert!(!is_here("10.0.0.5:8021") && !is_here("fs.example.org:8021"));
    }
}
