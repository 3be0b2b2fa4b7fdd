//! A participant in charge: somebody in the room who steers it by the keys of their phone, also when the attendant has
//! left.

use super::{Accepting, Node, answering::refuse, controls::is_inside, introducing::waits_to_be_introduced};
use crate::domain::{
    conference::{Conference, Introduction, Participant},
    fact::{Fact, Subject},
    ids::{ConferenceId, ParticipantId, UserId},
    request::{Actor, RefusalCode},
    states::{ParticipantRole, Role},
    story::shown_name,
};

impl Node {
    /// Puts somebody in the room in charge of it. The owner stays the owner, and may leave.
    pub(super) fn put_in_charge(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        note: &str,
    ) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        if person.role == ParticipantRole::Attendant {
            return Err(refuse(RefusalCode::WrongState, "the attendant runs the conference already"));
        }
        if person.introduction == Some(Introduction::Waiting) {
            return Err(waits_to_be_introduced());
        }
        if !is_inside(person) {
            return Err(refuse(
                RefusalCode::WrongState,
                "only somebody who is in the room can be put in charge; try again when they have joined",
            ));
        }
        let in_charge = self.conference_of(id, actor)?.in_charge == Some(participant);
        if !in_charge {
            let note = note.trim().to_owned();
            let fact = Fact::ParticipantInCharge { participant, note };
            self.record(Subject::Conference(id), Some(actor.into()), fact);
            // Others may have waited for somebody who runs it.
            self.wait_for_host(id, participant);
        }
        Ok(id)
    }
}

/// Whoever presses keys, as who asks for something. Their rights end with the conference they are in.
pub(super) fn by_phone(conference: &Conference, person: &Participant) -> Actor {
    Actor {
        id: UserId::new(person.id.uuid()),
        name: format!("{} (by phone)", shown_name(person)),
        role: Role::Attendant,
        // Those that may be rung to bring the attendant back.
        stations: conference.stations.clone(),
    }
}

/// The participant who asks, if one of the conference does. No user has the id of a participant.
pub(super) fn participant_who_asks<'a>(conference: &'a Conference, actor: &Actor) -> Option<&'a Participant> {
    conference.participant(ParticipantId::new(actor.id.uuid()))
}
