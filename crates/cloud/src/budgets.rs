//! Budgets of lines, devices, addresses and holders: each is a Durable Object that counts. What they allow is decided in
//! `shiming_service::budget`.

use serde::{Deserialize, Serialize};
use shiming_service::budget::{Limit, Purpose, Spent};
use worker::Env;

use crate::http;

/// What is asked of a counter; the answer is `Result<(), u32>`, the error being the seconds to wait.
#[derive(Serialize, Deserialize)]
pub enum Ask {
    /// Count so many more, if the limit allows it.
    Take {
        /// What for.
        purpose: Purpose,
        /// What is allowed.
        limit: Limit,
        /// How many.
        times: u16,
    },
    /// Give as many back: another budget of the same request was spent.
    GiveBack {
        /// What for.
        purpose: Purpose,
        /// How many.
        times: u16,
    },
}

async fn ask(env: &Env, name: &str, ask: &Ask) -> worker::Result<Result<(), u32>> {
    let request = http::internal("https://budget/", &[], &serde_json::to_string(ask)?)?;
    let mut response = env.durable_object("BUDGETS")?.get_by_name(name)?.fetch_with_request(request).await?;
    Ok(shiming_wire::json::from_slice(response.text().await?.as_bytes())?)
}

/// A budget: the name of its object, what it allows, how much is taken.
pub type Share = (String, Limit, u16);

/// Takes from every budget of the list, or from none.
pub async fn take_all(env: &Env, purpose: Purpose, budgets: &[Share]) -> worker::Result<Result<(), Spent>> {
    for (index, (name, limit, times)) in budgets.iter().enumerate() {
        if let Err(retry_after) = ask(env, name, &Ask::Take { purpose, limit: *limit, times: *times }).await? {
            for (name, _, times) in budgets.iter().take(index) {
                let _ = ask(env, name, &Ask::GiveBack { purpose, times: *times }).await?;
            }
            return Ok(Err(Spent { retry_after }));
        }
    }
    Ok(Ok(()))
}
