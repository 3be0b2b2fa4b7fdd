//! What happens in the demonstration, decided on standard input: for tests of the page, pictures of it, and for
//! showing somebody what cannot be waited for.

use super::callers::{Callers, far_end};
use crate::{simulator::Simulator, web::ShutdownToken};
use std::{io::BufRead, sync::Arc};

const HELP: &str = "\
call                          somebody calls
call NAME <NUMBER> [QUEUE]    this person calls
press NUMBER KEYS             whoever is at the other end under this number presses these keys
dial-in NAME <NUMBER> KEYS    this person calls the access number, and presses these keys when asked
hang-up NUMBER                whoever is at the other end under this number hangs up
link down | link up           the Event Socket is cut and stays so; it is back
restart                       FreeSWITCH dies, with everybody in it, and comes back";

#[derive(Debug, PartialEq)]
enum Command<'a> {
    SomebodyCalls,
    Call { name: &'a str, number: &'a str, queue: &'a str },
    Press { number: &'a str, keys: &'a str },
    DialIn { name: &'a str, number: &'a str, keys: &'a str },
    HangUp { number: &'a str },
    Link { up: bool },
    Restart,
}

/// Reads on a thread of its own, which ends with the process: a read cannot be given up.
///
/// When the input ends, whoever decided is gone, and the demonstration ends too.
pub(super) fn listen(callers: Arc<Callers>, simulator: Arc<Simulator>, shutdown: ShutdownToken) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            match parse(&line) {
                Some(command) => carry_out(&command, &callers, &simulator),
                None => eprintln!("{HELP}"),
            }
        }
        shutdown.cancel();
    });
}

fn carry_out(command: &Command, callers: &Arc<Callers>, simulator: &Simulator) {
    match command {
        Command::SomebodyCalls => callers.somebody_calls(),
        Command::Call { name, number, queue } => callers.call(name, number, queue),
        Command::Press { number, keys } => {
            for channel in simulator.channels().iter().filter(|channel| far_end(&channel.name) == *number) {
                for key in keys.chars() {
                    simulator.press(&channel.uuid, key);
                }
            }
        }
        Command::DialIn { name, number, keys } => callers.clone().dial_in(name, number, keys),
        Command::HangUp { number } => {
            for channel in simulator.channels().iter().filter(|channel| far_end(&channel.name) == *number) {
                simulator.hang_up(&channel.uuid, "NORMAL_CLEARING");
            }
        }
        Command::Link { up } => {
            simulator.refuse_connections(!up);
            if !up {
                simulator.drop_all_connections();
            }
        }
        Command::Restart => simulator.restart(),
    }
}

fn parse(line: &str) -> Option<Command<'_>> {
    let line = line.trim();
    let (verb, rest) = line.split_once(' ').map_or((line, ""), |(verb, rest)| (verb, rest.trim()));
    match (verb, rest) {
        ("call", "") => Some(Command::SomebodyCalls),
        ("call", who) => {
            let (name, rest) = who.split_once('<')?;
            let (number, queue) = rest.split_once('>')?;
            let queue = queue.trim();
            Some(Command::Call {
                name: name.trim(),
                number: number.trim(),
                queue: if queue.is_empty() { "main" } else { queue },
            })
        }
        ("press", what) => {
            let (number, keys) = what.split_once(' ')?;
            let good = !keys.is_empty() && keys.chars().all(|key| "0123456789*#".contains(key));
            good.then_some(Command::Press { number, keys })
        }
        ("dial-in", who) => {
            let (name, rest) = who.split_once('<')?;
            let (number, keys) = rest.split_once('>')?;
            Some(Command::DialIn { name: name.trim(), number: number.trim(), keys: keys.trim() })
        }
        ("hang-up", number) if !number.is_empty() => Some(Command::HangUp { number }),
        ("link", "down") => Some(Command::Link { up: false }),
        ("link", "up") => Some(Command::Link { up: true }),
        ("restart", "") => Some(Command::Restart),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_command_or_asks_for_help() {
        assert_eq!(parse("call"), Some(Command::SomebodyCalls));
        let call = Command::Call { name: "Ada Lovelace", number: "+4930555010", queue: "main" };
        assert_eq!(parse(" call Ada Lovelace <+4930555010>"), Some(call));
        let call = Command::Call { name: "", number: "110", queue: "front desk" };
        assert_eq!(parse("call <110> front desk"), Some(call));
        let dial_in = Command::DialIn { name: "Ada", number: "110", keys: "4711" };
        assert_eq!(parse("dial-in Ada <110> 4711"), Some(dial_in));
        assert_eq!(parse("hang-up 1004"), Some(Command::HangUp { number: "1004" }));
        assert_eq!(parse("press 1004 *9"), Some(Command::Press { number: "1004", keys: "*9" }));
        assert_eq!(parse("link down"), Some(Command::Link { up: false }));
        assert_eq!(parse("restart"), Some(Command::Restart));
        for unclear in ["", "help", "call Ada", "hang-up", "link", "press 1004", "press 1004 x"] {
            assert_eq!(parse(unclear), None, "{unclear:?}");
        }
    }
}
