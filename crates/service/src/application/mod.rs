//! Applications for certificates of no criminal record (NC-1 to NC-6): a pure state machine, in which the server is in command.
//!
//! ```text
//! opened ──code right──▶ proved ──live face is the document's──▶ asking ──police answered──▶ done (certificate or notice)
//!    │                     │  └──too many faces──▶ refused          │
//!    └─────────────────────┴────────────────────────────────────────┴──▶ expired
//! ```
//!
//! There is one call to the outside at a time, written once and kept with the state that waits for it ([`Application::call`]), so that
//! a crash anywhere repeats at most that call, under its key. What was found about somebody is in no state: it goes from
//! the answer straight into the document ([`Application::police_answered`]). Final states hold nothing personal.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use shiming_certificate::{Answer, AnswerError, Finding, Holder, Inquiry, OfficeCode, Outcome};
use shiming_identity::document::facts;
use shiming_identity::document::facts::Script;
use shiming_identity::line::PhoneNumber;
use shiming_identity::{Date, DocumentNumber, Expiry, PersonName};
use shiming_outside::police::{InquireRecord, RecordAnswer, RecordFinding};
use shiming_wire::application::{
    AnswerFace, Applicant, ApplicationId, ApplicationView, CertificateLanguage, LineSource, NextStep, RequestLineCode,
};
use shiming_wire::card::{ChallengeId, FaceChallenge, FaceEvidence};
use shiming_wire::{Bytes, Channel, CodeProgress, CodeView, FaceDescriptor, Text, UnixSeconds};

use crate::Context;
use crate::code::{self, Entered, Misconfigured, PendingCode, Rules, Void, Wanted};
use crate::effect::{Freeze as _, FrozenCall, reference};
use crate::live_face::{self, Challenge};
use crate::risk::Reason;

/// How long an application may take until the police are asked, seconds.
pub const APPLYING_SECONDS: u64 = 1_800;
/// How long the police may take, seconds: nobody waits longer at a kiosk. What they say later is not used.
pub const ASKING_SECONDS: u64 = 900;
/// How long the document can be taken, seconds.
pub const TAKING_SECONDS: u64 = 86_400;
/// Challenges of a live face in one application, at most.
pub const MOST_FACES: u8 = 6;

/// An application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Grows with every change.
    pub version: u32,
    /// Public half of the key that signs for it.
    pub key: Bytes<65>,
    /// The office that shall issue the certificate.
    pub office: OfficeCode,
    /// In which languages.
    pub language: CertificateLanguage,
    /// Where codes go.
    #[serde(default)]
    pub line: LineSource,
    /// Where it stands.
    pub stage: Stage,
    /// When that ends by itself.
    pub expires_at: UnixSeconds,
    /// The last call's number.
    last_seq: u32,
}

/// Where an application stands, with what that state needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The line is not proved yet (NC-2).
    Opened {
        /// Who applies.
        person: Box<Person>,
        /// The code under way.
        code: Option<Box<SentCode>>,
    },
    /// The line is proved; a live face is wanted (NC-1).
    Proved {
        /// Who applies.
        person: Box<Person>,
        /// The challenge under way.
        face: Option<Asked>,
        /// Challenges that may still be drawn.
        faces_left: u8,
    },
    /// The police are being asked (NC-3).
    Asking {
        /// Who applies.
        applicant: Box<Applicant>,
        /// The question's id.
        inquiry: Bytes<16>,
        /// The question.
        call: FrozenCall,
    },
    /// There is a document to take.
    Done(Document),
    /// The face was not the document's.
    Refused,
    /// Not finished in time.
    Expired,
}

/// The document that an application came to. The words are equally long: what is kept, sealed, does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// A certificate.
    Issued,
    /// A notice that none is issued here.
    Notice,
}

/// Who applies, until it is known that it is them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// As their document says.
    pub applicant: Applicant,
    /// The portrait on it.
    pub portrait: FaceDescriptor,
}

/// A code, and the call that carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentCode {
    /// What is known of it.
    pub code: PendingCode,
    /// Until the channel took it.
    pub call: Option<FrozenCall>,
}

/// A challenge under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Names it.
    pub id: ChallengeId,
    /// What is asked.
    pub challenge: Challenge,
}

/// What an application is opened with.
pub struct Opening {
    /// Its id.
    pub id: ApplicationId,
    /// Public half of the key that signs for it.
    pub key: Bytes<65>,
    /// Who applies; [`check`]ed.
    pub applicant: Applicant,
    /// The portrait on their document.
    pub portrait: FaceDescriptor,
    /// The office.
    pub office: OfficeCode,
    /// In which languages.
    pub language: CertificateLanguage,
    /// Where codes go.
    pub line: LineSource,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The next state.
    pub application: Application,
    /// Set where the step was refused and still cost something: a wrong code or a face that does not pass costs a try.
    pub refusal: Option<Refusal>,
}

/// Why a step is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not at that step.
    #[error("not at that step")]
    StateConflict,
    /// Time was up.
    #[error("expired")]
    Expired,
    /// The policy does not offer this channel.
    #[error("this channel is not offered")]
    ChannelUnavailable,
    /// No phone number.
    #[error("no phone number")]
    LineInvalid,
    /// No code was asked for, or it was used.
    #[error("no code is under way")]
    CodeNotRequested,
    /// Not the code.
    #[error("wrong code")]
    CodeWrong {
        /// Wrong entries that are still allowed.
        tries_left: u8,
    },
    /// The code is void.
    #[error(transparent)]
    CodeVoid(#[from] Void),
    /// No challenge is left to draw.
    #[error("too many faces")]
    FacesSpent,
    /// The live face does not pass.
    #[error("the live face does not pass")]
    Face(Reason),
    /// The operator's configuration cannot be used.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
}

/// The police have answered: what becomes of it. The certificate or the notice and the next state are written in one transaction.
#[derive(Debug)]
pub struct Decided {
    /// The next state.
    pub application: Application,
    /// What the answer makes.
    pub outcome: Outcome,
    /// For whom.
    pub holder: Holder,
}

/// What a document cannot say today (in China): JSON pointers (RFC 6901) into the applicant.
pub fn check(applicant: &Applicant, today: Date) -> Result<(), Vec<&'static str>> {
    let number = DocumentNumber::parse(applicant.document, applicant.number.as_str());
    let born = number.as_ref().is_ok_and(|number| number.birth_date().is_none_or(|birth| birth <= today));
    let until = applicant.valid_until.as_str().parse::<Expiry>();
    let latin = applicant.latin_name.as_ref().is_none_or(|name| {
        PersonName::parse(name.as_str()).is_ok() && facts(applicant.document).name_scripts().contains(&Script::Latin)
    });
    let rules = [
        ("/name", PersonName::parse(applicant.name.as_str()).is_ok()),
        ("/latin_name", latin),
        ("/number", born),
        ("/valid_until", until.is_ok_and(|until| !until.is_past(today))),
    ];
    let wrong: Vec<&str> = rules.into_iter().filter_map(|(pointer, right)| (!right).then_some(pointer)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The person that a certificate would be about; none if [`check`] would refuse.
#[must_use]
pub fn holder(applicant: &Applicant) -> Option<Holder> {
    let document = DocumentNumber::parse(applicant.document, applicant.number.as_str()).ok()?;
    Some(Holder {
        name: PersonName::parse(applicant.name.as_str()).ok()?,
        latin_name: applicant.latin_name.as_ref().and_then(|name| PersonName::parse(name.as_str()).ok()),
        sex: document.sex(),
        birth_date: document.birth_date(),
        document,
    })
}

/// Opens an application.
#[must_use]
pub fn open(opening: Opening, now: UnixSeconds) -> Application {
    let Opening { id, key, applicant, portrait, office, language, line } = opening;
    let person = Box::new(Person { applicant, portrait });
    let stage = Stage::Opened { person, code: None };
    Application { id, version: 1, key, office, language, line, stage, expires_at: now + APPLYING_SECONDS, last_seq: 0 }
}

impl Application {
    /// Whether a code may be asked for now, and the number that was given for it: to be known before a budget is spent on it.
    pub fn check_code_request(
        &self,
        request: &RequestLineCode,
        channels: &[Channel],
        now: UnixSeconds,
    ) -> Result<PhoneNumber, Refusal> {
        self.in_time(now)?;
        if !matches!(self.stage, Stage::Opened { .. }) {
            return Err(Refusal::StateConflict);
        }
        if !channels.contains(&request.channel) {
            return Err(Refusal::ChannelUnavailable);
        }
        PhoneNumber::parse(request.line.as_str()).map_err(|_| Refusal::LineInvalid)
    }

    /// Draws a code for a line (NC-2); one that was under way is void.
    pub fn request_code(
        &self,
        channel: Channel,
        line: &PhoneNumber,
        rules: &Rules,
        context: &mut Context<'_>,
    ) -> Result<Self, Refusal> {
        self.in_time(context.now)?;
        let Stage::Opened { person, .. } = &self.stage else { return Err(Refusal::StateConflict) };
        let line = Text::new(line.as_str()).map_err(|_| Refusal::LineInvalid)?;
        let seq = self.last_seq + 1;
        let wanted = Wanted { id: &self.id, seq, channel, line };
        let (call, code) = code::draw(wanted, rules, context.operator, context.now, context.random)?;
        let code = Some(Box::new(SentCode { code, call: Some(call) }));
        let stage = Stage::Opened { person: person.clone(), code };
        Ok(Self { last_seq: seq, ..self.next(stage) })
    }

    /// Compares what was typed.
    pub fn enter_code(&self, entered: &Text<6>, context: &Context<'_>) -> Result<Step, Refusal> {
        self.in_time(context.now)?;
        let Stage::Opened { person, code } = &self.stage else { return Err(Refusal::StateConflict) };
        let mut sent = code.clone().ok_or(Refusal::CodeNotRequested)?;
        let person = person.clone();
        Ok(match sent.code.enter(&self.id, entered, context.operator.code_key, context.now)? {
            Entered::Right => Step {
                application: self.next(Stage::Proved { person, face: None, faces_left: MOST_FACES }),
                refusal: None,
            },
            Entered::Wrong { tries_left } => Step {
                application: self.next(Stage::Opened { person, code: Some(sent) }),
                refusal: Some(match tries_left {
                    0 => Refusal::CodeVoid(Void::Spent),
                    tries_left => Refusal::CodeWrong { tries_left },
                }),
            },
        })
    }

    /// Draws a challenge of a live face (NC-1), once the camera is there: its clock runs from now. One that was under way is void.
    pub fn ask_face(&self, context: &mut Context<'_>) -> Result<Self, Refusal> {
        self.in_time(context.now)?;
        let Stage::Proved { person, faces_left, .. } = &self.stage else { return Err(Refusal::StateConflict) };
        let faces_left = faces_left.checked_sub(1).ok_or(Refusal::FacesSpent)?;
        let mut id = [0; 16];
        (context.random)(&mut id);
        let challenge = Challenge::new(context.now, context.random);
        let face = Some(Asked { id: Bytes(id), challenge });
        Ok(self.next(Stage::Proved { person: person.clone(), face, faces_left }))
    }

    /// Judges a live face against its challenge and the document's portrait; if it passes, the police are asked (NC-3). If not, the
    /// challenge is used up, and after the last the application ends.
    pub fn answer_face(&self, answer: AnswerFace, context: &mut Context<'_>) -> Result<Step, Refusal> {
        self.in_time(context.now)?;
        let Stage::Proved { person, face, faces_left } = &self.stage else { return Err(Refusal::StateConflict) };
        let AnswerFace { challenge, performed, first, last } = answer;
        let document = Some(person.portrait.clone());
        let evidence = FaceEvidence { challenge, performed, first, last, document };
        let asked = face.as_ref().filter(|asked| asked.id == challenge).map(|asked| &asked.challenge);
        if let Err(reason) = live_face::examine(asked, &evidence, context.now) {
            if asked.is_none() {
                // Somebody else's answer, or one that comes twice: the challenge under way stays.
                return Err(Refusal::Face(reason));
            }
            let stage = match faces_left {
                0 => Stage::Refused,
                left => Stage::Proved { person: person.clone(), face: None, faces_left: *left },
            };
            return Ok(Step { application: self.next(stage), refusal: Some(Refusal::Face(reason)) });
        }
        let mut inquiry = [0; 16];
        (context.random)(&mut inquiry);
        let applicant = person.applicant.clone();
        let question = InquireRecord {
            inquiry: Bytes(inquiry),
            document: applicant.document,
            number: applicant.number.clone(),
            name: applicant.name.clone(),
            office: Text::new(self.office.to_string()).map_err(|_| Misconfigured)?,
        };
        let call = question.freeze().map_err(Misconfigured::from)?;
        let stage = Stage::Asking { applicant: Box::new(applicant), inquiry: Bytes(inquiry), call };
        let expires_at = context.now + ASKING_SECONDS;
        let application = Self { last_seq: self.last_seq + 1, expires_at, ..self.next(stage) };
        Ok(Step { application, refusal: None })
    }

    /// The call that is to be made now, and the idempotency key of every attempt.
    #[must_use]
    pub fn call(&self) -> Option<(String, &FrozenCall)> {
        let call = match &self.stage {
            Stage::Opened { code: Some(sent), .. } => sent.call.as_ref()?,
            Stage::Asking { call, .. } => call,
            _ => return None,
        };
        Some((reference(&self.id, self.last_seq), call))
    }

    /// The channel took the code, or never will. `key` is that of the call: news of an older code say nothing.
    #[must_use]
    pub fn code_handed_over(&self, key: &str, taken: bool) -> Option<Self> {
        let (own, _) = self.call()?;
        let Stage::Opened { person, code: Some(sent) } = &self.stage else { return None };
        if own != key {
            return None;
        }
        let mut code = sent.code.clone();
        code.move_on(match (taken, code.channel) {
            (false, _) => CodeProgress::Failed,
            (true, Channel::Voice) => CodeProgress::Dialling,
            (true, Channel::Sms) => CodeProgress::Sent,
        });
        let code = Some(Box::new(SentCode { code, call: None }));
        Some(self.next(Stage::Opened { person: person.clone(), code }))
    }

    /// What happens on the line, where it is news (CB-9).
    #[must_use]
    pub fn line_progressed(&self, seq: u32, progress: CodeProgress) -> Option<Self> {
        let Stage::Opened { person, code: Some(sent) } = &self.stage else { return None };
        let mut sent = sent.clone();
        let news = sent.code.seq == seq && sent.code.move_on(progress);
        news.then(|| self.next(Stage::Opened { person: person.clone(), code: Some(sent) }))
    }

    /// The police have answered. None if nobody waits for it (any more); an answer to another question or about somebody else is
    /// no answer, and the police are asked again (RN-6).
    pub fn police_answered(&self, answer: &RecordAnswer, now: UnixSeconds) -> Result<Option<Decided>, AnswerError> {
        let Stage::Asking { applicant, inquiry, .. } = &self.stage else { return Ok(None) };
        if now >= self.expires_at {
            return Ok(None);
        }
        let today = Date::in_china(now).map_err(|_| AnswerError::OtherDay)?;
        let holder = holder(applicant).ok_or(AnswerError::OtherPerson)?;
        let document = DocumentNumber::parse(applicant.document, answer.number.as_str());
        let finding = match answer.finding {
            RecordFinding::NoRecord => Finding::NoRecord,
            RecordFinding::Elsewhere => Finding::NotIssuable,
        };
        let answer = Answer {
            inquiry: answer.inquiry.0,
            document: document.map_err(|_| AnswerError::OtherPerson)?,
            finding,
            as_of: answer.as_of,
        };
        let outcome = Inquiry { id: inquiry.0, document: holder.document.clone() }.settle(&answer, today)?;
        let document = match outcome {
            Outcome::Certifiable(_) => Document::Issued,
            Outcome::NotIssued(_) => Document::Notice,
        };
        let application = Self { expires_at: now + TAKING_SECONDS, ..self.next(Stage::Done(document)) };
        Ok(Some(Decided { application, outcome, holder }))
    }

    /// Ends what time has ended: the next state, if it changed.
    #[must_use]
    pub fn expire(&self, now: UnixSeconds) -> Option<Self> {
        let waits = matches!(self.stage, Stage::Opened { .. } | Stage::Proved { .. } | Stage::Asking { .. });
        (waits && now >= self.expires_at).then(|| self.next(Stage::Expired))
    }

    /// What its device may see.
    #[must_use]
    pub fn view(&self) -> ApplicationView {
        let (mut code, mut face) = (None, None);
        let next = match &self.stage {
            Stage::Opened { code: sent, .. } => {
                code = sent.as_ref().map(|sent| CodeView {
                    channel: sent.code.channel,
                    progress: sent.code.progress,
                    expires_at: sent.code.expires_at,
                    tries_left: sent.code.tries_left,
                });
                NextStep::ProveLine
            }
            Stage::Proved { face: asked, .. } => {
                face = asked.as_ref().map(|Asked { id, challenge }| FaceChallenge {
                    challenge: *id,
                    actions: challenge.actions.clone(),
                    expires_at: challenge.expires_at(),
                });
                NextStep::ShowFace
            }
            Stage::Asking { .. } => NextStep::Wait,
            Stage::Done(Document::Issued) => NextStep::TakeIssued,
            Stage::Done(Document::Notice) => NextStep::TakeNotice,
            Stage::Refused => NextStep::RefusedFace,
            Stage::Expired => NextStep::Expired,
        };
        let Self { id, version, line, expires_at, .. } = *self;
        ApplicationView { id, version, next, line, code, face, expires_at }
    }

    fn in_time(&self, now: UnixSeconds) -> Result<(), Refusal> {
        let over = matches!(self.stage, Stage::Expired) || self.expire(now).is_some();
        if over { Err(Refusal::Expired) } else { Ok(()) }
    }

    fn next(&self, stage: Stage) -> Self {
        let Self { id, version, key, office, language, line, expires_at, last_seq, stage: _ } = *self;
        Self { id, version: version + 1, key, office, language, line, stage, expires_at, last_seq }
    }
}
