//! From the police's answer to a certificate or a notice (NC-3 to NC-6): both are made, signed and written together with the
//! application's end, or nothing is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use shiming_certificate::log::{Entry, Event};
use shiming_certificate::render::{self, Language, Template};
use shiming_certificate::seal::Seal;
use shiming_certificate::{Certificate, Draft, Hash, Holder, Masked, Notice, Office, Outcome, VerificationCode};
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, database, names, sealed};
use shiming_identity::Date;
use shiming_outside::police::OfficeSeal;
use shiming_proof::Purpose;
use shiming_service::application::{Application, Decided};
use shiming_service::effect::hex;
use shiming_wire::application::CertificateLanguage;
use shiming_wire::{ProblemType, UnixSeconds};
use worker::{D1PreparedStatement, Env};

use crate::config::Config;
use crate::{fonts, log, offices, store, templates};

/// What is kept of whom a certificate is about, sealed: for its office, and for proving what was issued.
#[derive(serde::Serialize, Deserialize)]
pub struct Record {
    /// The name.
    pub name: String,
    /// The document and its number.
    pub document: String,
    /// Its number.
    pub number: String,
    /// Up to which day the police's records were searched.
    pub as_of: Date,
    /// The file's hash, as the log has it.
    pub file: Hash,
}

/// Ends an application with its document. A seal that is not the police's, or cannot be used now, is no answer: the police are
/// asked again.
pub async fn settle(
    env: &Env,
    config: &Config,
    before: &Application,
    decided: Decided,
    seal: &OfficeSeal,
) -> Result<(), Fault> {
    let now = clock::now();
    let office = offices::find(env, before.office).await?;
    // Of a notice too: both are answered alike, whatever comes with the answer.
    let seal = opened(config, seal, &office, now)?;
    let Decided { application, outcome, holder } = decided;
    let (template, today) = (templates::in_use(env).await?, clock::today()?);
    let making = Making { env, config, before, after: &application, office, template, now, today };
    match outcome {
        Outcome::NotIssued(not_issued) => {
            let notice = Notice::new(not_issued, &holder.name, making.office.clone(), making.today);
            let fonts = fonts::fonts(env).await?;
            let content = render::notice(&notice, &making.template, language(application.language), fonts)
                .map_err(|why| fault(&why))?;
            let token = config.keys.sign(now, |id| content.of_notice(&config.name, id, now)).await?;
            let file = content.signed(&token).map_err(|why| fault(&why))?;
            let batch = making.ended(&file).await?;
            Ok(database::together(env, batch).await?)
        }
        Outcome::Certifiable(no_record) => {
            let draft = Draft::new(no_record, holder, making.office.clone(), making.today, config.validity)
                .map_err(|why| fault(&why))?;
            let serial = serial(env, &making.office.code.to_string(), making.today).await?;
            let code = VerificationCode::from_random(u128::from_be_bytes(clock::random_bytes::<16>().0));
            let certificate = draft.numbered(serial, code).map_err(|why| fault(&why))?;
            making.certificate(&certificate, &seal).await
        }
    }
}

struct Making<'a> {
    env: &'a Env,
    config: &'a Config,
    before: &'a Application,
    after: &'a Application,
    office: Office,
    template: Template,
    now: UnixSeconds,
    today: Date,
}

impl Making<'_> {
    async fn certificate(&self, certificate: &Certificate, seal: &Seal) -> Result<(), Fault> {
        let Self { env, config, now, .. } = *self;
        let fonts = fonts::fonts(env).await?;
        let content = render::certificate(
            certificate,
            &config.origin,
            seal,
            &self.template,
            language(self.after.language),
            fonts,
        )
        .map_err(|why| fault(&why))?;
        let token = config.keys.sign(now, |id| content.of_certificate(certificate, &config.name, id, now)).await?;
        let file = content.signed(&token).map_err(|why| fault(&why))?;
        let hash = Hash::of(&[&file]);
        let entry = Entry { at: now, number: certificate.number(), event: Event::Issued(hash) };
        log::write(env, config, &entry, async || {
            // Somebody else may have ended this application meanwhile, and made its one certificate.
            if !self.is_open().await? {
                return Err(ProblemType::StateConflict.into());
            }
            let mut batch = self.ended(&file).await?;
            batch.push(self.kept(certificate, hash).await?);
            Ok(batch)
        })
        .await
    }

    async fn is_open(&self) -> Result<bool, Fault> {
        let kept = store::load(self.env, &self.config.common, &self.before.id).await?;
        Ok(kept.application.version == self.before.version)
    }

    /// The application's end and its document.
    async fn ended(&self, file: &[u8]) -> Result<Vec<D1PreparedStatement>, Fault> {
        let Self { env, config, before, after, .. } = *self;
        let id = hex(&after.id);
        let document = sealed::seal_bytes_text(&config.common.data_keys, &document_place(&id), file).await?;
        let sql = "INSERT INTO certificate_documents (application, document, ends_at) VALUES (?, ?, ?)";
        Ok(vec![
            store::step(env, &config.common, before, after).await?,
            database::statement(env, sql, &[&id, &document, &after.expires_at])?,
        ])
    }

    /// The certificate's record.
    async fn kept(&self, certificate: &Certificate, file: Hash) -> Result<D1PreparedStatement, Fault> {
        let Self { env, config, .. } = *self;
        let Holder { name, document, .. } = certificate.holder();
        let number = certificate.number().compact();
        let record = Record {
            name: name.as_str().to_owned(),
            document: database::word(&document.kind())?,
            number: document.as_str().to_owned(),
            as_of: certificate.as_of(),
            file,
        };
        let keys = &config.common.data_keys;
        let facts = sealed::seal_text(keys, &facts_place(&number), &Masked::of(certificate)).await?;
        let record = sealed::seal_text(keys, &record_place(&number), &record).await?;
        let sql = "INSERT INTO certificates (number, application, code, person, facts, record, issued_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)";
        let code = code_hashes(config, &certificate.code().printed()).swap_remove(0);
        let values: [&dyn database::Bind; 7] = [
            &number,
            &hex(&self.after.id),
            &code,
            &names::person(&config.common, document.as_str()),
            &facts,
            &record,
            &self.now,
        ];
        Ok(database::statement(env, sql, &values)?)
    }
}

/// What a verification code is found under: first what it is written under now.
pub fn code_hashes(config: &Config, code: &str) -> Vec<String> {
    let keys = &config.common.lookup_keys;
    keys.iter().map(|key| key.hash(Purpose::Certificate, code.as_bytes()).to_string()).collect()
}

/// Where an application's document is sealed for.
pub fn document_place(application: &str) -> String {
    format!("certificate document {application}")
}

/// Where a certificate's facts are sealed for.
pub fn facts_place(number: &str) -> String {
    format!("certificate facts {number}")
}

fn record_place(number: &str) -> String {
    format!("certificate record {number}")
}

fn opened(config: &Config, seal: &OfficeSeal, office: &Office, now: UnixSeconds) -> Result<Seal, Fault> {
    let unusable = |why: &dyn std::fmt::Display| Fault::Internal(format!("the police's seal: {why}"));
    let bytes = |text: &str| STANDARD.decode(text).map_err(|_| unusable(&"not base64"));
    Seal::open(&bytes(&seal.picture)?, &bytes(&seal.token)?, &config.seal_keys, office.code, now)
        .map_err(|why| unusable(&why))
}

/// The next serial number of an office and day. Only certificates draw one.
async fn serial(env: &Env, office: &str, day: Date) -> Result<u32, Fault> {
    #[derive(Deserialize)]
    struct Row {
        last: u32,
    }
    let sql = "INSERT INTO certificate_serials (office, day, last) VALUES (?, ?, 1)
        ON CONFLICT (office, day) DO UPDATE SET last = last + 1 RETURNING last";
    let row: Option<Row> = database::row(env, sql, &[&office, &day.to_string()]).await?;
    Ok(row.ok_or_else(|| Fault::Internal("no serial number".to_owned()))?.last)
}

/// The document's languages.
pub fn language(asked: CertificateLanguage) -> Language {
    match asked {
        CertificateLanguage::Chinese => Language::Chinese,
        CertificateLanguage::Bilingual => Language::Bilingual,
    }
}

/// Errors of the document name parts of it, and nothing that stands in them.
fn fault(why: &dyn std::fmt::Display) -> Fault {
    Fault::Internal(format!("a document: {why}"))
}
