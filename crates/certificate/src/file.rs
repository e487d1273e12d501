//! The file: a PDF with its signature in it, in one piece and in one form (docs/certificate.md).
//!
//! The signature is a comment line of fixed length before the last `startxref`: it is no object, moves no offset, and leaves a
//! PDF/A a PDF/A (which nothing may follow behind `%%EOF`). It holds a `COSE_Sign1` with the hash of every other byte of the
//! file. All files have one length, whatever is in them: random-looking comment lines fill them up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shiming_credential::token::{self, ISSUED_AT};
use shiming_credential::{Claim, Claims, IssuerKeys, KeyId, TokenError, Unsigned};
use shiming_identity::Date;

use crate::hash::Hash;
use crate::number::CertificateNumber;
use crate::outcome::Certificate;

/// Bytes of every file.
pub const LENGTH: usize = 128 * 1024;
/// `typ` of what is signed of a certificate, and of a notice.
const CERTIFICATE: &str = "shiming-certificate";
const NOTICE: &str = "shiming-notice";
/// `iss`, `sub` (the number), `exp`.
const ISS: i64 = 1;
const SUB: i64 = 2;
const EXP: i64 = 4;
/// Private use: the hash of every byte of the file but the signature's line.
const CONTENT: i64 = -65_542;

/// What the line of the signature begins with.
const MARK: &[u8] = b"%shiming-signature-1 ";
/// Bytes of that line, its end included.
const LINE: usize = 512;
/// What follows it, up to the end.
const START: &[u8] = b"startxref\n";
const END: &[u8] = b"\n%%EOF";
/// Bytes of a line that fills up: `%`, three hashes, the line's end.
const FILLING: usize = 98;

/// A PDF, filled up, that lacks its signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    bytes: Vec<u8>,
    /// Where the signature's line belongs.
    place: usize,
}

/// What makes no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It does not end as a PDF with one table of its objects does.
    #[error("the PDF has no end of the usual form")]
    Form,
    /// It leaves no room for a signature.
    #[error("the PDF has {0} bytes, which are too many")]
    TooLarge(usize),
    /// The issuer's name is empty or longer than 40 characters.
    #[error("the issuer's name is empty or too long")]
    Issuer,
    /// The signed token does not fit its line.
    #[error("the signature does not fit")]
    Signature,
}

impl Content {
    /// A PDF as the renderer writes it.
    pub fn new(pdf: &[u8]) -> Result<Self, FileError> {
        let place = place(pdf).ok_or(FileError::Form)?;
        let missing = (LENGTH - LINE).checked_sub(pdf.len()).ok_or(FileError::TooLarge(pdf.len()))?;
        let filling = filling(&Hash::of(&[pdf]), missing);
        let (head, tail) = pdf.split_at(place);
        Ok(Self { place: place + filling.len(), bytes: [head, &filling, tail].concat() })
    }

    /// The hash that is signed.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&[&self.bytes])
    }

    /// What the issuer's key of that name has to sign, so that this is the file of a certificate. `now`: seconds since 1970.
    pub fn of_certificate(
        &self,
        certificate: &Certificate,
        issuer: &str,
        key_id: &KeyId,
        now: u64,
    ) -> Result<Unsigned, FileError> {
        // Through the last day: in China it ends where the next begins.
        let end = certificate.valid_through().tomorrow().map_or(u64::MAX, Date::begins_in_china);
        let more = [(SUB, Claim::Text(certificate.number().compact())), (EXP, Claim::Number(end))];
        self.unsigned(CERTIFICATE, issuer, key_id, now, more)
    }

    /// The same, for the file of a notice.
    pub fn of_notice(&self, issuer: &str, key_id: &KeyId, now: u64) -> Result<Unsigned, FileError> {
        self.unsigned(NOTICE, issuer, key_id, now, [])
    }

    fn unsigned(
        &self,
        kind: &str,
        issuer: &str,
        key_id: &KeyId,
        now: u64,
        more: impl IntoIterator<Item = (i64, Claim)>,
    ) -> Result<Unsigned, FileError> {
        if !(1..=40).contains(&issuer.chars().count()) || issuer.contains(char::is_control) {
            return Err(FileError::Issuer);
        }
        let mut claims = Claims::from([
            (ISS, Claim::Text(issuer.to_owned())),
            (ISSUED_AT, Claim::Number(now)),
            (CONTENT, Claim::Bytes(self.hash().0.to_vec())),
        ]);
        claims.extend(more);
        Ok(token::unsigned(kind, key_id, &claims))
    }

    /// The file, with what [`Unsigned::signed`] gave.
    pub fn signed(&self, token: &[u8]) -> Result<Vec<u8>, FileError> {
        let line = line(token).ok_or(FileError::Signature)?;
        let (head, tail) = self.bytes.split_at(self.place);
        Ok([head, &line, tail].concat())
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Content({} bytes)", self.bytes.len())
    }
}

/// What a genuine file says of its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// Who issued it.
    pub issuer: String,
    /// Its number.
    pub number: CertificateNumber,
    /// When it was signed, seconds since 1970.
    pub issued_at: u64,
    /// From when on it is no longer valid, seconds since 1970.
    pub expires_at: u64,
    /// The file's hash, as the log has it.
    pub file: Hash,
}

/// Why a file is no certificate to be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another file: no PDF, or one that says nothing of being ours.
    #[error("this is not the file of a certificate: a printed or scanned copy is checked by its QR code")]
    OtherFile,
    /// Ours by its signature's line, and damaged.
    #[error("the file is damaged: get it anew from where it was issued")]
    Malformed,
    /// No published key has the name that it gives. The keys may be old.
    #[error("the issuer's key is not known here: fetch the issuer's keys again")]
    UnknownIssuer,
    /// The issuer did not sign it.
    #[error("the certificate is forged")]
    Forged,
    /// The issuer signed something else.
    #[error("the file was altered after it was signed")]
    Altered,
}

impl Refusal {
    /// A stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherFile => "other_file",
            Self::Malformed => "malformed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Forged => "forged",
            Self::Altered => "altered",
        }
    }
}

/// Reads a file whose every byte is as one of these keys signed it. Its dates are not looked at.
pub fn open(file: &[u8], keys: &IssuerKeys) -> Result<Genuine, Refusal> {
    let (content, claims) = opened(file, CERTIFICATE, keys)?;
    let read = || {
        let (Claim::Text(issuer), Claim::Text(number)) = (claims.get(&ISS)?, claims.get(&SUB)?) else { return None };
        let (Claim::Number(issued_at), Claim::Number(expires_at)) = (claims.get(&ISSUED_AT)?, claims.get(&EXP)?) else {
            return None;
        };
        let number = CertificateNumber::parse(number).ok()?;
        let (issuer, file) = (issuer.clone(), Hash::of(&[file]));
        (claims.len() == 5).then_some(Genuine { issuer, number, issued_at: *issued_at, expires_at: *expires_at, file })
    };
    let genuine = read().ok_or(Refusal::Malformed)?;
    if claims.get(&CONTENT) == Some(&Claim::Bytes(content.0.to_vec())) { Ok(genuine) } else { Err(Refusal::Altered) }
}

/// The hash of a file's content and what is signed about it.
fn opened(file: &[u8], kind: &str, keys: &IssuerKeys) -> Result<(Hash, Claims), Refusal> {
    let place = place(file).ok_or(Refusal::OtherFile)?;
    let start = place.checked_sub(LINE).ok_or(Refusal::OtherFile)?;
    let (head, written, tail) = (&file[..start], &file[start..place], &file[place..]);
    let text = written.strip_prefix(MARK).ok_or(Refusal::OtherFile)?;
    let text = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let token = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed)?;
    if file.len() != LENGTH || line(&token).as_deref() != Some(written) {
        return Err(Refusal::Malformed);
    }
    let claims = token::open(&token, kind, keys).map_err(|error| match error {
        TokenError::Malformed => Refusal::Malformed,
        TokenError::UnknownIssuer => Refusal::UnknownIssuer,
        TokenError::Forged => Refusal::Forged,
    })?;
    Ok((Hash::of(&[head, tail]), claims))
}

/// Where the last `startxref` stands, if nothing but a number and the end of the file follows it.
fn place(pdf: &[u8]) -> Option<usize> {
    let rest = pdf.strip_prefix(b"%PDF-").and(pdf.strip_suffix(END))?;
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let place = rest.len().checked_sub(digits)?.checked_sub(START.len())?;
    ((1..=10).contains(&digits) && rest[place..].starts_with(START) && rest[..place].ends_with(b"\n")).then_some(place)
}

/// The line of a signature; `None` where it is too long.
fn line(token: &[u8]) -> Option<Vec<u8>> {
    let mut line = [MARK, URL_SAFE_NO_PAD.encode(token).as_bytes()].concat();
    if line.len() >= LINE {
        return None;
    }
    line.resize(LINE - 1, b' ');
    line.push(b'\n');
    Some(line)
}

/// Comment lines of so many bytes in all. What stands in them comes from `seed` and does not compress, so that a file is hardly
/// shorter on its way either.
fn filling(seed: &Hash, bytes: usize) -> Vec<u8> {
    let mut filling = Vec::with_capacity(bytes + FILLING);
    let mut counter = 0_u64;
    while filling.len() < bytes {
        filling.push(b'%');
        for part in 0..3_u64 {
            let Hash(block) = Hash::of(&[b"shiming-filling", &seed.0, &(3 * counter + part).to_be_bytes()]);
            // A comment ends where its line does.
            filling.extend(block.map(|byte| if matches!(byte, b'\n' | b'\r') { b'%' } else { byte }));
        }
        filling.push(b'\n');
        counter += 1;
    }
    filling.truncate(bytes);
    // A line that was cut ends, too; a single byte is an empty line.
    if let Some(last) = filling.last_mut() {
        *last = b'\n';
    }
    filling
}
