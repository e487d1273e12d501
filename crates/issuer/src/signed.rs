//! Signed POSTs of devices and holders' phones (RFC 9421; docs/architecture.md, "Signature profile").

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use shiming_cloud::http::{Target, body, header, idempotency_key};
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, database, names, subtle};
use shiming_proof::{IdempotencyKey, KeyId, SignatureError, SignedPost, Unverified};
use shiming_service::device::{self, Standing};
use shiming_service::risk::Reason;
use shiming_wire::card::{DeviceId, HolderId};
use shiming_wire::{Bytes, ProblemType};
use worker::{Env, Request};

use crate::config::Config;
use crate::events;

/// A POST, and what is known of its signature before any key was looked up.
pub struct Signed {
    /// Its idempotency key.
    pub key: String,
    /// Its body.
    pub body: String,
    /// Whom it came from: a keyed hash of the client's address.
    pub client: String,
    claimed: Option<KeyId>,
    checked: Result<Unverified, SignatureError>,
}

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

impl Signed {
    /// Reads a POST.
    pub async fn read(mut request: Request, config: &Config, target: &Target) -> Result<Self, Fault> {
        let key = idempotency_key(&request)?;
        let client = names::client(&config.common, &request);
        let body = body(&mut request).await?;
        let (digest, input, signature) =
            (header(&request, "content-digest"), header(&request, "signature-input"), header(&request, "signature"));
        let post = SignedPost {
            path: &target.path,
            body: body.as_bytes(),
            idempotency_key: IdempotencyKey::parse(&key).map_err(|_| ProblemType::IdempotencyKeyMissing)?,
            content_digest: digest.as_deref(),
            signature_input: input.as_deref(),
            signature: signature.as_deref(),
        };
        let (claimed, checked) = (post.claimed_key(), post.check(clock::now()));
        Ok(Self { key, body, client, claimed, checked })
    }

    /// Goes on if the holder of this key, which the body carries, signed it.
    pub async fn by_own_key(&self, public_key: &Bytes<65>) -> Result<(), Fault> {
        let unverified = self.checked.as_ref().map_err(|error| *error)?;
        let signed = unverified.key_id.is_none() && is_by(&public_key.to_base64url(), unverified).await;
        if signed { Ok(()) } else { Err(ProblemType::SignatureInvalid.into()) }
    }

    /// The device that signed it (EC-2). What is refused goes to the risk store, with what the device is told; it is told
    /// little.
    pub async fn by_device(&self, env: &Env, keys: Keys) -> Result<Device, Fault> {
        // What carries no signature, or none of ours, names no device that could be illegal.
        if let Err(error @ (SignatureError::Missing { .. } | SignatureError::Profile { .. })) = &self.checked {
            return Err((*error).into());
        }
        let claimed = self.claimed.as_ref().ok_or(ProblemType::SignatureMissing)?.as_str();
        let row: Option<DeviceRow> = database::row(
            env,
            "SELECT kind, public_key, previous_key, expires_at, revoked_at IS NOT NULL AS revoked FROM devices
             WHERE id = ?",
            &[&claimed],
        )
        .await?;
        let (signature, with_previous_key) = match (&self.checked, &row) {
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
        let seen = match &self.checked {
            Ok(unverified) if row.is_some() && signature.is_ok() => was_seen(env, claimed, unverified).await?,
            _ => false,
        };
        let standing = row.as_ref().map(|row| Standing { expires_at: row.expires_at, revoked: row.revoked == 1 });
        let admitted = device::admit(standing, signature, seen, clock::now());
        match (admitted, row, Bytes::from_base64url(claimed)) {
            (Ok(()), Some(row), Ok(id)) => Ok(Device {
                id,
                text: claimed.to_owned(),
                kind: row.kind,
                public_key: row.public_key,
                with_previous_key,
            }),
            (admitted, row, _) => {
                let reason = admitted.err().unwrap_or(Reason::UnknownDevice);
                self.note(env, reason, row.map(|_| claimed)).await?;
                let stale = reason == Reason::Stale;
                Err(if stale { ProblemType::SignatureStale } else { ProblemType::DeviceRefused }.into())
            }
        }
    }

    /// Writes down that a device was refused; names that nobody enrolled are not kept.
    pub async fn note(&self, env: &Env, reason: Reason, device: Option<&str>) -> Result<(), Fault> {
        events::refused(env, reason, device, &self.client).await
    }

    /// The holder's phone that signed it.
    pub async fn by_holder(&self, env: &Env) -> Result<HolderId, Fault> {
        #[derive(Deserialize)]
        struct Row {
            public_key: String,
        }
        let unverified = self.checked.as_ref().map_err(|error| *error)?;
        let claimed = self.claimed.as_ref().ok_or(ProblemType::SignatureMissing)?.as_str();
        let row: Option<Row> =
            database::row(env, "SELECT public_key FROM card_holders WHERE id = ?", &[&claimed]).await?;
        let row = row.ok_or(ProblemType::SignatureInvalid)?;
        match Bytes::from_base64url(claimed) {
            Ok(id) if is_by(&row.public_key, unverified).await => Ok(id),
            _ => Err(ProblemType::SignatureInvalid.into()),
        }
    }
}

/// Whether the holder of this key (base64url) signed it.
async fn is_by(public_key: &str, unverified: &Unverified) -> bool {
    match Bytes::<65>::from_base64url(public_key) {
        // A key that is no point of the curve, or a signature of another length, is refused by the platform.
        Ok(key) => subtle::verify_p256(&key.0, &unverified.base, &unverified.signature).await.unwrap_or(false),
        Err(_) => false,
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
