//! Conference rooms: who may enter, who is in, and how a room ends.

use super::{
    api::playing::Queue,
    apps::Outcome,
    channel::Wait,
    recorder::Tape,
    sound::Relation,
    world::{TICK, World, micros},
};
use std::{collections::BTreeMap, time::Duration};

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub id: u32,
    pub uuid: String,
    pub joined: u64,
    pub muted: bool,
    pub deaf: bool,
    pub hold: bool,
    /// Keys pressed for them.
    pub pressed: String,
    /// What is played to who is on hold, and shuts the room out.
    pub hold_music: Option<String>,
    /// What is played to them alone.
    pub plays: Queue,
    pub talking: bool,
    pub moderator: bool,
    pub endconf: bool,
    pub mandatory: bool,
    pub energy: i32,
    pub volume_in: i32,
    pub volume_out: i32,
    /// Speaks by itself now and then; a test that makes someone talk takes that over.
    pub chatty: bool,
    pub last_talked: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Room {
    pub name: String,
    pub uuid: String,
    pub profile: String,
    pub created: u64,
    pub locked: bool,
    pub max_members: u32,
    pub pin: String,
    pub members: Vec<Member>,
    pub floor: Option<u32>,
    pub variables: Vec<(String, String)>,
    pub entry_sound: bool,
    pub exit_sound: bool,
    /// The profile names none; on without one is silent.
    pub entry_file: Option<String>,
    pub exit_file: Option<String>,
    pub relations: BTreeMap<(u32, u32), Relation>,
    pub tapes: Vec<Tape>,
    pub plays: Queue,
    /// Empty, and about to be destroyed.
    pub ending: bool,
}

impl Room {
    pub(super) fn member(&self, uuid: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.uuid == uuid)
    }
}

/// `name[@profile][+[pin]][+flags{a|b}]`: `+` starts a PIN, the last `@` the profile.
pub(super) struct RoomAddress {
    pub name: String,
    pub profile: String,
    pub flags: Vec<String>,
}

impl RoomAddress {
    pub(super) fn parse(text: &str) -> Self {
        let (head, flags) = match text.split_once("+flags{") {
            Some((head, flags)) => (head, flags.split('}').next().unwrap_or(flags)),
            None => (text, ""),
        };
        let head = head.split_once('+').map_or(head, |(head, _pin)| head);
        let (name, profile) = head.rsplit_once('@').unwrap_or((head, "default"));
        Self {
            name: name.trim().to_owned(),
            profile: profile.to_owned(),
            flags: flags.split('|').filter(|flag| !flag.is_empty()).map(str::to_owned).collect(),
        }
    }
}

impl World {
    /// The `conference` application.
    pub(super) fn enter_room(&mut self, uuid: &str, arg: &str) -> Outcome {
        let address = RoomAddress::parse(arg);
        let Some(channel) = self.live_mut(uuid) else { return Outcome::Left };
        let mut flags = address.flags.clone();
        if let Some(more) = channel.get("conference_member_flags") {
            flags.extend(more.split('|').map(str::to_owned));
        }
        let judged = channel.inbound || channel.flag("conference_enforce_security");
        let refused = std::mem::take(&mut channel.refuse_next_room);
        let early = !channel.is_answered() && channel.inbound;
        if let Some(room) = self.rooms.get(&address.name).filter(|room| !room.ending) {
            let full = room.max_members > 0 && room.members.len() >= room.max_members as usize;
            // Refused without an event: the leg goes on with whatever follows the room.
            if refused || full || (judged && room.locked) {
                return Outcome::Done;
            }
        } else if flags.iter().any(|flag| flag == "join-only") {
            self.tell_refused(uuid, &address);
            self.hang_up(uuid, "NORMAL_CLEARING");
            return Outcome::Done;
        } else if refused {
            return Outcome::Done;
        }
        if early {
            self.answer(uuid);
        }
        self.rooms.retain(|name, room| *name != address.name || !room.ending);
        if !self.rooms.contains_key(&address.name) {
            self.open_room(&address);
        }
        self.join(uuid, &address.name, &flags);
        Outcome::Waits(Wait::Room)
    }

    fn open_room(&mut self, address: &RoomAddress) {
        let uuid = self.new_uuid();
        self.rooms.insert(
            address.name.clone(),
            Room {
                name: address.name.clone(),
                uuid,
                profile: address.profile.clone(),
                created: micros(),
                locked: false,
                max_members: 0,
                pin: String::new(),
                members: Vec::new(),
                floor: None,
                variables: Vec::new(),
                entry_sound: true,
                exit_sound: true,
                entry_file: None,
                exit_file: None,
                relations: BTreeMap::new(),
                tapes: Vec::new(),
                plays: Queue::default(),
                ending: false,
            },
        );
        self.tell_room(&address.name, "conference-create", &[]);
    }

    fn join(&mut self, uuid: &str, name: &str, flags: &[String]) {
        let has = |wanted: &str| flags.iter().any(|flag| flag == wanted);
        self.last_member += 1;
        let id = self.last_member;
        let member = Member {
            id,
            uuid: uuid.to_owned(),
            joined: micros(),
            muted: has("mute"),
            deaf: has("deaf"),
            hold: false,
            hold_music: None,
            plays: Queue::default(),
            pressed: String::new(),
            talking: false,
            moderator: has("moderator"),
            endconf: has("endconf"),
            mandatory: has("mandatory_member_endconf"),
            energy: 100,
            volume_in: 0,
            volume_out: 0,
            chatty: self.config.chatter,
            last_talked: 0,
        };
        let Some(room) = self.rooms.get_mut(name) else { return };
        let (room_uuid, muted) = (room.uuid.clone(), member.muted);
        room.members.push(member);
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.room = Some(name.to_owned());
            channel.set("conference_name", name);
            channel.set("conference_member_id", id.to_string());
            channel.set("conference_uuid", room_uuid);
            channel.set("conference_moderator", has("moderator").to_string());
        }
        self.tell_member(uuid, "add-member", &[]);
        let entry = self.rooms.get(name).filter(|room| room.entry_sound && room.members.len() > 1);
        if let Some(file) = entry.and_then(|room| room.entry_file.clone()) {
            self.queue_for_room(name, &file);
        }
        let floor_of = name.to_owned();
        self.after_on(TICK, uuid, move |world, uuid| {
            if world.rooms.get(&floor_of).is_some_and(|room| room.floor.is_none()) {
                world.take_floor(&floor_of, uuid);
            }
        });
        let pours = self.channels.get(uuid).is_some_and(|channel| channel.pours_in);
        if pours && !muted {
            // Moved while its phone held it: the phone's own music is heard by all.
            self.after_on(Duration::from_millis(60), uuid, |world, uuid| world.talk(uuid, true));
        } else {
            self.chat_later(uuid);
        }
    }

    /// A member leaves its room, for whatever reason.
    pub(super) fn leave_room(&mut self, uuid: &str) {
        let Some(channel) = self.channels.get_mut(uuid) else { return };
        let Some(name) = channel.room.take() else { return };
        let Some(room) = self.rooms.get_mut(&name) else { return };
        let Some(at) = room.members.iter().position(|member| member.uuid == uuid) else { return };
        let member = room.members.remove(at);
        room.forget_relations(member.id);
        let held_floor = room.floor == Some(member.id);
        if held_floor {
            room.floor = None;
            self.tell_room(&name, "floor-change", &[("Old-ID", member.id.to_string()), ("New-ID", "none".into())]);
        }
        self.stop_for_leaver(&name, member.plays.clone());
        let left = member.clone();
        self.tell_left(uuid, &name, &left);
        let Some(room) = self.rooms.get_mut(&name) else { return };
        let room_uuid = room.uuid.clone();
        let mandatory_gone = member.mandatory && !room.members.iter().any(|member| member.mandatory);
        let exit = room.exit_file.clone().filter(|_| room.exit_sound && !room.members.is_empty());
        if room.members.is_empty() {
            self.stop_for_all(&name);
            self.close_room(&name, &room_uuid);
        } else if member.endconf || mandatory_gone {
            // Everyone is hung up, whatever was to follow the room.
            let others: Vec<String> = room.members.iter().map(|member| member.uuid.clone()).collect();
            for other in others {
                self.hang_up(&other, "NORMAL_CLEARING");
            }
        } else if held_floor {
            let next = room.members.iter().find(|member| member.talking).or(room.members.first());
            if let Some(next) = next.map(|member| member.uuid.clone()) {
                let name = name.clone();
                self.after_on(Duration::from_millis(1), &next, move |world, next| {
                    if world.rooms.get(&name).is_some_and(|room| room.floor.is_none()) {
                        world.take_floor(&name, next);
                    }
                });
            }
        }
        if let Some(file) = exit {
            self.queue_for_room(&name, &file);
        }
    }

    fn close_room(&mut self, name: &str, room_uuid: &str) {
        if let Some(room) = self.rooms.get_mut(name) {
            room.ending = true;
        }
        let (name, room_uuid) = (name.to_owned(), room_uuid.to_owned());
        // What an event needs of a room that a new one of the same name may replace meanwhile.
        let ghost = self.rooms.get(&name).cloned();
        self.after(TICK, move |world| {
            if let Some(ghost) = ghost {
                world.tapes_end(&ghost);
                world.tell_room_of(&ghost, "conference-destroy", &[]);
            }
            world.rooms.retain(|_, room| room.uuid != room_uuid);
        });
    }

    pub(super) fn take_floor(&mut self, name: &str, uuid: &str) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        let Some(id) = room.member(uuid).map(|member| member.id) else { return };
        if room.floor == Some(id) {
            return;
        }
        let before = room.floor.replace(id).map_or("none".to_owned(), |id| id.to_string());
        self.tell_member(uuid, "floor-change", &[("Old-ID", before), ("New-ID", id.to_string())]);
    }

    /// `kick` and `hup`: out of the room at the next frame; what follows the room in its dialplan goes on.
    pub(super) fn throw_out(&mut self, uuid: &str, action: &'static str) {
        self.tell_member(uuid, action, &[]);
        self.after_on(TICK, uuid, |world, uuid| {
            let Some(channel) = world.live(uuid) else { return };
            let running = channel.stack.iter().find(|running| running.wait == Wait::Room).map(|r| r.id);
            if let Some(id) = running {
                world.leave_room(uuid);
                world.finish_app(uuid, id);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_at_starts_the_profile_and_a_plus_the_pin() {
        let address = RoomAddress::parse("a@b@mine+1234+flags{join-only|mute}");
        assert_eq!((address.name.as_str(), address.profile.as_str()), ("a@b", "mine"));
        assert_eq!(address.flags, ["join-only", "mute"]);
        assert_eq!(RoomAddress::parse("room++flags{mute}").profile, "default");
    }
}
