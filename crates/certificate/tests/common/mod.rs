//! A fictional person's certificate, its office's seal, and keys: for these tests and `examples/sample.rs`.
#![allow(dead_code, reason = "each user takes its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests: what fails may stop them"
)]

#[path = "../../../credential/tests/common/mod.rs"]
pub mod issued;

use std::path::Path;
use std::sync::LazyLock;

use issued::{Key, key_id};
use serde_json::json;
use shiming_certificate::file::Content;
use shiming_certificate::render::{self, Fonts, Language, Template};
use shiming_certificate::seal::{Grant, MediaType, Seal};
use shiming_certificate::{
    Answer, Bilingual, Certificate, Draft, Finding, Hash, Holder, Inquiry, Notice, Office, OfficeCode, Origin, Outcome,
    Policy, VerificationCode,
};
use shiming_credential::IssuerKeys;
use shiming_identity::document::DocumentKind;
use shiming_identity::{Date, DocumentNumber, PersonName};

/// Noon of 2026-07-28 in China.
pub const NOW: u64 = 1_785_211_200;
pub const SEAL: &str = include_str!("../../assets/seal.svg");
pub const ISSUER: &str = "shiming.example";

pub fn issuer() -> Key {
    Key::new(11)
}

pub fn police() -> Key {
    Key::new(12)
}

/// The keys that a verifier has of `key`, named `a`.
pub fn keys_of(key: &Key) -> IssuerKeys {
    IssuerKeys::from_jwks(&jwks(key)).unwrap()
}

pub fn jwks(key: &Key) -> String {
    json!({ "keys": [key.jwk("a")] }).to_string()
}

/// The typefaces that npm installs (SIL OFL 1.1); read once.
pub fn fonts() -> &'static Fonts {
    static FONTS: LazyLock<Fonts> =
        LazyLock::new(|| Fonts::new(vec![font("400Regular")], vec![font("600SemiBold")]).unwrap());
    &FONTS
}

pub fn font(weight: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/@expo-google-fonts/noto-serif-sc");
    let file = folder.join(weight).join(format!("NotoSerifSC_{weight}.ttf"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; `npm ci` installs it", file.display()))
}

pub fn office() -> Office {
    let both = |zh: &str, en: &str| Bilingual { zh: zh.to_owned(), en: en.to_owned() };
    Office {
        code: OfficeCode::parse("110105-021").unwrap(),
        name: both("朝阳分局示例派出所", "Shili Police Station, Chaoyang"),
        address: both("北京市朝阳区示例路1号", "1 Shili Road, Chaoyang District, Beijing"),
        telephone: "010-5555 0100".to_owned(),
    }
}

pub fn today() -> Date {
    Date::parse_iso("2026-07-28").unwrap()
}

pub fn holder(name: &str, latin: &str) -> Holder {
    let document = DocumentNumber::parse(DocumentKind::CnResidentId, "11010519491231002X").unwrap();
    Holder {
        name: PersonName::parse(name).unwrap(),
        latin_name: PersonName::parse(latin).ok(),
        sex: document.sex(),
        birth_date: document.birth_date(),
        document,
    }
}

fn settled(finding: Finding) -> Outcome {
    let document = holder("王小明", "").document;
    let answer = Answer { inquiry: [3; 16], document: document.clone(), finding, as_of: today() };
    Inquiry { id: [3; 16], document }.settle(&answer, today()).unwrap()
}

pub fn certificate_of(holder: Holder, serial: u32) -> Certificate {
    let Outcome::Certifiable(no_record) = settled(Finding::NoRecord) else { panic!("no record") };
    let draft = Draft::new(no_record, holder, office(), today(), Policy::default()).unwrap();
    draft.numbered(serial, VerificationCode::from_random(0x0123_4567_89ab_cdef_0011_2233_4455_6677)).unwrap()
}

pub fn certificate() -> Certificate {
    certificate_of(holder("王小明", "WANG XIAOMING"), 42)
}

pub fn a_notice() -> Notice {
    let Outcome::NotIssued(refused) = settled(Finding::NotIssuable) else { panic!("a record") };
    Notice::new(refused, &PersonName::parse("王小明").unwrap(), office(), today())
}

/// What the police sign about a picture, if it is to be used today at [`office`].
pub fn grant(picture: &[u8], media_type: MediaType) -> Grant {
    Grant {
        office: office().code,
        issued_at: NOW - 60,
        not_before: NOW - 60,
        expires_at: NOW + 86_400,
        media_type,
        picture: Hash::of(&[picture]),
    }
}

pub fn seal() -> Seal {
    let signed = police().sign(grant(SEAL.as_bytes(), MediaType::Svg).unsigned(&key_id("a")));
    Seal::open(SEAL.as_bytes(), &signed, &keys_of(&police()), office().code, NOW).unwrap()
}

pub fn origin() -> Origin {
    Origin::new("https://shiming.example").unwrap()
}

pub fn content(certificate: &Certificate, language: Language) -> Content {
    let template = Template::standard().unwrap();
    render::certificate(certificate, &origin(), &seal(), &template, language, fonts()).unwrap()
}

/// The certificate's file, signed.
pub fn signed(certificate: &Certificate, language: Language) -> Vec<u8> {
    let content = content(certificate, language);
    let unsigned = content.of_certificate(certificate, ISSUER, &key_id("a"), NOW).unwrap();
    content.signed(&issuer().sign(unsigned)).unwrap()
}
