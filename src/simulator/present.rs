//! A channel as event headers, and the events that tell of it.

use super::{
    channel::{Channel, Party, State},
    event::Event,
    world::World,
};

/// Events of a channel's state machine carry no variables.
const WITHOUT_VARIABLES: &[&str] =
    &["CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "CALL_UPDATE", "CODEC", "CUSTOM"];

/// In the order of their numbers.
const CALLSTATES: &[&str] = &["DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP", "UNHELD"];

impl World {
    /// Fires an event about a channel.
    pub(super) fn tell_of(&mut self, name: &'static str, uuid: &str) {
        self.tell(name, uuid, &[], &[]);
    }

    /// Fires an event about a channel, with more headers before and after the channel's own.
    pub(super) fn tell(
        &mut self,
        name: &'static str,
        uuid: &str,
        before: &[(&'static str, String)],
        after: &[(&'static str, String)],
    ) {
        if !self.wanted(name, None) {
            return;
        }
        let Some(channel) = self.channels.get(uuid) else { return };
        let mut event = Event::new(name);
        event.uuid = Some(uuid.to_owned());
        for (name, value) in before {
            event.add(*name, value.as_str());
        }
        channel.describe(&mut event);
        if !WITHOUT_VARIABLES.contains(&name) {
            channel.add_variables(&mut event);
        }
        for (name, value) in after {
            event.add(*name, value.as_str());
        }
        self.fire(event);
    }

    pub(super) fn set_state(&mut self, uuid: &str, state: State) {
        let Some(channel) = self.channels.get_mut(uuid) else { return };
        // What is told of a destroyed channel still calls it reporting.
        channel.state = state;
        self.tell_of("CHANNEL_STATE", uuid);
    }

    pub(super) fn set_callstate(&mut self, uuid: &str, callstate: &'static str) {
        let Some(channel) = self.channels.get_mut(uuid) else { return };
        if channel.callstate == callstate {
            return;
        }
        let before = std::mem::replace(&mut channel.callstate, callstate);
        let number = CALLSTATES.iter().position(|known| *known == callstate).unwrap_or_default();
        let change =
            [("Original-Channel-Call-State", before.to_owned()), ("Channel-Call-State-Number", number.to_string())];
        self.tell("CHANNEL_CALLSTATE", uuid, &change, &[]);
    }
}

impl Channel {
    /// `Channel-*`, `Caller-*` and `Other-Leg-*`.
    pub(super) fn describe(&self, event: &mut Event) {
        let direction = if self.inbound { "inbound" } else { "outbound" };
        // Between hang-up and the next frame the number is ahead of the name.
        let number = if self.cause.is_some() { (self.state as u8).max(State::Hangup as u8) } else { self.state as u8 };
        event
            .add("Channel-State", self.state.name())
            .add("Channel-Call-State", self.callstate)
            .add("Channel-State-Number", number.to_string())
            .add("Channel-Name", self.name.as_str())
            .add("Unique-ID", self.uuid.as_str())
            .add("Call-Direction", direction)
            .add("Presence-Call-Direction", direction)
            .add("Channel-HIT-Dialplan", if self.inbound || !self.dialplan.is_empty() { "true" } else { "false" })
            .add("Channel-Call-UUID", self.get("call_uuid").unwrap_or(&self.uuid))
            .add("Answer-State", self.answer_state);
        if let Some(cause) = &self.cause {
            event.add("Hangup-Cause", cause.as_str());
        }
        if self.inbound || self.progress != 0 || self.is_answered() {
            let (codec, rate) = if self.room.is_some() { ("L16", "128000") } else { ("PCMU", "64000") };
            event
                .add("Channel-Read-Codec-Name", codec)
                .add("Channel-Read-Codec-Rate", "8000")
                .add("Channel-Read-Codec-Bit-Rate", rate)
                .add("Channel-Write-Codec-Name", "PCMU")
                .add("Channel-Write-Codec-Rate", "8000")
                .add("Channel-Write-Codec-Bit-Rate", "64000");
        }
        self.caller_profile(event, "Caller");
        if let Some(other) = &self.other {
            let direction = if other.outbound { "outbound" } else { "inbound" };
            event
                .add("Other-Type", other.kind)
                .add("Other-Leg-Direction", direction)
                .add("Other-Leg-Logical-Direction", direction);
            parties(event, "Other-Leg", "Caller-ID", &other.party);
            event
                .add("Other-Leg-Destination-Number", other.destination.as_str())
                .add("Other-Leg-Unique-ID", other.uuid.as_str())
                .add("Other-Leg-Source", if other.outbound { "src/switch_ivr_originate.c" } else { "mod_sofia" })
                .add("Other-Leg-Context", other.context.as_str())
                .add("Other-Leg-Channel-Name", other.channel_name.as_str());
        }
    }

    /// The caller profile, as `Caller-*`, or as `Channel-*` in the answer to `connect`.
    pub(super) fn caller_profile(&self, event: &mut Event, prefix: &str) {
        let direction = if self.inbound { "inbound" } else { "outbound" };
        let mut add = |name: &str, value: String| {
            event.add(format!("{prefix}-{name}"), value);
        };
        add("Direction", direction.into());
        add("Logical-Direction", direction.into());
        if self.inbound {
            add("Username", self.original.number.clone());
        }
        if !self.dialplan.is_empty() {
            add("Dialplan", self.dialplan.into());
        }
        parties(event, prefix, "Caller-ID", &self.caller);
        parties(event, prefix, "Orig-Caller-ID", &self.original);
        parties(event, prefix, "Callee-ID", &self.callee);
        let mut add = |name: &str, value: String| {
            event.add(format!("{prefix}-{name}"), value);
        };
        add("Network-Addr", "127.0.0.1".into());
        add("ANI", self.ani.clone());
        add("Destination-Number", self.destination.clone());
        add("Unique-ID", self.uuid.clone());
        add("Source", if self.inbound { "mod_sofia" } else { "src/switch_ivr_originate.c" }.into());
        if let Some(source) = &self.transfer_source {
            add("Transfer-Source", source.clone());
        }
        add("Context", self.context.clone());
        add("Channel-Name", self.name.clone());
        add("Profile-Index", self.profile_index.to_string());
        for (name, at) in [
            ("Profile-Created-Time", self.profile_created),
            ("Channel-Created-Time", self.created),
            ("Channel-Answered-Time", self.answered),
            ("Channel-Progress-Time", self.progress),
            ("Channel-Progress-Media-Time", 0),
            ("Channel-Hangup-Time", self.hung_up),
            ("Channel-Transfer-Time", 0),
            ("Channel-Resurrect-Time", 0),
            ("Channel-Bridged-Time", self.bridged),
            ("Channel-Last-Hold", 0),
            ("Channel-Hold-Accum", 0),
        ] {
            add(name, at.to_string());
        }
        add("Screen-Bit", "true".into());
        add("Privacy-Hide-Name", "false".into());
        add("Privacy-Hide-Number", "false".into());
    }

    pub(super) fn add_variables(&self, event: &mut Event) {
        for (name, value) in &self.variables {
            event.add(format!("variable_{name}"), value.as_str());
        }
    }
}

/// Empty names and numbers have no header.
fn parties(event: &mut Event, prefix: &str, what: &str, party: &Party) {
    if !party.name.is_empty() {
        event.add(format!("{prefix}-{what}-Name"), party.name.as_str());
    }
    if !party.number.is_empty() {
        event.add(format!("{prefix}-{what}-Number"), party.number.as_str());
    }
}
