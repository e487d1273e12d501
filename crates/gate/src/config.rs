//! What the gate needs to be told.

use shiming_cloud::config::{Common, ConfigError, Read, Settings, of_platform};
use shiming_service::effect::System;
use worker::Env;

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What every Worker needs.
    pub common: Common,
    /// Whether a card needs a live face.
    pub live_face: bool,
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
            common: settings.common(&[(System::Register, "REGISTER_URL", "REGISTER_KEYS")])?,
            live_face: match settings.need("LIVE_FACE")?.as_str() {
                "required" => true,
                "not_required" => false,
                _ => return Err(ConfigError::Malformed("LIVE_FACE")),
            },
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
        assert!(!Config::from_settings(&read).unwrap().live_face);
        let with = |changed: &'static str, value: &'static str| {
            move |name: &'static str| if name == changed { Some(value.to_owned()) } else { read(name) }
        };
        let refused = Config::from_settings(&with("ENVIRONMENT", "production")).unwrap_err();
        assert!(matches!(refused, ConfigError::NotForProduction(_)));
        let refused = Config::from_settings(&with("LIVE_FACE", "maybe")).unwrap_err();
        assert_eq!(refused, ConfigError::Malformed("LIVE_FACE"));
    }
}
