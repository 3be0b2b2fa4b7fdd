//! How fast may be dialed: so many legs a second, evenly spread, over the node and over each line that has a limit of
//! its own. Not journaled: after a restart the first leg may be dialed at once.

use super::time::Timestamp;
use std::collections::BTreeMap;

/// One gateway of one route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub route: String,
    pub gateway: usize,
}

/// Legs a second; 0: no limit.
pub type PerSecond = u32;

/// When the node, and each line, is free again. In microseconds: 30 a second are 30, and not 33 milliseconds apart.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    node: i64,
    lines: BTreeMap<Line, i64>,
}

const MICROSECONDS: i64 = 1_000_000;

fn apart(rate: PerSecond) -> i64 {
    if rate == 0 { 0 } else { MICROSECONDS / i64::from(rate) }
}

impl Pace {
    /// From when on a leg may be dialed over all of these lines together.
    pub fn free_at<'a>(&self, lines: impl IntoIterator<Item = &'a Line>) -> Timestamp {
        let lines = lines.into_iter().filter_map(|line| self.lines.get(line)).copied();
        let free = lines.chain([self.node]).max().unwrap_or_default();
        // Not before the whole of it has passed.
        Timestamp(free.div_euclid(1000) + i64::from(free.rem_euclid(1000) > 0))
    }

    /// One leg for each of these lines is dialed now.
    pub fn take(&mut self, now: Timestamp, node: PerSecond, lines: &[(Line, PerSecond)]) {
        let now = now.0.saturating_mul(1000);
        for (line, rate) in lines {
            self.node = next(self.node, now, node);
            if *rate > 0 {
                let free = self.lines.entry(line.clone()).or_default();
                *free = next(*free, now, *rate);
            }
        }
    }
}

/// What is missed by less than one turn is caught up, so that a clock of whole milliseconds slows nothing down; what
/// was not used is lost.
fn next(free: i64, now: i64, rate: PerSecond) -> i64 {
    let apart = apart(rate);
    free.max(now - apart.min(1000)) + apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However many wait, and whenever they come: never more in a second than allowed, and no time is wasted.
        #[test]
        fn as_fast_as_allowed_and_never_faster(rate in 1..=200u32, legs in 1..300usize) {
            let (mut pace, mut now, mut dialed) = (Pace::default(), Timestamp(1_000_000), Vec::new());
            for _ in 0..legs {
                now = now.max(pace.free_at([]));
                pace.take(now, rate, &[(Line { route: "one".into(), gateway: 0 }, 0)]);
                dialed.push(now.0);
            }
            for (first, at) in dialed.iter().enumerate() {
                // A clock of whole milliseconds may see one more in what it takes for a second.
                let within = dialed[first..].iter().take_while(|later| **later < at + 999).count();
                prop_assert!(within <= rate as usize, "{} within a second at {} a second", within, rate);
            }
            let ideal = (legs as i64 - 1) * 1000 / i64::from(rate);
            prop_assert!(now.0 - 1_000_000 <= ideal + 2, "{} ms for {} legs at {}", now.0 - 1_000_000, legs, rate);
        }
    }

    #[test]
    fn a_slow_line_holds_up_only_itself() {
        let line = |gateway| Line { route: "outside".into(), gateway };
        let (mut pace, now) = (Pace::default(), Timestamp(5_000));
        pace.take(now, 100, &[(line(0), 2)]);
        assert_eq!(pace.free_at([&line(0)]), Timestamp(5_499));
        assert_eq!(pace.free_at([&line(1)]), Timestamp(5_009));
    }
}
