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
    LockPending(ConferenceId),
    MutePending(ConferenceId, ParticipantId),
    /// A leg should be over or in the room by now.
    LegDue(ChannelId),
    /// The job failed, the hang-up has not been told.
    LegVanished(ChannelId),
    /// It left the room, but did not hang up.
    Stray(ChannelId),
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
