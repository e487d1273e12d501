//! The Cloudflare Worker: routes, Durable Objects, D1, adapters to the operator's systems. No business rule lives here:
//! what a registration may do is decided in `shiming_service`.

// The only code that a native build has of this crate is its pure part, for tests.
#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod adapter;
mod address;
mod budget_do;
mod clock;
mod config;
mod credential;
mod database;
mod http;
mod link;
mod names;
mod problem;
mod registration_do;
mod router;
mod routes;
mod sealed;
mod store;
mod subtle;

use worker::{Context, Env, Request, Response, ScheduleContext, ScheduledEvent, event};

/// Every request that is not for a static asset.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    router::serve(request, env).await
}

/// The cron: what time has ended is removed.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    routes::cron::sweep(&env).await;
}
