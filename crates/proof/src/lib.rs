//! What makes a message trustworthy: HTTP message signatures, gateway session key, keyed hashes, random codes.
//!
//! Time and randomness come as arguments. Secrets show nothing in `Debug` and are compared in constant time. ECDSA is left
//! to the caller (`WebCrypto`, in the browser and at the edge): this crate makes the bytes to sign and reads the signature.

pub mod code;
pub mod http_signature;
pub mod keyed_hash;
mod secret;
pub mod session_key;

pub use code::{Code, CodeError, random_code};
pub use http_signature::{
    ContentDigest, HmacKey, IdempotencyKey, KeyId, SignatureError, SignedGet, SignedPost, ToSign, Unverified,
};
pub use keyed_hash::{CodeHash, Lookup, LookupKey, Purpose};
pub use secret::{Secret, SecretError};
