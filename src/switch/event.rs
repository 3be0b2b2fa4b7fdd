//! What the switch tells becomes an input of the core, or nothing.
//!
//! Events carry text that strangers chose (caller names, SIP headers), so every value is bounded and cleared of
//! control characters here, and whatever does not parse is no event at all rather than a wrong one.

use super::snapshot::{clean, clean_to, reply};
use crate::domain::{
    announcement::Passing,
    ids::ChannelId,
    input::{ChannelEvent, ChannelEventKind, ChannelInfo, Input, RecordingNews, RoomEvent, RoomEventKind},
    keys::Key,
    setting::Setting,
};
use freeswitch_esl_tokio::EslEvent;

/// What we subscribe to, as the `event plain` command takes it. CUSTOM comes last: every name after it is read as one
/// of its subclasses. HEARTBEAT is left out: it says "System Ready" even when the switch is paused.
pub const SUBSCRIPTION: &str = "CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_PARK \
                                CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP_COMPLETE \
                                BACKGROUND_JOB DTMF CUSTOM conference::maintenance";

/// Engine, voice and text.
const LONGEST_SPEECH: usize = 1024;

/// The input an event means, if it means one.
pub fn input(event: &EslEvent) -> Option<Input> {
    let name = event.header_str("Event-Name")?;
    match name {
        "CUSTOM" => room(event).map(Input::Room),
        "BACKGROUND_JOB" => job(event),
        // Told of every channel of the switch, whoever's it is: nothing but the key is looked at.
        "DTMF" => {
            let channel = id(event, "Unique-ID")?;
            let kind = ChannelEventKind::Pressed(key(event)?);
            Some(Input::Channel(ChannelEvent { channel, kind, info: ChannelInfo::default() }))
        }
        _ => {
            let channel = id(event, "Unique-ID")?;
            let kind = kind(name, channel, event)?;
            Some(Input::Channel(ChannelEvent { channel, kind, info: info(event) }))
        }
    }
}

fn kind(name: &str, channel: ChannelId, event: &EslEvent) -> Option<ChannelEventKind> {
    Some(match name {
        "CHANNEL_CREATE" => ChannelEventKind::Created,
        "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA" => ChannelEventKind::Ringing,
        "CHANNEL_ANSWER" => ChannelEventKind::Answered,
        "CHANNEL_PARK" => ChannelEventKind::Parked,
        "CHANNEL_BRIDGE" => ChannelEventKind::Bridged(other(channel, event)?),
        "CHANNEL_UNBRIDGE" => ChannelEventKind::Unbridged(other(channel, event)),
        "CHANNEL_HOLD" => ChannelEventKind::Hold(true),
        "CHANNEL_UNHOLD" => ChannelEventKind::Hold(false),
        "CHANNEL_HANGUP_COMPLETE" => ChannelEventKind::HungUp {
            cause: first(event, &["variable_hangup_cause", "Hangup-Cause"]),
            sip_status: sip_status(event),
            disposition: present(event, "variable_originate_disposition"),
        },
        _ => return None,
    })
}

/// One of `0` to `9`, `*` and `#`: no telephone of ours has others.
fn key(event: &EslEvent) -> Option<Key> {
    let mut signs = event.header_str("DTMF-Digit")?.chars();
    signs.next().filter(|_| signs.next().is_none()).and_then(Key::new)
}

/// The leg at the other end of a bridge.
fn other(channel: ChannelId, event: &EslEvent) -> Option<ChannelId> {
    ["Bridge-B-Unique-ID", "Bridge-A-Unique-ID", "Other-Leg-Unique-ID"]
        .iter()
        .filter_map(|header| id(event, header))
        .find(|other| *other != channel)
}

/// What the far end's SIP said when it refused. A normal end is no news, so only failures count.
fn sip_status(event: &EslEvent) -> Option<u16> {
    let term = event.header_str("variable_sip_term_status");
    let proto = event.header_str("variable_proto_specific_hangup_cause").and_then(|text| text.strip_prefix("sip:"));
    let invite = event.header_str("variable_sip_invite_failure_status");
    let said = [term, proto].into_iter().flatten().find_map(status);
    said.or_else(|| invite.and_then(failure))
}

/// `sip_invite_failure_status`: 487 is the answer to our own cancelling.
pub(super) fn failure(text: &str) -> Option<u16> {
    status(text).filter(|status| *status != 487)
}

fn status(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|status| (300..=699).contains(status))
}

fn info(event: &EslEvent) -> ChannelInfo {
    let yes = |header| event.header_str(header) == Some("true");
    ChannelInfo {
        name: first(event, &["Channel-Name", "Caller-Channel-Name"]),
        inbound: first(event, &["Call-Direction", "Caller-Direction"]) == "inbound",
        answered: event.header_str("Answer-State") == Some("answered"),
        caller_name: first(event, &["Caller-Caller-ID-Name"]),
        caller_number: first(event, &["Caller-Caller-ID-Number"]),
        destination: first(event, &["Caller-Destination-Number"]),
        other_name: first(event, &["Other-Leg-Channel-Name"]),
        other_caller_name: first(event, &["Other-Leg-Caller-ID-Name"]),
        other_caller_number: first(event, &["Other-Leg-Caller-ID-Number"]),
        other_destination: first(event, &["Other-Leg-Destination-Number"]),
        bypass_media: yes("variable_bypass_media"),
        proxy_media: yes("variable_proxy_media"),
        application: first(event, &["variable_current_application"]),
    }
}

fn room(event: &EslEvent) -> Option<RoomEvent> {
    if event.header_str("Event-Subclass")? != "conference::maintenance" {
        return None;
    }
    let room = present(event, "Conference-Name")?;
    let member = || id(event, "Unique-ID");
    let kind = match event.header_str("Action")? {
        "conference-create" => RoomEventKind::Created,
        "conference-destroy" => RoomEventKind::Destroyed,
        "add-member" => RoomEventKind::Joined {
            channel: member()?,
            member: event.header_str("Member-ID")?.trim().parse().ok()?,
            seen: seen(event),
        },
        "del-member" => RoomEventKind::Left { channel: member()? },
        "dtmf-member" => RoomEventKind::Pressed { channel: member()? },
        "start-talking" => RoomEventKind::Talking { channel: member()?, on: true },
        "stop-talking" => RoomEventKind::Talking { channel: member()?, on: false },
        "play-file" => {
            let failed = event.header_str("Error").is_some();
            RoomEventKind::Playing { channel: None, file: played(event)?, failed }
        }
        "play-file-member" => RoomEventKind::Playing { channel: Some(member()?), file: played(event)?, failed: false },
        "play-file-done" => RoomEventKind::Played { channel: None, file: played(event)? },
        // For one who left meanwhile it names nobody.
        "play-file-member-done" => RoomEventKind::Played { channel: Some(member()?), file: played(event)? },
        "enter-sounds-off" | "enter-sound-file-changed" => RoomEventKind::DoorSound(Passing::Enter),
        "exit-sounds-off" | "exit-sound-file-changed" => RoomEventKind::DoorSound(Passing::Exit),
        "lock" => RoomEventKind::Locked(true),
        "unlock" => RoomEventKind::Locked(false),
        action @ ("start-recording" | "stop-recording" | "pause-recording" | "resume-recording") => {
            RoomEventKind::Recording { path: present(event, "Path")?, news: recording(action, event) }
        }
        action => {
            let setting = setting(action, event)?;
            RoomEventKind::Set { channel: member()?, setting, seen: others(setting, event) }
        }
    };
    Some(RoomEvent { room, kind })
}

fn recording(action: &str, event: &EslEvent) -> RecordingNews {
    let count = |header| event.header_str(header)?.trim().parse::<u64>().ok();
    match action {
        // A file that could not be opened is told of like this, and as stopped right after.
        "start-recording" if event.header_str("Error").is_some() => RecordingNews::Refused,
        "start-recording" => RecordingNews::Started,
        "pause-recording" => RecordingNews::Paused(true),
        "resume-recording" => RecordingNews::Paused(false),
        _ => RecordingNews::Stopped {
            milliseconds: count("Milliseconds-Elapsed"),
            bytes: count("Record-File-Size"),
            members: count("Conference-Size").and_then(|size| size.try_into().ok()).unwrap_or(0),
        },
    }
}

/// What was set, and told by an event of its own.
fn setting(action: &str, event: &EslEvent) -> Option<Setting> {
    let level = |header| event.header_str(header)?.trim().parse::<i64>().ok();
    Some(match action {
        "mute-member" => Setting::Muted(true),
        "unmute-member" => Setting::Muted(false),
        "deaf-member" => Setting::Deaf(true),
        "undeaf-member" => Setting::Deaf(false),
        "hold-member" => Setting::Hold(true),
        "unhold-member" => Setting::Hold(false),
        "volume-in-member" => Setting::GainIn(level("Volume-Level")?.try_into().ok()?),
        "volume-out-member" => Setting::GainOut(level("Volume-Level")?.try_into().ok()?),
        "energy-level-member" => Setting::Energy(level("Energy-Level")?.try_into().ok()?),
        _ => return None,
    })
}

/// Of one who is on hold no list says whether they are muted or deaf; the events of holding do.
fn others(setting: Setting, event: &EslEvent) -> Vec<Setting> {
    match setting {
        Setting::Hold(_) => seen(event).into_iter().filter(|other| !other.is_of_kind(setting)).collect(),
        _ => Vec::new(),
    }
}

/// How a member comes in.
fn seen(event: &EslEvent) -> Vec<Setting> {
    let flag = |header| event.header_str(header).and_then(|value| value.parse::<bool>().ok());
    let settings = [
        flag("Speak").map(|speaks| Setting::Muted(!speaks)),
        flag("Hear").map(|hears| Setting::Deaf(!hears)),
        flag("Hold").map(Setting::Hold),
    ];
    settings.into_iter().flatten().collect()
}

/// Only originates are of interest, and only those with an id of ours: everybody's jobs are told to everybody.
fn job(event: &EslEvent) -> Option<Input> {
    if event.header_str("Job-Command")? != "originate" {
        return None;
    }
    let arguments = event.header_str("Job-Command-Arg")?;
    // One for each phone that was to ring, in the order they were written.
    let ids = arguments.split("origination_uuid=").skip(1).map(|after| after.get(..36)?.parse().ok());
    let channels: Vec<ChannelId> = ids.collect::<Option<_>>()?;
    (!channels.is_empty()).then(|| Input::Job { channels, outcome: reply(event.body().unwrap_or_default()) })
}

fn id(event: &EslEvent, header: &str) -> Option<ChannelId> {
    event.header_str(header).and_then(super::snapshot::channel_id)
}

fn present(event: &EslEvent, header: &str) -> Option<String> {
    event.header_str(header).map(clean).filter(|text| !text.is_empty())
}

/// What is played. A text that is spoken is its own name, and longer than any file's.
fn played(event: &EslEvent) -> Option<String> {
    event.header_str("File").map(|text| clean_to(text, LONGEST_SPEECH)).filter(|text| !text.is_empty())
}

/// The first of these headers that says something.
fn first(event: &EslEvent, headers: &[&str]) -> String {
    headers.iter().find_map(|header| present(event, header)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
