use shiming_identity::document::DocumentKind;
use shiming_identity::live_face::Performed;
use shiming_outside::police::OfficeSeal;
use shiming_wire::CodeProgress::{Busy, Dialling, Ringing};

use super::*;
use crate::effect::CallKind;
use crate::policy::Policy;
use crate::testing::{ID, NOW, face, face_between, text, with_context};

const LINE: &str = "13900000001";

fn applicant() -> Applicant {
    Applicant {
        document: DocumentKind::CnResidentId,
        name: text("张某某"),
        latin_name: None,
        number: text("11010519491231002X"),
        valid_until: text("长期"),
    }
}

fn opened() -> Application {
    let office = OfficeCode::parse("110105-021").unwrap();
    let language = CertificateLanguage::Bilingual;
    let line = LineSource::Typed;
    open(
        Opening { id: ID, key: Bytes([4; 65]), applicant: applicant(), portrait: face(1), office, language, line },
        NOW,
    )
}

fn line() -> PhoneNumber {
    PhoneNumber::parse(LINE).unwrap()
}

fn with_code(channel: Channel) -> Application {
    let rules = Policy::default().code_rules();
    with_context(NOW, |context| opened().request_code(channel, &line(), &rules, context)).unwrap()
}

/// The code in the call that carries it.
fn code_in(application: &Application) -> Text<6> {
    let (_, call) = application.call().unwrap();
    let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    let message = body["text"].as_str().and_then(|text| text.rsplit_once('#')).map(|(_, code)| code);
    text(message.or(body["verification_number"].as_str()).unwrap())
}

fn proved() -> Application {
    let application = with_code(Channel::Sms);
    let step = with_context(NOW, |context| application.enter_code(&code_in(&application), context)).unwrap();
    assert_eq!(step.refusal, None);
    step.application
}

fn asked() -> Application {
    with_context(NOW, |context| proved().ask_face(context)).unwrap()
}

/// How somebody who does what is asked answers.
fn answer(application: &Application, person: u64) -> AnswerFace {
    let challenge = application.view().face.unwrap();
    let performed = (0u16..).zip(&challenge.actions).map(|(at, action)| {
        let began = 1_000 + at * 1_500;
        let depth = action.turns().then_some(0.3);
        Performed {
            action: *action,
            began,
            peak: began + 300,
            ended: began + 700,
            strength: action.least_strength(),
            depth,
        }
    });
    let (first, last) = (face(person), face_between(person, 99, 0.99));
    AnswerFace { challenge: challenge.challenge, performed: performed.collect(), first, last }
}

fn answered(application: &Application, answer: AnswerFace) -> Result<Step, Refusal> {
    with_context(NOW + 8, |context| application.answer_face(answer, context))
}

fn asking() -> Application {
    let application = asked();
    let step = answered(&application, answer(&application, 1)).unwrap();
    assert_eq!(step.refusal, None);
    step.application
}

fn police(application: &Application, finding: RecordFinding) -> RecordAnswer {
    let Stage::Asking { inquiry, .. } = application.stage else { panic!("{:?}", application.stage) };
    RecordAnswer {
        inquiry,
        number: text("11010519491231002X"),
        finding,
        as_of: Date::in_china(NOW).unwrap(),
        seal: OfficeSeal { picture: String::new(), token: String::new() },
    }
}

fn refused(step: Result<Step, Refusal>) -> Refusal {
    match step {
        Ok(step) => step.refusal.unwrap(),
        Err(refusal) => refusal,
    }
}

// NC-1, NC-2, NC-3: the server says what comes next, and nothing comes out of order.
#[test]
fn one_step_after_the_other() {
    let application = opened();
    assert_eq!(application.view().next, NextStep::ProveLine);
    assert_eq!(application.call(), None);
    for channel in [Channel::Sms, Channel::Voice] {
        let application = with_code(channel);
        let (key, call) = application.call().unwrap();
        let kind = if channel == Channel::Sms { CallKind::SendServiceMessage } else { CallKind::PlaceCall };
        assert_eq!((key.as_str(), call.kind), ("07070707070707070707070707070707-1", kind));
        assert!(call.body.contains(LINE));
    }
    let application = proved();
    assert_eq!(application.view().next, NextStep::ShowFace);
    assert_eq!((application.view().face, application.call()), (None, None));
    assert_eq!(asked().view().face.unwrap().actions.len(), live_face::ACTIONS);

    let application = asking();
    assert_eq!(application.view().next, NextStep::Wait);
    let (key, call) = application.call().unwrap();
    assert_eq!((key.as_str(), call.kind), ("07070707070707070707070707070707-2", CallKind::InquireRecord));
    let question: InquireRecord = serde_json::from_str(&call.body).unwrap();
    assert_eq!((question.number.as_str(), question.office.as_str()), ("11010519491231002X", "110105-021"));

    let conflict = Refusal::StateConflict;
    for application in [proved(), asking()] {
        let request = RequestLineCode { channel: Channel::Sms, line: text(LINE) };
        let channels = Policy::default().channels;
        assert_eq!(application.check_code_request(&request, &channels, NOW).unwrap_err(), conflict);
        assert_eq!(refused(with_context(NOW, |context| application.enter_code(&text("000000"), context))), conflict);
    }
    for application in [opened(), asking()] {
        assert_eq!(with_context(NOW, |context| application.ask_face(context)).unwrap_err(), conflict);
        assert_eq!(refused(answered(&application, answer(&asked(), 1))), conflict);
    }
}

// NC-2
#[test]
fn a_code_goes_where_it_can_and_wrong_ones_cost_tries() {
    let check = |channel, line| {
        let request = RequestLineCode { channel, line: text(line) };
        opened().check_code_request(&request, &[Channel::Sms], NOW)
    };
    assert!(check(Channel::Sms, LINE).is_ok());
    assert_eq!(check(Channel::Voice, LINE).unwrap_err(), Refusal::ChannelUnavailable);
    assert_eq!(check(Channel::Sms, "123").unwrap_err(), Refusal::LineInvalid);
    let nothing = with_context(NOW, |context| opened().enter_code(&text("000000"), context));
    assert_eq!(refused(nothing), Refusal::CodeNotRequested);

    let mut application = with_code(Channel::Voice);
    let right = code_in(&application);
    let wrong = text(if right.as_str() == "000000" { "000001" } else { "000000" });
    for tries_left in (1..Policy::default().code_tries).rev() {
        let step = with_context(NOW, |context| application.enter_code(&wrong, context)).unwrap();
        assert_eq!(step.refusal, Some(Refusal::CodeWrong { tries_left }));
        application = step.application;
    }
    let late = NOW + u64::from(Policy::default().code_ttl_seconds);
    assert_eq!(refused(with_context(late, |c| application.enter_code(&right, c))), Refusal::CodeVoid(Void::Expired));
    application = with_context(NOW, |context| application.enter_code(&wrong, context)).unwrap().application;
    for code in [&wrong, &right] {
        assert_eq!(refused(with_context(NOW, |c| application.enter_code(code, c))), Refusal::CodeVoid(Void::Spent));
    }
    // Another code, another try.
    assert_eq!(with_code(Channel::Sms).view().code.unwrap().tries_left, Policy::default().code_tries);
}

// CB-9
#[test]
fn what_happens_on_the_line_moves_forward() {
    let application = with_code(Channel::Voice);
    let (key, _) = application.call().unwrap();
    assert_eq!(application.code_handed_over("07070707070707070707070707070707-0", true), None);
    let called = application.code_handed_over(&key, true).unwrap();
    assert_eq!((called.call(), called.view().code.unwrap().progress), (None, Dialling));
    assert_eq!(application.code_handed_over(&key, false).unwrap().view().code.unwrap().progress, CodeProgress::Failed);
    let ringing = called.line_progressed(1, Ringing).unwrap();
    assert_eq!(ringing.line_progressed(1, Dialling), None);
    assert_eq!(ringing.line_progressed(2, Busy), None);
    assert_eq!(ringing.line_progressed(1, Busy).unwrap().view().code.unwrap().progress, Busy);
}

// NC-1: only the live face on the document goes on, and nobody tries for ever.
#[test]
fn a_face_is_the_documents_or_costs_a_challenge() {
    let application = asked();
    let other = answered(&application, answer(&application, 2)).unwrap();
    assert_eq!(other.refusal, Some(Refusal::Face(Reason::FaceDiffers)));
    assert_eq!((other.application.view().face, other.application.call()), (None, None));
    // The same answer again, or one to a challenge that was replaced, is nobody's.
    let void = Refusal::Face(Reason::ChallengeVoid);
    assert_eq!(refused(answered(&other.application, answer(&application, 1))), void);
    let again = with_context(NOW, |context| application.ask_face(context)).unwrap();
    assert_eq!(answered(&again, answer(&application, 1)).unwrap_err(), void);

    let mut application = application;
    for drawn in 1..MOST_FACES {
        let step = answered(&application, answer(&application, 2)).unwrap();
        assert_eq!(step.application.view().next, NextStep::ShowFace, "{drawn}");
        application = with_context(NOW, |context| step.application.ask_face(context)).unwrap();
    }
    assert_eq!(with_context(NOW, |context| application.ask_face(context)).unwrap_err(), Refusal::FacesSpent);
    let last = answered(&application, answer(&application, 2)).unwrap();
    assert_eq!((last.application.view().next, last.application.call()), (NextStep::RefusedFace, None));
}

// NC-3, NC-6
#[test]
fn the_answer_makes_a_certificate_or_a_notice_and_nothing_else_remembers_it() {
    let application = asking();
    let mut lengths = Vec::new();
    for (finding, next) in
        [(RecordFinding::NoRecord, NextStep::TakeIssued), (RecordFinding::Elsewhere, NextStep::TakeNotice)]
    {
        let answer = police(&application, finding);
        let decided = application.police_answered(&answer, NOW + 20).unwrap().unwrap();
        assert_eq!(matches!(decided.outcome, Outcome::Certifiable(_)), next == NextStep::TakeIssued);
        assert_eq!(decided.holder.document.as_str(), "11010519491231002X");
        assert_eq!((decided.application.view().next, decided.application.call()), (next, None));
        let kept = serde_json::to_string(&decided.application).unwrap();
        lengths.push(kept.len());
        assert!(!kept.contains("11010519491231002X") && !kept.contains("张某某"), "{kept}");
        // It comes once.
        assert!(decided.application.police_answered(&answer, NOW + 21).unwrap().is_none());
    }
    assert_eq!(lengths[0], lengths[1]);
    let right = police(&application, RecordFinding::NoRecord);
    for wrong in [
        RecordAnswer { inquiry: Bytes([0; 16]), ..right.clone() },
        RecordAnswer { number: text("440524188001010014"), ..right.clone() },
        RecordAnswer { number: text("1"), ..right.clone() },
        RecordAnswer { as_of: Date::parse_iso("2020-01-01").unwrap(), ..right.clone() },
    ] {
        assert!(application.police_answered(&wrong, NOW + 20).is_err(), "{wrong:?}");
    }
    // An answer that comes too late makes nothing.
    assert!(application.police_answered(&right, NOW + 8 + ASKING_SECONDS).unwrap().is_none());
    assert!(opened().police_answered(&right, NOW).unwrap().is_none());
}

#[test]
fn time_ends_what_waits_and_nothing_else() {
    for application in [opened(), with_code(Channel::Sms), proved(), asked(), asking()] {
        assert_eq!(application.expire(application.expires_at - 1), None);
        let over = application.expire(application.expires_at).unwrap();
        assert_eq!((over.view().next, over.call(), over.version), (NextStep::Expired, None, application.version + 1));
        assert!(!serde_json::to_string(&over).unwrap().contains("11010519491231002X"));
        let late = application.expires_at;
        assert_eq!(with_context(late, |context| application.ask_face(context)).unwrap_err(), Refusal::Expired);
        assert_eq!(over.expire(u64::MAX), None);
    }
    let asking = asking();
    let done = asking.police_answered(&police(&asking, RecordFinding::NoRecord), NOW + 9).unwrap().unwrap();
    assert_eq!(done.application.expire(u64::MAX), None);
}

// RC-1
#[test]
fn only_people_that_can_be_apply() {
    let today = Date::in_china(NOW).unwrap();
    assert_eq!(check(&applicant(), today), Ok(()));
    let wrong = |alter: fn(&mut Applicant)| {
        let mut applicant = applicant();
        alter(&mut applicant);
        check(&applicant, today).unwrap_err()
    };
    assert_eq!(wrong(|applicant| applicant.name = text("")), ["/name"]);
    assert_eq!(wrong(|applicant| applicant.number = text("110105194912310021")), ["/number"]);
    assert_eq!(wrong(|applicant| applicant.valid_until = text("2020-01-01")), ["/valid_until"]);
    assert_eq!(wrong(|applicant| applicant.valid_until = text("never")), ["/valid_until"]);
    // A resident ID card has no name in Latin letters: nobody types one into a certificate.
    assert_eq!(wrong(|applicant| applicant.latin_name = Some(text("ZHANG MOUMOU"))), ["/latin_name"]);
}

// DC-1: what a state is kept as has no room for a picture, and reads back.
#[test]
fn states_read_back() {
    for application in [opened(), with_code(Channel::Voice), proved(), asked(), asking()] {
        let kept = serde_json::to_string(&application).unwrap();
        assert!(kept.len() < 4_096, "{}", kept.len());
        assert_eq!(serde_json::from_str::<Application>(&kept).unwrap(), application);
    }
}
