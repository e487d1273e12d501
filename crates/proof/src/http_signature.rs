//! HTTP message signatures (RFC 9421) and content digests (RFC 9530): one profile, and nothing else is accepted.
//!
//! | request | covered components | parameters | algorithm |
//! | --- | --- | --- | --- |
//! | POST by a phone | `"@method" "@path" "content-digest" "idempotency-key"` | `created` | `ecdsa-p256-sha256` |
//! | GET by a phone | `"@method" "@path" "@query"` | `created` | `ecdsa-p256-sha256` |
//! | POST by an enrolled device, or by a card's phone | `"@method" "@path" "content-digest" "idempotency-key"` | `created`, `keyid` | `ecdsa-p256-sha256` |
//! | POST between edge and outside | `"@method" "@path" "content-digest" "idempotency-key"` | `created`, `keyid` | `hmac-sha256` |
//!
//! There is one signature, labelled `s`; the digest is `sha-256`. The profile is a subset of RFC 9421 in which every
//! message has one spelling, so headers are compared with that spelling instead of being parsed as structured fields.
//!
//! Signing: [`ToSign::post`] or [`ToSign::get`], sign [`ToSign::base`], then [`ToSign::finish`] (or [`HmacKey::sign`] for
//! both). Verifying: [`SignedPost::check`] or [`SignedGet::check`] look at everything but the signature itself and give
//! an [`Unverified`] for the caller to verify ([`HmacKey::verify`], or ECDSA over its `base`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::secret::{Secret, equal};

/// How far `created` may be from now, seconds, both ways.
pub const FRESHNESS_SECONDS: u64 = 300;

const POST_COMPONENTS: &str = r#"("@method" "@path" "content-digest" "idempotency-key")"#;
const GET_COMPONENTS: &str = r#"("@method" "@path" "@query")"#;
/// Longest header that is looked at, bytes: the longest of the profile is well below.
const MAX_HEADER: usize = 512;

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is absent.
    #[error("no {header} header")]
    Missing {
        /// Its name.
        header: &'static str,
    },
    /// Present, but not in the one spelling of the profile: other components, parameters, label or algorithm.
    #[error("the {header} header does not follow the signature profile")]
    Profile {
        /// Its name.
        header: &'static str,
    },
    /// The body is not the one that the digest was made of.
    #[error("the body does not have the digest that was signed")]
    Digest,
    /// `created` is more than [`FRESHNESS_SECONDS`] off.
    #[error("created too far from now")]
    Stale,
    /// The signature does not verify, or its key is unknown.
    #[error("the signature does not verify")]
    Wrong,
    /// The path or query cannot occur in a request line.
    #[error("no path or query of a request")]
    Target,
}

/// `Idempotency-Key`: 16 to 64 visible ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey<'a>(&'a str);

/// Not 16 to 64 visible ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 16 to 64 visible ASCII characters")]
pub struct IdempotencyKeyError;

impl<'a> IdempotencyKey<'a> {
    /// Reads the header's value.
    pub fn parse(text: &'a str) -> Result<Self, IdempotencyKeyError> {
        if (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(IdempotencyKeyError)
        }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

/// Name of a shared key: 1 to 32 ASCII letters, digits, `-`, `_` or `.`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(String);

/// Not 1 to 32 ASCII letters, digits, `-`, `_` or `.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key id has 1 to 32 ASCII letters, digits, hyphens, underscores or dots")]
pub struct KeyIdError;

impl KeyId {
    /// Takes a name.
    pub fn new(text: impl Into<String>) -> Result<Self, KeyIdError> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) { Ok(Self(text)) } else { Err(KeyIdError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of a body, as `Content-Digest` carries it (RFC 9530 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// The digest of `body`.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// Reads `sha-256=:…:`, the only algorithm of the profile.
    pub fn parse(header: &str) -> Result<Self, SignatureError> {
        let error = SignatureError::Profile { header: "Content-Digest" };
        let bytes = byte_sequence(header, "sha-256").ok_or(error)?;
        bytes.try_into().map(Self).map_err(|_| error)
    }
}

/// `sha-256=:…:`
impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha-256=:{}:", STANDARD.encode(self.0))
    }
}

/// The bytes of a dictionary with one member that is a byte sequence: `label=:base64:` (RFC 8941 §3.2, §3.3.5).
fn byte_sequence(header: &str, label: &str) -> Option<Vec<u8>> {
    if header.len() > MAX_HEADER {
        return None;
    }
    let base64 = header.strip_prefix(label)?.strip_prefix("=:")?.strip_suffix(':')?;
    STANDARD.decode(base64).ok()
}

/// A request on its way out, before it is signed.
#[derive(Clone, PartialEq, Eq)]
pub struct ToSign {
    base: String,
    signature_input: String,
    content_digest: Option<ContentDigest>,
}

/// The headers that make a request a signed one. A POST carries its `Idempotency-Key` besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `Content-Digest`; a GET has none.
    pub content_digest: Option<String>,
    /// `Signature-Input`
    pub signature_input: String,
    /// `Signature`
    pub signature: String,
}

impl ToSign {
    /// A POST of `body` to `path`, created at `created` (Unix seconds). Outside systems get a `key_id`, the edge none.
    pub fn post(
        path: &str,
        body: &[u8],
        idempotency_key: IdempotencyKey<'_>,
        created: u64,
        key_id: Option<&KeyId>,
    ) -> Result<Self, SignatureError> {
        Ok(Self::of_post(path_of_request(path)?, ContentDigest::of(body), idempotency_key, created, key_id))
    }

    fn of_post(
        path: &str,
        digest: ContentDigest,
        idempotency_key: IdempotencyKey<'_>,
        created: u64,
        key_id: Option<&KeyId>,
    ) -> Self {
        let parameters = parameters(POST_COMPONENTS, created, key_id);
        let base = format!(
            "\"@method\": POST\n\"@path\": {path}\n\"content-digest\": {digest}\n\"idempotency-key\": {}\n\
             \"@signature-params\": {parameters}",
            idempotency_key.as_str()
        );
        Self { base, signature_input: format!("s={parameters}"), content_digest: Some(digest) }
    }

    /// A GET of `path` with `query` (without its question mark; empty if there is none).
    pub fn get(path: &str, query: &str, created: u64) -> Result<Self, SignatureError> {
        let (path, query) = (path_of_request(path)?, query_of_request(query)?);
        let parameters = parameters(GET_COMPONENTS, created, None);
        // RFC 9421 §2.2.7: the question mark is part of the value, also of an empty query's.
        let base =
            format!("\"@method\": GET\n\"@path\": {path}\n\"@query\": ?{query}\n\"@signature-params\": {parameters}");
        Ok(Self { base, signature_input: format!("s={parameters}"), content_digest: None })
    }

    /// The signature base (RFC 9421 §2.5): the bytes to sign.
    #[must_use]
    pub fn base(&self) -> &[u8] {
        self.base.as_bytes()
    }

    /// The headers, once [`Self::base`] is signed: 64 bytes `r ‖ s` for ECDSA P-256, 32 bytes for HMAC.
    #[must_use]
    pub fn finish(&self, signature: &[u8]) -> SignatureHeaders {
        SignatureHeaders {
            content_digest: self.content_digest.map(|digest| digest.to_string()),
            signature_input: self.signature_input.clone(),
            signature: format!("s=:{}:", STANDARD.encode(signature)),
        }
    }
}

/// A path names a registration: nothing is shown.
impl fmt::Debug for ToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToSign(…)")
    }
}

fn parameters(components: &str, created: u64, key_id: Option<&KeyId>) -> String {
    match key_id {
        // A key id has no character that a quoted string would escape.
        Some(key_id) => format!("{components};created={created};keyid=\"{}\"", key_id.as_str()),
        None => format!("{components};created={created}"),
    }
}

/// A path as it stands in a request line: visible ASCII that begins with `/` and holds neither query nor fragment. Line
/// breaks, with which one component could pass for two, cannot get in.
fn path_of_request(path: &str) -> Result<&str, SignatureError> {
    let visible = path.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#'));
    if path.starts_with('/') && visible { Ok(path) } else { Err(SignatureError::Target) }
}

fn query_of_request(query: &str) -> Result<&str, SignatureError> {
    let visible = query.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
    if visible { Ok(query) } else { Err(SignatureError::Target) }
}

/// A POST that came in: its path, body and headers as received.
#[derive(Clone, Copy)]
pub struct SignedPost<'a> {
    /// Path of the request line, without query.
    pub path: &'a str,
    /// The body's bytes.
    pub body: &'a [u8],
    /// `Idempotency-Key`, checked by the caller, who has a problem type of its own for it.
    pub idempotency_key: IdempotencyKey<'a>,
    /// `Content-Digest`
    pub content_digest: Option<&'a str>,
    /// `Signature-Input`
    pub signature_input: Option<&'a str>,
    /// `Signature`
    pub signature: Option<&'a str>,
}

/// A GET that came in: its target and headers as received.
#[derive(Clone, Copy)]
pub struct SignedGet<'a> {
    /// Path of the request line, without query.
    pub path: &'a str,
    /// Query without its question mark; empty if there is none.
    pub query: &'a str,
    /// `Signature-Input`
    pub signature_input: Option<&'a str>,
    /// `Signature`
    pub signature: Option<&'a str>,
}

/// A request of which everything is right but the signature, which is still to be verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Unverified {
    /// The bytes that were signed.
    pub base: Vec<u8>,
    /// The signature: 64 bytes `r ‖ s` for ECDSA P-256, 32 bytes for HMAC; the length is not checked yet.
    pub signature: Vec<u8>,
    /// The shared key's name; none on a phone's request.
    pub key_id: Option<KeyId>,
    /// When it was signed, Unix seconds.
    pub created: u64,
}

impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unverified(created {})", self.created)
    }
}

impl SignedPost<'_> {
    /// The key that the request says it is signed with, whatever else is wrong with it: for the record of a refusal.
    #[must_use]
    pub fn claimed_key(&self) -> Option<KeyId> {
        parse_input(self.signature_input?, POST_COMPONENTS).ok()?.1
    }

    /// Checks profile, freshness (`now` in Unix seconds) and the body's digest.
    pub fn check(&self, now: u64) -> Result<Unverified, SignatureError> {
        let input = present(self.signature_input, "Signature-Input")?;
        let signature = present(self.signature, "Signature")?;
        let digest = ContentDigest::parse(present(self.content_digest, "Content-Digest")?)?;
        let (created, key_id) = parse_input(input, POST_COMPONENTS)?;
        let signature = parse_signature(signature)?;
        fresh(created, now)?;
        if digest != ContentDigest::of(self.body) {
            return Err(SignatureError::Digest);
        }
        let signed =
            ToSign::of_post(path_of_request(self.path)?, digest, self.idempotency_key, created, key_id.as_ref());
        Ok(Unverified { base: signed.base.into_bytes(), signature, key_id, created })
    }
}

impl SignedGet<'_> {
    /// Checks profile and freshness (`now` in Unix seconds).
    pub fn check(&self, now: u64) -> Result<Unverified, SignatureError> {
        let input = present(self.signature_input, "Signature-Input")?;
        let signature = present(self.signature, "Signature")?;
        let (created, key_id) = parse_input(input, GET_COMPONENTS)?;
        if key_id.is_some() {
            return Err(SignatureError::Profile { header: "Signature-Input" });
        }
        let signature = parse_signature(signature)?;
        fresh(created, now)?;
        let signed = ToSign::get(self.path, self.query, created)?;
        Ok(Unverified { base: signed.base.into_bytes(), signature, key_id, created })
    }
}

fn present<'a>(value: Option<&'a str>, header: &'static str) -> Result<&'a str, SignatureError> {
    value.ok_or(SignatureError::Missing { header })
}

/// Reads the one spelling of `Signature-Input` that has these components.
fn parse_input(header: &str, components: &str) -> Result<(u64, Option<KeyId>), SignatureError> {
    let error = SignatureError::Profile { header: "Signature-Input" };
    let read = || {
        if header.len() > MAX_HEADER {
            return None;
        }
        let rest = header.strip_prefix("s=")?.strip_prefix(components)?.strip_prefix(";created=")?;
        let (created, key_id) = match rest.split_once(';') {
            None => (rest, None),
            Some((created, rest)) => {
                let name = rest.strip_prefix("keyid=\"")?.strip_suffix('"')?;
                (created, Some(KeyId::new(name).ok()?))
            }
        };
        // Integers of structured fields have up to 15 digits (RFC 8941 §3.3.1); `parse` alone would take a plus sign,
        // and a leading zero would be a second spelling.
        let digits = (1..=15).contains(&created.len()) && created.bytes().all(|b| b.is_ascii_digit());
        let one_spelling = created.len() == 1 || !created.starts_with('0');
        if !(digits && one_spelling) {
            return None;
        }
        Some((created.parse().ok()?, key_id))
    };
    read().ok_or(error)
}

fn parse_signature(header: &str) -> Result<Vec<u8>, SignatureError> {
    byte_sequence(header, "s").ok_or(SignatureError::Profile { header: "Signature" })
}

fn fresh(created: u64, now: u64) -> Result<(), SignatureError> {
    if created.abs_diff(now) <= FRESHNESS_SECONDS { Ok(()) } else { Err(SignatureError::Stale) }
}

/// A key shared between the edge and an outside system (`hmac-sha256`, RFC 9421 §3.3.3).
#[derive(Clone, Debug)]
pub struct HmacKey {
    /// Its name.
    pub id: KeyId,
    /// The secret.
    pub secret: Secret,
}

impl HmacKey {
    /// Makes the headers of a POST of `body` to `path`.
    pub fn sign(
        &self,
        path: &str,
        body: &[u8],
        idempotency_key: IdempotencyKey<'_>,
        created: u64,
    ) -> Result<SignatureHeaders, SignatureError> {
        let request = ToSign::post(path, body, idempotency_key, created, Some(&self.id))?;
        Ok(request.finish(&self.secret.hmac(&[request.base()])))
    }

    /// Whether this key made the signature, in constant time.
    pub fn verify(&self, request: &Unverified) -> Result<(), SignatureError> {
        let named = request.key_id.as_ref() == Some(&self.id);
        let right = equal(&self.secret.hmac(&[&request.base]), &request.signature);
        if named && right { Ok(()) } else { Err(SignatureError::Wrong) }
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::{Signer as _, Verifier as _};
    use p256::ecdsa::{Signature, SigningKey};
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_618_884_473;
    const KEY: IdempotencyKey<'static> = IdempotencyKey("0123456789abcdef");
    const PATH: &str = "/v1/registrations";
    const BODY: &[u8] = br#"{"hello": "world"}"#;

    fn shared() -> HmacKey {
        // RFC 9421 B.1.5, test-shared-secret.
        let text = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
        HmacKey {
            id: KeyId::new("test-shared-secret").unwrap(),
            secret: Secret::new(STANDARD.decode(text).unwrap()).unwrap(),
        }
    }

    fn signed<'a>(headers: &'a SignatureHeaders, body: &'a [u8]) -> SignedPost<'a> {
        SignedPost {
            path: PATH,
            body,
            idempotency_key: KEY,
            content_digest: headers.content_digest.as_deref(),
            signature_input: Some(&headers.signature_input),
            signature: Some(&headers.signature),
        }
    }

    /// RFC 9421 B.2.5. Its components (date, authority, content type) are not ours, so this holds the algorithm and the
    /// encoding of its signature against the vector, not our base.
    #[test]
    fn rfc_9421_hmac_vector() {
        let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n\
                    \"content-type\": application/json\n\
                    \"@signature-params\": (\"date\" \"@authority\" \"content-type\")\
                    ;created=1618884473;keyid=\"test-shared-secret\"";
        let expected = byte_sequence("s=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:", "s").unwrap();
        assert_eq!(shared().secret.hmac(&[base.as_bytes()]).as_slice(), expected);
    }

    /// RFC 9530 appendix B (with a line feed) and RFC 9421's example body (without).
    #[test]
    fn rfc_9530_content_digest_vectors() {
        for (body, header) in [
            ("{\"hello\": \"world\"}\n", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"),
            ("{\"hello\": \"world\"}", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"),
        ] {
            assert_eq!(ContentDigest::of(body.as_bytes()).to_string(), header);
            assert_eq!(ContentDigest::parse(header), Ok(ContentDigest::of(body.as_bytes())));
        }
    }

    #[test]
    fn the_base_is_spelled_as_rfc_9421_says() {
        let key = KeyId::new("edge-1").unwrap();
        let post = ToSign::post(PATH, BODY, KEY, NOW, Some(&key)).unwrap();
        assert_eq!(
            String::from_utf8(post.base().to_vec()).unwrap(),
            "\"@method\": POST\n\
             \"@path\": /v1/registrations\n\
             \"content-digest\": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:\n\
             \"idempotency-key\": 0123456789abcdef\n\
             \"@signature-params\": (\"@method\" \"@path\" \"content-digest\" \"idempotency-key\");created=1618884473;keyid=\"edge-1\""
        );
        let get = ToSign::get("/v1/registrations/x", "after=3", NOW).unwrap();
        assert_eq!(
            String::from_utf8(get.base().to_vec()).unwrap(),
            "\"@method\": GET\n\"@path\": /v1/registrations/x\n\"@query\": ?after=3\n\
             \"@signature-params\": (\"@method\" \"@path\" \"@query\");created=1618884473"
        );
        assert!(ToSign::get("/", "", NOW).unwrap().base().windows(12).any(|w| w == b"\"@query\": ?\n"));
        assert_eq!(post.finish(&[0; 32]).signature_input.len(), post.signature_input.len());
        assert_eq!(post.finish(&[0; 3]).signature, "s=:AAAA:");
    }

    // CB-3, docs/architecture.md "Signature profile"
    #[test]
    fn hmac_signature_goes_round() {
        let headers = shared().sign(PATH, BODY, KEY, NOW).unwrap();
        let request = signed(&headers, BODY).check(NOW).unwrap();
        assert_eq!(shared().verify(&request), Ok(()));
        let other = HmacKey { id: shared().id, secret: Secret::new([9; 32]).unwrap() };
        assert_eq!(other.verify(&request), Err(SignatureError::Wrong));
        let renamed = HmacKey { id: KeyId::new("other").unwrap(), ..shared() };
        assert_eq!(renamed.verify(&request), Err(SignatureError::Wrong));
    }

    #[test]
    fn ecdsa_signature_goes_round() {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let request = ToSign::post(PATH, BODY, KEY, NOW, None).unwrap();
        let signature: Signature = key.sign(request.base());
        let headers = request.finish(&signature.to_bytes());
        let unverified = signed(&headers, BODY).check(NOW).unwrap();
        assert_eq!(unverified.key_id, None);
        let signature = Signature::from_slice(&unverified.signature).unwrap();
        assert!(key.verifying_key().verify(&unverified.base, &signature).is_ok());

        let request = ToSign::get(PATH, "after=1", NOW).unwrap();
        let signature: Signature = key.sign(request.base());
        let headers = request.finish(&signature.to_bytes());
        assert_eq!(headers.content_digest, None);
        let got = SignedGet {
            path: PATH,
            query: "after=2",
            signature_input: Some(&headers.signature_input),
            signature: Some(&headers.signature),
        };
        // Another query is another base.
        assert!(key.verifying_key().verify(&got.check(NOW).unwrap().base, &signature).is_err());
        let unverified = SignedGet { query: "after=1", ..got }.check(NOW).unwrap();
        assert!(key.verifying_key().verify(&unverified.base, &signature).is_ok());
    }

    #[test]
    fn each_covered_part_changes_the_base() {
        let base = |path, body: &[u8], key, created, id: Option<&KeyId>| {
            ToSign::post(path, body, IdempotencyKey::parse(key).unwrap(), created, id).unwrap().base
        };
        let id = KeyId::new("a").unwrap();
        let original = base("/a", b"1", "0123456789abcdef", 1, None);
        for other in [
            base("/b", b"1", "0123456789abcdef", 1, None),
            base("/a", b"2", "0123456789abcdef", 1, None),
            base("/a", b"1", "0123456789abcdeg", 1, None),
            base("/a", b"1", "0123456789abcdef", 2, None),
            base("/a", b"1", "0123456789abcdef", 1, Some(&id)),
        ] {
            assert_ne!(original, other);
        }
    }

    #[test]
    fn absent_headers_are_named() {
        let headers = shared().sign(PATH, BODY, KEY, NOW).unwrap();
        let whole = signed(&headers, BODY);
        for (request, header) in [
            (SignedPost { content_digest: None, ..whole }, "Content-Digest"),
            (SignedPost { signature_input: None, ..whole }, "Signature-Input"),
            (SignedPost { signature: None, ..whole }, "Signature"),
        ] {
            assert_eq!(request.check(NOW), Err(SignatureError::Missing { header }));
        }
    }

    #[test]
    fn only_the_one_spelling_is_accepted() {
        let headers = shared().sign(PATH, BODY, KEY, NOW).unwrap();
        let whole = signed(&headers, BODY);
        for input in [
            "",
            "s=()",
            r#"sig=("@method" "@path" "content-digest" "idempotency-key");created=1618884473"#,
            r#"s=("@method" "@path" "content-digest");created=1618884473"#,
            r#"s=("@path" "@method" "content-digest" "idempotency-key");created=1618884473"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key")"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=+1618884473"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=01618884473"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=-1"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created="#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=1618884473;alg="hmac-sha256""#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");keyid="a";created=1618884473"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=1618884473;keyid="a";expires=9"#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=1618884473;keyid="a b""#,
            r#"s=("@method" "@path" "content-digest" "idempotency-key");created=1618884473, t=()"#,
            r#" s=("@method" "@path" "content-digest" "idempotency-key");created=1618884473"#,
            r#"s=("@method" "@path" "@query");created=1618884473"#,
        ] {
            let request = SignedPost { signature_input: Some(input), ..whole };
            assert_eq!(request.check(NOW), Err(SignatureError::Profile { header: "Signature-Input" }), "{input}");
        }
        for signature in ["", "s=::x", "s=AAAA", "t=:AAAA:", "s=:AAA:", "s=:AAAA:, t=:AAAA:", "s=:!!!!:"] {
            let request = SignedPost { signature: Some(signature), ..whole };
            assert_eq!(request.check(NOW), Err(SignatureError::Profile { header: "Signature" }), "{signature}");
        }
        for digest in ["", "sha-512=:AAAA:", "sha-256=:AAAA:", "sha-256=AAAA", "SHA-256=:AAAA:"] {
            let request = SignedPost { content_digest: Some(digest), ..whole };
            assert_eq!(request.check(NOW), Err(SignatureError::Profile { header: "Content-Digest" }), "{digest}");
        }
        let get = SignedGet {
            path: PATH,
            query: "",
            signature_input: Some(r#"s=("@method" "@path" "@query");created=1618884473;keyid="a""#),
            signature: Some("s=:AAAA:"),
        };
        assert_eq!(get.check(NOW), Err(SignatureError::Profile { header: "Signature-Input" }));
    }

    #[test]
    fn stale_in_both_directions() {
        let headers = shared().sign(PATH, BODY, KEY, NOW).unwrap();
        let request = signed(&headers, BODY);
        for (now, expected) in [
            (NOW - 301, Err(SignatureError::Stale)),
            (NOW - 300, Ok(())),
            (NOW + 300, Ok(())),
            (NOW + 301, Err(SignatureError::Stale)),
            (0, Err(SignatureError::Stale)),
            (u64::MAX, Err(SignatureError::Stale)),
        ] {
            assert_eq!(request.check(now).map(|_| ()), expected, "{now}");
        }
    }

    #[test]
    fn another_body_is_refused() {
        let headers = shared().sign(PATH, BODY, KEY, NOW).unwrap();
        assert_eq!(signed(&headers, b"{}").check(NOW), Err(SignatureError::Digest));
    }

    #[test]
    fn targets_cannot_smuggle_lines() {
        for path in ["", "v1", "/a b", "/a\n\"@path\": /b", "/a?b", "/a#b", "/ä"] {
            assert_eq!(ToSign::post(path, b"", KEY, NOW, None).err(), Some(SignatureError::Target), "{path:?}");
        }
        for query in ["a b", "a\nb", "a#b", "ä"] {
            assert_eq!(ToSign::get("/", query, NOW).err(), Some(SignatureError::Target), "{query:?}");
        }
    }

    #[test]
    fn idempotency_keys_are_bounded() {
        for (text, good) in [
            ("0123456789abcdef", true),
            ("0123456789abcde", false),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
            ("0123456789 abcdef", false),
            ("0123456789abcdé!", false),
        ] {
            assert_eq!(IdempotencyKey::parse(text).is_ok(), good, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies_and_any_change_does_not(
            body in prop::collection::vec(any::<u8>(), 0..200),
            path in "/[a-z0-9/_-]{0,40}",
            key in "[!-~]{16,64}",
            created in 0u64..4_000_000_000,
            flip in any::<prop::sample::Index>(),
        ) {
            let key = IdempotencyKey::parse(&key).unwrap();
            let headers = shared().sign(&path, &body, key, created).unwrap();
            let request = SignedPost {
                path: &path,
                body: &body,
                idempotency_key: key,
                content_digest: headers.content_digest.as_deref(),
                signature_input: Some(&headers.signature_input),
                signature: Some(&headers.signature),
            };
            let mut unverified = request.check(created).unwrap();
            prop_assert_eq!(shared().verify(&unverified), Ok(()));
            let index = flip.index(unverified.signature.len());
            unverified.signature[index] ^= 1;
            prop_assert_eq!(shared().verify(&unverified), Err(SignatureError::Wrong));
        }

        #[test]
        fn headers_never_panic(a in "\\PC{0,80}", b in "\\PC{0,80}", c in "\\PC{0,80}", path in "\\PC{0,40}") {
            let post = SignedPost {
                path: &path,
                body: b"",
                idempotency_key: KEY,
                content_digest: Some(&a),
                signature_input: Some(&b),
                signature: Some(&c),
            };
            prop_assert!(post.check(NOW).is_err());
            let _ = SignedGet { path: &path, query: &a, signature_input: Some(&b), signature: Some(&c) }.check(NOW);
        }
    }
}
