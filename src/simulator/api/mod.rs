//! The `api` commands, one file for each family.

mod channels;
mod conference;
mod members;
mod originate;
pub(super) mod playing;
mod show;
mod system;

use super::{
    event::Event,
    world::{Done, World},
};
use std::time::Duration;

/// Runs one command; `done` gets its output, at once or when it has finished.
pub(super) fn run(world: &mut World, name: &str, arg: &str, done: Done) {
    let arg = arg.trim();
    if world.wanted("API", None) {
        let mut event = Event::new("API");
        event.add("API-Command", name);
        if !arg.is_empty() {
            event.add("API-Command-Argument", arg);
        }
        world.fire(event);
    }
    let text = match name.to_ascii_lowercase().as_str() {
        "msleep" => {
            let pause = Duration::from_millis(arg.parse().unwrap_or(0));
            world.after(pause, move |world| done(world, "+OK".into()));
            return;
        }
        "originate" => return originate::originate(world, arg, done),
        "conference" => conference::conference(world, arg),
        "show" => show::show(world, arg),
        "hupall" => channels::hang_up_all(world, arg),
        "sched_hangup" => channels::sched_hangup(world, arg),
        "sched_del" => channels::sched_del(world, arg),
        name if name.starts_with("uuid_") => channels::uuid(world, name, arg),
        name => system::system(world, name, arg).unwrap_or_else(|| format!("-ERR {name} Command not found!\n")),
    };
    done(world, text);
}
