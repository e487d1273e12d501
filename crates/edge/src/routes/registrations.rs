//! A phone's registration. The Worker checks form and size; the registration's Durable Object does the rest.

use shiming_cloud::address::client_of;
use shiming_cloud::http::{Answer, Target, body, header, idempotency_key, parse};
use shiming_cloud::registrations::{AGENT, Action, CLIENT, FORMAT, PATH, QUERY, SIGNED, ask};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{database, names};
use shiming_service::budget::Scope;
use shiming_wire::{CreateRegistration, RegistrationId, Terminal};
use worker::{Env, Request};

use crate::config::Config;

/// `POST /v1/registrations`
pub async fn create(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let create: CreateRegistration = parse(&body)?;
    let mut headers = handed_on(&request, config, target);
    if create.terminal == Terminal::Agent {
        headers.push((AGENT, person(env, &request, &[Role::Agent]).await?.name.into_string()));
    }
    let mut format = database::format_parameters(env).await?;
    format.retain(|side| side.document == create.document);
    headers.push((FORMAT, serde_json::to_string(&format)?));
    let id = names::registration_id(&config.common, &create.device_key, &key);
    Ok(ask(env, &id, Action::Create, &headers, body).await?)
}

/// `GET /v1/registrations/{id}`
pub async fn view(request: Request, env: &Env, config: &Config, target: &Target, id: RegistrationId) -> Answer {
    Ok(ask(env, &id, Action::View, &handed_on(&request, config, target), String::new()).await?)
}

/// `POST /v1/registrations/{id}/…`
pub async fn act(
    mut request: Request,
    env: &Env,
    config: &Config,
    target: &Target,
    id: RegistrationId,
    action: Action,
) -> Answer {
    idempotency_key(&request)?;
    let body = body(&mut request).await?;
    Ok(ask(env, &id, action, &handed_on(&request, config, target), body).await?)
}

/// What the object needs of the request beside its body: its signature, what that covers, and whose budget it is.
fn handed_on(request: &Request, config: &Config, target: &Target) -> Vec<(&'static str, String)> {
    let address = client_of(header(request, "cf-connecting-ip").as_deref());
    let client = names::budget(&config.common, Scope::Address, address.as_bytes());
    let mut headers = vec![(PATH, target.path.clone()), (QUERY, target.query.clone()), (CLIENT, client)];
    headers.extend(SIGNED.into_iter().filter_map(|name| Some((name, header(request, name)?))));
    headers
}
