//! Private-use codes of vendors, banks and registers, which the operator sets without a release (RC-2).

use shiming_cloud::http::{Answer, body_up_to, json, parse};
use shiming_cloud::problem::invalid;
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database};
use shiming_service::character_codes;
use shiming_wire::operator::CharacterCodes;
use worker::{Env, Request};

/// Room for every code that may be assigned, bytes.
const MOST_BYTES: usize = 128 * 1024;

/// `GET /v1/character-codes`: those in force; the built-in table is not among them.
pub async fn get(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &database::character_codes(env).await?)
}

/// `PUT /v1/character-codes`: all of them; what is left out is gone. The next question to the register is made with them.
pub async fn put(mut request: Request, env: &Env) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let sources: Vec<CharacterCodes> = parse(&body_up_to(&mut request, MOST_BYTES).await?)?;
    character_codes::variants(&sources).map_err(|member| invalid(&member))?;
    let value = serde_json::to_string(&sources)?;
    database::set_setting(env, database::CHARACTER_CODES, &value, person.name.as_str(), clock::now()).await?;
    json(200, &sources)
}
