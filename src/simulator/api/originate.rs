//! `originate`: `<call url> <exten>|&<app>(<args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]`

use super::super::{
    dial::{Purpose, parse_plan, parse_target},
    text,
    world::{Done, World},
};

const USAGE: &str = "-USAGE: <call url> <exten>|&<application_name>(<app_args>) \
                     [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n";

pub(super) fn originate(world: &mut World, arg: &str, done: Done) {
    let words = text::split(arg, ' ', 10);
    if words.len() < 2 {
        done(world, USAGE.into());
        return;
    }
    // A space inside unquoted braces cuts them in two: there is no end to the variables.
    let (Some((groups, mut common)), Some(target)) = (parse_plan(&words[0]), parse_target(&words[1..])) else {
        done(world, "-ERR DESTINATION_OUT_OF_ORDER\n".into());
        return;
    };
    let mut groups = groups;
    for (name, at) in [("origination_caller_id_name", 4), ("origination_caller_id_number", 5)] {
        if let Some(value) = words.get(at) {
            common.push((name.to_owned(), value.clone()));
            for leg in groups.iter_mut().flatten() {
                leg.variables.insert(0, (name.to_owned(), value.clone()));
            }
        }
    }
    let timeout = words.get(6).and_then(|seconds| seconds.parse().ok());
    world.dial(groups, &common, timeout, Purpose::Originate { target, done });
}
