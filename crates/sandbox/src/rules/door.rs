//! Who gets in at all: nobody but a developer's own machine.

/// Whether a request may be answered: the switch is on and the host is this machine's loopback interface.
///
/// Two locks on one door: production configurations do not set the switch, and on a public address the host is never
/// loopback. The second also stops DNS rebinding.
#[must_use]
pub fn open(switch: Option<&str>, host: Option<&str>) -> bool {
    switch == Some("on") && host.is_some_and(is_loopback)
}

/// Whether `host` (without port) names the loopback interface.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "::1" | "[::1]")
}

/// Whether a write comes from this very origin, or from no browser at all: another site's page must not press buttons
/// here.
#[must_use]
pub fn same_origin(origin: Option<&str>, own: &str) -> bool {
    origin.is_none_or(|origin| origin == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_unless_switched_on_and_loopback() {
        for host in ["127.0.0.1", "localhost", "::1", "[::1]"] {
            assert!(open(Some("on"), Some(host)));
            for switch in [None, Some(""), Some("off"), Some("ON"), Some("true")] {
                assert!(!open(switch, Some(host)), "{switch:?}");
            }
        }
        for host in
            [None, Some("sandbox.example.com"), Some("127.0.0.1.example.com"), Some("10.0.0.1"), Some("0.0.0.0")]
        {
            assert!(!open(Some("on"), host), "{host:?}");
        }
    }

    #[test]
    fn other_sites_cannot_write() {
        assert!(same_origin(None, "http://127.0.0.1:8788"));
        assert!(same_origin(Some("http://127.0.0.1:8788"), "http://127.0.0.1:8788"));
        for origin in ["null", "http://127.0.0.1:8787", "https://example.com", "http://127.0.0.1:8788.example.com"] {
            assert!(!same_origin(Some(origin), "http://127.0.0.1:8788"), "{origin}");
        }
    }
}
