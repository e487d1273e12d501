//! Certificates of no criminal record, from a document to a file that anybody can check (NC-1 to NC-6).

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shiming_api_tests::applying::{APPLICATIONS, Applicant, RECORDED, application, office, read};
use shiming_api_tests::assertions::is_problem;
use shiming_api_tests::client::{Answer, Phone, Request, now};
use shiming_api_tests::fixtures::{Citizen, People};
use shiming_api_tests::stack::Stack;
use shiming_certificate::file::{Genuine, LENGTH, open};
use shiming_certificate::link::Origin;
use shiming_certificate::{Audited, CertificateNumber, Link, audit, verdict};
use shiming_credential::IssuerKeys;
use shiming_wire::ProblemType;
use shiming_wire::application::{ApplicationView, LineSource, NextStep};

use crate::staff::{OPERATOR, REVIEWER, get, post, put};
use crate::{System, system};

const INQUIRIES: &str = "/police/records/inquiries";
const VERDICTS: &str = "/v1/certificates/verdicts";

/// Somebody of whom there is no record, and an office that issues certificates.
fn citizen(system: &System) -> Result<Citizen> {
    static OFFICE: OnceLock<()> = OnceLock::new();
    if OFFICE.get().is_none() {
        put(system, "/v1/certificates/offices/110105-021", &office())?.expect::<Value>(200)?;
        let _ = OFFICE.set(());
    }
    loop {
        let citizen = system.people.active()?;
        if !RECORDED.contains(&citizen.index) {
            return Ok(citizen);
        }
    }
}

fn keys(system: &System) -> Result<IssuerKeys> {
    let answer = Request::get("/v1/certificates/keys").send(&system.edge())?;
    Ok(IssuerKeys::from_jwks(std::str::from_utf8(&answer.body)?)?)
}

fn log(system: &System) -> Result<Audited> {
    let answer = Request::get("/v1/certificates/log").send(&system.edge())?;
    Ok(audit(std::str::from_utf8(&answer.body)?, &keys(system)?, &[], now())?)
}

/// Goes all the way; the file.
fn issued(system: &System, citizen: &Citizen, person: u32) -> Result<Vec<u8>> {
    let mut applicant = Applicant::apply(&system.edge(), &system.world, citizen, person)?;
    applicant.wait_for(NextStep::TakeIssued)?;
    applicant.document()
}

/// The same for another's line, since a line gets one code a minute.
fn issued_by_line_of(system: &System, other: &Citizen, citizen: &Citizen, person: u32) -> Result<Vec<u8>> {
    let mut applicant = Applicant::open(&system.edge(), citizen, person)?;
    applicant.prove_line(&system.world, other.line())?;
    applicant.show_face(person)?.expect::<ApplicationView>(202)?;
    applicant.wait_for(NextStep::TakeIssued)?;
    applicant.document()
}

fn link(system: &System, file: &[u8]) -> Result<Link> {
    let (_, uri) = read(file)?;
    let origin = Origin::new(&system.edge()).context("the edge's address")?;
    Ok(Link::parse(&uri.context("no link")?, &[origin])?)
}

fn ask(system: &System, number: &str, code: &str) -> Result<Answer> {
    Request::post(VERDICTS, serde_json::to_vec(&json!({ "number": number, "code": code }))?).send(&system.edge())
}

/// What is kept of certificates: rows of every table that could tell.
fn kept(system: &System) -> Result<Vec<Value>> {
    let count =
        "SELECT (SELECT COUNT(*) FROM certificates) AS certificates, (SELECT COUNT(*) FROM certificate_log) AS entries,
        (SELECT coalesce(SUM(last), 0) FROM certificate_serials) AS serials";
    system.stack.lists()?.rows(count)
}

// NC-1 to NC-5
#[test]
fn a_certificate_is_issued_in_one_visit_and_checked_by_anybody() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = self::citizen(system)?;
    let file = issued(system, &citizen, 41)?;
    let (text, _) = read(&file)?;
    let genuine: Genuine = open(&file, &keys(system)?)?;
    let link = link(system, &file)?;
    assert_eq!((file.len(), link.number), (LENGTH, genuine.number));
    for part in [&citizen.name, &citizen.id_number, &genuine.number.to_string()] {
        ensure!(text.contains(part.as_str()), "{part} is not in {text}");
    }
    // Offline, with keys and log; and with number and code from the paper, masked.
    assert_eq!(verdict::verify(&file, &keys(system)?, Some(&log(system)?), now()).code, "valid");
    let answer: Value = ask(system, &link.number.to_string(), &link.code.printed())?.expect(200)?;
    assert_eq!(answer["verdict"], "valid");
    let shown = answer.to_string();
    ensure!(!shown.contains(&citizen.id_number) && !shown.contains(&citizen.name), "{shown}");
    // A record is kept, and neither number nor name can be read in it.
    ensure!(!system.stack.holds(&citizen.id_number)? && !system.stack.holds(&link.code.printed())?);
    Ok(())
}

// NC-5: withdrawn for everybody to see, once; an altered log is found out.
#[test]
fn a_withdrawn_certificate_is_withdrawn_everywhere() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = self::citizen(system)?;
    let file = issued(system, &citizen, 42)?;
    let link = link(system, &file)?;
    let body = json!({ "number": link.number, "reason": "issued_in_error" });
    let withdraw = |who| post(system, "/v1/certificates/withdrawals", who, &body);
    is_problem(&withdraw(REVIEWER)?, ProblemType::Forbidden)?;
    withdraw(OPERATOR)?.expect::<Value>(200)?;
    is_problem(&withdraw(OPERATOR)?, ProblemType::StateConflict)?;
    assert_eq!(verdict::verify(&file, &keys(system)?, Some(&log(system)?), now()).code, "withdrawn");
    let answer: Value = ask(system, &link.number.to_string(), &link.code.printed())?.expect(200)?;
    assert_eq!((answer["verdict"].as_str(), answer["reason"].as_str()), (Some("withdrawn"), Some("issued_in_error")));
    let found: Value =
        post(system, "/v1/certificates/search", OPERATOR, &json!({ "document_number": citizen.id_number }))?
            .expect(200)?;
    assert_eq!(found.as_array().map(Vec::len), Some(1));

    let exported = Request::get("/v1/certificates/log").send(&system.edge())?;
    let exported = String::from_utf8(exported.body)?;
    let entry = exported.lines().find(|line| line.contains(&link.number.to_string())).context("not logged")?;
    let without = exported.replace(&format!("{entry}\n"), "");
    ensure!(audit(&without, &keys(system)?, &[], now()).is_err());
    Ok(())
}

// NC-2 by CB-2: where the operator maps numbers, the code goes to the line on record, and to no number that is not known.
#[test]
fn a_code_goes_to_the_mapped_line_where_the_operator_wants_it() -> Result<()> {
    let stack = Stack::start_with("mapped", &[("LINE_SOURCE", "mapped")])?;
    let (edge, world) = (stack.edge.url(), stack.world());
    let people = People::of(&world)?;
    let office =
        "INSERT INTO certificate_offices (code, office, set_by, set_at) VALUES ('110105-021', '{}', 'a test', 0)
        RETURNING code";
    stack.lists()?.rows::<Value>(&office.replace("{}", &self::office().to_string()))?;
    // A mobile one: landlines take no messages.
    let citizen = std::iter::repeat_with(|| people.with_contact_line())
        .find(|citizen| citizen.as_ref().map_or(true, |citizen| citizen.line().starts_with('1')))
        .context("nobody")??;
    let applicant = Applicant::open(&edge, &citizen, 64)?;
    assert_eq!(applicant.view.line, LineSource::Mapped);
    let ask = |line: &str| applicant.post("/codes", &json!({ "channel": "sms", "line": line }));
    // Whoever tries numbers pays for each, known or not.
    let stranger = Applicant::open(&edge, &citizen, 64)?;
    let unknown = json!({ "channel": "sms", "line": "19999999999" });
    is_problem(&stranger.post("/codes", &unknown)?, ProblemType::InvalidParameter)?;
    is_problem(&stranger.post("/codes", &unknown)?, ProblemType::CodeBudgetSpent)?;
    let (given, on_record) = (citizen.subscription.number.as_str(), citizen.line());
    let before = world.messages(on_record)?.len();
    ask(given)?.expect::<ApplicationView>(202)?;
    let code = world.code_message(on_record, before)?;
    assert_eq!(world.messages(given)?.len(), 0);
    let view: ApplicationView = applicant.post("/confirmation", &json!({ "code": code }))?.expect(200)?;
    assert_eq!(view.next, NextStep::ShowFace);
    Ok(())
}

// NC-5: another certificate of the same person takes the place of one; of somebody else's none does.
#[test]
fn a_superseded_certificate_names_its_successor() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = self::citizen(system)?;
    let other = self::citizen(system)?;
    let (old, new) = (issued(system, &citizen, 61)?, issued_by_line_of(system, &other, &citizen, 61)?);
    let other = link(system, &issued(system, &self::citizen(system)?, 62)?)?.number;
    let (old_link, new_link) = (link(system, &old)?, link(system, &new)?);
    let supersede = |number, successor| {
        let body = json!({ "number": number, "reason": "holder_request", "successor": successor });
        post(system, "/v1/certificates/withdrawals", OPERATOR, &body)
    };
    let before = kept(system)?;
    let unknown = CertificateNumber::new(old_link.number.office(), old_link.number.date(), 99_999)?;
    for successor in [other, old_link.number, unknown] {
        let refused = is_problem(&supersede(old_link.number, successor)?, ProblemType::InvalidParameter)?;
        assert_eq!(refused.pointers.first().map(shiming_wire::Text::as_str), Some("/successor"));
    }
    assert_eq!(kept(system)?, before);
    supersede(old_link.number, new_link.number)?.expect::<Value>(200)?;
    // What was ended takes nobody's place.
    is_problem(&supersede(new_link.number, old_link.number)?, ProblemType::InvalidParameter)?;
    for (file, code) in [(&old, "superseded"), (&new, "valid")] {
        assert_eq!(verdict::verify(file, &keys(system)?, Some(&log(system)?), now()).code, code);
    }
    let answer: Value = ask(system, &old_link.number.to_string(), &old_link.code.printed())?.expect(200)?;
    assert_eq!(answer["verdict"], "superseded");
    assert_eq!(answer["superseded_by"], new_link.number.to_string());
    let found: Value =
        post(system, "/v1/certificates/search", OPERATOR, &json!({ "number": old_link.number }))?.expect(200)?;
    assert_eq!(found[0]["superseded_by"], new_link.number.to_string());
    ensure!(!found.to_string().contains(&citizen.name), "{found}");
    Ok(())
}

/// The words that are in use with other ones at a place.
fn words(system: &System, version: &str, place: &str, text: &str) -> Result<Value> {
    let mut template: Value = get(system, "/v1/certificates/templates/2026-1", OPERATOR)?.expect(200)?;
    template["version"] = version.into();
    *template.pointer_mut(place).context("no such place")? = text.into();
    Ok(template)
}

// NC-4: a version is looked at, entered, put to use, and says of every file which one it was made with. It never changes.
#[test]
fn documents_are_made_with_the_template_in_use() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let listed = || -> Result<Value> { get(system, "/v1/certificates/templates", OPERATOR)?.expect(200) };
    assert_eq!(listed()?["in_use"], "2026-1");
    is_problem(&get(system, "/v1/certificates/templates", REVIEWER)?, ProblemType::Forbidden)?;

    let path = "/v1/certificates/templates/2026-2";
    let template = words(system, "2026-2", "/certificate/closing/zh", "以上情况属实。")?;
    let preview = json!({ "template": template, "document": "certificate", "language": "bilingual" });
    let shown = post(system, "/v1/certificates/previews", OPERATOR, &preview)?;
    ensure!(shown.status == 200 && shown.content_type == "application/pdf", "{}", shown.status);
    let (text, _) = read(&shown.body)?;
    ensure!(text.contains("SPECIMEN") && text.contains("以上情况属实。"), "{text}");
    ensure!(open(&shown.body, &keys(system)?).is_err(), "a specimen is no certificate");

    for (place, text) in [
        ("/certificate/statement/zh", "未发现犯罪记录。"),
        ("/notice/review/en", "{months}"),
        ("/certificate/title/zh", "\u{2A6B3}"),
        ("/certificate/title/zh", &"长".repeat(20)),
        ("/notice/office/en", "the office that is in charge of this"),
    ] {
        let refused = put(system, path, &words(system, "2026-2", place, text)?)?;
        let problem = is_problem(&refused, ProblemType::InvalidParameter)?;
        let told = problem.pointers.first().map(shiming_wire::Text::as_str).unwrap_or_default();
        ensure!(!told.is_empty() && place.starts_with(told), "{told}");
    }
    let in_use = |version: &str| put(system, "/v1/certificates/template", &json!({ "version": version }));
    is_problem(&in_use("2026-2")?, ProblemType::NotFound)?;
    assert_eq!(listed()?["versions"].as_array().map(Vec::len), Some(1));

    put(system, path, &template)?.expect::<Value>(200)?;
    put(system, path, &template)?.expect::<Value>(200)?;
    is_problem(
        &put(system, path, &words(system, "2026-2", "/certificate/closing/zh", "别的。")?)?,
        ProblemType::StateConflict,
    )?;
    let file = issued(system, &self::citizen(system)?, 63)?;
    ensure!(!read(&file)?.0.contains("以上情况属实。"), "it is not in use yet");
    in_use("2026-2")?.expect::<Value>(200)?;
    let file = issued(system, &self::citizen(system)?, 63)?;
    in_use("2026-1")?.expect::<Value>(200)?;
    ensure!(read(&file)?.0.contains("以上情况属实。"), "it is in use");
    ensure!(file.windows(15).any(|part| part == b"template 2026-2"), "which one it was made with");
    Ok(())
}

// NC-6: no certificate, nothing that tells, nothing that is logged; and a file of the same length.
#[test]
fn whoever_gets_none_gets_a_notice_and_leaves_no_trace() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = self::citizen(system)?;
    let before = kept(system)?;
    let of_police = json!({ "action": "police", "number": citizen.id_number, "says": "recorded" });
    system.world.order(&of_police)?;
    let mut applicant = Applicant::apply(&system.edge(), &system.world, &citizen, 43)?;
    applicant.wait_for(NextStep::TakeNotice)?;
    let file = applicant.document()?;
    system.world.calm()?;
    assert_eq!(file.len(), LENGTH);
    ensure!(open(&file, &keys(system)?).is_err(), "a notice is no certificate");
    let (text, uri) = read(&file)?;
    ensure!(uri.is_none() && !text.contains(&citizen.id_number) && text.contains("复查"), "{text}");
    assert_eq!(kept(system)?, before);
    ensure!(!system.stack.holds(&citizen.id_number)?);
    Ok(())
}

// NC-1, NC-2: out of order, another's face, a wrong code, another's key: nothing goes on.
#[test]
fn what_is_not_asked_for_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, citizen) = (system.edge(), self::citizen(system)?);
    let before = kept(system)?;
    let mut applicant = Applicant::open(&edge, &citizen, 44)?;
    is_problem(&applicant.post("/challenges", &json!({}))?, ProblemType::StateConflict)?;
    is_problem(&applicant.get("/document")?, ProblemType::StateConflict)?;
    is_problem(&applicant.post("/confirmation", &json!({ "code": "000000" }))?, ProblemType::CodeNotRequested)?;
    is_problem(&applicant.post("/codes", &json!({ "channel": "sms", "line": "12" }))?, ProblemType::InvalidParameter)?;

    let line = citizen.line();
    let already = system.world.messages(line)?.len();
    applicant.post("/codes", &json!({ "channel": "sms", "line": line }))?.expect::<ApplicationView>(202)?;
    let code = system.world.code_message(line, already)?;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = applicant.signed("/confirmation", &json!({ "code": wrong }))?;
    for _ in 0..2 {
        // Sent again, it costs no other try.
        let problem = is_problem(&refused.send(&edge)?, ProblemType::CodeWrong)?;
        assert_eq!(problem.tries_left, Some(4));
    }
    applicant.view = applicant.post("/confirmation", &json!({ "code": code }))?.expect(200)?;

    let challenge = applicant.challenge()?;
    is_problem(&applicant.post("/faces", &Applicant::answer(&challenge, 45))?, ProblemType::FaceDiffers)?;
    is_problem(&applicant.post("/faces", &Applicant::answer(&challenge, 44))?, ProblemType::LiveFaceVoid)?;
    assert_eq!(applicant.look()?.next, NextStep::ShowFace);

    // Somebody else, who knows its id.
    let stranger = Phone::new(edge.clone())?;
    is_problem(&stranger.post(&applicant.path("/challenges"), &json!({}))?, ProblemType::SignatureInvalid)?;
    is_problem(&stranger.send(&stranger.signed_get(&applicant.path(""), "")?)?, ProblemType::SignatureInvalid)?;
    is_problem(&Request::get(applicant.path("")).send(&edge)?, ProblemType::SignatureMissing)?;

    for (member, value) in [("name", "\u{2A6B3}"), ("number", "110105194912310021"), ("valid_until", "2001-01-01")] {
        let mut body = application(&stranger, &citizen, 44);
        body["applicant"][member] = value.into();
        let problem = is_problem(&stranger.post(APPLICATIONS, &body)?, ProblemType::EvidenceInvalid)?;
        assert_eq!(
            problem.pointers.iter().map(shiming_wire::Text::as_str).collect::<Vec<_>>(),
            [format!("/applicant/{member}")]
        );
    }
    assert_eq!(kept(system)?, before);
    Ok(())
}

// NC-3: a police server that is down, slow or wrong is no answer; asked again under the same key, it makes one certificate.
#[test]
fn no_answer_is_asked_again_and_makes_one_certificate() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    // Slow is answered late and asked once; slower than anybody waits is asked again.
    for (person, (trouble, delay_ms, asked)) in (50..).zip([
        ("unavailable", 0, 2),
        ("malformed", 0, 2),
        ("drop_answer", 0, 2),
        ("delay", 3_000, 1),
        ("timeout", 9_000, 2),
    ]) {
        let citizen = self::citizen(system)?;
        let fault = json!({ "action": "fault", "on": INQUIRIES, "kind": trouble, "times": 1, "delay_ms": delay_ms });
        system.world.order(&fault)?;
        let mut applicant = Applicant::apply(&system.edge(), &system.world, &citizen, person)?;
        applicant.wait_for(NextStep::TakeIssued).with_context(|| trouble.to_owned())?;
        let hex = applicant.view.id.0.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let calls = system.world.calls_of(&hex, INQUIRIES)?;
        ensure!(calls.len() == asked, "{trouble}: {calls:?}");
        ensure!(calls.iter().all(|call| call.idempotency_key == calls[0].idempotency_key), "{calls:?}");
    }
    for says in ["other_person", "other_question", "old", "forged_seal", "other_office"] {
        let citizen = self::citizen(system)?;
        let before = kept(system)?;
        system.world.order(&json!({ "action": "police", "number": citizen.id_number, "says": says }))?;
        let mut applicant = Applicant::apply(&system.edge(), &system.world, &citizen, 60)?;
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        assert_eq!(applicant.look()?.next, NextStep::Wait, "{says}");
        assert_eq!(kept(system)?, before, "{says}");
        system.world.calm()?;
    }
    Ok(())
}

/// The normal deviate of the rank-sum test (Mann and Whitney, 1947) on two samples: beyond ±4 in one of 16,000 that are alike.
fn rank_sum(one: &[Duration], other: &[Duration]) -> f64 {
    let mut all: Vec<(Duration, bool)> = one.iter().map(|time| (*time, true)).collect();
    all.extend(other.iter().map(|time| (*time, false)));
    all.sort_unstable();
    let ranks: f64 = (1_u32..).zip(&all).filter(|(_, (_, of_one))| *of_one).map(|(rank, _)| f64::from(rank)).sum();
    let count = |sample: &[Duration]| f64::from(u32::try_from(sample.len()).unwrap_or(u32::MAX));
    let (n, m) = (count(one), count(other));
    let mean = n * (n + m + 1.0) / 2.0;
    (ranks - mean) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

// NC-6: whoever watches from outside sees no difference between somebody with a record and somebody without: 1,000 requests.
#[test]
fn whoever_watches_learns_nothing() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (edge, clear, recorded) = (system.edge(), self::citizen(system)?, self::citizen(system)?);
    system.world.order(&json!({ "action": "police", "number": recorded.id_number, "says": "recorded" }))?;
    let mut pair = Vec::new();
    for (citizen, end) in [(&clear, NextStep::TakeIssued), (&recorded, NextStep::TakeNotice)] {
        let mut applicant = Applicant::apply(&edge, &system.world, citizen, 48)?;
        applicant.wait_for(end)?;
        pair.push(applicant);
    }
    system.world.calm()?;
    let stranger = Phone::new(edge.clone())?;
    let unsigned = |path: &str| Request::get(path).send(&edge);
    let signed = |path: &str| stranger.send(&stranger.signed_get(path, "")?);
    let mut asked = 0;
    for (rest, how) in [("", true), ("", false), ("/document", true), ("/document", false)] {
        let mut times = [Vec::new(), Vec::new()];
        let mut answers = Vec::new();
        for round in 0..125 {
            // In turns, so that whatever else this machine does meets both.
            for which in [round % 2, (round + 1) % 2] {
                let path = pair[which].path(rest);
                let begin = Instant::now();
                let answer = if how { unsigned(&path) } else { signed(&path) }?;
                times[which].push(begin.elapsed());
                asked += 1;
                answers.push((answer.status, answer.content_type, answer.body));
            }
        }
        ensure!(answers.iter().all(|answer| *answer == answers[0]), "{rest}: not one answer");
        let deviate = rank_sum(&times[0], &times[1]);
        ensure!(deviate.abs() < 4.0, "{rest}: {deviate:.1} deviates apart");
    }
    assert_eq!(asked, 1_000);
    // What its own device gets is as long, too.
    let lengths: Vec<usize> = pair.iter().map(|applicant| Ok(applicant.document()?.len())).collect::<Result<_>>()?;
    assert_eq!(lengths, [LENGTH, LENGTH]);
    Ok(())
}

// NC-5: whoever guesses is stopped, and learns nothing on the way.
#[test]
fn wrong_guesses_are_limited() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let file = issued(system, &self::citizen(system)?, 47)?;
    let link = link(system, &file)?;
    let number: CertificateNumber = link.number;
    let codes = (0_u128..).map(|bits| shiming_certificate::VerificationCode::from_random(bits).printed());
    is_problem(&ask(system, &number.to_string(), "not a code")?, ProblemType::InvalidParameter)?;
    let mut bodies = Vec::new();
    for code in codes.filter(|code| *code != link.code.printed()) {
        let answer = ask(system, &number.to_string(), &code)?;
        if answer.status == 429 {
            break;
        }
        bodies.push(answer.body);
    }
    ensure!((1..=20).contains(&bodies.len()) && bodies.iter().all(|body| *body == bodies[0]), "{}", bodies.len());
    // Even the right code is not heard now, from this address.
    is_problem(&ask(system, &number.to_string(), &link.code.printed())?, ProblemType::AttemptsSpent)?;
    // Other tests ask from this address, too.
    system.stack.lists()?.rows::<Value>("DELETE FROM certificate_guesses RETURNING number")?;
    Ok(())
}
