//! Live faces at the gate (EC-1): challenges in D1, and, while the operator wants it, the faces that others are compared with.
//! What must hold of a live face is `shiming_service::live_face`.

use serde::Deserialize;
use shiming_cloud::config::Common;
use shiming_cloud::database::{self, Bind};
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, sealed};
use shiming_identity::live_face::Action;
use shiming_service::live_face::{CHALLENGES_WITHIN, Challenge, MOST_CHALLENGES, is_repeated};
use shiming_service::risk::Rule;
use shiming_wire::card::{ChallengeId, FaceEvidence};
use shiming_wire::{FaceDescriptor, UnixSeconds};
use worker::{D1PreparedStatement, Env};

/// A face is compared with at most so many others, the newest.
const MOST_COMPARED: u32 = 1000;

/// Writes a challenge down, unless the device had too many; then, in how many seconds it may ask again.
pub async fn give(env: &Env, device: &str, id: &ChallengeId, challenge: &Challenge) -> Result<Result<(), u32>, Fault> {
    #[derive(Deserialize)]
    struct Oldest {
        issued_at: Option<UnixSeconds>,
    }
    let since = challenge.issued_at.saturating_sub(CHALLENGES_WITHIN);
    let sql = "INSERT INTO face_challenges (id, device, actions, issued_at) SELECT ?1, ?2, ?3, ?4
        WHERE (SELECT COUNT(*) FROM face_challenges WHERE device = ?2 AND issued_at > ?5) < ?6 RETURNING issued_at";
    let actions = serde_json::to_string(&challenge.actions)?;
    let values: [&dyn Bind; 6] =
        [&id.to_base64url(), &device, &actions, &challenge.issued_at, &since, &MOST_CHALLENGES];
    let made: Option<Oldest> = database::row(env, sql, &values).await?;
    if made.is_some() {
        return Ok(Ok(()));
    }
    let sql = "SELECT MIN(issued_at) AS issued_at FROM face_challenges WHERE device = ? AND issued_at > ?";
    let oldest: Option<Oldest> = database::row(env, sql, &[&device, &since]).await?;
    let free = oldest.and_then(|oldest| oldest.issued_at).unwrap_or(challenge.issued_at) + CHALLENGES_WITHIN;
    Ok(Err(u32::try_from(free.saturating_sub(challenge.issued_at)).unwrap_or(u32::MAX).max(1)))
}

/// A challenge that a request answers, and when the request came first.
pub struct Taken {
    /// The challenge.
    pub challenge: Challenge,
    /// When its answer arrived.
    pub arrived_at: UnixSeconds,
}

/// Takes a challenge for a request, named by its hash: whatever becomes of it, no other request gets it. The same one does
/// again, as if it had just arrived the first time: where the register did not answer, nobody shows their face twice.
pub async fn take(env: &Env, device: &str, id: &ChallengeId, request: &str) -> Result<Option<Taken>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        actions: String,
        issued_at: UnixSeconds,
        taken_at: UnixSeconds,
    }
    let sql = "UPDATE face_challenges SET taken_by = ?1, taken_at = coalesce(taken_at, ?2)
        WHERE id = ?3 AND device = ?4 AND (taken_by IS NULL OR taken_by = ?1) RETURNING actions, issued_at, taken_at";
    let values: [&dyn Bind; 4] = [&request, &clock::now(), &id.to_base64url(), &device];
    let row: Option<Row> = database::row(env, sql, &values).await?;
    let taken = |row: Row| {
        let actions: Vec<Action> = shiming_wire::json::from_slice(row.actions.as_bytes())?;
        Ok(Taken { challenge: Challenge { actions, issued_at: row.issued_at }, arrived_at: row.taken_at })
    };
    row.map(taken).transpose()
}

/// Where a person's face is kept, for its encryption.
fn place(person: &str) -> String {
    format!("face {person}")
}

/// How many other people a face was shown for, of the newest thousand that the rule looks back to (EC-2).
pub async fn repeated(
    env: &Env,
    config: &Common,
    rule: &Rule,
    person: &str,
    face: &FaceEvidence,
) -> Result<u32, Fault> {
    #[derive(Deserialize)]
    struct Row {
        person: String,
        face: String,
    }
    let sql = "SELECT person, face FROM kept_faces WHERE person <> ? AND seen_at > ? ORDER BY seen_at DESC LIMIT ?";
    let kept: Vec<Row> = database::rows(env, sql, &[&person, &rule.since(clock::now()), &MOST_COMPARED]).await?;
    let mut count = 0;
    for row in kept {
        let FaceDescriptor(other) = sealed::open_text(&config.data_keys, &place(&row.person), &row.face).await?;
        count += u32::from(is_repeated(&face.first.0, &other));
    }
    Ok(count)
}

/// Keeps a person's face, instead of the one before.
pub async fn keep(env: &Env, config: &Common, person: &str, face: &FaceEvidence) -> Result<D1PreparedStatement, Fault> {
    let sealed = sealed::seal_text(&config.data_keys, &place(person), &face.first).await?;
    let sql = "INSERT INTO kept_faces (person, face, seen_at) VALUES (?, ?, ?)
        ON CONFLICT (person) DO UPDATE SET face = excluded.face, seen_at = excluded.seen_at";
    Ok(database::statement(env, sql, &[&person, &sealed, &clock::now()])?)
}
