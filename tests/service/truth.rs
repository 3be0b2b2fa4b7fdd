//! Is what the page shows what the switch has? Asked past the service.

use super::house::House;
use super::page::Picture;
use crate::support::esl_probe::Probe;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// What the switch has.
struct Switch {
    channels: BTreeMap<String, Channel>,
    /// Channels that hear each other outside of rooms.
    bridged: BTreeSet<String>,
    rooms: BTreeMap<String, BTreeSet<String>>,
}

struct Channel {
    inbound: bool,
    /// The user part of its name.
    user: String,
    callstate: String,
}

impl Switch {
    async fn ask(probe: &Probe) -> Self {
        let rows = |listing: String| {
            let parsed: Value = serde_json::from_str(&listing).unwrap_or_default();
            parsed["rows"].as_array().cloned().unwrap_or_default()
        };
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let channels = rows(probe.api("show channels as json").await)
            .iter()
            .map(|row| {
                let name = text(row, "name");
                let user = name.rsplit('/').next().and_then(|user| user.split('@').next()).unwrap_or_default();
                let inbound = row["direction"] == "inbound";
                (text(row, "uuid"), Channel { inbound, user: user.to_owned(), callstate: text(row, "callstate") })
            })
            .collect();
        let bridged = rows(probe.api("show bridged_calls as json").await);
        let bridged = bridged.iter().flat_map(|row| [text(row, "uuid"), text(row, "b_uuid")]).collect();
        let listing = probe.api("conference json_list").await;
        let rooms: Vec<Value> = serde_json::from_str(&listing).unwrap_or_default();
        let members = |room: &Value| {
            let members = room["members"].as_array().cloned().unwrap_or_default();
            members.iter().filter(|member| member["type"] == "caller").map(|member| text(member, "uuid")).collect()
        };
        let rooms = rooms.iter().map(|room| (text(room, "conference_name"), members(room))).collect();
        Self { channels, bridged, rooms }
    }

    fn channel_of(&self, user: &str, inbound: bool) -> Option<(&String, &Channel)> {
        self.channels.iter().find(|(_, channel)| channel.user == user && channel.inbound == inbound)
    }
}

/// Everything that the page says otherwise than the switch.
fn lies(page: &Picture, switch: &Switch) -> Vec<String> {
    let mut lies = Vec::new();
    if page.node_state() != "up" {
        lies.push(format!("the node is {}", page.node_state()));
    }
    let open: Vec<&Value> = page.conferences.values().filter(|one| one["state"] != "ended").collect();
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for conference in &open {
        let nobody = BTreeSet::new();
        let members = switch.rooms.get(text(conference, "room")).unwrap_or(&nobody);
        let mut joined = BTreeSet::new();
        for person in conference["participants"].as_array().into_iter().flatten() {
            let legs = person["legs"].as_array().cloned().unwrap_or_default();
            for leg in &legs {
                let (id, state) = (text(leg, "id").to_owned(), text(leg, "state"));
                let channel = switch.channels.get(&id);
                let callstate = channel.map(|channel| channel.callstate.as_str());
                let is_true = match state {
                    "joined" => members.contains(&id),
                    // The same channel is another conference's leg now.
                    "left" | "failed" if text(&leg["cause"], "code") == "moved" => !members.contains(&id),
                    "left" | "failed" => !members.contains(&id) && channel.is_none_or(|channel| channel.inbound),
                    "queued" => channel.is_none_or(|channel| channel.inbound),
                    "dialing" => callstate.is_none_or(|state| state == "DOWN"),
                    "ringing" => matches!(callstate, Some("RINGING" | "EARLY")),
                    "answered" | "confirming" => callstate == Some("ACTIVE") && !members.contains(&id),
                    _ => false,
                };
                if !is_true {
                    let (number, room) = (text(leg, "number"), members.contains(&id));
                    lies.push(format!(
                        "{number} is shown as {state}; its channel is {callstate:?}, in the room: {room}"
                    ));
                }
                if state == "joined" {
                    joined.insert(id.clone());
                }
                shown.insert(id);
            }
        }
        lies.extend(members.difference(&joined).map(|member| format!("{member} is in the room, and not shown")));
    }
    let rooms: BTreeSet<&str> = open.iter().map(|one| text(one, "room")).collect();
    lies.extend(switch.rooms.keys().filter(|room| !rooms.contains(room.as_str())).map(|room| format!("{room} lives")));
    for call in page.calls.values() {
        let (state, number) = (text(call, "state"), text(&call["caller"], "number"));
        if matches!(state, "conference" | "ended") {
            continue;
        }
        let Some((id, _)) = switch.channel_of(number, true) else {
            lies.push(format!("{number} is shown as {state}, and is gone"));
            continue;
        };
        shown.insert(id.clone());
        let in_a_room = switch.rooms.values().any(|members| members.contains(id));
        let station = call["station"].as_str().and_then(|station| switch.channel_of(station, false));
        let is_true = match state {
            "talking" => switch.bridged.contains(id),
            "ringing" => !switch.bridged.contains(id) && station.is_some(),
            _ => !switch.bridged.contains(id) && !in_a_room,
        };
        if !is_true {
            lies.push(format!("{number} is shown as {state}; bridged: {:?}, in a room: {in_a_room}", switch.bridged));
        }
    }
    let strangers = switch.channels.iter().filter(|(id, channel)| channel.inbound && !shown.contains(*id));
    lies.extend(strangers.map(|(_, channel)| format!("{} is there, and not shown", channel.user)));
    lies
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

impl House {
    /// Waits until the page shows what the switch has, and says how long that took.
    #[track_caller]
    pub fn page_is_true(&self, point: &str, within: Duration) -> impl Future<Output = Duration> {
        let at = std::panic::Location::caller();
        let began = Instant::now();
        async move {
            let probe = self.world.probe().await;
            loop {
                let switch = Switch::ask(&probe).await;
                let found = lies(&self.page.now(), &switch);
                if found.is_empty() {
                    return began.elapsed();
                }
                assert!(began.elapsed() < within, "{at}: {point}: after {within:?} the page is wrong: {found:#?}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}
