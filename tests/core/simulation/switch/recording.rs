//! What the switch records, and what it tells of that.

use super::{Plan, Switch};
use switchboard::domain::{
    effect::{RecordVerb, Room},
    input::{Outcome, RecordingNews, RoomEventKind},
};

impl Switch {
    pub(super) fn announce(&mut self, room: &Room, sound: &str) -> Outcome {
        self.play(room, sound, None)
    }

    pub(super) fn recorder(&mut self, room: &Room, path: &str, verb: RecordVerb) -> Outcome {
        let name = room.name.as_str();
        let Some(found) = self.rooms.get_mut(name) else { return Outcome::Err("Conference not found".into()) };
        let known = found.recordings.contains_key(path);
        match verb {
            RecordVerb::Start => {
                assert!(!known, "a name is used once");
                let heard = found.heard.remove(super::super::world::IT_IS_RECORDED);
                assert!(heard, "nobody was told that they are recorded");
                let after = self.chance.ms(1, 30);
                self.plan(after, Plan::Record(name.to_owned(), path.to_owned()));
            }
            RecordVerb::Stop if known => self.tape_ends(name, path),
            RecordVerb::Stop => return Outcome::Err(format!("non-existant recording '{path}'")),
            // `+OK` stands before the `-ERR` when there is none.
            RecordVerb::Pause | RecordVerb::Resume if !known => {}
            RecordVerb::Pause | RecordVerb::Resume => {
                let paused = verb == RecordVerb::Pause;
                found.recordings.insert(path.to_owned(), paused);
                self.tell_recording(name, path, RecordingNews::Paused(paused));
            }
        }
        Outcome::Ok(String::new())
    }

    /// Now and then the file cannot be opened.
    pub(super) fn tape_opens(&mut self, room: &str, path: &str) {
        let Some(found) = self.rooms.get_mut(room) else { return };
        if self.chance.percent(10) {
            self.tell_recording(room, path, RecordingNews::Refused);
            let members = u32::try_from(self.rooms.get(room).map_or(0, |room| room.members.len())).unwrap_or(0);
            let news = RecordingNews::Stopped { milliseconds: Some(0), bytes: None, members };
            self.tell_recording(room, path, news);
            return;
        }
        found.recordings.insert(path.to_owned(), false);
        self.tell_recording(room, path, RecordingNews::Started);
    }

    /// Every recording ends, and nobody asked for it.
    pub fn disk_is_full(&mut self) {
        let tapes: Vec<(String, String)> = self
            .rooms
            .iter()
            .flat_map(|(name, room)| room.recordings.keys().map(|path| (name.clone(), path.clone())))
            .collect();
        for (room, path) in tapes {
            self.tape_ends(&room, &path);
        }
    }

    pub(super) fn tape_ends(&mut self, room: &str, path: &str) {
        let Some(found) = self.rooms.get_mut(room) else { return };
        found.recordings.remove(path);
        let members = u32::try_from(found.members.len()).unwrap_or(0);
        let news = RecordingNews::Stopped { milliseconds: Some(1), bytes: Some(60), members };
        self.tell_recording(room, path, news);
    }

    fn tell_recording(&mut self, room: &str, path: &str, news: RecordingNews) {
        self.tell_room(room, RoomEventKind::Recording { path: path.to_owned(), news });
    }
}
