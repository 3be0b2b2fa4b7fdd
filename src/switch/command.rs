//! Typed commands become Event Socket text, here and nowhere else.
//!
//! Only ids, numbers and `Safe` text go in, so nothing a person typed can be read as syntax. Each recipe was measured
//! on a real switch; the comment says what goes wrong with the obvious alternative.

use crate::domain::{
    effect::{Command, KillCause, Originate, Room, Target, WayBack},
    endpoint::{Endpoint, Safe},
    ids::ChannelId,
};
use std::{fmt::Write, time::Duration};

/// What goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// Sent in this order; the first that is refused ends it, and is the outcome.
    pub texts: Vec<String>,
    /// Sent with `bgapi`: the reply only says that the job was taken, an event tells how it ended.
    pub background: bool,
    /// How long the switch may take over each answer before we take the link for dead.
    pub patience: Duration,
}

/// An answer that takes longer than this means a dead link.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// `uuid_media` waits inside the switch for both phones to answer a re-INVITE.
const MEDIA_PATIENCE: Duration = Duration::from_secs(30);
/// Each transfer takes one from this allowance, and at none left the switch hangs the channel up: so it is filled up
/// whenever a caller is moved around.
const TRANSFERS: &str = "max_session_transfers=10000";

/// What `originate` gets from us; a route's own variables may not override these.
const OURS: [&str; 13] = [
    "origination_uuid",
    "originate_timeout",
    "leg_timeout",
    "ignore_early_media",
    "origination_caller_id_name",
    "origination_caller_id_number",
    "execute_on_answer",
    "park_timeout",
    "group_confirm_key",
    "group_confirm_file",
    "group_confirm_read_timeout",
    "group_confirm_timeout",
    "group_confirm_cancel_timeout",
];

/// The text of a command.
pub fn text(command: &Command) -> Wire {
    let now = |text: String| Wire { texts: vec![text], background: false, patience: PATIENCE };
    match command {
        Command::Exists(channel) => now(format!("uuid_exists {channel}")),
        Command::SetVariables { channel, variables } => now(set_variables(*channel, variables)),
        Command::DialFromCaller { caller, stations, ring, way_back, music } => Wire {
            texts: dial_from_caller(*caller, stations, *ring, way_back, music),
            background: false,
            patience: PATIENCE,
        },
        Command::ReturnToWaiting { channel, way_back } => {
            now(format!("uuid_transfer {channel} {} XML {}", way_back.extension, way_back.context))
        }
        // Both legs in one command: whichever is moved alone, the other is hung up. Park catches a leg that a locked
        // or full room refuses.
        Command::MovePair { channel, room } => {
            now(format!("uuid_transfer {channel} -both 'conference:{},park:' inline", place(room, false)))
        }
        Command::Bridge { first, second } => now(format!("uuid_bridge {first} {second}")),
        Command::Hold { caller, music, longest, way_back } => {
            Wire { texts: hold(*caller, music, *longest, way_back), background: false, patience: PATIENCE }
        }
        Command::Originate(wanted) => Wire { texts: vec![originate(wanted)], background: true, patience: PATIENCE },
        Command::EnterRoom { channel, room, join_only } => {
            now(format!("uuid_transfer {channel} 'conference:{},park:' inline", place(room, *join_only)))
        }
        Command::Kill { channel, cause } => now(format!("uuid_kill {channel} {}", kill_cause(*cause))),
        Command::Mute { room, member, on } => {
            now(format!("conference {} {} {member}", room.name, if *on { "mute" } else { "unmute" }))
        }
        Command::Lock { room, on } => now(format!("conference {} {}", room.name, if *on { "lock" } else { "unlock" })),
        Command::TakeMedia(channel) => {
            Wire { texts: vec![format!("uuid_media {channel}")], background: false, patience: MEDIA_PATIENCE }
        }
    }
}

fn set_variables(channel: ChannelId, variables: &[(Safe, Safe)]) -> String {
    let pairs: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("uuid_setvar_multi {channel} {}", pairs.join(";"))
}

/// The caller's own leg rings the stations, and goes back to waiting when none comes. Dialed any other way, a station
/// that hangs up in the moment it answers leaves the caller in limbo.
fn dial_from_caller(
    caller: ChannelId,
    stations: &[(ChannelId, Endpoint)],
    ring: Duration,
    way_back: &WayBack,
    music: &Safe,
) -> Vec<String> {
    let ring = whole_seconds(ring);
    let legs: Vec<String> =
        stations.iter().map(|(leg, endpoint)| format!("[origination_uuid={leg}]{endpoint}")).collect();
    // `^` separates the applications, because the comma is taken by the stations.
    vec![
        format!(
            "uuid_setvar_multi {caller} continue_on_fail=true;hangup_after_bridge=false;{TRANSFERS};\
             transfer_ringback={music}"
        ),
        format!(
            "uuid_transfer {caller} 'm:^:bridge:{{originate_timeout={ring},ignore_early_media=true}}{}^{}' inline",
            legs.join(","),
            transfer(way_back),
        ),
    ]
}

/// The caller to music that ends by itself, the station to park. Music without an end would never give the caller
/// back if nobody resumed the call. The limit is taken off again before the caller waits: it would cut that music too.
fn hold(caller: ChannelId, music: &Safe, longest: Duration, way_back: &WayBack) -> Vec<String> {
    vec![
        format!("uuid_setvar_multi {caller} {TRANSFERS}"),
        format!(
            "uuid_dual_transfer {caller} 'm:^:set:playback_timeout_sec={}^playback:{music}^\
             unset:playback_timeout_sec^{}/inline' park:/inline",
            // 1 would mean "no limit".
            whole_seconds(longest).max(2),
            transfer(way_back),
        ),
    ]
}

fn transfer(way_back: &WayBack) -> String {
    format!("transfer:{} XML {}", way_back.extension, way_back.context)
}

fn originate(wanted: &Originate) -> String {
    let ring = whole_seconds(wanted.ring);
    let mut text = format!("originate {{origination_uuid={},ignore_early_media=true", wanted.leg);
    let mut add = |name: &str, value: &str| {
        // Writing to a String never fails.
        let _ = write!(text, ",{name}={value}");
    };
    match wanted.confirm {
        // `originate_timeout` counts ringing and confirming together, so it only stands behind the two limits.
        Some(confirm) => {
            let confirm = whole_seconds(confirm);
            add("originate_timeout", &(ring + confirm + 2).to_string());
            add("leg_timeout", &ring.to_string());
            add("group_confirm_key", "1");
            add("group_confirm_file", "tone_stream://%(300\\,200\\,800);loops=-1");
            add("group_confirm_read_timeout", "3000");
            add("group_confirm_timeout", &confirm.to_string());
        }
        None => add("originate_timeout", &ring.to_string()),
    }
    if let Some(name) = &wanted.caller_id_name {
        add("origination_caller_id_name", name.as_str());
    }
    if let Some(number) = &wanted.caller_id_number {
        add("origination_caller_id_number", number.as_str());
    }
    if let Target::Park(longest) = &wanted.target {
        add("park_timeout", &whole_seconds(*longest).to_string());
    }
    for (name, value) in &wanted.variables {
        if !OURS.contains(&name.as_str()) {
            add(name.as_str(), value.as_str());
        }
    }
    let longest = whole_seconds(wanted.longest);
    // Counted by the switch from the moment of answer: it holds whatever becomes of us.
    add("execute_on_answer", &format!("'sched_hangup +{longest} ALLOTTED_TIMEOUT'"));
    let target = match &wanted.target {
        Target::Room(room) => format!("&conference({})", place(room, true)),
        Target::Park(_) => "&park()".to_owned(),
    };
    format!("{text}}}{} {target}", wanted.endpoint)
}

/// `join-only` hangs up whoever comes to a room that is gone, where the plain name would make it again.
fn place(room: &Room, join_only: bool) -> String {
    format!("{}@{}{}", room.name, room.profile, if join_only { "++flags{join-only}" } else { "" })
}

fn kill_cause(cause: KillCause) -> &'static str {
    match cause {
        KillCause::NormalClearing => "NORMAL_CLEARING",
        KillCause::OriginatorCancel => "ORIGINATOR_CANCEL",
    }
}

/// The switch counts in whole seconds, and takes 0 for "no limit".
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)).clamp(1, 7 * 24 * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn safe(text: &str) -> Safe {
        Safe::new(text).unwrap()
    }

    fn channel(n: u128) -> ChannelId {
        ChannelId(Uuid::from_u128(n))
    }

    fn way_back() -> WayBack {
        WayBack { extension: safe("switchboard_wait"), context: safe("default") }
    }

    fn room() -> Room {
        Room { name: safe("conf_1"), profile: safe("switchboard") }
    }

    #[test]
    fn the_caller_dials_the_stations_from_the_own_leg() {
        let wire = text(&Command::DialFromCaller {
            caller: channel(1),
            stations: vec![
                (channel(2), Endpoint::new("user/1001@example.org").unwrap()),
                (channel(3), Endpoint::new("sofia/internal/1001@10.0.0.9:5060").unwrap()),
            ],
            ring: Duration::from_secs(20),
            way_back: way_back(),
            music: safe("local_stream://moh"),
        });
        assert_eq!(
            wire.texts,
            [
                "uuid_setvar_multi 00000000-0000-0000-0000-000000000001 continue_on_fail=true;\
                 hangup_after_bridge=false;max_session_transfers=10000;transfer_ringback=local_stream://moh",
                "uuid_transfer 00000000-0000-0000-0000-000000000001 \
                 'm:^:bridge:{originate_timeout=20,ignore_early_media=true}\
                 [origination_uuid=00000000-0000-0000-0000-000000000002]user/1001@example.org,\
                 [origination_uuid=00000000-0000-0000-0000-000000000003]sofia/internal/1001@10.0.0.9:5060\
                 ^transfer:switchboard_wait XML default' inline",
            ]
        );
        assert!(!wire.background);
    }

    #[test]
    fn a_leg_that_must_confirm_has_its_own_limits_and_a_switch_side_maximum() {
        let wire = text(&Command::Originate(Originate {
            leg: channel(5),
            endpoint: Endpoint::new("sofia/gateway/carrier/+4930123").unwrap(),
            target: Target::Room(room()),
            ring: Duration::from_secs(30),
            confirm: Some(Duration::from_secs(10)),
            caller_id_name: None,
            caller_id_number: Some(safe("+49301")),
            variables: vec![(safe("sip_h_X-Account"), safe("7")), (safe("origination_uuid"), safe("evil"))],
            longest: Duration::from_secs(14_400),
        }));
        assert_eq!(
            wire.texts,
            ["originate {origination_uuid=00000000-0000-0000-0000-000000000005,ignore_early_media=true,\
              originate_timeout=42,leg_timeout=30,group_confirm_key=1,\
              group_confirm_file=tone_stream://%(300\\,200\\,800);loops=-1,group_confirm_read_timeout=3000,\
              group_confirm_timeout=10,origination_caller_id_number=+49301,sip_h_X-Account=7,\
              execute_on_answer='sched_hangup +14400 ALLOTTED_TIMEOUT'}\
              sofia/gateway/carrier/+4930123 &conference(conf_1@switchboard++flags{join-only})"]
        );
        assert!(wire.background);
    }

    #[test]
    fn a_move_takes_both_legs_and_leaves_a_net() {
        let wire = text(&Command::MovePair { channel: channel(1), room: room() });
        assert_eq!(
            wire.texts,
            ["uuid_transfer 00000000-0000-0000-0000-000000000001 -both 'conference:conf_1@switchboard,park:' inline"]
        );
    }

    #[test]
    fn held_music_ends_by_itself_and_leads_back_to_waiting() {
        let wire = text(&Command::Hold {
            caller: channel(1),
            music: safe("local_stream://moh"),
            longest: Duration::from_millis(1_200_500),
            way_back: way_back(),
        });
        assert_eq!(
            wire.texts.last().unwrap(),
            "uuid_dual_transfer 00000000-0000-0000-0000-000000000001 'm:^:set:playback_timeout_sec=1201^\
             playback:local_stream://moh^unset:playback_timeout_sec^transfer:switchboard_wait XML default/inline' \
             park:/inline"
        );
    }

    fn any_safe() -> impl Strategy<Value = Safe> {
        "[A-Za-z0-9_.+@/:-]{1,20}".prop_map(|text| Safe::new(text).unwrap())
    }

    fn any_endpoint() -> impl Strategy<Value = Endpoint> {
        "(sofia|user)/[A-Za-z0-9_.+@/:-]{1,20}".prop_map(|text| Endpoint::new(text).unwrap())
    }

    fn any_channel() -> impl Strategy<Value = ChannelId> {
        any::<u128>().prop_map(|n| ChannelId(Uuid::from_u128(n)))
    }

    fn any_duration() -> impl Strategy<Value = Duration> {
        any::<u64>().prop_map(Duration::from_millis)
    }

    prop_compose! {
        fn any_room()(name in any_safe(), profile in any_safe()) -> Room {
            Room { name, profile }
        }
    }

    prop_compose! {
        fn any_way_back()(extension in any_safe(), context in any_safe()) -> WayBack {
            WayBack { extension, context }
        }
    }

    prop_compose! {
        fn any_originate()(
            leg in any_channel(),
            endpoint in any_endpoint(),
            room in proptest::option::of(any_room()),
            ring in any_duration(),
            confirm in proptest::option::of(any_duration()),
            caller_id_name in proptest::option::of(any_safe()),
            caller_id_number in proptest::option::of(any_safe()),
            variables in proptest::collection::vec((any_safe(), any_safe()), 0..4),
            longest in any_duration(),
        ) -> Originate {
            let target = room.map_or(Target::Park(longest), Target::Room);
            Originate {
                leg, endpoint, target, ring, confirm, caller_id_name, caller_id_number, variables, longest,
            }
        }
    }

    fn any_command() -> impl Strategy<Value = Command> {
        prop_oneof![
            any_channel().prop_map(Command::Exists),
            (any_channel(), proptest::collection::vec((any_safe(), any_safe()), 1..4))
                .prop_map(|(channel, variables)| Command::SetVariables { channel, variables }),
            (
                any_channel(),
                proptest::collection::vec((any_channel(), any_endpoint()), 1..4),
                any_duration(),
                any_way_back(),
                any_safe()
            )
                .prop_map(|(caller, stations, ring, way_back, music)| Command::DialFromCaller {
                    caller,
                    stations,
                    ring,
                    way_back,
                    music
                }),
            (any_channel(), any_way_back())
                .prop_map(|(channel, way_back)| Command::ReturnToWaiting { channel, way_back }),
            (any_channel(), any_room()).prop_map(|(channel, room)| Command::MovePair { channel, room }),
            (any_channel(), any_channel()).prop_map(|(first, second)| Command::Bridge { first, second }),
            (any_channel(), any_safe(), any_duration(), any_way_back())
                .prop_map(|(caller, music, longest, way_back)| Command::Hold { caller, music, longest, way_back }),
            any_originate().prop_map(Command::Originate),
            (any_channel(), any_room(), any::<bool>()).prop_map(|(channel, room, join_only)| Command::EnterRoom {
                channel,
                room,
                join_only
            }),
            (any_room(), any::<u32>(), any::<bool>()).prop_map(|(room, member, on)| Command::Mute { room, member, on }),
            (any_room(), any::<bool>()).prop_map(|(room, on)| Command::Lock { room, on }),
            any_channel().prop_map(Command::TakeMedia),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_text_is_one_line_without_expansion(command in any_command()) {
            let wire = text(&command);
            prop_assert!(!wire.texts.is_empty());
            for text in &wire.texts {
                prop_assert!(!text.contains(['\n', '\r', '\0']), "{text:?}");
                prop_assert!(!text.contains('$') && !text.contains("%{"), "{text:?}");
                prop_assert_eq!(text.matches('{').count(), text.matches('}').count());
                prop_assert!(text.matches('\'').count().is_multiple_of(2), "{text:?}");
                prop_assert!(text.is_ascii());
            }
            prop_assert_eq!(wire.background, matches!(command, Command::Originate(_)));
        }

        #[test]
        fn an_originate_always_carries_its_id_first_and_an_end(wanted in any_originate()) {
            let text = originate(&wanted);
            let start = format!("originate {{origination_uuid={},", wanted.leg);
            prop_assert!(text.starts_with(&start));
            prop_assert_eq!(text.matches("origination_uuid=").count(), 1);
            prop_assert_eq!(text.matches("sched_hangup +").count(), 1);
            prop_assert!(!text.contains("timeout=0"));
        }
    }
}
