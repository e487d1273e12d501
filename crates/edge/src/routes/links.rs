//! One-time capture links made by agents and operators (RN-2, RN-13).

use shiming_cloud::http::{Answer, Target, body, idempotency_key, parse};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database, link, names};
use shiming_identity::{Iccid, PhoneNumber};
use shiming_service::link::LinkTarget;
use shiming_service::message;
use shiming_wire::operator::{CreateLink, LinkCreated};
use shiming_wire::{Bytes, Text};
use worker::{Env, Request};

use crate::config::Config;

/// `POST /v1/links`
pub async fn create(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let person = person(env, &request, &[Role::Agent, Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let CreateLink { iccid, number } = parse(&body)?;
    let number = PhoneNumber::parse(number.as_str()).map_err(|_| invalid("/number"))?;
    let iccid = iccid.map(|iccid| Iccid::parse(iccid.as_str()).map_err(|_| invalid("/iccid"))).transpose()?;
    let target = LinkTarget {
        iccid: iccid.map(|iccid| Text::new(iccid.as_str()).unwrap_or_default()),
        number: Text::new(number.as_str()).unwrap_or_default(),
    };
    let now = clock::now();
    let expires_at = now + u64::from(database::policy(env).await?.link_ttl_seconds);
    let token = names::link_token(&config.common, person.name.as_str(), &key);
    link::make(env, &config.common, &token, &target, person.name.as_str(), (now, expires_at)).await?;
    once.end(201, serde_json::to_string(&LinkCreated { url: url(config, &token)?, expires_at })?).await
}

fn url(config: &Config, token: &Bytes<16>) -> Result<Text<200>, Fault> {
    let url = message::link_address(&config.common.public_origin, &token.to_base64url());
    Text::new(url).map_err(|_| Fault::Internal("PUBLIC_ORIGIN is too long".to_owned()))
}
