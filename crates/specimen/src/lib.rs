//! Draws fictional documents and phone-like photos of them, from a seed.
//!
//! Development only: no crate that ships may depend on this one. Nobody here exists, every card bears 样本 SPECIMEN where
//! no field is, the portrait is plainly a drawing and the emblem is a gear and a star of our own.
//!
//! The same input gives the same picture, so a test can name a citizen and a seed and mean one photo for ever.

mod canvas;
mod card;
mod citizen;
mod dice;
mod draw;
mod fonts;
mod foreigners;
mod ground;
mod look;
mod names;
mod pages;
mod papers;
mod people;
mod photo;
mod places;
mod portrait;
pub mod scene;
mod specimen;
mod split;
mod video;

pub use image::RgbImage;

pub use card::{draw_back, draw_front};
pub use citizen::{Citizen, EXPIRED, REFERENCE_DAY, citizen, citizens};
pub use fonts::{Fonts, FontsError};
pub use pages::{Page, page, pages};
pub use people::{NameKind, third_tier};
pub use photo::{Backdrop, Fault, Photo, PhotoStyle, Spot, photograph};
pub use portrait::{portrait, portrait_jpeg};
pub use specimen::{Specimen, Truth, specimen, truth};
pub use split::Split;
pub use video::write_y4m;
