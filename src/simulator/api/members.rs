//! `conference ROOM <verb> <member>`: muting, listening, kicking.

use super::super::{room::Member, world::World};

/// What a verb does to a member, the event it makes, and its answer.
struct Verb {
    name: &'static str,
    usage: &'static str,
}

const VERBS: &[Verb] = &[
    Verb { name: "mute", usage: "mute <[member_id|all]|last|non_moderator> [<quiet>]" },
    Verb { name: "unmute", usage: "unmute <[member_id|all]|last|non_moderator> [<quiet>]" },
    Verb { name: "tmute", usage: "tmute <[member_id|all]|last|non_moderator> [<quiet>]" },
    Verb { name: "deaf", usage: "deaf <[member_id|all]|last|non_moderator>" },
    Verb { name: "undeaf", usage: "undeaf <[member_id|all]|last|non_moderator>" },
    Verb { name: "hold", usage: "hold <[member_id|all]|last|non_moderator> [file]" },
    Verb { name: "unhold", usage: "unhold <[member_id|all]|last|non_moderator>" },
    Verb { name: "kick", usage: "kick <[member_id|all|last|non_moderator]> [<optional sound file>]" },
    Verb { name: "hup", usage: "hup <[member_id|all|last|non_moderator]>" },
    Verb { name: "volume_in", usage: "volume_in <[member_id|all]|last|non_moderator> [<newval>]" },
    Verb { name: "volume_out", usage: "volume_out <[member_id|all]|last|non_moderator> [<newval>]" },
    Verb { name: "energy", usage: "energy <[member_id|all]|last|non_moderator> [<newval>]" },
    Verb { name: "floor", usage: "floor <[member_id|last]>" },
    Verb { name: "dtmf", usage: "dtmf <[member_id|all|last|non_moderator]> <digits>" },
    Verb { name: "get-uuid", usage: "get-uuid <member_id|last>" },
];

/// None: no such verb.
pub(super) fn command(world: &mut World, room: &str, verb: &str, args: &[&str]) -> Option<String> {
    let known = VERBS.iter().find(|known| known.name == verb)?;
    let Some(who) = args.first() else { return Some(known.usage.to_owned()) };
    let Some(uuids) = named(world, room, who) else { return Some(format!("-ERR Non-Existant ID {who}\n")) };
    let mut text = String::new();
    for uuid in uuids {
        text.push_str(&apply(world, room, known.name, &uuid, args.get(1).copied()));
    }
    Some(text)
}

/// One member, by id or by `uuid=`.
pub(super) fn one(world: &World, room: &str, who: &str) -> Option<String> {
    named(world, room, who).filter(|_| who != "all").and_then(|uuids| uuids.into_iter().next())
}

/// The newest first, as FreeSWITCH keeps them. None: an id that is nobody's.
fn named(world: &World, room: &str, who: &str) -> Option<Vec<String>> {
    let members = &world.rooms.get(room)?.members;
    let newest_first = members.iter().rev();
    let uuids = |chosen: Vec<&Member>| chosen.into_iter().map(|member| member.uuid.clone()).collect();
    match who {
        "all" => Some(uuids(newest_first.collect())),
        "non_moderator" => Some(uuids(newest_first.filter(|member| !member.moderator).collect())),
        "last" => Some(uuids(newest_first.take(1).collect())),
        _ => {
            let found = match who.strip_prefix("uuid=") {
                Some(uuid) => members.iter().find(|member| member.uuid == uuid),
                None => {
                    let id: u32 = who.parse().ok()?;
                    members.iter().find(|member| member.id == id)
                }
            };
            found.map(|member| vec![member.uuid.clone()])
        }
    }
}

fn apply(world: &mut World, room: &str, verb: &str, uuid: &str, value: Option<&str>) -> String {
    let floor = world.rooms.get(room).and_then(|room| room.floor);
    let Some(member) =
        world.rooms.get_mut(room).and_then(|room| room.members.iter_mut().find(|member| member.uuid == uuid))
    else {
        return String::new();
    };
    let id = member.id;
    let verb = match verb {
        "tmute" if member.muted => "unmute",
        "tmute" => "mute",
        verb => verb,
    };
    let action = match verb {
        "mute" => {
            member.muted = true;
            "mute-member"
        }
        "unmute" => {
            member.muted = false;
            "unmute-member"
        }
        "deaf" => {
            member.deaf = true;
            "deaf-member"
        }
        "undeaf" => {
            member.deaf = false;
            "undeaf-member"
        }
        "hold" => {
            member.hold = true;
            // More music is queued behind what is played already.
            member.hold_music = member.hold_music.take().or(value.map(str::to_owned));
            "hold-member"
        }
        "unhold" => {
            member.hold = false;
            member.hold_music = None;
            "unhold-member"
        }
        "kick" | "hup" => {
            world.throw_out(uuid, if verb == "kick" { "kick-member" } else { "hup-member" });
            return if verb == "kick" { format!("+OK kicked {id}\n") } else { format!("+OK hup {id}\n") };
        }
        "volume_in" | "volume_out" | "energy" => return level(world, verb, uuid, value),
        "floor" => {
            return match floor {
                Some(holder) if holder != id => format!("-ERR floor is held by {holder}\n"),
                Some(_) => format!("+OK floor {id}\n"),
                None => {
                    world.take_floor(room, uuid);
                    format!("+OK floor {id}\n")
                }
            };
        }
        "dtmf" => {
            let digits = value.unwrap_or_default().to_owned();
            if digits.is_empty() {
                return "-ERR Invalid input!\n".into();
            }
            member.pressed.push_str(&digits);
            world.tell_member(uuid, "dtmf-member", &[("Digits", digits.clone())]);
            return format!("+OK sent {digits} to {id}\n");
        }
        "get-uuid" => return uuid.to_owned(),
        _ => return String::new(),
    };
    world.tell_member(uuid, action, &[]);
    if matches!(verb, "mute" | "hold") {
        world.silence(uuid);
    }
    format!("+OK {verb} {id}\n")
}

fn level(world: &mut World, verb: &str, uuid: &str, value: Option<&str>) -> String {
    let Some(name) = world.channels.get(uuid).and_then(|channel| channel.room.clone()) else { return String::new() };
    let member = world.rooms.get_mut(&name).and_then(|room| room.members.iter_mut().find(|member| member.uuid == uuid));
    let Some(member) = member else { return String::new() };
    let level = match verb {
        "volume_in" => &mut member.volume_in,
        "volume_out" => &mut member.volume_out,
        _ => &mut member.energy,
    };
    let wanted = value.and_then(|value| value.parse().ok());
    if let Some(wanted) = wanted {
        *level = if verb == "energy" { wanted } else { i32::clamp(wanted, -4, 4) };
    }
    let (level, id) = (*level, member.id);
    if wanted.is_some() {
        let action = match verb {
            "volume_in" => "volume-in-member",
            "volume_out" => "volume-out-member",
            _ => "energy-level-member",
        };
        let header = if verb == "energy" { "Energy-Level" } else { "Volume-Level" };
        world.tell_member(uuid, action, &[(header, level.to_string())]);
    }
    match verb {
        "volume_in" => format!("+OK Volume IN {id} = {level}\n"),
        "volume_out" => format!("+OK Volume OUT {id} = {level}\n"),
        _ => format!("Energy {id} = {level}\n"),
    }
}
