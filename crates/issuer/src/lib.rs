//! The Worker that issues electronic ID cards (EC-3, EC-4): cards, status lists, verdicts; it alone has the keys
//! that they are signed with. No address of the internet leads here; the edge hands requests on, once the gate
//! (`crates/gate`) made an offer. What a holder may select is decided in `shiming_service::issuing`, what a card is in
//! `shiming_credential`.

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod config;
mod events;
mod router;
mod routes;

use worker::{Context, Env, Request, Response, event};

/// Every request that the edge hands on.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    router::serve(request, env).await
}
