//! Messages that lines send to service numbers (RN-2): the answer is a one-time capture link.

use shiming_cloud::adapter::Adapter;
use shiming_cloud::http::{Answer, Target, parse};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid, spent};
use shiming_cloud::{budgets, clock, database, link, names};
use shiming_identity::PhoneNumber;
use shiming_outside::sms::{InboundMessage, SendServiceMessage};
use shiming_service::budget::{Purpose, Scope};
use shiming_service::link::{Business, LinkTarget, business_of};
use shiming_service::message;
use shiming_service::port::{Reply, send_message};
use shiming_wire::{ProblemType, Text};
use worker::{Env, Request};

use super::from_outside;
use crate::config::Config;

/// `POST /v1/inbound-messages`. The centre delivers a message until it is taken: an answer that cannot be sent now is
/// *unavailable*, and the next delivery, under the same key, sends the same link under the same key.
pub async fn receive(request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let (key, body) = from_outside(request, target, config.sms_keys()).await?;
    let actor = Actor { name: "message centre", key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let InboundMessage { from, service_code, text: _ } = parse(&body)?;
    let business = business_of(&config.service_codes, service_code.as_str()).ok_or_else(|| invalid("/service_code"))?;
    let number = PhoneNumber::parse(from.as_str()).map_err(|_| invalid("/from"))?;
    match business {
        Business::Register => answer(env, config, &key, &number, service_code.as_str()).await?,
    }
    once.end(202, "{}".to_owned()).await
}

async fn answer(env: &Env, config: &Config, key: &str, number: &PhoneNumber, service_code: &str) -> Result<(), Fault> {
    let policy = database::policy(env).await?;
    let token = names::link_token(&config.common, service_code, key);
    // A delivery that is repeated finds its link, and has paid for it.
    if !link::is_made(env, &config.common, &token).await? {
        let line = names::budget(&config.common, Scope::Line, number.as_str().as_bytes());
        let limits = [(line, policy.limit(Purpose::SmsCode, Scope::Line), 1)];
        budgets::take_all(env, Purpose::SmsCode, &limits)
            .await?
            .map_err(|error| spent(ProblemType::CodeBudgetSpent, error))?;
    }

    let target = LinkTarget { iccid: None, number: Text::new(number.as_str()).unwrap_or_default() };
    let now = clock::now();
    link::make(env, &config.common, &token, &target, service_code, (now, now + u64::from(policy.link_ttl_seconds)))
        .await?;

    let text = message::link(&config.common.public_origin, &token.to_base64url())
        .map_err(|_| Fault::Internal("PUBLIC_ORIGIN is too long".to_owned()))?;
    let message = SendServiceMessage { to: Text::new(number.as_str()).unwrap_or_default(), text };
    // The centre's own key, hashed with a word of ours, so that it cannot meet a key of the outbox.
    let own = names::sha256(format!("inbound {key}").as_bytes());
    match send_message(&Adapter { config: &config.common, env }, &own, &message).await {
        // Refused: the line cannot be reached by message, and telling the centre again and again would not help.
        Reply::Answered(_) | Reply::Refused => Ok(()),
        Reply::Unavailable => Err(ProblemType::UpstreamUnavailable.into()),
    }
}
