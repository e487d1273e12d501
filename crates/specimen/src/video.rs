//! Moving pictures: Y4M video for Chromium's fake camera, and strips for one that a test plays by itself.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::replace;
use image::{ImageError, RgbImage};

use crate::canvas::byte;

/// Writes `frames` as YUV4MPEG2, 4:2:0 with centred chroma (C420jpeg), BT.601 limited range: what Chromium's
/// `--use-file-for-fake-video-capture` shows without a shift of colour. Width and height are the first frame's and even.
///
/// Frames of another size, or of an odd one, are refused ([`io::ErrorKind::InvalidInput`]).
pub fn write_y4m(path: &Path, frames: impl IntoIterator<Item = RgbImage>, fps: u32) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut size = None;
    for frame in frames {
        let (width, height) = frame.dimensions();
        if size.is_none() {
            writeln!(out, "YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420jpeg")?;
            size = Some((width, height));
        }
        if size != Some((width, height)) || width % 2 == 1 || height % 2 == 1 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "frames must be of one even size"));
        }
        out.write_all(b"FRAME\n")?;
        out.write_all(&to_i420(&frame))?;
    }
    out.flush()
}

/// A JPEG of `frames` below each other: a clip that a page can play on a canvas. They have one size; none make none.
pub fn film_strip(frames: &[RgbImage]) -> Result<Vec<u8>, ImageError> {
    let (width, height) = frames.first().map_or((0, 0), RgbImage::dimensions);
    let mut strip = RgbImage::new(width, frames.iter().map(RgbImage::height).sum());
    for (row, frame) in (0..).zip(frames) {
        replace(&mut strip, frame, 0, row * i64::from(height));
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&strip)?;
    Ok(jpeg)
}

/// The planes Y, U, V of a frame of even size.
fn to_i420(frame: &RgbImage) -> Vec<u8> {
    let (width, height) = frame.dimensions();
    let pixels = (width as usize) * (height as usize);
    let mut planes = Vec::with_capacity(pixels * 3 / 2);
    planes.extend(frame.pixels().map(|pixel| {
        let [r, g, b] = pixel.0.map(f32::from);
        byte(16.0 + (65.481 * r + 128.553 * g + 24.966 * b) / 255.0)
    }));
    let (mut us, mut vs) = (Vec::with_capacity(pixels / 4), Vec::with_capacity(pixels / 4));
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let mut sum = [0.0; 3];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                for (total, part) in sum.iter_mut().zip(frame.get_pixel(x + dx, y + dy).0) {
                    *total += f32::from(part);
                }
            }
            let [r, g, b] = sum.map(|total| total / 4.0);
            us.push(byte(128.0 + (-37.797 * r - 74.203 * g + 112.0 * b) / 255.0));
            vs.push(byte(128.0 + (112.0 * r - 93.786 * g - 18.214 * b) / 255.0));
        }
    }
    planes.append(&mut us);
    planes.append(&mut vs);
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a player makes of a sample (BT.601 limited range).
    fn back(y: u8, u: u8, v: u8) -> [f32; 3] {
        let (y, u, v) = (1.164_383 * (f32::from(y) - 16.0), f32::from(u) - 128.0, f32::from(v) - 128.0);
        [y + 1.596_027 * v, y - 0.391_762 * u - 0.812_968 * v, y + 2.017_232 * u]
    }

    #[test]
    fn colours_come_back() {
        let mut worst = 0.0_f32;
        for r in (0..=255).step_by(17) {
            for g in (0..=255).step_by(17) {
                for b in (0..=255).step_by(17) {
                    let colour = [r, g, b].map(|part| u8::try_from(part).unwrap());
                    let planes = to_i420(&RgbImage::from_pixel(2, 2, image::Rgb(colour)));
                    assert_eq!(planes.len(), 6);
                    let seen = back(planes[0], planes[4], planes[5]);
                    for (seen, part) in seen.iter().zip(colour) {
                        worst = worst.max((seen - f32::from(part)).abs());
                    }
                }
            }
        }
        // Half a step of 8 bits in Y and in U is 0.58 + 1.01 steps of blue; red and green have less.
        assert!(worst <= 1.6, "{worst}");
    }

    #[test]
    fn greys_come_back_within_one() {
        for grey in 0..=255_u8 {
            let planes = to_i420(&RgbImage::from_pixel(2, 2, image::Rgb([grey; 3])));
            assert!(planes[4..].iter().all(|&chroma| chroma == 128));
            assert!((back(planes[0], 128, 128)[0] - f32::from(grey)).abs() <= 1.0, "{grey}");
        }
    }

    #[test]
    fn the_file_has_a_header_and_whole_frames() {
        let path = std::env::temp_dir().join(format!("shiming-specimen-{}.y4m", std::process::id()));
        write_y4m(&path, vec![RgbImage::new(4, 2); 3], 10).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let header = b"YUV4MPEG2 W4 H2 F10:1 Ip A1:1 C420jpeg\n";
        assert!(bytes.starts_with(header));
        assert_eq!(bytes.len(), header.len() + 3 * (6 + 12));
        assert!(write_y4m(&path, [RgbImage::new(3, 2)], 10).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
