//! The Worker that describes faces on the register's portraits (RN-7). No address of the internet leads here; Workers that
//! talk to the register ask it through `shiming_cloud::matcher`. It keeps nothing and logs nothing of what it sees; who is
//! compared with whom is decided where the answer goes.
//!
//! A Worker of its own because the nets are ten times what the others are together.

#![allow(clippy::future_not_send, reason = "a Worker has one thread, and its futures hold JavaScript values")]

mod describe;

use std::cell::OnceCell;

use shiming_cloud::http::{self, Answer, Unread};
use shiming_cloud::matcher::{MOST_BYTES, PATH, Seen};
use shiming_cloud::problem::Fault;
use shiming_vision::NetError;
use shiming_wire::ProblemType;
use worker::{Context, Env, Method, Request, Response, event};

use crate::describe::Matcher;

thread_local! {
    /// Loaded with the first portrait: an instance that is only started costs no more than its module.
    static MATCHER: OnceCell<Matcher> = const { OnceCell::new() };
}

/// Every question.
#[event(fetch)]
async fn fetch(request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    match answer(request).await {
        Ok(response) => Ok(response),
        Err(fault) => http::refusal(fault),
    }
}

async fn answer(request: Request) -> Answer {
    if request.path() != PATH {
        return Err(ProblemType::NotFound.into());
    }
    if request.method() != Method::Post {
        return Err(ProblemType::MethodNotAllowed.into());
    }
    let seen = match http::read(request.inner().body(), MOST_BYTES).await {
        Ok(portrait) => MATCHER.with(|cell| look(cell, &portrait))?,
        Err(Unread::TooLong) => Seen::NotAPicture,
        Err(Unread::Broken) => return Err(ProblemType::MalformedBody.into()),
    };
    http::json(200, &seen)
}

/// Whatever fails here is ours, and says nothing of the portrait.
fn look(cell: &OnceCell<Matcher>, portrait: &[u8]) -> Result<Seen, Fault> {
    let ours = |error: NetError| Fault::Internal(error.to_string());
    let matcher = if let Some(matcher) = cell.get() {
        matcher
    } else {
        let loaded = Matcher::load().map_err(ours)?;
        cell.get_or_init(|| loaded)
    };
    matcher.describe(portrait).map_err(ours)
}
