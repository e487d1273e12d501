//! The time and the randomness of the platform: the only place where either is read.

use js_sys::Uint8Array;
use shiming_identity::Date;
use shiming_wire::{Bytes, UnixSeconds};
use wasm_bindgen::JsCast as _;

use crate::problem::Fault;

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms() -> u64 {
    worker::Date::now().as_millis()
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> UnixSeconds {
    now_ms() / 1000
}

/// Random bytes: codes, tokens and ids.
#[must_use]
pub fn random_bytes<const LEN: usize>() -> Bytes<LEN> {
    let mut bytes = [0; LEN];
    random(&mut bytes);
    Bytes(bytes)
}

/// Today in China.
pub fn today() -> Result<Date, Fault> {
    Date::in_china(now()).map_err(|_| Fault::Internal("the clock is wrong".to_owned()))
}

/// Fills `bytes` from the platform's source of random values for keys (`crypto.getRandomValues`).
///
/// # Panics
/// If the platform has none; then nothing must go on.
#[allow(clippy::expect_used, reason = "without randomness nothing may go on, and there is no honest way to")]
pub fn random(bytes: &mut [u8]) {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let length = u32::try_from(bytes.len()).expect("a few bytes");
    let array = Uint8Array::new_with_length(length);
    scope.crypto().and_then(|crypto| crypto.get_random_values_with_array_buffer_view(&array)).expect("random values");
    array.copy_to(bytes);
}
