//! Hands and votes, as they are shown.

use crate::{
    domain::{
        conference::Conference,
        ids::ParticipantId,
        states::LegState,
        vote::{self, Hand, Vote},
    },
    engine::view::{AnswerView, BallotView, HandView, VoteView},
};

pub(super) fn hand(hand: &Hand) -> HandView {
    HandView { participant_id: hand.participant, raised_at: hand.raised_at }
}

pub(super) fn vote(conference: &Conference, vote: &Vote) -> VoteView {
    let sums = match (&vote.result, vote.secret) {
        (Some(result), _) => Some((result.yes, result.no)),
        // Sums that grow one by one would say who voted what.
        (None, true) => None,
        (None, false) => Some(vote::count(vote.ballots.values().filter_map(|yes| *yes))),
    };
    let is_missing = |p: &&crate::domain::conference::Participant| {
        p.state() == LegState::Joined && p.has_a_say() && !vote.ballots.contains_key(&p.id)
    };
    let missing = match vote.result {
        Some(result) => result.missing,
        None => count(conference.participants.iter().filter(is_missing).count()),
    };
    VoteView {
        number: vote.number,
        question: vote.question.clone(),
        secret: vote.secret,
        open: vote.result.is_none(),
        opened_at: vote.opened_at,
        closes_at: vote.closes_at,
        closed_at: vote.result.map(|result| result.closed_at),
        yes: sums.map(|(yes, _)| yes),
        no: sums.map(|(_, no)| no),
        cast: count(vote.ballots.len()),
        missing,
        answers: vote
            .ballots
            .iter()
            .map(|(id, yes)| AnswerView { participant_id: *id, answer: ballot(*yes) })
            .collect(),
    }
}

/// Of the vote that is open.
pub(super) fn ballot_of(conference: &Conference, id: ParticipantId) -> Option<BallotView> {
    conference.open_vote()?.ballots.get(&id).map(|yes| ballot(*yes))
}

fn ballot(yes: Option<bool>) -> BallotView {
    match yes {
        Some(true) => BallotView::Yes,
        Some(false) => BallotView::No,
        None => BallotView::Secret,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
