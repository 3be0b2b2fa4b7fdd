//! What the switch lists, read into types: channels, bridges, rooms, its own health, and the replies to commands.
//!
//! Lists are read leniently: a row that does not parse is left out and the rest counts. A list that is no list at all
//! is an error, because an empty picture would be read as "everybody hung up".

use crate::domain::{
    ids::ChannelId,
    input::{ChannelInfo, Health, MemberSnapshot, Outcome, RoomSnapshot},
    setting::Setting,
    text::is_unprintable,
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::collections::{BTreeMap, BTreeSet};

/// A reply that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the switch answered {command} with {got:?}, which cannot be read")]
pub struct Unreadable {
    command: &'static str,
    got: String,
}

fn unreadable(command: &'static str, text: &str) -> Unreadable {
    Unreadable { command, got: text.chars().take(120).collect() }
}

/// No value of the switch is longer than this for us; the rest is cut off.
const LONGEST: usize = 256;

/// Text a stranger may have chosen: bounded, on one line, without control characters and what turns the direction.
pub(super) fn clean(text: &str) -> String {
    clean_to(text, LONGEST)
}

/// The same with a length of its own.
pub(super) fn clean_to(text: &str, longest: usize) -> String {
    text.chars().filter(|&c| !is_unprintable(c)).take(longest).collect::<String>().trim().to_owned()
}

/// Only ids in the form the switch itself makes: other spellings of a UUID would not find their channel again.
pub(super) fn channel_id(text: &str) -> Option<ChannelId> {
    let id: ChannelId = text.parse().ok()?;
    (id.to_string() == text.to_ascii_lowercase()).then_some(id)
}

/// What the reply to a command says became of it.
pub fn reply(body: &str) -> Outcome {
    let line = body.trim().lines().next().unwrap_or_default().trim();
    if let Some(rest) = line.strip_prefix("-ERR") {
        Outcome::Err(clean(rest))
    } else if line.starts_with("-USAGE") || line.starts_with("-ERROR") {
        Outcome::Err(clean(line))
    } else if let Some(rest) = line.strip_prefix("+OK") {
        Outcome::Ok(clean(rest))
    } else {
        Outcome::Ok(clean(line))
    }
}

/// `conference ROOM relate 0`, one relation a line: `1 -> 2 NOSPEAK HEAR NOSENDVIDEO`. That there are none is said as
/// an error, or in words.
pub fn relations(body: &str) -> Outcome {
    let relation = |line: &str| {
        let mut words = line.split_whitespace();
        let (from, arrow, to) = (words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?);
        let rest: Vec<&str> = words.collect();
        (arrow == "->").then(|| ((from, to), rest.contains(&"NOSPEAK") && rest.contains(&"HEAR")))
    };
    match reply(body) {
        Outcome::Err(text) if !text.contains("no reply") => Outcome::Err(text),
        _ => Outcome::Relations(body.lines().filter_map(relation).collect()),
    }
}

/// `show channels as json`
pub fn channels(text: &str) -> Result<BTreeMap<ChannelId, ChannelInfo>, Unreadable> {
    Ok(rows("show channels", text)?.filter_map(|row| channel(&row)).collect())
}

fn channel(row: &Value) -> Option<(ChannelId, ChannelInfo)> {
    let id = channel_id(row.get("uuid")?.as_str()?)?;
    let callstate = string(row, "callstate");
    // The row outlives the channel by a moment.
    if matches!(string(row, "state").as_str(), "CS_HANGUP" | "CS_REPORTING" | "CS_DESTROY") || callstate == "HANGUP" {
        return None;
    }
    // What was dialed, before anybody moved the channel elsewhere.
    let destination = [string(row, "initial_dest"), string(row, "dest")].into_iter().find(|text| !text.is_empty());
    let info = ChannelInfo {
        name: string(row, "name"),
        inbound: string(row, "direction") == "inbound",
        answered: matches!(callstate.as_str(), "ACTIVE" | "HELD" | "UNHELD"),
        caller_name: string(row, "cid_name"),
        caller_number: string(row, "cid_num"),
        destination: destination.unwrap_or_default(),
        application: string(row, "application"),
        ..ChannelInfo::default()
    };
    Some((id, info))
}

/// `show bridged_calls as json`; `show calls as json` would list channels alone, too, and those are left out.
pub fn bridges(text: &str) -> Result<BTreeSet<(ChannelId, ChannelId)>, Unreadable> {
    let pair = |row: Value| {
        let first = channel_id(row.get("uuid")?.as_str()?)?;
        let second = channel_id(row.get("b_uuid")?.as_str()?)?;
        Some((first, second))
    };
    Ok(rows("show bridged_calls", text)?.filter_map(pair).collect())
}

/// What every list of `show … as json` is.
#[derive(Deserialize)]
struct List<'a> {
    row_count: Option<Value>,
    #[serde(borrow)]
    rows: Option<Vec<&'a RawValue>>,
}

fn rows<'a>(command: &'static str, text: &'a str) -> Result<impl Iterator<Item = Value> + use<'a>, Unreadable> {
    let list: List = serde_json::from_str(text.trim()).map_err(|_| unreadable(command, text))?;
    match (list.rows, list.row_count) {
        (Some(rows), _) => Ok(one_by_one(rows)),
        // Without any row there is only the count.
        (None, Some(count)) if count == 0 || count == "0" => Ok(one_by_one(Vec::new())),
        _ => Err(unreadable(command, text)),
    }
}

/// Only one row at a time is taken apart: a full switch lists thousands, each with forty columns.
fn one_by_one<'a>(rows: Vec<&'a RawValue>) -> impl Iterator<Item = Value> + use<'a> {
    rows.into_iter().filter_map(|row| serde_json::from_str(row.get()).ok())
}

/// `conference json_list`
pub fn rooms(text: &str) -> Result<BTreeMap<String, RoomSnapshot>, Unreadable> {
    let text = text.trim();
    // What the switch says in words when there is no room: as a refusal or not, by version.
    let words = text.trim_start_matches("+OK").trim_start_matches("-ERR").trim();
    if words.starts_with("No active conferences") {
        return Ok(BTreeMap::new());
    }
    match serde_json::from_str(text) {
        Ok(rooms) => Ok(one_by_one(rooms).filter_map(|row| room(&row)).collect()),
        Err(_) => Err(unreadable("conference json_list", text)),
    }
}

fn room(row: &Value) -> Option<(String, RoomSnapshot)> {
    let name = string(row, "conference_name");
    if name.is_empty() {
        return None;
    }
    let members = row.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let locked = row.get("locked").and_then(Value::as_bool).unwrap_or(false);
    let recordings = members.iter().filter_map(recording).collect();
    Some((name, RoomSnapshot { locked, members: members.iter().filter_map(member).collect(), recordings }))
}

/// The file, and whether it is paused.
fn recording(row: &Value) -> Option<(String, bool)> {
    let path = row.get("record_path").and_then(Value::as_str).map(clean).filter(|path| !path.is_empty())?;
    Some((path, row.get("status").and_then(Value::as_str) == Some("paused")))
}

fn member(row: &Value) -> Option<(ChannelId, MemberSnapshot)> {
    // A recording is listed as a member, too, without a channel.
    let id = channel_id(row.get("uuid")?.as_str()?)?;
    let flag = |name: &str| row.get("flags").and_then(|flags| flags.get(name)).and_then(Value::as_bool);
    let member = MemberSnapshot {
        member: u32::try_from(row.get("id")?.as_u64()?).ok()?,
        seen: seen(row, &flag),
        talking: flag("talking").unwrap_or(false),
    };
    Some((id, member))
}

fn seen(row: &Value, flag: &impl Fn(&str) -> Option<bool>) -> Vec<Setting> {
    let level = |key| row.get(key).and_then(Value::as_i64);
    let hold = flag("hold");
    // Of one who is held the switch says that they can neither speak nor hear, whatever else is set.
    let otherwise = |name| flag(name).filter(|_| hold != Some(true)).map(|on| !on);
    let settings = [
        otherwise("can_speak").map(Setting::Muted),
        otherwise("can_hear").map(Setting::Deaf),
        hold.map(Setting::Hold),
        level("volume_in").and_then(|level| level.try_into().ok()).map(Setting::GainIn),
        level("volume_out").and_then(|level| level.try_into().ok()).map(Setting::GainOut),
        level("energy").and_then(|level| level.try_into().ok()).map(Setting::Energy),
    ];
    settings.into_iter().flatten().collect()
}

fn string(row: &Value, key: &str) -> String {
    row.get(key).and_then(Value::as_str).map(clean).unwrap_or_default()
}

/// `status`
pub fn health(text: &str) -> Result<Health, Unreadable> {
    let broken = || unreadable("status", text);
    let ready = if text.contains(") is ready") {
        true
    } else if text.contains(") is not ready") {
        false
    } else {
        return Err(broken());
    };
    let number = |end: &str| {
        text.lines().find_map(|line| line.trim().split_once(end).and_then(|(n, _)| n.trim().parse::<u32>().ok()))
    };
    // "10 session(s) - peak 12, …" and "500 session(s) max"; the line on sessions per second has another shape.
    let sessions = number(" session(s) - peak").ok_or_else(broken)?;
    let max_sessions = number(" session(s) max").ok_or_else(broken)?;
    Ok(Health { sessions, max_sessions, paused: !ready })
}

/// `version`, as shown to people: `1.11.3-dev (git cc93a68 …)`.
pub fn version(text: &str) -> String {
    let line = clean(text.trim().lines().next().unwrap_or_default());
    line.strip_prefix("FreeSWITCH Version ").map(str::to_owned).unwrap_or(line)
}

#[cfg(test)]
mod tests;
