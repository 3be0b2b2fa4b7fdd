//! `uuid_*`, `sched_hangup`, `hupall`: commands about one channel.

use super::super::{channel::Message, dialplan::Destination, event::Event, text, world::World};

const NO_CHANNEL: &str = "-ERR No such channel!\n";
const OK: &str = "+OK\n";

pub(super) fn uuid(world: &mut World, name: &str, arg: &str) -> String {
    let words = text::words(arg);
    let first = words.first().cloned().unwrap_or_default();
    let rest = || arg.split_once(' ').map_or("", |(_, rest)| rest.trim()).to_owned();
    let live = world.live(&first).is_some();
    match name {
        "uuid_exists" => (if live { "true" } else { "false" }).into(),
        "uuid_getvar" if words.len() < 2 => "-USAGE: <uuid> <var>\n".into(),
        "uuid_getvar" => match world.live(&first) {
            None => NO_CHANNEL.into(),
            Some(channel) => channel.get(&words[1]).unwrap_or("_undef_").to_owned(),
        },
        "uuid_setvar" if words.len() < 2 => "-USAGE: <uuid> <var> [value]\n".into(),
        "uuid_setvar" => match world.live_mut(&first) {
            None => NO_CHANNEL.into(),
            Some(channel) => {
                let value = rest().split_once(' ').map_or(String::new(), |(_, value)| value.trim().to_owned());
                channel.set(&words[1], value);
                OK.into()
            }
        },
        "uuid_setvar_multi" => match world.live_mut(&first) {
            None => format!("{NO_CHANNEL}-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"),
            Some(channel) => {
                for pair in rest().split(';') {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    channel.set(name.trim(), value);
                }
                OK.into()
            }
        },
        "uuid_kill" if first.is_empty() => "-USAGE: <uuid> [cause]\n".into(),
        "uuid_kill" if live => {
            world.hang_up(&first, words.get(1).map_or("NORMAL_CLEARING", String::as_str));
            OK.into()
        }
        "uuid_transfer" => transfer(world, &first, &words),
        "uuid_dual_transfer" => dual_transfer(world, &first, &words),
        "uuid_bridge" => match words.get(1) {
            None => "-USAGE: <uuid> <other_uuid>\n".into(),
            Some(second) if live && world.live(second).is_some() && *second != first => {
                world.bridge_two(&first, second);
                format!("+OK {second}\n")
            }
            Some(_) => "-ERR Invalid uuid\n".into(),
        },
        "uuid_park" if live => {
            world.transfer_one(&first, Destination::inline("park:"));
            OK.into()
        }
        "uuid_broadcast" if live => {
            let Some(path) = words.get(1) else { return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n".into() };
            let (app, arg) = path.split_once("::").unwrap_or(("playback", path));
            let legs = words.get(2).map_or("aleg", String::as_str);
            let partner = world.live(&first).and_then(|channel| channel.bond.clone()).map(|bond| bond.partner);
            let mut told = Vec::new();
            if legs != "bleg" {
                told.push(first.clone());
            }
            if matches!(legs, "bleg" | "both") {
                told.extend(partner);
            }
            for uuid in told {
                let app_uuid = world.new_uuid();
                let (app, arg) = (app.to_owned(), arg.to_owned());
                world.send_message(&uuid, Message::Execute { app, arg, app_uuid, locked: false });
            }
            "+OK Message sent\n".into()
        }
        "uuid_break" if live => {
            world.break_playback(&first);
            OK.into()
        }
        "uuid_media" => media(world, &words),
        // Says so of a channel that is not there, too.
        "uuid_hold" => "+OK Success\n".into(),
        "uuid_broadcast" => "-ERR invalid uuid\n".into(),
        "uuid_answer" if live => {
            world.answer(&first);
            OK.into()
        }
        "uuid_send_dtmf" | "uuid_recv_dtmf" | "uuid_display" | "uuid_record" | "uuid_deflect" | "uuid_audio"
            if live =>
        {
            OK.into()
        }
        "uuid_dump" => dump(world, &first, words.get(1).map(String::as_str)),
        _ if live => format!("-ERR {name} Command not found!\n"),
        _ => NO_CHANNEL.into(),
    }
}

/// `<uuid> [-bleg|-both] <dest> [<dialplan>] [<context>]`
fn transfer(world: &mut World, uuid: &str, words: &[String]) -> String {
    let (which, at) = match words.get(1).map(String::as_str) {
        Some("-bleg") => ("bleg", 2),
        Some("-both") => ("both", 2),
        Some(_) => ("aleg", 1),
        None => return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n".into(),
    };
    let Some(channel) = world.live(uuid) else { return NO_CHANNEL.into() };
    let Some(destination) = Destination::from_words(words.get(at..).unwrap_or_default()) else {
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n".into();
    };
    let partner = channel.bond.as_ref().map(|bond| bond.partner.clone());
    match (which, partner) {
        ("aleg", _) => world.transfer_one(uuid, destination),
        ("both", _) => world.transfer_both(uuid, destination.clone(), destination),
        (_, Some(partner)) => world.transfer_one(&partner, destination),
        // No other leg to move; it says +OK all the same.
        (_, None) => {}
    }
    OK.into()
}

fn dual_transfer(world: &mut World, uuid: &str, words: &[String]) -> String {
    let (Some(first), Some(second)) = (words.get(1), words.get(2)) else {
        return "-USAGE: <uuid> <A-dest-exten>[/<A-dialplan>][/<A-context>] <B-dest-exten>[/<B-dialplan>][/<B-context>]\n"
            .into();
    };
    if world.live(uuid).is_none() {
        return NO_CHANNEL.into();
    }
    world.transfer_both(uuid, Destination::from_slashes(first), Destination::from_slashes(second));
    OK.into()
}

/// `uuid_media [off] <uuid>`: brings bypassed media back; proxied media it cannot.
fn media(world: &mut World, words: &[String]) -> String {
    let (off, uuid) = match words {
        [off, uuid, ..] if off == "off" => (true, uuid.clone()),
        [uuid, ..] => (false, uuid.clone()),
        [] => return "-USAGE: <uuid>\n".into(),
    };
    let Some(channel) = world.live_mut(&uuid) else { return "-ERR Operation failed\n".into() };
    if channel.flag("proxy_media") {
        return "-ERR Operation failed\n".into();
    }
    let partner = channel.bond.as_ref().map(|bond| bond.partner.clone());
    for leg in [Some(uuid), partner].into_iter().flatten() {
        if let Some(channel) = world.live_mut(&leg) {
            channel.set("bypass_media", if off { "true" } else { "" });
        }
    }
    "+OK Success\n".into()
}

fn dump(world: &World, uuid: &str, format: Option<&str>) -> String {
    let Some(channel) = world.live(uuid) else { return NO_CHANNEL.into() };
    let mut event = Event::new("CHANNEL_DATA");
    event
        .add("Event-Name", "CHANNEL_DATA")
        .add("Core-UUID", &world.core_uuid)
        .add("FreeSWITCH-Hostname", &world.config.hostname)
        .add("FreeSWITCH-Switchname", &world.config.hostname);
    channel.describe(&mut event);
    channel.add_variables(&mut event);
    if format == Some("json") {
        let map: serde_json::Map<String, serde_json::Value> =
            event.headers.iter().map(|(name, value)| (name.to_string(), value.clone().into())).collect();
        return serde_json::Value::Object(map).to_string();
    }
    event.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<String>() + "\n"
}

pub(super) fn hang_up_all(world: &mut World, arg: &str) -> String {
    let words = text::words(arg);
    let cause = words.first().map_or("MANAGER_REQUEST", String::as_str).to_owned();
    let filter = words.get(1).zip(words.get(2)).map(|(name, value)| (name.clone(), value.clone()));
    let uuids: Vec<String> = world
        .in_order_of_age()
        .into_iter()
        .filter(|channel| filter.as_ref().is_none_or(|(name, value)| channel.get(name) == Some(value.as_str())))
        .map(|channel| channel.uuid.clone())
        .collect();
    for uuid in uuids {
        world.hang_up(&uuid, &cause);
    }
    match filter {
        Some((name, value)) => format!("+OK hangup all channels matching [{name}]=[{value}] with cause: {cause}\n"),
        None => format!("+OK hangup all channels with cause {cause}\n"),
    }
}

/// `[+]<seconds> <uuid> [cause]`
pub(super) fn sched_hangup(world: &mut World, arg: &str) -> String {
    let words = text::words(arg);
    let (Some(time), Some(uuid)) = (words.first(), words.get(1)) else {
        return "-USAGE: [+]<time> <uuid> [<cause>]\n".into();
    };
    if world.live(uuid).is_none() {
        return NO_CHANNEL.into();
    }
    let Ok(seconds) = time.trim_start_matches('+').parse::<u64>() else {
        return "-USAGE: [+]<time> <uuid> [<cause>]\n".into();
    };
    let seconds = if time.starts_with('+') {
        seconds
    } else {
        // An hour of the day in seconds since the epoch.
        seconds.saturating_sub(super::super::world::micros() / 1_000_000)
    };
    let cause = words.get(2).map_or("ALLOTTED_TIMEOUT", String::as_str).to_owned();
    world.plan_hang_up(uuid, seconds, &cause);
    OK.into()
}

/// By task id, or all of a group: the uuid.
pub(super) fn sched_del(world: &mut World, arg: &str) -> String {
    let before = world.scheduled.len();
    world.scheduled.retain(|scheduled| scheduled.uuid != arg && scheduled.task.to_string() != arg);
    let deleted = before - world.scheduled.len();
    format!("+OK Deleted: {deleted}\n")
}
