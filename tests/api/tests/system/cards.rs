//! Electronic ID cards: devices, offers, cards, revocation, risk control (EC-1 to EC-5).

use std::fs;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shiming_api_tests::assertions::is_problem;
use shiming_api_tests::client::{Answer, Request, now, random_key, wait};
use shiming_api_tests::fixtures::{Citizen, secret};
use shiming_api_tests::issuing::{Device, Holder, Signer, Verifier, verdict};
use shiming_api_tests::stack::Stack;
use shiming_credential::{DeviceCertificate, Refusal};
use shiming_wire::ProblemType;
use shiming_wire::card::{DeviceCertified, OfferMade};

use crate::staff::{OPERATOR, REVIEWER, get, post, put};
use crate::{System, system};

pub const OFFERS: &str = "/v1/cards/offers";

pub fn enrol(system: &System) -> Result<Device> {
    Ok(Device::enrol(&system.edge(), &secret(OPERATOR))?.0)
}

/// Risk events about a device, newest first.
pub fn events(system: &System, device: &Device) -> Result<Vec<Value>> {
    let all: Vec<Value> = get(system, "/v1/risk/events", OPERATOR)?.expect(200)?;
    let id = device.0.name.clone().context("enrolled")?;
    Ok(all.into_iter().filter(|event| event["device"] == id).collect())
}

/// Decision and first reason of the newest event about a device.
pub fn latest(system: &System, device: &Device) -> Result<(String, String)> {
    let event = events(system, device)?.into_iter().next().context("an event")?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ensure!(event["reasons"].as_array().is_some_and(|all| all.iter().all(|reason| reason["explanation"] != "")));
    Ok((word(&event["decision"]), word(&event["reasons"][0]["code"])))
}

pub fn pair(decision: &str, code: &str) -> (String, String) {
    (decision.to_owned(), code.to_owned())
}

/// What the citizen system was told of a person's cards: numbers, and whether they were revoked.
fn told(system: &System, citizen: &Citizen) -> Result<Vec<(String, bool)>> {
    let cards: Vec<Value> = system.world.get("/cards")?;
    let of = |card: &&Value| card["id_number"] == citizen.id_number;
    let row = |card: &Value| (card["number"].as_str().unwrap_or_default().to_owned(), !card["revoked_at"].is_null());
    Ok(cards.iter().filter(of).map(row).collect())
}

/// How many rows of a table have something to do with offers and cards of a device.
pub fn kept(system: &System, device: &Device) -> Result<(u32, u32)> {
    #[derive(serde::Deserialize)]
    struct Count {
        offers: u32,
        holders: u32,
    }
    let id = device.0.name.clone().context("enrolled")?;
    let rows: Vec<Count> = system.stack.lists()?.rows(&format!(
        "SELECT (SELECT COUNT(*) FROM card_offers WHERE device = '{id}') AS offers, \
         (SELECT COUNT(*) FROM card_holders WHERE device = '{id}') AS holders"
    ))?;
    rows.first().map(|row| (row.offers, row.holders)).context("a row")
}

// EC-1, EC-3, EC-4, EC-5
#[test]
fn from_an_enrolled_device_to_a_card_that_anybody_can_check() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let edge = system.edge();
    let citizen = system.people.adult()?;
    let (device, certified) = Device::enrol(&edge, &secret(OPERATOR))?;
    let verifier = Verifier::fetch(&edge)?;
    let certificate = URL_SAFE_NO_PAD.decode(&certified.certificate).map_err(anyhow::Error::msg)?;
    let certificate = DeviceCertificate::open(&certificate, &verifier.keys, now()).context("a certificate")?;
    assert_eq!((certificate.device, certificate.kind.as_str()), (certified.device.to_base64url(), "issuing_device"));

    let offer = device.offer(&citizen)?;
    let selections = json!([["name"], ["over_18"], [], ["name", "sex", "birth_date", "holder_reference"]]);
    let holder = Holder::take(&edge, &offer, &selections)?;
    let verifier = Verifier::fetch(&edge)?;
    let shown: Vec<_> =
        (0..4).map(|card| verifier.check(&holder.show(card, now()))).collect::<Result<Vec<_>, Refusal>>()?;
    assert_eq!(shown[0].disclosed().name.as_deref(), Some(citizen.name.as_str()));
    assert_eq!((shown[1].disclosed().over, shown[1].disclosed().name.as_ref()), (Some(18), None));
    assert_eq!(shown[2].disclosed(), &shiming_credential::Disclosed::default());
    let all = shown[3].disclosed();
    assert_eq!((all.sex.as_deref(), all.birth_date.as_deref()), (Some(&*citizen.sex), Some(&*citizen.birth_date)));
    assert!(all.holder_reference.is_some());
    let mut numbers: Vec<String> = shown.iter().map(|shown| shown.card.number.to_string()).collect();
    let mut places: Vec<u32> = shown.iter().map(|shown| shown.card.status.index).collect();
    numbers.sort();
    numbers.dedup();
    places.sort_unstable();
    places.dedup();
    assert_eq!((numbers.len(), places.len()), (4, 4), "no two cards of a holder can be told to be one person's");
    assert_eq!(shown[0].card.document_class, "cn_resident_id");

    let answer = verdict(&edge, &holder.show(1, now()))?;
    assert_eq!((&answer["verdict"], &answer["over"], &answer["name"]), (&json!("valid"), &json!(18), &Value::Null));
    assert_eq!(verdict(&edge, &holder.show(1, now() - 120))?["verdict"], "stale");
    assert_eq!(verdict(&edge, "HC1:6BF")?["verdict"], "other_code");

    // EC-3: the citizen system and the risk store know of it.
    wait("the citizen system to be told", || Ok((told(system, &citizen)?.len() == 4).then_some(())))?;
    assert!(told(system, &citizen)?.iter().all(|(number, revoked)| numbers.contains(number) && !revoked));
    let kinds: Vec<Value> = events(system, &device)?.into_iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["issued", "offer"]);
    Ok(())
}

// EC-2: every kind of illegal device is refused at once, and the operator reads why.
#[test]
fn illegal_devices_are_refused_and_written_down() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let edge = system.edge();
    let citizen = system.people.provisional()?;
    let device = enrol(system)?;
    let body = serde_json::to_vec(&Device::identification(&citizen))?;
    let request = |created| device.0.signed(OFFERS, body.clone(), &random_key(), created);

    // Recorded and sent again.
    let recorded = request(now())?;
    recorded.send(&edge)?.expect::<OfferMade>(201)?;
    is_problem(&recorded.send(&edge)?, ProblemType::DeviceRefused)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "replayed"));
    // Signed too long ago.
    is_problem(&request(now() - 400)?.send(&edge)?, ProblemType::SignatureStale)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "stale"));
    // Altered on the way.
    let altered = request(now())?.with_body(String::from_utf8(body.clone())?.replace("长期", "2099-01-01") + " ");
    is_problem(&altered.send(&edge)?, ProblemType::DeviceRefused)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "tampered"));
    // Somebody else under this device's name.
    let mut thief = Signer::new(edge.clone())?;
    thief.name.clone_from(&device.0.name);
    is_problem(&thief.signed(OFFERS, body.clone(), &random_key(), now())?.send(&edge)?, ProblemType::DeviceRefused)?;
    // A name that nobody enrolled.
    thief.name = Some("AAAAAAAAAAAAAAAAAAAAAA".to_owned());
    is_problem(&thief.signed(OFFERS, body.clone(), &random_key(), now())?.send(&edge)?, ProblemType::DeviceRefused)?;
    let all: Vec<Value> = get(system, "/v1/risk/events", OPERATOR)?.expect(200)?;
    assert!(all.iter().any(|event| event["reasons"][0]["code"] == "unknown_device" && event["device"].is_null()));
    // No signature at all.
    let bare = Request::post(OFFERS, body.clone()).with("idempotency-key", random_key());
    is_problem(&bare.send(&edge)?, ProblemType::SignatureMissing)?;

    // EC-5: revoked.
    let path = format!("/v1/devices/{}/revocation", device.0.name.clone().context("enrolled")?);
    let view: Value = post(system, &path, OPERATOR, &json!({ "reason": "stolen" }))?.expect(200)?;
    assert_eq!((&view["state"], &view["reason"]), (&json!("revoked"), &json!("stolen")));
    is_problem(&request(now())?.send(&edge)?, ProblemType::DeviceRefused)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "revoked_device"));
    assert_eq!(kept(system, &device)?, (1, 0), "the one offer that was right");
    Ok(())
}

// A lost answer: the same request, signed anew, gets it again; the register is not asked twice.
#[test]
fn a_retry_that_is_signed_anew_gets_the_same_offer() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.provisional()?, enrol(system)?);
    let (body, key) = (serde_json::to_vec(&Device::identification(&citizen))?, random_key());
    let first = device.0.signed(OFFERS, body.clone(), &key, now() - 1)?.send(&edge)?;
    let second = device.0.signed(OFFERS, body, &key, now())?.send(&edge)?;
    assert_eq!((first.status, &first.body), (201, &second.body));
    let asked = system.world.questions()?;
    assert_eq!(asked.iter().filter(|question| question.id_number == citizen.id_number).count(), 1);
    assert_eq!(kept(system, &device)?, (1, 0));
    Ok(())
}

// EC-5
#[test]
fn a_code_enrols_one_device_and_only_operators_make_them() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let edge = system.edge();
    let invite = json!({ "name": "counter 2", "kind": "agent_terminal" });
    let invited: Value = post(system, "/v1/devices/enrolments", OPERATOR, &invite)?.expect(201)?;
    is_problem(&post(system, "/v1/devices/enrolments", REVIEWER, &invite)?, ProblemType::Forbidden)?;
    let enrol = |signer: &Signer, code: &Value| {
        signer.post("/v1/devices", &json!({ "code": code, "public_key": signer.public_key() }))
    };
    let (first, second) = (Signer::new(edge.clone())?, Signer::new(edge.clone())?);
    is_problem(&enrol(&first, &json!("AAAAAAAAAAAAAAAAAAAAAA"))?, ProblemType::EnrolmentVoid)?;
    enrol(&first, &invited["code"])?.expect::<DeviceCertified>(201)?;
    is_problem(&enrol(&second, &invited["code"])?, ProblemType::EnrolmentVoid)?;
    is_problem(&enrol(&first, &invited["code"])?, ProblemType::EnrolmentVoid)?;
    // The key in the body has to be the one that signs.
    let invited: Value = post(system, "/v1/devices/enrolments", OPERATOR, &invite)?.expect(201)?;
    let other = json!({ "code": invited["code"], "public_key": first.public_key() });
    is_problem(&second.post("/v1/devices", &other)?, ProblemType::SignatureInvalid)?;
    for path in ["/v1/devices", "/v1/risk/events", "/v1/risk/rules"] {
        is_problem(&get(system, path, REVIEWER)?, ProblemType::Forbidden)?;
        is_problem(&Request::get(path).send(&edge)?, ProblemType::Unauthorized)?;
    }
    let devices: Vec<Value> = get(system, "/v1/devices", OPERATOR)?.expect(200)?;
    assert!(devices.iter().any(|device| device["name"] == "counter 2" && device["state"] == "active"));
    Ok(())
}

// EC-5: a device rotates its key; the old one is worth nothing then, but for learning that it was rotated.
#[test]
fn a_device_rotates_its_key() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, mut device) = (system.edge(), system.people.provisional()?, enrol(system)?);
    let mut next = Signer::new(edge.clone())?;
    next.name.clone_from(&device.0.name);
    let (path, body) = device.rotation(&next)?;
    let stranger = Signer::new(edge.clone())?;
    let unproved = json!({ "public_key": stranger.public_key(), "proof": shiming_wire::Bytes(next.sign(b"mine")) });
    is_problem(&device.0.post(&path, &unproved)?, ProblemType::InvalidParameter)?;
    let key = random_key();
    let first = device.0.signed(&path, body.clone(), &key, now() - 1)?.send(&edge)?;
    let again = device.0.signed(&path, body, &key, now())?.send(&edge)?;
    assert_eq!((first.status, &first.body), (200, &again.body));
    is_problem(&device.ask(&citizen)?, ProblemType::DeviceRefused)?;
    let old = std::mem::replace(&mut device.0, next);
    device.offer(&citizen)?;
    let (_, back) = device.rotation(&Signer::new(edge.clone())?)?;
    is_problem(&old.signed(&path, back, &random_key(), now())?.send(&edge)?, ProblemType::DeviceRefused)?;
    Ok(())
}

// EC-3
#[test]
fn an_offer_is_taken_once_and_shows_only_what_is_true() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.provisional()?, enrol(system)?);
    let offer = device.offer(&citizen)?;
    let phone = Signer::new(edge.clone())?;
    let claim = |selections: &Value| phone.post("/v1/cards", &Holder::claim(&phone, &offer, selections));
    for (selections, pointer) in [
        (json!([]), "/selections"),
        (json!([["name", "name"]]), "/selections/0/1"),
        (json!([["name"], ["over_18", "over_16"]]), "/selections/1/1"),
    ] {
        let problem = is_problem(&claim(&selections)?, ProblemType::InvalidParameter)?;
        assert_eq!(problem.pointers.first().map(shiming_wire::Text::as_str), Some(pointer));
    }
    is_problem(&claim(&json!([["portrait"]]))?, ProblemType::MalformedBody)?;
    let unknown = OfferMade { offer: shiming_wire::Bytes([9; 16]), ..offer.clone() };
    let body = Holder::claim(&phone, &unknown, &json!([[]]));
    is_problem(&phone.post("/v1/cards", &body)?, ProblemType::OfferVoid)?;

    let body = serde_json::to_vec(&Holder::claim(&phone, &offer, &json!([["name"]])))?;
    let request = phone.signed("/v1/cards", body, &random_key(), now())?;
    let first = request.send(&edge)?;
    assert_eq!(first.status, 201);
    assert_eq!(request.send(&edge)?.body, first.body, "a lost answer is given again");
    is_problem(&claim(&json!([["name"]]))?, ProblemType::OfferVoid)?;
    let other = Signer::new(edge)?;
    let body = Holder::claim(&other, &offer, &json!([["name"]]));
    is_problem(&other.post("/v1/cards", &body)?, ProblemType::OfferVoid)?;
    Ok(())
}

// EC-3: the register decides; silence is no answer.
#[test]
fn a_wrong_name_is_refused_and_an_unavailable_register_is_asked_again() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.provisional()?, enrol(system)?);
    let wrong = Citizen { name: "某某某".to_owned(), ..citizen.clone() };
    is_problem(&device.ask(&wrong)?, ProblemType::IdentityNotConfirmed)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "not_confirmed"));
    let unknown = Citizen { id_number: "11010519491231002X".to_owned(), ..citizen.clone() };
    is_problem(&device.ask(&unknown)?, ProblemType::IdentityNotConfirmed)?;
    let impossible = Citizen { id_number: "110105194912310021".to_owned(), ..citizen.clone() };
    is_problem(&device.ask(&impossible)?, ProblemType::EvidenceInvalid)?;
    assert_eq!(kept(system, &device)?, (0, 0));

    system.world.fault_for("/register/verify", &citizen.id_number, "unavailable", 1)?;
    let (body, key) = (serde_json::to_vec(&Device::identification(&citizen))?, random_key());
    let first = device.0.signed(OFFERS, body.clone(), &key, now() - 1)?.send(&edge)?;
    is_problem(&first, ProblemType::UpstreamUnavailable)?;
    assert_eq!((latest(system, &device)?, kept(system, &device)?), (pair("asked", "unavailable"), (0, 0)));
    device.0.signed(OFFERS, body, &key, now())?.send(&edge)?.expect::<OfferMade>(201)?;
    Ok(())
}

/// Restores the rules when it goes.
pub struct RulesGuard<'a>(&'a System, Value);

impl Drop for RulesGuard<'_> {
    fn drop(&mut self) {
        let restored = put(self.0, "/v1/risk/rules", &self.1).and_then(|answer| answer.expect::<Value>(200));
        assert!(restored.is_ok() || std::thread::panicking(), "{restored:?}");
    }
}

pub fn with_rules<'a>(system: &'a System, rules: &Value) -> Result<RulesGuard<'a>> {
    let before: Value = get(system, "/v1/risk/rules", OPERATOR)?.expect(200)?;
    put(system, "/v1/risk/rules", rules)?.expect::<Value>(200)?;
    Ok(RulesGuard(system, before))
}

pub fn decide(system: &System, event: &Value, decision: &str) -> Result<Answer> {
    let body = json!({ "decision": decision, "reason": "looked at it" });
    post(system, &format!("/v1/risk/events/{event}/decision"), OPERATOR, &body)
}

// EC-2: velocity, review, and an operator's word.
#[test]
fn rules_send_requests_to_review_or_refuse_them() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (citizen, other, device) = (system.people.provisional()?, system.people.provisional()?, enrol(system)?);
    let rule = |reason: &str, most: u32, decision: &str| json!({ "reason": reason, "most": most, "within_hours": 24, "decision": decision });
    let in_force =
        with_rules(system, &json!([rule("holder_velocity", 1, "review"), rule("device_velocity", 4, "refuse")]))?;
    device.offer(&citizen)?;
    let review: Value = device.ask(&citizen)?.expect(202)?;
    assert_eq!(latest(system, &device)?, pair("review", "holder_velocity"));
    // Asking again opens no second review.
    assert_eq!(device.ask(&citizen)?.expect::<Value>(202)?, review);
    let event = events(system, &device)?.into_iter().next().context("an event")?;
    assert_eq!((&event["number"], &event["review"]), (&review["review"], &json!("open")));
    let reason = &event["reasons"][0];
    assert_eq!((&reason["count"], &reason["most"], &reason["within_hours"]), (&json!(2), &json!(1), &json!(24)));
    // An approval is good for one offer.
    assert_eq!(decide(system, &review["review"], "approve")?.expect::<Value>(200)?["review"], "approved");
    is_problem(&decide(system, &review["review"], "refuse")?, ProblemType::StateConflict)?;
    device.offer(&citizen)?;
    let second: Value = device.ask(&citizen)?.expect(202)?;
    assert_ne!(second, review);
    decide(system, &second["review"], "refuse")?.expect::<Value>(200)?;
    // The device has asked four times by now, this is the fifth: it learns that it is refused, and no more.
    let problem = is_problem(&device.ask(&other)?, ProblemType::IssuingRefused)?;
    assert_eq!((problem.pointers.len(), problem.retry_after), (0, None));
    assert_eq!(latest(system, &device)?, pair("refuse", "device_velocity"));
    drop(in_force);
    is_problem(&device.ask(&citizen)?, ProblemType::IssuingRefused)?;
    assert_eq!(events(system, &device)?[0]["reasons"][0]["code"], "holder_velocity");
    let codes: Vec<Value> = events(system, &device)?[0]["reasons"]
        .as_array()
        .context("reasons")?
        .iter()
        .map(|reason| reason["code"].clone())
        .collect();
    assert_eq!(codes, ["holder_velocity", "review_refused"]);
    Ok(())
}

#[test]
fn rules_that_cannot_be_used_are_pointed_at() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let rules = json!([{ "reason": "replayed", "most": 1, "within_hours": 24, "decision": "refuse" }]);
    let problem = is_problem(&put(system, "/v1/risk/rules", &rules)?, ProblemType::InvalidParameter)?;
    assert_eq!(problem.pointers.first().map(shiming_wire::Text::as_str), Some("/0"));
    Ok(())
}

// EC-2
#[test]
fn a_blacklisted_person_is_refused_and_not_asked_about() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (citizen, device) = (system.people.provisional()?, enrol(system)?);
    let list = |listed: bool| {
        let body = json!({ "id_number": citizen.id_number, "listed": listed, "reason": "court order 12" });
        post(system, "/v1/risk/blacklist", OPERATOR, &body)
    };
    let subject: Value = list(true)?.expect(200)?;
    is_problem(&device.ask(&citizen)?, ProblemType::IssuingRefused)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "blacklisted"));
    assert_eq!(events(system, &device)?[0]["holder"], subject["subject"]);
    assert!(system.world.questions()?.iter().all(|question| question.id_number != citizen.id_number));
    list(false)?.expect::<Value>(200)?;
    device.offer(&citizen)?;
    is_problem(&post(system, "/v1/risk/blacklist", REVIEWER, &json!({}))?, ProblemType::Forbidden)?;
    Ok(())
}

// EC-4
#[test]
fn a_revoked_card_is_revoked_everywhere() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, device) = (system.edge(), enrol(system)?);
    let (citizen, other) = (system.people.adult()?, system.people.adult()?);
    let selections = json!([["name"], ["over_18"]]);
    let holder = Holder::take(&edge, &device.offer(&citizen)?, &selections)?;
    let stranger = Holder::take(&edge, &device.offer(&other)?, &selections)?;
    let number = |card: usize| -> Result<String> {
        Ok(Verifier::fetch(&edge)?.check(&holder.show(card, now()))?.card.number.to_string())
    };
    let (first, second) = (number(0)?, number(1)?);

    // Somebody else's phone revokes nothing.
    let revoke = |signer: &Signer, body: Value| signer.post("/v1/cards/revocations", &body);
    is_problem(&revoke(&stranger.signer, json!({ "number": first }))?, ProblemType::CardNotFound)?;
    let mut thief = Signer::new(edge.clone())?;
    thief.name.clone_from(&holder.signer.name);
    is_problem(&revoke(&thief, json!({ "number": first }))?, ProblemType::SignatureInvalid)?;
    is_problem(&revoke(&holder.signer, json!({ "number": "1234567890123456" }))?, ProblemType::InvalidParameter)?;

    let revoked: Value = revoke(&holder.signer, json!({ "number": first }))?.expect(200)?;
    assert_eq!(revoked, json!({ "revoked": 1 }));
    assert_eq!(revoke(&holder.signer, json!({ "number": first }))?.expect::<Value>(200)?, json!({ "revoked": 0 }));
    let verifier = Verifier::fetch(&edge)?;
    assert_eq!(verifier.check(&holder.show(0, now())).err(), Some(Refusal::Revoked));
    assert!(verifier.check(&holder.show(1, now())).is_ok());
    assert_eq!(verdict(&edge, &holder.show(0, now()))?["verdict"], "revoked");
    // Revoked is told before stale.
    assert_eq!(verdict(&edge, &holder.show(0, now() - 600))?["verdict"], "revoked");

    let by_operator = post(system, "/v1/cards/revocations", OPERATOR, &json!({ "number": second }))?;
    assert_eq!(by_operator.expect::<Value>(200)?, json!({ "revoked": 1 }));
    is_problem(
        &post(system, "/v1/cards/revocations", REVIEWER, &json!({ "number": second }))?,
        ProblemType::Forbidden,
    )?;
    assert_eq!(Verifier::fetch(&edge)?.check(&holder.show(1, now())).err(), Some(Refusal::Revoked));
    wait("the citizen system to be told", || {
        let cards = told(system, &citizen)?;
        Ok((cards.len() == 2 && cards.iter().all(|(_, revoked)| *revoked)).then_some(()))
    })?;
    let all = json!({ "holder": stranger.signer.name });
    assert_eq!(revoke(&stranger.signer, all)?.expect::<Value>(200)?, json!({ "revoked": 2 }));
    Ok(())
}

// A card lives on one phone.
#[test]
fn cards_of_a_new_phone_end_those_of_the_old_one() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.provisional()?, enrol(system)?);
    let old = Holder::take(&edge, &device.offer(&citizen)?, &json!([["holder_reference"]]))?;
    let reference = |holder: &Holder| -> Result<_> {
        Ok(Verifier::fetch(&edge)?.check(&holder.show(0, now()))?.card.disclosed.holder_reference)
    };
    let known = reference(&old)?;
    let new = Holder::take(&edge, &device.offer(&citizen)?, &json!([["holder_reference"]]))?;
    assert_eq!(Verifier::fetch(&edge)?.check(&old.show(0, now())).err(), Some(Refusal::Revoked));
    assert_eq!(reference(&new)?, known, "who knows a holder by it knows them again");
    Ok(())
}

// EC-3: what the citizen system does not take now it is told again, under the same key.
#[test]
fn the_citizen_system_is_told_after_an_outage() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.provisional()?, enrol(system)?);
    let offer = device.offer(&citizen)?;
    system.world.fault_for("/register/cards", &citizen.id_number, "drop_answer", 1)?;
    system.world.fault_for("/register/cards", &citizen.id_number, "unavailable", 1)?;
    let holder = Holder::take(&edge, &offer, &json!([["name"]]))?;
    let key = format!("{}-issued", holder.signer.name.as_deref().context("a holder")?);
    // Nobody else has anything to say meanwhile: the cron brings it.
    let outcomes = wait("the third attempt", || {
        let swept = Request::get("/__scheduled?cron=*/5+*+*+*+*").send(&edge)?;
        ensure!(swept.status == 200, "{}", String::from_utf8_lossy(&swept.body));
        let calls = system.world.calls()?.into_iter().filter(|call| call.idempotency_key == key);
        let outcomes: Vec<String> = calls.map(|call| call.outcome).collect();
        Ok(outcomes.last().is_some_and(|outcome| outcome == "replayed").then_some(outcomes))
    })?;
    assert_eq!(outcomes, ["answer_dropped", "unavailable", "replayed"]);
    assert_eq!(told(system, &citizen)?.len(), 1);
    Ok(())
}

// EC-3: keys rotate; cards that the old one signed stay valid, and it signs nothing any more.
#[test]
fn cards_outlive_the_key_that_signed_them() -> Result<()> {
    let mut stack = Stack::start("rotation")?;
    let people = shiming_api_tests::fixtures::People::of(&stack.world())?;
    let edge = stack.edge.url();
    let (device, _) = Device::enrol(&edge, &secret(OPERATOR))?;
    let (first, second) = (people.provisional()?, people.provisional()?);
    let before = Holder::take(&edge, &device.offer(&first)?, &json!([["name"]]))?;
    let shown = Verifier::fetch(&edge)?.check(&before.show(0, now()))?;

    // A second key began, and the private half of the first is gone.
    let file = stack.secrets("issuer");
    let vars = fs::read_to_string(&file)?;
    let line = vars.lines().find(|line| line.starts_with("ISSUER_KEYS=")).context("keys")?;
    let set: Value = serde_json::from_str(line.trim_start_matches("ISSUER_KEYS=").trim_matches('\''))?;
    let mut old = set["keys"][0].clone();
    old["exp"] = json!(now());
    let d = old.as_object_mut().and_then(|key| key.remove("d")).context("a private half")?;
    ensure!(d.is_string());
    let new = second_key(now() - 60)?;
    let changed = vars.replace(line, &format!("ISSUER_KEYS='{}'", json!({ "keys": [old, new] })));
    fs::write(&file, changed)?;
    stack.edge.kill();
    stack.edge.restart()?;

    let after = Holder::take(&edge, &device.offer(&second)?, &json!([["name"]]))?;
    let verifier = Verifier::fetch(&edge)?;
    assert_eq!(verifier.check(&before.show(0, now()))?.card, shown.card);
    verifier.check(&after.show(0, now()))?;
    assert_eq!(verdict(&edge, &before.show(0, now()))?["verdict"], "valid");
    let keys: Value = Request::get("/v1/cards/keys").send(&edge)?.json()?;
    assert!(keys["keys"].as_array().context("keys")?.iter().all(|key| key["d"].is_null() && key["kid"].is_string()));
    Ok(())
}

/// A key of the issuer's that nobody has used yet.
fn second_key(not_before: u64) -> Result<Value> {
    let scalar = [7; 32];
    let key = p256::ecdsa::SigningKey::from_slice(&scalar)?;
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Ok(json!({ "kty": "EC", "crv": "P-256", "kid": "dev-issuer-2", "x": text(x), "y": text(y), "d": text(&scalar),
               "nbf": not_before, "exp": not_before + 86_400 }))
}
