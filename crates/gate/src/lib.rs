//! The security gateway of electronic ID cards (EC-2): devices, whom they identify, revocations, risk control. It holds no key
//! that signs cards. No address of the internet leads here; the edge hands requests on. What may be done is decided in
//! `shiming_service` (`device`, `issuing`, `risk`).

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod config;
mod device;
mod events;
mod faces;
mod router;
mod routes;

use worker::{Context, Env, Request, Response, event};

/// Every request that the edge hands on.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    router::serve(request, env).await
}
