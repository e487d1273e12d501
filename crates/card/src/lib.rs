//! The browser's face of `credential`, for the page of whoever checks cards and the page of whoever holds one: codes in,
//! verdicts out; a card in, a code out, once the phone's key has signed. Nothing is kept and nothing is fetched here.
//!
//! What crosses to JavaScript is JSON or bytes. Codes in pictures are found by `crates/scanner`, which browsers that find them
//! themselves never download.

use js_sys::Reflect;
use serde::Serialize;
use shiming_credential::{Card, IssuerKeys, Signature, Statement, StatusList, Unsigned, Verdict, code};
use shiming_credential::{present, status_of, verify};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// What goes wrong on the page's side of the border; a code that is no good is a verdict, not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFault {
    /// The published keys cannot be used.
    #[error("not the keys of an issuer")]
    Keys,
    /// A status list that these keys did not sign, or that is damaged.
    #[error("not a status list of this issuer")]
    List,
    /// The bytes are no card.
    #[error("not a card")]
    Card,
    /// Not 64 bytes: r and s.
    #[error("not a signature")]
    Signature,
    /// The text does not fit into a symbol that a mid-range camera reads.
    #[error("too long for a symbol")]
    TooLong,
}

impl CardFault {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::List => "list",
            Self::Card => "card",
            Self::Signature => "signature",
            Self::TooLong => "too_long",
        }
    }
}

/// A JavaScript `Error` with a member `code`.
fn thrown(fault: CardFault) -> JsValue {
    let value: JsValue = JsError::new(&fault.to_string()).into();
    // Setting a member on a fresh object does not fail.
    let _ = Reflect::set(&value, &"code".into(), &fault.code().into());
    value
}

/// Checks codes against an issuer's keys and the newest of its status lists.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Verifier {
    keys: IssuerKeys,
    lists: Vec<StatusList>,
}

/// What a status list says of itself.
#[derive(Serialize)]
struct ListView<'a> {
    list: &'a str,
    issued_at: u64,
    expires_at: u64,
}

#[wasm_bindgen]
impl Verifier {
    /// With the issuer's keys, a JWK set (RFC 7517).
    #[wasm_bindgen(constructor)]
    pub fn new(keys: &str) -> Result<Verifier, JsValue> {
        let keys = IssuerKeys::from_jwks(keys).map_err(|_| thrown(CardFault::Keys))?;
        Ok(Self { keys, lists: Vec::new() })
    }

    /// Takes a status list that one of the keys signed. Answers `{"list": …, "issued_at": …, "expires_at": …}`.
    #[wasm_bindgen(js_name = addList)]
    pub fn add_list(&mut self, bytes: &[u8]) -> Result<String, JsValue> {
        let list = StatusList::open(bytes, &self.keys).map_err(|_| thrown(CardFault::List))?;
        let view = ListView { list: &list.list, issued_at: list.issued_at, expires_at: list.expires_at };
        let json = serialize(&view)?;
        self.lists.push(list);
        Ok(json)
    }

    /// What a code is worth at `now`, seconds since 1970: a `shiming_credential::Verdict` as JSON, as the command line prints
    /// it (docs/cli.md).
    pub fn verify(&self, code: &str, now: f64) -> Result<String, JsValue> {
        serialize(&Verdict::from(verify(code, &self.keys, &self.lists, seconds(now))))
    }

    /// The status list that the card in a code names, where the issuer did sign that card.
    #[wasm_bindgen(js_name = listOf)]
    #[must_use]
    pub fn list_of(&self, code: &str) -> Option<String> {
        status_of(code, &self.keys).map(|status| status.list)
    }
}

/// What a card says, as JSON: for its holder, who has it from the issuer. No signature is looked at.
#[wasm_bindgen(js_name = readCard)]
pub fn read_card(card: &[u8]) -> Result<String, JsValue> {
    serialize(&Statement::from(Card::from_signed(card).ok_or_else(|| thrown(CardFault::Card))?))
}

/// A card as it is shown at one time, before and after the phone's key has signed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Presentation(Unsigned);

#[wasm_bindgen]
impl Presentation {
    /// Of this card, at `now`, seconds since 1970.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(card: &[u8], now: f64) -> Self {
        Self(present(card, seconds(now)))
    }

    /// What the phone's key has to sign (ECDSA with SHA-256).
    #[wasm_bindgen(js_name = toBeSigned)]
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.to_be_signed()
    }

    /// The text of the code, with the signature (r and s, 32 bytes each) in it. Uses the presentation up.
    pub fn code(self, signature: &[u8]) -> Result<String, JsValue> {
        let signature = Signature::try_from(signature).map_err(|_| thrown(CardFault::Signature))?;
        Ok(code::encode(&self.0.signed(&signature)))
    }
}

/// The QR symbol of a text: its modules row by row, 1 for a dark one, without the quiet zone. Its side is the square root.
#[wasm_bindgen]
pub fn symbol(text: &str) -> Result<Vec<u8>, JsValue> {
    let symbol = code::Symbol::of(text).map_err(|_| thrown(CardFault::TooLong))?;
    let side = symbol.side();
    Ok((0..side * side).map(|at| u8::from(symbol.is_dark(at % side, at / side))).collect())
}

fn serialize<T: Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|_| thrown(CardFault::Card))
}

/// A JavaScript number of seconds; what is before 1970 is 1970.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn seconds(now: f64) -> u64 {
    now as u64
}
