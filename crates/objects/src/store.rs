//! The `SQLite` storage of a registration's Durable Object: state, outbox and recorded answers, written in one transaction.

use js_sys::{Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::SqlStorageValue::{self, Blob, Integer, String as Words};
use worker::{SqlStorage, Storage};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS registration (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, sealed BLOB NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;";

/// The storage.
pub struct Store {
    storage: Storage,
    sql: SqlStorage,
}

/// The registration as stored.
pub struct StateRow {
    /// Sealed state.
    pub sealed: Vec<u8>,
    /// When it was written, milliseconds.
    pub updated: u64,
}

/// An entry of the outbox as stored.
pub struct OutboxRow {
    /// Its number.
    pub seq: u32,
    /// Sealed entry.
    pub sealed: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
}

/// An answer that a retry gets again.
pub struct AnswerRow {
    /// Idempotency key.
    pub key: String,
    /// Digest of path and body.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
}

/// What one step writes.
pub struct Commit {
    /// Sealed state and its version.
    pub state: Option<(u32, Vec<u8>)>,
    /// New entries: number, sealed.
    pub add: Vec<(u32, Vec<u8>)>,
    /// An entry that is over.
    pub remove: Option<u32>,
    /// An answer to remember.
    pub answer: Option<AnswerRow>,
    /// The time, milliseconds.
    pub now: u64,
}

impl Store {
    /// The storage of an object.
    pub fn new(storage: Storage) -> Self {
        let sql = storage.sql();
        Self { storage, sql }
    }

    /// The state, if there is a registration. Looking leaves nothing behind: ids of no registration cost no storage.
    pub fn state(&self) -> worker::Result<Option<StateRow>> {
        if self.first("SELECT 1 FROM sqlite_master WHERE name = 'registration'", Vec::new())?.is_none() {
            return Ok(None);
        }
        match self.first("SELECT sealed, updated FROM registration", Vec::new())?.as_deref() {
            None => Ok(None),
            Some([Blob(sealed), Integer(updated)]) => {
                Ok(Some(StateRow { sealed: sealed.clone(), updated: unsigned(*updated) }))
            }
            Some(_) => Err(foreign()),
        }
    }

    /// The answer recorded under a key.
    pub fn answer(&self, key: &str) -> worker::Result<Option<AnswerRow>> {
        match self.first("SELECT request, status, body FROM answer WHERE key = ?", vec![key.into()])?.as_deref() {
            None => Ok(None),
            Some([Words(request), Integer(status), Words(body)]) => Ok(Some(AnswerRow {
                key: key.to_owned(),
                request: request.clone(),
                status: u16::try_from(*status).map_err(|_| foreign())?,
                body: body.clone(),
            })),
            Some(_) => Err(foreign()),
        }
    }

    /// The first entry that is due, in the order in which they were wanted.
    pub fn due(&self, now: u64) -> worker::Result<Option<OutboxRow>> {
        let sql = "SELECT seq, sealed, attempts FROM outbox WHERE due <= ? ORDER BY seq LIMIT 1";
        match self.first(sql, vec![number(now)])?.as_deref() {
            None => Ok(None),
            Some([Integer(seq), Blob(sealed), Integer(attempts)]) => Ok(Some(OutboxRow {
                seq: u32::try_from(*seq).map_err(|_| foreign())?,
                sealed: sealed.clone(),
                attempts: u32::try_from(*attempts).map_err(|_| foreign())?,
            })),
            Some(_) => Err(foreign()),
        }
    }

    /// Whether an entry is still there.
    pub fn has(&self, seq: u32) -> worker::Result<bool> {
        Ok(self.first("SELECT 1 FROM outbox WHERE seq = ?", vec![number(u64::from(seq))])?.is_some())
    }

    /// When the next entry is due, milliseconds.
    pub fn next_due(&self) -> worker::Result<Option<u64>> {
        let row = self.first("SELECT due FROM outbox ORDER BY due LIMIT 1", Vec::new())?;
        match row.as_deref() {
            None => Ok(None),
            Some([Integer(due)]) => Ok(Some(unsigned(*due))),
            Some(_) => Err(foreign()),
        }
    }

    /// Puts an entry off.
    pub fn put_off(&self, seq: u32, attempts: u32, due: u64) -> worker::Result<()> {
        let values = vec![number(u64::from(attempts)), number(due), number(u64::from(seq))];
        self.sql.exec("UPDATE outbox SET attempts = ?, due = ? WHERE seq = ?", values).map(|_| ())
    }

    /// Takes an entry out unsent.
    pub fn drop_entry(&self, seq: u32) -> worker::Result<()> {
        self.sql.exec("DELETE FROM outbox WHERE seq = ?", vec![number(u64::from(seq))]).map(|_| ())
    }

    /// Writes everything of a step, or nothing (`transactionSync`).
    pub fn commit(&self, commit: Commit) -> worker::Result<()> {
        let sql = self.sql.clone();
        let write = Closure::once(move || write(&sql, commit).map_err(JsValue::from));
        let storage: &JsValue = self.storage.as_raw();
        let transaction: Function = Reflect::get(storage, &"transactionSync".into())?.dyn_into()?;
        transaction.call1(storage, write.as_ref())?;
        Ok(())
    }

    fn first(&self, sql: &str, values: Vec<SqlStorageValue>) -> worker::Result<Option<Vec<SqlStorageValue>>> {
        self.sql.exec(sql, values)?.raw().next().transpose()
    }
}

fn write(sql: &SqlStorage, commit: Commit) -> worker::Result<()> {
    sql.exec(SCHEMA, None)?;
    if let Some((version, sealed)) = commit.state {
        sql.exec(
            "INSERT OR REPLACE INTO registration (one, version, sealed, updated) VALUES (1, ?, ?, ?)",
            vec![number(u64::from(version)), sealed.into(), number(commit.now)],
        )?;
    }
    if let Some(seq) = commit.remove {
        sql.exec("DELETE FROM outbox WHERE seq = ?", vec![number(u64::from(seq))])?;
    }
    for (seq, sealed) in commit.add {
        sql.exec(
            "INSERT INTO outbox (seq, sealed, attempts, due) VALUES (?, ?, 0, ?)",
            vec![number(u64::from(seq)), sealed.into(), number(commit.now)],
        )?;
    }
    if let Some(AnswerRow { key, request, status, body }) = commit.answer {
        sql.exec(
            "INSERT INTO answer (key, request, status, body) VALUES (?, ?, ?, ?)",
            vec![key.into(), request.into(), number(u64::from(status)), body.into()],
        )?;
    }
    Ok(())
}

fn number(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// A row that is not as we write it.
fn foreign() -> worker::Error {
    worker::Error::RustError("a stored row has another form".to_owned())
}
