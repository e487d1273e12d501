//! What the certifier needs to be told.

use shiming_certificate::{Origin, Policy};
use shiming_cloud::config::{Codes, Common, ConfigError, Read, Settings, of_platform};
use shiming_cloud::signing::SigningKeys;
use shiming_credential::IssuerKeys;
use shiming_service::effect::System;
use shiming_wire::application::LineSource;
use worker::Env;

/// Every system that it talks to: name, address, keys.
const SYSTEMS: [(System, &str, &str); 4] = [
    (System::Police, "POLICE_URL", "POLICE_KEYS"),
    (System::Sms, "SMS_URL", "SMS_KEYS"),
    (System::Gateway, "GATEWAY_URL", "GATEWAY_KEYS"),
    // Asked only where codes go to mapped lines.
    (System::Crm, "CRM_URL", "CRM_KEYS"),
];

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// What every Worker needs.
    pub common: Common,
    /// What codes need.
    pub codes: Codes,
    /// `iss` of documents.
    pub name: String,
    /// What documents and heads of the log are signed with.
    pub keys: SigningKeys,
    /// What the police's seals are verified with (NC-3).
    pub seal_keys: IssuerKeys,
    /// Where certificates are checked: their QR symbols lead there.
    pub origin: Origin,
    /// For how long certificates are valid.
    pub validity: Policy,
    /// Where codes go (NC-2).
    pub line: LineSource,
}

impl Config {
    /// Reads and judges the configuration.
    pub fn read(env: &Env) -> Result<Self, ConfigError> {
        Self::from_settings(&of_platform(env))
    }

    /// The pure part of [`Self::read`].
    fn from_settings(read: &Read<'_>) -> Result<Self, ConfigError> {
        let settings = Settings::new(read)?;
        let line = match settings.maybe("LINE_SOURCE").as_deref() {
            None | Some("typed") => LineSource::Typed,
            Some("mapped") => LineSource::Mapped,
            Some(_) => return Err(ConfigError::Malformed("LINE_SOURCE")),
        };
        Ok(Self {
            keys: settings.signing_keys("CERTIFICATE_KEYS")?,
            seal_keys: settings.published_keys("SEAL_KEYS")?,
            common: settings.common(if line == LineSource::Mapped { &SYSTEMS } else { &SYSTEMS[..3] })?,
            codes: settings.codes()?,
            name: settings.issuer_name()?,
            origin: Origin::new(&settings.need("PUBLIC_ORIGIN")?).ok_or(ConfigError::Malformed("PUBLIC_ORIGIN"))?,
            validity: match settings.maybe("VALID_MONTHS").map(|text| text.parse().map(Policy::new)) {
                None => Policy::default(),
                Some(Ok(Ok(policy))) => policy,
                Some(_) => return Err(ConfigError::Malformed("VALID_MONTHS")),
            },
            line,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example; with `own` in place of the name of the key that it signs with.
    fn example(own: &'static str) -> impl Fn(&'static str) -> Option<String> {
        move |name| {
            let (vars, toml) = (include_str!("../.dev.vars.example"), include_str!("../wrangler.toml"));
            vars.lines().chain(toml.lines()).find_map(|line| {
                let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
                Some(value.trim().trim_matches(['"', '\'']).replace("dev-certifier-1", own))
            })
        }
    }

    #[test]
    fn the_development_example_is_complete_and_not_for_production() {
        let read = &example("dev-certifier-1");
        let config = Config::from_settings(&read).unwrap();
        assert!(config.keys.signing(1_795_000_000).is_some());
        let with = |changed: &'static str, value: &'static str| {
            move |name: &'static str| if name == changed { Some(value.to_owned()) } else { read(name) }
        };
        for (name, value, refused) in [
            ("ENVIRONMENT", "production", ConfigError::NotForProduction("CERTIFICATE_KEYS")),
            ("CERTIFICATE_KEYS", "{}", ConfigError::Malformed("CERTIFICATE_KEYS")),
            ("SEAL_KEYS", r#"{"keys":[]}"#, ConfigError::Malformed("SEAL_KEYS")),
            ("ISSUER_NAME", "an issuer whose name no card has room for", ConfigError::Malformed("ISSUER_NAME")),
            ("PUBLIC_ORIGIN", "ftp://register.operator.cn", ConfigError::Malformed("PUBLIC_ORIGIN")),
            ("LINE_SOURCE", "both", ConfigError::Malformed("LINE_SOURCE")),
            ("VALID_MONTHS", "0", ConfigError::Malformed("VALID_MONTHS")),
            ("VALID_MONTHS", "three", ConfigError::Malformed("VALID_MONTHS")),
            ("SESSION_KEY_MODE", "md5", ConfigError::Malformed("SESSION_KEY_MODE")),
        ] {
            assert_eq!(Config::from_settings(&with(name, value)).unwrap_err(), refused, "{name}");
        }
    }

    // NC-3: in production no seal is the sandbox's.
    #[test]
    fn production_refuses_seals_for_development() {
        let example = example("2026-11");
        let read =
            |name: &'static str| if name == "ENVIRONMENT" { Some("production".to_owned()) } else { example(name) };
        assert_eq!(Config::from_settings(&read).unwrap_err(), ConfigError::NotForProduction("SEAL_KEYS"));
    }
}
