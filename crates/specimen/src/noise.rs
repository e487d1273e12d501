//! Smooth noise, hashes, and numbers of pixels.

pub(crate) fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Smooth noise of 0 to 1 whose cells are one unit wide.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cells wrap: any integer will do, as long as it is always the same"
)]
pub(crate) fn value_noise(x: f32, y: f32, seed: u64) -> f32 {
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
pub(crate) fn hash(x: u32, y: u32, seed: u64) -> u32 {
    let low = u32::try_from(seed & 0xffff_ffff).unwrap_or(0);
    let mut h = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ low.wrapping_mul(0xC2B2_AE3D);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}

#[expect(clippy::cast_precision_loss, reason = "pixels and small counts")]
pub(crate) fn f32_of(value: u32) -> f32 {
    value as f32
}

#[expect(clippy::cast_precision_loss, reason = "a handful of samples")]
pub(crate) fn count(value: usize) -> f32 {
    value as f32
}

pub(crate) fn size((width, height): (u32, u32)) -> (f32, f32) {
    (f32_of(width), f32_of(height))
}
