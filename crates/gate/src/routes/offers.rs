//! A device identified a person (EC-1): risk control, then the live face, then the register, then an offer for the person's
//! phone.

use serde_json::to_string;
use shiming_cloud::adapter::Adapter;
use shiming_cloud::database::together;
use shiming_cloud::http::{Answer, Target, json, parse, written};
use shiming_cloud::matcher::{self, Seen};
use shiming_cloud::names::look_ups;
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, face_refused, spent};
use shiming_cloud::signed::Signed;
use shiming_cloud::{budgets, clock, database, names, sealed};
use shiming_identity::PersonName;
use shiming_outside::register::CitizenAnswer;
use shiming_proof::Purpose;
use shiming_service::budget::{self, Scope};
use shiming_service::inquiry::Inquiry;
use shiming_service::issuing::{self, Identified, OFFER_SECONDS};
use shiming_service::live_face::{examine, is_of, passed, wanted};
use shiming_service::policy::Policy;
use shiming_service::port::{Reply, verify_citizen};
use shiming_service::risk::{Decision, Finding, Reason, Reviewed, judge, with_review};
use shiming_wire::card::{FaceEvidence, OfferInReview, OfferMade, RequestOffer};
use shiming_wire::{PortraitPolicy, Problem, ProblemType, Text};
use worker::{Env, Response};

use crate::config::Config;
use crate::device::{Device, Keys};
use crate::events::{self, Asked, Subject};
use crate::faces;

/// `POST /v1/cards/offers`. Until there is an offer nothing of the person is kept but a keyed hash of the number, in the
/// risk store. Of the face nothing is kept at all, unless the operator wants the rule `repeated_face`.
pub async fn create(request: worker::Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let signed = Signed::read(request, &config.common, target).await?;
    let device = Device::of(env, &signed, Keys::Present).await?;
    let actor = Actor { name: &device.text, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let request: RequestOffer = parse(&signed.body)?;
    let (person, name) = issuing::identified(&request, clock::today()?).map_err(impossible)?;
    let holder = names::person(&config.common, person.id_number.as_str());
    let subject = Subject { person: Some(&holder), device: Some(&device.text), client: Some(&signed.client) };

    let (reviewed, review) = events::reviewed(env, &holder, &device.text).await?;
    if reviewed == Reviewed::Open {
        return json(202, &OfferInReview { review });
    }
    let asked = Asked::begin(env, &subject).await?;
    let face = request.face.as_ref();
    if let Err(reason) = wanted(face, config.live_face || request.moves) {
        return refuse(env, &asked, reason, face_refused(reason)).await;
    }
    // Whatever becomes of this request, no other answers the same challenge.
    let answered = match face {
        Some(face) => {
            let own = names::sha256(format!("{} {}", signed.key, signed.body).as_bytes());
            faces::take(env, &device.text, &face.challenge, &own).await?
        }
        None => None,
    };
    let rules = events::rules(env).await?;
    let counts = events::counts(env, &rules, &subject).await?;
    let (decision, findings) = judge(&rules, &counts);
    let (decision, mut findings) = with_review(decision, findings, reviewed);
    if let Some(answer) = stopped(env, &asked, decision, &findings).await? {
        return Ok(answer);
    }
    let keeps = rules.iter().find(|rule| rule.reason == Reason::RepeatedFace);
    if let Some(face) = face {
        let challenge = answered.as_ref().map(|answered| &answered.challenge);
        let arrived_at = answered.as_ref().map_or_else(clock::now, |answered| answered.arrived_at);
        if let Err(reason) = examine(challenge, face, arrived_at) {
            return refuse(env, &asked, reason, face_refused(reason)).await;
        }
        if let Some(rule) = keeps {
            let count = faces::repeated(env, &config.common, rule, &holder, face).await?;
            let (decision, found) = judge(std::slice::from_ref(rule), &[count]);
            let (decision, found) = with_review(decision, found, reviewed);
            let new: Vec<Finding> = found.into_iter().filter(|finding| !findings.contains(finding)).collect();
            findings.extend(new);
            if let Some(answer) = stopped(env, &asked, decision, &findings).await? {
                return Ok(answer);
            }
        }
    }
    let policy = database::policy(env).await?;
    let said = ask_register(env, config, &policy, &device.text, &signed.key, &person, &name).await;
    let said = match said {
        Ok(answer) => confirmed(env, &policy, answer, face).await,
        Err(fault) => Err(fault),
    };
    match said {
        Ok(Ok(())) => {}
        Ok(Err(reason @ Reason::NotConfirmed)) => {
            return refuse(env, &asked, reason, ProblemType::IdentityNotConfirmed).await;
        }
        Ok(Err(reason)) => return refuse(env, &asked, reason, face_refused(reason)).await,
        Err(fault) => {
            // Not an answer: the device asks again, and is not counted twice.
            let finding = [Finding::from(Reason::Unavailable)];
            asked.settle(env, Decision::Asked, Some(Reason::Unavailable), &finding)?.run().await?;
            return Err(fault);
        }
    }

    let (offer, now) = (clock::random_bytes(), clock::now());
    let made = OfferMade { offer, expires_at: now + OFFER_SECONDS };
    let answer = to_string(&made)?;
    let token = look_ups(&config.common, Purpose::Offer, &offer).swap_remove(0);
    let sealed = sealed::seal_text(&config.common.data_keys, &issuing::place_of_offer(&token), &person).await?;
    let sql = "INSERT INTO card_offers (token, person, device, expires_at) VALUES (?, ?, ?, ?)";
    let passed = face.map(passed);
    findings.extend(passed.map(Finding::from));
    let mut done = vec![
        database::statement(env, sql, &[&token, &sealed, &device.text, &made.expires_at])?,
        asked.settle(env, Decision::Allow, passed, &findings)?,
        once.record(201, &answer).await?,
    ];
    if reviewed == Reviewed::Approved {
        done.push(events::used(env, review)?);
    }
    if let (Some(face), Some(_)) = (face, keeps) {
        done.push(faces::keep(env, &config.common, &holder, face).await?);
    }
    together(env, done).await?;
    written(201, "application/json", answer)
}

/// The answer to a request that the rules stop; none where it goes on.
async fn stopped(
    env: &Env,
    asked: &Asked,
    decision: Decision,
    findings: &[Finding],
) -> Result<Option<Response>, Fault> {
    match decision {
        Decision::Asked | Decision::Allow => Ok(None),
        Decision::Review => {
            asked.settle(env, decision, None, findings)?.run().await?;
            Ok(Some(json(202, &OfferInReview { review: asked.number() })?))
        }
        Decision::Refuse => {
            asked.settle(env, decision, None, findings)?.run().await?;
            Err(ProblemType::IssuingRefused.into())
        }
    }
}

async fn refuse(env: &Env, asked: &Asked, reason: Reason, problem: impl Into<Fault>) -> Answer {
    asked.settle(env, Decision::Refuse, Some(reason), &[reason.into()])?.run().await?;
    Err(problem.into())
}

/// Whether the register knows this person, by name and number, and by face where there is a live one and the policy compares
/// portraits (RN-7); a register without a portrait, or with one that shows no face, says nothing of faces.
async fn confirmed(
    env: &Env,
    policy: &Policy,
    answer: CitizenAnswer,
    face: Option<&FaceEvidence>,
) -> Result<Result<(), Reason>, Fault> {
    let CitizenAnswer::Match { portrait } = answer else { return Ok(Err(Reason::NotConfirmed)) };
    let (Some(face), Some(portrait), PortraitPolicy::Compare) = (face, portrait, policy.portrait) else {
        return Ok(Ok(()));
    };
    Ok(match matcher::describe(env, &portrait).await? {
        Seen::Described(known) if !is_of(face, &known.0) => Err(Reason::FaceDiffers),
        Seen::Described(_) | Seen::NoFace | Seen::NotAPicture => Ok(()),
    })
}

/// What the register says of name and number (EC-3), asked as registrations ask it (RC-4).
async fn ask_register(
    env: &Env,
    config: &Config,
    policy: &Policy,
    device: &str,
    key: &str,
    person: &Identified,
    name: &PersonName,
) -> Result<CitizenAnswer, Fault> {
    let variants = database::variants(env).await?;
    let begun = Inquiry::begin(person.id_number.clone(), name, &variants, policy.register_names);
    let (mut inquiry, mut question) = begun.ok_or(ProblemType::EvidenceInvalid)?;
    if policy.plain_names().is_some() {
        let counter = names::budget(&config.common, Scope::Holder, person.id_number.as_str().as_bytes());
        let limit = policy.limit(budget::Purpose::Question, Scope::Holder);
        let share = [(counter, limit, inquiry.questions())];
        budgets::take_all(env, budget::Purpose::Question, &share)
            .await?
            .map_err(|error| spent(ProblemType::AttemptsSpent, error))?;
    }
    // The device's own key, with its name and a word of ours, so that it cannot meet a key of the registrations' outbox. A
    // retry asks under the same keys and gets the same answers.
    let own = names::sha256(format!("offer {device} {key}").as_bytes());
    let outside = Adapter { config: &config.common, env };
    for trial in 1.. {
        let key = format!("{}-{trial}", &own[..32]);
        match verify_citizen(&outside, &key, &question).await {
            Reply::Answered(CitizenAnswer::NameDiffers) => match inquiry.next(&person.id_number) {
                Some(next) => (inquiry, question) = next,
                None => break,
            },
            Reply::Answered(answer) => return Ok(answer),
            Reply::Refused | Reply::Unavailable => return Err(ProblemType::UpstreamUnavailable.into()),
        }
    }
    Ok(CitizenAnswer::NameDiffers)
}

fn impossible(pointers: Vec<&'static str>) -> Fault {
    let pointers = pointers.into_iter().map(|pointer| Text::new(pointer).unwrap_or_default()).collect();
    Problem { pointers, ..Problem::new(ProblemType::EvidenceInvalid) }.into()
}
