//! What the world remembers: the tables of the `World` object and the statements on them.
//!
//! Every method runs without yielding, so what one event writes between two `await`s becomes durable together.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shiming_outside::crm::{RecordState, SimState, StoreIdentity};
use worker::{Result, SqlStorage, SqlStorageValue as Value};

use crate::auth::digest_hex;
use crate::rules::faults::{FaultKind, Phase, Scope};
use crate::rules::idempotency::Recorded;
use crate::rules::phone::CallState;
use crate::rules::police::Says;
use crate::rules::register::Kind;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS subscriptions (
  iccid TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, contact_line TEXT NOT NULL, sim TEXT NOT NULL,
  registered INTEGER NOT NULL, holder TEXT, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS records (
  registration TEXT PRIMARY KEY, iccid TEXT NOT NULL, record TEXT NOT NULL, state TEXT NOT NULL,
  stored_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, operation TEXT NOT NULL, iccid TEXT NOT NULL,
  registration TEXT NOT NULL, idempotency_key TEXT NOT NULL, sim_before TEXT NOT NULL, sim_after TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
  system TEXT NOT NULL, idempotency_key TEXT NOT NULL, path TEXT NOT NULL, body_digest TEXT NOT NULL,
  status INTEGER NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (system, idempotency_key));
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, path TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  attempt INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER);
CREATE INDEX IF NOT EXISTS calls_by_key ON calls (path, idempotency_key);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, only_text TEXT NOT NULL, kind TEXT NOT NULL,
  times INTEGER NOT NULL, delay_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS holds (
  target TEXT NOT NULL, only_text TEXT NOT NULL, phase TEXT NOT NULL, PRIMARY KEY (target, only_text, phase));
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, peer TEXT NOT NULL, outgoing INTEGER NOT NULL,
  text TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_line ON messages (line);
CREATE TABLE IF NOT EXISTS phone_calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, reference TEXT NOT NULL, code TEXT NOT NULL,
  service_number TEXT NOT NULL, language TEXT NOT NULL, repeat INTEGER NOT NULL, state TEXT NOT NULL,
  changed_ms INTEGER NOT NULL, twice INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS phone_calls_by_line ON phone_calls (line);
CREATE TABLE IF NOT EXISTS timers (call INTEGER NOT NULL, event TEXT NOT NULL, due_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS callbacks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, thread TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  body TEXT NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER);
CREATE TABLE IF NOT EXISTS register (
  one INTEGER PRIMARY KEY CHECK (one = 1), takes TEXT NOT NULL, per_day INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS names (id_number TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS portraits (id_number TEXT PRIMARY KEY, portrait TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS police (number TEXT PRIMARY KEY, says TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, idempotency_key TEXT NOT NULL,
  id_number TEXT NOT NULL, name TEXT NOT NULL, sequence TEXT, outcome TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS questions_by_number ON questions (id_number, at_ms);
CREATE TABLE IF NOT EXISTS cards (
  number TEXT PRIMARY KEY, id_number TEXT NOT NULL, document_class TEXT NOT NULL, issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, revoked_at INTEGER);
";

/// The tables of [`SCHEMA`].
const TABLES: [&str; 18] = [
    "cards",
    "subscriptions",
    "records",
    "ledger",
    "answers",
    "calls",
    "nonces",
    "faults",
    "holds",
    "messages",
    "phone_calls",
    "timers",
    "callbacks",
    "register",
    "names",
    "portraits",
    "police",
    "questions",
];

/// Remembers which schema and which seed the tables are of.
const ORIGIN: &str = "CREATE TABLE IF NOT EXISTS origin (what TEXT PRIMARY KEY, fingerprint TEXT NOT NULL);";

/// A subscription as the CRM holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SubscriptionRow {
    /// The SIM card.
    pub iccid: String,
    /// Its number.
    pub number: String,
    /// Where codes go.
    pub contact_line: String,
    /// State of the card.
    pub sim: SimState,
    /// 1 if an effective record exists.
    pub registered: u8,
    /// ID number of the holder of the effective record.
    pub holder: Option<String>,
    /// Its place in the seed; citizen and subscription of one place belong together.
    pub position: u32,
}

/// An identity record as the CRM holds it.
#[derive(Clone, Debug)]
pub struct Record {
    /// What was stored.
    pub stored: StoreIdentity,
    /// Its state.
    pub state: RecordState,
    /// When it was stored, milliseconds since 1970.
    pub stored_ms: u64,
    /// When it last changed.
    pub changed_ms: u64,
}

#[derive(Deserialize)]
struct RecordRow {
    record: String,
    state: RecordState,
    stored_ms: u64,
    changed_ms: u64,
}

/// One activation or deactivation that was carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Number of the entry.
    pub id: u64,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// `activate` or `deactivate`.
    pub operation: String,
    /// The SIM card.
    pub iccid: String,
    /// Why.
    pub registration: String,
    /// The key of the call that did it.
    pub idempotency_key: String,
    /// State before.
    pub sim_before: SimState,
    /// State after.
    pub sim_after: SimState,
}

/// One call that was received.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallRow {
    /// Number of the call.
    pub id: u64,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// Path.
    pub path: String,
    /// Its idempotency key, empty if it had none.
    pub idempotency_key: String,
    /// How often this key came to this path, from 1.
    pub attempt: u32,
    /// What became of it; see the crate's documentation.
    pub outcome: String,
    /// Status of the answer, null while there is none.
    pub status: Option<u16>,
}

/// A message on a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessageRow {
    /// Number of the message.
    pub id: u64,
    /// The other side.
    pub peer: String,
    /// 1 if this line sent it.
    pub outgoing: u8,
    /// The text.
    pub text: String,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
}

/// A call to a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PhoneCallRow {
    /// Number of the call.
    pub id: u64,
    /// The line.
    pub line: String,
    /// Quoted in every report.
    pub reference: String,
    /// What is spoken.
    pub code: String,
    /// Who calls.
    pub service_number: String,
    /// Language of the announcement.
    pub language: String,
    /// How often it is spoken.
    pub repeat: u8,
    /// Where it stands.
    pub state: CallState,
    /// Since when, milliseconds since 1970.
    pub changed_ms: u64,
    /// 1 if every report is delivered twice.
    pub twice: u8,
}

/// A report or message to the edge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallbackRow {
    /// Number of the callback.
    pub id: u64,
    /// Path at the edge.
    pub path: String,
    /// Callbacks of one thread are delivered in order.
    pub thread: String,
    /// The same in every attempt.
    pub idempotency_key: String,
    /// JSON.
    pub body: String,
    /// When it is due, milliseconds since 1970.
    pub due_ms: u64,
    /// Attempts so far.
    pub attempts: u32,
    /// `waiting`, `delivered` or `given_up`.
    pub outcome: String,
    /// Status of the last answer.
    pub status: Option<u16>,
}

/// One question that the register answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuestionRow {
    /// Number of the question.
    pub id: u64,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// The key of the call that asked.
    pub idempotency_key: String,
    /// The number asked about.
    pub id_number: String,
    /// The name asked about.
    pub name: String,
    /// Its sequence as it was sent, JSON; null if there was none.
    pub sequence: Option<String>,
    /// `match`, `name_differs` or `number_unknown`.
    pub outcome: String,
}

/// An electronic ID card that the register was told of (EC-3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CardRow {
    /// Its virtual number.
    pub number: String,
    /// Whose.
    pub id_number: String,
    /// Which document the holder was identified by.
    pub document_class: String,
    /// When it was issued, seconds since 1970, like every time here.
    pub issued_at: u64,
    /// When it expires.
    pub expires_at: u64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<u64>,
}

/// An ordered trouble.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultRow {
    /// Number of the order.
    pub id: u64,
    /// Which calls.
    #[serde(flatten)]
    pub scope: Scope,
    /// Which.
    pub kind: FaultKind,
    /// How many calls it still meets.
    pub times: u32,
    /// Milliseconds.
    pub delay_ms: u32,
}

/// An ordered wait.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HoldRow {
    /// Which calls.
    #[serde(flatten)]
    pub scope: Scope,
    /// When.
    pub phase: Phase,
}

/// What the police were ordered to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PoliceRow {
    /// About which number.
    pub number: String,
    /// What.
    pub says: Says,
}

/// A call waiting to be dialled, to stop ringing, to end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimerRow {
    /// The call.
    pub call: u64,
    /// What happens then, as [`crate::world`] names it.
    pub event: String,
}

#[derive(Deserialize)]
struct Count {
    n: u64,
}

#[derive(Deserialize)]
struct Due {
    due: Option<f64>,
}

/// The tables of the `World` object.
pub struct Store(SqlStorage);

fn int(value: u64) -> Value {
    // Milliseconds and counters are far below 2^53.
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The name that serde gives to a unit variant.
fn name(value: impl Serialize) -> Value {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).into()
}

impl Store {
    /// Opens the tables. Those of another version of this program are thrown away: the world can be made again.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(ORIGIN, None)?;
        let store = Self(sql);
        let schema = digest_hex(SCHEMA.as_bytes());
        if store.origin("schema")?.as_deref() != Some(schema.as_str()) {
            for table in TABLES {
                store.run(&format!("DROP TABLE IF EXISTS {table}"), vec![])?;
            }
            store.run("DELETE FROM origin", vec![])?;
            store.set_origin("schema", &schema)?;
        }
        store.0.exec(SCHEMA, None)?;
        // A call without a status was under way when the sandbox itself was stopped.
        store.run("UPDATE calls SET outcome = 'interrupted' WHERE status IS NULL", vec![])?;
        Ok(store)
    }

    /// The fingerprint of the `schema` or the `seed` that the tables are of.
    pub fn origin(&self, what: &str) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            fingerprint: String,
        }
        let row: Option<Row> = self.first("SELECT fingerprint FROM origin WHERE what = ?", vec![what.into()])?;
        Ok(row.map(|row| row.fingerprint))
    }

    /// Notes where the tables are from.
    pub fn set_origin(&self, what: &str, fingerprint: &str) -> Result<()> {
        self.run(
            "INSERT OR REPLACE INTO origin (what, fingerprint) VALUES (?, ?)",
            vec![what.into(), fingerprint.into()],
        )
    }

    fn rows<T: DeserializeOwned>(&self, query: &str, values: Vec<Value>) -> Result<Vec<T>> {
        self.0.exec(query, values)?.to_array()
    }

    fn first<T: DeserializeOwned>(&self, query: &str, values: Vec<Value>) -> Result<Option<T>> {
        Ok(self.rows(query, values)?.into_iter().next())
    }

    fn run(&self, query: &str, values: Vec<Value>) -> Result<()> {
        self.0.exec(query, values).map(|_| ())
    }

    fn count(&self, query: &str, values: Vec<Value>) -> Result<u64> {
        Ok(self.first::<Count>(query, values)?.map_or(0, |count| count.n))
    }

    /// Forgets everything that calls changed.
    pub fn empty(&self) -> Result<()> {
        self.run("DELETE FROM origin WHERE what = 'seed'", vec![])?;
        TABLES.iter().try_for_each(|table| self.run(&format!("DELETE FROM {table}"), vec![]))
    }

    /// Takes over a subscription of the seed.
    pub fn add_subscription(&self, row: &SubscriptionRow) -> Result<()> {
        self.run(
            "INSERT OR IGNORE INTO subscriptions (iccid, number, contact_line, sim, registered, holder, position)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                row.iccid.as_str().into(),
                row.number.as_str().into(),
                row.contact_line.as_str().into(),
                name(row.sim),
                i32::from(row.registered).into(),
                row.holder.clone().into(),
                int(row.position.into()),
            ],
        )
    }

    /// All subscriptions, in the order of the seed.
    pub fn subscriptions(&self) -> Result<Vec<SubscriptionRow>> {
        self.rows("SELECT * FROM subscriptions ORDER BY position", vec![])
    }

    /// The subscription with this number and, if given, this card (RN-13).
    pub fn subscription(&self, iccid: Option<&str>, number: &str) -> Result<Option<SubscriptionRow>> {
        let row: Option<SubscriptionRow> =
            self.first("SELECT * FROM subscriptions WHERE number = ?", vec![number.into()])?;
        Ok(row.filter(|row| iccid.is_none_or(|iccid| iccid == row.iccid)))
    }

    /// The subscription of a card.
    pub fn subscription_of_card(&self, iccid: &str) -> Result<Option<SubscriptionRow>> {
        self.first("SELECT * FROM subscriptions WHERE iccid = ?", vec![iccid.into()])
    }

    /// Switches a card and enters it in the ledger.
    pub fn switch(&self, entry: &LedgerRow) -> Result<()> {
        self.run(
            "UPDATE subscriptions SET sim = ? WHERE iccid = ?",
            vec![name(entry.sim_after), entry.iccid.as_str().into()],
        )?;
        self.run(
            "INSERT INTO ledger (at_ms, operation, iccid, registration, idempotency_key, sim_before, sim_after)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                int(entry.at_ms),
                entry.operation.as_str().into(),
                entry.iccid.as_str().into(),
                entry.registration.as_str().into(),
                entry.idempotency_key.as_str().into(),
                name(entry.sim_before),
                name(entry.sim_after),
            ],
        )
    }

    /// The ledger, oldest first.
    pub fn ledger(&self) -> Result<Vec<LedgerRow>> {
        self.rows("SELECT * FROM ledger ORDER BY id", vec![])
    }

    /// Whether the ledger has an activation of this card for this registration.
    pub fn has_activated(&self, iccid: &str, registration: &str) -> Result<bool> {
        let entries = self.count(
            "SELECT count(*) AS n FROM ledger WHERE operation = 'activate' AND iccid = ? AND registration = ?",
            vec![iccid.into(), registration.into()],
        )?;
        Ok(entries > 0)
    }

    /// Notes the state of a card.
    pub fn set_sim(&self, iccid: &str, sim: SimState) -> Result<()> {
        self.run("UPDATE subscriptions SET sim = ? WHERE iccid = ?", vec![name(sim), iccid.into()])
    }

    /// Notes who holds a card by an effective record, or that nobody does.
    pub fn set_holder(&self, iccid: &str, holder: Option<&str>) -> Result<()> {
        self.run(
            "UPDATE subscriptions SET registered = ?, holder = ? WHERE iccid = ?",
            vec![i32::from(holder.is_some()).into(), holder.into(), iccid.into()],
        )
    }

    /// Saves a record.
    pub fn add_record(&self, record: &StoreIdentity, now_ms: u64) -> Result<()> {
        self.run(
            "INSERT INTO records (registration, iccid, record, state, stored_ms, changed_ms) VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                record.registration.as_str().into(),
                record.iccid.as_str().into(),
                serde_json::to_string(record)?.into(),
                name(RecordState::Stored),
                int(now_ms),
                int(now_ms),
            ],
        )
    }

    /// Moves a record on.
    pub fn set_record_state(&self, registration: &str, state: RecordState, now_ms: u64) -> Result<()> {
        self.run(
            "UPDATE records SET state = ?, changed_ms = ? WHERE registration = ?",
            vec![name(state), int(now_ms), registration.into()],
        )
    }

    /// The record of a registration.
    pub fn record(&self, registration: &str) -> Result<Option<Record>> {
        let row: Option<RecordRow> =
            self.first("SELECT * FROM records WHERE registration = ?", vec![registration.into()])?;
        row.map(Record::try_from).transpose()
    }

    /// All records, oldest first.
    pub fn records(&self) -> Result<Vec<Record>> {
        let rows: Vec<RecordRow> = self.rows("SELECT * FROM records ORDER BY stored_ms, rowid", vec![])?;
        rows.into_iter().map(Record::try_from).collect()
    }

    /// What is recorded under an idempotency key of a system.
    pub fn recorded(&self, system: &str, key: &str) -> Result<Option<Recorded>> {
        #[derive(Deserialize)]
        struct Row {
            path: String,
            body_digest: String,
            status: u16,
            answer: String,
        }
        let row: Option<Row> = self
            .first("SELECT * FROM answers WHERE system = ? AND idempotency_key = ?", vec![system.into(), key.into()])?;
        Ok(row.map(|Row { path, body_digest, status, answer }| Recorded { path, body_digest, status, answer }))
    }

    /// Records an answer under its key.
    pub fn record_answer(&self, system: &str, key: &str, recorded: &Recorded) -> Result<()> {
        self.run(
            "INSERT INTO answers (system, idempotency_key, path, body_digest, status, answer) VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                system.into(),
                key.into(),
                recorded.path.as_str().into(),
                recorded.body_digest.as_str().into(),
                i32::from(recorded.status).into(),
                recorded.answer.as_str().into(),
            ],
        )
    }

    /// Notes a call that comes in; its number.
    pub fn log_call(&self, path: &str, key: &str, now_ms: u64) -> Result<u64> {
        let earlier = self.count(
            "SELECT count(*) AS n FROM calls WHERE path = ? AND idempotency_key = ?",
            vec![path.into(), key.into()],
        )?;
        self.count(
            "INSERT INTO calls (at_ms, path, idempotency_key, attempt, outcome) VALUES (?, ?, ?, ?, 'received')
             RETURNING id AS n",
            vec![int(now_ms), path.into(), key.into(), int(earlier + 1)],
        )
    }

    /// Notes what becomes of a call.
    pub fn log_outcome(&self, id: u64, outcome: &str, status: Option<u16>) -> Result<()> {
        self.run(
            "UPDATE calls SET outcome = ?, status = ? WHERE id = ?",
            vec![outcome.into(), status.map(i32::from).into(), int(id)],
        )
    }

    /// The call log, oldest first.
    pub fn calls(&self) -> Result<Vec<CallRow>> {
        self.rows("SELECT * FROM calls ORDER BY id", vec![])
    }

    /// Which kind of register is played.
    pub fn register_kind(&self) -> Result<Kind> {
        Ok(self.first("SELECT takes, per_day FROM register", vec![])?.unwrap_or_default())
    }

    /// Orders a kind of register.
    pub fn set_register_kind(&self, kind: Kind) -> Result<()> {
        self.run(
            "INSERT OR REPLACE INTO register (one, takes, per_day) VALUES (1, ?, ?)",
            vec![name(kind.takes), int(kind.per_day.into())],
        )
    }

    /// Somebody's name where it was ordered to be another than the seed's.
    pub fn name_of(&self, id_number: &str) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
        }
        let row: Option<Row> = self.first("SELECT name FROM names WHERE id_number = ?", vec![id_number.into()])?;
        Ok(row.map(|row| row.name))
    }

    /// Orders somebody's name.
    pub fn set_name(&self, id_number: &str, name: &str) -> Result<()> {
        let values = vec![id_number.into(), name.into()];
        self.run("INSERT OR REPLACE INTO names (id_number, name) VALUES (?, ?)", values)
    }

    /// Somebody's portrait where it was ordered to be another than the seed's: an empty one where there is none.
    pub fn portrait_of(&self, id_number: &str) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            portrait: String,
        }
        let sql = "SELECT portrait FROM portraits WHERE id_number = ?";
        let row: Option<Row> = self.first(sql, vec![id_number.into()])?;
        Ok(row.map(|row| row.portrait))
    }

    /// Orders somebody's portrait.
    pub fn set_portrait(&self, id_number: &str, portrait: &str) -> Result<()> {
        let values = vec![id_number.into(), portrait.into()];
        self.run("INSERT OR REPLACE INTO portraits (id_number, portrait) VALUES (?, ?)", values)
    }

    /// What the police were ordered to say about a number.
    pub fn police_says(&self, number: &str) -> Result<Option<Says>> {
        let row: Option<PoliceRow> = self.first("SELECT * FROM police WHERE number = ?", vec![number.into()])?;
        Ok(row.map(|row| row.says))
    }

    /// Everything that the police were ordered to say.
    pub fn police(&self) -> Result<Vec<PoliceRow>> {
        self.rows("SELECT * FROM police ORDER BY number", vec![])
    }

    /// Orders what the police say about a number.
    pub fn set_police(&self, number: &str, says: Says) -> Result<()> {
        self.run("INSERT OR REPLACE INTO police (number, says) VALUES (?, ?)", vec![number.into(), name(says)])
    }

    /// Questions about a number that were answered since then.
    pub fn questions_since(&self, id_number: &str, since_ms: u64) -> Result<u64> {
        let values = vec![id_number.into(), int(since_ms)];
        self.count("SELECT count(*) AS n FROM questions WHERE id_number = ? AND at_ms >= ?", values)
    }

    /// Notes a question that was answered.
    pub fn add_question(&self, question: &QuestionRow) -> Result<()> {
        self.run(
            "INSERT INTO questions (at_ms, idempotency_key, id_number, name, sequence, outcome)
             VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                int(question.at_ms),
                question.idempotency_key.as_str().into(),
                question.id_number.as_str().into(),
                question.name.as_str().into(),
                question.sequence.clone().into(),
                question.outcome.as_str().into(),
            ],
        )
    }

    /// Every question that was answered, oldest first.
    pub fn questions(&self) -> Result<Vec<QuestionRow>> {
        self.rows("SELECT * FROM questions ORDER BY id", vec![])
    }

    /// Takes note of a card, once.
    pub fn add_card(&self, card: &CardRow) -> Result<()> {
        self.run(
            "INSERT INTO cards (number, id_number, document_class, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (number) DO NOTHING",
            vec![
                card.number.as_str().into(),
                card.id_number.as_str().into(),
                card.document_class.as_str().into(),
                int(card.issued_at),
                int(card.expires_at),
            ],
        )
    }

    /// Takes note that a card was revoked; the first time counts.
    pub fn withdraw_card(&self, number: &str, at: u64) -> Result<()> {
        self.run(
            "UPDATE cards SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL",
            vec![int(at), number.into()],
        )
    }

    /// Every card, oldest first.
    pub fn cards(&self) -> Result<Vec<CardRow>> {
        self.rows("SELECT * FROM cards ORDER BY rowid", vec![])
    }

    /// Uses a nonce up; false if it was used before.
    pub fn use_nonce(&self, nonce: &str, now_ms: u64) -> Result<bool> {
        let taken = self.count(
            "INSERT INTO nonces (nonce, at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS n",
            vec![nonce.into(), int(now_ms)],
        )?;
        Ok(taken == 1)
    }

    /// Orders a trouble.
    pub fn add_fault(&self, scope: &Scope, kind: FaultKind, times: u32, delay_ms: u32) -> Result<()> {
        self.run(
            "INSERT INTO faults (target, only_text, kind, times, delay_ms) VALUES (?, ?, ?, ?, ?)",
            vec![
                scope.target.as_str().into(),
                scope.only_text.as_str().into(),
                kind.name().into(),
                int(times.into()),
                int(delay_ms.into()),
            ],
        )
    }

    /// The oldest trouble ordered for a call, used up by one.
    pub fn take_fault(&self, path: &str, body: &str) -> Result<Option<FaultRow>> {
        let Some(fault) = self.faults()?.into_iter().find(|fault| fault.scope.covers(path, body)) else {
            return Ok(None);
        };
        self.run("UPDATE faults SET times = times - 1 WHERE id = ?", vec![int(fault.id)])?;
        self.run("DELETE FROM faults WHERE times <= 0", vec![])?;
        Ok(Some(fault))
    }

    /// Troubles that are still ordered.
    pub fn faults(&self) -> Result<Vec<FaultRow>> {
        self.rows("SELECT * FROM faults ORDER BY id", vec![])
    }

    /// Orders a wait.
    pub fn hold(&self, scope: &Scope, phase: Phase) -> Result<()> {
        self.run(
            "INSERT OR IGNORE INTO holds (target, only_text, phase) VALUES (?, ?, ?)",
            vec![scope.target.as_str().into(), scope.only_text.as_str().into(), phase.name().into()],
        )
    }

    /// Ends a wait that was ordered with these words, or all.
    pub fn release(&self, scope: Option<&Scope>) -> Result<()> {
        match scope {
            Some(Scope { target, only_text }) => self.run(
                "DELETE FROM holds WHERE target = ? AND only_text = ?",
                vec![target.as_str().into(), only_text.as_str().into()],
            ),
            None => self.run("DELETE FROM holds", vec![]),
        }
    }

    /// Waits that are ordered.
    pub fn holds(&self) -> Result<Vec<HoldRow>> {
        self.rows("SELECT * FROM holds ORDER BY target, phase", vec![])
    }

    /// Whether a call waits in `phase`.
    pub fn is_held(&self, path: &str, body: &str, phase: Phase) -> Result<bool> {
        Ok(self.holds()?.iter().any(|hold| hold.phase == phase && hold.scope.covers(path, body)))
    }

    /// Ends all troubles and waits, and makes the register and the police as they were seeded.
    pub fn clear_orders(&self) -> Result<()> {
        let clear = "DELETE FROM faults; DELETE FROM holds; DELETE FROM register; DELETE FROM names; \
                     DELETE FROM portraits; DELETE FROM police;";
        self.0.exec(clear, None).map(|_| ())
    }

    /// Puts a message on a line; its number.
    pub fn add_message(&self, line: &str, peer: &str, outgoing: bool, text: &str, now_ms: u64) -> Result<u64> {
        self.count(
            "INSERT INTO messages (line, peer, outgoing, text, at_ms) VALUES (?, ?, ?, ?, ?) RETURNING id AS n",
            vec![line.into(), peer.into(), i32::from(outgoing).into(), text.into(), int(now_ms)],
        )
    }

    /// The last hundred messages on a line, oldest first.
    pub fn messages(&self, line: &str) -> Result<Vec<MessageRow>> {
        self.rows(
            "SELECT * FROM (SELECT id, peer, outgoing, text, at_ms FROM messages WHERE line = ? ORDER BY id DESC
             LIMIT 100) ORDER BY id",
            vec![line.into()],
        )
    }

    /// Notes a call that the gateway took; its number.
    pub fn add_phone_call(&self, call: &PhoneCallRow) -> Result<u64> {
        self.count(
            "INSERT INTO phone_calls
               (line, reference, code, service_number, language, repeat, state, changed_ms, twice)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id AS n",
            vec![
                call.line.as_str().into(),
                call.reference.as_str().into(),
                call.code.as_str().into(),
                call.service_number.as_str().into(),
                call.language.as_str().into(),
                i32::from(call.repeat).into(),
                call.state.name().into(),
                int(call.changed_ms),
                i32::from(call.twice).into(),
            ],
        )
    }

    /// A call by its number.
    pub fn phone_call(&self, id: u64) -> Result<Option<PhoneCallRow>> {
        self.first("SELECT * FROM phone_calls WHERE id = ?", vec![int(id)])
    }

    /// The call that a line is in, if any.
    pub fn current_call(&self, line: &str) -> Result<Option<PhoneCallRow>> {
        self.first(
            "SELECT * FROM phone_calls WHERE line = ? AND state IN ('ringing', 'answered') ORDER BY id DESC LIMIT 1",
            vec![line.into()],
        )
    }

    /// The last call to a line that is over, if any.
    pub fn last_call(&self, line: &str) -> Result<Option<PhoneCallRow>> {
        self.first(
            "SELECT * FROM phone_calls WHERE line = ? AND state IN ('completed', 'busy', 'no_answer')
             ORDER BY changed_ms DESC, id DESC LIMIT 1",
            vec![line.into()],
        )
    }

    /// Moves a call on.
    pub fn set_call_state(&self, id: u64, state: CallState, now_ms: u64) -> Result<()> {
        self.run(
            "UPDATE phone_calls SET state = ?, changed_ms = ? WHERE id = ?",
            vec![state.name().into(), int(now_ms), int(id)],
        )
    }

    /// Sets a timer, the only one of its call.
    pub fn set_timer(&self, call: u64, event: &str, due_ms: u64) -> Result<()> {
        self.clear_timer(call)?;
        self.run(
            "INSERT INTO timers (call, event, due_ms) VALUES (?, ?, ?)",
            vec![int(call), event.into(), int(due_ms)],
        )
    }

    /// Ends the timer of a call.
    pub fn clear_timer(&self, call: u64) -> Result<()> {
        self.run("DELETE FROM timers WHERE call = ?", vec![int(call)])
    }

    /// Timers that are due.
    pub fn due_timers(&self, now_ms: u64) -> Result<Vec<TimerRow>> {
        self.rows("SELECT call, event FROM timers WHERE due_ms <= ? ORDER BY due_ms", vec![int(now_ms)])
    }

    /// Queues a callback to the edge.
    pub fn add_callback(&self, path: &str, thread: &str, key: &str, body: &str, due_ms: u64) -> Result<()> {
        self.run(
            "INSERT INTO callbacks (path, thread, idempotency_key, body, due_ms, attempts, outcome)
             VALUES (?, ?, ?, ?, ?, 0, 'waiting')",
            vec![path.into(), thread.into(), key.into(), body.into(), int(due_ms)],
        )
    }

    /// The first callback that is due and first in its thread.
    pub fn due_callback(&self, now_ms: u64) -> Result<Option<CallbackRow>> {
        self.first(
            "SELECT * FROM callbacks WHERE outcome = 'waiting' AND due_ms <= ? AND id IN
               (SELECT min(id) FROM callbacks WHERE outcome = 'waiting' GROUP BY thread) ORDER BY id LIMIT 1",
            vec![int(now_ms)],
        )
    }

    /// Notes what came of delivering a callback.
    pub fn callback_tried(&self, row: &CallbackRow) -> Result<()> {
        self.run(
            "UPDATE callbacks SET due_ms = ?, attempts = ?, outcome = ?, status = ? WHERE id = ?",
            vec![
                int(row.due_ms),
                int(row.attempts.into()),
                row.outcome.as_str().into(),
                row.status.map(i32::from).into(),
                int(row.id),
            ],
        )
    }

    /// Everything that was, or is to be, said to the edge, oldest first.
    pub fn callbacks(&self) -> Result<Vec<CallbackRow>> {
        self.rows("SELECT * FROM callbacks ORDER BY id", vec![])
    }

    /// When the next timer or callback is due, milliseconds since 1970.
    pub fn next_due(&self) -> Result<Option<f64>> {
        let due: Option<Due> = self.first(
            "SELECT min(due_ms) AS due FROM (SELECT due_ms FROM timers UNION ALL SELECT due_ms FROM callbacks
             WHERE outcome = 'waiting' AND id IN
               (SELECT min(id) FROM callbacks WHERE outcome = 'waiting' GROUP BY thread))",
            vec![],
        )?;
        Ok(due.and_then(|due| due.due))
    }
}

impl TryFrom<RecordRow> for Record {
    type Error = worker::Error;
    fn try_from(row: RecordRow) -> Result<Self> {
        Ok(Self {
            stored: serde_json::from_str(&row.record)?,
            state: row.state,
            stored_ms: row.stored_ms,
            changed_ms: row.changed_ms,
        })
    }
}
