//! A phone's registration. The Worker checks form and size; the registration's Durable Object does the rest.

use shiming_service::budget::Scope;
use shiming_wire::{CreateRegistration, RegistrationId, Terminal};
use worker::{Env, Request};

use super::idempotency_key;
use crate::address::client_of;
use crate::config::Config;
use crate::credential::{Role, person};
use crate::http::{Answer, Target, body, header, parse};
use crate::names;
use crate::problem::{Fault, invalid};
use crate::registration_do::{Ask, Get, Post, What, ask};

/// `POST /v1/registrations`
pub async fn create(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let client = client(&request, config);
    let post = post(&mut request, target).await?;
    let create: CreateRegistration = parse(&post.body)?;
    let agent = match create.terminal {
        Terminal::Own => None,
        Terminal::Agent => Some(person(env, &request, &[Role::Agent]).await?.name),
    };
    let id = names::registration_id(config, &create.device_key, &post.key);
    Ok(ask(env, &Ask { id, what: What::Create { post, client, agent } }).await?)
}

/// `GET /v1/registrations/{id}`
pub async fn view(request: Request, env: &Env, target: &Target, id: RegistrationId) -> Answer {
    let after = target.parameter("after").map(|text| text.parse().map_err(|_| invalid("after"))).transpose()?;
    let get = Get {
        path: target.path.clone(),
        query: target.query.clone(),
        signature_input: header(&request, "signature-input"),
        signature: header(&request, "signature"),
    };
    Ok(ask(env, &Ask { id, what: What::View { get, after } }).await?)
}

/// `POST /v1/registrations/{id}/codes`
pub async fn request_code(
    mut request: Request,
    env: &Env,
    config: &Config,
    target: &Target,
    id: RegistrationId,
) -> Answer {
    let (client, post) = (client(&request, config), post(&mut request, target).await?);
    Ok(ask(env, &Ask { id, what: What::RequestCode { post, client } }).await?)
}

/// `POST /v1/registrations/{id}/confirmation`
pub async fn confirm(mut request: Request, env: &Env, target: &Target, id: RegistrationId) -> Answer {
    let post = post(&mut request, target).await?;
    Ok(ask(env, &Ask { id, what: What::Confirm { post } }).await?)
}

/// `POST /v1/registrations/{id}/evidence`
pub async fn evidence(mut request: Request, env: &Env, config: &Config, target: &Target, id: RegistrationId) -> Answer {
    let (client, post) = (client(&request, config), post(&mut request, target).await?);
    Ok(ask(env, &Ask { id, what: What::Evidence { post, client } }).await?)
}

async fn post(request: &mut Request, target: &Target) -> Result<Post, Fault> {
    let key = idempotency_key(request)?;
    Ok(Post {
        path: target.path.clone(),
        body: body(request).await?,
        key,
        content_digest: header(request, "content-digest"),
        signature_input: header(request, "signature-input"),
        signature: header(request, "signature"),
    })
}

/// The budget of the address that the request came from.
fn client(request: &Request, config: &Config) -> String {
    let address = client_of(header(request, "cf-connecting-ip").as_deref());
    names::budget(config, Scope::Address, address.as_bytes())
}
