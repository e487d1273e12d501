//! The two documents, laid out.

use krilla::geom::Rect;
use shiming_credential::Symbol;
use shiming_identity::document::facts;
use shiming_identity::{Date, PersonName, Sex};

use super::fonts::{Fonts, Weight};
use super::sheet::{About, Align, Colour, HEIGHT, Sheet, Style, WIDTH, pdf};
use super::template::Template;
use super::{Language, Part, RenderError, ornament};
use crate::file::Content;
use crate::link::{Link, Origin};
use crate::outcome::{Bilingual, Certificate, Notice, Office};
use crate::seal::Seal;

const INK: Colour = (24, 32, 46);
const BLUE: Colour = (32, 66, 120);
const GREY: Colour = (96, 106, 122);
const LINE: Colour = (205, 213, 225);
const FINE: Colour = (158, 182, 214);
const FAINT: Colour = (234, 239, 247);
const WHITE: Colour = (255, 255, 255);
const PINK: Colour = (246, 205, 205);

/// What is written across what shows how documents look.
const SPECIMEN: &str = "样张 SPECIMEN";

/// Left and right end of the text.
const LEFT: f32 = 84.0;
const RIGHT: f32 = WIDTH - LEFT;
/// Where values begin, beside their labels.
const VALUES: f32 = 214.0;
/// Where the block of code, office and seal begins: higher where two languages need a line more below it.
const fn foot_of(language: Language) -> f32 {
    match language {
        Language::Chinese => 566.0,
        Language::Bilingual => 551.0,
    }
}
/// Nothing is written below.
const BOTTOM: f32 = HEIGHT - 58.0;

const fn style(size: f32, weight: Weight, colour: Colour) -> Style {
    Style { size, weight, colour, spacing: 0.0 }
}

/// What a document is worth, which is seen at once.
#[derive(Clone, Copy)]
pub(super) enum Worth<'a> {
    /// It is somebody's, under this seal; a notice has none.
    Genuine(Option<&'a Seal>),
    /// It shows what documents look like, and says so.
    Specimen,
}

/// The certificate as a PDF that lacks its signature, with the office's seal, and a link to `origin` in its QR symbol.
pub fn certificate(
    certificate: &Certificate,
    origin: &Origin,
    seal: &Seal,
    template: &Template,
    language: Language,
    fonts: &Fonts,
) -> Result<Content, RenderError> {
    if seal.office() != certificate.office().code {
        return Err(RenderError::OtherSeal);
    }
    Ok(Content::new(&certificate_page(certificate, origin, Worth::Genuine(Some(seal)), template, language, fonts)?)?)
}

/// The notice as a PDF that lacks its signature. As a file it is as long as a certificate.
pub fn notice(notice: &Notice, template: &Template, language: Language, fonts: &Fonts) -> Result<Content, RenderError> {
    Ok(Content::new(&notice_page(notice, Worth::Genuine(None), template, language, fonts)?)?)
}

/// A certificate's page.
pub(super) fn certificate_page(
    certificate: &Certificate,
    origin: &Origin,
    worth: Worth<'_>,
    template: &Template,
    language: Language,
    fonts: &Fonts,
) -> Result<Vec<u8>, RenderError> {
    let words = &template.certificate;
    let link = Link { origin: origin.clone(), number: certificate.number(), code: certificate.code().clone() };
    let symbol = Symbol::of(&link.to_string()).map_err(|_| RenderError::Symbol)?;
    let foot = foot_of(language);
    let place = rect(LEFT + 4.0, foot + 4.0, 92.0, 92.0)?;
    let about = About {
        title: format!("{} {}", words.title.zh, certificate.number()),
        subject: certificate.number().to_string(),
        author: certificate.office().name.zh.clone(),
        version: template.version.clone(),
        date: certificate.issued_on(),
        bilingual: language == Language::Bilingual,
    };
    pdf(&about, fonts, Some((place, link.to_string())), |sheet| {
        let mut page = Page { sheet, language };
        page.ground(worth)?;
        page.title(&words.title)?;
        page.number(&words.number, &certificate.number().to_string())?;
        let end = page.facts(certificate, template)?;
        let end = page.statement(certificate, template, end)?;
        if end > foot {
            return Err(RenderError::DoesNotFit(Part::Words));
        }
        if let Worth::Genuine(Some(seal)) = worth {
            page.sheet.seal(seal, rect(RIGHT - 178.0, foot - 14.0, 119.0, 119.0)?);
        }
        page.sheet.area(rect(LEFT, foot, 100.0, 100.0)?, WHITE);
        page.sheet.symbol(&symbol, place, INK);
        page.foot(certificate, template, origin)
    })
}

/// A notice's page.
pub(super) fn notice_page(
    notice: &Notice,
    worth: Worth<'_>,
    template: &Template,
    language: Language,
    fonts: &Fonts,
) -> Result<Vec<u8>, RenderError> {
    let words = &template.notice;
    let about = About {
        title: words.title.zh.clone(),
        subject: words.matter_value.zh.clone(),
        author: notice.office().name.zh.clone(),
        version: template.version.clone(),
        date: notice.given_on(),
        bilingual: language == Language::Bilingual,
    };
    pdf(&about, fonts, None, |sheet| {
        let mut page = Page { sheet, language };
        page.ground(worth)?;
        page.title(&words.title)?;
        let date = date(notice.given_on());
        let mut y = 246.0;
        y = page.row(y, &words.applicant, Part::Name, &plain(notice.applicant()))?;
        y = page.row(y, &words.matter, Part::Words, &words.matter_value)?;
        y = page.row(y, &words.date, Part::Words, &date)?;
        y += 18.0;
        for paragraph in &words.paragraphs {
            y = page.paragraph(paragraph, y)?;
        }
        y += 4.0;
        let Office { name, address, telephone, .. } = notice.office();
        y = page.row(y, &words.office, Part::Office, name)?;
        y = page.row(y, &words.address, Part::Office, address)?;
        y = page.row(y, &words.telephone, Part::Office, &plain(telephone))?;
        y = page.paragraph(&words.review, y + 18.0)?;
        page.notes(&words.notes, y + 24.0, str::to_owned)
    })
}

struct Page<'p, 's, 'f> {
    sheet: &'p mut Sheet<'s, 'f>,
    language: Language,
}

impl Page<'_, '_, '_> {
    fn bilingual(&self) -> bool {
        self.language == Language::Bilingual
    }

    /// Frame and rosette, and below all words whether the document is worth nothing.
    fn ground(&mut self, worth: Worth<'_>) -> Result<(), RenderError> {
        let (middle, across) = (HEIGHT / 2.0 - 10.0, WIDTH / 2.0);
        for (radii, petals) in [((52.0, 118.0), 12), ((96.0, 182.0), 12)] {
            for phase in [0.0, 0.2, 0.4, 0.6, 0.8] {
                self.sheet.stroke(ornament::rosette(across, middle, radii, petals, phase), 0.4, FAINT);
            }
        }
        let (near, far) = (31.0, 45.0);
        for height in [5.5, 2.2, -2.2, -5.5] {
            let (edge, count) = (f32::midpoint(near, far), (56, 80));
            self.sheet.stroke(ornament::waves(edge, edge, WIDTH - edge, HEIGHT - edge, count, height), 0.45, FINE);
        }
        for (edge, width) in [(near, 1.4), (far, 0.5), (far + 2.6, 0.25)] {
            self.sheet.frame(rect(edge, edge, WIDTH - 2.0 * edge, HEIGHT - 2.0 * edge)?, width, BLUE);
        }
        if let Worth::Specimen = worth {
            for y in [0.25, 0.5, 0.75] {
                self.sheet.aslant(SPECIMEN, (WIDTH / 2.0, HEIGHT * y), style(58.0, Weight::Bold, PINK))?;
            }
        }
        Ok(())
    }

    fn title(&mut self, title: &Bilingual) -> Result<(), RenderError> {
        let y = if self.bilingual() { 128.0 } else { 140.0 };
        let large = Style { size: 32.0, weight: Weight::Bold, colour: INK, spacing: 0.22 };
        self.sheet.line(Part::Words, &title.zh, (WIDTH / 2.0, y), Align::Centre, large, RIGHT - LEFT)?;
        if self.bilingual() {
            let small = Style { size: 12.5, weight: Weight::Bold, colour: BLUE, spacing: 0.14 };
            let en = title.en.to_uppercase();
            self.sheet.line(Part::Words, &en, (WIDTH / 2.0, y + 27.0), Align::Centre, small, RIGHT - LEFT)?;
        }
        let y = y + if self.bilingual() { 43.0 } else { 22.0 };
        self.sheet.rule((WIDTH / 2.0 - 34.0, y), (WIDTH / 2.0 + 34.0, y), 1.1, BLUE);
        Ok(())
    }

    fn number(&mut self, label: &Bilingual, number: &str) -> Result<(), RenderError> {
        let label = if self.bilingual() { format!("{} {}", label.zh, label.en) } else { label.zh.clone() };
        let text = format!("{label}  {number}");
        let style = Style { spacing: 0.04, ..style(10.5, Weight::Regular, GREY) };
        self.sheet.line(Part::Words, &text, (WIDTH / 2.0, 196.0), Align::Centre, style, RIGHT - LEFT)
    }

    /// A label, its value and a line below; gives the `y` of the next.
    fn row(&mut self, y: f32, label: &Bilingual, part: Part, value: &Bilingual) -> Result<f32, RenderError> {
        let both = self.bilingual();
        let small = style(10.5, Weight::Regular, INK);
        let (grey, room) = (|size| style(size, Weight::Regular, GREY), VALUES - LEFT - 6.0);
        self.sheet.line(Part::Words, &label.zh, (LEFT, y), Align::Left, grey(11.5), room)?;
        if both {
            self.sheet.line(Part::Words, &label.en, (LEFT, y + 12.5), Align::Left, grey(8.5), room)?;
        }
        let width = RIGHT - VALUES;
        let mut large = style(13.5, Weight::Bold, INK);
        let mut leading = 18.0;
        if self.sheet.width(part, &value.zh, large)? > 2.0 * width {
            (large.size, leading) = (11.0, 15.0);
        }
        let mut below = self.sheet.paragraph(part, &value.zh, (VALUES, y), (width, 0.0, leading), large)?;
        if both && value.en != value.zh && !value.en.is_empty() {
            let part = if part == Part::Name { Part::LatinName } else { part };
            below = self.sheet.paragraph(part, &value.en, (VALUES, below - 3.5), (width, 0.0, 13.5), small)?;
            below -= 9.5;
        } else {
            below -= if both { 2.0 } else { 9.0 };
        }
        // Two lines of each at the most.
        if below > y + 68.0 {
            return Err(RenderError::DoesNotFit(part));
        }
        self.sheet.rule((LEFT, below + 4.0), (RIGHT, below + 4.0), 0.4, LINE);
        Ok(below + if both { 20.0 } else { 24.0 })
    }

    fn facts(&mut self, certificate: &Certificate, template: &Template) -> Result<f32, RenderError> {
        let (holder, words) = (certificate.holder(), &template.certificate);
        let mut y = if self.bilingual() { 232.0 } else { 240.0 };
        let latin = holder.latin_name.as_ref().map_or("", PersonName::as_str);
        let name = Bilingual { zh: holder.name.as_str().to_owned(), en: latin.to_owned() };
        y = self.row(y, &words.name, Part::Name, &name)?;
        if let Some(sex) = holder.sex {
            let en = match sex {
                Sex::Male => "Male",
                Sex::Female => "Female",
            };
            let sex = Bilingual { zh: sex.as_str().to_owned(), en: en.to_owned() };
            y = self.row(y, &words.sex, Part::Words, &sex)?;
        }
        if let Some(birth) = holder.birth_date {
            y = self.row(y, &words.birth_date, Part::Words, &date(birth))?;
        }
        let title = &facts(holder.document.kind()).title;
        let title = Bilingual { zh: title.zh.clone(), en: title.en.clone() };
        y = self.row(y, &words.document, Part::Words, &title)?;
        self.row(y, &words.document_number, Part::DocumentNumber, &plain(holder.document.as_str()))
    }

    fn statement(&mut self, certificate: &Certificate, template: &Template, y: f32) -> Result<f32, RenderError> {
        let (words, as_of) = (&template.certificate, date(certificate.as_of()));
        let closing = Bilingual { en: String::new(), ..words.closing.clone() };
        let zh = words.statement.zh.replace("{as_of}", &as_of.zh);
        let en = format!("{} {}", words.statement.en.replace("{as_of}", &as_of.en), words.closing.en);
        // What is certified stands in a line of its own, in Chinese; its translation ends the paragraph.
        let y = self.paragraph(&Bilingual { zh, en: String::new() }, y + 18.0)?;
        let y = self.paragraph(&closing, y)?;
        if self.bilingual() { self.translation(&en, y) } else { Ok(y) }
    }

    /// A paragraph, its translation below; gives the baseline of the next.
    fn paragraph(&mut self, text: &Bilingual, y: f32) -> Result<f32, RenderError> {
        let (large, width) = (style(13.0, Weight::Regular, INK), RIGHT - LEFT);
        let y = self.sheet.paragraph(Part::Words, &text.zh, (LEFT, y), (width, 26.0, 23.0), large)?;
        if self.bilingual() && !text.en.is_empty() { self.translation(&text.en, y) } else { Ok(y) }
    }

    fn translation(&mut self, text: &str, y: f32) -> Result<f32, RenderError> {
        let small = style(10.5, Weight::Regular, INK);
        let y = self.sheet.paragraph(Part::Words, text, (LEFT, y - 3.0), (RIGHT - LEFT, 0.0, 15.5), small)?;
        Ok(y + 9.0)
    }

    /// Below the QR symbol and the seal.
    fn foot(&mut self, certificate: &Certificate, template: &Template, origin: &Origin) -> Result<(), RenderError> {
        let (words, both) = (&template.certificate, self.bilingual());
        let beside = |text: &Bilingual| if both { format!("{} {}", text.zh, text.en) } else { text.zh.clone() };
        let foot = foot_of(self.language);
        let small = style(8.5, Weight::Regular, GREY);
        let middle = LEFT + 50.0;
        self.sheet.line(Part::Words, &beside(&words.scan), (middle, foot + 112.0), Align::Centre, small, 140.0)?;

        let (office, centre) = (certificate.office(), RIGHT - 118.5);
        let issued = date(certificate.issued_on());
        let mut y = foot + 34.0;
        let room = 2.0 * (RIGHT - centre) + 24.0;
        let large = style(13.0, Weight::Bold, INK);
        self.sheet.line(Part::Office, &office.name.zh, (centre, y), Align::Centre, large, room)?;
        let name = style(9.0, Weight::Regular, INK);
        if both {
            y += 14.0;
            self.sheet.line(Part::Office, &office.name.en, (centre, y), Align::Centre, name, room)?;
        }
        y += 26.0;
        self.sheet.text(Part::Words, &issued.zh, (centre, y), Align::Centre, style(13.0, Weight::Regular, INK))?;
        if both {
            self.sheet.text(Part::Words, &issued.en, (centre, y + 14.0), Align::Centre, name)?;
        }

        let y = foot + 137.0;
        self.sheet.rule((LEFT, y - 14.0), (RIGHT, y - 14.0), 0.4, LINE);
        let label = style(9.0, Weight::Regular, GREY);
        let value = Style { spacing: 0.06, ..style(11.0, Weight::Bold, INK) };
        let code = beside(&words.code);
        self.sheet.line(Part::Words, &code, (LEFT, y + 2.0), Align::Left, label, 160.0)?;
        let beyond = LEFT + self.sheet.width(Part::Words, &code, label)? + 8.0;
        self.sheet.text(Part::Words, &certificate.code().printed(), (beyond, y + 2.0), Align::Left, value)?;
        let last = date(certificate.valid_through());
        let value = style(11.0, Weight::Bold, INK);
        let label_of_last = beside(&words.valid_through);
        let mut end = y;
        if both {
            end += 15.0;
            // Beside it begins what stands below the code.
            let room = beyond - LEFT - 4.0;
            self.sheet.line(Part::Words, &label_of_last, (LEFT, end + 2.0), Align::Left, label, room)?;
            let last = format!("{} {}", last.zh, last.en);
            self.sheet.text(Part::Words, &last, (beyond, end + 2.0), Align::Left, value)?;
        } else {
            self.sheet.text(Part::Words, &last.zh, (RIGHT, y + 2.0), Align::Right, value)?;
            let before = RIGHT - self.sheet.width(Part::Words, &last.zh, value)? - 8.0;
            self.sheet.text(Part::Words, &label_of_last, (before, y + 2.0), Align::Right, label)?;
        }
        let months = certificate.policy().months().to_string();
        self.notes(&words.notes, end + 22.0, |text| text.replace("{months}", &months).replace("{host}", origin.host()))
    }

    fn notes(&mut self, notes: &[Bilingual], y: f32, filled: impl Fn(&str) -> String) -> Result<(), RenderError> {
        let (note, width) = (style(8.0, Weight::Regular, GREY), RIGHT - LEFT);
        let mut y = y;
        for text in notes {
            y = self.sheet.paragraph(Part::Words, &filled(&text.zh), (LEFT, y), (width, 0.0, 11.5), note)?;
            if self.bilingual() {
                let small = style(7.2, Weight::Regular, GREY);
                y = self.sheet.paragraph(Part::Words, &filled(&text.en), (LEFT, y - 1.0), (width, 0.0, 9.5), small)?;
                y += 3.0;
            }
        }
        if y - 10.0 > BOTTOM { Err(RenderError::DoesNotFit(Part::Words)) } else { Ok(()) }
    }
}

/// `2026年7月28日` and `28 July 2026`.
fn date(date: Date) -> Bilingual {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS[usize::from(date.month() - 1)];
    Bilingual {
        zh: format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        en: format!("{} {month} {}", date.day(), date.year()),
    }
}

/// A text that is the same in both languages.
fn plain(text: &str) -> Bilingual {
    Bilingual { zh: text.to_owned(), en: text.to_owned() }
}

fn rect(x: f32, y: f32, width: f32, height: f32) -> Result<Rect, RenderError> {
    Rect::from_xywh(x, y, width, height).ok_or(RenderError::Pdf)
}
