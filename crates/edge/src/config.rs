//! What the edge needs to be told. It holds no key of the register, the CRM or the codes.

use shiming_cloud::config::{Common, ConfigError, Read, Settings, of_platform};
use shiming_proof::HmacKey;
use shiming_service::effect::System;
use worker::Env;

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What every Worker needs.
    pub common: Common,
    /// Service codes and their business (RN-2).
    pub service_codes: String,
    /// What the gateway signs its news with (CB-9).
    pub gateway_keys: Vec<HmacKey>,
}

impl Config {
    /// Reads and judges the configuration.
    pub fn read(env: &Env) -> Result<Self, ConfigError> {
        Self::from_settings(&of_platform(env))
    }

    /// What the message centre signs with: the keys that it shares with us. Without any, nothing verifies.
    pub fn sms_keys(&self) -> &[HmacKey] {
        self.common.endpoint(System::Sms).map_or(&[], |centre| &centre.keys)
    }

    /// The pure part of [`Self::read`].
    fn from_settings(read: &Read<'_>) -> Result<Self, ConfigError> {
        let settings = Settings::new(read)?;
        Ok(Self {
            common: settings.common(&[(System::Sms, "SMS_URL", "SMS_KEYS")])?,
            service_codes: settings.maybe("SERVICE_CODES").unwrap_or_default(),
            gateway_keys: settings.shared_keys("GATEWAY_KEYS")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_example_is_complete_and_not_for_production() {
        let vars = include_str!("../../../.dev.vars.example");
        let toml = include_str!("../../../wrangler.toml");
        let read = |name: &'static str| {
            vars.lines().chain(toml.lines()).find_map(|line| {
                let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
                Some(value.trim().trim_matches('"').to_owned())
            })
        };
        let config = Config::from_settings(&read).unwrap();
        assert!(!config.sms_keys().is_empty() && !config.gateway_keys.is_empty());
        let production =
            |name: &'static str| if name == "ENVIRONMENT" { Some("production".to_owned()) } else { read(name) };
        let refused = Config::from_settings(&production).unwrap_err();
        assert!(matches!(refused, ConfigError::NotForProduction(_)));
    }
}
