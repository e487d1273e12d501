//! The endpoints, one file per concern.

pub mod claims;
pub mod devices;
pub mod offers;
pub mod public;
pub mod revocations;
pub mod risk;
pub mod sweep;

use shiming_cloud::config::Common;
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, database};
use shiming_identity::Date;
use shiming_proof::Purpose;
use shiming_wire::Bytes;
use worker::{D1PreparedStatement, Env};

/// Random bytes: codes, tokens and ids.
fn random<const LEN: usize>() -> Bytes<LEN> {
    let mut bytes = [0; LEN];
    clock::random(&mut bytes);
    Bytes(bytes)
}

/// Today in China.
fn today() -> Result<Date, Fault> {
    Date::in_china(clock::now()).map_err(|_| Fault::Internal("the clock is wrong".to_owned()))
}

/// What a token is found under: first under the key that is written with now, then under those on their way out.
fn look_ups(config: &Common, purpose: Purpose, token: &Bytes<16>) -> Vec<String> {
    config.lookup_keys.iter().map(|key| key.hash(purpose, &token.0).to_string()).collect()
}

/// What a token is written under.
fn look_up(config: &Common, purpose: Purpose, token: &Bytes<16>) -> Result<String, Fault> {
    let first = look_ups(config, purpose, token).into_iter().next();
    first.ok_or_else(|| Fault::Internal("no look-up key".to_owned()))
}

/// All of these, or none.
async fn together(env: &Env, statements: Vec<D1PreparedStatement>) -> worker::Result<()> {
    database::database(env)?.batch(statements).await.map(|_| ())
}
