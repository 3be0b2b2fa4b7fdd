//! A private introduction: the attendant speaks with a newcomer first, and then lets them in, or not. And a
//! replacement: the new one joins before the old one leaves.

use super::{Accepting, Ids, Node, answering::refuse, controls::is_so, dialing::phones};
use crate::domain::{
    cause::Reason,
    conference::{Conference, Introduction, Participant},
    fact::{Fact, Person, Subject},
    ids::{ConferenceId, ParticipantId},
    request::{Actor, NewParticipant, Refusal, RefusalCode},
    setting::Setting,
    states::{LegState, ParticipantRole},
};
use std::collections::BTreeMap;

impl Node {
    /// Takes a newcomer who waits aside, to speak with the attendant.
    pub(super) fn introduce(&mut self, actor: &Actor, id: ConferenceId, participant: ParticipantId) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        if person.introduction != Some(Introduction::Waiting) || member(person).is_none() {
            return Err(refuse(
                RefusalCode::WrongState,
                "only somebody who waits to be introduced can be spoken with; wait until they are there",
            ));
        }
        if attendant(self.conference_of(id, actor)?).is_none() {
            return Err(refuse(
                RefusalCode::WrongState,
                "the attendant is not in the room, or speaks apart with others; come back into it first",
            ));
        }
        self.begin_introduction(id, participant, Some(actor.into()));
        Ok(id)
    }

    /// Lets a newcomer in, whether they were spoken with or not.
    pub(super) fn admit(&mut self, actor: &Actor, id: ConferenceId, participant: ParticipantId) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        let (sidebar, inside) = (person.sidebar, member(person).is_some());
        let Some(introduction) = person.introduction else { return Ok(id) };
        let who = Some(Person::from(actor));
        self.record(Subject::Conference(id), who, Fact::IntroductionEnded { participant });
        self.let_in(id, participant);
        match (introduction, sidebar) {
            (Introduction::Speaking, Some(sidebar)) => {
                self.conference_fact(id, Fact::SidebarDissolved { sidebar });
            }
            // Who waited hears music, and hears the room only when it is arranged whom they hear.
            _ if inside => self.ask_setting(None, id, participant, Setting::Hold(false)),
            _ => {}
        }
        self.arrange_anew(id);
        Ok(id)
    }

    /// Whoever is brought from the introduction into the room by another verb is let in by it.
    pub(super) fn introduced(&mut self, actor: &Actor, id: ConferenceId, of: impl Fn(&Participant) -> bool) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let speaking = |p: &&Participant| p.introduction == Some(Introduction::Speaking) && of(p);
        let people: Vec<ParticipantId> = conference.participants.iter().filter(speaking).map(|p| p.id).collect();
        for participant in people {
            let who = Some(Person::from(actor));
            self.record(Subject::Conference(id), who, Fact::IntroductionEnded { participant });
            self.let_in(id, participant);
        }
    }

    /// Somebody came into the room who is to be introduced: at once if the attendant is free, else they hear music.
    pub(super) fn newcomer_came(&mut self, id: ConferenceId, participant: ParticipantId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let waits = conference.participant(participant).is_some_and(|p| p.introduction == Some(Introduction::Waiting));
        if !waits {
            return;
        }
        if attendant(conference).is_some() {
            self.begin_introduction(id, participant, None);
        } else {
            self.ask_setting(None, id, participant, Setting::Hold(true));
        }
    }

    fn begin_introduction(&mut self, id: ConferenceId, participant: ParticipantId, actor: Option<Person>) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(attendant) = attendant(conference) else { return };
        let held = conference.participant(participant).is_some_and(|p| p.settings.hold);
        let sidebar = free_sidebar(conference);
        let participants = vec![attendant, participant];
        self.record(Subject::Conference(id), actor, Fact::IntroductionBegan { participant, sidebar, participants });
        if held {
            self.ask_setting(None, id, participant, Setting::Hold(false));
        }
        self.arrange_anew(id);
    }

    /// Whoever waits hears nothing of the room. What was asked of the switch may have got lost; and of who is on hold
    /// it does not say what else is set.
    pub(super) fn keep_newcomers_out(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let waiting: Vec<ParticipantId> = conference
            .participants
            .iter()
            .filter(|p| p.introduction == Some(Introduction::Waiting) && member(p).is_some())
            .map(|p| p.id)
            .collect();
        for participant in waiting {
            for setting in [Setting::Deaf(true), Setting::Muted(true), Setting::Hold(true)] {
                let found = self.conferences.get(&id).and_then(|c| c.participant(participant));
                if found.is_some_and(|p| !is_so(p, setting)) {
                    self.ask_setting(None, id, participant, setting);
                }
            }
        }
    }

    /// The attendant is out of the introduction: the newcomer waits again, and does not fall into the room.
    pub(super) fn introduction_broken(&mut self, id: ConferenceId, sidebar: u32) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let left: Vec<ParticipantId> = conference
            .participants
            .iter()
            .filter(|p| p.sidebar == Some(sidebar) && p.introduction == Some(Introduction::Speaking))
            .filter(|p| member(p).is_some())
            .map(|p| p.id)
            .collect();
        for participant in left {
            for setting in [Setting::Deaf(true), Setting::Muted(true), Setting::Hold(true)] {
                self.ask_setting(None, id, participant, setting);
            }
            let leg = self.conferences.get(&id).and_then(|c| c.participant(participant)?.leg()).map(|leg| leg.id);
            self.conference_fact(id, Fact::IntroductionWaits { participant });
            if let Some(leg) = leg {
                self.conference_fact(id, Fact::LegScreened { participant, leg, on: true });
            }
        }
    }

    /// Rings somebody who takes another's place: the other is dropped when they are in.
    pub(super) fn replace(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        old: ParticipantId,
        with: &NewParticipant,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let person = self.participant_of(id, old, actor)?;
        if member(person).is_none() {
            return Err(refuse(
                RefusalCode::WrongState,
                "only somebody who is in the room can be replaced; drop or cancel them, and add the other",
            ));
        }
        let conference = self.conference_of(id, actor)?;
        if conference.participants.iter().any(|p| p.replaces == Some(old) && !p.state().is_over()) {
            return Err(refuse(RefusalCode::WrongState, "somebody is being rung to replace this participant already"));
        }
        let already: BTreeMap<String, String> =
            conference.active().map(|(p, leg)| (leg.number.clone(), p.name.clone())).collect();
        let (owner, legs, ports) = (conference.owner.id, conference.active().count(), conference.ports);
        // The one place where a participant stands alone in the body.
        let mut invited = self.resolve(std::slice::from_ref(with), &already, ids).map_err(|mut refusal| {
            for error in &mut refusal.errors {
                error.pointer = error.pointer.replacen("/participants/0", "/with", 1);
            }
            refusal
        })?;
        let to_dial = phones(&invited);
        self.allow_legs(owner, to_dial, legs)?;
        self.apply_for(1, to_dial)?;
        for one in &mut invited {
            one.replaces = Some(old);
        }
        let ports = ports.saturating_add(1);
        let who = Some(Person::from(actor));
        self.record(Subject::Conference(id), who, Fact::ParticipantsAdded { ports, invited: invited.clone() });
        self.queue_others(id, &invited, ids);
        self.dial_next();
        Ok(id)
    }

    /// Somebody joined. If they take another's place, the other goes now.
    pub(super) fn takes_the_place(&mut self, id: ConferenceId, participant: ParticipantId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(old) = conference.participant(participant).and_then(|p| p.replaces) else { return };
        let legs: Vec<_> = conference.active().filter(|(p, _)| p.id == old).map(|(_, leg)| leg.id).collect();
        self.end_goes_over(id, old, participant);
        for leg in legs {
            self.unwant(id, old, leg, Reason::Replaced, ids);
        }
    }
}

/// They hear music, and are not to hear the room by another verb.
pub(super) fn waits_to_be_introduced() -> Refusal {
    refuse(RefusalCode::WrongState, "this participant waits to be introduced; introduce them, or let them in")
}

/// The switch's number of whoever is in the room.
fn member(person: &Participant) -> Option<u32> {
    person.legs.iter().rev().filter(|leg| leg.state == LegState::Joined).find_map(|leg| leg.member)
}

/// The attendant, if they are in the room and free to speak with somebody.
fn attendant(conference: &Conference) -> Option<ParticipantId> {
    let free = |p: &&Participant| p.role == ParticipantRole::Attendant && p.sidebar.is_none() && member(p).is_some();
    conference.participants.iter().find(free).map(|p| p.id)
}

/// A number no sidebar has.
pub(super) fn free_sidebar(conference: &Conference) -> u32 {
    let taken = |number: &u32| conference.participants.iter().any(|p| p.sidebar == Some(*number));
    (1..).find(|number| !taken(number)).unwrap_or(1)
}
