//! What follows when something did not happen in time.

use super::{Ids, Node, Owner, answering::ANSWER_SLACK};
use crate::domain::{
    cause::Reason,
    effect::{Effect, KillCause},
    fact::Fact,
    ids::{CallId, ChannelId},
    states::{CallState, LegState},
    timers::Timer,
};

impl Node {
    pub(super) fn deadline(&mut self, timer: Timer, ids: &mut dyn Ids) {
        // While nothing can be heard, silence proves nothing. The comparison that follows asks again.
        let judges_silence = matches!(
            timer,
            Timer::Settled(_)
                | Timer::StationGone(_)
                | Timer::AnswerDue(_)
                | Timer::MoveDue(_)
                | Timer::LegDue(_)
                | Timer::LegVanished(_)
                | Timer::Stray(_)
                | Timer::PassDue(_)
                | Timer::JoinDue(_)
                | Timer::RecordingDue(_)
        );
        if judges_silence && !self.link_works() {
            return;
        }
        match timer {
            Timer::Settled(id) => self.settle_call(id),
            Timer::StationGone(id) => self.caller_is_alone(id),
            Timer::AnswerDue(id) => self.probe_call(id),
            Timer::CallPending(id) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.pending = None;
                    self.effect(Effect::Resync);
                }
                self.out.touched.insert(super::Touched::Call(id));
            }
            Timer::MoveDue(id) => self.check_move(id, true, ids),
            Timer::Question(id) => {
                if self.conferences.get(&id).is_some_and(|c| c.question.is_some()) {
                    self.conference_fact(id, Fact::ConferenceAnswered { go_on: false });
                    self.cancel_ringing(id, ids);
                }
            }
            Timer::NamesDue(id) => self.name_who_came(id),
            Timer::AnnounceDue(id) => self.announcements_due(id),
            Timer::VoteDue(id) => self.count_vote(id, None),
            Timer::EndRule(id) => self.judge_end(id, ids),
            Timer::LockPending(id) => self.lock_in_doubt(id),
            Timer::HearingPending(id) => self.hearing_late(id),
            Timer::ControlPending(id, participant) => self.control_in_doubt(id, participant),
            Timer::RecordingDue(id) => self.recording_late(id, ids),
            Timer::LegDue(leg) => self.leg_is_late(leg, ids),
            Timer::LegVanished(leg) => self.probe(leg),
            Timer::Stray(leg) => self.stray(leg, ids),
            Timer::JoinDue(leg) => self.join_is_due(leg, ids),
            Timer::PassDue(leg) => {
                self.passing_failed(leg);
            }
            Timer::Dial => self.dial_next(),
            Timer::Forget(id) => self.forget(id),
        }
    }

    /// The station is gone, or the caller fell out of what they heard; and they neither hung up nor came back to the
    /// hook.
    fn caller_is_alone(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        let (channel, state, ours, hooked) = (call.channel, call.state, call.ours, call.hooked);
        let alone = call.station().is_none_or(|station| !self.channels.contains_key(&station));
        match state {
            // An ordinary call belongs to the dialplan it came from; without our station it is not ours to keep.
            CallState::Talking if alone && !ours => self.end_call(id, Reason::StationHungUp.into()),
            CallState::Talking | CallState::Held if alone => {
                self.call_fact(id, Fact::CallReturned { cause: Some(Reason::StationHungUp.into()) });
                if !hooked {
                    self.return_to_waiting(channel);
                }
            }
            CallState::Talking | CallState::Held => self.effect(Effect::Resync),
            // Its own way back should have taken it to the hook by now.
            CallState::Waiting if !hooked => {
                self.return_to_waiting(channel);
                self.probe(channel);
            }
            _ => {}
        }
    }

    /// Are those who ring, and the caller for whom they ring, still there?
    fn probe_call(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id).filter(|call| call.state == CallState::Ringing) else { return };
        self.timers.set(Timer::AnswerDue(id), self.now.plus(ANSWER_SLACK));
        let mut channels = vec![call.channel];
        channels.extend(call.stations.iter().map(|leg| leg.channel));
        for channel in channels {
            self.probe(channel);
        }
    }

    /// The switch should have ended it long ago.
    fn leg_is_late(&mut self, leg: ChannelId, ids: &mut dyn Ids) {
        let Some(Owner::Leg(id, participant)) = self.channels.get(&leg).copied() else { return };
        let late = self.leg(id, participant, leg).is_some_and(|l| l.is_active() && l.state != LegState::Joined);
        if late {
            self.unwant(id, participant, leg, Reason::NoAnswer, ids);
            self.probe(leg);
        }
    }

    /// It left the room a while ago, and lives.
    fn stray(&mut self, leg: ChannelId, ids: &mut dyn Ids) {
        let Some(Owner::Leg(id, participant)) = self.channels.get(&leg).copied() else { return };
        let Some((waits, hooked)) = self
            .leg(id, participant, leg)
            .filter(|l| l.state == LegState::Joined && l.member.is_none())
            .map(|l| (l.waits, l.hooked))
        else {
            return;
        };
        if waits && self.passing_failed(leg) {
            return;
        }
        // On the way to another room; whether it came there is looked at in its time.
        if !waits && self.timers.is_set(Timer::PassDue(leg)) {
            return;
        }
        // Kicked out by somebody else's hand, and caught by park. A caller waits again.
        if (waits || hooked) && self.caller_waits_again(id, participant, leg, Reason::Dropped, ids) {
            return;
        }
        if waits {
            self.kill(leg, KillCause::NormalClearing);
            self.probe(leg);
        } else {
            self.leg_over(id, participant, leg, Reason::Unknown.into(), ids);
        }
    }
}
