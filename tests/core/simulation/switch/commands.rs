//! What the switch does with each command, and what it says. What it says proves nothing.

use super::{App, Death, Doing, Origin, Plan, Play, Switch, Who};
use switchboard::domain::{
    announcement::Listener,
    effect::{Command, Room, Target},
    hearing::Relate,
    ids::ChannelId,
    input::{Outcome, RoomEventKind},
    setting::{Setting, Settings},
};

pub(super) fn ok() -> Outcome {
    Outcome::Ok(String::new())
}

fn no_such_channel() -> Outcome {
    Outcome::Err("No such channel!".into())
}

impl Switch {
    /// Carries out one command.
    pub fn execute(&mut self, command: &Command) -> Outcome {
        match command {
            Command::Exists(channel) => Outcome::Ok(self.channels.contains_key(channel).to_string()),
            // Nobody's sound goes past this switch.
            Command::AskMedia { .. } => Outcome::Ok("_undef_".into()),
            // Asked by the shell, which is not simulated here.
            Command::AskHook(channel) => self.found(*channel),
            Command::SetVariables { channel, variables } => {
                let Some(found) = self.channels.get_mut(channel) else { return no_such_channel() };
                for (name, value) in variables {
                    let yes = value.as_str() == "true";
                    match name.as_str() {
                        "hangup_after_bridge" => found.hangup_after_bridge = yes,
                        "park_after_bridge" => found.park_after_bridge = yes,
                        "uuid_bridge_park_on_cancel" => found.park_on_cancel = yes,
                        "park_timeout" => found.park_timeout = value.as_str().parse::<i64>().ok().map(|s| s * 1000),
                        "switchboard_participant" if matches!(found.who, Who::Leg(_)) => {
                            found.who = Who::Leg(value.to_string());
                        }
                        "conference_member_flags" => found.join_muted = value.as_str() == "mute",
                        _ => {}
                    }
                }
                ok()
            }
            Command::DialFromCaller { caller, stations, ring, .. } => {
                let ring = i64::try_from(ring.as_millis()).unwrap_or(0);
                if !self.leave(*caller) {
                    return no_such_channel();
                }
                let Some(found) = self.channels.get_mut(caller) else { return no_such_channel() };
                found.hangup_after_bridge = false;
                found.then = [App::WayBack].into();
                found.disposition = None;
                found.doing = Doing::Dialing(stations.iter().map(|(leg, _)| *leg).collect());
                for (leg, _) in stations {
                    let after = self.chance.ms(1, 40);
                    self.plan(after, Plan::Create { leg: *leg, from: Origin::Caller { caller: *caller, ring } });
                }
                ok()
            }
            Command::ReturnToWaiting { channel, .. } => {
                self.transfer(*channel, [App::WayBack]);
                self.found(*channel)
            }
            Command::MovePair { channel, room } => {
                let partner = self.partner(*channel);
                let apps = || [App::Conference { room: room.name.to_string(), join_only: false }, App::Park];
                // Told together, so neither takes the other with it.
                if let Some(partner) = partner {
                    self.unbridge(*channel, partner);
                    self.transfer(partner, apps());
                }
                self.transfer(*channel, apps());
                self.found(*channel)
            }
            // Read when it is answered.
            Command::Redirect { leg, room, door } => {
                let Some(found) = self.channels.get_mut(leg) else { return no_such_channel() };
                if let Some(Target::Room(..)) = found.target {
                    found.target = Some(Target::Room(room.clone(), *door));
                }
                ok()
            }
            Command::LetSettle(_) => ok(),
            Command::EnterRoom { channel, room, door } => {
                let conference = App::Conference { room: room.name.to_string(), join_only: door.join_only };
                if let Some(found) = self.channels.get_mut(channel) {
                    found.join_muted |= door.muted;
                    found.join_deaf = door.deaf;
                }
                self.transfer(*channel, [conference, App::Park]);
                self.found(*channel)
            }
            Command::Bridge { first, second } => {
                let answered = |id| self.channels.get(id).is_some_and(|channel| channel.answered);
                if !answered(first) || !answered(second) {
                    return no_such_channel();
                }
                let after = self.chance.ms(1, 30);
                self.plan(after, Plan::BridgeNow(*first, *second));
                ok()
            }
            Command::Hold { caller, .. } => {
                let Some(station) = self.partner(*caller) else { return no_such_channel() };
                self.unbridge(*caller, station);
                self.change(*caller, Doing::HoldMusic);
                if let Some(found) = self.channels.get_mut(caller) {
                    found.then = [App::WayBack].into();
                }
                self.park(station);
                ok()
            }
            Command::Originate(wanted) => self.originate(wanted),
            Command::Kill { channel, cause } => {
                if !self.channels.contains_key(channel) {
                    return no_such_channel();
                }
                let cause = match cause {
                    switchboard::domain::effect::KillCause::NormalClearing => "NORMAL_CLEARING",
                    switchboard::domain::effect::KillCause::OriginatorCancel => "ORIGINATOR_CANCEL",
                    switchboard::domain::effect::KillCause::CallRejected => "CALL_REJECTED",
                };
                self.hang_up(*channel, cause, None, Death::Killed);
                ok()
            }
            Command::Set { room, member, setting, .. } => self.set(room, *member, *setting),
            Command::Press { room, member, .. } => self.press(room, *member),
            Command::Relate { room, relate } => self.relate(room, relate),
            Command::AskRelations(room) => self.list_relations(room),
            Command::Announce { room, sound } => self.announce(room, sound.as_str()),
            Command::Record { room, path, verb } => self.recorder(room, path.as_str(), *verb),
            Command::Lock { room, on } => {
                let Some(found) = self.rooms.get_mut(room.name.as_str()) else {
                    return Outcome::Err("Conference not found".into());
                };
                found.locked = *on;
                self.tell_room(room.name.as_str(), RoomEventKind::Locked(*on));
                ok()
            }
            Command::Play { room, file, listener } => self.play(room, file.as_str(), listener.as_ref()),
            Command::Say { room, speech, listener } => self.play(room, &speech.file(), listener.as_ref()),
            Command::StopPlaying { room, listener } => {
                let channel = listener.map(|listener| listener.channel);
                let Some(found) = self.rooms.get_mut(room.name.as_str()) else {
                    return Outcome::Err("Conference not found".into());
                };
                let (stopped, plays) = found.plays.drain(..).partition(|play: &Play| play.channel == channel);
                found.plays = plays;
                for Play { channel, file, .. } in stopped {
                    self.tell_room(room.name.as_str(), RoomEventKind::Played { channel, file });
                }
                ok()
            }
            Command::DoorSound { room, door, .. } => {
                if !self.rooms.contains_key(room.name.as_str()) {
                    return Outcome::Err("Conference not found".into());
                }
                self.tell_room(room.name.as_str(), RoomEventKind::DoorSound(*door));
                ok()
            }
            Command::TakeMedia(channel) => self.found(*channel),
        }
    }

    fn found(&self, channel: ChannelId) -> Outcome {
        if self.channels.contains_key(&channel) { ok() } else { no_such_channel() }
    }

    fn set(&mut self, room: &Room, member: u32, setting: Setting) -> Outcome {
        let name = room.name.as_str();
        let Some(found) = self.rooms.get_mut(name) else { return Outcome::Err("Conference not found".into()) };
        let Some((channel, of)) = found.members.iter_mut().find(|(_, of)| of.id == member) else {
            return Outcome::Err(format!("Non-Existant ID {member}"));
        };
        of.settings.set(setting);
        let (channel, Settings { muted, deaf, .. }) = (*channel, of.settings);
        let seen = match setting {
            Setting::Hold(_) => vec![Setting::Muted(muted), Setting::Deaf(deaf)],
            _ => Vec::new(),
        };
        self.tell_room(name, RoomEventKind::Set { channel, setting, seen });
        ok()
    }

    /// No event tells of it. Those who are not there are passed over, with an error among the lines.
    fn relate(&mut self, room: &Room, relate: &Relate) -> Outcome {
        let Some(found) = self.rooms.get_mut(room.name.as_str()) else {
            return Outcome::Err("Conference not found".into());
        };
        let members: Vec<u32> = found.members.values().map(|member| member.id).collect();
        for speaker in relate.speakers.iter().filter(|id| members.contains(id)) {
            for listener in relate.listeners.iter().filter(|id| members.contains(id)) {
                if relate.block {
                    found.blocked.insert((*speaker, *listener));
                } else {
                    found.blocked.remove(&(*speaker, *listener));
                }
            }
        }
        ok()
    }

    fn list_relations(&self, room: &Room) -> Outcome {
        let Some(found) = self.rooms.get(room.name.as_str()) else {
            return Outcome::Err("Conference not found".into());
        };
        Outcome::Relations(found.blocked.iter().map(|pair| (*pair, true)).collect())
    }

    fn press(&mut self, room: &Room, member: u32) -> Outcome {
        let name = room.name.as_str();
        let Some(found) = self.rooms.get(name) else { return Outcome::Err("Conference not found".into()) };
        let Some((channel, _)) = found.members.iter().find(|(_, of)| of.id == member) else {
            return Outcome::Err(format!("Non-Existant ID {member}"));
        };
        let channel = *channel;
        self.tell_room(name, RoomEventKind::Pressed { channel });
        ok()
    }

    /// Each sound lasts for a while of its own; some are not there.
    pub(super) fn play(&mut self, room: &Room, file: &str, listener: Option<&Listener>) -> Outcome {
        let name = room.name.as_str();
        let missing = self.chance.percent(10);
        let (file, number) = (file.to_owned(), self.chance.ms(0, i64::MAX / 2));
        let channel = listener.map(|listener| listener.channel);
        let Some(found) = self.rooms.get_mut(name) else { return Outcome::Err("Conference not found".into()) };
        if channel.is_some_and(|channel| !found.members.contains_key(&channel)) {
            return Outcome::Err("Member: 3087148495 not found.".into());
        }
        if !missing {
            found.plays.push(Play { number, channel, file: file.clone() });
        }
        if !missing || channel.is_none() {
            self.tell_room(name, RoomEventKind::Playing { channel, file, failed: missing });
        }
        if missing {
            return Outcome::Err("(play) File not found.".into());
        }
        let after = self.chance.ms(200, 4_000);
        self.plan(after, Plan::Played(name.to_owned(), number));
        ok()
    }

    /// Takes a channel from what it does to these applications. One of a pair taken alone loses its partner.
    pub(super) fn transfer(&mut self, channel: ChannelId, apps: impl IntoIterator<Item = App>) {
        if let Some(partner) = self.partner(channel) {
            self.unbridge(channel, partner);
            self.hang_up(partner, "NORMAL_CLEARING", None, Death::MovedAlone);
        }
        if !self.leave(channel) {
            return;
        }
        self.change(channel, Doing::Entering);
        let Some(found) = self.channels.get_mut(&channel) else { return };
        found.then = apps.into_iter().collect();
        let stamp = found.stamp;
        let slow = self.chance.percent(5);
        let after = if slow { self.chance.ms(300, 600) } else { self.chance.ms(1, 25) };
        self.plan(after, Plan::NextApp(channel, stamp));
    }

    /// Is this one of somebody's stations?
    pub fn is_inbound(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_some_and(|channel| matches!(channel.who, Who::Caller | Who::Outsider))
    }
}
