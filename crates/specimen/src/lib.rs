//! Draws fictional documents and phone-like photos of them, from a seed.
//!
//! Development only: no crate that ships may depend on this one. Nobody here exists, every card bears 样本 SPECIMEN where
//! no field is, the portrait is plainly a drawing and the emblem is a gear and a star of our own.
//!
//! The same input gives the same picture, so a test can name a citizen and a seed and mean one photo for ever.

mod attack;
mod backdrop;
mod canvas;
mod card;
mod citizen;
mod dice;
mod draw;
mod fonts;
mod foreigners;
mod ground;
mod hand;
mod head;
mod look;
mod mark;
mod names;
mod negative;
mod noise;
mod pages;
mod papers;
mod people;
mod performance;
mod photo;
mod places;
mod portrait;
mod print;
pub mod scene;
mod set;
mod severity;
mod specimen;
mod split;
mod video;
mod warp;

pub use image::RgbImage;

pub use attack::{Attack, attacked};
pub use backdrop::Backdrop;
pub use card::{draw_back, draw_front};
pub use citizen::{Citizen, EXPIRED, REFERENCE_DAY, citizen, citizens};
pub use draw::Printed;
pub use fonts::{Fonts, FontsError};
pub use hand::Finger;
pub use head::{Pose, head};
pub use mark::{mark, marked};
pub use negative::{Scene, without_document};
pub use pages::{Page, page, pages};
pub use people::{NameKind, third_tier};
pub use performance::{Actor, FRAME_MS, hold_in_place, perform, swap};
pub use photo::{Fault, Photo, PhotoStyle, Spot, photograph};
pub use portrait::{portrait, portrait_jpeg};
pub use print::print_portrait;
pub use set::{Shot, set, shot};
pub use severity::Severity;
pub use specimen::{Specimen, Truth, specimen, truth};
pub use split::Split;
pub use video::{film_strip, write_y4m};
