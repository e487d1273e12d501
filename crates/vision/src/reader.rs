//! The whole way: photo → reading or refusal.

use serde::Serialize;
use shiming_identity::date::Date;
use shiming_identity::document::{Box2, DocumentKind, FieldName, FormatParameters, Layout, Side, SlotContent};

use crate::check::{self, Warning};
use crate::find_lines::{FindLinesError, LineFinder};
use crate::format;
use crate::geometry::{Quad, distance};
use crate::labels::{locate_by_labels, refine_quad};
use crate::locate::{locate_coarsely, refine};
use crate::picture::{Frame, Photo};
use crate::quality::{self, Measured, measured_size, of_light};
use crate::read;
use crate::recognise::{ReadCharacter, RecogniseError, Recogniser};
use crate::rectify::rectify_luma;
use crate::refusal::{Reason, Refusal};
use crate::side::{self, Guess, LIKELY, POSSIBLE, POSSIBLE_SMALL, known_layouts};

/// Most outlines that are looked into.
const MOST_OUTLINES: usize = 6;
/// Labels and edges that put a corner farther apart than this share of the document's diagonal contradict each other.
const MOST_APART: f32 = 0.04;
/// How far outside the picture labels may put a corner of a document that is whole, as a share of its diagonal.
const LABEL_SLACK: f32 = 0.02;

/// The model files, as `models/manifest.json` lists them.
#[derive(Clone, Copy)]
pub struct Models<'a> {
    /// Role `recogniser`.
    pub recogniser: &'a [u8],
    /// Role `detector`: without it a card whose edges cannot be seen is refused.
    pub detector: Option<&'a [u8]>,
}

/// Why a reader cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The recogniser's file.
    #[error(transparent)]
    Recogniser(#[from] RecogniseError),
    /// The detector's file.
    #[error(transparent)]
    Detector(#[from] FindLinesError),
}

/// Reads documents in photos.
pub struct Reader {
    recogniser: Recogniser,
    finder: Option<LineFinder>,
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
#[derive(Clone, PartialEq, Serialize)]
pub struct Reading {
    /// The document.
    pub document: DocumentKind,
    /// The side.
    pub side: Side,
    /// Its fields, in the layout's order; those that could not be read are missing.
    pub fields: Vec<ReadField>,
    /// What the name's line says character by character, for the user who knows the name; `None` without a name.
    #[serde(skip)]
    pub name_line: Option<NameLine>,
    /// Figures of the picture.
    pub measured: Measured,
    /// Where the document lies in the photo, from its own top left corner on.
    pub quad: [[f32; 2]; 4],
    /// The formatted picture (RN-4), encoded as its parameters ask. It never leaves the phone (DC-1).
    #[serde(skip)]
    pub formatted: Vec<u8>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: FieldName) -> Option<&ReadField> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({:?} {:?}, {} fields)", self.document, self.side, self.fields.len())
    }
}

impl Reader {
    /// Loads the models.
    pub fn new(models: Models<'_>) -> Result<Self, ModelError> {
        let recogniser = Recogniser::new(models.recogniser)?;
        let finder = models.detector.map(LineFinder::new).transpose()?;
        Ok(Self { recogniser, finder })
    }

    /// Reads the side of a document in `photo` that one of `formats` is for; any other side is refused. `today` decides
    /// whether the document has expired.
    pub fn read(&self, photo: &Photo, formats: &[FormatParameters], today: Date) -> Result<Reading, Refusal> {
        let frame = photo.frame();
        let documents: Vec<DocumentKind> = formats.iter().map(|format| format.document).collect();
        let mut layouts: Vec<Layout> =
            known_layouts().iter().filter(|l| documents.contains(&l.document)).cloned().collect();
        // The operator's parameters take the place of the defaults.
        for layout in &mut layouts {
            if let Some(format) = formats.iter().find(|format| is_for(format, layout)) {
                layout.format = format.clone();
            }
        }
        let found = self.find(&frame, &layouts)?;
        let (layout, quad, measured) = (found.layout, found.quad, found.measured);
        let refuse = |reason| Refusal { reason, side: Some(layout.side), measured: Some(measured) };
        let Some(format) = formats.iter().find(|format| is_for(format, layout)) else {
            return Err(refuse(Reason::OtherSide));
        };
        if !found.whole {
            return Err(refuse(Reason::NotWhole));
        }
        if let Some(reason) = format::check(format, &quad, measured) {
            return Err(refuse(reason));
        }

        let flat = format::convert(&frame, &quad, format).ok_or_else(|| refuse(Reason::NoDocument))?;
        if quality::covered(&frame, &quad, layout) {
            return Err(refuse(Reason::Covered));
        }
        if let Some(reason) = quality::hidden_label(&image::imageops::grayscale(&flat), layout) {
            return Err(refuse(reason));
        }
        let failed = |_: RecogniseError| refuse(Reason::ReaderFailed);
        let birth_line = match birth_area(layout) {
            Some(area) => read::across(&flat, &area, &self.recogniser).map_err(failed)?,
            None => None,
        };
        let slots = read::slots(&flat, layout, &self.recogniser).map_err(failed)?;
        let expected = expected(layout);
        let (fields, warnings) = check::fields(&slots, birth_line.as_ref(), &expected, today);
        if fields.len() * 2 < expected.len() {
            return Err(refuse(Reason::Unreadable));
        }
        let name_line = slots
            .into_iter()
            .find(|slot| slot.reads == SlotContent::Name)
            .map(|slot| NameLine { place: slot.place, characters: slot.line.characters });
        let formatted = format::encode(&flat, format).ok_or_else(|| refuse(Reason::ReaderFailed))?;
        Ok(Reading {
            document: layout.document,
            side: layout.side,
            fields,
            name_line,
            measured,
            quad: quad.0,
            formatted,
            warnings,
        })
    }

    /// The document in the photo: by its edges, else by its labels.
    fn find<'a>(&self, frame: &Frame<'_>, layouts: &'a [Layout]) -> Result<Found<'a>, Refusal> {
        let Some(first) = layouts.first() else { return Err(Refusal::new(Reason::NoDocument)) };
        let ratio = first.millimetres[0] / first.millimetres[1];
        let outlines = locate_coarsely(frame, ratio, MOST_OUTLINES);
        let mut guesses = side::guesses(frame, &outlines, layouts);
        for guess in guesses.iter_mut().take(side::MOST_READ) {
            guess.quad = refine(frame, &guess.quad);
        }
        let confirmed = side::confirm(frame, &guesses, &self.recogniser)
            .map_err(|_: RecogniseError| Refusal::new(Reason::ReaderFailed))?;
        if let Some(guess) = confirmed {
            let found = Found::new(frame, guess.layout, guess.quad, guess.whole)?;
            if guess.agreement >= LIKELY {
                return Ok(found);
            }
            // A label in its place does not prove that the outline's far end is right; all labels together do.
            match refine_quad(frame, guess.layout, &guess.quad) {
                Some(quad) if is_apart(&quad, &guess.quad) => {
                    return Found::new(frame, guess.layout, quad, is_inside(frame, &quad));
                }
                Some(_) => return Ok(found),
                None if format::check(&guess.layout.format, &guess.quad, found.measured).is_some() => return Ok(found),
                None => {}
            }
        } else if let Some(guess) = guesses.first() {
            // Something like a document whose print cannot be made out: what the picture lacks, if it lacks something.
            let found = Found::new(frame, guess.layout, guess.quad, guess.whole)?;
            if let Some(reason) = lacking(guess, &found) {
                return Err(Refusal { reason, side: None, measured: Some(found.measured) });
            }
        }
        if let Some(finder) = &self.finder {
            let found = locate_by_labels(frame, layouts, finder, &self.recogniser)
                .map_err(|_| Refusal::new(Reason::ReaderFailed))?;
            if let Some(found) = found
                && let Some(layout) = layouts.iter().find(|layout| layout.side == found.side)
            {
                return Found::new(frame, layout, found.quad, is_inside(frame, &found.quad));
            }
        }
        match confirmed {
            Some(guess) => Found::new(frame, guess.layout, guess.quad, guess.whole),
            None => Err(Refusal::new(of_light(frame).unwrap_or(Reason::NoDocument))),
        }
    }
}

/// What keeps something like a document from being read.
fn lacking(guess: &Guess<'_>, found: &Found<'_>) -> Option<Reason> {
    match format::check(&guess.layout.format, &guess.quad, found.measured) {
        Some(reason) if guess.agreement >= LIKELY => Some(reason),
        Some(Reason::TooSmall) => (guess.agreement >= POSSIBLE_SMALL).then_some(Reason::TooSmall),
        Some(reason @ (Reason::TooBright | Reason::TooDark)) if guess.agreement >= POSSIBLE => Some(reason),
        _ if !guess.whole && guess.agreement >= POSSIBLE => Some(Reason::NotWhole),
        _ => None,
    }
}

/// A document that was found.
struct Found<'a> {
    layout: &'a Layout,
    quad: Quad,
    whole: bool,
    measured: Measured,
}

impl<'a> Found<'a> {
    fn new(frame: &Frame<'_>, layout: &'a Layout, quad: Quad, whole: bool) -> Result<Self, Refusal> {
        let (width, height) = measured_size(&layout.format);
        let flat = rectify_luma(frame, &quad, width, height).ok_or(Refusal::new(Reason::NoDocument))?;
        let measured = quality::measure(&flat, &quad, frame.width(), frame.height());
        Ok(Self { layout, quad, whole, measured })
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader(detector: {})", self.finder.is_some())
    }
}

fn is_for(format: &FormatParameters, layout: &Layout) -> bool {
    format.document == layout.document && format.side == layout.side
}

/// Whether the labels put the document elsewhere than the edges do, beyond what labels can be wrong.
fn is_apart(by_labels: &Quad, by_edges: &Quad) -> bool {
    by_labels.distance_to(by_edges) > MOST_APART * distance(by_edges.0[0], by_edges.0[2])
}

/// Whether the document lies inside the picture, as far as labels can tell.
fn is_inside(frame: &Frame<'_>, quad: &Quad) -> bool {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let slack = LABEL_SLACK * distance(quad.0[0], quad.0[2]);
    quad.0.iter().all(|[x, y]| *x >= -slack && *y >= -slack && *x <= width + slack && *y <= height + slack)
}

/// The fields that a side carries.
fn expected(layout: &Layout) -> Vec<FieldName> {
    let mut names = Vec::new();
    for slot in &layout.slots {
        for name in slot.reads.fields() {
            if !names.contains(name) {
                names.push(*name);
            }
        }
    }
    names
}

/// The box of the birth date with the labels between and after its parts.
fn birth_area(layout: &Layout) -> Option<Box2> {
    let area = |reads: SlotContent| layout.slots.iter().find(|slot| slot.reads == reads).map(|slot| slot.area);
    let (year, day) = (area(SlotContent::BirthYear)?, area(SlotContent::BirthDay)?);
    let after = layout.labels.iter().map(|label| label.area).find(|label| {
        label.left >= day.right - 0.01
            && label.left < day.right + 0.03
            && label.top < day.bottom
            && label.bottom > day.top
    });
    let right = after.map_or(day.right, |label| label.right + 0.012);
    Some(Box2 { left: year.left, top: year.top, right, bottom: year.bottom.max(day.bottom) })
}
