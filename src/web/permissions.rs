//! One table: route → permission → roles. A route that is not in it cannot be served.

use crate::domain::states::Role;
use http::Method;
use std::str::FromStr;

macro_rules! verbs {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}

verbs! {
    /// `POST /calls/{id}/actions/{verb}`
    CallVerb { Answer = "answer", Hold = "hold", Resume = "resume", Hangup = "hangup", Join = "join", }
}
verbs! {
    /// `POST /conferences/{id}/actions/{verb}`
    ConferenceVerb {
        Lock = "lock", Unlock = "unlock", Leave = "leave", Rejoin = "rejoin", End = "end", Continue = "continue",
        Mute = "mute", Unmute = "unmute", Deaf = "deaf", Undeaf = "undeaf", Hold = "hold", Unhold = "unhold",
        Drop = "drop", Sidebar = "sidebar", SidebarEnd = "sidebar_end", Merge = "merge", Rescue = "rescue",
        Extend = "extend", CancelRinging = "cancel_ringing",
        Record = "record", RecordStop = "record_stop", RecordPause = "record_pause",
        RecordResume = "record_resume",
        Announce = "announce", AnnounceStop = "announce_stop",
        HandOver = "hand_over", WaitForHost = "wait_for_host", WaitForNobody = "wait_for_nobody",
        LowerHands = "lower_hands", VoteOpen = "vote_open", VoteClose = "vote_close",
        DialIn = "dial_in", DialInPin = "dial_in_pin", DialInClose = "dial_in_close",
    }
}
verbs! {
    /// `POST /conferences/{id}/participants/{id}/actions/{verb}`
    ParticipantVerb {
        Mute = "mute", Unmute = "unmute", Drop = "drop", Redial = "redial", Cancel = "cancel",
        Deaf = "deaf", Undeaf = "undeaf", Hold = "hold", Unhold = "unhold", Gain = "gain", Energy = "energy",
        Announce = "announce", AnnounceStop = "announce_stop", Dtmf = "dtmf", Label = "label", Promote = "promote", Demote = "demote", Listen = "listen", Speak = "speak",
        EndWith = "end_with", GoOnWithout = "go_on_without",
        SidebarLeave = "sidebar_leave", Coach = "coach", Uncoach = "uncoach",
        RaiseHand = "raise_hand", LowerHand = "lower_hand", GiveFloor = "give_floor",
        Move = "move", Introduce = "introduce", Admit = "admit", Replace = "replace",
    }
}

/// Everything the WS serves, the page's own files apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    SessionCreate,
    SessionRead,
    SessionDelete,
    Board,
    Attendants,
    GroupCreate,
    GroupList,
    GroupRead,
    GroupReplace,
    GroupDelete,
    CallLastTime,
    Events,
    Call(CallVerb),
    ConferenceStart,
    ConferenceHistory,
    ConferenceRead,
    ConferenceStory,
    RecordingList,
    RecordingRead,
    ParticipantsAdd,
    Participant(ParticipantVerb),
    Conference(ConferenceVerb),
    OpenApi,
    Health,
    Ready,
    Metrics,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Needs nobody signed in.
    Public,
    /// Read and end one's own session.
    OwnSession,
    /// See the calls and conferences that [`super::visibility`] lets through.
    SeeBoard,
    HandleCalls,
    StartConferences,
    SteerConferences,
    ReadHistory,
    /// Hear what was recorded in conferences one may see.
    ReadRecordings,
    /// Say who belongs to a standing group; everybody may ring one.
    ChangeGroups,
    /// Also given by the configured token and to the configured networks.
    ReadMetrics,
}

const USERS: &[Role] = &[Role::Attendant, Role::Supervisor, Role::Administrator];
const EVERYONE: &[Role] = &[Role::Attendant, Role::Supervisor, Role::Administrator, Role::Program];

impl Permission {
    /// The roles that have it. Whose calls and conferences they may act on is the AS's to say.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Public
            | Self::SeeBoard
            | Self::HandleCalls
            | Self::StartConferences
            | Self::SteerConferences
            | Self::ReadHistory
            | Self::ReadRecordings => EVERYONE,
            // A program has a token and no session.
            Self::OwnSession => USERS,
            Self::ChangeGroups => &[Role::Supervisor, Role::Administrator],
            Self::ReadMetrics => &[Role::Administrator],
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct RouteSpec {
    pub route: Route,
    /// In the log, the audit trail and as `operationId`.
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub permission: Permission,
}

macro_rules! table {
    ($($route:expr, $name:literal, $method:literal $path:literal, $permission:ident;)*) => {
        &[$(RouteSpec {
            route: $route,
            name: $name,
            method: $method,
            path: $path,
            permission: Permission::$permission,
        },)*]
    };
}

/// The table.
#[rustfmt::skip]
pub const ROUTES: &[RouteSpec] = table! {
    Route::SessionCreate, "sessions.create", "POST" "/api/v1/sessions", Public;
    Route::SessionRead, "sessions.read", "GET" "/api/v1/sessions/current", OwnSession;
    Route::SessionDelete, "sessions.delete", "DELETE" "/api/v1/sessions/current", OwnSession;
    Route::Board, "board.read", "GET" "/api/v1/board", SeeBoard;
    Route::Attendants, "attendants.list", "GET" "/api/v1/attendants", SeeBoard;
    Route::GroupList, "groups.list", "GET" "/api/v1/groups", SeeBoard;
    Route::GroupCreate, "groups.create", "POST" "/api/v1/groups", ChangeGroups;
    Route::GroupRead, "groups.read", "GET" "/api/v1/groups/{group_id}", SeeBoard;
    Route::GroupReplace, "groups.replace", "PUT" "/api/v1/groups/{group_id}", ChangeGroups;
    Route::GroupDelete, "groups.delete", "DELETE" "/api/v1/groups/{group_id}", ChangeGroups;
    Route::CallLastTime, "calls.last_time", "GET" "/api/v1/calls/{call_id}/last_time", SeeBoard;
    Route::Events, "events.follow", "GET" "/api/v1/events", SeeBoard;
    Route::Call(CallVerb::Answer), "calls.answer", "POST" "/api/v1/calls/{call_id}/actions/answer", HandleCalls;
    Route::Call(CallVerb::Hold), "calls.hold", "POST" "/api/v1/calls/{call_id}/actions/hold", HandleCalls;
    Route::Call(CallVerb::Resume), "calls.resume", "POST" "/api/v1/calls/{call_id}/actions/resume", HandleCalls;
    Route::Call(CallVerb::Hangup), "calls.hangup", "POST" "/api/v1/calls/{call_id}/actions/hangup", HandleCalls;
    Route::Call(CallVerb::Join), "calls.join", "POST" "/api/v1/calls/{call_id}/actions/join", HandleCalls;
    Route::ConferenceStart, "conferences.start", "POST" "/api/v1/conferences", StartConferences;
    Route::ConferenceHistory, "conferences.history", "GET" "/api/v1/conferences", ReadHistory;
    Route::ConferenceRead, "conferences.read", "GET" "/api/v1/conferences/{conference_id}", SeeBoard;
    Route::ConferenceStory, "conferences.story", "GET" "/api/v1/conferences/{conference_id}/story", ReadHistory;
    Route::RecordingList, "recordings.list", "GET" "/api/v1/conferences/{conference_id}/recordings", ReadRecordings;
    Route::RecordingRead, "recordings.read", "GET" "/api/v1/conferences/{conference_id}/recordings/{recording_id}", ReadRecordings;
    Route::ParticipantsAdd, "participants.add", "POST" "/api/v1/conferences/{conference_id}/participants", SteerConferences;
    Route::Participant(ParticipantVerb::Mute), "participants.mute", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/mute", SteerConferences;
    Route::Participant(ParticipantVerb::Unmute), "participants.unmute", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/unmute", SteerConferences;
    Route::Participant(ParticipantVerb::Drop), "participants.drop", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/drop", SteerConferences;
    Route::Participant(ParticipantVerb::Redial), "participants.redial", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/redial", SteerConferences;
    Route::Participant(ParticipantVerb::Cancel), "participants.cancel", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/cancel", SteerConferences;
    Route::Participant(ParticipantVerb::Deaf), "participants.deaf", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/deaf", SteerConferences;
    Route::Participant(ParticipantVerb::Undeaf), "participants.undeaf", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/undeaf", SteerConferences;
    Route::Participant(ParticipantVerb::Hold), "participants.hold", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/hold", SteerConferences;
    Route::Participant(ParticipantVerb::Unhold), "participants.unhold", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/unhold", SteerConferences;
    Route::Participant(ParticipantVerb::Gain), "participants.gain", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/gain", SteerConferences;
    Route::Participant(ParticipantVerb::Energy), "participants.energy", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/energy", SteerConferences;
    Route::Participant(ParticipantVerb::Dtmf), "participants.dtmf", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/dtmf", SteerConferences;
    Route::Participant(ParticipantVerb::Label), "participants.label", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/label", SteerConferences;
    Route::Participant(ParticipantVerb::Promote), "participants.promote", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/promote", SteerConferences;
    Route::Participant(ParticipantVerb::Demote), "participants.demote", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/demote", SteerConferences;
    Route::Participant(ParticipantVerb::Listen), "participants.listen", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/listen", SteerConferences;
    Route::Participant(ParticipantVerb::Speak), "participants.speak", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/speak", SteerConferences;
    Route::Participant(ParticipantVerb::EndWith), "participants.end_with", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/end_with", SteerConferences;
    Route::Participant(ParticipantVerb::GoOnWithout), "participants.go_on_without", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/go_on_without", SteerConferences;
    Route::Conference(ConferenceVerb::Lock), "conferences.lock", "POST" "/api/v1/conferences/{conference_id}/actions/lock", SteerConferences;
    Route::Conference(ConferenceVerb::Unlock), "conferences.unlock", "POST" "/api/v1/conferences/{conference_id}/actions/unlock", SteerConferences;
    Route::Conference(ConferenceVerb::Leave), "conferences.leave", "POST" "/api/v1/conferences/{conference_id}/actions/leave", SteerConferences;
    Route::Conference(ConferenceVerb::Rejoin), "conferences.rejoin", "POST" "/api/v1/conferences/{conference_id}/actions/rejoin", SteerConferences;
    Route::Conference(ConferenceVerb::DialIn), "conferences.dial_in", "POST" "/api/v1/conferences/{conference_id}/actions/dial_in", SteerConferences;
    Route::Conference(ConferenceVerb::DialInPin), "conferences.dial_in_pin", "POST" "/api/v1/conferences/{conference_id}/actions/dial_in_pin", SteerConferences;
    Route::Conference(ConferenceVerb::DialInClose), "conferences.dial_in_close", "POST" "/api/v1/conferences/{conference_id}/actions/dial_in_close", SteerConferences;
    Route::Conference(ConferenceVerb::HandOver), "conferences.hand_over", "POST" "/api/v1/conferences/{conference_id}/actions/hand_over", SteerConferences;
    Route::Conference(ConferenceVerb::End), "conferences.end", "POST" "/api/v1/conferences/{conference_id}/actions/end", SteerConferences;
    Route::Conference(ConferenceVerb::CancelRinging), "conferences.cancel_ringing", "POST" "/api/v1/conferences/{conference_id}/actions/cancel_ringing", SteerConferences;
    Route::Conference(ConferenceVerb::Continue), "conferences.continue", "POST" "/api/v1/conferences/{conference_id}/actions/continue", SteerConferences;
    Route::Conference(ConferenceVerb::Mute), "conferences.mute", "POST" "/api/v1/conferences/{conference_id}/actions/mute", SteerConferences;
    Route::Conference(ConferenceVerb::Unmute), "conferences.unmute", "POST" "/api/v1/conferences/{conference_id}/actions/unmute", SteerConferences;
    Route::Conference(ConferenceVerb::Deaf), "conferences.deaf", "POST" "/api/v1/conferences/{conference_id}/actions/deaf", SteerConferences;
    Route::Conference(ConferenceVerb::Undeaf), "conferences.undeaf", "POST" "/api/v1/conferences/{conference_id}/actions/undeaf", SteerConferences;
    Route::Conference(ConferenceVerb::Hold), "conferences.hold", "POST" "/api/v1/conferences/{conference_id}/actions/hold", SteerConferences;
    Route::Conference(ConferenceVerb::Unhold), "conferences.unhold", "POST" "/api/v1/conferences/{conference_id}/actions/unhold", SteerConferences;
    Route::Conference(ConferenceVerb::Record), "conferences.record", "POST" "/api/v1/conferences/{conference_id}/actions/record", SteerConferences;
    Route::Conference(ConferenceVerb::RecordStop), "conferences.record_stop", "POST" "/api/v1/conferences/{conference_id}/actions/record_stop", SteerConferences;
    Route::Conference(ConferenceVerb::RecordPause), "conferences.record_pause", "POST" "/api/v1/conferences/{conference_id}/actions/record_pause", SteerConferences;
    Route::Conference(ConferenceVerb::RecordResume), "conferences.record_resume", "POST" "/api/v1/conferences/{conference_id}/actions/record_resume", SteerConferences;
    Route::Conference(ConferenceVerb::Drop), "conferences.drop", "POST" "/api/v1/conferences/{conference_id}/actions/drop", SteerConferences;
    Route::Conference(ConferenceVerb::Sidebar), "conferences.sidebar", "POST" "/api/v1/conferences/{conference_id}/actions/sidebar", SteerConferences;
    Route::Conference(ConferenceVerb::SidebarEnd), "conferences.sidebar_end", "POST" "/api/v1/conferences/{conference_id}/actions/sidebar_end", SteerConferences;
    Route::Participant(ParticipantVerb::SidebarLeave), "participants.sidebar_leave", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/sidebar_leave", SteerConferences;
    Route::Participant(ParticipantVerb::Coach), "participants.coach", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/coach", SteerConferences;
    Route::Participant(ParticipantVerb::Uncoach), "participants.uncoach", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/uncoach", SteerConferences;
    Route::Participant(ParticipantVerb::Introduce), "participants.introduce", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/introduce", SteerConferences;
    Route::Participant(ParticipantVerb::Admit), "participants.admit", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/admit", SteerConferences;
    Route::Participant(ParticipantVerb::Replace), "participants.replace", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/replace", SteerConferences;
    Route::Participant(ParticipantVerb::Move), "participants.move", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/move", SteerConferences;
    Route::Conference(ConferenceVerb::Merge), "conferences.merge", "POST" "/api/v1/conferences/{conference_id}/actions/merge", SteerConferences;
    Route::Conference(ConferenceVerb::Extend), "conferences.extend", "POST" "/api/v1/conferences/{conference_id}/actions/extend", SteerConferences;
    Route::Conference(ConferenceVerb::WaitForHost), "conferences.wait_for_host", "POST" "/api/v1/conferences/{conference_id}/actions/wait_for_host", SteerConferences;
    Route::Conference(ConferenceVerb::WaitForNobody), "conferences.wait_for_nobody", "POST" "/api/v1/conferences/{conference_id}/actions/wait_for_nobody", SteerConferences;
    Route::Conference(ConferenceVerb::Rescue), "conferences.rescue", "POST" "/api/v1/conferences/{conference_id}/actions/rescue", SteerConferences;
    Route::Conference(ConferenceVerb::Announce), "conferences.announce", "POST" "/api/v1/conferences/{conference_id}/actions/announce", SteerConferences;
    Route::Conference(ConferenceVerb::AnnounceStop), "conferences.announce_stop", "POST" "/api/v1/conferences/{conference_id}/actions/announce_stop", SteerConferences;
    Route::Participant(ParticipantVerb::Announce), "participants.announce", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/announce", SteerConferences;
    Route::Participant(ParticipantVerb::AnnounceStop), "participants.announce_stop", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/announce_stop", SteerConferences;
    Route::Conference(ConferenceVerb::LowerHands), "conferences.lower_hands", "POST" "/api/v1/conferences/{conference_id}/actions/lower_hands", SteerConferences;
    Route::Conference(ConferenceVerb::VoteOpen), "conferences.vote_open", "POST" "/api/v1/conferences/{conference_id}/actions/vote_open", SteerConferences;
    Route::Conference(ConferenceVerb::VoteClose), "conferences.vote_close", "POST" "/api/v1/conferences/{conference_id}/actions/vote_close", SteerConferences;
    Route::Participant(ParticipantVerb::RaiseHand), "participants.raise_hand", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/raise_hand", SteerConferences;
    Route::Participant(ParticipantVerb::LowerHand), "participants.lower_hand", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/lower_hand", SteerConferences;
    Route::Participant(ParticipantVerb::GiveFloor), "participants.give_floor", "POST" "/api/v1/conferences/{conference_id}/participants/{participant_id}/actions/give_floor", SteerConferences;
    Route::OpenApi, "openapi.read", "GET" "/api/v1/openapi.json", Public;
    Route::Health, "health.live", "GET" "/healthz", Public;
    Route::Ready, "health.ready", "GET" "/readyz", Public;
    Route::Metrics, "metrics.read", "GET" "/metrics", ReadMetrics;
};

impl Route {
    /// Its row.
    pub fn spec(self) -> &'static RouteSpec {
        ROUTES.iter().find(|spec| spec.route == self).expect("a unit test finds a row for every route")
    }

    /// What its query may name.
    pub const fn query(self) -> &'static [&'static str] {
        match self {
            Self::ConferenceHistory => &["before", "limit"],
            Self::ConferenceStory => &["format"],
            _ => &[],
        }
    }
}

impl RouteSpec {
    pub fn method(&self) -> Method {
        match self.method {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_has_one_row_and_every_row_its_own_name_and_place() {
        let all = [
            Route::SessionCreate,
            Route::SessionRead,
            Route::SessionDelete,
            Route::Board,
            Route::Attendants,
            Route::CallLastTime,
            Route::GroupCreate,
            Route::GroupList,
            Route::GroupRead,
            Route::GroupReplace,
            Route::GroupDelete,
            Route::Events,
            Route::ConferenceStart,
            Route::ConferenceHistory,
            Route::ConferenceRead,
            Route::ConferenceStory,
            Route::RecordingList,
            Route::RecordingRead,
            Route::ParticipantsAdd,
            Route::OpenApi,
            Route::Health,
            Route::Ready,
            Route::Metrics,
        ]
        .into_iter()
        .chain(CallVerb::ALL.iter().copied().map(Route::Call))
        .chain(ParticipantVerb::ALL.iter().copied().map(Route::Participant))
        .chain(ConferenceVerb::ALL.iter().copied().map(Route::Conference));
        let all = all.collect::<BTreeSet<_>>();
        assert_eq!(ROUTES.iter().map(|spec| spec.route).collect::<BTreeSet<_>>(), all);
        assert_eq!(ROUTES.len(), all.len());
        assert_eq!(ROUTES.iter().map(|spec| spec.name).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(ROUTES.iter().map(|spec| (spec.method, spec.path)).collect::<BTreeSet<_>>().len(), all.len());
        for spec in ROUTES {
            assert_eq!(spec.method().as_str(), spec.method);
        }
    }
}
