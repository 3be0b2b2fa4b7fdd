//! Between the core's facts and the store's entries.

use super::present;
use crate::{
    domain::{
        fact::{Fact, Person, Recorded, Subject, VERSION},
        ids::NodeId,
        node::{Node, Told},
        states::ParticipantRole,
    },
    store::{Caller, Dial, Entity, EntityKind, Entry, Lifecycle, Recorded as Stored},
};
use serde::Deserialize;
use serde_json::Value;

/// The store's name of a subject.
pub fn entity(subject: Subject) -> Entity {
    match subject {
        Subject::Call(id) => Entity::new(EntityKind::Call, id),
        Subject::Conference(id) => Entity::new(EntityKind::Conference, id),
    }
}

/// A fact as it is journaled.
pub fn entry(node: &Node, told: &Told) -> Result<Entry, serde_json::Error> {
    let recorded = &told.recorded;
    Ok(Entry {
        entity: entity(recorded.subject),
        node: node.id.clone(),
        at: recorded.at,
        version: VERSION,
        kind: told.telling.as_ref().map_or_else(|| "untold".to_owned(), |telling| telling.kind.to_owned()),
        actor: recorded.actor.as_ref().map(|person| (person.id, person.name.clone())),
        body: serde_json::to_value(&recorded.fact)?,
        lifecycle: lifecycle(node, recorded)?,
    })
}

fn lifecycle(node: &Node, recorded: &Recorded) -> Result<Lifecycle, serde_json::Error> {
    Ok(match (recorded.subject, &recorded.fact) {
        (_, Fact::CallArrived { .. } | Fact::ConferenceRequested { .. }) => Lifecycle::Opens { summary: Value::Null },
        (_, Fact::ConferenceHandedOver { to, .. } | Fact::CallHandedOver { to }) => Lifecycle::Passes { owner: to.id },
        (Subject::Call(_), Fact::CallEnded { .. }) => Lifecycle::Closes { summary: Value::Null },
        (Subject::Conference(id), Fact::ConferenceEnded) => Lifecycle::Closes {
            summary: node
                .conference(id)
                .map(|found| serde_json::to_value(present::conference(&node.id, found)))
                .transpose()?
                .unwrap_or(Value::Null),
        },
        _ => Lifecycle::Continues,
    })
}

/// The leg a fact rings, for the limits that hold across restarts.
pub fn dial(node: &NodeId, recorded: &Recorded) -> Option<Dial> {
    match (&recorded.fact, &recorded.actor) {
        (Fact::LegDialed { leg, .. }, Some(actor)) => {
            Some(Dial { at: recorded.at, user: actor.id, node: node.clone(), leg: *leg })
        }
        _ => None,
    }
}

/// Whose call a conference is made from, to know what they asked for when they call again.
pub fn caller(recorded: &Recorded) -> Option<Caller> {
    let (Subject::Conference(id), Fact::ConferenceRequested { invited, .. }) = (recorded.subject, &recorded.fact)
    else {
        return None;
    };
    let caller = invited.iter().find(|one| one.role == ParticipantRole::Caller && !one.number.is_empty())?;
    Some(Caller { conference: id.to_string(), number: caller.number.clone(), at: recorded.at })
}

/// Why a journal entry could not be read back.
#[derive(Debug, thiserror::Error)]
#[error("entry {sequence} of the journal cannot be read: {why}; was it written by a newer version?")]
pub struct Unreadable {
    sequence: i64,
    why: String,
}

/// An entry read back.
pub fn recorded(stored: &Stored) -> Result<Recorded, Unreadable> {
    let unreadable = |why: String| Unreadable { sequence: stored.sequence, why };
    let entry = &stored.entry;
    let subject = match entry.entity.kind {
        EntityKind::Call => Subject::Call(entry.entity.id.parse().map_err(|e| unreadable(format!("{e}")))?),
        EntityKind::Conference => Subject::Conference(entry.entity.id.parse().map_err(|e| unreadable(format!("{e}")))?),
        EntityKind::Node | EntityKind::House => return Err(unreadable("no fact of the core".into())),
    };
    if entry.version > VERSION {
        return Err(unreadable(format!("its version is {}, and this program knows {VERSION}", entry.version)));
    }
    Ok(Recorded {
        subject,
        at: entry.at,
        actor: entry.actor.as_ref().map(|(id, name)| Person { id: *id, name: name.clone() }),
        fact: Fact::deserialize(&entry.body).map_err(|e| unreadable(e.to_string()))?,
    })
}
