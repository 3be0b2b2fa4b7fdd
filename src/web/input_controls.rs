//! Bodies of the verbs that steer those in a room.

use super::input::{Checked, Faults, MAX_NAME, MAX_PARTICIPANTS};
use crate::domain::{
    ids::{ConferenceId, ParticipantId},
    request::{NewParticipant, Spare},
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

/// Who is to talk apart from the room: at least two who are in it.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSidebar {
    #[schema(min_items = 2)]
    pub participants: Vec<ParticipantId>,
}

/// Which sidebar is to end; all, if none is named.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichSidebar {
    #[serde(default)]
    pub sidebar: Option<u32>,
}

/// Who is to be the only one to hear the participant.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCoaching {
    pub participant_id: ParticipantId,
}

/// Who takes the participant's place, as soon as they are in.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    pub with: NewParticipant,
}

impl Checked for Replacement {
    fn check(&self, faults: &mut Faults) {
        faults.participant("/with", &self.with);
    }
}

/// Another conference, whose room they go to.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherConference {
    pub conference_id: ConferenceId,
}

impl Checked for OtherConference {
    fn check(&self, _: &mut Faults) {}
}

impl Checked for NewSidebar {
    fn check(&self, faults: &mut Faults) {
        if !(2..=MAX_PARTICIPANTS).contains(&self.participants.len()) {
            faults.add("/participants", format!("name 2 to {MAX_PARTICIPANTS} participants"));
        }
    }
}

impl Checked for WhichSidebar {
    fn check(&self, _: &mut Faults) {}
}

impl Checked for NewCoaching {
    fn check(&self, _: &mut Faults) {}
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
