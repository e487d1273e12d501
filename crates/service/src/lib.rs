//! The business: the registration's state machine, its policy, its outbox and its use cases over ports.
//!
//! Everything here is a pure rule: time, randomness and keys come as arguments, outside systems are traits ([`port`]).
//! [`registration::apply`] takes a state and an event and gives the next state and the effects to carry out, or a
//! refusal; whoever stores them (the edge's Durable Object) writes both in one transaction and carries the effects out
//! afterwards ([`port::carry_out`]), under an idempotency key that never changes ([`effect::Entry`]).

pub mod application;
pub mod budget;
pub mod character_codes;
pub mod code;
pub mod device;
pub mod effect;
pub mod evidence;
pub mod format;
pub mod inquiry;
pub mod issuing;
pub mod link;
pub mod live_face;
pub mod message;
pub mod outbox;
pub mod policy;
pub mod port;
pub mod registration;
pub mod risk;
#[cfg(test)]
mod testing;

/// Draws random bytes; the caller brings the source.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// What a step of a state machine may look at beside state and event.
pub struct Context<'a> {
    /// The time.
    pub now: shiming_wire::UnixSeconds,
    /// Randomness, from a source fit for keys.
    pub random: Random<'a>,
    /// The operator's keys and names.
    pub operator: code::Operator<'a>,
}
