//! Two legs talking: made by `bridge` or `uuid_bridge`, ended by either, held by a phone.

use super::{
    apps::application_headers,
    channel::{Bond, Running, State, Wait},
    world::{TICK, World, micros},
};
use std::time::Duration;

impl World {
    /// Connects two legs; `leader` runs the bridge.
    pub(super) fn bind(&mut self, leader: &str, follower: &str, soft: bool) {
        let (Some(a), Some(b)) = (self.channels.get(leader), self.channels.get(follower)) else { return };
        let (a_leg, b_leg) = (a.as_other_leg("originator"), b.as_other_leg("originatee"));
        for (uuid, other, leads) in [(leader, b_leg, true), (follower, a_leg, false)] {
            let Some(channel) = self.channels.get_mut(uuid) else { return };
            channel.bond = Some(Bond { partner: other.uuid.clone(), leads });
            channel.bridged = micros();
            channel.set("bridge_channel", other.channel_name.as_str());
            channel.set("bridge_uuid", other.uuid.as_str());
            channel.set("signal_bond", other.uuid.as_str());
            channel.set("last_bridge_to", other.uuid.as_str());
            channel.set("call_uuid", leader);
            channel.other = Some(other);
        }
        let ends = [("Bridge-A-Unique-ID", leader.to_owned()), ("Bridge-B-Unique-ID", follower.to_owned())];
        self.tell("CHANNEL_BRIDGE", leader, &ends, &[]);
        self.set_state(follower, State::ExchangeMedia);
        if soft {
            self.tell_of("CALL_UPDATE", follower);
            self.tell_of("CALL_UPDATE", leader);
        }
    }

    pub(super) fn tell_unbridged(&mut self, leader: &str) {
        let partner = self.channels.get(leader).and_then(|c| c.get("bridge_uuid")).unwrap_or_default().to_owned();
        if let Some(channel) = self.channels.get_mut(leader)
            && channel.cause.is_none()
            && channel.bond.is_none()
        {
            // Told of a leg that moves on, not of one that was left.
            channel.other = None;
        }
        let ends = [("Bridge-A-Unique-ID", leader.to_owned()), ("Bridge-B-Unique-ID", partner)];
        self.tell("CHANNEL_UNBRIDGE", leader, &ends, &[]);
    }

    /// Ends a bridge without a word about what becomes of the legs; gives the partner.
    pub(super) fn unbind(&mut self, uuid: &str) -> Option<String> {
        let bond = self.channels.get(uuid)?.bond.clone()?;
        let leader = if bond.leads { uuid } else { bond.partner.as_str() };
        self.tell_unbridged(leader);
        for leg in [uuid, bond.partner.as_str()] {
            if let Some(channel) = self.channels.get_mut(leg) {
                channel.bond = None;
            }
        }
        Some(bond.partner)
    }

    /// A leg goes: its partner is on its own now.
    pub(super) fn part(&mut self, uuid: &str) {
        if let Some(partner) = self.unbind(uuid) {
            self.left_behind(&partner);
        }
    }

    /// What becomes of a leg whose partner is gone, unless it was moved elsewhere meanwhile.
    pub(super) fn left_behind(&mut self, uuid: &str) {
        let Some(channel) = self.live(uuid) else { return };
        if channel.bond.is_some() {
            return;
        }
        let in_bridge = channel.stack.first().is_some_and(|running| running.wait == Wait::Bridge);
        let leads = channel.state == State::SoftExecute;
        let follows = channel.state == State::ExchangeMedia;
        if !in_bridge && !leads && !follows {
            return;
        }
        if channel.flag("park_after_bridge") {
            self.unwind_music(uuid);
            self.park_state(uuid);
        } else if in_bridge && !follows {
            self.unwind_music(uuid);
            let Some(channel) = self.live_mut(uuid) else { return };
            let ends = channel.flag("hangup_after_bridge");
            if let Some(running) = channel.stack.pop() {
                self.tell_returned(uuid, &running);
            }
            if ends {
                self.hang_up(uuid, "NORMAL_CLEARING");
            } else {
                self.go_on(uuid);
            }
        } else {
            self.hang_up(uuid, "NORMAL_CLEARING");
        }
    }

    /// Ends the music a phone's hold played to the leg that was held.
    fn unwind_music(&mut self, uuid: &str) {
        while let Some(channel) = self.channels.get_mut(uuid)
            && channel.stack.last().is_some_and(|running| matches!(running.wait, Wait::Play { .. }))
        {
            if let Some(running) = channel.stack.pop() {
                self.tell_returned(uuid, &running);
            }
        }
    }

    /// Parks a leg by its state, without an application.
    fn park_state(&mut self, uuid: &str) {
        let id = self.next_serial();
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.actions.clear();
        channel.stack = vec![Running {
            id,
            app: String::new(),
            arg: String::new(),
            app_uuid: String::new(),
            wait: Wait::Park,
            locked: false,
        }];
        self.set_state(uuid, State::Park);
        self.park_started(uuid);
    }

    /// `uuid_bridge`: both legs leave what they are in, meet a frame later.
    pub(super) fn bridge_two(&mut self, first: &str, second: &str) {
        let (first, second) = (first.to_owned(), second.to_owned());
        self.after(TICK, move |world| {
            for (uuid, other) in [(&first, &second), (&second, &first)] {
                let other = world.channels.get(other).map(|channel| channel.as_other_leg("originatee"));
                if let Some(left) = world.unbind(uuid)
                    && left != first
                    && left != second
                {
                    world.left_behind(&left);
                }
                let Some(channel) = world.live_mut(uuid) else { continue };
                channel.other = other;
                channel.profile_index += 1;
                world.unwind(uuid);
                for state in [State::Hibernate, State::Reset, State::SoftExecute] {
                    world.set_state(uuid, state);
                }
            }
            world.after(TICK, move |world| world.meet(&first, &second));
        });
    }

    fn meet(&mut self, first: &str, second: &str) {
        let here = |world: &Self, uuid: &str| world.live(uuid).is_some_and(|c| c.state == State::SoftExecute);
        match (here(self, first), here(self, second)) {
            (true, true) => {
                for (uuid, other) in [(first, second), (second, first)] {
                    let app_uuid = self.new_uuid();
                    if let Some(channel) = self.live_mut(uuid) {
                        channel.set("current_application", "uuid_bridge");
                        channel.set("current_application_data", other);
                    }
                    let headers = application_headers("uuid_bridge", other, &app_uuid);
                    self.tell("CHANNEL_EXECUTE", uuid, &[], &headers);
                }
                self.bind(first, second, true);
            }
            (true, false) => self.bridge_cancelled(first, true),
            // The second leg waits for one that never comes: no audio, and only a transfer revives it.
            (false, true) => self.bridge_cancelled(second, false),
            (false, false) => {}
        }
    }

    fn bridge_cancelled(&mut self, uuid: &str, dies: bool) {
        let Some(channel) = self.live(uuid) else { return };
        if channel.flag("uuid_bridge_park_on_cancel") || (dies && channel.flag("park_after_bridge")) {
            self.park_state(uuid);
        } else if dies {
            self.hang_up(uuid, "NORMAL_CLEARING");
        }
    }

    /// The hold key of a phone.
    pub(super) fn phone_hold(&mut self, uuid: &str, on: bool) {
        let Some(channel) = self.live_mut(uuid) else { return };
        if channel.phone_hold == on || !channel.is_answered() {
            return;
        }
        if !on {
            self.release_phone_hold(uuid);
            if let Some(channel) = self.live_mut(uuid) {
                channel.pours_in = false;
            }
            return;
        }
        channel.phone_hold = true;
        let partner = channel.bond.as_ref().map(|bond| bond.partner.clone());
        self.set_callstate(uuid, "HELD");
        self.tell_of("CHANNEL_HOLD", uuid);
        self.silence(uuid);
        let Some(partner) = partner else { return };
        let holder = uuid.to_owned();
        self.after_on(Duration::from_millis(140), &partner, move |world, partner| {
            let still = world.live(&holder).is_some_and(|channel| {
                channel.phone_hold && channel.bond.as_ref().is_some_and(|bond| bond.partner == partner)
            });
            if still {
                let app_uuid = world.new_uuid();
                world.execute(partner, "playback", "local_stream://moh", app_uuid, true);
            }
        });
    }

    /// Resumed by the phone, or forgotten because the leg was moved.
    pub(super) fn release_phone_hold(&mut self, uuid: &str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        if !std::mem::take(&mut channel.phone_hold) {
            return;
        }
        channel.pours_in = true;
        let partner = channel.bond.as_ref().map(|bond| bond.partner.clone());
        self.set_callstate(uuid, "UNHELD");
        self.tell_of("CHANNEL_UNHOLD", uuid);
        self.set_callstate(uuid, "ACTIVE");
        if let Some(partner) = partner {
            self.unwind_music(&partner);
        }
    }
}
