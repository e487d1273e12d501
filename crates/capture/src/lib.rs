//! The browser's face of `vision` and `identity`: pictures in, readings out, nothing kept.
//!
//! Runs in a Web Worker. What crosses to JavaScript is JSON, but for the formatted picture, which is shown to the user
//! and never sent (DC-1). The rules are plain Rust (`outcome`, `rules`); this file only binds them.

mod outcome;
mod report;
mod rules;
mod vote;

use js_sys::{Error, Reflect};
use shiming_identity::Date;
use shiming_identity::document::{DocumentKind, FormatParameters, layouts, pages};
use shiming_vision::{Frame, Photo, Reader, Scout};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

pub use outcome::{NameCharacter, Outcome, Read, ReadSide};
pub use report::Report;
pub use rules::{Fault, FieldValues, check_fields, check_sim};
pub use vote::{Elected, vote};

/// What goes wrong on the page's side of the border; a picture that is no good is an [`Outcome`], not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// The model files are not what this version reads.
    #[error("the model files do not fit this version")]
    Models,
    /// Reading was asked for before its models were there.
    #[error("the models that read are not loaded yet")]
    NotLoaded,
    /// A net failed on a frame.
    #[error("the frame could not be judged")]
    Failed,
    /// JSON that is not what the function takes.
    #[error("an argument is not the JSON that this takes")]
    Argument,
    /// Not width × height × 4 bytes, or no pixel.
    #[error("the pixels do not have the size that was given")]
    Pixels,
    /// A time that is no date in the calendar.
    #[error("the time is outside the calendar")]
    Time,
}

impl CaptureError {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::NotLoaded => "not_loaded",
            Self::Failed => "failed",
            Self::Argument => "argument",
            Self::Pixels => "pixels",
            Self::Time => "time",
        }
    }
}

/// A JavaScript `Error` with a member `code`.
fn thrown(error: CaptureError) -> JsValue {
    let value: JsValue = JsError::new(&error.to_string()).into();
    // Setting a member on a fresh object does not fail.
    let _ = Reflect::set(&value, &"code".into(), &error.code().into());
    value
}

/// Says where a panic was, and nothing of what was being read.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        report_error(&Error::new(&format!("the reader failed{place}")));
    }));
}

#[wasm_bindgen]
extern "C" {
    /// `console.error`
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn report_error(error: &Error);
}

/// Looks at frames and reads documents: the models, loaded once, the small ones first.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Capture {
    eyes: Eyes,
}

/// What is loaded so far.
#[derive(Debug)]
enum Eyes {
    /// Enough to judge frames.
    Scout(Box<Scout>),
    /// Enough to read.
    Reader(Box<Reader>),
    /// Nothing: the models that were to be added do not fit.
    Nothing,
}

#[wasm_bindgen]
impl Capture {
    /// Loads what frames are judged with (roles `finder` and `sorter` of `models/manifest.json`).
    #[wasm_bindgen(constructor)]
    pub fn new(finder: &[u8], sorter: &[u8]) -> Result<Capture, JsValue> {
        let scout = Scout::new(finder, sorter).map_err(|_| thrown(CaptureError::Models))?;
        Ok(Self { eyes: Eyes::Scout(Box::new(scout)) })
    }

    /// Loads what documents are read with (roles `grain`, `narrow` and `recogniser`). Without a recogniser only zones,
    /// numbers and dates are read.
    #[wasm_bindgen(js_name = addReader)]
    #[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen hands optional slices over as boxes")]
    pub fn add_reader(&mut self, grain: &[u8], narrow: &[u8], recogniser: Option<Box<[u8]>>) -> Result<(), JsValue> {
        match std::mem::replace(&mut self.eyes, Eyes::Nothing) {
            Eyes::Scout(scout) => {
                let reader = Reader::with(*scout, grain, narrow, recogniser.as_deref());
                self.eyes = Eyes::Reader(Box::new(reader.map_err(|_| thrown(CaptureError::Models))?));
            }
            others => self.eyes = others,
        }
        Ok(())
    }

    /// Looks at a camera frame (RGBA); no text is read. `format` is one side's `FormatParameters` as JSON; `scale` is
    /// the size of these pixels relative to the camera's. Answers a [`Report`] as JSON.
    pub fn inspect(&self, rgba: &[u8], width: u32, height: u32, format: &str, scale: f32) -> Result<String, JsValue> {
        let mut format: FormatParameters = parse(format)?;
        format.pixels.min_document_width = report::scaled(format.pixels.min_document_width, scale);
        let frame = Frame::rgba(rgba, width, height).ok_or_else(|| thrown(CaptureError::Pixels))?;
        let scout = match &self.eyes {
            Eyes::Scout(scout) => scout,
            Eyes::Reader(reader) => reader.scout(),
            Eyes::Nothing => return Err(thrown(CaptureError::NotLoaded)),
        };
        let report = scout.inspect(&frame, &format).map_err(|_| thrown(CaptureError::Failed))?;
        serialize(&Report::new(&report, width, height))
    }

    /// Reads a camera frame (RGBA) as the side that `format` is for. `now` is in seconds since 1970.
    #[wasm_bindgen(js_name = readFrame)]
    pub fn read_frame(
        &self,
        rgba: &[u8],
        width: u32,
        height: u32,
        format: &str,
        now: f64,
    ) -> Result<CaptureOutcome, JsValue> {
        let format: FormatParameters = parse(format)?;
        let frame = Frame::rgba(rgba, width, height).ok_or_else(|| thrown(CaptureError::Pixels))?;
        self.read(&frame.to_photo(), format, now)
    }

    /// Reads a picture file (JPEG, PNG or WebP) as the side that `format` is for. `now` is in seconds since 1970.
    #[wasm_bindgen(js_name = readFile)]
    pub fn read_file(&self, bytes: &[u8], format: &str, now: f64) -> Result<CaptureOutcome, JsValue> {
        let format: FormatParameters = parse(format)?;
        match shiming_vision::decode(bytes, &format.pixels) {
            Ok(photo) => self.read(&photo, format, now),
            Err(error) => CaptureOutcome::new(&Outcome::undecodable(&error), None),
        }
    }

    /// Reads every document in a picture file, whichever they are. Answers a list of `shiming_vision::Report`s as JSON, as
    /// the command `shiming read --json` prints them. `now` is in seconds since 1970.
    #[wasm_bindgen(js_name = readDocuments)]
    pub fn read_documents(&self, bytes: &[u8], now: f64) -> Result<String, JsValue> {
        let Eyes::Reader(reader) = &self.eyes else { return Err(thrown(CaptureError::NotLoaded)) };
        let Some(first) = pages().first() else { return Err(thrown(CaptureError::Models)) };
        let reports = match shiming_vision::decode(bytes, &first.layout.format.pixels) {
            Ok(photo) => reader.report(&photo, date(now)?),
            Err(error) => vec![shiming_vision::Report::of_problem(error.code(), None)],
        };
        serialize(&reports)
    }

    fn read(&self, photo: &Photo, format: FormatParameters, now: f64) -> Result<CaptureOutcome, JsValue> {
        let Eyes::Reader(reader) = &self.eyes else { return Err(thrown(CaptureError::NotLoaded)) };
        match reader.read(photo, &[format], date(now)?) {
            Ok(mut reading) => {
                let jpeg = std::mem::take(&mut reading.formatted);
                CaptureOutcome::new(&Outcome::from(&reading), Some(jpeg))
            }
            Err(refusal) => CaptureOutcome::new(&Outcome::from(&refusal), None),
        }
    }
}

/// What came of a picture.
#[wasm_bindgen]
pub struct CaptureOutcome {
    json: String,
    jpeg: Option<Vec<u8>>,
}

impl std::fmt::Debug for CaptureOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaptureOutcome(picture: {})", self.jpeg.is_some())
    }
}

#[wasm_bindgen]
impl CaptureOutcome {
    fn new(outcome: &Outcome, jpeg: Option<Vec<u8>>) -> Result<Self, JsValue> {
        Ok(Self { json: serialize(outcome)?, jpeg })
    }

    /// An [`Outcome`] as JSON.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn json(&self) -> String {
        self.json.clone()
    }

    /// The formatted picture (RN-4, JPEG), once; `undefined` for a refusal. For the user's eyes, on this phone (DC-1).
    #[wasm_bindgen(js_name = takeJpeg)]
    pub fn take_jpeg(&mut self) -> Option<Vec<u8>> {
        self.jpeg.take()
    }
}

/// Lets readings of the same side (a JSON list of [`ReadSide`], at least one) vote field by field. `format` is that side's
/// `FormatParameters`. Answers an [`Elected`] as JSON.
#[wasm_bindgen(js_name = voteReadings)]
pub fn vote_readings(readings: &str, format: &str) -> Result<String, JsValue> {
    let readings: Vec<ReadSide> = parse(readings)?;
    let format: FormatParameters = parse(format)?;
    let (first, others) = readings.split_first().ok_or_else(|| thrown(CaptureError::Argument))?;
    serialize(&vote(first, others, &vote::fields_of(&format)))
}

/// Checks the fields that the user confirmed ([`FieldValues`] as JSON) by the rules of `identity`. `now` is in seconds
/// since 1970. Answers a list of [`Fault`]s as JSON.
#[wasm_bindgen(js_name = checkFields)]
pub fn check_fields_json(fields: &str, now: f64) -> Result<String, JsValue> {
    serialize(&check_fields(&parse(fields)?, date(now)?))
}

/// Checks a SIM card's number and its phone number (RN-13). Answers a list of [`Fault`]s as JSON.
#[wasm_bindgen(js_name = checkSim)]
pub fn check_sim_json(iccid: &str, number: &str) -> Result<String, JsValue> {
    serialize(&check_sim(iccid, number))
}

/// The ethnic groups as cards print them, as a JSON list.
#[wasm_bindgen(js_name = ethnicGroups)]
pub fn ethnic_groups() -> Result<String, JsValue> {
    serialize(&shiming_identity::ethnicity::GROUPS.as_slice())
}

/// How the sides of a document are formatted where no operator says otherwise: a JSON list of `FormatParameters`, in the order
/// in which they are captured. For pages that read documents without a registration.
#[wasm_bindgen]
pub fn formats(document: &str) -> Result<String, JsValue> {
    let document: DocumentKind = serde_json::from_value(document.into()).map_err(|_| thrown(CaptureError::Argument))?;
    serialize(&layouts(document).into_iter().map(|layout| layout.format).collect::<Vec<_>>())
}

fn parse<'de, T: serde::Deserialize<'de>>(json: &'de str) -> Result<T, JsValue> {
    serde_json::from_str(json).map_err(|_| thrown(CaptureError::Argument))
}

fn serialize<T: serde::Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|_| thrown(CaptureError::Argument))
}

/// The day in China.
fn date(now: f64) -> Result<Date, JsValue> {
    // A JavaScript number; `as` saturates, and `in_china` refuses what is outside the calendar.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is checked")]
    let seconds = now as u64;
    Date::in_china(seconds).map_err(|_| thrown(CaptureError::Time))
}
