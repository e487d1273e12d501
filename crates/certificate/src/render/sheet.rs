//! A page to write and draw on, in points from its upper left corner.

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};
use shiming_credential::Symbol;
use shiming_identity::Date;

use super::fonts::{Fonts, NoGlyph, Weight, Writers};
use super::{Part, RenderError};
use crate::seal::{Artwork, Seal};

/// A4, points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;

/// Red, green, blue.
pub(super) type Colour = (u8, u8, u8);

/// How text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) colour: Colour,
    /// Behind every character, in ems.
    pub(super) spacing: f32,
}

/// Where a line's `x` is.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// What the PDF says of itself.
pub(super) struct About {
    pub(super) title: String,
    pub(super) subject: String,
    pub(super) author: String,
    pub(super) version: String,
    pub(super) date: Date,
    pub(super) bilingual: bool,
}

/// A page that is being made.
pub(super) struct Sheet<'s, 'f> {
    surface: Surface<'s>,
    writers: Writers<'f>,
}

/// The PDF of one page that `draw` draws; `link` is where a rectangle of it leads.
pub(super) fn pdf(
    about: &About,
    fonts: &Fonts,
    link: Option<(Rect, String)>,
    draw: impl FnOnce(&mut Sheet<'_, '_>) -> Result<(), RenderError>,
) -> Result<Vec<u8>, RenderError> {
    let configuration =
        ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish().map_err(|_| RenderError::Pdf)?;
    let settings = SerializeSettings { configuration, enable_tagging: false, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let page = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(RenderError::Pdf)?;
    let mut page = document.start_page_with(page);
    if let Some((place, target)) = link {
        let target = Target::Action(Action::Link(LinkAction::new(target)));
        page.add_annotation(Annotation::new_link(LinkAnnotation::new(place, target), None));
    }
    let drawn = {
        let mut sheet = Sheet { surface: page.surface(), writers: Writers::new(fonts) };
        let drawn = draw(&mut sheet);
        sheet.surface.finish();
        drawn
    };
    page.finish();
    drawn?;
    let day = DateTime::new(about.date.year()).month(about.date.month()).day(about.date.day());
    let metadata = Metadata::new()
        .title(about.title.clone())
        .description(about.subject.clone())
        .authors(vec![about.author.clone()])
        .creator(format!("shiming {}, template {}", env!("CARGO_PKG_VERSION"), about.version))
        .producer("krilla".to_owned())
        .language(if about.bilingual { "zh-CN" } else { "zh" }.to_owned())
        .document_id(about.subject.clone())
        .creation_date(day.hour(0).minute(0).second(0).utc_offset_hour(8));
    document.set_metadata(metadata);
    document.finish().map_err(|_| RenderError::Pdf)
}

impl Sheet<'_, '_> {
    /// Writes a line, its baseline at `y`. `part` says what it is, should a character be missing.
    pub(super) fn text(
        &mut self,
        part: Part,
        text: &str,
        (x, y): (f32, f32),
        align: Align,
        style: Style,
    ) -> Result<(), RenderError> {
        let runs = self.writers.of(style.weight).runs(text, style.spacing).map_err(|error| no_glyph(part, error))?;
        // The last character's spacing is no part of the line.
        let width: f32 = style.size * (runs.iter().map(|run| run.width).sum::<f32>() - style.spacing);
        let mut at = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(style.colour, 255)));
        for run in runs {
            self.surface.draw_glyphs(Point::from_xy(at, y), &run.glyphs, run.font, &run.text, style.size, false);
            at += run.width * style.size;
        }
        Ok(())
    }

    /// Writes a line that may be so wide.
    pub(super) fn line(
        &mut self,
        part: Part,
        text: &str,
        place: (f32, f32),
        align: Align,
        style: Style,
        room: f32,
    ) -> Result<(), RenderError> {
        if self.width(part, text, style)? > room {
            return Err(RenderError::DoesNotFit(part));
        }
        self.text(part, text, place, align, style)
    }

    /// Writes a line of the document's own words that rises by 30° about its middle, which is at `(x, y)`.
    pub(super) fn aslant(&mut self, text: &str, (x, y): (f32, f32), style: Style) -> Result<(), RenderError> {
        let (sin, cos) = 30.0_f32.to_radians().sin_cos();
        let (left, top) = (x - cos * x - sin * y, y + sin * x - cos * y);
        self.surface.push_transform(&Transform::from_row(cos, -sin, sin, cos, left, top));
        let written = self.text(Part::Words, text, (x, y + 0.35 * style.size), Align::Centre, style);
        self.surface.pop();
        written
    }

    /// How wide a line would be.
    pub(super) fn width(&self, part: Part, text: &str, style: Style) -> Result<f32, RenderError> {
        let width = self.writers.of(style.weight).width(text, style.spacing).map_err(|error| no_glyph(part, error))?;
        Ok(style.size * (width - style.spacing))
    }

    /// Writes a paragraph, the first baseline at `y`; gives the baseline after the last.
    pub(super) fn paragraph(
        &mut self,
        part: Part,
        text: &str,
        (x, y): (f32, f32),
        (width, indent, leading): (f32, f32, f32),
        style: Style,
    ) -> Result<f32, RenderError> {
        let ems = |points: f32| points / style.size;
        let writer = self.writers.of(style.weight);
        // Places are counted in the whole text, not in what a line breaks into.
        writer.width(text, 0.0).map_err(|error| no_glyph(part, error))?;
        let lines = writer.lines(text, ems(width), ems(indent)).map_err(|error| no_glyph(part, error))?;
        let mut baseline = y;
        for (at, line) in lines.iter().enumerate() {
            let x = if at == 0 { x + indent } else { x };
            self.text(part, line, (x, baseline), Align::Left, style)?;
            baseline += leading;
        }
        Ok(baseline)
    }

    /// Strokes a path.
    pub(super) fn stroke(&mut self, path: Option<Path>, width: f32, colour: Colour) {
        let Some(path) = path else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke(colour, 255, width)));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }

    /// A straight line.
    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Colour) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        self.stroke(path.finish(), width, colour);
    }

    /// A rectangle's outline.
    pub(super) fn frame(&mut self, place: Rect, width: f32, colour: Colour) {
        let mut path = PathBuilder::new();
        path.push_rect(place);
        self.stroke(path.finish(), width, colour);
    }

    /// A filled rectangle.
    pub(super) fn area(&mut self, place: Rect, colour: Colour) {
        let mut path = PathBuilder::new();
        path.push_rect(place);
        let Some(path) = path.finish() else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(colour, 255)));
        self.surface.draw_path(&path);
    }

    /// A QR symbol without its quiet zone, as one path: dark runs of a row are one rectangle each.
    pub(super) fn symbol(&mut self, symbol: &Symbol, place: Rect, colour: Colour) {
        let side = symbol.side();
        let module = place.width() / to_f32(side);
        let mut path = PathBuilder::new();
        for row in 0..side {
            let mut column = 0;
            while column < side {
                let run = (column..side).take_while(|x| symbol.is_dark(*x, row)).count();
                if run > 0 {
                    let (x, y) = (place.left() + to_f32(column) * module, place.top() + to_f32(row) * module);
                    if let Some(dark) = Rect::from_xywh(x, y, to_f32(run) * module, module) {
                        path.push_rect(dark);
                    }
                }
                column += run.max(1);
            }
        }
        let Some(path) = path.finish() else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(colour, 255)));
        self.surface.draw_path(&path);
    }

    /// The seal, as large as fits the place, in its middle.
    pub(super) fn seal(&mut self, seal: &Seal, place: Rect) {
        let (width, height) = match &seal.artwork {
            Artwork::Svg(tree) => (tree.size().width(), tree.size().height()),
            Artwork::Png { width, height, .. } => (to_f32(*width as usize), to_f32(*height as usize)),
        };
        let scale = (place.width() / width).min(place.height() / height);
        let left = place.left() + (place.width() - width * scale) / 2.0;
        let top = place.top() + (place.height() - height * scale) / 2.0;
        self.surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, scale, left, top));
        match &seal.artwork {
            Artwork::Svg(tree) => shapes(&mut self.surface, tree.root()),
            Artwork::Png { rgba, width: columns, height: rows } => {
                if let Some(size) = Size::from_wh(width, height) {
                    self.surface.draw_image(Image::from_rgba8(rgba.clone(), *columns, *rows), size);
                }
            }
        }
        self.surface.pop();
    }
}

/// Draws shapes in plain colours: whatever else an SVG may have was refused when the seal was opened.
fn shapes(surface: &mut Surface<'_>, group: &usvg::Group) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => shapes(surface, group),
            usvg::Node::Path(path) if path.is_visible() => shape(surface, path),
            _ => {}
        }
    }
}

fn shape(surface: &mut Surface<'_>, shape: &usvg::Path) {
    let colour = |paint: &usvg::Paint| match paint {
        usvg::Paint::Color(colour) => Some((colour.red, colour.green, colour.blue)),
        _ => None,
    };
    let Some(path) = outline(shape.data()) else { return };
    let fill = shape.fill().and_then(|paint| {
        let rule = match paint.rule() {
            usvg::FillRule::NonZero => FillRule::NonZero,
            usvg::FillRule::EvenOdd => FillRule::EvenOdd,
        };
        Some(Fill { rule, ..fill(colour(paint.paint())?, paint.opacity().to_u8()) })
    });
    let stroke = shape.stroke().and_then(|paint| {
        let dash = paint.dasharray().map(|array| StrokeDash { array: array.to_vec(), offset: paint.dashoffset() });
        let line_cap = match paint.linecap() {
            usvg::LineCap::Butt => LineCap::Butt,
            usvg::LineCap::Round => LineCap::Round,
            usvg::LineCap::Square => LineCap::Square,
        };
        let line_join = match paint.linejoin() {
            usvg::LineJoin::Round => LineJoin::Round,
            usvg::LineJoin::Bevel => LineJoin::Bevel,
            _ => LineJoin::Miter,
        };
        let plain = stroke(colour(paint.paint())?, paint.opacity().to_u8(), paint.width().get());
        Some(Stroke { miter_limit: paint.miterlimit().get(), line_cap, line_join, dash, ..plain })
    });
    if fill.is_none() && stroke.is_none() {
        return;
    }
    let t = shape.abs_transform();
    surface.push_transform(&Transform::from_row(t.sx, t.ky, t.kx, t.sy, t.tx, t.ty));
    surface.set_fill(fill);
    surface.set_stroke(stroke);
    surface.draw_path(&path);
    surface.pop();
}

fn outline(data: &usvg::tiny_skia_path::Path) -> Option<Path> {
    use usvg::tiny_skia_path::PathSegment;

    let mut path = PathBuilder::new();
    for segment in data.segments() {
        match segment {
            PathSegment::MoveTo(p) => path.move_to(p.x, p.y),
            PathSegment::LineTo(p) => path.line_to(p.x, p.y),
            PathSegment::QuadTo(a, p) => path.quad_to(a.x, a.y, p.x, p.y),
            PathSegment::CubicTo(a, b, p) => path.cubic_to(a.x, a.y, b.x, b.y, p.x, p.y),
            PathSegment::Close => path.close(),
        }
    }
    path.finish()
}

fn no_glyph(part: Part, NoGlyph(position): NoGlyph) -> RenderError {
    RenderError::NoGlyph { part, position }
}

fn opacity(alpha: u8) -> NormalizedF32 {
    NormalizedF32::new(f32::from(alpha) / 255.0).unwrap_or(NormalizedF32::ONE)
}

fn fill((red, green, blue): Colour, alpha: u8) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: opacity(alpha), rule: FillRule::NonZero }
}

fn stroke((red, green, blue): Colour, alpha: u8, width: f32) -> Stroke {
    Stroke { paint: rgb::Color::new(red, green, blue).into(), opacity: opacity(alpha), width, ..Stroke::default() }
}

/// Counts of pixels and modules, all far below 2^24.
#[allow(clippy::cast_precision_loss, reason = "far below 2^24")]
fn to_f32(count: usize) -> f32 {
    count as f32
}
