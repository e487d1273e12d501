//! Whether a document in a photo is an original: copies are printed in dots, screens in stripes, and both show in the
//! camera's own pixels.

use crate::geometry::Quad;
use crate::net::{Net, NetError, softmax};
use crate::picture::Frame;
use crate::sight::patch;
use crate::sorter::Sorted;

/// Where patches are looked at: along the document and down it.
const PLACES: ([f32; 4], [f32; 2]) = ([0.14, 0.4, 0.62, 0.86], [0.25, 0.75]);
/// A photo without that many patches is not judged by them.
const LEAST_PATCHES: usize = 3;
/// What the whole document looks like counts for so much beside what its patches do, for copies: of a screen it shows
/// nothing, its stripes are too fine.
const WHOLE: f32 = 0.5;

/// Tells originals from copies and screens.
#[derive(Debug)]
pub struct Grain {
    net: Net,
}

/// What a document is made of, 0 to 1 each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Material {
    /// How probable a photocopy is.
    pub copy: f32,
    /// How probable a screen is.
    pub screen: f32,
}

impl Grain {
    /// Loads `models/grain.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        Net::new(model).map(|net| Self { net })
    }

    /// Judges the document at `quad`, given what it looked like as a whole.
    pub(crate) fn judge(&self, frame: &Frame<'_>, quad: &Quad, whole: &Sorted) -> Result<Material, NetError> {
        let mut sums = [0.0f32; 3];
        let mut count = 0;
        for v in PLACES.1 {
            for u in PLACES.0 {
                let Some(picture) = patch(frame, quad, [u, v]) else { continue };
                let scores = self.net.run_colours(&picture)?.values;
                if scores.len() != sums.len() {
                    return Err(NetError::Other);
                }
                for (sum, share) in sums.iter_mut().zip(softmax(&scores)) {
                    *sum += share;
                }
                count += 1;
            }
        }
        if count < LEAST_PATCHES {
            return Ok(Material { copy: whole.copy, screen: whole.screen });
        }
        let [_, copy, screen] = sums.map(|sum| sum / count as f32);
        Ok(Material { copy: WHOLE * whole.copy + (1.0 - WHOLE) * copy, screen })
    }
}
