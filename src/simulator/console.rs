//! The commands of the Event Socket itself.

use super::{
    api,
    channel::Message,
    control::ReceivedCommand,
    event::Event,
    session::{Format, Linger},
    wire::{self, Command, command_reply},
    world::World,
};
use std::time::Instant;
use tokio::sync::oneshot;

/// What a connection does with a command.
pub(super) enum Next {
    Reply(Vec<u8>),
    /// A reply, then a farewell and the end.
    Last(Vec<u8>, Vec<u8>),
    /// The reply comes when the command has done its work.
    Later(oneshot::Receiver<Vec<u8>>),
}

fn reply(text: impl AsRef<str>) -> Next {
    Next::Reply(command_reply(text.as_ref()))
}

/// A client that has not said the password.
pub(super) fn introduce(world: &mut World, command: &Command, unknown: &mut bool) -> Next {
    match command.split() {
        ("auth", password) if password == world.config.password => {
            *unknown = false;
            reply("+OK accepted")
        }
        ("auth", _) => Next::Last(command_reply("-ERR invalid"), wire::goodbye(None)),
        ("exit" | "...", _) => Next::Last(command_reply("+OK bye"), wire::goodbye(None)),
        _ => reply("-ERR command not found"),
    }
}

/// A command of a client that may give any.
pub(super) fn obey(world: &mut World, id: u64, command: &Command) -> Next {
    let (verb, rest) = command.split();
    let verb = verb.to_ascii_lowercase();
    if matches!(verb.as_str(), "api" | "bgapi" | "sendmsg") {
        world.commands.push(ReceivedCommand {
            verb: verb.clone(),
            text: if verb == "sendmsg" { spelled_out(command) } else { rest.to_owned() },
            connection: id,
            at: Instant::now(),
        });
    }
    let Some(session) = world.sessions.get_mut(&id) else { return reply("-ERR no session") };
    session.begin();
    match verb.as_str() {
        "api" | "bgapi" if rest.is_empty() => reply("-ERR command not found"),
        "api" => {
            let (answer, later) = oneshot::channel();
            let (name, arg) = rest.split_once(' ').unwrap_or((rest, ""));
            api::run(
                world,
                name,
                arg,
                Box::new(|_, text| {
                    // A client that went away does not miss its answer.
                    let _ = answer.send(wire::api_response(&text));
                }),
            );
            Next::Later(later)
        }
        "bgapi" => background(world, command, rest),
        "sendmsg" => send_message(world, id, command, rest),
        "event" => {
            let (format, names) = match rest.split_once(' ').unwrap_or((rest, "")) {
                ("json", names) => ("json", names),
                ("xml", names) => ("xml", names),
                ("plain", names) => ("plain", names),
                _ => ("plain", rest),
            };
            let kind = match format {
                "json" => Format::Json,
                "xml" => Format::Xml,
                _ => Format::Plain,
            };
            if session.subscribe(kind, names) {
                reply(format!("+OK event listener enabled {format}"))
            } else {
                reply("-ERR no keywords supplied")
            }
        }
        "nixevent" if !rest.is_empty() => {
            session.unsubscribe(rest);
            reply("+OK events nixed")
        }
        "nixevent" => reply("-ERR no keywords supplied"),
        "noevents" => {
            session.no_events();
            reply("+OK no longer listening for events")
        }
        "filter" => filter(session, rest),
        "myevents" => {
            let mut words = rest.split_whitespace().filter(|word| !matches!(*word, "plain" | "json" | "xml"));
            let uuid = words.next().map(str::to_owned).or_else(|| session.controls.clone());
            match uuid {
                Some(uuid) => {
                    session.my_events(&uuid);
                    reply("+OK Events Enabled")
                }
                None => reply("-ERR command not found"),
            }
        }
        "divert_events" if session.outbound => {
            reply(if rest == "off" { "+OK events not diverted" } else { "+OK events diverted" })
        }
        "divert_events" => reply("-ERR not controlling a session."),
        "linger" if session.outbound => match rest.parse::<u64>() {
            Ok(seconds) => {
                session.linger = Linger::Seconds(seconds);
                reply(format!("+OK will linger {seconds} seconds"))
            }
            Err(_) => {
                session.linger = Linger::Forever;
                reply("+OK will linger")
            }
        },
        "nolinger" if session.outbound => {
            session.linger = Linger::No;
            reply("+OK will not linger")
        }
        "linger" | "nolinger" => reply("-ERR not controlling a session"),
        "log" => {
            let level = rest.parse().unwrap_or(7_u8);
            reply(format!("+OK log level {level} [{level}]"))
        }
        "nolog" => reply("+OK no longer logging"),
        "connect" if session.outbound => {
            let uuid = session.controls.clone().unwrap_or_default();
            let data = channel_data(world, &uuid);
            world.hook_connected(&uuid);
            Next::Reply(data)
        }
        "getvar" if session.outbound => {
            let uuid = session.controls.clone().unwrap_or_default();
            reply(world.channels.get(&uuid).and_then(|channel| channel.get(rest)).unwrap_or_default())
        }
        "sendevent" => send_event(world, command, rest),
        "exit" | "..." => {
            let controls = session.controls.clone().filter(|_| session.outbound);
            Next::Last(command_reply("+OK bye"), wire::goodbye(controls.as_deref()))
        }
        _ => reply("-ERR command not found"),
    }
}

/// The job starts in a thread of its own; the reply, and other connections' sight of it, wait until it has.
fn background(world: &mut World, command: &Command, rest: &str) -> Next {
    let job = command.header("job-uuid").map_or_else(|| world.new_uuid(), str::to_owned);
    let (name, arg) = rest.split_once(' ').unwrap_or((rest, ""));
    let (name, arg) = (name.to_owned(), arg.to_owned());
    let (answer, later) = oneshot::channel();
    let start = world.config.job_start;
    world.after(start, move |world| {
        let (title, of, with) = (job.clone(), name.clone(), arg.clone());
        api::run(
            world,
            &name,
            &arg,
            Box::new(move |world, text| {
                let mut event = Event::new("BACKGROUND_JOB");
                event.add("Job-UUID", title).add("Job-Command", of);
                if !with.is_empty() {
                    event.add("Job-Command-Arg", with);
                }
                event.body = Some(if text.is_empty() { "-ERR no reply\n".into() } else { text });
                world.fire(event);
            }),
        );
        let _ = answer.send(wire::job_reply(&job));
    });
    Next::Later(later)
}

fn filter(session: &mut super::session::Session, rest: &str) -> Next {
    let mut words = rest.splitn(2, ' ');
    match (words.next().unwrap_or_default(), words.next()) {
        ("", _) => reply("-ERR command not found"),
        ("delete", Some(what)) => {
            let (header, value) = what.split_once(' ').map_or((what, None), |(header, value)| (header, Some(value)));
            session.delete_filter(header, value);
            let value = format!("[{}]", value.unwrap_or_default());
            reply(format!("+OK filter deleted. [{header}]{value}"))
        }
        (header, Some(value)) => {
            let header = if header == "add" { value.split(' ').next().unwrap_or(value) } else { header };
            let value = value.strip_prefix(header).map_or(value, str::trim_start);
            session.add_filter(header, value);
            reply(format!("+OK filter added. [{header}]=[{value}]"))
        }
        (_, None) => reply("-ERR invalid syntax"),
    }
}

fn send_message(world: &mut World, id: u64, command: &Command, rest: &str) -> Next {
    let named = rest.split_whitespace().next().map(str::to_owned);
    let own = world.sessions.get(&id).and_then(|session| session.controls.clone());
    let Some(uuid) = named.or(own) else { return reply("-ERR invalid session id") };
    if world.live(&uuid).is_none() {
        return reply(format!("-ERR invalid session id [{uuid}]"));
    }
    let text = |name: &str| command.header(name).unwrap_or_default().to_owned();
    match text("call-command").as_str() {
        "execute" => {
            let arg = command.header("execute-app-arg").map_or_else(|| command.body.clone(), str::to_owned);
            let app_uuid = command.header("event-uuid").map_or_else(|| world.new_uuid(), str::to_owned);
            let locked = command.header("event-lock").is_some_and(super::text::is_true);
            let app = text("execute-app-name");
            let times = text("loops").parse::<usize>().unwrap_or(1).clamp(1, 100);
            for _ in 0..times {
                let (app, arg, app_uuid) = (app.clone(), arg.clone(), app_uuid.clone());
                world.send_message(&uuid, Message::Execute { app, arg, app_uuid, locked });
            }
            reply("+OK")
        }
        "hangup" => {
            let cause = command.header("hangup-cause").unwrap_or("NORMAL_CLEARING").to_owned();
            world.send_message(&uuid, Message::Hangup { cause });
            reply("+OK")
        }
        // Other commands (nomedia, unicast, xferext) are accepted and change nothing here.
        _ => reply("+OK"),
    }
}

/// Any client may forge any event.
fn send_event(world: &mut World, command: &Command, rest: &str) -> Next {
    let wanted = rest.split_whitespace().next().unwrap_or("CUSTOM").to_ascii_uppercase();
    // A name that is none is taken for a custom event.
    let name = super::event::NAMES.iter().find(|name| **name == wanted).unwrap_or(&"CUSTOM");
    let mut event = Event::new(name);
    for (name, value) in &command.headers {
        event.add(name.clone(), value.as_str());
    }
    event.uuid = command.header("unique-id").map(str::to_owned);
    event.body = Some(command.body.clone()).filter(|body| !body.is_empty());
    world.fire(event);
    reply(format!("+OK {}", world.new_uuid()))
}

/// The answer to `connect`: everything about the channel, encoded as an event is.
fn channel_data(world: &World, uuid: &str) -> Vec<u8> {
    let Some(channel) = world.channels.get(uuid) else { return command_reply("-ERR no session") };
    let mut event = Event::new("CHANNEL_DATA");
    event
        .add("Event-Name", "CHANNEL_DATA")
        .add("Core-UUID", &world.core_uuid)
        .add("FreeSWITCH-Hostname", &world.config.hostname)
        .add("FreeSWITCH-Switchname", &world.config.hostname);
    channel.caller_profile(&mut event, "Channel");
    channel.describe(&mut event);
    channel.add_variables(&mut event);
    event
        .add("Content-Type", "command/reply")
        .add("Reply-Text", "+OK\n")
        .add("Socket-Mode", "async")
        .add("Control", "full");
    let mut text = String::new();
    for (name, value) in &event.headers {
        text.push_str(name);
        text.push_str(": ");
        if name == "Content-Type" {
            text.push_str(value);
        } else {
            wire::encode_into(&mut text, value);
        }
        text.push('\n');
    }
    text.push('\n');
    text.into_bytes()
}

/// A `sendmsg` in one line, for whoever asks what was received.
fn spelled_out(command: &Command) -> String {
    let text = |name: &str| command.header(name).unwrap_or_default();
    let line = format!(
        "{} {} {} {}",
        command.split().1,
        text("call-command"),
        text("execute-app-name"),
        command.header("execute-app-arg").unwrap_or(&command.body)
    );
    line.trim().to_owned()
}
