//! Pixels: photos that were decoded, and frames that somebody else holds.

use image::RgbImage;

/// A decoded photo, upright by its EXIF orientation.
#[derive(Clone)]
pub struct Photo {
    image: RgbImage,
}

impl Photo {
    /// Takes pixels that are upright already.
    #[must_use]
    pub fn new(image: RgbImage) -> Self {
        Self { image }
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
        (bytes == data.len() && bytes > 0).then_some(Self { data, width, height, channels })
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

    /// The colours of the pixel whose bytes start at `at` and of the one `right` bytes after it.
    #[inline]
    fn colours(&self, at: usize, right: usize) -> ([f32; 3], [f32; 3]) {
        if self.channels > 1
            && let Some(bytes) = self.data.get(at..at + right + 3)
            && let [r, g, b, ..] = bytes
            && let [.., r2, g2, b2] = bytes
        {
            let colour = |r: u8, g: u8, b: u8| [f32::from(r), f32::from(g), f32::from(b)];
            return (colour(*r, *g, *b), colour(*r2, *g2, *b2));
        }
        (self.colour(at), self.colour(at + right))
    }

    /// The colour of the pixel whose bytes start at `at`.
    #[inline]
    fn colour(&self, at: usize) -> [f32; 3] {
        if self.channels == 1 {
            return [f32::from(self.data.get(at).copied().unwrap_or(0)); 3];
        }
        match self.data.get(at..at + 3) {
            Some(&[r, g, b]) => [f32::from(r), f32::from(g), f32::from(b)],
            _ => [0.0; 3],
        }
    }

    /// The colour at a point between pixels (pixel centres at whole numbers), clamped to the frame.
    #[inline]
    pub(crate) fn bilinear(&self, x: f32, y: f32) -> [f32; 3] {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let right = if x0 + 1 < self.width { self.channels } else { 0 };
        let below = if y0 + 1 < self.height { self.width * self.channels } else { 0 };
        let at = (y0 * self.width + x0) * self.channels;
        let (a, b) = self.colours(at, right);
        let (c, d) = self.colours(at + below, right);
        // Written out: closures over arrays are not inlined here, and this is where the time goes.
        let mix = |a: f32, b: f32, c: f32, d: f32| {
            let top = a + (b - a) * fx;
            let bottom = c + (d - c) * fx;
            top + (bottom - top) * fy
        };
        [mix(a[0], b[0], c[0], d[0]), mix(a[1], b[1], c[1], d[1]), mix(a[2], b[2], c[2], d[2])]
    }

    /// By how much [`Frame::shrink`] shrinks.
    pub(crate) fn shrink_factor(&self, long_side: usize) -> usize {
        self.width.max(self.height).div_ceil(long_side.max(1)).max(1)
    }

    /// The frame shrunk by the smallest whole factor that brings its long side to at most `long_side`: three planes
    /// of box means. The only pass over all pixels that locating takes.
    pub(crate) fn shrink(&self, long_side: usize) -> Shrunk {
        let factor = self.shrink_factor(long_side);
        let (width, height) = ((self.width / factor).max(1), (self.height / factor).max(1));
        let mut planes: [Vec<f32>; 3] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        let mut sums = vec![[0u32; 3]; width];
        // A frame thinner than the factor has fewer rows or columns than a box.
        let (box_width, box_height) = (factor.min(self.width), factor.min(self.height));
        let norm = 1.0 / (box_width * box_height) as f32;
        for row in 0..height {
            sums.fill([0; 3]);
            for y in row * factor..row * factor + box_height {
                let start = y * self.width * self.channels;
                let line = &self.data[start..start + width * box_width * self.channels];
                for (sum, cells) in sums.iter_mut().zip(line.chunks_exact(box_width * self.channels)) {
                    if self.channels == 1 {
                        let luma: u32 = cells.iter().map(|&v| u32::from(v)).sum();
                        *sum = sum.map(|s| s + luma);
                    } else {
                        for pixel in cells.chunks_exact(self.channels) {
                            sum[0] += u32::from(pixel[0]);
                            sum[1] += u32::from(pixel[1]);
                            sum[2] += u32::from(pixel[2]);
                        }
                    }
                }
            }
            for sum in &sums {
                for (plane, value) in planes.iter_mut().zip(sum) {
                    plane.push(*value as f32 * norm);
                }
            }
        }
        if self.channels == 1 {
            planes[1].clear();
            planes[2].clear();
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

/// Luma of a colour (ITU-R BT.601, full range).
#[inline]
pub(crate) fn luma([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}
