//! Waiting for the host: whoever comes before the attendant or a moderator hears music until one of them is there.
//!
//! Held by us one by one, and not by mod_conference's `wait-mod`: that is the profile's for every room, tells of
//! nothing, and lets nobody in by hand.

use super::{
    Node,
    controls::{is_inside, is_so},
};
use crate::domain::{
    fact::Fact,
    ids::{ConferenceId, ParticipantId},
    setting::Setting,
};

impl Node {
    /// Somebody came in, or is seen to be in.
    pub(super) fn wait_for_host(&mut self, id: ConferenceId, participant: ParticipantId) {
        let Some(conference) = self.conferences.get(&id).filter(|c| c.wait_for_host) else { return };
        if conference.host_came {
            let waiting = conference.participants.iter().filter(|p| p.waits_for_host && is_inside(p));
            let waiting: Vec<ParticipantId> =
                waiting.filter(|p| !is_so(p, Setting::Hold(false))).map(|p| p.id).collect();
            for one in waiting {
                self.ask_setting(None, id, one, Setting::Hold(false));
            }
            return;
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

    /// Off hold, by whomever, nobody waits any more.
    pub(super) fn waited_enough(&mut self, id: ConferenceId, participant: ParticipantId) {
        if self.conferences.get(&id).and_then(|c| c.participant(participant)).is_some_and(|p| p.waits_for_host) {
            self.conference_fact(id, Fact::ParticipantWaits { participant, on: false });
        }
    }
}
