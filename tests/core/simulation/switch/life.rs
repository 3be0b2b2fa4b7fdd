//! What channels do by themselves: arrive, wait, run their applications, hang up.

use super::dialing_in::ASK_TRIES;
use super::{App, Channel, Death, Doing, LAG, Member, Plan, Play, Room, Switch, Who};
use std::collections::VecDeque;
use switchboard::domain::{
    ids::ChannelId,
    input::{ChannelEventKind, HookEvent, Input, Outcome, RoomEventKind},
    keys::Key,
    setting::{Setting, Settings},
};

const HOOK_TRIES: u8 = 6;

impl Switch {
    pub(super) fn blank(&self, who: Who, name: String, doing: Doing) -> Channel {
        Channel {
            who,
            name,
            answered: false,
            doing,
            then: VecDeque::new(),
            hangup_after_bridge: false,
            park_after_bridge: false,
            park_on_cancel: false,
            park_timeout: None,
            join_muted: false,
            join_deaf: false,
            target: None,
            confirm: false,
            told: false,
            job: None,
            stamp: 0,
            born: self.now,
            disposition: None,
        }
    }

    /// Somebody calls the attendants' number.
    pub fn arrive(&mut self, channel: ChannelId) {
        let mut caller = self.blank(Who::Caller, "sofia/external/caller@192.0.2.9".into(), Doing::Limbo);
        caller.answered = true;
        self.add(channel, caller);
        self.wait(channel);
    }

    /// An ordinary call between an outside party and a station, connected by the operator's dialplan.
    pub fn ordinary_call(&mut self, outsider: ChannelId, station: ChannelId, name: &str) {
        let mut first = self.blank(Who::Outsider, "sofia/external/friend@192.0.2.9".into(), Doing::Bridged(station));
        let mut second = self.blank(Who::Desk, name.to_owned(), Doing::Bridged(outsider));
        first.answered = true;
        second.answered = true;
        first.hangup_after_bridge = true;
        self.add(outsider, first);
        self.add(station, second);
        self.tell(outsider, ChannelEventKind::Bridged(station));
    }

    /// Somebody is put into a room past us.
    pub fn stranger(&mut self, channel: ChannelId, room: &str) {
        let mut stranger = self.blank(Who::Stranger, "sofia/external/nobody@192.0.2.9".into(), Doing::Limbo);
        stranger.answered = true;
        self.add(channel, stranger);
        self.enter(channel, room, true);
    }

    pub(super) fn add(&mut self, id: ChannelId, channel: Channel) {
        *self.made.entry(id).or_default() += 1;
        self.channels.insert(id, channel);
        self.tell(id, ChannelEventKind::Created);
    }

    /// The waiting extension: the hook, then music, then the hook again; at last the fallback.
    fn wait(&mut self, channel: ChannelId) {
        if self.is_guest(channel) {
            return self.try_to_ask(channel, ASK_TRIES);
        }
        self.try_hook(channel, HOOK_TRIES);
    }

    fn try_hook(&mut self, channel: ChannelId, tries: u8) {
        if let Some(found) = self.channels.get_mut(&channel) {
            found.then.clear();
            found.hangup_after_bridge = false;
            found.park_timeout = None;
        }
        if tries == 0 {
            self.change(channel, Doing::Fallback);
            let after = self.chance.ms(5_000, 20_000);
            self.plan(after, Plan::HangUp(channel));
        } else if self.hook_open {
            self.change(channel, Doing::Hook { held: false });
            // `socket` parks the channel while it is asked what to do.
            self.tell(channel, ChannelEventKind::Parked);
            let Some(found) = self.channels.get_mut(&channel) else { return };
            let (disposition, stamp) = (found.disposition.take(), found.stamp);
            self.hooks.push(HookEvent::Arrived {
                channel,
                queue: Some("main".into()),
                caller_name: "Somebody".into(),
                caller_number: "+491".into(),
                variables: Default::default(),
                disposition,
                sip_status: None,
            });
            self.plan(5_000, Plan::HookUnanswered(channel, stamp));
        } else {
            self.change(channel, Doing::Music { tries: tries - 1 });
            let stamp = self.stamp(channel);
            self.plan(5_000, Plan::MusicOver(channel, stamp));
        }
    }

    /// The service keeps the caller in the hook.
    pub fn hook_hold(&mut self, channel: ChannelId) {
        if let Some(Channel { doing: Doing::Hook { held }, .. }) = self.channels.get_mut(&channel) {
            *held = true;
        }
    }

    /// The service lets go: its last piece of music ends, then the dialplan goes on.
    pub fn hook_release(&mut self, channel: ChannelId) {
        self.guest_released(channel);
        if let Some(Channel { doing: Doing::Hook { held }, stamp, .. }) = self.channels.get_mut(&channel) {
            *held = false;
            let stamp = *stamp;
            self.plan(2_000, Plan::HookUnanswered(channel, stamp));
        }
    }

    /// The service died, or came back.
    pub fn hook_server(&mut self, open: bool) {
        self.hook_open = open;
        if open {
            return;
        }
        let held: Vec<ChannelId> = self
            .channels
            .iter()
            .filter(|(_, channel)| matches!(channel.doing, Doing::Hook { .. }))
            .map(|(id, _)| *id)
            .collect();
        for channel in held {
            self.try_hook(channel, HOOK_TRIES);
        }
        self.nobody_asks();
    }

    pub(super) fn stamp(&self, channel: ChannelId) -> u32 {
        self.channels.get(&channel).map_or(0, |channel| channel.stamp)
    }

    pub(super) fn change(&mut self, channel: ChannelId, doing: Doing) {
        if let Some(found) = self.channels.get_mut(&channel) {
            found.doing = doing;
            found.stamp += 1;
        }
    }

    pub(super) fn partner(&self, channel: ChannelId) -> Option<ChannelId> {
        match self.channels.get(&channel)?.doing {
            Doing::Bridged(other) => Some(other),
            _ => None,
        }
    }

    pub(super) fn unbridge(&mut self, first: ChannelId, second: ChannelId) {
        self.tell(first, ChannelEventKind::Unbridged(Some(second)));
        self.change(first, Doing::Entering);
        self.change(second, Doing::Entering);
    }

    /// Leaves whatever it is in; says whether there is such a channel.
    pub(super) fn leave(&mut self, channel: ChannelId) -> bool {
        let Some(found) = self.channels.get(&channel) else { return false };
        match found.doing.clone() {
            Doing::Room(name) => self.leave_room(channel, &name),
            Doing::Hook { .. } | Doing::Asked => self.hooks.push(HookEvent::Closed { channel }),
            Doing::Dialing(stations) => {
                for station in stations {
                    self.hang_up(station, "ORIGINATOR_CANCEL", None, Death::Killed);
                }
            }
            _ => {}
        }
        self.change(channel, Doing::Entering);
        true
    }

    fn leave_room(&mut self, channel: ChannelId, name: &str) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        room.members.remove(&channel);
        let empty = room.members.is_empty();
        let tapes: Vec<String> = room.recordings.keys().cloned().collect();
        self.tell_room(name, RoomEventKind::Left { channel });
        if empty {
            for tape in tapes {
                self.tape_ends(name, &tape);
            }
            self.rooms.remove(name);
            self.tell_room(name, RoomEventKind::Destroyed);
        }
    }

    /// The present application is over.
    fn next_app(&mut self, channel: ChannelId) {
        let Some(found) = self.channels.get_mut(&channel) else { return };
        match found.then.pop_front() {
            Some(App::WayBack) => self.wait(channel),
            Some(App::Park) => self.park(channel),
            Some(App::Conference { room, join_only }) => self.enter(channel, &room, join_only),
            None => self.hang_up(channel, "NORMAL_CLEARING", None, Death::RanOut),
        }
    }

    pub(super) fn enter(&mut self, channel: ChannelId, name: &str, join_only: bool) {
        let found = self.rooms.get(name);
        if found.is_some_and(|room| room.locked) || (found.is_none() && join_only) {
            return self.next_app(channel);
        }
        if found.is_none() {
            self.rooms.insert(name.to_owned(), Room::default());
            self.tell_room(name, RoomEventKind::Created);
        }
        self.members += 1;
        let member = self.members;
        let (muted, deaf) =
            self.channels.get(&channel).map_or((false, false), |channel| (channel.join_muted, channel.join_deaf));
        if let Some(room) = self.rooms.get_mut(name) {
            let settings = Settings { muted, deaf, ..Settings::default() };
            room.members.insert(channel, Member { id: member, settings });
        }
        self.change(channel, Doing::Room(name.to_owned()));
        self.tell_room(
            name,
            RoomEventKind::Joined { channel, member, seen: vec![Setting::Muted(muted), Setting::Deaf(deaf)] },
        );
    }

    pub(super) fn park(&mut self, channel: ChannelId) {
        self.change(channel, Doing::Park);
        let Some(found) = self.channels.get_mut(&channel) else { return };
        found.park_after_bridge = false;
        let (timeout, stamp) = (found.park_timeout.take(), found.stamp);
        if let Some(timeout) = timeout {
            self.plan(timeout, Plan::ParkOver(channel, stamp));
        }
        self.tell(channel, ChannelEventKind::Parked);
    }

    /// The channel ends, and with it what depends on it.
    pub fn hang_up(&mut self, channel: ChannelId, cause: &'static str, sip_status: Option<u16>, death: Death) {
        let info = self.info(channel);
        let Some(gone) = self.channels.remove(&channel) else { return };
        self.dead.push_back((self.now, channel, info.clone()));
        while self.dead.front().is_some_and(|(died, ..)| self.now - died > LAG) {
            self.dead.pop_front();
        }
        if let Doing::Room(name) = &gone.doing {
            self.leave_room(channel, &name.clone());
        }
        if let Doing::Hook { .. } | Doing::Asked = gone.doing {
            self.hooks.push(HookEvent::Closed { channel });
        }
        if let Doing::Bridged(other) = gone.doing {
            self.tell_gone(channel, ChannelEventKind::Unbridged(Some(other)), &info);
            self.partner_left(other, channel);
        }
        let hung_up = ChannelEventKind::HungUp { cause: cause.to_owned(), sip_status, disposition: None };
        if let Some(failed) = gone.job.and_then(|job| self.leg_out(job, channel, cause, true)) {
            if cause == "NO_ANSWER" || self.chance.percent(30) {
                self.events.push(failed);
                self.tell_gone(channel, hung_up, &info);
            } else {
                self.tell_gone(channel, hung_up, &info);
                self.events.push(failed);
            }
        } else {
            self.tell_gone(channel, hung_up, &info);
        }
        if let Doing::Dialing(stations) = &gone.doing {
            for station in stations.clone() {
                self.hang_up(station, "ORIGINATOR_CANCEL", None, Death::Killed);
            }
        }
        self.station_refused(channel, cause);
        self.deaths.push((channel, gone, death));
    }

    fn tell_gone(
        &mut self,
        channel: ChannelId,
        kind: ChannelEventKind,
        info: &switchboard::domain::input::ChannelInfo,
    ) {
        self.events.push(Input::Channel(switchboard::domain::input::ChannelEvent {
            channel,
            kind,
            info: info.clone(),
        }));
    }

    /// The bridge is over for the one who is left.
    fn partner_left(&mut self, channel: ChannelId, _gone: ChannelId) {
        let Some(found) = self.channels.get(&channel) else { return };
        if found.park_after_bridge {
            self.park(channel);
        } else if found.hangup_after_bridge || matches!(found.who, Who::Station | Who::Desk) {
            self.hang_up(channel, "NORMAL_CLEARING", None, Death::PartnerGone);
        } else {
            self.change(channel, Doing::Entering);
            let stamp = self.stamp(channel);
            let after = self.chance.ms(1, 40);
            self.plan(after, Plan::NextApp(channel, stamp));
        }
    }

    /// One of the stations a caller rings is out. With the last, the caller goes on.
    pub(super) fn station_refused(&mut self, station: ChannelId, cause: &str) {
        let caller = self.channels.iter_mut().find_map(|(id, channel)| match &mut channel.doing {
            Doing::Dialing(stations) if stations.contains(&station) => {
                stations.retain(|other| *other != station);
                channel.disposition = Some(cause.to_owned());
                Some((*id, stations.is_empty()))
            }
            _ => None,
        });
        if let Some((caller, true)) = caller {
            self.change(caller, Doing::Entering);
            let stamp = self.stamp(caller);
            let after = self.chance.ms(5, 40);
            self.plan(after, Plan::NextApp(caller, stamp));
        }
    }

    /// Something planned is due.
    pub fn happen(&mut self, plan: Plan) {
        match plan {
            Plan::Create { leg, from } => self.create(leg, from),
            Plan::Ring(id) => {
                if self.channels.get(&id).is_some_and(|channel| channel.doing == Doing::Ringing) {
                    self.tell(id, ChannelEventKind::Ringing);
                }
            }
            Plan::Answer(id) => self.answered(id),
            Plan::Told(id, stamp) if self.stamp(id) == stamp && self.channels.contains_key(&id) => self.reached(id),
            Plan::Press(id) => {
                if self.channels.get(&id).is_some_and(|channel| channel.doing == Doing::Confirming) {
                    self.reached(id);
                }
            }
            Plan::Refuse(id, cause, status) => {
                let at = if cause == "ALLOTTED_TIMEOUT" { Doing::Confirming } else { Doing::Ringing };
                if self.channels.get(&id).is_some_and(|channel| channel.doing == at) {
                    self.hang_up(id, cause, status, Death::Themselves);
                }
            }
            Plan::HookUnanswered(id, stamp) if self.stamp(id) == stamp => {
                if let Some(Channel { doing: Doing::Hook { held: false }, .. }) = self.channels.get(&id) {
                    self.hooks.push(HookEvent::Closed { channel: id });
                    self.change(id, Doing::Music { tries: HOOK_TRIES - 1 });
                    let stamp = self.stamp(id);
                    self.plan(5_000, Plan::MusicOver(id, stamp));
                }
            }
            Plan::MusicOver(id, stamp) if self.stamp(id) == stamp => {
                if let Some(Channel { doing: Doing::Music { tries }, .. }) = self.channels.get(&id) {
                    let tries = *tries;
                    if self.is_guest(id) { self.try_to_ask(id, tries) } else { self.try_hook(id, tries) }
                }
            }
            Plan::ParkOver(id, stamp) if self.stamp(id) == stamp && self.channels.contains_key(&id) => {
                self.hang_up(id, "NORMAL_CLEARING", None, Death::ParkOver);
            }
            Plan::NextApp(id, stamp) if self.stamp(id) == stamp => self.next_app(id),
            Plan::BridgeNow(first, second) => self.bridge_now(first, second),
            Plan::HangUp(id) => {
                if self.channels.get(&id).is_some_and(|channel| channel.answered) {
                    self.hang_up(id, "NORMAL_CLEARING", None, Death::Themselves);
                }
            }
            Plan::Played(name, number) => {
                let Some(room) = self.rooms.get_mut(&name) else { return };
                let Some(place) = room.plays.iter().position(|play| play.number == number) else { return };
                let Play { channel, file, .. } = room.plays.remove(place);
                room.heard.insert(file.clone());
                self.tell_room(&name, RoomEventKind::Played { channel, file });
            }
            Plan::Decline(id) => {
                if self.channels.get(&id).is_some_and(|channel| channel.doing == Doing::Confirming) {
                    self.tell(id, ChannelEventKind::Pressed(Key::NINE));
                }
            }
            Plan::JobFailed(channels, cause) => {
                self.events.push(Input::Job { channels, outcome: Outcome::Err(cause.to_owned()) });
            }
            Plan::Record(room, path) => self.tape_opens(&room, &path),
            Plan::Typed(id, stamp, typed) if self.stamp(id) == stamp => self.typed(id, typed),
            Plan::SentAway(id, stamp) if self.stamp(id) == stamp => {
                self.hang_up(id, "NORMAL_CLEARING", None, Death::RanOut);
            }
            Plan::Told(..)
            | Plan::Typed(..)
            | Plan::SentAway(..)
            | Plan::HookUnanswered(..)
            | Plan::MusicOver(..)
            | Plan::ParkOver(..)
            | Plan::NextApp(..) => {}
        }
    }

    /// At the phone of this channel.
    pub fn press_keys(&mut self, channel: ChannelId, keys: &str) {
        for key in keys.chars().filter_map(Key::new) {
            self.tell(channel, ChannelEventKind::Pressed(key));
        }
    }

    /// `conference ROOM kick`: ends the application only. A leg originated straight into the room ends with it.
    pub fn kick(&mut self, channel: ChannelId) {
        if self.leave(channel) {
            self.next_app(channel);
        }
    }

    /// The far end of a caller who hears music while stations ring.
    pub fn is_caller_dialing(&self, channel: &Channel) -> bool {
        matches!(channel.doing, Doing::Dialing(_))
    }
}
