//! The operator's people: settings, agents, links, reviews; and the cron.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::{Value, json};
use shiming_api_tests::assertions::{is_problem, refused};
use shiming_api_tests::client::{Answer, Request, wait};
use shiming_api_tests::fixtures::{Citizen, secret};
use shiming_identity::document::FormatParameters;
use shiming_outside::crm::SimState;
use shiming_wire::operator::{
    AgentView, CreateLink, CredentialState, DecideReview, LinkCreated, RegistrationItem, ReviewItem, ReviewVerdict,
    SetAgent,
};
use shiming_wire::{Bytes, ProblemType, RefusalReason, RegistrationView, SimSubject, SimView, State, Terminal, Text};

use crate::{System, nonce, system};

pub const OPERATOR: &str = "test-operator";
pub const REVIEWER: &str = "test-reviewer";
pub const AGENT: &str = "test-agent";

/// Restores the default policy when it goes.
pub struct PolicyGuard<'a>(&'a System);

/// Sets the policy until the guard goes; members that are left out have their defaults.
pub fn with_policy<'a>(system: &'a System, policy: &Value) -> Result<PolicyGuard<'a>> {
    put(system, "/v1/policy", policy)?.expect::<Value>(200)?;
    Ok(PolicyGuard(system))
}

impl Drop for PolicyGuard<'_> {
    fn drop(&mut self) {
        let restored = put(self.0, "/v1/policy", &json!({})).and_then(|answer| answer.expect::<Value>(200));
        assert!(restored.is_ok() || std::thread::panicking(), "{restored:?}");
    }
}

pub fn put(system: &System, path: &str, body: &impl Serialize) -> Result<Answer> {
    let request = Request { method: "PUT", ..Request::post(path, serde_json::to_vec(body)?) };
    request.by(&secret(OPERATOR)).send(&system.edge())
}

pub fn get(system: &System, path: &str, who: &str) -> Result<Answer> {
    Request::get(path).by(&secret(who)).send(&system.edge())
}

pub fn post(system: &System, path: &str, who: &str, body: &impl Serialize) -> Result<Answer> {
    Request::post(path, serde_json::to_vec(body)?).by(&secret(who)).send(&system.edge())
}

/// The open review items of a registration.
fn reviews(system: &System, id: &str) -> Result<Vec<ReviewItem>> {
    let all: Vec<ReviewItem> = get(system, "/v1/reviews", REVIEWER)?.expect(200)?;
    Ok(all.into_iter().filter(|item| item.registration.as_str() == id).collect())
}

/// Waits for the item of a registration.
pub fn review(system: &System, id: &str) -> Result<ReviewItem> {
    wait("a review", || Ok(reviews(system, id)?.into_iter().next()))
}

pub fn decide(system: &System, id: &str, decision: ReviewVerdict) -> Result<Answer> {
    let body = DecideReview { decision, reason: Text::new("looked at it")? };
    post(system, &format!("/v1/reviews/{id}"), REVIEWER, &body)
}

// RN-8, RN-9
#[test]
fn a_reviewed_registration_is_switched_on_when_it_becomes_effective() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let policy = with_policy(system, &json!({ "review": true, "activate_on": "effective" }))?;
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    drop(policy);
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    let view = phone.wait_for(State::Stored)?;
    assert_eq!(view.sim, SimView::Unchanged);
    let id = phone.hex_id()?;
    let item = review(system, &id)?;
    assert!(item.decides);
    assert_eq!(item.reasons.iter().map(Text::as_str).collect::<Vec<_>>(), ["policy"]);
    assert_eq!(system.world.record(&id)?.context("stored")?.state, "stored");
    assert_eq!(system.world.ledger_of(&id)?, []);
    let case: Value = get(system, &format!("/v1/reviews/{id}"), REVIEWER)?.expect(200)?;
    assert_eq!(case["identity"]["name"], citizen.name);

    decide(system, &id, ReviewVerdict::Approve)?.expect::<Value>(200)?;
    phone.wait_until("effective", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    assert_eq!(system.world.record(&id)?.context("effective")?.state, "effective");
    assert_eq!(system.world.ledger_of(&id)?.len(), 1);
    wait("the item to be closed", || Ok(reviews(system, &id)?.is_empty().then_some(())))?;
    is_problem(&decide(system, &id, ReviewVerdict::Refuse)?, ProblemType::StateConflict)?;
    assert_eq!(phone.view()?.state, State::Effective);
    Ok(())
}

// RN-8, RN-10: a card that was switched on at the pass goes off again, for its record is withdrawn.
#[test]
fn a_reviewer_refuses() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let policy = with_policy(system, &json!({ "review": true, "activate_on": "pass" }))?;
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    drop(policy);
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    let stored = |view: &RegistrationView| view.state == State::Stored && view.sim == SimView::Active;
    phone.wait_until("stored and switched on", stored)?;
    let id = phone.hex_id()?;
    review(system, &id)?;
    decide(system, &id, ReviewVerdict::Refuse)?.expect::<Value>(200)?;
    let view = phone.wait_until("refused and switched off", |view| {
        view.state == State::Refused && !matches!(view.sim, SimView::Deactivating | SimView::Active)
    })?;
    assert_eq!((view.refusal, view.sim), (Some(RefusalReason::Reviewer), SimView::Deactivated));
    assert_eq!(system.world.record(&id)?.context("withdrawn")?.state, "withdrawn");
    let subscription = system.world.subscription(&citizen.subscription.iccid)?;
    assert_eq!((subscription.sim, subscription.holder), (SimState::Deactivated, None));
    let operations: Vec<String> = system.world.ledger_of(&id)?.into_iter().map(|row| row.operation).collect();
    assert_eq!(operations, ["activate", "deactivate"]);
    Ok(())
}

// A name or number that was typed is looked at by a person.
#[test]
fn an_edited_name_goes_to_review() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let mut evidence = citizen.evidence(nonce(&phone))?;
    evidence.name.edited = true;
    evidence.address.edited = true;
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
    phone.wait_for(State::Stored)?;
    let id = phone.hex_id()?;
    let item = review(system, &id)?;
    assert_eq!(item.reasons.iter().map(Text::as_str).collect::<Vec<_>>(), ["edited"]);
    assert_eq!(system.world.record(&id)?.context("stored")?.record["edited"], json!(["name", "address"]));
    decide(system, &id, ReviewVerdict::Approve)?.expect::<Value>(200)?;
    phone.wait_for(State::Effective)?;

    // An edited address alone is noted and goes through.
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let mut evidence = citizen.evidence(nonce(&phone))?;
    evidence.address.edited = true;
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
    phone.wait_for(State::Effective)?;
    Ok(())
}

// RN-10: an effective card is nobody's by a match alone; nor is it taken away by a mismatch.
#[test]
fn a_card_with_a_holder_waits_for_a_reviewer() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.active()?;
    let before = system.world.subscription(&citizen.subscription.iccid)?;
    let phone = system.confirmed(&citizen)?;
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    phone.wait_for(State::Stored)?;
    let id = phone.hex_id()?;
    let item = review(system, &id)?;
    assert_eq!(item.reasons.iter().map(Text::as_str).collect::<Vec<_>>(), ["already_registered"]);
    assert_eq!(system.world.subscription(&citizen.subscription.iccid)?, before);
    assert_eq!(system.world.ledger_of(&id)?, []);
    Ok(())
}

// RN-1
#[test]
fn an_agents_terminal_carries_the_agent() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let mut phone = system.phone()?;
    phone.agent = Some(secret(AGENT));
    phone.open(citizen.card()?)?;
    phone.confirm_by_sms(&system.world, citizen.line())?;
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    phone.wait_until("effective", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    let id = phone.hex_id()?;
    let record = system.world.record(&id)?.context("a record")?.record;
    assert_eq!((&record["terminal"], &record["agent"]), (&json!("agent"), &json!(AGENT)));
    let path = format!("/v1/agents/{AGENT}/registrations");
    let item = wait("the list to be up to date", || {
        let items: Vec<RegistrationItem> = get(system, &path, OPERATOR)?.expect(200)?;
        Ok(items.into_iter().find(|item| item.id.as_str() == id && item.state == State::Effective))
    })?;
    assert_eq!(item.terminal, Terminal::Agent);
    // Agents see their own.
    assert_eq!(get(system, &path, AGENT)?.status, 200);
    is_problem(&get(system, "/v1/agents/suspended-agent/registrations", AGENT)?, ProblemType::Forbidden)?;

    // Without the credential a terminal is not an agent's.
    let mut stranger = system.phone()?;
    let body = shiming_wire::CreateRegistration {
        terminal: Terminal::Agent,
        ..stranger.create_body(system.people.inactive()?.card()?)
    };
    let kind = ProblemType::Unauthorized;
    refused(&system.world, None, kind, || stranger.post("/v1/registrations", &body))?;
    stranger.agent = Some(secret("nobody"));
    refused(&system.world, None, kind, || stranger.post("/v1/registrations", &body))?;
    Ok(())
}

// RN-1
#[test]
fn a_suspended_agent_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let name = "suspended-agent";
    let set = |state| post(system, &format!("/v1/agents/{name}"), OPERATOR, &SetAgent { state });
    let agent: AgentView = set(CredentialState::Suspended)?.expect(200)?;
    assert_eq!(agent.state, CredentialState::Suspended);
    let listed: Vec<AgentView> = get(system, "/v1/agents", OPERATOR)?.expect(200)?;
    assert!(listed.contains(&agent));

    let citizen = system.people.inactive()?;
    let mut phone = system.phone()?;
    phone.agent = Some(secret(name));
    let body = phone.create_body(citizen.card()?);
    refused(&system.world, None, ProblemType::Forbidden, || phone.post("/v1/registrations", &body))?;
    let link = CreateLink { iccid: None, number: Text::new(citizen.subscription.number.as_str())? };
    is_problem(&post(system, "/v1/links", name, &link)?, ProblemType::Forbidden)?;

    set(CredentialState::Active)?.expect::<AgentView>(200)?;
    phone.open(citizen.card()?)?;
    Ok(())
}

/// The token of a link: the fragment, which no server log sees.
fn token_of(url: &str) -> Result<SimSubject> {
    let (_, token) = url.split_once("/r#").context("no token in the link")?;
    Ok(SimSubject::Link(Bytes::from_base64url(token)?))
}

fn finish(system: &System, citizen: &Citizen, phone: &shiming_api_tests::client::Phone) -> Result<()> {
    phone.send_evidence(&citizen.evidence(nonce(phone))?)?.expect::<RegistrationView>(202)?;
    phone.wait_until("effective", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    assert_eq!(
        system.world.subscription(&citizen.subscription.iccid)?.holder.as_deref(),
        Some(citizen.id_number.as_str())
    );
    Ok(())
}

// RN-2, RN-13
#[test]
fn a_message_to_the_service_number_is_answered_with_a_link_to_register() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    // The link's message is counted with the codes of the line; the code must not have to wait for it here.
    // All tests share an address.
    let limit = json!({ "per_day": 1000, "spacing_seconds": 0 });
    let codes = json!({ "line": limit, "device": limit, "address": limit });
    let _policy = with_policy(system, &json!({ "budgets": { "codes": codes } }))?;
    // A card that is on can send.
    let citizen = system.people.provisional()?;
    let line = citizen.line();
    system.world.send_from(line, "106900001", "SM")?;
    // The message itself is on the phone, too.
    let text = system.world.next_message(line, 1)?;
    let subject = token_of(text.lines().last().context("no last line")?)?;

    let mut phone = system.phone()?;
    phone.open(subject.clone())?;
    phone.confirm_by_sms(&system.world, line)?;
    finish(system, &citizen, &phone)?;

    // One time: another phone cannot use it.
    let other = system.phone()?;
    let body = other.create_body(subject);
    refused(&system.world, None, ProblemType::SimNotFound, || other.post("/v1/registrations", &body))?;

    // Another service code is another business: nothing is answered.
    let citizen = system.people.provisional()?;
    system.world.send_from(citizen.line(), "106900999", "SM")?;
    wait("the centre to be refused", || {
        let callbacks: Vec<Value> = system.world.get("/callbacks")?;
        let refused =
            |row: &Value| row["body"].as_str().is_some_and(|body| body.contains("106900999")) && row["status"] == 422;
        Ok(callbacks.iter().any(refused).then_some(()))
    })?;
    assert_eq!(system.world.messages(citizen.line())?.len(), 1);
    Ok(())
}

// RN-2: the centre delivers until it is told that the message was taken; the budget of the line is spent once for it.
#[test]
fn a_message_that_is_delivered_again_is_answered_once() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.provisional()?;
    let line = citizen.line();
    // The link cannot be sent at first: the centre is told to come again, and does so within the spacing of a minute.
    system.world.fault("/sms/messages", "unavailable", 1)?;
    system.world.send_from(line, "106900001", "SM")?;
    let text = system.world.next_message(line, 1)?;
    let statuses = wait("the centre to be told that the message was taken", || {
        let callbacks: Vec<Value> = system.world.get("/callbacks")?;
        let of_line = |row: &&Value| row["body"].as_str().is_some_and(|body| body.contains(line));
        let last = callbacks.iter().rfind(of_line).context("a delivery")?;
        Ok((last["status"] == 202).then(|| last["attempts"].as_u64()))
    })?;
    assert_eq!(statuses, Some(2));
    assert_eq!(system.world.messages(line)?.len(), 2);
    let mut phone = system.phone()?;
    phone.open(token_of(text.lines().last().context("no last line")?)?)?;
    system.world.calm()
}

// RN-13: an agent's sale.
#[test]
fn an_agents_link_names_the_card() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let link = CreateLink {
        iccid: Some(Text::new(citizen.subscription.iccid.as_str())?),
        number: Text::new(citizen.subscription.number.as_str())?,
    };
    let request = Request::post("/v1/links", serde_json::to_vec(&link)?).by(&secret(AGENT));
    let made: LinkCreated = request.send(&system.edge())?.expect(201)?;
    // A retry gives the same link, not a second one.
    assert_eq!(request.send(&system.edge())?.expect::<LinkCreated>(201)?, made);
    let mut phone = system.phone()?;
    phone.open(token_of(made.url.as_str())?)?;
    phone.confirm_by_sms(&system.world, citizen.line())?;
    finish(system, &citizen, &phone)?;

    let wrong = CreateLink { iccid: None, number: Text::new("12345678901")? };
    let problem = is_problem(&post(system, "/v1/links", AGENT, &wrong)?, ProblemType::InvalidParameter)?;
    assert_eq!(problem.pointers.iter().map(Text::as_str).collect::<Vec<_>>(), ["/number"]);
    Ok(())
}

// RN-3
#[test]
fn an_operators_format_parameters_reach_the_phone() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let path = "/v1/format-parameters";
    let defaults: Vec<FormatParameters> = get(system, path, OPERATOR)?.expect(200)?;
    let opened = system.opened(&system.people.inactive()?)?.opened.context("opened")?;
    assert_eq!(opened.format, defaults);

    let mut own = defaults[0].clone();
    own.quality_floor.min_sharpness += 7;
    own.size.width = 1024;
    put(system, path, &[&own])?.expect::<Vec<FormatParameters>>(200)?;
    let opened = system.opened(&system.people.inactive()?)?.opened.context("opened")?;
    // The side that was set, and the default of the other.
    assert_eq!(opened.format, [own.clone(), defaults[1].clone()]);

    let mut wrong = own;
    wrong.format.quality = 0;
    is_problem(&put(system, path, &[&wrong])?, ProblemType::InvalidParameter)?;
    put(system, path, &json!([]))?.expect::<Vec<FormatParameters>>(200)?;
    assert_eq!(get(system, path, OPERATOR)?.expect::<Vec<FormatParameters>>(200)?, defaults);
    Ok(())
}

#[test]
fn settings_are_bounded_and_for_operators() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let before: Value = get(system, "/v1/policy", OPERATOR)?.expect(200)?;
    for (policy, kind) in [
        (json!({ "code_tries": 6 }), ProblemType::InvalidParameter),
        (json!({ "channels": [] }), ProblemType::InvalidParameter),
        (json!({ "reviews": true }), ProblemType::MalformedBody),
        (json!([]), ProblemType::MalformedBody),
        (json!(null), ProblemType::MalformedBody),
    ] {
        is_problem(&put(system, "/v1/policy", &policy)?, kind)?;
    }
    assert_eq!(get(system, "/v1/policy", OPERATOR)?.expect::<Value>(200)?, before);

    for (path, who) in
        [("/v1/policy", AGENT), ("/v1/agents", REVIEWER), ("/v1/reviews", OPERATOR), ("/v1/reviews", AGENT)]
    {
        is_problem(&get(system, path, who)?, ProblemType::Forbidden)?;
        is_problem(&Request::get(path).send(&system.edge())?, ProblemType::Unauthorized)?;
        is_problem(&get(system, path, "nobody")?, ProblemType::Unauthorized)?;
    }
    is_problem(&get(system, "/v1/reviews/unknown", REVIEWER)?, ProblemType::RegistrationNotFound)?;
    is_problem(
        &post(system, "/v1/agents/nobody", OPERATOR, &SetAgent { state: CredentialState::Active })?,
        ProblemType::NotFound,
    )?;
    Ok(())
}

// Only the operator's own systems may say what a line sent or what happens on it (RN-2, CB-9).
#[test]
fn outside_systems_have_to_sign() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.provisional()?;
    let message = json!({ "from": citizen.line(), "service_code": "106900001", "text": "SM" });
    let progress = json!({ "reference": "x-1", "progress": "answered" });
    for (path, body) in [("/v1/inbound-messages", message), ("/v1/call-progress", progress)] {
        let body = serde_json::to_vec(&body)?;
        let unsigned =
            Request::post(path, body.clone()).with("idempotency-key", shiming_api_tests::client::random_key());
        refused(&system.world, None, ProblemType::SignatureMissing, || unsigned.send(&system.edge()))?;
        // A phone's signature is none of theirs.
        let phone = system.phone()?;
        let key = shiming_api_tests::client::random_key();
        let signed = phone.signed_bytes(path, body, &key, shiming_api_tests::client::now())?;
        refused(&system.world, None, ProblemType::SignatureInvalid, || phone.send(&signed))?;
    }
    Ok(())
}

#[test]
fn what_is_not_finished_in_time_expires() -> Result<()> {
    let system = system()?;
    let (phone, evidence) = {
        let _turn = system.turn();
        let policy = with_policy(system, &json!({ "registration_ttl_seconds": 60 }))?;
        let citizen = system.people.inactive()?;
        let phone = system.confirmed(&citizen)?;
        drop(policy);
        let evidence = citizen.evidence(nonce(&phone))?;
        (phone, evidence)
    };
    std::thread::sleep(Duration::from_secs(61));
    let _turn = system.turn();
    let before = shiming_api_tests::assertions::Snapshot::of(&system.world)?;
    is_problem(&phone.send_evidence(&evidence)?, ProblemType::RegistrationExpired)?;
    // Its own alarm ends it.
    phone.wait_for(State::Expired)?;
    assert_eq!(shiming_api_tests::assertions::Snapshot::of(&system.world)?, before);
    Ok(())
}

#[test]
fn the_cron_removes_what_expired_long_ago() -> Result<()> {
    // Others have their cron run, too.
    let system = &System::start("cron")?;
    let listed = || -> Result<Vec<String>> {
        let items: Vec<RegistrationItem> =
            get(system, "/v1/agents/archived-agent/registrations", OPERATOR)?.expect(200)?;
        let mut ids: Vec<String> = items.into_iter().map(|item| item.id.as_str()[..1].to_owned()).collect();
        ids.sort();
        Ok(ids)
    };
    assert_eq!(listed()?, ["a", "b", "c"]);
    let swept = Request::get("/__scheduled?cron=*/5+*+*+*+*").send(&system.edge())?;
    assert_eq!(swept.status, 200, "{}", String::from_utf8_lossy(&swept.body));
    // Eight days is over; an hour is not; a row without its object does no harm.
    assert_eq!(listed()?, ["b", "c"]);
    Ok(())
}
