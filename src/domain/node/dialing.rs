//! The queue of legs that are wanted and not dialed yet: who is next, how fast it moves, and what is sent.
//!
//! Legs are dialed in the order they were asked for, as fast as the pace of the node and of their line allows. Several
//! numbers of one person that are to ring at once leave in one command, because only then the switch sees to it that
//! one of them is taken.

use super::{
    Accepting, Ids, Node,
    answering::{refuse, variable},
    assembling::door,
};
use crate::domain::{
    announcement::SoundFile,
    cause::Reason,
    conference::{Conference, Leg, Participant},
    effect::{Command, Originate, Ringing, Tag, Target},
    endpoint::Safe,
    fact::{Attempt, Fact, Invited, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId},
    pace::{Line, PerSecond},
    reach::Strategy,
    request::{Actor, RefusalCode},
    rules::PromptPart,
    states::{ConferenceState, LegState, ParticipantRole},
    time::Timestamp,
    timers::Timer,
};
use std::{ops::Range, time::Duration};

/// Beyond ringing and confirming, the switch has had its say by then.
const LEG_SLACK: Duration = Duration::from_secs(15);

/// Legs of one person that are to be dialed together.
struct Turn {
    /// Since when they could have been dialed.
    since: Timestamp,
    conference: ConferenceId,
    participant: ParticipantId,
    legs: Vec<ChannelId>,
    lines: Vec<(Line, PerSecond)>,
}

impl Node {
    /// Dials whoever's turn it is, and comes back when the next may be dialed. While nothing can be heard of the
    /// switch nobody is dialed: the comparison that follows goes on with the queue.
    pub(super) fn dial_next(&mut self) {
        self.timers.clear(Timer::Dial);
        if !self.link_works() {
            return;
        }
        let mut queue = self.queue();
        queue.sort_by_key(|turn| turn.since);
        let mut next: Option<Timestamp> = None;
        for turn in queue {
            let free = self.pace.free_at(turn.lines.iter().map(|(line, _)| line)).max(turn.since);
            if free <= self.now {
                self.pace.take(self.now, self.rules.originates_per_second, &turn.lines);
                self.dial_turn(turn.conference, turn.participant, &turn.legs);
            } else {
                next = Some(next.map_or(free, |other| other.min(free)));
            }
        }
        if let Some(next) = next {
            self.timers.set(Timer::Dial, next);
        }
    }

    /// When what is being decided now is decided.
    pub(super) fn dial_soon(&mut self) {
        self.timers.set(Timer::Dial, self.now);
    }

    fn queue(&self) -> Vec<Turn> {
        let mut queue = Vec::new();
        for conference in self.conferences.values().filter(|conference| may_dial(conference)) {
            let host = |person: &Participant| !conference.waits_for_host() || person.role == ParticipantRole::Attendant;
            for person in conference.participants.iter().filter(|p| !p.dials.is_empty() && host(p)) {
                queue.extend(self.turn_of(conference, person));
            }
        }
        queue
    }

    fn turn_of(&self, conference: &Conference, person: &Participant) -> Option<Turn> {
        let waits = |leg: &&Leg| leg.state == LegState::Queued && leg.unwanted.is_none() && !leg.joining;
        let mut queued: Vec<&Leg> = person.active().filter(waits).collect();
        queued.retain(|leg| !self.is_forgotten(leg));
        let since = |leg: &Leg| leg.not_before.map_or(leg.since, |at| at.max(leg.since));
        let first = queued.iter().map(|leg| since(leg)).min()?;
        // Two originates of one person could both be accepted: what failed of several is tried anew when all are over.
        if person.active().any(|leg| leg.state != LegState::Queued || leg.joining) {
            return None;
        }
        match person.reach.strategy {
            Strategy::InOrder => queued.truncate(1),
            Strategy::AllAtOnce => queued.retain(|leg| since(leg) <= first.max(self.now)),
        }
        let lines = queued.iter().filter_map(|leg| self.line_of(person, leg)).collect();
        let legs = queued.iter().map(|leg| leg.id).collect();
        Some(Turn { since: first, conference: conference.id, participant: person.id, legs, lines })
    }

    /// The line a leg takes, and how many it carries in a second.
    fn line_of(&self, person: &Participant, leg: &Leg) -> Option<(Line, PerSecond)> {
        let dial = person.dials.get(leg.attempt.number)?;
        let route = self.rules.routes.0.iter().find(|route| route.name == dial.route);
        let line = Line { route: dial.route.clone(), gateway: leg.attempt.gateway };
        Some((line, route.map_or(0, |route| route.originates_per_second)))
    }

    /// Rings somebody: into the room if it lives, else to park, from where the first opens it.
    fn dial_turn(&mut self, id: ConferenceId, participant: ParticipantId, legs: &[ChannelId]) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(person) = conference.participant(participant) else { return };
        let (owner, parked) = (conference.owner.clone(), !conference.room_lives);
        let group = legs.first().copied().filter(|_| legs.len() > 1);
        let mut facts = Vec::new();
        for leg in person.legs.iter().filter(|leg| legs.contains(&leg.id)) {
            let Some(dial) = person.dials.get(leg.attempt.number) else { continue };
            let Some(endpoint) = dial.endpoints.get(leg.attempt.gateway).cloned() else { continue };
            let (number, confirm) = (dial.number.clone(), dial.confirm);
            facts.push(Fact::LegDialed { participant, leg: leg.id, number, endpoint, parked, confirm, group });
        }
        for fact in facts {
            self.recent.note(self.now, owner.id);
            self.record(Subject::Conference(id), Some(owner.clone()), fact);
        }
        if !parked {
            for leg in legs {
                self.screen(id, participant, *leg);
            }
        }
        self.send_originate(id, participant, legs);
    }

    /// The command of legs that are journaled as dialed. Sent again with the same UUIDs it rings nobody twice.
    pub(super) fn send_originate(&mut self, id: ConferenceId, participant: ParticipantId, legs: &[ChannelId]) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(person) = conference.participant(participant) else { return };
        let Some(room) = self.room_of(conference) else { return };
        let found: Vec<&Leg> = person.legs.iter().filter(|leg| legs.contains(&leg.id)).collect();
        let Some(first) = found.first() else { return };
        let times = self.rules.times;
        let ring = self.ring_of(person);
        let originate = Originate {
            legs: found.iter().filter_map(|leg| ringing(id, person, leg)).collect(),
            target: if first.parked { Target::Park(times.park) } else { Target::Room(room, door(person, first, true)) },
            ring,
            confirm: times.confirm,
            prompt: self.prompt(conference),
            reason: self.reason(person),
            longest: times.longest_leg,
        };
        let lane = first.id;
        if originate.legs.is_empty() {
            return;
        }
        self.command(Tag::Originate(lane), lane, Command::Originate(originate));
        let due = self.now.plus(ring + times.confirm + LEG_SLACK);
        for leg in legs {
            self.change_leg(id, participant, *leg, |leg| leg.missing = false);
            self.timers.set(Timer::LegDue(*leg), due);
        }
    }

    /// How long the phone of this person rings.
    pub(super) fn ring_of(&self, person: &Participant) -> Duration {
        match (person.reach.ring_seconds, person.role) {
            (_, ParticipantRole::Attendant) => self.rules.times.station_ring,
            (Some(seconds), _) => Duration::from_secs(u64::from(seconds)),
            (None, _) => self.rules.times.ring,
        }
    }

    /// What whoever picks up hears. A part that has nothing to say in this conference is left out.
    fn prompt(&self, conference: &Conference) -> Vec<Safe> {
        let prompt = &self.rules.prompt;
        let number_of = |role| {
            let person = conference.with_role(role)?;
            person.legs.first().map(|leg| leg.number.clone())
        };
        let spoken = |number: Option<String>| -> Vec<Safe> {
            let (Some(number), Some(folder)) = (number, &prompt.digits) else { return Vec::new() };
            let digits = number.chars().filter(char::is_ascii_digit);
            digits.filter_map(|digit| Safe::new(format!("{folder}/{digit}.wav")).ok()).collect()
        };
        let parts = prompt.parts.iter().flat_map(|part| match part {
            PromptPart::File(file) => vec![file.clone()],
            PromptPart::Caller => spoken(number_of(ParticipantRole::Caller)),
            PromptPart::Attendant => spoken(number_of(ParticipantRole::Attendant)),
        });
        parts.collect()
    }

    /// Why they are rung, if that needs to be said: once they have been in again they know.
    fn reason(&self, person: &Participant) -> Option<SoundFile> {
        let was_in = |leg: &Leg| matches!(leg.state, LegState::Joined | LegState::Left);
        let untold = person.rescued && !person.legs.iter().any(was_in);
        self.rules.conference.rescue_sound.clone().filter(|_| untold)
    }

    /// The further numbers of those who are called on all at once.
    pub(super) fn queue_others(&mut self, id: ConferenceId, invited: &[Invited], ids: &mut dyn Ids) {
        for one in invited {
            self.queue_numbers(id, None, one.participant, 1..phones(std::slice::from_ref(one)), ids);
        }
    }

    pub(super) fn queue_numbers(
        &mut self,
        id: ConferenceId,
        mut actor: Option<Person>,
        participant: ParticipantId,
        numbers: Range<usize>,
        ids: &mut dyn Ids,
    ) {
        for number in numbers {
            let leg = ChannelId(ids.uuid());
            let attempt = Attempt { number, ..Attempt::default() };
            let fact = Fact::LegQueued { participant, leg, attempt, dial: None, not_before: None };
            // Asked for once, however many numbers they have.
            self.record(Subject::Conference(id), actor.take(), fact);
        }
    }

    /// Whoever is not in yet, queued or ringing, is cancelled; who came with the call, and the attendant, are not.
    pub(super) fn cancel_all(&mut self, actor: &Actor, id: ConferenceId, ids: &mut dyn Ids) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let out: Vec<(ParticipantId, ChannelId)> = conference
            .active()
            .filter(|(p, leg)| p.role == ParticipantRole::Guest && !p.dials.is_empty() && leg.state != LegState::Joined)
            .map(|(p, leg)| (p.id, leg.id))
            .collect();
        if out.is_empty() {
            return Err(refuse(RefusalCode::WrongState, "nobody is being called in this conference"));
        }
        self.record(Subject::Conference(id), Some(actor.into()), Fact::RingingCancelled);
        for (participant, leg) in out {
            self.unwant(id, participant, leg, Reason::Cancelled, ids);
        }
        Ok(id)
    }

    /// Everybody who was dialed by the same command, this leg included.
    pub(super) fn dialed_with(&self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> Vec<ChannelId> {
        let Some(person) = self.conferences.get(&id).and_then(|c| c.participant(participant)) else { return vec![leg] };
        let group = person.legs.iter().find(|l| l.id == leg).and_then(|l| l.group);
        match group {
            Some(group) => person.legs.iter().filter(|l| l.group == Some(group)).map(|l| l.id).collect(),
            None => vec![leg],
        }
    }

    /// Somebody joined on one number: the others of theirs ring no longer.
    pub(super) fn others_lose(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        winner: ChannelId,
        ids: &mut dyn Ids,
    ) {
        for leg in self.others_of(id, participant, winner) {
            self.unwant(id, participant, leg, Reason::LostRace, ids);
        }
    }

    /// Who declined on one number does not want to be tried on another.
    pub(super) fn others_declined(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        ids: &mut dyn Ids,
    ) {
        for leg in self.others_of(id, participant, leg) {
            self.unwant(id, participant, leg, Reason::Declined, ids);
        }
    }

    fn others_of(&self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> Vec<ChannelId> {
        let person = self.conferences.get(&id).and_then(|c| c.participant(participant));
        person.into_iter().flat_map(Participant::active).map(|l| l.id).filter(|other| *other != leg).collect()
    }

    /// It could not be dialed for so long that nobody waits for it any more. Who did not ring then is not rung now,
    /// out of the blue. Merely to wait for one's turn is not that.
    pub(super) fn is_forgotten(&self, leg: &Leg) -> bool {
        let Some(silent) = self.silent_since else { return false };
        let wanted = leg.not_before.map_or(leg.since, |at| at.max(leg.since));
        self.now.since(wanted.max(silent)) > self.rules.times.ring + self.rules.times.confirm
    }
}

/// In a conference made from a call the others are rung when both of the call are in.
fn may_dial(conference: &Conference) -> bool {
    let cold = conference.call.is_none();
    match conference.state {
        ConferenceState::Assembling => cold,
        ConferenceState::Live => cold || conference.room_lives,
        _ => false,
    }
}

/// How many phones ring for these people to begin with.
pub(super) fn phones(invited: &[Invited]) -> usize {
    let of = |one: &Invited| match one.reach.strategy {
        Strategy::InOrder => one.dials.len().min(1),
        Strategy::AllAtOnce => one.dials.len(),
    };
    invited.iter().map(of).sum()
}

fn ringing(id: ConferenceId, person: &Participant, leg: &Leg) -> Option<Ringing> {
    let dial = person.dials.get(leg.attempt.number);
    let mut variables = dial.map(|dial| dial.variables.clone()).unwrap_or_default();
    let ours = [
        variable("switchboard_conference", id.to_string()),
        variable("switchboard_participant", person.id.to_string()),
    ];
    variables.extend(ours.into_iter().flatten().map(|(name, value)| (name, value.into())));
    Some(Ringing {
        leg: leg.id,
        endpoint: leg.endpoint.clone()?,
        confirm: leg.confirm,
        caller_id_name: dial.and_then(|dial| dial.caller_id_name.clone()),
        caller_id_number: dial.and_then(|dial| dial.caller_id_number.clone()),
        variables,
    })
}
