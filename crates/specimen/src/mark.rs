//! A number in the corner of a picture, so that a test can tell which frame of a video somebody took.

use image::{Rgb, RgbImage};

/// Cells of a mark; it says one of 1,024 numbers.
const BITS: u32 = 10;
/// Side of a cell, pixels.
const CELL: u32 = 8;

/// Puts `number` (its lowest ten bits) into the picture's top left corner, 80 × 16 pixels: a row of cells, the highest bit
/// first, white for 1 and black for 0, and below it the same row with black and white exchanged, so that nothing else is
/// taken for a mark. A hand that shows a card does not reach there.
pub fn mark(picture: &mut RgbImage, number: u16) {
    let (width, height) = picture.dimensions();
    for y in 0..(2 * CELL).min(height) {
        for x in 0..(BITS * CELL).min(width) {
            let one = (u32::from(number) >> (BITS - 1 - x / CELL)) & 1 == 1;
            let white = one == (y < CELL);
            picture.put_pixel(x, y, Rgb([if white { 255 } else { 0 }; 3]));
        }
    }
}

/// The number that [`mark`] put there; none where no mark is.
#[must_use]
pub fn marked(picture: &RgbImage) -> Option<u16> {
    let (width, height) = picture.dimensions();
    if width < BITS * CELL || height < 2 * CELL {
        return None;
    }
    (0..BITS).try_fold(0, |number, bit| {
        let white = |row: u32| picture.get_pixel(bit * CELL + CELL / 2, row * CELL + CELL / 2).0[1] > 127;
        (white(0) != white(1)).then_some(2 * number + u16::from(white(0)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_nothing_else_is_one() {
        let mut picture = RgbImage::from_pixel(160, 90, Rgb([120, 90, 60]));
        assert_eq!(marked(&picture), None);
        for number in 0..1024 {
            mark(&mut picture, number);
            assert_eq!(marked(&picture), Some(number));
        }
        assert_eq!(picture.get_pixel(80, 0).0, [120, 90, 60]);
        assert_eq!(picture.get_pixel(0, 16).0, [120, 90, 60]);
        assert_eq!(marked(&RgbImage::new(40, 40)), None);
    }
}
