//! A face with its landmarks → a descriptor.

use shiming_identity::portrait::{Descriptor, FaceModel};

use super::align::{Template, chip};
use super::mesh::Landmarks;
use super::{FaceError, load};
use crate::net::{Net, NetError};
use crate::picture::Frame;

/// Describes faces with the net of [`FaceModel::V1`].
#[derive(Debug)]
pub struct Describer {
    net: Net,
}

impl Describer {
    /// Loads `models/face_describer.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        load(model).map(|net| Self { net })
    }

    /// The face's descriptor (RN-7, EC-1, NC-1).
    pub fn describe(&self, frame: &Frame<'_>, landmarks: &Landmarks) -> Result<Descriptor, FaceError> {
        let chip = chip(frame, landmarks, &Template::ARC_FACE).ok_or(FaceError::NoFace)?;
        Ok(Descriptor::new(FaceModel::V1, &self.net.run_colours(&chip)?.values)?)
    }
}
