//! What happens later: jobs in order of their time, in simulated time.

use super::world::World;
use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

/// Something to do to the world at a later time.
pub(super) type Job = Box<dyn FnOnce(&mut World) + Send>;

struct Due {
    at: Instant,
    /// Jobs of the same instant run in the order they were asked for.
    order: u64,
    job: Job,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    // Reversed, because the heap gives its greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

pub(super) struct Clock {
    heap: BinaryHeap<Due>,
    order: u64,
    speed: f64,
}

impl Clock {
    pub(super) fn new(speed: f64) -> Self {
        Self { heap: BinaryHeap::new(), order: 0, speed: if speed > 0.0 { speed } else { 1.0 } }
    }

    /// Simulated time as real time.
    pub(super) fn real(&self, simulated: Duration) -> Duration {
        simulated.div_f64(self.speed)
    }

    pub(super) fn after(&mut self, simulated: Duration, job: Job) {
        self.order += 1;
        let at = Instant::now() + self.real(simulated);
        self.heap.push(Due { at, order: self.order, job });
    }

    pub(super) fn due(&mut self, now: Instant) -> Option<Job> {
        if self.heap.peek()?.at > now {
            return None;
        }
        self.heap.pop().map(|due| due.job)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|due| due.at)
    }

    /// What was planned does not happen: the process it was planned in is gone.
    pub(super) fn forget_all(&mut self) {
        self.heap.clear();
    }
}
