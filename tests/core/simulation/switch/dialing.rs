//! Dialed phones and what becomes of them: some ring for ever, some refuse, some are not there, some answer.

use super::{Death, Doing, Origin, Plan, Switch, Who};
use switchboard::domain::{effect::Target, ids::ChannelId, input::ChannelEventKind};

impl Switch {
    pub(super) fn create(&mut self, leg: ChannelId, from: Origin) {
        let wanted = self.under_way.remove(&leg);
        if self.channels.contains_key(&leg) {
            return;
        }
        match from {
            // Another leg of the same originate was taken meanwhile.
            Origin::Job { .. } if !wanted => {}
            Origin::Caller { caller, ring } => {
                let wanted = self
                    .channels
                    .get(&caller)
                    .is_some_and(|caller| matches!(&caller.doing, Doing::Dialing(stations) if stations.contains(&leg)));
                if !wanted {
                    return;
                }
                if self.paused || self.chance.percent(10) {
                    // Not registered: no channel, no event.
                    return self.station_refused(leg, "USER_NOT_REGISTERED");
                }
                let station = self.blank(Who::Station, "sofia/internal/station@192.0.2.7".into(), Doing::Ringing);
                self.add(leg, station);
                self.fate(leg, ring, 55);
            }
            Origin::Job { job, target, confirm, told, ring, endpoint, participant } => {
                let failed = match self.chance.below(20) {
                    0 => Some("USER_NOT_REGISTERED"),
                    1 => Some("GATEWAY_DOWN"),
                    _ => None,
                };
                if let Some(cause) = failed {
                    let told = self.leg_out(job, leg, cause, false);
                    return self.events.extend(told);
                }
                let name = format!("sofia/external/{endpoint}");
                let mut channel = self.blank(Who::Leg(participant), name, Doing::Ringing);
                if let Target::Park(longest) = &target {
                    channel.park_timeout = i64::try_from(longest.as_millis()).ok();
                }
                channel.target = Some(target);
                channel.confirm = confirm;
                channel.told = told;
                channel.job = Some(job);
                self.add(leg, channel);
                self.fate(leg, ring, 60);
            }
        }
    }

    /// What the phone at the other end will do.
    fn fate(&mut self, id: ChannelId, ring: i64, answers: usize) {
        let rings = self.chance.ms(5, 300);
        self.plan(rings, Plan::Ring(id));
        if self.chance.percent(answers) {
            let after = self.chance.ms(0, 8_000);
            self.plan(after, Plan::Answer(id));
        } else if self.chance.percent(50) {
            let after = self.chance.ms(1, 5_000);
            let (cause, status) = self
                .chance
                .pick(&[
                    ("USER_BUSY", Some(486)),
                    ("CALL_REJECTED", Some(603)),
                    ("UNALLOCATED_NUMBER", Some(404)),
                    ("NORMAL_TEMPORARY_FAILURE", Some(503)),
                ])
                .unwrap_or(("USER_BUSY", None));
            self.plan(after, Plan::Refuse(id, cause, status));
        }
        self.plan(ring, Plan::Refuse(id, "NO_ANSWER", None));
    }

    pub(super) fn answered(&mut self, id: ChannelId) {
        let Some(found) = self.channels.get_mut(&id).filter(|channel| channel.doing == Doing::Ringing) else { return };
        found.answered = true;
        let confirm = found.confirm;
        self.tell(id, ChannelEventKind::Answered);
        if !confirm {
            return self.reached(id);
        }
        self.change(id, Doing::Confirming);
        let after = self.chance.ms(200, 8_000);
        match self.chance.below(10) {
            0..6 => self.plan(after, Plan::Press(id)),
            6 => self.plan(after, Plan::Decline(id)),
            _ => {}
        }
        self.plan(10_000, Plan::Refuse(id, "ALLOTTED_TIMEOUT", None));
    }

    /// Answered, and confirmed where that was asked: to its target.
    pub(super) fn reached(&mut self, id: ChannelId) {
        let Some(found) = self.channels.get_mut(&id) else { return };
        let told = std::mem::take(&mut found.told);
        if let Some(job) = found.job.take() {
            self.leg_won(job, id);
        }
        if told {
            // Where they go is read when they have heard it.
            self.change(id, Doing::Entering);
            let (after, stamp) = (self.chance.ms(500, 2_500), self.stamp(id));
            return self.plan(after, Plan::Told(id, stamp));
        }
        let target = self.channels.get(&id).and_then(|found| found.target.clone());
        match target {
            Some(Target::Room(room, door)) if self.rooms.contains_key(room.name.as_str()) => {
                if let Some(found) = self.channels.get_mut(&id) {
                    found.join_muted = door.muted;
                    found.join_deaf = door.deaf;
                }
                self.enter(id, room.name.as_str(), true);
            }
            Some(Target::Room(..)) => self.hang_up(id, "NORMAL_CLEARING", None, Death::Rejected),
            Some(Target::Park(_)) => self.park(id),
            None => self.station_answered(id),
        }
        // People leave by themselves some time.
        if self.chance.percent(8) {
            let soon = self.chance.ms(0, 900);
            self.plan(soon, Plan::HangUp(id));
        } else if self.chance.percent(50) {
            let after = self.chance.ms(1_000, 60_000);
            self.plan(after, Plan::HangUp(id));
        }
    }

    /// The first station to answer has the caller; the others lost the race.
    fn station_answered(&mut self, station: ChannelId) {
        let found = self.channels.iter().find_map(|(id, channel)| match &channel.doing {
            Doing::Dialing(stations) if stations.contains(&station) => Some((*id, stations.clone())),
            _ => None,
        });
        let Some((caller, stations)) = found else {
            return self.hang_up(station, "ORIGINATOR_CANCEL", None, Death::Killed);
        };
        self.change(caller, Doing::Bridged(station));
        self.change(station, Doing::Bridged(caller));
        let told_first = self.chance.percent(50);
        if told_first {
            self.tell(caller, ChannelEventKind::Bridged(station));
        }
        for loser in stations.into_iter().filter(|other| *other != station) {
            self.hang_up(loser, "LOSE_RACE", None, Death::LostRace);
        }
        if !told_first {
            self.tell(caller, ChannelEventKind::Bridged(station));
        }
    }

    pub(super) fn bridge_now(&mut self, first: ChannelId, second: ChannelId) {
        let alive = (self.channels.contains_key(&first), self.channels.contains_key(&second));
        match alive {
            (true, true) => {
                if self.partner(first) == Some(second) {
                    return;
                }
                for one in [first, second] {
                    if let Some(other) = self.partner(one) {
                        self.unbridge(one, other);
                        self.hang_up(other, "NORMAL_CLEARING", None, Death::MovedAlone);
                    }
                    self.leave(one);
                }
                self.change(first, Doing::Bridged(second));
                self.change(second, Doing::Bridged(first));
                self.tell(first, ChannelEventKind::Bridged(second));
            }
            // The other hung up in that very moment.
            (true, false) => {
                if let Some(partner) = self.partner(first) {
                    self.hang_up(partner, "NORMAL_CLEARING", None, Death::MovedAlone);
                }
                self.leave(first);
                let caught = self.channels.get(&first).is_some_and(|first| first.park_on_cancel);
                if caught { self.park(first) } else { self.change(first, Doing::Limbo) }
            }
            (false, true) => {
                self.leave(second);
                self.hang_up(second, "NORMAL_CLEARING", None, Death::PartnerGone);
            }
            (false, false) => {}
        }
    }
}
