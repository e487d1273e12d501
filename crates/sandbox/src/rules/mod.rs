//! What the outside world does, as pure functions: no request, no clock, no database in here.

pub mod crm;
pub mod door;
pub mod faults;
pub mod gateway;
pub mod idempotency;
pub mod keys;
pub mod phone;
pub mod police;
pub mod register;
pub mod seals;
