//! Faces: find → landmarks → align → describe. Comparing is [`shiming_identity::portrait`]'s business: it needs no net.
//!
//! The portrait of a document is looked for where its layout says ([`portrait`]), a person in front of the camera anywhere
//! in the frame. What is described is a chip in which eyes, nose and mouth stand where the net learnt them; what comes out
//! is a [descriptor](shiming_identity::portrait::Descriptor) of 194 bytes, and neither pictures nor landmarks leave the phone (DC-1).

mod align;
mod describe;
mod find;
mod mesh;

use image::RgbImage;
use rten::{ModelOptions, op_registry};
use shiming_identity::document::{Box2, Layout};
use shiming_identity::portrait::DescriptorError;

use crate::geometry::Quad;
use crate::net::{Net, NetError};
use crate::picture::Frame;
use crate::rectify::rectify;
use crate::sight::part;

pub use align::{Template, chip};
pub use describe::Describer;
pub use find::{FaceFinder, FoundFace};
pub use mesh::{LANDMARKS, Landmarks, Mesh, index as landmark};

/// Height of the picture of a document's portrait, pixels: as much as a photo of a card has, and more than any net takes.
const PORTRAIT_HEIGHT: u32 = 512;
/// What that picture shows around the portrait's place, as a share of its width and height: nets expect some room.
const PORTRAIT_AROUND: f32 = 0.12;
/// Below this certainty of the mesh, what was found is no face.
const LEAST_CONFIDENCE: f32 = 0.5;

/// Why a face could not be described.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// A net could not be loaded or run.
    #[error(transparent)]
    Net(#[from] NetError),
    /// No face, or none that is certain.
    #[error("there is no face in the picture")]
    NoFace,
    /// The net made no descriptor of it.
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
}

/// Finds faces and follows them: what has to be loaded before the first frame can be judged.
#[derive(Debug)]
pub struct Faces {
    finder: FaceFinder,
    mesh: Mesh,
}

impl Faces {
    /// Loads `models/face_finder.onnx` and `models/face_mesh.onnx`.
    pub fn new(finder: &[u8], mesh: &[u8]) -> Result<Self, NetError> {
        Ok(Self { finder: FaceFinder::new(finder)?, mesh: Mesh::new(mesh)? })
    }

    /// The faces in a frame, the largest first.
    pub fn find(&self, frame: &Frame<'_>) -> Result<Vec<FoundFace>, NetError> {
        self.finder.find(frame)
    }

    /// The landmarks of a face that was found; none where it is no face after all.
    pub fn landmarks(&self, frame: &Frame<'_>, face: &FoundFace) -> Result<Option<Landmarks>, NetError> {
        self.mesh.landmarks(frame, &face.around())
    }

    /// The landmarks of a face that was in about the same place in the frame before; none where it is gone.
    pub fn follow(&self, frame: &Frame<'_>, before: &Landmarks) -> Result<Option<Landmarks>, NetError> {
        self.mesh.landmarks(frame, &before.around())
    }

    /// The landmarks of the largest face of a frame (RN-7, EC-1, NC-1).
    pub fn largest(&self, frame: &Frame<'_>) -> Result<Option<Landmarks>, NetError> {
        for face in self.find(frame)? {
            if let Some(landmarks) = self.landmarks(frame, &face)? {
                // Once more around what was found: the finder's box is coarse.
                return Ok(Some(self.follow(frame, &landmarks)?.unwrap_or(landmarks)));
            }
        }
        Ok(None)
    }

    /// The landmarks of the face that was in about the same place in the frame before, or else of the largest one (EC-1).
    pub fn track(&self, frame: &Frame<'_>, before: Option<&Landmarks>) -> Result<Option<Landmarks>, NetError> {
        let followed = before.map(|before| self.follow(frame, before)).transpose()?.flatten();
        followed.map_or_else(|| self.largest(frame), |landmarks| Ok(Some(landmarks)))
    }
}

/// The portrait of the document at `quad`, upright and flat, with a little of what is around it; `None` where the document
/// has no portrait or no outline. Of a picture that was formatted already, `quad` is [`Quad::of_picture`].
#[must_use]
pub fn portrait(frame: &Frame<'_>, quad: &Quad, layout: &Layout) -> Option<RgbImage> {
    let area = layout.portrait?;
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    let (across, down) = (PORTRAIT_AROUND * width, PORTRAIT_AROUND * height);
    let area =
        Box2 { left: area.left - across, top: area.top - down, right: area.right + across, bottom: area.bottom + down };
    let [long, short] = layout.millimetres;
    let ratio = (width * long) / (height * short);
    // A layout is data: a senseless one gives no picture.
    if !(0.2..5.0).contains(&ratio) {
        return None;
    }
    rectify(frame, &part(quad, &area)?, (PORTRAIT_HEIGHT as f32 * ratio).round() as u32, PORTRAIT_HEIGHT)
}

/// Loads a net of faces: they use more operators than those that read.
fn load(model: impl Into<Vec<u8>>) -> Result<Net, NetError> {
    let operators = op_registry!(Add, Cast, Concat, Conv, DequantizeLinear, MaxPool, PRelu, Pad, Relu, Reshape);
    Net::with_options(model, &ModelOptions::with_ops(operators))
}
