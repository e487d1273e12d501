//! Signatures on what comes in and on what goes out (docs/architecture.md, "Signature profile").

use sha2::{Digest, Sha256};
use worker::{Env, Request, Result};

use crate::store::CallbackRow;
use crate::world::World;

/// SHA-256, hexadecimal.
#[must_use]
pub fn digest_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn verify(_env: &Env, _request: &Request, _path: &str, _body: &[u8], _now: u64) -> std::result::Result<(), String> {
    Ok(())
}

impl World {
    pub(crate) async fn post_to_edge(&self, _callback: &CallbackRow) -> Result<u16> {
        Ok(500)
    }
}
