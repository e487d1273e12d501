//! Pixels: photos that were decoded, and frames that somebody else holds.

use image::RgbImage;

/// A photo is halved until its long side has fewer pixels than twice this: enough for a document that fills it, and much less
/// to go through than what cameras make.
const REDUCED: u32 = 1600;

/// A photo with fewer pixels on its short side shows no document; it is left as it is.
const NARROWEST: u32 = 200;

/// A decoded photo, upright by its EXIF orientation.
#[derive(Clone)]
pub struct Photo {
    image: RgbImage,
    /// The same with fewer pixels, and how many of its own make one, each way.
    reduced: Option<(RgbImage, usize)>,
}

impl Photo {
    /// Takes pixels that are upright already.
    #[must_use]
    pub fn new(image: RgbImage) -> Self {
        let mut reduced: Option<(RgbImage, usize)> = None;
        loop {
            let (least, factor) = reduced.as_ref().map_or((&image, 1), |(reduced, factor)| (reduced, *factor));
            let (short, long) = (least.width().min(least.height()), least.width().max(least.height()));
            if long < 2 * REDUCED || short < NARROWEST {
                break Self { image, reduced };
            }
            reduced = Some((halved(least), 2 * factor));
        }
    }

    /// The pixels.
    #[must_use]
    pub fn image(&self) -> &RgbImage {
        &self.image
    }

    /// Pixels across.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.image.width()
    }

    /// Pixels down.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.image.height()
    }

    /// A view of the pixels.
    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        Frame {
            data: self.image.as_raw(),
            width: self.image.width() as usize,
            height: self.image.height() as usize,
            channels: 3,
            reduced: self.reduced.as_ref().map(|(image, factor)| (image, *factor)),
        }
    }
}

/// Shows the size only: the pixels are personal data.
impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({}×{})", self.width(), self.height())
    }
}

/// Pixels that the caller holds: interleaved rows without padding, 1 (luma), 3 (RGB) or 4 (RGBA, alpha ignored)
/// bytes a pixel.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    data: &'a [u8],
    width: usize,
    height: usize,
    channels: usize,
    reduced: Option<(&'a RgbImage, usize)>,
}

impl<'a> Frame<'a> {
    /// RGBA, as a canvas gives it. `None` when `data` is not exactly `width × height × 4` bytes or has no pixel.
    #[must_use]
    pub fn rgba(data: &'a [u8], width: u32, height: u32) -> Option<Self> {
        Self::new(data, width, height, 4)
    }

    /// One byte a pixel. `None` when `data` is not exactly `width × height` bytes or has no pixel.
    #[must_use]
    pub fn luma(data: &'a [u8], width: u32, height: u32) -> Option<Self> {
        Self::new(data, width, height, 1)
    }

    fn new(data: &'a [u8], width: u32, height: u32, channels: usize) -> Option<Self> {
        let (width, height) = (width as usize, height as usize);
        let bytes = width.checked_mul(height)?.checked_mul(channels)?;
        (bytes == data.len() && bytes > 0).then_some(Self { data, width, height, channels, reduced: None })
    }

    /// Pixels across.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The same with fewer pixels, where that is at hand, and how many of the frame's own make one of them, each way.
    pub(crate) fn reduced(&self) -> Option<(Frame<'a>, usize)> {
        self.reduced.map(|(image, factor)| {
            let (width, height) = (image.width() as usize, image.height() as usize);
            (Frame { data: image.as_raw(), width, height, channels: 3, reduced: None }, factor)
        })
    }

    /// The pixels as a photo of its own (a copy).
    #[must_use]
    pub fn to_photo(&self) -> Photo {
        let mut rgb = Vec::with_capacity(self.width * self.height * 3);
        for pixel in self.data.chunks_exact(self.channels) {
            match pixel {
                [r, g, b, ..] => rgb.extend_from_slice(&[*r, *g, *b]),
                [y, ..] => rgb.extend_from_slice(&[*y, *y, *y]),
                [] => {}
            }
        }
        Photo::new(RgbImage::from_raw(self.width as u32, self.height as u32, rgb).unwrap_or_default())
    }

    /// The pixel at `x`, `y`, or black outside the frame.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> [f32; 3] {
        self.colour((y * self.width + x) * self.channels)
    }

    /// The colour of the pixel whose bytes start at `at`.
    fn colour(&self, at: usize) -> [f32; 3] {
        if self.channels == 1 { unpacked(self.packed::<1>(at)) } else { unpacked(self.packed::<3>(at)) }
    }

    /// The same with its bytes in one number, red lowest; `CHANNELS` are the frame's.
    #[inline]
    fn packed<const CHANNELS: usize>(&self, at: usize) -> u32 {
        match self.data.get(at..at + CHANNELS) {
            Some(&[r, g, b, a]) => u32::from_le_bytes([r, g, b, a]),
            Some(&[r, g, b]) => u32::from_le_bytes([r, g, b, 0]),
            Some(&[y]) => u32::from_le_bytes([y, y, y, 0]),
            _ => 0,
        }
    }

    /// Two neighbours, packed. Where there is no second pixel, or no row below, nothing counts with what is given instead.
    #[inline]
    fn pair<const CHANNELS: usize>(&self, at: usize) -> (u32, u32) {
        match self.data.get(at..at + 2 * CHANNELS) {
            Some(&[r, g, b, a, r2, g2, b2, a2]) => {
                (u32::from_le_bytes([r, g, b, a]), u32::from_le_bytes([r2, g2, b2, a2]))
            }
            Some(&[r, g, b, r2, g2, b2]) => (u32::from_le_bytes([r, g, b, 0]), u32::from_le_bytes([r2, g2, b2, 0])),
            Some(&[y, y2]) => (u32::from_le_bytes([y, y, y, 0]), u32::from_le_bytes([y2, y2, y2, 0])),
            _ => (self.packed::<CHANNELS>(at), 0),
        }
    }

    /// The colour at a point between pixels (pixel centres at whole numbers), clamped to the frame.
    pub(crate) fn bilinear(&self, x: f32, y: f32) -> [f32; 3] {
        let [[r], [g], [b]] = self.bilinears(&[x], &[y]);
        [r, g, b]
    }

    /// As [`Frame::bilinear`] for many points: red, green and blue of each.
    #[inline]
    pub(crate) fn bilinears<const POINTS: usize>(&self, xs: &[f32; POINTS], ys: &[f32; POINTS]) -> [[f32; POINTS]; 3] {
        // What is inside the loops is chosen once, outside them.
        match self.channels {
            1 => self.blended::<1, POINTS>(xs, ys),
            3 => self.blended::<3, POINTS>(xs, ys),
            _ => self.blended::<4, POINTS>(xs, ys),
        }
    }

    /// Every step is a loop over all points, which the compiler turns into instructions for several at once.
    fn blended<const CHANNELS: usize, const POINTS: usize>(
        &self,
        xs: &[f32; POINTS],
        ys: &[f32; POINTS],
    ) -> [[f32; POINTS]; 3] {
        let last = |size: usize| i32::try_from(size).map_or(i32::MAX, |size| size - 1);
        let (right, bottom) = (last(self.width), last(self.height));
        let (mut x0, mut y0) = ([0i32; POINTS], [0i32; POINTS]);
        let (mut fx, mut fy) = ([0.0f32; POINTS], [0.0f32; POINTS]);
        for i in 0..POINTS {
            let x = within(xs[i], right as f32);
            let y = within(ys[i], bottom as f32);
            // The last column and row are the far end of the step before them.
            (x0[i], y0[i]) = ((x as i32).min(right - 1).max(0), (y as i32).min(bottom - 1).max(0));
            (fx[i], fy[i]) = (x - x0[i] as f32, y - y0[i] as f32);
        }
        let (mut a, mut b, mut c, mut d) = ([0u32; POINTS], [0u32; POINTS], [0u32; POINTS], [0u32; POINTS]);
        for i in 0..POINTS {
            let at = (y0[i] as usize * self.width + x0[i] as usize) * CHANNELS;
            (a[i], b[i]) = self.pair::<CHANNELS>(at);
            (c[i], d[i]) = self.pair::<CHANNELS>(at + self.width * CHANNELS);
        }
        let mut colours = [[0.0; POINTS]; 3];
        for (channel, values) in colours.iter_mut().enumerate() {
            for i in 0..POINTS {
                let (a, b) = (byte(a[i], channel), byte(b[i], channel));
                let (c, d) = (byte(c[i], channel), byte(d[i], channel));
                let top = a + (b - a) * fx[i];
                let bottom = c + (d - c) * fx[i];
                values[i] = top + (bottom - top) * fy[i];
            }
        }
        colours
    }

    /// By how much [`Frame::shrink`] shrinks.
    pub(crate) fn shrink_factor(&self, long_side: usize) -> usize {
        self.width.max(self.height).div_ceil(long_side.max(1)).max(1)
    }

    /// The frame shrunk by the smallest whole factor that brings its long side to at most `long_side`: three planes
    /// of box means. The only pass over all pixels that locating takes.
    pub(crate) fn shrink(&self, long_side: usize) -> Shrunk {
        self.shrink_by(self.shrink_factor(long_side))
    }

    /// The frame shrunk by a whole factor; of a frame without colour the second and third planes are empty.
    pub(crate) fn shrink_by(&self, factor: usize) -> Shrunk {
        match self.channels {
            1 => self.shrunk::<1>(factor),
            3 => self.shrunk::<3>(factor),
            _ => self.shrunk::<4>(factor),
        }
    }

    fn shrunk<const CHANNELS: usize>(&self, factor: usize) -> Shrunk {
        let (width, height) = ((self.width / factor).max(1), (self.height / factor).max(1));
        let mut planes: [Vec<f32>; 3] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        // A frame thinner than the factor has fewer rows or columns than a box.
        let (box_width, box_height) = (factor.min(self.width), factor.min(self.height));
        let norm = 1.0 / (box_width * box_height) as f32;
        let mut sums = vec![0u32; width * box_width * CHANNELS];
        for row in 0..height {
            // Down first: that adds whole rows, many bytes at once.
            sums.fill(0);
            for y in row * factor..row * factor + box_height {
                let line = &self.data[y * self.width * CHANNELS..];
                for (sum, value) in sums.iter_mut().zip(line) {
                    *sum += u32::from(*value);
                }
            }
            for cells in sums.chunks_exact(box_width * CHANNELS) {
                for (channel, plane) in planes.iter_mut().enumerate().take(CHANNELS) {
                    let sum: u32 = cells.iter().skip(channel).step_by(CHANNELS).sum();
                    plane.push(sum as f32 * norm);
                }
            }
        }
        Shrunk { planes, width, height, factor }
    }
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({}×{}×{})", self.width, self.height, self.channels)
    }
}

/// A shrunk frame: red, green and blue planes, or luma and two empty ones.
pub(crate) struct Shrunk {
    pub planes: [Vec<f32>; 3],
    pub width: usize,
    pub height: usize,
    /// Frame pixels to one of its pixels.
    pub factor: usize,
}

/// Half as many pixels each way, each the mean of four; a last column or row without a partner is left out.
fn halved(image: &RgbImage) -> RgbImage {
    let (width, height) = (image.width() / 2, image.height() / 2);
    let row = 3 * image.width() as usize;
    let mut pixels = Vec::with_capacity(3 * (width * height) as usize);
    let mut sums = vec![0u16; row];
    for rows in image.as_raw().chunks_exact((2 * row).max(1)) {
        let (upper, lower) = rows.split_at(row);
        for ((sum, a), b) in sums.iter_mut().zip(upper).zip(lower) {
            *sum = u16::from(*a) + u16::from(*b);
        }
        let (pairs, _) = sums.as_chunks::<6>();
        pixels.extend(
            pairs.iter().flat_map(|[r, g, b, r2, g2, b2]| [r + r2, g + g2, b + b2].map(|sum| ((sum + 2) / 4) as u8)),
        );
    }
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// Between 0 and `most`. Not `clamp`: that looks at its bounds every time.
#[inline]
fn within(v: f32, most: f32) -> f32 {
    let v = if v > 0.0 { v } else { 0.0 };
    if v < most { v } else { most }
}

/// The value of a channel in a packed pixel.
#[inline]
fn byte(pixel: u32, channel: usize) -> f32 {
    // Signed, because processors turn signed numbers into floating ones at once.
    (pixel >> (8 * channel) & 255).cast_signed() as f32
}

/// Red, green and blue of a pixel in one number.
fn unpacked(pixel: u32) -> [f32; 3] {
    let [r, g, b, _] = pixel.to_le_bytes().map(f32::from);
    [r, g, b]
}

/// Luma of a colour (ITU-R BT.601, full range).
#[inline]
pub(crate) fn luma([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::float_cmp, reason = "halves and quarters of small whole numbers are exact")]
    #[test]
    fn colours_between_pixels_are_mixed_and_outside_the_frame_there_are_none() {
        let rgba = [0, 10, 20, 255, 100, 110, 120, 255, 40, 50, 60, 255, 200, 210, 220, 255];
        let rgb: Vec<u8> = rgba.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
        let frames = [Frame::rgba(&rgba, 2, 2), Frame::new(&rgb, 2, 2, 3)].map(Option::unwrap);
        for frame in frames {
            for (at, red) in [
                ([0.0, 0.0], 0.0),
                ([1.0, 0.0], 100.0),
                ([0.0, 1.0], 40.0),
                ([1.0, 1.0], 200.0),
                ([0.5, 0.0], 50.0),
                ([0.0, 0.5], 20.0),
                ([0.5, 0.5], 85.0),
                ([-9.0, -9.0], 0.0),
                ([9.0, 9.0], 200.0),
                ([9.0, 0.5], 150.0),
                ([f32::NAN, f32::INFINITY], 40.0),
            ] {
                assert_eq!(frame.bilinear(at[0], at[1]), [red, red + 10.0, red + 20.0], "{frame:?} {at:?}");
            }
        }
        let luma = Frame::luma(&[7, 9], 2, 1).unwrap();
        assert_eq!(luma.bilinear(0.5, 3.0), [8.0; 3]);
        assert_eq!(Frame::luma(&[7, 9], 1, 2).unwrap().bilinear(3.0, 0.5), [8.0; 3]);
        assert_eq!(Frame::rgba(&[1, 2, 3, 4], 1, 1).unwrap().bilinear(0.5, 0.5), [1.0, 2.0, 3.0]);
    }
}
