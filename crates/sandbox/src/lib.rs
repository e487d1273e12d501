//! A second Worker that plays the outside world, for development and tests.
//!
//! It answers the edge over real HTTP with the types of `shiming_outside`: the citizen register, the operator's CRM and
//! HLR, the message centre, the telephone gateway and the police server; and it has what is behind them: phones that ring
//! and show messages, on pages for people and on endpoints for tests. It can be ordered to be slow, silent, wrong or
//! stuttering. `README.md` in this crate lists the endpoints.
//!
//! It never runs in production: [`rules::door`] lets nobody in unless a variable that only its development
//! configuration sets is `on` and the request came over loopback.
//!
//! # What becomes of a call
//!
//! `GET /calls` has one row for every call received, retries included. Its `outcome` is
//!
//! | outcome | carried out | answer |
//! | --- | --- | --- |
//! | `received` | no | none yet |
//! | `held_before`, `held_after` | no, yes | none until released |
//! | `silent`, then `timed_out` | no | 504 after the ordered silence |
//! | `answered` | yes | 200, or 404 for "unknown" |
//! | `replayed` | before | the recorded one again |
//! | `answer_cut`, `answer_dropped` | yes | half of it; 504 |
//! | `unavailable` | no | 503 |
//! | `conflict` | no | 409 |
//! | `unauthorized`, `refused` | no | 401; another 4xx |
//! | `interrupted` | as it stood | none: the sandbox itself was stopped |

pub mod answer;
pub mod auth;
pub mod calls;
pub mod pages;
pub mod rules;
pub mod store;
pub mod telephone;
pub mod world;

use worker::{Context, Env, Method, Request, Response, Result, event};

use crate::answer::Answer;
use crate::rules::door;

/// The name of the one `World` object.
const WORLD: &str = "world";

/// Answers a request: the door, then pages and pictures, then the world.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let url = request.url()?;
    let switch = env.var("SANDBOX").ok().map(|value| value.to_string());
    if !door::open(switch.as_deref(), url.host_str()) {
        let title = "The sandbox answers a developer's own machine only, and only where it is switched on.";
        return Answer::problem(403, "closed", title).into_response();
    }
    let origin = request.headers().get("origin")?;
    if request.method() != Method::Get && !door::same_origin(origin.as_deref(), &url.origin().ascii_serialization()) {
        return Answer::problem(403, "other-origin", "Pages of other sites do not write here.").into_response();
    }
    if request.method() == Method::Get {
        if let Some(page) = pages::page(url.path(), &env)? {
            return Ok(page);
        }
        if pages::is_picture(url.path()) {
            return env.assets("ASSETS")?.fetch_request(request).await;
        }
    }
    env.durable_object("WORLD")?.get_by_name(WORLD)?.fetch_with_request(request).await
}
