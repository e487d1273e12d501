//! Photos → lines.

use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use image::{Rgb, RgbImage};
use shiming_identity::Date;
use shiming_identity::document::{DocumentKind, FormatParameters, layouts};
use shiming_vision::{ModelError, Models, Photo, Reader, Reading};

use crate::line::Line;
use crate::picture;

/// Most documents that are looked for in one photo.
const MOST_DOCUMENTS: usize = 4;

/// Reads documents with the models that are part of the program.
pub(crate) struct Documents {
    reader: Reader,
    formats: Vec<FormatParameters>,
    today: Date,
}

impl Documents {
    pub(crate) fn new(today: Date) -> Result<Self, ModelError> {
        let reader = Reader::new(Models {
            recogniser: include_bytes!("../../../models/recogniser.onnx"),
            detector: Some(include_bytes!("../../../models/detector.onnx")),
        })?;
        let formats = layouts(DocumentKind::CnResidentId).into_iter().map(|layout| layout.format).collect();
        Ok(Self { reader, formats, today })
    }

    /// What is in `file`: at least one line.
    pub(crate) fn of_file(&self, file: &OsStr) -> Vec<Line> {
        let name = file.to_string_lossy();
        let start = Instant::now();
        // The decoders and the runtime are libraries: should one of them panic, this file is the only one that suffers.
        catch_unwind(AssertUnwindSafe(|| self.lines(file, &name)))
            .unwrap_or_else(|_| vec![Line::of_fault(&name, milliseconds(start))])
    }

    fn lines(&self, file: &OsStr, name: &str) -> Vec<Line> {
        let mut start = Instant::now();
        let Some(format) = self.formats.first() else { return vec![Line::of_fault(name, 0)] };
        let mut photo = match picture::open(file, format.pixels) {
            Ok(photo) => photo,
            Err(why) => return vec![Line::of_no_photo(name, milliseconds(start), why)],
        };
        let mut lines = Vec::new();
        while lines.len() < MOST_DOCUMENTS {
            let reading = match self.reader.read(&photo, &self.formats, self.today) {
                Ok(reading) => reading,
                Err(refusal) => {
                    // What is left after the last document need not be one.
                    if lines.is_empty() {
                        lines.push(Line::of_refusal(name, milliseconds(start), &refusal));
                    }
                    break;
                }
            };
            lines.push(Line::of_reading(name, milliseconds(start), &reading));
            start = Instant::now();
            if !has_room_for_another(&reading) {
                break;
            }
            photo = without(&photo, &reading.quad);
        }
        lines
    }
}

/// Whether as much of the photo as the document takes is left over: two documents in one picture are of one size.
fn has_room_for_another(reading: &Reading) -> bool {
    reading.measured.coverage < 50
}

/// The photo with the document painted over in the colour of what surrounds it, so that it is not found again.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the photo")]
fn without(photo: &Photo, quad: &[[f32; 2]; 4]) -> Photo {
    let mut image = photo.image().clone();
    let (width, height) = (as_f32(image.width()), as_f32(image.height()));
    let middle = quad.iter().fold([0.0, 0.0], |sum, [x, y]| [sum[0] + x / 4.0, sum[1] + y / 4.0]);
    // A little beyond the edges lies the shadow.
    let grown = quad.map(|[x, y]| [middle[0] + (x - middle[0]) * 1.06, middle[1] + (y - middle[1]) * 1.06]);
    let around = quad.map(|[x, y]| [middle[0] + (x - middle[0]) * 1.15, middle[1] + (y - middle[1]) * 1.15]);
    let colours = around.map(|[x, y]| {
        let (x, y) = (x.clamp(0.0, width - 1.0) as u32, y.clamp(0.0, height - 1.0) as u32);
        image.get_pixel(x, y).0
    });
    let paint = Rgb(std::array::from_fn(|part| {
        let sum: u16 = colours.iter().map(|colour| u16::from(colour[part])).sum();
        u8::try_from(sum / 4).unwrap_or(u8::MAX)
    }));
    let bound = |values: [f32; 4], end: f32| {
        let low = values.into_iter().fold(f32::MAX, f32::min).clamp(0.0, end);
        let high = values.into_iter().fold(f32::MIN, f32::max).clamp(0.0, end);
        low as u32..high.ceil() as u32
    };
    for y in bound(grown.map(|[_, y]| y), height) {
        for x in bound(grown.map(|[x, _]| x), width) {
            if is_inside(&grown, as_f32(x) + 0.5, as_f32(y) + 0.5) {
                put(&mut image, x, y, paint);
            }
        }
    }
    Photo::new(image)
}

fn put(image: &mut RgbImage, x: u32, y: u32, paint: Rgb<u8>) {
    if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
        *pixel = paint;
    }
}

/// Whether a point lies in a convex quadrilateral, whichever way its corners run.
fn is_inside(quad: &[[f32; 2]; 4], x: f32, y: f32) -> bool {
    let mut signs = (0..4).map(|i| {
        let ([ax, ay], [bx, by]) = (quad[i], quad[(i + 1) % 4]);
        (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0
    });
    let first = signs.next();
    signs.all(|sign| Some(sign) == first)
}

#[expect(clippy::cast_precision_loss, reason = "a photo has a few thousand pixels a side")]
fn as_f32(value: u32) -> f32 {
    value as f32
}

fn milliseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
