//! Pure rules: documents, fields, ID numbers, regions, names, dates.
//!
//! Nothing here reads a clock, draws randomness or touches a network; everything compiles to wasm.

pub mod document;
