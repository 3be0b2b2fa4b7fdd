//! Typed commands become Event Socket text, here and nowhere else.
//!
//! Only ids, numbers, `Safe` text and `SpokenText` go in, so nothing a person typed can be read as syntax. Each recipe was measured
//! on a real switch; the comment says what goes wrong with the obvious alternative.

mod originate;

use crate::domain::{
    announcement::{Listener, Passing},
    effect::{Command, Door, KillCause, Media, RecordVerb, Room, WayBack},
    endpoint::{Endpoint, Phrase, Safe},
    ids::ChannelId,
    setting::Setting,
    speech,
};
use std::time::Duration;

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

/// The switch sets it when a channel runs `socket`, and leaves it there; we take it off when we take the channel away.
const SOCKET: &str = "socket_host";

/// The text of a command.
pub fn text(command: &Command) -> Wire {
    let now = |text: String| Wire { texts: vec![text], background: false, patience: PATIENCE };
    match command {
        Command::Exists(channel) => now(format!("uuid_exists {channel}")),
        Command::AskMedia { channel, media } => {
            let name = match media {
                Media::Bypass => "bypass_media",
                Media::Proxy => "proxy_media",
            };
            now(format!("uuid_getvar {channel} {name}"))
        }
        Command::AskHook(channel) => now(format!("uuid_getvar {channel} {SOCKET}")),
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
            now(format!("uuid_transfer {channel} -both 'conference:{},park:' inline", place(room, Door::default())))
        }
        Command::Bridge { first, second } => now(format!("uuid_bridge {first} {second}")),
        Command::Hold { caller, music, longest, way_back } => {
            Wire { texts: hold(*caller, music, *longest, way_back), background: false, patience: PATIENCE }
        }
        Command::Originate(wanted) => {
            Wire { texts: vec![originate::originate(wanted)], background: true, patience: PATIENCE }
        }
        // It must have flags, or the room the leg was dialed for would be taken for a part of the name.
        Command::Redirect { leg, room, door } => {
            let door = &Door { join_only: true, ..*door };
            now(format!("uuid_setvar {leg} {} {}", originate::ROOM, place(room, *door)))
        }
        // The switch's own sleep: it holds up this connection, and nothing else.
        Command::LetSettle(time) => now(format!("msleep {}", time.as_millis().min(1000))),
        Command::EnterRoom { channel, room, door } => {
            now(format!("uuid_transfer {channel} 'conference:{},park:' inline", place(room, *door)))
        }
        Command::Kill { channel, cause } => now(format!("uuid_kill {channel} {}", kill_cause(*cause))),
        Command::Set { room, member, setting, music } => {
            now(format!("conference {} {}", room.name, set(*setting, *member, music)))
        }
        Command::Relate { room, relate } => {
            let what = if relate.block { "nospeak" } else { "clear" };
            now(format!(
                "conference {} relate {} {} {what}",
                room.name,
                list(&relate.speakers),
                list(&relate.listeners)
            ))
        }
        Command::AskRelations(room) => now(format!("conference {} relate 0", room.name)),
        Command::Press { room, member, digits } => {
            now(format!("conference {} dtmf {member} {}", room.name, digits.as_str()))
        }
        Command::Announce { room, sound } => now(format!("conference {} play {sound}", room.name)),
        // The old forms without a verb take a missing path for a name to record into.
        Command::Record { room, path, verb } => {
            now(format!("conference {} recording {} {path}", room.name, record_verb(*verb)))
        }
        Command::Play { room, file, listener } => {
            now(format!("conference {} play {file}{}", room.name, to(listener.as_ref())))
        }
        // Quotes keep the text in one piece; neither a quote nor a backslash can be in it. A slow voice must not be
        // taken for a dead link.
        Command::Say { room, speech, listener } => Wire {
            texts: vec![format!("conference {} play '{}'{}", room.name, speech.file(), to(listener.as_ref()))],
            background: false,
            patience: speech::PATIENCE,
        },
        // For one, `all` would stop the music of whoever was put on hold meanwhile, too.
        Command::StopPlaying { room, listener } => {
            let what = if listener.is_some() { "current" } else { "all" };
            now(format!("conference {} stop {what}{}", room.name, to(listener.as_ref())))
        }
        Command::DoorSound { room, door, sound } => {
            let verb = match door {
                Passing::Enter => "enter_sound",
                Passing::Exit => "exit_sound",
            };
            let what = sound.as_ref().map_or("off".to_owned(), |sound| format!("file {sound}"));
            now(format!("conference {} {verb} {what}", room.name))
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
            // What an earlier station said must not be taken for the answer of this one.
            "uuid_setvar_multi {caller} continue_on_fail=true;hangup_after_bridge=false;{TRANSFERS};\
             transfer_ringback={music};sip_invite_failure_status=;{SOCKET}="
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

/// Inside `{…}` and `[…]` quotes keep spaces together. Neither a quote nor a backslash nor a comma can be in a phrase.
fn quoted(phrase: &Phrase) -> String {
    if phrase.as_str().contains(' ') { format!("'{phrase}'") } else { phrase.to_string() }
}

/// `join-only` hangs up whoever comes to a room that is gone, where the plain name would make it again.
fn place(room: &Room, door: Door) -> String {
    let flags = [(door.join_only, "join-only"), (door.muted, "mute"), (door.deaf, "deaf")];
    let flags: Vec<&str> = flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag).collect();
    let flags = if flags.is_empty() { String::new() } else { format!("++flags{{{}}}", flags.join("|")) };
    format!("{}@{}{flags}", room.name, room.profile)
}

fn list(members: &[u32]) -> String {
    members.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn set(setting: Setting, member: u32, music: &Safe) -> String {
    let either = |on: bool, yes: &str, no: &str| format!("{} {member}", if on { yes } else { no });
    match setting {
        Setting::Muted(on) => either(on, "mute", "unmute"),
        Setting::Deaf(on) => either(on, "deaf", "undeaf"),
        // Without music whoever is held would hear the room.
        Setting::Hold(true) => format!("hold {member} {music}"),
        Setting::Hold(false) => format!("unhold {member}"),
        Setting::GainIn(gain) => format!("volume_in {member} {}", gain.get()),
        Setting::GainOut(gain) => format!("volume_out {member} {}", gain.get()),
        Setting::Energy(level) => format!("energy {member} {}", level.get()),
    }
}

fn record_verb(verb: RecordVerb) -> &'static str {
    match verb {
        RecordVerb::Start => "start",
        RecordVerb::Stop => "stop",
        RecordVerb::Pause => "pause",
        RecordVerb::Resume => "resume",
    }
}

fn to(listener: Option<&Listener>) -> String {
    listener.map(|listener| format!(" {}", listener.member)).unwrap_or_default()
}

fn kill_cause(cause: KillCause) -> &'static str {
    match cause {
        KillCause::NormalClearing => "NORMAL_CLEARING",
        KillCause::OriginatorCancel => "ORIGINATOR_CANCEL",
        KillCause::CallRejected => "CALL_REJECTED",
    }
}

/// The switch counts in whole seconds, and takes 0 for "no limit".
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)).clamp(1, 7 * 24 * 3600)
}

#[cfg(test)]
mod tests;
