//! What was set for somebody goes with them from room to room: how loud they are heard and hear, from what level they
//! count as speaking, and that they are on hold.
//!
//! The switch forgets all of it with the membership. Whoever was on hold comes in deaf and muted, and is let hear when
//! the music is there: so nobody hears them in between, and they hear nobody.

use super::{Node, controls::is_inside};
use crate::domain::{
    conference::{Ask, Leg, Participant},
    fact::Fact,
    ids::{ChannelId, ConferenceId, ParticipantId},
    setting::{Gain, Setting, Settings},
};

/// A switch that says no so often says no.
const TRIES: u8 = 3;

impl Node {
    /// Sets again what was set for them in the room they came from. They are in; it may be the second time it is asked.
    pub(super) fn set_again(&mut self, id: ConferenceId, participant: ParticipantId) {
        let Some(person) = self.conferences.get(&id).and_then(|c| c.participant(participant)) else { return };
        if person.keeps_tried >= TRIES || !is_inside(person) {
            return;
        }
        let open: Vec<Setting> = person.keeps.iter().copied().filter(|kept| is_open(person, *kept)).collect();
        if open.is_empty() {
            return;
        }
        for setting in open {
            self.ask_setting(None, id, participant, setting);
        }
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.with(participant, |p| p.keeps_tried += 1);
        }
    }

    /// After a restart or a gap.
    pub(super) fn settings_in_doubt(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let open: Vec<ParticipantId> =
            conference.participants.iter().filter(|p| !p.keeps.is_empty()).map(|p| p.id).collect();
        for participant in open {
            self.set_again(id, participant);
        }
    }

    /// Somebody who came in deaf and muted was put on hold, or off it.
    pub(super) fn held_or_not(&mut self, id: ConferenceId, participant: ParticipantId, channel: ChannelId) {
        if self.leg(id, participant, channel).is_some_and(|leg| leg.screened) {
            self.arrange_anew(id);
        }
    }

    /// The other room did not take them, and theirs has forgotten them: how they come back.
    pub(super) fn brought_back(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> Keeps {
        let screened = self.comes_screened(id);
        let found = self.conferences.get(&id).and_then(|c| c.participant(participant));
        let keeps = found.map_or_else(Keeps::default, |person| keeps(person, leg, screened));
        let again = keeps.again.clone();
        self.conference_fact(id, Fact::LegPassFailed { participant, leg, keeps: again, forgotten: true });
        if keeps.screened {
            self.conference_fact(id, Fact::LegScreened { participant, leg, on: true });
        }
        keeps
    }
}

/// How somebody comes into another room, and what is to be set when they are in.
#[derive(Clone, Debug, Default)]
pub(super) struct Keeps {
    pub muted: bool,
    pub deaf: bool,
    /// Comes in deaf and muted whatever they are.
    pub screened: bool,
    pub again: Vec<Setting>,
}

/// What is set for them, and is to be so in another room, in which not everybody may hear everybody.
pub(super) fn keeps(person: &Participant, leg: ChannelId, arranged: bool) -> Keeps {
    let leg = person.legs.iter().find(|l| l.id == leg);
    let wanted = wanted(person, leg);
    let screened = arranged || wanted.hold;
    let muted = person.listener || wanted.muted;
    let mut again = Vec::new();
    if wanted.hold {
        again.push(Setting::Hold(true));
    }
    if wanted.gain_in != Gain::default() {
        again.push(Setting::GainIn(wanted.gain_in));
    }
    if wanted.gain_out != Gain::default() {
        again.push(Setting::GainOut(wanted.gain_out));
    }
    again.extend(wanted.energy.map(Setting::Energy));
    // Else they come in so.
    if screened && wanted.muted {
        again.push(Setting::Muted(true));
    }
    if screened && wanted.deaf {
        again.push(Setting::Deaf(true));
    }
    Keeps { muted: muted || screened, deaf: wanted.deaf || screened, screened, again }
}

/// As it was last asked for.
fn wanted(person: &Participant, leg: Option<&Leg>) -> Settings {
    let mut settings = person.settings;
    // Deaf and muted only until it is arranged whom they hear.
    if leg.is_some_and(|leg| leg.screened) {
        settings.muted = false;
        settings.deaf = false;
    }
    for kept in &person.keeps {
        settings.set(*kept);
    }
    for ask in &person.asked {
        if let Ask::Set(setting) = ask {
            settings.set(*setting);
        }
    }
    // Whether there is a host to wait for is the other room's to say.
    settings.hold &= !person.waits_for_host;
    settings
}

/// Not so yet, and not asked.
fn is_open(person: &Participant, setting: Setting) -> bool {
    !person.settings.has(setting) && !person.asked.contains(&Ask::Set(setting))
}
