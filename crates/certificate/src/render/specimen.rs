//! What documents look like under a template, for whoever chooses its words: of nobody, marked all over, and never signed.

use shiming_identity::{Date, DocumentNumber, PersonName, document};

use super::pages::{Worth, certificate_page, notice_page};
use super::{Fonts, Language, RenderError, Template};
use crate::code::VerificationCode;
use crate::link::Origin;
use crate::outcome::{Answer, Draft, Finding, Holder, Inquiry, Notice, Office, Outcome};
use crate::standing::Policy;

/// The documents that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The certificate.
    Certificate,
    /// The notice that none is issued.
    Notice,
}

/// What a specimen shows besides the words.
#[derive(Clone, Debug)]
pub struct Specimen {
    /// Which document.
    pub document: DocumentKind,
    /// In which languages.
    pub language: Language,
    /// The office that it names.
    pub office: Office,
    /// Where its symbol leads; the number there is no certificate's.
    pub origin: Origin,
    /// For how long certificates are valid.
    pub policy: Policy,
    /// The day.
    pub today: Date,
    /// Of whom: somebody with a short name, or with the longest that there may be, to see whether all fits the page.
    pub long_name: bool,
}

/// The example of GB 11643: nobody's.
const NUMBER: &str = "11010519491231002X";
/// The last number of an office and day, which no certificate comes to.
const SERIAL: u32 = 99_999;

impl Specimen {
    /// The page as a PDF.
    pub fn render(self, template: &Template, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
        let Self { document, language, office, origin, policy, today, long_name } = self;
        // What this program itself comes with can only be missing where it was changed.
        let made = || RenderError::Pdf;
        let number = DocumentNumber::parse(document::DocumentKind::CnResidentId, NUMBER).map_err(|_| made())?;
        let name = |text: &str| PersonName::parse(text).map_err(|_| made());
        let (han, latin) = if long_name {
            ("示".repeat(50), ["SPECIMEN"; 5].join(" "))
        } else {
            ("张示例".into(), "ZHANG SHILI".into())
        };
        let finding = match document {
            DocumentKind::Certificate => Finding::NoRecord,
            DocumentKind::Notice => Finding::NotIssuable,
        };
        let inquiry = Inquiry { id: [0; 16], document: number.clone() };
        let answer = Answer { inquiry: inquiry.id, document: number.clone(), finding, as_of: today };
        match inquiry.settle(&answer, today).map_err(|_| made())? {
            Outcome::NotIssued(refused) => {
                let notice = Notice::new(refused, &name(&han)?, office, today);
                notice_page(&notice, Worth::Specimen, template, language, fonts)
            }
            Outcome::Certifiable(no_record) => {
                let holder = Holder {
                    name: name(&han)?,
                    latin_name: Some(name(&latin)?),
                    sex: number.sex(),
                    birth_date: number.birth_date(),
                    document: number,
                };
                let draft = Draft::new(no_record, holder, office, today, policy).map_err(|_| made())?;
                let code = VerificationCode::from_random(0);
                let certificate = draft.numbered(SERIAL, code).map_err(|_| made())?;
                certificate_page(&certificate, &origin, Worth::Specimen, template, language, fonts)
            }
        }
    }
}
