//! The documents as an independent reader finds them, and what becomes of altered ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests: what fails may stop them")]

mod common;

use std::collections::BTreeSet;
use std::slice;
use std::sync::LazyLock;

use common::issued::{Key, key_id};
use common::{NOW, certificate, certificate_of, content, fonts, holder, issuer, keys_of, signed};
use lopdf::{Document, Object};
use shiming_certificate::file::{LENGTH, Refusal, open};
use shiming_certificate::log::{Entry, Event, Head, Tail, audit, head_line, title_line};
use shiming_certificate::render::{self, DocumentKind, Language, Part, RenderError, Specimen, Template};
use shiming_certificate::verdict::verify;
use shiming_certificate::{Hash, Policy, Reason};

static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| signed(&certificate(), Language::Bilingual));

fn text_of(file: &[u8]) -> String {
    Document::load_mem(file)
        .unwrap()
        .extract_text(&[1])
        .unwrap()
        .replace('\n', "")
        .replace("无 犯 罪 记 录 证 明", "无犯罪记录证明")
}

// NC-4
#[test]
fn the_text_is_text_and_the_typefaces_are_in_the_file() {
    let certificate = certificate_of(holder("张䶮\u{2B5AF}", "ZHANG YAN"), 42);
    let file = signed(&certificate, Language::Bilingual);
    let text = text_of(&file);
    let number = certificate.number().to_string();
    for part in [
        "无犯罪记录证明",
        "张䶮\u{2B5AF}",
        "ZHANG YAN",
        "11010519491231002X",
        &number,
        "2026年10月28日",
        "28 July 2026",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains(&certificate.code().printed()));
    let document = Document::load_mem(&file).unwrap();
    let mut families = BTreeSet::new();
    for object in document.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if !font.has_type(b"FontDescriptor") {
            continue;
        }
        families.insert(String::from_utf8_lossy(font.get(b"FontName").unwrap().as_name().unwrap()).into_owned());
        let embedded = [b"FontFile2".as_slice(), b"FontFile3"].iter().any(|key| font.has(key));
        assert!(embedded, "{font:?}");
    }
    // Subsets of two weights: their names begin with six letters and a plus sign (ISO 32000-1, 9.6.4).
    assert_eq!(families.len(), 2, "{families:?}");
    assert!(families.iter().all(|name| name.as_bytes().get(6) == Some(&b'+')), "{families:?}");
    let metadata = document.objects.values().find_map(|object| {
        let stream = object.as_stream().ok()?;
        stream.dict.has_type(b"Metadata").then(|| String::from_utf8_lossy(&stream.content).into_owned())
    });
    let metadata = metadata.unwrap();
    assert!(metadata.contains("pdfaid:part>2<") && metadata.contains(&number), "{metadata}");
    // Nothing that runs, and one page.
    let names: Vec<&[u8]> = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .flat_map(|dict| dict.iter().map(|(key, _)| key.as_slice()))
        .collect();
    assert!(
        !names.contains(&b"JS".as_slice())
            && !names.contains(&b"JavaScript".as_slice())
            && !names.contains(&b"OpenAction".as_slice())
    );
    assert_eq!(document.get_pages().len(), 1);
}

// NC-4
#[test]
fn equal_input_makes_equal_bytes() {
    let certificate = certificate();
    for language in [Language::Chinese, Language::Bilingual] {
        assert_eq!(content(&certificate, language), content(&certificate, language));
    }
    assert_eq!(*FILE, signed(&certificate, Language::Bilingual));
    assert!(!text_of(&signed(&certificate, Language::Chinese)).contains("Certificate"));
}

// NC-4: what shows how documents look is marked, and no verifier takes it for one.
#[test]
fn a_specimen_is_seen_to_be_one() {
    for document in [DocumentKind::Certificate, DocumentKind::Notice] {
        for language in [Language::Chinese, Language::Bilingual] {
            let (office, origin) = (common::office(), common::origin());
            let (policy, today) = (Policy::default(), common::today());
            let specimen = Specimen { document, language, office, origin, policy, today, long_name: false };
            let standard = Template::standard().unwrap();
            let long = Specimen { long_name: true, ..specimen.clone() };
            assert!(long.render(&standard, fonts()).is_ok());
            let file = specimen.render(&standard, fonts()).unwrap();
            let text = text_of(&file);
            assert_eq!(text.matches("SPECIMEN").count(), 3, "{text}");
            assert!(text.contains("朝阳分局示例派出所"), "{text}");
            assert!(open(&file, &keys_of(&issuer())).is_err());
        }
    }
}

// NC-4: rare characters print, or nothing is printed
#[test]
fn a_character_that_no_typeface_has_is_refused() {
    let standard = include_str!("../../identity/tests/data/general_standard.txt");
    let han: String = standard.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(han.chars().filter(|c| !c.is_whitespace()).count() >= 8105);
    assert_eq!(fonts().missing(&han.replace(char::is_whitespace, "")), "");
    // All of GB 18030's two-byte characters and Extension A.
    let bmp: String = ('\u{4E00}'..='\u{9FA5}').chain('\u{3400}'..='\u{4DB5}').collect();
    assert_eq!(fonts().missing(&bmp), "");

    let template = Template::standard().unwrap();
    let certificate = certificate_of(holder("张\u{2A6B3}三", ""), 42);
    let rendered =
        render::certificate(&certificate, &common::origin(), &common::seal(), &template, Language::Chinese, fonts());
    assert_eq!(rendered.unwrap_err(), RenderError::NoGlyph { part: Part::Name, position: 2 });
}

// NC-4
#[test]
fn long_names_wrap_and_what_does_not_fit_is_told() {
    let long = "阿".repeat(50);
    let template = Template::standard().unwrap();
    let certificate = certificate_of(holder(&long, &"ABDURAHMAN ".repeat(4)), 42);
    let bytes =
        render::certificate(&certificate, &common::origin(), &common::seal(), &template, Language::Bilingual, fonts());
    assert!(bytes.is_ok(), "{bytes:?}");
    let mut wordy = template;
    wordy.certificate.statement.zh = "查".repeat(900);
    let rendered =
        render::certificate(&certificate, &common::origin(), &common::seal(), &wordy, Language::Chinese, fonts());
    assert_eq!(rendered.unwrap_err(), RenderError::DoesNotFit(Part::Words));
}

// NC-6
#[test]
fn a_notice_is_as_long_as_a_certificate_and_none() {
    let content =
        render::notice(&common::a_notice(), &Template::standard().unwrap(), Language::Bilingual, fonts()).unwrap();
    let file = content.signed(&issuer().sign(content.of_notice(common::ISSUER, &key_id("a"), NOW).unwrap())).unwrap();
    assert_eq!((file.len(), FILE.len()), (LENGTH, LENGTH));
    assert_eq!(open(&file, &keys_of(&issuer())), Err(Refusal::Malformed));
    let text = text_of(&file);
    assert!(text.contains("王*") && text.contains("复查") && text.contains("朝阳分局示例派出所"), "{text}");
    assert!(!text.contains("犯罪记录的") && !text.contains("11010519491231002X"));
    // On their way they are about as long, too: what fills them up does not compress.
    let (notice, certificate) = (compressed(&file), compressed(&FILE));
    assert!(notice.abs_diff(certificate) * 100 < certificate * 3, "{notice} and {certificate}");
}

/// How long a file is once it is compressed.
fn compressed(file: &[u8]) -> usize {
    miniz_oxide::deflate::compress_to_vec(file, 9).len()
}

// NC-5
#[test]
fn a_genuine_file_says_what_was_signed() {
    let genuine = open(&FILE, &keys_of(&issuer())).unwrap();
    assert_eq!((genuine.number, genuine.issued_at), (certificate().number(), NOW));
    assert_eq!(genuine.file, Hash::of(&[&FILE]));
    assert_eq!(open(&FILE, &keys_of(&Key::new(99))), Err(Refusal::Forged));
    let nobody = shiming_credential::IssuerKeys::new(Vec::new()).unwrap();
    assert_eq!(open(&FILE, &nobody), Err(Refusal::UnknownIssuer));
    assert_eq!(open(b"%PDF-1.7 something else", &nobody), Err(Refusal::OtherFile));
}

// NC-5
#[test]
fn a_verdict_knows_the_day_and_the_log() {
    let (certificate, keys) = (certificate(), keys_of(&issuer()));
    let number = certificate.number();
    let log = |more: &[Entry]| {
        let (mut tail, mut text) = (Tail::of_empty("log"), title_line("log") + "\n");
        for entry in more {
            let (next, line) = tail.append(entry);
            tail = next;
            text += &(line + "\n");
        }
        let head = Head { log: "log".to_owned(), tail, at: NOW + 100 };
        text += &(head_line(&issuer().sign(head.unsigned(&key_id("a")))) + "\n");
        audit(&text, &keys, &[], NOW + 200).unwrap()
    };
    let issued = Entry { at: NOW, number, event: Event::Issued(Hash::of(&[&FILE])) };
    let other = Entry { at: NOW, number, event: Event::Issued(Hash::of(&[b"another file"])) };
    let withdrawn = Entry { at: NOW + 50, number, event: Event::Withdrawn(Reason::ObtainedByFraud) };
    let verdict = |entries: Option<&[Entry]>, now: u64| verify(&FILE, &keys, entries.map(log).as_ref(), now);
    // The last day in China ends at 16:00 UTC.
    let end = shiming_identity::Date::parse_iso("2026-10-29").unwrap().begins_in_china();
    let cases: [(Option<&[Entry]>, u64, &str); 10] = [
        (None, NOW, "genuine"),
        (None, NOW - 301, "not_yet_valid"),
        (None, end - 1, "genuine"),
        (None, end, "expired"),
        (Some(&[]), NOW, "not_logged"),
        (Some(&[other]), NOW, "not_logged"),
        (Some(slice::from_ref(&issued)), NOW, "valid"),
        (Some(slice::from_ref(&issued)), end, "expired"),
        (Some(&[issued.clone(), withdrawn.clone()]), NOW, "withdrawn"),
        (Some(&[issued.clone(), withdrawn]), end, "withdrawn"),
    ];
    for (entries, now, code) in cases {
        let verdict = verdict(entries, now);
        assert_eq!((verdict.code, verdict.is_good()), (code, matches!(code, "valid" | "genuine")));
        assert_eq!(verdict.problem.is_none(), verdict.is_good());
    }
}

/// Whether the file is refused.
fn is_refused(file: &[u8]) -> bool {
    open(file, &keys_of(&issuer())).is_err()
}

// NC-5: whatever differs is refused
#[test]
fn no_altered_file_is_genuine() {
    let mut tried = 0;
    // Every byte of the signature's line and behind it, and every tenth before.
    let line = FILE.len() - 600;
    let mut altered = FILE.clone();
    for at in (0..line).step_by(10).chain(line..FILE.len()) {
        let bits: &[u8] = if at < line { &[1 << (at / 10 % 8)] } else { &[1, 2, 16, 32, 128] };
        for bit in bits {
            altered[at] ^= bit;
            assert!(is_refused(&altered), "byte {at}, bit {bit}");
            altered[at] ^= bit;
            tried += 1;
        }
    }
    assert!(!is_refused(&altered));
    for end in (0..FILE.len()).step_by(997).chain(FILE.len() - 64..FILE.len()) {
        assert!(is_refused(&FILE[..end]), "cut at {end}");
        tried += 1;
    }
    for more in [&b"\n"[..], b" ", b"%", b"\n%%EOF", b"\r\n", &[0]] {
        assert!(is_refused(&[FILE.as_slice(), more].concat()));
        assert!(is_refused(&[more, FILE.as_slice()].concat()));
        tried += 2;
    }
    for at in (0..FILE.len()).step_by(1499) {
        let (head, tail) = FILE.split_at(at);
        assert!(is_refused(&[head, b"x", tail].concat()) && is_refused(&[head, &tail[1..]].concat()), "at {at}");
        tried += 2;
    }
    assert!(tried >= 15_000, "{tried}");
}

// NC-5: of the two signatures that verify only one is taken
#[test]
fn a_signature_has_one_form() {
    let content = content(&certificate(), Language::Chinese);
    let unsigned = content.of_certificate(&certificate(), common::ISSUER, &key_id("a"), NOW).unwrap();
    let good = issuer().sign(unsigned);
    let low = content.signed(&good).unwrap();
    assert!(!is_refused(&low));
    let signature = p256::ecdsa::Signature::from_slice(&good[good.len() - 64..]).unwrap();
    let high = p256::ecdsa::Signature::from_scalars(signature.r(), -signature.s()).unwrap();
    let mut other = good.clone();
    let start = other.len() - 64;
    other[start..].copy_from_slice(&high.to_bytes());
    assert_ne!(other, good);
    assert!(is_refused(&content.signed(&other).unwrap()));
}

// NC-5: a signature belongs to one file
#[test]
fn a_signature_of_another_certificate_does_not_fit() {
    let (first, second) = (content(&certificate(), Language::Chinese), certificate_of(holder("李四", ""), 43));
    let token = issuer().sign(first.of_certificate(&certificate(), common::ISSUER, &key_id("a"), NOW).unwrap());
    let swapped = content(&second, Language::Chinese).signed(&token).unwrap();
    assert_eq!(open(&swapped, &keys_of(&issuer())), Err(Refusal::Altered));
    let objects = Document::load_mem(&swapped).unwrap().objects;
    assert!(objects.values().any(|object| matches!(object, Object::Stream(_))));
}
