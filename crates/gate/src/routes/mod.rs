//! The endpoints, one file per concern.

pub mod devices;
pub mod faces;
pub mod offers;
pub mod revocations;
pub mod risk;
pub mod sweep;
