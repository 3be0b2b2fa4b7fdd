//! What is asked for the room, or for those in it: who is heard, who hears, how loud. Done when the switch says so.

use super::{Accepting, Node, Owner, Touched, answering::refuse, introducing::waits_to_be_introduced};
use crate::domain::{
    conference::{Ask, Conference, Introduction, Participant},
    effect::{Command, Effect, Tag},
    fact::{Fact, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId},
    request::{Actor, Refusal, RefusalCode, Spare},
    setting::{Digits, Setting},
    states::{LegState, ParticipantRole},
    timers::Timer,
};

impl Node {
    /// Sets something for one who is in the room.
    pub(super) fn set_participant(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        settings: &[Setting],
    ) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        if person.listener && settings.contains(&Setting::Muted(false)) {
            return Err(refuse(RefusalCode::WrongState, "this participant only listens; let them speak first"));
        }
        let lets_hear =
            |setting: &Setting| matches!(setting, Setting::Muted(false) | Setting::Deaf(false) | Setting::Hold(false));
        if person.introduction == Some(Introduction::Waiting) && settings.iter().any(lets_hear) {
            return Err(waits_to_be_introduced());
        }
        let wanted: Vec<Setting> = settings.iter().copied().filter(|setting| !is_so(person, *setting)).collect();
        if wanted.is_empty() {
            return Ok(id);
        }
        if !is_inside(person) {
            return Err(not_inside());
        }
        for setting in wanted {
            self.ask_setting(Some(actor.into()), id, participant, setting);
        }
        Ok(id)
    }

    /// Sets something for everybody in the room, or for all but those who run it.
    pub(super) fn set_all(&mut self, actor: &Actor, id: ConferenceId, setting: Setting, spare: Spare) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if !conference.participants.iter().any(is_inside) {
            return Err(refuse(RefusalCode::WrongState, "nobody is in the room yet; try again when somebody is"));
        }
        let unmutes = setting == Setting::Muted(false);
        let chosen: Vec<ParticipantId> = conference
            .participants
            .iter()
            .filter(|p| is_inside(p) && !is_spared(p, spare) && !is_so(p, setting))
            .filter(|p| !unmutes || !p.listener)
            .filter(|p| p.introduction != Some(Introduction::Waiting))
            .map(|p| p.id)
            .collect();
        for participant in chosen {
            self.ask_setting(Some(actor.into()), id, participant, setting);
        }
        Ok(id)
    }

    pub(super) fn ask_setting(
        &mut self,
        actor: Option<Person>,
        id: ConferenceId,
        participant: ParticipantId,
        setting: Setting,
    ) {
        let Some((leg, member)) = self.member_of(id, participant) else { return };
        let Some(room) = self.conferences.get(&id).and_then(|c| self.room_of(c)) else { return };
        self.record(Subject::Conference(id), actor, Fact::ParticipantAsked { participant, setting });
        let music = self.rules.music.clone();
        self.command(Tag::Control(id, Some(participant)), leg, Command::Set { room, member, setting, music });
        self.timers.set(Timer::ControlPending(id, participant), self.now.plus(self.rules.times.control));
    }

    /// Presses keys for somebody: their end hears them, as if the far end of their call had pressed them.
    pub(super) fn press_keys(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        digits: &Digits,
    ) -> Accepting {
        if !is_inside(self.participant_of(id, participant, actor)?) {
            return Err(not_inside());
        }
        let Some((leg, member)) = self.member_of(id, participant) else { return Ok(id) };
        let Some(room) = self.conferences.get(&id).and_then(|c| self.room_of(c)) else { return Ok(id) };
        self.record(Subject::Conference(id), Some(actor.into()), Fact::ParticipantDigitsAsked { participant });
        let called = self.has_called(id, participant);
        self.echoes.expect(self.now, leg, called, digits);
        let digits = digits.clone();
        self.command(Tag::Control(id, Some(participant)), leg, Command::Press { room, member, digits });
        self.timers.set(Timer::ControlPending(id, participant), self.now.plus(self.rules.times.control));
        Ok(id)
    }

    /// What people should know of somebody, in a few words. Ours alone: the switch is not told.
    pub(super) fn label(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        label: &str,
    ) -> Accepting {
        let label = label.trim();
        if self.participant_of(id, participant, actor)?.label != label {
            let fact = Fact::ParticipantLabelled { participant, label: label.to_owned() };
            self.record(Subject::Conference(id), Some(actor.into()), fact);
        }
        Ok(id)
    }

    pub(super) fn moderator(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        on: bool,
    ) -> Accepting {
        if self.participant_of(id, participant, actor)?.moderator != on {
            self.record(Subject::Conference(id), Some(actor.into()), Fact::ParticipantModerator { participant, on });
            self.wait_for_host(id, participant);
        }
        Ok(id)
    }

    /// Only listens: muted now, and whenever they come in. Let speak again, they are unmuted.
    pub(super) fn listener(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        on: bool,
    ) -> Accepting {
        let person = self.participant_of(id, participant, actor)?;
        if person.listener == on {
            return Ok(id);
        }
        let turn = is_inside(person) && !is_so(person, Setting::Muted(on));
        self.record(Subject::Conference(id), Some(actor.into()), Fact::ParticipantListener { participant, on });
        if turn {
            self.ask_setting(Some(actor.into()), id, participant, Setting::Muted(on));
        }
        Ok(id)
    }

    /// Whoever only listens came in, and can be heard.
    pub(super) fn keep_listener_quiet(&mut self, id: ConferenceId, participant: ParticipantId) {
        let found = self.conferences.get(&id).and_then(|c| c.participant(participant));
        if found.is_some_and(|p| p.listener && !is_so(p, Setting::Muted(true))) {
            self.ask_setting(None, id, participant, Setting::Muted(true));
        }
    }

    pub(super) fn lock(&mut self, actor: &Actor, id: ConferenceId, on: bool) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if conference.locked == on && conference.lock_pending.is_none() {
            return Ok(id);
        }
        let (Some(lane), Some(room)) = (self.lane_of(conference), self.room_of(conference)) else {
            return Err(refuse(RefusalCode::WrongState, "the room is not open yet; try again when somebody is in it"));
        };
        self.record(Subject::Conference(id), Some(actor.into()), Fact::ConferenceLockAsked { on });
        self.command(Tag::Control(id, None), lane, Command::Lock { room, on });
        self.timers.set(Timer::LockPending(id), self.now.plus(self.rules.times.control));
        Ok(id)
    }

    /// Somebody in the room, whose lane its own commands take.
    pub(super) fn lane_of(&self, conference: &Conference) -> Option<ChannelId> {
        conference.active().find(|(_, leg)| leg.member.is_some()).map(|(_, leg)| leg.id)
    }

    /// The leg that is in the room, and the switch's number for it.
    pub(super) fn member_of(&self, id: ConferenceId, participant: ParticipantId) -> Option<(ChannelId, u32)> {
        let person = self.conferences.get(&id)?.participant(participant)?;
        person.legs.iter().rev().find_map(|leg| leg.member.map(|member| (leg.id, member)))
    }

    /// The switch said how it is.
    pub(super) fn member_set(&mut self, id: ConferenceId, channel: ChannelId, setting: Setting) {
        let Some(Owner::Leg(_, participant)) = self.channels.get(&channel).copied() else { return };
        let Some(found) = self.conferences.get(&id).and_then(|c| c.participant(participant)) else { return };
        let awaited = found.asked.contains(&Ask::Set(setting));
        if !found.settings.has(setting) || awaited {
            if matches!(setting, Setting::Muted(true) | Setting::Hold(true)) {
                // Muted or held in mid-sentence, nobody is told to have stopped talking.
                self.member_talks(id, channel, false);
            }
            self.conference_fact(id, Fact::ParticipantSet { participant, setting });
            self.nothing_pending(id, participant);
            if setting == Setting::Hold(false) {
                self.waited_enough(id, participant);
                self.tell_of_recording(id, participant);
            }
            if matches!(setting, Setting::Hold(_)) {
                self.held_or_not(id, participant, channel);
            }
        }
    }

    /// A snapshot, or the event of coming in, said how it is.
    pub(super) fn member_seen(&mut self, id: ConferenceId, channel: ChannelId, seen: &[Setting]) {
        let Some(Owner::Leg(_, participant)) = self.channels.get(&channel).copied() else { return };
        for setting in seen {
            let found = self.conferences.get(&id).and_then(|c| c.participant(participant));
            // Nobody asked for another level than the profile's, which we do not know.
            let as_configured =
                matches!(setting, Setting::Energy(_)) && found.is_some_and(|p| p.settings.energy.is_none());
            if !as_configured {
                self.member_set(id, channel, *setting);
            }
        }
    }

    pub(super) fn member_pressed(&mut self, id: ConferenceId, channel: ChannelId) {
        let Some(Owner::Leg(_, participant)) = self.channels.get(&channel).copied() else { return };
        let found = self.conferences.get(&id).and_then(|c| c.participant(participant));
        if found.is_some_and(|p| p.asked.contains(&Ask::Digits)) {
            self.conference_fact(id, Fact::ParticipantDigitsSent { participant });
            self.nothing_pending(id, participant);
        }
    }

    fn nothing_pending(&mut self, id: ConferenceId, participant: ParticipantId) {
        let found = self.conferences.get(&id).and_then(|c| c.participant(participant));
        if found.is_none_or(|p| p.asked.is_empty()) {
            self.timers.clear(Timer::ControlPending(id, participant));
        }
    }

    /// Asked, and no effect seen in time, or refused: it is shown as the switch has it.
    pub(super) fn control_in_doubt(&mut self, id: ConferenceId, participant: ParticipantId) {
        self.timers.clear(Timer::ControlPending(id, participant));
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.with(participant, |p| p.asked.clear());
        }
        self.out.touched.insert(Touched::Conference(id));
        self.effect(Effect::Resync);
    }

    /// The same for the room as a whole.
    pub(super) fn lock_in_doubt(&mut self, id: ConferenceId) {
        self.timers.clear(Timer::LockPending(id));
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.lock_pending = None;
        }
        self.out.touched.insert(Touched::Conference(id));
        self.effect(Effect::Resync);
    }
}

pub(super) fn is_inside(person: &Participant) -> bool {
    person.legs.iter().any(|leg| leg.state == LegState::Joined && leg.member.is_some())
}

/// Set already, and nothing else on its way.
pub(super) fn is_so(person: &Participant, setting: Setting) -> bool {
    let asked = person.asked.iter().find_map(|ask| match ask {
        Ask::Set(asked) if asked.is_of_kind(setting) => Some(*asked),
        _ => None,
    });
    // Or on its way since they came from another room.
    let kept = || person.keeps.iter().find(|kept| kept.is_of_kind(setting)).copied();
    asked.or_else(kept).map_or(person.settings.has(setting), |wanted| wanted == setting)
}

/// Whoever runs the conference: its attendant, and moderators.
pub(super) fn is_spared(person: &Participant, spare: Spare) -> bool {
    spare == Spare::Hosts && (person.moderator || person.role == ParticipantRole::Attendant)
}

fn not_inside() -> Refusal {
    refuse(
        RefusalCode::WrongState,
        "only somebody who is in the room can be controlled; ask again when they have joined",
    )
}
