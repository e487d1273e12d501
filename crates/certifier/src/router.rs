//! Path and method to handler.

use shiming_cloud::http::{self, Answer, Target};
use shiming_cloud::problem::Fault;
use shiming_wire::application::ApplicationId;
use shiming_wire::{Bytes, Problem, ProblemType};
use worker::{Context, Env, Method, Request, Response};

use crate::config::Config;
use crate::routes::{applications, operator, public, sweep, templates};

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Keys,
    Log,
    Verdicts,
    Applications,
    Application(ApplicationId),
    Codes(ApplicationId),
    Confirmation(ApplicationId),
    Challenges(ApplicationId),
    Faces(ApplicationId),
    Document(ApplicationId),
    Offices,
    Office(String),
    Withdrawals,
    Search,
    Templates,
    Template(String),
    TemplateInUse,
    Previews,
    /// The edge's cron; nothing that the edge hands on has such a path.
    Sweep,
}

impl Route {
    fn of(path: &str) -> Result<Self, ProblemType> {
        let id = |text: &str| Bytes::from_base64url(text).map_err(|_| ProblemType::ApplicationNotFound);
        if path == "/sweep" {
            return Ok(Self::Sweep);
        }
        let rest = path.strip_prefix("/v1/certificates/").ok_or(ProblemType::NotFound)?;
        let segments: Vec<&str> = rest.split('/').collect();
        Ok(match segments.as_slice() {
            ["keys"] => Self::Keys,
            ["log"] => Self::Log,
            ["verdicts"] => Self::Verdicts,
            ["applications"] => Self::Applications,
            ["applications", application] => Self::Application(id(application)?),
            ["applications", application, "codes"] => Self::Codes(id(application)?),
            ["applications", application, "confirmation"] => Self::Confirmation(id(application)?),
            ["applications", application, "challenges"] => Self::Challenges(id(application)?),
            ["applications", application, "faces"] => Self::Faces(id(application)?),
            ["applications", application, "document"] => Self::Document(id(application)?),
            ["offices"] => Self::Offices,
            ["offices", code] => Self::Office((*code).to_owned()),
            ["withdrawals"] => Self::Withdrawals,
            ["search"] => Self::Search,
            ["templates"] => Self::Templates,
            ["templates", version] => Self::Template((*version).to_owned()),
            ["template"] => Self::TemplateInUse,
            ["previews"] => Self::Previews,
            _ => return Err(ProblemType::NotFound),
        })
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Keys | Self::Log | Self::Application(_) | Self::Document(_) | Self::Offices | Self::Templates => {
                "GET, OPTIONS"
            }
            Self::Template(_) => "GET, PUT, OPTIONS",
            Self::Office(_) | Self::TemplateInUse => "PUT, OPTIONS",
            _ => "POST, OPTIONS",
        }
    }
}

/// Serves a request; whatever goes wrong is a problem.
pub async fn serve(request: Request, env: Env, context: &Context) -> worker::Result<Response> {
    let target = Target::of(&request);
    let route = Route::of(&target.path);
    let allowed = route.as_ref().map(Route::methods).unwrap_or_default();
    http::answered(handle(request, &env, context, &target, route).await, allowed)
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
    let route = route.map_err(Problem::new)?;
    let method = request.method();
    if method == Method::Options {
        return http::options(route.methods());
    }
    let later: applications::Later<'_> = &|work| context.wait_until(work);
    let at = applications::At { env, config: &config, target, later };
    let handler: http::Handler<'_> = match (method, &route) {
        (Method::Get, Route::Keys) => return config.keys.answer(),
        (Method::Get, Route::Log) => Box::pin(public::log(env, &config)),
        (Method::Post, Route::Verdicts) => Box::pin(public::verdict(request, env, &config)),
        (Method::Post, Route::Applications) => Box::pin(applications::open(request, at)),
        (Method::Get, Route::Application(id)) => Box::pin(applications::view(request, at, *id)),
        (Method::Get, Route::Document(id)) => Box::pin(applications::document(request, at, *id)),
        (Method::Post, Route::Codes(id)) => Box::pin(applications::code(request, at, *id)),
        (Method::Post, Route::Confirmation(id)) => Box::pin(applications::confirm(request, at, *id)),
        (Method::Post, Route::Challenges(id)) => Box::pin(applications::challenge(request, at, *id)),
        (Method::Post, Route::Faces(id)) => Box::pin(applications::face(request, at, *id)),
        (Method::Get, Route::Offices) => Box::pin(operator::offices(request, env)),
        (Method::Put, Route::Office(code)) => Box::pin(operator::set_office(request, env, &config, code)),
        (Method::Post, Route::Withdrawals) => Box::pin(operator::withdraw(request, env, &config, target)),
        (Method::Post, Route::Search) => Box::pin(operator::search(request, env, &config)),
        (Method::Get, Route::Templates) => Box::pin(templates::list(request, env)),
        (Method::Get, Route::Template(version)) => Box::pin(templates::show(request, env, version)),
        (Method::Put, Route::Template(version)) => Box::pin(templates::enter(request, env, &config, version)),
        (Method::Put, Route::TemplateInUse) => Box::pin(templates::put_to_use(request, env, &config)),
        (Method::Post, Route::Previews) => Box::pin(templates::preview(request, env, &config)),
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
        assert_eq!(Route::of("/v1/certificates/keys"), Ok(Route::Keys));
        let id = Bytes([7; 16]);
        let path = format!("/v1/certificates/applications/{}", id.to_base64url());
        assert_eq!(Route::of(&path), Ok(Route::Application(id)));
        assert_eq!(Route::of(&format!("{path}/document")), Ok(Route::Document(id)));
        assert_eq!(Route::of("/v1/certificates/applications/short"), Err(ProblemType::ApplicationNotFound));
        for path in [
            "/v1/certificates",
            "/v1/certificates/",
            "/v1/certificates/keys/",
            "/certificates/keys",
            "/v1/cards/keys",
            "/v1/certificates/sweep",
            "/NotoSerifSC_400Regular.ttf",
            "",
        ] {
            assert_eq!(Route::of(path), Err(ProblemType::NotFound), "{path}");
        }
    }
}
