//! What the objects need to be told.

use shiming_cloud::config::{Codes, Common, ConfigError, Read, Settings, of_platform};
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
    /// What codes need.
    pub codes: Codes,
}

impl Config {
    /// Reads and judges the configuration.
    pub fn read(env: &Env) -> Result<Self, ConfigError> {
        Self::from_settings(&of_platform(env))
    }

    /// The pure part of [`Self::read`].
    fn from_settings(read: &Read<'_>) -> Result<Self, ConfigError> {
        let settings = Settings::new(read)?;
        Ok(Self { common: settings.common(&SYSTEMS)?, codes: settings.codes()? })
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
