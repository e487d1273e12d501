//! The browser's face of `vision::face`: a package of its own, loaded at the step that asks for a face and not before.
//!
//! Runs in a Web Worker. Pictures go in, landmarks and descriptors come out; nothing is kept but where the face was in the
//! frame before. A descriptor is personal data: whoever gets one sends it where it is compared and drops it (DC-1).

use js_sys::{Error, Reflect};
use serde::Serialize;
use shiming_identity::document::{Pixels, pages};
use shiming_identity::portrait::{Descriptor, Strictness};
use shiming_vision::face::{Describer, FaceError, Faces, Landmarks, portrait};
use shiming_vision::{Frame, Photo, Quad, decode};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// Pictures that are described are formatted ones and frames of front cameras.
const PIXELS: Pixels = Pixels { min_document_width: 0, max_megapixels: 50 };

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaceProblem {
    /// The model files are not what this version runs.
    #[error("the model files do not fit this version")]
    Models,
    /// Describing was asked for before its models were there.
    #[error("the models that describe are not loaded yet")]
    NotLoaded,
    /// A net failed.
    #[error("the picture could not be judged")]
    Failed,
    /// Not width × height × 4 bytes, or no pixel.
    #[error("the pixels do not have the size that was given")]
    Pixels,
    /// Not a JPEG, PNG or WebP picture, or a damaged one.
    #[error("the picture cannot be decoded")]
    Picture,
    /// No page is called that, or it has no portrait.
    #[error("this page has no portrait")]
    Page,
    /// No face is seen.
    #[error("there is no face in the picture")]
    NoFace,
    /// Bytes that are no descriptor, or descriptors of different versions.
    #[error("these descriptors cannot be compared")]
    Descriptor,
}

impl FaceProblem {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::NotLoaded => "not_loaded",
            Self::Failed => "failed",
            Self::Pixels => "pixels",
            Self::Picture => "picture",
            Self::Page => "page",
            Self::NoFace => "no_face",
            Self::Descriptor => "descriptor",
        }
    }
}

/// A JavaScript `Error` with a member `code`.
fn thrown(problem: FaceProblem) -> JsValue {
    let value: JsValue = JsError::new(&problem.to_string()).into();
    // Setting a member on a fresh object does not fail.
    let _ = Reflect::set(&value, &"code".into(), &problem.code().into());
    value
}

/// Says where a panic was, and nothing of what was being seen.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        report_error(&Error::new(&format!("the face reader failed{place}")));
    }));
}

#[wasm_bindgen]
extern "C" {
    /// `console.error`
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn report_error(error: &Error);
}

/// Follows a face and describes it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FaceReader {
    faces: Faces,
    describer: Option<Describer>,
    /// Where the face was in the frame before.
    before: Option<Landmarks>,
}

/// How alike two faces are.
#[derive(Serialize)]
struct Verdict {
    similarity: f32,
    probability: f32,
    same: bool,
}

#[wasm_bindgen]
impl FaceReader {
    /// Loads what faces are found and followed with (roles `face_finder` and `face_mesh` of `face` in `models/manifest.json`).
    #[wasm_bindgen(constructor)]
    pub fn new(finder: &[u8], mesh: &[u8]) -> Result<FaceReader, JsValue> {
        let faces = Faces::new(finder, mesh).map_err(|_| thrown(FaceProblem::Models))?;
        Ok(Self { faces, describer: None, before: None })
    }

    /// Loads what faces are described with (role `face_describer`).
    #[wasm_bindgen(js_name = addDescriber)]
    pub fn add_describer(&mut self, describer: &[u8]) -> Result<(), JsValue> {
        self.describer = Some(Describer::new(describer).map_err(|_| thrown(FaceProblem::Models))?);
        Ok(())
    }

    /// Follows the face in a stream of camera frames (RGBA): x, y and depth of 468 landmarks in the frame's pixels;
    /// `undefined` where none is seen. The largest face is followed until it is gone.
    pub fn follow(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<Option<Vec<f32>>, JsValue> {
        let frame = Frame::rgba(rgba, width, height).ok_or_else(|| thrown(FaceProblem::Pixels))?;
        let failed = |_| thrown(FaceProblem::Failed);
        let mut found = None;
        if let Some(before) = self.before.take() {
            found = self.faces.follow(&frame, &before).map_err(failed)?;
        }
        if found.is_none() {
            found = self.faces.largest(&frame).map_err(failed)?;
        }
        self.before = found;
        Ok(self.before.as_ref().map(|landmarks| landmarks.points().as_flattened().to_vec()))
    }

    /// The descriptor of the largest face in a camera frame (RGBA), as it goes over the wire.
    pub fn describe(&self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<u8>, JsValue> {
        let frame = Frame::rgba(rgba, width, height).ok_or_else(|| thrown(FaceProblem::Pixels))?;
        self.describe_frame(&frame)
    }

    /// The same of a picture file (JPEG, PNG or WebP).
    #[wasm_bindgen(js_name = describePicture)]
    pub fn describe_picture(&self, bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
        let photo = decode(bytes, &PIXELS).map_err(|_| thrown(FaceProblem::Picture))?;
        self.describe_frame(&photo.frame())
    }

    /// The same of the portrait on a document: `bytes` is its formatted picture, whole and upright, as `Capture` gives it,
    /// `page` says which side of which document it is (`cn_resident_id.front`).
    #[wasm_bindgen(js_name = describePortrait)]
    pub fn describe_portrait(&self, bytes: &[u8], page: &str) -> Result<Vec<u8>, JsValue> {
        let photo = decode(bytes, &PIXELS).map_err(|_| thrown(FaceProblem::Picture))?;
        let page = pages().iter().find(|known| known.name == page).ok_or_else(|| thrown(FaceProblem::Page))?;
        let frame = photo.frame();
        #[allow(clippy::cast_precision_loss, reason = "pictures have a few thousand pixels across")]
        let quad = Quad::of_picture(frame.width() as f32, frame.height() as f32);
        let picture = portrait(&frame, &quad, &page.layout).ok_or_else(|| thrown(FaceProblem::Page))?;
        self.describe_frame(&Photo::new(picture).frame())
    }

    fn describe_frame(&self, frame: &Frame<'_>) -> Result<Vec<u8>, JsValue> {
        let describer = self.describer.as_ref().ok_or_else(|| thrown(FaceProblem::NotLoaded))?;
        let landmarks = self.faces.largest(frame).map_err(|_| thrown(FaceProblem::Failed))?;
        let landmarks = landmarks.ok_or_else(|| thrown(FaceProblem::NoFace))?;
        let descriptor = describer.describe(frame, &landmarks).map_err(|error| {
            thrown(match error {
                FaceError::Net(_) => FaceProblem::Failed,
                FaceError::NoFace | FaceError::Descriptor(_) => FaceProblem::NoFace,
            })
        })?;
        Ok(descriptor.to_bytes())
    }
}

/// Compares two descriptors as the edge would (`Strictness::Usual`): `{similarity, probability, same}` as JSON. For telling
/// a person early; what counts is what the edge finds.
#[wasm_bindgen(js_name = compareDescriptors)]
pub fn compare_descriptors(one: &[u8], other: &[u8]) -> Result<String, JsValue> {
    let read = |bytes: &[u8]| Descriptor::from_bytes(bytes).map_err(|_| thrown(FaceProblem::Descriptor));
    let comparison = read(one)?.compare(&read(other)?).map_err(|_| thrown(FaceProblem::Descriptor))?;
    let verdict = Verdict {
        similarity: comparison.similarity,
        probability: comparison.probability,
        same: comparison.is_same(Strictness::Usual),
    };
    serde_json::to_string(&verdict).map_err(|_| thrown(FaceProblem::Failed))
}
