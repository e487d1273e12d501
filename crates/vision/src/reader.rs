//! The whole way: photo → reading or refusal.

use image::RgbImage;
use serde::Serialize;
use shiming_identity::date::Date;
use shiming_identity::document::{Box2, FieldName, FormatParameters, Page, Position, QualityFloor, SlotContent, pages};

use crate::check::{self, Checked, Warning};
use crate::format;
use crate::geometry::Quad;
use crate::grain::{Grain, Material};
use crate::narrow::Narrow;
use crate::net::NetError;
use crate::picture::{Frame, Photo};
use crate::quality::{self, Measured, measured_size, of_light};
use crate::read::{self, ReadSlot};
use crate::recognise::{ReadCharacter, RecogniseError, Recogniser};
use crate::rectify::rectify_luma;
use crate::refusal::{Reason, Refusal};
use crate::scout::{Scout, Seen};
use crate::sorter::Sorted;

/// From this probability on, a document is said to be a copy or on a screen.
const NO_ORIGINAL: f32 = 0.5;
/// What a picture may be like if what it lacks is only to be said: beyond these bounds nothing is made out.
const LENIENT: QualityFloor =
    QualityFloor { min_sharpness: 4, min_brightness: 22, max_brightness: 250, max_glare_percent: 30 };
const LENIENT_POSITION: Position =
    Position { min_coverage_percent: 3, max_tilt_degrees: 45, max_perspective_percent: 180 };
const LENIENT_WIDTH: u16 = 300;
/// Documents in one photo that are read.
const MOST_DOCUMENTS: usize = 4;

/// The model files, as `models/manifest.json` lists them, by role.
#[derive(Clone, Copy)]
pub struct Models<'a> {
    /// Where documents are.
    pub finder: &'a [u8],
    /// Which they are.
    pub sorter: &'a [u8],
    /// Whether they are originals.
    pub grain: &'a [u8],
    /// Numbers, dates, zones.
    pub narrow: &'a [u8],
    /// Everything that is written in Han characters; without it only zones, numbers and dates are read.
    pub recogniser: Option<&'a [u8]>,
}

/// Why a reader cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The recogniser's file.
    #[error(transparent)]
    Recogniser(#[from] RecogniseError),
    /// One of the small nets' files.
    #[error(transparent)]
    Net(#[from] NetError),
}

/// Reads documents in photos.
#[derive(Debug)]
pub struct Reader {
    scout: Scout,
    readers: Readers,
    grain: Grain,
}

/// What becomes of a picture that is not as its format parameters ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// It is refused: there is somebody who can take another (RN-4).
    Refused,
    /// It is read as far as that goes, and what it lacks is among the warnings.
    Told,
}

/// What reads lines.
#[derive(Debug)]
pub(crate) struct Readers {
    pub narrow: Narrow,
    pub recogniser: Option<Recogniser>,
}

/// One field as read. `Debug` does not show the value.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ReadField {
    /// Which field.
    pub name: FieldName,
    /// Its value: dates as `YYYY-MM-DD`, 长期 where the document says so, the lines of an address joined.
    pub value: String,
    /// Confidence, percent: of the least certain character.
    pub confidence: u8,
    /// The value was completed or changed by what the rest of the document proves.
    pub repaired: bool,
}

impl std::fmt::Debug for ReadField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadField({:?}, {} %)", self.name, self.confidence)
    }
}

/// The line that the name was read from. `Debug` shows none of it.
#[derive(Clone, Debug, PartialEq)]
pub struct NameLine {
    /// Where it is printed, as fractions of the formatted picture's size.
    pub place: Box2,
    /// Its characters; their positions are along `place`.
    pub characters: Vec<ReadCharacter>,
}

/// What a photo of one side says.
#[derive(Clone)]
pub struct Reading {
    /// The page.
    pub page: &'static Page,
    /// Its fields, in the layout's order, then what only its zone says; those that could not be read are missing.
    pub fields: Vec<ReadField>,
    /// The lines of its machine-readable zone, repaired where that is proven; none where it has none.
    pub mrz: Vec<String>,
    /// What the name's line says character by character, for the user who knows the name; `None` without a name.
    pub name_line: Option<NameLine>,
    /// Figures of the picture.
    pub measured: Measured,
    /// Where the document lies in the photo, from its own top left corner on.
    pub quad: [[f32; 2]; 4],
    /// The formatted picture (RN-4), encoded as its parameters ask; empty where the picture need not satisfy them
    /// ([`Lacking::Told`]). It never leaves the phone (DC-1).
    pub formatted: Vec<u8>,
    /// How probable it is that it is no original.
    pub material: Material,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// Itself, if it is of an original.
    fn original(self) -> Result<Self, Refusal> {
        let reason = self.warnings.iter().find_map(|warning| match warning {
            Warning::Photocopy => Some(Reason::Photocopy),
            Warning::Screen => Some(Reason::Screen),
            _ => None,
        });
        match reason {
            Some(reason) => Err(Refusal { reason, page: Some(self.page), measured: Some(self.measured) }),
            None => Ok(self),
        }
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: FieldName) -> Option<&ReadField> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({}, {} fields)", self.page.name, self.fields.len())
    }
}

impl Reader {
    /// Loads the models.
    pub fn new(models: Models<'_>) -> Result<Self, ModelError> {
        Self::with(Scout::new(models.finder, models.sorter)?, models.grain, models.narrow, models.recogniser)
    }

    /// With a scout that is there already.
    pub fn with(scout: Scout, grain: &[u8], narrow: &[u8], recogniser: Option<&[u8]>) -> Result<Self, ModelError> {
        let readers =
            Readers { narrow: Narrow::new(narrow)?, recogniser: recogniser.map(Recogniser::new).transpose()? };
        Ok(Self { scout, readers, grain: Grain::new(grain)? })
    }

    /// What judges camera frames.
    #[must_use]
    pub fn scout(&self) -> &Scout {
        &self.scout
    }

    /// Reads the side of a document in `photo` that one of `formats` is for; any other side is refused, and so are copies and
    /// screens. `today` decides whether the document has expired.
    pub fn read(&self, photo: &Photo, formats: &[FormatParameters], today: Date) -> Result<Reading, Refusal> {
        let mut first = None;
        let format = |page: &Page| formats.iter().find(|format| is_for(format, page)).cloned();
        for outcome in self.read_all(photo, format, Lacking::Refused, today) {
            match outcome {
                Ok(reading) => return reading.original(),
                Err(refusal) => first = first.or(Some(refusal)),
            }
        }
        Err(first.unwrap_or(Refusal::new(Reason::NoDocument)))
    }

    /// Reads every document in `photo`; for each page `format` says what its picture has to be like, or that it is not
    /// wanted. There is at least one answer.
    pub fn read_all(
        &self,
        photo: &Photo,
        format: impl Fn(&Page) -> Option<FormatParameters>,
        lacking: Lacking,
        today: Date,
    ) -> Vec<Result<Reading, Refusal>> {
        let frame = photo.frame();
        let Ok(seen) = self.scout.look(&frame, true) else { return vec![Err(Refusal::new(Reason::ReaderFailed))] };
        let documents: Vec<Sorted> = seen.iter().filter_map(Seen::likely).collect();
        if documents.is_empty() {
            return vec![Err(Self::without_document(&frame, seen.first(), &format))];
        }
        let likely = seen.iter().filter(|seen| seen.likely().is_some());
        likely.take(MOST_DOCUMENTS).map(|seen| self.read_one(&frame, seen, &format, lacking, today)).collect()
    }

    /// Why nothing is read where nothing likely was seen.
    fn without_document(
        frame: &Frame<'_>,
        seen: Option<&Seen>,
        format: impl Fn(&Page) -> Option<FormatParameters>,
    ) -> Refusal {
        let nothing = Refusal::new(of_light(frame).unwrap_or(Reason::NoDocument));
        let Some(seen) = seen else { return nothing };
        // Light first: without it the rest is guesswork.
        let found = seen.sorted.and_then(|sorted| {
            let format = format(sorted.page).unwrap_or_else(|| sorted.page.layout.format.clone());
            Some((sorted, Found::new(frame, sorted, format)?))
        });
        if let Some((sorted, found)) = found
            && let Some(reason) = found.lacks()
            && (sorted.nothing < 0.5 || reason == Reason::TooBright)
        {
            return Refusal { reason, page: None, measured: Some(found.measured) };
        }
        if seen.whole { nothing } else { Refusal::new(Reason::NotWhole) }
    }

    /// Reads a page along an outline.
    fn pass(&self, frame: &Frame<'_>, found: &Found, page: &'static Page, today: Date) -> Result<Pass, Reason> {
        let flat = format::convert(frame, &found.quad, &found.format).ok_or(Reason::NoDocument)?;
        let slots = read::slots(frame, &flat, &found.quad, page, &self.readers).map_err(|_| Reason::ReaderFailed)?;
        let checked = check::fields(page, &slots, today);
        Ok(Pass { flat, slots, checked })
    }

    /// Reads a page along its outline; where what has check digits breaks them, along other outlines that it may have.
    fn best_pass(
        &self,
        frame: &Frame<'_>,
        seen: &Seen,
        sorted: &Sorted,
        found: Found,
        today: Date,
    ) -> Result<(Found, Pass), Reason> {
        let first = self.pass(frame, &found, sorted.page, today)?;
        if !is_consistent(&first.checked) {
            for other in self.scout.otherwise(frame, seen, sorted).unwrap_or_default() {
                let proven = read::proven(frame, &other.quad, sorted.page, &self.readers.narrow).unwrap_or_default();
                if proven.is_empty() || !is_consistent(&check::fields(sorted.page, &proven, today)) {
                    continue;
                }
                let Some(along) = Found::new(frame, other, found.format.clone()) else { continue };
                if let Ok(pass) = self.pass(frame, &along, sorted.page, today)
                    && is_consistent(&pass.checked)
                {
                    return Ok((along, pass));
                }
            }
        }
        Ok((found, first))
    }

    fn read_one(
        &self,
        frame: &Frame<'_>,
        seen: &Seen,
        format: impl Fn(&Page) -> Option<FormatParameters>,
        lacking: Lacking,
        today: Date,
    ) -> Result<Reading, Refusal> {
        let Some(sorted) = seen.sorted else { return Err(Refusal::new(Reason::NoDocument)) };
        // A page that is asked for may be little less likely than one that is not.
        let wanted = if format(sorted.page).is_some() {
            None
        } else {
            self.scout.among(frame, &sorted.quad, |page| format(page).is_some()).ok().flatten()
        };
        let sorted = wanted.unwrap_or(sorted);
        let page = sorted.page;
        let Some(format) = format(page) else {
            // What a reflection or the dark hides may have been the difference.
            let found = Found::new(frame, sorted, page.layout.format.clone());
            if let Some((reason, measured)) = found.and_then(|found| Some((found.lacks()?, found.measured)))
                && reason.is_of_light()
            {
                return Err(Refusal { reason, page: None, measured: Some(measured) });
            }
            let same_document =
                |other: &&Page| other.layout.document == page.layout.document && format(other).is_some();
            let other_side = pages().iter().any(|other| same_document(&other));
            let reason = if other_side { Reason::OtherSide } else { Reason::OtherDocument };
            return Err(Refusal { reason, page: Some(page), measured: None });
        };
        let found = Found::new(frame, sorted, format).ok_or(Refusal::new(Reason::NoDocument))?;
        let refused = |measured| move |reason| Refusal { reason, page: Some(page), measured: Some(measured) };
        let refuse = refused(found.measured);
        if !seen.whole {
            return Err(refuse(Reason::NotWhole));
        }
        let lacks = found.lacks();
        if let Some(reason) = lacks
            && (lacking == Lacking::Refused || found.lenient().lacks().is_some())
        {
            return Err(refuse(reason));
        }
        let (found, pass) = self.best_pass(frame, seen, &sorted, found, today).map_err(refuse)?;
        let refuse = refused(found.measured);
        let Pass { flat, slots, checked } = pass;
        let quad = found.quad;
        // What hides print matters where something could not be read for certain.
        let hidden = || {
            let covered = quality::covered(frame, &quad, &page.layout).then_some(Reason::Covered);
            let hidden = covered.or_else(|| quality::hidden_print(&image::imageops::grayscale(&flat), &page.layout));
            // What too much light has washed out was no reflection.
            hidden.filter(|reason| *reason != Reason::Glare || lacks != Some(Reason::TooBright))
        };
        let doubt = |warning: &Warning| {
            matches!(warning, Warning::LowConfidence(_) | Warning::Missing(_) | Warning::NumberInconsistent)
        };
        let hidden = if checked.warnings.iter().any(doubt) { hidden() } else { None };
        if lacking == Lacking::Refused
            && let Some(reason) = hidden
        {
            return Err(refuse(reason));
        }
        if checked.fields.len() * 2 < checked.expected {
            return Err(refuse(hidden.or(lacks).unwrap_or(Reason::Unreadable)));
        }
        let material = self.grain.judge(frame, &quad, &sorted).map_err(|_| refuse(Reason::ReaderFailed))?;
        let mut warnings = checked.warnings;
        warnings.extend([lacks, hidden].into_iter().flatten().map(Warning::Picture));
        warnings.extend((material.copy >= NO_ORIGINAL).then_some(Warning::Photocopy));
        warnings.extend((material.screen >= NO_ORIGINAL).then_some(Warning::Screen));
        let name_line = slots
            .into_iter()
            .find(|slot| slot.reads == SlotContent::Name)
            .map(|slot| NameLine { place: slot.place, characters: slot.line.characters });
        let formatted = match lacking {
            Lacking::Refused => format::encode(&flat, &found.format).ok_or_else(|| refuse(Reason::ReaderFailed))?,
            Lacking::Told => Vec::new(),
        };
        Ok(Reading {
            page: checked.page,
            fields: checked.fields,
            mrz: checked.mrz,
            name_line,
            measured: found.measured,
            quad: quad.0,
            formatted,
            material,
            warnings,
        })
    }
}

/// What is read along one outline.
struct Pass {
    flat: RgbImage,
    slots: Vec<ReadSlot>,
    checked: Checked,
}

/// Whether everything that has check digits keeps them.
fn is_consistent(checked: &Checked) -> bool {
    let broken = |warning: &Warning| {
        matches!(warning, Warning::NumberInconsistent | Warning::ZoneInconsistent | Warning::ZoneMissing)
    };
    !checked.warnings.iter().any(broken)
}

/// A document that was found, and how good its picture is.
struct Found {
    quad: Quad,
    format: FormatParameters,
    measured: Measured,
}

impl Found {
    fn new(frame: &Frame<'_>, sorted: Sorted, format: FormatParameters) -> Option<Self> {
        let (width, height) = measured_size(&format);
        let flat = rectify_luma(frame, &sorted.quad, width, height)?;
        let measured = quality::measure(&flat, &sorted.quad, frame.width(), frame.height());
        Some(Self { quad: sorted.quad, format, measured })
    }

    /// With bounds beyond which nothing is made out.
    fn lenient(&self) -> Self {
        let mut format = self.format.clone();
        (format.quality_floor, format.position) = (LENIENT, LENIENT_POSITION);
        format.pixels.min_document_width = LENIENT_WIDTH;
        Self { format, ..*self }
    }

    /// What keeps it from being read.
    fn lacks(&self) -> Option<Reason> {
        format::check(&self.format, &self.quad, self.measured)
    }
}

fn is_for(format: &FormatParameters, page: &Page) -> bool {
    page.document() == Some(format.document) && format.side == page.layout.side
}
