//! The body of a verb that gives a conference to somebody else.

use super::input::{Checked, Faults, MAX_NAME};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest note, in characters.
pub const MAX_NOTE: usize = 500;

/// Whose the conference is to be.
#[derive(Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    /// The id or the name of an attendant, supervisor or administrator.
    pub user: String,
    /// What they should know; told to them and in the story. At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
}

impl Checked for NewOwner {
    fn check(&self, faults: &mut Faults) {
        faults.text(|| "/user".into(), &self.user, MAX_NAME);
        faults.text(|| "/note".into(), &self.note, MAX_NOTE);
    }
}
