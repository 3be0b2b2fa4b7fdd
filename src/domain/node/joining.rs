//! A waiting caller is let into a conference that lives: somebody whose line dropped and who calls again, or anybody
//! else who belongs in it.

use super::{
    Accepting, Ids, Node, Owner,
    answering::{refuse, variable},
};
use crate::domain::{
    cause::Reason,
    conference::{Conference, Leg, Participant},
    effect::{Command, Effect, Tag},
    fact::{Fact, Person, Subject},
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    request::{Actor, RefusalCode},
    rules::ComeBack,
    states::{CallState, ConferenceState, LegState},
    timers::Timer,
};
use std::time::Duration;

/// Whose line dropped longer ago than this comes as any other caller.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);

impl Node {
    /// Lets a waiting caller into a conference.
    pub(super) fn join_call(&mut self, actor: &Actor, call: CallId, id: ConferenceId, ids: &mut dyn Ids) -> Accepting {
        let waiting = self.call_of(call, actor)?;
        if waiting.state != CallState::Waiting || !waiting.hooked {
            return Err(refuse(
                RefusalCode::WrongState,
                "only a caller who is waiting can be let into a conference; somebody may have answered just now",
            ));
        }
        let conference = self.conference_of(id, actor)?;
        if conference.state != ConferenceState::Live || !conference.room_lives {
            return Err(refuse(RefusalCode::WrongState, "this conference is not live yet; try again when it is"));
        }
        if conference.locked {
            return Err(refuse(RefusalCode::WrongState, "the room is locked; unlock it first"));
        }
        self.allow_legs(conference.owner.id, 0, conference.active().count() + 1)?;
        self.apply_for(1, 0)?;
        self.join_now(Some(actor.into()), call, id, ids);
        Ok(id)
    }

    fn join_now(&mut self, actor: Option<Person>, id: CallId, to: ConferenceId, ids: &mut dyn Ids) {
        let (Some(call), Some(conference)) = (self.calls.get(&id), self.conferences.get(&to)) else { return };
        let Some(room) = self.room_of(conference) else { return };
        // Whoever comes back is who they were; and so is who was not let in at the first try.
        let came_before = |p: &&Participant| p.legs.iter().any(|leg| leg.id == call.channel);
        let back = call.comes_back.filter(|back| back.conference == to).map(|back| back.participant);
        let was = back.or_else(|| conference.participants.iter().find(came_before).map(|p| p.id));
        let known = was.filter(|who| conference.participant(*who).is_some_and(|p| p.state().is_over()));
        let ports = if known.is_some() { conference.ports } else { conference.ports.saturating_add(1) };
        let participant = known.unwrap_or_else(|| ParticipantId::new(ids.uuid()));
        let (leg, owner) = (call.channel, conference.owner.clone());
        let (name, number) = (call.caller_name.clone(), call.caller_number.clone());
        let park = self.rules.times.park.as_secs().to_string();
        let joins = Fact::CallJoins { call: id, participant, leg, name, number, ports };
        self.record(Subject::Conference(to), actor.clone(), joins);
        self.record(Subject::Call(id), actor, Fact::CallMoving { conference: to });
        self.call_follows(id, Some(owner));
        self.screen(to, participant, leg);
        let door = self.door(to, participant, leg, true);
        let variables = [
            variable("park_timeout", park),
            variable("switchboard_conference", to.to_string()),
            variable("switchboard_participant", participant.to_string()),
        ];
        self.effect(Effect::HookRelease(leg));
        self.set_variables(leg, leg, variables.into_iter().flatten().collect());
        self.command(Tag::Enter(leg), leg, Command::EnterRoom { channel: leg, room, door });
        self.timers.set(Timer::JoinDue(leg), self.now.plus(self.rules.times.moving));
    }

    /// The room did not take them, or nobody told it to: they wait again.
    pub(super) fn join_is_due(&mut self, leg: ChannelId, ids: &mut dyn Ids) {
        let Some(Owner::Leg(id, participant)) = self.channels.get(&leg).copied() else { return };
        let late = self.leg(id, participant, leg).filter(|l| l.joining && l.state == LegState::Queued);
        if late.is_some_and(|l| l.dialed_in) {
            self.guest_is_asked_again(id, participant, leg, ids);
        } else if late.is_some() {
            self.caller_waits_again(id, participant, leg, Reason::MoveFailed, ids);
        }
    }

    /// After a restart or a gap.
    pub(super) fn joining_in_doubt(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let joining: Vec<ChannelId> = conference
            .active()
            .filter(|(_, leg)| leg.joining && leg.state == LegState::Queued)
            .map(|(_, leg)| leg.id)
            .collect();
        for leg in joining {
            if !self.timers.is_set(Timer::JoinDue(leg)) {
                self.timers.set(Timer::JoinDue(leg), self.now.plus(self.rules.times.moving));
            }
        }
    }

    /// Somebody calls. Is it one whose line dropped out of a conference that still lives?
    pub(super) fn perhaps_comes_back(&mut self, id: CallId, ids: &mut dyn Ids) {
        if self.rules.conference.come_back == ComeBack::Off {
            return;
        }
        let Some(call) = self.calls.get(&id) else { return };
        let number = call.caller_number.clone();
        let same = |other: &str| {
            let normal = |text: &str| self.rules.numbering.normalise(text).ok();
            !number.is_empty() && (other == number || normal(other).is_some_and(|it| Some(it) == normal(&number)))
        };
        let lives = |c: &&Conference| c.state == ConferenceState::Live && c.room_lives;
        let found = self.conferences.values().filter(lives).find_map(|conference| {
            let dropped = |p: &&Participant| {
                p.leg()
                    .is_some_and(|leg| same(&leg.number) && dropped_out(leg) && self.now.since(leg.since) < REMEMBERED)
            };
            conference.participants.iter().find(dropped).map(|p| (conference.id, p.id, conference.locked))
        });
        let Some((conference, participant, locked)) = found else { return };
        self.call_fact(id, Fact::CallComesBack { conference, participant });
        if self.rules.conference.come_back == ComeBack::Auto && !locked && self.apply_for(1, 0).is_ok() {
            self.join_now(None, id, conference, ids);
        }
    }
}

/// Nobody took them out, and they did not leave by a key: the line was lost, or they hung up.
fn dropped_out(leg: &Leg) -> bool {
    let reason = leg.cause.as_ref().map(|cause| cause.reason);
    leg.state == LegState::Left
        && matches!(
            reason,
            Some(
                Reason::HungUp
                    | Reason::CallerHungUp
                    | Reason::NetworkFailure
                    | Reason::Incompatible
                    | Reason::Unknown
                    | Reason::TooLong
            )
        )
}
