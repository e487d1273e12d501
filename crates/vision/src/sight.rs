//! What the small nets see of a photo: a shrunk view of all of it, a thumbnail of a document, patches in the camera's own
//! pixels, strips with one line of print.
//!
//! Training (`examples/training.rs`) and reading cut them out by these functions, so that a net is never shown anything
//! else than it was trained on.

use image::{GrayImage, RgbImage};
use shiming_identity::document::{Box2, Layout, Slot};

use crate::geometry::{Homography, Quad};
use crate::picture::{Frame, Photo};
use crate::rectify::{rectify, rectify_coarsely, rectify_luma};

/// Long side of [`view`], pixels.
pub const VIEW: u32 = 256;
/// Width and height of [`thumbnail`], pixels.
pub const THUMBNAIL: (u32, u32) = (192, 128);
/// What a thumbnail shows around the document, as a share of the document's width and height.
pub const AROUND: f32 = 0.1;
/// Width and height of a patch, pixels.
pub const PATCH: u32 = 64;
/// Height of a strip, pixels.
pub const STRIP_HEIGHT: u32 = 32;
/// Height of a strip over the height of a Han character printed in it.
const STRIP_TO_TEXT: f32 = 1.7;
/// What a strip shows left and right of its slot, in the same heights.
const STRIP_ENDS: f32 = 0.35;
/// A strip is at most this many pixels long; none of any layout comes near.
const LONGEST_STRIP: f32 = 1600.0;

/// The whole frame, its long side [`VIEW`] pixels, both sides a multiple of 32 (so its shape may change a little).
#[must_use]
pub fn view(frame: &Frame<'_>) -> Option<RgbImage> {
    let long = frame.width().max(frame.height());
    let side = |length: usize| ((length as f32 * VIEW as f32 / long as f32 / 32.0).round().max(1.0) * 32.0) as u32;
    let (across, down) = (side(frame.width()), side(frame.height()));
    // Whole boxes of pixels first, which is quick; what is left is less than a factor of two.
    let (source, long) = frame.reduced().map_or((*frame, long), |(reduced, factor)| (reduced, long / factor));
    let small = source.shrink_by((long / VIEW as usize).max(1));
    let luma = &small.planes[0];
    let pixels: Vec<u8> = (0..small.width * small.height)
        .flat_map(|at| {
            small.planes.iter().map(move |plane| plane.get(at).unwrap_or(&luma[at]) + 0.5).map(|value| value as u8)
        })
        .collect();
    let small = Photo::new(RgbImage::from_raw(small.width as u32, small.height as u32, pixels)?);
    let (width, height) = (small.width() as f32, small.height() as f32);
    // The outer edges of the outermost pixels.
    let quad = Quad([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]);
    rectify(&small.frame(), &quad, across, down)
}

/// The document at `quad` and a little of what surrounds it, drawn to [`THUMBNAIL`] whatever its shape.
#[must_use]
pub fn thumbnail(frame: &Frame<'_>, quad: &Quad) -> Option<RgbImage> {
    let area = Box2 { left: -AROUND, top: -AROUND, right: 1.0 + AROUND, bottom: 1.0 + AROUND };
    rectify_coarsely(frame, &part(quad, &area)?, THUMBNAIL.0, THUMBNAIL.1)
}

/// A patch of the frame as the camera made it, around a point of the document at `quad`; `None` where the frame ends.
#[must_use]
pub fn patch(frame: &Frame<'_>, quad: &Quad, [u, v]: [f32; 2]) -> Option<RgbImage> {
    let [x, y] = Homography::onto(quad)?.apply(u, v);
    let half = PATCH as f32 / 2.0;
    let (left, top) = ((x - half).round(), (y - half).round());
    let end = |start: f32, size: usize| start >= 0.0 && start + PATCH as f32 <= size as f32;
    if !(end(left, frame.width()) && end(top, frame.height())) {
        return None;
    }
    let (left, top) = (left as usize, top as usize);
    Some(RgbImage::from_fn(PATCH, PATCH, |dx, dy| {
        image::Rgb(frame.pixel(left + dx as usize, top + dy as usize).map(|value| value as u8))
    }))
}

/// The strip of the document at `quad` in which the line of `slot` is printed: by its place alone, so that neither shadows
/// nor stamps can mislead.
#[must_use]
pub fn strip(frame: &Frame<'_>, quad: &Quad, layout: &Layout, slot: &Slot) -> Option<GrayImage> {
    let [across, down] = layout.millimetres;
    let high = STRIP_TO_TEXT * slot.text_height;
    let ends = STRIP_ENDS * slot.text_height * down / across;
    let middle = f32::midpoint(slot.area.top, slot.area.bottom);
    let area = Box2 {
        left: slot.area.left - ends,
        right: slot.area.right + ends,
        top: middle - high / 2.0,
        bottom: middle + high / 2.0,
    };
    let length = (area.right - area.left) * across / (high * down) * STRIP_HEIGHT as f32;
    if !(1.0..=LONGEST_STRIP).contains(&length) {
        return None;
    }
    rectify_luma(frame, &part(quad, &area)?, (length / 8.0).ceil() as u32 * 8, STRIP_HEIGHT)
}

/// Where a part of the document at `quad` lies, which may reach beyond it.
pub(crate) fn part(quad: &Quad, area: &Box2) -> Option<Quad> {
    let map = Homography::onto(quad)?;
    let corners = [(area.left, area.top), (area.right, area.top), (area.right, area.bottom), (area.left, area.bottom)];
    Some(Quad(corners.map(|(u, v)| map.apply(u, v))))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};
    use shiming_identity::document::pages;

    use super::*;

    /// Red across, green down.
    fn photo() -> Photo {
        Photo::new(RgbImage::from_fn(640, 480, |x, y| Rgb([(x * 255 / 639) as u8, (y * 255 / 479) as u8, 90])))
    }

    #[test]
    fn a_view_shows_all_of_a_photo_of_any_shape() {
        let view_of = |width, height| {
            let view = view(&Photo::new(RgbImage::new(width, height)).frame()).unwrap();
            (view.width(), view.height())
        };
        assert_eq!(view_of(1280, 960), (256, 192));
        assert_eq!(view_of(960, 1280), (192, 256));
        assert_eq!(view_of(1280, 720), (256, 160));
        assert_eq!(view_of(4000, 3000), (256, 192));
        assert_eq!(view_of(3, 900), (32, 256));
        let view = view(&photo().frame()).unwrap();
        assert!(view.get_pixel(0, 0).0[0] < 3 && view.get_pixel(255, 191).0[0] > 252);
    }

    #[test]
    fn a_thumbnail_shows_a_little_more_than_the_document() {
        let photo = photo();
        let quad = Quad([[200.0, 150.0], [400.0, 150.0], [400.0, 300.0], [200.0, 300.0]]);
        let picture = thumbnail(&photo.frame(), &quad).unwrap();
        assert_eq!(picture.dimensions(), THUMBNAIL);
        let left = f32::from(picture.get_pixel(0, 64).0[0]) / 255.0 * 639.0;
        assert!((left - 180.0).abs() < 4.0, "{left}");
    }

    #[test]
    fn strips_have_one_height_and_the_slots_shape() {
        let photo = photo();
        let quad = Quad([[60.0, 60.0], [580.0, 60.0], [580.0, 380.0], [60.0, 380.0]]);
        for page in pages() {
            for slot in &page.layout.slots {
                let strip = strip(&photo.frame(), &quad, &page.layout, slot).unwrap();
                assert_eq!(strip.height(), STRIP_HEIGHT);
                assert!(strip.width().is_multiple_of(8) && strip.width() >= STRIP_HEIGHT, "{}", page.name);
            }
        }
    }

    #[test]
    fn patches_are_the_cameras_own_pixels() {
        let photo = photo();
        let quad = Quad([[60.0, 60.0], [580.0, 60.0], [580.0, 380.0], [60.0, 380.0]]);
        let picture = patch(&photo.frame(), &quad, [0.5, 0.5]).unwrap();
        assert_eq!(picture.get_pixel(3, 5), photo.image().get_pixel(320 - 32 + 3, 220 - 32 + 5));
        assert!(patch(&photo.frame(), &quad, [-0.1, 0.5]).is_none());
    }
}
