//! News from the telephone gateway (CB-9).

use shiming_cloud::http::{Answer, Target, parse};
use shiming_cloud::registrations::{Action, ask};
use shiming_outside::gateway::CallProgress;
use shiming_service::effect::parse_reference;
use shiming_wire::ProblemType;
use worker::{Env, Request};

use super::from_outside;
use crate::config::Config;

/// `POST /v1/call-progress`. The same news twice, or overtaken by later ones, changes nothing, so no answer is recorded.
pub async fn progress(request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let (_, body) = from_outside(request, target, &config.gateway_keys).await?;
    let CallProgress { reference, progress } = parse(&body)?;
    let (id, seq) = parse_reference(reference.as_str()).ok_or(ProblemType::RegistrationNotFound)?;
    let news = serde_json::to_string(&(seq, progress))?;
    Ok(ask(env, &id, Action::Progress, &[], news).await?)
}
