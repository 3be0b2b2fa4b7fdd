//! Music, tones and files: how long they last, and being parked.

use super::{channel::Wait, speech, world::World};
use std::time::{Duration, Instant};

impl World {
    pub(super) fn play_started(&mut self, uuid: &str, id: u64, path: &str) {
        let headers = file_headers(path);
        self.tell("PLAYBACK_START", uuid, &[], &headers);
        if !path.starts_with("local_stream://") {
            self.heard.entry(uuid.to_owned()).or_default().push((Instant::now(), path.to_owned()));
        }
        let Some(channel) = self.live(uuid) else { return };
        let endless = channel.application().0 == "endless_playback";
        let bound =
            channel.get("playback_timeout_sec").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        let length = if endless { None } else { [length_of(path), bound].into_iter().flatten().min() };
        if let Some(length) = length {
            self.after_on(length, uuid, move |world, uuid| world.finish_app(uuid, id));
        }
    }

    pub(super) fn play_stopped(&mut self, uuid: &str, path: &str) {
        let mut headers = file_headers(path);
        headers.push(("Playback-Status", "done".into()));
        self.tell("PLAYBACK_STOP", uuid, &[], &headers);
    }

    /// Ends what is played to a channel, as `uuid_break` does.
    pub(super) fn break_playback(&mut self, uuid: &str) {
        let Some(channel) = self.live(uuid) else { return };
        let playing = channel.stack.last().filter(|running| matches!(running.wait, Wait::Play { .. })).map(|r| r.id);
        if let Some(id) = playing {
            self.finish_app(uuid, id);
        }
    }

    /// Park takes the `park_timeout` with it: it is armed now, and no longer a variable.
    pub(super) fn park_started(&mut self, uuid: &str) {
        self.tell_of("CHANNEL_PARK", uuid);
        let Some(channel) = self.live_mut(uuid) else { return };
        let timeout = channel.get("park_timeout").map(str::to_owned);
        channel.set("park_timeout", "");
        channel.set("park_after_bridge", "");
        let Some(id) = channel.stack.last().map(|running| running.id) else { return };
        let Some(timeout) = timeout else { return };
        let (seconds, cause) = timeout.split_once(':').unwrap_or((&timeout, "NORMAL_CLEARING"));
        let Some(seconds) = seconds.parse().ok().filter(|seconds| *seconds > 0) else { return };
        let cause = cause.to_owned();
        let time = self.coarse_seconds(seconds);
        self.after_on(time, uuid, move |world, uuid| {
            let still = world
                .live(uuid)
                .is_some_and(|channel| channel.stack.iter().any(|r| r.id == id && r.wait == Wait::Park));
            if still {
                world.hang_up(uuid, &cause);
            }
        });
    }
}

fn file_headers(path: &str) -> Vec<(&'static str, String)> {
    let kind = path.split_once("://").map_or("file", |(kind, _)| kind);
    vec![("Playback-File-Type", kind.to_owned()), ("Playback-File-Path", path.to_owned())]
}

/// How long a file or stream lasts. None: for ever.
pub(super) fn length_of(path: &str) -> Option<Duration> {
    match path.split_once("://") {
        Some(("local_stream", _)) => None,
        Some(("tts", _)) => speech::length_of(path),
        Some(("silence_stream", rest)) => {
            let millis: i64 = rest.split(',').next()?.parse().ok()?;
            u64::try_from(millis).ok().map(Duration::from_millis)
        }
        // One after the other.
        Some(("file_string", rest)) => rest.split('!').map(length_of).sum(),
        Some(("tone_stream", rest)) => {
            let loops: i64 = match rest.split_once("loops=") {
                Some((_, loops)) => loops.trim().parse().unwrap_or(1),
                None => 1,
            };
            let loops = u64::try_from(loops).ok()?;
            // Groups of sound and silence, one after the other.
            let groups = rest.split("%(").skip(1).map(|group| {
                let tones = group.split_once(')').map_or(group, |(tones, _)| tones).replace('\\', "");
                let mut numbers = tones.split(',').map_while(|number| number.trim().parse::<u64>().ok());
                Some(numbers.next()? + numbers.next()?)
            });
            let once = groups.sum::<Option<u64>>().filter(|length| *length > 0)?;
            Some(Duration::from_millis(once * loops))
        }
        // A file nobody has: as long as the usual short announcement.
        _ => Some(Duration::from_secs(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_last_as_long_as_they_say() {
        assert_eq!(length_of("local_stream://moh"), None);
        assert_eq!(length_of("tone_stream://%(300,200,800);loops=-1"), None);
        assert_eq!(length_of("tone_stream://%(300,200,800);loops=2"), Some(Duration::from_millis(1000)));
        let two = "tone_stream://v=-17;%(300,50,1000);%(600,0,800)";
        assert_eq!(length_of(two), Some(Duration::from_millis(950)));
        let said = "file_string://a.wav!tone_stream://%(200,0,950)!tone_stream://%(100,100,620)";
        assert_eq!(length_of(said), Some(Duration::from_millis(2400)));
        assert_eq!(length_of("silence_stream://1500"), Some(Duration::from_millis(1500)));
        assert_eq!(length_of("silence_stream://-1"), None);
    }
}
