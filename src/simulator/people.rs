//! People who call: someone who wants the attendant, a station that calls another.

use super::{
    channel::{Channel, Party, State},
    config::Caller,
    dialplan::Destination,
    world::World,
};

impl World {
    /// A call arrives from the outside and enters the shipped dialplan.
    pub(super) fn arrive(&mut self, uuid: String, caller: &Caller) {
        if !self.admit(true) {
            return;
        }
        let serial = self.next_serial();
        let name = format!("sofia/external/{}@{}", caller.number, self.config.domain);
        let mut channel = Channel::new(uuid.clone(), serial, true, name);
        channel.caller = Party { name: caller.name.clone(), number: caller.number.clone() };
        channel.set("switchboard_queue", caller.queue.as_str());
        channel.set("switchboard_number", caller.destination.as_str());
        let hooks: Vec<String> = caller.hooks.iter().map(ToString::to_string).collect();
        channel.set("switchboard_hooks", hooks.join("|"));
        for (name, value) in &caller.variables {
            channel.set(name, value.as_str());
        }
        self.enter(channel, &caller.destination);
        if let Some(patience) = caller.patience {
            self.after_on(patience, &uuid, |world, uuid| {
                if world.live(uuid).is_some_and(|channel| channel.bridged == 0 && channel.room.is_none()) {
                    world.hang_up(uuid, "NORMAL_CLEARING");
                }
            });
        }
    }

    /// A station dials a number, as its user does on the phone.
    pub(super) fn station_calls(&mut self, uuid: String, station: &str, number: &str) {
        if !self.admit(true) {
            return;
        }
        let serial = self.next_serial();
        let name = format!("sofia/internal/{station}@{}", self.config.domain);
        let mut channel = Channel::new(uuid, serial, true, name);
        channel.caller = Party { name: station.to_owned(), number: station.to_owned() };
        channel.set("user_name", station);
        self.enter(channel, number);
    }

    fn enter(&mut self, mut channel: Channel, destination: &str) {
        let uuid = channel.uuid.clone();
        channel.original = channel.caller.clone();
        channel.ani = channel.caller.number.clone();
        channel.destination = destination.to_owned();
        channel.context = self.config.hook_context.clone();
        channel.set("sip_from_user", channel.caller.number.clone());
        channel.set("sip_to_user", destination);
        channel.set("sofia_profile_name", channel.name.split('/').nth(1).unwrap_or("internal").to_owned());
        channel.set("channel_name", channel.name.clone());
        channel.set("endpoint_disposition", "RECEIVED");
        self.add_channel(channel);
        self.set_state(&uuid, State::New);
        self.set_state(&uuid, State::Init);
        self.tell_of("CHANNEL_CREATE", &uuid);
        let destination = Destination { extension: destination.to_owned(), dialplan: "XML".into(), context: None };
        self.start_routing(&uuid, &destination);
    }
}
