//! Sounds played to everybody in a room or to one, and those at its door. Over when the switch says so.

use super::{Accepting, Node, Touched, answering::refuse};
use crate::domain::{
    announcement::{Announcing, Listener, Passing, SoundFile},
    effect::{Command, Tag},
    fact::{Fact, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId},
    request::{Actor, RefusalCode},
    setting::Setting,
    timers::Timer,
};
use std::time::Duration;

/// Whatever plays for longer, we have missed the end of.
const LONGEST: Duration = Duration::from_secs(600);

impl Node {
    /// Plays a sound to everybody, or to one.
    pub(super) fn announce(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        to: Option<ParticipantId>,
        sound: &str,
    ) -> Accepting {
        self.conference_of(id, actor)?;
        if !self.rules.conference.sounds.by_name.contains_key(sound) {
            let names: Vec<&str> = self.rules.conference.sounds.by_name.keys().map(String::as_str).collect();
            return Err(refuse(
                RefusalCode::BadInput,
                format!("there is no sound of this name; there are {}", names.join(", ")),
            ));
        }
        if let Some(participant) = to {
            let person = self.participant_of(id, participant, actor)?;
            if person.settings.hold || person.asked.iter().any(|ask| ask.is_for(Setting::Hold(true))) {
                return Err(refuse(
                    RefusalCode::WrongState,
                    "whoever is on hold hears music only; take them off hold first",
                ));
            }
        }
        if !self.begin_announcement(id, Some(actor.into()), to, sound) {
            return Err(refuse(
                RefusalCode::WrongState,
                "a sound is heard by those who are in the room; ask again when they have joined",
            ));
        }
        Ok(id)
    }

    /// The sound that goes with a warning of the end. Nobody has asked for it, so nobody is told if it cannot be.
    pub(super) fn announce_warning(&mut self, id: ConferenceId) {
        if let Some(sound) = self.rules.conference.sounds.warning.clone() {
            self.begin_announcement(id, None, None, &sound);
        }
    }

    fn begin_announcement(
        &mut self,
        id: ConferenceId,
        actor: Option<Person>,
        to: Option<ParticipantId>,
        sound: &str,
    ) -> bool {
        let Some(file) = self.rules.conference.sounds.by_name.get(sound).cloned() else { return false };
        let Some(conference) = self.conferences.get(&id) else { return false };
        let Some(room) = self.room_of(conference) else { return false };
        let (lane, listener) = match to {
            Some(participant) => {
                let Some((channel, member)) = self.member_of(id, participant) else { return false };
                (channel, Some(Listener { channel, member }))
            }
            None => {
                let Some(lane) = self.lane_of(conference) else { return false };
                (lane, None)
            }
        };
        self.record(
            Subject::Conference(id),
            actor,
            Fact::AnnouncementAsked { participant: to, sound: sound.to_owned() },
        );
        let until = self.now.plus(self.rules.times.control);
        let Some(conference) = self.conferences.get_mut(&id) else { return false };
        conference.announcements += 1;
        let serial = conference.announcements;
        let sound = sound.to_owned();
        conference.announcing.push(Announcing {
            serial,
            to,
            sound,
            file: file.clone(),
            began: false,
            stopping: false,
            until,
        });
        self.command(Tag::Announce(id, serial), lane, Command::Play { room, file, listener });
        self.watch_announcements(id);
        true
    }

    /// Ends what is played to everybody, or to one.
    pub(super) fn stop_announcing(&mut self, actor: &Actor, id: ConferenceId, to: Option<ParticipantId>) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if let Some(participant) = to {
            self.participant_of(id, participant, actor)?;
        }
        let listener = to.and_then(|participant| self.member_of(id, participant));
        let lane = listener.map(|(channel, _)| channel).or_else(|| self.lane_of(conference));
        let playing = conference.announcing.iter().any(|one| one.to == to && !one.stopping);
        let (Some(lane), Some(room), true) = (lane, self.room_of(conference), playing) else {
            return Err(refuse(RefusalCode::WrongState, "nothing is being announced; it may be over already"));
        };
        let until = self.now.plus(self.rules.times.control);
        if let Some(conference) = self.conferences.get_mut(&id) {
            for one in conference.announcing.iter_mut().filter(|one| one.to == to) {
                one.stopping = true;
                one.until = until;
            }
        }
        let listener = listener.map(|(channel, member)| Listener { channel, member });
        self.command(Tag::Quiet(lane), lane, Command::StopPlaying { room, listener });
        self.watch_announcements(id);
        self.out.touched.insert(Touched::Conference(id));
        Ok(id)
    }

    /// The switch took it, and plays it now or in its turn; or it could not.
    pub(super) fn playing(&mut self, id: ConferenceId, channel: Option<ChannelId>, file: &str, failed: bool) {
        let Some(serial) = self.announcement(id, channel, file, false) else { return };
        if failed {
            return self.announcement_failed(id, serial);
        }
        let until = self.now.plus(LONGEST);
        if let Some(conference) = self.conferences.get_mut(&id) {
            for one in conference.announcing.iter_mut().filter(|one| one.serial == serial) {
                one.began = true;
                if !one.stopping {
                    one.until = until;
                }
            }
        }
        self.watch_announcements(id);
        self.out.touched.insert(Touched::Conference(id));
    }

    /// It was played to its end, or stopped.
    pub(super) fn played(&mut self, id: ConferenceId, channel: Option<ChannelId>, file: &str) {
        let Some(serial) = self.announcement(id, channel, file, true) else { return };
        let Some(done) = self.take_announcement(id, serial) else { return };
        let Announcing { to: participant, sound, stopping, .. } = done;
        let fact = if stopping {
            Fact::AnnouncementStopped { participant, sound }
        } else {
            Fact::AnnouncementPlayed { participant, sound }
        };
        self.conference_fact(id, fact);
    }

    /// The switch refused it.
    pub(super) fn announcement_failed(&mut self, id: ConferenceId, serial: u32) {
        if let Some(Announcing { to: participant, sound, .. }) = self.take_announcement(id, serial) {
            self.conference_fact(id, Fact::AnnouncementFailed { participant, sound });
        }
    }

    /// What the switch means, which names files only: the oldest it can be.
    fn announcement(&self, id: ConferenceId, channel: Option<ChannelId>, file: &str, began: bool) -> Option<u32> {
        let conference = self.conferences.get(&id)?;
        let to = match channel {
            None => None,
            Some(channel) => Some(conference.legs().find(|(_, leg)| leg.id == channel).map(|(p, _)| p.id)?),
        };
        // A file of the operator's may be told with the folder it was found in.
        let fits = |one: &&Announcing| one.to == to && one.began == began && file.ends_with(one.file.as_str());
        conference.announcing.iter().find(fits).map(|one| one.serial)
    }

    fn take_announcement(&mut self, id: ConferenceId, serial: u32) -> Option<Announcing> {
        let conference = self.conferences.get_mut(&id)?;
        let place = conference.announcing.iter().position(|one| one.serial == serial)?;
        let taken = conference.announcing.remove(place);
        self.watch_announcements(id);
        self.out.touched.insert(Touched::Conference(id));
        Some(taken)
    }

    /// Nobody hears it any more: the room is gone, or the one it was for, or we cannot know.
    pub(super) fn forget_announcements(&mut self, id: ConferenceId, gone: impl Fn(&Announcing) -> bool) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let before = conference.announcing.len();
        conference.announcing.retain(|one| !gone(one));
        if conference.announcing.len() != before {
            self.watch_announcements(id);
            self.out.touched.insert(Touched::Conference(id));
        }
    }

    /// The link broke: its end will not be told.
    pub(super) fn announcements_unheard(&mut self) {
        let ids: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        for id in ids {
            self.forget_announcements(id, |_| true);
        }
    }

    fn watch_announcements(&mut self, id: ConferenceId) {
        let next = self.conferences.get(&id).and_then(|c| c.announcing.iter().map(|one| one.until).min());
        match next {
            Some(next) => self.timers.set(Timer::AnnounceDue(id), next),
            None => drop(self.timers.clear(Timer::AnnounceDue(id))),
        }
    }

    /// Asked, and nothing heard of it; or its end was missed.
    pub(super) fn announcements_due(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let due = conference.announcing.iter().filter(|one| one.until <= self.now);
        let due: Vec<(u32, bool)> = due.map(|one| (one.serial, one.began)).collect();
        for (serial, began) in due {
            if began {
                self.take_announcement(id, serial);
            } else {
                self.announcement_failed(id, serial);
            }
        }
        self.watch_announcements(id);
    }

    /// The room is there: its door sounds as it was asked for, where that was.
    pub(super) fn set_door_sounds(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let (Some(beep), Some(room)) = (conference.door.wanted, self.room_of(conference)) else { return };
        let Some(lane) = conference.active().map(|(_, leg)| leg.id).next() else { return };
        let sounds: [(bool, Passing, Option<SoundFile>); 2] = [
            (conference.door.enter_set, Passing::Enter, beep.on_enter()),
            (conference.door.exit_set, Passing::Exit, beep.on_exit()),
        ];
        for (set, door, sound) in sounds {
            if !set {
                let room = room.clone();
                self.command(Tag::Quiet(lane), lane, Command::DoorSound { room, door, sound });
            }
        }
    }

    pub(super) fn door_sound_set(&mut self, id: ConferenceId, door: Passing) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            match door {
                Passing::Enter => conference.door.enter_set = true,
                Passing::Exit => conference.door.exit_set = true,
            }
        }
    }
}
