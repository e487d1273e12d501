//! Keys that the sandbox shares with the edge: development keys, and nothing else.

use shiming_proof::{HmacKey, KeyId, Secret};

/// What every key id begins with here; the edge refuses such keys in production, the sandbox refuses all others.
pub const PREFIX: &str = "dev-";

/// Why a configured key is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not `<id>:<32 bytes in base64url without padding>`, several of them separated by commas.
    #[error("a key is written `<id>:<32 bytes in base64url>`")]
    Form,
    /// A key of something that is not development.
    #[error("the sandbox takes only keys whose id begins with `{PREFIX}`")]
    NotDevelopment,
}

/// Reads keys as they are configured: the first signs, all verify.
pub fn parse(text: &str) -> Result<Vec<HmacKey>, KeyError> {
    text.split(',').map(|key| parse_one(key.trim())).collect()
}

/// Name and secret of a key of development.
pub fn named(text: &str) -> Result<(&str, &str), KeyError> {
    let (id, secret) = text.split_once(':').ok_or(KeyError::Form)?;
    if id.starts_with(PREFIX) { Ok((id, secret)) } else { Err(KeyError::NotDevelopment) }
}

fn parse_one(text: &str) -> Result<HmacKey, KeyError> {
    let (id, secret) = named(text)?;
    Ok(HmacKey {
        id: KeyId::new(id).map_err(|_| KeyError::Form)?,
        secret: Secret::from_base64url(secret).map_err(|_| KeyError::Form)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn keys_are_read_in_order() {
        let keys = parse(&format!("dev-crm-2:{SECRET}, dev-crm-1:{SECRET}")).unwrap();
        let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(ids, ["dev-crm-2", "dev-crm-1"]);
    }

    #[test]
    fn keys_of_production_are_refused() {
        assert_eq!(parse(&format!("crm-2026:{SECRET}")).err(), Some(KeyError::NotDevelopment));
        assert_eq!(parse(&format!("dev-1:{SECRET},crm-2026:{SECRET}")).err(), Some(KeyError::NotDevelopment));
    }

    #[test]
    fn anything_else_is_no_key() {
        for text in ["", "dev-1", "dev-1:", "dev-1:AAAA", "dev 1:AAAA"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
