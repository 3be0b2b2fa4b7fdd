//! What happens to one leg between being wanted and being over.

use super::{Ids, Node, Owner};
use crate::domain::{
    cause::{Cause, Reason},
    conference::Leg,
    effect::{Command, KillCause, Tag},
    fact::{Attempt, Fact},
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{ChannelEvent, ChannelEventKind, Outcome},
    states::{ConferenceState, LegState, ParticipantRole},
    timers::Timer,
};
use std::time::Duration;

/// The hang-up of a channel follows the failure of its job by then.
const HANGUP_FOLLOWS: Duration = Duration::from_secs(1);

impl Node {
    pub(super) fn leg_event(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        event: ChannelEvent,
        ids: &mut dyn Ids,
    ) {
        let leg = event.channel;
        self.change_leg(id, participant, leg, |leg| leg.seen = true);
        self.accepted(id, participant, leg);
        let Some(found) = self.leg(id, participant, leg) else { return };
        let (state, unwanted, moved) = (found.state, found.unwanted.clone(), found.endpoint.is_none());
        match event.kind {
            // The cancel came before the channel did.
            ChannelEventKind::Created if unwanted.is_some() => self.kill(leg, KillCause::OriginatorCancel),
            ChannelEventKind::Ringing if state == LegState::Dialing => {
                self.conference_fact(id, Fact::LegProgress { participant, leg, state: LegState::Ringing });
            }
            ChannelEventKind::Answered if matches!(state, LegState::Dialing | LegState::Ringing) => {
                let state = if found.confirm { LegState::Confirming } else { LegState::Answered };
                self.conference_fact(id, Fact::LegProgress { participant, leg, state });
            }
            ChannelEventKind::Parked => {
                self.change_leg(id, participant, leg, |leg| leg.waits = true);
                if moved {
                    self.check_move(id, false, ids);
                } else if state != LegState::Joined {
                    self.take_in(id);
                }
            }
            ChannelEventKind::Hold(on) => {
                let shown = self.conferences.get(&id).and_then(|c| c.participant(participant)).map(|p| p.on_hold);
                if shown == Some(!on) {
                    self.conference_fact(id, Fact::ParticipantHold { participant, on });
                }
            }
            ChannelEventKind::HungUp { cause, sip_status, .. } => {
                let reason = Reason::from_hangup(&cause, sip_status, found.answered);
                self.leg_hung_up(id, participant, leg, Cause { reason, sip_status }, Some(cause), ids);
            }
            _ => {}
        }
    }

    /// The channel of a leg is no more.
    pub(super) fn leg_over(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        cause: Cause,
        ids: &mut dyn Ids,
    ) {
        self.leg_hung_up(id, participant, leg, cause, None, ids);
    }

    /// The same, and the switch said why in a word of its own.
    fn leg_hung_up(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        cause: Cause,
        hangup: Option<String>,
        ids: &mut dyn Ids,
    ) {
        let Some(found) = self.leg(id, participant, leg).filter(|leg| leg.is_active()) else { return };
        let state = if found.state == LegState::Joined { LegState::Left } else { LegState::Failed };
        let was_opening = self.conferences.get(&id).is_some_and(|c| c.opening == Some(leg));
        // What we wanted explains the end better than the cause we killed it with.
        let cause = match &found.unwanted {
            Some(wish) => Cause { reason: wish.reason, sip_status: None },
            None => cause,
        };
        let control = Timer::ControlPending(id, participant);
        for timer in [Timer::LegDue(leg), Timer::LegVanished(leg), Timer::Stray(leg), control] {
            self.timers.clear(timer);
        }
        let next = self.next_attempt(id, participant, leg, state, &cause);
        self.conference_fact(id, Fact::LegOver { participant, leg, state, cause, hangup });
        self.forget_announcements(id, |one| one.to == Some(participant));
        if was_opening && let Some(conference) = self.conferences.get_mut(&id) {
            conference.opening = None;
        }
        self.nobody_is_alone_apart(id);
        self.arrange_anew(id);
        if let Some(attempt) = next {
            let leg = ChannelId(ids.uuid());
            self.conference_fact(id, Fact::LegQueued { participant, leg, attempt, dial: None });
            self.dial_queued(id);
        }
        self.host_did_not_come(id, ids);
        if was_opening {
            self.take_in(id);
        }
        self.caller_of_conference_gone(id, participant, leg);
        self.check_move(id, false, ids);
        self.judge_end(id, ids);
        match self.role(id, participant) {
            Some(ParticipantRole::Caller) => self.caller_left(id, ids),
            Some(ParticipantRole::Attendant) => self.attendant_left(id, ids),
            _ => {}
        }
        self.settle_conference(id, ids);
    }

    /// The call is over with its caller's leg.
    fn caller_of_conference_gone(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        if let Some(call) = self.call_of_leg(id, leg) {
            let cause = self.leg(id, participant, leg).and_then(|leg| leg.cause.clone());
            self.end_call(call, cause.unwrap_or_else(|| Reason::CallerHungUp.into()));
        }
    }

    fn role(&self, id: ConferenceId, participant: ParticipantId) -> Option<ParticipantRole> {
        self.conferences.get(&id)?.participant(participant).map(|p| p.role)
    }

    /// Another gateway for the same number, or the next number of the same person.
    fn next_attempt(
        &self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        ended_as: LegState,
        cause: &Cause,
    ) -> Option<Attempt> {
        let conference = self.conferences.get(&id)?;
        let person = conference.participant(participant)?;
        let leg = person.legs.iter().find(|l| l.id == leg)?;
        let goes_on =
            !matches!(conference.state, ConferenceState::Ending | ConferenceState::Ended | ConferenceState::Refused);
        if ended_as == LegState::Left || leg.unwanted.is_some() || !goes_on {
            return None;
        }
        let Attempt { number, gateway } = leg.attempt;
        let line_failed = matches!(
            cause.reason,
            Reason::GatewayDown | Reason::BadRoute | Reason::NetworkFailure | Reason::Congestion
        );
        if line_failed && person.dials.get(number).is_some_and(|dial| gateway + 1 < dial.endpoints.len()) {
            return Some(Attempt { number, gateway: gateway + 1 });
        }
        // Who declined does not want to be tried elsewhere. Where we know too little, the attendant decides.
        let tries_on = !matches!(
            cause.reason,
            Reason::Declined
                | Reason::SwitchRefused
                | Reason::SwitchLost
                | Reason::SwitchStopped
                | Reason::Interrupted
                | Reason::Unknown
        );
        (tries_on && number + 1 < person.dials.len()).then_some(Attempt { number: number + 1, gateway: 0 })
    }

    /// A background originate ended. It may come before, after or without the channel's own events.
    pub(super) fn job(&mut self, channel: ChannelId, outcome: Outcome, ids: &mut dyn Ids) {
        let Some(Owner::Leg(id, participant)) = self.channels.get(&channel).copied() else { return };
        let Some(leg) = self.leg(id, participant, channel).filter(|leg| leg.is_active()) else { return };
        let (seen, answered) = (leg.seen, leg.answered);
        self.accepted(id, participant, channel);
        let Outcome::Err(text) = outcome else { return };
        let word = text.trim();
        let cause: Cause = Reason::from_hangup(word, None, answered).into();
        // A live channel of the same id refuses its double: then it is the command sent again that failed.
        if seen || cause.reason == Reason::SwitchRefused {
            self.change_leg(id, participant, channel, |leg| leg.doomed = Some(cause));
            self.timers.set(Timer::LegVanished(channel), self.now.plus(HANGUP_FOLLOWS));
            return;
        }
        self.leg_hung_up(id, participant, channel, cause, Some(word.to_owned()), ids);
    }

    /// The switch took the command: whatever becomes of the leg, it is never sent again.
    fn accepted(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        if self.leg(id, participant, leg).is_some_and(|leg| leg.endpoint.is_some() && !leg.accepted) {
            self.conference_fact(id, Fact::LegAccepted { participant, leg });
        }
    }

    /// The switch answered a command, or never will.
    pub(super) fn reply(&mut self, tag: Tag, outcome: Outcome, ids: &mut dyn Ids) {
        match (tag, outcome) {
            (Tag::Exists(channel), Outcome::Ok(text)) => self.existence(channel, text.trim() == "true", ids),
            (Tag::Media(channel, media), Outcome::Ok(text)) if text.trim() == "true" => {
                self.media_learned(channel, media)
            }
            (Tag::Originate(leg), outcome) => self.originate_reply(leg, outcome, ids),
            (Tag::Kill(leg), Outcome::Err(_)) => {
                let seen = match self.channels.get(&leg).copied() {
                    Some(Owner::Leg(id, participant)) => {
                        self.leg(id, participant, leg).is_some_and(|l| l.seen || l.answered || l.endpoint.is_none())
                    }
                    other => other.is_some(),
                };
                // Not created yet: the wish stands, and CHANNEL_CREATE or the job will meet it.
                if seen {
                    self.probe(leg);
                }
            }
            (Tag::Settle(id), Outcome::Err(_) | Outcome::Unknown) => self.not_settled(id),
            (Tag::Enter(leg), Outcome::Err(_)) => self.probe(leg),
            (Tag::Control(id, Some(participant)), Outcome::Err(_)) => self.control_in_doubt(id, participant),
            (Tag::Record(id), Outcome::Err(_)) => self.recording_refused(id),
            (Tag::Control(id, None), Outcome::Err(_)) => self.lock_in_doubt(id),
            (Tag::Relations(id), outcome) => self.relations(id, &outcome),
            (Tag::Announce(id, serial), Outcome::Err(_)) => self.announcement_failed(id, serial),
            (Tag::Answer(id) | Tag::Hold(id) | Tag::Resume(id), outcome) => self.call_reply(id, &outcome),
            (Tag::Move(id) | Tag::Bridge(id), Outcome::Err(_)) => {
                let channels: Vec<ChannelId> = self
                    .conferences
                    .get(&id)
                    .into_iter()
                    .flat_map(|c| c.legs().filter(|(p, _)| p.dials.is_empty()).map(|(_, l)| l.id).collect::<Vec<_>>())
                    .collect();
                for channel in channels {
                    self.probe(channel);
                }
            }
            _ => {}
        }
    }

    fn originate_reply(&mut self, leg: ChannelId, outcome: Outcome, ids: &mut dyn Ids) {
        let Some(Owner::Leg(id, participant)) = self.channels.get(&leg).copied() else { return };
        match outcome {
            Outcome::Ok(_) => self.accepted(id, participant, leg),
            Outcome::Err(text) => {
                let word = text.trim();
                let cause = Reason::from_hangup(word, None, false).into();
                self.leg_hung_up(id, participant, leg, cause, Some(word.to_owned()), ids);
            }
            // Not known whether it rings: the snapshot after the reconnect tells.
            Outcome::Unknown | Outcome::Relations(_) => {}
        }
    }

    pub(super) fn kill(&mut self, channel: ChannelId, cause: KillCause) {
        self.command(Tag::Kill(channel), channel, Command::Kill { channel, cause });
    }

    pub(super) fn leg(&self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> Option<&Leg> {
        self.conferences.get(&id)?.participant(participant)?.legs.iter().rev().find(|l| l.id == leg)
    }

    /// Changes what is not journaled of a leg.
    pub(super) fn change_leg(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        change: impl FnOnce(&mut Leg),
    ) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.with_leg(participant, leg, change);
        }
    }
}
