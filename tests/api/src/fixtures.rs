//! People, cards and evidence. All people are fictional; the sandbox's register knows them.

use std::sync::Mutex;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use shiming_identity::document::DocumentKind;
use shiming_outside::crm::SimState;
use shiming_wire::evidence::PictureSource;
use shiming_wire::{Bytes, Evidence, Field, Measured, SimSubject, Text};

use crate::client::{Sandbox, Subscription};

/// The operator's people, by name and role; [`secret`] gives their credentials.
pub const STAFF: [(&str, &str); 5] = [
    ("test-operator", "operator"),
    ("test-reviewer", "reviewer"),
    ("test-agent", "agent"),
    ("suspended-agent", "agent"),
    ("archived-agent", "agent"),
];

/// The credential of somebody in [`STAFF`].
#[must_use]
pub fn secret(name: &str) -> String {
    format!("{name}-0123456789abcdef0123456789abcdef")
}

/// SQL that lets the staff in, and rows for the cron to sweep: registrations of `archived-agent` that expired eight
/// days ago and one hour ago, and one that should have expired and has nobody to say so.
#[must_use]
pub fn staff_sql(now: u64) -> String {
    use std::fmt::Write as _;

    use sha2::{Digest as _, Sha256};
    let mut sql = String::new();
    for (name, role) in STAFF {
        let hash = Sha256::digest(secret(name)).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        // Writing to a string cannot fail.
        let _ = write!(
            sql,
            "INSERT INTO credentials (name, role, secret_sha256, state, created_at, updated_at) \
             VALUES ('{name}', '{role}', '{hash}', 'active', {now}, {now});"
        );
    }
    for (digit, state, at) in
        [('a', "expired", now - 8 * 86_400), ('b', "expired", now - 3600), ('c', "opened", now - 3600)]
    {
        let id = digit.to_string().repeat(32);
        let _ = write!(
            sql,
            "INSERT INTO registrations (id, version, state, sim, terminal, agent, opened_at, expires_at, updated_at) \
             VALUES ('{id}', 1, '{state}', 'unchanged', 'agent', 'archived-agent', {at}, {at}, {at});"
        );
    }
    sql
}

/// A fictional person, and the subscription that they may register.
#[derive(Clone, Debug, Deserialize)]
pub struct Citizen {
    /// Place in the seed.
    pub index: u32,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: String,
    /// 民族
    pub ethnicity: String,
    /// 出生
    pub birth_date: String,
    /// 住址
    pub address: String,
    /// 公民身份号码
    pub id_number: String,
    /// 签发机关
    pub issuer: String,
    /// First day of 有效期限
    pub valid_from: String,
    /// Last day of 有效期限
    pub valid_until: String,
    /// The card and its number.
    pub subscription: Subscription,
}

impl Citizen {
    /// The card, as the phone names it (RN-13).
    pub fn card(&self) -> Result<SimSubject> {
        card(&self.subscription.iccid, &self.subscription.number)
    }

    /// Where codes go.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.subscription.contact_line
    }

    /// Evidence as a phone would send it after reading this person's card.
    pub fn evidence(&self, nonce: Bytes<16>) -> Result<Evidence> {
        let measured =
            Measured { source: PictureSource::Camera, sharpness: 70, brightness: 170, glare: 0, coverage: 55 };
        Ok(Evidence {
            nonce,
            document: DocumentKind::CnResidentId,
            name: field(&self.name)?,
            sex: field(&self.sex)?,
            ethnicity: field(&self.ethnicity)?,
            birth_date: field(&self.birth_date)?,
            address: field(&self.address)?,
            id_number: field(&self.id_number)?,
            issuer: field(&self.issuer)?,
            valid_from: field(&self.valid_from)?,
            valid_until: field(&self.valid_until)?,
            portrait: None,
            front: measured,
            back: measured,
            models: Text::new("test")?,
        })
    }
}

/// A card and a number, as the phone names them.
pub fn card(iccid: &str, number: &str) -> Result<SimSubject> {
    Ok(SimSubject::Card { iccid: Text::new(iccid)?, number: Text::new(number)? })
}

/// A field that was read and not edited.
pub fn field<const MAX: usize>(value: &str) -> Result<Field<MAX>> {
    Ok(Field { value: Text::new(value)?, confidence: 97, edited: false })
}

/// Hands out people nobody has used yet: budgets are counted per line, so no two tests share one.
pub struct People {
    left: Mutex<Vec<Citizen>>,
}

impl People {
    /// Everybody in the sandbox whose card is valid and whose line takes messages.
    pub fn of(world: &Sandbox) -> Result<Self> {
        let mut left: Vec<Citizen> = world.get("/citizens")?;
        // The sandbox's list has one citizen whose card has expired; a test that wants one takes it with `expired`.
        left.retain(|citizen| citizen.line().starts_with('1'));
        // The youngest first: whoever needs an adult finds one, whatever ran before.
        left.sort_by(|a, b| b.birth_date.cmp(&a.birth_date));
        Ok(Self { left: Mutex::new(left) })
    }

    fn take(&self, what: &str, wanted: impl Fn(&Citizen) -> bool) -> Result<Citizen> {
        let mut left = self.left.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let index = left.iter().position(wanted).with_context(|| format!("no {what} left"))?;
        Ok(left.remove(index))
    }

    /// Somebody with a valid document and a card in this state; the line is the card's own number.
    pub fn with(&self, sim: SimState) -> Result<Citizen> {
        self.take("citizen", |citizen| citizen.has_card(sim) && !citizen.has_expired())
    }

    /// Somebody with a card that is sold and not switched on.
    pub fn inactive(&self) -> Result<Citizen> {
        self.with(SimState::Inactive)
    }

    /// As [`People::provisional`], and of age: a card may say so.
    pub fn adult(&self) -> Result<Citizen> {
        self.take("adult citizen", |citizen| {
            let of_age = citizen.birth_date.as_str() < "2008-01-01";
            of_age && citizen.has_card(SimState::Provisional) && !citizen.has_expired()
        })
    }

    /// Somebody with a card that is switched on and not registered.
    pub fn provisional(&self) -> Result<Citizen> {
        self.with(SimState::Provisional)
    }

    /// Somebody who names a card that has a registered holder.
    pub fn active(&self) -> Result<Citizen> {
        self.with(SimState::Active)
    }

    /// Somebody whose code goes to another line than the card's number (RN-13).
    pub fn with_contact_line(&self) -> Result<Citizen> {
        self.take("citizen with a contact line", |citizen| {
            citizen.subscription.contact_line != citizen.subscription.number && !citizen.has_expired()
        })
    }

    /// Somebody whose document has expired.
    pub fn expired(&self) -> Result<Citizen> {
        self.take("citizen with an expired document", Citizen::has_expired)
    }
}

impl Citizen {
    /// Whether the card is in this state, and codes go to its own number.
    fn has_card(&self, sim: SimState) -> bool {
        let subscription = &self.subscription;
        subscription.sim == sim && subscription.contact_line == subscription.number
    }

    /// Whether the document ended before 2026-11-01, the sandbox's reference day.
    #[must_use]
    pub fn has_expired(&self) -> bool {
        self.valid_until.as_str() < "2026-11-01"
    }
}
