//! What the QR symbol of a certificate carries: a link to where it is checked, with number and code (NC-4, NC-5).
//!
//! `https://shiming.example/c#11010502120260728000427.4K7QH…`: number and code stand behind the `#`, so that no server that
//! the link passes, and no log, gets them by its being opened.

use std::fmt;

use crate::code::{VerificationCode, VerificationCodeError};
use crate::number::{CertificateNumber, NumberError};

/// Path of the page that checks certificates.
const PATH: &str = "/c#";
/// Longer texts are not looked at.
const LONGEST: usize = 160;

/// Where certificates are checked: `https://` and a host, nothing after it. This machine's own address is reached without TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// A link to check a certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Where.
    pub origin: Origin,
    /// Which.
    pub number: CertificateNumber,
    /// What proves that whoever asks has seen it.
    pub code: VerificationCode,
}

/// A text that is no link of ours. One that is a certificate's beyond doubt may still be of none that was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It leads elsewhere: not ours, or a forgery that imitates us.
    #[error("the link leads elsewhere")]
    OtherPlace,
    /// Number and code are not there, or something else is.
    #[error("not the link of a certificate")]
    Form,
    /// The number breaks its rule.
    #[error("the number is wrong: {0}")]
    Number(#[source] NumberError),
    /// The code breaks its rule.
    #[error("the verification code is wrong: {0}")]
    Code(#[source] VerificationCodeError),
}

impl Origin {
    /// `https://` and a host of small letters, digits, dots and hyphens, with a port or none, at most 80 characters; or
    /// `http://127.0.0.1` with a port, for development.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let local = || text.strip_prefix("http://").filter(|host| host.starts_with("127.0.0.1:"));
        let host = text.strip_prefix("https://").or_else(local)?;
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:".contains(&byte);
        (text.len() <= 80 && !host.is_empty() && host.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }
}

impl Link {
    /// Reads a link to one of these places, written the one way that we write it.
    pub fn parse(text: &str, origins: &[Origin]) -> Result<Self, LinkError> {
        if text.len() > LONGEST {
            return Err(LinkError::Form);
        }
        let leads_to = |origin: &&Origin| text.strip_prefix(&origin.0).is_some_and(|rest| rest.starts_with(PATH));
        let origin = origins.iter().find(leads_to).ok_or(LinkError::OtherPlace)?;
        let (number, code) = text[origin.0.len() + PATH.len()..].split_once('.').ok_or(LinkError::Form)?;
        let link = Self {
            origin: origin.clone(),
            number: CertificateNumber::parse(number).map_err(LinkError::Number)?,
            code: VerificationCode::parse(code).map_err(LinkError::Code)?,
        };
        if link.to_string() == text { Ok(link) } else { Err(LinkError::Form) }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PATH}{}.{}", self.origin.0, self.number.compact(), self.code.as_str())
    }
}

/// Without the code.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(bits: u128) -> Link {
        Link {
            origin: Origin::new("https://shiming.example").unwrap(),
            number: CertificateNumber::parse("110105-021-20260728-00042-7").unwrap(),
            code: VerificationCode::from_random(bits),
        }
    }

    // NC-5
    #[test]
    fn a_link_has_one_form() {
        let link = link(7);
        let (text, origins) = (link.to_string(), [link.origin.clone()]);
        assert_eq!(Link::parse(&text, &origins), Ok(link.clone()));
        assert_eq!(Link::parse(&text, &[]), Err(LinkError::OtherPlace));
        assert_eq!(format!("{link:?}"), "Link(110105-021-20260728-00042-7)");
        for (from, to, error) in [
            ("https", "http", LinkError::OtherPlace),
            ("shiming.example", "shiming.example.evil.example", LinkError::OtherPlace),
            ("shiming", "shimlng", LinkError::OtherPlace),
            ("/c#", "/c?", LinkError::OtherPlace),
            (".2", ",2", LinkError::Form),
            ("110105021", "110105-021", LinkError::Form),
        ] {
            let changed = text.replacen(from, to, 1);
            if changed != text {
                assert_eq!(Link::parse(&changed, &origins), Err(error), "{changed}");
            }
        }
        for text in ["http://a", "https://", "https://A.example", "https://a.example/b", "https://user@a"] {
            assert_eq!(Origin::new(text), None, "{text}");
        }
    }

    // NC-5: every altered payload of a symbol is refused
    #[test]
    fn no_altered_link_leads_anywhere() {
        let mut tried = 0;
        for bits in 0..24 {
            let text = link(bits * 0x0123_4567_89ab_cdef_0123_4567_89ab_u128).to_string();
            let origins = [link(0).origin];
            for at in 0..text.len() {
                let others = b"059AXZaxz-./#?%".iter().filter(|other| **other != text.as_bytes()[at]);
                for other in others {
                    let mut changed = text.clone().into_bytes();
                    changed[at] = *other;
                    let changed = String::from_utf8(changed).unwrap();
                    assert!(Link::parse(&changed, &origins).is_err(), "{changed}");
                    tried += 1;
                }
                let mut shorter = text.clone();
                shorter.remove(at);
                assert!(Link::parse(&shorter, &origins).is_err(), "{shorter}");
                assert!(Link::parse(&text[..at], &origins).is_err());
                tried += 2;
            }
        }
        assert!(tried >= 20_000, "{tried}");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(https://shiming.example/c#)?\\PC{0,60}") {
            let _ = Link::parse(&text, &[link(0).origin]);
        }
    }
}
