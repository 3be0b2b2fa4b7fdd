//! Standing groups: people who are often asked for together.

use super::{ids::GroupId, object::objects, request::NewParticipant, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A named list of people, to be rung all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    #[serde(deserialize_with = "objects")]
    pub participants: Vec<NewParticipant>,
    pub changed_at: Timestamp,
}
