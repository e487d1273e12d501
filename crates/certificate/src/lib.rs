//! Certificates of no criminal record (NC-3 to NC-6): from the police server's answer to a signed PDF that anybody can check.
//!
//! | module | what |
//! | --- | --- |
//! | [`number`], [`code`] | the certificate's number by a published rule, and the code that nobody guesses |
//! | [`outcome`] | answer → draft → certificate, or a notice that tells nothing |
//! | [`seal`] | the police's seal: what they sign, and (feature `render`) the picture, verified |
//! | `render` (feature `render`) | the documents as PDF |
//! | [`file`] | the PDF with its signature in it, and what of it is genuine |
//! | [`log`] | the append-only log of issued certificates, and its audit |
//! | [`link`], [`standing`] | what the QR symbol carries; validity, withdrawal, what strangers see |
//! | [`verdict`] | what is said about a file, in one shape for programs |
//!
//! Pure: time and randomness are arguments, signatures are made by whoever holds the key, nothing is fetched.
//! docs/certificate.md has every number.

pub mod code;
pub mod file;
pub mod hash;
pub mod link;
pub mod log;
pub mod number;
pub mod outcome;
#[cfg(feature = "render")]
pub mod render;
pub mod seal;
pub mod standing;
mod text;
pub mod verdict;

pub use code::{VerificationCode, VerificationCodeError};
pub use hash::Hash;
pub use link::{Link, LinkError, Origin};
pub use log::{Audited, audit};
pub use number::{CertificateNumber, NumberError, OfficeCode};
pub use outcome::{
    Answer, AnswerError, Bilingual, Certificate, Draft, Finding, Holder, Inquiry, NoRecord, NotIssued, Notice, Office,
    OtherHolder, Outcome,
};
pub use standing::{Fate, Masked, Policy, Reason, Standing};
pub use verdict::Verdict;
