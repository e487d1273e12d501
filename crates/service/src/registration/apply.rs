//! The transitions.

use shiming_identity::portrait::{Descriptor, Strictness};
use shiming_identity::{Date, Variants};
use shiming_outside::crm::{
    ActivateSim, DeactivateProvisionalSim, RecordState, SetRecordState, SimState, StoreIdentity, Subscription, Switched,
};
use shiming_outside::register::{CitizenAnswer, Portrait, VerifyCitizen};
use shiming_wire::{
    ActivateOn, Bytes, Channel, CodeProgress, Evidence, FaceDescriptor, PortraitCheck, PortraitPolicy, RefusalReason,
    RegistrationId, SimView, Terminal, Text, UnixSeconds,
};
use subtle::ConstantTimeEq as _;

use super::{CheckStep, Event, Refusal, Registration, Stage, Subject};
use crate::Context;
use crate::code::{self, Entered, Wanted};
use crate::effect::{CallKind, Effect, Entry, Freeze as _, ReviewDecision, ReviewReason, ReviewRequest, hex};
use crate::evidence::{self, Case, Checked};
use crate::inquiry::Inquiry;
use crate::policy::Policy;
use crate::port::Outcome;

/// A step: the next state, and what to do outside. Both are stored in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// The next state.
    pub registration: Registration,
    /// New entries of the outbox.
    pub effects: Vec<Entry>,
    /// Set where the event was refused and still cost something: a wrong code costs a try (CB-5).
    pub refusal: Option<Refusal>,
}

/// What a registration is opened with.
pub struct Opening {
    /// Its id.
    pub id: RegistrationId,
    /// Public half of the phone's key.
    pub device_key: Bytes<65>,
    /// Whose terminal (RN-1).
    pub terminal: Terminal,
    /// The agent whose credential came with the request.
    pub agent: Option<Text<40>>,
    /// What the CRM holds of the card and number (RN-13).
    pub subscription: Subscription,
    /// The policy in force.
    pub policy: Policy,
}

/// Opens a registration.
pub fn open(opening: Opening, context: &mut Context<'_>) -> Transition {
    let Opening { id, device_key, terminal, agent, subscription, policy } = opening;
    let mut nonce = [0; 16];
    (context.random)(&mut nonce);
    let registration = Registration {
        id,
        version: 0,
        device_key,
        terminal,
        agent,
        nonce: Bytes(nonce),
        opened_at: context.now,
        expires_at: context.now + u64::from(policy.registration_ttl_seconds),
        policy,
        subject: Some(Subject::from(subscription)),
        stage: Stage::Opened { code: None },
        sim: SimView::Unchanged,
        portrait: PortraitCheck::NotChecked,
        activation_asked: false,
        last_seq: 0,
    };
    let mut step = Step { registration, effects: Vec::new(), now: context.now };
    step.changed_for_lists();
    step.finish()
}

/// Applies an event. A refusal has changed nothing.
pub fn apply(registration: &Registration, event: Event, context: &mut Context<'_>) -> Result<Transition, Refusal> {
    let step = Step { registration: registration.clone(), effects: Vec::new(), now: context.now };
    match event {
        Event::CodeRequested { channel } => step.request_code(channel, context),
        Event::CodeEntered { code } => step.enter_code(&code, context),
        Event::EvidenceReceived { evidence, variants } => step.receive_evidence(&evidence, &variants),
        Event::LineProgressed { seq, progress } => Ok(step.progress(seq, progress)),
        Event::Settled { seq, call, outcome } => step.settle(seq, call, outcome),
        Event::ReviewDecided(decision) => step.decide_review(decision),
        Event::Expired => step.expire(),
    }
}

/// Whether a code may be asked for now: to be known before a budget is spent on it.
pub fn check_code_request(registration: &Registration, channel: Channel, now: UnixSeconds) -> Result<(), Refusal> {
    in_time(registration, now)?;
    if !matches!(registration.stage, Stage::Opened { .. }) {
        return Err(Refusal::StateConflict);
    }
    if registration.policy.channels.contains(&channel) { Ok(()) } else { Err(Refusal::ChannelUnavailable) }
}

/// Whether evidence would be taken now, and what it says: to be known before a budget is spent on the question.
pub fn check_evidence(
    registration: &Registration,
    evidence: &Evidence,
    variants: &Variants,
    now: UnixSeconds,
) -> Result<Checked, Refusal> {
    in_time(registration, now)?;
    match registration.stage {
        Stage::Confirmed => {}
        Stage::Opened { .. } => return Err(Refusal::StateConflict),
        Stage::Checking { .. } | Stage::Stored { .. } | Stage::Effective | Stage::Refused { .. } | Stage::Expired => {
            return Err(Refusal::EvidenceReplayed);
        }
    }
    if !bool::from(evidence.nonce.0.ct_eq(&registration.nonce.0)) {
        return Err(Refusal::NonceMismatch);
    }
    if registration.policy.portrait == PortraitPolicy::Compare && evidence.portrait.is_none() {
        return Err(Refusal::PortraitMissing);
    }
    let today = Date::in_china(now).map_err(|_| Refusal::Misconfigured)?;
    Ok(evidence::check(evidence, today, variants, registration.policy.register_names)?)
}

fn in_time(registration: &Registration, now: UnixSeconds) -> Result<(), Refusal> {
    let late = registration.expires().is_some_and(|at| now >= at);
    if late || registration.stage == Stage::Expired { Err(Refusal::RegistrationExpired) } else { Ok(()) }
}

/// A transition in the making.
struct Step {
    registration: Registration,
    effects: Vec<Entry>,
    now: UnixSeconds,
}

impl Step {
    fn request_code(mut self, channel: Channel, context: &mut Context<'_>) -> Result<Transition, Refusal> {
        check_code_request(&self.registration, channel, self.now)?;
        let line = self.subject()?.contact_line.clone();
        let Registration { id, last_seq, policy, .. } = &self.registration;
        let wanted = Wanted { id, seq: last_seq + 1, channel, line };
        let (call, code) = code::draw(wanted, &policy.code_rules(), context.operator, self.now, context.random)?;
        self.emit(Effect::Call(call));
        self.registration.stage = Stage::Opened { code: Some(code) };
        Ok(self.finish())
    }

    fn enter_code(mut self, entered: &Text<6>, context: &Context<'_>) -> Result<Transition, Refusal> {
        in_time(&self.registration, self.now)?;
        let id = self.registration.id;
        let Stage::Opened { code } = &mut self.registration.stage else {
            return Err(if self.registration.state().is_final() {
                Refusal::StateConflict
            } else {
                Refusal::CodeNotRequested
            });
        };
        let Some(code) = code else { return Err(Refusal::CodeNotRequested) };
        let refusal = match code.enter(&id, entered, context.operator.code_key, self.now)? {
            Entered::Right => {
                self.registration.stage = Stage::Confirmed;
                self.changed_for_lists();
                return Ok(self.finish());
            }
            Entered::Wrong { tries_left: 0 } => Refusal::CodeTriesSpent,
            Entered::Wrong { tries_left } => Refusal::CodeWrong { tries_left },
        };
        Ok(Transition { refusal: Some(refusal), ..self.finish() })
    }

    fn receive_evidence(mut self, evidence: &Evidence, variants: &Variants) -> Result<Transition, Refusal> {
        let checked = check_evidence(&self.registration, evidence, variants, self.now)?;
        if checked.valid_today {
            // What nobody asked for is not kept.
            let compares = self.registration.policy.portrait == PortraitPolicy::Compare;
            let portrait = evidence.portrait.clone().filter(|_| compares);
            self.ask(Box::new(checked.case), checked.inquiry, portrait, &checked.question)?;
            self.registration.expires_at = self.now + u64::from(self.registration.policy.checking_ttl_seconds);
            self.changed_for_lists();
        } else {
            // No question was asked, so nothing is known against the card: it stays as it is (RN-10).
            self.end(Stage::Refused { reason: RefusalReason::DocumentNotValid });
        }
        Ok(self.finish())
    }

    fn progress(mut self, seq: u32, progress: CodeProgress) -> Transition {
        if let Stage::Opened { code: Some(code) } = &mut self.registration.stage
            && code.seq == seq
            && code.move_on(progress)
        {
            return self.finish();
        }
        self.unchanged()
    }

    fn settle(mut self, seq: u32, call: Option<CallKind>, outcome: Outcome) -> Result<Transition, Refusal> {
        let Some(call) = call else { return Ok(self.unchanged()) };
        Ok(match (call, outcome) {
            (CallKind::PlaceCall, Outcome::Done) => self.progress(seq, CodeProgress::Dialling),
            (CallKind::SendServiceMessage, Outcome::Done) => self.progress(seq, CodeProgress::Sent),
            (CallKind::PlaceCall | CallKind::SendServiceMessage, Outcome::Refused) => {
                self.progress(seq, CodeProgress::Failed)
            }
            (CallKind::VerifyCitizen, Outcome::Citizen(answer)) => self.register_answered(seq, answer, None)?,
            (CallKind::VerifyCitizen, Outcome::Portrayed { portrait, face }) => {
                self.register_answered(seq, CitizenAnswer::Match { portrait: Some(portrait) }, Some(&face))?
            }
            (CallKind::StoreIdentity, Outcome::Done) => self.identity_stored()?,
            (CallKind::SetRecordState, Outcome::Done) => self.record_moved()?,
            (CallKind::ActivateSim, Outcome::Switched(Switched { sim, .. })) => {
                let on = matches!(sim, SimState::Active | SimState::Provisional);
                self.registration.sim = if on { SimView::Active } else { SimView::Unchanged };
                self.switched(!on)
            }
            (CallKind::DeactivateProvisionalSim, Outcome::Switched(Switched { sim, .. })) => {
                let off = sim == SimState::Deactivated;
                self.registration.sim = if off { SimView::Deactivated } else { SimView::Unchanged };
                // An effective card stays on, and a person looks at what happened (RN-10).
                if sim == SimState::Active {
                    self.inform(ReviewReason::MismatchOnEffective);
                }
                self.switched(false)
            }
            (CallKind::ActivateSim | CallKind::DeactivateProvisionalSim, Outcome::Refused) => {
                self.registration.sim = SimView::Unchanged;
                self.switched(true)
            }
            // The rest says nothing about the registration (the lists, the review queue) or cannot be (an answer of
            // another system's kind).
            _ => self.unchanged(),
        })
    }

    /// Every trial is an effect with a number and so a key of its own (RC-4).
    fn ask(
        &mut self,
        case: Box<Case>,
        inquiry: Inquiry,
        portrait: Option<FaceDescriptor>,
        question: &VerifyCitizen,
    ) -> Result<(), Refusal> {
        self.emit(Effect::Call(question.freeze()?));
        let step = CheckStep::Asking { seq: self.registration.last_seq, inquiry, portrait };
        self.registration.stage = Stage::Checking { case, step };
        Ok(())
    }

    /// `face` describes the portrait of a match, where it is compared and shows one.
    fn register_answered(
        mut self,
        seq: u32,
        answer: CitizenAnswer,
        face: Option<&Descriptor>,
    ) -> Result<Transition, Refusal> {
        let (mut case, inquiry, documents) = match &self.registration.stage {
            Stage::Checking { case, step: CheckStep::Asking { seq: asked, inquiry, portrait } } if *asked == seq => {
                (case.clone(), inquiry.clone(), portrait.clone())
            }
            _ => return Ok(self.unchanged()),
        };
        if answer == CitizenAnswer::NameDiffers
            && let Some((inquiry, question)) = inquiry.next(&case.identity.id_number)
        {
            self.ask(case, inquiry, documents, &question)?;
            return Ok(self.finish());
        }
        match answer {
            CitizenAnswer::Match { portrait } => {
                if let Some(documents) = &documents {
                    self.registration.portrait = compare(documents, face, self.registration.policy.portrait_strictness);
                }
                if self.registration.portrait == PortraitCheck::Inconsistent {
                    self.fail(RefusalReason::PortraitInconsistent)?;
                    return Ok(self.finish());
                }
                case.name_match = inquiry.found();
                let record = self.record(&case, portrait)?;
                self.emit(Effect::Call(record.freeze()?));
                self.registration.stage = Stage::Checking { case, step: CheckStep::Storing };
            }
            CitizenAnswer::NameDiffers | CitizenAnswer::NumberUnknown => self.fail(RefusalReason::NoMatch)?,
        }
        Ok(self.finish())
    }

    /// The person is not who they say: no record, and the card goes off if the CRM finds it provisional (RN-10, RN-11).
    fn fail(&mut self, reason: RefusalReason) -> Result<(), Refusal> {
        match &self.registration.subject {
            Some(subject) if subject.registered => self.inform(ReviewReason::MismatchOnEffective),
            _ => self.deactivate()?,
        }
        self.end(Stage::Refused { reason });
        Ok(())
    }

    fn record(&self, case: &Case, portrait: Option<Portrait>) -> Result<StoreIdentity, Refusal> {
        let Subject { iccid, number, .. } = self.subject()?.clone();
        Ok(StoreIdentity {
            registration: self.hex_id(),
            iccid,
            number,
            identity: case.identity.clone(),
            name_match: case.name_match.clone(),
            portrait,
            portrait_check: self.registration.portrait,
            terminal: self.registration.terminal,
            agent: self.registration.agent.clone(),
            edited: case.edited.clone(),
        })
    }

    fn identity_stored(mut self) -> Result<Transition, Refusal> {
        let Stage::Checking { case, step: CheckStep::Storing } = &self.registration.stage else {
            return Ok(self.unchanged());
        };
        let case = case.clone();
        let review = self.review_reasons(&case);
        let registered = self.registration.subject.as_ref().is_some_and(|subject| subject.registered);
        if review.is_empty() {
            self.emit_record(RecordState::Effective)?;
            self.registration.stage = Stage::Stored { case: None, review };
        } else {
            self.emit(Effect::OpenReview(ReviewRequest { decides: true, reasons: review.clone() }));
            self.registration.stage = Stage::Stored { case: Some(case), review };
        }
        // A card that has a holder is not touched before a person agreed.
        if self.registration.policy.activate_on == ActivateOn::Pass && !registered {
            self.activate()?;
        }
        self.changed_for_lists();
        Ok(self.finish())
    }

    fn review_reasons(&self, case: &Case) -> Vec<ReviewReason> {
        let policy = &self.registration.policy;
        let registered = self.registration.subject.as_ref().is_some_and(|subject| subject.registered);
        let unseen = self.registration.portrait == PortraitCheck::NotAvailable;
        [
            (policy.review, ReviewReason::Policy),
            (policy.review_if_edited && case.key_field_edited, ReviewReason::Edited),
            (registered, ReviewReason::AlreadyRegistered),
            (policy.review_if_no_portrait && unseen, ReviewReason::PortraitNotAvailable),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }

    fn decide_review(mut self, decision: ReviewDecision) -> Result<Transition, Refusal> {
        match &self.registration.stage {
            Stage::Stored { review, .. } if !review.is_empty() => {}
            _ => return Err(Refusal::StateConflict),
        }
        let approved = decision.approved;
        self.emit(Effect::CloseReview(decision));
        if approved {
            self.emit_record(RecordState::Effective)?;
            self.registration.stage = Stage::Stored { case: None, review: Vec::new() };
            self.changed_for_lists();
        } else {
            self.emit_record(RecordState::Withdrawn)?;
            // Switched on at once by policy, and now without a record: off again, if the CRM still finds it provisional.
            if self.registration.activation_asked {
                self.deactivate()?;
            }
            self.end(Stage::Refused { reason: RefusalReason::Reviewer });
        }
        Ok(self.finish())
    }

    fn record_moved(mut self) -> Result<Transition, Refusal> {
        match &self.registration.stage {
            Stage::Stored { review, .. } if review.is_empty() => {}
            _ => return Ok(self.unchanged()),
        }
        if !self.registration.activation_asked {
            self.activate()?;
        }
        self.end(Stage::Effective);
        Ok(self.finish())
    }

    fn expire(mut self) -> Result<Transition, Refusal> {
        if self.registration.expires().is_none_or(|at| self.now < at) {
            return Ok(self.unchanged());
        }
        if matches!(self.registration.stage, Stage::Checking { step: CheckStep::Storing, .. }) {
            // The CRM may have saved it without being able to say so.
            self.emit_record(RecordState::Withdrawn)?;
        }
        self.end(Stage::Expired);
        Ok(self.finish())
    }

    fn switched(mut self, refused: bool) -> Transition {
        if refused {
            self.inform(ReviewReason::SwitchRefused);
        }
        self.changed_for_lists();
        self.finish()
    }

    fn activate(&mut self) -> Result<(), Refusal> {
        let Subject { iccid, number, .. } = self.subject()?.clone();
        let switch = ActivateSim { iccid, number, registration: self.hex_id() };
        self.emit(Effect::Call(switch.freeze()?));
        self.registration.sim = SimView::Activating;
        self.registration.activation_asked = true;
        Ok(())
    }

    fn deactivate(&mut self) -> Result<(), Refusal> {
        let Subject { iccid, number, .. } = self.subject()?.clone();
        let switch = DeactivateProvisionalSim { iccid, number, registration: self.hex_id() };
        self.emit(Effect::Call(switch.freeze()?));
        self.registration.sim = SimView::Deactivating;
        Ok(())
    }

    fn emit_record(&mut self, state: RecordState) -> Result<(), Refusal> {
        let change = SetRecordState { registration: self.hex_id(), state };
        self.emit(Effect::Call(change.freeze()?));
        Ok(())
    }

    /// Puts it before a person for information.
    fn inform(&mut self, reason: ReviewReason) {
        self.emit(Effect::OpenReview(ReviewRequest { decides: false, reasons: vec![reason] }));
    }

    /// Enters a final state; the subscription goes, as the evidence did with its stage.
    fn end(&mut self, stage: Stage) {
        self.registration.stage = stage;
        self.registration.subject = None;
        self.changed_for_lists();
    }

    fn emit(&mut self, effect: Effect) {
        self.registration.last_seq += 1;
        self.effects.push(Entry { seq: self.registration.last_seq, effect, created_at: self.now });
    }

    /// The lists are brought up to date with the state that this step ends in.
    fn changed_for_lists(&mut self) {
        if !self.effects.iter().any(|entry| matches!(entry.effect, Effect::Publish(_))) {
            let summary = self.registration.summary(self.now);
            self.emit(Effect::Publish(summary));
        }
    }

    fn finish(mut self) -> Transition {
        self.registration.version += 1;
        let summary = self.registration.summary(self.now);
        for entry in &mut self.effects {
            if let Effect::Publish(published) = &mut entry.effect {
                *published = summary.clone();
            }
        }
        Transition { registration: self.registration, effects: self.effects, refusal: None }
    }

    /// The event said nothing new: outcomes that come twice, or after the end.
    fn unchanged(self) -> Transition {
        Transition { registration: self.registration, effects: Vec::new(), refusal: None }
    }

    fn subject(&self) -> Result<&Subject, Refusal> {
        self.registration.subject.as_ref().ok_or(Refusal::StateConflict)
    }

    fn hex_id(&self) -> Text<32> {
        // 32 digits fit, so the default is never taken.
        Text::new(hex(&self.registration.id)).unwrap_or_default()
    }
}

/// Whether the document's portrait and the register's are one person's (RN-7). Descriptors of different nets say nothing.
fn compare(documents: &FaceDescriptor, registers: Option<&Descriptor>, strictness: Strictness) -> PortraitCheck {
    match registers.map(|face| documents.0.compare(face)) {
        Some(Ok(comparison)) if comparison.is_same(strictness) => PortraitCheck::Consistent,
        Some(Ok(_)) => PortraitCheck::Inconsistent,
        Some(Err(_)) | None => PortraitCheck::NotAvailable,
    }
}
