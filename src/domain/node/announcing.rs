//! Sounds and texts played to everybody in a room or to one, and the sounds at its door. Over when the switch says so.

use super::{Accepting, Node, Touched, answering::refuse};
use crate::domain::{
    announcement::{Announcing, Content, Listener, Passing, SoundFile},
    effect::{Command, Tag},
    fact::{Fact, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId},
    request::{Actor, Announced, Refusal, RefusalCode},
    setting::Setting,
    speech,
    timers::Timer,
};
use std::time::Duration;

/// Whatever plays for longer, we have missed the end of.
const LONGEST: Duration = Duration::from_secs(600);

impl Node {
    /// Plays a sound or speaks a text, to everybody or to one.
    pub(super) fn announce(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        to: Option<ParticipantId>,
        what: &Announced,
    ) -> Accepting {
        self.conference_of(id, actor)?;
        let content = self.content(what)?;
        if let Some(participant) = to {
            let person = self.participant_of(id, participant, actor)?;
            if person.settings.hold || person.asked.iter().any(|ask| ask.is_for(Setting::Hold(true))) {
                return Err(refuse(
                    RefusalCode::WrongState,
                    "whoever is on hold hears music only; take them off hold first",
                ));
            }
        }
        if !self.begin_announcement(id, Some(actor.into()), to, content) {
            return Err(refuse(
                RefusalCode::WrongState,
                "it is heard by those who are in the room; ask again when they have joined",
            ));
        }
        Ok(id)
    }

    /// What is meant, if it can be played here.
    fn content(&self, what: &Announced) -> Result<Content, Refusal> {
        let rules = &self.rules.conference;
        match what {
            Announced::Sound(name) => match rules.sounds.by_name.get(name).cloned() {
                Some(file) => Ok(Content::Sound { name: name.clone(), file }),
                None => {
                    let names: Vec<&str> = rules.sounds.by_name.keys().map(String::as_str).collect();
                    let detail = format!("there is no sound of this name; there are {}", names.join(", "));
                    Err(refuse(RefusalCode::BadInput, detail))
                }
            },
            Announced::Text { text, language } => {
                let Some(voices) = &rules.speech else {
                    return Err(refuse(
                        RefusalCode::WrongState,
                        "nothing can be spoken here; play a sound, or ask the administrator to name an engine and a \
                         voice in [speech] of the configuration",
                    ));
                };
                if !self.link.speaks {
                    let (node, module) = (&self.id, &voices.module);
                    let detail = format!(
                        "FreeSWITCH {node} has not loaded {module}, which would speak it; play a sound, or ask the \
                         administrator to load it"
                    );
                    return Err(refuse(RefusalCode::WrongState, detail));
                }
                voices.speech(text.clone(), language.as_deref()).map(Content::Text).ok_or_else(|| {
                    let known: Vec<&str> = voices.voices.keys().map(String::as_str).collect();
                    let known = if known.is_empty() { "none is set up".into() } else { known.join(", ") };
                    let detail =
                        format!("there is no voice for this language ({known}); leave it out for the usual one");
                    refuse(RefusalCode::BadInput, detail)
                })
            }
        }
    }

    /// The sound that goes with a warning of the end. Nobody has asked for it, so nobody is told if it cannot be.
    pub(super) fn announce_warning(&mut self, id: ConferenceId) {
        let sounds = &self.rules.conference.sounds;
        let named = sounds.warning.clone().and_then(|name| Some((sounds.by_name.get(&name)?.clone(), name)));
        if let Some((file, name)) = named {
            self.begin_announcement(id, None, None, Content::Sound { name, file });
        }
    }

    pub(super) fn begin_announcement(
        &mut self,
        id: ConferenceId,
        actor: Option<Person>,
        to: Option<ParticipantId>,
        content: Content,
    ) -> bool {
        let Some(conference) = self.conferences.get(&id) else { return false };
        let Some(room) = self.room_of(conference).filter(|_| self.lane_of(conference).is_some()) else { return false };
        let listener = match to {
            Some(participant) => {
                let Some((channel, member)) = self.member_of(id, participant) else { return false };
                Some(Listener { channel, member })
            }
            None => None,
        };
        if let Some((sound, text)) = told(&content) {
            let fact = Fact::AnnouncementAsked { participant: to, sound, text };
            self.record(Subject::Conference(id), actor, fact);
        }
        let (wait, command) = match &content {
            Content::Sound { file, .. } => {
                (self.rules.times.control, Command::Play { room, file: file.clone(), listener })
            }
            // The switch says that it has it when the voice has prepared it.
            Content::Text(speech) | Content::Names(speech) => {
                (speech::PATIENCE, Command::Say { room, speech: speech.clone(), listener })
            }
        };
        let until = self.now.plus(wait);
        let Some(conference) = self.conferences.get_mut(&id) else { return false };
        conference.announcements += 1;
        let serial = conference.announcements;
        conference.announcing.push(Announcing { serial, to, content, began: false, stopping: false, until });
        self.command(Tag::Announce(id, serial), lane_of_sounds(id), command);
        self.watch_announcements(id);
        self.out.touched.insert(Touched::Conference(id));
        true
    }

    /// Ends what is played to everybody, or to one.
    pub(super) fn stop_announcing(&mut self, actor: &Actor, id: ConferenceId, to: Option<ParticipantId>) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        if let Some(participant) = to {
            self.participant_of(id, participant, actor)?;
        }
        let listener = to.and_then(|participant| self.member_of(id, participant));
        let somebody = listener.is_some() || self.lane_of(conference).is_some();
        let playing = conference.announcing.iter().any(|one| one.to == to && !one.stopping);
        let (Some(room), true) = (self.room_of(conference), playing && somebody) else {
            return Err(refuse(RefusalCode::WrongState, "nothing is being announced; it may be over already"));
        };
        let until = self.now.plus(self.rules.times.control);
        if let Some(conference) = self.conferences.get_mut(&id) {
            for one in conference.announcing.iter_mut().filter(|one| one.to == to) {
                one.stopping = true;
                one.until = until;
            }
            // That it is going to be recorded must be heard: it will be said again.
            if to.is_none() {
                conference.notices.iter_mut().for_each(|stopped| *stopped = true);
            }
        }
        let listener = listener.map(|(channel, member)| Listener { channel, member });
        let lane = lane_of_sounds(id);
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
        let Announcing { to: participant, content, stopping, .. } = done;
        match told(&content) {
            Some((sound, text)) if stopping => {
                self.conference_fact(id, Fact::AnnouncementStopped { participant, sound, text });
            }
            Some((sound, text)) => self.conference_fact(id, Fact::AnnouncementPlayed { participant, sound, text }),
            None => self.name_who_came(id),
        }
    }

    /// The switch refused it.
    pub(super) fn announcement_failed(&mut self, id: ConferenceId, serial: u32) {
        let Some(Announcing { to: participant, content, .. }) = self.take_announcement(id, serial) else { return };
        match told(&content) {
            Some((sound, text)) => self.conference_fact(id, Fact::AnnouncementFailed { participant, sound, text }),
            None => self.names_failed(id),
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
        let fits = |one: &&Announcing| one.to == to && one.began == began && file.ends_with(&one.content.file());
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
            self.forget_notices(id);
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
        let (Some(beep), Some(room)) = (self.tones_at_the_door(conference), self.room_of(conference)) else { return };
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

/// What is told of it in the journal: the sound's name, or the text. Names at the door are not.
fn told(content: &Content) -> Option<(String, Option<String>)> {
    match content {
        Content::Names(_) => None,
        content => Some((content.sound().to_owned(), content.text().map(str::to_owned))),
    }
}

/// Whatever is played in a room takes one lane, so that what stops it does not overtake it, and a voice that takes its
/// time holds up nobody's muting.
pub(super) fn lane_of_sounds(id: ConferenceId) -> ChannelId {
    ChannelId(id.uuid())
}
