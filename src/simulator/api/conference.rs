//! `conference`: commands about a room; those about its members are in `members`.

use super::{
    super::{dialplan::Destination, room::RoomAddress, text, world::World},
    members, playing,
};
use serde_json::Value;

pub(super) fn conference(world: &mut World, arg: &str) -> String {
    let words = text::words(arg);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => "-USAGE: conference <confname> <command>\n".into(),
        ["list", ..] => list_all(world),
        ["json_list", rest @ ..] => {
            let rooms = world.rooms.values().filter(|room| !room.ending);
            json_text(rooms.map(|room| world.room_json(room)).collect(), rest.contains(&"compact"))
        }
        ["count"] => world.rooms.values().filter(|room| !room.ending).count().to_string(),
        [name, rest @ ..] => {
            if world.rooms.get(*name).is_none_or(|room| room.ending) {
                return match rest {
                    ["dial" | "bgdial", ..] => "-ERR dialling by room is not simulated\n".into(),
                    _ => format!("-ERR Conference {name} not found\n"),
                };
            }
            about(world, name, rest)
        }
    }
}

fn about(world: &mut World, name: &str, words: &[&str]) -> String {
    let Some((verb, args)) = words.split_first() else {
        return "Conference command, not specified.\nTry 'help'\n".into();
    };
    match *verb {
        "list" => list_one(world, name, args),
        "count" => world.rooms.get(name).map_or(0, |room| room.members.len()).to_string(),
        "json_list" => {
            let rooms = world.rooms.get(name).map(|room| world.room_json(room)).into_iter().collect();
            json_text(rooms, args.contains(&"compact"))
        }
        "lock" | "unlock" => {
            if let Some(room) = world.rooms.get_mut(name) {
                room.locked = *verb == "lock";
            }
            world.tell_room(name, verb, &[]);
            format!("+OK {name} {verb}ed\n")
        }
        "get" => get(world, name, args),
        "set" => set(world, name, args),
        "setvar" | "getvar" => variable(world, name, verb, args),
        "pin" => match args {
            [pin, ..] => {
                if let Some(room) = world.rooms.get_mut(name) {
                    room.pin = (*pin).to_owned();
                }
                format!("+OK Pin for conference {name} set: {pin}\n")
            }
            [] => "pin <pin#>".into(),
        },
        "nopin" => {
            if let Some(room) = world.rooms.get_mut(name) {
                room.pin.clear();
            }
            format!("+OK Pin for conference {name} deleted\n")
        }
        "play" => playing::play(world, name, args),
        "stop" => playing::stop(world, name, args),
        "enter_sound" | "exit_sound" => playing::door_sound(world, name, verb, args),
        "recording" | "record" => world.recording(name, args),
        "say" => "-ERR (say) Error!\nsay <text>".into(),
        "saymember" => {
            // It says nothing without a voice, but says that it did.
            if let Some(uuid) = args.first().and_then(|who| members::one(world, name, who)) {
                world.tell_member(&uuid, "speak-text-member", &[("Text", args[1..].join(" "))]);
            }
            "+OK (saymember) OK\n".into()
        }
        "transfer" => transfer(world, name, args),
        "relate" => world.rooms.get_mut(name).map(|room| room.relate(args)).unwrap_or_default(),
        "chkrecord" => world.recording(name, &["check"]),
        _ => members::command(world, name, verb, args)
            .unwrap_or_else(|| format!("-ERR Conference command '{verb}' not found.\n")),
    }
}

fn list_all(world: &World) -> String {
    let mut text = String::new();
    for room in world.rooms.values().filter(|room| !room.ending) {
        let count = room.members.len();
        text.push_str(&format!(
            "+OK Conference {} ({count} member{} rate: 8000 flags: {})\n{}",
            room.name,
            if count == 1 { "" } else { "s" },
            room.flag_words(),
            world.member_lines(room)
        ));
    }
    if text.is_empty() { "+OK No active conferences.\n".into() } else { text }
}

fn list_one(world: &World, name: &str, args: &[&str]) -> String {
    let Some(room) = world.rooms.get(name) else { return String::new() };
    if args.first() == Some(&"count") { room.members.len().to_string() } else { world.member_lines(room) }
}

/// Indented by tabs, or in one line.
fn json_text(rooms: Vec<Value>, compact: bool) -> String {
    let rooms = Value::Array(rooms);
    if compact {
        return rooms.to_string();
    }
    let mut bytes = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, format);
    match serde::Serialize::serialize(&rooms, &mut writer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => rooms.to_string(),
    }
}

fn get(world: &World, name: &str, args: &[&str]) -> String {
    let Some(room) = world.rooms.get(name) else { return String::new() };
    match args.first().copied() {
        Some("count") => room.members.len().to_string(),
        Some("max_members") => room.max_members.to_string(),
        Some("rate") => "8000".into(),
        Some("uuid") => room.uuid.clone(),
        Some("run_time") => ((super::super::world::micros() - room.created) / 1_000_000).to_string(),
        Some("is_locked") => {
            if room.locked {
                "locked".into()
            } else {
                String::new()
            }
        }
        Some("endconference_grace_time") => "0".into(),
        Some("caller_id_name" | "caller_id_number") => "Conf".into(),
        _ => "get <parameter-name>".into(),
    }
}

/// Answers with the value as it was before.
fn set(world: &mut World, name: &str, args: &[&str]) -> String {
    let Some(room) = world.rooms.get_mut(name) else { return String::new() };
    match args {
        ["max_members", most, ..] => match most.parse() {
            Ok(most) => std::mem::replace(&mut room.max_members, most).to_string(),
            Err(_) => "set <parameter-name> <value>".into(),
        },
        _ => "set <parameter-name> <value>".into(),
    }
}

fn variable(world: &mut World, name: &str, verb: &str, args: &[&str]) -> String {
    let Some(room) = world.rooms.get_mut(name) else { return String::new() };
    match (verb, args) {
        ("setvar", [variable, value @ ..]) => {
            room.variables.retain(|(known, _)| known != variable);
            room.variables.push(((*variable).to_owned(), value.join(" ")));
            "+OK\n".into()
        }
        ("getvar", [variable, ..]) => {
            room.variables.iter().find(|(known, _)| known == variable).map(|(_, v)| v.clone()).unwrap_or_default()
        }
        _ => format!("{verb} <varname>"),
    }
}

/// Sends members to another room.
fn transfer(world: &mut World, name: &str, args: &[&str]) -> String {
    let Some((target, who)) = args.split_first() else { return "transfer <conference_name> <member id>".into() };
    let mut text = String::new();
    for id in who {
        let Some(uuid) = members::one(world, name, id) else {
            text.push_str(&format!("-ERR No Member '{id}' in conference {name}.\n"));
            continue;
        };
        let address = RoomAddress::parse(target);
        world.tell_member(
            &uuid,
            "transfer",
            &[("Old-Conference-Name", name.to_owned()), ("New-Conference-Name", address.name)],
        );
        world.transfer_one(&uuid, Destination::inline(format!("conference:{target}")));
        text.push_str(&format!("+OK Member '{id}' sent to conference {target}.\n"));
    }
    text
}
