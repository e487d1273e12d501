//! Path and method to handler.

use shiming_cloud::http::{self, Answer, Target};
use shiming_cloud::problem::Fault;
use shiming_cloud::registrations::Action;
use shiming_wire::{Bytes, Problem, ProblemType, RegistrationId};
use worker::{Context, Env, Method, Request, Response};

use crate::config::Config;
use crate::routes::{agents, calls, character_codes, cron, links, messages, registrations, reviews, search, settings};

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Health,
    Registrations,
    Search,
    Registration(RegistrationId),
    Codes(RegistrationId),
    Confirmation(RegistrationId),
    Evidence(RegistrationId),
    InboundMessages,
    CallProgress,
    Links,
    Reviews,
    Review(String),
    Agents,
    Agent(String),
    AgentRegistrations(String),
    FormatParameters,
    Policy,
    CharacterCodes,
}

impl Route {
    /// The route of a path; an id that is none is an unknown registration, not an unknown address.
    fn of(path: &str) -> Result<Self, ProblemType> {
        let id = |text: &str| Bytes::from_base64url(text).map_err(|_| ProblemType::RegistrationNotFound);
        let segments: Vec<&str> = path.split('/').collect();
        Ok(match segments.as_slice() {
            ["", "v1", "health"] => Self::Health,
            ["", "v1", "registrations"] => Self::Registrations,
            ["", "v1", "registrations", "search"] => Self::Search,
            ["", "v1", "registrations", text] => Self::Registration(id(text)?),
            ["", "v1", "registrations", text, "codes"] => Self::Codes(id(text)?),
            ["", "v1", "registrations", text, "confirmation"] => Self::Confirmation(id(text)?),
            ["", "v1", "registrations", text, "evidence"] => Self::Evidence(id(text)?),
            ["", "v1", "inbound-messages"] => Self::InboundMessages,
            ["", "v1", "call-progress"] => Self::CallProgress,
            ["", "v1", "links"] => Self::Links,
            ["", "v1", "reviews"] => Self::Reviews,
            ["", "v1", "reviews", id] => Self::Review((*id).to_owned()),
            ["", "v1", "agents"] => Self::Agents,
            ["", "v1", "agents", name] => Self::Agent((*name).to_owned()),
            ["", "v1", "agents", name, "registrations"] => Self::AgentRegistrations((*name).to_owned()),
            ["", "v1", "format-parameters"] => Self::FormatParameters,
            ["", "v1", "policy"] => Self::Policy,
            ["", "v1", "character-codes"] => Self::CharacterCodes,
            _ => return Err(ProblemType::NotFound),
        })
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Health => "GET, HEAD, OPTIONS",
            Self::Registration(_) | Self::Reviews | Self::Agents | Self::AgentRegistrations(_) => "GET, OPTIONS",
            Self::Registrations
            | Self::Search
            | Self::Codes(_)
            | Self::Confirmation(_)
            | Self::Evidence(_)
            | Self::InboundMessages
            | Self::CallProgress
            | Self::Links
            | Self::Agent(_) => "POST, OPTIONS",
            Self::Review(_) => "GET, POST, OPTIONS",
            Self::FormatParameters | Self::Policy | Self::CharacterCodes => "GET, PUT, OPTIONS",
        }
    }
}

/// Who answers for electronic ID cards: the gate for devices and risk control, the issuer for the cards themselves. For
/// certificates: the certifier.
fn beside(path: &str) -> Option<&'static str> {
    let mut segments = path.strip_prefix("/v1/")?.split('/');
    match (segments.next()?, segments.next()) {
        ("devices" | "faces" | "risk", _) | ("cards", Some("offers" | "revocations")) => Some("GATE"),
        ("cards", _) => Some("ISSUER"),
        ("certificates", _) => Some("CERTIFIER"),
        _ => None,
    }
}

/// Serves a request; whatever goes wrong is a problem.
pub async fn serve(request: Request, env: Env, context: &Context) -> worker::Result<Response> {
    let target = Target::of(&request);
    let route = Route::of(&target.path);
    let allowed = route.as_ref().map(Route::methods).unwrap_or_default();
    http::answered(handle(request, &env, context, &target, route.clone()).await, allowed)
}

async fn handle(
    request: Request,
    env: &Env,
    context: &Context,
    target: &Target,
    route: Result<Route, ProblemType>,
) -> Answer {
    // Before anything else: a Worker that is set up wrongly serves nobody.
    let config = Config::read(env).map_err(|error| Fault::Internal(format!("configuration: {error}")))?;
    if let Some(worker) = beside(&target.path) {
        let changes = matches!(target.path.as_str(), "/v1/cards" | "/v1/cards/revocations");
        let response = env.service(worker)?.fetch_request(request).await?;
        if changes && response.status_code() < 300 {
            // The citizen system is told once the answer is on its way (EC-3); what fails is the cron's.
            let env = env.clone();
            context.wait_until(async move { cron::have_told(&env).await });
        }
        return Ok(response);
    }
    let route = route.map_err(Problem::new)?;
    let method = request.method();
    if method == Method::Options {
        return http::options(route.methods());
    }
    let handler: http::Handler<'_> = match (method, &route) {
        (Method::Get | Method::Head, Route::Health) => {
            return http::written(200, "application/json", r#"{"status":"ok"}"#.to_owned());
        }
        (Method::Post, Route::Registrations) => Box::pin(registrations::create(request, env, &config, target)),
        (Method::Post, Route::Search) => Box::pin(search::by_name(request, env, &config)),
        (Method::Get, Route::Registration(id)) => Box::pin(registrations::view(request, env, &config, target, *id)),
        (Method::Post, Route::Codes(id)) => {
            Box::pin(registrations::act(request, env, &config, target, *id, Action::RequestCode))
        }
        (Method::Post, Route::Confirmation(id)) => {
            Box::pin(registrations::act(request, env, &config, target, *id, Action::Confirm))
        }
        (Method::Post, Route::Evidence(id)) => {
            Box::pin(registrations::act(request, env, &config, target, *id, Action::Evidence))
        }
        (Method::Post, Route::InboundMessages) => Box::pin(messages::receive(request, env, &config, target)),
        (Method::Post, Route::CallProgress) => Box::pin(calls::progress(request, env, &config, target)),
        (Method::Post, Route::Links) => Box::pin(links::create(request, env, &config, target)),
        (Method::Get, Route::Reviews) => Box::pin(reviews::list(request, env)),
        (Method::Get, Route::Review(id)) => Box::pin(reviews::look(request, env, id)),
        (Method::Post, Route::Review(id)) => Box::pin(reviews::decide(request, env, &config, target, id)),
        (Method::Get, Route::Agents) => Box::pin(agents::list(request, env)),
        (Method::Post, Route::Agent(name)) => Box::pin(agents::set(request, env, &config, target, name)),
        (Method::Get, Route::AgentRegistrations(name)) => Box::pin(agents::registrations(request, env, name)),
        (Method::Get, Route::FormatParameters) => Box::pin(settings::get_format(request, env)),
        (Method::Put, Route::FormatParameters) => Box::pin(settings::put_format(request, env)),
        (Method::Get, Route::Policy) => Box::pin(settings::get_policy(request, env)),
        (Method::Put, Route::Policy) => Box::pin(settings::put_policy(request, env)),
        (Method::Get, Route::CharacterCodes) => Box::pin(character_codes::get(request, env)),
        (Method::Put, Route::CharacterCodes) => Box::pin(character_codes::put(request, env)),
        _ => return Err(ProblemType::MethodNotAllowed.into()),
    };
    handler.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling() {
        assert_eq!(Route::of("/v1/registrations"), Ok(Route::Registrations));
        let id = Bytes([7; 16]);
        let path = format!("/v1/registrations/{}/codes", id.to_base64url());
        assert_eq!(Route::of(&path), Ok(Route::Codes(id)));
        for path in ["/", "/v1", "/v1/registrations/", "/v1//registrations", "/V1/registrations", "/v1/health/", ""] {
            assert!(matches!(Route::of(path), Err(ProblemType::NotFound | ProblemType::RegistrationNotFound)));
        }
        assert_eq!(Route::of("/v1/registrations/short/codes"), Err(ProblemType::RegistrationNotFound));
    }

    #[test]
    fn workers_beside_get_their_own_and_nothing_else() {
        for path in ["/v1/cards", "/v1/cards/", "/v1/cards/status/1"] {
            assert_eq!(beside(path), Some("ISSUER"), "{path}");
        }
        for path in [
            "/v1/cards/offers",
            "/v1/cards/revocations",
            "/v1/devices",
            "/v1/devices/x/rotation",
            "/v1/faces/challenges",
            "/v1/risk/rules",
        ] {
            assert_eq!(beside(path), Some("GATE"), "{path}");
        }
        for path in ["/v1/certificates", "/v1/certificates/keys", "/v1/certificates/applications/x/document"] {
            assert_eq!(beside(path), Some("CERTIFIER"), "{path}");
        }
        for path in [
            "/cards",
            "/sweep",
            "/certificates",
            "/v1/sweep",
            "/v1/cardsx",
            "/v1/certificatesx",
            "/v2/cards",
            "/v1/",
            "/v1/links/cards",
        ] {
            assert_eq!(beside(path), None, "{path}");
        }
    }
}
