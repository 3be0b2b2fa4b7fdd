//! Raised hands: who wants to speak, in the order in which they said so. Ours alone: the switch is not told.

use super::{
    Accepting, Node,
    answering::refuse,
    controls::{is_inside, is_so},
};
use crate::domain::{
    conference::Introduction,
    fact::{Fact, Subject},
    ids::{ConferenceId, ParticipantId},
    request::{Actor, RefusalCode},
    setting::Setting,
};

impl Node {
    /// Raises somebody's hand, or lowers it.
    pub(super) fn hand(&mut self, actor: &Actor, id: ConferenceId, participant: ParticipantId, on: bool) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        let inside = is_inside(person) && person.introduction != Some(Introduction::Waiting);
        let raised = self.conferences.get(&id).is_some_and(|c| c.hand_of(participant).is_some());
        if raised == on {
            return Ok(id);
        }
        if on && !inside {
            return Err(refuse(
                RefusalCode::WrongState,
                "only somebody who is in the room can raise a hand; ask again when they have joined",
            ));
        }
        let fact = if on { Fact::HandRaised { participant } } else { Fact::HandLowered { participant } };
        self.record(Subject::Conference(id), Some(actor.into()), fact);
        Ok(id)
    }

    /// Lowers every hand.
    pub(super) fn lower_hands(&mut self, actor: &Actor, id: ConferenceId) -> Accepting {
        if !self.conference_of(id, actor)?.hands.is_empty() {
            self.record(Subject::Conference(id), Some(actor.into()), Fact::HandsLowered);
        }
        Ok(id)
    }

    /// Lets somebody speak: their hand goes down, and they are heard, also if they only listened so far.
    pub(super) fn give_floor(&mut self, actor: &Actor, id: ConferenceId, participant: ParticipantId) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        if !is_inside(person) || person.introduction == Some(Introduction::Waiting) {
            return Err(refuse(
                RefusalCode::WrongState,
                "the floor can be given only to somebody who is in the room; try again when they have joined",
            ));
        }
        let (listens, heard) = (person.listener, is_so(person, Setting::Muted(false)));
        let raised = self.conferences.get(&id).is_some_and(|c| c.hand_of(participant).is_some());
        if raised || listens || !heard {
            self.record(Subject::Conference(id), Some(actor.into()), Fact::FloorGiven { participant });
        }
        if listens {
            self.listener(actor, id, participant, false)?;
        } else if !heard {
            self.ask_setting(Some(actor.into()), id, participant, Setting::Muted(false));
        }
        Ok(id)
    }
}
