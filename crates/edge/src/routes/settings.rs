//! What the operator sets without a release: policy and image-format parameters (RN-3).

use shiming_cloud::http::{Answer, body, json, parse};
use shiming_cloud::problem::invalid;
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database};
use shiming_identity::document::FormatParameters;
use shiming_service::policy::Policy;
use worker::{Env, Request};

/// `GET /v1/policy`
pub async fn get_policy(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &database::policy(env).await?)
}

/// `PUT /v1/policy`: the whole policy; members that are left out take their defaults.
pub async fn put_policy(mut request: Request, env: &Env) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let policy: Policy = parse(&body(&mut request).await?)?;
    policy.validate()?;
    let value = serde_json::to_string(&policy)?;
    database::set_setting(env, database::POLICY, &value, person.name.as_str(), clock::now()).await?;
    json(200, &policy)
}

/// `GET /v1/format-parameters`: those in force, defaults included.
pub async fn get_format(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &database::format_parameters(env).await?)
}

/// `PUT /v1/format-parameters`: overrides; a side that is left out takes its document's defaults.
pub async fn put_format(mut request: Request, env: &Env) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let parameters: Vec<FormatParameters> = parse(&body(&mut request).await?)?;
    for (index, side) in parameters.iter().enumerate() {
        let twice =
            parameters.iter().take(index).any(|other| (other.document, other.side) == (side.document, side.side));
        if twice {
            return Err(invalid(&format!("/{index}")));
        }
        shiming_service::format::validate(side).map_err(|member| invalid(&format!("/{index}{member}")))?;
    }
    let value = serde_json::to_string(&parameters)?;
    database::set_setting(env, database::FORMAT, &value, person.name.as_str(), clock::now()).await?;
    json(200, &database::format_parameters(env).await?)
}
