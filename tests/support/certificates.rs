//! The certificates a switch makes for itself at its first start, three seconds of work, are made once and lent to the
//! next.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILES: [&str; 2] = ["dtls-srtp.pem", "wss.pem"];

/// They are valid for longer.
const FRESH: Duration = Duration::from_secs(7 * 24 * 3600);

fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("freeswitch-certs")
}

fn is_fresh(file: &Path) -> bool {
    let made = fs::metadata(file).and_then(|found| found.modified());
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < FRESH))
}

/// Puts those of an earlier start into the folder of a switch to be started. Where there are none it makes its own.
pub fn bring(folder: &Path) {
    for file in FILES {
        let from = kept().join(file);
        if is_fresh(&from) {
            let _ = fs::create_dir_all(folder).and_then(|()| fs::copy(&from, folder.join(file)));
        }
    }
}

/// Keeps what a switch has made, unless others were kept before. Several do it at once: so each file comes whole.
pub fn keep(folder: &Path) {
    let _ = fs::create_dir_all(kept());
    for file in FILES {
        let to = kept().join(file);
        if is_fresh(&to) {
            continue;
        }
        let half = kept().join(format!("{file}.{:x}", rand::random::<u64>()));
        if fs::copy(folder.join(file), &half).is_ok() {
            let _ = fs::rename(&half, &to);
        }
    }
}
