//! The seal itself, verified and ready to be drawn.

use shiming_credential::{IssuerKeys, TokenError};

use super::{Grant, LARGEST, MediaType};
use crate::hash::Hash;
use crate::number::OfficeCode;

/// The longer side of a PNG, pixels: 42 mm at 600 dots per inch.
const LONGEST_SIDE: u32 = 1000;
/// Elements of an SVG.
const MOST_NODES: u32 = 2_000;

/// A seal that is the police's, may be used now, and can be drawn.
#[derive(Clone)]
pub struct Seal {
    office: OfficeCode,
    pub(crate) artwork: Artwork,
}

/// What is drawn.
#[derive(Clone)]
pub(crate) enum Artwork {
    /// Shapes.
    Svg(Box<usvg::Tree>),
    /// Pixels, red, green, blue and alpha.
    Png { rgba: Vec<u8>, width: u32, height: u32 },
}

/// A seal that is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The police did not sign it.
    #[error("the seal is not the police's: {0}")]
    Token(#[source] TokenError),
    /// The picture is not the one that was signed.
    #[error("the seal's picture is not the one that was signed")]
    OtherPicture,
    /// It is another office's.
    #[error("the seal is another office's")]
    OtherOffice,
    /// It may not be used yet, or no longer.
    #[error("the seal may not be used now")]
    Time,
    /// More than [`LARGEST`] bytes, or more pixels or elements than a seal has.
    #[error("the seal's picture is too large")]
    TooLarge,
    /// No picture of its type, or an SVG with anything but shapes: scripts, styles, references, texts, pictures.
    #[error("the seal's picture is damaged, or has more than shapes in it")]
    Picture,
}

impl Seal {
    /// The seal in these bytes, if the police's keys vouch for it: this picture, this office, now (seconds since 1970).
    pub fn open(
        picture: &[u8],
        grant: &[u8],
        keys: &IssuerKeys,
        office: OfficeCode,
        now: u64,
    ) -> Result<Self, SealError> {
        if picture.len() > LARGEST {
            return Err(SealError::TooLarge);
        }
        let grant = Grant::open(grant, keys).map_err(SealError::Token)?;
        if grant.picture != Hash::of(&[picture]) {
            return Err(SealError::OtherPicture);
        }
        if grant.office != office {
            return Err(SealError::OtherOffice);
        }
        if !(grant.not_before..grant.expires_at).contains(&now) {
            return Err(SealError::Time);
        }
        let artwork = match grant.media_type {
            MediaType::Svg => svg(picture)?,
            MediaType::Png => png(picture)?,
        };
        Ok(Self { office, artwork })
    }

    /// Whose it is.
    #[must_use]
    pub fn office(&self) -> OfficeCode {
        self.office
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seal({})", self.office)
    }
}

/// Elements that are shapes or hold them together.
const ELEMENTS: [&str; 11] =
    ["svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "title", "desc"];
/// What may be said of them: geometry, and paint that is a colour. No style, class or reference.
const ATTRIBUTES: [&str; 35] = [
    "viewBox",
    "width",
    "height",
    "version",
    "preserveAspectRatio",
    "id",
    "transform",
    "d",
    "points",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "pathLength",
    "fill",
    "fill-rule",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-dasharray",
    "stroke-dashoffset",
    "color",
    "visibility",
    "display",
];
const SVG: &str = "http://www.w3.org/2000/svg";

/// Shapes, and nothing else. A DTD is refused by the parser, so that there are no entities to expand.
fn svg(bytes: &[u8]) -> Result<Artwork, SealError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SealError::Picture)?;
    let limits = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, limits).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => SealError::TooLarge,
        _ => SealError::Picture,
    })?;
    for node in document.descendants() {
        let name = node.tag_name();
        let is_shape = !node.is_element() || (name.namespace() == Some(SVG) && ELEMENTS.contains(&name.name()));
        let is_plain = |attribute: roxmltree::Attribute<'_, '_>| {
            let value = attribute.value().to_ascii_lowercase();
            attribute.namespace().is_none()
                && ATTRIBUTES.contains(&attribute.name())
                && !["url", "(#", "data:", "var"].iter().any(|word| value.contains(word))
        };
        if !is_shape || node.is_pi() || !node.attributes().all(is_plain) {
            return Err(SealError::Picture);
        }
    }
    let tree = usvg::Tree::from_xmltree(&document, &usvg::Options::default()).map_err(|_| SealError::Picture)?;
    if tree.root().has_children() { Ok(Artwork::Svg(Box::new(tree))) } else { Err(SealError::Picture) }
}

fn png(bytes: &[u8]) -> Result<Artwork, SealError> {
    let limits = png::Limits { bytes: 8 * 1024 * 1024 };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|_| SealError::Picture)?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width.max(height) > LONGEST_SIDE {
        return Err(SealError::TooLarge);
    }
    let size = reader.output_buffer_size().filter(|size| *size <= 4 * 1024 * 1024).ok_or(SealError::TooLarge)?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|_| SealError::Picture)?;
    pixels.truncate(frame.buffer_size());
    let rgba = match frame.color_type {
        png::ColorType::Rgba => pixels,
        png::ColorType::GrayscaleAlpha => {
            pixels.as_chunks::<2>().0.iter().flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect()
        }
        _ => return Err(SealError::Picture),
    };
    Ok(Artwork::Png { rgba, width, height })
}
