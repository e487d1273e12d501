//! The endpoints, one file per concern.

pub mod applications;
pub mod operator;
pub mod public;
pub mod sweep;
pub mod templates;
