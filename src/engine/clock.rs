//! The one place where the program reads the time for the core.

use crate::domain::time::Timestamp;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::Instant;

/// Wall time made non-decreasing: a clock set back does not take back what was.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Now, never before a time given earlier.
    pub fn now(&self) -> Timestamp {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or(0);
        let before = self.0.fetch_max(wall, Ordering::Relaxed);
        Timestamp(before.max(wall))
    }

    /// When to wake for a deadline, by the monotonic clock.
    pub fn instant_of(&self, at: Timestamp) -> Instant {
        // One more millisecond: a timestamp is cut to milliseconds, and waking early would spin.
        Instant::now() + at.since(self.now()) + Duration::from_millis(1)
    }
}
