//! Wrong PINs are counted: by who calls, so that nobody can try for ever, and by access number, so that many callers
//! together cannot either.

use crate::domain::{ids::ChannelId, time::Timestamp};
use std::{collections::BTreeSet, time::Duration};

/// How many wrong PINs are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessLimits {
    /// Of one caller's number, at all access numbers together.
    pub of_caller: usize,
    /// At one access number, of all callers together.
    pub at_number: usize,
    /// Within so long.
    pub window: Duration,
}

/// One wrong PIN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guess {
    pub at: Timestamp,
    pub access: String,
    /// The caller's; all who withhold theirs share one.
    pub number: String,
    /// The call, and how many there were in it: a guess told of to several conferences is one.
    pub channel: ChannelId,
    pub times: u32,
}

/// The wrong PINs of late.
#[derive(Clone, Debug, Default)]
pub struct Guesses(BTreeSet<Guess>);

impl Guesses {
    /// One more. Those nobody counts any more are forgotten.
    pub fn note(&mut self, guess: Guess, window: Duration) {
        let now = guess.at;
        self.0.insert(guess);
        while self.0.first().is_some_and(|oldest| now.since(oldest.at) >= window) {
            self.0.pop_first();
        }
    }

    /// Until when this caller is not asked for a PIN any more.
    pub fn caller_is_out(&self, now: Timestamp, limits: &GuessLimits, number: &str) -> Option<Timestamp> {
        self.until(now, limits.window, limits.of_caller, |guess| guess.number == number)
    }

    /// Until when nobody is asked for a PIN at this access number.
    pub fn number_is_shut(&self, now: Timestamp, limits: &GuessLimits, access: &str) -> Option<Timestamp> {
        self.until(now, limits.window, limits.at_number, |guess| guess.access == access)
    }

    fn until(
        &self,
        now: Timestamp,
        window: Duration,
        most: usize,
        counts: impl Fn(&Guess) -> bool,
    ) -> Option<Timestamp> {
        let counted = self.0.iter().rev().filter(|guess| now.since(guess.at) < window && counts(guess));
        // When the last that makes it too many is no longer counted.
        counted.map(|guess| guess.at.plus(window)).nth(most.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const LIMITS: GuessLimits = GuessLimits { of_caller: 3, at_number: 5, window: Duration::from_secs(60) };

    fn guess(at: i64, caller: u32) -> Guess {
        Guess {
            at: Timestamp(at),
            access: "5".into(),
            number: caller.to_string(),
            channel: ChannelId(Uuid::from_u128(u128::from(caller))),
            times: u32::try_from(at).unwrap_or(0),
        }
    }

    #[test]
    fn who_guesses_too_often_is_out_until_the_first_of_it_is_long_ago() {
        let mut guesses = Guesses::default();
        for at in [0, 10_000, 20_000] {
            assert_eq!(guesses.caller_is_out(Timestamp(at), &LIMITS, "7"), None);
            guesses.note(guess(at, 7), LIMITS.window);
        }
        assert_eq!(guesses.caller_is_out(Timestamp(20_000), &LIMITS, "7"), Some(Timestamp(60_000)));
        assert_eq!(guesses.caller_is_out(Timestamp(20_000), &LIMITS, "8"), None, "nobody else is");
        assert_eq!(guesses.caller_is_out(Timestamp(60_000), &LIMITS, "7"), None);
    }

    #[test]
    fn many_who_guess_shut_the_number_for_all() {
        let mut guesses = Guesses::default();
        for caller in 0..5 {
            assert_eq!(guesses.number_is_shut(Timestamp(1), &LIMITS, "5"), None);
            guesses.note(guess(1, caller), LIMITS.window);
        }
        assert_eq!(guesses.number_is_shut(Timestamp(2), &LIMITS, "5"), Some(Timestamp(60_001)));
        assert_eq!(guesses.number_is_shut(Timestamp(2), &LIMITS, "6"), None);
    }

    #[test]
    fn the_same_guess_told_twice_counts_once() {
        let mut guesses = Guesses::default();
        for _ in 0..9 {
            guesses.note(guess(1, 7), LIMITS.window);
        }
        assert_eq!(guesses.caller_is_out(Timestamp(2), &LIMITS, "7"), None);
    }

    proptest! {
        /// Whoever asks first whether they may: no stretch of time sees more wrong PINs than its limit.
        #[test]
        fn no_window_has_more_guesses_than_its_limit(
            tries in prop::collection::vec((0..30_000i64, 0..4u32), 1..80),
        ) {
            let (mut guesses, mut made, mut now) = (Guesses::default(), Vec::new(), 0);
            for (pause, caller) in tries {
                now += pause;
                let at = Timestamp(now);
                let (number, before) = (caller.to_string(), made.len());
                if guesses.caller_is_out(at, &LIMITS, &number).is_none()
                    && guesses.number_is_shut(at, &LIMITS, "5").is_none()
                {
                    let times = u32::try_from(before).unwrap_or(0);
                    guesses.note(Guess { times, ..guess(now, caller) }, LIMITS.window);
                    made.push((now, caller));
                }
                let of = |who: Option<u32>| {
                    made.iter().filter(|(at, by)| now - at < 60_000 && who.is_none_or(|who| *by == who)).count()
                };
                prop_assert!(of(None) <= 5 && of(Some(caller)) <= 3);
            }
        }
    }
}
