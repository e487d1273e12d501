//! Certificates of devices (EC-5), for the gate, which holds no keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shiming_cloud::certificates::Ask;
use shiming_cloud::http::{Answer, parse, written};
use shiming_cloud::problem::invalid;
use shiming_credential::DeviceCertificate;
use worker::Request;

use super::point;
use crate::config::Config;

/// `POST /certificates`
pub async fn certify(mut request: Request, config: &Config) -> Answer {
    let Ask { device, kind, public_key, issued_at, expires_at } = parse(&request.text().await?)?;
    let certificate = DeviceCertificate {
        issuer: config.name.clone(),
        device: device.to_base64url(),
        kind,
        issued_at,
        expires_at,
        key: point(&public_key).ok_or_else(|| invalid("/public_key"))?,
    };
    let signed = config.issuer.sign(issued_at, |key_id| certificate.unsigned(key_id)).await?;
    written(200, "text/plain", URL_SAFE_NO_PAD.encode(signed))
}
