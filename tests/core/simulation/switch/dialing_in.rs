//! Somebody calls an access number: the hook asks, and the dialplan goes on with them if it does not.

use super::{Death, Doing, Plan, Switch, Who};
use switchboard::domain::{
    dial_in::{Order, Typed},
    ids::ChannelId,
    input::{ChannelEventKind, HookEvent},
};

pub const ACCESS: &str = "5550199";
pub(super) const ASK_TRIES: u8 = 3;

impl Switch {
    /// Somebody calls the access number, from this one.
    pub fn dial_in(&mut self, channel: ChannelId, number: String) {
        let mut guest = self.blank(Who::Guest(number), "sofia/external/guest@192.0.2.9".into(), Doing::Limbo);
        guest.answered = true;
        self.add(channel, guest);
        self.try_to_ask(channel, ASK_TRIES);
    }

    pub(super) fn is_guest(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_some_and(|channel| matches!(channel.who, Who::Guest(_)))
    }

    pub(super) fn try_to_ask(&mut self, channel: ChannelId, tries: u8) {
        let Some(found) = self.channels.get_mut(&channel) else { return };
        found.then.clear();
        found.park_timeout = None;
        found.join_muted = false;
        let Who::Guest(number) = found.who.clone() else { return };
        if tries == 0 {
            return self.hang_up(channel, "NORMAL_TEMPORARY_FAILURE", None, Death::RanOut);
        }
        if self.hook_open {
            self.change(channel, Doing::Asked);
            self.tell(channel, ChannelEventKind::Parked);
            let (access, caller_name) = (ACCESS.to_owned(), String::new());
            self.hooks.push(HookEvent::DialsIn { channel, access, caller_name, caller_number: number });
        } else {
            self.change(channel, Doing::Music { tries: tries - 1 });
            let stamp = self.stamp(channel);
            self.plan(5_000, Plan::MusicOver(channel, stamp));
        }
    }

    /// The hook does as it is told; asked, they press these keys.
    pub fn hook_order(&mut self, channel: ChannelId, order: &Order, keys: Typed) {
        if !self.channels.get(&channel).is_some_and(|channel| channel.doing == Doing::Asked) {
            return;
        }
        let stamp = self.stamp(channel);
        let after = self.chance.ms(50, 4_000);
        match order {
            Order::Ask { .. } => self.plan(after, Plan::Typed(channel, stamp, keys)),
            Order::Wait { .. } => {}
            Order::Out { .. } => self.plan(after, Plan::SentAway(channel, stamp)),
        }
    }

    pub(super) fn typed(&mut self, channel: ChannelId, typed: Typed) {
        self.hooks.push(HookEvent::Typed { channel, typed });
    }

    /// The service lets go, and nobody takes them elsewhere: the dialplan goes on.
    pub(super) fn guest_released(&mut self, channel: ChannelId) {
        if self.channels.get(&channel).is_some_and(|channel| channel.doing == Doing::Asked) {
            self.change(channel, Doing::Music { tries: ASK_TRIES - 1 });
            let stamp = self.stamp(channel);
            self.plan(2_000, Plan::MusicOver(channel, stamp));
        }
    }

    /// The service died.
    pub(super) fn nobody_asks(&mut self) {
        let asked = self.channels.iter().filter(|(_, channel)| channel.doing == Doing::Asked);
        let asked: Vec<ChannelId> = asked.map(|(id, _)| *id).collect();
        for channel in asked {
            self.try_to_ask(channel, ASK_TRIES);
        }
    }
}
