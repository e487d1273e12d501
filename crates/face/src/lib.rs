//! The browser's face of `vision::face`: a package of its own, loaded at the step that asks for a face and not before.
//!
//! Runs in a Web Worker. Pictures go in; landmarks, descriptors and the transcript of what a face did come out. What is kept
//! is where the face was in the frame before and, while one is watched, that transcript. A descriptor is personal data:
//! whoever gets one sends it where it is compared and drops it (DC-1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use js_sys::{Error, Reflect};
use serde::Serialize;
use shiming_identity::document::{Pixels, pages};
use shiming_identity::live_face::{Action, Performed};
use shiming_identity::portrait::{Descriptor, Strictness};
use shiming_vision::face::{Describer, FaceError, Faces, Landmarks, portrait};
use shiming_vision::live::{Failure, Guidance, Session};
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
    /// Not a list of actions that a challenge has.
    #[error("this is no challenge")]
    Actions,
    /// A frame was shown before a challenge was.
    #[error("no face is being watched")]
    NotWatching,
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
            Self::Actions => "actions",
            Self::NotWatching => "not_watching",
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
    /// The challenge that is being followed.
    session: Option<Session>,
}

/// What to tell the person, as JSON.
#[derive(Serialize)]
struct Advice {
    say: &'static str,
    /// What is asked, or is to be returned from.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Action>,
    /// Actions that are over.
    done: usize,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

/// What a face did, as it goes to the gate, without the challenge.
#[derive(Serialize)]
struct Transcript {
    performed: Vec<Performed>,
    first: String,
    last: String,
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
        Ok(Self { faces, describer: None, before: None, session: None })
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
        let found = self.faces.track(&frame, self.before.as_ref());
        self.before = found.map_err(|_| thrown(FaceProblem::Failed))?;
        Ok(self.before.as_ref().map(|landmarks| landmarks.points().as_flattened().to_vec()))
    }

    /// Begins to watch a face follow a challenge (EC-1): `actions` is its member of that name, a JSON array. What was watched
    /// before is dropped. The models that describe have to be loaded.
    pub fn watch(&mut self, actions: &str) -> Result<(), JsValue> {
        if self.describer.is_none() {
            return Err(thrown(FaceProblem::NotLoaded));
        }
        let actions = challenge(actions).ok_or_else(|| thrown(FaceProblem::Actions))?;
        self.session = Some(Session::new(actions));
        Ok(())
    }

    /// Looks at a camera frame (RGBA, not mirrored), taken `now_ms` milliseconds after the challenge arrived, and says what
    /// to tell the person, as JSON: `{"say", "action"?, "done", "why"?}`. `say` is `show_face` (none is seen),
    /// `look_straight` (and keep still), `do` and `return` (of them `action`), `done` or `failed` (of it `why`:
    /// `other_action`, of which `action` is what was asked, `interrupted`, `other_person`, `flat`, `timed_out`); `done` counts
    /// the actions that are over. After `failed`, only another challenge helps.
    pub fn see(&mut self, rgba: &[u8], width: u32, height: u32, now_ms: f64) -> Result<String, JsValue> {
        let frame = Frame::rgba(rgba, width, height).ok_or_else(|| thrown(FaceProblem::Pixels))?;
        let session = self.session.as_mut().ok_or_else(|| thrown(FaceProblem::NotWatching))?;
        let describer = self.describer.as_ref().ok_or_else(|| thrown(FaceProblem::NotLoaded))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is out of range saturates")]
        let now = now_ms as u32;
        let guidance = session.see((&self.faces, describer), now, &frame).map_err(|_| thrown(FaceProblem::Failed))?;
        json(&advice(guidance, session.watch().performed().len()))
    }

    /// What the face did, once `done` was said, as JSON for the offer: `{"performed", "first", "last"}`, the descriptors
    /// before the first action and after the last as base64url. `undefined` before; afterwards nothing is watched any more.
    pub fn finish(&mut self) -> Result<Option<String>, JsValue> {
        let Some(session) = self.session.take_if(|session| session.watch().done()) else { return Ok(None) };
        session.finish().map(|(performed, descriptors)| json(&transcript(performed, descriptors))).transpose()
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
    json(&verdict)
}

fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|_| thrown(FaceProblem::Failed))
}

/// The actions of a challenge: one at least, none twice.
fn challenge(json: &str) -> Option<Vec<Action>> {
    let actions: Vec<Action> = serde_json::from_str(json).ok()?;
    let once = |action: &Action| actions.iter().filter(|other| *other == action).count() == 1;
    (!actions.is_empty() && actions.iter().all(once)).then_some(actions)
}

fn advice(guidance: Guidance, done: usize) -> Advice {
    let (say, action, why) = match guidance {
        Guidance::ShowFace => ("show_face", None, None),
        Guidance::LookStraight => ("look_straight", None, None),
        Guidance::Do(action) => ("do", Some(action), None),
        Guidance::Return(action) => ("return", Some(action), None),
        Guidance::Done => ("done", None, None),
        Guidance::Failed(Failure::OtherAction { asked, .. }) => ("failed", Some(asked), Some("other_action")),
        Guidance::Failed(Failure::Interrupted) => ("failed", None, Some("interrupted")),
        Guidance::Failed(Failure::OtherPerson) => ("failed", None, Some("other_person")),
        Guidance::Failed(Failure::Flat) => ("failed", None, Some("flat")),
        Guidance::Failed(Failure::TimedOut) => ("failed", None, Some("timed_out")),
    };
    Advice { say, action, done, why }
}

fn transcript(performed: Vec<Performed>, descriptors: [Descriptor; 2]) -> Transcript {
    let [first, last] = descriptors.map(|descriptor| URL_SAFE_NO_PAD.encode(descriptor.to_bytes()));
    Transcript { performed, first, last }
}

#[cfg(test)]
mod tests {
    use shiming_identity::portrait::FaceModel;

    use super::*;

    fn said(guidance: Guidance, done: usize) -> String {
        serde_json::to_string(&advice(guidance, done)).unwrap()
    }

    // EC-1: what the page is told
    #[test]
    fn the_page_is_told_what_to_say() {
        assert_eq!(said(Guidance::ShowFace, 0), r#"{"say":"show_face","done":0}"#);
        assert_eq!(said(Guidance::LookStraight, 1), r#"{"say":"look_straight","done":1}"#);
        assert_eq!(said(Guidance::Do(Action::TurnLeft), 0), r#"{"say":"do","action":"turn_left","done":0}"#);
        assert_eq!(said(Guidance::Return(Action::Nod), 2), r#"{"say":"return","action":"nod","done":2}"#);
        assert_eq!(said(Guidance::Done, 3), r#"{"say":"done","done":3}"#);
        let other = Failure::OtherAction { asked: Action::Blink, seen: Action::Nod };
        let other = said(Guidance::Failed(other), 1);
        assert_eq!(other, r#"{"say":"failed","action":"blink","done":1,"why":"other_action"}"#);
        for (failure, why) in [
            (Failure::Interrupted, "interrupted"),
            (Failure::OtherPerson, "other_person"),
            (Failure::Flat, "flat"),
            (Failure::TimedOut, "timed_out"),
        ] {
            assert_eq!(said(Guidance::Failed(failure), 0), format!(r#"{{"say":"failed","done":0,"why":"{why}"}}"#));
        }
    }

    #[test]
    fn a_challenge_is_a_list_of_actions() {
        let actions = vec![Action::TurnLeft, Action::Blink, Action::OpenMouth];
        assert_eq!(challenge(r#"["turn_left","blink","open_mouth"]"#), Some(actions));
        for none in ["", "[]", r#"["nod","nod"]"#, r#"["smile"]"#, r#""nod""#, "null"] {
            assert_eq!(challenge(none), None, "{none}");
        }
    }

    // EC-1: what goes to the gate
    #[test]
    fn a_transcript_holds_what_was_done_and_two_descriptors() {
        let values: Vec<f32> = (0u8..192).map(|value| f32::from(value) - 80.0).collect();
        let one = Descriptor::new(FaceModel::V1, &values).unwrap();
        let step = Performed { action: Action::Nod, began: 1, peak: 2, ended: 3, strength: 9.5, depth: None };
        let json = serde_json::to_value(transcript(vec![step], [one.clone(), one.clone()])).unwrap();
        let performed: Vec<Performed> = serde_json::from_value(json["performed"].clone()).unwrap();
        assert_eq!(performed, [step]);
        for member in ["first", "last"] {
            let bytes = URL_SAFE_NO_PAD.decode(json[member].as_str().unwrap()).unwrap();
            assert_eq!(Descriptor::from_bytes(&bytes), Ok(one.clone()));
        }
        assert_eq!(json.as_object().unwrap().len(), 3);
    }
}
