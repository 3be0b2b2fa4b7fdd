//! `conference::maintenance` events, and a room as text and JSON.

use super::{
    channel::Channel,
    event::Event,
    recorder::Tape,
    room::{Member, Room, RoomAddress},
    world::{World, micros},
};
use serde_json::{Value, json};

const MAINTENANCE: &str = "conference::maintenance";

impl World {
    /// Tells of a room as a whole.
    pub(super) fn tell_room(&mut self, name: &str, action: &str, more: &[(&'static str, String)]) {
        if let Some(room) = self.rooms.get(name).cloned() {
            self.tell_room_of(&room, action, more);
        }
    }

    pub(super) fn tell_room_of(&mut self, room: &Room, action: &str, more: &[(&'static str, String)]) {
        if !self.wanted("CUSTOM", Some(MAINTENANCE)) {
            return;
        }
        let mut event = Event::custom(MAINTENANCE);
        room.head(&mut event, &self.config.domain);
        event.add("Action", action);
        for (name, value) in more {
            event.add(*name, value.as_str());
        }
        self.fire(event);
    }

    /// Tells of one member.
    pub(super) fn tell_member(&mut self, uuid: &str, action: &str, more: &[(&'static str, String)]) {
        let Some(name) = self.channels.get(uuid).and_then(|channel| channel.room.clone()) else { return };
        let Some(member) = self.rooms.get(&name).and_then(|room| room.member(uuid)).cloned() else { return };
        self.tell_about(uuid, &name, &member, action, more);
    }

    /// Tells of a member that is in the room no more.
    pub(super) fn tell_left(&mut self, uuid: &str, name: &str, member: &Member) {
        self.tell_about(uuid, name, member, "del-member", &[]);
    }

    fn tell_about(&mut self, uuid: &str, name: &str, member: &Member, action: &str, more: &[(&'static str, String)]) {
        if !self.wanted("CUSTOM", Some(MAINTENANCE)) {
            return;
        }
        let (Some(room), Some(channel)) = (self.rooms.get(name), self.channels.get(uuid)) else { return };
        let mut event = Event::custom(MAINTENANCE);
        event.uuid = Some(uuid.to_owned());
        room.head(&mut event, &self.config.domain);
        event.add("Floor", (room.floor == Some(member.id)).to_string());
        channel.describe(&mut event);
        let yes = |value: bool| value.to_string();
        event
            .add("Video", "false")
            .add("Hear", yes(!member.deaf))
            .add("See", "true")
            .add("Speak", yes(!member.muted))
            .add("Talking", yes(member.talking))
            .add("Mute-Detect", "false")
            .add("Hold", yes(member.hold))
            .add("Member-ID", member.id.to_string())
            .add("Member-Type", if member.moderator { "moderator" } else { "member" })
            .add("Member-Ghost", "false")
            .add("Energy-Level", member.energy.to_string())
            .add("Current-Energy", if member.talking { "1200" } else { "0" })
            .add("Action", action);
        for (name, value) in more {
            event.add(*name, value.as_str());
        }
        self.fire(event);
    }

    /// A leg that may only join found no room.
    pub(super) fn tell_refused(&mut self, uuid: &str, address: &RoomAddress) {
        if !self.wanted("CUSTOM", Some(MAINTENANCE)) {
            return;
        }
        let Some(channel) = self.channels.get(uuid) else { return };
        let mut event = Event::custom(MAINTENANCE);
        event.uuid = Some(uuid.to_owned());
        channel.describe(&mut event);
        event
            .add("Conference-Name", address.name.as_str())
            .add("Conference-Domain", self.config.domain.as_str())
            .add("Conference-Profile-Name", address.profile.as_str())
            .add("Action", "rejected-join-only");
        self.fire(event);
    }

    /// Lines of `conference ROOM list`: the newest member first.
    pub(super) fn member_lines(&self, room: &Room) -> String {
        let mut lines = String::new();
        for member in room.members.iter().rev() {
            let Some(channel) = self.channels.get(&member.uuid) else { continue };
            lines.push_str(&format!(
                "{};{};{};{};{};{};{};{};{}\n",
                member.id,
                channel.name,
                member.uuid,
                channel.caller.name,
                channel.caller.number,
                flags(room, member),
                member.volume_in,
                member.volume_out,
                member.energy
            ));
        }
        lines
    }

    /// A room as `json_list` shows it.
    pub(super) fn room_json(&self, room: &Room) -> Value {
        let members: Vec<Value> = room
            .members
            .iter()
            .rev()
            .filter_map(|member| Some(member_json(room, member, self.channels.get(&member.uuid)?)))
            .chain(room.tapes.iter().filter(|tape| tape.open).map(Tape::json))
            .collect();
        let variables: serde_json::Map<String, Value> =
            room.variables.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        let mut shown = json!({
            "conference_name": room.name,
            "member_count": room.members.len(),
            "ghost_count": 0,
            "rate": 8000,
            "run_time": seconds_since(room.created),
            "conference_uuid": room.uuid,
            "canvas_count": 0,
            "max_bw_in": 0,
            "force_bw_in": 0,
            "video_floor_packets": 0,
            "locked": room.locked,
            "destruct": false,
            "wait_mod": false,
            "audio_always": false,
            "running": true,
            "answered": true,
            "enforce_min": true,
            "bridge_to": false,
            "dynamic": true,
            "exit_sound": room.exit_sound,
            "enter_sound": room.entry_sound,
            "recording": room.tapes.iter().any(|tape| tape.open),
            "video_bridge": false,
            "video_floor_only": false,
            "video_rfc4579": false,
            "variables": variables,
            "members": members,
        });
        if room.max_members > 0 {
            shown["max_members"] = room.max_members.into();
        }
        shown
    }
}

impl Room {
    fn head(&self, event: &mut Event, domain: &str) {
        event
            .add("Conference-Name", self.name.as_str())
            .add("Conference-Domain", domain)
            .add("Conference-Size", self.members.len().to_string())
            .add("Conference-Ghosts", "0")
            .add("Conference-Profile-Name", self.profile.as_str())
            .add("Conference-Unique-ID", self.uuid.as_str());
        for (name, value) in &self.variables {
            event.add(name.clone(), value.as_str());
        }
    }

    /// As the first line of `conference list` names them.
    pub(super) fn flag_words(&self) -> String {
        let mut words = vec!["running", "answered", "enforce_min", "dynamic"];
        for (word, set) in [
            ("exit_sound", self.exit_sound),
            ("enter_sound", self.entry_sound),
            ("locked", self.locked),
            ("recording", self.tapes.iter().any(|tape| tape.open)),
        ] {
            if set {
                words.push(word);
            }
        }
        words.push("json_status");
        words.join("|")
    }
}

fn flags(room: &Room, member: &Member) -> String {
    let mut words = Vec::new();
    for (word, set) in [
        ("hear", !member.deaf),
        ("speak", !member.muted),
        ("hold", member.hold),
        ("talking", member.talking),
        ("floor", room.floor == Some(member.id)),
        ("moderator", member.moderator),
        ("endconf", member.endconf),
    ] {
        if set {
            words.push(word);
        }
    }
    words.join("|")
}

fn member_json(room: &Room, member: &Member, channel: &Channel) -> Value {
    json!({
        "type": "caller",
        "id": member.id,
        "flags": {
            "can_hear": !member.hold && !member.deaf,
            "can_see": true,
            "can_speak": !member.hold && !member.muted,
            "hold": member.hold,
            "mute_detect": false,
            "talking": member.talking,
            "has_video": false,
            "video_bridge": false,
            "has_floor": room.floor == Some(member.id),
            "is_moderator": member.moderator,
            "end_conference": member.endconf,
            "mandatory_member_end_conference": member.mandatory,
            "pass_digits": false,
        },
        "uuid": member.uuid,
        "caller_id_name": channel.caller.name,
        "caller_id_number": channel.caller.number,
        "join_time": seconds_since(member.joined),
        "last_talking": if member.last_talked == 0 || member.talking { 0 } else { seconds_since(member.last_talked) },
        "energy": member.energy,
        "volume_in": member.volume_in,
        "volume_out": member.volume_out,
        "output-volume": member.volume_out,
        "input-volume": member.volume_in,
    })
}

fn seconds_since(at: u64) -> u64 {
    micros().saturating_sub(at) / 1_000_000
}
