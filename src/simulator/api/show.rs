//! `show`: lists of channels and calls.

use super::super::{
    channel::Channel,
    world::{World, local_date},
};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

const COLUMNS: &[&str] = &[
    "uuid",
    "direction",
    "created",
    "created_epoch",
    "name",
    "state",
    "cid_name",
    "cid_num",
    "ip_addr",
    "dest",
    "application",
    "application_data",
    "dialplan",
    "context",
    "read_codec",
    "read_rate",
    "read_bit_rate",
    "write_codec",
    "write_rate",
    "write_bit_rate",
    "secure",
    "hostname",
    "presence_id",
    "presence_data",
    "accountcode",
    "callstate",
    "callee_name",
    "callee_num",
    "callee_direction",
    "call_uuid",
    "sent_callee_name",
    "sent_callee_num",
    "initial_cid_name",
    "initial_cid_num",
    "initial_ip_addr",
    "initial_dest",
    "initial_dialplan",
    "initial_context",
];

pub(super) fn show(world: &World, arg: &str) -> String {
    let mut words = arg.split_whitespace();
    let what = words.next().unwrap_or_default();
    let options: Vec<&str> = words.collect();
    let as_json = options.windows(2).any(|pair| pair == ["as", "json"]);
    let count = options.first() == Some(&"count");
    let rows = match what {
        "channels" => world.in_order_of_age().into_iter().map(|channel| channel_row(world, channel)).collect(),
        "calls" => calls(world, false),
        "bridged_calls" => calls(world, true),
        _ => return "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|interface_types|tasks|limits|status\n".into(),
    };
    if as_json {
        return if rows.is_empty() {
            "{\"row_count\": 0}\n".into()
        } else if count {
            format!("{{\"row_count\":{},\"rows\":[]}}\n", rows.len())
        } else {
            json!({ "row_count": rows.len(), "rows": rows }).to_string()
        };
    }
    let mut text = String::new();
    if !count && let Some(first) = rows.first() {
        text.push_str(&first.keys().cloned().collect::<Vec<_>>().join(","));
        text.push('\n');
        for row in &rows {
            let line: Vec<&str> = row.values().map(|value| value.as_str().unwrap_or_default()).collect();
            text.push_str(&line.join(","));
            text.push('\n');
        }
    }
    text.push_str(&format!("\n{} total.\n", rows.len()));
    text
}

fn channel_row(world: &World, channel: &Channel) -> Map<String, Value> {
    let created = i64::try_from(channel.created / 1_000_000).unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp(created).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (application, data) = channel.application();
    let address = if channel.inbound { "127.0.0.1" } else { "" };
    let values = [
        channel.uuid.clone(),
        if channel.inbound { "inbound" } else { "outbound" }.into(),
        local_date(at),
        created.to_string(),
        channel.name.clone(),
        channel.state.name().into(),
        channel.caller.name.clone(),
        channel.caller.number.clone(),
        address.into(),
        channel.destination.clone(),
        application.into(),
        data.into(),
        channel.dialplan.into(),
        channel.context.clone(),
        "PCMU".into(),
        "8000".into(),
        "64000".into(),
        "PCMU".into(),
        "8000".into(),
        "64000".into(),
        String::new(),
        world.config.hostname.clone(),
        String::new(),
        String::new(),
        String::new(),
        channel.callstate.into(),
        channel.callee.name.clone(),
        channel.callee.number.clone(),
        String::new(),
        channel.get("call_uuid").unwrap_or_default().into(),
        String::new(),
        String::new(),
        channel.original.name.clone(),
        channel.original.number.clone(),
        address.into(),
        channel.destination.clone(),
        channel.dialplan.into(),
        channel.context.clone(),
    ];
    COLUMNS.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.into())).collect()
}

/// One row for each call: the leading leg, and what is known of the other as `b_…`.
fn calls(world: &World, bridged_only: bool) -> Vec<Map<String, Value>> {
    let leads = |channel: &&&Channel| match &channel.bond {
        Some(bond) => bond.leads,
        None => !bridged_only,
    };
    let mut rows = Vec::new();
    for channel in world.in_order_of_age().iter().filter(leads) {
        let mut row = channel_row(world, channel);
        let partner = channel.bond.as_ref().and_then(|bond| world.channels.get(&bond.partner));
        let other = partner.map(|partner| channel_row(world, partner)).unwrap_or_default();
        for column in COLUMNS {
            let value = other.get(*column).cloned().unwrap_or_else(|| "".into());
            row.insert(format!("b_{column}"), value);
        }
        rows.push(row);
    }
    rows
}
