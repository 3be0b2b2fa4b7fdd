//! After a reconnect, a gap or a restart: what the switch has is compared with what the journal says.
//!
//! Every difference goes in as the input it would have been had we heard it. Absence counts only after
//! `uuid_exists` says so, because `show channels` lags.

use super::{Ids, Node, Owner, calls::STATION_GONE, moving::Pair};
use crate::domain::{
    cause::{Cause, Reason},
    conference::{Conference, Leg},
    effect::Tag,
    fact::Fact,
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    input::{ChannelInfo, RoomEvent, RoomEventKind, RoomSnapshot, Snapshot},
    states::{CallState, ConferenceState, LegState, NodeState, ParticipantRole},
    time::Timestamp,
    timers::Timer,
};
use std::time::Duration;

/// A caller on the way back to the hook is there by then.
const BACK_AT_THE_HOOK: Duration = Duration::from_secs(7);
/// What was decided so long ago has reached the switch, and a leg it was to make is there.
const BEGUN: Duration = Duration::from_millis(1500);

impl Node {
    pub(super) fn reconcile(&mut self, snapshot: Snapshot, ids: &mut dyn Ids) {
        let state = if snapshot.health.paused { NodeState::Paused } else { NodeState::Up };
        self.link.health = snapshot.health.clone();
        self.speaks(snapshot.speaks);
        self.link.verified_at = Some(self.now);
        self.enter_link(state, None);
        self.comparing = true;

        // What the switch has is of this run of it.
        self.orphans.retain(|channel| !snapshot.channels.contains_key(channel));
        self.reconcile_rooms(&snapshot, ids);
        let calls: Vec<CallId> = self.calls.keys().copied().collect();
        for id in calls {
            self.reconcile_call(id, &snapshot);
        }
        let conferences: Vec<ConferenceId> = self.conferences.values().filter(|c| !c.is_over()).map(|c| c.id).collect();
        for id in conferences {
            self.reconcile_conference(id, &snapshot, ids);
        }
        self.find_strangers(&snapshot, ids);
        self.comparing = false;
        let conferences: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in conferences {
            self.judge_end(id, ids);
        }
        let absent: Vec<ChannelId> =
            self.channels.keys().filter(|channel| !snapshot.channels.contains_key(channel)).copied().collect();
        for channel in absent {
            if !self.is_queued(channel) {
                self.probe(channel);
            }
        }
        self.rescue_lost(ids);
        let open: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in open {
            self.switch_seen(id);
        }
        self.adopt_from(&snapshot);
        let arrived: Vec<ChannelId> = self.arrivals.keys().copied().collect();
        for channel in arrived {
            self.probe(channel);
        }
        // Who had to wait and still is wanted is dialed now.
        self.silent_since = None;
        self.dial_next();
    }

    /// A leg nobody has dialed yet has no channel to miss.
    fn is_queued(&self, channel: ChannelId) -> bool {
        match self.channels.get(&channel) {
            Some(Owner::Leg(id, participant)) => {
                self.conferences.get(id).and_then(|c| c.participant(*participant)).is_some_and(|p| {
                    let waits = |l: &Leg| l.id == channel && l.state == LegState::Queued && !l.joining;
                    !p.dials.is_empty() && p.legs.iter().any(waits)
                })
            }
            _ => false,
        }
    }

    /// `uuid_exists` answered.
    pub(super) fn existence(&mut self, channel: ChannelId, alive: bool, ids: &mut dyn Ids) {
        if let Some(arrival) = self.arrivals.remove(&channel) {
            if alive && !self.channels.contains_key(&channel) {
                self.confirm_arrival(arrival, ids);
            }
            return;
        }
        if alive {
            self.orphans.remove(&channel);
            if let Some(Owner::Leg(id, participant)) = self.channels.get(&channel).copied() {
                self.leg_lives(id, participant, channel);
            }
            return;
        }
        let lost = self.orphans.remove(&channel);
        let because = |reason| if lost { Reason::SwitchLost } else { reason }.into();
        match self.channels.get(&channel).copied() {
            None => {}
            Some(Owner::Caller(id)) => self.caller_gone(id, because(Reason::CallerHungUp)),
            Some(Owner::Station(id)) => self.station_is_absent(id, channel, because(Reason::Interrupted)),
            Some(Owner::Leg(id, participant)) => self.leg_is_absent(id, participant, channel, lost, ids),
        }
        if lost {
            self.rescue_lost(ids);
        }
    }

    /// A station that was to be rung a moment ago may not be there yet.
    fn station_is_absent(&mut self, id: CallId, channel: ChannelId, cause: Cause) {
        let Some(call) = self.calls.get(&id) else { return };
        let begun_by = call.since.plus(BEGUN);
        // The caller is at the hook with the reason why the dialing ended: then it had begun, and is over.
        let told = call.disposition.clone().filter(|_| call.hooked);
        if call.state == CallState::Ringing && told.is_none() && self.now < begun_by {
            self.timers.set(Timer::AnswerDue(id), begun_by);
        } else {
            self.station_gone(id, channel, told.unwrap_or(cause));
        }
    }

    /// Intent without `+OK` and no such channel: asked again with the same UUID. `+OK` and no channel: failed.
    fn leg_is_absent(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        lost: bool,
        ids: &mut dyn Ids,
    ) {
        let Some(found) = self.leg(id, participant, leg).filter(|l| l.is_active()) else { return };
        if found.state == LegState::Dialing && found.doomed.is_none() {
            // The command may be on its way yet, or taken and not begun; or it began after we asked.
            let begun_by = found.since.plus(BEGUN);
            if self.now < begun_by {
                self.timers.set(Timer::LegVanished(leg), begun_by);
                return;
            }
            if !found.accepted && found.unwanted.is_none() {
                if self.is_stale(found.since) {
                    self.leg_over(id, participant, leg, Reason::Interrupted.into(), ids);
                } else {
                    self.originate_again(id, participant, leg);
                }
                return;
            }
        }
        let cause = match &found.doomed {
            Some(cause) => cause.clone(),
            None if lost => Reason::SwitchLost.into(),
            // Who was there to hang up did; why a leg that still rang is gone, nobody told us.
            None if matches!(found.state, LegState::Queued | LegState::Joined) => Reason::HungUp.into(),
            // Others of the same command were made, and this one was not.
            None if found.group.is_some() && !found.seen => Reason::Unavailable.into(),
            None => Reason::Unknown.into(),
        };
        self.leg_over(id, participant, leg, cause, ids);
    }

    /// The command is sent again when none of the legs it was for is there. While one of them lives the switch has had
    /// it: sent again for the others it would be a second one, and ring whom the first rang.
    fn originate_again(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        self.change_leg(id, participant, leg, |leg| leg.missing = true);
        let together = self.dialed_with(id, participant, leg);
        let wanted = |leg: &Leg| leg.is_active() && leg.unwanted.is_none();
        let found = |leg: &ChannelId| self.leg(id, participant, *leg).filter(|leg| wanted(leg));
        let legs: Vec<ChannelId> = together.iter().copied().filter(|leg| found(leg).is_some()).collect();
        if legs.iter().filter_map(found).all(|leg| leg.missing) {
            self.send_originate(id, participant, &legs);
        }
    }

    /// The switch has had the command. Those dialed with it who are missing are not late, but over.
    fn leg_lives(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        self.change_leg(id, participant, leg, |leg| leg.seen = true);
        self.accepted(id, participant, leg);
        for other in self.dialed_with(id, participant, leg) {
            if self.leg(id, participant, other).is_some_and(|leg| leg.missing && leg.is_active()) {
                self.change_leg(id, participant, other, |leg| leg.missing = false);
                self.timers.set(Timer::LegVanished(other), self.now.plus(BEGUN));
            }
        }
    }

    fn reconcile_rooms(&mut self, snapshot: &Snapshot, ids: &mut dyn Ids) {
        let rooms: Vec<(String, ConferenceId)> = self.rooms.iter().map(|(name, id)| (name.clone(), *id)).collect();
        for (name, id) in rooms {
            let mut say = |node: &mut Self, kind| node.room_event(RoomEvent { room: name.clone(), kind }, ids);
            let nobody = RoomSnapshot::default();
            let room = match snapshot.rooms.get(&name) {
                Some(room) => {
                    say(self, RoomEventKind::Created);
                    room
                }
                // Nor is anybody on the way to open it, for all we know: who was sent may never have heard of it.
                None => {
                    say(self, RoomEventKind::Destroyed);
                    &nobody
                }
            };
            if self.conferences.get(&id).is_none_or(Conference::is_over) {
                continue;
            }
            say(self, RoomEventKind::Locked(room.locked));
            for (channel, member) in &room.members {
                let seen = member.seen.clone();
                say(self, RoomEventKind::Joined { channel: *channel, member: member.member, seen });
                say(self, RoomEventKind::Talking { channel: *channel, on: member.talking });
            }
            let gone: Vec<ChannelId> = self
                .conferences
                .get(&id)
                .into_iter()
                .flat_map(|c| {
                    c.active().filter(|(_, l)| l.state == LegState::Joined).map(|(_, l)| l.id).collect::<Vec<_>>()
                })
                .filter(|channel| !room.members.contains_key(channel))
                .collect();
            for channel in gone {
                say(self, RoomEventKind::Left { channel });
            }
            self.recordings_seen(id, &room.recordings, ids);
        }
    }

    fn reconcile_call(&mut self, id: CallId, snapshot: &Snapshot) {
        let Some(call) = self.calls.get(&id) else { return };
        let (channel, state, since) = (call.channel, call.state, call.since);
        let (hangup_asked, unsettled) = (call.hangup_asked, call.ours && !call.settled);
        let Some(caller) = snapshot.channels.get(&channel) else { return };
        if state == CallState::Conference {
            return;
        }
        // The wish stands until the channel is gone.
        if hangup_asked {
            self.kill_call(id);
            return;
        }
        let alive: Vec<(ChannelId, &ChannelInfo)> = call
            .stations
            .iter()
            .filter_map(|leg| snapshot.channels.get(&leg.channel).map(|info| (leg.channel, info)))
            .collect();
        let bridged = alive.iter().map(|(station, _)| *station).find(|one| is_bridged(snapshot, channel, *one));
        // In a net of ours, or left behind in a room: nobody is heard there, and no way leads back.
        let stranded = matches!(caller.application.as_str(), "park" | "conference");
        // The lists lag: of what came about a moment ago they may still tell how it was before.
        let fresh = self.now < since.plus(BEGUN);
        match (state, bridged) {
            (CallState::Held, Some(_)) if fresh => self.timers.set(Timer::StationGone(id), since.plus(BEGUN)),
            (CallState::Ringing | CallState::Held, Some(station)) => self.connected(id, station),
            (CallState::Ringing, None) if !self.timers.is_set(Timer::AnswerDue(id)) => {
                self.timers.set(Timer::AnswerDue(id), self.now.plus(BEGUN));
            }
            (CallState::Talking, Some(_)) if unsettled && !self.timers.is_set(Timer::Settled(id)) => {
                self.timers.set(Timer::Settled(id), self.now.plus(self.rules.times.settle));
            }
            (CallState::Waiting, None) if stranded => self.return_to_waiting(channel),
            // They may be on their way still; then it is looked at again.
            (CallState::Talking | CallState::Held, None) if stranded && fresh => {
                self.timers.set(Timer::StationGone(id), since.plus(BEGUN));
            }
            (CallState::Talking | CallState::Held, None) if stranded => match alive.first() {
                Some((station, _)) => self.bridge(Tag::Resume(id), channel, *station),
                None => self.timers.set(Timer::StationGone(id), self.now.plus(STATION_GONE)),
            },
            (CallState::Talking, None) => {
                let parked = alive.iter().any(|(_, info)| info.application == "park");
                if parked && caller.application.contains("playback") && fresh {
                    self.timers.set(Timer::StationGone(id), since.plus(BEGUN));
                } else if parked && caller.application.contains("playback") {
                    self.call_fact(id, Fact::CallHeld);
                } else {
                    self.timers.set(Timer::StationGone(id), self.now.plus(BACK_AT_THE_HOOK));
                }
            }
            _ => {}
        }
    }

    fn reconcile_conference(&mut self, id: ConferenceId, snapshot: &Snapshot, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let active: Vec<(ParticipantId, ChannelId, LegState, bool, bool)> = conference
            .active()
            .map(|(p, l)| (p.id, l.id, l.state, l.unwanted.is_some(), l.endpoint.is_some()))
            .collect();
        for (participant, leg, state, unwanted, dialed) in active {
            let Some(info) = snapshot.channels.get(&leg) else { continue };
            self.leg_lives(id, participant, leg);
            if unwanted {
                self.kill(leg, crate::domain::effect::KillCause::NormalClearing);
                continue;
            }
            self.redirect_again(id, participant, leg);
            if dialed && info.answered && matches!(state, LegState::Dialing | LegState::Ringing) {
                let confirm = self.leg(id, participant, leg).is_some_and(|l| l.confirm);
                let state = if confirm { LegState::Confirming } else { LegState::Answered };
                self.conference_fact(id, Fact::LegProgress { participant, leg, state });
            }
            // Who was in the room and is parked now was kicked while nobody looked.
            if info.application == "park" {
                self.change_leg(id, participant, leg, |leg| leg.waits = true);
            }
            if dialed && state != LegState::Joined && !self.timers.is_set(Timer::LegDue(leg)) {
                let person = self.conferences.get(&id).and_then(|c| c.participant(participant));
                let ring = person.map_or(self.rules.times.ring, |person| self.ring_of(person));
                let late = ring + self.rules.times.confirm;
                self.timers.set(Timer::LegDue(leg), self.now.plus(late));
            }
        }
        self.resume_move(id, snapshot, ids);
        self.drop_forgotten(id, ids);
        self.take_in(id);
        self.hearing_in_doubt(id);
        self.keep_newcomers_out(id);
        self.settings_in_doubt(id);
        self.passing_in_doubt(id);
        self.joining_in_doubt(id);
        self.settle_conference(id, ids);
    }

    /// The journal says the pair was to be moved; the switch says how far that went.
    fn resume_move(&mut self, id: ConferenceId, snapshot: &Snapshot, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id).filter(|c| c.is_moving()) else { return };
        if conference.state == ConferenceState::Ending {
            return;
        }
        let Some(call) = conference.call else { return };
        let leg =
            |role| conference.with_role(role).and_then(|p| p.legs.first()).filter(|l| l.is_active()).map(|l| l.id);
        let (caller, station) = (leg(ParticipantRole::Caller), leg(ParticipantRole::Attendant));
        if let (Some(caller), Some(station)) = (caller, station)
            && is_bridged(snapshot, caller, station)
        {
            let found = self.calls.get(&call);
            let pair = Pair {
                call,
                caller,
                station,
                held: false,
                bypass: found.is_some_and(|c| c.bypass_media),
                silent: found.is_some_and(|c| c.station_hold),
            };
            self.move_pair(id, &pair);
        } else {
            if !self.timers.is_set(Timer::MoveDue(id)) {
                self.timers.set(Timer::MoveDue(id), self.now.plus(self.rules.times.moving));
            }
            // Out of hold the two are moved one after the other: the second may never have been told. If the room
            // refused it, it will say so again.
            if self.conferences.get(&id).is_some_and(|c| c.room_lives && c.joined() > 0) {
                self.take_in(id);
            }
            self.check_move(id, false, ids);
        }
    }

    /// Decided so long ago that nobody waits for it any more. Who did not ring then is not rung now, out of the blue.
    fn is_stale(&self, since: Timestamp) -> bool {
        self.now.since(since) > self.rules.times.ring + self.rules.times.confirm
    }

    /// Legs that were journaled as wanted, and not as dialed, too long ago.
    fn drop_forgotten(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let stale: Vec<_> = conference
            .active()
            .filter(|(p, leg)| leg.state == LegState::Queued && !p.dials.is_empty() && self.is_forgotten(leg))
            .filter(|(_, leg)| !leg.joining)
            .filter(|(p, _)| !conference.waits_for_host() || p.role == ParticipantRole::Attendant)
            .map(|(p, leg)| (p.id, leg.id))
            .collect();
        for (participant, leg) in stale {
            self.leg_over(id, participant, leg, Reason::Interrupted.into(), ids);
        }
    }
}

fn is_bridged(snapshot: &Snapshot, first: ChannelId, second: ChannelId) -> bool {
    snapshot.bridges.contains(&(first, second)) || snapshot.bridges.contains(&(second, first))
}
