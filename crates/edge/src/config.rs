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
    /// What the message centre signs with: the first is ours too.
    pub sms_keys: Vec<HmacKey>,
    /// What the gateway signs its news with (CB-9).
    pub gateway_keys: Vec<HmacKey>,
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
            common: settings.common(&[(System::Sms, "SMS_URL", "SMS_KEYS")])?,
            service_codes: settings.maybe("SERVICE_CODES").unwrap_or_default(),
            sms_keys: settings.shared_keys("SMS_KEYS")?,
            gateway_keys: settings.shared_keys("GATEWAY_KEYS")?,
        })
    }
}
