//! Hands and votes, as the page sees them.

use crate::domain::{ids::ParticipantId, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody wants to speak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandView {
    pub participant_id: ParticipantId,
    pub raised_at: Timestamp,
}

/// What somebody voted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BallotView {
    Yes,
    No,
    /// In a secret vote: nobody is told what.
    Secret,
}

/// A yes/no vote, open or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteView {
    /// Counts up within the conference, from 1.
    pub number: u32,
    /// May be empty.
    pub question: String,
    /// Nobody can see who voted what, and nobody sees sums before it is closed.
    pub secret: bool,
    pub open: bool,
    pub opened_at: Timestamp,
    /// It closes by itself then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// How many said yes; absent while a secret vote is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes: Option<u32>,
    /// How many said no; absent while a secret vote is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<u32>,
    /// How many voted.
    pub cast: u32,
    /// How many are in the room and have not voted, or had not when it closed.
    pub missing: u32,
    /// Who voted, and what, by id; of a secret one only who.
    pub answers: Vec<AnswerView>,
}

/// One person's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerView {
    pub participant_id: ParticipantId,
    pub answer: BallotView,
}
