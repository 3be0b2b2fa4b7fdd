//! What happens to one leg between being wanted and being over.

use super::{Ids, Node, Owner, reaching::Next};
use crate::domain::{
    announcement::Passing,
    cause::{Cause, Reason},
    conference::Leg,
    effect::{Command, KillCause, Tag},
    fact::Fact,
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::{ChannelEvent, ChannelEventKind, Outcome},
    keys::Key,
    states::{LegState, ParticipantRole},
    timers::Timer,
};
use std::time::Duration;

/// A leg of ours a job speaks of: whether it was seen, and answered.
type Job = (ConferenceId, ParticipantId, ChannelId, bool, bool);

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
            ChannelEventKind::Created => self.redirect_again(id, participant, leg),
            ChannelEventKind::Ringing if state == LegState::Dialing => {
                self.conference_fact(id, Fact::LegProgress { participant, leg, state: LegState::Ringing });
            }
            ChannelEventKind::Answered if matches!(state, LegState::Dialing | LegState::Ringing) => {
                let state = if found.confirm { LegState::Confirming } else { LegState::Answered };
                self.conference_fact(id, Fact::LegProgress { participant, leg, state });
            }
            ChannelEventKind::Pressed(key) if state == LegState::Joined => {
                self.key_pressed(id, participant, leg, key, ids)
            }
            ChannelEventKind::Pressed(Key::NINE) if state == LegState::Confirming => {
                self.unwant(id, participant, leg, Reason::Declined, ids);
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
        let declined = cause.reason == Reason::Declined && state == LegState::Failed;
        self.conference_fact(id, Fact::LegOver { participant, leg, state, cause, hangup });
        self.readers.remove(&leg);
        self.forget_announcements(id, |one| one.to == Some(participant));
        if state == LegState::Left {
            self.passed_the_door(id, participant, Passing::Exit);
        }
        if declined {
            self.others_declined(id, participant, leg, ids);
        }
        let next = self.next_attempts(id, participant, leg);
        if was_opening && let Some(conference) = self.conferences.get_mut(&id) {
            conference.opening = None;
        }
        self.nobody_is_alone_apart(id);
        self.arrange_anew(id);
        for Next { attempt, not_before } in &next {
            let (leg, attempt, not_before) = (ChannelId(ids.uuid()), *attempt, *not_before);
            self.conference_fact(id, Fact::LegQueued { participant, leg, attempt, dial: None, not_before });
        }
        // Also if nothing follows: what this person has left may have waited for it.
        self.dial_soon();
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

    /// A background originate ended. It may come before, after or without the channels' own events.
    pub(super) fn job(&mut self, channels: &[ChannelId], outcome: &Outcome, ids: &mut dyn Ids) {
        let mut ours = Vec::new();
        for channel in channels {
            let Some(Owner::Leg(id, participant)) = self.channels.get(channel).copied() else { continue };
            if let Some(leg) = self.leg(id, participant, *channel).filter(|leg| leg.is_active()) {
                ours.push((id, participant, *channel, leg.seen, leg.answered));
            }
        }
        for (id, participant, channel, ..) in &ours {
            self.accepted(*id, *participant, *channel);
        }
        match outcome {
            Outcome::Err(text) => self.job_failed(&ours, channels.len() > 1, text.trim(), ids),
            Outcome::Ok(winner) if channels.len() > 1 => self.job_won(&ours, winner.trim().parse().ok(), ids),
            _ => {}
        }
    }

    /// The cause is that of one leg, the first listed that had a channel. Who never had one has no other end than this.
    fn job_failed(&mut self, ours: &[Job], together: bool, text: &str, ids: &mut dyn Ids) {
        let seen = |(id, participant, leg, ..): &Job| {
            let together = self.dialed_with(*id, *participant, *leg);
            together.iter().any(|leg| self.leg(*id, *participant, *leg).is_some_and(|leg| leg.seen))
        };
        let one_was_made = together && ours.iter().any(seen);
        let mut told = true;
        for (id, participant, channel, seen, answered) in ours {
            let cause: Cause = Reason::from_hangup(text, None, *answered).into();
            // A live channel of the same id refuses its double: then it is the command sent again that failed.
            if *seen || cause.reason == Reason::SwitchRefused {
                let own = !one_was_made || std::mem::take(&mut told);
                let cause = if own { cause } else { Reason::Unknown.into() };
                self.change_leg(*id, *participant, *channel, |leg| leg.doomed = Some(cause));
                self.timers.set(Timer::LegVanished(*channel), self.now.plus(HANGUP_FOLLOWS));
                continue;
            }
            let (cause, hangup) = match one_was_made {
                true => (Reason::Unavailable.into(), None),
                false => (cause, Some(text.to_owned())),
            };
            self.leg_hung_up(*id, *participant, *channel, cause, hangup, ids);
        }
    }

    /// One of several was taken; the others are hung up, or never were.
    fn job_won(&mut self, ours: &[Job], winner: Option<ChannelId>, ids: &mut dyn Ids) {
        for (id, participant, channel, seen, _) in ours.iter().filter(|(_, _, channel, ..)| winner != Some(*channel)) {
            let cause: Cause = Reason::LostRace.into();
            if *seen {
                self.change_leg(*id, *participant, *channel, |leg| leg.doomed = Some(cause));
                self.timers.set(Timer::LegVanished(*channel), self.now.plus(HANGUP_FOLLOWS));
            } else {
                self.leg_over(*id, *participant, *channel, cause, ids);
            }
        }
    }

    /// The switch took the command: whatever becomes of the legs it was for, it is never sent again.
    pub(super) fn accepted(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        for leg in self.dialed_with(id, participant, leg) {
            if self.leg(id, participant, leg).is_some_and(|leg| leg.endpoint.is_some() && !leg.accepted) {
                self.conference_fact(id, Fact::LegAccepted { participant, leg });
            }
        }
    }

    /// The switch answered a command, or never will.
    pub(super) fn reply(&mut self, tag: Tag, outcome: Outcome, ids: &mut dyn Ids) {
        match (tag, outcome) {
            (Tag::Exists(channel), Outcome::Ok(text)) => self.existence(channel, text.trim() == "true", ids),
            (Tag::Media(channel, media), outcome) => self.media_learned(channel, media, &outcome, ids),
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
                let cause: Cause = Reason::from_hangup(word, None, false).into();
                for leg in self.dialed_with(id, participant, leg) {
                    self.leg_hung_up(id, participant, leg, cause.clone(), Some(word.to_owned()), ids);
                }
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
