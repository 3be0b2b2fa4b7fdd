//! A vote: opened by whoever runs the conference, cast by the keys of phones, closed by hand or when its time is over.

use super::{Accepting, Node, answering::refuse, controls::is_inside};
use crate::domain::{
    effect::{Command, Tag},
    fact::{Fact, Person, Subject},
    ids::{ConferenceId, ParticipantId},
    request::{Actor, RefusalCode},
    timers::Timer,
    vote::{self, Ballot, UrnChange},
};
use std::time::Duration;

impl Node {
    /// Asks the room a question.
    pub(super) fn open_vote(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        question: &str,
        secret: Option<bool>,
        seconds: Option<u32>,
    ) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if conference.open_vote().is_some() {
            return Err(refuse(RefusalCode::WrongState, "a vote is open already; close it first"));
        }
        if !conference.participants.iter().any(is_inside) {
            return Err(refuse(RefusalCode::WrongState, "nobody is in the room yet; try again when somebody is"));
        }
        let keys = &self.rules.conference.keys;
        if keys.votes.is_none() {
            return Err(refuse(
                RefusalCode::WrongState,
                "voting by phone is turned off; ask the administrator to set vote_yes and vote_no in [keys]",
            ));
        }
        let number = conference.votes.last().map_or(1, |last| last.number + 1);
        let (secret, sound) = (secret.unwrap_or(keys.secret), keys.sounds.vote.clone());
        let closes_at = seconds.map(|seconds| self.now.plus(Duration::from_secs(u64::from(seconds))));
        let (lane, room) = (self.lane_of(conference), self.room_of(conference));
        let question = question.trim().to_owned();
        let fact = Fact::VoteOpened { vote: number, question, secret, closes_at };
        self.record(Subject::Conference(id), Some(actor.into()), fact);
        if let Some(at) = closes_at {
            self.timers.set(Timer::VoteDue(id), at);
        }
        if let (Some(lane), Some(room), Some(file)) = (lane, room, sound) {
            self.command(Tag::Quiet(lane), lane, Command::Play { room, file, listener: None });
        }
        Ok(id)
    }

    /// Counts it. No vote is open: then that is so.
    pub(super) fn close_vote(&mut self, actor: &Actor, id: ConferenceId) -> Accepting {
        self.conference_of(id, actor)?;
        self.count_vote(id, Some(actor.into()));
        Ok(id)
    }

    /// The open vote, if there is one, is over.
    pub(super) fn count_vote(&mut self, id: ConferenceId, actor: Option<Person>) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(open) = conference.open_vote() else { return };
        let number = open.number;
        let present = conference.participants.iter().filter(|p| is_inside(p) && p.has_a_say());
        let missing = present.filter(|p| !open.ballots.contains_key(&p.id)).count();
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let (yes, no) = if open.secret {
            self.out.urn.push(UrnChange::Empty(id));
            self.urns.count(id)
        } else {
            vote::count(open.ballots.values().filter_map(|vote| *vote))
        };
        self.timers.clear(Timer::VoteDue(id));
        self.record(Subject::Conference(id), actor, Fact::VoteClosed { vote: number, yes, no, missing });
    }

    /// Somebody pressed yes or no. The last press counts.
    pub(super) fn cast(&mut self, id: ConferenceId, participant: ParticipantId, yes: bool) -> bool {
        let Some(open) = self.conferences.get(&id).and_then(|c| c.open_vote()) else { return false };
        let (vote, secret, before) = (open.number, open.secret, open.ballots.get(&participant).copied());
        if secret {
            if self.urns.has(id, participant) != Some(yes) {
                let ballot = Ballot { conference: id, participant, yes };
                self.urns.put(ballot);
                self.out.urn.push(UrnChange::Put(ballot));
            }
            // That they voted is told once: what they thought better of is nobody's business.
            if before.is_none() {
                self.conference_fact(id, Fact::VoteCast { vote, participant, yes: None });
            }
        } else if before != Some(Some(yes)) {
            self.conference_fact(id, Fact::VoteCast { vote, participant, yes: Some(yes) });
        }
        true
    }

    /// What was in the urn before the restart. Called after the last `restore`.
    pub fn note_ballot(&mut self, ballot: Ballot) {
        let open = |c: &crate::domain::conference::Conference| c.open_vote().is_some_and(|vote| vote.secret);
        if self.conferences.get(&ballot.conference).is_some_and(open) {
            self.urns.put(ballot);
        }
    }

    /// May vote, raise a hand, and steer: in the room, and meant to be.
    pub(super) fn takes_part(&self, id: ConferenceId, participant: ParticipantId) -> bool {
        let person = self.conferences.get(&id).and_then(|c| c.participant(participant));
        person.is_some_and(|p| is_inside(p) && p.has_a_say())
    }
}
