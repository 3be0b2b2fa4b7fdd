//! When a conference ends by itself: what was asked for, and how far it is on its way there.

use super::{
    cause::{Cause, Reason},
    conference::{Conference, Leg, Participant},
    fact::Fact,
    request::InputError,
    states::{LegState, ParticipantRole},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// The longest any of them may be: a day.
pub const LONGEST: u32 = 24 * 3600;
/// The longest somebody may be waited for whose leaving ends it.
pub const LONGEST_GRACE: u32 = 300;
/// The earliest warning: an hour before.
pub const EARLIEST_WARNING: u32 = 3600;
/// Most warnings.
pub const MOST_WARNINGS: usize = 5;

/// When a conference ends without anybody saying so. What is absent does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndRules {
    /// The attendant left.
    #[serde(default)]
    pub attendant_leaves: bool,
    /// The caller left.
    #[serde(default)]
    pub caller_leaves: bool,
    /// Two or more were in, and only one is, with nobody being rung.
    #[serde(default)]
    pub one_left: bool,
    /// Nobody came within so many seconds: none of those rung besides the call it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nobody_seconds: Option<u32>,
    /// It has been live for so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_seconds: Option<u32>,
    /// Warnings come so many seconds before `max_seconds` are over.
    #[serde(default)]
    pub warn_seconds: Vec<u32>,
    /// Whoever left may come back within so many seconds, and it goes on.
    #[serde(default)]
    pub grace_seconds: u32,
}

/// The same as it is asked for. What is absent is as the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndWishes {
    /// It ends when the attendant has left.
    #[serde(default)]
    pub attendant_leaves: Option<bool>,
    /// It ends when the caller has left whose call it was made from.
    #[serde(default)]
    pub caller_leaves: Option<bool>,
    /// It ends when only one is left, and nobody is being rung.
    #[serde(default)]
    pub one_left: Option<bool>,
    /// It ends when within so many seconds, 1 to 86400, nobody came: none of those rung besides the call it was made
    /// from, or, without a call, nobody at all. 0: however long it takes.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86400)]
    pub nobody_seconds: Option<u32>,
    /// It ends when it has been live for so many seconds, 1 to 86400; see the verb `extend`. 0: never.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86400)]
    pub max_seconds: Option<u32>,
    /// Warnings so many seconds, 1 to 3600, before that. At most 5; an empty list for none.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub warn_seconds: Option<Vec<u32>>,
    /// Whoever left may come back within so many seconds, 0 to 300, before it ends.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 300)]
    pub grace_seconds: Option<u32>,
}

impl EndWishes {
    /// What is out of range, each with its place below `pointer`.
    pub fn faults(&self, pointer: &str) -> Vec<InputError> {
        let mut faults = Vec::new();
        let mut range = |key: String, value: u32, least: u32, most: u32| {
            if !(least..=most).contains(&value) {
                let detail = format!("{value} is out of range: from {least} to {most} seconds");
                faults.push(InputError { pointer: format!("{pointer}/{key}"), detail });
            }
        };
        range("nobody_seconds".into(), self.nobody_seconds.unwrap_or(0), 0, LONGEST);
        range("max_seconds".into(), self.max_seconds.unwrap_or(0), 0, LONGEST);
        range("grace_seconds".into(), self.grace_seconds.unwrap_or(0), 0, LONGEST_GRACE);
        let warnings = self.warn_seconds.as_deref().unwrap_or_default();
        for (place, seconds) in warnings.iter().take(MOST_WARNINGS).enumerate() {
            range(format!("warn_seconds/{place}"), *seconds, 1, EARLIEST_WARNING);
        }
        if warnings.len() > MOST_WARNINGS {
            let detail = format!("has {} entries; at most {MOST_WARNINGS} are allowed", warnings.len());
            faults.push(InputError { pointer: format!("{pointer}/warn_seconds"), detail });
        }
        faults
    }
}

impl EndRules {
    /// These, with what somebody wishes otherwise.
    pub fn with(&self, wishes: &EndWishes) -> Self {
        let some = |wish: Option<u32>, own: Option<u32>| wish.or(own).filter(|seconds| *seconds > 0);
        Self {
            attendant_leaves: wishes.attendant_leaves.unwrap_or(self.attendant_leaves),
            caller_leaves: wishes.caller_leaves.unwrap_or(self.caller_leaves),
            one_left: wishes.one_left.unwrap_or(self.one_left),
            nobody_seconds: some(wishes.nobody_seconds, self.nobody_seconds),
            max_seconds: some(wishes.max_seconds, self.max_seconds),
            warn_seconds: wishes.warn_seconds.as_ref().unwrap_or(&self.warn_seconds).clone(),
            grace_seconds: wishes.grace_seconds.unwrap_or(self.grace_seconds),
        }
    }

    /// Does it end when somebody in this role has left, whoever it is?
    pub fn on_exit_of(&self, role: ParticipantRole) -> bool {
        match role {
            ParticipantRole::Attendant => self.attendant_leaves,
            ParticipantRole::Caller => self.caller_leaves,
            ParticipantRole::Guest => false,
        }
    }
}

/// How far a conference is on its way to its end. Folded from its facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    pub rules: EndRules,
    /// Its longest time is over then.
    pub ends_at: Option<Timestamp>,
    /// Seconds that were left at the latest warning, or when the end was last set: earlier warnings are past.
    warned: u32,
    /// It ends then, for this reason, unless whoever left comes back.
    pub due: Option<(Timestamp, Cause)>,
}

impl Ending {
    /// As it begins.
    pub fn new(rules: EndRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// One more fact.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ConferenceLimit { ends_at } | Fact::ConferenceExtended { ends_at, .. } => {
                self.ends_at = Some(*ends_at);
                self.warned = seconds_up(ends_at.since(at));
            }
            Fact::ConferenceWarned { left } => self.warned = *left,
            Fact::ConferenceEndDue { cause, at, .. } => self.due = Some((*at, cause.clone())),
            Fact::ConferenceEndCalledOff | Fact::ConferenceEnding { .. } => self.due = None,
            _ => {}
        }
    }

    /// The warnings that are still to come, as moments.
    fn warnings(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let coming = self.rules.warn_seconds.iter().filter(|seconds| **seconds < self.warned);
        coming.filter_map(|seconds| self.ends_at.map(|end| Timestamp(end.0 - i64::from(*seconds) * 1000)))
    }

    /// Seconds left, if a warning is due.
    pub fn warning(&self, now: Timestamp) -> Option<u32> {
        let left = seconds_up(self.ends_at?.since(now));
        self.warnings().any(|at| at <= now).then_some(left)
    }

    /// When something of this is next to be looked at.
    pub fn next(&self) -> Option<Timestamp> {
        self.warnings().chain(self.ends_at).chain(self.due.as_ref().map(|(at, _)| *at)).min()
    }
}

impl Conference {
    /// Nobody has come, and then it ends.
    pub fn nobody_due(&self) -> Option<Timestamp> {
        let seconds = self.ending.rules.nobody_seconds?;
        let came = self.legs().any(|(p, leg)| {
            matches!(leg.state, LegState::Joined | LegState::Left)
                && (self.call.is_none() || p.role == ParticipantRole::Guest)
        });
        (!came).then(|| self.created_at.plus(Duration::from_secs(u64::from(seconds))))
    }

    /// Somebody left without whom it does not go on, and is not being brought back.
    pub fn ends_because(&self) -> Option<Reason> {
        let gone = self.participants.iter().find(|p| {
            // Somebody else may run it as the attendant did.
            p.end_conference_on_exit && p.has_left() && !(p.role == ParticipantRole::Attendant && self.is_led())
        });
        if let Some(gone) = gone {
            return Some(match gone.role {
                ParticipantRole::Attendant => Reason::AttendantLeft,
                ParticipantRole::Caller => Reason::CallerLeft,
                ParticipantRole::Guest => Reason::HostLeft,
            });
        }
        let ever = self
            .participants
            .iter()
            .filter(|p| p.legs.iter().any(|leg| matches!(leg.state, LegState::Joined | LegState::Left)));
        let alone = self.joined() == 1 && self.active().count() == 1;
        (self.ending.rules.one_left && alone && ever.count() > 1).then_some(Reason::OneLeft)
    }
}

impl Participant {
    /// Was in it, is out, and is not being brought back.
    pub fn has_left(&self) -> bool {
        self.legs.iter().any(|leg| leg.state == LegState::Left) && !self.legs.iter().any(Leg::is_active)
    }
}

/// Whole seconds, a begun one counted.
fn seconds_up(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

/// As people say it: "5 minutes".
pub fn spelled(seconds: u32) -> String {
    let of = |count: u32, unit: &str| if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") };
    match seconds {
        s if s >= 3600 && s.is_multiple_of(3600) => of(s / 3600, "hour"),
        s if s >= 60 && s.is_multiple_of(60) => of(s / 60, "minute"),
        s if s >= 600 => of(s.div_ceil(60), "minute"),
        s => of(s, "second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_go_before_what_is_configured_and_nought_means_no_limit() {
        let own = EndRules { one_left: true, max_seconds: Some(60), grace_seconds: 5, ..EndRules::default() };
        assert_eq!(own.with(&EndWishes::default()), own);
        let wishes = EndWishes { max_seconds: Some(0), one_left: Some(false), ..EndWishes::default() };
        assert_eq!(own.with(&wishes), EndRules { grace_seconds: 5, ..EndRules::default() });
    }

    #[test]
    fn every_warning_comes_once_and_none_for_what_is_nearer_than_it() {
        let second = |s: i64| Timestamp(s * 1000);
        let rules = EndRules { warn_seconds: vec![300, 60], ..EndRules::default() };
        let mut ending = Ending::new(rules);
        ending.apply(second(0), &Fact::ConferenceLimit { ends_at: second(120) });
        assert_eq!((ending.next(), ending.warning(second(59))), (Some(second(60)), None));
        assert_eq!(ending.warning(second(60)), Some(60));
        ending.apply(second(60), &Fact::ConferenceWarned { left: 60 });
        assert_eq!((ending.next(), ending.warning(second(61))), (Some(second(120)), None));
        ending.apply(second(70), &Fact::ConferenceExtended { ends_at: second(1000), seconds: 880 });
        assert_eq!(ending.next(), Some(second(700)));
        // Nobody looked for a while: one warning for both that are past.
        assert_eq!(ending.warning(second(950)), Some(50));
        ending.apply(second(950), &Fact::ConferenceWarned { left: 50 });
        assert_eq!(ending.next(), Some(second(1000)));
    }

    #[test]
    fn times_are_spelled_as_people_say_them() {
        let told = [1, 59, 60, 90, 300, 899, 3600, 7200].map(spelled);
        let wanted =
            ["1 second", "59 seconds", "1 minute", "90 seconds", "5 minutes", "15 minutes", "1 hour", "2 hours"];
        assert_eq!(told, wanted);
    }
}
