//! Electronic ID cards (EC-3, EC-4): what a card says, who signed it, how it is shown as a code, and what whoever checks it
//! may believe.
//!
//! A card is a CBOR Web Token (RFC 8392) in a `COSE_Sign1` (RFC 9052) with ES256, signed by the issuer. It names the key of the
//! holder's phone (RFC 8747). What a phone shows is another `COSE_Sign1` around it that this key signed, with the time; so a
//! picture of it is stale in a minute. The code is that, zlib and base45 (RFC 9285), as in the EU's HC1. docs/credential.md
//! has every number.
//!
//! Pure: time and randomness are arguments, signatures are made by whoever holds the key ([`Unsigned`]), and nothing is
//! fetched: a verifier brings [`IssuerKeys`] and [`StatusList`]s, from a cache if it is offline.

pub mod card;
mod cbor;
pub mod code;
pub mod device;
pub mod envelope;
pub mod keys;
pub mod presentation;
#[cfg(feature = "scan")]
pub mod scan;
pub mod status;
pub mod token;
pub mod verdict;
pub mod verify;

pub use card::{Card, CardError, CardNumber, Disclosed, StatusReference};
pub use code::{CodeError, Symbol};
pub use device::DeviceCertificate;
pub use envelope::{Signature, Unsigned};
pub use keys::{IssuerKey, IssuerKeys, KeyId, KeysError, PublicKey};
pub use presentation::present;
pub use status::{StatusList, StatusListError};
pub use token::{Claim, Claims, TokenError};
pub use verdict::{Statement, Verdict};
pub use verify::{FRESH_FOR, Refusal, SKEW, Shown, status_of, verify};
