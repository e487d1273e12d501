//! Names of Durable Objects and registrations, made with the key that never rotates. They tell nothing of what they name.

use sha2::{Digest as _, Sha256};
use shiming_identity::{PersonName, Variants};
use shiming_proof::Purpose;
use shiming_service::budget::Scope;
use shiming_wire::{Bytes, RegistrationId};
use worker::Request;

use crate::address::client_of;
use crate::config::Common;
use crate::http::header;

/// The id of the registration that this request creates. A retry of the same request has the same device key and
/// idempotency key, and so finds what the first one made.
#[must_use]
pub fn registration_id(config: &Common, device_key: &Bytes<65>, idempotency_key: &str) -> RegistrationId {
    // The device key has a fixed length, so the two cannot run into each other.
    let value = [&device_key.0[..], idempotency_key.as_bytes()].concat();
    Bytes(first_half(config.name_key.hash(Purpose::Request, &value).hash))
}

/// The token of the link that this request makes; the same for a retry.
#[must_use]
pub fn link_token(config: &Common, actor: &str, idempotency_key: &str) -> Bytes<16> {
    // Neither holds a zero byte.
    let value = [b"link", actor.as_bytes(), idempotency_key.as_bytes()].join(&0);
    Bytes(first_half(config.name_key.hash(Purpose::Request, &value).hash))
}

/// The object that counts for `value`.
#[must_use]
pub fn budget(config: &Common, scope: Scope, value: &[u8]) -> String {
    let purpose = match scope {
        Scope::Line => Purpose::Line,
        Scope::Device => Purpose::Device,
        Scope::Address => Purpose::Address,
        Scope::Holder => Purpose::Holder,
    };
    format!("{}:{}", scope.as_str(), hexadecimal(&config.name_key.hash(purpose, value).hash))
}

/// A device, as a link remembers it.
#[must_use]
pub fn device(config: &Common, device_key: &Bytes<65>) -> String {
    hexadecimal(&config.name_key.hash(Purpose::Device, &device_key.0).hash)
}

/// The id of a device that identifies people for cards. It follows from the key that it was enrolled with.
#[must_use]
pub fn device_id(config: &Common, public_key: &Bytes<65>) -> Bytes<16> {
    Bytes(first_half(config.name_key.hash(Purpose::Device, &public_key.0).hash))
}

/// A person, as the issuer's lists and the blacklist know them.
#[must_use]
pub fn person(config: &Common, id_number: &str) -> String {
    hexadecimal(&config.name_key.hash(Purpose::Holder, id_number.as_bytes()).hash)
}

/// A SIM number, as lists know it.
#[must_use]
pub fn line(config: &Common, number: &str) -> String {
    hexadecimal(&config.name_key.hash(Purpose::Line, number.as_bytes()).hash)
}

/// What a relying party may know a person by, if the person shows it: the same on all their cards.
#[must_use]
pub fn reference(config: &Common, id_number: &str) -> [u8; 16] {
    first_half(config.name_key.hash(Purpose::Reference, id_number.as_bytes()).hash)
}

/// The client that a request came from.
#[must_use]
pub fn client(config: &Common, request: &Request) -> String {
    let address = client_of(header(request, "cf-connecting-ip").as_deref());
    hexadecimal(&config.name_key.hash(Purpose::Address, address.as_bytes()).hash)
}

/// What a token is found under: first what it is written under now, then what it was under keys on their way out.
#[must_use]
pub fn look_ups(config: &Common, purpose: Purpose, token: &Bytes<16>) -> Vec<String> {
    config.lookup_keys.iter().map(|key| key.hash(purpose, &token.0).to_string()).collect()
}

/// What a name is found under, however it is written (RC-4): under the key that is written with now, and under those that are
/// on their way out.
#[must_use]
pub fn of_person(config: &Common, name: &PersonName, variants: &Variants) -> Vec<String> {
    let name = name.key(variants);
    config.lookup_keys.iter().map(|key| key.hash(Purpose::Name, name.as_bytes()).to_string()).collect()
}

/// What a name in its formal codes is written under.
#[must_use]
pub fn written(config: &Common, name: &str) -> Option<String> {
    let name = PersonName::parse(name).ok()?;
    of_person(config, &name, &Variants::built_in()).into_iter().next()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn first_half(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

/// SHA-256 in lower-case hexadecimal, for values that have 256 random bits of their own or are no secret.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}
