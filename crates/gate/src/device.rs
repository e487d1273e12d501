//! Whether the device that signed a request may work (EC-2, EC-5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use shiming_cloud::problem::Fault;
use shiming_cloud::signed::{Signed, is_by};
use shiming_cloud::{clock, database};
use shiming_proof::{SignatureError, Unverified};
use shiming_service::device::{self, Standing};
use shiming_service::risk::Reason;
use shiming_wire::card::DeviceId;
use shiming_wire::{Bytes, ProblemType};
use worker::Env;

use crate::events;

/// A device that may work.
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// The same, in base64url.
    pub text: String,
    /// What it is.
    pub kind: String,
    /// The key that it signed with.
    pub public_key: String,
    /// It signed with the key that it had before its last rotation.
    pub with_previous_key: bool,
}

#[derive(Deserialize)]
struct DeviceRow {
    kind: String,
    public_key: String,
    previous_key: Option<String>,
    expires_at: u64,
    revoked: u8,
}

/// Which keys of a device are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The present one.
    Present,
    /// The one before too: for the answer to a rotation that got lost.
    PresentOrPrevious,
}

impl Device {
    /// The device that signed a POST (EC-2). What is refused goes to the risk store; the device is told little of it.
    pub async fn of(env: &Env, signed: &Signed, keys: Keys) -> Result<Self, Fault> {
        // What carries no signature, or none of ours, names no device that could be illegal.
        if let Err(error @ (SignatureError::Missing { .. } | SignatureError::Profile { .. })) = &signed.checked {
            return Err((*error).into());
        }
        let claimed = signed.claimed.as_ref().ok_or(ProblemType::SignatureMissing)?.as_str();
        let row: Option<DeviceRow> = database::row(
            env,
            "SELECT kind, public_key, previous_key, expires_at, revoked_at IS NOT NULL AS revoked FROM devices
             WHERE id = ?",
            &[&claimed],
        )
        .await?;
        let (signature, with_previous_key) = match (&signed.checked, &row) {
            (Err(error), _) => (Err(*error), false),
            (Ok(_), None) => (Ok(()), false),
            (Ok(unverified), Some(row)) if is_by(&row.public_key, unverified).await => (Ok(()), false),
            (Ok(unverified), Some(DeviceRow { previous_key: Some(previous), .. }))
                if keys == Keys::PresentOrPrevious && is_by(previous, unverified).await =>
            {
                (Ok(()), true)
            }
            (Ok(_), Some(_)) => (Err(SignatureError::Wrong), false),
        };
        let seen = match &signed.checked {
            Ok(unverified) if row.is_some() && signature.is_ok() => was_seen(env, claimed, unverified).await?,
            _ => false,
        };
        let standing = row.as_ref().map(|row| Standing { expires_at: row.expires_at, revoked: row.revoked == 1 });
        let admitted = device::admit(standing, signature, seen, clock::now());
        match (admitted, row, Bytes::from_base64url(claimed)) {
            (Ok(()), Some(row), Ok(id)) => {
                Ok(Self { id, text: claimed.to_owned(), kind: row.kind, public_key: row.public_key, with_previous_key })
            }
            (admitted, row, _) => {
                let reason = admitted.err().unwrap_or(Reason::UnknownDevice);
                events::refused(env, reason, row.map(|_| claimed), &signed.client).await?;
                let stale = reason == Reason::Stale;
                Err(if stale { ProblemType::SignatureStale } else { ProblemType::DeviceRefused }.into())
            }
        }
    }
}

/// Notes a signature; whether it was noted before (EC-2).
async fn was_seen(env: &Env, device: &str, unverified: &Unverified) -> Result<bool, Fault> {
    #[derive(Deserialize)]
    struct Noted {}
    let nonce = device::nonce(&unverified.signature).map(|nonce| URL_SAFE_NO_PAD.encode(nonce)).unwrap_or_default();
    let sql = "INSERT INTO device_requests (device, nonce, seen_at) VALUES (?, ?, ?)
        ON CONFLICT (device, nonce) DO NOTHING RETURNING 1 AS noted";
    let noted: Option<Noted> = database::row(env, sql, &[&device, &nonce, &clock::now()]).await?;
    Ok(noted.is_none())
}
