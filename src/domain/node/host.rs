//! Waiting for the host: whoever comes before the attendant or a moderator hears music until one of them is there.
//!
//! Held by us one by one, and not by mod_conference's `wait-mod`: that is the profile's for every room, tells of
//! nothing, and lets nobody in by hand.

use super::{
    Accepting, Node,
    controls::{is_inside, is_so},
};
use crate::domain::{
    fact::{Fact, Person, Subject},
    ids::{ConferenceId, ParticipantId},
    request::Actor,
    setting::Setting,
};

impl Node {
    /// Somebody came in, or is seen to be in.
    pub(super) fn wait_for_host(&mut self, id: ConferenceId, participant: ParticipantId) {
        let Some(conference) = self.conferences.get(&id).filter(|c| c.wait_for_host) else { return };
        if conference.host_came {
            return self.let_all_in(id, None);
        }
        let Some(person) = conference.participant(participant).filter(|p| is_inside(p)) else { return };
        let held = is_so(person, Setting::Hold(true));
        if !person.waits_for_host {
            self.conference_fact(id, Fact::ParticipantWaits { participant, on: true });
        }
        if !held {
            self.ask_setting(None, id, participant, Setting::Hold(true));
        }
    }

    /// Asked for while it lives: whoever is in without a host hears music from now on, or nobody does any more.
    pub(super) fn waits(&mut self, actor: &Actor, id: ConferenceId, on: bool) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if conference.wait_for_host == on {
            return Ok(id);
        }
        // Whoever is to be introduced hears music already, and nobody else lets them in.
        let inside = conference.participants.iter().filter(|p| is_inside(p) && p.introduction.is_none());
        let inside: Vec<ParticipantId> = inside.map(|p| p.id).collect();
        self.record(Subject::Conference(id), Some(actor.into()), Fact::ConferenceWaits { on });
        if !on {
            self.let_all_in(id, Some(actor.into()));
        }
        for one in inside {
            self.wait_for_host(id, one);
        }
        Ok(id)
    }

    fn let_all_in(&mut self, id: ConferenceId, by: Option<Person>) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let waiting = conference.participants.iter().filter(|p| p.waits_for_host && is_inside(p));
        let waiting: Vec<ParticipantId> = waiting.filter(|p| !is_so(p, Setting::Hold(false))).map(|p| p.id).collect();
        for one in waiting {
            self.ask_setting(by.clone(), id, one, Setting::Hold(false));
        }
    }

    /// Off hold, by whomever, nobody waits any more.
    pub(super) fn waited_enough(&mut self, id: ConferenceId, participant: ParticipantId) {
        if self.conferences.get(&id).and_then(|c| c.participant(participant)).is_some_and(|p| p.waits_for_host) {
            self.conference_fact(id, Fact::ParticipantWaits { participant, on: false });
        }
    }
}
