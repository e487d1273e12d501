//! The Worker that issues certificates of no criminal record (NC-1 to NC-6). No address of the internet leads here; the edge
//! hands requests on. What may be done is decided in `shiming_service::application`, what a certificate is in
//! `shiming_certificate`.

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod calls;
mod config;
mod fonts;
mod issue;
mod log;
mod offices;
mod router;
mod routes;
mod store;
mod templates;

use worker::{Context, Env, Request, Response, event};

/// Every request that the edge hands on.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    router::serve(request, env, &context).await
}
