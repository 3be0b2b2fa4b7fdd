//! Who sees what. Pure: a viewer, what was shown to them so far, and one change in; what they are told out.
//!
//! An attendant sees the calls nobody claimed, their own calls and their own conferences. Everybody else sees
//! everything. What an attendant may no longer see is taken off their page by `call_gone` and `conference_gone`.

use super::accounts::Identity;
use crate::{
    domain::{
        ids::{CallId, ConferenceId},
        states::Role,
    },
    engine::view::{Activity, Board, CallKind, CallView, ConferenceView, Status},
};
use std::collections::BTreeSet;

/// Whether this user may see that call.
pub fn sees_call(viewer: &Identity, call: &CallView) -> bool {
    viewer.role != Role::Attendant
        || match (&call.attendant, call.kind) {
            (Some(attendant), _) => attendant.id == viewer.id,
            (None, CallKind::Queue) => true,
            (None, CallKind::Extension) => call.station.as_ref().is_some_and(|it| viewer.stations.contains(it)),
        }
}

/// Whether this user may see that conference.
pub fn sees_conference(viewer: &Identity, conference: &ConferenceView) -> bool {
    viewer.role != Role::Attendant || conference.owner.id == viewer.id
}

/// What this user may see of the picture.
pub fn filter_board(viewer: &Identity, mut board: Board) -> Board {
    board.calls.retain(|call| sees_call(viewer, call));
    board.conferences.retain(|conference| sees_conference(viewer, conference));
    board
}

/// What a viewer is told of one change.
#[derive(Debug, PartialEq)]
pub enum Told {
    /// The change as it is.
    AsItIs,
    /// Something else instead.
    Instead(Box<Status>),
    Nothing,
}

/// The line that tells of a conference given to somebody else.
const HANDED_OVER: &str = "conference.handed_over";

/// One viewer, and what they were shown.
#[derive(Debug)]
pub struct View {
    viewer: Identity,
    /// Calls they were shown, and conferences that are theirs.
    calls: BTreeSet<CallId>,
    conferences: BTreeSet<ConferenceId>,
    /// Calls taken off their page again.
    taken: BTreeSet<CallId>,
    /// Conferences taken off their page, handed over to somebody else; and those of them whose line says so.
    given: BTreeSet<ConferenceId>,
    told_given: BTreeSet<ConferenceId>,
    /// What was shown before is not known: the stream goes on where another one ended.
    resumed: bool,
}

impl View {
    /// A viewer who is sent this picture first.
    pub fn of(viewer: Identity, board: &Board) -> Self {
        let mut view = Self {
            viewer,
            calls: BTreeSet::new(),
            conferences: BTreeSet::new(),
            taken: BTreeSet::new(),
            given: BTreeSet::new(),
            told_given: BTreeSet::new(),
            resumed: false,
        };
        view.look(board);
        view
    }

    /// A viewer who goes on with changes older than this picture.
    pub fn resumed(viewer: Identity, board: &Board) -> Self {
        let mut view = Self::of(viewer, board);
        view.resumed = true;
        view
    }

    fn look(&mut self, board: &Board) {
        let viewer = &self.viewer;
        self.calls = board.calls.iter().filter(|it| sees_call(viewer, it)).map(|it| it.id).collect();
        let seen = board.conferences.iter().filter(|it| sees_conference(viewer, it));
        self.conferences = seen.map(|it| it.id).collect();
        self.taken.clear();
        self.resumed = false;
    }

    /// What to tell of this change.
    pub fn tell(&mut self, status: &Status) -> Told {
        match status {
            Status::Snapshot(board) => {
                self.look(board);
                Told::Instead(Box::new(Status::Snapshot(filter_board(&self.viewer, board.clone()))))
            }
            _ if self.viewer.role != Role::Attendant => Told::AsItIs,
            Status::Node(_) => Told::AsItIs,
            Status::Call(call) => self.tell_call(call),
            // The id stays known: a last line about the call may follow.
            Status::CallGone { id } => told(self.calls.contains(id) || (self.resumed && !self.taken.contains(id))),
            Status::Conference(conference) => self.tell_conference(conference),
            Status::ConferenceGone { id } => told(self.conferences.remove(id)),
            Status::Talking { conference_id, .. } => told(self.conferences.contains(conference_id)),
            Status::Activity(activity) => self.tell_activity(activity),
        }
    }

    fn tell_call(&mut self, call: &CallView) -> Told {
        if sees_call(&self.viewer, call) {
            self.calls.insert(call.id);
            self.taken.remove(&call.id);
            return Told::AsItIs;
        }
        // A queue call may have been on the page of whoever resumes; an extension call never was.
        let perhaps = self.resumed && call.kind == CallKind::Queue && !self.taken.contains(&call.id);
        if self.calls.remove(&call.id) || perhaps {
            self.taken.insert(call.id);
            return Told::Instead(Box::new(Status::CallGone { id: call.id }));
        }
        Told::Nothing
    }

    fn tell_conference(&mut self, conference: &ConferenceView) -> Told {
        let id = conference.id;
        if sees_conference(&self.viewer, conference) {
            self.conferences.insert(id);
            self.given.remove(&id);
            return Told::AsItIs;
        }
        // It may have been on the page of whoever resumes if it was theirs.
        let was_theirs = conference.handed_over.as_ref().is_some_and(|it| it.from.id == self.viewer.id);
        if self.conferences.remove(&id) || (self.resumed && was_theirs && !self.given.contains(&id)) {
            self.given.insert(id);
            self.told_given.remove(&id);
            return Told::Instead(Box::new(Status::ConferenceGone { id }));
        }
        Told::Nothing
    }

    /// The line that says to whom it went is the last one about it.
    fn tell_activity(&mut self, activity: &Activity) -> Told {
        let last = activity.kind == HANDED_OVER
            && activity.conference_id.is_some_and(|it| self.given.contains(&it) && self.told_given.insert(it));
        told(last || self.sees_activity(activity))
    }

    fn sees_activity(&self, activity: &Activity) -> bool {
        let own = activity.actor.as_ref().is_some_and(|actor| actor.id == self.viewer.id);
        own || match (activity.conference_id, activity.call_id) {
            (Some(conference), _) => self.conferences.contains(&conference),
            (None, Some(call)) => self.calls.contains(&call),
            (None, None) => true,
        }
    }
}

fn told(seen: bool) -> Told {
    if seen { Told::AsItIs } else { Told::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            ids::{EventId, NodeId, UserId},
            states::{CallState, ConferenceState},
            time::Timestamp,
        },
        engine::view::{HandedOverView, PartyView, Progress, UserRef},
    };
    use uuid::Uuid;

    fn user(number: u128, role: Role) -> Identity {
        Identity {
            id: UserId::new(Uuid::from_u128(number)),
            name: format!("user {number}"),
            role,
            stations: vec![format!("100{number}")],
        }
    }

    fn by(user: &Identity) -> Option<UserRef> {
        Some(UserRef { id: user.id, name: user.name.clone() })
    }

    fn call(number: u128, kind: CallKind, attendant: Option<UserRef>) -> CallView {
        CallView {
            id: CallId::new(Uuid::from_u128(number)),
            node_id: NodeId("a".into()),
            state: CallState::Waiting,
            kind,
            queue: None,
            caller: PartyView::default(),
            variables: Default::default(),
            attendant,
            station: None,
            station_hold: false,
            arrived_at: Timestamp(0),
            since: Timestamp(0),
            conference_id: None,
            comes_back_to: None,
            notice: None,
            pending: None,
        }
    }

    fn conference(number: u128, owner: &Identity) -> ConferenceView {
        ConferenceView {
            id: ConferenceId::new(Uuid::from_u128(number)),
            node_id: NodeId("a".into()),
            state: ConferenceState::Live,
            call_id: None,
            owner: UserRef { id: owner.id, name: owner.name.clone() },
            handed_over: None,
            room: "room".into(),
            locked: false,
            ports: 3,
            rescuable: false,
            rescued_by: None,
            created_at: Timestamp(0),
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

    fn board(calls: Vec<CallView>, conferences: Vec<ConferenceView>) -> Board {
        Board { event_id: String::new(), now: Timestamp(0), nodes: Vec::new(), calls, conferences }
    }

    fn activity(call: Option<u128>, conference: Option<u128>, actor: Option<UserRef>) -> Status {
        Status::Activity(Activity {
            id: EventId::new(Uuid::from_u128(1)),
            kind: "call.arrived".into(),
            sequence: 1,
            at: Timestamp(0),
            call_id: call.map(|it| CallId::new(Uuid::from_u128(it))),
            conference_id: conference.map(|it| ConferenceId::new(Uuid::from_u128(it))),
            participant_id: None,
            leg_id: None,
            recording_id: None,
            number: None,
            actor,
            actor_participant_id: None,
            text: "A caller arrived.".into(),
            reason: None,
            switch_cause: None,
        })
    }

    fn gone(number: u128) -> Told {
        Told::Instead(Box::new(Status::CallGone { id: CallId::new(Uuid::from_u128(number)) }))
    }

    #[test]
    fn an_attendant_sees_unclaimed_and_own_calls_and_own_conferences() {
        let (anna, ben) = (user(1, Role::Attendant), user(2, Role::Attendant));
        let mut at_annas = call(5, CallKind::Extension, None);
        at_annas.station = Some("1001".into());
        let full = board(
            vec![
                call(1, CallKind::Queue, None),
                call(2, CallKind::Queue, by(&anna)),
                call(3, CallKind::Queue, by(&ben)),
                call(4, CallKind::Extension, by(&ben)),
                at_annas,
                call(6, CallKind::Extension, None),
            ],
            vec![conference(1, &anna), conference(2, &ben)],
        );
        let seen = filter_board(&anna, full.clone());
        let calls = seen.calls.iter().map(|it| it.id.uuid().as_u128()).collect::<Vec<_>>();
        assert_eq!((calls, seen.conferences.len()), (vec![1, 2, 5], 1));
        for role in [Role::Supervisor, Role::Administrator, Role::Program] {
            assert_eq!(filter_board(&user(3, role), full.clone()), full, "{role:?}");
        }
    }

    #[test]
    fn a_call_somebody_else_claims_goes_once_and_comes_back_if_released() {
        let (anna, ben) = (user(1, Role::Attendant), user(2, Role::Attendant));
        let waiting = call(1, CallKind::Queue, None);
        let mut view = View::of(anna, &board(vec![waiting.clone()], vec![]));
        let claimed = Status::Call(call(1, CallKind::Queue, by(&ben)));
        assert_eq!(view.tell(&claimed), gone(1));
        assert_eq!(view.tell(&claimed), Told::Nothing);
        assert_eq!(view.tell(&activity(Some(1), None, by(&ben))), Told::Nothing);
        assert_eq!(view.tell(&Status::CallGone { id: waiting.id }), Told::Nothing);
        assert_eq!(view.tell(&Status::Call(waiting.clone())), Told::AsItIs);
        assert_eq!(view.tell(&Status::CallGone { id: waiting.id }), Told::AsItIs);
        assert_eq!(view.tell(&activity(Some(1), None, None)), Told::AsItIs, "a last line may follow");
    }

    #[test]
    fn a_conference_that_is_handed_over_goes_once_with_a_last_line_and_may_come_back() {
        let (anna, ben) = (user(1, Role::Attendant), user(2, Role::Attendant));
        let handed = |from: &Identity, to: &Identity| {
            let mut conference = conference(1, to);
            let from = UserRef { id: from.id, name: from.name.clone() };
            conference.handed_over =
                Some(Box::new(HandedOverView { from, at: Timestamp(1), note: "the doctor".into() }));
            conference
        };
        let line = |kind: &str| match activity(None, Some(1), None) {
            Status::Activity(line) => Status::Activity(Activity { kind: kind.into(), ..line }),
            other => other,
        };
        let away = Status::Conference(handed(&anna, &ben));
        let gone = || Told::Instead(Box::new(Status::ConferenceGone { id: ConferenceId::new(Uuid::from_u128(1)) }));
        let now = board(vec![], vec![conference(1, &anna)]);
        // At the page all the time, or connected again just after.
        for mut view in [View::of(anna.clone(), &now), View::resumed(anna.clone(), &board(vec![], vec![]))] {
            assert_eq!(view.tell(&away), gone());
            assert_eq!(view.tell(&away), Told::Nothing);
            assert_eq!(view.tell(&line("conference.participant.joined")), Told::Nothing);
            assert_eq!(view.tell(&line(HANDED_OVER)), Told::AsItIs, "who did it, and why");
            assert_eq!(view.tell(&line(HANDED_OVER)), Told::Nothing, "where it goes next is not theirs to see");
            assert_eq!(view.tell(&away), Told::Nothing);
            assert_eq!(view.tell(&Status::Conference(handed(&ben, &anna))), Told::AsItIs, "handed back");
            assert_eq!(view.tell(&line(HANDED_OVER)), Told::AsItIs);
            assert_eq!(view.tell(&away), gone());
            assert_eq!(view.tell(&line(HANDED_OVER)), Told::AsItIs);
        }
        let mut ben_view = View::of(ben.clone(), &now);
        assert_eq!(ben_view.tell(&away), Told::AsItIs);
        assert_eq!(ben_view.tell(&line(HANDED_OVER)), Told::AsItIs);
        let mut third = View::resumed(user(3, Role::Attendant), &now);
        assert_eq!(third.tell(&away), Told::Nothing);
    }

    #[test]
    fn who_resumes_is_rid_of_a_call_that_was_claimed_meanwhile() {
        let (anna, ben) = (user(1, Role::Attendant), user(2, Role::Attendant));
        let now = board(vec![call(1, CallKind::Queue, by(&ben))], vec![conference(1, &anna)]);
        let mut view = View::resumed(anna, &now);
        assert_eq!(view.tell(&Status::Call(call(1, CallKind::Queue, by(&ben)))), gone(1));
        assert_eq!(view.tell(&Status::Call(call(1, CallKind::Queue, by(&ben)))), Told::Nothing);
        assert_eq!(view.tell(&Status::Call(call(2, CallKind::Extension, by(&ben)))), Told::Nothing);
        assert_eq!(view.tell(&activity(None, Some(1), None)), Told::AsItIs);
    }

    #[test]
    fn what_belongs_to_a_conference_goes_where_the_conference_goes() {
        let (anna, ben) = (user(1, Role::Attendant), user(2, Role::Attendant));
        let mut view = View::of(anna.clone(), &board(vec![], vec![]));
        assert_eq!(view.tell(&activity(None, Some(1), by(&anna))), Told::AsItIs, "own deed, before the conference");
        assert_eq!(view.tell(&activity(None, Some(1), None)), Told::Nothing);
        assert_eq!(view.tell(&Status::Conference(conference(1, &anna))), Told::AsItIs);
        assert_eq!(view.tell(&Status::Conference(conference(2, &ben))), Told::Nothing);
        for (number, expected) in [(1, Told::AsItIs), (2, Told::Nothing)] {
            let id = ConferenceId::new(Uuid::from_u128(number));
            let participant_id = crate::domain::ids::ParticipantId::new(Uuid::from_u128(9));
            assert_eq!(view.tell(&Status::Talking { conference_id: id, participant_id, talking: true }), expected);
            assert_eq!(view.tell(&activity(None, Some(number), None)), expected);
        }
        assert_eq!(view.tell(&activity(None, None, None)), Told::AsItIs, "what concerns the whole house");
    }

    #[test]
    fn a_picture_among_the_changes_is_filtered_too() {
        let (anna, ben) = (user(1, Role::Attendant), user(2, Role::Attendant));
        let mut view = View::of(anna, &board(vec![], vec![]));
        let full = board(vec![call(1, CallKind::Queue, None), call(2, CallKind::Queue, by(&ben))], vec![]);
        let only_first = board(vec![call(1, CallKind::Queue, None)], vec![]);
        assert_eq!(view.tell(&Status::Snapshot(full)), Told::Instead(Box::new(Status::Snapshot(only_first))));
        assert_eq!(view.tell(&activity(Some(1), None, None)), Told::AsItIs);
    }
}
