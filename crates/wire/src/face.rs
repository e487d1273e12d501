//! Descriptors of faces on the wire: a field that fits one and nothing else, so that no picture of a face does either (DC-1).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shiming_identity::portrait::Descriptor;

use crate::bounded::Bytes;

/// Bytes of a descriptor on the wire.
const BYTES: usize = 194;

/// A descriptor as `shiming_identity::portrait` writes it: 194 bytes in base64url without padding, 259 characters. Personal
/// data, like a fingerprint; `Debug` shows none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceDescriptor(pub Descriptor);

impl Serialize for FaceDescriptor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every net that there is gives this length (tested).
        let bytes = self.0.to_bytes().try_into().map_err(|_| serde::ser::Error::custom("of another length"))?;
        Bytes::<BYTES>(bytes).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FaceDescriptor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Bytes::<BYTES>::deserialize(deserializer)?;
        Descriptor::from_bytes(&bytes.0).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use shiming_identity::portrait::FaceModel;

    use super::*;

    fn descriptor(model: FaceModel) -> FaceDescriptor {
        let values: Vec<f32> = (0u8..).take(model.length()).map(|at| f32::from(at) - 90.0).collect();
        FaceDescriptor(Descriptor::new(model, &values).unwrap())
    }

    // EC-1, DC-1
    #[test]
    fn a_descriptor_travels_and_comes_back() {
        for model in FaceModel::ALL {
            let written = serde_json::to_string(&descriptor(model)).unwrap();
            assert_eq!(written.len(), 259 + 2);
            assert_eq!(serde_json::from_str::<FaceDescriptor>(&written).unwrap(), descriptor(model));
            assert_eq!(format!("{:?}", descriptor(model)), "FaceDescriptor(Descriptor(V1, …))");
        }
    }

    // DC-1: nothing longer or other fits.
    #[test]
    fn nothing_but_a_descriptor_fits() {
        let read = |bytes: &[u8]| {
            use base64::Engine as _;
            let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
            serde_json::from_value::<FaceDescriptor>(text.into()).is_ok()
        };
        let bytes = descriptor(FaceModel::V1).0.to_bytes();
        assert!(read(&bytes));
        assert!(!read(&bytes[..193]) && !read(&[&bytes[..], &[0]].concat()) && !read(&[0; 4096]) && !read(&[]));
        // The right length, and no descriptor: another version, no face, the head of a JPEG.
        let mut version = bytes.clone();
        version[0] = 2;
        let mut nothing = bytes.clone();
        nothing[2..].fill(0);
        let mut picture = bytes;
        picture[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
        assert!(!read(&version) && !read(&nothing) && !read(&picture));
        for other in [serde_json::json!(null), serde_json::json!([1, 2]), serde_json::json!({ "v": "" })] {
            assert!(serde_json::from_value::<FaceDescriptor>(other).is_err());
        }
    }
}
