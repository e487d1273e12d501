//! Pure rules: documents, fields, ID numbers, regions, names, dates, SIM cards and phone numbers, descriptors of faces.
//!
//! Nothing here reads a clock, draws randomness or touches a network; everything compiles to wasm. Types that hold
//! personal data show none of it in `Debug`, and no error carries the value that it is about.

pub mod check;
pub mod check_digit;
pub mod date;
pub mod document;
pub mod document_check;
pub mod document_number;
pub mod ethnicity;
pub mod id_number;
pub mod line;
pub mod live_face;
pub mod mrz;
pub mod name;
pub mod name_key;
pub mod name_sequence;
pub mod portrait;
pub mod region;
pub mod sex;
mod text;
pub mod validity;
pub mod variants;

pub use check::{Fields, Inconsistency, Severity, cross_check};
pub use date::{Date, Expiry};
pub use document_check::{DocumentFields, check_document};
pub use document_number::DocumentNumber;
pub use ethnicity::Ethnicity;
pub use id_number::IdNumber;
pub use line::{Iccid, PhoneNumber};
pub use mrz::Mrz;
pub use name::PersonName;
pub use name_key::{NameKey, spellings};
pub use name_sequence::NameSequence;
pub use region::RegionCode;
pub use sex::Sex;
pub use validity::Validity;
pub use variants::{Assignment, AssignmentError, Codes, Variants};
