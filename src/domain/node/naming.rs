//! Whoever comes or leaves is named to the room, where that is wanted and a voice is there to do it.
//!
//! It is not journaled: that they came and left is, and what was missed in a restart is not said later.

use super::{Node, Touched};
use crate::domain::{
    announcement::{Beep, Content, Passing},
    conference::{Conference, Unnamed},
    ids::{ChannelId, ConferenceId, ParticipantId},
    speech::{NameSentences, SpokenText},
    states::{ConferenceState, LegState},
    timers::Timer,
};
use std::time::Duration;

/// Those who come in the same moment are named in one breath.
const GATHERED: Duration = Duration::from_millis(600);
/// More at once are counted, and not named.
const MOST_NAMED: usize = 3;
/// Of a name so much is spoken.
const LONGEST_NAME: usize = 60;

impl Node {
    /// Texts can be spoken in its rooms.
    pub fn can_speak(&self) -> bool {
        self.rules.conference.speech.is_some() && self.link.speaks
    }

    /// What the switch says of its voice. The doors have tones as long as there is none.
    pub(super) fn speaks(&mut self, speaks: bool) {
        if std::mem::replace(&mut self.link.speaks, speaks) == speaks {
            return;
        }
        self.out.touched.insert(Touched::Node);
        for conference in self.conferences.values_mut().filter(|c| c.door.wanted == Some(Beep::Name)) {
            conference.door.voiceless = false;
            conference.door.enter_set = false;
            conference.door.exit_set = false;
        }
    }

    fn names(&self, conference: &Conference) -> bool {
        conference.door.wanted == Some(Beep::Name) && !conference.door.voiceless && self.can_speak()
    }

    /// The tones there are to be at the door. None: as the conference profile says.
    pub(super) fn tones_at_the_door(&self, conference: &Conference) -> Option<Beep> {
        if self.names(conference) { Some(Beep::False) } else { conference.door.wanted }
    }

    /// Somebody came in, or is gone.
    pub(super) fn passed_the_door(&mut self, id: ConferenceId, participant: ParticipantId, passing: Passing) {
        // What was missed is no news.
        if self.comparing || !self.link_works() {
            return;
        }
        let named = |c: &&Conference| c.state == ConferenceState::Live && c.merging.is_none() && self.names(c);
        let Some(conference) = self.conferences.get(&id).filter(named) else { return };
        let Some(person) = conference.participant(participant) else { return };
        let unheard = person.listener || person.coaching.is_some();
        // Who waits to be introduced is not there yet, as far as the room is concerned.
        if (unheard && !self.rules.conference.name_listeners) || person.introduction.is_some() {
            return;
        }
        let sayable = |text: &str| SpokenText::what_is_left(text, LONGEST_NAME).map(|text| text.as_str().to_owned());
        // The digits of a number, one by one.
        let number = || {
            let number = person.leg().map(|leg| leg.number.as_str()).unwrap_or_default();
            let digits: Vec<String> = number.chars().filter(char::is_ascii_digit).map(String::from).collect();
            (!digits.is_empty()).then(|| digits.join(" "))
        };
        let somebody = self.rules.conference.speech.as_ref().map(|speech| speech.names.somebody.clone());
        let name = sayable(&person.name).or_else(number).or(somebody).unwrap_or_default();
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        // In and out again before it was said: nobody need know.
        let known = conference.unnamed.iter().position(|one| one.participant == participant);
        if let Some(place) = known {
            if conference.unnamed.get(place).is_some_and(|one| one.passing != passing) {
                conference.unnamed.remove(place);
            }
            return;
        }
        conference.unnamed.push(Unnamed { participant, passing, name });
        if !self.timers.is_set(Timer::NamesDue(id)) {
            self.timers.set(Timer::NamesDue(id), self.now.plus(GATHERED));
        }
    }

    /// One sentence of names at a time: who comes while it is spoken is in the next.
    pub(super) fn name_who_came(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if conference.announcing.iter().any(|one| matches!(one.content, Content::Names(_))) {
            return;
        }
        let inside = |p: &&ParticipantId| {
            let found = conference.participant(**p);
            found.is_some_and(|p| p.active().any(|leg| leg.state == LegState::Joined))
        };
        let left = conference.unnamed.iter().any(|one| one.passing == Passing::Exit);
        let people: Vec<ParticipantId> = conference.participants.iter().map(|p| p.id).collect();
        let listeners = people.iter().filter(inside).count();
        // Nobody is told of themselves alone.
        let worth_saying = listeners > usize::from(!left) && self.names(conference);
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let unnamed = std::mem::take(&mut conference.unnamed);
        if unnamed.is_empty() || !worth_saying {
            return;
        }
        let speech = self.rules.conference.speech.as_ref().and_then(|rules| {
            let text = SpokenText::what_is_left(&sentences(&rules.names, &unnamed), SpokenText::LONGEST)?;
            rules.speech(text, None)
        });
        if let Some(speech) = speech {
            self.begin_announcement(id, None, None, Content::Names(speech));
        }
    }

    /// Names could not be spoken here: a tone is better than silence.
    pub(super) fn names_failed(&mut self, id: ConferenceId) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.unnamed.clear();
            conference.door.voiceless = true;
            conference.door.enter_set = false;
            conference.door.exit_set = false;
        }
        self.set_door_sounds(id);
    }

    /// Who waited to be introduced is there now, as far as the room is concerned.
    pub(super) fn let_in(&mut self, id: ConferenceId, participant: ParticipantId) {
        if self.member_of(id, participant).is_some() {
            self.passed_the_door(id, participant, Passing::Enter);
        }
    }

    /// One of the two who were talking before it became a conference: nobody need be told of them.
    pub(super) fn was_there_before(&self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> bool {
        self.leg(id, participant, leg).is_some_and(|leg| leg.endpoint.is_none() && !leg.joining)
    }
}

fn sentences(words: &NameSentences, unnamed: &[Unnamed]) -> String {
    let of = |passing: Passing, one: &str, many: &str| {
        let names: Vec<&str> = unnamed.iter().filter(|it| it.passing == passing).map(|it| it.name.as_str()).collect();
        if names.len() > MOST_NAMED {
            vec![many.replace("{count}", &names.len().to_string())]
        } else {
            names.iter().map(|name| one.replace("{name}", name)).collect()
        }
    };
    let joined = of(Passing::Enter, &words.joined, &words.many_joined);
    let left = of(Passing::Exit, &words.left, &words.many_left);
    [joined, left].concat().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_few_are_named_and_many_are_counted() {
        let one = |nth: u128, passing, name: &str| Unnamed {
            participant: ParticipantId::new(Uuid::from_u128(nth)),
            passing,
            name: name.to_owned(),
        };
        let (enter, exit) = (Passing::Enter, Passing::Exit);
        let said = |unnamed: &[Unnamed]| sentences(&NameSentences::default(), unnamed);
        assert_eq!(said(&[one(1, enter, "Paul Meyer")]), "Paul Meyer has joined.");
        let mixed = [one(1, enter, "Paul"), one(2, exit, "Emma"), one(3, enter, "4 9")];
        assert_eq!(said(&mixed), "Paul has joined. 4 9 has joined. Emma has left.");
        let many: Vec<Unnamed> = (1..=4).map(|nth| one(nth, enter, "Paul")).chain([one(9, exit, "Emma")]).collect();
        assert_eq!(said(&many), "4 people have joined. Emma has left.");
    }
}
