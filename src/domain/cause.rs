//! Why a leg never got there, or is no longer there: a closed list, each with its words.
//!
//! The left side are FreeSWITCH's hangup causes (`switch_channel.c`, Q.850 and its own); what a real switch gives
//! for which SIP answer was measured, see the table in `ARCHITECTURE.md`.

use serde::{Deserialize, Serialize};

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $words:literal, [$($fs:literal),*];)*) => {
        /// The closed list of causes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Reason {
            /// Stable, for programs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// For people.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// From FreeSWITCH's name of a hangup cause.
            pub fn from_switch(cause: &str) -> Self {
                match cause { $($($fs => Self::$name,)*)* _ => Self::Unknown }
            }

            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

causes! {
    Busy, "busy", "busy", ["USER_BUSY"];
    Declined, "declined", "declined the call", ["CALL_REJECTED"];
    NoAnswer, "no_answer", "did not answer", ["NO_ANSWER", "ALLOTTED_TIMEOUT_RINGING"];
    NoSuchNumber, "no_such_number", "there is no such number", ["UNALLOCATED_NUMBER", "NO_ROUTE_DESTINATION", "INVALID_NUMBER_FORMAT", "SUBSCRIBER_ABSENT"];
    Unavailable, "unavailable", "is not available now", ["NO_USER_RESPONSE"];
    NotRegistered, "not_registered", "the phone is not registered", ["USER_NOT_REGISTERED"];
    GatewayDown, "gateway_down", "the line to the provider is down", ["GATEWAY_DOWN"];
    BadRoute, "bad_route", "the route is not set up right on the switch", ["INVALID_GATEWAY", "INVALID_PROFILE", "INVALID_URL", "CHAN_NOT_IMPLEMENTED"];
    NetworkFailure, "network_failure", "the network or provider failed", ["NORMAL_TEMPORARY_FAILURE", "NETWORK_OUT_OF_ORDER", "RECOVERY_ON_TIMER_EXPIRE", "SERVICE_UNAVAILABLE", "GATEWAY_TIMEOUT", "INTERWORKING", "EXCHANGE_ROUTING_ERROR", "MANAGER_REQUEST"];
    Incompatible, "incompatible", "the phone and the switch have no sound format in common", ["INCOMPATIBLE_DESTINATION", "BEARERCAPABILITY_NOTAVAIL", "MEDIA_TIMEOUT"];
    Congestion, "congestion", "all lines are busy", ["NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION", "REQUESTED_CHAN_UNAVAIL"];
    Barred, "barred", "the provider does not allow this call", ["OUTGOING_CALL_BARRED", "INCOMING_CALL_BARRED", "BEARERCAPABILITY_NOTAUTH", "FACILITY_REJECTED"];
    SwitchRefused, "switch_refused", "FreeSWITCH takes no new calls now", ["DESTINATION_OUT_OF_ORDER"];
    /// Picked up, but nobody pressed the key.
    PressedNothing, "pressed_nothing", "picked up, but pressed nothing", ["ALLOTTED_TIMEOUT"];
    TooLong, "too_long", "the longest time was reached", ["MAX_LENGTH"];
    /// An ordinary hang-up.
    HungUp, "hung_up", "hung up", ["NORMAL_CLEARING", "NORMAL_UNSPECIFIED", "SUCCESS"];
    LostRace, "other_number", "was reached on another number", ["LOSE_RACE", "PICKED_OFF"];
    Cancelled, "cancelled", "was cancelled", ["ORIGINATOR_CANCEL"];
    Dropped, "dropped", "was taken out", [];
    Replaced, "replaced", "was replaced", [];
    Moved, "moved", "was moved to another conference", [];
    LeftByChoice, "left", "left", [];
    ConferenceOver, "conference_over", "the conference was over", [];
    SwitchStopped, "switch_stopped", "FreeSWITCH was stopped", ["SYSTEM_SHUTDOWN"];
    SwitchLost, "switch_lost", "FreeSWITCH was lost", [];
    Unknown, "unknown", "nobody knows why", [];
    // Calls and conferences.
    Interrupted, "interrupted", "Switchboard was restarted in that moment", [];
    StationHungUp, "station_hung_up", "the station hung up", [];
    CallerHungUp, "caller_hung_up", "the caller hung up", [];
    AttendantHungUp, "attendant_hung_up", "the attendant hung up", [];
    MoveFailed, "move_failed", "the call could not be moved into the room", [];
    EndedByUser, "ended_by_user", "it was ended", [];
    Merged, "merged", "it was merged with another conference", [];
    EverybodyLeft, "everybody_left", "everybody has left", [];
    AttendantNotReached, "attendant_not_reached", "the attendant did not come, so nobody else was rung", [];
    NobodyCame, "nobody_came", "nobody could be reached", [];
    AttendantLeft, "attendant_left", "the attendant left", [];
    CallerLeft, "caller_left", "the caller left", [];
    /// Of those named as such.
    HostLeft, "host_left", "somebody left without whom it does not go on", [];
    OneLeft, "one_left", "only one was left", [];
    ProxyMedia, "proxy_media", "the call's sound goes past FreeSWITCH (proxy media), so it cannot be moved", [];
}

impl Reason {
    /// What FreeSWITCH and the far end said, put together: SIP 480 and 408 say more than the cause does.
    pub fn from_hangup(cause: &str, sip_status: Option<u16>, answered: bool) -> Self {
        match (Self::from_switch(cause), sip_status) {
            (Self::NoSuchNumber, Some(480)) => Self::Unavailable,
            (Self::PressedNothing, _) if !answered => Self::NoAnswer,
            (reason, _) => reason,
        }
    }
}

/// A reason with what it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip_status: Option<u16>,
}

impl From<Reason> for Cause {
    fn from(reason: Reason) -> Self {
        Self { reason, sip_status: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_reads_as_people_say_it() {
        for (switch, code) in [
            ("USER_BUSY", "busy"),
            ("CALL_REJECTED", "declined"),
            ("NO_ANSWER", "no_answer"),
            ("UNALLOCATED_NUMBER", "no_such_number"),
            ("USER_NOT_REGISTERED", "not_registered"),
            ("GATEWAY_DOWN", "gateway_down"),
            ("SOMETHING_NEW", "unknown"),
        ] {
            assert_eq!(Reason::from_switch(switch).code(), code);
        }
    }

    #[test]
    fn a_machine_that_presses_nothing_is_told_from_one_that_never_picks_up() {
        assert_eq!(Reason::from_hangup("ALLOTTED_TIMEOUT", None, true), Reason::PressedNothing);
        assert_eq!(Reason::from_hangup("ALLOTTED_TIMEOUT", None, false), Reason::NoAnswer);
    }

    #[test]
    fn no_two_reasons_share_a_code() {
        let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|r| r.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
