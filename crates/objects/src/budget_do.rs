//! One Durable Object per line, device or address: its counters. What they allow is decided in
//! `shiming_service::budget`.

use shiming_cloud::budgets::Ask;
use shiming_cloud::clock;
use shiming_service::budget::{Counter, Purpose, Spent, WINDOW_SECONDS, take};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use worker::SqlStorageValue::Integer;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS counter (
    purpose TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL) STRICT";

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
            Ask::Take { purpose, limit, times } => match take(self.counter(purpose)?, limit, times, now) {
                Ok(counter) => {
                    self.write(purpose, counter)?;
                    // Nothing is kept of whoever stays away for a day.
                    let forget = i64::try_from(WINDOW_SECONDS * 1000).unwrap_or(i64::MAX);
                    self.state.storage().set_alarm(forget).await?;
                    Ok(())
                }
                Err(Spent { retry_after }) => Err(retry_after),
            },
            Ask::GiveBack { purpose, times } => {
                if let Some(counter) = self.counter(purpose)? {
                    self.write(purpose, Counter { count: counter.count.saturating_sub(times), ..counter })?;
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
