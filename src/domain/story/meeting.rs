//! What is told of hands, votes, and whoever is in charge.

use super::{Telling, shown_name, told};
use crate::domain::{
    conference::Conference,
    fact::{Fact, Person},
    ids::ParticipantId,
    vote::Vote,
};

pub(super) fn tell(conference: &Conference, actor: Option<&Person>, fact: &Fact) -> Option<Telling> {
    let by = actor.map_or("Somebody", |person| person.name.as_str());
    let name = |id: &ParticipantId| conference.participant(*id).map_or_else(|| "Somebody".to_owned(), shown_name);
    match fact {
        Fact::HandRaised { participant } => {
            let who = name(participant);
            let text = if own(actor, *participant) {
                format!("{who} raises a hand.")
            } else {
                format!("{by} raises a hand for {who}.")
            };
            about(conference, *participant, told("conference.participant.hand_raised", text))
        }
        Fact::HandLowered { participant } => {
            let who = name(participant);
            let text = if own(actor, *participant) {
                format!("{who} lowers the hand.")
            } else {
                format!("{by} lowers the hand of {who}.")
            };
            about(conference, *participant, told("conference.participant.hand_lowered", text))
        }
        Fact::HandsLowered => told("conference.hands_lowered", format!("{by} lowers all hands.")),
        Fact::FloorGiven { participant } => {
            let text = format!("{by} gives the floor to {}.", name(participant));
            about(conference, *participant, told("conference.participant.floor_given", text))
        }
        Fact::VoteOpened { question, secret, .. } => {
            let what = if *secret { "a secret vote" } else { "a vote" };
            told("conference.vote.opened", asked(&format!("{by} opens {what}"), question))
        }
        Fact::VoteCast { participant, yes, .. } => {
            let who = name(participant);
            let text = match yes {
                Some(true) => format!("{who} votes yes."),
                Some(false) => format!("{who} votes no."),
                None => format!("{who} has voted."),
            };
            about(conference, *participant, told("conference.vote.cast", text))
        }
        Fact::VoteClosed { vote, yes, no, missing } => {
            let found = conference.votes.iter().find(|one| one.number == *vote);
            let deed = actor.map_or_else(|| "The vote is over".to_owned(), |_| format!("{by} closes the vote"));
            let deed = asked_of(&deed, found);
            told("conference.vote.closed", format!("{deed}: {yes} yes, {no} no, {missing} did not vote."))
        }
        Fact::ParticipantInCharge { participant, note } => {
            let deed = format!("{by} puts {} in charge, by phone", name(participant));
            let text = if note.is_empty() { format!("{deed}.") } else { format!("{deed}: {note}") };
            about(conference, *participant, told("conference.participant.in_charge", text))
        }
        _ => None,
    }
}

/// Of the conference whoever did it, if it was by the keys of a phone.
pub(super) fn by_phone(conference: &Conference, actor: Option<&Person>) -> Option<ParticipantId> {
    let id = ParticipantId::new(actor?.id.uuid());
    conference.participant(id).map(|person| person.id)
}

/// By the keys of their own phone.
pub(super) fn own(actor: Option<&Person>, participant: ParticipantId) -> bool {
    actor.is_some_and(|person| person.id.uuid() == participant.uuid())
}

fn about(conference: &Conference, participant: ParticipantId, telling: Option<Telling>) -> Option<Telling> {
    let leg = conference.participant(participant).and_then(|person| person.leg());
    let number = leg.map(|leg| leg.number.clone()).unwrap_or_default();
    telling.map(|telling| Telling { participant: Some(participant), number, ..telling })
}

fn asked(deed: &str, question: &str) -> String {
    match question.trim_end_matches(['.', ' ']) {
        "" => format!("{deed}."),
        question if question.ends_with(['?', '!']) => format!("{deed}: {question}"),
        question => format!("{deed}: {question}."),
    }
}

fn asked_of(deed: &str, vote: Option<&Vote>) -> String {
    match vote.map(|vote| vote.question.trim_end_matches(['.', ' '])) {
        None | Some("") => deed.to_owned(),
        Some(question) => format!("{deed} ({question})"),
    }
}
