//! What the page needs to know of a camera frame.

use serde::Serialize;
use shiming_vision::FrameReport;

/// A [`FrameReport`] for the page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The document's corners as fractions of the frame, clockwise.
    pub quad: Option<[[f32; 2]; 4]>,
    /// What the user should do, or `ready`.
    pub hint: &'static str,
    /// 0 to 100.
    pub sharpness: u8,
}

impl Report {
    /// Of a frame of `width` × `height` pixels.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "frames are far smaller than 2^24 pixels across")]
    pub fn new(report: &FrameReport, width: u32, height: u32) -> Self {
        let (width, height) = (width.max(1) as f32, height.max(1) as f32);
        Self {
            quad: report.quad.map(|quad| quad.map(|[x, y]| [x / width, y / height])),
            hint: report.hint.code(),
            sharpness: report.sharpness,
        }
    }
}

/// A bound in camera pixels, in pixels that are `scale` times as large.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(crate) fn scaled(pixels: u16, scale: f32) -> u16 {
    (f32::from(pixels) * scale.clamp(0.0, 1.0)) as u16
}

#[cfg(test)]
mod tests {
    use shiming_vision::Hint;

    use super::*;

    #[test]
    fn corners_become_fractions_of_the_frame() {
        let report = FrameReport {
            quad: Some([[64.0, 36.0], [640.0, 36.0], [640.0, 360.0], [64.0, 360.0]]),
            side: None,
            hint: Hint::Ready,
            sharpness: 70,
            brightness: 128,
            glare: 0,
            coverage: 50,
        };
        let report = Report::new(&report, 1280, 720);
        for fraction in report.quad.unwrap()[0] {
            assert!((fraction - 0.05).abs() < 1e-6);
        }
        assert_eq!((report.hint, report.sharpness), ("ready", 70));
    }

    #[test]
    fn bounds_shrink_with_the_frame() {
        assert_eq!(scaled(480, 0.5), 240);
        assert_eq!(scaled(480, 2.0), 480);
        assert_eq!(scaled(480, f32::NAN), 0);
    }
}
