//! The Worker that the world talks to: routes, credentials, lists. A registration and its rules are behind its Durable
//! Object, which another Worker has (`crates/objects`).

// The only code that a native build has of this crate is its pure part, for tests.
#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod config;
mod router;
mod routes;

use worker::{Context, Env, Request, Response, ScheduleContext, ScheduledEvent, event};

/// Every request that is not for a static asset.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    router::serve(request, env, &context).await
}

/// The cron: what time has ended is removed.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    routes::cron::sweep(&env).await;
}
