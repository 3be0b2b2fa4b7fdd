//! Forms of single values.

use crate::domain::endpoint::{Endpoint, Phrase};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error};
use std::net::IpAddr;

/// Networks, or single addresses without a slash.
pub fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| {
            text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
                D::Error::custom(format!("{text:?} is no address or network, such as 10.1.2.3 or 10.0.0.0/8"))
            })
        })
        .collect()
}

/// Letters, digits, `_`, `-` and `.`: fits everywhere in a command, and on the page.
pub fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// What FreeSWITCH takes as the name of a variable and we let through.
pub fn is_variable_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// A variable's value or a caller id's name.
pub fn is_plain(text: &str) -> bool {
    text.len() <= 200 && Phrase::new(text).is_ok()
}

/// The characters of a dial string, placeholders aside. No comma, quote, bracket, brace, dollar or space.
pub fn is_dial_text(text: &str) -> bool {
    text.chars().all(Endpoint::allows)
}

/// Digits, with a plus in front or not. No `*` and `#`: feature codes are refused.
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    text.len() <= 32 && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty()
}

/// The same, or a plus alone, or nothing: what may stand before other digits.
pub fn is_prefix(text: &str) -> bool {
    text.is_empty() || text == "+" || is_number(text)
}

/// `host:port`, also `[::1]:8021`.
pub fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host_fits = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_word(host),
    };
    host_fits && port.parse::<u16>().is_ok_and(|port| port > 0)
}
