//! The seal that the police server delivers with its answer (NC-3): a picture, and the police's signature over it, its office
//! and its time. Nothing is drawn that was not verified, and nothing that could do more than be drawn.
//!
//! [`Grant`] is what the police sign. `Seal` is what may be drawn (feature `render`).

#[cfg(feature = "render")]
mod drawing;
mod grant;

#[cfg(feature = "render")]
pub(crate) use drawing::Artwork;
#[cfg(feature = "render")]
pub use drawing::{Seal, SealError};
pub use grant::{Grant, MediaType};

/// Larger pictures are refused, bytes.
pub const LARGEST: usize = 48 * 1024;
