//! Client addresses, as budgets count them.

use std::net::{IpAddr, Ipv6Addr};

/// What is counted for a client: an IPv4 address, or the /64 network of an IPv6 address (a subscriber has at least that).
/// Anything that is no address counts as one client.
#[must_use]
pub fn client_of(header: Option<&str>) -> String {
    match header.and_then(|text| text.trim().parse().ok()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.to_string(),
            None => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).to_string(),
        },
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscribers_network_is_one_client() {
        for (header, client) in [
            (Some("192.0.2.7"), "192.0.2.7"),
            (Some("::ffff:192.0.2.7"), "192.0.2.7"),
            (Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::"),
            (Some("2001:db8:1:2:ffff::1"), "2001:db8:1:2::"),
            (Some("nonsense"), "unknown"),
            (None, "unknown"),
        ] {
            assert_eq!(client_of(header), client);
        }
    }
}
