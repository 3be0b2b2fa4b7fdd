//! Deadlines, one a key.

use super::{
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The pair has talked long enough for a hang-up to mean one.
    Settled(CallId),
    /// The station hung up: where is the caller?
    StationGone(CallId),
    /// Answering took too long.
    AnswerDue(CallId),
    /// Hold or resume took too long.
    CallPending(CallId),
    MoveDue(ConferenceId),
    Question(ConferenceId),
    /// A conference may end by itself now, or is to be warned that it will.
    EndRule(ConferenceId),
    /// Whoever came or left in the last moment is named.
    NamesDue(ConferenceId),
    /// What is being announced is not heard of.
    AnnounceDue(ConferenceId),
    /// The open vote closes by itself.
    VoteDue(ConferenceId),
    LockPending(ConferenceId),
    /// The switch did not say how it has it, who hears whom.
    HearingPending(ConferenceId),
    /// What was asked for a member of the room took too long.
    ControlPending(ConferenceId, ParticipantId),
    /// What was asked of the recording took too long, or its end is not told of.
    RecordingDue(ConferenceId),
    /// A leg should be over or in the room by now.
    LegDue(ChannelId),
    /// The job failed, the hang-up has not been told.
    LegVanished(ChannelId),
    /// A caller who was let in should be in.
    JoinDue(ChannelId),
    /// Sent to another room, it should be there.
    PassDue(ChannelId),
    /// It left the room, but did not hang up.
    Stray(ChannelId),
    /// The next leg in the queue may be dialed.
    Dial,
    Forget(ConferenceId),
}

/// All deadlines of one node.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    by_key: BTreeMap<Timer, Timestamp>,
    by_time: BTreeSet<(Timestamp, Timer)>,
}

impl Timers {
    /// Sets or moves a deadline.
    pub fn set(&mut self, timer: Timer, at: Timestamp) {
        self.clear(timer);
        self.by_key.insert(timer, at);
        self.by_time.insert((at, timer));
    }

    /// Takes a deadline back; says whether there was one.
    pub fn clear(&mut self, timer: Timer) -> bool {
        match self.by_key.remove(&timer) {
            Some(at) => self.by_time.remove(&(at, timer)),
            None => false,
        }
    }

    /// Whether there is such a deadline.
    pub fn is_set(&self, timer: Timer) -> bool {
        self.by_key.contains_key(&timer)
    }

    /// The earliest.
    pub fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes one that is due.
    pub fn due(&mut self, now: Timestamp) -> Option<Timer> {
        let (at, timer) = *self.by_time.first().filter(|(at, _)| *at <= now)?;
        self.by_time.remove(&(at, timer));
        self.by_key.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    proptest! {
        /// Each key has one deadline, the last one set; they come in the order of time, none before its time.
        #[test]
        fn deadlines_come_once_and_in_order(
            sets in prop::collection::vec((0..6u128, prop::option::of(0..1_000i64)), 0..40),
            now in 0..1_000i64,
        ) {
            let (mut timers, mut expected) = (Timers::default(), BTreeMap::new());
            for (key, at) in sets {
                let timer = Timer::Stray(ChannelId(Uuid::from_u128(key)));
                match at {
                    Some(at) => {
                        timers.set(timer, Timestamp(at));
                        expected.insert(timer, at);
                    }
                    None => prop_assert_eq!(timers.clear(timer), expected.remove(&timer).is_some()),
                }
            }
            let mut order: Vec<_> = expected.into_iter().map(|(timer, at)| (at, timer)).collect();
            order.sort();
            let (due, later): (Vec<_>, Vec<_>) = order.into_iter().partition(|(at, _)| *at <= now);
            for (_, timer) in due {
                prop_assert_eq!(timers.due(Timestamp(now)), Some(timer));
            }
            prop_assert_eq!(timers.due(Timestamp(now)), None);
            prop_assert_eq!(timers.next(), later.first().map(|(at, _)| Timestamp(*at)));
        }
    }
}
