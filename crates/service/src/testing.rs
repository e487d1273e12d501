//! Fixtures of this crate's tests. Everybody in them is fictional.

use shiming_identity::document::DocumentKind;
use shiming_identity::portrait::{Descriptor, FaceModel};
use shiming_outside::crm::{SimState, Subscription};
use shiming_proof::Secret;
use shiming_proof::session_key::Mode;
use shiming_wire::evidence::PictureSource;
use shiming_wire::{Bytes, Evidence, FaceDescriptor, Field, Measured, Terminal, Text};

use crate::Context;
use crate::code::Operator;
use crate::policy::Policy;
use crate::registration::{Opening, Registration, Transition, open};

pub const NOW: u64 = 1_795_000_000;
pub const ID: Bytes<16> = Bytes([7; 16]);
pub fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(text).unwrap()
}

fn field<const MAX: usize>(value: &str) -> Field<MAX> {
    Field { value: text(value), confidence: 97, edited: false }
}

pub fn evidence() -> Evidence {
    let measured = Measured { source: PictureSource::Camera, sharpness: 80, brightness: 150, glare: 0, coverage: 45 };
    Evidence {
        nonce: Bytes([0; 16]),
        document: DocumentKind::CnResidentId,
        name: field("张某某"),
        sex: field("女"),
        ethnicity: field("汉"),
        birth_date: field("1949-12-31"),
        address: field("北京市朝阳区样本路1号"),
        id_number: field("11010519491231002X"),
        issuer: field("北京市公安局朝阳分局"),
        valid_from: field("2016-07-01"),
        valid_until: field("长期"),
        portrait: None,
        front: measured,
        back: measured,
        models: text("1"),
    }
}

/// A face; every number gives another person's.
pub fn face(number: u64) -> FaceDescriptor {
    described(&direction(number))
}

/// A picture of the first face that looks `alike` (0 to 1) between it and the second one's.
pub fn face_between(number: u64, other: u64, alike: f32) -> FaceDescriptor {
    let pairs = direction(number).into_iter().zip(direction(other));
    described(&pairs.map(|(a, b)| a * alike + b * (1.0 - alike)).collect::<Vec<_>>())
}

fn direction(number: u64) -> Vec<f32> {
    let mut state = number;
    let mut bytes = vec![0; FaceModel::V1.length()];
    random(&mut state)(&mut bytes);
    bytes.into_iter().map(|byte| f32::from(byte) - 127.5).collect()
}

fn described(values: &[f32]) -> FaceDescriptor {
    FaceDescriptor(Descriptor::new(FaceModel::V1, values).unwrap())
}

pub fn subscription() -> Subscription {
    Subscription {
        iccid: text("89860012345678901234"),
        number: text("13800000002"),
        contact_line: text("13900000001"),
        sim: SimState::Provisional,
        registered: false,
    }
}

/// Deterministic bytes that never repeat within a test.
pub fn random(state: &mut u64) -> impl FnMut(&mut [u8]) + '_ {
    move |bytes| {
        for byte in bytes {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    }
}

pub fn with_context<T>(now: u64, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
    thread_local!(static STATE: std::cell::Cell<u64> = const { std::cell::Cell::new(1) });
    let mut state = STATE.get();
    let (code_key, service_key) = (Secret::new([1; 32]).unwrap(), Secret::new([2; 32]).unwrap());
    let operator = Operator {
        code_key: &code_key,
        service_key: &service_key,
        session_key_mode: Mode::default(),
        service_number: "10010",
        host: "register.example.com",
    };
    let result = run(&mut Context { now, random: &mut random(&mut state), operator });
    STATE.set(state);
    result
}

pub fn opened(subscription: Subscription, policy: Policy) -> Transition {
    let opening =
        Opening { id: ID, device_key: Bytes([4; 65]), terminal: Terminal::Own, agent: None, subscription, policy };
    with_context(NOW, |context| open(opening, context))
}

/// Evidence for this registration's nonce.
pub fn evidence_for(registration: &Registration) -> Evidence {
    Evidence { nonce: registration.nonce, ..evidence() }
}

/// Runs a future that never waits for anything but itself.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
