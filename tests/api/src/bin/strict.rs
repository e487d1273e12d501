//! Says of each request body whether it is exactly its wire type. One JSON object a line on standard input:
//! `{"path": …, "body": …}`, the body's bytes as Latin-1 characters; one line each comes out: `ok`, or what is wrong.

use std::io::{BufRead as _, Write as _};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shiming_wire::{ConfirmCode, CreateRegistration, Evidence, RequestCode};

#[derive(Deserialize)]
struct Line {
    path: String,
    body: String,
}

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Line { path, body } = serde_json::from_str(&line?)?;
        match bytes(&body).and_then(|body| check(&path, &body)) {
            Ok(()) => writeln!(out, "ok")?,
            Err(fault) => writeln!(out, "{fault}")?,
        }
    }
    Ok(())
}

/// Latin-1 characters back to bytes.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    text.chars().map(|c| u8::try_from(u32::from(c)).map_err(|_| "not Latin-1".to_owned())).collect()
}

/// The type follows from the path, as at the edge.
fn check(path: &str, body: &[u8]) -> Result<(), String> {
    match path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["v1", "registrations"] => exactly::<CreateRegistration>(body),
        ["v1", "registrations", _, "codes"] => exactly::<RequestCode>(body),
        ["v1", "registrations", _, "confirmation"] => exactly::<ConfirmCode>(body),
        ["v1", "registrations", _, "evidence"] => exactly::<Evidence>(body),
        _ => Err("no body goes to this path".to_owned()),
    }
}

/// The body parses, and says nothing but what the type holds: written again it is the same, and no blank hides anything.
fn exactly<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<(), String> {
    let parsed: T = serde_json::from_slice(body).map_err(|error| format!("not its type: {error}"))?;
    let again = serde_json::to_vec(&parsed).map_err(|error| error.to_string())?;
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).map_err(|error| error.to_string());
    if value(body)? != value(&again)? {
        return Err("more than its type holds".to_owned());
    }
    // `"edited": false` may be left out or written; nothing else makes the two differ in length.
    if body.len() > again.len() + 9 * ",\"edited\":false".len() {
        return Err(format!("{} bytes for a content of {}", body.len(), again.len()));
    }
    Ok(())
}
