//! Live faces and what risk control makes of them (EC-1, EC-2).

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shiming_api_tests::assertions::is_problem;
use shiming_api_tests::client::{Answer, Request, now, random_key, wait};
use shiming_api_tests::faces::{answer, face, performed, text, with_face};
use shiming_api_tests::fixtures::{Citizen, People, secret};
use shiming_api_tests::issuing::{Device, Holder, Verifier};
use shiming_api_tests::stack::Stack;
use shiming_credential::Refusal;
use shiming_identity::live_face::Action;
use shiming_wire::card::{BlacklistItem, FaceChallenge, FaceEvidence, OfferMade};
use shiming_wire::{Bytes, ProblemType, State, Text};

use crate::cards::{OFFERS, decide, enrol, events, kept, latest, pair, with_rules};
use crate::staff::{OPERATOR, REVIEWER, get, post};
use crate::{System, nonce, system};

const CHALLENGES: &str = "/v1/faces/challenges";

fn challenge(device: &Device) -> Result<FaceChallenge> {
    device.0.post(CHALLENGES, &json!({}))?.expect(201)
}

fn ask(device: &Device, citizen: &Citizen, face: &FaceEvidence) -> Result<Answer> {
    device.0.post(OFFERS, &with_face(Device::identification(citizen), face))
}

/// Asks with the right answer to a new challenge.
fn ask_live(device: &Device, citizen: &Citizen, person: u32) -> Result<Answer> {
    ask(device, citizen, &answer(&challenge(device)?, person))
}

/// Asks with a face that is not the document's.
fn ask_as_another(device: &Device, citizen: &Citizen, person: u32) -> Result<Answer> {
    ask(device, citizen, &FaceEvidence { document: Some(face(person + 1)), ..answer(&challenge(device)?, person) })
}

/// What a statement on the lists gives, as JSON.
fn sql(system: &System, sql: &str) -> Result<Vec<Value>> {
    system.stack.lists()?.rows(sql)
}

/// The cron.
fn sweep(system: &System) -> Result<()> {
    let swept = Request::get("/__scheduled?cron=*/5+*+*+*+*").send(&system.edge())?;
    ensure!(swept.status == 200, "{}", String::from_utf8_lossy(&swept.body));
    Ok(())
}

fn pointers(problem: &shiming_wire::Problem) -> Vec<&str> {
    problem.pointers.iter().map(Text::as_str).collect()
}

// EC-1: the right face, once; of it nothing is kept.
#[test]
fn a_live_face_that_does_what_is_asked_gets_an_offer() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.active()?, enrol(system)?);
    let given = challenge(&device)?;
    assert_eq!(given.actions.len(), 3);
    assert!(given.actions.iter().any(|action| matches!(action, Action::TurnLeft | Action::TurnRight)));
    assert!((now() + 30..=now() + 36).contains(&given.expires_at));

    let body = serde_json::to_vec(&with_face(Device::identification(&citizen), &answer(&given, 1)))?;
    let key = random_key();
    let first = device.0.signed(OFFERS, body.clone(), &key, now() - 1)?.send(&edge)?;
    // A lost answer is given again, without a second face.
    let second = device.0.signed(OFFERS, body.clone(), &key, now())?.send(&edge)?;
    assert_eq!((first.status, &first.body), (201, &second.body));
    let offer: OfferMade = first.expect(201)?;
    assert_eq!(latest(system, &device)?, pair("allow", "live_face"));
    assert_eq!(kept(system, &device)?, (1, 0));
    // The same evidence is worth nothing to another request.
    is_problem(&device.0.post(OFFERS, &serde_json::from_slice::<Value>(&body)?)?, ProblemType::LiveFaceVoid)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "challenge_void"));
    Holder::take(&edge, &offer, &json!([["name"]]))?;
    assert!(!system.stack.holds(&text(&face(1)))?, "a descriptor is in a database or a log");
    let id = device.0.name.clone().context("enrolled")?;
    assert!(system.stack.holds(&id)?, "a search that finds nothing would prove nothing");
    Ok(())
}

// EC-1: each transcript that is none, and why, for the operator; the device learns little of it.
#[test]
fn what_is_not_a_live_face_now_does_not_pass() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (citizen, device, other) = (system.people.active()?, enrol(system)?, enrol(system)?);
    let _rules = with_rules(system, &json!([]))?;
    let refused = |face: &FaceEvidence, kind: ProblemType, code: &str| -> Result<()> {
        let problem = is_problem(&ask(&device, &citizen, face)?, kind).with_context(|| code.to_owned())?;
        assert_eq!((problem.pointers.len(), problem.retry_after), (0, None), "{code}");
        assert_eq!(latest(system, &device)?, pair("refuse", code));
        Ok(())
    };
    let alter = |alter: &dyn Fn(&mut FaceEvidence)| -> Result<FaceEvidence> {
        let mut face = answer(&challenge(&device)?, 2);
        alter(&mut face);
        Ok(face)
    };
    let not_live = ProblemType::LiveFaceRefused;
    refused(&alter(&|face| face.performed.reverse())?, not_live, "other_actions")?;
    refused(&alter(&|face| face.performed.truncate(2))?, not_live, "other_actions")?;
    // A recording that is sent at once claims more time than went by.
    let late = |face: &mut FaceEvidence| {
        for step in &mut face.performed {
            (step.began, step.peak, step.ended) = (step.began + 9_000, step.peak + 9_000, step.ended + 9_000);
        }
    };
    refused(&alter(&late)?, not_live, "face_too_soon")?;
    let flat = |face: &mut FaceEvidence| {
        for step in face.performed.iter_mut().filter(|step| step.depth.is_some()) {
            step.depth = Some(0.01);
        }
    };
    refused(&alter(&flat)?, not_live, "flat_face")?;
    refused(&alter(&|face| face.performed[0].strength = 900.0)?, not_live, "not_live")?;
    refused(&alter(&|face| face.last = self::face(3))?, not_live, "face_changed")?;
    refused(&alter(&|face| face.last = face.first.clone())?, not_live, "not_live")?;
    refused(&alter(&|face| face.document = Some(self::face(3)))?, ProblemType::FaceDiffers, "face_differs")?;

    // A failed attempt has used its challenge up.
    let given = challenge(&device)?;
    let wrong = FaceEvidence { last: face(3), ..answer(&given, 2) };
    refused(&wrong, not_live, "face_changed")?;
    refused(&answer(&given, 2), ProblemType::LiveFaceVoid, "challenge_void")?;
    // The answer to one challenge is none to the next.
    let next = loop {
        let next = challenge(&device)?;
        if next.actions != given.actions {
            break next;
        }
    };
    let old = FaceEvidence { performed: performed(&given.actions), ..answer(&next, 2) };
    refused(&old, not_live, "other_actions")?;
    // Another device's, and one that nobody was given.
    refused(&answer(&challenge(&other)?, 2), ProblemType::LiveFaceVoid, "challenge_void")?;
    let unknown = FaceChallenge { challenge: Bytes([9; 16]), ..given };
    refused(&answer(&unknown, 2), ProblemType::LiveFaceVoid, "challenge_void")?;
    // A minute later.
    let given = challenge(&device)?;
    sql(system, "UPDATE face_challenges SET issued_at = issued_at - 60")?;
    refused(&answer(&given, 2), ProblemType::LiveFaceVoid, "face_too_late")?;

    assert_eq!(kept(system, &device)?, (0, 0));
    assert!(system.world.questions()?.iter().all(|question| question.id_number != citizen.id_number));
    Ok(())
}

// EC-1: where the register does not answer, nobody shows their face twice.
#[test]
fn an_outage_costs_no_second_face() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.active()?, enrol(system)?);
    system.world.fault_for("/register/verify", &citizen.id_number, "unavailable", 1)?;
    let body = serde_json::to_vec(&with_face(Device::identification(&citizen), &answer(&challenge(&device)?, 4)))?;
    let key = random_key();
    let first = device.0.signed(OFFERS, body.clone(), &key, now() - 1)?.send(&edge)?;
    is_problem(&first, ProblemType::UpstreamUnavailable)?;
    device.0.signed(OFFERS, body, &key, now())?.send(&edge)?.expect::<OfferMade>(201)?;
    Ok(())
}

// Challenges cost nothing: a device gets so many, others theirs; what is over goes.
#[test]
fn a_device_gets_so_many_challenges() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (device, other) = (enrol(system)?, enrol(system)?);
    let key = random_key();
    let request = |created| device.0.signed(CHALLENGES, b"{}".to_vec(), &key, created);
    let first = request(now() - 1)?.send(&system.edge())?;
    assert_eq!((first.status, &request(now())?.send(&system.edge())?.body), (201, &first.body));
    is_problem(&device.0.post(CHALLENGES, &json!({ "actions": ["blink"] }))?, ProblemType::MalformedBody)?;
    let bare = Request::post(CHALLENGES, b"{}".to_vec()).with("idempotency-key", random_key());
    is_problem(&bare.send(&system.edge())?, ProblemType::SignatureMissing)?;
    is_problem(&Request::get(CHALLENGES).send(&system.edge())?, ProblemType::MethodNotAllowed)?;

    let id = device.0.name.clone().context("enrolled")?;
    sql(
        system,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
             INSERT INTO face_challenges (id, device, actions, issued_at)
             SELECT '{id}' || i, '{id}', '[]', {} FROM n",
            now() - 300
        ),
    )?;
    let problem = is_problem(&device.0.post(CHALLENGES, &json!({}))?, ProblemType::AttemptsSpent)?;
    assert!(problem.retry_after.is_some_and(|seconds| (280..=301).contains(&seconds)), "{problem:?}");
    challenge(&other)?;
    sql(system, &format!("UPDATE face_challenges SET issued_at = issued_at - 700 WHERE device = '{id}'"))?;
    sweep(system)?;
    let left = sql(system, &format!("SELECT id FROM face_challenges WHERE device = '{id}'"))?;
    assert_eq!(left.len(), 0);
    challenge(&device)?;
    Ok(())
}

// EC-1: where the operator wants a live face, there is no card without one.
#[test]
fn no_card_without_a_live_face_where_one_is_required() -> Result<()> {
    let stack = Stack::start_with("required", &[("LIVE_FACE", "required")])?;
    let people = People::of(&stack.world())?;
    let (device, _) = Device::enrol(&stack.edge.url(), &secret(OPERATOR))?;
    let citizen = people.inactive()?;
    let problem = is_problem(&device.ask(&citizen)?, ProblemType::LiveFaceRequired)?;
    assert_eq!(pointers(&problem), ["/face"]);
    // A face that is compared with nothing is anybody's.
    let alone = FaceEvidence { document: None, ..answer(&challenge(&device)?, 5) };
    let problem = is_problem(&ask(&device, &citizen, &alone)?, ProblemType::LiveFaceRequired)?;
    assert_eq!(pointers(&problem), ["/face/document"]);
    let codes: Vec<Value> = stack.lists()?.rows("SELECT code FROM risk_events WHERE kind = 'offer' ORDER BY number")?;
    assert_eq!(json!(codes), json!([{ "code": "no_live_face" }, { "code": "nothing_to_compare" }]));
    ask_live(&device, &citizen, 5)?.expect::<OfferMade>(201)?;
    Ok(())
}

// EC-4 by EC-1: cards move to a new phone with a live face, and only then is it called so.
#[test]
fn cards_move_to_a_new_phone_with_a_live_face() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen, device) = (system.edge(), system.people.active()?, enrol(system)?);
    let _rules = with_rules(system, &json!([]))?;
    let selections = json!([["name"], []]);
    let first = Holder::take(&edge, &device.offer(&citizen)?, &selections)?;
    let second = Holder::take(&edge, &device.offer(&citizen)?, &selections)?;

    let mut moving = Device::identification(&citizen);
    moving["moves"] = json!(true);
    let problem = is_problem(&device.0.post(OFFERS, &moving)?, ProblemType::LiveFaceRequired)?;
    assert_eq!((pointers(&problem), latest(system, &device)?), (vec!["/face"], pair("refuse", "no_live_face")));
    let alone = FaceEvidence { document: None, ..answer(&challenge(&device)?, 6) };
    let problem =
        is_problem(&device.0.post(OFFERS, &with_face(moving.clone(), &alone))?, ProblemType::LiveFaceRequired)?;
    assert_eq!(pointers(&problem), ["/face/document"]);
    let another = FaceEvidence { document: Some(face(7)), ..answer(&challenge(&device)?, 6) };
    is_problem(&device.0.post(OFFERS, &with_face(moving.clone(), &another))?, ProblemType::FaceDiffers)?;
    let own = answer(&challenge(&device)?, 6);
    let offer: OfferMade = device.0.post(OFFERS, &with_face(moving, &own))?.expect(201)?;
    // Until the new phone has its cards the old one's are good.
    assert!(Verifier::fetch(&edge)?.check(&second.show(0, now())).is_ok());
    let third = Holder::take(&edge, &offer, &selections)?;
    let verifier = Verifier::fetch(&edge)?;
    for (holder, card) in [(&first, 0), (&second, 0), (&second, 1)] {
        assert_eq!(verifier.check(&holder.show(card, now())).err(), Some(Refusal::Revoked));
    }
    assert!(verifier.check(&third.show(0, now())).is_ok());
    let by = |holder: &Holder| -> Result<Value> {
        let id = holder.signer.name.clone().context("a holder")?;
        let rows = sql(system, &format!("SELECT DISTINCT revoked_by FROM cards WHERE holder = '{id}'"))?;
        Ok(json!(rows.iter().map(|row| row["revoked_by"].clone()).collect::<Vec<_>>()))
    };
    assert_eq!((by(&first)?, by(&second)?, by(&third)?), (json!(["replaced"]), json!(["moved"]), json!([null])));
    assert_eq!(latest(system, &device)?, pair("allow", "moved"));
    Ok(())
}

// EC-2: faces that fail one after the other, for one person and at one device; one that passes ends the row.
#[test]
fn live_faces_that_fail_in_a_row_are_looked_at() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let [one, two, three] = [system.people.active()?, system.people.active()?, system.people.active()?];
    let device = enrol(system)?;
    let rule = |reason: &str, most: u32, decision: &str| json!({ "reason": reason, "most": most, "within_hours": 24, "decision": decision });
    let _rules = with_rules(
        system,
        &json!([rule("holder_failed_liveness", 1, "review"), rule("device_failed_liveness", 3, "refuse")]),
    )?;
    let fails = |citizen: &Citizen| -> Result<()> {
        is_problem(&ask_as_another(&device, citizen, 10)?, ProblemType::FaceDiffers).map(|_| ())
    };
    fails(&one)?;
    fails(&one)?;
    // The right face now waits for an operator, and so does a wrong one: it is not even looked at.
    let review: Value = ask_live(&device, &one, 10)?.expect(202)?;
    assert_eq!(latest(system, &device)?, pair("review", "holder_failed_liveness"));
    decide(system, &review["review"], "approve")?.expect::<Value>(200)?;
    ask_live(&device, &one, 10)?.expect::<OfferMade>(201)?;
    // It passed: the row is over.
    ask_live(&device, &one, 10)?.expect::<OfferMade>(201)?;

    for citizen in [&two, &two, &three, &three] {
        fails(citizen)?;
    }
    let problem = is_problem(&ask_live(&device, &three, 11)?, ProblemType::IssuingRefused)?;
    assert_eq!((problem.pointers.len(), problem.retry_after), (0, None));
    let reasons = events(system, &device)?[0]["reasons"].clone();
    let codes: Vec<&str> =
        reasons.as_array().into_iter().flatten().filter_map(|reason| reason["code"].as_str()).collect();
    assert_eq!(codes, ["holder_failed_liveness", "device_failed_liveness"]);
    assert_eq!((&reasons[1]["count"], &reasons[1]["most"]), (&json!(4), &json!(3)));
    Ok(())
}

// EC-2: one face for two people's cards, if the operator wants faces kept for that; sealed, and no longer than that.
#[test]
fn a_face_that_was_another_persons_is_refused_while_the_rule_is_on() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let [one, two] = [system.people.active()?, system.people.active()?];
    let device = enrol(system)?;
    let rows = |system: &System| Ok::<_, anyhow::Error>(sql(system, "SELECT person FROM kept_faces")?.len());
    ask_live(&device, &one, 20)?.expect::<OfferMade>(201)?;
    assert_eq!(rows(system)?, 0, "off, as delivered");
    let rule = json!([{ "reason": "repeated_face", "most": 0, "within_hours": 24, "decision": "refuse" }]);
    let in_force = with_rules(system, &rule)?;
    ask_live(&device, &one, 20)?.expect::<OfferMade>(201)?;
    // Their own face again, on another day.
    ask_live(&device, &one, 20)?.expect::<OfferMade>(201)?;
    is_problem(&ask_live(&device, &two, 20)?, ProblemType::IssuingRefused)?;
    assert_eq!(latest(system, &device)?, pair("refuse", "repeated_face"));
    ask_live(&device, &two, 21)?.expect::<OfferMade>(201)?;
    sweep(system)?;
    assert_eq!(rows(system)?, 2);
    assert!(!system.stack.holds(&text(&face(20)))? && !system.stack.holds(&text(&face(21)))?, "kept in clear");
    drop(in_force);
    sweep(system)?;
    assert_eq!(rows(system)?, 0);
    Ok(())
}

// EC-2, 一证五号: a person's SIM numbers are counted where cards are asked for and where registrations are listed.
#[test]
fn too_many_numbers_of_one_person_are_looked_at() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (citizen, other, device) = (system.people.inactive()?, system.people.active()?, enrol(system)?);
    let rule = json!([{ "reason": "numbers_of_person", "most": 0, "within_hours": 1, "decision": "review" }]);
    let _rules = with_rules(system, &rule)?;
    let phone = system.confirmed(&citizen)?;
    let id = phone.hex_id()?;
    device.offer(&other)?;
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?;
    phone.wait_for(State::Effective)?;
    let item = wait("the reviewers' item", || {
        let all: Vec<Value> = get(system, "/v1/reviews", REVIEWER)?.expect(200)?;
        Ok(all.into_iter().find(|item| item["registration"] == id))
    })?;
    assert_eq!((&item["reasons"], &item["decides"]), (&json!(["numbers_of_person"]), &json!(false)));
    device.ask(&citizen)?.expect::<Value>(202)?;
    assert_eq!(latest(system, &device)?, pair("review", "numbers_of_person"));
    let filed = json!({ "decision": "approve", "reason": "a family's numbers" });
    post(system, &format!("/v1/reviews/{id}"), REVIEWER, &filed)?.expect::<Value>(200)?;
    Ok(())
}

// EC-2
#[test]
fn operators_read_the_blacklist() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let people = [system.people.active()?, system.people.active()?];
    let set = |citizen: &Citizen, listed: bool| -> Result<String> {
        let body = json!({ "id_number": citizen.id_number, "listed": listed, "reason": "court order 13" });
        let set: Value = post(system, "/v1/risk/blacklist", OPERATOR, &body)?.expect(200)?;
        Ok(set["subject"].as_str().context("a subject")?.to_owned())
    };
    let subjects = [set(&people[0], true)?, set(&people[1], true)?];
    let list = |query: &str| -> Result<Vec<BlacklistItem>> {
        get(system, &format!("/v1/risk/blacklist{query}"), OPERATOR)?.expect(200)
    };
    let all = list("")?;
    assert_eq!([&all[1].subject, &all[0].subject], [&subjects[0], &subjects[1]], "newest first");
    assert_eq!((all[0].reason.as_str(), all[0].listed_by.as_str()), ("court order 13", OPERATOR));
    assert!((now() - 60..=now()).contains(&all[0].listed_at));
    assert_eq!(list(&format!("?before={}", all[0].number))?, all[1..]);
    is_problem(&get(system, "/v1/risk/blacklist?before=x", OPERATOR)?, ProblemType::InvalidParameter)?;
    is_problem(&get(system, "/v1/risk/blacklist", REVIEWER)?, ProblemType::Forbidden)?;
    for citizen in &people {
        set(citizen, false)?;
    }
    assert!(list("")?.iter().all(|item| !subjects.contains(&item.subject)));
    Ok(())
}
