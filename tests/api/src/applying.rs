//! Who applies for a certificate of no criminal record: a kiosk or a phone, step by step as the server asks (NC-1 to NC-5).

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use lopdf::{Document, Object};
use serde_json::{Value, json};
use shiming_wire::application::{ApplicationView, NextStep};
use shiming_wire::card::FaceChallenge;

use crate::client::{Answer, PATIENCE, Phone, Request, Sandbox};
use crate::faces::{face, face_again, performed};
use crate::fixtures::Citizen;

/// Where applications are made.
pub const APPLICATIONS: &str = "/v1/certificates/applications";

/// The sandbox's police have records of these citizens.
pub const RECORDED: [u32; 2] = [11, 19];

/// An office that issues certificates, as an operator writes it down.
#[must_use]
pub fn office() -> Value {
    let both = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    json!({ "name": both("示例派出所", "Shili Police Station"), "address": both("示例路1号", "1 Shili Road"),
            "telephone": "010-5555 0100" })
}

/// What an independent reader of PDF finds: the text of the page, and where its link leads.
pub fn read(file: &[u8]) -> Result<(String, Option<String>)> {
    let document = Document::load_mem(file)?;
    let text = document.extract_text(&[1])?.replace('\n', "");
    let uri = document.objects.values().find_map(|object| {
        let action = object.as_dict().ok()?;
        let action = action.get(b"A").ok().and_then(|inner| inner.as_dict().ok()).unwrap_or(action);
        match action.get(b"URI") {
            Ok(Object::String(bytes, _)) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    });
    Ok((text, uri))
}

/// An application under way.
pub struct Applicant {
    phone: Phone,
    /// Where it stood when it was last looked at.
    pub view: ApplicationView,
}

/// What a kiosk sends of a document.
#[must_use]
pub fn application(phone: &Phone, citizen: &Citizen, person: u32) -> Value {
    json!({
        "key": phone.device_key(),
        "applicant": { "document": "cn_resident_id", "name": citizen.name, "number": citizen.id_number,
                       "valid_until": citizen.valid_until },
        "portrait": face(person),
        "language": "bilingual",
    })
}

impl Applicant {
    /// Opens an application for this citizen, whose document shows the face of `person`.
    pub fn open(edge: &str, citizen: &Citizen, person: u32) -> Result<Self> {
        let phone = Phone::new(edge)?;
        let view = phone.post(APPLICATIONS, &application(&phone, citizen, person))?.expect(201)?;
        Ok(Self { phone, view })
    }

    /// The path of something of it.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("{APPLICATIONS}/{}{rest}", self.view.id.to_base64url())
    }

    /// Signs and sends.
    pub fn post(&self, rest: &str, body: &Value) -> Result<Answer> {
        self.phone.post(&self.path(rest), body)
    }

    /// The same request, to be sent more than once.
    pub fn signed(&self, rest: &str, body: &Value) -> Result<Request> {
        self.phone.signed(&self.path(rest), body)
    }

    /// Signs and reads.
    pub fn get(&self, rest: &str) -> Result<Answer> {
        self.phone.send(&self.phone.signed_get(&self.path(rest), "")?)
    }

    /// Looks where it stands.
    pub fn look(&mut self) -> Result<&ApplicationView> {
        self.view = self.get("")?.expect(200)?;
        Ok(&self.view)
    }

    /// Proves the line by message (NC-2).
    pub fn prove_line(&mut self, world: &Sandbox, line: &str) -> Result<()> {
        let before = world.messages(line)?.len();
        self.post("/codes", &json!({ "channel": "sms", "line": line }))?.expect::<ApplicationView>(202)?;
        let code = world.code_message(line, before)?;
        self.view = self.post("/confirmation", &json!({ "code": code }))?.expect(200)?;
        ensure!(self.view.next == NextStep::ShowFace, "{:?}", self.view);
        Ok(())
    }

    /// A challenge of a live face.
    pub fn challenge(&self) -> Result<FaceChallenge> {
        let view: ApplicationView = self.post("/challenges", &json!({}))?.expect(201)?;
        view.face.context("no challenge")
    }

    /// How `person` answers a challenge.
    #[must_use]
    pub fn answer(challenge: &FaceChallenge, person: u32) -> Value {
        json!({ "challenge": challenge.challenge, "performed": performed(&challenge.actions),
                "first": face(person), "last": face_again(person) })
    }

    /// Shows the live face of `person`.
    pub fn show_face(&mut self, person: u32) -> Result<Answer> {
        self.post("/faces", &Self::answer(&self.challenge()?, person))
    }

    /// Goes all the way to the document, with the face on it.
    pub fn apply(edge: &str, world: &Sandbox, citizen: &Citizen, person: u32) -> Result<Self> {
        let mut applicant = Self::open(edge, citizen, person)?;
        applicant.prove_line(world, citizen.line())?;
        applicant.view = applicant.show_face(person)?.expect(202)?;
        Ok(applicant)
    }

    /// Waits for a step.
    pub fn wait_for(&mut self, next: NextStep) -> Result<()> {
        let begin = Instant::now();
        while self.look()?.next != next {
            if begin.elapsed() > PATIENCE || self.view.next.is_final() {
                bail!("never {next:?}: {:?}", self.view);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Ok(())
    }

    /// The file.
    pub fn document(&self) -> Result<Vec<u8>> {
        let answer = self.get("/document")?;
        ensure!(answer.status == 200 && answer.content_type == "application/pdf", "{}", answer.status);
        Ok(answer.body)
    }
}
