//! What becomes of a call to someone: by their last digit, by their station, or as a test decided.

use super::{config::StationManner, world::World};
use std::time::Duration;

/// What the person, machine or network at the other end does.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The far end refuses with a SIP status, perhaps after ringing.
    Refuses { sip: u16, cause: &'static str, after: Duration, rings: bool },
    /// Rings until the caller gives up.
    NeverAnswers,
    /// Picks up. `presses` is the key pressed when asked to confirm, none for a machine; `leaves` after so long.
    Answers { after: Duration, presses: Option<char>, leaves: Option<Duration> },
    /// Sends early media (a 183) at once and picks up later.
    EarlyMedia { answers_after: Duration },
}

impl Fate {
    pub fn busy() -> Self {
        Self::Refuses { sip: 486, cause: "USER_BUSY", after: Duration::ZERO, rings: false }
    }

    /// Picks up after so long and stays.
    pub fn answers_after(after: Duration) -> Self {
        Self::Answers { after, presses: Some('1'), leaves: None }
    }
}

impl World {
    /// The fate of a call to `number`, dialled as `endpoint`.
    pub(super) fn fate_of(&mut self, endpoint: &str, number: &str) -> Fate {
        if let Some(fate) = self.fates.get(endpoint).or_else(|| self.fates.get(number)) {
            return fate.clone();
        }
        if let Some(station) = self.stations.get(number) {
            return match station.manner {
                StationManner::Answers { after } => Fate::answers_after(after),
                StationManner::Busy => Fate::busy(),
                StationManner::Declines => declines(Duration::from_secs(1)),
                StationManner::NoAnswer => Fate::NeverAnswers,
                StationManner::AnswersAndHangsUp { after, stays } => {
                    Fate::Answers { after, presses: Some('1'), leaves: Some(stays) }
                }
            };
        }
        let quick = self.between(700, 2900);
        let refusal = self.between(80, 400);
        match number.chars().last() {
            Some('1') => Fate::Refuses { sip: 486, cause: "USER_BUSY", after: refusal, rings: false },
            Some('2') => declines(self.between(800, 2500)),
            Some('3') => Fate::NeverAnswers,
            Some('4') => Fate::Refuses { sip: 404, cause: "UNALLOCATED_NUMBER", after: refusal, rings: false },
            Some('5') => Fate::answers_after(Duration::from_secs(8)),
            Some('6') => Fate::Answers { after: quick, presses: Some('1'), leaves: Some(Duration::from_secs(10)) },
            Some('7') => Fate::Answers { after: quick, presses: None, leaves: None },
            _ => Fate::answers_after(quick),
        }
    }
}

fn declines(after: Duration) -> Fate {
    Fate::Refuses { sip: 603, cause: "CALL_REJECTED", after, rings: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::config::SimulatorConfig;

    #[test]
    fn the_last_digit_decides_and_a_station_is_known_by_its_number() {
        let mut world = World::new(SimulatorConfig::default());
        let mut fate = |number: &str| world.fate_of("", number);
        assert!(matches!(fate("55501"), Fate::Refuses { sip: 486, .. }));
        assert!(matches!(fate("55502"), Fate::Refuses { sip: 603, .. }));
        assert_eq!(fate("55503"), Fate::NeverAnswers);
        assert!(matches!(fate("55504"), Fate::Refuses { cause: "UNALLOCATED_NUMBER", .. }));
        assert_eq!(fate("55505"), Fate::answers_after(Duration::from_secs(8)));
        assert!(matches!(fate("55506"), Fate::Answers { leaves: Some(_), .. }));
        assert!(matches!(fate("55507"), Fate::Answers { presses: None, .. }));
        let Fate::Answers { after, .. } = fate("55508") else { panic!("8 answers") };
        assert!(after < Duration::from_secs(3));
        assert_eq!(fate("1001"), Fate::answers_after(Duration::from_millis(600)), "a station, not a busy number");
    }
}
