//! The operator's side: the words of the documents, each version as it was entered, and what they look like (NC-4).

use serde::{Deserialize, Serialize};
use shiming_certificate::file::LENGTH;
use shiming_certificate::render::{DocumentKind, Language, Part, RenderError, Specimen, Template, TemplateError};
use shiming_certificate::{Bilingual, Office, OfficeCode};
use shiming_cloud::clock;
use shiming_cloud::http::{Answer, body, bytes, json, parse};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::staff::{Role, person};
use shiming_wire::application::CertificateLanguage;
use shiming_wire::{ProblemType, Text};
use worker::{Env, Request};

use crate::config::Config;
use crate::templates::{self, Listed};
use crate::{fonts, issue, offices};

/// Every version, and which is in use.
#[derive(Serialize)]
struct Versions {
    in_use: String,
    versions: Vec<Listed>,
}

/// `GET /v1/certificates/templates`
pub async fn list(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    listed(env).await
}

async fn listed(env: &Env) -> Answer {
    let in_use = templates::in_use(env).await?.version;
    json(200, &Versions { in_use, versions: templates::all(env).await? })
}

/// `GET /v1/certificates/templates/{version}`
pub async fn show(request: Request, env: &Env, version: &str) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &templates::find(env, version).await?)
}

/// `PUT /v1/certificates/templates/{version}`: enters a version, if all of its words fit their pages.
pub async fn enter(mut request: Request, env: &Env, config: &Config, version: &str) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let template: Template = parse(&body(&mut request).await?)?;
    if template.version != version {
        return Err(invalid("/version"));
    }
    fits(env, config, &template).await?;
    templates::enter(env, &template, person.name.as_str(), clock::now()).await?;
    json(200, &template)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preview {
    template: Template,
    document: DocumentKind,
    language: CertificateLanguage,
    /// An office's code; any office where there is none.
    office: Option<Text<10>>,
}

/// `POST /v1/certificates/previews`: what a document looks like under a template, whether that was entered or not. A specimen.
pub async fn preview(mut request: Request, env: &Env, config: &Config) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    let Preview { template, document, language, office } = parse(&body(&mut request).await?)?;
    let language = issue::language(language);
    let office = match office {
        Some(code) => offices::find(env, OfficeCode::parse(code.as_str()).map_err(|_| invalid("/office"))?).await?,
        None => offices::all(env).await?.into_iter().next().map_or_else(an_office, Ok)?,
    };
    bytes(200, "application/pdf", drawn(env, &template, specimen(config, document, language, office)?).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Use {
    version: Text<20>,
}

/// `PUT /v1/certificates/template`: puts a version to use.
pub async fn put_to_use(mut request: Request, env: &Env, config: &Config) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let Use { version } = parse(&body(&mut request).await?)?;
    let template = templates::find(env, version.as_str()).await?;
    // Offices may have come since it was entered.
    fits(env, config, &template).await?;
    templates::put_to_use(env, &template, person.name.as_str(), clock::now()).await?;
    listed(env).await
}

/// Whether both documents can be made in both languages, whatever the office, for somebody with the longest name. If one of them
/// could not, whoever waits in vain would learn which it is (NC-6).
async fn fits(env: &Env, config: &Config, template: &Template) -> Result<(), Fault> {
    let mut offices = offices::all(env).await?.into_iter();
    let mut office = offices.next().map_or_else(an_office, Ok)?;
    for other in offices {
        office = wordier(office, other);
    }
    for document in [DocumentKind::Certificate, DocumentKind::Notice] {
        for language in [Language::Chinese, Language::Bilingual] {
            let specimen = specimen(config, document, language, office.clone())?;
            drawn(env, template, Specimen { long_name: true, ..specimen }).await?;
        }
    }
    Ok(())
}

/// An office with the longest words of two.
fn wordier(one: Office, other: Office) -> Office {
    let longer = |one: String, other: String| if one.chars().count() < other.chars().count() { other } else { one };
    let both =
        |one: Bilingual, other: Bilingual| Bilingual { zh: longer(one.zh, other.zh), en: longer(one.en, other.en) };
    Office {
        code: one.code,
        name: both(one.name, other.name),
        address: both(one.address, other.address),
        telephone: longer(one.telephone, other.telephone),
    }
}

/// Whether an office's words fit the documents that are in use; the wrong member is told.
pub async fn suits(env: &Env, config: &Config, office: &Office) -> Result<(), Fault> {
    let template = templates::in_use(env).await?;
    for document in [DocumentKind::Certificate, DocumentKind::Notice] {
        let specimen = specimen(config, document, Language::Bilingual, office.clone())?;
        drawn(env, &template, Specimen { long_name: true, ..specimen }).await?;
    }
    Ok(())
}

/// A specimen of today, of somebody with a short name.
fn specimen(config: &Config, document: DocumentKind, language: Language, office: Office) -> Result<Specimen, Fault> {
    let (origin, policy, today) = (config.origin.clone(), config.validity, clock::today()?);
    Ok(Specimen { document, language, office, origin, policy, today, long_name: false })
}

/// Draws a specimen. What is wrong with the template is told by its place in the template.
async fn drawn(env: &Env, template: &Template, specimen: Specimen) -> Result<Vec<u8>, Fault> {
    template.check().map_err(|error| match error {
        TemplateError::Text(place) => invalid(&place),
        TemplateError::Form(_) => ProblemType::MalformedBody.into(),
    })?;
    let (words, of_office) = match specimen.document {
        DocumentKind::Certificate => ("/certificate", "/name"),
        // Its name fits a certificate, where there is less room.
        DocumentKind::Notice => ("/notice", "/address"),
    };
    let file = specimen.render(template, fonts::fonts(env).await?).map_err(|error| match error {
        RenderError::NoGlyph { part: Part::Office, .. } | RenderError::DoesNotFit(Part::Office) => invalid(of_office),
        RenderError::NoGlyph { .. } | RenderError::DoesNotFit(_) => invalid(words),
        _ => Fault::Internal(format!("a specimen: {error}")),
    })?;
    if file.len() + RESERVED > LENGTH { Err(invalid(words)) } else { Ok(file) }
}

/// What a file needs besides its words, bytes: a seal, the characters of a name, a signature. The usual words take 78 kB.
const RESERVED: usize = 40 * 1024;

/// An office that does not exist, where none was entered yet.
fn an_office() -> Result<Office, Fault> {
    let both = |zh: &str, en: &str| Bilingual { zh: zh.to_owned(), en: en.to_owned() };
    let code = OfficeCode::parse("110105-001").map_err(|_| ProblemType::NotFound)?;
    Ok(Office {
        code,
        name: both("示例派出所", "Shili Police Station"),
        address: both("示例路1号", "1 Shili Road"),
        telephone: "010-5555 0100".to_owned(),
    })
}
