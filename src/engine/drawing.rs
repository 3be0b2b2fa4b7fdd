//! How often a conference is drawn. A picture is the whole conference: with hundreds of people in it, each of whom
//! rings and joins, a page would be sent a hundred megabytes of pictures that nobody has time to look at. So a big one
//! is drawn at most a few times a second; what happened meanwhile is told at once, line by line.

use crate::domain::ids::ConferenceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// From so many participants on.
const BIG: usize = 40;
const APART: Duration = Duration::from_millis(200);

/// Which big conferences were drawn when, and which changed since.
#[derive(Debug, Default)]
pub struct Drawing {
    drawn: BTreeMap<ConferenceId, Instant>,
    changed: BTreeSet<ConferenceId>,
}

impl Drawing {
    /// It changed: is it drawn now? If not, it is when [`Drawing::next`] says.
    pub fn is_due(&mut self, id: ConferenceId, participants: usize, now: Instant) -> bool {
        let due = participants < BIG || self.drawn.get(&id).is_none_or(|drawn| now >= *drawn + APART);
        if due {
            self.changed.remove(&id);
            if participants >= BIG {
                self.drawn.insert(id, now);
            }
        } else {
            self.changed.insert(id);
        }
        due
    }

    /// It is not shown any more.
    pub fn forget(&mut self, id: ConferenceId) {
        self.drawn.remove(&id);
        self.changed.remove(&id);
    }

    /// When the next has to be drawn.
    pub fn next(&self) -> Option<Instant> {
        self.changed.iter().filter_map(|id| self.drawn.get(id)).min().map(|drawn| *drawn + APART)
    }

    /// Those that changed and have waited long enough.
    pub fn due(&self, now: Instant) -> Vec<ConferenceId> {
        let due = |id: &&ConferenceId| self.drawn.get(id).is_none_or(|drawn| now >= *drawn + APART);
        self.changed.iter().filter(due).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_small_one_is_drawn_each_time_and_a_big_one_a_few_times_a_second_and_once_more() {
        let id = |n| ConferenceId::new(Uuid::from_u128(n));
        let (mut drawing, begin) = (Drawing::default(), Instant::now());
        assert!((0..9).all(|_| drawing.is_due(id(1), 3, begin)));
        let drawn = (0..100).filter(|n| drawing.is_due(id(2), 200, begin + Duration::from_millis(n * 10))).count();
        assert_eq!(drawn, 5);
        let next = drawing.next().unwrap();
        assert!(drawing.due(next - Duration::from_millis(1)).is_empty());
        assert_eq!(drawing.due(next), [id(2)]);
        assert!(drawing.is_due(id(2), 200, next));
        assert_eq!(drawing.next(), None);
    }
}
