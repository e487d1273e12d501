//! One Durable Object per line, device or address: its counters. What they allow is decided in
//! `shiming_service::budget`.

use serde::{Deserialize, Serialize};
use shiming_service::budget::{Counter, Limit, Purpose, Spent, WINDOW_SECONDS, take};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use worker::SqlStorageValue::Integer;

use crate::{clock, http};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS counter (
    purpose TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL) STRICT";

/// What is asked of a counter.
#[derive(Serialize, Deserialize)]
enum Ask {
    /// Count one more, if the limit allows it.
    Take { purpose: Purpose, limit: Limit },
    /// Give one back: another budget of the same request was spent.
    GiveBack { purpose: Purpose },
}

/// The counters of one line, device or address.
#[durable_object(alarm)]
pub struct BudgetDo {
    state: State,
}

impl DurableObject for BudgetDo {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let ask: Ask = shiming_wire::json::from_slice(request.text().await?.as_bytes())?;
        let now = clock::now();
        let sql = self.state.storage().sql();
        sql.exec(SCHEMA, None)?;
        let answer: Result<(), u32> = match ask {
            Ask::Take { purpose, limit } => match take(self.counter(purpose)?, limit, now) {
                Ok(counter) => {
                    self.write(purpose, counter)?;
                    // Nothing is kept of whoever stays away for a day.
                    let forget = i64::try_from(WINDOW_SECONDS * 1000).unwrap_or(i64::MAX);
                    self.state.storage().set_alarm(forget).await?;
                    Ok(())
                }
                Err(Spent { retry_after }) => Err(retry_after),
            },
            Ask::GiveBack { purpose } => {
                if let Some(counter) = self.counter(purpose)? {
                    self.write(purpose, Counter { count: counter.count.saturating_sub(1), ..counter })?;
                }
                Ok(())
            }
        };
        Response::ok(serde_json::to_string(&answer)?)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.state.storage().delete_all().await?;
        Response::empty()
    }
}

impl BudgetDo {
    fn counter(&self, purpose: Purpose) -> worker::Result<Option<Counter>> {
        let sql = self.state.storage().sql();
        let sql =
            sql.exec("SELECT since, count, last FROM counter WHERE purpose = ?", vec![purpose.as_str().into()])?;
        let Some(row) = sql.raw().next() else { return Ok(None) };
        Ok(match row?.as_slice() {
            [Integer(since), Integer(count), Integer(last)] => Some(Counter {
                since: u64::try_from(*since).unwrap_or_default(),
                count: u16::try_from(*count).unwrap_or(u16::MAX),
                last: u64::try_from(*last).unwrap_or_default(),
            }),
            _ => None,
        })
    }

    fn write(&self, purpose: Purpose, counter: Counter) -> worker::Result<()> {
        let time = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX).into();
        self.state.storage().sql().exec(
            "INSERT OR REPLACE INTO counter (purpose, since, count, last) VALUES (?, ?, ?, ?)",
            vec![purpose.as_str().into(), time(counter.since), i64::from(counter.count).into(), time(counter.last)],
        )?;
        Ok(())
    }
}

async fn ask(env: &Env, name: &str, ask: &Ask) -> worker::Result<Result<(), u32>> {
    let request = http::internal("https://budget/", &[], &serde_json::to_string(ask)?)?;
    let mut response = env.durable_object("BUDGETS")?.get_by_name(name)?.fetch_with_request(request).await?;
    Ok(shiming_wire::json::from_slice(response.text().await?.as_bytes())?)
}

/// Takes from every budget of the list (names of objects, and what each allows), or from none.
pub async fn take_all(env: &Env, purpose: Purpose, budgets: &[(String, Limit)]) -> worker::Result<Result<(), Spent>> {
    for (index, (name, limit)) in budgets.iter().enumerate() {
        if let Err(retry_after) = ask(env, name, &Ask::Take { purpose, limit: *limit }).await? {
            for (name, _) in budgets.iter().take(index) {
                let _ = ask(env, name, &Ask::GiveBack { purpose }).await?;
            }
            return Ok(Err(Spent { retry_after }));
        }
    }
    Ok(Ok(()))
}
