//! Finding a person's registrations by name (RC-4), for whoever answers the person's call.

use shiming_cloud::http::{Answer, body, json, parse};
use shiming_cloud::problem::invalid;
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database, names};
use shiming_identity::PersonName;
use shiming_wire::operator::SearchRegistrations;
use worker::{Env, Request};

use crate::config::Config;

/// `POST /v1/registrations/search`: a body and not a query, so that no log holds a name. Looking is noted, under what was
/// looked for.
pub async fn by_name(mut request: Request, env: &Env, config: &Config) -> Answer {
    let person = person(env, &request, &[Role::Reviewer, Role::Operator]).await?;
    let SearchRegistrations { name } = parse(&body(&mut request).await?)?;
    let name = PersonName::parse(name.as_str()).map_err(|_| invalid("/name"))?;
    let keys = names::of_person(&config.common, &name, &database::variants(env).await?);
    let subject = keys.first().map(String::as_str).unwrap_or_default();
    database::audit(env, clock::now(), person.name.as_str(), "registration.search", subject)?.run().await?;
    json(200, &database::of_name(env, &keys).await?)
}
