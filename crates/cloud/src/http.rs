//! Requests in, responses out: bodies bounded while they are read, headers that every answer carries.

use std::pin::Pin;

use js_sys::{Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shiming_proof::IdempotencyKey;
use shiming_wire::{MAX_BODY_BYTES, ProblemType};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};
use worker::{Request, Response, ResponseBuilder};

use crate::problem::{Fault, malformed};

/// What a handler gives.
pub type Answer = Result<Response, Fault>;

/// A handler at work, boxed: a router that holds all of them as they are becomes one function whose locals take two bytes
/// each to name, and is larger by a tenth.
pub type Handler<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

/// A request's target, split.
pub struct Target {
    /// Path as it stands in the request line.
    pub path: String,
    /// Query without its question mark.
    pub query: String,
}

impl Target {
    /// The target of `request`, as the client wrote it.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let url = request.inner().url();
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let target = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
        let target = target.split('#').next().unwrap_or(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { path: path.to_owned(), query: query.to_owned() }
    }
}

/// The value of a parameter of a query; ours are numbers, so nothing is decoded.
#[must_use]
pub fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value)
}

/// A request to one of our own Durable Objects.
pub fn internal(url: &str, headers: &[(&str, String)], body: &str) -> worker::Result<Request> {
    let list = web_sys::Headers::new()?;
    for (name, value) in headers {
        list.set(name, value)?;
    }
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_headers(&list);
    init.set_body(&JsValue::from_str(body));
    Ok(web_sys::Request::new_with_str_and_init(url, &init)?.into())
}

/// A header's value; one that cannot be read counts as absent.
#[must_use]
pub fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// The idempotency key that every POST has to carry.
pub fn idempotency_key(request: &Request) -> Result<String, Fault> {
    let key = header(request, "idempotency-key").unwrap_or_default();
    IdempotencyKey::parse(&key).map_err(|_| ProblemType::IdempotencyKeyMissing)?;
    Ok(key)
}

/// Reads a JSON body of at most [`MAX_BODY_BYTES`].
pub async fn body(request: &mut Request) -> Result<String, Fault> {
    body_up_to(request, MAX_BODY_BYTES).await
}

/// Reads a JSON body of at most `most` bytes; what is longer is refused while it is being read, whatever
/// `Content-Length` says.
pub async fn body_up_to(request: &mut Request, most: usize) -> Result<String, Fault> {
    let media_type = header(request, "content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(ProblemType::UnsupportedMediaType.into());
    }
    let bytes = read(request.inner().body(), most).await.map_err(|why| match why {
        Unread::TooLong => Fault::from(ProblemType::BodyTooLarge),
        // A client that goes away in the middle of its body is no fault of ours.
        Unread::Broken => ProblemType::MalformedBody.into(),
    })?;
    String::from_utf8(bytes).map_err(|_| ProblemType::MalformedBody.into())
}

/// Why a body was not read to its end.
pub enum Unread {
    /// It is longer than was asked for.
    TooLong,
    /// It broke off.
    Broken,
}

impl From<JsValue> for Unread {
    fn from(_: JsValue) -> Self {
        Self::Broken
    }
}

/// Reads a body of at most `most` bytes; what is longer is let go of while it is being read. No body is an empty one.
pub async fn read(body: Option<ReadableStream>, most: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let Some(body) = body else { return Ok(bytes) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let step = JsFuture::from(reader.read()).await?;
        if Reflect::get(&step, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let chunk = Uint8Array::new(&Reflect::get(&step, &"value".into())?);
        if bytes.len() + chunk.length() as usize > most {
            // Nobody waits for what becomes of the rest.
            let _ = reader.cancel();
            return Err(Unread::TooLong);
        }
        bytes.extend_from_slice(&chunk.to_vec());
    }
}

/// Reads a body as `T`, strictly.
pub fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Fault> {
    shiming_wire::json::from_slice(body.as_bytes()).map_err(malformed)
}

/// An answer in JSON.
pub fn json<T: Serialize>(status: u16, value: &T) -> Answer {
    written(status, "application/json", serde_json::to_string(value)?)
}

/// An answer that is written already.
pub fn written(status: u16, media_type: &str, body: String) -> Answer {
    bytes(status, media_type, body.into_bytes())
}

/// An answer that was recorded: a problem, or what was done.
pub fn given(status: u16, body: String) -> Answer {
    let media_type = if status < 400 { "application/json" } else { "application/problem+json" };
    written(status, media_type, body)
}

/// An answer of bytes, for whoever asked.
pub fn bytes(status: u16, media_type: &str, body: Vec<u8>) -> Answer {
    let mut response = ResponseBuilder::new().with_status(status).fixed(body);
    dress(&mut response, media_type)?;
    Ok(response)
}

/// An answer that anybody may read, from pages of every origin too, and keep for so many seconds.
pub fn public(media_type: &str, body: Vec<u8>, seconds: u32) -> Answer {
    let mut response = ResponseBuilder::new().with_status(200).fixed(body);
    dress(&mut response, media_type)?;
    let headers = response.headers_mut();
    headers.set("Cache-Control", &format!("public, max-age={seconds}"))?;
    headers.set("Cross-Origin-Resource-Policy", "cross-origin")?;
    headers.set("Access-Control-Allow-Origin", "*")?;
    Ok(response)
}

/// An answer without a body.
pub fn empty(status: u16) -> Answer {
    let mut response = ResponseBuilder::new().with_status(status).empty();
    dress(&mut response, "")?;
    Ok(response)
}

/// What a router's answer becomes where a path takes these methods: a method that it does not take learns which it does
/// (RFC 9110 §15.5.6).
pub fn answered(answer: Answer, methods: &str) -> worker::Result<Response> {
    match answer {
        Ok(response) => Ok(response),
        Err(fault) => {
            let not_allowed =
                matches!(&fault, Fault::Problem(problem) if problem.kind == ProblemType::MethodNotAllowed);
            let mut response = refusal(fault)?;
            if not_allowed {
                response.headers_mut().set("Allow", methods)?;
            }
            Ok(response)
        }
    }
}

/// The answer to OPTIONS where a path takes these methods.
pub fn options(methods: &str) -> Answer {
    let mut response = empty(204)?;
    response.headers_mut().set("Allow", methods)?;
    Ok(response)
}

/// A number from 1 in a path, in its one spelling.
pub fn counted(text: &str) -> Result<u64, ProblemType> {
    let number: u64 = text.parse().map_err(|_| ProblemType::NotFound)?;
    // Greater ones have no exact double, which is how the database is asked.
    let known = (1..1 << 53).contains(&number) && number.to_string() == text;
    if known { Ok(number) } else { Err(ProblemType::NotFound) }
}

/// The answer that a fault becomes.
pub fn refusal(fault: Fault) -> worker::Result<Response> {
    let problem = fault.into_problem();
    let body = serde_json::to_vec(&problem)?;
    let mut response = ResponseBuilder::new().with_status(problem.status).fixed(body);
    dress(&mut response, "application/problem+json")?;
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().set("Retry-After", &seconds.to_string())?;
    }
    if problem.kind == ProblemType::Unauthorized {
        response.headers_mut().set("WWW-Authenticate", "Bearer")?;
    }
    Ok(response)
}

/// Headers of every answer of the API: nothing is cached, sniffed, framed or run.
fn dress(response: &mut Response, media_type: &str) -> worker::Result<()> {
    let headers = response.headers_mut();
    if !media_type.is_empty() {
        headers.set("Content-Type", media_type)?;
    }
    // Phones whose clock is wrong learn ours from it (signatures are fresh for five minutes).
    headers.set("Date", &String::from(js_sys::Date::new_0().to_utc_string()))?;
    for (name, value) in [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        headers.set(name, value)?;
    }
    Ok(())
}
