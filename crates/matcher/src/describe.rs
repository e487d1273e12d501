//! A portrait as the register gives it → what its face is like.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shiming_cloud::matcher::Seen;
use shiming_identity::document::Pixels;
use shiming_vision::face::{Describer, FaceError, Faces};
use shiming_vision::{NetError, decode};
use shiming_wire::FaceDescriptor;

// In the module, not beside it as data modules: what is uploaded is compressed either way, and nothing has to be copied,
// bound or told to wrangler.
const FINDER: &[u8] = include_bytes!("../../../models/face_finder.onnx");
const MESH: &[u8] = include_bytes!("../../../models/face_mesh.onnx");
const DESCRIBER: &[u8] = include_bytes!("../../../models/face_describer.onnx");

/// A hundred kilobytes can claim to be any number of pixels, and a Worker has 128 MB.
const PIXELS: Pixels = Pixels { min_document_width: 0, max_megapixels: 4 };

/// Finds and describes faces.
pub struct Matcher {
    faces: Faces,
    describer: Describer,
}

impl Matcher {
    /// Loads the nets.
    pub fn load() -> Result<Self, NetError> {
        Ok(Self { faces: Faces::new(FINDER, MESH)?, describer: Describer::new(DESCRIBER)? })
    }

    /// Describes the largest face on a portrait (JPEG, base64 of RFC 4648 §4).
    pub fn describe(&self, portrait: &[u8]) -> Result<Seen, NetError> {
        let Ok(bytes) = STANDARD.decode(portrait) else { return Ok(Seen::NotAPicture) };
        let Ok(photo) = decode(&bytes, &PIXELS) else { return Ok(Seen::NotAPicture) };
        let frame = photo.frame();
        let Some(landmarks) = self.faces.largest(&frame)? else { return Ok(Seen::NoFace) };
        match self.describer.describe(&frame, &landmarks) {
            Ok(descriptor) => Ok(Seen::Described(FaceDescriptor(descriptor))),
            Err(FaceError::NoFace | FaceError::Descriptor(_)) => Ok(Seen::NoFace),
            Err(FaceError::Net(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;
    use image::codecs::jpeg::JpegEncoder;
    use shiming_identity::portrait::{Descriptor, Strictness};
    use shiming_specimen::{Pose, citizen, head, portrait, portrait_jpeg};

    use super::*;

    fn encoded(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 85)).unwrap();
        STANDARD.encode(bytes).into_bytes()
    }

    fn described(matcher: &Matcher, picture: &RgbImage) -> Descriptor {
        match matcher.describe(&encoded(picture)).unwrap() {
            Seen::Described(face) => face.0,
            other => panic!("{other:?}"),
        }
    }

    // RN-7. Drawn people of one kind look alike; a drawing and a modelled head do not.
    #[test]
    fn a_portrait_is_like_another_of_the_same_person_and_like_nobody_elses() {
        let matcher = Matcher::load().unwrap();
        for index in [0, 1, 12] {
            let picture = portrait(&citizen(index));
            let smaller = image::imageops::thumbnail(&picture, 120, 161);
            let other = head(&citizen(index + 2), &Pose { height: 0.66, ..Pose::default() }, (240, 322));
            let [one, again, other] = [&picture, &smaller, &other].map(|picture| described(&matcher, picture));
            assert!(one.compare(&again).unwrap().is_same(Strictness::Strict), "{index}");
            assert!(!one.compare(&other).unwrap().is_same(Strictness::Usual), "{index}");
        }
    }

    // RN-7: the register of the sandbox has faces that nets see.
    #[test]
    fn the_sandboxes_portraits_show_faces() {
        let matcher = Matcher::load().unwrap();
        for index in 0..4 {
            let portrait = STANDARD.encode(portrait_jpeg(&citizen(index)));
            assert!(matches!(matcher.describe(portrait.as_bytes()).unwrap(), Seen::Described(_)), "{index}");
        }
    }

    // RN-7: what cannot be compared says why.
    #[test]
    fn what_shows_no_face_says_so() {
        let matcher = Matcher::load().unwrap();
        let blank = encoded(&RgbImage::from_pixel(240, 322, image::Rgb([226, 234, 242])));
        assert!(matches!(matcher.describe(&blank).unwrap(), Seen::NoFace));
        // A portrait of 5 megapixels, in a few kilobytes.
        let huge = encoded(&RgbImage::new(2000, 2500));
        for portrait in [b"".as_slice(), b"AAAA", b"not base64", &huge] {
            assert!(matches!(matcher.describe(portrait).unwrap(), Seen::NotAPicture));
        }
    }
}
