//! `conference ROOM play|stop|enter_sound|exit_sound`: one queue for the room, one for each member.

use super::{
    super::{playback::length_of, speech, world::World},
    members,
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const USAGE: &str = "play <file_path> [async|<member_id> [nomux]]";

/// What is played, in turn.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Queue {
    /// Each with a number of its own: a file may be there twice.
    files: VecDeque<(u64, String)>,
    last: u64,
}

impl Queue {
    fn push(&mut self, file: &str) -> bool {
        self.last += 1;
        self.files.push_back((self.last, file.to_owned()));
        self.files.len() == 1
    }

    fn current(&self) -> Option<(u64, String)> {
        self.files.front().cloned()
    }

    /// Takes the first, if it is this one.
    fn take(&mut self, number: u64) -> bool {
        let first = self.files.front().is_some_and(|(of, _)| *of == number);
        if first {
            self.files.pop_front();
        }
        first
    }

    fn stop(&mut self, all: bool) -> Vec<String> {
        let count = if all { self.files.len() } else { self.files.len().min(1) };
        self.files.drain(..count).map(|(_, file)| file).collect()
    }
}

pub(super) fn play(world: &mut World, name: &str, args: &[&str]) -> String {
    let Some(file) = args.first().copied() else { return USAGE.into() };
    let missing = file.contains("nonexist") || speech::is_refused(file, world.config.speech);
    if let Some(who) = args.get(1).filter(|who| **who != "async") {
        let Some(uuid) = members::one(world, name, who) else {
            return format!("-ERR Member: 3087148495 not found.\n{USAGE}");
        };
        if missing {
            return format!("-ERR (play) File: {file} not found.\n");
        }
        world.tell_member(&uuid, "play-file-member", &[("File", file.to_owned())]);
        let first = world.member_mut(&uuid).is_some_and(|member| member.plays.push(file));
        if first {
            world.next_for_member(&uuid);
        }
        return format!("+OK (play) Playing file {file} to member {who}\n");
    }
    if missing {
        // The event comes even for a file that is not there.
        let error = "File could not be played".to_owned();
        world.tell_room(name, "play-file", &[("File", file.to_owned()), ("Error", error)]);
        return format!("-ERR (play) File: {file} not found.\n");
    }
    world.tell_room(name, "play-file", &[("File", file.to_owned()), ("Async", "false".into())]);
    world.queue_for_room(name, file);
    format!("+OK (play) Playing file {file}\n")
}

pub(super) fn stop(world: &mut World, name: &str, args: &[&str]) -> String {
    let all = match args.first().copied() {
        None | Some("all") => true,
        Some("current") => false,
        Some("async") => return "+OK Stopped 0 files.\n".into(),
        Some(_) => return "stop <[current|all|async|last]> [<member_id>]".into(),
    };
    let stopped = match args.get(1) {
        Some(who) => {
            let Some(uuid) = members::one(world, name, who) else { return format!("-ERR Member: {who} not found.\n") };
            let stopped = world.member_mut(&uuid).map(|member| member.plays.stop(all)).unwrap_or_default();
            for file in &stopped {
                world.tell_member(&uuid, "play-file-member-done", &[("File", file.clone())]);
            }
            world.next_for_member(&uuid);
            stopped
        }
        None => {
            let stopped = world.rooms.get_mut(name).map(|room| room.plays.stop(all)).unwrap_or_default();
            for file in &stopped {
                world.tell_room(name, "play-file-done", &[("File", file.clone())]);
            }
            world.next_for_room(name);
            stopped
        }
    };
    format!("+OK Stopped {} files.\n", stopped.len())
}

pub(super) fn door_sound(world: &mut World, name: &str, verb: &str, args: &[&str]) -> String {
    let (what, entering) = if verb == "enter_sound" { ("enter", true) } else { ("exit", false) };
    let Some(room) = world.rooms.get_mut(name) else { return String::new() };
    let (on, file) = if entering {
        (&mut room.entry_sound, &mut room.entry_file)
    } else {
        (&mut room.exit_sound, &mut room.exit_file)
    };
    let (action, answer) = match args {
        ["on"] => {
            *on = true;
            ("sounds-on", format!("+OK {name} {what} sounds on ({})\n", file.clone().unwrap_or_default()))
        }
        ["off" | "none"] => {
            *on = false;
            ("sounds-off", format!("+OK {name} {what} sounds off ({})\n", file.clone().unwrap_or_default()))
        }
        ["file", sound] => {
            let old = file.replace((*sound).to_owned()).unwrap_or_default();
            let answer = format!("+OK {name} {what} sound file set to {sound}\n");
            let before = if entering { String::new() } else { format!("+OK Old exit sound: [{old}]\n") };
            ("sound-file-changed", before + &answer)
        }
        ["file"] => return "-ERR No filename specified\n".into(),
        [] => return format!("-ERR Not enough args\n{verb} on|off|none|file <filename>"),
        _ => return format!("-ERR Bad args\n{verb} on|off|none|file <filename>"),
    };
    world.tell_room(name, &format!("{what}-{action}"), &[]);
    answer
}

impl World {
    /// Behind what is played to the room already. Sounds at the door are told of only when they are over.
    pub(in super::super) fn queue_for_room(&mut self, name: &str, file: &str) {
        if self.rooms.get_mut(name).is_some_and(|room| room.plays.push(file)) {
            self.next_for_room(name);
        }
    }

    fn next_for_room(&mut self, name: &str) {
        let Some(room) = self.rooms.get(name) else { return };
        let Some((number, file)) = room.plays.current() else { return };
        let listeners: Vec<String> =
            room.members.iter().filter(|m| m.hold_music.is_none()).map(|m| m.uuid.clone()).collect();
        for uuid in listeners {
            self.heard.entry(uuid).or_default().push((Instant::now(), file.clone()));
        }
        let (name, room_uuid) = (name.to_owned(), room.uuid.clone());
        self.after(length_of(&file).unwrap_or(Duration::from_secs(3600)), move |world| {
            let same = world.rooms.get_mut(&name).filter(|room| room.uuid == room_uuid);
            if same.is_some_and(|room| room.plays.take(number)) {
                world.tell_room(&name, "play-file-done", &[("File", file)]);
                world.next_for_room(&name);
            }
        });
    }

    fn next_for_member(&mut self, uuid: &str) {
        let Some(member) = self.member_of(uuid) else { return };
        let Some((number, file)) = member.plays.current() else { return };
        self.heard.entry(uuid.to_owned()).or_default().push((Instant::now(), file.clone()));
        self.after_on(length_of(&file).unwrap_or(Duration::from_secs(3600)), uuid, move |world, uuid| {
            if world.member_mut(uuid).is_some_and(|member| member.plays.take(number)) {
                world.tell_member(uuid, "play-file-member-done", &[("File", file)]);
                world.next_for_member(uuid);
            }
        });
    }

    /// Nobody hears it any more: told without saying to whom it was played.
    pub(in super::super) fn stop_for_leaver(&mut self, name: &str, mut plays: Queue) {
        for file in plays.stop(true) {
            self.tell_room(name, "play-file-member-done", &[("File", file)]);
        }
    }

    /// The room ends.
    pub(in super::super) fn stop_for_all(&mut self, name: &str) {
        let stopped = self.rooms.get_mut(name).map(|room| room.plays.stop(true)).unwrap_or_default();
        for file in stopped {
            self.tell_room(name, "play-file-done", &[("File", file)]);
        }
    }
}
