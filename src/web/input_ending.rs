//! When a conference ends: what may be asked for.

use super::input::{Checked, Faults};
use crate::domain::ending::{EndWishes, LONGEST};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much longer a conference may go on.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// 1 to 86400; a quarter of an hour if absent. It never ends later than a day from now.
    #[serde(default = "quarter_of_an_hour")]
    #[schema(minimum = 1, maximum = 86400, default = 900)]
    pub seconds: u32,
}

fn quarter_of_an_hour() -> u32 {
    900
}

impl Default for Extension {
    fn default() -> Self {
        Self { seconds: quarter_of_an_hour() }
    }
}

impl Checked for Extension {
    fn check(&self, faults: &mut Faults) {
        if !(1..=LONGEST).contains(&self.seconds) {
            faults.add("/seconds", format!("{} is out of range: from 1 to {LONGEST} seconds", self.seconds));
        }
    }
}

impl Faults {
    pub(super) fn end_rules(&mut self, wishes: &EndWishes) {
        for fault in wishes.faults("/end_rules") {
            self.add(fault.pointer, fault.detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::parse;
    use super::super::input_groups::ConferenceWanted as NewConference;
    use super::*;
    use serde_json::{Value, json};

    fn pointers(end_rules: &Value) -> Vec<String> {
        let body = json!({ "participants": [{ "numbers": ["1001"] }], "end_rules": end_rules });
        match parse::<NewConference>(body.to_string().as_bytes()) {
            Ok(_) => Vec::new(),
            Err(problem) => problem.errors.into_iter().map(|error| error.pointer).collect(),
        }
    }

    #[test]
    fn the_end_of_a_conference_is_asked_for_in_seconds_within_their_ranges() {
        let all = json!({
            "attendant_leaves": true, "caller_leaves": false, "one_left": null, "nobody_seconds": 0,
            "max_seconds": 86400, "warn_seconds": [3600, 1], "grace_seconds": 300,
        });
        assert_eq!(pointers(&all), [] as [&str; 0]);
        assert_eq!(pointers(&json!({ "max_seconds": 86401 })), ["/end_rules/max_seconds"]);
        assert_eq!(pointers(&json!({ "grace_seconds": 301 })), ["/end_rules/grace_seconds"]);
        assert_eq!(pointers(&json!({ "warn_seconds": [60, 0] })), ["/end_rules/warn_seconds/1"]);
        assert_eq!(pointers(&json!({ "warn_seconds": vec![60; 6] })), ["/end_rules/warn_seconds"]);
        assert_eq!(pointers(&json!({ "minutes": 1 })), ["/end_rules/minutes"]);
        assert_eq!(pointers(&json!([true])), ["/end_rules"]);
        assert!(parse::<Extension>(br#"{"seconds": 0}"#).is_err());
    }
}
