//! The words of the documents: those that the program comes with, and versions that the operator entered (NC-4).

use serde::{Deserialize, Serialize};
use shiming_certificate::render::{Template, TemplateError};
use shiming_cloud::database::{self, together};
use shiming_cloud::problem::Fault;
use shiming_wire::{ProblemType, UnixSeconds};
use worker::{D1PreparedStatement, Env};

/// A version, as it is listed.
#[derive(Serialize, Deserialize)]
pub struct Listed {
    version: String,
    /// Who entered it, a credential's name; of the program's own nobody did.
    set_by: Option<String>,
    set_at: Option<UnixSeconds>,
}

/// The versions that there are, the newest first.
pub async fn all(env: &Env) -> Result<Vec<Listed>, Fault> {
    let sql = "SELECT version, set_by, set_at FROM certificate_templates ORDER BY set_at DESC, version DESC";
    let mut listed: Vec<Listed> = database::rows(env, sql, &[]).await?;
    let own = standard()?.version;
    if listed.iter().all(|known| known.version != own) {
        listed.push(Listed { version: own, set_by: None, set_at: None });
    }
    Ok(listed)
}

/// The version in use.
pub async fn in_use(env: &Env) -> Result<Template, Fault> {
    #[derive(Deserialize)]
    struct Row {
        version: String,
    }
    let sql = "SELECT version FROM certificate_template_uses ORDER BY id DESC LIMIT 1";
    match database::row(env, sql, &[]).await? {
        Some(Row { version }) => find(env, &version).await,
        None => standard(),
    }
}

/// The template of this version.
pub async fn find(env: &Env, version: &str) -> Result<Template, Fault> {
    #[derive(Deserialize)]
    struct Row {
        template: String,
    }
    let sql = "SELECT template FROM certificate_templates WHERE version = ?";
    match database::row(env, sql, &[&version]).await? {
        Some(Row { template }) => Template::parse(&template).map_err(|why| unusable(&why)),
        None => Ok(Some(standard()?).filter(|own| own.version == version).ok_or(ProblemType::NotFound)?),
    }
}

/// Enters a version. The same again changes nothing; other words need another version.
pub async fn enter(env: &Env, template: &Template, by: &str, now: UnixSeconds) -> Result<(), Fault> {
    let version = template.version.as_str();
    match find(env, version).await {
        Err(Fault::Problem(problem)) if problem.kind == ProblemType::NotFound => {
            let batch =
                vec![kept(env, template, by, now)?, database::audit(env, now, by, "certificate.template", version)?];
            together(env, batch).await?;
        }
        Err(fault) => return Err(fault),
        Ok(_) => {}
    }
    // Two at once: the first one's words are the version's.
    if find(env, version).await? == *template { Ok(()) } else { Err(ProblemType::StateConflict.into()) }
}

/// Puts a version to use, for what is made from now on. The program's own is kept with it: what the next program comes with changes
/// no version that was used.
pub async fn put_to_use(env: &Env, template: &Template, by: &str, now: UnixSeconds) -> Result<(), Fault> {
    let version = template.version.as_str();
    let sql = "INSERT INTO certificate_template_uses (version, used_by, used_at) VALUES (?, ?, ?)";
    let batch = vec![
        kept(env, template, by, now)?,
        database::statement(env, sql, &[&version, &by, &now])?,
        database::audit(env, now, by, "certificate.template.use", version)?,
    ];
    Ok(together(env, batch).await?)
}

/// Keeps a version, unless it is kept already.
fn kept(env: &Env, template: &Template, by: &str, now: UnixSeconds) -> Result<D1PreparedStatement, Fault> {
    let sql = "INSERT INTO certificate_templates (version, template, set_by, set_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (version) DO NOTHING";
    let version = template.version.as_str();
    Ok(database::statement(env, sql, &[&version, &serde_json::to_string(template)?, &by, &now])?)
}

fn standard() -> Result<Template, Fault> {
    Template::standard().map_err(|why| unusable(&why))
}

fn unusable(why: &TemplateError) -> Fault {
    Fault::Internal(format!("a template: {why}"))
}
