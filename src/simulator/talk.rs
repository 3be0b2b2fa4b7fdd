//! Who is heard: members who speak now and then, and what muting and holding do to it.

use super::world::{World, micros};

impl World {
    /// Plans when a member speaks next.
    pub(super) fn chat_later(&mut self, uuid: &str) {
        let Some(member) = self.member_of(uuid) else { return };
        if !member.chatty {
            return;
        }
        let id = member.id;
        let pause = self.between(1500, 9000);
        self.after_on(pause, uuid, move |world, uuid| {
            if world.member_of(uuid).is_none_or(|member| member.id != id || !member.chatty) {
                return;
            }
            world.talk(uuid, true);
            let length = world.between(900, 4000);
            world.after_on(length, uuid, move |world, uuid| {
                if world.member_of(uuid).is_some_and(|member| member.id == id && member.chatty) {
                    world.talk(uuid, false);
                    world.chat_later(uuid);
                }
            });
        });
    }

    /// A member begins or stops to speak. One who is muted, or whose phone holds, is not heard.
    pub(super) fn talk(&mut self, uuid: &str, on: bool) {
        let holds = self.channels.get(uuid).is_some_and(|channel| channel.phone_hold);
        let Some(name) = self.channels.get(uuid).and_then(|channel| channel.room.clone()) else { return };
        let Some(room) = self.rooms.get_mut(&name) else { return };
        let floor = room.floor;
        let floor_busy = room.members.iter().any(|member| Some(member.id) == floor && member.talking);
        let Some(member) = room.members.iter_mut().find(|member| member.uuid == uuid) else { return };
        if member.talking == on || (on && (member.muted || member.hold || holds)) {
            return;
        }
        member.talking = on;
        member.last_talked = micros();
        let takes_floor = on && floor != Some(member.id) && !floor_busy;
        self.tell_member(uuid, if on { "start-talking" } else { "stop-talking" }, &[]);
        if takes_floor {
            self.take_floor(&name, uuid);
        }
    }

    /// Muted or held in mid-sentence: silent, and no event says so.
    pub(super) fn silence(&mut self, uuid: &str) {
        let Some(name) = self.channels.get(uuid).and_then(|channel| channel.room.clone()) else { return };
        let room = self.rooms.get_mut(&name);
        if let Some(member) = room.and_then(|room| room.members.iter_mut().find(|member| member.uuid == uuid)) {
            member.talking = false;
        }
    }

    pub(super) fn member_mut(&mut self, uuid: &str) -> Option<&mut super::room::Member> {
        let name = self.channels.get(uuid)?.room.as_ref()?;
        self.rooms.get_mut(name)?.members.iter_mut().find(|member| member.uuid == uuid)
    }

    pub(super) fn member_of(&self, uuid: &str) -> Option<&super::room::Member> {
        let name = self.channels.get(uuid)?.room.as_ref()?;
        self.rooms.get(name)?.member(uuid)
    }
}
