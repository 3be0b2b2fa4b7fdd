//! `play_and_get_digits`: asks for keys, and leaves what was pressed in a variable.

use super::{
    apps::Outcome,
    channel::{Running, Wait},
    playback::length_of,
    world::World,
};
use std::time::{Duration, Instant};

/// What is asked, and what was pressed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Digits {
    least: usize,
    most: usize,
    /// Left, this one included.
    tries: u32,
    wait: Duration,
    terminators: String,
    prompt: String,
    bad: String,
    variable: String,
    typed: String,
    /// Rises with each key and each try: a deadline of an earlier turn means nothing.
    turn: u64,
    /// The prompt plays still.
    speaking: bool,
}

impl World {
    /// `MIN MAX TRIES TIMEOUT TERMINATORS PROMPT BAD VARIABLE`
    pub(super) fn app_digits(arg: &str) -> Outcome {
        let words: Vec<&str> = arg.split(' ').collect();
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let number = |at: usize| word(at).parse::<u64>().unwrap_or(0);
        let size = |at: usize| usize::try_from(number(at)).unwrap_or(0);
        Outcome::Waits(Wait::Digits(Box::new(Digits {
            least: size(0),
            most: size(1).max(size(0)),
            tries: u32::try_from(number(2)).unwrap_or(1),
            // Never less than a second.
            wait: Duration::from_millis(number(3).max(1000)),
            terminators: if word(4).is_empty() { "#".to_owned() } else { word(4).to_owned() },
            prompt: word(5).to_owned(),
            bad: word(6).to_owned(),
            variable: word(7).to_owned(),
            ..Digits::default()
        })))
    }

    /// Says what is to be said, and waits from then on.
    pub(super) fn digits_started(&mut self, uuid: &str, id: u64) {
        let Some(digits) = self.digits(uuid, id) else { return };
        digits.turn += 1;
        digits.typed.clear();
        digits.speaking = true;
        let (turn, prompt, variable) = (digits.turn, digits.prompt.clone(), digits.variable.clone());
        if let Some(channel) = self.live_mut(uuid) {
            channel.set(&variable, "");
        }
        self.heard.entry(uuid.to_owned()).or_default().push((Instant::now(), prompt.clone()));
        self.tell("PLAYBACK_START", uuid, &[], &[("Playback-File-Path", prompt.clone())]);
        self.after_on(length_of(&prompt).unwrap_or_default(), uuid, move |world, uuid| {
            let Some(digits) = world.digits(uuid, id).filter(|digits| digits.turn == turn) else { return };
            digits.speaking = false;
            world.tell("PLAYBACK_STOP", uuid, &[], &[("Playback-File-Path", prompt)]);
            world.digits_wait(uuid, id);
        });
    }

    /// From now on so long for the next key.
    fn digits_wait(&mut self, uuid: &str, id: u64) {
        let Some(digits) = self.digits(uuid, id) else { return };
        digits.turn += 1;
        let (turn, wait) = (digits.turn, digits.wait);
        self.after_on(wait, uuid, move |world, uuid| {
            if world.digits(uuid, id).is_some_and(|digits| digits.turn == turn) {
                world.digits_over(uuid, id);
            }
        });
    }

    /// A key, if keys are waited for.
    pub(super) fn digit_pressed(&mut self, uuid: &str, key: char) {
        let asking = |running: &Running| matches!(running.wait, Wait::Digits(_)).then_some(running.id);
        let Some(id) = self.live(uuid).and_then(|channel| channel.stack.last()).and_then(asking) else { return };
        let Some(digits) = self.digits(uuid, id) else { return };
        let (spoke, prompt) = (std::mem::take(&mut digits.speaking), digits.prompt.clone());
        let ends = digits.terminators.contains(key);
        if !ends {
            digits.typed.push(key);
        }
        let over = ends || digits.typed.len() >= digits.most;
        if spoke {
            self.tell("PLAYBACK_STOP", uuid, &[], &[("Playback-File-Path", prompt)]);
        }
        if over {
            self.digits_over(uuid, id);
        } else {
            self.digits_wait(uuid, id);
        }
    }

    fn digits_over(&mut self, uuid: &str, id: u64) {
        let Some(digits) = self.digits(uuid, id) else { return };
        digits.turn += 1;
        digits.tries = digits.tries.saturating_sub(1);
        let (typed, variable, bad) = (digits.typed.clone(), digits.variable.clone(), digits.bad.clone());
        let (enough, again) = (typed.len() >= digits.least && !typed.is_empty(), digits.tries > 0);
        if let Some(channel) = self.live_mut(uuid) {
            // What was pressed stays there, also if it was too little.
            channel.set(&variable, typed.as_str());
        }
        if enough {
            return self.finish_app(uuid, id);
        }
        self.after_on(length_of(&bad).unwrap_or_default(), uuid, move |world, uuid| {
            if again {
                world.digits_started(uuid, id);
            } else {
                world.finish_app(uuid, id);
            }
        });
    }

    fn digits(&mut self, uuid: &str, id: u64) -> Option<&mut Digits> {
        let running = self.live_mut(uuid)?.stack.iter_mut().find(|running| running.id == id)?;
        match &mut running.wait {
            Wait::Digits(digits) => Some(digits),
            _ => None,
        }
    }
}
