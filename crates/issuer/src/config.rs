//! What the issuer needs to be told.

use shiming_cloud::config::{Common, ConfigError, Read, Settings, of_platform};
use shiming_cloud::signing::SigningKeys;
use worker::Env;

/// Most characters of a status list's name that a card has room for.
const LONGEST_LIST: usize = 60;

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What every Worker needs.
    pub common: Common,
    /// `iss` of cards.
    pub name: String,
    /// What cards are signed with.
    pub issuer: SigningKeys,
}

impl Config {
    /// Reads and judges the configuration.
    pub fn read(env: &Env) -> Result<Self, ConfigError> {
        Self::from_settings(&of_platform(env))
    }

    /// The pure part of [`Self::read`].
    fn from_settings(read: &Read<'_>) -> Result<Self, ConfigError> {
        let settings = Settings::new(read)?;
        let config = Self {
            issuer: settings.signing_keys("ISSUER_KEYS")?,
            common: settings.common(&[])?,
            name: settings.issuer_name()?,
        };
        // Cards name their list by its address; ten digits are enough for its number.
        if config.list(9_999_999_999).len() > LONGEST_LIST {
            return Err(ConfigError::Malformed("PUBLIC_ORIGIN"));
        }
        Ok(config)
    }

    /// What cards call a status list: its address.
    pub fn list(&self, number: u64) -> String {
        format!("{}{number}", self.lists())
    }

    /// What the addresses of all lists begin with.
    pub fn lists(&self) -> String {
        format!("{}/v1/cards/status/", self.common.public_origin)
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
                Some(value.trim().trim_matches(['"', '\'']).to_owned())
            })
        };
        let config = Config::from_settings(&read).unwrap();
        assert!(config.issuer.signing(1_795_000_000).is_some());
        let with = |changed: &'static str, value: &'static str| {
            move |name: &'static str| if name == changed { Some(value.to_owned()) } else { read(name) }
        };
        for (name, value, refused) in [
            ("ENVIRONMENT", "production", ConfigError::NotForProduction("ISSUER_KEYS")),
            ("ISSUER_KEYS", "{}", ConfigError::Malformed("ISSUER_KEYS")),
            ("ISSUER_NAME", "an issuer whose name no card has room for", ConfigError::Malformed("ISSUER_NAME")),
            (
                "PUBLIC_ORIGIN",
                "https://an-address-that-no-card-has-room-for.operator.cn",
                ConfigError::Malformed("PUBLIC_ORIGIN"),
            ),
        ] {
            assert_eq!(Config::from_settings(&with(name, value)).unwrap_err(), refused, "{name}");
        }
    }
}
