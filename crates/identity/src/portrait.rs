//! Descriptors of faces: how they travel, and how two of them are compared (RN-7, EC-1, NC-1).
//!
//! A descriptor is what a net of `vision::face` makes of a portrait: a direction in a space in which pictures of one
//! person lie close together. It says who somebody is as a fingerprint does: it is personal data, `Debug` shows none of it,
//! and whoever compares it drops it afterwards. The net itself is not known here, only its version: descriptors of different
//! nets cannot be compared, and each has a scale of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Version of the wire format: the first byte.
const FORMAT: u8 = 1;
/// Format and version of the net.
const HEAD: usize = 2;
/// A quantised value is at most this far from zero.
const MOST: f32 = 127.0;

/// Which net made a descriptor. Each version has its own length, calibration and operating points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaceModel {
    /// `models/face_describer.onnx` since 0.1: `MobileFaceNet`.
    V1,
}

/// A threshold and what it does, measured (docs/benchmarks.md, "Faces").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// From this similarity on, two faces count as one person's.
    pub similarity: f32,
    /// False match rate: share of pairs of two people that count as one, 0 to 1.
    pub fmr: f32,
    /// False non-match rate: share of pairs of one person that do not, 0 to 1.
    pub fnmr: f32,
}

/// How a policy trades strangers let in against people turned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// One stranger in a hundred.
    Lenient,
    /// One stranger in a thousand: for what a person looks at afterwards.
    #[default]
    Usual,
    /// One stranger in ten thousand (NIST SP 800-63B-4 §3.2.3).
    Strict,
}

/// Why bytes or values are no descriptor, or two cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// A format or a net that this version does not know.
    #[error("the descriptor is of a version that is not known here")]
    Version,
    /// Another number of values than this net gives.
    #[error("the descriptor does not have the length of its version")]
    Length,
    /// Values that no face has: all zero, not finite, out of range.
    #[error("the descriptor describes no face")]
    Values,
    /// Two descriptors of different nets.
    #[error("descriptors of different versions cannot be compared")]
    Different,
}

/// What a face looks like to a net.
#[derive(Clone, PartialEq, Eq)]
pub struct Descriptor {
    model: FaceModel,
    values: Vec<i8>,
}

/// How alike two faces are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Cosine of the angle between the descriptors, −1 to 1.
    pub similarity: f32,
    /// Probability that both are one person's, if that was as likely as not before: 0 to 1.
    pub probability: f32,
    model: FaceModel,
}

impl FaceModel {
    /// Every version, the newest last.
    pub const ALL: [Self; 1] = [Self::V1];

    /// Its number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
        }
    }

    /// Values that a descriptor has.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::V1 => 192,
        }
    }

    /// The threshold for this strictness, and what it did where it was measured: portraits on cards against live pictures.
    #[must_use]
    pub fn operating_point(self, strictness: Strictness) -> OperatingPoint {
        let (similarity, matched, missed) = match (self, strictness) {
            (Self::V1, Strictness::Lenient) => (0.42, 0.01, 0.0014),
            (Self::V1, Strictness::Usual) => (0.505, 0.001, 0.0067),
            (Self::V1, Strictness::Strict) => (0.58, 0.0001, 0.0186),
        };
        OperatingPoint { similarity, fmr: matched, fnmr: missed }
    }

    /// Slope and offset of the logarithm of the odds over similarity: a logistic regression on the pairs of the benchmark.
    fn calibration(self) -> (f32, f32) {
        match self {
            Self::V1 => (38.8, -18.3),
        }
    }
}

impl Descriptor {
    /// Bytes that the longest descriptor takes on the wire; a test holds it to be no more than 512.
    pub const MOST_BYTES: usize = 512;

    /// Quantises what the net gave.
    pub fn new(model: FaceModel, values: &[f32]) -> Result<Self, DescriptorError> {
        if values.len() != model.length() {
            return Err(DescriptorError::Length);
        }
        // Only the direction counts, so that every descriptor uses the whole range.
        let peak = values.iter().fold(0.0f32, |peak, value| peak.max(value.abs()));
        if !(peak.is_normal() && values.iter().all(|value| value.is_finite())) {
            return Err(DescriptorError::Values);
        }
        #[allow(clippy::cast_possible_truncation, reason = "the peak goes to 127")]
        let values = values.iter().map(|value| (value / peak * MOST).round() as i8).collect();
        Ok(Self { model, values })
    }

    /// Which net made it.
    #[must_use]
    pub fn model(&self) -> FaceModel {
        self.model
    }

    /// As it goes over the wire: format, version of the net, one signed byte a value; 194 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = [FORMAT, self.model.number()];
        head.into_iter().chain(self.values.iter().map(|value| value.cast_unsigned())).collect()
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DescriptorError> {
        let (&[format, number], values) = bytes.split_first_chunk::<HEAD>().ok_or(DescriptorError::Length)?;
        let model = FaceModel::ALL.into_iter().find(|model| format == FORMAT && model.number() == number);
        let model = model.ok_or(DescriptorError::Version)?;
        if values.len() != model.length() {
            return Err(DescriptorError::Length);
        }
        let descriptor = Self { model, values: values.iter().map(|value| value.cast_signed()).collect() };
        // What quantising leaves: a value at the end of the range, none beyond it.
        if descriptor.values.iter().map(|value| value.unsigned_abs()).max() != Some(127) {
            return Err(DescriptorError::Values);
        }
        Ok(descriptor)
    }

    /// How alike two faces are.
    pub fn compare(&self, other: &Self) -> Result<Comparison, DescriptorError> {
        if self.model != other.model {
            return Err(DescriptorError::Different);
        }
        let similarity = cosine(&self.values, &other.values);
        let (slope, offset) = self.model.calibration();
        let probability = 1.0 / (1.0 + (-(slope * similarity + offset)).exp());
        Ok(Comparison { similarity, probability, model: self.model })
    }
}

impl Comparison {
    /// Whether both count as one person's face.
    #[must_use]
    pub fn is_same(&self, strictness: Strictness) -> bool {
        self.similarity >= self.model.operating_point(strictness).similarity
    }
}

/// Cosine of the angle between two directions. Whole numbers, so that every machine finds the same.
#[allow(clippy::cast_possible_truncation, reason = "a cosine")]
fn cosine(a: &[i8], b: &[i8]) -> f32 {
    let dot = |a: &[i8], b: &[i8]| -> i32 { a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum() };
    (f64::from(dot(a, b)) / (f64::from(dot(a, a)) * f64::from(dot(b, b))).sqrt()) as f32
}

/// Shows the version only: the values are personal data.
impl fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Descriptor({:?}, …)", self.model)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MODEL: FaceModel = FaceModel::V1;

    fn of(values: &[f32]) -> Result<Descriptor, DescriptorError> {
        Descriptor::new(MODEL, values)
    }

    /// A direction of its own for each `seed`.
    fn direction(seed: u64) -> Vec<f32> {
        let mut random = oorandom::Rand32::new(seed);
        (0..MODEL.length()).map(|_| random.rand_float() - 0.5).collect()
    }

    // EC-1, NC-1, DC-1: at most 512 bytes
    #[test]
    fn a_descriptor_fits_and_comes_back() {
        for model in FaceModel::ALL {
            assert!(HEAD + model.length() <= Descriptor::MOST_BYTES);
        }
        let descriptor = of(&direction(1)).unwrap();
        let bytes = descriptor.to_bytes();
        assert_eq!(bytes.len(), HEAD + MODEL.length());
        assert_eq!(Descriptor::from_bytes(&bytes), Ok(descriptor));
    }

    #[test]
    fn what_is_no_descriptor_is_refused() {
        let bytes = of(&direction(1)).unwrap().to_bytes();
        assert_eq!(Descriptor::from_bytes(&[]), Err(DescriptorError::Length));
        assert_eq!(Descriptor::from_bytes(&bytes[..bytes.len() - 1]), Err(DescriptorError::Length));
        assert_eq!(Descriptor::from_bytes(&[&bytes[..], &[0]].concat()), Err(DescriptorError::Length));
        for at in 0..HEAD {
            let mut other = bytes.clone();
            other[at] += 1;
            assert_eq!(Descriptor::from_bytes(&other), Err(DescriptorError::Version), "{at}");
        }
        for values in [[0x80; 512], [0; 512], [3; 512]] {
            let bytes = [&bytes[..HEAD], &values[..MODEL.length()]].concat();
            assert_eq!(Descriptor::from_bytes(&bytes), Err(DescriptorError::Values));
        }
        for wrong in [0.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 4.0] {
            assert_eq!(of(&vec![wrong; MODEL.length()]), Err(DescriptorError::Values), "{wrong}");
        }
        let mut one = direction(1);
        one[MODEL.length() - 1] = f32::NAN;
        assert_eq!(of(&one), Err(DescriptorError::Values));
        assert_eq!(of(&[1.0; 128]), Err(DescriptorError::Length));
    }

    // RN-7: the comparison
    #[test]
    fn the_same_direction_is_the_same_person_and_the_opposite_is_not() {
        let values = direction(2);
        let larger: Vec<f32> = values.iter().map(|value| value * 7.0).collect();
        let opposite: Vec<f32> = values.iter().map(|value| -value).collect();
        let [one, same, other] = [&values, &larger, &opposite].map(|values| of(values).unwrap());
        let (alike, unlike) = (one.compare(&same).unwrap(), one.compare(&other).unwrap());
        assert!(alike.similarity > 0.9999 && alike.probability > 0.99 && alike.is_same(Strictness::Strict));
        assert!(unlike.similarity < -0.9999 && unlike.probability < 0.01 && !unlike.is_same(Strictness::Lenient));
        let stranger = of(&direction(3)).unwrap();
        assert!(!one.compare(&stranger).unwrap().is_same(Strictness::Lenient));
    }

    #[test]
    fn stricter_is_stricter() {
        for model in FaceModel::ALL {
            let [lenient, usual, strict] = [Strictness::Lenient, Strictness::Usual, Strictness::Strict]
                .map(|strictness| model.operating_point(strictness));
            assert!(lenient.similarity < usual.similarity && usual.similarity < strict.similarity);
            assert!(lenient.fmr > usual.fmr && usual.fmr > strict.fmr);
            assert!(lenient.fnmr <= usual.fnmr && usual.fnmr <= strict.fnmr);
        }
    }

    #[test]
    fn nothing_of_a_face_is_shown() {
        let shown = format!("{:?}", of(&direction(1)).unwrap());
        assert_eq!(shown, "Descriptor(V1, …)");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..600), fits: bool) {
            if fits {
                bytes.resize(HEAD + MODEL.length(), 7);
                bytes[..HEAD].copy_from_slice(&[FORMAT, MODEL.number()]);
                bytes[HEAD] = 127;
            }
            if let Ok(descriptor) = Descriptor::from_bytes(&bytes) {
                prop_assert_eq!(descriptor.to_bytes(), bytes);
                let comparison = descriptor.compare(&descriptor).unwrap();
                prop_assert!((comparison.similarity - 1.0).abs() < 1e-6);
            }
        }

        #[test]
        fn comparing_is_symmetric_bounded_and_hardly_quantised(seeds in any::<(u64, u64)>(), mix in 0.0f32..1.0) {
            let (a, noise) = (direction(seeds.0), direction(seeds.1));
            let b: Vec<f32> = a.iter().zip(&noise).map(|(a, noise)| a * mix + noise * (1.0 - mix)).collect();
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let exact = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
            let (a, b) = (of(&a).unwrap(), of(&b).unwrap());
            let (one, other) = (a.compare(&b).unwrap(), b.compare(&a).unwrap());
            prop_assert_eq!(one.similarity.to_bits(), other.similarity.to_bits());
            prop_assert!(one.similarity.abs() <= 1.0 + 1e-6 && (0.0..=1.0).contains(&one.probability));
            prop_assert!((one.similarity - exact).abs() < 5e-3, "{} {}", one.similarity, exact);
        }
    }
}
