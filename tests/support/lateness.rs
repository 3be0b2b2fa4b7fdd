//! How late this machine is at the moment. Audio and answers are judged in milliseconds, and a test that shares its
//! processors with a compiler would otherwise measure the compiler.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(5);
/// So much is not worth remembering.
const NORMAL: Duration = Duration::from_millis(5);

static LATE: OnceLock<Mutex<Vec<(Instant, Duration)>>> = OnceLock::new();

/// Begins to watch; once is enough.
pub fn watch() {
    LATE.get_or_init(|| {
        std::thread::spawn(|| {
            loop {
                let before = Instant::now();
                std::thread::sleep(TICK);
                let late = before.elapsed().saturating_sub(TICK);
                if late > NORMAL {
                    let mut all = LATE.wait().lock().unwrap_or_else(PoisonError::into_inner);
                    all.push((Instant::now(), late));
                }
            }
        });
        Mutex::default()
    });
}

/// What a test may add to a limit: all the time since then in which nothing of it was run, twice, because both ends of
/// a call are ours.
pub fn allowance(since: tokio::time::Instant) -> Duration {
    let Some(late) = LATE.get() else { return Duration::ZERO };
    let since = since.into_std();
    let all = late.lock().unwrap_or_else(PoisonError::into_inner);
    2 * all.iter().filter(|(at, _)| *at >= since).map(|(_, late)| *late).sum::<Duration>()
}
