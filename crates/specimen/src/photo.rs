//! Phone-like photos of a card, with the true corners.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use crate::canvas::byte;
use crate::dice::Dice;

/// What a card lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backdrop {
    /// Planks with grain.
    Wood,
    /// A plain desk top.
    Desk,
    /// A woven cloth.
    Cloth,
    /// Papers, pens and edges.
    Clutter,
}

/// A reflection of a lamp on the card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Middle, as fractions of the card.
    pub at: (f32, f32),
    /// Radius as a fraction of the card's width.
    pub radius: f32,
    /// How far the middle goes to white: 1 is white, above it the washed-out part grows.
    pub strength: f32,
}

/// How a photo is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoStyle {
    /// Decides texture, noise and everything else that has no field of its own.
    pub seed: u64,
    /// Width and height of the photo in pixels.
    pub frame: (u32, u32),
    /// Share of the photo that the card covers, 0 to 1; 0 leaves the card out.
    pub coverage: f32,
    /// Where the card's middle lies, in fractions of the frame.
    pub centre: (f32, f32),
    /// Turn in the picture's plane, degrees clockwise.
    pub rotation: f32,
    /// Tilt around the card's horizontal and vertical axis, degrees.
    pub tilt: (f32, f32),
    /// What the card lies on.
    pub backdrop: Backdrop,
    /// Exposure: 1 is right.
    pub exposure: f32,
    /// Difference of light between one side of the photo and the other, 0 to 1.
    pub gradient: f32,
    /// Direction from which the light comes, degrees.
    pub light_from: f32,
    /// Darkness of the shadow that a hand or phone throws over the photo, 0 to 1.
    pub shadow: f32,
    /// Reflection on the card.
    pub glare: Option<Spot>,
    /// Tip of a thumb that holds the card from below, as fractions of the card.
    pub thumb: Option<(f32, f32)>,
    /// Radius of the blur, photo pixels (standard deviation).
    pub blur: f32,
    /// Standard deviation of the sensor's noise, in steps of 255.
    pub noise: f32,
    /// Gains of red, green, blue.
    pub white_balance: [f32; 3],
    /// Quality of the JPEG that the photo goes through, 1 to 100; 0 skips it.
    pub jpeg_quality: u8,
}

/// A fault that must be refused or answered with a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Out of focus.
    Blurred,
    /// A lamp's reflection over fields.
    Glare,
    /// A thumb over fields.
    Covered,
    /// Far too little light.
    Dark,
    /// Washed out.
    Bright,
    /// A side of the card is outside the picture.
    CutOff,
    /// Taken from too far away.
    Small,
    /// Taken from the side.
    Steep,
    /// No card at all.
    Empty,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 9] = [
        Self::Blurred,
        Self::Glare,
        Self::Covered,
        Self::Dark,
        Self::Bright,
        Self::CutOff,
        Self::Small,
        Self::Steep,
        Self::Empty,
    ];

    /// The fault's name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blurred => "blurred",
            Self::Glare => "glare",
            Self::Covered => "covered",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::CutOff => "cut_off",
            Self::Small => "small",
            Self::Steep => "steep",
            Self::Empty => "empty",
        }
    }
}

impl PhotoStyle {
    /// A good photo, 1280 × 720, as a careful person takes it.
    #[must_use]
    pub fn phone(seed: u64) -> Self {
        let mut dice = Dice::new("phone", seed);
        Self {
            seed,
            frame: (1280, 720),
            coverage: dice.between(0.4, 0.58),
            centre: (dice.between(0.48, 0.52), dice.between(0.47, 0.53)),
            rotation: dice.between(-3.5, 3.5),
            tilt: (dice.between(-7.0, 7.0), dice.between(-7.0, 7.0)),
            backdrop: [Backdrop::Wood, Backdrop::Desk, Backdrop::Cloth, Backdrop::Clutter][dice.index(4)],
            exposure: dice.between(0.84, 0.96),
            gradient: dice.between(0.04, 0.18),
            light_from: dice.between(0.0, 360.0),
            shadow: dice.between(0.0, 0.15),
            glare: None,
            thumb: None,
            blur: dice.between(0.35, 0.7),
            noise: dice.between(1.0, 3.0),
            white_balance: [dice.between(0.96, 1.04), 1.0, dice.between(0.94, 1.04)],
            jpeg_quality: 88,
        }
    }

    /// A good photo with the phone upright, 720 × 1280.
    #[must_use]
    pub fn phone_upright(seed: u64) -> Self {
        let mut dice = Dice::new("upright", seed);
        Self { frame: (720, 1280), coverage: dice.between(0.24, 0.3), ..Self::phone(seed) }
    }

    /// A photo of a still camera or a scanner's file, 2400 × 1800.
    #[must_use]
    pub fn still(seed: u64) -> Self {
        Self { frame: (2400, 1800), ..Self::phone(seed) }
    }

    /// A photo with one fault and no other.
    #[must_use]
    pub fn bad(fault: Fault, seed: u64) -> Self {
        let good = Self::phone(seed);
        let mut dice = Dice::new("bad", seed);
        match fault {
            Fault::Blurred => Self { blur: 5.0, ..good },
            Fault::Glare => {
                let at = (dice.between(0.3, 0.5), dice.between(0.35, 0.6));
                Self { glare: Some(Spot { at, radius: 0.2, strength: 1.8 }), ..good }
            }
            Fault::Covered => {
                // Over the last digits of the number, or over its label.
                let across = if dice.chance(50) { dice.between(0.56, 0.68) } else { dice.between(0.16, 0.24) };
                Self { thumb: Some((across, dice.between(0.7, 0.76))), ..good }
            }
            Fault::Dark => Self { exposure: 0.16, noise: 4.0, ..good },
            Fault::Bright => Self { exposure: 2.4, ..good },
            Fault::CutOff => Self { centre: (if dice.chance(50) { 0.14 } else { 0.86 }, 0.5), ..good },
            Fault::Small => Self { coverage: 0.05, ..good },
            Fault::Steep => Self { tilt: (6.0, 52.0), coverage: 0.3, ..good },
            Fault::Empty => Self { coverage: 0.0, ..good },
        }
    }
}

/// A photo and what is true about it.
#[derive(Clone)]
pub struct Photo {
    /// The photo, after its JPEG.
    pub image: RgbImage,
    /// The JPEG itself; empty where [`PhotoStyle::jpeg_quality`] is 0.
    pub jpeg: Vec<u8>,
    /// The card's corners in photo pixels: top left, top right, bottom right, bottom left of the card as it is read. A
    /// card's corners are round; these are where its straight edges would meet. All zero where no card is.
    pub corners: [(f32, f32); 4],
}

/// Photographs `card`.
#[must_use]
pub fn photograph(card: &RgbImage, style: &PhotoStyle) -> Photo {
    let backdrop = draw_backdrop(style);
    photograph_on(&backdrop, card, style, style.seed)
}

/// [`photograph`] on a backdrop drawn before, with a noise of its own: one frame of a video.
pub(crate) fn photograph_on(backdrop: &RgbImage, card: &RgbImage, style: &PhotoStyle, noise_seed: u64) -> Photo {
    let mut image = backdrop.clone();
    let mut corners = [(0.0, 0.0); 4];
    if style.coverage > 0.0 {
        corners = place(card, style);
        let aspect = size(card.dimensions()).1 / size(card.dimensions()).0;
        drop_shadow(&mut image, corners, aspect, style);
        lay(&mut image, card, corners, style.glare);
        if let Some(tip) = style.thumb {
            draw_thumb(&mut image, corners, tip, style.seed);
        }
    }
    light(&mut image, style);
    if style.blur > 0.0 {
        image = image::imageops::blur(&image, style.blur);
    }
    sense(&mut image, style, noise_seed);
    let mut jpeg = Vec::new();
    if style.jpeg_quality > 0 {
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, style.jpeg_quality);
        let written = image.write_with_encoder(encoder);
        let decoded = written.and_then(|()| image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg));
        if let Ok(decoded) = decoded {
            image = decoded.into_rgb8();
        }
    }
    Photo { image, jpeg, corners }
}

/// Projects the card's corners by a pinhole camera so that the card covers the asked share of the frame.
fn place(card: &RgbImage, style: &PhotoStyle) -> [(f32, f32); 4] {
    let (width, height) = size(style.frame);
    let aspect = size(card.dimensions()).1 / size(card.dimensions()).0;
    let (roll, pitch, yaw) = (style.rotation.to_radians(), style.tilt.0.to_radians(), style.tilt.1.to_radians());
    // A phone's main lens sees about 65° across the long edge: its focal length is 0.8 of that edge.
    let focal = 0.8 * width.max(height);
    let project = |distance: f32| {
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y): (f32, f32)| {
            let y = y * aspect;
            // Tilt about the horizontal axis, then the vertical one, then turn in the plane.
            let (y1, z1) = (y * pitch.cos(), y * pitch.sin());
            let (x2, z2) = (x * yaw.cos() + z1 * yaw.sin(), z1 * yaw.cos() - x * yaw.sin());
            let (x3, y3) = (x2 * roll.cos() - y1 * roll.sin(), x2 * roll.sin() + y1 * roll.cos());
            let scale = focal / (distance + z2);
            (style.centre.0 * width + x3 * scale, style.centre.1 * height + y3 * scale)
        })
    };
    let (mut near, mut far) = (0.6, 60.0);
    for _ in 0..40 {
        let middle = f32::midpoint(near, far);
        if area(project(middle)) / (width * height) > style.coverage {
            near = middle;
        } else {
            far = middle;
        }
    }
    project(far)
}

fn area(corners: [(f32, f32); 4]) -> f32 {
    let mut twice = 0.0;
    for (i, &(x, y)) in corners.iter().enumerate() {
        let (next_x, next_y) = corners[(i + 1) % 4];
        twice += x * next_y - next_x * y;
    }
    (twice / 2.0).abs()
}

/// The homography that takes photo pixels to fractions of the card.
struct Unwarp([f32; 9]);

impl Unwarp {
    /// Heckbert's square-to-quadrilateral mapping, inverted by its adjugate.
    fn new([p0, p1, p2, p3]: [(f32, f32); 4]) -> Self {
        let (dx1, dx2, dx3) = (p1.0 - p2.0, p3.0 - p2.0, p0.0 - p1.0 + p2.0 - p3.0);
        let (dy1, dy2, dy3) = (p1.1 - p2.1, p3.1 - p2.1, p0.1 - p1.1 + p2.1 - p3.1);
        let det = dx1 * dy2 - dx2 * dy1;
        let g = (dx3 * dy2 - dx2 * dy3) / det;
        let h = (dx1 * dy3 - dx3 * dy1) / det;
        let m = [
            p1.0 - p0.0 + g * p1.0,
            p3.0 - p0.0 + h * p3.0,
            p0.0,
            p1.1 - p0.1 + g * p1.1,
            p3.1 - p0.1 + h * p3.1,
            p0.1,
            g,
            h,
            1.0,
        ];
        Self([
            m[4] * m[8] - m[5] * m[7],
            m[2] * m[7] - m[1] * m[8],
            m[1] * m[5] - m[2] * m[4],
            m[5] * m[6] - m[3] * m[8],
            m[0] * m[8] - m[2] * m[6],
            m[2] * m[3] - m[0] * m[5],
            m[3] * m[7] - m[4] * m[6],
            m[1] * m[6] - m[0] * m[7],
            m[0] * m[4] - m[1] * m[3],
        ])
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let m = &self.0;
        let w = m[6] * x + m[7] * y + m[8];
        ((m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w)
    }
}

/// Rows and columns of the frame that `corners` touch, with a margin.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the frame")]
fn touched(frame: (u32, u32), corners: [(f32, f32); 4], margin: f32) -> (std::ops::Range<u32>, std::ops::Range<u32>) {
    let (width, height) = size(frame);
    let range = |values: [f32; 4], end: f32| {
        let low = values.iter().copied().fold(f32::MAX, f32::min) - margin;
        let high = values.iter().copied().fold(f32::MIN, f32::max) + margin;
        (low.clamp(0.0, end) as u32)..(high.ceil().clamp(0.0, end) as u32)
    };
    (range(corners.map(|c| c.1), height), range(corners.map(|c| c.0), width))
}

/// The card's own soft shadow on what it lies on.
fn drop_shadow(image: &mut RgbImage, corners: [(f32, f32); 4], aspect: f32, style: &PhotoStyle) {
    let edge = area(corners).sqrt();
    let reach = 0.014 * edge;
    let (dy, dx) = (style.light_from.to_radians() + std::f32::consts::PI).sin_cos();
    let moved = corners.map(|(x, y)| (x + dx * reach * 0.5, y + dy * reach * 0.5));
    let unwarp = Unwarp::new(moved);
    let (rows, columns) = touched(style.frame, moved, reach * 2.0);
    for y in rows {
        for x in columns.clone() {
            let (u, v) = unwarp.at(f32_of(x) + 0.5, f32_of(y) + 0.5);
            // The outline's own unit is the card's width; √aspect of it is the edge of a square of the card's area.
            let outside = outside_card(u, v * aspect, aspect) * edge / aspect.sqrt();
            let dark = 0.5 * (1.0 - (outside / (1.6 * reach)).clamp(0.0, 1.0)).powi(2);
            for part in &mut image.get_pixel_mut(x, y).0 {
                *part = byte(f32::from(*part) * (1.0 - dark));
            }
        }
    }
}

/// Draws the card into the photo, nine samples a pixel.
fn lay(image: &mut RgbImage, card: &RgbImage, corners: [(f32, f32); 4], glare: Option<Spot>) {
    let unwarp = Unwarp::new(corners);
    let (card_width, card_height) = size(card.dimensions());
    let aspect = card_height / card_width;
    let (rows, columns) = touched(image.dimensions(), corners, 1.0);
    for y in rows {
        for x in columns.clone() {
            let mut sum = [0.0; 3];
            let mut covered = 0.0;
            for (sx, sy) in SAMPLES {
                let (u, v) = unwarp.at(f32_of(x) + sx, f32_of(y) + sy);
                let outside = outside_card(u, v * aspect, aspect);
                if outside > 0.0 {
                    continue;
                }
                covered += 1.0;
                let mut colour = bilinear(card, u * card_width - 0.5, v * card_height - 0.5);
                // The cut edge of the plastic takes less light.
                if outside > -0.0022 {
                    colour = colour.map(|part| part * 0.88);
                }
                if let Some(spot) = glare {
                    let away = (u - spot.at.0).hypot((v - spot.at.1) * aspect) / spot.radius;
                    let white = (spot.strength * (-away * away * 1.6).exp()).clamp(0.0, 1.0);
                    for part in &mut colour {
                        *part += (255.0 - *part) * white;
                    }
                }
                for (total, part) in sum.iter_mut().zip(colour) {
                    *total += part;
                }
            }
            if covered > 0.0 {
                let share = covered / count(SAMPLES.len());
                for (part, total) in image.get_pixel_mut(x, y).0.iter_mut().zip(sum) {
                    *part = byte(f32::from(*part) * (1.0 - share) + total / count(SAMPLES.len()));
                }
            }
        }
    }
}

/// Draws a thumb that comes from below the card up to `tip`. A thumb is some 20 mm wide, a card 85.6 mm.
fn draw_thumb(image: &mut RgbImage, corners: [(f32, f32); 4], tip: (f32, f32), seed: u64) {
    let mut dice = Dice::new("thumb", seed);
    let skins: [[f32; 3]; 4] =
        [[226.0, 178.0, 150.0], [208.0, 158.0, 126.0], [186.0, 134.0, 104.0], [238.0, 196.0, 170.0]];
    let skin = skins[dice.index(skins.len())];
    let at = |u: f32, v: f32| {
        // Bilinear between the corners: perspective makes no difference to a thumb.
        let [a, b, c, d] = corners;
        let mix = |a: f32, b: f32, c: f32, d: f32| (a * (1.0 - u) + b * u) * (1.0 - v) + (d * (1.0 - u) + c * u) * v;
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    };
    let width = (corners[1].0 - corners[0].0).hypot(corners[1].1 - corners[0].1);
    let radius = width * 10.0 / 85.6;
    let lean = dice.between(-0.25, 0.25);
    // The middle of the rounded tip, and a joint far below the card.
    let (near, far) = (at(tip.0, tip.1), at(tip.0 + lean, tip.1 + 1.2));
    let axis = (far.0 - near.0, far.1 - near.1);
    let length = axis.0.hypot(axis.1);
    let (along, across) = ((axis.0 / length, axis.1 / length), (-axis.1 / length, axis.0 / length));
    let start = (near.0 + along.0 * radius, near.1 + along.1 * radius);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (dx, dy) = (f32_of(x) + 0.5 - start.0, f32_of(y) + 0.5 - start.1);
        let (down, side) = (dx * along.0 + dy * along.1, dx * across.0 + dy * across.1);
        // A thumb grows a little wider towards the hand.
        let wide = radius * (1.0 + 0.12 * (down / (3.0 * radius)).clamp(0.0, 1.0));
        let away = if down < 0.0 { down.hypot(side) } else { side.abs() };
        let shade = 0.35 * (1.0 - smooth((away - wide) / (0.35 * radius)));
        if away > wide + 1.0 && shade <= 0.0 {
            continue;
        }
        // Round like a cylinder, with the nail on its back.
        let round = (1.0 - (away / wide).powi(2)).max(0.0).sqrt();
        let nail = ((down - 0.15 * radius) / (0.75 * radius)).hypot(side / (0.62 * radius));
        let mut colour = skin.map(|part| part * (0.55 + 0.45 * round));
        let shine = 1.0 - smooth((nail - 0.94) / 0.12);
        for (part, light) in colour.iter_mut().zip([1.05, 1.02, 1.04]) {
            *part = *part * (1.0 - shine) + (*part * light + 12.0) * shine;
        }
        let cover = (wide - away + 0.5).clamp(0.0, 1.0);
        for (under, part) in pixel.0.iter_mut().zip(colour) {
            *under = byte(f32::from(*under) * (1.0 - shade) * (1.0 - cover) + part * cover);
        }
    }
}

/// A rotated grid of nine: no two samples share a row or a column.
const SAMPLES: [(f32, f32); 9] = [
    (0.056, 0.278),
    (0.167, 0.611),
    (0.278, 0.944),
    (0.389, 0.167),
    (0.5, 0.5),
    (0.611, 0.833),
    (0.722, 0.056),
    (0.833, 0.389),
    (0.944, 0.722),
];

/// How far a point is outside the card's rounded outline (ISO/IEC 7810: radius 3.18 mm of 85.6 mm), in units of its
/// width; negative inside.
fn outside_card(x: f32, y: f32, height: f32) -> f32 {
    const RADIUS: f32 = 3.18 / 85.6;
    let dx = (RADIUS - x).max(x - 1.0 + RADIUS);
    let dy = (RADIUS - y).max(y - height + RADIUS);
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - RADIUS
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
fn bilinear(image: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (right, bottom) = (image.width().saturating_sub(1), image.height().saturating_sub(1));
    let (x, y) = (x.clamp(0.0, f32_of(right)), y.clamp(0.0, f32_of(bottom)));
    let (left, top) = (x as u32, y as u32);
    let (fx, fy) = (x - f32_of(left), y - f32_of(top));
    let mut colour = [0.0; 3];
    for (dx, dy, weight) in
        [(0, 0, (1.0 - fx) * (1.0 - fy)), (1, 0, fx * (1.0 - fy)), (0, 1, (1.0 - fx) * fy), (1, 1, fx * fy)]
    {
        let neighbour = image.get_pixel((left + dx).min(right), (top + dy).min(bottom));
        for (sum, part) in colour.iter_mut().zip(neighbour.0) {
            *sum += weight * f32::from(part);
        }
    }
    colour
}

/// Exposure, light that falls off to one side, a cast shadow, the lens's vignette and the white balance.
fn light(image: &mut RgbImage, style: &PhotoStyle) {
    let (width, height) = size(style.frame);
    let (dy, dx) = style.light_from.to_radians().sin_cos();
    let mut dice = Dice::new("shadow", style.seed);
    let edge = dice.between(-0.1, 0.35);
    let (sy, sx) = dice.between(0.0, std::f32::consts::TAU).sin_cos();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (u, v) = (f32_of(x) / width - 0.5, f32_of(y) / height - 0.5);
        let slope = 1.0 + style.gradient * (u * dx + v * dy) * 2.0;
        let cast = 1.0 - style.shadow * smooth((u * sx + v * sy - edge) / 0.12);
        let vignette = 1.0 - 0.12 * (u * u + v * v) * 2.0;
        let gain = style.exposure * slope * cast * vignette;
        for (part, balance) in pixel.0.iter_mut().zip(style.white_balance) {
            *part = byte(f32::from(*part) * gain * balance);
        }
    }
}

/// The sensor's noise: a little more of it where there is less light.
fn sense(image: &mut RgbImage, style: &PhotoStyle, seed: u64) {
    if style.noise <= 0.0 {
        return;
    }
    for (x, y, Rgb(parts)) in image.enumerate_pixels_mut() {
        let mut bits = hash(x, y, seed);
        for part in parts {
            // Four uniform bytes sum up to something close enough to a normal deviate: mean 510, deviation 147.8.
            let sum: u32 = (0..4).map(|i| (bits >> (8 * i)) & 0xff).sum();
            bits = bits.wrapping_mul(0x9E37_79B1) ^ (bits >> 13);
            let deviate = (f32_of(sum) - 510.0) / 147.8;
            let level = f32::from(*part);
            *part = byte(level + deviate * style.noise * (1.25 - level / 510.0));
        }
    }
}

/// The backdrop of `style`, evenly lit.
pub(crate) fn draw_backdrop(style: &PhotoStyle) -> RgbImage {
    let mut dice = Dice::new("backdrop", style.seed);
    let mut image = RgbImage::new(style.frame.0, style.frame.1);
    // Textures are as large in a large photo as in a small one.
    let unit = f32_of(style.frame.0.max(style.frame.1)) / 1280.0;
    match style.backdrop {
        Backdrop::Wood => {
            let tones: [[f32; 3]; 4] =
                [[150.0, 108.0, 70.0], [112.0, 76.0, 48.0], [178.0, 138.0, 96.0], [92.0, 66.0, 50.0]];
            let tone = tones[dice.index(tones.len())];
            let (offset, turn) = (dice.between(0.0, 900.0), dice.chance(50));
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (mut u, mut v) = (f32_of(x) / unit, f32_of(y) / unit);
                if turn {
                    (u, v) = (v, u);
                }
                let plank = (v / 210.0).floor();
                let seam = 1.0 - 0.55 * (1.0 - smooth((v - plank * 210.0) / 3.5)).max(0.0);
                let bend = value_noise(u / 260.0, v / 90.0 + plank * 7.0, style.seed);
                let veins = value_noise(u / 90.0 + offset, v / 2.6 + bend * 26.0 + plank * 31.0, style.seed);
                let year = ((v / 9.0 + bend * 9.0).sin() * 0.5 + 0.5).powi(3);
                let tint = 0.92 + 0.12 * value_noise(plank * 3.7, offset, style.seed);
                let gain = tint * seam * (0.84 + 0.2 * veins - 0.08 * year);
                *pixel = Rgb(tone.map(|part| byte(part * gain)));
            }
        }
        Backdrop::Desk => {
            let tones: [[f32; 3]; 5] = [
                [72.0, 76.0, 82.0],
                [120.0, 122.0, 120.0],
                [58.0, 82.0, 98.0],
                [46.0, 44.0, 46.0],
                [138.0, 124.0, 110.0],
            ];
            let tone = tones[dice.index(tones.len())];
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let cloud = value_noise(u / 170.0, v / 170.0, style.seed);
                let speck = value_noise(u / 2.2, v / 2.2, style.seed ^ 5);
                let gain = 0.93 + 0.08 * cloud + 0.05 * speck;
                *pixel = Rgb(tone.map(|part| byte(part * gain)));
            }
        }
        Backdrop::Cloth => {
            let tones: [[f32; 3]; 5] = [
                [126.0, 58.0, 62.0],
                [60.0, 88.0, 120.0],
                [94.0, 104.0, 84.0],
                [70.0, 62.0, 92.0],
                [146.0, 122.0, 92.0],
            ];
            let tone = tones[dice.index(tones.len())];
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let (across, down) = (u * 0.62 + v * 0.11, v * 0.62 - u * 0.11);
                let over = (across.sin() * down.sin()).signum();
                let yarn = 0.5 + 0.5 * if over > 0.0 { (across * 2.0).cos() } else { (down * 2.0).cos() };
                let fold = value_noise(u / 210.0 + 3.0, v / 320.0, style.seed);
                let fibre = value_noise(u / 1.7, v / 1.7, style.seed ^ 9);
                let gain = 0.6 + 0.2 * yarn + 0.26 * fold + 0.12 * fibre;
                *pixel = Rgb(tone.map(|part| byte(part * gain)));
            }
        }
        Backdrop::Clutter => clutter(&mut image, style, &mut dice, unit),
    }
    image
}

/// Papers with lines of print, books and a pen on a desk.
fn clutter(image: &mut RgbImage, style: &PhotoStyle, dice: &mut Dice, unit: f32) {
    let desk = PhotoStyle { backdrop: Backdrop::Desk, ..style.clone() };
    *image = draw_backdrop(&desk);
    let Some(mut pixmap) = tiny_skia::Pixmap::new(style.frame.0, style.frame.1) else { return };
    for (to, from) in pixmap.pixels_mut().iter_mut().zip(image.pixels()) {
        let [r, g, b] = from.0;
        *to = tiny_skia::ColorU8::from_rgba(r, g, b, 255).premultiply();
    }
    let (width, height) = size(style.frame);
    let upright = tiny_skia::Transform::identity();
    for _ in 0..5 {
        let (w, h) = (dice.between(260.0, 620.0) * unit, dice.between(180.0, 460.0) * unit);
        let at = tiny_skia::Transform::from_rotate(dice.between(-70.0, 70.0))
            .post_translate(dice.between(0.0, width), dice.between(0.0, height));
        let sheet = |grow: f32| {
            let rect = tiny_skia::Rect::from_ltrb(-w / 2.0 - grow, -h / 2.0 - grow, w / 2.0 + grow, h / 2.0 + grow);
            crate::canvas::path(|b| rect.into_iter().for_each(|rect| b.push_rect(rect)))
        };
        let paper = dice.chance(60);
        let book: [[u8; 3]; 4] = [[66, 92, 118], [146, 74, 60], [84, 112, 84], [196, 168, 104]];
        let tone = if paper { [206, 204, 198] } else { book[dice.index(4)] };
        crate::canvas::fill(&mut pixmap, sheet(5.0 * unit), [0, 0, 0], 0.18, at.post_translate(3.0 * unit, 4.0 * unit));
        crate::canvas::fill(&mut pixmap, sheet(0.0), tone, 1.0, at);
        if paper {
            let mut y = -h / 2.0 + 26.0 * unit;
            while y < h / 2.0 - 20.0 * unit {
                let mut x = -w / 2.0 + 22.0 * unit;
                let end = w / 2.0 - dice.between(20.0, 120.0) * unit;
                while x < end {
                    let word = dice.between(14.0, 60.0) * unit;
                    let line = crate::canvas::path(|b| {
                        b.move_to(x, y);
                        b.line_to((x + word).min(end), y);
                    });
                    crate::canvas::stroke(&mut pixmap, line, [90, 90, 96], 0.8, 5.0 * unit, at);
                    x += word + 12.0 * unit;
                }
                y += 19.0 * unit;
            }
        }
    }
    let pen = |b: &mut tiny_skia::PathBuilder, from: (f32, f32), to: (f32, f32)| {
        b.move_to(from.0, from.1);
        b.line_to(to.0, to.1);
    };
    let from = (dice.between(0.0, width), dice.between(0.0, 0.2) * height);
    let to = (dice.between(0.0, width), dice.between(0.7, 1.0) * height);
    let body = crate::canvas::path(|b| pen(b, from, to));
    crate::canvas::stroke(&mut pixmap, body, [28, 34, 60], 1.0, 17.0 * unit, upright);
    let shine = crate::canvas::path(|b| pen(b, (from.0 - 3.0 * unit, from.1), (to.0 - 3.0 * unit, to.1)));
    crate::canvas::stroke(&mut pixmap, shine, [190, 196, 214], 0.7, 3.0 * unit, upright);
    *image = crate::canvas::flatten(&pixmap);
}

fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Smooth noise of 0 to 1 whose cells are one unit wide.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cells wrap: any integer will do, as long as it is always the same"
)]
fn value_noise(x: f32, y: f32, seed: u64) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (smooth(x - x0), smooth(y - y0));
    let cell = |dx: i32, dy: i32| {
        let (column, row) = ((x0 as i32).wrapping_add(dx) as u32, (y0 as i32).wrapping_add(dy) as u32);
        f32_of(hash(column, row, seed) & 0xffff) / 65535.0
    };
    let top = cell(0, 0) * (1.0 - fx) + cell(1, 0) * fx;
    let bottom = cell(0, 1) * (1.0 - fx) + cell(1, 1) * fx;
    top * (1.0 - fy) + bottom * fy
}

/// A well-mixed hash of a cell (the finaliser of `MurmurHash3`).
fn hash(x: u32, y: u32, seed: u64) -> u32 {
    let low = u32::try_from(seed & 0xffff_ffff).unwrap_or(0);
    let mut h = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ low.wrapping_mul(0xC2B2_AE3D);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}

#[expect(clippy::cast_precision_loss, reason = "pixels and small counts")]
fn f32_of(value: u32) -> f32 {
    value as f32
}

#[expect(clippy::cast_precision_loss, reason = "a handful of samples")]
fn count(value: usize) -> f32 {
    value as f32
}

fn size((width, height): (u32, u32)) -> (f32, f32) {
    (f32_of(width), f32_of(height))
}
