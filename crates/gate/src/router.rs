//! Path and method to handler.

use shiming_cloud::http::{self, Answer, Target};
use shiming_cloud::problem::Fault;
use shiming_wire::card::DeviceId;
use shiming_wire::{Bytes, Problem, ProblemType};
use worker::{Env, Method, Request, Response};

use crate::config::Config;
use crate::routes::{devices, faces, offers, revocations, risk, sweep};

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Devices,
    Enrolments,
    Rotation(DeviceId),
    DeviceRevocation(DeviceId),
    FaceChallenges,
    Offers,
    Revocations,
    RiskEvents,
    RiskDecision(u64),
    RiskRules,
    Blacklist,
    /// The citizen system is to be told something; like the next nothing that the edge hands on.
    Tell,
    /// The edge's cron; nothing that the edge hands on has such a path.
    Sweep,
}

impl Route {
    fn of(path: &str) -> Result<Self, ProblemType> {
        let device = |text: &str| Bytes::from_base64url(text).map_err(|_| ProblemType::NotFound);
        let segments: Vec<&str> = path.split('/').collect();
        Ok(match segments.as_slice() {
            ["", "v1", "devices"] => Self::Devices,
            ["", "v1", "devices", "enrolments"] => Self::Enrolments,
            ["", "v1", "devices", id, "rotation"] => Self::Rotation(device(id)?),
            ["", "v1", "devices", id, "revocation"] => Self::DeviceRevocation(device(id)?),
            ["", "v1", "faces", "challenges"] => Self::FaceChallenges,
            ["", "v1", "cards", "offers"] => Self::Offers,
            ["", "v1", "cards", "revocations"] => Self::Revocations,
            ["", "v1", "risk", "events"] => Self::RiskEvents,
            ["", "v1", "risk", "events", number, "decision"] => Self::RiskDecision(http::counted(number)?),
            ["", "v1", "risk", "rules"] => Self::RiskRules,
            ["", "v1", "risk", "blacklist"] => Self::Blacklist,
            ["", "tell"] => Self::Tell,
            ["", "sweep"] => Self::Sweep,
            _ => return Err(ProblemType::NotFound),
        })
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::RiskEvents => "GET, OPTIONS",
            Self::Devices | Self::Blacklist => "GET, POST, OPTIONS",
            Self::RiskRules => "GET, PUT, OPTIONS",
            _ => "POST, OPTIONS",
        }
    }
}

/// Serves a request; whatever goes wrong is a problem.
pub async fn serve(request: Request, env: Env) -> worker::Result<Response> {
    let target = Target::of(&request);
    let route = Route::of(&target.path);
    let allowed = route.as_ref().map(Route::methods).unwrap_or_default();
    http::answered(handle(request, &env, &target, route).await, allowed)
}

async fn handle(request: Request, env: &Env, target: &Target, route: Result<Route, ProblemType>) -> Answer {
    // Before anything else: a Worker that is set up wrongly serves nobody.
    let config = Config::read(env).map_err(|error| Fault::Internal(format!("configuration: {error}")))?;
    let route = route.map_err(Problem::new)?;
    let method = request.method();
    if method == Method::Options {
        return http::options(route.methods());
    }
    let handler: http::Handler<'_> = match (method, route) {
        (Method::Get, Route::Devices) => Box::pin(devices::list(request, env)),
        (Method::Post, Route::Devices) => Box::pin(devices::enrol(request, env, &config, target)),
        (Method::Post, Route::Enrolments) => Box::pin(devices::invite(request, env, &config, target)),
        (Method::Post, Route::Rotation(id)) => Box::pin(devices::rotate(request, env, &config, target, id)),
        (Method::Post, Route::DeviceRevocation(id)) => Box::pin(devices::revoke(request, env, &config, target, id)),
        (Method::Post, Route::FaceChallenges) => Box::pin(faces::challenge(request, env, &config, target)),
        (Method::Post, Route::Offers) => Box::pin(offers::create(request, env, &config, target)),
        (Method::Post, Route::Revocations) => Box::pin(revocations::revoke(request, env, &config, target)),
        (Method::Get, Route::RiskEvents) => Box::pin(risk::list(request, env, target)),
        (Method::Post, Route::RiskDecision(number)) => Box::pin(risk::decide(request, env, &config, target, number)),
        (Method::Get, Route::RiskRules) => Box::pin(risk::get_rules(request, env)),
        (Method::Put, Route::RiskRules) => Box::pin(risk::put_rules(request, env)),
        (Method::Get, Route::Blacklist) => Box::pin(risk::blacklisted(request, env, target)),
        (Method::Post, Route::Blacklist) => Box::pin(risk::blacklist(request, env, &config, target)),
        (Method::Post, Route::Tell) => Box::pin(sweep::tell(env, &config)),
        (Method::Post, Route::Sweep) => Box::pin(sweep::sweep(env, &config)),
        _ => return Err(ProblemType::MethodNotAllowed.into()),
    };
    handler.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling() {
        let id = Bytes([7; 16]);
        let path = format!("/v1/devices/{}/rotation", id.to_base64url());
        assert_eq!(Route::of(&path), Ok(Route::Rotation(id)));
        assert_eq!(Route::of("/v1/risk/events/12/decision"), Ok(Route::RiskDecision(12)));
        for path in [
            "/v1/cards",
            "/v1/risk/events/",
            "/v1/risk/events/0/decision",
            "/v1/risk/events/01/decision",
            "/v1/risk/events/+1/decision",
            "/v1/risk/events/9007199254740993/decision",
            "/v1/devices/short/rotation",
            "/v1/faces",
            "/v1/faces/challenges/",
            "/v1/risk",
            "/v1/sweep",
            "",
        ] {
            assert_eq!(Route::of(path), Err(ProblemType::NotFound), "{path}");
        }
    }
}
