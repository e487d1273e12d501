//! Running one of our own small nets (`models/README.md`): one picture in, one block of figures out.

use image::{GrayImage, RgbImage};
use rten::{Model, ModelOptions, RunOptions, op_registry};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

/// Scores this far below the best contribute nothing that f32 would keep.
const NEGLIGIBLE: f32 = 18.0;

/// Why a net could not be made, or not be run.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The bytes are no model that this program can run.
    #[error("the net cannot be loaded: {0}")]
    Load(#[source] rten::LoadError),
    /// What comes out is not what this program expects of it.
    #[error("the net is another one than this version reads")]
    Other,
    /// It failed.
    #[error("the net failed: {0}")]
    Run(#[source] rten::RunError),
}

/// A net of convolutions.
pub(crate) struct Net(Model);

/// What came out: `channels` planes of `height` × `width`.
pub(crate) struct Planes {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub values: Vec<f32>,
}

impl Net {
    /// Loads a model made by `models/recipe/prepare.py`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        // Only what these nets use: every other operator stays out of the binary.
        let operators = op_registry!(Add, Cast, Conv, DequantizeLinear, GlobalAveragePool, Relu, Resize);
        Self::with_options(model, &ModelOptions::with_ops(operators))
    }

    /// Loads a model with other operators.
    pub fn with_options(model: impl Into<Vec<u8>>, options: &ModelOptions) -> Result<Self, NetError> {
        options.load(model.into()).map(Self).map_err(NetError::Load)
    }

    /// Runs it on planes of `height` × `width`.
    pub fn run(&self, shape: [usize; 3], values: Vec<f32>) -> Result<Planes, NetError> {
        let [channels, height, width] = shape;
        let input = NdTensor::from_data([1, channels, height, width], values);
        let output = self.0.run_one(input.view().into(), None::<RunOptions>).map_err(NetError::Run)?;
        let output: NdTensor<f32, 4> = output.try_into().map_err(|_| NetError::Other)?;
        let [_, channels, height, width] = output.shape();
        Ok(Planes { channels, height, width, values: output.to_vec() })
    }

    /// Runs it on a picture in colour: value / 255 − 0.5.
    pub fn run_colours(&self, picture: &RgbImage) -> Result<Planes, NetError> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let mut values = Vec::with_capacity(3 * width * height);
        for channel in 0..3 {
            values.extend(picture.pixels().map(|pixel| f32::from(pixel.0[channel]) / 255.0 - 0.5));
        }
        self.run([3, height, width], values)
    }

    /// Runs it on a picture without colour, less its mean and by its deviation.
    pub fn run_luma(&self, picture: &GrayImage) -> Result<Planes, NetError> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let values: Vec<f32> = picture.as_raw().iter().map(|value| f32::from(*value) / 255.0).collect();
        let count = values.len().max(1) as f32;
        let mean = values.iter().sum::<f32>() / count;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count).sqrt() + 0.02;
        self.run([1, height, width], values.into_iter().map(|value| (value - mean) / deviation).collect())
    }
}

/// Probabilities of classes from their scores.
pub(crate) fn softmax(scores: &[f32]) -> Vec<f32> {
    let mut probabilities = vec![0.0; scores.len()];
    softmax_into(scores, &mut probabilities);
    probabilities
}

/// The same, where one room serves many times.
pub(crate) fn softmax_into(scores: &[f32], probabilities: &mut [f32]) {
    // Not `f32::max`: that is a library call in wasm, and there are ten thousand classes a step.
    let most = scores.iter().fold(f32::NEG_INFINITY, |most, score| if *score > most { *score } else { most });
    let mut sum = 0.0;
    for (probability, &score) in probabilities.iter_mut().zip(scores) {
        let below = score - most;
        *probability = if below > -NEGLIGIBLE { below.exp() } else { 0.0 };
        sum += *probability;
    }
    let norm = 1.0 / sum.max(f32::MIN_POSITIVE);
    for probability in probabilities {
        *probability *= norm;
    }
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Net")
    }
}
