//! Calls: how they arrive, and what their two legs do.

use super::{Ids, Node, Owner, Touched};
use crate::domain::{
    call::{Call, Pending},
    cause::{Cause, Reason},
    effect::{Command, Effect, KillCause, Tag},
    fact::{Arrival, Fact},
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    input::{ChannelEvent, ChannelEventKind, ChannelInfo, HookEvent},
    states::{CallState, LegState, NodeState},
    timers::Timer,
};
use std::time::Duration;

/// A station's hang-up has told its other half by then.
pub(super) const STATION_GONE: Duration = Duration::from_millis(1500);
/// What the hook told, our link has told by then: an Event Socket may hold events back for half a second.
const EVENTS_FOLLOW: Duration = Duration::from_millis(700);

impl Node {
    pub(super) fn hook(&mut self, event: HookEvent, ids: &mut dyn Ids) {
        match event {
            HookEvent::Closed { channel } => {
                self.arrivals.remove(&channel);
                self.visitors.remove(&channel);
                self.hooked(channel, false);
                if self.link.state != NodeState::Down && self.channels.contains_key(&channel) {
                    self.probe(channel);
                }
            }
            HookEvent::Typed { channel, typed } => self.visitor_typed(channel, &typed),
            HookEvent::DialsIn { channel, .. } => {
                self.hooked(channel, true);
                // One of ours on the way into a room, or out of it: their own deadline says what becomes of them.
                if !self.channels.contains_key(&channel) && !self.visitors.contains_key(&channel) {
                    self.arrivals.insert(channel, event);
                    if self.link.state != NodeState::Down {
                        self.probe(channel);
                    }
                }
            }
            HookEvent::Arrived { channel, ref disposition, sip_status, .. } => {
                self.hooked(channel, true);
                match self.channels.get(&channel).copied() {
                    Some(Owner::Caller(id)) => {
                        let disposition = disposition.clone();
                        self.caller_is_back(id, disposition.as_deref(), sip_status);
                    }
                    Some(Owner::Leg(conference, participant)) => {
                        self.leg_is_at_the_hook(conference, participant, channel, ids);
                    }
                    Some(Owner::Station(_)) => {}
                    None => {
                        self.arrivals.insert(channel, event);
                        if self.link.state != NodeState::Down {
                            self.probe(channel);
                        }
                    }
                }
            }
        }
    }

    /// What the hook says of one of ours.
    fn hooked(&mut self, channel: ChannelId, there: bool) {
        match self.channels.get(&channel).copied() {
            Some(Owner::Caller(id)) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.hooked = there;
                }
            }
            Some(Owner::Leg(id, participant)) => self.change_leg(id, participant, channel, |leg| leg.hooked = there),
            Some(Owner::Station(_)) | None => {}
        }
    }

    /// Our own link says that the channel the hook named is alive.
    pub(super) fn confirm_arrival(&mut self, event: HookEvent, ids: &mut dyn Ids) {
        if let HookEvent::DialsIn { channel, access, caller_name, caller_number } = event {
            return self.visitor_came(channel, &access, caller_name, caller_number);
        }
        let HookEvent::Arrived { channel, queue, caller_name, caller_number, variables, .. } = event else {
            return;
        };
        let id = CallId::new(ids.uuid());
        self.call_fact(
            id,
            Fact::CallArrived {
                channel,
                kind: Arrival::Queue,
                queue,
                caller_name,
                caller_number,
                variables,
                station: None,
                attendant: None,
                bypass_media: false,
                proxy_media: false,
            },
        );
        self.hooked(channel, true);
        self.effect(Effect::HookHold(channel));
        self.perhaps_comes_back(id, ids);
    }

    /// The caller's leg ran into the waiting extension again. The hook and our link are two ways to us: what we sent
    /// meanwhile may have taken the caller away from the hook again before we heard that they came to it. So while
    /// stations live, for all we know, this is a reason to look, and no more.
    fn caller_is_back(&mut self, id: CallId, disposition: Option<&str>, sip_status: Option<u16>) {
        let Some(call) = self.calls.get(&id) else { return };
        let (channel, state) = (call.channel, call.state);
        let stations: Vec<ChannelId> =
            call.stations.iter().map(|leg| leg.channel).filter(|leg| self.channels.contains_key(leg)).collect();
        self.effect(Effect::HookHold(channel));
        match (state, disposition) {
            (CallState::Waiting, _) => {
                self.timers.clear(Timer::StationGone(id));
            }
            // What became of the dialing is known only when it is over. The stations' own events say more, if any come.
            (CallState::Ringing, Some(disposition)) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.disposition = Some(Cause { reason: Reason::from_switch(disposition), sip_status });
                }
                self.timers.set(Timer::AnswerDue(id), self.now.plus(EVENTS_FOLLOW));
            }
            (CallState::Ringing, None) if stations.is_empty() => self.caller_returned(id, Reason::Interrupted.into()),
            (CallState::Talking, _) if stations.is_empty() => self.caller_returned(id, Reason::StationHungUp.into()),
            (CallState::Held, _) => self.caller_returned(id, Reason::TooLong.into()),
            (CallState::Ringing | CallState::Talking, _) => {
                for station in stations {
                    self.probe(station);
                }
                if state == CallState::Talking {
                    self.timers.set(Timer::StationGone(id), self.now.plus(STATION_GONE));
                }
            }
            (CallState::Conference | CallState::Transferred | CallState::Ended, _) => {}
        }
    }

    fn caller_returned(&mut self, id: CallId, returned: Cause) {
        let rings = self.calls.get(&id).is_some_and(|call| call.state == CallState::Ringing);
        let cause = if rings { KillCause::OriginatorCancel } else { KillCause::NormalClearing };
        self.forget_stations(id, cause);
        for timer in [Timer::Settled(id), Timer::StationGone(id), Timer::AnswerDue(id), Timer::CallPending(id)] {
            self.timers.clear(timer);
        }
        self.call_fact(id, Fact::CallReturned { cause: Some(returned) });
    }

    /// The caller of a conference ran into the waiting extension. On the way into the room that may have been before
    /// they were told to go there: the move's own deadline decides. In it, too, it may be old news.
    fn leg_is_at_the_hook(
        &mut self,
        conference: ConferenceId,
        participant: ParticipantId,
        channel: ChannelId,
        ids: &mut dyn Ids,
    ) {
        self.effect(Effect::HookHold(channel));
        match self.leg(conference, participant, channel).map(|leg| (leg.state, leg.member)) {
            Some((LegState::Joined, None)) => {
                self.caller_waits_again(conference, participant, channel, Reason::MoveFailed, ids);
            }
            Some((LegState::Joined, Some(_))) => self.effect(Effect::Resync),
            _ => {}
        }
    }

    /// A caller who is out of their conference, and lives, becomes a waiting call again. Says whether that was so.
    pub(super) fn caller_waits_again(
        &mut self,
        conference: ConferenceId,
        participant: ParticipantId,
        channel: ChannelId,
        reason: Reason,
        ids: &mut dyn Ids,
    ) -> bool {
        let dismissed = self.leg(conference, participant, channel).is_none_or(|leg| leg.unwanted.is_some());
        let Some(call) = self.call_of_leg(conference, channel).filter(|_| !dismissed) else { return false };
        let hooked = self.leg(conference, participant, channel).is_some_and(|leg| leg.hooked);
        self.call_fact(call, Fact::CallReturned { cause: Some(reason.into()) });
        self.leg_over(conference, participant, channel, reason.into(), ids);
        self.hooked(channel, hooked);
        if !hooked {
            self.return_to_waiting(channel);
        }
        true
    }

    pub(super) fn channel_event(&mut self, event: ChannelEvent, ids: &mut dyn Ids) {
        if let ChannelEventKind::Bridged(other) = event.kind {
            self.bridged(event.channel, other, &event.info, ids);
            return;
        }
        match self.channels.get(&event.channel).copied() {
            Some(Owner::Caller(id)) => self.caller_event(id, event),
            Some(Owner::Station(id)) => self.station_event(id, event),
            Some(Owner::Leg(conference, participant)) => self.leg_event(conference, participant, event, ids),
            None => {
                if let ChannelEventKind::HungUp { .. } = event.kind {
                    self.arrivals.remove(&event.channel);
                    self.under_way_gone(event.channel);
                    self.visitors.remove(&event.channel);
                }
            }
        }
    }

    fn caller_event(&mut self, id: CallId, event: ChannelEvent) {
        match event.kind {
            ChannelEventKind::HungUp { .. } => self.caller_gone(id, Reason::CallerHungUp.into()),
            // After an interrupted bridge the net under it caught the caller, who hears nothing there. The hook is a
            // park, too: then it tells of itself.
            ChannelEventKind::Parked if self.calls.get(&id).is_some_and(Self::may_be_stranded) => {
                self.timers.set(Timer::StationGone(id), self.now.plus(STATION_GONE));
            }
            _ => {}
        }
    }

    fn may_be_stranded(call: &Call) -> bool {
        !call.hooked && matches!(call.state, CallState::Talking | CallState::Held | CallState::Waiting)
    }

    /// The caller's channel is no more.
    pub(super) fn caller_gone(&mut self, id: CallId, cause: Cause) {
        let Some(call) = self.calls.get(&id) else { return };
        let channel = call.channel;
        let cause = if call.hangup_asked { Reason::EndedByUser.into() } else { cause };
        self.effect(Effect::HookRelease(channel));
        self.forget_stations(id, KillCause::NormalClearing);
        self.end_call(id, cause);
    }

    pub(super) fn end_call(&mut self, id: CallId, cause: Cause) {
        self.call_fact(id, Fact::CallEnded { cause });
        for timer in [Timer::Settled(id), Timer::StationGone(id), Timer::AnswerDue(id), Timer::CallPending(id)] {
            self.timers.clear(timer);
        }
        self.calls.remove(&id);
        self.out.touched.insert(Touched::Call(id));
    }

    /// Hangs up what stations of the call are left. A phone that rings for a caller who is gone must stop.
    pub(super) fn forget_stations(&mut self, id: CallId, cause: KillCause) {
        let stations: Vec<ChannelId> = self
            .channels
            .iter()
            .filter(|(_, owner)| **owner == Owner::Station(id))
            .map(|(channel, _)| *channel)
            .collect();
        for channel in stations {
            self.channels.remove(&channel);
            self.command(Tag::Quiet(channel), channel, Command::Kill { channel, cause });
        }
    }

    fn station_event(&mut self, id: CallId, event: ChannelEvent) {
        let Some(call) = self.calls.get(&id) else { return };
        match event.kind {
            ChannelEventKind::Hold(on) if call.station_hold != on => self.call_fact(id, Fact::CallStationHold { on }),
            ChannelEventKind::Parked if call.pending == Some(Pending::Hold) => {
                self.timers.clear(Timer::CallPending(id));
                self.call_fact(id, Fact::CallHeld);
            }
            // Not by our hand, or by one we have given up waiting for: where are they now?
            ChannelEventKind::Parked if call.state == CallState::Talking => self.effect(Effect::Resync),
            ChannelEventKind::HungUp { cause, sip_status, .. } => {
                let reason = Reason::from_hangup(&cause, sip_status, event.info.answered);
                self.station_gone(id, event.channel, Cause { reason, sip_status });
            }
            _ => {}
        }
    }

    /// A station's channel is no more.
    pub(super) fn station_gone(&mut self, id: CallId, channel: ChannelId, cause: Cause) {
        self.channels.remove(&channel);
        let Some(call) = self.calls.get(&id) else { return };
        let others_ring = self.channels.values().any(|owner| *owner == Owner::Station(id));
        match call.state {
            CallState::Ringing if !others_ring => {
                self.timers.clear(Timer::AnswerDue(id));
                let cause = match cause.reason {
                    // It answered and went in the same moment.
                    Reason::HungUp => Cause { reason: Reason::StationHungUp, ..cause },
                    _ => cause,
                };
                let hooked = call.hooked;
                self.call_fact(id, Fact::CallReturned { cause: Some(cause) });
                // Its way back takes it to the hook by itself; this is for when it does not.
                if !hooked {
                    self.timers.set(Timer::StationGone(id), self.now.plus(STATION_GONE));
                }
            }
            CallState::Talking => {
                self.timers.clear(Timer::Settled(id));
                self.timers.set(Timer::StationGone(id), self.now.plus(STATION_GONE));
            }
            CallState::Held => self.call_fact(id, Fact::CallStationLost),
            _ => {}
        }
    }

    /// Two channels hear each other.
    fn bridged(&mut self, first: ChannelId, second: ChannelId, info: &ChannelInfo, ids: &mut dyn Ids) {
        let pair = (self.channels.get(&first).copied(), self.channels.get(&second).copied());
        match pair {
            (Some(Owner::Caller(id)), Some(Owner::Station(of))) if id == of => self.connected(id, second),
            (Some(Owner::Station(of)), Some(Owner::Caller(id))) if id == of => self.connected(id, first),
            (None, None) => self.adopt(first, second, info, ids),
            _ => {}
        }
    }

    /// Caller and station hear each other.
    pub(super) fn connected(&mut self, id: CallId, station: ChannelId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.hooked = false;
        let channel = call.channel;
        self.timers.clear(Timer::StationGone(id));
        match (call.state, call.pending) {
            (CallState::Talking, None) => return,
            // Back where they were, after a move that failed.
            (CallState::Talking, Some(Pending::Resume)) => {
                call.pending = None;
                self.timers.clear(Timer::CallPending(id));
                self.out.touched.insert(Touched::Call(id));
                return;
            }
            _ => {}
        }
        self.timers.clear(Timer::AnswerDue(id));
        self.timers.clear(Timer::CallPending(id));
        self.effect(Effect::HookRelease(channel));
        self.call_fact(id, Fact::CallConnected { channel: station });
        if self.calls.get(&id).is_some_and(|call| call.ours) {
            self.timers.set(Timer::Settled(id), self.now.plus(self.rules.times.settle));
        }
    }
}
