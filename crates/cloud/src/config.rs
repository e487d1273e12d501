//! What a deployment sets: variables and secrets, and the guard that keeps a production Worker from serving with the
//! sandbox's addresses or with development keys. Each Worker reads what it needs and holds nothing else.

use shiming_credential::IssuerKeys;
use shiming_proof::session_key::Mode;
use shiming_proof::{HmacKey, KeyId, LookupKey, Secret};
use shiming_service::code::Operator;
use shiming_service::effect::System;
use worker::Env;

use crate::signing::SigningKeys;

/// Most characters of an issuer's name.
const LONGEST_ISSUER: usize = 40;

/// Where a system is and what is signed with.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Base address, without a slash at its end.
    pub url: String,
    /// Shared keys: the first signs, all of them verify.
    pub keys: Vec<HmacKey>,
}

/// What every Worker of ours needs.
#[derive(Clone, Debug)]
pub struct Common {
    /// Origin of the pages.
    pub public_origin: String,
    /// Names of Durable Objects and ids; never rotates.
    pub name_key: LookupKey,
    /// Personal data at rest: the first encrypts, all of them decrypt.
    pub data_keys: Vec<(KeyId, Vec<u8>)>,
    /// Look-ups: the first is written, all of them are looked under.
    pub lookup_keys: Vec<LookupKey>,
    systems: Vec<(System, Endpoint)>,
}

/// What a Worker needs that has codes sent (CB-2, CB-3).
#[derive(Clone, Debug)]
pub struct Codes {
    /// SN (CB-3).
    service_number: String,
    /// How session keys are made (CB-3).
    session_key_mode: Mode,
    /// Hashes of codes.
    code_key: Secret,
    /// K1 (CB-3).
    service_key: Secret,
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

/// Gives the value of a setting.
pub type Read<'a> = dyn Fn(&'static str) -> Option<String> + 'a;

/// The settings of a deployment. Whatever does not call itself development is guarded.
pub struct Settings<'a> {
    read: &'a Read<'a>,
    guarded: bool,
}

/// Settings as the platform gives them: an empty one is none.
pub fn of_platform(env: &Env) -> impl Fn(&'static str) -> Option<String> {
    |name| env.var(name).map(|value| value.to_string()).ok().filter(|value| !value.is_empty())
}

impl<'a> Settings<'a> {
    /// The settings that `read` gives.
    pub fn new(read: &'a Read<'a>) -> Result<Self, ConfigError> {
        let environment = read("ENVIRONMENT").ok_or(ConfigError::Missing("ENVIRONMENT"))?;
        Ok(Self { read, guarded: environment != "development" })
    }

    /// A setting that can be left out.
    #[must_use]
    pub fn maybe(&self, name: &'static str) -> Option<String> {
        (self.read)(name)
    }

    /// A setting that has to be there.
    pub fn need(&self, name: &'static str) -> Result<String, ConfigError> {
        self.maybe(name).ok_or(ConfigError::Missing(name))
    }

    /// A base address, without a slash at its end.
    pub fn address(&self, name: &'static str) -> Result<String, ConfigError> {
        let url = self.need(name)?;
        self.refuse(name, !is_public_https(&url))?;
        Ok(url.trim_end_matches('/').to_owned())
    }

    /// One key.
    pub fn key(&self, name: &'static str) -> Result<(KeyId, Secret), ConfigError> {
        self.key_of(name, &self.need(name)?, secret)
    }

    /// Several keys, separated by commas.
    pub fn keys(&self, name: &'static str) -> Result<Vec<(KeyId, Secret)>, ConfigError> {
        self.ring(name, secret)
    }

    /// Keys that an outside system shares with us.
    pub fn shared_keys(&self, name: &'static str) -> Result<Vec<HmacKey>, ConfigError> {
        Ok(self.keys(name)?.into_iter().map(|(id, secret)| HmacKey { id, secret }).collect())
    }

    /// What every Worker needs, and the way to these systems: name, address, keys.
    pub fn common(&self, systems: &[(System, &'static str, &'static str)]) -> Result<Common, ConfigError> {
        let (id, secret) = self.key("NAME_KEY")?;
        let systems = systems.iter().map(|(system, url, keys)| {
            Ok((*system, Endpoint { url: self.address(url)?, keys: self.shared_keys(keys)? }))
        });
        Ok(Common {
            public_origin: self.address("PUBLIC_ORIGIN")?,
            name_key: LookupKey { id, secret },
            data_keys: self.ring("DATA_KEYS", aes_key)?,
            lookup_keys: self.keys("LOOKUP_KEYS")?.into_iter().map(|(id, secret)| LookupKey { id, secret }).collect(),
            systems: systems.collect::<Result<_, ConfigError>>()?,
        })
    }

    /// What codes need.
    pub fn codes(&self) -> Result<Codes, ConfigError> {
        Ok(Codes {
            service_number: self.need("SERVICE_NUMBER")?,
            session_key_mode: match self.maybe("SESSION_KEY_MODE").as_deref() {
                None | Some("hmac-sha256") => Mode::HmacSha256,
                Some("legacy-digest") => Mode::LegacyDigest,
                Some(_) => return Err(ConfigError::Malformed("SESSION_KEY_MODE")),
            },
            code_key: self.key("CODE_KEY")?.1,
            service_key: self.key("GATEWAY_SERVICE_KEY")?.1,
        })
    }

    /// Keys that we sign with: a JWK set.
    pub fn signing_keys(&self, name: &'static str) -> Result<SigningKeys, ConfigError> {
        let keys = SigningKeys::parse(&self.need(name)?).ok_or(ConfigError::Malformed(name))?;
        self.refuse(name, keys.is_for_development())?;
        Ok(keys)
    }

    /// Keys that somebody else signs with, as they publish them: a JWK set.
    pub fn published_keys(&self, name: &'static str) -> Result<IssuerKeys, ConfigError> {
        let keys = IssuerKeys::from_jwks(&self.need(name)?).ok().filter(|keys| keys.ids().next().is_some());
        let keys = keys.ok_or(ConfigError::Malformed(name))?;
        self.refuse(name, keys.ids().any(|id| is_for_development(id.as_str())))?;
        Ok(keys)
    }

    /// `iss` of what we sign: as long as cards and certificates have room for.
    pub fn issuer_name(&self) -> Result<String, ConfigError> {
        let name = self.need("ISSUER_NAME")?;
        let fits = name.chars().count() <= LONGEST_ISSUER && !name.contains(char::is_control);
        if fits { Ok(name) } else { Err(ConfigError::Malformed("ISSUER_NAME")) }
    }

    /// Refuses what is for development only, where that is guarded.
    fn refuse(&self, name: &'static str, is_for_development: bool) -> Result<(), ConfigError> {
        if self.guarded && is_for_development { Err(ConfigError::NotForProduction(name)) } else { Ok(()) }
    }

    fn ring<T>(&self, name: &'static str, form: impl Fn(&str) -> Option<T>) -> Result<Vec<(KeyId, T)>, ConfigError> {
        self.need(name)?.split(',').map(|key| self.key_of(name, key, &form)).collect()
    }

    /// `<id>:<base64url>`
    fn key_of<T>(
        &self,
        name: &'static str,
        text: &str,
        form: impl Fn(&str) -> Option<T>,
    ) -> Result<(KeyId, T), ConfigError> {
        let (id, secret) = text.trim().split_once(':').ok_or(ConfigError::Malformed(name))?;
        self.refuse(name, is_for_development(id))?;
        let id = KeyId::new(id).map_err(|_| ConfigError::Malformed(name))?;
        Ok((id, form(secret).ok_or(ConfigError::Malformed(name))?))
    }
}

impl Common {
    /// The way to a system, if this Worker has one.
    #[must_use]
    pub fn endpoint(&self, system: System) -> Option<&Endpoint> {
        self.systems.iter().find(|(known, _)| *known == system).map(|(_, endpoint)| endpoint)
    }

    /// Host of the pages, for the last line of code messages. A port is not part of the one-time-code format's domain.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.public_origin.split_once("://").map_or(self.public_origin.as_str(), |(_, rest)| rest);
        authority.split(['/', ':']).next().unwrap_or(authority)
    }
}

impl Codes {
    /// What the operator brings to every code; `common` knows the page's host.
    #[must_use]
    pub fn operator<'a>(&'a self, common: &'a Common) -> Operator<'a> {
        Operator {
            code_key: &self.code_key,
            service_key: &self.service_key,
            session_key_mode: self.session_key_mode,
            service_number: &self.service_number,
            host: common.host(),
        }
    }
}

/// A key's name says so.
pub(crate) fn is_for_development(id: &str) -> bool {
    id.starts_with("dev")
}

fn secret(text: &str) -> Option<Secret> {
    Secret::from_base64url(text).ok()
}

/// AES-256 takes 32 bytes and nothing else.
fn aes_key(text: &str) -> Option<Vec<u8>> {
    shiming_wire::Bytes::<32>::from_base64url(text).ok().map(|key| key.0.to_vec())
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
    const SYSTEMS: [(System, &str, &str); 1] = [(System::Crm, "CRM_URL", "CRM_KEYS")];
    const ADDRESSES: [&str; 2] = ["PUBLIC_ORIGIN", "CRM_URL"];
    const KEYS: [&str; 4] = ["NAME_KEY", "DATA_KEYS", "LOOKUP_KEYS", "CRM_KEYS"];

    #[allow(clippy::unnecessary_wraps, reason = "it is handed over as a `Read`")]
    fn production(name: &'static str) -> Option<String> {
        Some(match name {
            "ENVIRONMENT" => "production".to_owned(),
            "PUBLIC_ORIGIN" => "https://register.operator.cn".to_owned(),
            "CRM_URL" => "https://api.operator.cn:8443/v2/".to_owned(),
            _ => format!("k1:{KEY}"),
        })
    }

    fn common(read: &Read<'_>) -> Result<Common, ConfigError> {
        Settings::new(read)?.common(&SYSTEMS)
    }

    fn with(name: &'static str, value: &str) -> Result<(), ConfigError> {
        common(&|asked| if asked == name { Some(value.to_owned()) } else { production(asked) }).map(|_| ())
    }

    #[test]
    fn a_proper_production_configuration_serves() {
        let common = common(&production).unwrap();
        assert_eq!(common.host(), "register.operator.cn");
        assert_eq!(common.endpoint(System::Crm).unwrap().url, "https://api.operator.cn:8443/v2");
        assert!(common.endpoint(System::Register).is_none());
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
                assert_eq!(with(name, url), Err(ConfigError::NotForProduction(name)), "{url}");
            }
        }
    }

    #[test]
    fn production_refuses_development_keys_anywhere_in_a_ring() {
        for name in KEYS {
            assert_eq!(with(name, &format!("dev-1:{KEY}")), Err(ConfigError::NotForProduction(name)));
        }
        for name in ["DATA_KEYS", "LOOKUP_KEYS", "CRM_KEYS"] {
            let keys = format!("k1:{KEY}, dev-1:{KEY}");
            assert_eq!(with(name, &keys), Err(ConfigError::NotForProduction(name)));
        }
    }

    #[test]
    fn whatever_is_not_development_is_guarded() {
        let staging = |asked| match asked {
            "ENVIRONMENT" => Some("staging".to_owned()),
            "CRM_URL" => Some("http://127.0.0.1:8788".to_owned()),
            _ => production(asked),
        };
        assert_eq!(common(&staging).map(|_| ()), Err(ConfigError::NotForProduction("CRM_URL")));
        assert_eq!(common(&|_| None).map(|_| ()), Err(ConfigError::Missing("ENVIRONMENT")));
    }

    #[test]
    fn keys_have_one_form() {
        for (name, value) in [
            ("NAME_KEY", "AAAA"),
            ("NAME_KEY", "k1:AAAA"),
            ("DATA_KEYS", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("LOOKUP_KEYS", "k 1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            assert_eq!(with(name, value), Err(ConfigError::Malformed(name)), "{value}");
        }
    }
}
