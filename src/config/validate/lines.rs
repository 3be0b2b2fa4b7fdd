//! The switch, and the ways to phones.

use super::{Findings, PLAIN, RESERVED, WORD};
use crate::config::{
    NodeConfig, PhoneRouteConfig, StationConfig,
    fields::{is_dial_text, is_host_and_port, is_number, is_plain, is_prefix, is_variable_name, is_word},
};
use crate::domain::number::LONGEST;
use std::collections::BTreeMap;

impl Findings {
    pub(super) fn nodes(&mut self, nodes: &[NodeConfig]) {
        self.check(!nodes.is_empty(), &["node"], "there is none; add a [[node]] for each FreeSWITCH server");
        self.unique("node", "id", nodes.iter().map(|node| node.id.as_str()));
        for (index, node) in nodes.iter().enumerate() {
            let index = &index.to_string();
            let at = |key| ["node", index, key];
            for (key, value) in [
                ("id", &node.id),
                ("conference_profile", &node.conference_profile),
                ("wait_extension", &node.wait_extension),
                ("wait_context", &node.wait_context),
            ] {
                self.check(is_word(value), &at(key), format!("{value:?} does not fit: {WORD}"));
            }
            self.check(
                is_host_and_port(&node.address),
                &at("address"),
                format!("{:?} is no host:port, such as 127.0.0.1:8021", node.address),
            );
            self.range(&at("ports"), node.ports, 1..=10_000, "ports");
            self.range(&at("originates_per_second"), node.originates_per_second, 1..=1000, "a second");
            self.range(&at("command_connections"), node.command_connections, 1..=16, "connections");
            match (&node.password_file, &node.password_env, &node.given_password) {
                (Some(_), Some(_), _) => {
                    self.add(&at("password_env"), "stands beside password_file; remove one of both");
                }
                (None, None, None) => self.add(
                    &["node", index],
                    "has no password; add password_file or password_env (the password itself never stands here)",
                ),
                _ => {}
            }
        }
    }

    pub(super) fn stations(&mut self, stations: &[StationConfig]) {
        self.unique("station", "id", stations.iter().map(|station| station.id.as_str()));
        for (index, station) in stations.iter().enumerate() {
            let index = &index.to_string();
            let at = |key| ["station", index, key];
            self.check(is_word(&station.id), &at("id"), format!("{:?} does not fit: {WORD}", station.id));
            self.check(
                is_word(station.number()),
                &at("number"),
                format!("{:?} does not fit: {WORD}", station.number()),
            );
            self.domain(&at("domain"), station.domain.as_deref());
            self.template(&at("endpoint"), &station.endpoint, station.domain.is_some(), None);
            self.variables(&at("variables"), &station.variables);
        }
    }

    pub(super) fn routes(&mut self, routes: &[PhoneRouteConfig]) {
        self.unique("route", "name", routes.iter().map(|route| route.name.as_str()));
        for (index, route) in routes.iter().enumerate() {
            let index = &index.to_string();
            let at = |key| ["route", index, key];
            self.check(is_word(&route.name), &at("name"), format!("{:?} does not fit: {WORD}", route.name));
            self.prefixes(&at("prefixes"), &route.prefixes);
            for (position, number) in route.numbers.iter().enumerate() {
                self.check(
                    is_number(number),
                    &["route", index, "numbers", &position.to_string()],
                    format!("{number:?} is no number: digits, with a plus in front or not"),
                );
            }
            self.check(
                !route.prefixes.is_empty()
                    || !route.numbers.is_empty()
                    || route.min_length.is_some()
                    || route.max_length.is_some(),
                &["route", index],
                "matches nothing in particular; add prefixes, numbers, min_length or max_length",
            );
            for (key, length) in [("min_length", route.min_length), ("max_length", route.max_length)] {
                if let Some(length) = length {
                    self.range(&at(key), length, 1..=LONGEST, "digits");
                }
            }
            if let (Some(low), Some(high)) = (route.min_length, route.max_length) {
                self.check(low <= high, &at("max_length"), format!("is {high}, less than min_length ({low})"));
            }
            self.range(&at("strip"), route.strip, 0..=20, "characters");
            self.check(
                is_prefix(&route.prepend),
                &at("prepend"),
                format!("{:?} cannot stand before a number: digits, with a plus in front or not", route.prepend),
            );
            if let Some(rate) = route.originates_per_second {
                self.range(&at("originates_per_second"), rate, 1..=1000, "a second");
            }
            self.domain(&at("domain"), route.domain.as_deref());
            self.template(&at("dial"), &route.dial, route.domain.is_some(), Some(!route.gateways.is_empty()));
            for (position, gateway) in route.gateways.iter().enumerate() {
                self.check(
                    is_word(gateway),
                    &["route", index, "gateways", &position.to_string()],
                    format!("{gateway:?} does not fit: {WORD}"),
                );
            }
            if let Some(number) = &route.caller_id_number {
                self.check(
                    is_number(number),
                    &at("caller_id_number"),
                    format!("{number:?} is no number: digits, with a plus in front or not"),
                );
            }
            if let Some(name) = &route.caller_id_name {
                self.check(
                    name.is_empty() || is_plain(name),
                    &at("caller_id_name"),
                    format!("{name:?} does not fit: {PLAIN}"),
                );
            }
            self.variables(&at("variables"), &route.variables);
        }
    }

    /// `gateways`: whether there are any; none where the section knows no gateways.
    pub(super) fn template(&mut self, path: &[&str], template: &str, has_domain: bool, gateways: Option<bool>) {
        let mut rest = template.to_owned();
        let mut uses = |name: &str| {
            let found = rest.contains(name);
            rest = rest.replace(name, "");
            found
        };
        let (number, domain) = (uses("{number}"), uses("{domain}"));
        let gateway = gateways.is_some() && uses("{gateway}");
        self.check(
            is_dial_text(&rest),
            path,
            format!(
                "{template:?} does not fit: letters, digits, _ - . + @ : / ; = % and the placeholders {{number}}, \
                 {{domain}}{} only",
                if gateways.is_some() { ", {gateway}" } else { "" }
            ),
        );
        self.check(number, path, "does not say where the number goes; write {number}");
        self.check(
            !template.to_lowercase().contains("loopback/"),
            path,
            "leads through loopback/, which policy cannot follow; dial the endpoint itself",
        );
        self.check(has_domain || !domain, path, "uses {domain}, but no domain is given; add one");
        if let Some(has_gateways) = gateways {
            self.check(has_gateways || !gateway, path, "uses {gateway}, but there are none; add gateways");
            self.check(!has_gateways || gateway, path, "does not use the gateways; write {gateway}, or remove them");
        }
    }

    pub(super) fn variables(&mut self, path: &[&str], variables: &BTreeMap<String, String>) {
        for (name, value) in variables {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            self.check(
                is_variable_name(name),
                &path,
                format!("{name:?} is no variable's name: letters, digits, _ and - only"),
            );
            self.check(is_plain(value), &path, format!("{value:?} does not fit: {PLAIN}"));
            let lower = name.to_lowercase();
            self.check(
                !RESERVED.iter().any(|reserved| lower.starts_with(reserved)),
                &path,
                "is Switchboard's own to set, or runs something on the switch; remove it",
            );
        }
    }

    pub(super) fn domain(&mut self, path: &[&str], domain: Option<&str>) {
        if let Some(domain) = domain {
            self.check(is_word(domain), path, format!("{domain:?} does not fit: {WORD}"));
        }
    }

    pub(super) fn prefixes(&mut self, path: &[&str], prefixes: &[String]) {
        for (index, prefix) in prefixes.iter().enumerate() {
            let index = index.to_string();
            let path: Vec<&str> = path.iter().copied().chain([index.as_str()]).collect();
            self.check(
                is_prefix(prefix),
                &path,
                format!("{prefix:?} is no prefix of numbers: digits, with a plus in front or not"),
            );
        }
    }
}
