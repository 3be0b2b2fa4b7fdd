//! The keys of phones in our rooms: from what is pressed to what is asked, by the rules that hold for everybody else.
//!
//! Nobody else's keys get here, and nothing of what is pressed is kept longer than it takes to know what it means.

use super::{
    Ids, Node,
    answering::refuse,
    controls::{is_so, is_spared},
    leading::by_phone,
};
use crate::domain::{
    announcement::{Listener, SoundFile},
    conference::{Conference, Participant},
    effect::{Command, Tag},
    ids::{ChannelId, ConferenceId, ParticipantId},
    keys::{Key, PhoneCommand, Read},
    request::{Refusal, RefusalCode, Spare, Verb},
    setting::Setting,
    states::ParticipantRole,
};

impl Node {
    /// Somebody in a room pressed a key.
    pub(super) fn key_pressed(
        &mut self,
        id: ConferenceId,
        participant: ParticipantId,
        leg: ChannelId,
        key: Key,
        ids: &mut dyn Ids,
    ) {
        let called = self.has_called(id, participant);
        if self.echoes.is_one(self.now, leg, called, key) || !self.takes_part(id, participant) {
            return;
        }
        let voting = self.conferences.get(&id).is_some_and(|c| c.open_vote().is_some());
        let mut reader = self.readers.remove(&leg).unwrap_or_default();
        let read = reader.press(self.now, key, &self.rules.conference.keys, voting);
        if !reader.is_idle() {
            self.readers.insert(leg, reader);
        }
        match read {
            Some(Read::Vote { yes }) => {
                let taken = self.cast(id, participant, yes);
                self.answer_by_sound(id, participant, taken, None);
            }
            Some(Read::Command(command)) => self.phone_asks(id, participant, command, ids),
            Some(Read::AskEnd) => {
                let host = self.conferences.get(&id).and_then(|c| c.participant(participant)).is_some_and(is_host);
                let sure = self.rules.conference.keys.sounds.sure.clone();
                self.answer_by_sound(id, participant, host, sure);
            }
            None => {}
        }
    }

    /// Came to this switch by a call of their own.
    pub(super) fn has_called(&self, id: ConferenceId, participant: ParticipantId) -> bool {
        let person = self.conferences.get(&id).and_then(|c| c.participant(participant));
        person.is_some_and(|p| p.role == ParticipantRole::Caller || p.active().any(|leg| leg.dialed_in))
    }

    fn phone_asks(&mut self, id: ConferenceId, participant: ParticipantId, command: PhoneCommand, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(person) = conference.participant(participant) else { return };
        let actor = by_phone(conference, person);
        let raised = conference.hand_of(participant).is_some();
        let asked = self.meant(conference, person, command);
        let answer = asked.and_then(|verb| self.request(self.now, &actor, &verb, ids));
        let sounds = &self.rules.conference.keys.sounds;
        let sound = match command {
            PhoneCommand::Hand if raised => sounds.hand_down.clone(),
            PhoneCommand::Hand => sounds.hand_up.clone(),
            _ => None,
        };
        self.answer_by_sound(id, participant, answer.is_ok(), sound);
    }

    /// The verb somebody at the page would use for it.
    fn meant(&self, conference: &Conference, person: &Participant, command: PhoneCommand) -> Result<Verb, Refusal> {
        let (conference_id, participant_id) = (conference.id, person.id);
        if command.is_for_hosts() && !is_host(person) {
            return Err(refuse(RefusalCode::NotYours, "only the attendant and the moderators may do that by phone"));
        }
        Ok(match command {
            PhoneCommand::Hand => {
                Verb::Hand { conference_id, participant_id, on: conference.hand_of(person.id).is_none() }
            }
            PhoneCommand::Mute => {
                let settings = vec![Setting::Muted(!is_so(person, Setting::Muted(true)))];
                Verb::Set { conference_id, participant_id, settings }
            }
            PhoneCommand::Lock if conference.lock_pending.unwrap_or(conference.locked) => {
                Verb::Unlock { conference_id }
            }
            PhoneCommand::Lock => Verb::Lock { conference_id },
            PhoneCommand::MuteAll => {
                let heard = |p: &Participant| !is_spared(p, Spare::Hosts) && !is_so(p, Setting::Muted(true));
                let others = conference.participants.iter().filter(|p| self.takes_part(conference_id, p.id));
                let setting = Setting::Muted(others.into_iter().any(heard));
                Verb::SetAll { conference_id, setting, spare: Spare::Hosts }
            }
            PhoneCommand::Record if conference.recording().is_some() => Verb::StopRecording { conference_id },
            PhoneCommand::Record => Verb::Record { conference_id },
            PhoneCommand::Extend => Verb::Extend { conference_id, seconds: self.rules.conference.keys.extend_seconds },
            PhoneCommand::End => Verb::End { conference_id },
            PhoneCommand::CallAttendant => Verb::Rejoin { conference_id, station: None },
        })
    }

    /// Tells whoever pressed, and nobody else, what came of it.
    fn answer_by_sound(&mut self, id: ConferenceId, participant: ParticipantId, done: bool, own: Option<SoundFile>) {
        let sounds = &self.rules.conference.keys.sounds;
        let file = if done { own.or_else(|| sounds.accepted.clone()) } else { sounds.refused.clone() };
        let Some(conference) = self.conferences.get(&id) else { return };
        // Behind music without an end it would be heard when nobody remembers what it was for.
        let on_hold = conference.participant(participant).is_none_or(|p| !is_so(p, Setting::Hold(false)));
        let room = self.room_of(conference).filter(|_| !on_hold);
        let (Some(file), Some(room), Some((channel, member))) = (file, room, self.member_of(id, participant)) else {
            return;
        };
        let listener = Some(Listener { channel, member });
        self.command(Tag::Quiet(channel), channel, Command::Play { room, file, listener });
    }
}

/// Runs the conference: its attendant, and moderators.
fn is_host(person: &Participant) -> bool {
    is_spared(person, Spare::Hosts)
}
