//! Recorded events, told again about other channels and rooms.

use std::collections::BTreeMap;

const MOVE: &str = include_str!("../../tests/recordings-switch/move.esl");
const ORIGINATE: &str = include_str!("../../tests/recordings-switch/originate.esl");

/// A recording, cut into events.
pub struct Recording {
    events: Vec<Recorded>,
    /// Channels as the recording names them, to be replaced by legs.
    channels: &'static [&'static str],
    room: &'static str,
}

struct Recorded {
    /// Everything after the frame's own head, in pieces between names that are replaced.
    text: &'static str,
    /// The subject is one of the channels, or the room.
    known: bool,
}

/// An event of some conference.
pub struct Frame {
    pub bytes: Vec<u8>,
    pub known: bool,
}

impl Recording {
    /// A live pair becomes a room, a third is rung into it, people talk, are muted, held and hung up.
    pub fn moving() -> Self {
        const CHANNELS: [&str; 3] = [
            "eff43899-970d-4a75-928e-2b048f0321dc",
            "a7700000-0000-4000-8000-000000000001",
            "a7700000-0000-4000-8000-000000000002",
        ];
        Self::cut(MOVE, &CHANNELS, "room-1")
    }

    /// Originates that end in every way there is.
    pub fn originating() -> Self {
        const CHANNELS: [&str; 10] = [
            "b1000000-0000-4000-8000-000000000017",
            "b2000000-0000-4000-8000-000000000018",
            "b2000000-0000-4000-8000-000000000019",
            "b2000000-0000-4000-8000-000000000020",
            "b2000000-0000-4000-8000-000000000021",
            "b2000000-0000-4000-8000-000000000022",
            "b2000000-0000-4000-8000-000000000023",
            "b2000000-0000-4000-8000-000000000024",
            "b2000000-0000-4000-8000-000000000025",
            "b2000000-0000-4000-8000-000000000026",
        ];
        Self::cut(ORIGINATE, &CHANNELS, "bgd")
    }

    fn cut(text: &'static str, channels: &'static [&'static str], room: &'static str) -> Self {
        let mut rest = text.trim_start();
        let mut events = Vec::new();
        while let Some((head, after)) = rest.split_once("\n\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
            let (body, more) = after.split_at(length.trim().parse().unwrap());
            let is = |name: &str, wanted: &[&str]| {
                let value = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                value.is_some_and(|value| wanted.contains(&value))
            };
            let of_job = body.contains("Job-Command-Arg: ") && channels.iter().any(|channel| body.contains(channel));
            let known = if body.contains("conference%3A%3Amaintenance") {
                is("Conference-Name", &[room])
            } else {
                is("Unique-ID", channels) || of_job
            };
            events.push(Recorded { text: body, known });
            rest = more.trim_start();
        }
        Self { events, channels, room }
    }

    /// How many legs a conference needs to play it.
    pub fn legs(&self) -> usize {
        self.channels.len()
    }

    /// The same about these legs in this room.
    pub fn about(&self, legs: &[String], room: &str) -> Vec<Frame> {
        let names: BTreeMap<&str, &str> =
            self.channels.iter().copied().zip(legs.iter().map(String::as_str)).chain([(self.room, room)]).collect();
        self.events
            .iter()
            .map(|event| Frame {
                bytes: frame(&names.iter().fold(event.text.to_owned(), |text, (old, new)| text.replace(old, new))),
                known: event.known,
            })
            .collect()
    }

    /// The event of one channel parked, for another channel.
    pub fn parked(leg: &str) -> Vec<u8> {
        let recording = Self::moving();
        let parked = recording.events.iter().find(|event| event.text.contains("Event-Name: CHANNEL_PARK")).unwrap();
        frame(&parked.text.replace(recording.channels[0], leg))
    }
}

/// As the switch sends it. An event with a body of its own counts that in its own head.
fn frame(text: &str) -> Vec<u8> {
    let mut text = text.to_owned();
    if let Some((head, body)) = text.split_once("\n\n").filter(|(head, _)| head.contains("\nContent-Length: ")) {
        let lines = head.lines().map(|line| match line.strip_prefix("Content-Length: ") {
            Some(_) => format!("Content-Length: {}", body.len()),
            None => line.to_owned(),
        });
        text = format!("{}\n\n{body}", lines.collect::<Vec<_>>().join("\n"));
    }
    format!("Content-Length: {}\nContent-Type: text/event-plain\n\n{text}", text.len()).into_bytes()
}

/// Takes one event of each conference in turn, as a switch does on which all of them go on at once.
pub fn mixed(conferences: Vec<Vec<Frame>>) -> Vec<Frame> {
    let mut rest: Vec<_> = conferences.into_iter().map(Vec::into_iter).collect();
    let mut mixed = Vec::new();
    loop {
        let before = mixed.len();
        mixed.extend(rest.iter_mut().filter_map(Iterator::next));
        if mixed.len() == before {
            return mixed;
        }
    }
}
