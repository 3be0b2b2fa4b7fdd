//! Dialplan applications: what each does to the channel, and the stack they run on.

use super::{
    channel::{Message, Running, State, Wait},
    dialplan::Destination,
    text,
    world::{TICK, World},
};
use std::time::Duration;

/// What an application came to.
pub(super) enum Outcome {
    /// It returned.
    Done,
    /// It stays on the stack until something ends it.
    Waits(Wait),
    /// The channel went elsewhere, or was hung up: nothing of this stack goes on.
    Left,
}

impl World {
    /// Takes the next dialplan action, if no application is running.
    pub(super) fn step(&mut self, uuid: &str) {
        while let Some(channel) = self.live_mut(uuid) {
            if !channel.stack.is_empty() || channel.bond.is_some() || channel.state != State::Execute {
                return;
            }
            let Some((app, arg)) = channel.actions.pop_front() else {
                // The dialplan has nothing more for it.
                self.hang_up(uuid, "NORMAL_CLEARING");
                return;
            };
            let app_uuid = self.new_uuid();
            if !self.execute(uuid, &app, &arg, app_uuid, false) {
                return;
            }
        }
    }

    /// Runs one application on top of whatever the channel is in. True: it has returned.
    pub(super) fn execute(&mut self, uuid: &str, app: &str, arg: &str, app_uuid: String, locked: bool) -> bool {
        let Some(channel) = self.live_mut(uuid) else { return false };
        let arg = expand(arg, |name| channel.get(name).unwrap_or_default().to_owned());
        channel.set("current_application_data", arg.as_str());
        channel.set("current_application", app);
        let headers = application_headers(app, &arg, &app_uuid);
        self.tell("CHANNEL_EXECUTE", uuid, &[], &headers);
        let id = self.next_serial();
        let running = Running { id, app: app.to_owned(), arg: arg.clone(), app_uuid, wait: Wait::Sleep, locked };
        match self.run(uuid, app, &arg, running.id) {
            Outcome::Done => {
                self.tell("CHANNEL_EXECUTE_COMPLETE", uuid, &[], &headers);
                self.live(uuid).is_some()
            }
            Outcome::Waits(wait) => {
                let starts = wait.clone();
                if let Some(channel) = self.live_mut(uuid) {
                    channel.stack.push(Running { wait, ..running });
                }
                self.started(uuid, id, &starts);
                false
            }
            Outcome::Left => false,
        }
    }

    fn run(&mut self, uuid: &str, app: &str, arg: &str, id: u64) -> Outcome {
        match app {
            "answer" => self.answer(uuid),
            "pre_answer" | "ring_ready" => self.ring(uuid),
            "set" | "export" => {
                if let Some(channel) = self.live_mut(uuid) {
                    let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
                    channel.set(name.trim_start_matches("nolocal:"), value);
                }
            }
            "multiset" => {
                if let Some(channel) = self.live_mut(uuid) {
                    for pair in text::words(arg) {
                        if let Some((name, value)) = pair.split_once('=') {
                            channel.set(name, value);
                        }
                    }
                }
            }
            "unset" => {
                if let Some(channel) = self.live_mut(uuid) {
                    channel.set(arg, "");
                }
            }
            "log" | "info" | "event" | "sched_heartbeat" | "break" | "respond" | "ringback" => {}
            "park" => {
                // Sent to a channel that a socket already keeps parked, it returns at once.
                let in_socket = self
                    .live(uuid)
                    .is_some_and(|channel| channel.stack.iter().any(|running| running.wait == Wait::Socket));
                if !in_socket {
                    return Outcome::Waits(Wait::Park);
                }
            }
            "playback" | "endless_playback" => {
                return Outcome::Waits(Wait::Play { path: arg.to_owned(), expired: false });
            }
            "sleep" => {
                let pause = Duration::from_millis(arg.trim().parse().unwrap_or(0));
                self.after_on(pause, uuid, move |world, uuid| world.finish_app(uuid, id));
                return Outcome::Waits(Wait::Sleep);
            }
            "hangup" => {
                let cause = if arg.is_empty() { "NORMAL_CLEARING" } else { arg };
                self.hang_up(uuid, cause);
            }
            "sched_hangup" => self.schedule_hang_up(uuid, arg),
            "transfer" => return self.app_transfer(uuid, arg),
            "conference" => return self.enter_room(uuid, arg),
            "bridge" => return self.app_bridge(uuid, arg),
            "play_and_get_digits" => return Self::app_digits(arg),
            "socket" => return self.app_socket(uuid, arg, id),
            _ => {
                // An application FreeSWITCH does not have kills the leg.
                self.hang_up(uuid, "DESTINATION_OUT_OF_ORDER");
                return Outcome::Left;
            }
        }
        Outcome::Done
    }

    /// What follows once an application is on the stack.
    fn started(&mut self, uuid: &str, id: u64, wait: &Wait) {
        match wait {
            Wait::Park => self.park_started(uuid),
            Wait::Play { path, .. } => self.play_started(uuid, id, path),
            Wait::Bridge => self.dial_of_bridge(uuid),
            Wait::Digits(_) => self.digits_started(uuid, id),
            Wait::Room | Wait::Connecting | Wait::Greeted | Wait::Socket | Wait::Stranded | Wait::Sleep => {}
        }
    }

    /// An application returned; whatever is below it goes on.
    pub(super) fn finish_app(&mut self, uuid: &str, id: u64) {
        let Some(channel) = self.live_mut(uuid) else { return };
        let Some(at) = channel.stack.iter().position(|running| running.id == id) else { return };
        if at + 1 < channel.stack.len() {
            // Something runs on top of it: it returns when that has.
            if let Wait::Play { expired, .. } = &mut channel.stack[at].wait {
                *expired = true;
            }
            return;
        }
        let Some(running) = channel.stack.pop() else { return };
        self.tell_returned(uuid, &running);
        self.go_on(uuid);
    }

    /// Continues what is now on top of the stack, or the dialplan.
    pub(super) fn go_on(&mut self, uuid: &str) {
        let Some(channel) = self.live(uuid) else { return };
        match channel.stack.last() {
            None => self.step(uuid),
            Some(Running { id, wait: Wait::Play { expired: true, .. }, .. }) => {
                let id = *id;
                self.finish_app(uuid, id);
            }
            Some(Running { wait: Wait::Socket, id, .. }) => {
                let id = *id;
                self.take_messages(uuid);
                self.leave_closed_socket(uuid, id);
            }
            Some(_) => self.take_messages(uuid),
        }
    }

    pub(super) fn tell_returned(&mut self, uuid: &str, running: &Running) {
        match &running.wait {
            Wait::Play { path, .. } => self.play_stopped(uuid, path),
            Wait::Park | Wait::Socket | Wait::Stranded => self.tell_of("CHANNEL_UNPARK", uuid),
            Wait::Room | Wait::Bridge | Wait::Connecting | Wait::Greeted | Wait::Sleep | Wait::Digits(_) => {}
        }
        // Parked by the state machine, not by an application.
        if !running.app.is_empty() {
            let headers = application_headers(&running.app, &running.arg, &running.app_uuid);
            self.tell("CHANNEL_EXECUTE_COMPLETE", uuid, &[], &headers);
        }
    }

    /// Ends every application of a channel, the innermost first: it goes elsewhere, or away.
    pub(super) fn unwind(&mut self, uuid: &str) {
        while let Some(running) = self.channels.get_mut(uuid).and_then(|channel| channel.stack.pop()) {
            match running.wait {
                Wait::Room => self.leave_room(uuid),
                Wait::Bridge => {
                    self.abandon_dial(uuid);
                    self.part(uuid);
                }
                _ => {}
            }
            self.tell_returned(uuid, &running);
        }
        let follows_to_the_grave = self
            .channels
            .get(uuid)
            .is_some_and(|channel| channel.cause.is_some() && channel.bond.as_ref().is_some_and(|bond| !bond.leads));
        if !follows_to_the_grave {
            self.part(uuid);
        }
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.actions.clear();
        }
    }

    /// `sendmsg`, delivered at the next frame.
    pub(super) fn send_message(&mut self, uuid: &str, message: Message) {
        let Some(channel) = self.live_mut(uuid) else { return };
        channel.inbox.push_back(message);
        self.after_on(TICK, uuid, |world, uuid| world.take_messages(uuid));
    }

    /// Takes what was sent to the channel, unless the application on top was sent locked.
    pub(super) fn take_messages(&mut self, uuid: &str) {
        while let Some(channel) = self.live_mut(uuid) {
            let held_up =
                |running: &Running| running.locked || matches!(running.wait, Wait::Connecting | Wait::Greeted);
            if channel.stack.last().is_some_and(held_up) {
                return;
            }
            match channel.inbox.pop_front() {
                None => return,
                Some(Message::Hangup { cause }) => self.hang_up(uuid, &cause),
                Some(Message::Execute { app, arg, app_uuid, locked }) => {
                    self.execute(uuid, &app, &arg, app_uuid, locked);
                }
            }
        }
    }

    fn app_transfer(&mut self, uuid: &str, arg: &str) -> Outcome {
        let words = text::words(arg);
        let Some(destination) = Destination::from_words(&words) else { return Outcome::Done };
        // The application returns, then the dialplan is looked up anew.
        let headers = application_headers("transfer", arg, "");
        self.tell("CHANNEL_EXECUTE_COMPLETE", uuid, &[], &headers[..headers.len() - 1]);
        self.route(uuid, &destination);
        Outcome::Left
    }

    /// `[+]seconds [cause]`.
    fn schedule_hang_up(&mut self, uuid: &str, arg: &str) {
        let mut words = arg.split_whitespace();
        let seconds = words.next().map(|word| word.trim_start_matches('+')).and_then(|word| word.parse().ok());
        if let Some(seconds) = seconds {
            self.plan_hang_up(uuid, seconds, words.next().unwrap_or("NORMAL_CLEARING"));
        }
    }

    pub(super) fn plan_hang_up(&mut self, uuid: &str, seconds: u64, cause: &str) {
        let task = self.next_serial();
        self.scheduled.push(super::world::Scheduled { task, uuid: uuid.to_owned() });
        let cause = cause.to_owned();
        self.after_on(Duration::from_secs(seconds), uuid, move |world, uuid| {
            if world.scheduled.iter().any(|scheduled| scheduled.task == task) {
                world.scheduled.retain(|scheduled| scheduled.task != task);
                world.hang_up(uuid, &cause);
            }
        });
    }
}

pub(super) fn application_headers(app: &str, arg: &str, app_uuid: &str) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Application", app.to_owned())];
    if !arg.is_empty() {
        headers.push(("Application-Data", arg.to_owned()));
    }
    headers.push(("Application-UUID", app_uuid.to_owned()));
    headers
}

/// `${name}`, once. What a variable holds is not looked into again, which a real one does.
fn expand(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        out.push_str(&rest[..at]);
        match rest[at..].find('}') {
            Some(end) => {
                out.push_str(&value(&rest[at + 2..at + end]));
                rest = &rest[at + end + 1..];
            }
            None => {
                out.push_str(&rest[at..]);
                rest = "";
            }
        }
    }
    out.push_str(rest);
    out
}
