//! The Worker of the Durable Objects: one per registration, one per budget. No address of the internet leads here; the
//! edge Worker asks the objects by name. What a registration may do is decided in `shiming_service`.

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod budget_do;
mod config;
mod registration_do;
mod store;
