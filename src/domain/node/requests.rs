//! What is asked of the node, by whom, and whether they may.

use super::{Ids, Node, answering::refuse, controls::is_spared, dialing::phones, leading::participant_who_asks};
use crate::domain::{
    cause::Reason,
    conference::{Conference, Participant},
    fact::{Attempt, Fact, Invited, Person, Subject},
    group::Group,
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    reach::{Reach, Strategy},
    request::{Actor, NewParticipant, Refusal, RefusalCode, Spare, Verb},
    states::{ConferenceState, LegState, NodeState, ParticipantRole, Role},
    time::Timestamp,
    timers::Timer,
};
use std::collections::BTreeMap;

/// What was accepted. What follows is told as it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Call(CallId),
    Conference(ConferenceId),
}

impl Node {
    /// Somebody asks for something.
    pub fn request(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        verb: &Verb,
        ids: &mut dyn Ids,
    ) -> Result<Accepted, Refusal> {
        self.now = self.now.max(now);
        if self.link.state == NodeState::Down {
            return Err(refuse(
                RefusalCode::NodeDown,
                format!("the link to FreeSWITCH {} is down; nothing was done, try again when it is back", self.id),
            ));
        }
        use Accepted::{Call, Conference};
        match verb {
            Verb::AnswerCall { call_id, station } => self.answer(actor, *call_id, station.as_deref(), ids).map(Call),
            Verb::HoldCall { call_id } => self.hold(actor, *call_id).map(Call),
            Verb::ResumeCall { call_id } => self.resume(actor, *call_id, ids).map(Call),
            Verb::HangupCall { call_id } => self.hang_up(actor, *call_id).map(Call),
            Verb::JoinCall { call_id, conference_id } => {
                self.join_call(actor, *call_id, *conference_id, ids).map(Conference)
            }
            Verb::StartConference(new) => self.start_conference(actor, new, ids).map(Conference),
            Verb::AddParticipants { conference_id, participants, groups } => {
                self.add(actor, *conference_id, participants, groups, ids).map(Conference)
            }
            Verb::Set { conference_id, participant_id, settings } => {
                self.set_participant(actor, *conference_id, *participant_id, settings).map(Conference)
            }
            Verb::SetAll { conference_id, setting, spare } => {
                self.set_all(actor, *conference_id, *setting, *spare).map(Conference)
            }
            Verb::PressKeys { conference_id, participant_id, digits } => {
                self.press_keys(actor, *conference_id, *participant_id, digits).map(Conference)
            }
            Verb::Label { conference_id, participant_id, label } => {
                self.label(actor, *conference_id, *participant_id, label).map(Conference)
            }
            Verb::Moderator { conference_id, participant_id, on } => {
                self.moderator(actor, *conference_id, *participant_id, *on).map(Conference)
            }
            Verb::EndsWith { conference_id, participant_id, on } => {
                self.ends_with(actor, *conference_id, *participant_id, *on, ids).map(Conference)
            }
            Verb::WaitForHost { conference_id, on } => self.waits(actor, *conference_id, *on).map(Conference),
            Verb::Listener { conference_id, participant_id, on } => {
                self.listener(actor, *conference_id, *participant_id, *on).map(Conference)
            }
            Verb::Sidebar { conference_id, participants } => {
                self.sidebar(actor, *conference_id, participants).map(Conference)
            }
            Verb::SidebarEnd { conference_id, sidebar } => {
                self.end_sidebar(actor, *conference_id, *sidebar).map(Conference)
            }
            Verb::SidebarLeave { conference_id, participant_id } => {
                self.leave_sidebar(actor, *conference_id, *participant_id).map(Conference)
            }
            Verb::Coach { conference_id, participant_id, whom } => {
                self.coach(actor, *conference_id, *participant_id, *whom).map(Conference)
            }
            Verb::Introduce { conference_id, participant_id } => {
                self.introduce(actor, *conference_id, *participant_id).map(Conference)
            }
            Verb::Admit { conference_id, participant_id } => {
                self.admit(actor, *conference_id, *participant_id).map(Conference)
            }
            Verb::Replace { conference_id, participant_id, with } => {
                self.replace(actor, *conference_id, *participant_id, with, ids).map(Conference)
            }
            Verb::Move { conference_id, participant_id, to } => {
                self.move_to(actor, *conference_id, *participant_id, *to, ids).map(Conference)
            }
            Verb::Merge { conference_id, into } => self.merge(actor, *conference_id, *into, ids).map(Conference),
            Verb::Rescue { conference_id } => self.rescue(actor, *conference_id, ids).map(Conference),
            Verb::DropAll { conference_id, spare } => self.drop_all(actor, *conference_id, *spare, ids).map(Conference),
            Verb::Drop { conference_id, participant_id } => {
                self.take_out(actor, *conference_id, *participant_id, Reason::Dropped, ids).map(Conference)
            }
            Verb::Cancel { conference_id, participant_id } => {
                self.cancel(actor, *conference_id, *participant_id, ids).map(Conference)
            }
            Verb::CancelRinging { conference_id } => self.cancel_all(actor, *conference_id, ids).map(Conference),
            Verb::Redial { conference_id, participant_id } => {
                self.redial(actor, *conference_id, *participant_id, ids).map(Conference)
            }
            Verb::Lock { conference_id } => self.lock(actor, *conference_id, true).map(Conference),
            Verb::Unlock { conference_id } => self.lock(actor, *conference_id, false).map(Conference),
            Verb::Record { conference_id } => self.start_recording(actor, *conference_id, ids).map(Conference),
            Verb::StopRecording { conference_id } => self.stop_recording(actor, *conference_id).map(Conference),
            Verb::PauseRecording { conference_id, on } => {
                self.pause_recording(actor, *conference_id, *on).map(Conference)
            }
            Verb::Leave { conference_id } => self.leave(actor, *conference_id, ids).map(Conference),
            Verb::Rejoin { conference_id, station } => {
                self.rejoin(actor, *conference_id, station.as_deref(), ids).map(Conference)
            }
            Verb::End { conference_id } => {
                self.conference_of(*conference_id, actor)?;
                self.end_conference(*conference_id, Some(actor.into()), Reason::EndedByUser.into(), ids);
                Ok(Conference(*conference_id))
            }
            Verb::Announce { conference_id, participant_id, what } => {
                self.announce(actor, *conference_id, *participant_id, what).map(Conference)
            }
            Verb::AnnounceStop { conference_id, participant_id } => {
                self.stop_announcing(actor, *conference_id, *participant_id).map(Conference)
            }
            Verb::Extend { conference_id, seconds } => {
                self.extend(actor, *conference_id, *seconds, ids).map(Conference)
            }
            Verb::HandOver { conference_id, to, note } => {
                self.hand_over(actor, *conference_id, to, note, ids).map(Conference)
            }
            Verb::Hand { conference_id, participant_id, on } => {
                self.hand(actor, *conference_id, *participant_id, *on).map(Conference)
            }
            Verb::LowerHands { conference_id } => self.lower_hands(actor, *conference_id).map(Conference),
            Verb::GiveFloor { conference_id, participant_id } => {
                self.give_floor(actor, *conference_id, *participant_id).map(Conference)
            }
            Verb::OpenVote { conference_id, question, secret, seconds } => {
                self.open_vote(actor, *conference_id, question, *secret, *seconds).map(Conference)
            }
            Verb::CloseVote { conference_id } => self.close_vote(actor, *conference_id).map(Conference),
            Verb::PutInCharge { conference_id, participant_id, note } => {
                self.put_in_charge(actor, *conference_id, *participant_id, note).map(Conference)
            }
            Verb::OpenDialIn { conference_id, wish } => {
                self.open_dial_in(actor, *conference_id, wish, ids).map(Conference)
            }
            Verb::ChangePin { conference_id, pin } => self.change_pin(actor, *conference_id, pin, ids).map(Conference),
            Verb::CloseDialIn { conference_id } => self.close_dial_in(actor, *conference_id, ids).map(Conference),
            Verb::ContinueWithoutCaller { conference_id } => self.go_on(actor, *conference_id).map(Conference),
        }
    }

    /// The conference, if there is one and the actor may act on it.
    pub(super) fn conference_of(&self, id: ConferenceId, actor: &Actor) -> Result<&Conference, Refusal> {
        let conference =
            self.conferences.get(&id).ok_or_else(|| refuse(RefusalCode::NotFound, "there is no such conference"))?;
        let theirs = conference.owner.id == actor.id || participant_who_asks(conference, actor).is_some();
        if actor.role == Role::Attendant && !theirs {
            return Err(refuse(RefusalCode::NotYours, format!("this is {}'s conference", conference.owner.name)));
        }
        if conference.is_over() || conference.state == ConferenceState::Ending {
            return Err(refuse(RefusalCode::WrongState, "the conference has ended; start a new one"));
        }
        Ok(conference)
    }

    pub(super) fn participant_of(
        &self,
        id: ConferenceId,
        participant: ParticipantId,
        actor: &Actor,
    ) -> Result<&Participant, Refusal> {
        self.conference_of(id, actor)?
            .participant(participant)
            .ok_or_else(|| refuse(RefusalCode::NotFound, "there is no such participant in this conference"))
    }

    fn add(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        wanted: &[NewParticipant],
        groups: &[Group],
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        let conference = self.conference_of(id, actor)?;
        let already: BTreeMap<String, String> =
            conference.active().map(|(p, leg)| (leg.number.clone(), p.name.clone())).collect();
        let (owner, legs, ports) = (conference.owner.id, conference.active().count(), conference.ports);
        let invited = self.resolve_all(wanted, groups, &already, &self.as_dialed(&already), ids)?;
        // Legs count for the conference's owner, whoever asks for them, so the owner's limits judge.
        let (people, to_dial) = (invited.len(), phones(&invited));
        self.allow_legs(owner, to_dial, legs)?;
        self.apply_for(people, to_dial)?;
        let ports = ports.saturating_add(u32::try_from(people).unwrap_or(u32::MAX));
        let who = Some(Person::from(actor));
        self.record(Subject::Conference(id), who, Fact::ParticipantsAdded { ports, invited: invited.clone() });
        self.groups_asked(actor, id, groups);
        self.queue_others(id, &invited, ids);
        self.dial_next();
        self.judge_end(id, ids);
        Ok(id)
    }

    fn take_out(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        reason: Reason,
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        let person = self.participant_of(id, participant, actor)?;
        let legs: Vec<ChannelId> = person.active().map(|leg| leg.id).collect();
        if legs.is_empty() {
            return Err(refuse(RefusalCode::WrongState, "this participant has no leg that could be hung up"));
        }
        // Asked for once, however many of their phones ring.
        let mut who = Some(Person::from(actor));
        for leg in legs {
            self.unwant_by(who.take(), id, participant, leg, reason, ids);
        }
        Ok(id)
    }

    /// Everybody out of the room but those who run it; who still rings goes on ringing.
    fn drop_all(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        spare: Spare,
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        let conference = self.conference_of(id, actor)?;
        let out: Vec<_> = conference
            .active()
            .filter(|(p, leg)| leg.state == LegState::Joined && !is_spared(p, spare))
            .map(|(p, leg)| (p.id, leg.id))
            .collect();
        for (participant, leg) in out {
            self.unwant_by(Some(actor.into()), id, participant, leg, Reason::Dropped, ids);
        }
        Ok(id)
    }

    fn cancel(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        let person = self.participant_of(id, participant, actor)?;
        match person.state() {
            LegState::Joined => Err(refuse(RefusalCode::WrongState, "this participant has joined; use drop")),
            _ => self.take_out(actor, id, participant, Reason::Cancelled, ids),
        }
    }

    fn redial(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        let conference = self.conference_of(id, actor)?;
        let person = conference
            .participant(participant)
            .ok_or_else(|| refuse(RefusalCode::NotFound, "there is no such participant in this conference"))?;
        if !person.state().is_over() {
            return Err(refuse(RefusalCode::WrongState, "this participant is being reached or has joined already"));
        }
        if person.dials.is_empty() {
            return Err(refuse(
                RefusalCode::WrongState,
                "this participant came with the call and has no number to dial; add them with their number",
            ));
        }
        if conference.active().any(|(_, leg)| person.dials.iter().any(|dial| dial.number == leg.number)) {
            return Err(refuse(RefusalCode::WrongState, "this number is in the conference already"));
        }
        let numbers = match person.reach.strategy {
            Strategy::InOrder => 1,
            Strategy::AllAtOnce => person.dials.len(),
        };
        self.allow_legs(conference.owner.id, numbers, conference.active().count())?;
        // The ports are the conference's already; but a switch that takes no calls is not asked.
        self.apply_for(0, numbers)?;
        let who = Some(Person::from(actor));
        self.queue_numbers(id, who, participant, 0..numbers, ids);
        self.dial_next();
        self.judge_end(id, ids);
        Ok(id)
    }

    fn leave(&mut self, actor: &Actor, id: ConferenceId, ids: &mut dyn Ids) -> Result<ConferenceId, Refusal> {
        let conference = self.conference_of(id, actor)?;
        let mine =
            conference.active().find(|(p, _)| p.role == ParticipantRole::Attendant).map(|(p, leg)| (p.id, leg.id));
        let Some((participant, leg)) = mine else {
            return Err(refuse(RefusalCode::WrongState, "you are not in this conference"));
        };
        self.unwant_by(Some(actor.into()), id, participant, leg, Reason::LeftByChoice, ids);
        Ok(id)
    }

    fn rejoin(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        station: Option<&str>,
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        let conference = self.conference_of(id, actor)?;
        let attendant = conference.with_role(ParticipantRole::Attendant).map(|p| p.id);
        // They may have come over from another conference since, as somebody else.
        let is_here = conference.active().any(|(p, _)| p.role == ParticipantRole::Attendant);
        let (owner, legs, ports) = (conference.owner.id, conference.active().count(), conference.ports);
        let end_conference_on_exit = conference.ending.rules.attendant_leaves;
        if is_here {
            return Err(refuse(RefusalCode::WrongState, "you are in this conference, or being rung, already"));
        }
        let name = if participant_who_asks(conference, actor).is_some() { &conference.owner.name } else { &actor.name };
        let (name, dial) = (name.clone(), self.dial_station(actor, station)?);
        self.allow_legs(owner, 1, legs)?;
        let leg = ChannelId(ids.uuid());
        let who = Some(Person::from(actor));
        match attendant {
            Some(participant) => {
                self.apply_for(0, 1)?;
                let fact = Fact::LegQueued {
                    participant,
                    leg,
                    attempt: Attempt::default(),
                    dial: Some(dial),
                    not_before: None,
                };
                self.record(Subject::Conference(id), who, fact);
            }
            None => {
                self.apply_for(1, 1)?;
                let invited = Invited {
                    participant: ParticipantId::new(ids.uuid()),
                    role: ParticipantRole::Attendant,
                    name,
                    number: dial.number.clone(),
                    dials: vec![dial],
                    leg,
                    label: String::new(),
                    moderator: false,
                    listener: false,
                    introduce: false,
                    replaces: None,
                    end_conference_on_exit,
                    reach: Reach::default(),
                };
                let ports = ports.saturating_add(1);
                self.record(Subject::Conference(id), who, Fact::ParticipantsAdded { ports, invited: vec![invited] });
            }
        }
        self.dial_next();
        self.judge_end(id, ids);
        Ok(id)
    }

    fn go_on(&mut self, actor: &Actor, id: ConferenceId) -> Result<ConferenceId, Refusal> {
        let conference = self.conference_of(id, actor)?;
        if conference.question.is_none() {
            return Err(refuse(RefusalCode::WrongState, "nothing is being asked; it may have been decided already"));
        }
        self.timers.clear(Timer::Question(id));
        self.record(Subject::Conference(id), Some(actor.into()), Fact::ConferenceAnswered { go_on: true });
        Ok(id)
    }
}
