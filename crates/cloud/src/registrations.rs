//! The way to a registration's Durable Object: what it can be asked, and the headers that go along.

use shiming_service::effect::hex;
use shiming_wire::RegistrationId;
use worker::{Env, Response};

use crate::http;

/// What is asked of a registration's object: the path of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// `POST /v1/registrations`
    Create,
    /// `GET /v1/registrations/{id}`
    View,
    /// `POST /v1/registrations/{id}/codes`
    RequestCode,
    /// `POST /v1/registrations/{id}/confirmation`
    Confirm,
    /// `POST /v1/registrations/{id}/evidence`
    Evidence,
    /// News from the gateway, verified by the Worker: number of the effect, progress.
    Progress,
    /// A reviewer looks at the case.
    Look,
    /// A reviewer decides.
    Decide,
    /// The cron wants to be sure that the alarm is set.
    Wake,
}

const ACTIONS: [(Action, &str); 9] = [
    (Action::Create, "/create"),
    (Action::View, "/view"),
    (Action::RequestCode, "/request-code"),
    (Action::Confirm, "/confirm"),
    (Action::Evidence, "/evidence"),
    (Action::Progress, "/progress"),
    (Action::Look, "/look"),
    (Action::Decide, "/decide"),
    (Action::Wake, "/wake"),
];

impl Action {
    /// The path that asks for it.
    #[must_use]
    pub fn path(self) -> &'static str {
        ACTIONS.iter().find(|(known, _)| *known == self).map_or("", |(_, path)| path)
    }

    /// What a path asks for.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        ACTIONS.iter().find(|(_, known)| *known == path).map(|(action, _)| *action)
    }
}

/// Header of the path that the phone's request had.
pub const PATH: &str = "shiming-path";
/// Header of its query.
pub const QUERY: &str = "shiming-query";
/// Header of the budget of its address.
pub const CLIENT: &str = "shiming-client";
/// Header of the agent whose credential came along.
pub const AGENT: &str = "shiming-agent";
/// Header of the image-format parameters that the phone will be given, JSON: the documents' defaults live with the edge, which
/// has room for them.
pub const FORMAT: &str = "shiming-format";
/// Headers of the phone's request that are handed on as they came.
pub const SIGNED: [&str; 4] = ["idempotency-key", "content-digest", "signature-input", "signature"];

/// Asks a registration's object.
pub async fn ask(
    env: &Env,
    id: &RegistrationId,
    action: Action,
    headers: &[(&str, String)],
    body: String,
) -> worker::Result<Response> {
    let request = http::internal(&format!("https://registration{}", action.path()), headers, &body)?;
    env.durable_object("REGISTRATIONS")?.get_by_name(&hex(id))?.fetch_with_request(request).await
}
