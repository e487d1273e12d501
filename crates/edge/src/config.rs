//! What a deployment sets: variables and secrets, read once per isolate, and the guard that keeps a production Worker from
//! serving with the sandbox's addresses or with development keys.

use shiming_proof::session_key::Mode;
use shiming_proof::{HmacKey, KeyId, LookupKey, Secret};
use shiming_service::effect::System;
use worker::Env;

/// Where a system is and what is signed with.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Base address, without a slash at its end.
    pub url: String,
    /// Shared keys: the first signs, all of them verify.
    pub keys: Vec<HmacKey>,
}

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Origin of the pages.
    pub public_origin: String,
    /// SN (CB-3).
    pub service_number: String,
    /// Service codes and their business (RN-2).
    pub service_codes: String,
    /// How session keys are made (CB-3).
    pub session_key_mode: Mode,
    /// Names of Durable Objects and ids; never rotates.
    pub name_key: LookupKey,
    /// Hashes of codes.
    pub code_key: Secret,
    /// K1 (CB-3).
    pub service_key: Secret,
    /// Personal data at rest: the first encrypts, all of them decrypt.
    pub data_keys: Vec<(KeyId, Vec<u8>)>,
    /// Look-ups: the first is written, all of them are looked under.
    pub lookup_keys: Vec<LookupKey>,
    register: Endpoint,
    crm: Endpoint,
    sms: Endpoint,
    gateway: Endpoint,
}

/// Why the Worker does not serve. Names settings, never their values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not set.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// Not in the form that docs/operations.md gives.
    #[error("{0} is not in its form")]
    Malformed(&'static str),
    /// Must not be so in production.
    #[error("{0} must not be used in production")]
    NotForProduction(&'static str),
}

impl Config {
    /// Reads and judges the configuration.
    pub fn read(env: &Env) -> Result<Self, ConfigError> {
        let read =
            |name: &'static str| env.var(name).map(|value| value.to_string()).ok().filter(|value| !value.is_empty());
        Self::from_settings(&read)
    }

    /// The pure part of [`Self::read`]: `read` gives the value of a setting.
    fn from_settings(read: &dyn Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let need = |name: &'static str| read(name).ok_or(ConfigError::Missing(name));
        let one = |name: &'static str| key_of(name, &need(name)?);
        let ring = |name: &'static str| -> Result<Vec<(KeyId, String)>, ConfigError> {
            need(name)?.split(',').map(|key| key_of(name, key)).collect()
        };
        let endpoint = |url: &'static str, keys: &'static str| -> Result<Endpoint, ConfigError> {
            let keys = ring(keys)?
                .into_iter()
                .map(|(id, secret)| Ok(HmacKey { id, secret: secret_of(keys, &secret)? }))
                .collect::<Result<_, ConfigError>>()?;
            Ok(Endpoint { url: need(url)?.trim_end_matches('/').to_owned(), keys })
        };
        if need("ENVIRONMENT")? != "development" {
            guard(read)?;
        }
        let (name_id, name) = one("NAME_KEY")?;
        Ok(Self {
            public_origin: need("PUBLIC_ORIGIN")?.trim_end_matches('/').to_owned(),
            service_number: need("SERVICE_NUMBER")?,
            service_codes: read("SERVICE_CODES").unwrap_or_default(),
            session_key_mode: match read("SESSION_KEY_MODE").as_deref() {
                None | Some("hmac-sha256") => Mode::HmacSha256,
                Some("legacy-digest") => Mode::LegacyDigest,
                Some(_) => return Err(ConfigError::Malformed("SESSION_KEY_MODE")),
            },
            name_key: LookupKey { id: name_id, secret: secret_of("NAME_KEY", &name)? },
            code_key: secret_of("CODE_KEY", &one("CODE_KEY")?.1)?,
            service_key: secret_of("GATEWAY_SERVICE_KEY", &one("GATEWAY_SERVICE_KEY")?.1)?,
            data_keys: ring("DATA_KEYS")?
                .into_iter()
                .map(|(id, secret)| Ok((id, aes_key_of("DATA_KEYS", &secret)?)))
                .collect::<Result<_, ConfigError>>()?,
            lookup_keys: ring("LOOKUP_KEYS")?
                .into_iter()
                .map(|(id, secret)| Ok(LookupKey { id, secret: secret_of("LOOKUP_KEYS", &secret)? }))
                .collect::<Result<_, ConfigError>>()?,
            register: endpoint("REGISTER_URL", "REGISTER_KEYS")?,
            crm: endpoint("CRM_URL", "CRM_KEYS")?,
            sms: endpoint("SMS_URL", "SMS_KEYS")?,
            gateway: endpoint("GATEWAY_URL", "GATEWAY_KEYS")?,
        })
    }

    /// Where a system is.
    pub fn endpoint(&self, system: System) -> &Endpoint {
        match system {
            System::Register => &self.register,
            System::Crm => &self.crm,
            System::Sms => &self.sms,
            System::Gateway => &self.gateway,
        }
    }

    /// Host (and port, if it has one) of the pages, for the last line of code messages. A port is not part of the
    /// one-time-code format's domain.
    pub fn host(&self) -> &str {
        let authority = self.public_origin.split_once("://").map_or(self.public_origin.as_str(), |(_, rest)| rest);
        authority.split(['/', ':']).next().unwrap_or(authority)
    }
}

/// `<id>:<base64url>`
fn key_of(name: &'static str, text: &str) -> Result<(KeyId, String), ConfigError> {
    let (id, secret) = text.trim().split_once(':').ok_or(ConfigError::Malformed(name))?;
    Ok((KeyId::new(id).map_err(|_| ConfigError::Malformed(name))?, secret.to_owned()))
}

fn secret_of(name: &'static str, text: &str) -> Result<Secret, ConfigError> {
    Secret::from_base64url(text).map_err(|_| ConfigError::Malformed(name))
}

/// AES-256 takes 32 bytes and nothing else.
fn aes_key_of(name: &'static str, text: &str) -> Result<Vec<u8>, ConfigError> {
    let key = shiming_wire::Bytes::<32>::from_base64url(text).map_err(|_| ConfigError::Malformed(name))?;
    Ok(key.0.to_vec())
}

const KEYS: [&str; 9] = [
    "NAME_KEY",
    "CODE_KEY",
    "DATA_KEYS",
    "LOOKUP_KEYS",
    "REGISTER_KEYS",
    "CRM_KEYS",
    "SMS_KEYS",
    "GATEWAY_KEYS",
    "GATEWAY_SERVICE_KEY",
];

const ADDRESSES: [&str; 5] = ["PUBLIC_ORIGIN", "REGISTER_URL", "CRM_URL", "SMS_URL", "GATEWAY_URL"];

/// Whether these settings may serve real people: every environment that does not call itself development has to pass.
fn guard(read: &dyn Fn(&'static str) -> Option<String>) -> Result<(), ConfigError> {
    for name in ADDRESSES {
        if !is_public_https(&read(name).ok_or(ConfigError::Missing(name))?) {
            return Err(ConfigError::NotForProduction(name));
        }
    }
    for name in KEYS {
        let keys = read(name).ok_or(ConfigError::Missing(name))?;
        if keys.split(',').any(|key| key.trim().starts_with("dev")) {
            return Err(ConfigError::NotForProduction(name));
        }
    }
    Ok(())
}

/// `https`, a host that is neither an address of this machine or a private network nor reserved for tests and examples,
/// and nothing that names the sandbox.
fn is_public_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    // Credentials in an address would end up in logs.
    if authority.contains('@') || url.to_ascii_lowercase().contains("sandbox") {
        return false;
    }
    // An IPv6 address is in brackets; none is taken, public ones neither: systems have names.
    let host = authority.split(':').next().unwrap_or_default().trim_end_matches('.');
    let reserved = ["localhost", "local", "internal", "test", "example", "invalid", "home.arpa"];
    let examples = ["example.com", "example.net", "example.org"];
    let is_within = |name: &str| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    // No dotted number is taken either: neither 127.0.0.1 nor its many other spellings (0x7f.1, 2130706433).
    let last_label = host.rsplit('.').next().unwrap_or_default();
    let is_name = host.contains('.') && last_label.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    is_name && !reserved.iter().any(|name| is_within(name)) && !examples.iter().any(|name| is_within(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn production(name: &'static str) -> Option<String> {
        Some(match name {
            "ENVIRONMENT" => "production".to_owned(),
            "SERVICE_NUMBER" => "10010".to_owned(),
            "SERVICE_CODES" | "SESSION_KEY_MODE" => return None,
            "PUBLIC_ORIGIN" => "https://register.operator.cn".to_owned(),
            "REGISTER_URL" | "CRM_URL" | "SMS_URL" | "GATEWAY_URL" => "https://api.operator.cn:8443/v2/".to_owned(),
            _ => format!("k1:{KEY}"),
        })
    }

    fn with(name: &'static str, value: &str) -> Result<(), ConfigError> {
        Config::from_settings(&|asked| if asked == name { Some(value.to_owned()) } else { production(asked) })
            .map(|_| ())
    }

    #[test]
    fn a_proper_production_configuration_serves() {
        let config = Config::from_settings(&production).unwrap();
        assert_eq!(config.host(), "register.operator.cn");
        assert_eq!(config.endpoint(System::Crm).url, "https://api.operator.cn:8443/v2");
    }

    // The sandbox can never be reached in a production configuration.
    #[test]
    fn production_refuses_local_private_and_sandbox_addresses() {
        for name in ADDRESSES {
            for url in [
                "http://api.operator.cn",
                "https://127.0.0.1",
                "https://2130706433",
                "https://0x7f.1",
                "https://10.0.0.8",
                "https://192.168.1.1:8443",
                "https://[::1]/",
                "https://[fd00::1]:443",
                "https://localhost:8788",
                "https://LOCALHOST",
                "https://crm.localhost.",
                "https://crm.internal",
                "https://crm",
                "https://shiming-sandbox.operator.cn",
                "https://api.operator.cn/Sandbox",
                "https://user:word@api.operator.cn",
                "https://register.operator.example.com",
                "https://crm.test",
                "",
            ] {
                let refused = with(name, url);
                assert!(
                    matches!(refused, Err(ConfigError::NotForProduction(at) | ConfigError::Missing(at)) if at == name),
                    "{name}={url}: {refused:?}"
                );
            }
        }
    }

    #[test]
    fn production_refuses_development_keys_anywhere_in_a_ring() {
        for name in KEYS {
            for keys in [format!("dev-1:{KEY}"), format!("k1:{KEY}, dev-1:{KEY}")] {
                assert_eq!(with(name, &keys), Err(ConfigError::NotForProduction(name)));
            }
        }
    }

    #[test]
    fn whatever_is_not_development_is_guarded() {
        let staging = |asked| match asked {
            "ENVIRONMENT" => Some("staging".to_owned()),
            "CRM_URL" => Some("http://127.0.0.1:8788".to_owned()),
            _ => production(asked),
        };
        assert_eq!(Config::from_settings(&staging).map(|_| ()), Err(ConfigError::NotForProduction("CRM_URL")));
    }

    #[test]
    fn keys_have_one_form() {
        for (name, value) in [
            ("NAME_KEY", "AAAA"),
            ("NAME_KEY", "k1:AAAA"),
            ("DATA_KEYS", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("LOOKUP_KEYS", "k 1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("SESSION_KEY_MODE", "md5"),
        ] {
            assert_eq!(with(name, value), Err(ConfigError::Malformed(name)), "{value}");
        }
    }

    #[test]
    fn the_development_example_is_complete() {
        let vars = include_str!("../../../.dev.vars.example");
        let toml = include_str!("../../../wrangler.toml");
        let read = |name: &'static str| {
            vars.lines().chain(toml.lines()).find_map(|line| {
                let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
                Some(value.trim().trim_matches('"').to_owned())
            })
        };
        assert!(Config::from_settings(&read).is_ok());
        // And it would not serve in production.
        let as_production =
            |name: &'static str| if name == "ENVIRONMENT" { Some("production".to_owned()) } else { read(name) };
        assert!(Config::from_settings(&as_production).is_err());
    }
}
