//! From the configuration to the rules of the core.

use crate::{
    config::{Config, NodeConfig, PhoneRouteConfig, StationConfig},
    domain::{
        effect::WayBack,
        endpoint::{Endpoint, Safe, UnsafeText},
        number::Numbering,
        policy::{Limits, Policy},
        route::{Matches, Route, Routes},
        rules::{Rules, Station, Times},
    },
};
use std::{collections::BTreeMap, time::Duration};

/// A value of the configuration that may not reach the switch.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {fault}; change it in the configuration")]
pub struct RulesError {
    key: String,
    fault: UnsafeText,
}

fn safe(key: impl Into<String>, text: &str) -> Result<Safe, RulesError> {
    Safe::new(text).map_err(|fault| RulesError { key: key.into(), fault })
}

fn safe_pairs(key: &str, pairs: &BTreeMap<String, String>) -> Result<Vec<(Safe, Safe)>, RulesError> {
    pairs.iter().map(|(name, value)| Ok((safe(key, name)?, safe(format!("{key}.{name}"), value)?))).collect()
}

/// The rules of one node.
pub fn rules(config: &Config, node: &NodeConfig) -> Result<Rules, RulesError> {
    let numbers = &config.numbers;
    let stations = config.stations.iter().map(|one| Ok((one.id.clone(), station(one)?)));
    let routes = config.routes.iter().map(route).collect::<Result<_, _>>()?;
    let timing = &config.timing;
    let seconds = |s: u32| Duration::from_secs(u64::from(s));
    Ok(Rules {
        numbering: Numbering {
            country_code: numbers.country_code.clone().unwrap_or_default(),
            national_prefix: numbers.national_prefix.clone().unwrap_or_default(),
            international_prefix: numbers.international_prefix.clone().unwrap_or_default(),
        },
        routes: Routes(routes),
        policy: policy(config),
        stations: stations.collect::<Result<_, RulesError>>()?,
        profile: safe("[[node]] conference_profile", &node.conference_profile)?,
        way_back: WayBack {
            extension: safe("[[node]] wait_extension", &node.wait_extension)?,
            context: safe("[[node]] wait_context", &node.wait_context)?,
        },
        music: safe("[hook] music", &config.hook.music)?,
        ports: node.ports,
        times: Times {
            ring: seconds(timing.ring_seconds),
            confirm: seconds(timing.confirm_seconds),
            longest_leg: seconds(timing.max_leg_hours.saturating_mul(3600)),
            longest_hold: seconds(timing.hold_minutes.saturating_mul(60)),
            park: seconds(timing.park_seconds),
            ..Times::default()
        },
    })
}

fn station(one: &StationConfig) -> Result<Station, RulesError> {
    let text = one.endpoint.replace("{number}", one.number()).replace("{domain}", one.domain.as_deref().unwrap_or(""));
    let key = format!("[[station]] {:?}", one.id);
    let mut variables = safe_pairs(&format!("{key} variables"), &one.variables)?;
    if one.auto_answer {
        variables.push((safe(&key, "sip_auto_answer")?, safe(&key, "true")?));
    }
    Ok(Station {
        endpoint: Endpoint::new(text).map_err(|fault| RulesError { key, fault })?,
        user: one.number().to_owned(),
        variables,
        owner: None,
    })
}

fn route(one: &PhoneRouteConfig) -> Result<Route, RulesError> {
    let key = format!("[[route]] {:?}", one.name);
    let size = |length: Option<u32>| length.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let optional = |name: &str, text: &Option<String>| {
        text.as_deref().filter(|text| !text.is_empty()).map(|text| safe(format!("{key} {name}"), text)).transpose()
    };
    Ok(Route {
        name: one.name.clone(),
        matches: Matches {
            prefixes: one.prefixes.clone(),
            numbers: one.numbers.clone(),
            shortest: size(one.min_length),
            longest: size(one.max_length),
        },
        strip: size(Some(one.strip)),
        prepend: one.prepend.clone(),
        dial: one.dial.clone(),
        gateways: one.gateways.clone(),
        domain: one.domain.clone(),
        caller_id_name: optional("caller_id_name", &one.caller_id_name)?,
        caller_id_number: optional("caller_id_number", &one.caller_id_number)?,
        variables: safe_pairs(&format!("{key} variables"), &one.variables)?,
        confirm: one.confirms(),
    })
}

fn policy(config: &Config) -> Policy {
    let policy = &config.policy;
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let legs_per_conference = size(policy.max_legs_per_conference);
    Policy {
        allow: policy.allow.clone(),
        deny: policy.deny.clone(),
        per_user: Limits {
            legs_per_conference,
            legs_at_once: size(policy.per_user.max_legs_at_once),
            new_legs_per_minute: size(policy.per_user.new_legs_per_minute),
        },
        in_all: Limits {
            legs_per_conference,
            legs_at_once: size(policy.max_legs_at_once),
            new_legs_per_minute: size(policy.new_legs_per_minute),
        },
    }
}
