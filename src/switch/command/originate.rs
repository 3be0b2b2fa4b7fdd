//! The text that makes phones ring: one, or several numbers of one person of whom the first to accept is taken.

use super::{place, quoted, whole_seconds};
use crate::domain::{
    announcement::SoundFile,
    effect::{Originate, Ringing, Target},
    endpoint::Safe,
};
use std::fmt::Write;

/// What `originate` gets from us; a route's own variables may not override these.
const OURS: [&str; 14] = [
    ROOM,
    "origination_uuid",
    "originate_timeout",
    "leg_timeout",
    "ignore_early_media",
    "origination_caller_id_name",
    "origination_caller_id_number",
    "execute_on_answer",
    "park_timeout",
    "group_confirm_key",
    "group_confirm_file",
    "group_confirm_read_timeout",
    "group_confirm_timeout",
    "group_confirm_cancel_timeout",
];

/// Another room, told while it rings: read when it is answered, before the room it was dialed for. mod_conference takes
/// what comes first, up to its flags. The room it was dialed for cannot be in the variable itself: what `originate`
/// sets is set again when a `user/…` answers.
pub(super) const ROOM: &str = "switchboard_room";

/// Plays until the key is pressed.
const TONE: &str = "tone_stream://%(300\\,200\\,800);loops=-1";

pub(super) fn originate(wanted: &Originate) -> String {
    let mut text = "originate ".to_owned();
    let (application, argument) = match &wanted.target {
        Target::Room(room, door) => ("conference", format!("${{{ROOM}}}{}", place(room, *door))),
        Target::Park(_) => ("park", String::new()),
    };
    let target = match wanted.reason.as_ref().filter(|_| !wanted.legs.iter().all(|leg| leg.confirm)) {
        // `^` separates the applications, because tones have commas.
        Some(reason) => format!("'m:^:playback:{reason}^{application}:{argument}' inline"),
        None => format!("&{application}({argument})"),
    };
    if let [one] = wanted.legs.as_slice() {
        let mut all = vec![("origination_uuid".to_owned(), one.leg.to_string())];
        all.extend(common(wanted));
        all.extend(own(one));
        // Writing to a String never fails.
        let _ = write!(text, "{{{}}}{} {target}", joined(all), one.endpoint);
    } else {
        let legs = wanted.legs.iter().map(|one| {
            let mut all = vec![("origination_uuid".to_owned(), one.leg.to_string())];
            all.extend(own(one));
            format!("[{}]{}", joined(all), one.endpoint)
        });
        let legs: Vec<String> = legs.collect();
        let _ = write!(text, "{{{}}}{} {target}", joined(common(wanted)), legs.join(","));
    }
    text
}

type Variables = Vec<(String, String)>;

fn joined(variables: Variables) -> String {
    let pairs: Vec<String> = variables.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join(",")
}

fn common(wanted: &Originate) -> Variables {
    let ring = whole_seconds(wanted.ring);
    let mut all = Variables::new();
    let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
    add("ignore_early_media", "true".to_owned());
    if wanted.legs.iter().any(|leg| leg.confirm) {
        // `originate_timeout` counts ringing and confirming together, so it only stands behind the two limits.
        let confirm = whole_seconds(wanted.confirm);
        add("originate_timeout", (ring + confirm + 2).to_string());
        add("leg_timeout", ring.to_string());
        add("group_confirm_file", prompt(wanted.reason.as_ref(), &wanted.prompt));
        add("group_confirm_read_timeout", "3000".to_owned());
        add("group_confirm_timeout", confirm.to_string());
    } else {
        add("originate_timeout", ring.to_string());
    }
    if let Target::Park(longest) = &wanted.target {
        add("park_timeout", whole_seconds(*longest).to_string());
    }
    let longest = whole_seconds(wanted.longest);
    // Counted by the switch from the moment of answer: it holds whatever becomes of us.
    add("execute_on_answer", format!("'sched_hangup +{longest} ALLOTTED_TIMEOUT'"));
    all
}

/// The switch reads the key from the leg as well: so of several only those are asked who are to be.
fn own(one: &Ringing) -> Variables {
    let mut all = Variables::new();
    let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
    if one.confirm {
        add("group_confirm_key", "1".to_owned());
    }
    if let Some(name) = &one.caller_id_name {
        add("origination_caller_id_name", quoted(name));
    }
    if let Some(number) = &one.caller_id_number {
        add("origination_caller_id_number", number.to_string());
    }
    for (name, value) in &one.variables {
        if !OURS.contains(&name.as_str()) {
            add(name.as_str(), quoted(value));
        }
    }
    all
}

/// `file_string` plays its files one after the other; it is asked for again and again until the key is pressed.
fn prompt(reason: Option<&SoundFile>, files: &[Safe]) -> String {
    let mut names: Vec<String> = reason.map(|reason| reason.as_str().replace(',', "\\,")).into_iter().collect();
    names.extend(files.iter().map(Safe::to_string));
    if files.is_empty() {
        names.push(TONE.to_owned());
    }
    match names.as_slice() {
        [one] => one.clone(),
        several => format!("file_string://{}", several.join("!")),
    }
}
