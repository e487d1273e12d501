//! Seals: whose, when, and nothing but a picture (NC-3).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests: what fails may stop them")]

mod common;

use common::issued::{Key, key_id};
use common::{NOW, SEAL, grant, keys_of, office, police};
use shiming_certificate::OfficeCode;
use shiming_certificate::seal::{Grant, LARGEST, MediaType, Seal, SealError};
use shiming_credential::TokenError;

fn opened(picture: &[u8], grant: &Grant, key: &Key) -> Result<Seal, SealError> {
    let signed = key.sign(grant.unsigned(&key_id("a")));
    Seal::open(picture, &signed, &keys_of(&police()), office().code, NOW)
}

// NC-3
#[test]
fn a_seal_is_the_polices_for_this_office_and_now() {
    let picture = SEAL.as_bytes();
    let good = grant(picture, MediaType::Svg);
    assert_eq!(opened(picture, &good, &police()).unwrap().office(), office().code);
    let refused = |grant: Grant| opened(picture, &grant, &police()).unwrap_err();
    assert_eq!(opened(picture, &good, &Key::new(99)).unwrap_err(), SealError::Token(TokenError::Forged));
    assert_eq!(opened(b"<svg/>", &good, &police()).unwrap_err(), SealError::OtherPicture);
    let elsewhere = OfficeCode::parse("110105-022").unwrap();
    assert_eq!(refused(Grant { office: elsewhere, ..good.clone() }), SealError::OtherOffice);
    assert_eq!(refused(Grant { expires_at: NOW, ..good.clone() }), SealError::Time);
    assert_eq!(refused(Grant { not_before: NOW + 1, ..good.clone() }), SealError::Time);
    // What is signed as one type is not taken for the other.
    assert_eq!(refused(Grant { media_type: MediaType::Png, ..good.clone() }), SealError::Picture);
    // Every byte of the signed grant counts.
    let signed = police().sign(good.unsigned(&key_id("a")));
    for at in 0..signed.len() {
        let mut altered = signed.clone();
        altered[at] ^= 1;
        assert!(Seal::open(picture, &altered, &keys_of(&police()), office().code, NOW).is_err(), "byte {at}");
    }
}

/// What becomes of an SVG that the police signed.
fn svg(body: &str) -> Result<Seal, SealError> {
    let picture = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\">{body}</svg>");
    opened(picture.as_bytes(), &grant(picture.as_bytes(), MediaType::Svg), &police())
}

// NC-3
#[test]
fn an_svg_has_nothing_but_shapes() {
    assert!(svg("<circle cx=\"5\" cy=\"5\" r=\"4\" stroke=\"#c00\" fill=\"none\"/>").is_ok());
    for body in [
        "<script>alert(1)</script><circle r=\"4\"/>",
        "<circle r=\"4\" onload=\"alert(1)\"/>",
        "<image href=\"http://evil.example/a.png\" width=\"9\" height=\"9\"/>",
        "<image xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"file:///etc/passwd\"/>",
        "<use href=\"#a\"/>",
        "<g id=\"a\"><use href=\"#a\"/></g>",
        "<style>@import url(http://evil.example)</style><circle r=\"4\"/>",
        "<circle r=\"4\" style=\"fill:url(http://evil.example)\"/>",
        "<circle r=\"4\" fill=\"url(#a)\"/>",
        "<circle r=\"4\" filter=\"url(#a)\"/>",
        "<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">a</p></foreignObject>",
        "<animate attributeName=\"r\"/>",
        "<text>章</text>",
        "<?xml-stylesheet href=\"a.css\"?><circle r=\"4\"/>",
        "<x:circle xmlns:x=\"http://other.example\" r=\"4\"/>",
        "",
        "<circle r=\"4\">",
    ] {
        assert_eq!(svg(body).unwrap_err(), SealError::Picture, "{body}");
    }
    let bomb =
        "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\">]><svg xmlns=\"http://www.w3.org/2000/svg\"><desc>&a;</desc></svg>";
    assert_eq!(
        opened(bomb.as_bytes(), &grant(bomb.as_bytes(), MediaType::Svg), &police()).unwrap_err(),
        SealError::Picture
    );
    assert_eq!(svg(&"<g/>".repeat(3000)).unwrap_err(), SealError::TooLarge);
    assert_eq!(svg(&" ".repeat(LARGEST)).unwrap_err(), SealError::TooLarge);
}

// NC-3
#[test]
fn a_png_is_bounded() {
    let png = |width: u32, height: u32| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgba);
        let pixels = [200, 22, 29, 128].repeat(usize::try_from(width * height).unwrap());
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        bytes
    };
    let opened = |picture: &[u8]| opened(picture, &grant(picture, MediaType::Png), &police());
    assert!(opened(&png(600, 600)).is_ok());
    assert_eq!(opened(&png(1001, 10)).unwrap_err(), SealError::TooLarge);
    let whole = png(20, 20);
    for end in 0..whole.len() - 12 {
        assert_eq!(opened(&whole[..end]).unwrap_err(), SealError::Picture, "{end}");
    }
}
