//! Bodies, signatures, idempotency: what every request has to be, whatever it asks for.

use anyhow::{Context as _, Result};
use shiming_api_tests::assertions::{is_problem, refused};
use shiming_api_tests::client::{Answer, Request, now, random_key};
use shiming_wire::{Channel, MAX_BODY_BYTES, ProblemType, RegistrationCreated, RegistrationView, RequestCode, State};

use crate::{nonce, system};

// DC-1: a body over 16 KiB cannot be evidence.
#[test]
fn oversized_bodies_are_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let path = phone.path("/evidence")?;
    let mut body = serde_json::to_vec(&citizen.evidence(nonce(&phone))?)?;
    // White space is JSON too: only the size is wrong, and the signature covers it.
    body.resize(MAX_BODY_BYTES + 1, b' ');
    let large = phone.signed_bytes(&path, body.clone(), &random_key(), now())?;
    refused(&system.world, Some(&phone), ProblemType::BodyTooLarge, || phone.send(&large))?;
    // Exactly 16 KiB is taken.
    body.truncate(MAX_BODY_BYTES);
    let largest = phone.signed_bytes(&path, body, &random_key(), now())?;
    phone.send(&largest)?.expect::<RegistrationView>(202)?;
    phone.wait_for(State::Effective)?;

    // Before anything is opened, and far over the bound.
    let huge = Request::post("/v1/registrations", vec![b' '; 1 << 20]).with("idempotency-key", random_key());
    refused(&system.world, None, ProblemType::BodyTooLarge, || huge.send(&system.edge()))?;
    Ok(())
}

#[test]
fn broken_json_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let path = phone.path("/evidence")?;
    let good = serde_json::to_string(&citizen.evidence(nonce(&phone))?)?;
    let picture = good.replacen('{', "{\"picture\":\"AAAA\",", 1);
    let too_long = good.replace(&citizen.name, &"一".repeat(51));
    for body in
        ["", "{", "[]", "null", "\u{FEFF}{}", &good[..good.len() - 1], &format!("{good}{good}"), &picture, &too_long]
    {
        let request = phone.signed_bytes(&path, body.as_bytes().to_vec(), &random_key(), now())?;
        let kind = ProblemType::MalformedBody;
        refused(&system.world, Some(&phone), kind, || phone.send(&request)).with_context(|| format!("{body:.40?}"))?;
    }
    let not_utf8 = phone.signed_bytes(&path, vec![b'"', 0xFF, b'"'], &random_key(), now())?;
    refused(&system.world, Some(&phone), ProblemType::MalformedBody, || phone.send(&not_utf8))?;
    let as_form = phone.signed_bytes(&path, good.into_bytes(), &random_key(), now())?;
    let as_form = as_form.with("content-type", "multipart/form-data; boundary=x");
    refused(&system.world, Some(&phone), ProblemType::UnsupportedMediaType, || phone.send(&as_form))?;
    Ok(())
}

#[test]
fn every_request_needs_this_registrations_signature() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    let stranger = system.opened(&system.people.inactive()?)?;
    let path = phone.path("/codes")?;
    let body = serde_json::to_vec(&RequestCode { channel: Channel::Sms })?;
    let good = phone.signed_bytes(&path, body.clone(), &random_key(), now())?;
    let value = |request: &Request, name: &str| {
        request.headers.iter().find(|(present, _)| *present == name).map(|(_, value)| value.clone()).expect("present")
    };
    let other = phone.signed_bytes(&path, body.clone(), &random_key(), now())?;
    let narrower = value(&good, "signature-input").replace(" \"idempotency-key\"", "");

    let missing = ProblemType::SignatureMissing;
    let invalid = ProblemType::SignatureInvalid;
    let stale = ProblemType::SignatureStale;
    let cases = [
        (missing, good.clone().without("signature")),
        (missing, good.clone().without("signature-input")),
        (missing, good.clone().without("content-digest")),
        (missing, good.clone().with("signature-input", narrower)),
        (missing, good.clone().with("signature", "s=!")),
        // Another request's signature, body, idempotency key or path.
        (invalid, good.clone().with("signature", value(&other, "signature"))),
        (invalid, good.clone().with_body(r#"{"channel":"voice"}"#)),
        (invalid, good.clone().with("idempotency-key", random_key())),
        (invalid, Request { target: phone.path("/confirmation")?, ..good.clone() }),
        // A signature of 64 zeros, and one that is too short.
        (invalid, good.clone().with("signature", format!("s=:{}==:", "A".repeat(86)))),
        (invalid, good.clone().with("signature", "s=:AAAA:")),
        // The key of another phone: a registration belongs to the one that opened it.
        (invalid, stranger.signed_bytes(&path, body.clone(), &random_key(), now())?),
        (stale, phone.signed_bytes(&path, body.clone(), &random_key(), now() - 400)?),
        (stale, phone.signed_bytes(&path, body, &random_key(), now() + 3600)?),
    ];
    for (number, (kind, request)) in cases.into_iter().enumerate() {
        refused(&system.world, Some(&phone), kind, || phone.send(&request))
            .with_context(|| format!("case {number}"))?;
    }

    let view = phone.path("")?;
    refused(&system.world, Some(&phone), missing, || phone.send(&Request::get(view.as_str())))?;
    refused(&system.world, Some(&phone), invalid, || phone.send(&stranger.signed_get(&view, "")?))?;
    let signed = phone.signed_get(&view, "after=0")?;
    let moved = Request { target: format!("{view}?after=1"), ..signed };
    refused(&system.world, Some(&phone), invalid, || phone.send(&moved))?;
    // The good one was good.
    phone.send(&good)?.expect::<RegistrationView>(202)?;
    Ok(())
}

// The create request proves possession of the key that its body carries.
#[test]
fn a_registration_cannot_be_opened_for_somebody_elses_key() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (phone, victim) = (system.phone()?, system.phone()?);
    let body = victim.create_body(system.people.inactive()?.card()?);
    let request = phone.signed("/v1/registrations", &body)?;
    refused(&system.world, None, ProblemType::SignatureInvalid, || phone.send(&request))?;
    Ok(())
}

#[test]
fn every_post_needs_an_idempotency_key() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    let good = phone.signed(&phone.path("/codes")?, &RequestCode { channel: Channel::Sms })?;
    let kind = ProblemType::IdempotencyKeyMissing;
    for request in [good.clone().without("idempotency-key"), good.with("idempotency-key", "short")] {
        refused(&system.world, Some(&phone), kind, || phone.send(&request))?;
    }
    let open = phone.signed("/v1/registrations", &phone.create_body(citizen.card()?))?.without("idempotency-key");
    refused(&system.world, None, kind, || phone.send(&open))?;
    Ok(())
}

#[test]
fn a_reused_key_with_another_body_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    let key = random_key();
    let path = phone.path("/codes")?;
    let sms = serde_json::to_vec(&RequestCode { channel: Channel::Sms })?;
    let voice = serde_json::to_vec(&RequestCode { channel: Channel::Voice })?;
    phone.send(&phone.signed_bytes(&path, sms, &key, now())?)?.expect::<RegistrationView>(202)?;
    system.world.code_message(citizen.line(), 0)?;
    phone.wait_until("sent", |view| view.code.is_some_and(|code| code.progress == shiming_wire::CodeProgress::Sent))?;
    let reused = phone.signed_bytes(&path, voice, &key, now())?;
    refused(&system.world, Some(&phone), ProblemType::IdempotencyKeyReused, || phone.send(&reused))?;

    // On opening, too.
    let mut opener = system.phone()?;
    let (one, two) = (system.people.inactive()?, system.people.inactive()?);
    let body = |citizen: &shiming_api_tests::fixtures::Citizen| -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(&opener.create_body(citizen.card()?))?)
    };
    let (first, second) = (body(&one)?, body(&two)?);
    let answer = opener.send(&opener.signed_bytes("/v1/registrations", first, &key, now())?)?;
    opener.opened = Some(answer.expect::<RegistrationCreated>(201)?);
    let reused = opener.signed_bytes("/v1/registrations", second, &key, now())?;
    let kind = ProblemType::IdempotencyKeyReused;
    refused(&system.world, Some(&opener), kind, || opener.send(&reused))?;
    Ok(())
}

#[test]
fn a_repeated_key_gives_the_same_answer_and_one_effect() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let mut phone = system.phone()?;
    let same = |first: &Answer, second: &Answer| {
        assert_eq!((first.status, &first.body), (second.status, &second.body));
    };

    let key = random_key();
    let body = serde_json::to_vec(&phone.create_body(citizen.card()?))?;
    let open = |created| phone.signed_bytes("/v1/registrations", body.clone(), &key, created);
    let first = phone.send(&open(now())?)?;
    // A retry is signed anew.
    let second = phone.send(&open(now() + 1)?)?;
    same(&first, &second);
    phone.opened = Some(first.expect::<RegistrationCreated>(201)?);

    let ask = phone.signed(&phone.path("/codes")?, &RequestCode { channel: Channel::Sms })?;
    let first = phone.send(&ask)?;
    let code = system.world.code_message(citizen.line(), 0)?;
    same(&first, &phone.send(&ask)?);
    assert_eq!(system.world.messages(citizen.line())?.len(), 1);

    // A wrong code that is sent twice by a bad network costs one try.
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let wrong = phone.signed(&phone.path("/confirmation")?, &serde_json::json!({ "code": wrong }))?;
    let first = phone.send(&wrong)?;
    assert_eq!(is_problem(&first, ProblemType::CodeWrong)?.tries_left, Some(4));
    same(&first, &phone.send(&wrong)?);
    assert_eq!(phone.view()?.code.expect("a code").tries_left, 4);

    phone.confirm(&code)?.expect::<RegistrationView>(200)?;
    let evidence = phone.signed(&phone.path("/evidence")?, &citizen.evidence(nonce(&phone))?)?;
    let first = phone.send(&evidence)?;
    same(&first, &phone.send(&evidence)?);
    phone.wait_for(State::Effective)?;
    same(&first, &phone.send(&evidence)?);
    let id = phone.hex_id()?;
    assert_eq!(system.world.calls_of(&id, "/register/verify")?.len(), 1);
    Ok(())
}

#[test]
fn addresses_that_are_not_there() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let edge = system.edge();
    let phone = system.opened(&system.people.inactive()?)?;
    for (kind, request) in [
        (ProblemType::NotFound, Request::get("/v1/nothing")),
        (ProblemType::NotFound, Request::get("/v1/")),
        (ProblemType::MethodNotAllowed, Request::get("/v1/registrations")),
        (
            ProblemType::MethodNotAllowed,
            Request::post(phone.path("")?, b"{}".to_vec()).with("idempotency-key", random_key()),
        ),
    ] {
        let what = request.target.clone();
        let problem = is_problem(&request.send(&edge)?, kind);
        assert!(problem.is_ok(), "{what}: {problem:?}");
    }
    let mut unknown = system.phone()?;
    let opened = phone.opened.clone().expect("opened");
    unknown.opened = Some(RegistrationCreated { id: shiming_wire::Bytes([3; 16]), ..opened });
    let request = unknown.signed_get(&unknown.path("")?, "")?;
    refused(&system.world, None, ProblemType::RegistrationNotFound, || unknown.send(&request))?;
    let path = unknown.path("/codes")?;
    let request = unknown.signed(&path, &RequestCode { channel: Channel::Sms })?;
    refused(&system.world, None, ProblemType::RegistrationNotFound, || unknown.send(&request))?;
    Ok(())
}

#[test]
fn health_and_description_are_for_anyone() -> Result<()> {
    let system = system()?;
    assert_eq!(Request::get("/v1/health").send(&system.edge())?.status, 200);
    let description = Request::get("/openapi.yaml").send(&system.edge())?;
    assert_eq!(description.status, 200);
    assert!(String::from_utf8(description.body)?.starts_with("openapi: 3."));
    Ok(())
}
