//! What our Workers share of the platform: settings, HTTP, problems, D1, `WebCrypto`, signed calls to the operator's
//! systems, the operator's people, and the ways from one Worker to the other's Durable Objects. No business rule lives here.

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

pub mod adapter;
pub mod address;
pub mod budgets;
pub mod certificates;
pub mod clock;
pub mod config;
pub mod database;
pub mod http;
pub mod link;
pub mod matcher;
pub mod names;
pub mod once;
pub mod outbox;
pub mod problem;
pub mod registrations;
pub mod sealed;
pub mod signed;
pub mod signing;
pub mod staff;
pub mod subtle;
