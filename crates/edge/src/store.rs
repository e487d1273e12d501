//! The SQLite storage of a registration's Durable Object: state, outbox and recorded answers, written in one transaction.

use js_sys::{Function, Reflect};
use serde::Deserialize;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::{SqlStorage, SqlStorageValue, Storage};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS registration (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, sealed BLOB NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, sealed BLOB NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL
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
#[derive(Deserialize)]
pub struct StateRow {
    /// Sealed state.
    #[serde(deserialize_with = "bytes")]
    pub sealed: Vec<u8>,
    /// When it was written, milliseconds.
    pub updated: u64,
}

/// An entry of the outbox as stored.
#[derive(Deserialize)]
pub struct OutboxRow {
    /// Its number.
    pub seq: u32,
    /// Sealed entry.
    #[serde(deserialize_with = "bytes")]
    pub sealed: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
}

/// An answer that a retry gets again.
#[derive(Clone, Deserialize)]
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
    /// New entries: number, kind, sealed.
    pub add: Vec<(u32, &'static str, Vec<u8>)>,
    /// An entry that is over.
    pub remove: Option<u32>,
    /// An answer to remember.
    pub answer: Option<AnswerRow>,
    /// The time, milliseconds.
    pub now: u64,
}

#[derive(Deserialize)]
struct Number {
    value: Option<f64>,
}

impl Store {
    /// The storage of an object.
    pub fn new(storage: Storage) -> Self {
        let sql = storage.sql();
        Self { storage, sql }
    }

    /// The state, if there is a registration. Looking leaves nothing behind: ids of no registration cost no storage.
    pub fn state(&self) -> worker::Result<Option<StateRow>> {
        let tables = self.sql.exec("SELECT 1 AS value FROM sqlite_master WHERE name = 'registration'", None)?;
        if tables.to_array::<Number>()?.is_empty() {
            return Ok(None);
        }
        self.first("SELECT sealed, updated FROM registration", Vec::new())
    }

    /// The answer recorded under a key.
    pub fn answer(&self, key: &str) -> worker::Result<Option<AnswerRow>> {
        self.first("SELECT key, request, status, body FROM answer WHERE key = ?", vec![key.into()])
    }

    /// The first entry that is due, in the order in which they were wanted.
    pub fn due(&self, now: u64) -> worker::Result<Option<OutboxRow>> {
        self.first("SELECT seq, sealed, attempts FROM outbox WHERE due <= ? ORDER BY seq LIMIT 1", vec![number(now)])
    }

    /// Whether an entry is still there.
    pub fn has(&self, seq: u32) -> worker::Result<bool> {
        let row: Option<Number> =
            self.first("SELECT 1 AS value FROM outbox WHERE seq = ?", vec![number(u64::from(seq))])?;
        Ok(row.is_some())
    }

    /// When the next entry is due, milliseconds.
    pub fn next_due(&self) -> worker::Result<Option<u64>> {
        let row: Option<Number> = self.first("SELECT MIN(due) AS value FROM outbox", Vec::new())?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "we wrote it from a u64 below 2^53")]
        Ok(row.and_then(|row| row.value).map(|due| due as u64))
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

    fn first<T: for<'de> Deserialize<'de>>(&self, sql: &str, values: Vec<SqlStorageValue>) -> worker::Result<Option<T>> {
        Ok(self.sql.exec(sql, values)?.to_array()?.into_iter().next())
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
    for (seq, kind, sealed) in commit.add {
        sql.exec(
            "INSERT INTO outbox (seq, kind, sealed, attempts, due) VALUES (?, ?, ?, 0, ?)",
            vec![number(u64::from(seq)), kind.into(), sealed.into(), number(commit.now)],
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

/// SQLite gives a blob as an `ArrayBuffer`.
fn bytes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct Visitor;
    impl serde::de::Visitor<'_> for Visitor {
        type Value = Vec<u8>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("bytes")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
        fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }
    deserializer.deserialize_byte_buf(Visitor)
}
