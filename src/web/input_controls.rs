//! Bodies of the verbs that steer those in a room.

use super::input::{Checked, Faults, MAX_NAME};
use crate::domain::{
    request::Spare,
    setting::{Digits, Gain, Threshold},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to leave alone; nobody named: the hosts (the attendant and the moderators).
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Everybody {
    #[serde(default)]
    pub except: Spare,
}

/// How loud somebody is heard, and how loud they hear. At least one of the two.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGain {
    /// Steps: -4 (quieter) to 4 (louder); 0 as it comes.
    #[serde(default)]
    #[schema(value_type = Option<i8>, minimum = -4, maximum = 4)]
    pub gain_in: Option<Gain>,
    /// Steps: -4 (quieter) to 4 (louder); 0 as it comes.
    #[serde(default)]
    #[schema(value_type = Option<i8>, minimum = -4, maximum = 4)]
    pub gain_out: Option<Gain>,
}

/// From which level on somebody counts as speaking.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThreshold {
    /// Average sample, as mod_conference's `energy-level`: 0 mixes everything, 20000 lets nothing through.
    #[schema(value_type = u16, minimum = 0, maximum = 20000)]
    pub level: Threshold,
}

/// Keys to be pressed for somebody.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// 1 to 32 of 0123456789*#ABCD.
    #[schema(value_type = String, min_length = 1, max_length = 32, pattern = "^[0-9*#A-D]+$")]
    pub digits: Digits,
}

/// What else people should know of somebody; empty to take it off.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// At most 120 characters.
    #[schema(max_length = 120)]
    pub label: String,
}

impl Checked for Everybody {
    fn check(&self, _: &mut Faults) {}
}

impl Checked for NewGain {
    fn check(&self, faults: &mut Faults) {
        if self.gain_in.is_none() && self.gain_out.is_none() {
            faults.add("", "give gain_in, gain_out, or both");
        }
    }
}

impl Checked for NewThreshold {
    fn check(&self, _: &mut Faults) {}
}

impl Checked for Keys {
    fn check(&self, _: &mut Faults) {}
}

impl Checked for Label {
    fn check(&self, faults: &mut Faults) {
        faults.text(|| "/label".into(), &self.label, MAX_NAME);
    }
}
