//! When a conference ends by itself.
//!
//! Judged here, and never by FreeSWITCH's own `endconf` flags: they end a room at once, know nothing of who is still
//! being rung or on the way back, and say nothing. One deadline a conference is kept, for whatever comes first; the
//! moments themselves are in the journal, so they hold across a restart.

use super::{Accepting, Ids, Node, answering::refuse};
use crate::domain::{
    cause::{Cause, Reason},
    conference::Conference,
    ending,
    fact::{Fact, Subject},
    ids::{ConferenceId, ParticipantId},
    request::{Actor, RefusalCode},
    states::ConferenceState,
    time::Timestamp,
    timers::Timer,
};
use std::time::Duration;

/// Who goes with FreeSWITCH itself is gone by then.
const LOST_TOGETHER: Duration = Duration::from_secs(10);

impl Node {
    /// It is live: its longest time begins.
    pub(super) fn begin_limit(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if let (Some(seconds), None) = (conference.ending.rules.max_seconds, conference.ending.ends_at) {
            let ends_at = self.now.plus(Duration::from_secs(u64::from(seconds)));
            self.conference_fact(id, Fact::ConferenceLimit { ends_at });
        }
    }

    /// After every change, and when a moment has come: does it end now, or when?
    pub(super) fn judge_end(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        self.timers.clear(Timer::EndRule(id));
        let Some(conference) = self.conferences.get(&id) else { return };
        // While nothing can be heard, somebody may come or go unheard. At the end of a comparison it is judged anew.
        if self.comparing
            || !self.link_works()
            || !matches!(conference.state, ConferenceState::Assembling | ConferenceState::Live)
        {
            return;
        }
        if let Some(reason) = self.moment_of(conference) {
            return self.end_conference(id, None, reason.into(), ids);
        }
        if let Some(cause) = self.exit_of(id) {
            return self.end_conference(id, None, cause, ids);
        }
        let Some(conference) = self.conferences.get(&id) else { return };
        if let Some(left) = conference.ending.warning(self.now) {
            self.conference_fact(id, Fact::ConferenceWarned { left });
            self.announce_warning(id);
        }
        let next = self.conferences.get(&id).and_then(|c| {
            let later = Self::lost_until(c).filter(|at| *at > self.now);
            c.ending.next().into_iter().chain(Self::nobody_due(c)).chain(later).min()
        });
        if let Some(next) = next {
            self.timers.set(Timer::EndRule(id), next);
        }
    }

    /// A time that is over.
    fn moment_of(&self, conference: &Conference) -> Option<Reason> {
        if conference.ending.ends_at.is_some_and(|at| at <= self.now) {
            return Some(Reason::TooLong);
        }
        Self::nobody_due(conference).filter(|at| *at <= self.now).map(|_| Reason::NobodyCame)
    }

    /// While the pair is being moved, that has to be settled first.
    fn nobody_due(conference: &Conference) -> Option<Timestamp> {
        conference.nobody_due().filter(|_| !conference.is_moving())
    }

    /// Somebody's leaving, after the time in which they may come back.
    fn exit_of(&mut self, id: ConferenceId) -> Option<Cause> {
        let conference = self.conferences.get(&id)?;
        let due = conference.ending.due.clone();
        let reason = conference.ends_because().filter(|_| self.exits_count(conference));
        match (reason, due) {
            (None, None) => None,
            (None, Some(_)) => {
                self.conference_fact(id, Fact::ConferenceEndCalledOff);
                None
            }
            // Whoever was waited for may be back, and somebody else gone meanwhile.
            (Some(reason), Some((at, _))) => (at <= self.now).then(|| reason.into()),
            (Some(reason), None) => {
                let seconds = conference.ending.rules.grace_seconds;
                if seconds == 0 {
                    return Some(reason.into());
                }
                let at = self.now.plus(Duration::from_secs(u64::from(seconds)));
                self.conference_fact(id, Fact::ConferenceEndDue { cause: reason.into(), at, seconds });
                None
            }
        }
    }

    /// Who is on the way into the room decides the move, and who goes over to another may come back; and with the
    /// switch itself go all, one after the other.
    fn exits_count(&self, conference: &Conference) -> bool {
        let lost = Self::lost_until(conference).is_some_and(|at| self.now < at)
            || conference.active().any(|(_, leg)| self.orphans.contains(&leg.id));
        let goes_over = conference.active().any(|(_, leg)| leg.passing.is_some());
        conference.state == ConferenceState::Live && !conference.is_moving() && !goes_over && !lost
    }

    /// Somebody is out because FreeSWITCH is: the others are told of by then.
    fn lost_until(conference: &Conference) -> Option<Timestamp> {
        let lost = conference.legs().filter(|(_, leg)| {
            let reason = leg.cause.as_ref().map(|cause| cause.reason);
            matches!(reason, Some(Reason::SwitchLost | Reason::SwitchStopped))
        });
        lost.map(|(_, leg)| leg.since.plus(LOST_TOGETHER)).max()
    }

    /// It ends when they have left; or not any more.
    pub(super) fn ends_with(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        on: bool,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        if person.end_conference_on_exit == on {
            return Ok(id);
        }
        if on && person.has_left() {
            return Err(refuse(
                RefusalCode::WrongState,
                "this participant has left, and the conference would end at once; have them rung again first, or end it",
            ));
        }
        let fact = Fact::ParticipantEndsIt { participant, on };
        self.record(Subject::Conference(id), Some(actor.into()), fact);
        self.judge_end(id, ids);
        Ok(id)
    }

    /// With their place somebody takes over that it ends with them.
    pub(super) fn end_goes_over(&mut self, id: ConferenceId, from: ParticipantId, to: ParticipantId) {
        if self.conferences.get(&id).and_then(|c| c.participant(from)).is_some_and(|p| p.end_conference_on_exit) {
            self.conference_fact(id, Fact::ParticipantEndsIt { participant: from, on: false });
            self.conference_fact(id, Fact::ParticipantEndsIt { participant: to, on: true });
        }
    }

    /// Moves the end away. Who asks too late, while the link was down, is still in time if it has not ended.
    pub(super) fn extend(&mut self, actor: &Actor, id: ConferenceId, seconds: u32, ids: &mut dyn Ids) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let Some(ends_at) = conference.ending.ends_at else {
            let detail = if conference.ending.rules.max_seconds.is_some() {
                "the conference is not live yet, so its time has not begun; try again when somebody is in"
            } else {
                "this conference has no longest time, so there is nothing to extend"
            };
            return Err(refuse(RefusalCode::WrongState, detail));
        };
        let ends_at = ends_at.max(self.now).plus(Duration::from_secs(u64::from(seconds)));
        if ends_at.since(self.now) > Duration::from_secs(u64::from(ending::LONGEST)) {
            return Err(refuse(
                RefusalCode::BadInput,
                "a conference may not go on for more than a day from now; extend it by less",
            ));
        }
        let fact = Fact::ConferenceExtended { ends_at, seconds };
        self.record(Subject::Conference(id), Some(actor.into()), fact);
        self.judge_end(id, ids);
        Ok(id)
    }
}
