//! Offices that issue certificates, as the operator enters them.

use serde::Deserialize;
use shiming_certificate::{Bilingual, Office, OfficeCode};
use shiming_cloud::database;
use shiming_cloud::problem::{Fault, invalid};
use worker::Env;

#[derive(Deserialize)]
struct Row {
    code: OfficeCode,
    office: String,
}

/// What is kept of an office beside its code.
#[derive(serde::Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    name: Bilingual,
    address: Bilingual,
    telephone: String,
}

impl Words {
    /// The office with this code.
    pub fn office(self, code: OfficeCode) -> Office {
        let Self { name, address, telephone } = self;
        Office { code, name, address, telephone }
    }

    /// Of an office.
    pub fn of(office: &Office) -> Self {
        let Office { name, address, telephone, .. } = office.clone();
        Self { name, address, telephone }
    }
}

impl Row {
    fn office(self) -> Result<Office, Fault> {
        let words: Words = shiming_wire::json::from_slice(self.office.as_bytes())?;
        Ok(words.office(self.code))
    }
}

/// The office with this code.
pub async fn find(env: &Env, code: OfficeCode) -> Result<Office, Fault> {
    let sql = "SELECT code, office FROM certificate_offices WHERE code = ?";
    let row: Option<Row> = database::row(env, sql, &[&code.to_string()]).await?;
    row.ok_or_else(|| invalid("/office"))?.office()
}

/// Every office.
pub async fn all(env: &Env) -> Result<Vec<Office>, Fault> {
    let rows: Vec<Row> = database::rows(env, "SELECT code, office FROM certificate_offices ORDER BY code", &[]).await?;
    rows.into_iter().map(Row::office).collect()
}

/// The office that is meant: the one with this code, or the only one that there is.
pub async fn meant(env: &Env, code: Option<&str>) -> Result<Office, Fault> {
    match code {
        Some(code) => find(env, OfficeCode::parse(code).map_err(|_| invalid("/office"))?).await,
        None => match <[Office; 1]>::try_from(all(env).await?) {
            Ok([only]) => Ok(only),
            Err(_) => Err(invalid("/office")),
        },
    }
}
