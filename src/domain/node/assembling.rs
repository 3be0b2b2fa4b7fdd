//! From the request to a live room, and from the last leg to the end.

use super::{Ids, Node, answering::refuse, dialing::phones};
use crate::domain::{
    cause::{Cause, Reason},
    conference::{Leg, Participant},
    effect::{Command, Door, KillCause, Tag},
    fact::{Fact, Invited, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId},
    reach::Reach,
    request::{Actor, InputError, NewConference, Refusal, RefusalCode},
    states::{ConferenceState, LegState, ParticipantRole},
    timers::Timer,
};
use std::collections::BTreeMap;

impl Node {
    pub(super) fn start_conference(
        &mut self,
        actor: &Actor,
        new: &NewConference,
        ids: &mut dyn Ids,
    ) -> Result<ConferenceId, Refusal> {
        if new.attendant_first && (new.call_id.is_some() || !new.include_attendant) {
            let detail = "attendant_first is for a conference without a call, together with include_attendant";
            let error = InputError { pointer: "/attendant_first".into(), detail: detail.into() };
            return Err(Refusal { errors: vec![error], ..refuse(RefusalCode::BadInput, detail) });
        }
        let pair = match new.call_id {
            Some(id) => Some(self.pair_to_move(actor, id)?),
            None => None,
        };
        let end_rules = self.rules.conference.end.with(&new.end_rules);
        let there = self.there_already(actor, pair.as_ref().map(|pair| pair.call), new);
        if let Some(wish) = &new.dial_in {
            self.may_choose(actor, None, wish).map_err(in_dial_in)?;
        }
        let dial_in =
            new.dial_in.as_ref().map(|wish| self.dial_in_wanted(None, wish, ids)).transpose().map_err(in_dial_in)?;
        // Whoever is wanted may all dial in by themselves.
        let nobody_is_rung = dial_in.is_some() && new.participants.is_empty() && new.groups.is_empty();
        let guests = match nobody_is_rung && (pair.is_some() || new.include_attendant) {
            true => Vec::new(),
            false => self.resolve_all(&new.participants, &new.groups, &BTreeMap::new(), &there, ids)?,
        };
        let mut invited = Vec::new();
        if let Some(pair) = &pair {
            invited.extend(self.invite_pair(pair, actor, ids));
        } else if new.include_attendant {
            let dial = self.dial_station(actor, new.station.as_deref())?;
            invited.push(Invited {
                participant: ParticipantId::new(ids.uuid()),
                role: ParticipantRole::Attendant,
                name: actor.name.clone(),
                number: dial.number.clone(),
                dials: vec![dial],
                leg: ChannelId(ids.uuid()),
                label: String::new(),
                moderator: false,
                listener: false,
                introduce: false,
                replaces: None,
                end_conference_on_exit: false,
                reach: Reach::default(),
            });
        }
        for one in &mut invited {
            one.end_conference_on_exit = end_rules.on_exit_of(one.role);
        }
        let here = invited.iter().filter(|one| one.dials.is_empty()).count();
        let to_dial = phones(&guests) + phones(&invited);
        invited.extend(guests);
        self.allow_legs(actor.id, to_dial, here)?;
        let ports = u32::try_from(invited.len()).unwrap_or(u32::MAX);
        // The pair has its sessions already.
        self.apply_for(invited.len(), to_dial)?;

        let id = ConferenceId::new(ids.uuid());
        let actor_person = Some(Person::from(actor));
        self.record(
            Subject::Conference(id),
            actor_person.clone(),
            Fact::ConferenceRequested {
                owner: actor.into(),
                stations: actor.stations.clone(),
                call: new.call_id,
                room: format!("sb-{}", id.uuid().simple()),
                ports,
                invited: invited.clone(),
                end_rules,
                host_first: new.attendant_first,
                rescues: None,
                beep: new.beep.or(self.rules.conference.beep),
                wait_for_host: new.wait_for_host,
            },
        );
        self.switch_seen(id);
        if let Some(dial_in) = dial_in {
            self.conference_fact(id, Fact::DialInOpened { dial_in });
        }
        self.groups_asked(actor, id, &new.groups);
        self.queue_others(id, &invited, ids);
        if let Some(pair) = pair {
            self.record(Subject::Call(pair.call), actor_person, Fact::CallMoving { conference: id });
            self.conference_fact(id, Fact::ConferenceAssembling);
            self.move_pair(id, &pair);
        } else {
            self.conference_fact(id, Fact::ConferenceAssembling);
            self.dial_next();
        }
        self.judge_end(id, ids);
        Ok(id)
    }

    /// Takes parked legs in: the first opens the room, the others follow when it lives.
    pub(super) fn take_in(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if conference.state == ConferenceState::Ending || conference.is_over() {
            return;
        }
        let Some(room) = self.room_of(conference) else { return };
        // Who was in and is parked was kicked, and is not taken in again.
        let waiting: Vec<(ParticipantId, ChannelId)> = conference
            .active()
            .filter(|(_, l)| l.waits && l.unwanted.is_none() && l.state != LegState::Joined)
            .map(|(p, l)| (p.id, l.id))
            .collect();
        let (lives, opening) = (conference.room_lives, conference.opening);
        let chosen: Vec<(ParticipantId, ChannelId)> = match (lives, opening) {
            (true, _) => waiting,
            (false, None) => waiting.into_iter().take(1).collect(),
            (false, Some(_)) => Vec::new(),
        };
        for (participant, channel) in chosen {
            if let Some(conference) = self.conferences.get_mut(&id) {
                if !lives {
                    conference.opening = Some(channel);
                }
                for participant in &mut conference.participants {
                    for leg in participant.legs.iter_mut().filter(|leg| leg.id == channel) {
                        leg.waits = false;
                    }
                }
            }
            self.screen(id, participant, channel);
            let door = self.door(id, participant, channel, lives);
            let room = room.clone();
            self.command(Tag::Enter(channel), channel, Command::EnterRoom { channel, room, door });
        }
    }

    pub(super) fn door(&self, id: ConferenceId, participant: ParticipantId, leg: ChannelId, join_only: bool) -> Door {
        let person = self.conferences.get(&id).and_then(|c| c.participant(participant));
        let found = person.and_then(|p| Some((p, p.legs.iter().find(|l| l.id == leg)?)));
        found.map_or(Door::default(), |(person, leg)| door(person, leg, join_only))
    }

    /// Ends it for all: what rings is cancelled, who is in is hung up.
    pub(super) fn end_conference(&mut self, id: ConferenceId, actor: Option<Person>, cause: Cause, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if conference.is_over() || conference.state == ConferenceState::Ending {
            return;
        }
        self.count_vote(id, None);
        self.record(Subject::Conference(id), actor, Fact::ConferenceEnding { cause });
        self.timers.clear(Timer::Question(id));
        self.timers.clear(Timer::MoveDue(id));
        self.timers.clear(Timer::EndRule(id));
        let active: Vec<_> = self
            .conferences
            .get(&id)
            .into_iter()
            .flat_map(|c| c.active().map(|(p, leg)| (p.id, leg.id)).collect::<Vec<_>>())
            .collect();
        for (participant, leg) in active {
            self.unwant(id, participant, leg, Reason::ConferenceOver, ids);
        }
        self.settle_conference(id, ids);
    }

    /// Who was to be there first does not come: nobody else is rung.
    pub(super) fn host_did_not_come(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id).filter(|c| c.waits_for_host()) else { return };
        let rung = conference.active().any(|(p, _)| p.role == ParticipantRole::Attendant);
        if !rung {
            self.end_conference(id, None, Reason::AttendantNotReached.into(), ids);
        }
    }

    /// After every change: does it go on?
    pub(super) fn settle_conference(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if conference.is_over() {
            return;
        }
        let active = conference.active().count();
        if active == 0 {
            if conference.state != ConferenceState::Ending {
                let cause = conference.why_empty().into();
                self.count_vote(id, None);
                self.conference_fact(id, Fact::ConferenceEnding { cause });
            }
            self.timers.clear(Timer::Question(id));
            self.timers.clear(Timer::MoveDue(id));
            if self.recording_holds_up(id) {
                return;
            }
            self.conference_fact(id, Fact::ConferenceEnded);
            self.timers.set(Timer::Forget(id), self.now.plus(self.rules.times.shown));
            return;
        }
        let empty = conference.joined() == 0;
        let direct = conference.call.is_some();
        let let_in = conference.active().any(|(_, leg)| leg.joining && leg.state == LegState::Queued);
        // Legs dialed straight into the room could not join it any more; nobody is there for them either. But who is
        // on the way into it may yet come, and it is for the move to say what becomes of them.
        if conference.state == ConferenceState::Live && empty && direct && !conference.is_moving() && !let_in {
            let cause = conference.why_empty().into();
            self.end_conference(id, None, cause, ids);
        }
    }

    /// The caller is gone while others ring: the attendant decides, or nobody is there to.
    pub(super) fn caller_left(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if conference.state != ConferenceState::Live || conference.question.is_some() || conference.question_answered {
            return;
        }
        let ringing = conference.active().any(|(_, leg)| leg.state != LegState::Joined);
        let attendant =
            conference.active().any(|(p, leg)| p.role == ParticipantRole::Attendant && leg.state == LegState::Joined);
        match (ringing, attendant) {
            (false, _) => {}
            (true, true) => {
                let deadline = self.now.plus(self.rules.times.question);
                self.conference_fact(id, Fact::ConferenceQuestion { deadline });
                self.timers.set(Timer::Question(id), deadline);
            }
            (true, false) => self.cancel_ringing(id, ids),
        }
    }

    /// Whoever was asked whether to go on without the caller is gone, too.
    pub(super) fn attendant_left(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        if self.conferences.get(&id).is_some_and(|c| c.question.is_some()) {
            self.timers.clear(Timer::Question(id));
            self.conference_fact(id, Fact::ConferenceAnswered { go_on: false });
            self.cancel_ringing(id, ids);
        }
    }

    /// Who rings is cancelled; who is in stays.
    pub(super) fn cancel_ringing(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let ringing: Vec<_> = conference
            .active()
            // A caller who is being let in does not ring; if it comes to nothing they wait again.
            .filter(|(_, leg)| leg.state != LegState::Joined && !leg.joining)
            .map(|(p, leg)| (p.id, leg.id))
            .collect();
        for (participant, leg) in ringing {
            self.unwant(id, participant, leg, Reason::CallerHungUp, ids);
        }
        self.settle_conference(id, ids);
    }

    /// We want this leg gone. The wish stands until the switch says that it is.
    pub(super) fn unwant(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        reason: Reason,
        ids: &mut dyn Ids,
    ) {
        self.unwant_by(None, id, participant, leg, reason, ids);
    }

    /// The same, because somebody asked for it.
    pub(super) fn unwant_by(
        &mut self,
        actor: Option<Person>,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        reason: Reason,
        ids: &mut dyn Ids,
    ) {
        let found = self.conferences.get(&id).and_then(|c| {
            c.active().find(|(_, l)| l.id == leg).map(|(_, l)| (l.state, l.answered, l.unwanted.is_some()))
        });
        let wish = Fact::LegUnwanted { participant, leg, cause: reason.into() };
        match found {
            None | Some((_, _, true)) => {}
            Some((LegState::Queued, ..)) if !self.is_of_pair(id, leg) => {
                // Before it is over: whoever is not wanted is not tried on another number.
                self.record(Subject::Conference(id), actor, wish);
                self.leg_over(id, participant, leg, reason.into(), ids);
            }
            Some((state, answered, false)) => {
                self.record(Subject::Conference(id), actor, wish);
                let cause = match reason {
                    Reason::Declined => KillCause::CallRejected,
                    _ if answered || state == LegState::Queued => KillCause::NormalClearing,
                    _ => KillCause::OriginatorCancel,
                };
                self.command(Tag::Kill(leg), leg, Command::Kill { channel: leg, cause });
            }
        }
    }

    /// One of the two channels that were moved: it exists although its leg was never dialed.
    fn is_of_pair(&self, id: ConferenceId, leg: ChannelId) -> bool {
        self.conferences
            .get(&id)
            .is_some_and(|c| c.legs().any(|(p, l)| l.id == leg && (p.dials.is_empty() || l.joining)))
    }
}

/// The wish stands in a field of its own.
fn in_dial_in(mut refusal: Refusal) -> Refusal {
    for error in &mut refusal.errors {
        error.pointer.insert_str(0, "/dial_in");
    }
    refusal
}

/// How they come in: who only listens is muted, and whom it is not yet arranged for hears nothing either.
pub(super) fn door(person: &Participant, leg: &Leg, join_only: bool) -> Door {
    Door { join_only, muted: person.listener || leg.screened, deaf: leg.screened }
}
