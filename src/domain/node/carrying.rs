//! Two conferences become one while somebody is still being called: whoever rings goes on ringing, for the other one.
//!
//! A leg that was dialed into a room is told where to go when it is answered, and not before: the switch reads the
//! room from a variable of the channel then. So it is changed while it rings, and only after that do those in the old
//! room leave it: whoever answered in that very moment comes into a room that is there, and is fetched from it.

use super::{Ids, Node, Owner, answering::refuse, hearing::lane, passing::role_in};
use crate::domain::{
    cause::Reason,
    conference::{Conference, Leg, Participant},
    effect::{Command, KillCause, Tag},
    fact::{CarriedLeg, Fact, Invited},
    ids::{ChannelId, ConferenceId, ParticipantId},
    request::{Refusal, RefusalCode},
    states::LegState,
};
use std::{collections::BTreeMap, time::Duration};

/// Whoever was answered before the variable was changed is in the old room by then.
const ON_THE_WAY_IN: Duration = Duration::from_millis(150);

impl Node {
    /// Those who are not in yet belong to the other conference from now on. Says whether somebody may yet come into
    /// the old room, so that nobody is to leave it at once.
    pub(super) fn carry_over(
        &mut self,
        from: ConferenceId,
        to: ConferenceId,
        called: &[ParticipantId],
        newcomers: &BTreeMap<ParticipantId, ParticipantId>,
    ) -> bool {
        let mut redirected = false;
        for participant in called {
            if let Some(newcomer) = newcomers.get(participant) {
                redirected |= self.carry(from, *participant, to, *newcomer, newcomers);
            }
        }
        if redirected {
            let lane = lane(from);
            self.command(Tag::Quiet(lane), lane, Command::LetSettle(ON_THE_WAY_IN));
        }
        redirected
    }

    fn carry(
        &mut self,
        from: ConferenceId,
        participant: ParticipantId,
        to: ConferenceId,
        newcomer: ParticipantId,
        newcomers: &BTreeMap<ParticipantId, ParticipantId>,
    ) -> bool {
        let (Some(old), Some(other)) = (self.conferences.get(&from), self.conferences.get(&to)) else { return false };
        let Some(person) = old.participant(participant) else { return false };
        let legs: Vec<Leg> = person.series().to_vec();
        let Some(first) = legs.iter().find(|leg| leg.is_active()) else { return false };
        let invited = Invited {
            participant: newcomer,
            role: role_in(other, person),
            name: person.name.clone(),
            dials: person.dials.clone(),
            leg: first.id,
            number: first.number.clone(),
            label: person.label.clone(),
            moderator: person.moderator,
            listener: person.listener,
            introduce: person.introduction.is_some(),
            replaces: person.replaces.and_then(|old| newcomers.get(&old).copied()),
            end_conference_on_exit: false,
            reach: person.reach,
        };
        let ports = other.ports.saturating_add(1);
        let carried: Vec<CarriedLeg> = legs.iter().map(Leg::to_carry).collect();
        // First theirs, then no longer ours: at no moment nobody's.
        let came = Fact::ParticipantCameOver { ports, invited, from, keeps: Vec::new(), legs: carried };
        self.conference_fact(to, came);
        let mut redirected = false;
        for leg in legs.iter().filter(|leg| leg.is_active()) {
            self.change_leg(to, newcomer, leg.id, |new| {
                new.seen = leg.seen;
                new.missing = leg.missing;
                new.doomed.clone_from(&leg.doomed);
                new.waits = leg.waits;
            });
            let over = Fact::LegOver {
                participant,
                leg: leg.id,
                state: LegState::Failed,
                cause: Reason::Moved.into(),
                hangup: None,
            };
            self.conference_fact(from, over);
            redirected |= self.redirect(to, newcomer, leg.id, lane(from));
        }
        self.conference_fact(from, Fact::PortsReturned { ports: 1 });
        self.take_in(to);
        redirected
    }

    /// A leg that rings is told whose it is, and where to go. Says whether it was on the way to another room.
    fn redirect(&mut self, to: ConferenceId, participant: ParticipantId, leg: ChannelId, lane: ChannelId) -> bool {
        let Some(found) = self.leg(to, participant, leg).filter(|l| l.is_active() && l.endpoint.is_some()) else {
            return false;
        };
        let elsewhere = found.redirected.is_some();
        self.tag(leg, lane, to, participant);
        let Some(room) = self.conferences.get(&to).and_then(|c| self.room_of(c)).filter(|_| elsewhere) else {
            return false;
        };
        self.screen(to, participant, leg);
        let door = self.door(to, participant, leg, true);
        self.command(Tag::Quiet(lane), lane, Command::Redirect { leg, room, door });
        true
    }

    /// It may not have been told: its channel was not there yet, or we were not.
    pub(super) fn redirect_again(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        let elsewhere = |l: &&Leg| l.redirected.is_some() && l.state != LegState::Joined && l.unwanted.is_none();
        if self.leg(id, participant, leg).filter(elsewhere).is_some() {
            self.redirect(id, participant, leg, leg);
        }
    }

    /// Whoever answers is given what they were dialed with once more.
    pub(super) fn tag_redirected(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) {
        if self.leg(id, participant, leg).is_some_and(|l| l.redirected.is_some()) {
            self.tag(leg, leg, id, participant);
        }
    }

    /// It answered before it was told of the other room, and is in the old one: it is fetched from there.
    pub(super) fn came_into_the_old_room(&mut self, id: ConferenceId, leg: ChannelId) {
        let Some(Owner::Leg(to, participant)) = self.channels.get(&leg).copied() else { return };
        let Some(found) = self.leg(to, participant, leg) else { return };
        if to == id || found.redirected != Some(id) || found.state == LegState::Joined || !found.is_active() {
            return;
        }
        if found.unwanted.is_some() {
            return self.kill(leg, KillCause::NormalClearing);
        }
        let Some(conference) = self.conferences.get(&to).filter(|c| !c.is_over()) else { return };
        let (lives, room) = (conference.room_lives, self.room_of(conference));
        let Some(room) = room else { return };
        self.screen(to, participant, leg);
        let door = self.door(to, participant, leg, lives);
        self.command(Tag::Enter(leg), leg, Command::EnterRoom { channel: leg, room, door });
    }

    /// Somebody who is not in yet, and may be called on for another conference.
    pub(super) fn can_be_carried(&self, conference: &Conference, person: &Participant) -> Result<(), Refusal> {
        let on_the_way = person.active().any(|leg| leg.joining || person.dials.is_empty());
        // Dialed into the old room, and no channel yet to be told of the other one.
        let unborn = |leg: &Leg| {
            let together = self.dialed_with(conference.id, person.id, leg.id);
            let seen = |id: &ChannelId| self.leg(conference.id, person.id, *id).is_some_and(|l| l.seen);
            leg.state == LegState::Dialing && !leg.parked && !together.iter().any(seen)
        };
        let who = if person.name.is_empty() { "somebody" } else { person.name.as_str() };
        if on_the_way {
            let detail = format!("{who} is on the way into the room; merge again in a moment");
            return Err(refuse(RefusalCode::WrongState, detail));
        }
        if person.active().any(unborn) {
            let detail = format!("{who} is being dialed in this very moment; merge again in a second");
            return Err(refuse(RefusalCode::WrongState, detail));
        }
        Ok(())
    }

    /// Nobody is left to go over, and nobody to be called.
    pub(super) fn settle_merged(&mut self, id: ConferenceId, to: ConferenceId, ids: &mut dyn Ids) {
        self.settle_conference(id, ids);
        self.judge_end(id, ids);
        self.judge_end(to, ids);
        self.dial_next();
    }
}
