//! Calls, conferences and changes to show.

use crate::accounts::user_id;
use switchboard::{
    domain::{
        ids::{CallId, ConferenceId, EventId, NodeId, ParticipantId, RecordingId},
        states::{CallState, ConferenceState},
        time::Timestamp,
    },
    engine::view::{Activity, Board, CallKind, CallView, ConferenceView, PartyView, Progress, Status, UserRef},
};
use uuid::Uuid;

pub fn call_id(number: u128) -> CallId {
    CallId::new(Uuid::from_u128(number))
}

pub fn conference_id(number: u128) -> ConferenceId {
    ConferenceId::new(Uuid::from_u128(number))
}

pub fn participant_id(number: u128) -> ParticipantId {
    ParticipantId::new(Uuid::from_u128(number))
}

pub fn recording_id(number: u128) -> RecordingId {
    RecordingId::new(Uuid::from_u128(number))
}

pub fn user(number: u128) -> UserRef {
    UserRef { id: user_id(number), name: format!("user {number}") }
}

/// A caller who waits for any attendant.
pub fn call(number: u128) -> CallView {
    CallView {
        id: call_id(number),
        node_id: NodeId("a".into()),
        state: CallState::Waiting,
        kind: CallKind::Queue,
        queue: Some("main".into()),
        caller: PartyView { name: "Caller".into(), number: "+4930123456".into() },
        variables: Default::default(),
        attendant: None,
        station: None,
        station_hold: false,
        arrived_at: Timestamp(1_000),
        since: Timestamp(1_000),
        conference_id: None,
        comes_back_to: None,
        notice: None,
        pending: None,
    }
}

/// The same caller, claimed.
pub fn claimed(number: u128, by: u128) -> CallView {
    CallView { state: CallState::Ringing, attendant: Some(user(by)), ..call(number) }
}

pub fn conference(number: u128, owner: u128) -> ConferenceView {
    ConferenceView {
        id: conference_id(number),
        node_id: NodeId("a".into()),
        state: ConferenceState::Live,
        call_id: None,
        owner: user(owner),
        handed_over: None,
        room: format!("room{number}"),
        locked: false,
        ports: 3,
        rescuable: false,
        rescued_by: None,
        created_at: Timestamp(i64::try_from(number).unwrap() * 1_000),
        ended_at: None,
        end_reason: None,
        beep: None,
        wait_for_host: false,
        hands: Vec::new(),
        votes: Vec::new(),
        dial_in: None,
        announcing: Vec::new(),
        end_rules: Default::default(),
        ends_at: None,
        end_due: None,
        question: None,
        notice: None,
        pending: None,
        progress: Progress::default(),
        participants: Vec::new(),
        recordings: Vec::new(),
    }
}

pub fn board(calls: Vec<CallView>, conferences: Vec<ConferenceView>) -> Board {
    Board { event_id: String::new(), now: Timestamp(1_000), nodes: Vec::new(), calls, conferences }
}

/// A line that everybody sees.
pub fn line(text: &str) -> Status {
    Status::Activity(Activity {
        id: EventId::new(Uuid::from_u128(1)),
        kind: "node.up".into(),
        sequence: 1,
        at: Timestamp(1_000),
        call_id: None,
        conference_id: None,
        participant_id: None,
        leg_id: None,
        recording_id: None,
        number: None,
        actor: None,
        actor_participant_id: None,
        text: text.into(),
        reason: None,
        switch_cause: None,
    })
}
