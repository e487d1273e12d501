//! The Worker that issues electronic ID cards (EC-1 to EC-5): devices, offers, cards, status lists, verdicts, risk control.
//! No address of the internet leads here; the edge hands requests on. What may be done is decided in `shiming_service`
//! (`device`, `issuing`, `risk`), what a card is in `shiming_credential`.

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod config;
mod events;
mod keys;
mod outbox;
mod router;
mod routes;
mod signed;

use worker::{Context, Env, Request, Response, event};

/// Every request that the edge hands on.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    router::serve(request, env, &context).await
}
