//! Hands and votes: who wants to speak, and what a room thinks of a question. Folded from facts.

use super::{
    fact::Fact,
    ids::{ConferenceId, ParticipantId},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// Longest question, in characters.
pub const LONGEST_QUESTION: usize = 200;
/// The longest a vote may be open by itself: an hour.
pub const LONGEST_VOTE: u32 = 3600;

/// Somebody wants to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    pub participant: ParticipantId,
    pub raised_at: Timestamp,
}

/// One yes/no vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Counts up within the conference, from 1.
    pub number: u32,
    /// May be empty.
    pub question: String,
    /// Nobody can see who voted what.
    pub secret: bool,
    pub opened_at: Timestamp,
    /// It closes by itself then.
    pub closes_at: Option<Timestamp>,
    /// Who voted, and what; of a secret one only who.
    pub ballots: BTreeMap<ParticipantId, Option<bool>>,
    pub result: Option<VoteResult>,
}

/// What came of a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteResult {
    pub closed_at: Timestamp,
    pub yes: u32,
    pub no: u32,
    /// Were in the room when it closed, and had not voted.
    pub missing: u32,
}

/// What a secret ballot said. Never journaled: it is kept in the urn, apart from everything else, until the vote is
/// closed, so that each person counts once across a restart, too; then only sums are left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    pub conference: ConferenceId,
    pub participant: ParticipantId,
    pub yes: bool,
}

/// To be made durable together with the facts it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrnChange {
    /// In place of what this person put in before.
    Put(Ballot),
    /// The vote is counted.
    Empty(ConferenceId),
}

/// The urns of all secret votes that are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Urns(BTreeMap<ConferenceId, BTreeMap<ParticipantId, bool>>);

impl Urns {
    /// One ballot, in place of an earlier one.
    pub fn put(&mut self, ballot: Ballot) {
        self.0.entry(ballot.conference).or_default().insert(ballot.participant, ballot.yes);
    }

    /// What this person put in.
    pub fn has(&self, conference: ConferenceId, participant: ParticipantId) -> Option<bool> {
        self.0.get(&conference)?.get(&participant).copied()
    }

    /// Empties one, and says how many yes and how many no were in it.
    pub fn count(&mut self, conference: ConferenceId) -> (u32, u32) {
        count(self.0.remove(&conference).unwrap_or_default().into_values())
    }

    /// Those of these conferences only.
    pub fn keep(&mut self, of: impl Fn(ConferenceId) -> bool) {
        self.0.retain(|conference, _| of(*conference));
    }
}

/// How many yes, and how many no.
pub fn count(votes: impl Iterator<Item = bool>) -> (u32, u32) {
    votes.fold((0, 0), |(yes, no), vote| if vote { (yes + 1, no) } else { (yes, no + 1) })
}

/// One more fact.
pub(super) fn apply(hands: &mut Vec<Hand>, votes: &mut Vec<Vote>, at: Timestamp, fact: &Fact) {
    match fact {
        Fact::HandRaised { participant } => {
            hands.retain(|hand| hand.participant != *participant);
            hands.push(Hand { participant: *participant, raised_at: at });
        }
        Fact::HandLowered { participant } | Fact::FloorGiven { participant } => {
            hands.retain(|hand| hand.participant != *participant);
        }
        Fact::HandsLowered => hands.clear(),
        Fact::VoteOpened { vote, question, secret, closes_at } => votes.push(Vote {
            number: *vote,
            question: question.clone(),
            secret: *secret,
            opened_at: at,
            closes_at: *closes_at,
            ballots: BTreeMap::new(),
            result: None,
        }),
        Fact::VoteCast { vote, participant, yes } => {
            if let Some(found) = votes.iter_mut().find(|one| one.number == *vote) {
                found.ballots.insert(*participant, *yes);
            }
        }
        Fact::VoteClosed { vote, yes, no, missing } => {
            if let Some(found) = votes.iter_mut().find(|one| one.number == *vote) {
                found.result = Some(VoteResult { closed_at: at, yes: *yes, no: *no, missing: *missing });
            }
        }
        _ => {}
    }
}
