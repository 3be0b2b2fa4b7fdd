//! Recordings of a conference. Begun, paused and over when the switch says so; and one that stops although nobody asked
//! is noticed.

use super::{Accepting, Ids, Node, Touched, announcing::lane_of_sounds, answering::refuse};
use crate::domain::{
    announcement::{Listener, SoundFile},
    conference::{Conference, Introduction},
    effect::{Command, Effect, RecordVerb, Room, Tag},
    endpoint::Safe,
    fact::{Fact, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId, RecordingId},
    input::RecordingNews,
    recording::{Recording, RecordingAsk, RecordingEnd, RecordingState},
    request::{Actor, RefusalCode},
    states::{ConferenceState, LegState},
    timers::Timer,
};
use std::{collections::BTreeMap, time::Duration};

/// The announcement has been heard by then.
const ANNOUNCED: Duration = Duration::from_secs(60);
/// The switch tells of a recording a moment before it lists it.
const LISTED: Duration = Duration::from_millis(1500);

impl Node {
    /// Begins to record, announced first where that is configured. Recorded already: then that is so.
    pub(super) fn start_recording(&mut self, actor: &Actor, id: ConferenceId, ids: &mut dyn Ids) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let Some(rules) = self.rules.recording.clone() else {
            return Err(refuse(
                RefusalCode::WrongState,
                "recording is not set up; ask the administrator to enable [recording] in the configuration",
            ));
        };
        match conference.recording() {
            Some(one) if one.asked == Some(RecordingAsk::Stop) => {
                return Err(refuse(
                    RefusalCode::WrongState,
                    "the recording is being stopped; try again when it has ended",
                ));
            }
            Some(_) => return Ok(id),
            None => {}
        }
        let Some((lane, room)) = self.room_with_somebody(conference) else {
            return Err(refuse(RefusalCode::WrongState, "the room is not open yet; try again when somebody is in it"));
        };
        let recording = RecordingId::new(ids.uuid());
        let path = rules.path(self.now, recording).map_err(|fault| {
            refuse(RefusalCode::WrongState, format!("[recording] file: {fault}; ask the administrator to change it"))
        })?;
        let fact = Fact::RecordingAsked { recording, path: path.to_string(), announce: rules.announce.is_some() };
        self.record(Subject::Conference(id), Some(actor.into()), fact);
        match rules.announce {
            Some(sound) => self.announce_recording(id, room, sound),
            None => self.tell_recorder(id, lane, Command::Record { room, path, verb: RecordVerb::Start }),
        }
        Ok(id)
    }

    fn announce_recording(&mut self, id: ConferenceId, room: Room, sound: Safe) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.notices.push_back(false);
        }
        self.command(Tag::Record(id), lane_of_sounds(id), Command::Announce { room, sound });
        self.timers.set(Timer::RecordingDue(id), self.now.plus(ANNOUNCED));
    }

    pub(super) fn stop_recording(&mut self, actor: &Actor, id: ConferenceId) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let Some(found) = conference.recording() else { return Ok(id) };
        let (recording, announcing, pending) = (found.id, found.announcing, found.asked == Some(RecordingAsk::Stop));
        if !pending {
            self.record(Subject::Conference(id), Some(actor.into()), Fact::RecordingStopAsked { recording });
            if announcing {
                self.recording_over(id, recording, RecordingEnd::Stopped, None, None);
            } else {
                self.send_recorder(id, RecordVerb::Stop);
            }
        }
        Ok(id)
    }

    pub(super) fn pause_recording(&mut self, actor: &Actor, id: ConferenceId, on: bool) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let found = conference.recording().filter(|one| one.started_at.is_some() && !one.stop_asked);
        let Some(found) = found else {
            return Err(refuse(RefusalCode::WrongState, "nothing is being recorded; start a recording first"));
        };
        let is_so = match found.asked {
            Some(RecordingAsk::Pause(asked)) => asked == on,
            _ => (found.state == RecordingState::Paused) == on,
        };
        if !is_so {
            let fact = Fact::RecordingPauseAsked { recording: found.id, on };
            self.record(Subject::Conference(id), Some(actor.into()), fact);
            self.send_recorder(id, if on { RecordVerb::Pause } else { RecordVerb::Resume });
        }
        Ok(id)
    }

    /// The room, and somebody in it whose lane its commands take.
    fn room_with_somebody(&self, conference: &Conference) -> Option<(ChannelId, Room)> {
        Some((self.lane_of(conference)?, self.room_of(conference)?))
    }

    fn send_recorder(&mut self, id: ConferenceId, verb: RecordVerb) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let path = conference.recording().and_then(|one| Safe::new(one.path.clone()).ok());
        let Some(((lane, room), path)) = self.room_with_somebody(conference).zip(path) else { return };
        self.tell_recorder(id, lane, Command::Record { room, path, verb });
    }

    fn tell_recorder(&mut self, id: ConferenceId, lane: ChannelId, command: Command) {
        self.command(Tag::Record(id), lane, command);
        self.timers.set(Timer::RecordingDue(id), self.now.plus(self.rules.times.control));
    }

    fn recording_now(&self, id: ConferenceId) -> Option<&Recording> {
        self.conferences.get(&id).and_then(Conference::recording)
    }

    /// Something was played to the end: was it the announcement?
    pub(super) fn room_played(&mut self, id: ConferenceId, file: &str) {
        let announced = self.rules.recording.as_ref().is_some_and(|rules| rules.announces(file));
        if !announced {
            return;
        }
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        let stopped = conference.notices.pop_front();
        let more = !conference.notices.is_empty();
        let Some(recording) = self.recording_now(id).filter(|one| one.announcing).map(|one| one.id) else { return };
        match stopped {
            Some(false) => {}
            // One that was asked for later may be heard yet.
            _ if more => return,
            // Stopped half-way; or nobody was there to hear of it.
            _ => return self.announce_again(id, recording),
        }
        self.conference_fact(id, Fact::RecordingAnnounced { recording });
        self.timers.clear(Timer::RecordingDue(id));
        // Nobody may be left to record; then the room's end says so.
        self.send_recorder(id, RecordVerb::Start);
    }

    /// Whoever comes while it is recorded hears by themselves what the others heard before it began; of those who wait on
    /// hold, when they are let in.
    pub(super) fn tell_of_recording(&mut self, id: ConferenceId, participant: ParticipantId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(person) = conference.participant(participant) else { return };
        // Behind music without an end they would not hear it.
        let waits = person.waits_for_host || person.introduction == Some(Introduction::Waiting);
        let Some(leg) = person.leg().filter(|leg| leg.state == LegState::Joined && !waits && !person.settings.hold)
        else {
            return;
        };
        let untold = |one: &&Recording| !one.stop_asked && leg.since >= one.asked_at && !one.told.contains(&leg.id);
        let recording = conference.recording().filter(untold).map(|one| one.id);
        let sound = self.rules.recording.as_ref().and_then(|rules| rules.announce.as_ref());
        let file = sound.and_then(|sound| SoundFile::new(sound.as_str()).ok());
        let listener = leg.member.map(|member| Listener { channel: leg.id, member });
        if let (Some(recording), Some(file), Some(room), Some(listener)) =
            (recording, file, self.room_of(conference), listener)
        {
            let leg = listener.channel;
            self.conference_fact(id, Fact::RecordingTold { recording, participant, leg });
            self.command(Tag::Quiet(leg), leg, Command::Play { room, file, listener: Some(listener) });
        }
    }

    /// None of them will be heard of any more.
    pub(super) fn forget_notices(&mut self, id: ConferenceId) {
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.notices.clear();
        }
    }

    /// Everything that played was stopped, and with it what people must hear before they are recorded.
    fn announce_again(&mut self, id: ConferenceId, recording: RecordingId) {
        let sound = self.rules.recording.as_ref().and_then(|rules| rules.announce.clone());
        let room = self.conferences.get(&id).and_then(|conference| self.room_with_somebody(conference));
        self.conference_fact(id, Fact::RecordingAnnouncedAgain { recording });
        // Nobody may be left to tell; then the room's end says so.
        if let (Some(sound), Some((_, room))) = (sound, room) {
            self.announce_recording(id, room, sound);
        }
    }

    /// The switch tells of a recording.
    pub(super) fn recording_news(&mut self, id: ConferenceId, path: &str, news: &RecordingNews, ids: &mut dyn Ids) {
        let Some(found) = self.recording_now(id).filter(|one| one.path == path) else {
            if *news == RecordingNews::Started {
                self.stop_stray(id, path);
            }
            return;
        };
        let (recording, state, stop_asked, asked) = (found.id, found.state, found.stop_asked, found.asked);
        match news {
            RecordingNews::Started if state == RecordingState::Starting => {
                self.conference_fact(id, Fact::RecordingStarted { recording });
                self.timers.clear(Timer::RecordingDue(id));
                // Asked to stop before it had begun, the switch may have known of nothing to stop.
                if stop_asked {
                    self.send_recorder(id, RecordVerb::Stop);
                }
            }
            RecordingNews::Started => {}
            RecordingNews::Refused => self.recording_over(id, recording, RecordingEnd::NotOpened, None, None),
            RecordingNews::Paused(on) => {
                let shown = state == RecordingState::Paused;
                if state != RecordingState::Starting && (shown != *on || asked == Some(RecordingAsk::Pause(*on))) {
                    self.conference_fact(id, Fact::RecordingPaused { recording, on: *on });
                    if self.recording_now(id).is_some_and(|one| one.asked.is_none()) {
                        self.timers.clear(Timer::RecordingDue(id));
                    }
                }
            }
            RecordingNews::Stopped { milliseconds, bytes, members } => {
                let conference = self.conferences.get(&id);
                let ending = conference.is_some_and(|c| c.state == ConferenceState::Ending);
                // The switch closes the file before the last of them is in the other room.
                let merged =
                    conference.is_some_and(|c| c.was_merged() && c.active().all(|(_, leg)| leg.passing.is_some()));
                let end = match state {
                    RecordingState::Starting => RecordingEnd::NotOpened,
                    _ if stop_asked => RecordingEnd::Stopped,
                    _ if merged && *members == 0 => RecordingEnd::Merged,
                    _ if ending || *members == 0 => RecordingEnd::ConferenceOver,
                    _ => RecordingEnd::ByItself,
                };
                self.recording_over(id, recording, end, *milliseconds, *bytes);
            }
        }
        self.settle_conference(id, ids);
    }

    fn recording_over(
        &mut self,
        id: ConferenceId,
        recording: RecordingId,
        end: RecordingEnd,
        milliseconds: Option<u64>,
        bytes: Option<u64>,
    ) {
        self.timers.clear(Timer::RecordingDue(id));
        self.conference_fact(id, Fact::RecordingEnded { recording, end, milliseconds, bytes });
    }

    /// The room is gone. Its recordings went before it, and would have told.
    pub(super) fn recording_room_gone(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        if let Some(found) = self.recording_now(id) {
            let begun = found.started_at.is_some();
            let end = if begun { RecordingEnd::Unseen } else { RecordingEnd::NotStarted };
            self.recording_over(id, found.id, end, None, None);
            self.settle_conference(id, ids);
        }
    }

    /// What the switch lists as being recorded in the room, and whether it is paused.
    pub(super) fn recordings_seen(&mut self, id: ConferenceId, listed: &BTreeMap<String, bool>, ids: &mut dyn Ids) {
        for path in listed.keys() {
            self.stop_stray(id, path);
        }
        let Some(found) = self.recording_now(id) else { return };
        let (recording, path) = (found.id, found.path.clone());
        let (stop_asked, listed_by) = (found.stop_asked, found.started_at.map(|at| at.plus(LISTED)));
        if let Some(paused) = listed.get(&path) {
            self.recording_news(id, &path, &RecordingNews::Started, ids);
            self.recording_news(id, &path, &RecordingNews::Paused(*paused), ids);
            return;
        }
        match listed_by {
            // What was asked may be on its way yet.
            None if self.timers.is_set(Timer::RecordingDue(id)) => {}
            None => self.recording_over(id, recording, RecordingEnd::NotStarted, None, None),
            Some(by) if self.now < by => self.timers.set(Timer::RecordingDue(id), by),
            Some(_) if stop_asked => self.recording_over(id, recording, RecordingEnd::Stopped, None, None),
            Some(_) => self.recording_over(id, recording, RecordingEnd::ByItself, None, None),
        }
    }

    /// One of ours that was given up, and began after all. Nobody is shown that it runs, so it must not.
    fn stop_stray(&mut self, id: ConferenceId, path: &str) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let ours = conference.recordings.iter().any(|one| one.is_over() && one.path == path);
        let Some((lane, room)) = self.room_with_somebody(conference).filter(|_| ours) else { return };
        let Ok(path) = Safe::new(path) else { return };
        self.command(Tag::Quiet(lane), lane, Command::Record { room, path, verb: RecordVerb::Stop });
    }

    /// The switch refused what was asked of it.
    pub(super) fn recording_refused(&mut self, id: ConferenceId) {
        if let Some(conference) = self.conferences.get_mut(&id).filter(|c| c.recording().is_some_and(|r| r.announcing))
        {
            conference.notices.pop_back();
        }
        let Some(found) = self.recording_now(id) else { return };
        match (found.announcing, found.state) {
            (true, _) => self.recording_over(id, found.id, RecordingEnd::NotAnnounced, None, None),
            (_, RecordingState::Starting) => self.recording_over(id, found.id, RecordingEnd::NotOpened, None, None),
            _ => self.recording_in_doubt(id),
        }
    }

    /// Asked, and no effect seen in time.
    pub(super) fn recording_late(&mut self, id: ConferenceId, ids: &mut dyn Ids) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let nobody = conference.active().count() == 0;
        let Some(found) = conference.recording() else { return };
        if nobody {
            self.recording_room_gone(id, ids);
        } else if found.announcing {
            self.recording_over(id, found.id, RecordingEnd::NotAnnounced, None, None);
        } else {
            self.recording_in_doubt(id);
        }
    }

    /// It is shown as the switch has it.
    fn recording_in_doubt(&mut self, id: ConferenceId) {
        self.timers.clear(Timer::RecordingDue(id));
        if let Some(found) = self.conferences.get_mut(&id).and_then(Conference::recording_mut) {
            found.asked = None;
        }
        self.out.touched.insert(Touched::Conference(id));
        self.effect(Effect::Resync);
    }

    /// Nobody is in it any more: the switch closes the file, and then it is over.
    pub(super) fn recording_holds_up(&mut self, id: ConferenceId) -> bool {
        let Some(found) = self.recording_now(id) else { return false };
        if found.started_at.is_none() {
            self.recording_over(id, found.id, RecordingEnd::NotStarted, None, None);
            return false;
        }
        if !self.timers.is_set(Timer::RecordingDue(id)) {
            self.timers.set(Timer::RecordingDue(id), self.now.plus(self.rules.times.control));
        }
        true
    }
}
