//! The body of a verb that gives a conference to somebody else.

use super::input::{Checked, Faults, MAX_NAME};
use crate::domain::ids::ParticipantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest note, in characters.
pub const MAX_NOTE: usize = 500;

/// Whose the conference is to be; or who in the room runs it from now on, by the keys of their phone. One of both.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    /// The id or the name of an attendant, supervisor or administrator.
    #[serde(default)]
    pub user: Option<String>,
    /// Somebody in the room: in charge of it from now on, and a moderator; the conference stays its owner's.
    #[serde(default)]
    pub participant_id: Option<ParticipantId>,
    /// What they should know; told to them and in the story. At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
}

impl Checked for NewOwner {
    fn check(&self, faults: &mut Faults) {
        match (&self.user, self.participant_id) {
            (Some(_), Some(_)) => faults.add("/participant_id", "stands beside user; name one of both"),
            (None, None) => faults.add("/user", "is missing; name a user, or a participant_id"),
            _ => {}
        }
        faults.text(|| "/user".into(), self.user.as_deref().unwrap_or_default(), MAX_NAME);
        faults.text(|| "/note".into(), &self.note, MAX_NOTE);
    }
}
