//! The document's portrait against the register's (RN-7), with the real nets: natively where a phone would describe the
//! card, in the matcher's Worker where the register's portrait is.

use std::sync::LazyLock;

use anyhow::{Context as _, Result, ensure};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};
use shiming_api_tests::assertions::refused;
use shiming_api_tests::client::{Phone, wait};
use shiming_api_tests::fixtures::Citizen;
use shiming_outside::crm::SimState;
use shiming_specimen::{Pose, citizen as drawn, head, portrait};
use shiming_vision::Photo;
use shiming_vision::face::{Describer, Faces};
use shiming_wire::operator::ReviewVerdict;
use shiming_wire::{
    FaceDescriptor, PortraitCheck, PortraitPolicy, ProblemType, RefusalReason, RegistrationView, SimView, State, Text,
};

use crate::staff::{REVIEWER, decide, get, review, with_policy};
use crate::{System, nonce, system};

/// What the page's worker loads.
static NETS: LazyLock<(Faces, Describer)> = LazyLock::new(|| {
    let model = |name: &str| {
        std::fs::read(format!("{}/../../models/{name}.onnx", env!("CARGO_MANIFEST_DIR"))).expect("a model")
    };
    let faces = Faces::new(&model("face_finder"), &model("face_mesh")).expect("two nets");
    (faces, Describer::new(model("face_describer")).expect("a net"))
});

fn described(picture: RgbImage) -> Result<FaceDescriptor> {
    let photo = Photo::new(picture);
    let (faces, describer) = &*NETS;
    let landmarks = faces.largest(&photo.frame())?.context("no face")?;
    Ok(FaceDescriptor(describer.describe(&photo.frame(), &landmarks)?))
}

/// What is on the person's card: another copy of the portrait that the register was seeded with.
fn on_card(citizen: &Citizen) -> Result<FaceDescriptor> {
    let portrait = portrait(&drawn(usize::try_from(citizen.index)?));
    described(image::imageops::thumbnail(&portrait, 150, 201))
}

/// What is on a card with somebody else's face. Drawings are like each other; this head is like none of them.
fn another_face() -> Result<FaceDescriptor> {
    described(head(&drawn(2), &Pose { height: 0.66, ..Pose::default() }, (240, 322)))
}

/// A phone whose line is proved, and that was told to describe the portrait.
fn told_to_compare(system: &System, citizen: &Citizen, policy: &Value) -> Result<Phone> {
    let mut whole = json!({ "portrait": "compare" });
    if let (Some(whole), Some(more)) = (whole.as_object_mut(), policy.as_object()) {
        whole.extend(more.clone());
    }
    let _policy = with_policy(system, &whole)?;
    let phone = system.confirmed(citizen)?;
    ensure!(phone.opened.as_ref().is_some_and(|opened| opened.policy.portrait == PortraitPolicy::Compare));
    Ok(phone)
}

/// Sends evidence that describes this portrait.
fn send(phone: &Phone, citizen: &Citizen, portrait: FaceDescriptor) -> Result<()> {
    let mut evidence = citizen.evidence(nonce(phone))?;
    evidence.portrait = Some(portrait);
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202).map(|_| ())
}

// RN-7, RN-8
#[test]
fn the_holder_of_the_card_registers() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = told_to_compare(system, &citizen, &json!({ "portrait_strictness": "strict" }))?;
    send(&phone, &citizen, on_card(&citizen)?)?;
    let view = phone.wait_until("active", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    assert_eq!(view.portrait, PortraitCheck::Consistent);
    let record = system.world.record(&phone.hex_id()?)?.context("a record")?.record;
    assert_eq!(record["portrait_check"], "consistent");
    // RN-8: the register's photo is in the record; of what was compared there is nothing.
    assert!(record["portrait"].as_str().is_some_and(|portrait| portrait.len() > 1000));
    system.world.calm()
}

// RN-7, RN-10, RN-11: name and number are right, the face is not.
#[test]
fn whoever_shows_another_face_is_refused_and_nothing_is_saved() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.provisional()?;
    let phone = told_to_compare(system, &citizen, &json!({}))?;
    send(&phone, &citizen, another_face()?)?;
    let view = phone.wait_until("refused and settled", |view| view.sim == SimView::Deactivated)?;
    assert_eq!((view.state, view.refusal), (State::Refused, Some(RefusalReason::PortraitInconsistent)));
    assert_eq!(view.portrait, PortraitCheck::Inconsistent);
    assert_eq!(system.world.record(&phone.hex_id()?)?, None);
    assert_eq!(system.world.subscription(&citizen.subscription.iccid)?.sim, SimState::Deactivated);
    system.world.calm()
}

// RN-7: the register is not asked before there is something to compare with.
#[test]
fn evidence_without_a_portrait_is_refused_with_a_pointer() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = told_to_compare(system, &citizen, &json!({}))?;
    let evidence = citizen.evidence(nonce(&phone))?;
    let send_without = || phone.send_evidence(&evidence);
    let problem = refused(&system.world, Some(&phone), ProblemType::EvidenceInvalid, send_without)?;
    assert_eq!(problem.pointers.iter().map(Text::as_str).collect::<Vec<_>>(), ["/portrait"]);
    // What is no descriptor is nothing that this endpoint takes, and is not shown again.
    let mut wrong = serde_json::to_value(&evidence)?;
    wrong["portrait"] = json!("A".repeat(259));
    let send_wrong = || phone.post(&phone.path("/evidence")?, &wrong);
    refused(&system.world, Some(&phone), ProblemType::MalformedBody, send_wrong)?;
    // Nothing is spent by that.
    send(&phone, &citizen, on_card(&citizen)?)?;
    phone.wait_for(State::Effective)?;
    system.world.calm()
}

// RN-7, RN-8: a register without a photo, with one of nobody, and with something that is no picture.
#[test]
fn where_the_register_shows_no_face_a_person_looks() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let mut nobody = Vec::new();
    let blank = RgbImage::from_pixel(240, 322, image::Rgb([226, 234, 242]));
    blank.write_with_encoder(JpegEncoder::new_with_quality(&mut nobody, 85))?;
    for portrait in [None, Some(nobody.as_slice()), Some(b"no picture".as_slice())] {
        let citizen = system.people.inactive()?;
        system.world.register_portrait(&citizen.id_number, portrait)?;
        let phone = told_to_compare(system, &citizen, &json!({ "activate_on": "effective" }))?;
        let card = on_card(&citizen)?;
        send(&phone, &citizen, card.clone())?;
        let view = phone.wait_for(State::Stored)?;
        assert_eq!((view.portrait, view.sim), (PortraitCheck::NotAvailable, SimView::Unchanged));
        let id = phone.hex_id()?;
        let item = review(system, &id)?;
        assert!(item.decides);
        assert_eq!(item.reasons.iter().map(Text::as_str).collect::<Vec<_>>(), ["portrait_not_available"]);
        // What a reviewer sees has no descriptor in it.
        let case: Value = get(system, &format!("/v1/reviews/{id}"), REVIEWER)?.expect(200)?;
        let descriptor = serde_json::to_string(&card)?;
        ensure!(!case.to_string().contains(descriptor.trim_matches('"')));
        assert_eq!(system.world.record(&id)?.context("stored")?.record["portrait_check"], "not_available");
        decide(system, &id, ReviewVerdict::Approve)?.expect::<Value>(200)?;
        phone.wait_until("active", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    }
    // Where the policy lets them pass they pass, and the record says so.
    let citizen = system.people.inactive()?;
    system.world.register_portrait(&citizen.id_number, None)?;
    let phone = told_to_compare(system, &citizen, &json!({ "review_if_no_portrait": false }))?;
    send(&phone, &citizen, on_card(&citizen)?)?;
    phone.wait_for(State::Effective)?;
    let record = wait("a record", || system.world.record(&phone.hex_id()?))?;
    assert_eq!(record.record["portrait_check"], "not_available");
    system.world.calm()
}
