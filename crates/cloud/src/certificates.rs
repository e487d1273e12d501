//! The way from the gate to the issuer, which alone has the keys: a certificate for a device (EC-5).

use serde::{Deserialize, Serialize};
use shiming_wire::card::DeviceId;
use shiming_wire::{Bytes, UnixSeconds};
use worker::Env;

use crate::http;
use crate::problem::{Fault, invalid};

/// The issuer's path. The edge hands nothing on to it.
pub const PATH: &str = "/certificates";

/// What is to be certified.
#[derive(Serialize, Deserialize)]
pub struct Ask {
    /// The device.
    pub device: DeviceId,
    /// What it is.
    pub kind: String,
    /// Its key.
    pub public_key: Bytes<65>,
    /// From when on.
    pub issued_at: UnixSeconds,
    /// Until when.
    pub expires_at: UnixSeconds,
}

/// A certificate, base64url.
pub async fn ask(env: &Env, ask: &Ask) -> Result<String, Fault> {
    let request = http::internal(&format!("https://issuer{PATH}"), &[], &serde_json::to_string(ask)?)?;
    let mut answer = env.service("ISSUER")?.fetch_request(request).await?;
    match answer.status_code() {
        200 => Ok(answer.text().await?),
        // No point of the curve.
        422 => Err(invalid("/public_key")),
        status => Err(Fault::Internal(format!("the issuer certifies nothing: status {status}"))),
    }
}
