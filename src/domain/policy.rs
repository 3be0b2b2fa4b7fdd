//! Dial policy: what may be dialed, by whom, how much at once. What it does not know, it refuses.

use super::{ids::UserId, number::Number, time::Timestamp};
use std::{collections::VecDeque, time::Duration};

/// The limits of one user, or of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most legs in one conference, those of caller and attendant included.
    pub legs_per_conference: usize,
    /// Most legs that ring or talk at once.
    pub legs_at_once: usize,
    /// Most legs dialed in any 60 s, redials included, across restarts.
    pub new_legs_per_minute: usize,
}

/// What may be dialed. A number must begin with an allowed prefix and with no denied one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub allow: Vec<String>,
    pub deny: Vec<String>,
    pub per_user: Limits,
    pub in_all: Limits,
}

/// Why a number or a number of legs was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("dial policy does not allow {0}; ask the administrator if you need it")]
    Number(String),
    #[error("a conference may have at most {0} legs, and this would make {1}; take some out")]
    Conference(usize, usize),
    #[error("at most {limit} legs may be up at once {whose}, and {now} are; wait until some have ended")]
    AtOnce { limit: usize, now: usize, whose: &'static str },
    #[error("at most {limit} legs may be dialed a minute {whose}, and {now} were; try again in {wait} s")]
    PerMinute { limit: usize, now: usize, whose: &'static str, wait: u64 },
}

impl Denied {
    /// It will pass by itself.
    pub fn is_for_now(&self) -> bool {
        matches!(self, Self::AtOnce { .. } | Self::PerMinute { .. })
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// The legs dialed in the last minute, and by whom.
#[derive(Clone, Debug, Default)]
pub struct RecentDials(VecDeque<(Timestamp, UserId)>);

impl RecentDials {
    /// Remembers a leg.
    pub fn note(&mut self, at: Timestamp, user: UserId) {
        self.0.push_back((at, user));
        while self.0.front().is_some_and(|(then, _)| at.since(*then) >= MINUTE) {
            self.0.pop_front();
        }
    }

    fn count(&self, now: Timestamp, user: Option<UserId>) -> (usize, u64) {
        let mut recent = self
            .0
            .iter()
            .filter(|(then, by)| now.since(*then) < MINUTE && user.is_none_or(|user| user == *by))
            .peekable();
        let wait = recent.peek().map_or(0, |(then, _)| (MINUTE - now.since(*then)).as_secs() + 1);
        (recent.count(), wait)
    }
}

/// How many legs are up, when more are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    pub in_conference: usize,
    pub of_user: usize,
    pub in_all: usize,
    /// Of these, asked for and not dialed yet.
    pub queued_of_user: usize,
    pub queued_in_all: usize,
}

impl Policy {
    /// Judges the normalised number.
    pub fn number(&self, number: &Number) -> Result<(), Denied> {
        let on = |list: &[String]| list.iter().any(|prefix| number.as_str().starts_with(prefix.as_str()));
        if on(&self.allow) && !on(&self.deny) { Ok(()) } else { Err(Denied::Number(number.to_string())) }
    }

    /// Judges so many new legs of one user.
    pub fn legs(
        &self,
        now: Timestamp,
        user: UserId,
        new: usize,
        load: Load,
        recent: &RecentDials,
    ) -> Result<(), Denied> {
        let most = self.per_user.legs_per_conference.min(self.in_all.legs_per_conference);
        if load.in_conference + new > most {
            return Err(Denied::Conference(most, load.in_conference + new));
        }
        for (limits, up, queued, who, whose) in [
            (self.per_user, load.of_user, load.queued_of_user, Some(user), "for you"),
            (self.in_all, load.in_all, load.queued_in_all, None, "for everybody"),
        ] {
            if up + new > limits.legs_at_once {
                return Err(Denied::AtOnce { limit: limits.legs_at_once, now: up, whose });
            }
            let (dialed, wait) = recent.count(now, who);
            let (dialed, wait) = (dialed + queued, if dialed == 0 { MINUTE.as_secs() } else { wait });
            if dialed + new > limits.new_legs_per_minute {
                return Err(Denied::PerMinute { limit: limits.new_legs_per_minute, now: dialed, whose, wait });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::Numbering;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn policy() -> Policy {
        let limits = Limits { legs_per_conference: 10, legs_at_once: 20, new_legs_per_minute: 5 };
        Policy { allow: vec!["+49".into(), "1".into()], deny: vec!["+49900".into()], per_user: limits, in_all: limits }
    }

    fn judge(text: &str) -> Result<(), Denied> {
        policy().number(&Numbering::default().normalise(text).unwrap())
    }

    #[test]
    fn what_is_not_allowed_by_name_is_refused() {
        assert!(judge("+4930123").is_ok());
        assert!(judge("+1212").is_err(), "an unknown prefix");
        assert!(judge("+49900123").is_err(), "a denied one inside an allowed one");
    }

    #[test]
    fn the_minute_passes() {
        let (user, mut recent) = (UserId::new(Uuid::from_u128(1)), RecentDials::default());
        let load = Load::default();
        for _ in 0..5 {
            recent.note(Timestamp(1_000), user);
        }
        let refused = policy().legs(Timestamp(2_000), user, 1, load, &recent).unwrap_err();
        assert!(refused.is_for_now() && refused.to_string().contains("try again in 60 s"), "{refused}");
        assert!(policy().legs(Timestamp(61_001), user, 1, load, &recent).is_ok());
    }

    #[test]
    fn a_conference_has_a_largest_size() {
        let user = UserId::new(Uuid::from_u128(1));
        let load = Load { in_conference: 8, of_user: 8, in_all: 8, ..Load::default() };
        let refused = policy().legs(Timestamp(0), user, 3, load, &RecentDials::default()).unwrap_err();
        assert_eq!(refused, Denied::Conference(10, 11));
    }

    proptest! {
        #[test]
        fn a_denied_number_is_never_dialed_however_it_is_typed(rest in "[0-9]{0,10}", typed in 0..3usize) {
            let german = Numbering {
                country_code: "49".into(),
                national_prefix: "0".into(),
                international_prefix: "00".into(),
            };
            let text = format!("{}{rest}", ["+49 900", "0049900", "0900"][typed]);
            prop_assert!(policy().number(&german.normalise(&text).unwrap()).is_err(), "{}", text);
        }

        /// Whenever they are asked for, a minute never sees more legs than its limit.
        #[test]
        fn no_minute_has_more_legs_than_its_limit(pauses in prop::collection::vec((0..40_000i64, 1..4usize), 1..60)) {
            let (user, mut recent) = (UserId::new(Uuid::from_u128(1)), RecentDials::default());
            let load = Load::default();
            let (mut now, mut dialed) = (0, Vec::new());
            for (pause, new) in pauses {
                now += pause;
                if policy().legs(Timestamp(now), user, new, load, &recent).is_ok() {
                    for _ in 0..new {
                        recent.note(Timestamp(now), user);
                        dialed.push(now);
                    }
                }
                let last_minute = dialed.iter().filter(|at| now - **at < 60_000).count();
                prop_assert!(last_minute <= 5, "{} legs", last_minute);
            }
        }
    }
}
