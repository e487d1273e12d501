//! Stage 7: the fields of a rectified side, each cut out at its place (RN-5), trimmed to its ink and recognised.

use image::{GrayImage, RgbImage, imageops};
use shiming_identity::document::{Alphabet, Box2, Page, Slot, SlotContent};

use crate::check::percent;
use crate::geometry::Quad;
use crate::narrow::Narrow;
use crate::net::NetError;
use crate::picture::Frame;
use crate::reader::{ModelError, Readers};
use crate::recognise::{Line, RecogniseError, Recogniser};
use crate::sight::strip;

/// Lines whose mean confidence is lower are no print: background pattern in an empty line of the address.
const LEAST_LINE_CONFIDENCE: f32 = 0.3;
/// The same for lines that need not be there.
const LEAST_FURTHER_LINE: f32 = 0.5;
/// Room that is left around the ink, as a share of its height.
const MARGIN: f32 = 0.22;
/// Ink after a gap of this many character heights belongs to something else.
const LARGEST_GAP: f32 = 2.6;
/// Neighbouring characters whose middles are farther apart, in character heights, have lost something between them.
const WIDEST_PITCH: f32 = 1.8;
/// Ink that starts later in its slot, in character heights, has lost its start.
const LATEST_START: f32 = 1.6;
/// How much darker print is than the paper around it, as a share of the paper's luma; below this a slot is empty.
const LEAST_CONTRAST: f32 = 0.13;
/// Paper is at least so bright: in the dark, noise is not print.
const DARKEST_PAPER: f32 = 40.0;
/// A line that ends so much, in character heights, before its ink does has lost its end.
const LATEST_END: f32 = 1.35;
/// A line of the large alphabet that is read with less confidence is read once more, stretched by [`STRETCHED`].
const DOUBTFUL: f32 = 0.6;
const STRETCHED: f32 = 1.12;

/// What the narrow reader says with less confidence is read once more by the large net where that knows better.
const SURE_ENOUGH: f32 = 0.9;

/// What one slot says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReadSlot {
    pub reads: SlotContent,
    pub line_number: u8,
    pub line: Line,
    /// Where the print stands on the side; the line's positions are along it.
    pub place: Box2,
    /// Print seems to be missing at its start or within it.
    pub broken: bool,
}

/// Reads every slot of the page at `quad`, flattened in `flat`; empty ones are left out.
pub(crate) fn slots(
    frame: &Frame<'_>,
    flat: &RgbImage,
    quad: &Quad,
    page: &Page,
    readers: &Readers,
) -> Result<Vec<ReadSlot>, ModelError> {
    let layout = &page.layout;
    let mut read: Vec<ReadSlot> = Vec::with_capacity(layout.slots.len());
    for slot in &layout.slots {
        if Narrow::reads(slot) {
            let Some(mut found) = narrow(frame, quad, page, slot, &readers.narrow)? else { continue };
            // The cascade: the large net knows characters better that the small one seldom sees.
            if slot.alphabet == Alphabet::Ethnicity
                && found.line.least_confidence() < SURE_ENOUGH
                && let Some(recogniser) = &readers.recogniser
                && let Some(cut) = trim(flat, &slot.area, slot.text_height * flat.height() as f32)
            {
                let other = recognised(recogniser, &cut.picture, slot.alphabet)?;
                if other.least_confidence() > found.line.least_confidence() {
                    found.line = other;
                }
            }
            if !found.line.characters.is_empty() {
                read.push(found);
            }
            continue;
        }
        // A line of an address after an empty one is empty.
        let previous_empty =
            slot.line > 0 && !read.iter().any(|other| other.reads == slot.reads && other.line_number + 1 == slot.line);
        let Some(recogniser) = readers.recogniser.as_ref().filter(|_| !previous_empty) else { continue };
        let text_height = slot.text_height * flat.height() as f32;
        let Some(cut) = trim(flat, &slot.area, text_height) else { continue };
        let length = cut.picture.width() as f32 / text_height;
        let broken_off = |line: &Line| cut.broken || has_gap(line, length);
        let mut line = recognised(recogniser, &cut.picture, slot.alphabet)?;
        if broken_off(&line) || line.least_confidence() < DOUBTFUL {
            let (width, height) = cut.picture.dimensions();
            let wider = (width as f32 * STRETCHED) as u32;
            let stretched = imageops::resize(&cut.picture, wider, height, imageops::FilterType::Triangle);
            let second = recognised(recogniser, &stretched, slot.alphabet)?;
            let rank = |line: &Line| (!broken_off(line), percent(line.least_confidence()));
            let differ = second.text() != line.text() && !broken_off(&second) && !broken_off(&line);
            if rank(&second) > rank(&line) {
                line = second;
            }
            // Two looks that do not agree are no certainty, however sure one of them is.
            if differ {
                for read in &mut line.characters {
                    read.confidence = read.confidence.min(DOUBTFUL);
                }
            }
        }
        let broken = broken_off(&line);
        if line.characters.is_empty() {
            continue;
        }
        let least = if slot.line > 0 { LEAST_FURTHER_LINE } else { LEAST_LINE_CONFIDENCE };
        if line.mean_confidence() >= least {
            read.push(ReadSlot { reads: slot.reads, line_number: slot.line, line, place: cut.place, broken });
        } else if let Some(previous) = read.last_mut().filter(|previous| previous.reads == slot.reads) {
            // Something stands there that may be the end of what the line before begins.
            previous.broken = true;
        }
    }
    Ok(read)
}

/// Reads only what has check digits: whether an outline is worth reading along is known by a fraction of the work.
pub(crate) fn proven(frame: &Frame<'_>, quad: &Quad, page: &Page, reader: &Narrow) -> Result<Vec<ReadSlot>, NetError> {
    let proves = |slot: &&Slot| matches!(slot.reads, SlotContent::IdNumber | SlotContent::Mrz);
    let slots = page.layout.slots.iter().filter(proves);
    let mut read: Vec<ReadSlot> =
        slots.filter_map(|slot| narrow(frame, quad, page, slot, reader).transpose()).collect::<Result<_, _>>()?;
    read.retain(|slot| !slot.line.characters.is_empty());
    Ok(read)
}

/// One slot as the narrow reader reads it.
fn narrow(
    frame: &Frame<'_>,
    quad: &Quad,
    page: &Page,
    slot: &Slot,
    reader: &Narrow,
) -> Result<Option<ReadSlot>, NetError> {
    let Some(strip) = strip(frame, quad, &page.layout, slot) else { return Ok(None) };
    let line = reader.read(&strip, page, slot)?;
    Ok(Some(ReadSlot { reads: slot.reads, line_number: slot.line, line, place: slot.area, broken: false }))
}

/// The line in a picture; what is no line of print says nothing, and nothing of the other lines.
fn recognised(recogniser: &Recogniser, picture: &RgbImage, alphabet: Alphabet) -> Result<Line, RecogniseError> {
    match recogniser.recognise(picture, alphabet) {
        Err(RecogniseError::NoLine { .. }) => Ok(Line::default()),
        other => other,
    }
}

/// Whether two neighbouring characters of a line that is `length` character heights long stand so far apart that there
/// was something between them, or the last so far from the end of the ink that there was something behind it.
fn has_gap(line: &Line, length: f32) -> bool {
    let apart = |from: f32, to: f32| (to - from) * length;
    line.characters.windows(2).any(|pair| apart(pair[0].position, pair[1].position) > WIDEST_PITCH)
        || line.characters.last().is_some_and(|last| apart(last.position, 1.0) > LATEST_END)
}

/// A line cut out.
struct Cut {
    picture: RgbImage,
    /// What part of the side it is.
    place: Box2,
    /// Its ink starts late, or goes on after a gap.
    broken: bool,
}

fn trim(flat: &RgbImage, area: &Box2, text_height: f32) -> Option<Cut> {
    let (width, height) = (flat.width(), flat.height());
    let pixel = |share: f32, size: u32| ((share * size as f32).round().max(0.0) as u32).min(size);
    let (left, right) = (pixel(area.left, width), pixel(area.right, width));
    let (top, bottom) = (pixel(area.top, height), pixel(area.bottom, height));
    if right < left + 6 || bottom < top + 6 {
        return None;
    }
    let crop = imageops::crop_imm(flat, left, top, right - left, bottom - top).to_image();
    let ink = Ink::of(&crop)?;
    let (first, last, more) = ink.columns(LARGEST_GAP * text_height)?;
    let (upper, lower) = ink.rows(first, last, text_height)?;
    let margin = (MARGIN * text_height).round() as u32;
    // Margins may reach beyond the slot: the recogniser wants room, and the neighbours are farther away than that.
    let x0 = (left + first as u32).saturating_sub(margin);
    let y0 = (top + upper as u32).saturating_sub(margin);
    let x1 = (left + last as u32 + 1 + margin).min(width);
    let y1 = (top + lower as u32 + 1 + margin).min(height);
    let picture = imageops::crop_imm(flat, x0, y0, x1 - x0, y1 - y0).to_image();
    let place = Box2 {
        left: x0 as f32 / width as f32,
        top: y0 as f32 / height as f32,
        right: x1 as f32 / width as f32,
        bottom: y1 as f32 / height as f32,
    };
    Some(Cut { picture, place, broken: more || first as f32 > LATEST_START * text_height })
}

/// Which pixels of a crop are print.
struct Ink {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

impl Ink {
    /// Print is what is darker than the paper around it by at least half of what the darkest print is: as a share of the
    /// paper's light, so that print in a shadow counts like any other.
    fn of(crop: &RgbImage) -> Option<Self> {
        let luma = imageops::grayscale(crop);
        let (width, height) = (luma.width() as usize, luma.height() as usize);
        let paper = local_high(&luma);
        let depth: Vec<f32> =
            luma.as_raw().iter().zip(&paper).map(|(&v, p)| (p - f32::from(v)) / p.max(DARKEST_PAPER)).collect();
        let mut sorted = depth.clone();
        // A whole line of print, or a lone figure at the start of one.
        let darkest = [985, 997].into_iter().find_map(|share| {
            let rank = (sorted.len() * share / 1000).min(sorted.len().checked_sub(1)?);
            let (_, darkest, _) = sorted.select_nth_unstable_by(rank, f32::total_cmp);
            (*darkest >= LEAST_CONTRAST).then_some(*darkest)
        })?;
        let threshold = 0.5 * darkest;
        Some(Self { width, height, dark: depth.iter().map(|d| *d >= threshold).collect() })
    }

    /// The first and last column of the print: from the first ink on, up to the first gap that no line has; and whether
    /// there is more after that.
    fn columns(&self, largest_gap: f32) -> Option<(usize, usize, bool)> {
        let inked = |x: usize| (0..self.height).filter(|y| self.dark[y * self.width + x]).count() >= 2;
        let mut first = None;
        let mut last = 0;
        let mut beyond = 0;
        for x in 0..self.width {
            if inked(x) {
                if beyond > 0 || first.is_some() && (x - last) as f32 > largest_gap {
                    beyond += 1;
                    continue;
                }
                first = first.or(Some(x));
                last = x;
            }
        }
        // Fewer columns than a character has are the edge of something else.
        let more = beyond as f32 > 0.2 * largest_gap;
        first.filter(|first| last > *first).map(|first| (first, last, more))
    }

    /// The first and last row of the print between two columns: the window of about a character's height that holds
    /// most of it, so that the feet of the line above and the heads of the line below stay outside.
    fn rows(&self, first: usize, last: usize, text_height: f32) -> Option<(usize, usize)> {
        let counts: Vec<usize> = (0..self.height)
            .map(|y| self.dark[y * self.width + first..=y * self.width + last].iter().filter(|dark| **dark).count())
            .collect();
        let window = ((text_height * 1.25).round() as usize).clamp(1, self.height);
        let start =
            (0..=self.height - window).max_by_key(|start| counts[*start..start + window].iter().sum::<usize>())?;
        let rows = start..start + window;
        let upper = rows.clone().find(|y| counts[*y] > 0)?;
        let lower = rows.rev().find(|y| counts[*y] > 0)?;
        (lower > upper).then_some((upper, lower))
    }
}

/// The paper's luma in a strip of print: for every column the high values of a window around it, so that a shadow or a
/// reflection that crosses the strip is no print.
fn local_high(luma: &GrayImage) -> Vec<f32> {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let reach = height.max(8);
    let pixels = luma.as_raw();
    let mut paper = vec![0.0; width * height];
    let step = 4;
    let mut values = Vec::with_capacity((2 * reach + 1) * height / 2);
    for start in (0..width).step_by(step) {
        let (from, to) = (start.saturating_sub(reach), (start + reach + 1).min(width));
        values.clear();
        for y in (0..height).step_by(2) {
            values.extend(pixels[y * width + from..y * width + to].iter().step_by(2));
        }
        let rank = values.len() * 4 / 5;
        let high = if rank < values.len() { *values.select_nth_unstable(rank).1 } else { 255 };
        for y in 0..height {
            for x in start..(start + step).min(width) {
                paper[y * width + x] = f32::from(high);
            }
        }
    }
    paper
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// The picture of a box, trimmed to its ink.
    fn cut(flat: &RgbImage, area: &Box2) -> Option<RgbImage> {
        let text_height = (area.bottom - area.top) * flat.height() as f32 * 0.6;
        trim(flat, area, text_height).map(|cut| cut.picture)
    }

    const WHOLE: Box2 = Box2 { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

    /// Paper in a falling light with bars of ink at these places (left, top, right, bottom).
    fn strip(bars: &[[u32; 4]]) -> RgbImage {
        RgbImage::from_fn(400, 50, |x, y| {
            let paper = 220 - (x / 4) as u8;
            let ink = bars.iter().any(|[l, t, r, b]| (*l..*r).contains(&x) && (*t..*b).contains(&y));
            Rgb([if ink { paper / 3 } else { paper }; 3])
        })
    }

    // RN-5
    #[test]
    fn a_line_is_trimmed_to_its_ink_and_no_further() {
        let line = cut(&strip(&[[50, 12, 70, 40], [80, 14, 100, 38], [140, 12, 150, 40]]), &WHOLE).unwrap();
        assert!((110..=120).contains(&line.width()), "{}", line.width());
        assert!((38..=44).contains(&line.height()), "{}", line.height());
    }

    // RN-5: the last figure of a house number that stands in a line of its own
    #[test]
    fn a_lone_narrow_figure_is_print() {
        let line = cut(&strip(&[[50, 12, 54, 40]]), &WHOLE).unwrap();
        assert!(line.width() < 30, "{}", line.width());
    }

    // RN-5
    #[test]
    fn ink_after_a_wide_gap_is_something_else() {
        let line = cut(&strip(&[[50, 12, 70, 40], [80, 14, 100, 38], [350, 0, 400, 50]]), &WHOLE).unwrap();
        assert!(line.width() < 70, "{}", line.width());
    }

    // RN-5
    #[test]
    fn an_empty_strip_has_no_line() {
        assert!(cut(&strip(&[]), &WHOLE).is_none());
        assert!(cut(&RgbImage::new(3, 3), &WHOLE).is_none());
        assert!(cut(&strip(&[]), &Box2 { left: 0.9, top: 0.0, right: 0.2, bottom: 1.0 }).is_none());
        assert!(cut(&strip(&[]), &Box2 { left: f32::NAN, top: -7.0, right: 9.0, bottom: 1.0 }).is_none());
    }
}
