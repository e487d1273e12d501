//! What the objects need to be told.

use shiming_cloud::config::{Common, ConfigError, Read, Settings, of_platform};
use shiming_proof::Secret;
use shiming_proof::session_key::Mode;
use shiming_service::effect::System;
use worker::Env;

/// Every system that effects go to: name, address, keys.
const SYSTEMS: [(System, &str, &str); 4] = [
    (System::Register, "REGISTER_URL", "REGISTER_KEYS"),
    (System::Crm, "CRM_URL", "CRM_KEYS"),
    (System::Sms, "SMS_URL", "SMS_KEYS"),
    (System::Gateway, "GATEWAY_URL", "GATEWAY_KEYS"),
];

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What every Worker needs.
    pub common: Common,
    /// SN (CB-3).
    pub service_number: String,
    /// How session keys are made (CB-3).
    pub session_key_mode: Mode,
    /// Hashes of codes.
    pub code_key: Secret,
    /// K1 (CB-3).
    pub service_key: Secret,
}

impl Config {
    /// Reads and judges the configuration.
    pub fn read(env: &Env) -> Result<Self, ConfigError> {
        Self::from_settings(&of_platform(env))
    }

    /// The pure part of [`Self::read`].
    fn from_settings(read: &Read<'_>) -> Result<Self, ConfigError> {
        let settings = Settings::new(read)?;
        Ok(Self {
            common: settings.common(&SYSTEMS)?,
            service_number: settings.need("SERVICE_NUMBER")?,
            session_key_mode: match settings.maybe("SESSION_KEY_MODE").as_deref() {
                None | Some("hmac-sha256") => Mode::HmacSha256,
                Some("legacy-digest") => Mode::LegacyDigest,
                Some(_) => return Err(ConfigError::Malformed("SESSION_KEY_MODE")),
            },
            code_key: settings.key("CODE_KEY")?.1,
            service_key: settings.key("GATEWAY_SERVICE_KEY")?.1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_example_is_complete_and_not_for_production() {
        let vars = include_str!("../.dev.vars.example");
        let toml = include_str!("../wrangler.toml");
        let read = |name: &'static str| {
            vars.lines().chain(toml.lines()).find_map(|line| {
                let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
                Some(value.trim().trim_matches('"').to_owned())
            })
        };
        assert!(Config::from_settings(&read).is_ok());
        let with = |changed: &'static str, value: &'static str| {
            move |name: &'static str| if name == changed { Some(value.to_owned()) } else { read(name) }
        };
        let refused = Config::from_settings(&with("ENVIRONMENT", "production")).unwrap_err();
        assert!(matches!(refused, ConfigError::NotForProduction(_)));
        let refused = Config::from_settings(&with("SESSION_KEY_MODE", "md5")).unwrap_err();
        assert_eq!(refused, ConfigError::Malformed("SESSION_KEY_MODE"));
    }
}
