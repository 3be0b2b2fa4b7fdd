//! Sending a channel elsewhere: `uuid_transfer`, `uuid_dual_transfer`, and entering a new list of actions.

use super::{
    channel::{Bond, State},
    dialplan::Destination,
    faults::MoveFault,
    world::{TICK, World, micros},
};
use std::time::Duration;

/// How long the leg that was left behind in a bridge survives: moved in time, it lives.
const GRACE: Duration = Duration::from_millis(40);

impl World {
    /// Ends what a channel does and starts it on another destination.
    pub(super) fn route(&mut self, uuid: &str, destination: &Destination) {
        self.unwind(uuid);
        let Some(channel) = self.live_mut(uuid) else { return };
        if channel.flag("bypass_media") {
            // Its media is not with us: only `uuid_media` could have brought it back.
            self.hang_up(uuid, "NORMAL_CLEARING");
            return;
        }
        channel.other = None;
        channel.profile_index += 1;
        channel.profile_created = micros();
        if destination.dialplan == "inline" {
            channel.dialplan = "inline";
        } else {
            channel.dialplan = "XML";
            channel.destination = destination.extension.clone();
            if let Some(context) = &destination.context {
                channel.context = context.clone();
            }
        }
        channel.transfer_source = Some(format!(
            "{}:{uuid}:bl_xfer:{}/{}/{}",
            micros() / 1_000_000,
            destination.extension,
            channel.context,
            channel.dialplan
        ));
        self.release_phone_hold(uuid);
        self.start_routing(uuid, destination);
    }

    /// Looks the destination up and executes what is found.
    pub(super) fn start_routing(&mut self, uuid: &str, destination: &Destination) {
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.state = State::Routing;
        let spurious = channel.inbound;
        let settled = if channel.is_answered() { "ACTIVE" } else { "RINGING" };
        if spurious {
            // Seen on every move, an answered channel included.
            self.set_callstate(uuid, "RINGING");
        }
        self.set_state(uuid, State::Routing);
        let Some(channel) = self.live(uuid) else { return };
        let Some(actions) = self.look_up(destination, channel) else {
            self.hang_up(uuid, "NO_ROUTE_DESTINATION");
            return;
        };
        self.start_executing(uuid, actions, settled);
    }

    /// Executes a list of actions from its beginning.
    pub(super) fn start_executing(&mut self, uuid: &str, actions: super::dialplan::Actions, callstate: &'static str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.actions = actions;
        channel.state = State::Execute;
        self.set_callstate(uuid, callstate);
        self.set_state(uuid, State::Execute);
        self.step(uuid);
    }

    /// `uuid_transfer` of one leg, at the next frame. Its partner is left behind.
    pub(super) fn transfer_one(&mut self, uuid: &str, destination: Destination) {
        self.after_on(TICK, uuid, move |world, uuid| {
            let left = world.unbind(uuid);
            world.route(uuid, &destination);
            if let Some(left) = left {
                world.after_on(GRACE, &left, |world, left| world.left_behind(left));
            }
        });
    }

    /// `-both`, and `uuid_dual_transfer`: each leg to its own destination, the named one first.
    pub(super) fn transfer_both(&mut self, uuid: &str, first: Destination, second: Destination) {
        let late = self.arm_move_fault(uuid);
        let Some(Bond { partner, leads }) = self.live_mut(uuid).and_then(|channel| channel.bond.take()) else {
            self.after_on(TICK, uuid, move |world, uuid| world.route(uuid, &first));
            return;
        };
        if let Some(channel) = self.channels.get_mut(&partner) {
            channel.bond = None;
        }
        // From here each leg goes its own way: one that hangs up meanwhile does not take the other along.
        self.after_on(TICK, uuid, move |world, uuid| {
            if leads {
                world.tell_unbridged(uuid);
            }
            world.route(uuid, &first);
        });
        self.after_on(late.unwrap_or(TICK), &partner, move |world, partner| {
            if !leads {
                world.tell_unbridged(partner);
            }
            world.route(partner, &second);
        });
    }

    /// A move that a test wants to fail: marks the legs, or says how late the second comes.
    fn arm_move_fault(&mut self, uuid: &str) -> Option<Duration> {
        let fault = self.faults.moves.pop_front()?;
        let partner = self.live(uuid).and_then(|channel| channel.bond.clone()).map(|bond| bond.partner);
        let refused: Vec<String> = match fault {
            MoveFault::NamedRefused => vec![uuid.to_owned()],
            MoveFault::OtherRefused => partner.into_iter().collect(),
            MoveFault::BothRefused => partner.into_iter().chain([uuid.to_owned()]).collect(),
            MoveFault::OtherLate(late) => return Some(late),
        };
        for leg in refused {
            if let Some(channel) = self.live_mut(&leg) {
                channel.refuse_next_room = true;
            }
        }
        None
    }
}
