//! Whom a caller asked for the last time, out of the journal.

use super::{HistoryError, journaling, view::LastTime};
use crate::{
    domain::{
        cause::Reason,
        conference::{Conference, Participant},
        fact::Subject,
        ids::ConferenceId,
        request::NewParticipant,
        states::ParticipantRole,
    },
    store::{Store, StoreError},
};
use std::collections::BTreeSet;

/// Those who were asked into the last conference made from a call of this number.
pub async fn last_time(store: &dyn Store, caller: &str) -> Result<Option<LastTime>, HistoryError> {
    let failed = |error: StoreError| HistoryError(error.to_string());
    let Some(id) = store.last_conference_of(caller).await.map_err(failed)? else { return Ok(None) };
    let id: ConferenceId = id.parse().map_err(|error| HistoryError(format!("{error}")))?;
    let entries = store.entries(&journaling::entity(Subject::Conference(id))).await.map_err(failed)?;
    let mut folded: Option<Conference> = None;
    for stored in &entries {
        let recorded = journaling::recorded(stored).map_err(|error| HistoryError(error.to_string()))?;
        match &mut folded {
            Some(conference) => conference.apply(recorded.at, &recorded.fact),
            None => folded = Conference::begin(id, recorded.at, &recorded.fact),
        }
    }
    Ok(folded.and_then(|conference| asked_for(&conference)))
}

fn asked_for(conference: &Conference) -> Option<LastTime> {
    let mut numbers = BTreeSet::new();
    let guests = conference.participants.iter().filter(|person| was_asked_for(person));
    let participants: Vec<NewParticipant> = guests
        .map(again)
        // Somebody who was added a second time is one person still.
        .filter(|person| person.numbers.iter().all(|number| numbers.insert(number.clone())))
        .collect();
    (!participants.is_empty()).then_some(LastTime { at: conference.created_at, participants })
}

/// Not the pair, nor stations that came back; and of two of whom one took the other's place, the one who came.
fn was_asked_for(person: &Participant) -> bool {
    let replaced = person.leg().and_then(|leg| leg.cause.as_ref()).is_some_and(|it| it.reason == Reason::Replaced);
    let station = person.dials.iter().any(|dial| dial.route == "station");
    person.role == ParticipantRole::Guest && !person.dials.is_empty() && !station && !replaced
}

fn again(person: &Participant) -> NewParticipant {
    NewParticipant {
        name: person.name.clone(),
        numbers: person.dials.iter().map(|dial| dial.number.clone()).collect(),
        label: person.label.clone(),
        moderator: person.moderator,
        listener: person.listener,
        ..NewParticipant::default()
    }
}
