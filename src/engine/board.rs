//! The board: the latest picture of everything, and the stream of changes to it.

use super::{
    Follow, Numbered,
    view::{Board, CallView, ConferenceView, NodeView, Status},
};
use crate::domain::{
    ids::{CallId, ConferenceId, NodeId},
    time::Timestamp,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;

/// Changes a follower may lag behind before it must take a fresh picture: about a second of a very busy house.
const CAPACITY: usize = 8192;

#[derive(Default)]
struct Picture {
    number: u64,
    nodes: BTreeMap<NodeId, NodeView>,
    calls: BTreeMap<CallId, CallView>,
    conferences: BTreeMap<ConferenceId, ConferenceView>,
}

/// Where every node writes and everybody else reads.
pub struct Pictures {
    picture: Mutex<Picture>,
    changes: broadcast::Sender<Numbered>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { picture: Mutex::default(), changes: broadcast::channel(CAPACITY).0 }
    }
}

impl Pictures {
    fn lock(&self) -> MutexGuard<'_, Picture> {
        // A panic while writing leaves at worst one view out of date; the next change mends it.
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes changes in, and passes them on in order.
    pub fn publish(&self, changes: impl IntoIterator<Item = Status>) {
        let mut picture = self.lock();
        for status in changes {
            match &status {
                Status::Node(node) => {
                    picture.nodes.insert(node.id.clone(), node.clone());
                }
                Status::Call(call) => {
                    picture.calls.insert(call.id, call.clone());
                }
                Status::CallGone { id } => {
                    if picture.calls.remove(id).is_none() {
                        continue;
                    }
                }
                Status::Conference(conference) => {
                    picture.conferences.insert(conference.id, conference.clone());
                }
                Status::ConferenceGone { id } => {
                    if picture.conferences.remove(id).is_none() {
                        continue;
                    }
                }
                Status::Talking { conference_id, participant_id, talking } => {
                    let people = picture.conferences.get_mut(conference_id).map(|c| &mut c.participants);
                    if let Some(person) = people.and_then(|p| p.iter_mut().find(|p| p.id == *participant_id)) {
                        person.talking = *talking;
                    }
                }
                Status::Activity(_) | Status::Snapshot(_) => {}
            }
            picture.number += 1;
            // Nobody listening is no fault.
            let _ = self.changes.send(Numbered { number: picture.number, status: Arc::new(status) });
        }
    }

    /// The picture now, and what follows, without a gap between.
    pub fn follow(&self, boot: &str, now: Timestamp) -> Follow {
        let picture = self.lock();
        Follow {
            picture_number: picture.number,
            board: Board {
                event_id: format!("{boot}:{}", picture.number),
                now,
                nodes: picture.nodes.values().cloned().collect(),
                calls: picture.calls.values().cloned().collect(),
                conferences: picture.conferences.values().cloned().collect(),
            },
            changes: self.changes.subscribe(),
        }
    }

    /// The node a call lives on.
    pub fn node_of_call(&self, id: CallId) -> Option<NodeId> {
        self.lock().calls.get(&id).map(|call| call.node_id.clone())
    }

    /// The node a conference lives on.
    pub fn node_of_conference(&self, id: ConferenceId) -> Option<NodeId> {
        self.lock().conferences.get(&id).map(|conference| conference.node_id.clone())
    }

    /// One conference.
    pub fn conference(&self, id: ConferenceId) -> Option<ConferenceView> {
        self.lock().conferences.get(&id).cloned()
    }

    /// All nodes.
    pub fn nodes(&self) -> Vec<NodeView> {
        self.lock().nodes.values().cloned().collect()
    }

    /// How many calls and conferences are on the board, for the metrics.
    pub fn counts(&self) -> (usize, usize) {
        let picture = self.lock();
        (picture.calls.len(), picture.conferences.len())
    }
}
