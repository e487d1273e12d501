//! Applications (NC-1 to NC-3): a kiosk or a phone sends what it is asked for, and is told what comes next.

use std::future::Future;
use std::pin::Pin;

use serde::Deserialize;
use shiming_cloud::adapter::Adapter;
use shiming_cloud::database::{self, together};
use shiming_cloud::http::{self, Answer, Target, json, parse};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, face_refused, invalid, spent};
use shiming_cloud::signed::Signed;
use shiming_cloud::{budgets, clock, names, sealed};
use shiming_identity::line::PhoneNumber;
use shiming_outside::crm::FindSubscription;
use shiming_proof::SignedGet;
use shiming_service::application::{self, Application, Opening, Refusal, Step};
use shiming_service::budget::{Purpose, Scope};
use shiming_service::code::Void;
use shiming_service::effect::hex;
use shiming_service::policy::Policy;
use shiming_service::port::{Reply, find_subscription};
use shiming_service::{Context, Random};
use shiming_wire::application::{AnswerFace, ApplicationId, LineSource, OpenApplication, RequestLineCode};
use shiming_wire::{Bytes, Channel, ConfirmCode, Problem, ProblemType, Text};
use worker::{Env, Request};

use crate::config::Config;
use crate::store::{self, Kept};
use crate::{calls, fonts, issue, offices};

/// How often a step is taken anew where something else happened meanwhile.
const TRIES: u32 = 4;

/// Does something after the answer was given.
pub type Later<'a> = &'a dyn Fn(Pin<Box<dyn Future<Output = ()>>>);

/// Where a request came in.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// The platform.
    pub env: &'a Env,
    /// The configuration.
    pub config: &'a Config,
    /// The target.
    pub target: &'a Target,
    /// What can wait.
    pub later: Later<'a>,
}

/// `POST /v1/certificates/applications`
pub async fn open(request: Request, at: At<'_>) -> Answer {
    let At { env, config, target, .. } = at;
    let signed = Signed::read(request, &config.common, target).await?;
    let asked: OpenApplication = parse(&signed.body)?;
    signed.by_own_key(&asked.key).await?;
    let actor = names::device(&config.common, &asked.key);
    let actor = Actor { name: &actor, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let OpenApplication { key, applicant, portrait, office, language } = asked;
    let mut wrong = application::check(&applicant, clock::today()?).err().unwrap_or_default();
    // A name that cannot be printed is told before anything was done for it.
    let fonts = fonts::fonts(env).await?;
    let missing = |text: &str| !fonts.missing(text).is_empty();
    if missing(applicant.name.as_str()) {
        wrong.push("/name");
    }
    if applicant.latin_name.as_ref().is_some_and(|name| missing(name.as_str())) {
        wrong.push("/latin_name");
    }
    if !wrong.is_empty() {
        let pointers = wrong.iter().filter_map(|member| Text::new(format!("/applicant{member}")).ok()).collect();
        return Err(Problem { pointers, ..Problem::new(ProblemType::EvidenceInvalid) }.into());
    }
    let office = offices::meant(env, office.as_ref().map(Text::as_str)).await?;
    let policy = database::policy(env).await?;
    take(env, config, &policy, Purpose::Opening, &signed, &key, None).await?;
    let (id, office, line) = (clock::random_bytes(), office.code, config.line);
    let opening = Opening { id, key, applicant, portrait, office, language, line };
    let application = application::open(opening, clock::now());
    let answer = serde_json::to_string(&application.view())?;
    let batch = vec![store::begin(env, &config.common, &application).await?, once.record(201, &answer).await?];
    together(env, batch).await?;
    http::written(201, "application/json", answer)
}

/// `GET /v1/certificates/applications/{id}`
pub async fn view(request: Request, at: At<'_>, id: ApplicationId) -> Answer {
    let Kept { application, .. } = read(&request, at, &id).await?;
    // Whoever looks also gets it on: a call that is due is made, what is over ends.
    let over = application.expire(clock::now());
    if over.is_some() || application.call().is_some() {
        go_on(at, id);
    }
    json(200, &over.unwrap_or(application).view())
}

/// `GET /v1/certificates/applications/{id}/document`: the file, a certificate's or a notice's, as its bytes were signed.
pub async fn document(request: Request, at: At<'_>, id: ApplicationId) -> Answer {
    #[derive(Deserialize)]
    struct Row {
        document: String,
    }
    let At { env, config, .. } = at;
    read(&request, at, &id).await?;
    let id = hex(&id);
    let sql = "SELECT document FROM certificate_documents WHERE application = ? AND ends_at > ?";
    let row: Option<Row> = database::row(env, sql, &[&id, &clock::now()]).await?;
    let Row { document } = row.ok_or(ProblemType::StateConflict)?;
    let place = issue::document_place(&id);
    let file = sealed::open_bytes_text(&config.common.data_keys, &place, &document).await?;
    http::bytes(200, "application/pdf", file)
}

/// `POST /v1/certificates/applications/{id}/codes` (NC-2)
pub async fn code(request: Request, at: At<'_>, id: ApplicationId) -> Answer {
    let At { env, config, .. } = at;
    once(request, at, id, async |signed, application, once| {
        let asked: RequestLineCode = parse(&signed.body)?;
        let policy = database::policy(env).await?;
        let given = application
            .check_code_request(&asked, &policy.channels, clock::now())
            .map_err(|refusal| refused(&refusal))?;
        let purpose = match asked.channel {
            Channel::Voice => Purpose::VoiceCode,
            Channel::Sms => Purpose::SmsCode,
        };
        take(env, config, &policy, purpose, signed, &application.key, Some(given.as_str())).await?;
        // Only now: whoever tries numbers pays for each.
        let line = match application.line {
            LineSource::Typed => given,
            LineSource::Mapped => {
                let line = mapped(env, config, &given).await?;
                // Several numbers may lead to one line; it rings as often as any other.
                if line != given {
                    let share = line_share(config, &policy, purpose, line.as_str());
                    taken(ProblemType::CodeBudgetSpent, env, purpose, &[share]).await?;
                }
                line
            }
        };
        let rules = policy.code_rules();
        let answer = stepped(at, application, once, 202, |application, context| {
            let application = application.request_code(asked.channel, &line, &rules, context)?;
            Ok(Step { application, refusal: None })
        });
        let answer = answer.await;
        go_on(at, id);
        answer
    })
    .await
}

/// The line that the CRM has for a number (CB-2). A number that it does not know is told as one that is none.
async fn mapped(env: &Env, config: &Config, given: &PhoneNumber) -> Result<PhoneNumber, Fault> {
    let unknown = || invalid("/line");
    let number = Text::new(given.as_str()).map_err(|_| unknown())?;
    // A question of its own each time: asking again is asking anew.
    let key = hex(&clock::random_bytes::<16>());
    let adapter = Adapter { config: &config.common, env };
    match find_subscription(&adapter, &key, &FindSubscription { iccid: None, number }).await {
        Reply::Answered(subscription) => PhoneNumber::parse(subscription.contact_line.as_str()).map_err(|_| unknown()),
        Reply::Refused => Err(unknown()),
        Reply::Unavailable => Err(ProblemType::UpstreamUnavailable.into()),
    }
}

/// `POST /v1/certificates/applications/{id}/confirmation` (NC-2)
pub async fn confirm(request: Request, at: At<'_>, id: ApplicationId) -> Answer {
    once(request, at, id, async |signed, application, once| {
        let ConfirmCode { code } = parse(&signed.body)?;
        stepped(at, application, once, 200, |application, context| application.enter_code(&code, context)).await
    })
    .await
}

/// `POST /v1/certificates/applications/{id}/challenges` (NC-1)
pub async fn challenge(request: Request, at: At<'_>, id: ApplicationId) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    once(request, at, id, async |signed, application, once| {
        let Nothing {} = parse(&signed.body)?;
        stepped(at, application, once, 201, |application, context| {
            Ok(Step { application: application.ask_face(context)?, refusal: None })
        })
        .await
    })
    .await
}

/// `POST /v1/certificates/applications/{id}/faces` (NC-1, NC-3)
pub async fn face(request: Request, at: At<'_>, id: ApplicationId) -> Answer {
    once(request, at, id, async |signed, application, once| {
        let face: AnswerFace = parse(&signed.body)?;
        let answer =
            stepped(at, application, once, 202, |application, context| application.answer_face(face.clone(), context));
        let answer = answer.await;
        go_on(at, id);
        answer
    })
    .await
}

/// A POST on an application, which its key signed. What was answered already is answered so again.
async fn once(
    request: Request,
    at: At<'_>,
    id: ApplicationId,
    work: impl AsyncFnOnce(&Signed, Application, &Once<'_>) -> Answer,
) -> Answer {
    let At { env, config, target, .. } = at;
    let signed = Signed::read(request, &config.common, target).await?;
    let Kept { application, .. } = store::load(env, &config.common, &id).await?;
    signed.by_own_key(&application.key).await?;
    let actor = hex(&id);
    let actor = Actor { name: &actor, key: &signed.key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &signed.body).await?;
    match before {
        Some(answer) => Ok(answer),
        None => work(&signed, application, &once).await,
    }
}

/// An application that its key asks about.
async fn read(request: &Request, at: At<'_>, id: &ApplicationId) -> Result<Kept, Fault> {
    let At { env, config, target, .. } = at;
    let header = |name| http::header(request, name);
    let (input, signature) = (header("signature-input"), header("signature"));
    let get = SignedGet {
        path: &target.path,
        query: &target.query,
        signature_input: input.as_deref(),
        signature: signature.as_deref(),
    };
    let unverified = get.check(clock::now())?;
    let kept = store::load(env, &config.common, id).await?;
    if shiming_cloud::signed::is_by(&kept.application.key.to_base64url(), &unverified).await {
        Ok(kept)
    } else {
        Err(ProblemType::SignatureInvalid.into())
    }
}

/// Takes a step and writes it with its answer, one that was refused and cost something, too. Where something else happened
/// meanwhile (the channel took the code, for one), the step is taken anew from there.
async fn stepped(
    at: At<'_>,
    before: Application,
    once: &Once<'_>,
    status: u16,
    mut take: impl FnMut(&Application, &mut Context<'_>) -> Result<Step, Refusal>,
) -> Answer {
    let At { env, config, .. } = at;
    let mut before = before;
    for _ in 0..TRIES {
        let mut random = clock::random;
        let step = take(&before, &mut context(config, &mut random)).map_err(|refusal| refused(&refusal))?;
        let Step { application, refusal } = step;
        let (status, body) = match refusal {
            None => (status, serde_json::to_string(&application.view())?),
            Some(refusal) => {
                let problem = refused(&refusal).into_problem();
                (problem.status, serde_json::to_string(&problem)?)
            }
        };
        let batch =
            vec![store::step(env, &config.common, &before, &application).await?, once.record(status, &body).await?];
        match together(env, batch).await {
            Ok(()) => return http::given(status, body),
            Err(error) => {
                let now = store::load(env, &config.common, &before.id).await?.application;
                if now.version == before.version {
                    return Err(error.into());
                }
                before = now;
            }
        }
    }
    Err(ProblemType::StateConflict.into())
}

/// Makes the call that waits, once the answer was given.
fn go_on(at: At<'_>, id: ApplicationId) {
    let (env, config) = (at.env.clone(), at.config.clone());
    (at.later)(Box::pin(async move {
        if let Err(fault) = calls::make(&env, &config, &id).await {
            // Logged; the cron tries again.
            let _ = fault.into_problem();
        }
    }));
}

/// Takes from the budgets of device, address and line, or from none.
async fn take(
    env: &Env,
    config: &Config,
    policy: &Policy,
    purpose: Purpose,
    signed: &Signed,
    key: &Bytes<65>,
    line: Option<&str>,
) -> Result<(), Fault> {
    let limit = |scope| policy.limit(purpose, scope);
    let mut shares = vec![
        (signed.client.clone(), limit(Scope::Address), 1),
        (names::budget(&config.common, Scope::Device, &key.0), limit(Scope::Device), 1),
    ];
    if let Some(line) = line {
        shares.push(line_share(config, policy, purpose, line));
    }
    let kind = if line.is_some() { ProblemType::CodeBudgetSpent } else { ProblemType::AttemptsSpent };
    taken(kind, env, purpose, &shares).await
}

/// What a line's budget is asked for.
fn line_share(config: &Config, policy: &Policy, purpose: Purpose, line: &str) -> budgets::Share {
    (names::budget(&config.common, Scope::Line, line.as_bytes()), policy.limit(purpose, Scope::Line), 1)
}

/// Takes all of these, or says `kind` and takes none.
async fn taken(kind: ProblemType, env: &Env, purpose: Purpose, shares: &[budgets::Share]) -> Result<(), Fault> {
    budgets::take_all(env, purpose, shares).await?.map_err(|error| spent(kind, error))
}

fn context<'a>(config: &'a Config, random: Random<'a>) -> Context<'a> {
    Context { now: clock::now(), random, operator: config.codes.operator(&config.common) }
}

/// What the client is told.
fn refused(refusal: &Refusal) -> Fault {
    let kind = match refusal {
        Refusal::StateConflict => ProblemType::StateConflict,
        Refusal::Expired => ProblemType::ApplicationNotFound,
        Refusal::ChannelUnavailable => ProblemType::ChannelUnavailable,
        Refusal::LineInvalid => return invalid("/line"),
        Refusal::CodeNotRequested => ProblemType::CodeNotRequested,
        Refusal::CodeWrong { .. } => ProblemType::CodeWrong,
        Refusal::CodeVoid(Void::Expired) => ProblemType::CodeExpired,
        Refusal::CodeVoid(Void::Spent) => ProblemType::CodeTriesSpent,
        Refusal::FacesSpent => ProblemType::AttemptsSpent,
        Refusal::Face(reason) => return face_refused(*reason).into(),
        Refusal::Misconfigured(why) => return Fault::Internal(why.to_string()),
    };
    let tries_left = match refusal {
        Refusal::CodeWrong { tries_left } => Some(*tries_left),
        Refusal::CodeVoid(Void::Spent) => Some(0),
        _ => None,
    };
    Problem { tries_left, ..Problem::new(kind) }.into()
}
