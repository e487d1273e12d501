//! The one call that an application waits for: made after its step was written, and again by the cron until it is answered.

use shiming_cloud::adapter::Adapter;
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, database};
use shiming_service::effect::CallKind;
use shiming_service::outbox::backoff_ms;
use shiming_service::port::{Outside as _, Reply, inquire_record};
use shiming_wire::application::ApplicationId;
use worker::Env;

use crate::config::Config;
use crate::issue;
use crate::store::{self, Kept};

/// So long nobody else makes a call that somebody makes, seconds: longer than a system may take to answer.
const MAKING_SECONDS: u64 = 20;
/// A code that no channel took by then is given up: who waits for it asks for another.
const MOST_CODE_ATTEMPTS: u32 = 4;

/// Makes the call that is due, if there is one, and ends what time has ended.
pub async fn make(env: &Env, config: &Config, id: &ApplicationId) -> Result<(), Fault> {
    let kept = store::load(env, &config.common, id).await?;
    let Kept { application, attempts, due_at } = &kept;
    if let Some(over) = application.expire(clock::now()) {
        let step = store::step(env, &config.common, application, &over).await?;
        return Ok(database::together(env, vec![step]).await?);
    }
    let Some((key, call)) = application.call() else { return Ok(()) };
    if due_at.is_none_or(|at| at > clock::now()) || !store::take(env, &kept, MAKING_SECONDS).await? {
        return Ok(());
    }
    let adapter = Adapter { config: &config.common, env };
    let wait = || backoff_ms(attempts + 1, &mut clock::random).div_ceil(1000);
    if call.kind == CallKind::InquireRecord {
        let answered = match inquire_record(&adapter, &key, call).await {
            Reply::Answered(answer) => match application.police_answered(&answer, clock::now()) {
                Ok(Some(decided)) => issue::settle(env, config, application, decided, &answer.seal).await,
                Ok(None) => return Ok(()),
                Err(why) => Err(Fault::Internal(format!("the police: {why}"))),
            },
            Reply::Refused | Reply::Unavailable => Err(Fault::Internal("the police do not answer".to_owned())),
        };
        if let Err(fault) = answered {
            // Logged here; the applicant's page waits, and is told when it is over.
            let _ = fault.into_problem();
            store::put_off(env, application, wait()).await?;
        }
        return Ok(());
    }
    let taken = match adapter.post(&key, call).await {
        Reply::Answered(_) => true,
        Reply::Unavailable if attempts + 1 < MOST_CODE_ATTEMPTS => {
            return store::put_off(env, application, wait()).await;
        }
        Reply::Refused | Reply::Unavailable => false,
    };
    match application.code_handed_over(&key, taken) {
        Some(next) => {
            let step = store::step(env, &config.common, application, &next).await?;
            Ok(database::together(env, vec![step]).await?)
        }
        None => Ok(()),
    }
}
