//! What is tried next when somebody was not reached: another gateway, another number, or the same again after a pause.

use super::Node;
use crate::domain::{
    cause::{Cause, Reason},
    conference::{Leg, Participant},
    fact::Attempt,
    ids::{ChannelId, ConferenceId, ParticipantId},
    reach::Strategy,
    states::{ConferenceState, LegState},
    time::Timestamp,
};

/// An attempt that is to be made, now or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub attempt: Attempt,
    pub not_before: Option<Timestamp>,
}

impl Next {
    fn now(attempt: Attempt) -> Self {
        Self { attempt, not_before: None }
    }
}

impl Node {
    /// A leg is over: which attempts follow? Asked when the journal says that it is.
    pub(super) fn next_attempts(&self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> Vec<Next> {
        let Some(conference) = self.conferences.get(&id) else { return Vec::new() };
        let Some(person) = conference.participant(participant) else { return Vec::new() };
        let Some(leg) = person.legs.iter().find(|l| l.id == leg) else { return Vec::new() };
        let goes_on =
            !matches!(conference.state, ConferenceState::Ending | ConferenceState::Ended | ConferenceState::Refused);
        let Some(cause) = leg.cause.as_ref().filter(|_| goes_on) else { return Vec::new() };
        if leg.state == LegState::Left || leg.unwanted.is_some() || cause.reason == Reason::LostRace {
            return Vec::new();
        }
        let Attempt { number, gateway, again } = leg.attempt;
        if line_failed(cause) && person.dials.get(number).is_some_and(|dial| gateway + 1 < dial.endpoints.len()) {
            return vec![Next::now(Attempt { number, gateway: gateway + 1, again })];
        }
        let next = match person.reach.strategy {
            Strategy::InOrder => self.next_in_order(person, leg, cause),
            Strategy::AllAtOnce => self.next_together(person, leg),
        };
        // Nobody has to ask for a retry, so nothing but the limits of dial policy can say no to it.
        let retried = next.iter().filter(|next| next.not_before.is_some()).count();
        match self.allow_legs(conference.owner.id, retried, conference.active().count()) {
            Err(_) if retried > 0 => Vec::new(),
            _ => next,
        }
    }

    fn next_in_order(&self, person: &Participant, leg: &Leg, cause: &Cause) -> Vec<Next> {
        // Who declined does not want to be tried elsewhere. Where we know too little, the attendant decides.
        if !tries_on(cause) {
            return Vec::new();
        }
        let Attempt { number, again, .. } = leg.attempt;
        // Called again are only those who were busy.
        let wanted = |number: &usize| again == 0 || was_busy(person, *number, again - 1);
        if let Some(number) = (number + 1..person.dials.len()).find(wanted) {
            return vec![Next::now(Attempt { number, gateway: 0, again })];
        }
        self.busy_again(person, again).into_iter().take(1).collect()
    }

    /// Of several that rang at once the last to fail decides.
    fn next_together(&self, person: &Participant, leg: &Leg) -> Vec<Next> {
        let series = person.series();
        let reached = series.iter().any(|l| l.is_active() || l.state == LegState::Left || l.lost_race());
        let all_try_on = series.iter().all(|l| l.unwanted.is_none() && l.cause.as_ref().is_none_or(tries_on_together));
        if reached || !all_try_on {
            return Vec::new();
        }
        self.busy_again(person, leg.attempt.again)
    }

    /// The numbers that were busy in this round, after the pause, if they may be called again.
    fn busy_again(&self, person: &Participant, again: u8) -> Vec<Next> {
        if again >= person.reach.retries {
            return Vec::new();
        }
        let not_before = Some(self.now.plus(person.reach.pause()));
        let busy = (0..person.dials.len()).filter(|number| was_busy(person, *number, again));
        let next = |number| Next { attempt: Attempt { number, gateway: 0, again: again + 1 }, not_before };
        busy.map(next).collect()
    }
}

fn was_busy(person: &Participant, number: usize, again: u8) -> bool {
    let of = |leg: &&Leg| leg.attempt.number == number && leg.attempt.again == again;
    let busy = |leg: &Leg| leg.cause.as_ref().is_some_and(|cause| cause.reason == Reason::Busy);
    person.series().iter().filter(of).any(busy)
}

fn line_failed(cause: &Cause) -> bool {
    matches!(cause.reason, Reason::GatewayDown | Reason::BadRoute | Reason::NetworkFailure | Reason::Congestion)
}

fn tries_on(cause: &Cause) -> bool {
    !matches!(
        cause.reason,
        Reason::Declined
            | Reason::SwitchRefused
            | Reason::SwitchLost
            | Reason::SwitchStopped
            | Reason::Interrupted
            | Reason::Unknown
    )
}

/// What became of one of several is often not told.
fn tries_on_together(cause: &Cause) -> bool {
    cause.reason == Reason::Unknown || tries_on(cause)
}
