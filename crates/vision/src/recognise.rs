//! Reading one printed line: a picture of the line and the alphabet it is written in → text with confidences.
//!
//! The network (`models/recogniser.onnx`) is a CTC recogniser: for every step of 8 pixels along the line it scores a
//! blank, the characters of `models/characters.txt` in their order, and a space. A field restricts what may come out;
//! confidences stay those among *all* classes, so that a character which the network took for something outside the
//! field's alphabet comes out with a low one.

use std::sync::LazyLock;

use image::RgbImage;
use image::imageops::{self, FilterType};
use rten::{Dimension, Model, ModelOptions, RunOptions, op_registry};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use shiming_identity::document::Alphabet;
use shiming_identity::ethnicity::{BEYOND_GROUPS, GROUPS};

use crate::net::softmax_into;

/// The characters that the recogniser writes: class 1 is the first.
pub const CHARACTERS: &str = include_str!("../../../models/characters.txt");

/// Height of the network's input, pixels.
const HEIGHT: u32 = 48;
/// One step of the output is this many pixels of the input.
const STEP: u32 = 8;
/// Lines narrower than this are padded: single characters are read badly without room around them.
const LEAST_WIDTH: u32 = 96;
/// A line is at most this many pixels long once it is [`HEIGHT`] high; nothing printed on a card comes near.
const MOST_WIDTH: u32 = 2048;
/// The class of "nothing here".
const BLANK: usize = 0;
/// How many other candidates are given for a character, and how probable they have to be: what a number may be repaired
/// with.
const ALTERNATIVES: (usize, f32) = (3, 0.01);
/// The same for a name, whose candidates are shown to the person who knows it: a rare character is seldom far down.
const NAME_ALTERNATIVES: (usize, f32) = (8, 0.0005);

/// Why a recogniser could not be made, or a line not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecogniseError {
    /// The bytes are no model that this program can run.
    #[error("the recogniser cannot be loaded: {0}")]
    Load(#[source] rten::LoadError),
    /// The model's classes are not those of [`CHARACTERS`].
    #[error("the recogniser does not fit its list of characters")]
    Classes,
    /// The picture of the line has no pixels, or is more than forty times as long as it is high.
    #[error("a picture of {width} × {height} pixels is no line of text")]
    NoLine {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The network failed.
    #[error("the recogniser failed: {0}")]
    Run(#[source] rten::RunError),
}

/// A character that was read.
#[derive(Clone, PartialEq)]
pub struct ReadCharacter {
    /// The character.
    pub value: char,
    /// Its probability among everything the network can write, 0 to 1.
    pub confidence: f32,
    /// Other candidates of the same alphabet, the likeliest first, with their probabilities.
    pub alternatives: Vec<(char, f32)>,
    /// Where along the line it stands: 0 is the line's left edge, 1 its right edge.
    pub position: f32,
}

/// A line that was read. Printed values are personal data: `Debug` shows none of them.
#[derive(Clone, Default, PartialEq)]
pub struct Line {
    /// The characters from left to right.
    pub characters: Vec<ReadCharacter>,
}

impl Line {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.characters.iter().map(|character| character.value).collect()
    }

    /// Confidence of the least certain character, 0 to 1; 0 for a line without characters.
    #[must_use]
    pub fn least_confidence(&self) -> f32 {
        self.characters.iter().map(|character| character.confidence).reduce(f32::min).unwrap_or(0.0)
    }

    /// Mean confidence, 0 to 1; 0 for a line without characters.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a line has at most a few hundred characters")]
    pub fn mean_confidence(&self) -> f32 {
        let sum: f32 = self.characters.iter().map(|character| character.confidence).sum();
        sum / (self.characters.len().max(1) as f32)
    }
}

impl std::fmt::Debug for ReadCharacter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadCharacter(…, {:.2})", self.confidence)
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({} characters, {:.2})", self.characters.len(), self.mean_confidence())
    }
}

/// Reads lines of print.
pub struct Recogniser {
    model: Model,
    classes: Vec<char>,
    restrictions: Vec<Restriction>,
}

/// What one alphabet makes of the network's classes.
struct Restriction {
    alphabet: Alphabet,
    /// Classes that may come out.
    allowed: Vec<bool>,
    /// Classes whose probability counts for another one: what looks the same in print.
    same: Vec<(usize, usize)>,
}

impl Recogniser {
    /// Loads `models/recogniser.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, RecogniseError> {
        // Only what the model uses: every other operator stays out of the binary.
        let operators = op_registry!(
            Add,
            AveragePool,
            Cast,
            Concat,
            Conv,
            DequantizeLinear,
            Gelu,
            GlobalAveragePool,
            HardSigmoid,
            LayerNormalization,
            MatMul,
            MaxPool,
            Mul,
            Relu,
            Reshape,
            Shape,
            Sigmoid,
            Slice,
            Softmax,
            Squeeze,
            Transpose,
            Unsqueeze
        );
        let model = ModelOptions::with_ops(operators).load(model.into()).map_err(RecogniseError::Load)?;
        let classes: Vec<char> = CHARACTERS.lines().filter_map(|line| line.chars().next()).collect();
        let output = model.output_ids().first().and_then(|id| model.node_info(*id)).and_then(|node| node.shape());
        // The blank and the space are not listed.
        if !matches!(output.as_deref(), Some([_, _, Dimension::Fixed(found)]) if *found == classes.len() + 2) {
            return Err(RecogniseError::Classes);
        }
        // Narrower alphabets are read by a net of their own.
        let alphabets = [Alphabet::HanName, Alphabet::Text, Alphabet::Ethnicity];
        let restrictions = alphabets.map(|alphabet| Restriction::new(alphabet, &classes)).into();
        Ok(Self { model, classes, restrictions })
    }

    /// Reads one line. `picture` shows the line and little else: trimmed to its ink, with a few pixels of margin.
    pub fn recognise(&self, picture: &RgbImage, alphabet: Alphabet) -> Result<Line, RecogniseError> {
        let (input, share) = prepare(picture)?;
        let output = self.model.run_one(input.view().into(), None::<RunOptions>).map_err(RecogniseError::Run)?;
        let logits: NdTensor<f32, 3> = output.try_into().map_err(|_| RecogniseError::Classes)?;
        let [_, steps, classes] = logits.shape();
        if classes != self.classes.len() + 2 {
            return Err(RecogniseError::Classes);
        }
        let Some(restriction) = self.restrictions.iter().find(|known| known.alphabet == alphabet) else {
            return Err(RecogniseError::Classes);
        };
        let logits = logits.to_vec();
        Ok(self.decode(logits.chunks_exact(classes), steps, share, restriction))
    }

    /// Greedy CTC decoding within `restriction`; `share` is the part of the input's width that the line fills.
    fn decode<'a>(
        &self,
        logits: impl Iterator<Item = &'a [f32]>,
        steps: usize,
        share: f32,
        restriction: &Restriction,
    ) -> Line {
        let mut line = Line::default();
        let mut probabilities = vec![0.0; self.classes.len() + 2];
        let mut previous = BLANK;
        let mut best_in_run = 0.0;
        for (step, scores) in logits.enumerate() {
            softmax_into(scores, &mut probabilities);
            restriction.merge(&mut probabilities);
            let best = restriction.best(&probabilities);
            let confidence = probabilities[best];
            if best == BLANK {
                previous = BLANK;
                continue;
            }
            let repeated = best == previous;
            if repeated && confidence <= best_in_run {
                continue;
            }
            previous = best;
            best_in_run = confidence;
            #[allow(clippy::cast_precision_loss, reason = "a line has at most 256 steps")]
            let position = ((step as f32 + 0.5) / steps as f32 / share).min(1.0);
            let character = ReadCharacter {
                value: self.class(best),
                confidence: confidence.min(1.0),
                alternatives: self.alternatives(&probabilities, best, restriction),
                position,
            };
            if repeated {
                line.characters.pop();
            }
            line.characters.push(character);
        }
        // Only Latin words are parted.
        let latin: Vec<bool> = line.characters.iter().map(|read| read.value.is_ascii_alphabetic()).collect();
        let mut at = 0;
        line.characters.retain(|read| {
            let is_between = at > 0 && latin[at - 1] && latin.get(at + 1) == Some(&true);
            at += 1;
            read.value != ' ' || is_between
        });
        line
    }

    /// The character of a class that may come out.
    fn class(&self, class: usize) -> char {
        if class == self.classes.len() + 1 {
            return ' ';
        }
        self.classes.get(class.wrapping_sub(1)).copied().unwrap_or('\u{fffd}')
    }

    /// The likeliest characters besides `best`.
    fn alternatives(&self, probabilities: &[f32], best: usize, restriction: &Restriction) -> Vec<(char, f32)> {
        let (most, least) = if restriction.alphabet == Alphabet::HanName { NAME_ALTERNATIVES } else { ALTERNATIVES };
        let mut found: Vec<(usize, f32)> = probabilities
            .iter()
            .enumerate()
            .filter(|&(class, &p)| p >= least && class != best && class != BLANK && restriction.allowed[class])
            .map(|(class, &p)| (class, p))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.truncate(most);
        found.into_iter().map(|(class, p)| (self.class(class), p)).collect()
    }
}

impl std::fmt::Debug for Recogniser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recogniser({} classes)", self.classes.len() + 2)
    }
}

impl Restriction {
    fn new(alphabet: Alphabet, classes: &[char]) -> Self {
        let mut allowed = vec![false; classes.len() + 2];
        allowed[BLANK] = true;
        for (index, &character) in classes.iter().enumerate() {
            allowed[index + 1] = allows(alphabet, character);
        }
        let class = |character: char| classes.iter().position(|&known| known == character).map(|index| index + 1);
        let space = classes.len() + 1;
        let mut same = Vec::new();
        if alphabet == Alphabet::Text {
            allowed[space] = true;
        } else {
            // A space is a place without a character.
            same.push((space, BLANK));
        }
        for &(shape, meaning) in look_alikes(alphabet) {
            if let (Some(from), Some(to)) = (class(shape), class(meaning)) {
                same.push((from, to));
            }
        }
        Self { alphabet, allowed, same }
    }

    /// Adds the probability of what looks the same in print to the class that is meant.
    fn merge(&self, probabilities: &mut [f32]) {
        for &(from, to) in &self.same {
            probabilities[to] += probabilities[from];
            probabilities[from] = 0.0;
        }
    }

    /// The likeliest class that may come out.
    fn best(&self, probabilities: &[f32]) -> usize {
        let mut best = BLANK;
        for (class, (&allowed, &probability)) in self.allowed.iter().zip(probabilities).enumerate() {
            if allowed && probability > probabilities[best] {
                best = class;
            }
        }
        best
    }
}

/// Whether `character` can stand in a field of this alphabet.
pub(crate) fn allows(alphabet: Alphabet, character: char) -> bool {
    let han = is_han(character);
    match alphabet {
        Alphabet::HanName => (han && character != '〇') || character == '·',
        Alphabet::Sex => matches!(character, '男' | '女'),
        Alphabet::Ethnicity => ETHNICITY.contains(&character),
        Alphabet::Digits => character.is_ascii_digit(),
        Alphabet::IdNumber => character.is_ascii_digit() || character == 'X',
        Alphabet::Text => han || character.is_ascii_alphanumeric() || "-#·—（）()、，。/.".contains(character),
        Alphabet::Validity => character.is_ascii_digit() || matches!(character, '.' | '-' | '长' | '期'),
        Alphabet::SexBoth => matches!(character, '男' | '女' | 'M' | 'F' | 'X' | '/'),
        // With the diacritics of Latin-1 and Latin Extended-A.
        Alphabet::Latin => character.is_uppercase() && character <= '\u{17f}' || " ,-'.".contains(character),
        Alphabet::Date => {
            character.is_ascii_digit() || character.is_ascii_uppercase() || " .-/年月日".contains(character)
        }
        Alphabet::Number => character.is_ascii_digit() || character.is_ascii_uppercase() || "()".contains(character),
        Alphabet::Mrz => character.is_ascii_digit() || character.is_ascii_uppercase() || character == '<',
    }
}

/// The characters that names of ethnic groups are written with.
static ETHNICITY: LazyLock<Vec<char>> =
    LazyLock::new(|| GROUPS.iter().chain(&BEYOND_GROUPS).flat_map(|name| name.chars()).collect());

/// Shapes that, in a field of this alphabet, can only be the other character.
fn look_alikes(alphabet: Alphabet) -> &'static [(char, char)] {
    match alphabet {
        Alphabet::HanName => &[('.', '·'), ('。', '·'), ('-', '一'), ('—', '一')],
        _ => &[],
    }
}

/// A Han character, or 〇.
fn is_han(character: char) -> bool {
    matches!(character, '〇' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// The network's input for a line, and the share of its width that the line fills: scaled to [`HEIGHT`] with its
/// aspect kept, red, green and blue planes from −1 to 1, mid-grey to the right of it.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "sizes are bounded by MOST_WIDTH"
)]
fn prepare(picture: &RgbImage) -> Result<(NdTensor<f32, 4>, f32), RecogniseError> {
    let (width, height) = picture.dimensions();
    let no_line = RecogniseError::NoLine { width, height };
    if width == 0 || height == 0 {
        return Err(no_line);
    }
    let scaled = (f64::from(width) * f64::from(HEIGHT) / f64::from(height)).round().max(1.0);
    if scaled > f64::from(MOST_WIDTH) {
        return Err(no_line);
    }
    let scaled = scaled as u32;
    let resized = imageops::resize(picture, scaled, HEIGHT, FilterType::Triangle);
    let padded = scaled.max(LEAST_WIDTH).next_multiple_of(STEP);
    let (rows, columns) = (HEIGHT as usize, padded as usize);
    let mut planes = vec![0.0f32; 3 * rows * columns];
    for (x, y, pixel) in resized.enumerate_pixels() {
        for (channel, &value) in pixel.0.iter().enumerate() {
            planes[(channel * rows + y as usize) * columns + x as usize] = f32::from(value) / 127.5 - 1.0;
        }
    }
    Ok((NdTensor::from_data([1, 3, rows, columns], planes), scaled as f32 / padded as f32))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
    use image::Rgb;

    use super::*;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

    fn recogniser() -> Recogniser {
        Recogniser::new(std::fs::read(Path::new(ROOT).join("models/recogniser.onnx")).unwrap()).unwrap()
    }

    fn font() -> FontVec {
        let path = "node_modules/@expo-google-fonts/noto-sans-sc/300Light/NotoSansSC_300Light.ttf";
        FontVec::try_from_vec(std::fs::read(Path::new(ROOT).join(path)).expect("npm ci installs the font")).unwrap()
    }

    /// Dark print on the pale ground of a card, `height` pixels to an em, with a margin of a quarter.
    fn drawn(text: &str, height: f32) -> RgbImage {
        let font = font();
        let scaled = font.as_scaled(PxScale::from(height * font.height_unscaled() / font.units_per_em().unwrap()));
        let margin = height / 4.0;
        let length: f32 = text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum();
        let (width, rows) = ((length + 2.0 * margin).ceil() as u32, (1.5 * height) as u32);
        let mut picture = RgbImage::from_pixel(width, rows, Rgb([222, 230, 236]));
        let mut x = margin;
        for character in text.chars() {
            assert_ne!(font.glyph_id(character).0, 0, "the font lacks {character}");
            let glyph = scaled.scaled_glyph(character);
            x += scaled.h_advance(glyph.id);
            let at = point(x - scaled.h_advance(glyph.id), margin + height * 0.88);
            let Some(outline) = font.outline_glyph(ab_glyph::Glyph { position: at, ..glyph }) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, ink| {
                let (px, py) = (corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy));
                if let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py))
                    && px < width
                    && py < rows
                {
                    let paper = picture.get_pixel(px, py).0;
                    let mix = |paper: u8| (f32::from(paper) * (1.0 - ink) + 30.0 * ink) as u8;
                    picture.put_pixel(px, py, Rgb(paper.map(mix)));
                }
            });
        }
        picture
    }

    // RN-5
    #[test]
    fn names_and_addresses_are_read() {
        let recogniser = recogniser();
        for (text, alphabet) in [
            ("欧阳子衿", Alphabet::HanName),
            ("阿依古丽·买买提", Alphabet::HanName),
            ("广东省深圳市南山区粤海街道88号", Alphabet::Text),
            ("幸福小区3栋2单元1201室", Alphabet::Text),
            ("北京市公安局朝阳分局", Alphabet::Text),
        ] {
            for height in [20.0, 34.0, 60.0] {
                let line = recogniser.recognise(&drawn(text, height), alphabet).unwrap();
                assert_eq!(line.text(), text, "{height} px");
                assert!(line.least_confidence() > 0.5, "{text} at {height} px: {}", line.least_confidence());
                assert!(line.mean_confidence() >= line.least_confidence());
            }
        }
    }

    // RN-5, RC-6: names keep their rare characters
    #[test]
    fn rare_characters_of_names_are_read() {
        let recogniser = recogniser();
        // Look-alikes in pairs: neither may swallow the other (models/recipe/rare.py).
        for name in
            ["赵䶮", "王喆", "李垚", "张煊", "陈犇", "林祎", "陈𬭎", "陈铉", "刘𫖯", "刘频", "李孪", "吴窒", "张室"]
        {
            let line = recogniser.recognise(&drawn(name, 40.0), Alphabet::HanName).unwrap();
            assert_eq!(line.text(), name);
        }
    }

    #[test]
    fn what_a_field_cannot_hold_does_not_come_out_with_confidence() {
        let line = recogniser().recognise(&drawn("20360701", 40.0), Alphabet::HanName).unwrap();
        assert!(line.characters.iter().all(|read| is_han(read.value) || read.value == '·'));
        assert!(line.mean_confidence() < 0.3, "{line:?}");
    }

    #[test]
    fn characters_stand_where_they_are_printed() {
        let line = recogniser().recognise(&drawn("性别男民族汉", 40.0), Alphabet::Text).unwrap();
        assert_eq!(line.text(), "性别男民族汉");
        // Half an em of margin in seven ems, then one em each.
        for (index, character) in line.characters.iter().enumerate() {
            let expected = (0.25 + index as f32 + 0.5) / 6.5;
            assert!((character.position - expected).abs() < 0.05, "{index}: {} {expected}", character.position);
        }
    }

    #[test]
    fn pictures_that_are_no_line_are_refused() {
        let recogniser = recogniser();
        for (width, height) in [(0, 0), (0, 48), (48, 0), (4000, 2)] {
            let refused = recogniser.recognise(&RgbImage::new(width, height), Alphabet::Text);
            assert!(matches!(refused, Err(RecogniseError::NoLine { .. })), "{width} × {height}");
        }
        let empty = recogniser.recognise(&RgbImage::from_pixel(300, 40, Rgb([230; 3])), Alphabet::Text).unwrap();
        assert_eq!(empty.text(), "");
        assert_eq!((empty.least_confidence(), empty.mean_confidence()), (0.0, 0.0));
    }

    #[test]
    fn other_models_are_refused() {
        assert!(matches!(Recogniser::new(vec![0; 100]), Err(RecogniseError::Load(_))));
        let truncated = std::fs::read(Path::new(ROOT).join("models/recogniser.onnx")).unwrap();
        assert!(matches!(Recogniser::new(&truncated[..1000]), Err(RecogniseError::Load(_) | RecogniseError::Classes)));
    }

    #[test]
    fn debug_shows_nothing_that_was_printed() {
        let character =
            ReadCharacter { value: '赵', confidence: 0.5, alternatives: vec![('赳', 0.2)], position: 0.5 };
        let line = Line { characters: vec![character] };
        assert!(!format!("{line:?}{:?}", line.characters).contains(['赵', '赳']));
    }
}
