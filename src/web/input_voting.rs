//! The body of the verb that opens a vote.

use super::input::{Checked, Faults};
use crate::domain::vote::{LONGEST_QUESTION, LONGEST_VOTE};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the room is asked: yes or no.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVote {
    /// For the page and the story; nobody hears it. At most 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub question: String,
    /// Nobody can see who voted what, and nobody sees sums before it is closed. Absent: as the configuration says.
    #[serde(default)]
    pub secret: Option<bool>,
    /// It closes by itself after so long: 5 to 3600. Absent: when somebody closes it.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 3600)]
    pub seconds: Option<u32>,
}

impl Checked for NewVote {
    fn check(&self, faults: &mut Faults) {
        faults.text(|| "/question".into(), &self.question, LONGEST_QUESTION);
        if let Some(seconds) = self.seconds.filter(|seconds| !(5..=LONGEST_VOTE).contains(seconds)) {
            faults.add("/seconds", format!("{seconds} is out of range: from 5 to {LONGEST_VOTE} seconds"));
        }
    }
}
