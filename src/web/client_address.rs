//! Whose address a request came from. `X-Forwarded-For` is believed from configured proxies only.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The rightmost address that is not one of our proxies. What stands left of it, anybody may have written.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or("?"));
    let hops = forwarded.flat_map(|value| value.split(',')).collect::<Vec<_>>();
    for hop in hops.into_iter().rev() {
        if !trusted.iter().any(|net| net.contains(&address)) {
            break;
        }
        match parse(hop.trim()) {
            Some(next) => address = next,
            // A proxy of ours passed on nonsense: the proxy is all we know.
            None => break,
        }
    }
    address
}

fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect::<Vec<_>>();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn nobody_else_is_believed() {
        assert_eq!(seen("192.0.2.9", &["203.0.113.5"], &[]), "192.0.2.9");
        assert_eq!(seen("192.0.2.9", &["203.0.113.5"], &["10.0.0.0/8"]), "192.0.2.9");
    }

    #[test]
    fn the_rightmost_address_that_is_not_ours_counts() {
        let ours = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &["203.0.113.5"], &ours), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 203.0.113.5, 10.0.0.2"], &ours), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "203.0.113.5", "10.0.0.2"], &ours), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &ours), "10.0.0.3");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        let ours = ["10.0.0.0/8", "::1/128"];
        assert_eq!(seen("::ffff:10.0.0.1", &["203.0.113.5:4711"], &ours), "203.0.113.5");
        assert_eq!(seen("::1", &["[2001:db8::7]:443"], &ours), "2001:db8::7");
        assert_eq!(seen("::1", &["[2001:db8::7]"], &ours), "2001:db8::7");
    }

    #[test]
    fn nonsense_ends_the_search_at_the_last_proxy() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.5, unknown"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
    }
}
