//! Devices: enrolled by an operator's code, rotated by themselves, revoked by an operator (EC-5).

use serde::Deserialize;
use shiming_cloud::database::together;
use shiming_cloud::http::{Answer, Target, body, idempotency_key, json, parse, written};
use shiming_cloud::names::look_ups;
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::signed::Signed;
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{certificates, clock, database, names, subtle};
use shiming_proof::Purpose;
use shiming_service::device::{CERTIFICATE_SECONDS, ENROLMENT_SECONDS, Standing, rotation_proof};
use shiming_service::risk::Reason;
use shiming_wire::card::{
    DeviceCertified, DeviceId, DeviceInvited, DeviceKind, DeviceView, EnrolDevice, InviteDevice, RevokeDevice,
    RotateDevice,
};
use shiming_wire::{Bytes, ProblemType, Text, UnixSeconds};
use worker::{Env, Request};

use crate::config::Config;
use crate::device::{Device, Keys};
use crate::events;

/// `POST /v1/devices/enrolments`
pub async fn invite(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let InviteDevice { name, kind } = parse(&body)?;
    if name.as_str().trim().is_empty() {
        return Err(invalid("/name"));
    }
    let (code, now) = (clock::random_bytes(), clock::now());
    let invited = DeviceInvited { code, expires_at: now + ENROLMENT_SECONDS };
    let answer = serde_json::to_string(&invited)?;
    let sql = "INSERT INTO device_enrolments (code, name, kind, made_by, expires_at) VALUES (?, ?, ?, ?, ?)";
    let values: [&dyn database::Bind; 5] = [
        &look_ups(&config.common, Purpose::Enrolment, &code).swap_remove(0),
        &name.as_str(),
        &database::word(&kind)?,
        &person.name.as_str(),
        &invited.expires_at,
    ];
    let done = vec![
        database::statement(env, sql, &values)?,
        database::audit(env, now, person.name.as_str(), "device.invite", name.as_str())?,
        once.record(201, &answer).await?,
    ];
    together(env, done).await?;
    written(201, "application/json", answer)
}

#[derive(Deserialize)]
struct Enrolment {
    code: String,
    name: String,
    kind: String,
    expires_at: UnixSeconds,
    device: Option<String>,
}

/// `POST /v1/devices`
pub async fn enrol(request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let signed = Signed::read(request, &config.common, target).await?;
    let EnrolDevice { code, public_key } = parse(&signed.body)?;
    signed.by_own_key(&public_key).await?;
    let id = names::device_id(&config.common, &public_key);
    let device = id.to_base64url();
    let actor = Actor { name: &device, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let now = clock::now();
    let sql = "SELECT code, name, kind, expires_at, device FROM device_enrolments
        WHERE code IN (SELECT value FROM json_each(?))";
    let codes = serde_json::to_string(&look_ups(&config.common, Purpose::Enrolment, &code))?;
    let found: Option<Enrolment> = database::row(env, sql, &[&codes]).await?;
    let free = found.filter(|enrolment| enrolment.device.is_none() && now < enrolment.expires_at);
    let Some(enrolment) = free else {
        // Nobody without a code of the operator's is a device.
        events::refused(env, Reason::UnknownDevice, None, &signed.client).await?;
        return Err(ProblemType::EnrolmentVoid.into());
    };
    let certified = certify(env, id, &enrolment.kind, &public_key, now).await?;
    let answer = serde_json::to_string(&certified)?;
    let sql = "INSERT INTO devices (id, enrolment, name, kind, public_key, enrolled_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    let text = public_key.to_base64url();
    let values: [&dyn database::Bind; 7] =
        [&device, &enrolment.code, &enrolment.name, &enrolment.kind, &text, &now, &certified.expires_at];
    let done = vec![
        database::statement(env, sql, &values)?,
        database::statement(
            env,
            "UPDATE device_enrolments SET device = ? WHERE code = ?",
            &[&device, &enrolment.code],
        )?,
        database::audit(env, now, &device, "device.enrol", &enrolment.name)?,
        once.record(201, &answer).await?,
    ];
    // The code was used meanwhile, or the key enrolled before: neither makes a device.
    together(env, done).await.map_err(|_| ProblemType::EnrolmentVoid)?;
    written(201, "application/json", answer)
}

/// `POST /v1/devices/{id}/rotation`
pub async fn rotate(request: Request, env: &Env, config: &Config, target: &Target, id: DeviceId) -> Answer {
    let signed = Signed::read(request, &config.common, target).await?;
    let device = Device::of(env, &signed, Keys::PresentOrPrevious).await?;
    if device.id != id {
        return Err(ProblemType::DeviceRefused.into());
    }
    let actor = Actor { name: &device.text, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    if device.with_previous_key {
        events::refused(env, Reason::Tampered, Some(&device.text), &signed.client).await?;
        return Err(ProblemType::DeviceRefused.into());
    }
    let RotateDevice { public_key, proof } = parse(&signed.body)?;
    let own = subtle::verify_p256(&public_key.0, &rotation_proof(&id, &public_key), &proof.0).await;
    if !own.unwrap_or(false) {
        return Err(invalid("/proof"));
    }
    let now = clock::now();
    let certified = certify(env, id, &device.kind, &public_key, now).await?;
    let answer = serde_json::to_string(&certified)?;
    // Of two rotations at once one finds the key that it was signed with.
    let sql = "UPDATE devices SET previous_key = public_key, public_key = ?, expires_at = ?
        WHERE id = ? AND public_key = ?";
    let text = public_key.to_base64url();
    let values: [&dyn database::Bind; 4] = [&text, &certified.expires_at, &device.text, &device.public_key];
    let done = vec![
        database::statement(env, sql, &values)?,
        database::audit(env, now, &device.text, "device.rotate", &device.text)?,
        once.record(200, &answer).await?,
    ];
    // Another device has this key.
    together(env, done).await.map_err(|_| invalid("/public_key"))?;
    written(200, "application/json", answer)
}

/// Has the issuer certify that this key is this device's.
async fn certify(
    env: &Env,
    device: DeviceId,
    kind: &str,
    public_key: &Bytes<65>,
    now: UnixSeconds,
) -> Result<DeviceCertified, Fault> {
    let expires_at = now + CERTIFICATE_SECONDS;
    let ask = certificates::Ask { device, kind: kind.to_owned(), public_key: *public_key, issued_at: now, expires_at };
    Ok(DeviceCertified { device, certificate: certificates::ask(env, &ask).await?, expires_at })
}

#[derive(Deserialize)]
struct Row {
    device: DeviceId,
    name: Text<40>,
    kind: DeviceKind,
    enrolled_at: UnixSeconds,
    expires_at: UnixSeconds,
    revoked_at: Option<UnixSeconds>,
    reason: Option<Text<200>>,
}

impl Row {
    fn view(self, now: UnixSeconds) -> DeviceView {
        let standing = Standing { expires_at: self.expires_at, revoked: self.revoked_at.is_some() };
        DeviceView {
            device: self.device,
            name: self.name,
            kind: self.kind,
            state: standing.state(now),
            enrolled_at: self.enrolled_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            reason: self.reason,
        }
    }
}

const COLUMNS: &str = "id AS device, name, kind, enrolled_at, expires_at, revoked_at, reason";

/// `GET /v1/devices`
pub async fn list(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    let sql = format!("SELECT {COLUMNS} FROM devices ORDER BY name, enrolled_at LIMIT 1000");
    let rows: Vec<Row> = database::rows(env, &sql, &[]).await?;
    let now = clock::now();
    json(200, &rows.into_iter().map(|row| row.view(now)).collect::<Vec<DeviceView>>())
}

/// `POST /v1/devices/{id}/revocation`: a device that is revoked stays so; the first reason stands.
pub async fn revoke(mut request: Request, env: &Env, config: &Config, target: &Target, id: DeviceId) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let RevokeDevice { reason } = parse(&body)?;
    if reason.as_str().trim().is_empty() {
        return Err(invalid("/reason"));
    }
    let now = clock::now();
    let sql = format!(
        "UPDATE devices SET revoked_at = coalesce(revoked_at, ?), reason = coalesce(reason, ?) WHERE id = ?
         RETURNING {COLUMNS}"
    );
    let device = id.to_base64url();
    let row: Option<Row> = database::row(env, &sql, &[&now, &reason.as_str(), &device]).await?;
    let view = row.ok_or(ProblemType::NotFound)?.view(now);
    database::audit(env, now, person.name.as_str(), "device.revoke", &device)?.run().await?;
    once.end(200, serde_json::to_string(&view)?).await
}
