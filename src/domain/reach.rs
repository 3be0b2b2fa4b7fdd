//! How hard a person is tried: one number after the other or all at once, how long each rings, and how often somebody
//! who is busy is called again.

use super::request::{InputError, NewParticipant};
use serde::{Deserialize, Serialize};
use std::{ops::RangeInclusive, time::Duration};
use utoipa::ToSchema;

/// How several numbers of one person are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// One after the other, in the order given.
    #[default]
    InOrder,
    /// All of them together: the first to accept is taken in, the others stop ringing.
    AllAtOnce,
}

/// What was asked for one person. Absent: as the rules say at the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    pub strategy: Strategy,
    /// Each number rings so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_seconds: Option<u32>,
    /// Somebody who is busy is called again so often.
    pub retries: u8,
    /// After so long each time.
    pub retry_pause_seconds: u32,
}

/// How long a phone may be asked to ring.
pub const RING_SECONDS: RangeInclusive<u32> = 5..=120;
/// How often somebody who is busy may be called again.
pub const RETRIES: RangeInclusive<u32> = 0..=5;
/// How long may be waited before that.
pub const RETRY_PAUSE_SECONDS: RangeInclusive<u32> = 1..=300;

impl Reach {
    /// What the request says, and else the default. Every value out of its range is named with its place.
    pub fn wanted(self, person: &NewParticipant, at: usize) -> Result<Self, Vec<InputError>> {
        let mut errors = Vec::new();
        let mut within = |key: &str, value: Option<u32>, allowed: RangeInclusive<u32>| {
            if let Some(value) = value.filter(|value| !allowed.contains(value)) {
                let (low, high) = (allowed.start(), allowed.end());
                errors.push(InputError {
                    pointer: format!("/participants/{at}/{key}"),
                    detail: format!("{value} is out of range; choose {low} to {high}"),
                });
            }
        };
        within("ring_seconds", person.ring_seconds, RING_SECONDS);
        within("retries", person.retries, RETRIES);
        within("retry_pause_seconds", person.retry_pause_seconds, RETRY_PAUSE_SECONDS);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            strategy: person.strategy.unwrap_or(self.strategy),
            ring_seconds: person.ring_seconds.or(self.ring_seconds),
            retries: person.retries.and_then(|times| u8::try_from(times).ok()).unwrap_or(self.retries),
            retry_pause_seconds: person.retry_pause_seconds.unwrap_or(self.retry_pause_seconds),
        })
    }

    /// How long is waited before somebody who is busy is called again.
    pub fn pause(self) -> Duration {
        Duration::from_secs(u64::from(self.retry_pause_seconds.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_the_house_has_it() {
        let house = Reach { retries: 2, retry_pause_seconds: 20, ..Reach::default() };
        let person = NewParticipant { retries: Some(0), ring_seconds: Some(60), ..NewParticipant::default() };
        let wanted = house.wanted(&person, 0).unwrap();
        assert_eq!(wanted, Reach { ring_seconds: Some(60), retries: 0, ..house });
    }

    #[test]
    fn every_value_out_of_range_is_named() {
        let person = NewParticipant {
            ring_seconds: Some(4),
            retries: Some(6),
            retry_pause_seconds: Some(0),
            ..NewParticipant::default()
        };
        let errors = Reach::default().wanted(&person, 3).unwrap_err();
        let places: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(
            places,
            ["/participants/3/ring_seconds", "/participants/3/retries", "/participants/3/retry_pause_seconds"]
        );
    }
}
