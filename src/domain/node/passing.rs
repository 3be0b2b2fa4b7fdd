//! From one room to another: one participant is moved, or two conferences become one.
//!
//! The channel stays what it is; its leg ends in one conference and begins in the other when the other room says
//! that it came. What was set for it in the first room the switch forgets.

use super::{
    Accepting, Ids, Node, Owner,
    answering::{refuse, variable},
    hearing::lane,
    keeping::{Keeps, keeps},
};
use crate::domain::{
    announcement::Passing,
    cause::Reason,
    conference::{Conference, Introduction, Leg, Participant},
    effect::{Command, Door, Effect, Tag},
    fact::{Fact, Invited, Person, Subject},
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    request::{Actor, Refusal, RefusalCode},
    states::{CallState, ConferenceState, LegState, ParticipantRole},
    timers::Timer,
};
use std::collections::BTreeMap;

impl Node {
    /// Moves one participant to another conference of this node.
    pub(super) fn move_to(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        to: ConferenceId,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        let leg = passable(person)?;
        self.can_receive(actor, id, to, 1, 1)?;
        let newcomer = ParticipantId::new(ids.uuid());
        self.pass(Some(actor.into()), id, to, Passenger { participant, leg, newcomer, lane: leg });
        Ok(id)
    }

    /// Everybody of the one conference goes over to the other; the one they leave ends.
    pub(super) fn merge(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        into: ConferenceId,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if conference.state != ConferenceState::Live {
            return Err(refuse(
                RefusalCode::WrongState,
                "this conference is not live yet; wait until somebody is in, or end it, and merge then",
            ));
        }
        let (mut inside, mut called, mut legs) = (Vec::new(), Vec::new(), 0);
        for person in &conference.participants {
            let wanted = |leg: &&Leg| leg.unwanted.is_none();
            if let Some(leg) = person.active().find(|leg| leg.state == LegState::Joined) {
                if leg.unwanted.is_none() {
                    inside.push((person.id, passable(person)?));
                }
            } else if person.active().any(|leg| wanted(&leg)) {
                self.can_be_carried(conference, person)?;
                legs += person.active().count();
                called.push(person.id);
            }
        }
        self.can_receive(actor, id, into, inside.len() + called.len(), inside.len() + legs)?;
        let mut newcomers = BTreeMap::new();
        for person in inside.iter().map(|(person, _)| person).chain(&called) {
            newcomers.insert(*person, ParticipantId::new(ids.uuid()));
        }
        let who = Some(Person::from(actor));
        self.record(Subject::Conference(id), who, Fact::ConferenceMerging { into });
        let in_order = self.carry_over(id, into, &called, &newcomers);
        for (participant, leg) in inside {
            let newcomer = newcomers.get(&participant).copied();
            let newcomer = newcomer.unwrap_or_else(|| ParticipantId::new(ids.uuid()));
            // Behind what those who ring are told.
            let lane = if in_order { lane(id) } else { leg };
            self.pass(None, id, into, Passenger { participant, leg, newcomer, lane });
        }
        self.settle_merged(id, into, ids);
        Ok(id)
    }

    /// Whether so many may come over from the one conference to the other.
    fn can_receive(
        &self,
        actor: &Actor,
        from: ConferenceId,
        to: ConferenceId,
        people: usize,
        legs: usize,
    ) -> Result<(), Refusal> {
        if from == to {
            return Err(refuse(RefusalCode::BadInput, "this is the conference they are in; name another one"));
        }
        let other = self.conference_of(to, actor)?;
        if other.state != ConferenceState::Live || !other.room_lives {
            return Err(refuse(RefusalCode::WrongState, "the other conference is not live yet; try again when it is"));
        }
        if other.locked {
            return Err(refuse(RefusalCode::WrongState, "the other room is locked; unlock it first"));
        }
        self.allow_legs(other.owner.id, 0, other.active().count() + legs)?;
        self.apply_for(people, 0)
    }

    fn pass(&mut self, actor: Option<Person>, id: ConferenceId, to: ConferenceId, who: Passenger) {
        let Passenger { participant, leg, newcomer, lane } = who;
        let Some(room) = self.conferences.get(&to).and_then(|c| self.room_of(c)) else { return };
        let Some(person) = self.conferences.get(&id).and_then(|c| c.participant(participant)) else { return };
        // Whoever could not be heard here is not heard there all of a sudden.
        let Keeps { muted, deaf, screened, .. } = keeps(person, leg, self.comes_screened(to));
        let door = Door { join_only: true, muted, deaf };
        let fact = Fact::LegPassing { participant, leg, to, newcomer, screened };
        self.record(Subject::Conference(id), actor, fact);
        self.tag(leg, lane, to, newcomer);
        self.command(Tag::Enter(leg), lane, Command::EnterRoom { channel: leg, room, door });
        self.timers.set(Timer::PassDue(leg), self.now.plus(self.rules.times.control));
    }

    /// Every channel says whose it is.
    pub(super) fn tag(&mut self, channel: ChannelId, lane: ChannelId, id: ConferenceId, participant: ParticipantId) {
        let tags = [
            variable("switchboard_conference", id.to_string()),
            variable("switchboard_participant", participant.to_string()),
        ];
        self.set_variables(channel, lane, tags.into_iter().flatten().collect());
    }

    /// The leg that came into this room may be one that was sent over from another; says whether it is.
    pub(super) fn came_over(&mut self, to: ConferenceId, leg: ChannelId, ids: &mut dyn Ids) -> bool {
        let Some(Owner::Leg(from, participant)) = self.channels.get(&leg).copied() else { return false };
        let sent = self.leg(from, participant, leg).and_then(|found| found.passing);
        let Some((_, newcomer)) = sent.filter(|(wanted, _)| *wanted == to && from != to) else { return false };
        self.timers.clear(Timer::PassDue(leg));
        self.timers.clear(Timer::Stray(leg));
        self.timers.clear(Timer::ControlPending(from, participant));
        let Some(other) = self.conferences.get(&to) else { return false };
        let Some(person) = self.conferences.get(&from).and_then(|c| c.participant(participant)) else { return false };
        let Some(found) = person.legs.iter().find(|l| l.id == leg) else { return false };
        let role = role_in(other, person);
        let invited = Invited {
            participant: newcomer,
            role,
            name: person.name.clone(),
            dials: person.dials.clone(),
            leg,
            number: found.number.clone(),
            label: person.label.clone(),
            moderator: person.moderator,
            listener: person.listener,
            introduce: false,
            replaces: None,
            // Its rule was the other conference's.
            end_conference_on_exit: false,
            reach: person.reach,
        };
        let screened = found.passing_screened;
        let ports = other.ports.saturating_add(1);
        let (again, on_hold) = (keeps(person, leg, screened).again, person.on_hold);
        // First theirs, then no longer ours: at no moment nobody's.
        self.conference_fact(to, Fact::ParticipantCameOver { ports, invited, from, keeps: again, legs: Vec::new() });
        if on_hold {
            self.conference_fact(to, Fact::ParticipantHold { participant: newcomer, on: true });
        }
        if screened {
            self.conference_fact(to, Fact::LegScreened { participant: newcomer, leg, on: true });
        }
        if let Some(call) = self.call_of_leg(from, leg) {
            let owner = self.conferences.get(&to).map(|other| other.owner.clone());
            self.call_fact(call, Fact::CallMoving { conference: to });
            self.call_follows(call, owner);
        }
        let fact = Fact::LegOver { participant, leg, state: LegState::Left, cause: Reason::Moved.into(), hangup: None };
        self.conference_fact(from, fact);
        self.passed_the_door(from, participant, Passing::Exit);
        self.conference_fact(from, Fact::PortsReturned { ports: 1 });
        self.nobody_is_alone_apart(from);
        self.arrange_anew(from);
        self.settle_conference(from, ids);
        self.judge_end(from, ids);
        true
    }

    /// It left its room, and did not come into the other: it is taken back. Says whether that was so.
    pub(super) fn passing_failed(&mut self, leg: ChannelId) -> bool {
        self.timers.clear(Timer::PassDue(leg));
        let Some(Owner::Leg(id, participant)) = self.channels.get(&leg).copied() else { return false };
        let Some(found) = self.leg(id, participant, leg).filter(|l| l.passing.is_some() && l.is_active()) else {
            return false;
        };
        let (inside, unwanted) = (found.member.is_some(), found.unwanted.is_some());
        self.tag(leg, leg, id, participant);
        if inside {
            // Nothing happened, for all we know.
            let keeps = Vec::new();
            self.conference_fact(id, Fact::LegPassFailed { participant, leg, keeps, forgotten: false });
            self.effect(Effect::Resync);
            return true;
        }
        let Keeps { muted, deaf, .. } = self.brought_back(id, participant, leg);
        let Some(conference) = self.conferences.get(&id).filter(|_| !unwanted) else { return false };
        let (lives, room) = (conference.room_lives, self.room_of(conference));
        let Some(room) = room else { return false };
        self.change_leg(id, participant, leg, |leg| leg.waits = false);
        let door = Door { join_only: lives, muted, deaf };
        self.command(Tag::Enter(leg), leg, Command::EnterRoom { channel: leg, room, door });
        self.timers.set(Timer::Stray(leg), self.now.plus(self.rules.times.control));
        true
    }

    /// After a restart or a gap: it is looked at again whether they came over.
    pub(super) fn passing_in_doubt(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let passing: Vec<ChannelId> =
            conference.active().filter(|(_, leg)| leg.passing.is_some()).map(|(_, leg)| leg.id).collect();
        for leg in passing {
            if !self.timers.is_set(Timer::PassDue(leg)) {
                self.timers.set(Timer::PassDue(leg), self.now.plus(self.rules.times.control));
            }
        }
    }

    /// The call of whoever is at this leg of a conference, if they came with one.
    pub(super) fn call_of_leg(&self, id: ConferenceId, leg: ChannelId) -> Option<CallId> {
        let theirs = |state, conference| state == CallState::Conference && conference == Some(id);
        self.calls.values().find(|call| call.channel == leg && theirs(call.state, call.conference)).map(|call| call.id)
    }
}

/// Somebody who goes over.
#[derive(Clone, Copy, Debug)]
struct Passenger {
    participant: ParticipantId,
    leg: ChannelId,
    /// Who they will be there.
    newcomer: ParticipantId,
    /// Behind what else is sent on it.
    lane: ChannelId,
}

/// The leg of whoever is in the room, and may leave it for another.
fn passable(person: &Participant) -> Result<ChannelId, Refusal> {
    if person.introduction == Some(Introduction::Waiting) {
        return Err(super::introducing::waits_to_be_introduced());
    }
    let leg = person.legs.iter().rev().find(|leg| leg.state == LegState::Joined && leg.member.is_some());
    match leg {
        Some(leg) if leg.passing.is_some() => {
            Err(refuse(RefusalCode::WrongState, "this participant is on the way to another conference already"))
        }
        Some(leg) => Ok(leg.id),
        None => Err(refuse(
            RefusalCode::WrongState,
            "only somebody who is in the room can be moved; wait until they have joined, or add them there",
        )),
    }
}

/// Who they are in the other conference: there is one attendant.
pub(super) fn role_in(other: &Conference, person: &Participant) -> ParticipantRole {
    let has_attendant = other.active().any(|(p, _)| p.role == ParticipantRole::Attendant);
    match person.role {
        ParticipantRole::Attendant if has_attendant => ParticipantRole::Guest,
        role => role,
    }
}

impl Conference {
    /// Everybody who left last went over to another conference.
    pub fn was_merged(&self) -> bool {
        self.merging.is_some()
    }
}
