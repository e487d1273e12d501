//! Finds codes in a camera's pictures, for browsers that have no `BarcodeDetector`. Runs in a Web Worker, where a fault of the
//! library that does the work ends with the worker.

use shiming_credential::scan;
use wasm_bindgen::prelude::wasm_bindgen;

/// The text of the QR symbol in a picture: `width` × `height` pixels, four bytes each (RGBA), row by row. `undefined` where none
/// is found, and where there are not so many bytes.
#[wasm_bindgen(js_name = textIn)]
#[must_use]
pub fn text_in(rgba: &[u8], width: u32, height: u32) -> Option<String> {
    scan::text_in(rgba.chunks_exact(4).map(luma).collect(), width, height)
}

/// ITU-R BT.601, in 256ths.
fn luma(pixel: &[u8]) -> u8 {
    let [red, green, blue, ..] = pixel else { return 0 };
    let sum = 77 * u32::from(*red) + 150 * u32::from(*green) + 29 * u32::from(*blue);
    u8::try_from(sum >> 8).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use shiming_credential::Symbol;

    use super::*;

    // EC-4
    #[test]
    fn codes_are_read_from_pixels() {
        const SCALE: usize = 4;
        let symbol = Symbol::of("SM1:6BF").unwrap_or_else(|error| unreachable!("{error}"));
        let side = (symbol.side() + 8) * SCALE;
        let mut pixels = Vec::new();
        for at in 0..side * side {
            let (x, y) = (at % side / SCALE, at / side / SCALE);
            let dark = x >= 4 && y >= 4 && symbol.is_dark(x - 4, y - 4);
            pixels.extend(if dark { [20, 30, 60, 255] } else { [250, 245, 235, 255] });
        }
        let side = u32::try_from(side).unwrap_or(0);
        assert_eq!(text_in(&pixels, side, side).as_deref(), Some("SM1:6BF"));
        assert_eq!(text_in(&pixels, side, side + 1), None);
        assert_eq!((luma(&[255; 4]), luma(&[0, 0, 0, 255])), (255, 0));
    }
}
