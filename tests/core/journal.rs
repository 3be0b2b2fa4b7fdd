//! The journal as the core meets it: facts as JSON bytes, folded into a new node.

use std::collections::BTreeSet;
use switchboard::domain::{
    announcement::DoorSounds,
    call::Call,
    conference::{Conference, Hearing},
    fact::{Fact, Recorded, Subject},
    ids::NodeId,
    node::Node,
    rules::Rules,
    states::CallState,
    time::Timestamp,
};

/// Facts in the order they became durable, as bytes: what cannot be written or read back fails here.
#[derive(Clone, Default)]
pub struct Journal(Vec<Vec<u8>>);

/// A fact as it is stored.
pub fn bytes(recorded: &Recorded) -> Vec<u8> {
    serde_json::to_vec(recorded).expect("every fact can be written")
}

/// A fact as it is read back.
pub fn read(bytes: &[u8]) -> Recorded {
    serde_json::from_slice(bytes).expect("every fact written can be read")
}

impl Journal {
    pub fn push(&mut self, fact: Vec<u8>) {
        self.0.push(fact);
    }

    pub fn facts(&self) -> impl Iterator<Item = Recorded> + '_ {
        self.0.iter().map(|fact| read(fact))
    }

    /// What a start does: only what is open is folded, and the dials of the last minute are remembered.
    pub fn restart(&self, rules: Rules, now: Timestamp) -> Node {
        let closed: BTreeSet<Subject> = self
            .facts()
            .filter(|recorded| matches!(recorded.fact, Fact::CallEnded { .. } | Fact::ConferenceEnded))
            .map(|recorded| recorded.subject)
            .collect();
        let mut node = Node::new(NodeId("hall".into()), rules, now);
        for recorded in self.facts() {
            if let (Fact::LegDialed { .. }, Some(actor)) = (&recorded.fact, &recorded.actor)
                && now.since(recorded.at).as_secs() < 60
            {
                node.note_dial(recorded.at, actor.id);
            }
            if !closed.contains(&recorded.subject) {
                node.restore(&recorded);
            }
        }
        node.restored(now);
        node
    }
}

/// State folded from the journal equals the live state, but for what is documented as not journaled.
pub fn assert_same_state(live: &Node, folded: &Node) {
    for call in live.calls() {
        let other = folded.call(call.id).unwrap_or_else(|| panic!("the journal does not know {:?}", call.id));
        assert_eq!(journaled_call(call), journaled_call(other), "live call, and the same folded from the journal");
    }
    for call in folded.calls().filter(|call| call.state != CallState::Ended) {
        assert!(live.call(call.id).is_some(), "the journal has a call the live state lost: {call:?}");
    }
    for conference in live.conferences() {
        let other = folded.conference(conference.id).expect("the journal knows every conference");
        assert_eq!(journaled_conference(conference), journaled_conference(other), "live, and folded");
    }
    for conference in folded.conferences().filter(|conference| !conference.is_over()) {
        assert!(live.conference(conference.id).is_some(), "the journal has a conference the live state lost");
    }
}

/// Without what is not journaled.
fn journaled_call(call: &Call) -> Call {
    Call { pending: None, settled: false, hooked: false, disposition: None, ..call.clone() }
}

/// Without what is not journaled.
fn journaled_conference(conference: &Conference) -> Conference {
    let mut conference = Conference {
        lock_pending: None,
        announcing: Vec::new(),
        announcements: 0,
        notices: Default::default(),
        unnamed: Vec::new(),
        door: DoorSounds { wanted: conference.door.wanted, ..DoorSounds::default() },
        room_lives: false,
        opening: None,
        hearing: Hearing::Free,
        ..conference.clone()
    };
    for recording in &mut conference.recordings {
        recording.asked = None;
    }
    for participant in &mut conference.participants {
        participant.asked.clear();
        participant.talking = false;
        participant.keeps_tried = 0;
        for leg in &mut participant.legs {
            leg.seen = false;
            leg.missing = false;
            leg.doomed = None;
            leg.waits = false;
            leg.hooked = false;
            leg.member = None;
        }
    }
    conference
}
