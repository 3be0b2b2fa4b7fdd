//! Recordings of a room: `conference ROOM recording …`, and what becomes of their files.
//!
//! A file is written when its folder is there: silence as long as what was recorded, with a proper header.

use super::{
    room::Room,
    world::{TICK, World, micros},
};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

const RATE: u64 = 8000;
const HEADER: u64 = 44;

/// One recording that runs or is paused.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    pub path: String,
    began: u64,
    /// What was recorded before the last pause, in microseconds.
    before: u64,
    /// Since when it runs; none while it is paused.
    since: Option<u64>,
    /// Its file is open. Until then nobody sees it, but its name is taken.
    pub open: bool,
}

impl Tape {
    fn recorded(&self) -> u64 {
        self.before + self.since.map_or(0, |since| micros().saturating_sub(since))
    }

    /// As `json_list` shows it among the members.
    pub(super) fn json(&self) -> Value {
        let mut shown = json!({
            "type": "recording_node",
            "record_path": self.path,
            "join_time": micros().saturating_sub(self.began) / 1_000_000,
        });
        if self.since.is_none() {
            shown["status"] = "paused".into();
        }
        shown
    }
}

impl World {
    pub(super) fn recording(&mut self, name: &str, args: &[&str]) -> String {
        match args {
            ["start", path, ..] => self.start_tape(name, path),
            ["stop"] => self.stop_tapes(name, None),
            ["stop", path, ..] => self.stop_tapes(name, Some(path).filter(|path| **path != "all").copied()),
            ["check", ..] => {
                let tapes = self.rooms.get(name).map(|room| room.tapes.as_slice()).unwrap_or_default();
                let lines: String = tapes
                    .iter()
                    .rev()
                    .filter(|tape| tape.open)
                    .map(|tape| format!("+OK Record file {}\n", tape.path))
                    .collect();
                if lines.is_empty() { "-ERR Conference is not being recorded.\n".into() } else { lines }
            }
            [verb @ ("pause" | "resume"), path, ..] => self.pause_tape(name, path, *verb == "pause"),
            _ => "recording [start|stop|check|pause|resume] [<filename>|all]".into(),
        }
    }

    /// The reply means nothing yet: the file is opened on a thread of its own.
    fn start_tape(&mut self, name: &str, path: &str) -> String {
        let Some(room) = self.rooms.get_mut(name) else { return String::new() };
        if room.tapes.iter().any(|tape| tape.path == path) {
            return format!("-ERR file [{path}] is already being used for recording.\n");
        }
        let now = micros();
        room.tapes.push(Tape { path: path.to_owned(), began: now, before: 0, since: Some(now), open: false });
        let (name, of, path) = (name.to_owned(), room.uuid.clone(), path.to_owned());
        let reply = format!("+OK Record file {path}\n");
        self.after(TICK, move |world| {
            let same = world.rooms.get(&name).is_some_and(|room| room.uuid == of && !room.ending);
            if !same {
                return;
            }
            let mut headers = vec![("Path", path.clone())];
            let opens = open(&path).is_ok();
            if !opens {
                headers.push(("Error", "File could not be opened for recording".to_owned()));
            }
            world.tell_room(&name, "start-recording", &headers);
            if opens {
                let tapes = world.rooms.get_mut(&name).map(|room| &mut room.tapes);
                if let Some(tape) = tapes.and_then(|tapes| tapes.iter_mut().find(|tape| tape.path == path)) {
                    tape.open = true;
                }
            } else {
                if let Some(room) = world.rooms.get_mut(&name) {
                    room.tapes.retain(|tape| tape.path != path);
                }
                let headers =
                    [("Path", path), ("Samples-Out", "0".to_owned()), ("Milliseconds-Elapsed", "0".to_owned())];
                world.tell_room(&name, "stop-recording", &headers);
            }
        });
        reply
    }

    fn stop_tapes(&mut self, name: &str, path: Option<&str>) -> String {
        let Some(room) = self.rooms.get_mut(name) else { return String::new() };
        let (stopped, kept) =
            room.tapes.drain(..).partition::<Vec<_>, _>(|tape| tape.open && path.is_none_or(|path| path == tape.path));
        room.tapes = kept;
        let mut text = String::new();
        for tape in stopped {
            text.push_str(&format!("Stopped recording file {}\n", tape.path));
            if let Some(room) = self.rooms.get(name).cloned() {
                self.tell_stopped(&room, &tape);
            }
        }
        if let (Some(path), true) = (path, text.is_empty()) {
            text = format!("-ERR non-existant recording '{path}'\n");
        }
        // The count is nought whatever was stopped.
        text + "+OK Stopped recording 0 files\n"
    }

    fn pause_tape(&mut self, name: &str, path: &str, pause: bool) -> String {
        let (verb, word) = if pause { ("pause-recording", "Pause") } else { ("resume-recording", "Resume") };
        let reply = format!("+OK {word} recording file {path}\n");
        let tapes = self.rooms.get_mut(name).map(|room| &mut room.tapes);
        let Some(tape) = tapes.and_then(|tapes| tapes.iter_mut().find(|tape| tape.open && tape.path == path)) else {
            return format!("{reply}-ERR non-existant recording '{path}'\n");
        };
        if pause {
            tape.before = tape.recorded();
            tape.since = None;
        } else if tape.since.is_none() {
            tape.since = Some(micros());
        }
        self.tell_room(name, verb, &[("Path", path.to_owned()), ("Other-Recordings", "true".to_owned())]);
        reply
    }

    /// The room is empty: its recordings end before it is told to be gone.
    pub(super) fn tapes_end(&mut self, room: &Room) {
        for tape in room.tapes.iter().filter(|tape| tape.open) {
            let alone = Room { tapes: Vec::new(), ..room.clone() };
            self.tell_stopped(&alone, tape);
        }
    }

    fn tell_stopped(&mut self, room: &Room, tape: &Tape) {
        let milliseconds = tape.recorded() / 1000;
        let samples = milliseconds * RATE / 1000;
        let mut headers = vec![
            ("Path", tape.path.clone()),
            ("Other-Recordings", (!room.tapes.is_empty()).to_string()),
            ("Samples-Out", samples.to_string()),
            ("Samplerate", RATE.to_string()),
            ("Milliseconds-Elapsed", milliseconds.to_string()),
        ];
        if write(&tape.path, samples).is_ok() {
            headers.push(("Record-File-Size", (HEADER + 2 * samples).to_string()));
        }
        self.tell_room_of(room, "stop-recording", &headers);
    }
}

/// Whether a real switch could: it knows the ending, and may write there.
fn open(path: &str) -> io::Result<()> {
    let path = Path::new(path);
    if path.starts_with("/proc") || path.starts_with("/sys") || path.extension().is_none_or(|kind| kind != "wav") {
        return Err(io::Error::other("no place to record to"));
    }
    if folder_is_there(path) { File::create(path).map(drop) } else { Ok(()) }
}

fn folder_is_there(path: &Path) -> bool {
    path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && folder.is_dir())
}

/// Mono, 16 bits, and as much silence as was recorded.
fn write(path: &str, samples: u64) -> io::Result<()> {
    let path = Path::new(path);
    if !folder_is_there(path) {
        return Ok(());
    }
    // Deleted meanwhile, it is gone: nothing is noticed but the size that is not told.
    let mut file = File::options().write(true).open(path)?;
    let data = u32::try_from(2 * samples).unwrap_or(u32::MAX);
    let rate = u32::try_from(RATE).unwrap_or(8000);
    let mut head = Vec::with_capacity(44);
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&data.saturating_add(36).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt ");
    head.extend_from_slice(&16u32.to_le_bytes());
    head.extend_from_slice(&1u16.to_le_bytes());
    head.extend_from_slice(&1u16.to_le_bytes());
    head.extend_from_slice(&rate.to_le_bytes());
    head.extend_from_slice(&(rate * 2).to_le_bytes());
    head.extend_from_slice(&2u16.to_le_bytes());
    head.extend_from_slice(&16u16.to_le_bytes());
    head.extend_from_slice(b"data");
    head.extend_from_slice(&data.to_le_bytes());
    file.write_all(&head)?;
    file.set_len(HEADER + u64::from(data))
}
