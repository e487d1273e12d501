//! Path and method to handler.

use shiming_cloud::http::{self, Answer, Target};
use shiming_cloud::problem::Fault;
use shiming_wire::{Problem, ProblemType};
use worker::{Env, Method, Request, Response};

use crate::config::Config;
use crate::routes::{certificates, claims, public, sweep};

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Cards,
    Keys,
    Status(u64),
    Verdicts,
    /// The gate wants a certificate for a device.
    Certificates,
    /// The edge's cron; nothing that the edge hands on has such a path.
    Sweep,
}

impl Route {
    fn of(path: &str) -> Result<Self, ProblemType> {
        let segments: Vec<&str> = path.split('/').collect();
        Ok(match segments.as_slice() {
            ["", "v1", "cards"] => Self::Cards,
            ["", "v1", "cards", "keys"] => Self::Keys,
            ["", "v1", "cards", "status", number] => Self::Status(http::counted(number)?),
            ["", "v1", "cards", "verdicts"] => Self::Verdicts,
            ["", "certificates"] => Self::Certificates,
            ["", "sweep"] => Self::Sweep,
            _ => return Err(ProblemType::NotFound),
        })
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Keys | Self::Status(_) => "GET, OPTIONS",
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
        (Method::Get, Route::Keys) => return public::keys(&config),
        (Method::Get, Route::Status(list)) => Box::pin(public::status(env, &config, list)),
        (Method::Post, Route::Verdicts) => Box::pin(public::verdict(request, env, &config)),
        (Method::Post, Route::Cards) => Box::pin(claims::take(request, env, &config, target)),
        (Method::Post, Route::Certificates) => Box::pin(certificates::certify(request, &config)),
        (Method::Post, Route::Sweep) => Box::pin(sweep::sweep(env)),
        _ => return Err(ProblemType::MethodNotAllowed.into()),
    };
    handler.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling() {
        assert_eq!(Route::of("/v1/cards/status/12"), Ok(Route::Status(12)));
        for path in [
            "/v1/cards/",
            "/v1/cards/status/",
            "/v1/cards/status/0",
            "/v1/cards/status/01",
            "/v1/cards/status/+1",
            "/v1/cards/status/9007199254740993",
            "/v1/certificates",
            "/v1/cards/offers",
            "/v1/cards/revocations",
            "/v1/sweep",
            "",
        ] {
            assert_eq!(Route::of(path), Err(ProblemType::NotFound), "{path}");
        }
    }
}
