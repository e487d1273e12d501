//! Stage 4: which side of which document lies in an outline, which way up, and how it was made.

use shiming_identity::document::{Page, pages};

use crate::geometry::Quad;
use crate::net::{Net, NetError, softmax};
use crate::picture::Frame;
use crate::sight::thumbnail;

/// Originals, copies in colour, copies in grey, screens.
const WAYS: usize = 4;

/// Tells pages apart.
#[derive(Debug)]
pub struct Sorter {
    net: Net,
}

/// What an outline holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sorted {
    /// The likeliest page.
    pub page: &'static Page,
    /// The outline, its first corner the document's own top left.
    pub quad: Quad,
    /// How probable that is, 0 to 1.
    pub probability: f32,
    /// How probable it is that nothing that is known lies here.
    pub nothing: f32,
    /// How probable it is a copy; how probable a screen.
    pub copy: f32,
    pub screen: f32,
}

impl Sorter {
    /// Loads `models/sorter.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        Net::new(model).map(|net| Self { net })
    }

    /// The likeliest of the pages that are `wanted` in an outline; `None` for an outline that cannot be one.
    pub(crate) fn sort(
        &self,
        frame: &Frame<'_>,
        quad: &Quad,
        wanted: impl Fn(&Page) -> bool,
    ) -> Result<Option<Sorted>, NetError> {
        let Some(picture) = thumbnail(frame, quad) else { return Ok(None) };
        let scores = self.net.run_colours(&picture)?.values;
        let all = pages();
        let classes = 1 + 2 * all.len();
        if scores.len() != classes + WAYS {
            return Err(NetError::Other);
        }
        let (kinds, ways) = (softmax(&scores[..classes]), softmax(&scores[classes..]));
        let likeliest = kinds
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(class, _)| wanted(&all[(class - 1) % all.len()]))
            .max_by(|a, b| a.1.total_cmp(b.1));
        Ok(likeliest.map(|(class, probability)| Sorted {
            page: &all[(class - 1) % all.len()],
            quad: if class > all.len() { quad.turned(2) } else { *quad },
            probability: *probability,
            nothing: kinds[0],
            copy: ways[1] + ways[2],
            screen: ways[3],
        }))
    }
}
